// SPDX-License-Identifier: MIT OR Apache-2.0

//! Answers in several messages: read to their end, or put away when their reader
//! stops before it.

use super::{ends, Deadline, Expect, Socket, DONE, DUMP_TIMEOUTS, ERROR, TIMEOUT};
use crate::netlink::error::{Error, Result};
use crate::netlink::message::{self, flags, Header, Message, Messages, MIN_TYPE};
use crate::netlink::transport::Transport;
use std::time::Duration;

impl<T: Transport> Socket<T> {
    /// Sends `request`, which asks for a dump, and hands each entry to `each`.
    /// Tells whether what is dumped has changed meanwhile: then entries may be
    /// missing, or of different moments.
    ///
    /// Where it fails before the dump's end, by an error of `each` or another, what
    /// is left of the dump is read and dropped, so that the socket can be used again.
    pub fn dump(
        &mut self,
        request: &[u8],
        seq: u32,
        each: impl FnMut(Message<'_>) -> Result<()>,
    ) -> Result<bool> {
        self.begin();
        self.send(request)?;
        self.open = Some(seq);
        let interrupted = self.read_dump(seq, each);
        if self.open.is_some() {
            self.read_to_end();
        }
        interrupted
    }

    /// Reads the dump `seq`. It has come to its end where `open` says so.
    #[inline(always)]
    fn read_dump(
        &mut self,
        seq: u32,
        mut each: impl FnMut(Message<'_>) -> Result<()>,
    ) -> Result<bool> {
        let mut interrupted = false;
        // The deadline of a dump that never ends, and that of one that breaks off.
        let mut all = Deadline::new(self.timeout.saturating_mul(DUMP_TIMEOUTS));
        let mut silence = None;
        loop {
            let left = all.left()?.unwrap_or(Duration::MAX);
            let mut received = self.receive()?;
            if received.is_none() {
                let silence = silence.get_or_insert_with(|| Deadline::new(self.timeout.min(left)));
                received = match self.wait_for_datagram(silence) {
                    Err(Error::Timeout(_)) => {
                        all.left()?;
                        return Err(Error::Timeout(self.timeout));
                    }
                    received => Some(received?),
                };
            }
            let len = received.unwrap_or(0);
            let datagram = self.buffer.get(..len).unwrap_or_default();
            let mut came = false;
            let mut messages = Messages::new(datagram);
            while let Some(message) = messages.next() {
                let message = message?;
                if message.header.seq != seq || message.header.portid != self.portid {
                    self.events.keep(&message, self.portid);
                    continue;
                }
                came = true;
                interrupted |= message.header.flags & flags::DUMP_INTR != 0;
                if message.header.kind >= MIN_TYPE {
                    if let Err(error) = each(message) {
                        self.unread = messages.offset()..len;
                        return Err(error);
                    }
                } else {
                    if message.header.kind == DONE {
                        self.open = None;
                    }
                    self.unread = messages.offset()..len;
                    match ends(message.kind()?, Expect::Entry) {
                        Ok(true) => return Ok(interrupted),
                        Ok(false) => self.unread = 0..0,
                        Err(error) => {
                            // A dump that begins while the receive buffer is full is
                            // refused with this, and goes on all the same.
                            if error.errno() != Some(libc::ENOBUFS) {
                                self.open = None;
                            }
                            return Err(error);
                        }
                    }
                }
            }
            if came {
                silence = None;
            } else if let Some(silence) = &mut silence {
                silence.left()?;
            } else {
                silence = Some(Deadline::new(self.timeout.min(left)));
            }
        }
    }

    /// Makes the socket ready for the next request.
    #[inline(always)]
    pub(super) fn begin(&mut self) {
        if !self.unread.is_empty() || self.open.is_some() || self.events.listens() {
            self.put_in_order();
        }
    }

    /// Keeps the events among what is received and unread, and reads an answer to its
    /// end that was left before it. On a socket that listens, also keeps the events that
    /// are not received: where they fill its buffer, the kernel would drop the answer.
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

    /// Receives and keeps the events that wait, unless they come for as long as an
    /// answer may take.
    pub(super) fn keep_waiting(&mut self) {
        let mut deadline = Deadline::new(self.timeout.min(TIMEOUT));
        loop {
            match self.receive() {
                Ok(Some(len)) => {
                    self.unread = 0..len;
                    self.keep_unread(None);
                }
                // Whatever is wrong, the request will tell.
                Ok(None) | Err(Error::Io { .. }) => return,
                Err(_) => self.events.lose(),
            }
            if deadline.left().is_err() {
                return;
            }
        }
    }

    /// Reads what is unread: keeps the events, and drops all else. Returns whether the
    /// ACK of the request `ping` was there.
    fn keep_unread(&mut self, ping: Option<u32>) -> bool {
        let mut answered = false;
        let datagram = self.buffer.get(..self.unread.end).unwrap_or_default();
        for message in Messages::at(datagram, self.unread.start) {
            let Ok(message) = message else {
                self.events.lose();
                break;
            };
            let Header {
                kind, seq, portid, ..
            } = message.header;
            if portid == self.portid && self.open == Some(seq) {
                if kind == DONE {
                    self.open = None;
                }
            } else if portid == self.portid && ping == Some(seq) {
                answered |= kind == ERROR;
            } else {
                self.events.keep(&message, self.portid);
            }
        }
        self.unread = 0..0;
        answered
    }

    /// Reads the answer that is open to its end, and drops it. Does not wait: the
    /// kernel puts the next part of a dump into the buffer whenever one is received.
    ///
    /// Where the kernel had no memory for the next part, or the end was in a datagram
    /// that could not be read, nothing tells how it stands. A request that does
    /// nothing does: its ACK has the kernel go on with a dump that is not at its end.
    #[cold]
    #[inline(never)]
    fn read_to_end(&mut self) {
        // It is soon done, unless the dump is endless.
        let mut deadline = Deadline::new(self.timeout.min(TIMEOUT));
        let (mut ping, mut answered) = (None, false);
        while deadline.left().is_ok() {
            answered |= self.keep_unread(ping);
            if self.open.is_none() {
                return;
            }
            match self.receive() {
                Ok(Some(len)) => self.unread = 0..len,
                // All is read.
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
                // The ACK may be among what is lost.
                Err(_) => {
                    self.events.lose();
                    (ping, answered) = (None, false);
                }
            }
        }
    }
}
