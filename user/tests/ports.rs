// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink ports that change hands.
//!
//! The kernel frees the port of a socket that is closed before it announces the release, so another
//! socket can take the port while the module still keeps the first one's question. Whatever the
//! module then sends to the port reaches a stranger.
//!
//! These tests stretch the time between the two events from microseconds to as long as they like:
//! many questions end together, under the lock that guards the questions of a namespace, and
//! threads of the highest priority take the processors away from whoever ends them. Meanwhile the
//! victim's socket is closed, whose release then waits for that lock, and another one takes over
//! its port.

#![forbid(unsafe_code)]

mod common;

use common::{client, until};
use parley::client::Agent;
use parley::genl::message;
use parley::netlink::Socket;
use parley::uapi::{self, ask, cmd};
use parley::Error;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc, Barrier, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const WAIT: Option<Duration> = Some(Duration::from_secs(20));

/// Sockets that ask, and questions of each. Together they stay below both limits for pending
/// questions: 64 per socket and 1,024 per namespace.
const ASKERS: usize = 15;
const QUESTIONS: usize = 60;

/// What is in the victim's question, and nowhere else.
const SECRET: &[u8] = b"for the agent's eyes only";

/// Attempts in which the release of the socket waits for the lock that a test counts, and attempts
/// that it makes at most to get as many.
const HITS: u32 = 5;
const ATTEMPTS: u32 = 40;

/// An open socket that asks questions.
struct Asker {
    socket: Socket,
    family: u16,
}

impl Asker {
    fn new(family: u16) -> Self {
        let socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        Self { socket, family }
    }

    /// Asks `question`, to be answered within `timeout`.
    fn ask(&mut self, question: &[u8], timeout: Duration) {
        let seq = self.socket.next_seq();
        let mut request = Vec::new();
        let header = (cmd::ASK, uapi::FAMILY_VERSION);
        message::write(&mut request, self.family, header, 0, seq, |writer| {
            writer.bytes(ask::QUESTION, question)?;
            writer.u32(ask::TIMEOUT_MS, timeout.as_millis() as u32)
        })
        .unwrap();
        self.socket.send(&request).unwrap();
    }
}

/// How the questions end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// The agent closes its socket.
    AgentCloses,
    /// Their time is up.
    TimeOut,
    /// The time of the others is up; the agent answers the victim's.
    Answer,
}

/// A thread, and its number in the kernel.
struct Numbered<T> {
    handle: JoinHandle<T>,
    number: String,
}

impl<T: Send + 'static> Numbered<T> {
    fn spawn(run: impl FnOnce() -> T + Send + 'static) -> Self {
        let (tell, told) = mpsc::channel();
        let handle = thread::spawn(move || {
            tell.send(own_number()).unwrap();
            run()
        });
        let number = told.recv().unwrap();
        Self { handle, number }
    }

    /// Waits until the thread sleeps in the kernel, as it does for a lock. Returns `false` where it
    /// comes to its end instead.
    fn is_blocked(&self) -> bool {
        let mut blocked = false;
        until("the thread is blocked or done", || {
            let stat = std::fs::read_to_string(format!("/proc/self/task/{}/stat", self.number));
            blocked = stat.is_ok_and(|stat| stat.contains(") D "));
            blocked || self.handle.is_finished()
        });
        blocked
    }
}

/// The number of the calling thread.
fn own_number() -> String {
    let own = std::fs::read_link("/proc/thread-self").unwrap();
    own.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Gives the calling thread, and those that it spawns, the highest priority.
fn hurry() {
    let renice = ["-n", "-20", "-p", &own_number()];
    let output = Command::new("renice").args(renice).output().unwrap();
    assert!(output.status.success());
}

/// Threads that take all processors away from others of a lower priority, until it is dropped.
struct Hogs(Arc<AtomicBool>);

impl Hogs {
    fn new() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..2 * thread::available_parallelism().unwrap().get() {
            let stop = Arc::clone(&stop);
            thread::spawn(move || while !stop.load(Ordering::Relaxed) {});
        }
        Self(stop)
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What an attempt came to.
struct Attempt {
    /// The release of the victim's socket waited for the lock.
    hit: bool,
    /// What was sent to the stranger.
    received: Option<Vec<u8>>,
}

/// Closes a socket whose question is pending, and opens another one with its port before the
/// question ends.
fn attempt(end: End) -> Attempt {
    // The kernel gives the first socket of a process the number of the process as its port, and
    // gives it again once the socket is closed.
    let port = std::process::id();
    let id = client().family().id;
    let mut victim = Asker::new(id);
    assert_eq!(victim.socket.portid(), port);
    let mut agent = Agent::register().unwrap();
    let mut askers: Vec<_> = (0..ASKERS).map(|_| Asker::new(id)).collect();

    // All are due at the same time, and the victim's a moment later.
    let due = match end {
        End::AgentCloses => Instant::now() + Duration::from_secs(50),
        End::TimeOut | End::Answer => Instant::now() + Duration::from_secs(4),
    };
    for asker in &mut askers {
        for _ in 0..QUESTIONS {
            asker.ask(&[b'?'; uapi::QUESTION_MAX], due - Instant::now());
            agent.next_question(WAIT).unwrap();
        }
    }
    let later = match end {
        End::Answer => Duration::from_secs(20),
        End::AgentCloses | End::TimeOut => Duration::from_millis(1),
    };
    victim.ask(SECRET, due + later - Instant::now());
    let question = agent.next_question(WAIT).unwrap();
    assert_eq!(question.question, SECRET);

    // The thread that closes the agent's socket has the usual priority.
    let (begin, begun) = mpsc::channel();
    let mut agent = Some(agent);
    let closing_agent = (end == End::AgentCloses).then(|| {
        let agent = agent.take();
        thread::spawn(move || {
            begun.recv().unwrap();
            drop(agent);
        })
    });
    let taking_over = thread::spawn(move || {
        hurry();
        let hogs = Hogs::new();
        let _ = begin.send(());
        // From its first refusal on, the module holds the lock until it has refused them all.
        askers[0]
            .socket
            .set_timeout(Duration::from_secs(60))
            .unwrap();
        askers[0].socket.next_message(|_| true).unwrap();
        let mut hit = true;
        let answering = agent.filter(|_| end == End::Answer).map(|mut agent| {
            let answering = Numbered::spawn(move || {
                // The question may be gone by now.
                let _ = agent.answer(question.id, SECRET);
            });
            // It has to be the first that waits for the lock.
            hit &= answering.is_blocked();
            answering
        });
        let closing = Numbered::spawn(move || drop(victim));
        // Once its release waits for the lock, the socket is closed for everybody to see.
        hit &= closing.is_blocked();
        let stranger = Socket::open(libc::NETLINK_GENERIC).unwrap();
        assert_eq!(stranger.portid(), port);
        drop(hogs);
        for thread in [Some(closing), answering].into_iter().flatten() {
            thread.handle.join().unwrap();
        }
        (hit, stranger)
    });
    let (hit, mut stranger) = taking_over.join().unwrap();
    if let Some(closing_agent) = closing_agent {
        closing_agent.join().unwrap();
    }
    until("no question is pending", || {
        client().stats().unwrap().asks_pending == 0
    });

    // Sending does not wait, so whatever was sent is there.
    stranger.set_timeout(Duration::from_micros(1)).unwrap();
    let received = match stranger.next_message(|_| true) {
        Ok(message) => Some(message.payload.to_vec()),
        Err(Error::Timeout(_)) => None,
        Err(error) => panic!("{error}"),
    };
    Attempt { hit, received }
}

/// Makes attempts until enough were hits, and counts what went astray.
fn measure(what: &str, end: End) {
    let (mut attempts, mut hits, mut astray, mut disclosed) = (0, 0, 0, 0);
    while hits < HITS && attempts < ATTEMPTS {
        let attempt = attempt(end);
        attempts += 1;
        hits += u32::from(attempt.hit);
        if let Some(payload) = attempt.received {
            astray += 1;
            let secret = payload.windows(SECRET.len()).any(|bytes| bytes == SECRET);
            disclosed += u32::from(secret);
        }
    }
    println!(
        "{what}: {astray} of {attempts} messages reached a stranger, {disclosed} with the secret; \
         {hits} attempts were in time"
    );
    assert_eq!(astray, 0, "{what}: messages reached a stranger");
    assert!(hits > 0, "{what}: no attempt was in time");
}

#[test]
fn an_agent_that_closes_ends_no_question_at_a_stranger() {
    measure("the agent closes", End::AgentCloses);
}

#[test]
fn a_question_that_times_out_does_not_end_at_a_stranger() {
    measure("the time is up", End::TimeOut);
}

#[test]
fn an_answer_does_not_reach_a_stranger() {
    measure("the agent answers", End::Answer);
}

/// The race without any help, to see what is left of it: a socket closes, another one takes its
/// port, and the agent answers, all at once.
#[test]
fn an_answer_that_races_with_a_close_goes_astray_at_most_by_a_hair() {
    const RACES: u32 = 2000;
    let port = std::process::id();
    let id = client().family().id;
    // The port is for the victim, not for the agent.
    let reserved = Asker::new(id);
    let mut agent = Agent::register().unwrap();
    drop(reserved);
    let (start, end) = (Barrier::new(3), Barrier::new(3));
    let strangers = Mutex::new(None);
    let mut astray = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..RACES {
                let question = agent.next_question(WAIT).unwrap();
                start.wait();
                let _ = agent.answer(question.id, SECRET);
                end.wait();
            }
        });
        scope.spawn(|| {
            for _ in 0..RACES {
                start.wait();
                let stranger = loop {
                    let socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
                    if socket.portid() == port {
                        break socket;
                    }
                };
                *strangers.lock().unwrap() = Some(stranger);
                end.wait();
            }
        });
        for _ in 0..RACES {
            let mut victim = Asker::new(id);
            assert_eq!(victim.socket.portid(), port);
            victim.ask(SECRET, Duration::from_secs(20));
            start.wait();
            drop(victim);
            end.wait();
            let mut stranger = strangers.lock().unwrap().take().unwrap();
            stranger.set_timeout(Duration::from_micros(1)).unwrap();
            astray += u32::from(stranger.next_message(|_| true).is_ok());
        }
    });
    println!("an answer that races: {astray} of {RACES} messages reached a stranger");
    assert!(
        astray <= RACES / 100,
        "{astray} of {RACES} messages reached a stranger"
    );
}
