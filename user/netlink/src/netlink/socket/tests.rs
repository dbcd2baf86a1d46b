// SPDX-License-Identifier: MIT OR Apache-2.0

//! The socket against a kernel in memory that follows netlink's rules: one dump at a
//! time, whose next part is sent whenever a datagram is received.

mod dumps;
mod events;

use super::super::transport::Received;
use super::*;
use crate::netlink::fake::reply;
use crate::netlink::message::{Header, Messages, HEADER};
use crate::netlink::tap::{Call, Step, Tap};
use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread;

const PORT: u32 = 77;
/// The type of the messages, and of the requests.
const KIND: u16 = 0x20;
/// The number of entries in each part of a dump, and the number of parts.
const ENTRIES: u32 = 2;
const PARTS: u32 = 5;
const ERROR: u16 = libc::NLMSG_ERROR as u16;
const DONE: u16 = libc::NLMSG_DONE as u16;

/// The fate of a part of a dump.
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
    /// The running dump: its sequence number, and its next part.
    dump: Option<(u32, u32)>,
    /// The fate of the part with this number, once.
    fate: Option<(u32, Fate)>,
    /// Messages that precede each request's answer.
    before_answers: Vec<Vec<u8>>,
    /// The timeout of each wait.
    waits: Vec<Option<Duration>>,
    /// The datagram that ends each wait.
    noise: Option<Vec<u8>>,
    /// Whether nothing is received.
    is_silent: bool,
    /// The number of datagrams that fit into the receive buffer, if it is limited.
    room: Option<usize>,
    /// Set when a datagram was dropped. Until everything is read, all later datagrams are
    /// dropped, too.
    is_congested: bool,
    /// Whether the next receive call fails with `ENOBUFS`, regardless of waiting
    /// datagrams.
    must_tell: bool,
    /// The number of receive calls.
    receives: usize,
    /// Receive calls with these numbers find nothing.
    deaf: Range<usize>,
    /// Whether pings cannot be sent.
    refuses_pings: bool,
    /// Whether a stranger sends without end.
    floods: bool,
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
    Received::new(len, Some(0), whole)
}

impl State {
    /// Like netlink_overrun(): reports congestion once.
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

    /// Continues the running dump, as netlink_dump() does.
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
        let is_ping = datagram.get(4..6) == Some(&(libc::NLMSG_NOOP as u16).to_ne_bytes());
        if state.refuses_pings && is_ping {
            return Err(io::Error::from_raw_os_error(libc::ENOBUFS));
        }
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
                // If there is no room for a dump at first, it is refused but runs.
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
        let number = state.receives;
        state.receives += 1;
        if state.deaf.contains(&number) {
            return Err(io::Error::from_raw_os_error(libc::EAGAIN));
        }
        if state.floods {
            assert!(number < 1_000_000, "does not return");
            let bytes = event(1);
            buffer[..bytes.len()].copy_from_slice(&bytes);
            return Ok(Received::new(bytes.len(), Some(99), bytes.len()));
        }
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

fn state(socket: &Socket<Kernel>) -> RefMut<'_, State> {
    socket.transport.0.borrow_mut()
}

fn request(socket: &mut Socket<Kernel>, flags: u16) -> (u32, Vec<u8>) {
    let seq = socket.next_seq();
    let mut request = message::header(KIND, flags::REQUEST | flags, seq).to_vec();
    message::finish(&mut request, 0).unwrap();
    (seq, request)
}

/// Makes a request, and drops its answer.
fn transact(socket: &mut Socket<Kernel>, flags: u16, expect: Expect) -> Result<()> {
    let (seq, request) = request(socket, flags);
    socket.transact(&request, seq, expect).map(drop)
}

/// Dumps, and passes each number to `each`.
fn dump(socket: &mut Socket<Kernel>, mut each: impl FnMut(u32) -> Result<()>) -> Result<bool> {
    let (seq, request) = request(socket, flags::DUMP);
    socket.dump(&request, seq, |entry| {
        each(u32::from_ne_bytes(entry.payload.try_into().unwrap()))
    })
}

/// Checks that a dump lists everything, and that a request gets its own answer.
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

/// Returns the numbers of the events that wait to be read.
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

/// Returns the messages that the socket receives, with -1 for an overrun.
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
        // Noise arrives after every wait, each of which takes at least 2 ms.
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

#[test]
fn a_receive_that_does_not_wait_ends_though_messages_keep_coming() {
    for of_all_namespaces in [false, true] {
        let mut socket = socket();
        if of_all_namespaces {
            socket.events.listen_to_all();
        }
        state(&socket).floods = true;
        socket.set_timeout(Duration::from_millis(1)).unwrap();
        let end = socket.try_next(|_| false);
        assert!(matches!(end, Err(Error::Timeout(_))), "{end:?}");
    }
}

#[test]
fn an_operation_ends_at_its_deadline_though_datagrams_keep_coming_without_a_wait() {
    type Operation = fn(&mut Socket<Kernel>) -> Result<()>;
    let operations: [(&str, Operation); 6] = [
        ("transact", |socket| {
            socket.transact(&[], 99, Expect::Reply).map(drop)
        }),
        ("transact_beside", |socket| {
            let beside = |_: &Message<'_>| {};
            let end = socket.transact_beside(&[], 99, Expect::Reply, beside);
            end.map(drop)
        }),
        ("transact_batch", |socket| {
            socket.transact_batch(&[], 99, 2, Expect::Reply, |_, end| end.map(drop))
        }),
        ("dump", |socket| socket.dump(&[], 99, |_| Ok(())).map(drop)),
        ("entries", |socket| {
            socket.entries(&[], 99)?.next_entry().map(drop)
        }),
        ("next_message", |socket| {
            socket.next_message(|_| false).map(drop)
        }),
    ];
    for (name, operation) in operations {
        let mut socket = socket();
        state(&socket).floods = true;
        socket.set_timeout(Duration::from_millis(1)).unwrap();
        let end = operation(&mut socket);
        assert!(matches!(end, Err(Error::Timeout(_))), "{name}: {end:?}");
    }
}

/// Records whether each receive call of a socket waits, and the timeouts that it sets.
#[derive(Debug, Default)]
struct Calls(Mutex<Vec<String>>);

impl Tap for Calls {
    fn step(&self, step: &Step<'_>) {
        let call = match step.call {
            Call::Receive { waits, .. } => format!("receive, waits: {waits}"),
            Call::SetTimeout { timeout } => format!("timeout {timeout:?}"),
            Call::Wait { .. } => "poll".to_owned(),
            _ => return,
        };
        self.0.lock().unwrap().push(call);
    }
}

#[test]
fn one_system_call_waits_and_receives_and_the_timeout_is_set_once() {
    if to_this_kernel(libc::NETLINK_ROUTE).is_none() {
        return;
    }
    let calls = Arc::new(Calls::default());
    let mut socket = Socket::open_with_tap(libc::NETLINK_ROUTE, calls.clone()).unwrap();
    socket.set_timeout(Duration::from_millis(1)).unwrap();
    for _ in 0..2 {
        let end = socket.next_message(|_| true);
        assert!(matches!(end, Err(Error::Timeout(_))), "{end:?}");
    }
    let (now, later) = ("receive, waits: false", "receive, waits: true");
    let mut shown = Vec::new();
    let calls = calls.0.lock().unwrap();
    let mut calls = calls.iter().map(String::as_str).peekable();
    while let Some(call) = calls.next() {
        if call != "poll" {
            shown.push(call);
            continue;
        }
        // A signal may end the receive early; then poll() and another one wait for the rest.
        calls.next_if_eq(&now);
    }
    assert_eq!(shown, [now, "timeout Some(1ms)", later, now, later]);
}

#[test]
fn without_a_timeout_an_operation_begins_with_the_receive_that_waits() {
    let mut socket = socket();
    socket.clear_timeout().unwrap();
    state(&socket).put(reply(KIND, 0, 0, b"event"));
    assert_eq!(socket.next_message(|_| true).unwrap().payload, b"event");
    assert_eq!(state(&socket).waits, [None]);
    // This must not wait.
    assert!(socket.try_next(|_| true).unwrap().is_none());
    assert_eq!(state(&socket).waits, [None]);
    socket.set_timeout(Duration::from_millis(1)).unwrap();
    state(&socket).put(reply(KIND, 0, 0, b"event"));
    socket.next_message(|_| true).unwrap();
    assert_eq!(state(&socket).waits, [None]);
}
