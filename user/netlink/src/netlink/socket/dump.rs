// SPDX-License-Identifier: MIT OR Apache-2.0

//! Answers in several messages. If the caller stops reading one early, the rest is read
//! and dropped.

use super::{ends, Awaited, Deadline, Expect, Socket, TIMEOUT};
use crate::netlink::attr::behind;
use crate::netlink::error::{Error, Result};
use crate::netlink::events::Events;
use crate::netlink::message::{self, flags, Header, Message, MIN_TYPE};
use crate::netlink::transport::{Netlink, Transport};
use std::cell::Cell;
use std::time::Duration;

/// The time that a whole dump may take, as a multiple of the timeout of one answer.
const DUMP_TIMEOUTS: u32 = 12;

const DONE: u16 = libc::NLMSG_DONE as u16;
const ERROR: u16 = libc::NLMSG_ERROR as u16;

/// A dump in progress, which returns its entries one by one. Dropping it reads and discards the
/// remaining entries, so that the socket can send the next request.
#[derive(Debug)]
pub struct Dump<'a, T: Transport = Netlink> {
    socket: &'a mut Socket<T>,
    seq: u32,
    /// The deadline of the whole dump, and that of its next part.
    all: Deadline,
    silence: Deadline,
    /// The flags of all entries, combined.
    flags: u16,
    has_ended: bool,
}

impl<T: Transport> Dump<'_, T> {
    /// Reads the next entry. Returns `None` at the end of the dump.
    ///
    /// Fails if the kernel refuses or aborts the dump, if the dump takes twelve times as
    /// long as [`Socket::timeout`], or if no entry arrives within that timeout. An error
    /// ends the dump.
    #[inline(always)]
    pub fn next_entry(&mut self) -> Result<Option<Message<'_>>> {
        if self.has_ended {
            return Ok(None);
        }
        if self.socket.unread.is_empty() {
            if let Err(error) = self.begin_part() {
                return Err(self.failed(error));
            }
        }
        let Self {
            socket, silence, ..
        } = self;
        let found =
            match socket.answer(Awaited::one(self.seq), Expect::Entry, silence, Events::keep) {
                Ok(found) => found,
                Err(error) => return Err(self.failed(error)),
            };
        self.flags |= found.flags;
        if found.kind < MIN_TYPE {
            self.has_ended = true;
            return Ok(None);
        }
        Ok(Some(self.socket.found(&found)))
    }

    /// Gives the next part the timeout of an answer, but no more than the dump has left.
    fn begin_part(&mut self) -> Result<()> {
        let left = self.all.left()?.unwrap_or(Duration::MAX);
        self.silence = Deadline::new(self.socket.timeout.min(left));
        Ok(())
    }

    /// Passes the entries to `each`, until the dump ends or `each` fails.
    #[inline(always)]
    fn read(&mut self, mut each: impl FnMut(Message<'_>) -> Result<()>) -> Result<()> {
        let (seq, portid) = (self.seq, self.socket.portid);
        let (came, refused) = (Cell::new(true), Cell::new(false));
        // An error of `each` does not mean that events were lost.
        let stopped = Cell::new(false);
        let read = loop {
            let read = self.socket.read(|events, message, bytes| {
                if message.header.seq != seq || message.header.portid != portid {
                    events.keep(bytes, portid);
                    return Ok(false);
                }
                came.set(true);
                self.flags |= message.header.flags;
                if message.header.kind < MIN_TYPE {
                    let end = ends(bytes, Expect::Entry);
                    refused.set(end.is_err());
                    return end;
                }
                each(message).inspect_err(|_| stopped.set(true))?;
                Ok(false)
            });
            match read {
                Ok(None) => {}
                read => break read,
            }
            let left = self.all.left()?.unwrap_or(Duration::MAX);
            if came.take() {
                self.silence = Deadline::new(self.socket.timeout.min(left));
            } else {
                self.silence.left()?;
            }
            if let Err(error) = self.socket.receive_answer(&mut self.silence) {
                break Err(error);
            }
        };
        match read {
            Ok(_) => self.socket.open = None,
            Err(error) if refused.get() => return Err(self.failed(error)),
            Err(error) => {
                if !stopped.get() {
                    self.socket.lose_with(&error);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Returns whether the list has changed during the dump, as far as the dump has been
    /// read. If so, entries may be missing, or come from different moments.
    #[must_use]
    pub fn was_interrupted(&self) -> bool {
        self.flags & flags::DUMP_INTR != 0
    }

    #[cold]
    fn failed(&mut self, error: Error) -> Error {
        self.has_ended = true;
        // If the receive buffer is full when a dump begins, the kernel reports this
        // error, but continues the dump.
        if error.errno().is_some_and(|errno| errno != libc::ENOBUFS) {
            self.socket.open = None;
        }
        error
    }
}

impl<T: Transport> Drop for Dump<'_, T> {
    fn drop(&mut self) {
        if self.socket.open.is_some() {
            self.socket.read_to_end();
        }
    }
}

impl<T: Transport> Socket<T> {
    /// Sends `request`, which asks for a dump, and returns a reader of its entries.
    ///
    /// ```
    /// use parley_netlink::genl::message;
    /// use parley_netlink::netlink::{message::flags, protocol, Socket};
    ///
    /// // CTRL_CMD_GETFAMILY of the controller, which has the number 16.
    /// let mut socket = Socket::open(protocol::GENERIC)?;
    /// let (seq, mut request) = (socket.next_seq(), Vec::new());
    /// message::write(&mut request, 16, (3, 2), flags::DUMP, seq, |_| Ok(()))?;
    /// let mut families = socket.entries(&request, seq)?;
    /// while let Some(entry) = families.next_entry()? {
    ///     assert!(!entry.payload.is_empty());
    /// }
    /// # Ok::<(), parley_netlink::Error>(())
    /// ```
    #[inline]
    pub fn entries(&mut self, request: &[u8], seq: u32) -> Result<Dump<'_, T>> {
        self.begin();
        self.send(request)?;
        self.open = Some(seq);
        Ok(Dump {
            seq,
            all: Deadline::new(self.timeout.saturating_mul(DUMP_TIMEOUTS)),
            silence: Deadline::new(self.timeout),
            flags: 0,
            has_ended: false,
            socket: self,
        })
    }

    /// Sends `request`, which asks for a dump, and passes each entry to `each`. Returns
    /// whether the list changed during the dump. If so, entries may be missing, or come
    /// from different moments.
    ///
    /// If this fails before the end of the dump, because of an error from `each` or
    /// another error, the rest of the dump is read and dropped, so that the socket can be
    /// used again.
    pub fn dump(
        &mut self,
        request: &[u8],
        seq: u32,
        each: impl FnMut(Message<'_>) -> Result<()>,
    ) -> Result<bool> {
        let mut dump = self.entries(request, seq)?;
        dump.read(each)?;
        Ok(dump.was_interrupted())
    }

    /// Prepares the socket for the next request.
    #[inline(always)]
    pub(super) fn begin(&mut self) {
        if !self.unread.is_empty() || self.open.is_some() || self.events.listens() {
            self.put_in_order();
        }
    }

    /// Keeps the events among the unread messages, and reads an unfinished answer to its
    /// end. If the socket listens, also keeps the events that have not been received yet:
    /// if they filled its buffer, the kernel would drop the answer.
    #[cold]
    #[inline(never)]
    fn put_in_order(&mut self) {
        self.keep_unread(None);
        if self.open.is_some() {
            self.read_to_end();
        }
        if self.events.listens() {
            self.keep_waiting();
        }
    }

    /// Receives and keeps pending events, for no longer than an answer may take.
    pub(super) fn keep_waiting(&mut self) {
        let mut deadline = Deadline::new(self.timeout.min(TIMEOUT));
        loop {
            match self.receive_from_all() {
                Ok(Some(len)) => {
                    self.unread = 0..len;
                    self.keep_unread(None);
                }
                // If something is wrong, the request will fail, too.
                Ok(None) | Err(Error::Io { .. }) => return,
                Err(_) => self.events.lose(),
            }
            if deadline.left().is_err() {
                return;
            }
        }
    }

    /// Reads the unread messages: keeps events, and drops all others. Returns whether
    /// they contained the ACK of the request `ping`.
    pub(super) fn keep_unread(&mut self, ping: Option<u32>) -> bool {
        let mut answered = false;
        let mut rest = self.buffer.get(self.unread.clone()).unwrap_or_default();
        while !rest.is_empty() {
            let Some(message) = Message::first_of(rest) else {
                self.events.lose();
                break;
            };
            let Header {
                len,
                kind,
                seq,
                portid,
                ..
            } = message.header;
            if portid == self.portid && self.open == Some(seq) {
                if kind == DONE {
                    self.open = None;
                }
            } else if portid == self.portid && ping == Some(seq) {
                answered |= kind == ERROR;
            } else {
                self.events.keep(rest, self.portid);
            }
            rest = behind(rest, len as usize);
        }
        self.unread = 0..0;
        answered
    }

    /// Reads the open answer to its end, and drops it. Does not wait: each receive call
    /// makes the kernel put the next part of a dump into the buffer.
    ///
    /// If the kernel had no memory for the next part, or the end was in a datagram that
    /// could not be read, the state of the dump is unknown. A request that does nothing
    /// settles it: before the kernel sends the ACK, it continues an unfinished dump.
    #[cold]
    #[inline(never)]
    fn read_to_end(&mut self) {
        // This ends soon, unless the dump is endless.
        let mut deadline = Deadline::new(self.timeout.min(TIMEOUT));
        let (mut ping, mut answered) = (None, false);
        while deadline.left().is_ok() {
            answered |= self.keep_unread(ping);
            if self.open.is_none() {
                return;
            }
            match self.receive_from_all() {
                Ok(Some(len)) => self.unread = 0..len,
                // Everything has been read.
                Ok(None) if answered => self.open = None,
                Ok(None) if ping.is_some() => return,
                Ok(None) => {
                    let seq = self.next_seq();
                    let flags = flags::REQUEST | flags::ACK;
                    let mut request = message::header(libc::NLMSG_NOOP as u16, flags, seq);
                    if message::finish(&mut request, 0).is_err() || self.send(&request).is_err() {
                        return;
                    }
                    ping = Some(seq);
                }
                Err(Error::Io { .. }) => return,
                // The ACK may have been lost, too.
                Err(_) => {
                    self.events.lose();
                    (ping, answered) = (None, false);
                }
            }
        }
    }
}
