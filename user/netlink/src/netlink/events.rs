// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events that arrive at a socket while it waits for an answer.

use super::error::{Error, Result};
use super::expect::Expect;
use super::message::{flags, Header, Message, Messages, ALIGN, HEADER, MIN_TYPE};

/// The maximum number of bytes of events that a socket keeps while it waits for an
/// answer: enough for a burst of them.
const ROOM: usize = 8 << 20;

/// The number of requests given up that are remembered, starting with the latest.
const GIVEN_UP: usize = 16;

/// Requests whose answers nobody waits for any more.
#[derive(Debug)]
struct GivenUp {
    first: u32,
    count: u32,
    expect: Expect,
}

/// The length of the namespace id before each message.
const NSID: usize = size_of::<i32>();

/// The value instead of an id: the event comes from the socket's own namespace, or from
/// one without an id (`NETNSA_NSID_NOT_ASSIGNED`).
const NO_NSID: i32 = -1;

/// Events in the order of their arrival, until the caller reads them.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// Messages, each preceded by the id of its network namespace and padded to a
    /// multiple of [`ALIGN`].
    bytes: Vec<u8>,
    /// The number of bytes that have been read.
    read: usize,
    /// Whether the next message needs a closer look: there are kept events, a loss to
    /// report or a late answer to expect, or the socket listens to all namespaces.
    waiting: bool,
    /// Whether the socket has joined a group.
    listens: bool,
    /// Whether the socket listens to all network namespaces. Then all its events are
    /// stored here.
    are_of_all: bool,
    /// Whether events were lost and the loss has not been reported yet.
    lost: bool,
    /// Requests whose answers may arrive late, and look like events.
    given_up: Vec<GivenUp>,
}

impl Events {
    /// Called when the socket has joined a group.
    pub(super) fn listen(&mut self) {
        self.listens = true;
    }

    /// Called when the socket listens to all network namespaces.
    pub(super) fn listen_to_all(&mut self) {
        self.are_of_all = true;
        self.waiting = true;
    }

    /// Returns whether the socket listens to all network namespaces.
    #[inline]
    pub(super) fn are_of_all(&self) -> bool {
        self.are_of_all
    }

    /// Records that events may be lost, if the socket has joined a group.
    pub(super) fn lose(&mut self) {
        if self.listens {
            self.overrun();
        }
    }

    /// Records that the kernel dropped messages.
    pub(super) fn overrun(&mut self) {
        self.lost = true;
        self.waiting = true;
    }

    /// Returns whether there is a loss to report.
    pub(super) fn has_lost(&self) -> bool {
        self.lost
    }

    /// Returns whether there is a loss to report, and marks it as reported.
    pub(super) fn take_loss(&mut self) -> bool {
        let lost = std::mem::take(&mut self.lost);
        self.look();
        lost
    }

    /// Returns whether the socket has joined a group.
    #[inline]
    pub(super) fn listens(&self) -> bool {
        self.listens
    }

    /// Records that nobody waits for the answers to `count` requests from `first` on.
    #[cold]
    pub(super) fn give_up(&mut self, first: u32, count: u32, expect: Expect) {
        // The type of a late ACK distinguishes it from an event.
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

    /// Returns whether the message at the start of `bytes` answers a request that was
    /// given up. Uses the same criteria as for an answer in time.
    #[inline]
    pub(super) fn is_late(&self, bytes: &[u8], portid: u32) -> bool {
        !self.given_up.is_empty() && self.is_among_given_up(bytes, portid)
    }

    #[cold]
    fn is_among_given_up(&self, bytes: &[u8], portid: u32) -> bool {
        let Some(Message { header, payload }) = Message::first_of(bytes) else {
            return false;
        };
        header.portid == portid
            && self.given_up.iter().any(|given_up| {
                let is_its = header
                    .seq
                    .checked_sub(given_up.first)
                    .is_some_and(|behind| behind < given_up.count);
                is_its
                    && match given_up.expect {
                        Expect::Command(cmd) => payload.first() == Some(&cmd),
                        _ => true,
                    }
            })
    }

    /// Updates `waiting`.
    fn look(&mut self) {
        self.waiting = self.read < self.bytes.len()
            || self.lost
            || !self.given_up.is_empty()
            || self.are_of_all;
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        !self.waiting
    }

    /// Keeps the message at the start of `bytes`, which came before the answer to another
    /// request, unless it is a late answer to an earlier request. `portid` is the
    /// socket's.
    ///
    /// rtnetlink gives an event the sequence number and the port of the request that
    /// caused it. So if the socket listens, only a message that cannot be an event counts
    /// as an answer: a part of a multipart answer, or one of netlink's own messages.
    #[cold]
    pub(super) fn keep(&mut self, bytes: &[u8], portid: u32) {
        let Some(message) = Message::first_of(bytes) else {
            return;
        };
        let Header {
            kind, flags, seq, ..
        } = message.header;
        let is_addressed = message.header.portid == portid && seq != 0;
        let is_part = kind < MIN_TYPE || flags & flags::MULTI != 0;
        if is_addressed && (is_part || !self.listens || self.is_late(bytes, portid)) {
            return;
        }
        self.push(&message, NO_NSID);
    }

    /// Keeps the messages of a datagram from the network namespace with the id `nsid`.
    /// Answers have no such id, so these are events, whatever their numbers are: a
    /// process in another namespace may have the same port.
    #[cold]
    pub(super) fn keep_all(&mut self, datagram: &[u8], nsid: i32) {
        for message in Messages::new(datagram) {
            match message {
                Ok(message) => self.push(&message, nsid),
                Err(_) => self.overrun(),
            }
        }
    }

    fn push(&mut self, message: &Message<'_>, nsid: i32) {
        self.waiting = true;
        // This limits the part that has been read to a half.
        if self.read > self.bytes.len() / 2 {
            self.bytes.drain(..self.read);
            self.read = 0;
        }
        let len = (NSID + HEADER).saturating_add(message.payload.len());
        let unread = self.bytes.len().saturating_sub(self.read);
        if unread.saturating_add(len) > ROOM {
            self.lost = true;
            return;
        }
        self.bytes.extend_from_slice(&nsid.to_ne_bytes());
        self.bytes.extend_from_slice(&message.header.bytes());
        self.bytes.extend_from_slice(message.payload);
        let end = self.bytes.len().next_multiple_of(ALIGN);
        self.bytes.resize(end, 0);
    }

    /// Finds the next `wanted` event, and drops those before it.
    pub(super) fn next(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Option<usize>> {
        let found = loop {
            let at = self.read;
            let mut messages = Messages::at(&self.bytes, at.saturating_add(NSID));
            let next = messages.next();
            self.read = messages.offset();
            match next {
                Some(Ok(message)) if !wanted(&message) => {}
                Some(found) => break found.map(|_| Some(at)),
                None => break Ok(None),
            }
        };
        self.look();
        found
    }

    /// Returns the message that [`Self::next`] has found.
    pub(super) fn get(&self, at: usize) -> Result<Message<'_>> {
        let malformed = Error::Malformed {
            what: "the event is gone",
            offset: at,
        };
        Messages::at(&self.bytes, at.saturating_add(NSID))
            .next()
            .unwrap_or(Err(malformed))
    }

    /// Returns the id of the namespace of the message that [`Self::next`] has found.
    pub(super) fn nsid(&self, at: usize) -> Option<i32> {
        let id = self.bytes.get(at..)?.first_chunk().copied();
        id.map(i32::from_ne_bytes).filter(|nsid| *nsid != NO_NSID)
    }
}
