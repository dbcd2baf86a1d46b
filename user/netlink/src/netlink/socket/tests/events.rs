// SPDX-License-Identifier: MIT OR Apache-2.0

//! Events that arrive besides answers, and the loss of some.

use super::*;

#[test]
fn events_before_an_answer_wait_for_their_reader() {
    let mut socket = listening();
    state(&socket).before_answers = vec![event(1), [event(2), event(3)].concat()];
    is_usable(&mut socket, "with events");
    let (first, count) = (socket.next_seqs(2), 2);
    let mut batch = Vec::new();
    for seq in [first, first + 1] {
        batch.extend(message(KIND, flags::REQUEST, (0, seq), &[]));
    }
    let mut ends = 0;
    let each = |_, end: Result<Message<'_>>| {
        ends += 1;
        end.map(drop)
    };
    socket
        .transact_batch(&batch, first, count, Expect::Reply, each)
        .unwrap();
    assert_eq!(ends, 2);
    assert_eq!(heard(&mut socket), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    assert_eq!(heard(&mut socket), [0; 0]);
}

#[test]
fn events_of_a_dump_that_stops_wait_for_their_reader() {
    let mut socket = listening();
    state(&socket).before_answers = vec![event(1)];
    dump(&mut socket, |_| Err(Error::Nul)).unwrap_err();
    // The messages after them in the same datagram are received, but not read yet.
    state(&socket).before_answers = vec![[event(2), event(3)].concat()];
    socket.transport.send(&[]).unwrap();
    let next = socket.next_message(|_| true).unwrap();
    assert_eq!(next.payload, [1; 4]);
    assert_eq!(socket.next_message(|_| true).unwrap().payload, [2; 4]);
    state(&socket).before_answers = vec![event(4)];
    is_usable(&mut socket, "with an event unread");
    assert_eq!(heard(&mut socket), [3, 4, 4]);
}

#[test]
fn events_that_a_request_causes_are_not_taken_for_its_answer() {
    // rtnetlink and others give such events the request's own numbers.
    let mut socket = listening();
    let (seq, request) = request(&mut socket, flags::ACK);
    state(&socket).before_answers = vec![message(KIND, 0, (PORT, seq), &[7; 4])];
    let mut beside = Vec::new();
    let ack = socket.transact_beside(&request, seq, Expect::Ack, |message| {
        beside.push(message.payload.to_vec());
    });
    assert_eq!(ack.unwrap().kind().unwrap(), Kind::Ack);
    assert_eq!(beside, [[7; 4]]);
    socket.transact(&request, seq, Expect::Ack).unwrap();
    assert_eq!(heard(&mut socket), [7]);
    // An event with an earlier request's numbers is kept during a later request.
    is_usable(&mut socket, "with events of an earlier request");
    assert_eq!(heard(&mut socket), [7, 7]);
}

#[test]
fn a_reply_is_told_from_an_event_of_its_own_request_by_the_command() {
    let mut socket = listening();
    let (seq, request) = request(&mut socket, 0);
    state(&socket).before_answers = vec![message(KIND, 0, (PORT, seq), &[7; 4])];
    let reply = socket.transact(&request, seq, Expect::Command(42)).unwrap();
    assert_eq!(reply.payload, [42; 4]);
    assert_eq!(heard(&mut socket), [7]);
}

#[test]
fn late_answers_are_no_events() {
    let mut socket = listening();
    let (late, again) = (socket.next_seq(), socket.next_seq());
    state(&socket).before_answers = vec![
        error(libc::EIO, late),
        message(KIND, flags::MULTI, (PORT, again), &[9; 4]),
        message(DONE, flags::MULTI, (PORT, again), &[]),
    ];
    is_usable(&mut socket, "with late answers");
    assert_eq!(heard(&mut socket), [0; 0]);
    // A socket that listens to nothing keeps no answer at all.
    let mut plain = self::socket();
    let late = plain.next_seq();
    state(&plain).before_answers = vec![message(KIND, 0, (PORT, late), &[9; 4])];
    is_usable(&mut plain, "with a late answer");
    assert!(plain.events.is_empty());
}

#[test]
fn more_events_than_a_socket_keeps_are_an_overrun_behind_those_it_keeps() {
    let mut socket = listening();
    let long = vec![5; 64 * 1024];
    state(&socket).before_answers = vec![message(KIND, 0, (0, 0), &long); 200];
    is_usable(&mut socket, "with many events");
    state(&socket).before_answers.clear();
    let mut kept = 0;
    let end = loop {
        match socket.next_message(|_| true) {
            Ok(message) => assert_eq!(message.payload, long),
            Err(error) => break error,
        }
        kept += 1;
    };
    assert!(matches!(end, Error::Overrun), "{end:?}");
    assert_eq!(kept, (8 << 20) / (HEADER + long.len()));
    // The loss is reported once.
    assert_eq!(heard(&mut socket), [0; 0]);
}

#[test]
fn a_request_over_a_socket_full_of_events_gets_its_answer() {
    for expect in [Expect::Ack, Expect::Reply] {
        let mut socket = listening();
        socket.set_timeout(Duration::from_millis(20)).unwrap();
        state(&socket).room = Some(3);
        for number in 1..=9 {
            state(&socket).put(event(number));
        }
        let flags = if expect == Expect::Ack { flags::ACK } else { 0 };
        let end = transact(&mut socket, flags, expect);
        assert!(end.is_ok(), "{expect:?}: {end:?}");
        assert_eq!(heard_with_overruns(&mut socket), [1, 2, 3, -1]);
    }
}

#[test]
fn a_socket_that_does_not_listen_receives_once_for_an_answer() {
    let mut socket = socket();
    for n in 1..=3 {
        transact(&mut socket, flags::ACK, Expect::Ack).unwrap();
        assert_eq!(state(&socket).receives, n);
    }
}

#[test]
fn an_overrun_is_told_when_the_kernel_has_stopped_to_drop() {
    for mut socket in [socket(), listening()] {
        state(&socket).room = Some(3);
        for number in 1..=4 {
            state(&socket).put(event(number));
        }
        for number in 1..=3 {
            let next = socket.next_message(|_| true).unwrap();
            assert_eq!(next.payload, [number; 4]);
        }
        // Reporting the loss before these messages would hide the loss that follows them.
        let reported = socket.next_message(|_| true).map(drop);
        assert!(matches!(reported, Err(Error::Overrun)), "{reported:?}");
        state(&socket).put(event(9));
        assert_eq!(heard_with_overruns(&mut socket), [9]);
    }
}

#[test]
fn a_loss_during_a_loss_is_told_twice() {
    let mut socket = listening();
    state(&socket).room = Some(1);
    let flood = |socket: &Socket<Kernel>| {
        state(socket).put(event(1));
        state(socket).put(event(2));
    };
    flood(&socket);
    assert_eq!(socket.next_message(|_| true).unwrap().payload, [1; 4]);
    // Everything was read, although the socket never found the queue empty.
    flood(&socket);
    assert_eq!(heard_with_overruns(&mut socket), [-1, 1, -1]);
}

#[test]
fn an_overrun_that_ends_a_request_is_told_to_the_reader_of_events_too() {
    let mut socket = listening();
    state(&socket).room = Some(2);
    state(&socket).before_answers = vec![event(1), event(2), event(3)];
    let end = transact(&mut socket, flags::ACK, Expect::Ack);
    assert!(matches!(end, Err(Error::Overrun)), "{end:?}");
    assert_eq!(heard_with_overruns(&mut socket), [1, 2, -1]);
}

#[test]
fn a_late_reply_to_a_request_that_was_given_up_is_no_event() {
    for (expect, again) in [(Expect::Reply, 3), (Expect::Command(42), 4)] {
        let mut socket = listening();
        socket.set_timeout(Duration::from_millis(5)).unwrap();
        state(&socket).is_silent = true;
        let (seq, late) = request(&mut socket, 0);
        let end = socket.transact(&late, seq, expect).map(drop);
        assert!(matches!(end, Err(Error::Timeout(_))), "{end:?}");
        state(&socket).is_silent = false;
        // An event can have a request's numbers, but not its reply's command.
        let number = [again; 4];
        let caused = seq + u32::from(expect == Expect::Reply);
        for late in [(PORT, seq), (0, 0)] {
            state(&socket).put(message(KIND, 0, late, &[42; 4]));
        }
        state(&socket).put(message(KIND, 0, (PORT, caused), &number));
        assert_eq!(heard_with_overruns(&mut socket), [42, again.into()]);
        // A late reply before another answer is no event either.
        state(&socket).before_answers = vec![message(KIND, 0, (PORT, seq), &[42; 4])];
        transact(&mut socket, flags::ACK, Expect::Ack).unwrap();
        state(&socket).before_answers.clear();
        assert_eq!(heard_with_overruns(&mut socket), [0; 0]);
    }
}

#[test]
fn what_is_read_takes_no_room_from_the_events_a_socket_keeps() {
    let mut socket = listening();
    let long = vec![5; 64 * 1024];
    let each = 100;
    state(&socket).before_answers = vec![message(KIND, 0, (0, 0), &long); each];
    transact(&mut socket, 0, Expect::Reply).unwrap();
    // Fewer than half of them are read, so that the others stay where they are.
    for _ in 0..each * 2 / 5 {
        socket.next_message(|_| true).unwrap();
    }
    state(&socket).before_answers.truncate(each * 2 / 5);
    transact(&mut socket, 0, Expect::Reply).unwrap();
    for _ in 0..each {
        let next = socket.next_message(|_| true);
        assert!(next.is_ok_and(|message| message.payload == long));
    }
    assert!(socket.events.is_empty());
}

#[test]
fn what_each_of_a_batch_refuses_leaves_no_answers_that_look_like_events() {
    let mut socket = listening();
    let first = socket.next_seqs(3);
    let mut requests = Vec::new();
    for i in 0..3 {
        let start = requests.len();
        requests.extend(message::header(KIND, flags::REQUEST, first + i));
        message::finish(&mut requests, start).unwrap();
    }
    let end = socket.transact_batch(&requests, first, 3, Expect::Reply, |_, _| Err(Error::Nul));
    assert!(end.is_err());
    assert_eq!(
        heard_with_overruns(&mut socket),
        [0; 0],
        "answers are handed out as events"
    );
}

#[test]
fn an_event_that_is_too_long_before_an_answer_is_told_to_the_reader_of_events() {
    let mut socket = listening();
    let (seq, request) = request(&mut socket, flags::ACK);
    // Arrives with the request itself, after the waiting events were kept.
    state(&socket).before_answers = vec![event(1)];
    socket.begin();
    socket.send(&request).unwrap();
    let long = received(RECEIVE_BUFFER, RECEIVE_BUFFER + 1);
    *state(&socket).queue.front_mut().unwrap() = Ok(long);
    let mut deadline = Deadline::new(TIMEOUT);
    let end = socket
        .answer(Awaited::one(seq), Expect::Ack, &mut deadline, Events::keep)
        .map(drop);
    assert!(matches!(end, Err(Error::Truncated(_))), "{end:?}");
    // After the ACK.
    assert_eq!(heard_with_overruns(&mut socket), [0, -1]);
}

#[test]
fn a_dump_that_fails_gives_up_no_requests_but_its_own() {
    let mut socket = listening();
    socket.set_timeout(Duration::from_millis(1)).unwrap();
    for _ in 0..4 {
        socket.next_seq();
    }
    let (seq, request) = request(&mut socket, flags::DUMP);
    state(&socket).is_silent = true;
    let mut entries = socket.entries(&request, seq).unwrap();
    let end = entries.next_entry().map(drop);
    assert!(matches!(end, Err(Error::Timeout(_))), "{end:?}");
    drop(entries);
    state(&socket).is_silent = false;
    state(&socket).queue.clear();
    state(&socket).datagrams.clear();
    // An event that a later request of this socket has caused, with that request's numbers.
    let caused = message(KIND, 0, (PORT, seq + 2), &[7; 4]);
    state(&socket).put(caused);
    assert_eq!(socket.next_message(|_| true).unwrap().payload, [7; 4]);
}
