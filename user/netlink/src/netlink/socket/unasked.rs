// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages that are not answers: events, and questions to an agent.

use super::{io_error, receive_failed, Deadline, Found, Socket};
use crate::netlink::error::{Error, Result};
use crate::netlink::message::Message;
use crate::netlink::transport::Transport;

impl<T: Transport> Socket<T> {
    /// Waits for the next `wanted` message from the kernel. Returns kept events first,
    /// which arrived before an earlier answer.
    ///
    /// Fails with [`Error::Overrun`] if the kernel dropped messages, or if more than the
    /// 8 MiB that a socket keeps arrived before an answer. All messages that were not
    /// dropped are returned before this error: until they are read, the kernel continues
    /// to drop new messages, so a list makes up for the loss only after they have been
    /// read. If messages keep arriving, some that were sent after the loss may be
    /// returned before the error, and the error may be returned twice.
    #[inline]
    pub fn next_message(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<Message<'_>> {
        if !self.events.is_empty() {
            if self.events.are_of_all() {
                let at = self.next_of_all(&wanted, true)?;
                let at = at.ok_or(Error::Timeout(self.timeout))?;
                return self.events.get(at);
            }
            if let Some(kept) = self.events.next(&wanted)? {
                return self.events.get(kept);
            }
        }
        match self.find(wanted, true)? {
            Some(found) => Ok(self.found(&found)),
            None => Err(Error::Timeout(self.timeout)),
        }
    }

    /// Like [`next_message`](Self::next_message), but does not wait: returns `None` if no
    /// `wanted` message has arrived. A datagram can contain several messages, so when the
    /// descriptor is readable, call this until it returns `None`. If unwanted messages
    /// keep arriving for [`timeout`](Self::timeout), this fails with [`Error::Timeout`].
    #[inline]
    pub fn try_next(
        &mut self,
        wanted: impl Fn(&Message<'_>) -> bool,
    ) -> Result<Option<Message<'_>>> {
        if !self.events.is_empty() {
            if self.events.are_of_all() {
                let at = self.next_of_all(&wanted, false)?;
                return at.map(|at| self.events.get(at)).transpose();
            }
            if let Some(kept) = self.events.next(&wanted)? {
                return self.events.get(kept).map(Some);
            }
        }
        match self.find(wanted, false)? {
            Some(found) => Ok(Some(self.found(&found))),
            None => Ok(None),
        }
    }

    /// Listens to the socket's groups, present and future, in all network namespaces that
    /// have an id (nsid) in the socket's own namespace; see ip-netns(8). [`Self::nsid`]
    /// returns the id of the latest event's namespace. Needs CAP_NET_BROADCAST in each of
    /// them.
    pub fn listen_to_all_namespaces(&mut self) -> Result<()> {
        let listens = self.transport.listen_to_all();
        listens.map_err(io_error("setsockopt"))?;
        self.events.listen_to_all();
        self.waits_first = true;
        Ok(())
    }

    /// Returns the id of the network namespace that sent the latest message of
    /// [`next_message`](Self::next_message) or [`try_next`](Self::try_next), on a socket
    /// that [listens to all](Self::listen_to_all_namespaces). `None` if that namespace
    /// has no id in the socket's own namespace; that is usual for the socket's own
    /// namespace itself.
    #[must_use]
    pub fn nsid(&self) -> Option<i32> {
        self.nsid
    }

    /// Finds the next `wanted` event, on a socket that listens to all network namespaces.
    /// Such a socket keeps all events, each with the id of its namespace.
    #[cold]
    #[inline(never)]
    fn next_of_all(
        &mut self,
        wanted: &dyn Fn(&Message<'_>) -> bool,
        waits: bool,
    ) -> Result<Option<usize>> {
        let mut deadline = Deadline::new(self.timeout);
        let mut has_received = false;
        loop {
            self.keep_unread(None);
            if let Some(at) = self.events.next(wanted)? {
                self.nsid = self.events.nsid(at);
                return Ok(Some(at));
            }
            if has_received {
                self.may_go_on(&mut deadline)?;
            }
            has_received = true;
            if !self.receive_event(&mut deadline, waits)? {
                return Ok(None);
            }
        }
    }

    /// Like [`Self::receive`], but from all network namespaces if the socket listens to
    /// them.
    #[cold]
    #[inline(never)]
    pub(super) fn receive_from_all(&mut self) -> Result<Option<usize>> {
        if !self.events.are_of_all() {
            let received = self.transport.receive(&mut self.buffer);
            return self.received(received);
        }
        let (received, nsid) = match self.transport.receive_from_all(&mut self.buffer) {
            Ok(received) => received,
            Err(error) => return receive_failed(error),
        };
        match nsid {
            _ if received.sender != Some(0) => Ok(Some(0)),
            _ if received.truncated() => Err(Error::Truncated(self.buffer.len())),
            None => Ok(Some(received.len)),
            Some(nsid) => {
                let datagram = self.buffer.get(..received.len).unwrap_or_default();
                self.events.keep_all(datagram, nsid);
                Ok(Some(0))
            }
        }
    }

    /// Finds the next `wanted` message in the unread messages, and in those that it
    /// receives.
    #[inline(always)]
    fn find(
        &mut self,
        wanted: impl Fn(&Message<'_>) -> bool,
        waits: bool,
    ) -> Result<Option<Found>> {
        let portid = self.portid;
        let mut deadline = Deadline::new(self.timeout);
        if self.unread.is_empty() && !self.receive_event(&mut deadline, waits)? {
            return Ok(None);
        }
        loop {
            let found = self.read(|events, message, bytes| {
                Ok(wanted(&message) && !events.is_late(bytes, portid))
            })?;
            if found.is_some() || !self.receive_event_again(&mut deadline, waits)? {
                return Ok(found);
            }
        }
    }

    /// Like [`Self::receive_event`], unless the deadline has passed.
    #[cold]
    #[inline(never)]
    fn receive_event_again(&mut self, deadline: &mut Deadline, waits: bool) -> Result<bool> {
        self.may_go_on(deadline)?;
        self.receive_event(deadline, waits)
    }

    /// Fails if the deadline has passed: with a loss, if there is one to report.
    #[cold]
    fn may_go_on(&self, deadline: &mut Deadline) -> Result<()> {
        match deadline.left() {
            Err(_) if self.events.has_lost() => Err(Error::Overrun),
            left => left.map(drop),
        }
    }

    /// Receives the next datagram of events, or reports a loss. The kernel reports a loss
    /// ahead of the messages that it kept, and then drops further messages silently until
    /// the socket has read all of those. So this function reports a loss only when
    /// nothing is left to read. It also reports and remembers one if a second loss shows
    /// that everything was read, or if the deadline has passed.
    #[inline(always)]
    fn receive_event(&mut self, deadline: &mut Deadline, waits: bool) -> Result<bool> {
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
        // Without a timeout, one system call waits and receives, unless a loss must be
        // reported after the messages that the kernel has kept.
        if self.events.are_of_all() || (self.waits_first && (!waits || self.events.has_lost())) {
            received = self.receive_from_all();
        }
        loop {
            received = match received {
                Ok(Some(len)) => {
                    self.unread = 0..len;
                    return Ok(true);
                }
                Ok(None) if self.events.take_loss() => return Err(Error::Overrun),
                Ok(None) if !waits => return Ok(false),
                Ok(None) => self.receive_by(deadline),
                Err(Error::Overrun) if !self.events.has_lost() => {
                    self.events.overrun();
                    self.receive_from_all()
                }
                Err(error) => return Err(error),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::netlink::fake::{reply, Fake};
    use crate::netlink::message::flags;
    use crate::netlink::socket::Expect;

    const KIND: u16 = 0x20;

    #[test]
    fn an_event_of_another_namespace_is_no_answer_and_comes_with_the_id_of_its_namespace() {
        for expect in [Expect::Reply, Expect::Entry, Expect::Ack] {
            let mut socket = Fake::socket(move |request, answers| {
                // A process of that namespace has the same port, and used the same number.
                let seq = request.header.seq;
                let foreign = [reply(KIND, 0, seq, b"far1"), reply(KIND, 0, seq, b"far2")];
                answers.datagram_from_namespace(77, foreign.concat());
                answers.datagram_from_namespace(0, reply(2, 0, seq, &[0; 20]));
                match expect {
                    Expect::Ack => answers.ack(),
                    _ => answers.message(KIND, 0, b"here"),
                }
                answers.datagram(reply(KIND, 0, 0, b"near"));
                answers.datagram_from_namespace(5, reply(KIND, 0, 0, b"last"));
            });
            socket.listen_to_all_namespaces().unwrap();
            let seq = socket.next_seq();
            let request = reply(KIND, flags::REQUEST, seq, b"");
            let answer = socket.transact(&request, seq, expect).unwrap();
            if expect != Expect::Ack {
                assert_eq!(answer.payload, b"here");
            }
            for (payload, nsid) in [
                (&b"far1"[..], Some(77)),
                (b"far2", Some(77)),
                (&[0; 20], Some(0)),
                (b"near", None),
                (b"last", Some(5)),
            ] {
                let event = socket.next_message(|_| true).unwrap();
                assert_eq!(event.payload, payload);
                assert_eq!(socket.nsid(), nsid);
            }
            assert!(socket.try_next(|_| true).unwrap().is_none());
        }
    }

    #[test]
    fn events_of_other_namespaces_are_passed_over_if_they_are_not_wanted() {
        let mut socket = Fake::socket(|_, answers| {
            for (nsid, payload) in [(1, b"no"), (2, b"no"), (3, b"ok")] {
                answers.datagram_from_namespace(nsid, reply(KIND, 0, 0, payload));
            }
            answers.datagram(reply(KIND, 0, 0, b"no"));
            answers.endless(Some(0), reply(KIND, 0, 0, b"ok"));
        });
        socket.listen_to_all_namespaces().unwrap();
        socket.send(&reply(KIND, flags::REQUEST, 1, b"")).unwrap();
        for nsid in [Some(3), None] {
            let event = socket.try_next(|event| event.payload == b"ok").unwrap();
            assert!(event.is_some());
            assert_eq!(socket.nsid(), nsid);
        }
    }
}
