// SPDX-License-Identifier: MIT OR Apache-2.0

//! The socket against a kernel in memory, which keeps to netlink's rules: one dump at
//! a time, and the next part of it whenever a datagram is received.

use super::super::transport::Received;
use super::*;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::thread;

const PORT: u32 = 77;
/// The type of the messages, and of the requests.
const KIND: u16 = 0x20;
/// How many entries each part of a dump has, and how many parts there are.
const ENTRIES: u32 = 2;
const PARTS: u32 = 5;
const ERROR: u16 = libc::NLMSG_ERROR as u16;
const DONE: u16 = libc::NLMSG_DONE as u16;

/// What becomes of a part of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It arrives.
    Good,
    /// Its first length is wrong.
    Malformed,
    /// It is longer than any buffer.
    Truncated,
    /// The kernel has no memory for it, and stops until the next receive.
    NoMemory,
}

#[derive(Debug, Default)]
struct Kernel(RefCell<State>);

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<io::Result<Received>>,
    datagrams: VecDeque<Vec<u8>>,
    /// The dump that runs: its sequence number, and the next part.
    dump: Option<(u32, u32)>,
    /// What becomes of the part of this number, once.
    fate: Option<(u32, Fate)>,
    /// Each request's answer comes behind these.
    before_answers: Vec<Vec<u8>>,
    /// How long each wait was to be at most.
    waits: Vec<Option<Duration>>,
    /// What each wait ends with.
    noise: Option<Vec<u8>>,
    /// Nothing is received.
    is_silent: bool,
    /// How many datagrams the receive buffer has room for, if that is limited.
    room: Option<usize>,
    /// One was dropped, and since then not all was read: so all that come are dropped.
    is_congested: bool,
    /// The next receive fails with `ENOBUFS`, whatever waits.
    must_tell: bool,
    /// How many receives there were.
    receives: usize,
}

fn message(kind: u16, flags: u16, (portid, seq): (u32, u32), payload: &[u8]) -> Vec<u8> {
    let mut bytes = message::header(kind, flags, seq).to_vec();
    bytes[12..].copy_from_slice(&portid.to_ne_bytes());
    bytes.extend_from_slice(payload);
    message::finish(&mut bytes, 0).unwrap();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn error(errno: i32, seq: u32) -> Vec<u8> {
    let payload = [&(-errno).to_ne_bytes()[..], &[0; HEADER]].concat();
    message(ERROR, flags::CAPPED, (PORT, seq), &payload)
}

/// An event with this number. Most families leave port and sequence number at 0.
fn event(number: u8) -> Vec<u8> {
    message(KIND, 0, (0, 0), &[number; 4])
}

fn received(len: usize, whole: usize) -> Received {
    let sender = Some(0);
    Received { len, sender, whole }
}

impl State {
    /// As netlink_overrun() has it: of a congestion it tells once.
    fn put(&mut self, datagram: Vec<u8>) {
        if self.is_congested || self.room.is_some_and(|room| self.queue.len() >= room) {
            self.must_tell |= !self.is_congested;
            self.is_congested = true;
            return;
        }
        let whole = datagram.len();
        let received = received(whole, whole);
        self.queue.push_back(Ok(received));
        self.datagrams.push_back(datagram);
    }

    /// Goes on with the dump that runs, as netlink_dump() does.
    fn go_on(&mut self) {
        let Some((seq, part)) = self.dump else { return };
        let fate = match self.fate {
            Some((number, fate)) if number == part => {
                self.fate = None;
                fate
            }
            _ => Fate::Good,
        };
        if fate == Fate::NoMemory {
            let error = io::Error::from_raw_os_error(libc::ENOBUFS);
            self.queue.push_front(Err(error));
            return;
        }
        let mut datagram = Vec::new();
        for entry in 0..ENTRIES {
            let number = (part * ENTRIES + entry).to_ne_bytes();
            datagram.extend(message(KIND, flags::MULTI, (PORT, seq), &number));
        }
        self.dump = Some((seq, part + 1));
        if part + 1 == PARTS {
            datagram.extend(message(DONE, flags::MULTI, (PORT, seq), &[0; 4]));
            self.dump = None;
        }
        if fate == Fate::Malformed {
            datagram[0] = 1;
        }
        self.put(datagram);
        if fate == Fate::Truncated {
            let received = received(RECEIVE_BUFFER, RECEIVE_BUFFER + 1);
            *self.queue.back_mut().unwrap() = Ok(received);
        }
    }
}

impl Transport for Kernel {
    fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        let mut state = self.0.borrow_mut();
        for before in state.before_answers.clone() {
            state.put(before);
        }
        for request in Messages::new(datagram) {
            let Header {
                kind, flags, seq, ..
            } = request.unwrap().header;
            if kind == KIND && flags & flags::DUMP != 0 {
                if state.dump.is_some() {
                    state.put(error(libc::EBUSY, seq));
                    continue;
                }
                state.dump = Some((seq, 0));
                // A dump for which there is no room at first is refused, and runs.
                if state.fate == Some((0, Fate::NoMemory)) {
                    state.fate = None;
                    state.put(error(libc::ENOBUFS, seq));
                } else {
                    state.go_on();
                }
            } else if flags & flags::ACK != 0 {
                state.put(error(0, seq));
            } else {
                state.put(message(KIND, 0, (PORT, seq), &[42; 4]));
            }
        }
        Ok(datagram.len())
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        let mut state = self.0.borrow_mut();
        state.receives += 1;
        if std::mem::take(&mut state.must_tell) {
            return Err(io::Error::from_raw_os_error(libc::ENOBUFS));
        }
        let next = if state.is_silent {
            None
        } else {
            state.queue.pop_front()
        };
        let Some(received) = next else {
            return Err(io::Error::from_raw_os_error(libc::EAGAIN));
        };
        let received = received?;
        let datagram = state.datagrams.pop_front().unwrap();
        buffer[..datagram.len()].copy_from_slice(&datagram);
        state.is_congested &= !state.queue.is_empty();
        state.go_on();
        Ok(received)
    }

    fn wait(&self, timeout: Option<Duration>) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        state.waits.push(timeout);
        if let Some(noise) = state.noise.clone() {
            state.put(noise);
        }
        // Some time passes.
        thread::sleep(Duration::from_millis(2));
        Ok(())
    }
}

fn socket() -> Socket<Kernel> {
    Socket::over(Kernel::default(), PORT)
}

fn listening() -> Socket<Kernel> {
    let mut socket = socket();
    socket.events.listen();
    socket
}

fn state(socket: &Socket<Kernel>) -> std::cell::RefMut<'_, State> {
    socket.transport.0.borrow_mut()
}

fn request(socket: &mut Socket<Kernel>, flags: u16) -> (u32, Vec<u8>) {
    let seq = socket.next_seq();
    let mut request = message::header(KIND, flags::REQUEST | flags, seq).to_vec();
    message::finish(&mut request, 0).unwrap();
    (seq, request)
}

/// Dumps, and hands each number to `each`.
fn dump(socket: &mut Socket<Kernel>, mut each: impl FnMut(u32) -> Result<()>) -> Result<bool> {
    let (seq, request) = request(socket, flags::DUMP);
    socket.dump(&request, seq, |entry| {
        each(u32::from_ne_bytes(entry.payload.try_into().unwrap()))
    })
}

/// A dump must list everything, and a request must get its own answer.
fn is_usable(socket: &mut Socket<Kernel>, case: &str) {
    let mut numbers = Vec::new();
    let whole = dump(socket, |number| {
        numbers.push(number);
        Ok(())
    });
    assert!(whole.is_ok(), "{case}: {whole:?}");
    assert_eq!(numbers, Vec::from_iter(0..ENTRIES * PARTS), "{case}");
    let (seq, request) = request(socket, 0);
    let reply = socket.transact(&request, seq, Expect::Reply).unwrap();
    assert_eq!(reply.payload, [42; 4], "{case}");
}

/// The numbers of the events that wait to be read.
fn heard(socket: &mut Socket<Kernel>) -> Vec<u8> {
    let mut numbers = Vec::new();
    while !socket.events.is_empty() || !socket.unread.is_empty() {
        let next = socket.next_message(|_| true).unwrap();
        if next.header.kind == KIND {
            numbers.push(next.payload[0]);
        }
    }
    assert!(state(socket).queue.is_empty());
    numbers
}

#[test]
fn a_receive_that_does_not_wait_gives_all_that_is_there_and_then_nothing() {
    let mut socket = listening();
    assert!(socket.try_next(|_| true).unwrap().is_none());
    let (one, two) = (event(1), event(2));
    state(&socket).put([one, two].concat());
    state(&socket).put(event(3));
    let mut heard = Vec::new();
    while let Some(message) = socket.try_next(|message| message.payload[0] != 2).unwrap() {
        heard.push(message.payload[0]);
    }
    assert_eq!(heard, [1, 3]);
    // Events that came before an answer are there, too.
    state(&socket).before_answers = vec![event(4)];
    let (seq, echo) = request(&mut socket, flags::REQUEST);
    socket.transact(&echo, seq, Expect::Reply).unwrap();
    assert_eq!(socket.try_next(|_| true).unwrap().unwrap().payload[0], 4);
    assert!(socket.try_next(|_| true).unwrap().is_none());
    // A loss is reported after the messages that were not dropped.
    state(&socket).put(event(5));
    state(&socket).must_tell = true;
    assert_eq!(socket.try_next(|_| true).unwrap().unwrap().payload[0], 5);
    assert!(matches!(socket.try_next(|_| true), Err(Error::Overrun)));
    assert!(socket.try_next(|_| true).unwrap().is_none());
    assert_eq!(state(&socket).waits, []);
}

#[test]
fn entries_of_a_dump_are_read_one_by_one_and_the_rest_is_thrown_away() {
    let mut socket = socket();
    for taken in [0, 1, ENTRIES * PARTS, ENTRIES * PARTS + 5] {
        let (seq, request) = request(&mut socket, flags::REQUEST | flags::DUMP);
        let mut entries = socket.entries(&request, seq).unwrap();
        let mut count = 0;
        while count < taken && entries.next_entry().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, taken.min(ENTRIES * PARTS));
        assert!(!entries.was_interrupted());
        drop(entries);
        assert!(state(&socket).dump.is_none());
        is_usable(&mut socket, &format!("after {taken} entries"));
    }
}

#[test]
fn each_socket_has_a_port_of_its_own_and_counts_from_one() {
    let open = || to_this_kernel(libc::NETLINK_GENERIC);
    let (Some(mut a), Some(b)) = (open(), open()) else {
        return;
    };
    assert_ne!(a.portid(), 0);
    assert_ne!(a.portid(), b.portid());
    assert_eq!((a.next_seq(), a.next_seq()), (1, 2));
    a.seq = u32::MAX;
    assert_eq!(a.next_seq(), 1);
    assert_eq!((a.next_seqs(3), a.next_seq()), (2, 5));
    a.seq = u32::MAX - 2;
    assert_eq!((a.next_seqs(3), a.next_seq()), (1, 4));
}

#[test]
fn a_dump_that_its_caller_stops_leaves_the_socket_usable() {
    for stop in 0..ENTRIES * PARTS {
        let mut socket = socket();
        let stopped = dump(&mut socket, |number| match number {
            number if number == stop => Err(Error::Nul),
            _ => Ok(()),
        });
        assert!(matches!(stopped, Err(Error::Nul)), "{stopped:?}");
        // The kernel is done with it as soon as the call returns.
        assert_eq!(state(&socket).dump, None);
        is_usable(&mut socket, &format!("stopped at entry {stop}"));
    }
}

#[test]
fn a_dump_with_a_part_that_cannot_be_read_leaves_the_socket_usable() {
    for fate in [Fate::Malformed, Fate::Truncated, Fate::NoMemory] {
        for part in 0..PARTS {
            let mut socket = socket();
            state(&socket).fate = Some((part, fate));
            let case = format!("{fate:?} part {part}");
            let failed = dump(&mut socket, |_| Ok(()));
            match (fate, failed) {
                (Fate::Malformed, Err(Error::Malformed { .. }))
                | (Fate::Truncated, Err(Error::Truncated(_)))
                | (Fate::NoMemory, Err(Error::Overrun)) => {}
                (Fate::NoMemory, Err(error)) if error.errno() == Some(libc::ENOBUFS) => {}
                (_, other) => panic!("{case}: {other:?}"),
            }
            assert_eq!(state(&socket).dump, None, "{case}");
            is_usable(&mut socket, &case);
        }
    }
}

#[test]
fn one_entry_read_of_a_dump_does_not_keep_the_next_dump_from_beginning() {
    for expect in [Expect::Entry, Expect::Reply] {
        let mut socket = socket();
        let (seq, request) = request(&mut socket, flags::DUMP);
        let first = socket.transact(&request, seq, expect).unwrap();
        assert_eq!(first.payload, [0; 4]);
        is_usable(&mut socket, &format!("{expect:?}"));
    }
}

#[test]
fn a_dump_that_falls_silent_leaves_the_socket_usable() {
    let mut socket = socket();
    // Of the first request nothing comes, not even of a ping: then all at once.
    state(&socket).is_silent = true;
    socket.set_timeout(Duration::from_millis(20)).unwrap();
    let silent = dump(&mut socket, |_| Ok(()));
    assert!(matches!(silent, Err(Error::Timeout(_))), "{silent:?}");
    state(&socket).is_silent = false;
    socket.set_timeout(TIMEOUT).unwrap();
    is_usable(&mut socket, "silent");
}

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
    // What is behind them in their own datagram is received, but not read yet.
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
    // rtnetlink, and others, give them the request's own numbers.
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
    // One that comes with a later request is known by no number.
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
    // Once.
    assert_eq!(heard(&mut socket), [0; 0]);
}

/// What the socket hears, with -1 for an overrun, until nothing comes.
fn heard_with_overruns(socket: &mut Socket<Kernel>) -> Vec<i32> {
    socket.set_timeout(Duration::from_millis(20)).unwrap();
    let mut heard = Vec::new();
    loop {
        match socket.next_message(|_| true) {
            Ok(message) => heard.push(message.payload[0].into()),
            Err(Error::Overrun) => heard.push(-1),
            Err(Error::Timeout(_)) => break,
            Err(error) => panic!("{error}"),
        }
    }
    socket.set_timeout(TIMEOUT).unwrap();
    heard
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
        let (seq, request) = request(&mut socket, flags);
        let end = socket.transact(&request, seq, expect).map(drop);
        assert!(end.is_ok(), "{expect:?}: {end:?}");
        assert_eq!(heard_with_overruns(&mut socket), [1, 2, 3, -1]);
    }
}

#[test]
fn a_socket_that_does_not_listen_receives_once_for_an_answer() {
    let mut socket = socket();
    for n in 1..=3 {
        let (seq, request) = request(&mut socket, flags::ACK);
        socket.transact(&request, seq, Expect::Ack).unwrap();
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
        // A reader that is told before these would not learn of what comes now.
        let told = socket.next_message(|_| true).map(drop);
        assert!(matches!(told, Err(Error::Overrun)), "{told:?}");
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
    // All was read, though the socket never saw that nothing was there.
    flood(&socket);
    assert_eq!(heard_with_overruns(&mut socket), [-1, 1, -1]);
}

#[test]
fn an_overrun_that_ends_a_request_is_told_to_the_reader_of_events_too() {
    let mut socket = listening();
    state(&socket).room = Some(2);
    state(&socket).before_answers = vec![event(1), event(2), event(3)];
    let (seq, request) = request(&mut socket, flags::ACK);
    let end = socket.transact(&request, seq, Expect::Ack).map(drop);
    assert!(matches!(end, Err(Error::Overrun)), "{end:?}");
    assert_eq!(heard_with_overruns(&mut socket), [1, 2, -1]);
}

#[test]
fn a_late_reply_to_a_request_that_was_given_up_is_no_event() {
    for (expect, again) in [(Expect::Reply, 3), (Expect::Command(42), 4)] {
        let mut socket = listening();
        socket.set_timeout(Duration::from_millis(5)).unwrap();
        state(&socket).is_silent = true;
        let (seq, request) = request(&mut socket, 0);
        let end = socket.transact(&request, seq, expect).map(drop);
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
        // Nor before another answer.
        state(&socket).before_answers = vec![message(KIND, 0, (PORT, seq), &[42; 4])];
        let (seq, request) = self::request(&mut socket, flags::ACK);
        socket.transact(&request, seq, Expect::Ack).unwrap();
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
    let ask = |socket: &mut Socket<Kernel>| {
        let (seq, request) = request(socket, 0);
        socket.transact(&request, seq, Expect::Reply).unwrap();
    };
    ask(&mut socket);
    // Fewer than half of them are read, so that those stay where they are.
    for _ in 0..each * 2 / 5 {
        socket.next_message(|_| true).unwrap();
    }
    state(&socket).before_answers.truncate(each * 2 / 5);
    ask(&mut socket);
    for _ in 0..each {
        let next = socket.next_message(|_| true);
        assert!(next.is_ok_and(|message| message.payload == long));
    }
    assert!(socket.events.is_empty());
}

#[test]
fn however_many_datagrams_come_an_operation_has_one_deadline() {
    let timeout = Duration::from_millis(50);
    type Operation = fn(&mut Socket<Kernel>) -> Result<()>;
    let operations: [(&str, Operation); 4] = [
        ("transact", |socket| {
            socket.transact(&[], 99, Expect::Reply).map(drop)
        }),
        ("transact_beside", |socket| {
            let beside = |_: &Message<'_>| {};
            socket
                .transact_beside(&[], 99, Expect::Reply, beside)
                .map(drop)
        }),
        ("dump", |socket| socket.dump(&[], 99, |_| Ok(())).map(drop)),
        ("next_message", |socket| {
            socket.next_message(|_| false).map(drop)
        }),
    ];
    for (name, operation) in operations {
        let mut socket = socket();
        socket.set_timeout(timeout).unwrap();
        // Noise after every wait, each of which takes 2 ms at least.
        state(&socket).noise = Some(event(0));
        let end = operation(&mut socket);
        assert!(
            matches!(end, Err(Error::Timeout(time)) if time == timeout),
            "{name}: {end:?}"
        );
        let waits: Vec<_> = state(&socket).waits.iter().flatten().copied().collect();
        assert!(!waits.is_empty() && waits.len() <= 26, "{name}: {waits:?}");
        for (i, wait) in (0..).zip(waits) {
            let passed = Duration::from_millis(2) * i;
            assert!(wait + passed <= timeout, "{name}: wait {i} of {wait:?}");
        }
    }
}

/// Wraps the kernel: some receives, by number, find nothing.
#[derive(Debug, Default)]
struct Deaf {
    kernel: Kernel,
    /// Receives of these numbers give EAGAIN.
    deaf: RefCell<std::ops::Range<usize>>,
    sends_fail: RefCell<bool>,
}

impl Transport for Deaf {
    fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        let kind = u16::from_ne_bytes([datagram[4], datagram[5]]);
        if *self.sends_fail.borrow() && kind == libc::NLMSG_NOOP as u16 {
            return Err(io::Error::from_raw_os_error(libc::ENOBUFS));
        }
        self.kernel.send(datagram)
    }
    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        let n = self.kernel.0.borrow().receives;
        if self.deaf.borrow().contains(&n) {
            self.kernel.0.borrow_mut().receives += 1;
            return Err(io::Error::from_raw_os_error(libc::EAGAIN));
        }
        self.kernel.receive(buffer)
    }
    fn wait(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.kernel.wait(timeout)
    }
}

#[test]
fn an_ack_does_not_make_an_open_dump_forgotten() {
    let mut socket = Socket::over(Deaf::default(), PORT);
    let seq = socket.next_seq();
    let mut req = message::header(KIND, flags::REQUEST | flags::DUMP, seq).to_vec();
    message::finish(&mut req, 0).unwrap();
    // The dump's reader stops; its rest cannot be read (the ping cannot be sent).
    *socket.transport.sends_fail.borrow_mut() = true;
    let n = socket.transport.kernel.0.borrow().receives;
    *socket.transport.deaf.borrow_mut() = n + 1..n + 3;
    let _ = socket.dump(&req, seq, |_| Err(Error::Nul)).unwrap_err();
    assert!(socket.open.is_some(), "still open");
    // An ACK to another request.
    let seq = socket.next_seq();
    let mut req = message::header(KIND, flags::REQUEST | flags::ACK, seq).to_vec();
    message::finish(&mut req, 0).unwrap();
    socket.transact(&req, seq, Expect::Ack).unwrap();
    *socket.transport.sends_fail.borrow_mut() = false;
    *socket.transport.deaf.borrow_mut() = 0..0;
    assert!(socket.transport.kernel.0.borrow().dump.is_none() || socket.open.is_some());
}

#[test]
fn after_an_error_a_dump_has_ended() {
    let mut socket = socket();
    socket.set_timeout(Duration::from_millis(1)).unwrap();
    let (seq, request) = request(&mut socket, flags::DUMP);
    let mut dump = socket.entries(&request, seq).unwrap();
    let mut errors = 0;
    for _ in 0..100 {
        match dump.next_entry() {
            Ok(Some(_)) => thread::sleep(Duration::from_millis(20)),
            Ok(None) => break,
            Err(_) => errors += 1,
        }
    }
    assert!(errors <= 1, "{errors} errors, where one ends it");
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
fn a_receive_that_does_not_wait_ends_though_messages_keep_coming() {
    #[derive(Debug)]
    struct Flood(std::cell::Cell<usize>);
    impl Transport for Flood {
        fn send(&self, d: &[u8]) -> io::Result<usize> {
            Ok(d.len())
        }
        fn receive(&self, b: &mut [u8]) -> io::Result<Received> {
            self.0.set(self.0.get() + 1);
            assert!(self.0.get() < 1_000_000, "does not return");
            let m = event(1);
            b[..m.len()].copy_from_slice(&m);
            let mut r = received(m.len(), m.len());
            r.sender = Some(99);
            Ok(r)
        }
        fn wait(&self, _: Option<Duration>) -> io::Result<()> {
            Ok(())
        }
    }
    let mut socket = Socket::over(Flood(Default::default()), PORT);
    socket.set_timeout(Duration::from_millis(1)).unwrap();
    assert!(matches!(socket.try_next(|_| true), Err(Error::Timeout(_))));
}

#[test]
fn an_event_that_is_too_long_before_an_answer_is_told_to_the_reader_of_events() {
    let mut socket = listening();
    let (seq, request) = request(&mut socket, flags::ACK);
    {
        // Comes after the events that wait are kept: from the request itself.
        let mut state = state(&socket);
        state.before_answers = vec![event(1)];
    }
    socket.begin();
    socket.send(&request).unwrap();
    let long = received(RECEIVE_BUFFER, RECEIVE_BUFFER + 1);
    *state(&socket).queue.front_mut().unwrap() = Ok(long);
    let mut deadline = Deadline::new(TIMEOUT);
    let end = socket
        .answer((seq, 1), Expect::Ack, &mut deadline, Events::keep)
        .map(drop);
    assert!(matches!(end, Err(Error::Truncated(_))), "{end:?}");
    // Behind the ACK.
    assert_eq!(heard_with_overruns(&mut socket), [0, -1]);
}
