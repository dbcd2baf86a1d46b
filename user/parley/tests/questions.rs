// SPDX-License-Identifier: MIT OR Apache-2.0

//! Questions, the agent and its answers, against the loaded module.

mod common;
#[path = "questions/limits.rs"]
mod limits;

use common::raw::Raw;
use common::{client, refusal, refused, until, Calls, Refused, WAIT};
use libc::{EBUSY, ECANCELED, EINVAL, ENOENT, ENOTCONN, EPERM, EPIPE, ETIMEDOUT};
use parley::client::{Agent, Answer, Question};
use parley::uapi::{ask, cmd};
use parley::{Client, Error, Result};
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::{flags, Kind};
use parley_netlink::netlink::socket::Expect;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const LONG: Option<Duration> = Some(Duration::from_secs(60));
const SHORT: Option<Duration> = Some(Duration::from_millis(1));

fn next(agent: &mut Agent) -> Question {
    agent.next_question(Some(WAIT)).unwrap()
}

/// Asks in a thread of its own, which ends with the result.
fn asking(question: &'static str) -> thread::JoinHandle<Result<Answer>> {
    thread::spawn(move || client().answered(question.as_bytes(), LONG))
}

fn pending() -> u64 {
    client().stats_get().unwrap().asks_pending.unwrap()
}

/// Makes one of the agent's requests, with an ACK.
fn tell(
    client: &mut Client,
    cmd: u8,
    fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
) -> Result<()> {
    client.inner().call(cmd, 0, Expect::Ack, fill).map(drop)
}

/// Checks that the kernel refused it in these words, without naming an attribute.
#[track_caller]
fn is_refused<T: std::fmt::Debug>(result: Result<T>, errno: i32, words: &str) {
    assert_eq!(refused(result), refusal(errno, words, ""));
}

/// The refusal of an answer to a question that is not pending.
fn not_pending() -> Refused {
    refusal(ENOENT, "no such question is pending", "")
}

/// The refusal of an answer from another process.
fn not_the_agent() -> Refused {
    refusal(EPERM, "only the namespace's agent may answer", "")
}

#[test]
fn a_question_reaches_the_agent_and_its_answer_the_asker() {
    let mut agent = Agent::register().unwrap();
    let before = client().stats_get().unwrap().asks_answered.unwrap();
    let mut asker = client();
    let portid = asker.inner().portid();
    let asked = thread::spawn(move || asker.answered(b"what is it?", LONG));
    let question = next(&mut agent);
    assert_eq!(question.question, b"what is it?");
    assert_eq!(question.portid, portid);
    assert_eq!(pending(), 1);
    agent.answer(question.id, b"a conversation").unwrap();
    let answer = asked.join().unwrap().unwrap();
    assert_eq!(answer.id, question.id);
    assert_eq!(answer.answer, b"a conversation");
    let stats = client().stats_get().unwrap();
    assert_eq!(
        (stats.asks_pending, stats.asks_answered),
        (Some(0), Some(before + 1))
    );
}

#[test]
fn questions_and_answers_have_all_their_bytes() {
    let mut agent = Agent::register().unwrap();
    for (question, answer) in [(1, 0), (4096, 4096), (3, 5)] {
        let bytes = |len: usize| (0..len).map(|i| i as u8).collect::<Vec<_>>();
        let asked = thread::spawn(move || client().answered(&bytes(question), LONG));
        let heard = next(&mut agent);
        assert_eq!(heard.question, bytes(question));
        agent.answer(heard.id, &bytes(answer)).unwrap();
        assert_eq!(asked.join().unwrap().unwrap().answer, bytes(answer));
    }
}

#[test]
fn without_an_agent_a_question_is_refused_at_once() {
    is_refused(
        client().answered(b"anybody?", LONG),
        ENOTCONN,
        "the namespace has no agent",
    );
    assert_eq!(pending(), 0);
}

#[test]
fn there_is_one_agent_and_the_next_when_it_has_closed_its_socket() {
    let busy = || refusal(EBUSY, "the namespace already has an agent", "");
    let mut socket = client();
    tell(&mut socket, cmd::AGENT_REGISTER, |_| Ok(())).unwrap();
    assert_eq!(refused(Agent::register()), busy());
    // The same socket is refused, too, because it is the agent already.
    let again = tell(&mut socket, cmd::AGENT_REGISTER, |_| Ok(()));
    assert_eq!(refused(again), busy());
    drop(socket);
    for _ in 0..100 {
        drop(Agent::register().unwrap());
    }
}

#[test]
fn only_the_agent_may_answer_and_only_what_waits() {
    let answer = |client: &mut Client, id| {
        refused(tell(client, cmd::ANSWER, |writer| {
            writer.uint(ask::ID, id)?;
            writer.bytes(ask::ANSWER, b"false")
        }))
    };
    assert_eq!(answer(&mut client(), 1), not_the_agent());
    let mut agent = Agent::register().unwrap();
    let asked = asking("who?");
    let question = next(&mut agent);
    assert_eq!(answer(&mut client(), question.id), not_the_agent());
    assert_eq!(refused(agent.answer(question.id + 1, b"?")), not_pending());
    assert_eq!(refused(agent.answer(u64::MAX, b"?")), not_pending());
    agent.answer(question.id, b"true").unwrap();
    assert_eq!(refused(agent.answer(question.id, b"twice")), not_pending());
    assert_eq!(asked.join().unwrap().unwrap().answer, b"true");
}

#[test]
fn a_question_that_is_not_answered_in_time_ends_with_words() {
    let mut agent = Agent::register().unwrap();
    is_refused(
        client().answered(b"in time?", SHORT),
        ETIMEDOUT,
        "the agent did not answer in time",
    );
    assert_eq!(pending(), 0);
    let late = next(&mut agent);
    assert_eq!(refused(agent.answer(late.id, b"late")), not_pending());
}

#[test]
fn a_question_that_the_agent_declines_ends_at_once_with_words() {
    let mut agent = Agent::register().unwrap();
    let asked = asking("will you?");
    let question = next(&mut agent);
    agent.decline(question.id).unwrap();
    is_refused(
        asked.join().unwrap(),
        ECANCELED,
        "the agent declined the question",
    );
    assert_eq!(pending(), 0);
    assert_eq!(refused(agent.decline(question.id)), not_pending());
    assert_eq!(refused(agent.answer(question.id, b"or not")), not_pending());
    // Only the agent may decline.
    let stranger = tell(&mut client(), cmd::ANSWER, |writer| {
        writer.uint(ask::ID, question.id)?;
        writer.flag(ask::DECLINED)
    });
    assert_eq!(refused(stranger), not_the_agent());
}

#[test]
fn an_answer_carries_either_answer_or_declined() {
    let mut socket = client();
    tell(&mut socket, cmd::AGENT_REGISTER, |_| Ok(())).unwrap();
    let mut asker = Raw::new();
    let seq = asker.ask(b"yes or no?", 60_000, 0);
    until("the question is pending", || pending() == 1);
    let mut answer = |id: u64, answer: bool, declined: bool| {
        tell(&mut socket, cmd::ANSWER, |writer| {
            writer.uint(ask::ID, id)?;
            if answer {
                writer.bytes(ask::ANSWER, b"")?;
            }
            if declined {
                writer.flag(ask::DECLINED)?;
            }
            Ok(())
        })
    };
    let both = "answer and declined are mutually exclusive";
    let neither = "answer or declined is required";
    for id in [1, u64::MAX] {
        assert_eq!(
            refused(answer(id, true, true)),
            refusal(EINVAL, both, "ask.declined")
        );
        is_refused(answer(id, false, false), EINVAL, neither);
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
    let mut asker = Raw::new();
    let timeouts = [1200, 400, 50, 800];
    let asked = timeouts.map(|timeout| (timeout, asker.ask(b"when?", timeout, 0)));
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
        is_refused(
            asked.join().unwrap(),
            EPIPE,
            "the agent has closed its socket",
        );
    }
    assert_eq!(pending(), 0);
}

#[test]
fn a_question_whose_asker_goes_is_dropped_and_the_others_stay() {
    let mut agent = Agent::register().unwrap();
    let stays = asking("I stay");
    let stays_id = next(&mut agent).id;
    let mut goes = Raw::new();
    for _ in 0..3 {
        goes.ask(b"I go", 60_000, 0);
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
    let mut asker = Raw::new();
    for _ in 0..500 {
        let seq = asker.ask(b"both?", 60_000, flags::ACK);
        assert_eq!(asker.next(), (seq, Kind::Ack));
        assert_eq!(asker.next(), (seq, Kind::Data));
    }
    done.send(()).unwrap();
    answering.join().unwrap();
}

#[test]
fn an_ack_of_a_refused_question_is_the_refusal_alone() {
    let mut asker = Raw::new();
    let seq = asker.ask(b"anybody?", 60_000, flags::ACK);
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
                    let answer = client.answered(question.as_bytes(), LONG).unwrap();
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
fn agents_and_askers_that_come_and_go_leave_nothing_pending() {
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for round in 0..100 {
                    let mut asker = Raw::new();
                    asker.ask(b"gone in a moment", 1 + round % 7, 0);
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
