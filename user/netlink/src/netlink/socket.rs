// SPDX-License-Identifier: MIT OR Apache-2.0

//! A netlink socket, and the round trip over it.
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
//! // struct ifinfomsg, which asks for no link in particular.
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
//! [`route`](crate::route) has this as typed calls.

mod parts;

use super::error::{Error, Result};
use super::events::Events;
pub use super::expect::Expect;
use super::message::{self, flags, Header, Kind, Message, Messages, HEADER, MIN_TYPE};
use super::tap::Tap;
use super::transport::{Netlink, Transport};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the kernel has to answer, where nothing else is said.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Room for the longest attribute there is, and what stands around it.
const RECEIVE_BUFFER: usize = 72 * 1024;

/// How many times as long as an answer a whole dump may take.
const DUMP_TIMEOUTS: u32 = 12;

const DONE: u16 = libc::NLMSG_DONE as u16;
const ERROR: u16 = libc::NLMSG_ERROR as u16;

/// A netlink socket, bound to a port of its own.
///
/// A round trip is one send and one receive system call, without a copy or an
/// allocation: replies borrow from the socket's receive buffer.
///
/// Events that arrive while the socket waits for an answer are kept for
/// [`next_message`](Self::next_message). A dump that ends early is read to its end
/// before the next request, so an error never leaves the socket unusable.
#[derive(Debug)]
pub struct Socket<T = Netlink> {
    transport: T,
    portid: u32,
    seq: u32,
    timeout: Duration,
    buffer: Box<[u8]>,
    /// What is received and not yet read.
    unread: Range<usize>,
    /// Events that arrived before an answer.
    events: Events,
    /// The sequence number of an answer in several messages whose end has not been
    /// read. While the kernel is at it, it refuses another dump with `EBUSY`.
    open: Option<u32>,
}

/// A message in a socket's buffer, which is whole there.
struct Found {
    header: Header,
    payload: Range<usize>,
}

impl Found {
    /// `message`, which begins at `at`.
    #[inline]
    fn new(message: &Message<'_>, at: usize) -> Self {
        // Both are in the buffer.
        let start = at.wrapping_add(HEADER);
        Self {
            header: message.header,
            payload: start..start.wrapping_add(message.payload.len()),
        }
    }
}

/// The time by which an operation has to be done. The clock is first read when the
/// operation has to wait: until then no time has passed, as no receive blocks.
struct Deadline {
    timeout: Duration,
    begun: Option<Instant>,
}

impl Deadline {
    fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            begun: None,
        }
    }

    /// Returns how much time is left, or `None` if there is no limit.
    #[cold]
    fn left(&mut self) -> Result<Option<Duration>> {
        if self.timeout == Duration::MAX {
            return Ok(None);
        }
        let elapsed = self.begun.get_or_insert_with(Instant::now).elapsed();
        match self.timeout.checked_sub(elapsed) {
            Some(left) if !left.is_zero() => Ok(Some(left)),
            _ => Err(Error::Timeout(self.timeout)),
        }
    }
}

fn io_error(call: &'static str) -> impl Fn(io::Error) -> Error {
    move |error| Error::Io { call, error }
}

impl Socket {
    /// Opens a socket of `protocol`, such as `libc::NETLINK_GENERIC`.
    pub fn open(protocol: i32) -> Result<Self> {
        let (transport, portid) = Netlink::open(protocol, None)?;
        Ok(Self::over(transport, portid))
    }

    /// As [`open`](Self::open), with a tap that sees each system call of the socket.
    pub fn open_with_tap(protocol: i32, tap: Arc<dyn Tap>) -> Result<Self> {
        let (transport, portid) = Netlink::open(protocol, Some(tap))?;
        Ok(Self::over(transport, portid))
    }

    /// Opens another socket of this one's protocol, with the same tap if there is one.
    pub fn open_another(&self) -> Result<Self> {
        let (transport, portid) = self.transport.open_another()?;
        Ok(Self::over(transport, portid))
    }

    /// Joins the multicast group with number `group`, and gets its messages.
    pub fn join(&mut self, group: u32) -> Result<()> {
        let group = i32::try_from(group).map_err(|_| Error::Malformed {
            what: "a group's number is out of range",
            offset: 0,
        })?;
        self.transport.join(group).map_err(io_error("setsockopt"))?;
        self.events.listen();
        Ok(())
    }

    /// Asks for a receive buffer of `bytes`; the kernel doubles that, and has
    /// bounds of its own.
    pub fn set_receive_buffer(&mut self, bytes: i32) -> Result<()> {
        self.transport
            .set_receive_buffer(bytes)
            .map_err(io_error("setsockopt"))
    }
}

impl<T: Transport> Socket<T> {
    /// A socket over `transport`, by which it has the port `portid`.
    pub fn over(transport: T, portid: u32) -> Self {
        Self {
            transport,
            portid,
            seq: 0,
            timeout: TIMEOUT,
            buffer: vec![0; RECEIVE_BUFFER].into_boxed_slice(),
            unread: 0..0,
            events: Events::default(),
            open: None,
        }
    }

    /// The socket's netlink port.
    pub fn portid(&self) -> u32 {
        self.portid
    }

    /// A sequence number for the next request. Never 0, which events have.
    pub fn next_seq(&mut self) -> u32 {
        self.seq = self.seq.checked_add(1).unwrap_or(1);
        self.seq
    }

    /// The first of `count` sequence numbers, one after another, for requests that
    /// are sent together. None is 0.
    pub fn next_seqs(&mut self, count: u32) -> u32 {
        if self.seq.checked_add(count).is_none() {
            self.seq = 0;
        }
        let first = self.seq.saturating_add(1);
        self.seq = self.seq.saturating_add(count);
        first
    }

    /// Sets the timeout of an operation: how long the kernel has to answer, and how
    /// long [`next_message`](Self::next_message) waits. At least 1 µs; waits are
    /// rounded up to whole milliseconds.
    ///
    /// Never fails.
    // A result because this was a system call in 0.1.0.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<()> {
        self.timeout = timeout.max(Duration::from_micros(1));
        Ok(())
    }

    /// The timeout of an operation.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Lets operations wait without a timeout.
    ///
    /// Never fails, like [`set_timeout`](Self::set_timeout).
    pub fn wait_for_ever(&mut self) -> Result<()> {
        self.timeout = Duration::MAX;
        Ok(())
    }

    /// Waits for the next message of the kernel's that is `wanted`: first of the
    /// events that arrived before an earlier answer.
    ///
    /// Fails with [`Error::Overrun`] where the kernel had to drop some, or where more
    /// arrived before an answer than a socket keeps, 8 MiB. What was not dropped is
    /// handed out first: until that is read, the kernel goes on dropping what comes, so
    /// only behind it does a list make up for the loss. Where messages keep coming, some
    /// sent after the loss may come before the word of it, and that may come twice.
    #[inline]
    pub fn next_message(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Message<'_>> {
        let mut is_awaited = false;
        if self.unread.is_empty() && self.events.is_empty() {
            let received = match self.receive() {
                Err(Error::Overrun) => {
                    self.events.overrun();
                    Some(0)
                }
                received => received?,
            };
            let len = received.unwrap_or(0);
            let datagram = self.buffer.get(..len).unwrap_or_default();
            let mut messages = Messages::new(datagram);
            let found = messages.next();
            // Most often one is sent alone, and wanted.
            if found.is_some_and(|message| message.is_ok_and(|message| wanted(&message))) {
                self.unread = messages.offset()..len;
                return self.first(len);
            }
            self.unread = 0..len;
            is_awaited = received.is_none();
        }
        self.wait_for_wanted(wanted, is_awaited)
    }

    /// What [`Self::next_message`] comes to where something else comes first, or
    /// nothing has come yet.
    #[inline(never)]
    fn wait_for_wanted(
        &mut self,
        wanted: impl Fn(&Message<'_>) -> bool,
        is_awaited: bool,
    ) -> Result<Message<'_>> {
        let mut deadline = Deadline::new(self.timeout);
        if is_awaited {
            self.receive_event(true, &mut deadline)?;
        } else if let Some(kept) = self.events.next(&wanted)? {
            return self.events.get(kept);
        }
        let at = loop {
            let at = self.unread.start;
            let datagram = self.buffer.get(..self.unread.end).unwrap_or_default();
            let mut messages = Messages::at(datagram, at);
            match messages.next() {
                Some(Ok(message)) => {
                    self.unread.start = messages.offset();
                    if wanted(&message) && !self.events.is_late(&message, self.portid) {
                        break at;
                    }
                }
                Some(Err(error)) => {
                    self.unread = 0..0;
                    return Err(error);
                }
                None => self.receive_event(false, &mut deadline)?,
            }
        };
        Messages::at(&self.buffer, at)
            .next()
            .unwrap_or_else(|| Err(gone(at)))
    }

    /// Receives the next datagram of events, or tells of a loss. The kernel tells of one
    /// before what it has not dropped, and then drops in silence until all of that is
    /// read; so it is told when nothing is left. It is also told, and kept in mind, where
    /// another loss shows that all was read, or where the time is up.
    #[cold]
    #[inline(never)]
    fn receive_event(&mut self, mut is_empty: bool, deadline: &mut Deadline) -> Result<()> {
        loop {
            let had_lost = self.events.has_lost();
            let left = match deadline.left() {
                Err(_) if had_lost => return Err(Error::Overrun),
                left => left?,
            };
            if is_empty {
                self.pause(left)?;
            }
            match self.receive() {
                Ok(Some(len)) => {
                    self.unread = 0..len;
                    return Ok(());
                }
                Ok(None) if self.events.take_loss() => return Err(Error::Overrun),
                Ok(None) => is_empty = true,
                Err(Error::Overrun) if !had_lost => {
                    self.events.overrun();
                    is_empty = false;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Sends a datagram of one message or several to the kernel.
    // In line, as what is around it is quicker for knowing what it does.
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

    /// Sends `request`, whose sequence number is `seq`, and waits for what it
    /// ends with: an error, or what is expected. Events that come before that are
    /// kept for [`next_message`](Self::next_message).
    // In line, so that of a reply no more is taken apart than is looked at.
    #[inline(always)]
    pub fn transact(&mut self, request: &[u8], seq: u32, expect: Expect) -> Result<Message<'_>> {
        self.begin();
        self.send(request)?;
        let received = self.receive();
        let len = *received
            .as_ref()
            .ok()
            .and_then(Option::as_ref)
            .unwrap_or(&0);
        if let Some(end) = self.expected(len, seq, expect) {
            if end < len {
                self.unread = end..len;
            }
            return self.first(len);
        }
        let found = self.wait_after(received, seq, expect, Events::keep)?;
        Ok(self.found(&found))
    }

    /// As [`Self::transact`], but hands the messages that come before the answer to
    /// `beside` in place of keeping them: events, those that the request itself
    /// causes among them, and late answers to earlier requests. On a socket that has
    /// joined a group, what was there before the request is kept.
    pub fn transact_beside(
        &mut self,
        request: &[u8],
        seq: u32,
        expect: Expect,
        mut beside: impl FnMut(&Message<'_>),
    ) -> Result<Message<'_>> {
        self.begin();
        self.send(request)?;
        let received = self.receive();
        let found = self.wait_after(received, seq, expect, |_, message, _| beside(message))?;
        Ok(self.found(&found))
    }

    /// Sends `requests`, a datagram of several, of which the first has the
    /// sequence number `first` and each other the next one, as
    /// [`Self::next_seqs`] gives them; waits for what each ends with, and hands
    /// that to `each`, in their order. What `each` fails with ends the wait; the
    /// kernel handles all of the requests all the same.
    ///
    /// Only for requests that the kernel answers before it handles the next.
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
        for i in 0..count {
            let seq = first.wrapping_add(i);
            let mut alone = None;
            if self.unread.is_empty() {
                let len = match self.receive() {
                    Ok(received) => received.unwrap_or(0),
                    Err(error) => {
                        self.events.give_up(seq, count.wrapping_sub(i), expect);
                        return Err(error);
                    }
                };
                let end = self.expected(len, seq, expect);
                self.unread = end.unwrap_or(0)..len;
                alone = end.map(|_| len);
            }
            // `each` is called in one place, so that it is put in line there.
            let message = match alone {
                Some(len) => self.first(len),
                None => match self.wait(seq, expect, &mut deadline, Events::keep) {
                    Ok(found) => Ok(self.found(&found)),
                    Err(Error::Refused(refusal)) => Err(Error::Refused(refusal)),
                    // Of the socket, so it ends them all.
                    Err(error) => {
                        self.events.give_up(seq, count.wrapping_sub(i), expect);
                        return Err(error);
                    }
                },
            };
            each(i, message)?;
        }
        Ok(())
    }

    /// What [`Self::wait`] has found.
    #[inline]
    fn found(&self, found: &Found) -> Message<'_> {
        Message {
            header: found.header,
            payload: self.buffer.get(found.payload.clone()).unwrap_or_default(),
        }
    }

    /// Where the first message of the `len` bytes that were received ends, if it is
    /// what is expected of the answer to `seq`, and all of it: most often it is, and
    /// there is nothing else to see to.
    #[inline]
    fn expected(&self, len: usize, seq: u32, expect: Expect) -> Option<usize> {
        let datagram = self.buffer.get(..len).unwrap_or_default();
        let mut messages = Messages::new(datagram);
        let Some(Ok(Message { header, payload })) = messages.next() else {
            return None;
        };
        let is_data = header.kind >= MIN_TYPE && header.flags & flags::MULTI == 0;
        let is_it = header.seq == seq
            && header.portid == self.portid
            && match expect {
                Expect::Reply | Expect::Entry => is_data,
                Expect::Command(cmd) => is_data && payload.first() == Some(&cmd),
                Expect::Ack => message::is_ack(header.kind, payload),
            };
        is_it.then_some(messages.offset())
    }

    /// The first message of the `len` bytes that were received.
    #[inline]
    fn first(&self, len: usize) -> Result<Message<'_>> {
        let datagram = self.buffer.get(..len).unwrap_or_default();
        Messages::new(datagram)
            .next()
            .unwrap_or_else(|| Err(gone(0)))
    }

    /// As [`Self::wait`], after a receive that gave `received`.
    #[inline(never)]
    fn wait_after(
        &mut self,
        received: Result<Option<usize>>,
        seq: u32,
        expect: Expect,
        beside: impl FnMut(&mut Events, &Message<'_>, u32),
    ) -> Result<Found> {
        let mut deadline = Deadline::new(self.timeout);
        let found = received
            .and_then(|received| self.take(received, &mut deadline))
            .and_then(|()| self.wait(seq, expect, &mut deadline, beside));
        if matches!(&found, Err(error) if !matches!(error, Error::Refused(_))) {
            self.events.give_up(seq, 1, expect);
        }
        found
    }

    /// Waits for the answer to `seq`, and tells where in the buffer it is. Hands the
    /// messages before it to `beside`.
    #[inline(never)]
    fn wait(
        &mut self,
        seq: u32,
        expect: Expect,
        deadline: &mut Deadline,
        mut beside: impl FnMut(&mut Events, &Message<'_>, u32),
    ) -> Result<Found> {
        loop {
            while !self.unread.is_empty() {
                let datagram = self.buffer.get(..self.unread.end).unwrap_or_default();
                let at = self.unread.start;
                let mut messages = Messages::at(datagram, at);
                let message = match messages.next() {
                    Some(Ok(message)) => message,
                    Some(Err(error)) => {
                        self.unread = 0..0;
                        return Err(error);
                    }
                    None => break,
                };
                self.unread.start = messages.offset().min(self.unread.end);
                let Header { kind, flags, .. } = message.header;
                // Late answers to earlier requests, and events, are not for us.
                if message.header.seq != seq || message.header.portid != self.portid {
                    beside(&mut self.events, &message, self.portid);
                    continue;
                }
                // An event that the request itself has caused can have its numbers.
                let is_event = match expect {
                    Expect::Ack => kind >= MIN_TYPE,
                    Expect::Command(cmd) => {
                        kind >= MIN_TYPE && message.payload.first() != Some(&cmd)
                    }
                    Expect::Reply | Expect::Entry => false,
                };
                if is_event {
                    // No answer, whatever its port: so it is kept.
                    beside(&mut self.events, &message, 0);
                } else if ends(message.kind()?, expect)? {
                    if kind >= MIN_TYPE && flags & flags::MULTI != 0 {
                        self.open = Some(seq);
                    }
                    return Ok(Found::new(&message, at));
                }
            }
            self.receive_more(deadline)?;
        }
    }

    /// Takes what a receive gave, or waits for the next datagram where it gave none.
    fn take(&mut self, received: Option<usize>, deadline: &mut Deadline) -> Result<()> {
        let len = match received {
            Some(len) => len,
            None => self.wait_for_datagram(deadline)?,
        };
        self.unread = 0..len;
        Ok(())
    }

    /// Receives another datagram, unless the time is up: however many come, none of
    /// them makes the wait longer.
    #[cold]
    fn receive_more(&mut self, deadline: &mut Deadline) -> Result<()> {
        deadline.left()?;
        let received = self.receive()?;
        self.take(received, deadline)
    }

    /// Waits for a datagram, and receives it.
    #[cold]
    #[inline(never)]
    fn wait_for_datagram(&mut self, deadline: &mut Deadline) -> Result<usize> {
        loop {
            let left = deadline.left()?;
            self.pause(left)?;
            if let Some(len) = self.receive()? {
                return Ok(len);
            }
        }
    }

    /// Waits until there is something to receive, for at most `left`.
    fn pause(&self, left: Option<Duration>) -> Result<()> {
        match self.transport.wait(left) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                Err(io_error("poll")(error))
            }
            _ => Ok(()),
        }
    }

    /// What a receive call's error comes to. Whoever is told of an overrun, the reader of
    /// the events is told as well.
    #[cold]
    fn receive_failed(&mut self, error: io::Error) -> Result<Option<usize>> {
        match error.raw_os_error() {
            Some(libc::EINTR | libc::EAGAIN) => Ok(None),
            Some(libc::ENOBUFS) => {
                self.events.lose();
                Err(Error::Overrun)
            }
            _ => Err(io_error("recvfrom")(error)),
        }
    }

    /// Receives a datagram of the kernel's to the start of the buffer, and tells
    /// how long it is, or `None` where none is there. One from anybody else is
    /// dropped, and has no length. Of an earlier one nothing may be unread.
    #[inline(always)]
    fn receive(&mut self) -> Result<Option<usize>> {
        let received = match self.transport.receive(&mut self.buffer) {
            Ok(received) => received,
            Err(error) => return self.receive_failed(error),
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

/// A message was found before, and is not there.
#[cold]
fn gone(offset: usize) -> Error {
    Error::Malformed {
        what: "the message is gone",
        offset,
    }
}

/// Tells whether a message of this kind ends the wait for `expect`. One that says
/// no is an error.
#[inline(never)]
fn ends(kind: Kind, expect: Expect) -> Result<bool> {
    match (kind, expect) {
        (Kind::Refused(refusal), _) => Err(Error::Refused(refusal)),
        (Kind::Overrun, _) => Err(Error::Overrun),
        (Kind::Data, Expect::Reply | Expect::Command(_) | Expect::Entry)
        | (Kind::Done, Expect::Entry)
        | (Kind::Ack, Expect::Ack) => Ok(true),
        // An ACK where a reply is awaited says nothing, and the other way about;
        // so do the kernel's other messages.
        _ => Ok(false),
    }
}

/// A socket for a test that converses with the kernel it runs on. There is none under
/// QEMU's user mode, which has no Generic Netlink, and of rtnetlink it translates some
/// messages to the other byte order and not their attributes. `scripts/test/cross` says so.
#[cfg(test)]
pub(crate) fn to_this_kernel(protocol: i32) -> Option<Socket> {
    if std::env::var_os("PARLEY_EMULATED").is_none() {
        return Some(Socket::open(protocol).unwrap());
    }
    let test = std::thread::current();
    let name = test.name().unwrap_or_default();
    // Not by a macro, whose output the test harness keeps to itself.
    let line = format!("skipped, for the emulator has no netlink: {name}\n");
    io::Write::write_all(&mut io::stderr(), line.as_bytes()).unwrap();
    None
}

#[cfg(test)]
mod tests;
