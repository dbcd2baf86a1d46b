// SPDX-License-Identifier: MIT OR Apache-2.0

//! A netlink socket, and the round trip over it.

#![forbid(unsafe_code)]

use super::error::{Error, Result};
use super::message::{flags, Kind, Message, Messages};
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
pub enum Expect {
    /// A message of the family.
    Reply,
    /// A message of the family, or the end of a dump.
    Entry,
    /// An ACK.
    Ack,
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
    pub fn next_message(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Message<'_>> {
        let mut since = None;
        let at = loop {
            let at = self.unread.start;
            let datagram = self.buffer.get(..self.unread.end).unwrap_or_default();
            let mut messages = Messages::at(datagram, at);
            match messages.next() {
                Some(Ok(message)) => {
                    self.unread.start = messages.offset().min(self.unread.end);
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
            if since.get_or_insert_with(Instant::now).elapsed() >= self.timeout {
                return Err(Error::Timeout(self.timeout));
            }
            self.receive()?;
        };
        match Messages::at(&self.buffer, at).next() {
            Some(message) => message,
            None => Err(Error::Malformed {
                what: "the message is gone",
                offset: at,
            }),
        }
    }

    /// Sends a datagram of one message or several to the kernel.
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
    pub fn transact(&mut self, request: &[u8], seq: u32, expect: Expect) -> Result<Message<'_>> {
        // What is left of an earlier round trip can be no answer to this one.
        self.unread = 0..0;
        self.transact_beside(request, seq, expect, |_| {})
    }

    /// As [`Self::transact`], on a socket that gets other messages, too: hands
    /// those that come before the answer to `beside`.
    #[inline]
    pub fn transact_beside(
        &mut self,
        request: &[u8],
        seq: u32,
        expect: Expect,
        beside: impl FnMut(&Message<'_>),
    ) -> Result<Message<'_>> {
        self.send(request)?;
        let at = self.wait(seq, expect, beside)?;
        // The message was read there a moment ago, and nothing has changed.
        match Messages::at(&self.buffer, at).next() {
            Some(message) => message,
            None => Err(Error::Malformed {
                what: "the message is gone",
                offset: at,
            }),
        }
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
        self.unread = 0..0;
        self.send(request)?;
        let mut interrupted = false;
        let longest = self.timeout.saturating_mul(DUMP_TIMEOUTS);
        let begun = Instant::now();
        loop {
            // A clock is read in a fraction of the time that a message takes; a
            // dump that never ends is no longer waited for.
            if begun.elapsed() >= longest {
                return Err(Error::Timeout(longest));
            }
            let at = self.wait(seq, Expect::Entry, |_| {})?;
            let Some(message) = Messages::at(&self.buffer, at).next() else {
                return Ok(interrupted);
            };
            let message = message?;
            interrupted |= message.header.flags & flags::DUMP_INTR != 0;
            if message.kind()? == Kind::Done {
                return Ok(interrupted);
            }
            each(message)?;
        }
    }

    /// Waits for the answer to `seq`, and tells where in the buffer it begins.
    fn wait(
        &mut self,
        seq: u32,
        expect: Expect,
        mut beside: impl FnMut(&Message<'_>),
    ) -> Result<usize> {
        // Read only where a second receive is needed: most often none is.
        let mut since = None;
        let mut receives = 0u64;
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
                match (message.kind()?, expect) {
                    (Kind::Refused(refusal), _) => return Err(Error::Refused(refusal)),
                    (Kind::Overrun, _) => return Err(Error::Overrun),
                    (Kind::Data, Expect::Reply | Expect::Entry)
                    | (Kind::Done, Expect::Entry)
                    | (Kind::Ack, Expect::Ack) => return Ok(at),
                    // An ACK where a reply is awaited says nothing, and the other
                    // way about; so do the kernel's other messages.
                    _ => {}
                }
            }
            if receives > 0 && since.get_or_insert_with(Instant::now).elapsed() >= self.timeout {
                return Err(Error::Timeout(self.timeout));
            }
            receives = receives.saturating_add(1);
            self.receive()?;
        }
    }

    /// Receives a datagram of the kernel's. One from anybody else is dropped.
    fn receive(&mut self) -> Result<()> {
        self.unread = 0..0;
        let received = match self.transport.receive(&mut self.buffer) {
            Ok(received) => received,
            Err(error) => {
                return match error.raw_os_error() {
                    Some(libc::EINTR) => Ok(()),
                    Some(libc::EAGAIN) => Err(Error::Timeout(self.timeout)),
                    Some(libc::ENOBUFS) => Err(Error::Overrun),
                    _ => Err(io_error("recvmsg")(error)),
                }
            }
        };
        if received.sender != Some(0) {
            return Ok(());
        }
        if received.truncated {
            return Err(Error::Truncated(self.buffer.len()));
        }
        self.unread = 0..received.len;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_socket_has_a_port_of_its_own_and_counts_from_one() {
        let mut a = Socket::open(libc::NETLINK_GENERIC).unwrap();
        let b = Socket::open(libc::NETLINK_GENERIC).unwrap();
        assert_ne!(a.portid(), 0);
        assert_ne!(a.portid(), b.portid());
        assert_eq!((a.next_seq(), a.next_seq()), (1, 2));
        a.seq = u32::MAX;
        assert_eq!(a.next_seq(), 1);
    }
}
