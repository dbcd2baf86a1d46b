// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages that nobody has asked for: events, and questions to an agent.

use super::{Deadline, Found, Socket};
use crate::netlink::error::{Error, Result};
use crate::netlink::message::Message;
use crate::netlink::transport::Transport;

impl<T: Transport> Socket<T> {
    /// Waits for the next message of the kernel's that is `wanted`: first of the
    /// events that arrived before an earlier answer.
    ///
    /// Fails with [`Error::Overrun`] where the kernel had to drop some, or where more
    /// arrived before an answer than a socket keeps, 8 MiB. What was not dropped is
    /// handed out first: until that is read, the kernel goes on dropping what comes, so
    /// only behind it does a list make up for the loss. Where messages keep coming, some
    /// sent after the loss may come before the word of it, and that may come twice.
    #[inline]
    pub fn next_message(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Message<'_>> {
        if !self.events.is_empty() {
            if let Some(kept) = self.events.next(&wanted)? {
                return self.events.get(kept);
            }
        }
        let found = self.find(wanted, true)?;
        found
            .ok_or(Error::Timeout(self.timeout))
            .map(|found| self.found(&found))
    }

    /// As [`next_message`](Self::next_message), but does not wait: returns `None` if no message
    /// that is `wanted` has arrived. A datagram can hold several messages, so when the
    /// descriptor is readable, call this until it returns `None`. If messages that are not
    /// wanted keep coming for [`timeout`](Self::timeout), this fails with [`Error::Timeout`].
    #[inline]
    pub fn try_next(
        &mut self,
        wanted: impl Fn(&Message<'_>) -> bool,
    ) -> Result<Option<Message<'_>>> {
        if !self.events.is_empty() {
            if let Some(kept) = self.events.next(&wanted)? {
                return self.events.get(kept).map(Some);
            }
        }
        let found = self.find(wanted, false)?;
        Ok(found.map(|found| self.found(&found)))
    }

    /// Finds the next message that is `wanted` in what is unread and in what is received.
    #[inline(always)]
    fn find(
        &mut self,
        wanted: impl Fn(&Message<'_>) -> bool,
        waits: bool,
    ) -> Result<Option<Found>> {
        let portid = self.portid;
        let mut deadline = Deadline::new(self.timeout);
        self.read(
            |events, message| Ok(wanted(&message) && !events.is_late(&message, portid)),
            |socket| socket.receive_event(&mut deadline, waits),
        )
    }

    /// Receives the next datagram of events, or reports a loss. The kernel reports a loss
    /// ahead of the messages that it kept, and then drops further messages silently until the
    /// socket has read all of those. So this reports a loss only when nothing is left to read.
    /// It also reports one, and remembers it, if a second loss shows that all was read or if
    /// the deadline has passed.
    #[inline(always)]
    fn receive_event(&mut self, deadline: &mut Deadline, waits: bool) -> Result<bool> {
        match deadline.allow() {
            Err(_) if self.events.has_lost() => return Err(Error::Overrun),
            allowed => allowed?,
        }
        match self.receive() {
            Ok(Some(len)) => {
                self.unread = 0..len;
                Ok(true)
            }
            received => self.wait_for_event(received, deadline, waits),
        }
    }

    /// Continues [`Self::receive_event`] if `received` is not a datagram.
    #[cold]
    #[inline(never)]
    fn wait_for_event(
        &mut self,
        mut received: Result<Option<usize>>,
        deadline: &mut Deadline,
        waits: bool,
    ) -> Result<bool> {
        loop {
            match received {
                Ok(Some(len)) => {
                    self.unread = 0..len;
                    return Ok(true);
                }
                Ok(None) if self.events.take_loss() => return Err(Error::Overrun),
                Ok(None) if !waits => return Ok(false),
                Ok(None) => {
                    let left = deadline.left()?;
                    self.pause(left)?;
                }
                Err(Error::Overrun) if !self.events.has_lost() => self.events.overrun(),
                Err(error) => return Err(error),
            }
            received = self.receive();
        }
    }
}
