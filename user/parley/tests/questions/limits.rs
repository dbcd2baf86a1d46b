// SPDX-License-Identifier: MIT OR Apache-2.0

//! The limits of questions, and of the sockets they pass through.

use super::*;
use common::program::Background;
use common::refuse;
use std::fs;
use std::io::{BufRead, BufReader};

#[test]
fn a_socket_may_have_64_questions_pending_and_others_can_still_ask() {
    let mut agent = Agent::register().unwrap();
    let mut asker = Raw::new();
    for _ in 0..64 {
        asker.ask(b"one of mine", 60_000, 0);
    }
    let first = next(&mut agent).id;
    for _ in 1..64 {
        next(&mut agent);
    }
    let many = asker.ask(b"one too many", 60_000, 0);
    let words = "limit of 64 pending questions from this socket reached";
    assert_eq!(asker.refused(), (many, EBUSY, words.to_owned()));
    assert_eq!(pending(), 64);
    // Another socket is not held up, even one of the same process.
    let other = asking("may I?");
    let question = next(&mut agent);
    agent.answer(question.id, b"yes").unwrap();
    assert_eq!(other.join().unwrap().unwrap().answer, b"yes");
    // A question that ends makes room for one.
    agent.decline(first).unwrap();
    let (_, errno, _) = asker.refused();
    assert_eq!(errno, ECANCELED);
    asker.ask(b"in its place", 60_000, flags::ACK);
    assert_eq!(asker.next().1, Kind::Ack);
    let many = asker.ask(b"one too many", 60_000, 0);
    assert_eq!(asker.refused(), (many, EBUSY, words.to_owned()));
    drop(asker);
    assert_eq!(pending(), 0);
}

#[test]
fn no_more_than_1024_questions_wait_and_all_of_them_end() {
    const SOCKETS: usize = 16;
    let mut agent = Agent::register().unwrap();
    let mut askers: Vec<_> = (0..SOCKETS).map(|_| Raw::new()).collect();
    for number in 0..1024 {
        askers[number % SOCKETS].ask(b"one of many", 60_000, 0);
        next(&mut agent);
    }
    assert_eq!(pending(), 1024);
    let words = "limit of 1024 pending questions in this namespace reached";
    is_refused(client().answered(b"one too many", LONG), EBUSY, words);
    drop(agent);
    for asker in &mut askers {
        for seq in 0..1024 / SOCKETS as u32 {
            // The first request looked up the family.
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
    let mut asker = Raw::new();
    let mut taken = 0;
    let errno = loop {
        asker.ask(&[b'?'; 1000], 60_000, flags::ACK);
        match asker.next().1 {
            Kind::Ack => taken += 1,
            Kind::Refused(refusal) => {
                let words = "the agent's receive buffer is full";
                assert_eq!(refusal.message.as_deref(), Some(words));
                break refusal.errno;
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(errno, EBUSY);
    assert!(taken > 0);
    assert_eq!(pending(), taken);
    let mut reported = false;
    let mut answered = 0;
    while answered < taken {
        match agent.next_question(Some(WAIT)) {
            Ok(question) => {
                agent.answer(question.id, b"in the end").unwrap();
                answered += 1;
            }
            Err(Error::Overrun) => reported = true,
            Err(error) => panic!("{error}"),
        }
    }
    // The loss is reported after the questions that arrived.
    reported = reported || matches!(agent.next_question(Some(WAIT)), Err(Error::Overrun));
    assert!(reported, "the agent learns that there was one more");
    for _ in 0..taken {
        assert_eq!(asker.next().1, Kind::Data);
    }
    assert_eq!(pending(), 0);
}

#[test]
fn the_program_goes_on_when_its_socket_is_filled_while_its_command_runs() {
    let at = std::env::temp_dir().join("parley-agent-full");
    let (begun, end) = (at.with_extension("begun"), at.with_extension("end"));
    let remove = || drop((fs::remove_file(&begun), fs::remove_file(&end)));
    remove();
    let script = format!(
        "read -r question; case $question in \
         hold) >{}; until [ -e {} ]; do sleep 0.1; done ;; esac; printf fine",
        begun.display(),
        end.display()
    );
    let mut program = Background::agent(&["--timeout", "60s", "--exec", &script]);
    let out = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let out = thread::spawn(move || out.map_while(|line| line.ok()).collect::<Vec<_>>());
    let held = asking("hold");
    until("the command runs", || begun.exists());
    let mut asker = Raw::new();
    let refused = (0..1000).any(|_| {
        asker.ask(&[b'?'; 4000], 60_000, flags::ACK);
        matches!(asker.next().1, Kind::Refused(_))
    });
    fs::write(&end, "").unwrap();
    assert!(refused, "the agent's socket is full");
    assert_eq!(held.join().unwrap().unwrap().answer, b"fine");
    until("all are answered", || pending() == 0);
    let after = client().answered(b"still there?", LONG);
    remove();
    drop(program);
    assert_eq!(after.unwrap().answer, b"fine");
    let out = out.join().unwrap();
    assert!(out.iter().any(|line| line.starts_with("lost ")), "{out:?}");
}

#[test]
fn an_asker_without_room_for_the_answer_learns_that_it_lost_it() {
    let mut agent = Agent::register().unwrap();
    let mut asker = Raw::new();
    asker.socket.set_receive_buffer(1).unwrap();
    let mut lost = false;
    for _ in 0..50 {
        asker.ask(b"much?", 60_000, 0);
        let question = next(&mut agent);
        let answered = agent.answer(question.id, &[b'!'; 4096]);
        if answered.is_err() {
            let words = "the asker's receive buffer is full";
            is_refused(answered, libc::ENOBUFS, words);
            lost = true;
            break;
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
    let long = refuse(cmd::ASK, 0, |writer| {
        (0..3).try_for_each(|_| writer.bytes(ask::QUESTION, &[b'?'; 4096]))
    });
    let words = "the request is too long to be kept and answered later";
    assert_eq!(long, refusal(libc::EMSGSIZE, words, ""));
}
