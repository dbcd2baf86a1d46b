// SPDX-License-Identifier: MIT OR Apache-2.0

//! Iterates over the messages in the socket's buffer.

use super::Socket;
use crate::netlink::attr::behind;
use crate::netlink::error::Result;
use crate::netlink::events::Events;
use crate::netlink::message::{self, Header, Message, HEADER};
use crate::netlink::transport::Transport;
use std::ops::Range;

/// A complete message in a socket's buffer.
#[derive(Debug)]
pub(crate) struct Found {
    pub(super) kind: u16,
    pub(super) flags: u16,
    /// The start of its payload.
    start: usize,
    len: usize,
}

/// Returns `len` bytes of `bytes`, from `start` on, which must be present.
// Two branches are cheaper than the conditional moves that `unwrap_or_default` compiles to.
#[inline(always)]
fn part(bytes: &[u8], start: usize, len: usize) -> &[u8] {
    #[cold]
    #[inline(never)]
    fn none<'a>() -> &'a [u8] {
        &[]
    }
    match bytes.get(start..).and_then(|rest| rest.get(..len)) {
        Some(part) => part,
        None => none(),
    }
}

impl<T: Transport> Socket<T> {
    /// Reads the unread messages up to the first one for which `last` returns true.
    /// Returns `None` if there is none. `last` also gets the bytes that start with the
    /// message. It passes them to the functions for rare cases, so that the compiler can
    /// keep the message in registers.
    // Inlined so that the compiler can drop the parsing of fields that the caller ignores.
    #[inline(always)]
    pub(super) fn read(
        &mut self,
        mut last: impl FnMut(&mut Events, Message<'_>, &[u8]) -> Result<bool>,
    ) -> Result<Option<Found>> {
        let Range { start, end } = self.unread;
        let mut rest = part(&self.buffer, start, end.wrapping_sub(start));
        loop {
            let at = end.wrapping_sub(rest.len());
            // This returns no message and no error only at the end.
            let Some(message) = Message::first_of(rest) else {
                self.unread = 0..0;
                return match rest {
                    [] => Ok(None),
                    _ => Err(message::malformed(at)),
                };
            };
            let bytes = rest;
            rest = behind(rest, message.header.len as usize);
            let is_last = last(&mut self.events, message, bytes);
            if let Ok(false) = is_last {
                continue;
            }
            self.unread.start = end.wrapping_sub(rest.len());
            is_last?;
            return Ok(Some(Found {
                kind: message.header.kind,
                flags: message.header.flags,
                start: at.wrapping_add(HEADER),
                len: message.payload.len(),
            }));
        }
    }

    /// Returns the message that [`Self::read`] has found.
    #[inline(always)]
    pub(crate) fn found(&self, found: &Found) -> Message<'_> {
        // Reading the header again is free if the caller ignores it: the compiler drops the read.
        let header = found.start.wrapping_sub(HEADER)..found.start;
        let header = self.buffer.get(header).and_then(Header::read);
        Message {
            header: header.unwrap_or_default(),
            payload: part(&self.buffer, found.start, found.len),
        }
    }
}
