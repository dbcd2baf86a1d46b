// SPDX-License-Identifier: MIT OR Apache-2.0

//! A netlink socket, and the round trip over it.
//!
//! A dump of rtnetlink's, by hand:
//!
//! ```
//! use parley::netlink::message::{self, flags};
//! use parley::netlink::{protocol, Socket};
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
//! # Ok::<(), parley::Error>(())
//! ```
//!
//! [`route`](crate::route) has this as typed calls.

#![forbid(unsafe_code)]

use super::error::{Error, Result};
use super::message::{self, flags, Header, Kind, Message, Messages, HEADER, MIN_TYPE};
use super::transport::{Netlink, Transport};
use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

/// How long the kernel has to answer, where nothing else is said.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Room for the longest attribute there is, and what stands around it.
const RECEIVE_BUFFER: usize = 72 * 1024;

/// How many times as long as an answer a whole dump may take.
const DUMP_TIMEOUTS: u32 = 12;

/// A netlink socket, bound to a port of its own.
///
/// A round trip is one send and one receive system call, without a copy or an
/// allocation: replies borrow from the socket's receive buffer.
#[derive(Debug)]
pub struct Socket<T = Netlink> {
    transport: T,
    portid: u32,
    seq: u32,
    timeout: Duration,
    buffer: Box<[u8]>,
    /// What is received and not yet read.
    unread: Range<usize>,
}

/// What ends the wait for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// A message of the family.
    Reply,
    /// A message of the family, or the end of a dump.
    Entry,
    /// An ACK.
    Ack,
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

fn io_error(call: &'static str) -> impl Fn(io::Error) -> Error {
    move |error| Error::Io { call, error }
}

impl Socket {
    /// Opens a socket of `protocol`, such as `libc::NETLINK_GENERIC`.
    pub fn open(protocol: i32) -> Result<Self> {
        let (transport, portid) = Netlink::open(protocol)?;
        Self::over(transport, portid)
    }

    /// Joins the multicast group with number `group`, and gets its messages.
    pub fn join(&mut self, group: u32) -> Result<()> {
        let group = i32::try_from(group).map_err(|_| Error::Malformed {
            what: "a group's number is out of range",
            offset: 0,
        })?;
        self.transport.join(group).map_err(io_error("setsockopt"))
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
    pub(crate) fn over(transport: T, portid: u32) -> Result<Self> {
        transport
            .set_receive_timeout(TIMEOUT)
            .map_err(io_error("setsockopt"))?;
        Ok(Self {
            transport,
            portid,
            seq: 0,
            timeout: TIMEOUT,
            buffer: vec![0; RECEIVE_BUFFER].into_boxed_slice(),
            unread: 0..0,
        })
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

    /// Sets how long the kernel has to answer. At least 1 µs.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<()> {
        let timeout = timeout.max(Duration::from_micros(1));
        self.transport
            .set_receive_timeout(timeout)
            .map_err(io_error("setsockopt"))?;
        self.timeout = timeout;
        Ok(())
    }

    /// How long the kernel has to answer.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Lets receive calls wait for as long as it takes.
    pub fn wait_for_ever(&mut self) -> Result<()> {
        // Zero is for ever.
        self.transport
            .set_receive_timeout(Duration::ZERO)
            .map_err(io_error("setsockopt"))?;
        self.timeout = Duration::MAX;
        Ok(())
    }

    /// Waits for the next message of the kernel's that is `wanted`.
    ///
    /// Fails with [`Error::Overrun`] where the kernel had to drop some.
    #[inline]
    pub fn next_message(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Message<'_>> {
        if self.unread.is_empty() {
            let len = self.receive()?;
            let datagram = self.buffer.get(..len).unwrap_or_default();
            let mut messages = Messages::new(datagram);
            let found = messages.next();
            // Most often one is sent alone, and wanted.
            if found.is_some_and(|message| message.is_ok_and(|message| wanted(&message))) {
                self.unread = messages.offset()..len;
                return self.first(len);
            }
            self.unread = 0..len;
        }
        self.wait_for_wanted(wanted)
    }

    /// What [`Self::next_message`] comes to where something else comes first.
    #[inline(never)]
    fn wait_for_wanted(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Message<'_>> {
        let mut since = None;
        let mut received = false;
        let at = loop {
            let at = self.unread.start;
            let datagram = self.buffer.get(..self.unread.end).unwrap_or_default();
            let mut messages = Messages::at(datagram, at);
            match messages.next() {
                Some(Ok(message)) => {
                    self.unread.start = messages.offset();
                    if wanted(&message) {
                        break at;
                    }
                    continue;
                }
                Some(Err(error)) => {
                    self.unread = 0..0;
                    return Err(error);
                }
                None => {}
            }
            // Read only where a second receive is needed: most often none is.
            if received {
                self.check_time(&mut since)?;
            }
            received = true;
            let len = self.receive()?;
            self.unread = 0..len;
        };
        Messages::at(&self.buffer, at)
            .next()
            .unwrap_or_else(|| Err(gone(at)))
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
    /// ends with: an error, or what is expected.
    // In line, so that of a reply no more is taken apart than is looked at.
    #[inline(always)]
    pub fn transact(&mut self, request: &[u8], seq: u32, expect: Expect) -> Result<Message<'_>> {
        self.send(request)?;
        // What is left of an earlier round trip can be no answer to this one.
        let len = self.receive()?;
        if let Some(end) = self.expected(len, seq, expect) {
            if end < len {
                self.unread = end..len;
            }
            return self.first(len);
        }
        self.unread = 0..len;
        let found = self.wait(seq, expect, |_| {})?;
        Ok(self.found(&found))
    }

    /// As [`Self::transact`], on a socket that gets other messages, too: hands
    /// those that come before the answer to `beside`.
    pub fn transact_beside(
        &mut self,
        request: &[u8],
        seq: u32,
        expect: Expect,
        beside: impl FnMut(&Message<'_>),
    ) -> Result<Message<'_>> {
        self.send(request)?;
        let found = self.wait(seq, expect, beside)?;
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
        self.unread = 0..0;
        self.send(requests)?;
        for i in 0..count {
            let seq = first.wrapping_add(i);
            let mut alone = None;
            if self.unread.is_empty() {
                let len = self.receive()?;
                let end = self.expected(len, seq, expect);
                self.unread = end.unwrap_or(0)..len;
                alone = end.map(|_| len);
            }
            // `each` is called in one place, so that it is put in line there.
            let message = match alone {
                Some(len) => self.first(len),
                None => match self.wait(seq, expect, |_| {}) {
                    Ok(found) => Ok(self.found(&found)),
                    Err(Error::Refused(refusal)) => Err(Error::Refused(refusal)),
                    // Of the socket, so it ends them all.
                    Err(error) => return Err(error),
                },
            };
            each(i, message)?;
        }
        Ok(())
    }

    /// Sends `request`, which asks for a dump, and hands each entry to `each`.
    /// Tells whether what is dumped has changed meanwhile: then entries may be
    /// missing, or of different moments.
    pub fn dump(
        &mut self,
        request: &[u8],
        seq: u32,
        mut each: impl FnMut(Message<'_>) -> Result<()>,
    ) -> Result<bool> {
        self.send(request)?;
        let mut interrupted = false;
        let longest = self.timeout.saturating_mul(DUMP_TIMEOUTS);
        let begun = Instant::now();
        // Since when nothing of this dump has come.
        let mut silent = None;
        // A dump that never ends is no longer waited for.
        while begun.elapsed() < longest {
            let len = self.receive()?;
            let datagram = self.buffer.get(..len).unwrap_or_default();
            let mut came = false;
            for message in Messages::new(datagram) {
                let message = message?;
                if message.header.seq != seq || message.header.portid != self.portid {
                    continue;
                }
                came = true;
                interrupted |= message.header.flags & flags::DUMP_INTR != 0;
                if message.header.kind >= MIN_TYPE {
                    each(message)?;
                } else if ends(message.kind()?, Expect::Entry)? {
                    return Ok(interrupted);
                }
            }
            if came {
                silent = None;
            } else {
                self.check_time(&mut silent)?;
            }
        }
        Err(Error::Timeout(longest))
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
    /// what is expected of the answer to `seq`: most often it is, and there is
    /// nothing else to see to.
    #[inline]
    fn expected(&self, len: usize, seq: u32, expect: Expect) -> Option<usize> {
        let datagram = self.buffer.get(..len).unwrap_or_default();
        let mut messages = Messages::new(datagram);
        let Some(Ok(Message { header, payload })) = messages.next() else {
            return None;
        };
        let is_it = header.seq == seq
            && header.portid == self.portid
            && match expect {
                Expect::Reply | Expect::Entry => header.kind >= MIN_TYPE,
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

    /// Waits for the answer to `seq`, and tells where in the buffer it is.
    #[inline(never)]
    fn wait(
        &mut self,
        seq: u32,
        expect: Expect,
        mut beside: impl FnMut(&Message<'_>),
    ) -> Result<Found> {
        // Read only where a second receive is needed: most often none is.
        let mut since = None;
        let mut received = false;
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
                // Late answers to earlier requests, and events, are not for us.
                if message.header.seq != seq || message.header.portid != self.portid {
                    beside(&message);
                    continue;
                }
                if ends(message.kind()?, expect)? {
                    return Ok(Found::new(&message, at));
                }
            }
            if received {
                self.check_time(&mut since)?;
            }
            received = true;
            let len = self.receive()?;
            self.unread = 0..len;
        }
    }

    /// Fails where the kernel has taken longer than it may, since this was first
    /// called.
    #[cold]
    fn check_time(&self, since: &mut Option<Instant>) -> Result<()> {
        if since.get_or_insert_with(Instant::now).elapsed() >= self.timeout {
            return Err(Error::Timeout(self.timeout));
        }
        Ok(())
    }

    /// What a receive call's error comes to; an interrupted one is nothing.
    #[cold]
    fn receive_failed(&self, error: io::Error) -> Result<usize> {
        match error.raw_os_error() {
            Some(libc::EINTR) => Ok(0),
            Some(libc::EAGAIN) => Err(Error::Timeout(self.timeout)),
            Some(libc::ENOBUFS) => Err(Error::Overrun),
            _ => Err(io_error("recvfrom")(error)),
        }
    }

    /// Receives a datagram of the kernel's to the start of the buffer, and tells
    /// how long it is. One from anybody else is dropped, and none. What was not
    /// read of an earlier one is gone.
    #[inline(always)]
    fn receive(&mut self) -> Result<usize> {
        self.unread = 0..0;
        let received = match self.transport.receive(&mut self.buffer) {
            Ok(received) => received,
            Err(error) => return self.receive_failed(error),
        };
        if received.sender != Some(0) {
            return Ok(0);
        }
        if received.truncated() {
            return Err(Error::Truncated(self.buffer.len()));
        }
        Ok(received.len)
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
        (Kind::Data, Expect::Reply | Expect::Entry)
        | (Kind::Done, Expect::Entry)
        | (Kind::Ack, Expect::Ack) => Ok(true),
        // An ACK where a reply is awaited says nothing, and the other way about;
        // so do the kernel's other messages.
        _ => Ok(false),
    }
}

/// A socket for a test that converses with the kernel it runs on. There is none under
/// QEMU's user mode, which has no Generic Netlink, and of rtnetlink it translates some
/// messages to the other byte order and not their attributes. `scripts/cross` says so.
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
mod tests {
    use super::*;

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
}
