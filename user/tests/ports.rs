// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink ports that change hands.
//!
//! The kernel frees the port of a socket that is closed before it announces the release, so another
//! socket can take the port while the module still keeps the first one's question. Whatever the
//! module then sends to the port reaches a stranger.
//!
//! These tests keep the lock of the namespace's questions busy with many questions that end
//! together. That stretches the time between the two events from microseconds to milliseconds:
//! long enough to close the victim and to take over its port.

#![forbid(unsafe_code)]

mod common;

use common::{client, until};
use parley::client::Agent;
use parley::genl::message;
use parley::netlink::Socket;
use parley::uapi::{self, ask, cmd};
use parley::Error;
use std::thread;
use std::time::{Duration, Instant};

const WAIT: Option<Duration> = Some(Duration::from_secs(20));

/// Sockets that ask, and questions of each. Together they stay below both limits for pending
/// questions: 64 per socket and 1,024 per namespace.
const ASKERS: usize = 15;
const QUESTIONS: usize = 60;

/// What is in the victim's question, and nowhere else.
const SECRET: &[u8] = b"for the agent's eyes only";

const ROUNDS: u32 = 20;

/// How many messages may reach a stranger in [`ROUNDS`] attempts.
///
/// The module looks whether the socket is closed before it sends, but it cannot hold the socket
/// open: netlink_sendskb() is not exported. A message still goes astray if the task that closes
/// the socket loses its processor between netlink_remove() and the sock_orphan() that follows it,
/// for as long as the other questions take to end. Once in 20 rounds is generous; a module that
/// does not look sends nearly every message to the stranger.
const ASTRAY_MAX: u32 = 1;

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

/// One attempt: closes a socket whose question is pending and opens another one with its port
/// before the question ends. Returns what the second socket was sent.
fn attempt(end: End) -> Option<Vec<u8>> {
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
        End::TimeOut | End::Answer => Instant::now() + Duration::from_secs(2),
    };
    for asker in &mut askers {
        for _ in 0..QUESTIONS {
            asker.ask(b"?", due - Instant::now());
        }
        for _ in 0..QUESTIONS {
            agent.next_question(WAIT).unwrap();
        }
    }
    let later = match end {
        End::Answer => Duration::from_secs(5),
        End::AgentCloses | End::TimeOut => Duration::from_millis(1),
    };
    victim.ask(SECRET, due + later - Instant::now());
    let question = agent.next_question(WAIT).unwrap();
    assert_eq!(question.question, SECRET);

    let mut agent = Some(agent);
    let closing_agent = (end == End::AgentCloses).then(|| {
        let agent = agent.take();
        thread::spawn(move || drop(agent))
    });
    // From its first refusal on, the module holds the lock until it has refused them all.
    askers[0].socket.next_message(|_| true).unwrap();
    let answering = agent.filter(|_| end == End::Answer).map(|mut agent| {
        let answering = thread::spawn(move || {
            // The question may be gone by now.
            let _ = agent.answer(question.id, SECRET);
        });
        // Lets the answer be the first that waits for the lock.
        thread::sleep(Duration::from_millis(1));
        answering
    });
    let closing_victim = thread::spawn(move || drop(victim));
    let mut stranger = Socket::open(libc::NETLINK_GENERIC).unwrap();
    until("the port is free", || {
        if stranger.portid() != port {
            stranger = Socket::open(libc::NETLINK_GENERIC).unwrap();
        }
        stranger.portid() == port
    });
    let threads = [closing_agent, answering, Some(closing_victim)];
    for thread in threads.into_iter().flatten() {
        thread.join().unwrap();
    }
    until("no question is pending", || {
        client().stats().unwrap().asks_pending == 0
    });

    // Sending does not wait, so whatever was sent is there.
    stranger.set_timeout(Duration::from_micros(1)).unwrap();
    match stranger.next_message(|_| true) {
        Ok(message) => Some(message.payload.to_vec()),
        Err(Error::Timeout(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Makes [`ROUNDS`] attempts and counts what went astray.
fn measure(what: &str, end: End) {
    let (mut astray, mut disclosed) = (0, 0);
    for _ in 0..ROUNDS {
        if let Some(payload) = attempt(end) {
            astray += 1;
            let secret = payload.windows(SECRET.len()).any(|bytes| bytes == SECRET);
            disclosed += u32::from(secret);
        }
    }
    println!(
        "{what}: {astray} of {ROUNDS} messages reached a stranger, {disclosed} with the secret"
    );
    assert!(
        astray <= ASTRAY_MAX,
        "{what}: {astray} of {ROUNDS} messages reached a stranger, {disclosed} with the secret"
    );
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
