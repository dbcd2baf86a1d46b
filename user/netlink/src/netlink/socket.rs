// SPDX-License-Identifier: MIT OR Apache-2.0

//! A netlink socket, and round trips over it.
//!
//! A dump of rtnetlink's, by hand:
//!
//! ```
//! use parley_netlink::netlink::message::{self, flags};
//! use parley_netlink::netlink::{protocol, Socket};
//!
//! const RTM_NEWLINK: u16 = 16;
//! const RTM_GETLINK: u16 = 18;
//!
//! let mut socket = Socket::open(protocol::ROUTE)?;
//! let seq = socket.next_seq();
//! let mut request = message::header(RTM_GETLINK, flags::REQUEST | flags::DUMP, seq).to_vec();
//! // struct ifinfomsg, which asks for all links.
//! request.extend_from_slice(&[0; 16]);
//! message::finish(&mut request, 0)?;
//!
//! let mut links = 0;
//! let interrupted = socket.dump(&request, seq, |message| {
//!     assert_eq!(message.header.kind, RTM_NEWLINK);
//!     links += 1;
//!     Ok(())
//! })?;
//! println!("{links} links; changed meanwhile: {interrupted}");
//! # assert!(links > 0);
//! # Ok::<(), parley_netlink::Error>(())
//! ```
//!
//! [`route`](crate::route) offers this as typed calls.

mod deadline;
mod dump;
mod open;
mod read;
mod unasked;

use super::error::{Error, Result};
use super::events::Events;
pub use super::expect::Expect;
use super::message::{self, flags, Kind, Message, MIN_TYPE};
use super::transport::{Netlink, Received, Transport};
use deadline::Deadline;
pub use dump::Dump;
pub(crate) use read::Found;
use std::io;
use std::ops::Range;
use std::time::Duration;

/// The default time that the kernel has to answer.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Enough room for an attribute of maximum length, and the headers around it.
const RECEIVE_BUFFER: usize = 72 * 1024;

/// A netlink socket, bound to its own port.
///
/// A round trip is one send and one receive system call, without a copy or an
/// allocation: replies borrow from the socket's receive buffer.
///
/// Events that arrive while the socket waits for an answer are kept for
/// [`next_message`](Self::next_message). If the caller stops reading a dump early, the
/// rest is read before the next request, so an error never leaves the socket unusable.
#[derive(Debug)]
pub struct Socket<T = Netlink> {
    transport: T,
    portid: u32,
    seq: u32,
    timeout: Duration,
    /// If set, an operation does not start with a receive call that returns at once: see
    /// [`Self::receive`].
    waits_first: bool,
    buffer: Box<[u8]>,
    /// The bytes that were received and have not been read yet.
    unread: Range<usize>,
    /// Events that arrived before an answer, or from other network namespaces.
    events: Events,
    /// The id of the network namespace that sent the latest message.
    nsid: Option<i32>,
    /// The sequence number of a multipart answer whose end has not been read. Until the
    /// kernel has finished it, another dump fails with `EBUSY`.
    open: Option<u32>,
}

/// The requests whose answers the socket waits for: the first and the last sequence
/// number.
#[derive(Clone, Copy, Debug)]
struct Awaited {
    first: u32,
    last: u32,
}

impl Awaited {
    fn one(seq: u32) -> Self {
        Self {
            first: seq,
            last: seq,
        }
    }
}

fn io_error(call: &'static str) -> impl Fn(io::Error) -> Error {
    move |error| Error::Io { call, error }
}

impl<T: Transport> Socket<T> {
    /// Creates a socket over `transport`, which has the port `portid`.
    pub fn over(transport: T, portid: u32) -> Self {
        Self {
            transport,
            portid,
            seq: 0,
            timeout: TIMEOUT,
            waits_first: false,
            buffer: vec![0; RECEIVE_BUFFER].into_boxed_slice(),
            unread: 0..0,
            events: Events::default(),
            nsid: None,
            open: None,
        }
    }

    /// Returns the socket's netlink port.
    pub fn portid(&self) -> u32 {
        self.portid
    }

    /// Returns a sequence number for the next request. Never 0, which events have.
    pub fn next_seq(&mut self) -> u32 {
        self.seq = self.seq.checked_add(1).unwrap_or(1);
        self.seq
    }

    /// Returns the first of `count` consecutive sequence numbers, for requests that are
    /// sent together. None of them is 0.
    pub fn next_seqs(&mut self, count: u32) -> u32 {
        if self.seq.checked_add(count).is_none() {
            self.seq = 0;
        }
        let first = self.seq.saturating_add(1);
        self.seq = self.seq.saturating_add(count);
        first
    }

    /// Sets the timeout of an operation: how long the kernel has to answer, and how long
    /// [`next_message`](Self::next_message) waits. At least 1 µs. The kernel rounds a
    /// wait up to its ticks, and may extend it by up to an eighth
    /// (`kernel/time/timer.c`).
    ///
    /// Never fails.
    // A result, so that callers need not change if setting it becomes a system call.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<()> {
        self.timeout = timeout.max(Duration::from_micros(1));
        self.waits_first = timeout == Duration::MAX || self.events.are_of_all();
        Ok(())
    }

    /// Returns the timeout of an operation.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Lets operations wait without a timeout.
    ///
    /// Never fails, like [`set_timeout`](Self::set_timeout).
    pub fn wait_for_ever(&mut self) -> Result<()> {
        self.set_timeout(Duration::MAX)
    }

    /// Sends a datagram of one or more messages to the kernel.
    // Inlined, because the compiler then optimizes it together with its caller.
    #[inline(always)]
    pub fn send(&mut self, datagram: &[u8]) -> Result<()> {
        loop {
            match self.transport.send(datagram) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io_error("sendto")(error)),
            }
        }
    }

    /// Sends `request`, whose sequence number is `seq`, and waits for its answer: an
    /// error, or the expected message. Earlier events are kept for
    /// [`next_message`](Self::next_message).
    #[inline(always)]
    pub fn transact(&mut self, request: &[u8], seq: u32, expect: Expect) -> Result<Message<'_>> {
        let found = self.exchange(request, seq, expect)?;
        Ok(self.found(&found))
    }

    /// Like [`Self::transact`], for a caller that uses the socket again if this fails.
    #[inline(always)]
    pub(crate) fn exchange(&mut self, request: &[u8], seq: u32, expect: Expect) -> Result<Found> {
        self.begin();
        self.send(request)?;
        let mut deadline = Deadline::new(self.timeout);
        self.answer(Awaited::one(seq), expect, &mut deadline, Events::keep)
    }

    /// Like [`Self::transact`], but does not keep the messages before the answer; it
    /// passes them to `beside`. These are events, including those that the request itself
    /// causes, and late answers to earlier requests. If the socket has joined a group,
    /// events that arrived before the request are still kept.
    pub fn transact_beside(
        &mut self,
        request: &[u8],
        seq: u32,
        expect: Expect,
        mut beside: impl FnMut(&Message<'_>),
    ) -> Result<Message<'_>> {
        self.begin();
        self.send(request)?;
        let mut deadline = Deadline::new(self.timeout);
        let beside = |_: &mut Events, bytes: &[u8], _| {
            if let Some(message) = Message::first_of(bytes) {
                beside(&message);
            }
        };
        let found = self.answer(Awaited::one(seq), expect, &mut deadline, beside)?;
        Ok(self.found(&found))
    }

    /// Sends `requests`, a datagram with several requests. The first has the sequence
    /// number `first`, and each other the next one, as [`Self::next_seqs`] assigns them.
    /// Waits for the answers, and passes each to `each`, in order. An error from `each`
    /// ends the wait, but the kernel still handles all of the requests.
    ///
    /// Use this only for requests that the kernel answers before it handles the next one.
    pub fn transact_batch(
        &mut self,
        requests: &[u8],
        first: u32,
        count: u32,
        expect: Expect,
        mut each: impl FnMut(u32, Result<Message<'_>>) -> Result<()>,
    ) -> Result<()> {
        self.begin();
        self.send(requests)?;
        let mut deadline = Deadline::new(self.timeout);
        let last = first.wrapping_add(count).wrapping_sub(1);
        for i in 0..count {
            let first = first.wrapping_add(i);
            let awaited = Awaited { first, last };
            // Called in only one place, so that `each` is inlined there.
            let message = match self.answer(awaited, expect, &mut deadline, Events::keep) {
                Ok(found) => Ok(self.found(&found)),
                Err(Error::Refused(refusal)) => Err(Error::Refused(refusal)),
                // An error of the socket ends all of the requests.
                Err(error) => return Err(error),
            };
            if let Err(error) = each(i, message) {
                let next = awaited.first.wrapping_add(1);
                self.events.give_up(next, count.wrapping_sub(i + 1), expect);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Waits for the answer to the first of the requests `awaited`. Passes the messages
    /// before the answer to `beside`, as the bytes that start with each. If the socket
    /// fails, the answers to all of them are given up.
    #[inline(always)]
    fn answer(
        &mut self,
        awaited: Awaited,
        expect: Expect,
        deadline: &mut Deadline,
        mut beside: impl FnMut(&mut Events, &[u8], u32),
    ) -> Result<Found> {
        let (seq, portid) = (awaited.first, self.portid);
        // Usually nothing is unread before an answer.
        if self.unread.is_empty() {
            if let Err(error) = self.receive_answer(deadline) {
                return Err(self.failed(error, awaited, expect));
            }
        }
        let found = loop {
            let read = self.read(|events, Message { header, payload }, bytes| {
                // An event, which is kept, or a late answer to an earlier request, which
                // `Events::keep` drops.
                if header.seq != seq || header.portid != portid {
                    beside(events, bytes, portid);
                    return Ok(false);
                }
                if header.kind < MIN_TYPE {
                    let is_ack = expect == Expect::Ack && message::is_ack(header.kind, payload);
                    return if is_ack {
                        Ok(true)
                    } else {
                        ends(bytes, expect)
                    };
                }
                // An event that this request caused may have its numbers.
                let is_event = match expect {
                    Expect::Ack => true,
                    Expect::Command(cmd) => payload.first() != Some(&cmd),
                    Expect::Reply | Expect::Entry => false,
                };
                if is_event {
                    // Not an answer, whatever its port is, so keep it.
                    beside(events, bytes, 0);
                }
                Ok(!is_event)
            });
            match read {
                Ok(Some(found)) => break found,
                Ok(None) => {
                    if let Err(error) = self.receive_again(deadline) {
                        return Err(self.failed(error, awaited, expect));
                    }
                }
                Err(error) => return Err(self.failed(error, awaited, expect)),
            }
        };
        if found.kind < MIN_TYPE {
            // The end of a dump. An ACK does not end an open answer.
            if self.open == Some(seq) {
                self.open = None;
            }
        } else if found.flags & flags::MULTI != 0 {
            self.open = Some(seq);
        }
        Ok(found)
    }

    /// Receives the next datagram that may contain the answer.
    #[inline(always)]
    fn receive_answer(&mut self, deadline: &mut Deadline) -> Result<()> {
        match self.receive() {
            Ok(Some(len)) => self.unread = 0..len,
            received => self.wait_for_datagram(received, deadline)?,
        }
        Ok(())
    }

    /// Like [`Self::receive_answer`], unless the deadline has passed.
    #[cold]
    #[inline(never)]
    fn receive_again(&mut self, deadline: &mut Deadline) -> Result<()> {
        deadline.left()?;
        self.receive_answer(deadline)
    }

    /// Gives up the requests in `awaited`, unless the kernel refused them.
    #[cold]
    #[inline(never)]
    fn failed(&mut self, error: Error, awaited: Awaited, expect: Expect) -> Error {
        if !matches!(error, Error::Refused(_)) {
            let Awaited { first, last } = awaited;
            let count = last.wrapping_sub(first).wrapping_add(1);
            self.events.give_up(first, count, expect);
        }
        self.lose_with(&error);
        error
    }

    /// Records a loss of events if `error` concerns a message that may have been an
    /// event, or that events may have followed.
    fn lose_with(&mut self, error: &Error) {
        if matches!(error, Error::Truncated(_) | Error::Malformed { .. }) {
            self.events.lose();
        }
    }

    /// Waits for a datagram if `received` has none.
    #[cold]
    #[inline(never)]
    fn wait_for_datagram(
        &mut self,
        mut received: Result<Option<usize>>,
        deadline: &mut Deadline,
    ) -> Result<()> {
        if self.events.are_of_all() {
            received = self.receive_from_all();
        }
        loop {
            received = match received {
                Ok(Some(len)) => {
                    self.unread = 0..len;
                    return Ok(());
                }
                Ok(None) => self.receive_by(deadline),
                // The dropped messages may include events, so report the loss to their reader, too.
                Err(Error::Overrun) => {
                    self.events.lose();
                    return Err(Error::Overrun);
                }
                Err(error) => return Err(error),
            };
        }
    }

    /// Waits for a datagram until the deadline, and receives it. Returns `None` if none
    /// arrived; this may happen before the deadline.
    fn receive_by(&mut self, deadline: &mut Deadline) -> Result<Option<usize>> {
        // The first wait of an operation lasts for the socket's timeout, and so does
        // every wait without a timeout. So the timeout is already set, and one system
        // call waits and receives.
        if !self.events.are_of_all() && deadline.start() == Some(self.timeout) {
            let timeout = Some(self.timeout).filter(|timeout| *timeout != Duration::MAX);
            let waits = self.transport.set_receive_timeout(timeout);
            if waits.map_err(io_error("setsockopt"))? {
                let received = self.transport.receive_waiting(&mut self.buffer);
                return self.received(received);
            }
        }
        let left = deadline.left()?;
        match self.transport.wait(left) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                Err(io_error("poll")(error))
            }
            _ => self.receive_from_all(),
        }
    }

    /// Receives a datagram from the kernel into the start of the buffer. Returns its
    /// length, or `None` if there is none. A datagram from another sender is dropped, and
    /// one from another network namespace is kept; neither returns a length. All earlier
    /// bytes must have been read. A socket without a timeout, and one that listens to all
    /// network namespaces, receive in other ways: this returns `None` for them.
    // The other ways are not inlined, because that would cost instructions here.
    #[inline(always)]
    fn receive(&mut self) -> Result<Option<usize>> {
        if self.waits_first {
            return Ok(None);
        }
        let received = self.transport.receive(&mut self.buffer);
        self.received(received)
    }

    /// Returns the result of a receive call in [`Self::receive`].
    #[inline(always)]
    fn received(&self, received: io::Result<Received>) -> Result<Option<usize>> {
        let received = match received {
            Ok(received) => received,
            Err(error) => return receive_failed(error),
        };
        if received.sender != Some(0) {
            return Ok(Some(0));
        }
        if received.truncated() {
            return Err(Error::Truncated(self.buffer.len()));
        }
        Ok(Some(received.len))
    }
}

/// Returns the result of a receive call that failed.
#[cold]
fn receive_failed(error: io::Error) -> Result<Option<usize>> {
    match error.raw_os_error() {
        Some(libc::EINTR | libc::EAGAIN) => Ok(None),
        Some(libc::ENOBUFS) => Err(Error::Overrun),
        _ => Err(io_error("recvfrom")(error)),
    }
}

/// Returns whether one of netlink's own messages, at the start of `bytes`, ends the wait
/// for `expect`. A refusal is returned as an error.
#[cold]
fn ends(bytes: &[u8], expect: Expect) -> Result<bool> {
    let message = Message::first_of(bytes);
    match message.map_or(Ok(Kind::Noop), |message| message.kind())? {
        Kind::Refused(refusal) => Err(Error::Refused(refusal)),
        Kind::Overrun => Err(Error::Overrun),
        Kind::Done => Ok(expect == Expect::Entry),
        // An ACK does not end a call that expects a reply, and a reply does not end one that
        // expects an ACK. Other messages of the kernel are skipped. A dump that the kernel
        // answers like an ordinary request ends with the ACK, if one was requested.
        kind => Ok(kind == Kind::Ack && matches!(expect, Expect::Ack | Expect::Entry)),
    }
}

/// Opens a socket for a test that uses the kernel it runs on. QEMU's user mode has no
/// such socket: it has no Generic Netlink, and it translates some rtnetlink messages to
/// the other byte order, but not their attributes. `scripts/test/cross` sets the variable
/// that reports this.
#[cfg(test)]
pub(crate) fn to_this_kernel(protocol: i32) -> Option<Socket> {
    if std::env::var_os("PARLEY_EMULATED").is_none() {
        return Some(Socket::open(protocol).unwrap());
    }
    let test = std::thread::current();
    let name = test.name().unwrap_or_default();
    // Not printed by a macro, because the test harness captures that output.
    let line = format!("skipped, for the emulator has no netlink: {name}\n");
    io::Write::write_all(&mut io::stderr(), line.as_bytes()).unwrap();
    None
}

#[cfg(test)]
mod tests;
