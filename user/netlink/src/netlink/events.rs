// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events that arrive at a socket while it waits for an answer.

use super::error::{Error, Result};
use super::expect::Expect;
use super::message::{flags, Header, Message, Messages, ALIGN, HEADER, MIN_TYPE};

/// How many bytes of events a socket keeps. An agent's questions fit: at most 1,024
/// may be pending, of 4 KiB each.
const ROOM: usize = 8 << 20;

/// How many of the requests given up are remembered: the latest.
const GIVEN_UP: usize = 16;

/// Requests whose answers are no longer awaited.
#[derive(Debug)]
struct GivenUp {
    first: u32,
    count: u32,
    expect: Expect,
}

/// Events in the order in which they arrived, until somebody reads them.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// Messages, each padded to a multiple of [`ALIGN`].
    bytes: Vec<u8>,
    /// How many of the bytes are read.
    read: usize,
    /// Whether the next message is to be looked at more closely: there is something to
    /// read here, a loss to tell of, or an answer that may come late.
    waiting: bool,
    /// Whether the socket has joined a group.
    listens: bool,
    /// Whether events were lost, and nobody was told.
    lost: bool,
    /// Requests whose answers may come late, and look like events.
    given_up: Vec<GivenUp>,
}

impl Events {
    /// The socket has joined a group.
    pub(super) fn listen(&mut self) {
        self.listens = true;
    }

    /// Notes that events may be lost, if the socket has joined a group.
    pub(super) fn lose(&mut self) {
        if self.listens {
            self.overrun();
        }
    }

    /// Notes that the kernel had to drop messages.
    pub(super) fn overrun(&mut self) {
        self.lost = true;
        self.waiting = true;
    }

    /// Whether there is a loss to tell of.
    pub(super) fn has_lost(&self) -> bool {
        self.lost
    }

    /// Whether there was a loss to tell of. Now it is told.
    pub(super) fn take_loss(&mut self) -> bool {
        let lost = std::mem::take(&mut self.lost);
        self.look();
        lost
    }

    /// Whether the socket has joined a group.
    #[inline]
    pub(super) fn listens(&self) -> bool {
        self.listens
    }

    /// Notes that nobody awaits the answers to `count` requests from `first` on.
    #[cold]
    pub(super) fn give_up(&mut self, first: u32, count: u32, expect: Expect) {
        // A late ACK is told from an event by its type.
        if !self.listens || expect == Expect::Ack {
            return;
        }
        if self.given_up.len() >= GIVEN_UP {
            self.given_up.remove(0);
        }
        let given_up = GivenUp {
            first,
            count,
            expect,
        };
        self.given_up.push(given_up);
        self.look();
    }

    /// Whether `message` is the answer to a request that was given up, by the same
    /// signs by which it would have been taken for the answer in time.
    pub(super) fn is_late(&self, message: &Message<'_>, portid: u32) -> bool {
        let header = message.header;
        header.portid == portid
            && self.given_up.iter().any(|given_up| {
                let is_its = header
                    .seq
                    .checked_sub(given_up.first)
                    .is_some_and(|behind| behind < given_up.count);
                is_its
                    && match given_up.expect {
                        Expect::Command(cmd) => message.payload.first() == Some(&cmd),
                        _ => true,
                    }
            })
    }

    /// Finds out whether something waits.
    fn look(&mut self) {
        self.waiting = self.read < self.bytes.len() || self.lost || !self.given_up.is_empty();
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
        if is_addressed && (is_part || !self.listens || self.is_late(message, portid)) {
            return;
        }
        self.waiting = true;
        // So never more than half is read.
        if self.read > self.bytes.len() / 2 {
            self.bytes.drain(..self.read);
            self.read = 0;
        }
        let len = HEADER.saturating_add(message.payload.len());
        let unread = self.bytes.len().saturating_sub(self.read);
        if unread.saturating_add(len) > ROOM {
            self.lost = true;
            return;
        }
        self.bytes.extend_from_slice(&message.header.bytes());
        self.bytes.extend_from_slice(message.payload);
        let end = self.bytes.len().next_multiple_of(ALIGN);
        self.bytes.resize(end, 0);
    }

    /// Finds the next that is `wanted`, and drops those before it.
    pub(super) fn next(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Option<usize>> {
        let mut messages = Messages::at(&self.bytes, self.read);
        let found = loop {
            let at = messages.offset();
            match messages.next() {
                Some(Ok(message)) if !wanted(&message) => {}
                Some(found) => break found.map(|_| Some(at)),
                None => break Ok(None),
            }
        };
        self.read = messages.offset();
        self.look();
        found
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
