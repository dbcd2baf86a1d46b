// SPDX-License-Identifier: MIT OR Apache-2.0

//! Questions, the agent and its answers, against the loaded module.

mod common;

use common::{client, refusal, refused, until};
use libc::{EBUSY, ECANCELED, EINVAL, ENOENT, ENOTCONN, EPERM, EPIPE, ETIMEDOUT};
use parley::client::{Agent, Answer, Question};
use parley::uapi::{self, ask, cmd};
use parley::{Client, Error, Result};
use parley_netlink::genl::{self, message};
use parley_netlink::netlink::message::{flags, Kind};
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::Socket;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(20);
const LONG: Option<Duration> = Some(Duration::from_secs(60));
const SHORT: Option<Duration> = Some(Duration::from_millis(1));

fn next(agent: &mut Agent) -> Question {
    agent.next_question(Some(WAIT)).unwrap()
}

/// Asks in a thread of its own, which ends with the result.
fn asking(question: &'static str) -> thread::JoinHandle<Result<Answer>> {
    thread::spawn(move || client().ask(question.as_bytes(), LONG))
}

fn pending() -> u64 {
    client().stats().unwrap().asks_pending
}

/// A socket that asks without waiting.
struct Asker {
    socket: Socket,
    family: u16,
}

impl Asker {
    fn new() -> Self {
        let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        let family = genl::resolve(&mut socket, uapi::FAMILY_NAME).unwrap().id;
        socket.set_timeout(WAIT).unwrap();
        Self { socket, family }
    }

    fn send(&mut self, question: &[u8], timeout_ms: u32, modifiers: u16) -> u32 {
        let seq = self.socket.next_seq();
        let mut request = Vec::new();
        let cmd = (cmd::ASK, uapi::FAMILY_VERSION);
        message::write(&mut request, self.family, cmd, modifiers, seq, |writer| {
            writer.bytes(ask::QUESTION, question)?;
            writer.u32(ask::TIMEOUT_MS, timeout_ms)
        })
        .unwrap();
        self.socket.send(&request).unwrap();
        seq
    }

    /// The next message: its sequence number, and what it is.
    fn next(&mut self) -> (u32, Kind) {
        let message = self.socket.next_message(|_| true).unwrap();
        (message.header.seq, message.kind().unwrap())
    }

    /// The next message, which must be a refusal with these words.
    fn refused(&mut self) -> (u32, i32, String) {
        match self.next() {
            (seq, Kind::Refused(refusal)) => {
                (seq, refusal.errno, refusal.message.unwrap_or_default())
            }
            other => panic!("not refused: {other:?}"),
        }
    }
}

#[test]
fn a_question_reaches_the_agent_and_its_answer_the_asker() {
    let mut agent = Agent::register().unwrap();
    let before = client().stats().unwrap().asks_answered;
    let (portid, asked) = {
        let mut client = client();
        (
            client.portid(),
            thread::spawn(move || client.ask(b"what is it?", LONG)),
        )
    };
    let question = next(&mut agent);
    assert_eq!(question.question, b"what is it?");
    assert_eq!(question.portid, portid);
    assert_eq!(pending(), 1);
    agent.answer(question.id, b"a conversation").unwrap();
    let answer = asked.join().unwrap().unwrap();
    assert_eq!(
        (answer.id, &answer.answer[..]),
        (question.id, &b"a conversation"[..])
    );
    let stats = client().stats().unwrap();
    assert_eq!((stats.asks_pending, stats.asks_answered), (0, before + 1));
}

#[test]
fn questions_and_answers_have_all_their_bytes() {
    let mut agent = Agent::register().unwrap();
    for (question, answer) in [(1, 0), (4096, 4096), (3, 5)] {
        let bytes = |len: usize| (0..len).map(|i| i as u8).collect::<Vec<_>>();
        let asked = thread::spawn(move || client().ask(&bytes(question), LONG));
        let heard = next(&mut agent);
        assert_eq!(heard.question, bytes(question));
        agent.answer(heard.id, &bytes(answer)).unwrap();
        assert_eq!(asked.join().unwrap().unwrap().answer, bytes(answer));
    }
}

#[test]
fn without_an_agent_a_question_is_refused_at_once() {
    assert_eq!(
        refused(client().ask(b"anybody?", LONG)),
        refusal(ENOTCONN, "the namespace has no agent", "")
    );
    assert_eq!(pending(), 0);
}

#[test]
fn there_is_one_agent_and_the_next_when_it_has_closed_its_socket() {
    let busy = || refusal(EBUSY, "the namespace has an agent already", "");
    let mut socket = client();
    socket
        .call(cmd::AGENT_REGISTER, 0, Expect::Ack, |_| Ok(()))
        .unwrap();
    assert_eq!(refused(Agent::register()), busy());
    // The same socket, too: its open socket is there already.
    let again = socket
        .call(cmd::AGENT_REGISTER, 0, Expect::Ack, |_| Ok(()))
        .map(drop);
    assert_eq!(refused(again), busy());
    drop(socket);
    for _ in 0..100 {
        drop(Agent::register().unwrap());
    }
}

#[test]
fn only_the_agent_may_answer_and_only_what_waits() {
    let answer = |client: &mut Client, id| {
        refused(
            client
                .call(cmd::ANSWER, 0, Expect::Ack, |writer| {
                    writer.uint(ask::ID, id)?;
                    writer.bytes(ask::ANSWER, b"false")
                })
                .map(drop),
        )
    };
    let eperm = || refusal(EPERM, "only the namespace's agent may answer", "");
    let enoent = || refusal(ENOENT, "no such question is pending", "");
    assert_eq!(answer(&mut client(), 1), eperm());
    let mut agent = Agent::register().unwrap();
    let asked = asking("who?");
    let question = next(&mut agent);
    assert_eq!(answer(&mut client(), question.id), eperm());
    assert_eq!(refused(agent.answer(question.id + 1, b"?")), enoent());
    assert_eq!(refused(agent.answer(u64::MAX, b"?")), enoent());
    agent.answer(question.id, b"true").unwrap();
    assert_eq!(refused(agent.answer(question.id, b"twice")), enoent());
    assert_eq!(asked.join().unwrap().unwrap().answer, b"true");
}

#[test]
fn a_question_that_is_not_answered_in_time_ends_with_words() {
    let mut agent = Agent::register().unwrap();
    let words = "the agent did not answer in time";
    assert_eq!(
        refused(client().ask(b"in time?", SHORT)),
        refusal(ETIMEDOUT, words, "")
    );
    assert_eq!(pending(), 0);
    let late = next(&mut agent);
    assert_eq!(
        refused(agent.answer(late.id, b"late")),
        refusal(ENOENT, "no such question is pending", "")
    );
}

#[test]
fn a_question_that_the_agent_declines_ends_at_once_with_words() {
    let mut agent = Agent::register().unwrap();
    let asked = asking("will you?");
    let question = next(&mut agent);
    agent.decline(question.id).unwrap();
    assert_eq!(
        refused(asked.join().unwrap()),
        refusal(ECANCELED, "the agent declined the question", "")
    );
    assert_eq!(pending(), 0);
    let enoent = || refusal(ENOENT, "no such question is pending", "");
    assert_eq!(refused(agent.decline(question.id)), enoent());
    assert_eq!(refused(agent.answer(question.id, b"or not")), enoent());
    // Only the agent may decline.
    let stranger = client()
        .call(cmd::ANSWER, 0, Expect::Ack, |writer| {
            writer.uint(ask::ID, question.id)?;
            writer.flag(ask::DECLINED)
        })
        .map(drop);
    let eperm = refusal(EPERM, "only the namespace's agent may answer", "");
    assert_eq!(refused(stranger), eperm);
}

#[test]
fn an_answer_carries_either_answer_or_declined() {
    let mut socket = client();
    socket
        .call(cmd::AGENT_REGISTER, 0, Expect::Ack, |_| Ok(()))
        .unwrap();
    let mut asker = Asker::new();
    let seq = asker.send(b"yes or no?", 60_000, 0);
    until("the question is pending", || pending() == 1);
    let mut answer = |id: u64, answer: bool, declined: bool| {
        socket
            .call(cmd::ANSWER, 0, Expect::Ack, |writer| {
                writer.uint(ask::ID, id)?;
                if answer {
                    writer.bytes(ask::ANSWER, b"")?;
                }
                if declined {
                    writer.flag(ask::DECLINED)?;
                }
                Ok(())
            })
            .map(drop)
    };
    let both = "either an answer or declined, not both";
    let neither = "neither an answer nor declined";
    for id in [1, u64::MAX] {
        assert_eq!(
            refused(answer(id, true, true)),
            refusal(EINVAL, both, "ask.declined")
        );
        assert_eq!(
            refused(answer(id, false, false)),
            refusal(EINVAL, neither, "")
        );
    }
    // None of these ended the question.
    assert_eq!(pending(), 1);
    drop(socket);
    let (ended, errno, _) = asker.refused();
    assert_eq!((ended, errno), (seq, EPIPE));
}

#[test]
fn what_is_due_first_ends_first_whatever_was_asked_first() {
    let _agent = Agent::register().unwrap();
    let mut asker = Asker::new();
    let timeouts = [1200, 400, 50, 800];
    let asked = timeouts.map(|timeout| (timeout, asker.send(b"when?", timeout, 0)));
    let mut expected = asked;
    expected.sort_unstable();
    for (_, seq) in expected {
        let (ended, errno, _) = asker.refused();
        assert_eq!((ended, errno), (seq, ETIMEDOUT));
    }
    assert_eq!(pending(), 0);
}

#[test]
fn an_agent_that_goes_ends_every_question_that_waits() {
    let mut agent = Agent::register().unwrap();
    let askers: Vec<_> = (0..5).map(|_| asking("still there?")).collect();
    for _ in &askers {
        next(&mut agent);
    }
    drop(agent);
    for asked in askers {
        assert_eq!(
            refused(asked.join().unwrap()),
            refusal(EPIPE, "the agent has closed its socket", "")
        );
    }
    assert_eq!(pending(), 0);
}

#[test]
fn a_question_whose_asker_goes_is_dropped_and_the_others_stay() {
    let mut agent = Agent::register().unwrap();
    let stays = asking("I stay");
    let stays_id = next(&mut agent).id;
    let mut goes = Asker::new();
    for _ in 0..3 {
        goes.send(b"I go", 60_000, 0);
    }
    let gone: Vec<_> = (0..3).map(|_| next(&mut agent).id).collect();
    assert_eq!(pending(), 4);
    drop(goes);
    assert_eq!(pending(), 1);
    for id in gone {
        assert_eq!(refused(agent.answer(id, b"?")).errno, ENOENT);
    }
    agent.answer(stays_id, b"well").unwrap();
    assert_eq!(stays.join().unwrap().unwrap().answer, b"well");
}

#[test]
fn the_ack_comes_before_the_answer() {
    let mut agent = Agent::register().unwrap();
    let (done, ended) = mpsc::channel();
    let answering = thread::spawn(move || {
        while ended.try_recv().is_err() {
            match agent.next_question(SHORT) {
                Ok(question) => agent.answer(question.id, b"at once").unwrap(),
                Err(Error::Timeout(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    });
    let mut asker = Asker::new();
    for _ in 0..500 {
        let seq = asker.send(b"both?", 60_000, flags::ACK);
        assert_eq!(asker.next(), (seq, Kind::Ack));
        assert_eq!(asker.next(), (seq, Kind::Data));
    }
    done.send(()).unwrap();
    answering.join().unwrap();
}

#[test]
fn an_ack_of_a_refused_question_is_the_refusal_alone() {
    let mut asker = Asker::new();
    let seq = asker.send(b"anybody?", 60_000, flags::ACK);
    let (refused, errno, _) = asker.refused();
    assert_eq!((refused, errno), (seq, ENOTCONN));
    asker.socket.set_timeout(Duration::from_millis(1)).unwrap();
    assert!(matches!(
        asker.socket.next_message(|_| true),
        Err(Error::Timeout(_))
    ));
}

#[test]
fn askers_in_parallel_each_get_the_answer_to_their_own_question() {
    const ASKERS: usize = 6;
    const QUESTIONS: usize = 200;
    let mut agent = Agent::register().unwrap();
    let askers: Vec<_> = (0..ASKERS)
        .map(|asker| {
            thread::spawn(move || {
                let mut client = client();
                for number in 0..QUESTIONS {
                    let question = format!("{asker}/{number}");
                    let answer = client.ask(question.as_bytes(), LONG).unwrap();
                    assert_eq!(answer.answer, format!("re: {question}").into_bytes());
                }
            })
        })
        .collect();
    let mut last = 0;
    for _ in 0..ASKERS * QUESTIONS {
        let question = next(&mut agent);
        assert!(question.id > last, "numbers go up");
        last = question.id;
        let answer = [b"re: ", &question.question[..]].concat();
        agent.answer(question.id, &answer).unwrap();
    }
    for asker in askers {
        asker.join().unwrap();
    }
    assert_eq!(pending(), 0);
}

#[test]
fn a_socket_may_have_64_questions_pending_and_others_can_still_ask() {
    let mut agent = Agent::register().unwrap();
    let mut asker = Asker::new();
    for _ in 0..64 {
        asker.send(b"one of mine", 60_000, 0);
    }
    let first = next(&mut agent).id;
    for _ in 1..64 {
        next(&mut agent);
    }
    let many = asker.send(b"one too many", 60_000, 0);
    let words = "64 questions of this socket are pending, the limit";
    assert_eq!(asker.refused(), (many, EBUSY, words.to_owned()));
    assert_eq!(pending(), 64);
    // Another socket, even one of the same process, is not held up.
    let other = asking("may I?");
    let question = next(&mut agent);
    agent.answer(question.id, b"yes").unwrap();
    assert_eq!(other.join().unwrap().unwrap().answer, b"yes");
    // A question that ends makes room for one.
    agent.decline(first).unwrap();
    let (_, errno, _) = asker.refused();
    assert_eq!(errno, ECANCELED);
    asker.send(b"in its place", 60_000, flags::ACK);
    assert_eq!(asker.next().1, Kind::Ack);
    let many = asker.send(b"one too many", 60_000, 0);
    assert_eq!(asker.refused(), (many, EBUSY, words.to_owned()));
    drop(asker);
    assert_eq!(pending(), 0);
}

#[test]
fn no_more_than_1024_questions_wait_and_all_of_them_end() {
    const SOCKETS: usize = 16;
    let mut agent = Agent::register().unwrap();
    let mut askers: Vec<_> = (0..SOCKETS).map(|_| Asker::new()).collect();
    for number in 0..1024 {
        askers[number % SOCKETS].send(b"one of many", 60_000, 0);
        next(&mut agent);
    }
    assert_eq!(pending(), 1024);
    assert_eq!(
        refused(client().ask(b"one too many", LONG)),
        refusal(
            EBUSY,
            "1024 questions of this namespace are pending, the limit",
            ""
        )
    );
    drop(agent);
    for asker in &mut askers {
        for seq in 0..1024 / SOCKETS as u32 {
            // One request found the family.
            let (ended, errno, _) = asker.refused();
            assert_eq!((ended, errno), (seq + 2, EPIPE));
        }
    }
    assert_eq!(pending(), 0);
}

#[test]
fn an_agent_without_room_for_a_question_loses_none_that_was_taken() {
    let mut agent = Agent::register().unwrap();
    agent.socket().set_receive_buffer(1).unwrap();
    let mut asker = Asker::new();
    let mut taken = 0;
    let errno = loop {
        asker.send(&[b'?'; 1000], 60_000, flags::ACK);
        match asker.next() {
            (_, Kind::Ack) => taken += 1,
            (_, Kind::Refused(refusal)) => {
                assert_eq!(
                    refusal.message.as_deref(),
                    Some("the agent's socket has no room")
                );
                break refusal.errno;
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(errno, EBUSY);
    assert!(taken > 0);
    assert_eq!(pending(), taken);
    let mut told = false;
    let mut answered = 0;
    while answered < taken {
        match agent.next_question(Some(WAIT)) {
            Ok(question) => {
                agent.answer(question.id, b"in the end").unwrap();
                answered += 1;
            }
            Err(Error::Overrun) => told = true,
            Err(error) => panic!("{error}"),
        }
    }
    // Behind those that are there.
    told = told || matches!(agent.next_question(Some(WAIT)), Err(Error::Overrun));
    assert!(told, "the agent learns that there was one more");
    for _ in 0..taken {
        assert_eq!(asker.next().1, Kind::Data);
    }
    assert_eq!(pending(), 0);
}

#[test]
fn the_program_goes_on_when_its_socket_is_filled_while_its_command_runs() {
    let at = std::env::temp_dir().join("parley-agent-full");
    let (begun, end) = (at.with_extension("begun"), at.with_extension("end"));
    let remove = || {
        let _ = (fs::remove_file(&begun), fs::remove_file(&end));
    };
    remove();
    let script = format!(
        "read -r question; case $question in \
         hold) >{}; until [ -e {} ]; do sleep 0.1; done ;; esac; printf fine",
        begun.display(),
        end.display()
    );
    let mut program = Command::new(env!("CARGO_BIN_EXE_parley"))
        .args(["agent", "--timeout", "60s", "--exec", &script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(program.stdout.take().unwrap()).lines();
    assert!(out.next().unwrap().unwrap().ends_with("waiting"));
    let out = thread::spawn(move || out.map_while(|line| line.ok()).collect::<Vec<_>>());
    let held = asking("hold");
    until("the command runs", || begun.exists());
    let mut asker = Asker::new();
    let refused = (0..1000).any(|_| {
        asker.send(&[b'?'; 4000], 60_000, flags::ACK);
        matches!(asker.next().1, Kind::Refused(_))
    });
    fs::write(&end, "").unwrap();
    assert!(refused, "the agent's socket is full");
    assert_eq!(held.join().unwrap().unwrap().answer, b"fine");
    until("all are answered", || pending() == 0);
    let after = client().ask(b"still there?", LONG);
    remove();
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(after.unwrap().answer, b"fine");
    let out = out.join().unwrap();
    assert!(out.iter().any(|line| line.starts_with("lost ")), "{out:?}");
}

#[test]
fn an_asker_without_room_for_the_answer_learns_that_it_lost_it() {
    let mut agent = Agent::register().unwrap();
    let mut asker = Asker::new();
    asker.socket.set_receive_buffer(1).unwrap();
    let mut lost = false;
    for _ in 0..50 {
        asker.send(b"much?", 60_000, 0);
        let question = next(&mut agent);
        match agent.answer(question.id, &[b'!'; 4096]) {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(
                    refused(Err::<(), _>(error)),
                    refusal(libc::ENOBUFS, "the asker's socket has no room", "")
                );
                lost = true;
                break;
            }
        }
    }
    assert!(lost);
    assert_eq!(pending(), 0);
    let overrun =
        (0..50).any(|_| matches!(asker.socket.next_message(|_| true), Err(Error::Overrun)));
    assert!(overrun);
}

#[test]
fn a_request_too_long_to_be_kept_is_refused() {
    let _agent = Agent::register().unwrap();
    let long = client()
        .call(cmd::ASK, 0, Expect::Reply, |writer| {
            for _ in 0..3 {
                writer.bytes(ask::QUESTION, &[b'?'; 4096])?;
            }
            Ok(())
        })
        .map(drop);
    let words = "the request is too long to be kept for a later answer";
    assert_eq!(refused(long), refusal(libc::EMSGSIZE, words, ""));
}

#[test]
fn agents_and_askers_that_come_and_go_leave_nothing_pending() {
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for round in 0..100 {
                    let mut asker = Asker::new();
                    asker.send(b"gone in a moment", 1 + round % 7, 0);
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..100 {
                if let Ok(mut agent) = Agent::register() {
                    if let Ok(question) = agent.next_question(SHORT) {
                        let _ = agent.answer(question.id, b"hello");
                    }
                }
            }
        });
    });
    until("no question waits", || pending() == 0);
}
