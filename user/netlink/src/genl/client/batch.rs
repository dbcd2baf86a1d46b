// SPDX-License-Identifier: MIT OR Apache-2.0

//! Several requests in a datagram: one send for all of them.

use super::super::message;
use super::{ack, named, read, Client};
use crate::netlink::attr::{Attributes, Writer};
use crate::netlink::message::Messages;
use crate::netlink::socket::Expect;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result};

/// What the replies to one datagram may take of the socket's receive buffer,
/// which has 212,992 bytes where nobody set another: the kernel drops a reply
/// for which there is no room left.
const ROOM: usize = 160 * 1024;

/// What a reply takes there, where its request is `len` bytes long: the kernel
/// counts what it allocated for it, in powers of two, and its own record of it.
fn room(len: usize) -> usize {
    len.saturating_mul(2).saturating_add(1024)
}

impl<T: Transport> Client<T> {
    /// Makes a request of each of `items`, with the command and the modifiers of
    /// `operation`: as many in a datagram as there is room for their replies. Hands
    /// what each ends with, and the place of its item, to `each`, in their order.
    /// An ACK has no attributes.
    ///
    /// A request that is refused does not keep the kernel from the others: `each`
    /// gets [`Error::Refused`], and says by what it returns whether to go on.
    /// Fails where `fill` or `each` does, and where the socket does; what was sent
    /// until then is done.
    ///
    /// Not for an operation that the kernel answers after it has handled the next request.
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
                    // It is the first of the next datagram.
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

/// The request at `place` of a datagram, and what follows it.
#[cold]
fn request_at(datagram: &[u8], place: u32) -> &[u8] {
    let mut messages = Messages::new(datagram);
    for _ in 0..place {
        messages.next();
    }
    datagram.get(messages.offset()..).unwrap_or_default()
}
