// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events that arrive at a socket while it waits for an answer.

#![forbid(unsafe_code)]

use super::error::{Error, Result};
use super::message::{flags, Header, Message, Messages, ALIGN, HEADER, MIN_TYPE};

/// How many bytes of events a socket keeps. An agent's questions fit: at most 1,024
/// may be pending, of 4 KiB each.
const ROOM: usize = 8 << 20;

/// Events in the order in which they arrived, until somebody reads them.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// Messages, each padded to a multiple of [`ALIGN`].
    bytes: Vec<u8>,
    /// How many of the bytes are read.
    read: usize,
    /// Whether there is something to read, or a loss to tell of.
    waiting: bool,
    /// Whether the socket has joined a group.
    listens: bool,
    /// Whether events were lost behind those that are here.
    lost: bool,
}

impl Events {
    /// The socket has joined a group.
    pub(super) fn listen(&mut self) {
        self.listens = true;
    }

    /// Notes that events may be lost, if the socket has joined a group.
    pub(super) fn lose(&mut self) {
        self.lost |= self.listens;
        self.waiting |= self.lost;
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        !self.waiting
    }

    /// Keeps `message`, which came before the answer to another request, unless it is
    /// itself an answer to an earlier one. `portid` is the socket's.
    ///
    /// rtnetlink gives an event the sequence number and the port of the request that
    /// caused it. So where a socket listens, only what can be no event is an answer:
    /// a part of several, or one of netlink's own messages.
    #[cold]
    pub(super) fn keep(&mut self, message: &Message<'_>, portid: u32) {
        let Header {
            kind, flags, seq, ..
        } = message.header;
        let is_addressed = message.header.portid == portid && seq != 0;
        let is_part = kind < MIN_TYPE || flags & flags::MULTI != 0;
        if self.lost || is_addressed && (is_part || !self.listens) {
            return;
        }
        self.waiting = true;
        if self.read > self.bytes.len() / 2 {
            self.bytes.drain(..self.read);
            self.read = 0;
        }
        let len = HEADER.saturating_add(message.payload.len());
        if self.bytes.len().saturating_add(len) > ROOM {
            self.lost = true;
            return;
        }
        self.bytes.extend_from_slice(&message.header.bytes());
        self.bytes.extend_from_slice(message.payload);
        let end = self.bytes.len().next_multiple_of(ALIGN);
        self.bytes.resize(end, 0);
    }

    /// Finds the next that is `wanted`, and drops those before it. Fails with
    /// [`Error::Overrun`], once, where events were lost.
    pub(super) fn next(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Option<usize>> {
        let mut messages = Messages::at(&self.bytes, self.read);
        loop {
            let at = messages.offset();
            match messages.next() {
                Some(message) => {
                    self.read = messages.offset();
                    self.waiting = self.read < self.bytes.len() || self.lost;
                    if wanted(&message?) {
                        return Ok(Some(at));
                    }
                }
                None => {
                    self.waiting = false;
                    return match std::mem::take(&mut self.lost) {
                        true => Err(Error::Overrun),
                        false => Ok(None),
                    };
                }
            }
        }
    }

    /// The message that [`Self::next`] has found.
    pub(super) fn get(&self, at: usize) -> Result<Message<'_>> {
        let malformed = Error::Malformed {
            what: "the event is gone",
            offset: at,
        };
        Messages::at(&self.bytes, at)
            .next()
            .unwrap_or(Err(malformed))
    }
}
