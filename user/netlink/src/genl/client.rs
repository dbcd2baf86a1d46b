// SPDX-License-Identifier: MIT OR Apache-2.0

//! The client of a family whose table is known: a socket, the resolved family, and errors that
//! name the attribute at fault.
//!
//! `parley-spec client` generates typed clients on top of it.
//!
//! ```
//! use parley_netlink::genl::{client::Client, spec};
//! use parley_netlink::netlink::socket::Expect;
//!
//! // What `parley-spec` would generate from the controller's spec, or a part of it.
//! const FAMILY_ID: u16 = 1;
//! const FAMILY_NAME: u16 = 2;
//! static NLCTRL: spec::Family = spec::Family {
//!     name: "nlctrl",
//!     version: 2,
//!     attribute_sets: &[],
//!     operations: &[],
//! };
//!
//! let mut client = Client::open(&NLCTRL)?;
//! let id = client.family().id;
//! // Requests have the number 3, and their replies the number 1.
//! let reply = client.call(3, 0, Expect::Command(1), |to| to.string(FAMILY_NAME, "nlctrl"))?;
//! for attribute in reply {
//!     let attribute = attribute?;
//!     if attribute.number == FAMILY_ID {
//!         assert_eq!(attribute.u16()?, id);
//!     }
//! }
//! # Ok::<(), parley_netlink::Error>(())
//! ```

mod batch;

use super::refusal::{may_be_gone, name_parts};
use super::{controller, message, spec, Family};
use crate::netlink::attr::{Attributes, Writer};
use crate::netlink::message::{flags, Message};
use crate::netlink::socket::Expect;
use crate::netlink::transport::{Netlink, Transport};
use crate::netlink::{protocol, Error, Result, Socket};
use std::time::Duration;

/// A connection to a family, over its own socket.
///
/// Each call fails with [`Error::Refused`] if the kernel refuses it, and with
/// [`Error::NoFamily`] if the family does not exist or has been unregistered.
#[derive(Debug)]
pub struct Client<T = Netlink> {
    socket: Socket<T>,
    family: Family,
    table: &'static spec::Family,
    /// The latest request. Kept in order to name the attribute at fault, and so that
    /// calls need not allocate.
    request: Vec<u8>,
}

impl Client {
    /// Opens a socket and resolves the family of `table`. If the family's module is
    /// installed but not loaded, the kernel loads it.
    pub fn open(table: &'static spec::Family) -> Result<Self> {
        Self::over(Socket::open(protocol::GENERIC)?, table)
    }
}

impl<T: Transport> Client<T> {
    /// Like [`Client::open`], over a socket that is already open.
    pub fn over(mut socket: Socket<T>, table: &'static spec::Family) -> Result<Self> {
        let family = controller::resolve(&mut socket, table.name)?;
        Ok(Self {
            socket,
            family,
            table,
            request: Vec::new(),
        })
    }

    /// Returns the family, as the kernel describes it.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// Returns the socket's netlink port, as the kernel should see it.
    pub fn portid(&self) -> u32 {
        self.socket.portid()
    }

    /// Returns the socket.
    pub fn socket(&mut self) -> &mut Socket<T> {
        &mut self.socket
    }

    /// Sets how long the kernel has to answer; by default
    /// [`TIMEOUT`](crate::netlink::socket::TIMEOUT).
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<()> {
        self.socket.set_timeout(timeout)
    }

    /// Makes a round trip with any command, flags and attributes. A reply has the number
    /// of its request, unless `expect` names another. An ACK has no attributes.
    #[inline]
    pub fn call(
        &mut self,
        cmd: u8,
        modifiers: u16,
        expect: Expect,
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> Result<Attributes<'_>> {
        let seq = self.socket.next_seq();
        message::write(
            &mut self.request,
            self.family.id,
            (cmd, self.table.version),
            ack(expect) | modifiers,
            seq,
            fill,
        )?;
        match self.socket.exchange(&self.request, seq, expect) {
            Ok(found) => read(&self.socket.found(&found), cmd, expect),
            Err(error) => Err(self.failed(error, cmd)),
        }
    }

    /// Makes a request with any number of replies: passes each reply to `each` until the ACK
    /// arrives. Replies have the command `reply`. Returns the kernel's warning, if the ACK has one.
    pub fn call_all(
        &mut self,
        cmd: u8,
        modifiers: u16,
        reply: u8,
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
        mut each: impl FnMut(Attributes<'_>) -> Result<()>,
    ) -> Result<Option<String>> {
        let (seq, portid, id) = (self.socket.next_seq(), self.socket.portid(), self.family.id);
        message::write(
            &mut self.request,
            id,
            (cmd, self.table.version),
            flags::ACK | modifiers,
            seq,
            fill,
        )?;
        let mut taken = Ok(());
        let take = |found: &Message<'_>| {
            let header = &found.header;
            let is_reply = (header.kind, header.seq, header.portid) == (id, seq, portid);
            if is_reply && found.payload.first() == Some(&reply) && taken.is_ok() {
                taken = message::read(found).and_then(|(_, attributes)| each(attributes));
            }
        };
        let ended = self
            .socket
            .transact_beside(&self.request, seq, Expect::Ack, take);
        match ended.map(|ack| ack.warning()) {
            Ok(warning) => taken.map(|()| warning),
            Err(error) => Err(self.failed(error, cmd)),
        }
    }

    /// Dumps the command `cmd`, and passes each entry to `each`. Returns whether the list
    /// changed during the dump: then entries may be missing, or come from different
    /// moments.
    pub fn dump(
        &mut self,
        cmd: u8,
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
        mut each: impl FnMut(Attributes<'_>) -> Result<()>,
    ) -> Result<bool> {
        let seq = self.socket.next_seq();
        message::write(
            &mut self.request,
            self.family.id,
            (cmd, self.table.version),
            flags::DUMP,
            seq,
            fill,
        )?;
        let dumped = self
            .socket
            .dump(&self.request, seq, |entry| each(message::read(&entry)?.1));
        dumped.map_err(|error| self.failed(error, cmd))
    }

    /// Adds the names of the operation and the attribute to a refusal, or finds that the
    /// family is gone.
    #[cold]
    fn failed(&mut self, error: Error, cmd: u8) -> Error {
        if may_be_gone(&error) {
            let checked = controller::check_over(&mut self.socket, self.family.id, self.table.name);
            if let Err(Error::NoFamily(name)) = checked {
                return Error::NoFamily(name);
            }
        }
        named(error, &self.request, cmd, self.table, &self.family)
    }
}

/// Adds the names of the operation and the attribute to a refusal.
#[cold]
fn named(error: Error, request: &[u8], cmd: u8, table: &spec::Family, family: &Family) -> Error {
    name_parts(error, request, cmd, table, family.header_len)
}

/// Returns the flag that asks for an ACK, if the call ends with one.
#[inline]
fn ack(expect: Expect) -> u16 {
    match expect {
        Expect::Ack => flags::ACK,
        _ => 0,
    }
}

/// Reads the message that ended a call of the command `cmd`.
#[inline]
fn read<'a>(message: &Message<'a>, cmd: u8, expect: Expect) -> Result<Attributes<'a>> {
    match expect {
        Expect::Ack => Ok(Attributes::new(&[])),
        Expect::Command(reply) => message::read_reply(message, reply),
        _ => message::read_reply(message, cmd),
    }
}

#[cfg(test)]
mod lies;
#[cfg(test)]
mod tests;
