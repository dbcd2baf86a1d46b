// SPDX-License-Identifier: MIT OR Apache-2.0

//! Several requests in one datagram, and so in one system call.

use super::super::message;
use super::{ack, named, read, Client};
use crate::netlink::attr::{Attributes, Writer};
use crate::netlink::message::Messages;
use crate::netlink::socket::Expect;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result};

/// The room in the socket's receive buffer for the replies to one datagram. The buffer
/// has 212,992 bytes by default, and the kernel drops a reply for which no room is left.
const ROOM: usize = 160 * 1024;

/// The room that a reply takes there, if its request has `len` bytes: the kernel counts
/// the memory it has allocated for the reply, a power of two, and its own record of it.
fn room(len: usize) -> usize {
    len.saturating_mul(2).saturating_add(1024)
}

impl<T: Transport> Client<T> {
    /// Makes a request for each of `items`, with the command and the modifiers of
    /// `operation`. A datagram has as many requests as there is room for replies. Passes
    /// each result, with the index of its item, to `each` in order. An ACK has no
    /// attributes.
    ///
    /// If the kernel refuses a request, it still handles the others: `each` gets
    /// [`Error::Refused`], and its return value decides whether to continue. Fails if
    /// `fill`, `each` or the socket fails; the kernel has already handled the requests
    /// that were sent by then.
    ///
    /// Must not be used for an operation that the kernel answers after it has handled the
    /// next request.
    pub fn call_batch<I>(
        &mut self,
        operation: (u8, u16),
        expect: Expect,
        items: &[I],
        mut fill: impl FnMut(&I, &mut Writer<'_>) -> Result<()>,
        mut each: impl FnMut(usize, Result<Attributes<'_>>) -> Result<()>,
    ) -> Result<()> {
        let (cmd, modifiers) = operation;
        let all = u32::try_from(items.len()).map_err(|_| Error::TooLong {
            len: items.len(),
            max: u32::MAX as usize,
        })?;
        let first = self.socket.next_seqs(all);
        let (mut done, mut items) = (0, items.iter().peekable());
        while items.peek().is_some() {
            self.request.clear();
            let (mut count, mut taken) = (0u32, 0usize);
            while let Some(item) = items.peek() {
                let start = self.request.len();
                message::append(
                    &mut self.request,
                    self.family.id,
                    (cmd, self.table.version),
                    ack(expect) | modifiers,
                    first.wrapping_add(done).wrapping_add(count),
                    |attributes| fill(item, attributes),
                )?;
                taken = taken.saturating_add(room(self.request.len().saturating_sub(start)));
                if count > 0 && taken > ROOM {
                    // This item becomes the first one of the next datagram.
                    self.request.truncate(start);
                    break;
                }
                count = count.saturating_add(1);
                items.next();
            }
            let (request, socket) = (&self.request, &mut self.socket);
            let (table, family) = (self.table, &self.family);
            socket.transact_batch(
                request,
                first.wrapping_add(done),
                count,
                expect,
                |i, end| {
                    let place = done.wrapping_add(i) as usize;
                    let end = match end {
                        Ok(reply) => read(&reply, cmd, expect),
                        Err(error) => Err(named(error, request_at(request, i), cmd, table, family)),
                    };
                    each(place, end)
                },
            )?;
            done = done.wrapping_add(count);
        }
        Ok(())
    }
}

/// Returns the request at index `place` of a datagram, and the bytes after it.
#[cold]
fn request_at(datagram: &[u8], place: u32) -> &[u8] {
    let mut messages = Messages::new(datagram);
    for _ in 0..place {
        messages.next();
    }
    datagram.get(messages.offset()..).unwrap_or_default()
}
