// SPDX-License-Identifier: MIT OR Apache-2.0

//! Listens to the events of a family, and notices if the family is unregistered.
//!
//! `parley-spec client` generates the events of a family, and a [`Listener`] for them.
//! This example is written by hand, for the families that the controller registers:
//!
//! ```no_run
//! use parley_netlink::genl::{spec, Event, Listener};
//! use parley_netlink::netlink::attr::Attributes;
//! use parley_netlink::{Error, Result};
//!
//! static NLCTRL: spec::Family = spec::Family {
//!     name: "nlctrl",
//!     version: 2,
//!     attribute_sets: &[],
//!     operations: &[],
//! };
//!
//! struct Registered;
//!
//! impl Event for Registered {
//!     const FAMILY: &'static spec::Family = &NLCTRL;
//!     type Of<'a> = Attributes<'a>;
//!
//!     fn is(cmd: u8) -> bool {
//!         cmd == 1 // CTRL_CMD_NEWFAMILY
//!     }
//!
//!     fn read(cmd: u8, attributes: Attributes<'_>) -> Result<Option<Attributes<'_>>> {
//!         Ok(Self::is(cmd).then_some(attributes))
//!     }
//! }
//!
//! let mut listener = Listener::<Registered>::open(&["notify"], None)?;
//! loop {
//!     match listener.next_event() {
//!         Ok(attributes) => println!("a family with {} attributes", attributes.count()),
//!         // The kernel dropped events. A dump shows the current state.
//!         Err(Error::Overrun) => println!("events were lost"),
//!         Err(error) => return Err(error),
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::{controller, message, spec, Family};
use crate::netlink::attr::Attributes;
use crate::netlink::message::Message;
use crate::netlink::{protocol, Error, Result, Socket};
use std::marker::PhantomData;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

/// The events of a family, as [`Listener`] reads them.
pub trait Event {
    /// The family.
    const FAMILY: &'static spec::Family;

    /// An event that borrows from the listener's buffer.
    type Of<'a>;

    /// Returns whether the messages with this command number are events.
    fn is(cmd: u8) -> bool;

    /// Reads the message with this command number. Returns `None` if it is not an event.
    fn read(cmd: u8, attributes: Attributes<'_>) -> Result<Option<Self::Of<'_>>>;
}

/// Listens to multicast groups of a family, over its own socket.
#[derive(Debug)]
pub struct Listener<E> {
    socket: Socket,
    family: Family,
    /// Events were lost, and the end of the family may have been one of them.
    in_doubt: bool,
    events: PhantomData<fn() -> E>,
}

impl<E: Event> Listener<E> {
    /// Opens a socket and joins `groups` of the family. With `timeout`, waits that long
    /// for each event; without it, waits indefinitely.
    pub fn open(groups: &[&str], timeout: Option<Duration>) -> Result<Self> {
        Self::over(Socket::open(protocol::GENERIC)?, groups, timeout)
    }

    /// Like [`open`](Self::open), over a socket that is already open.
    pub fn over(mut socket: Socket, groups: &[&str], timeout: Option<Duration>) -> Result<Self> {
        let family = controller::follow(&mut socket, E::FAMILY.name)?;
        for group in groups {
            family.join(&mut socket, group)?;
        }
        match timeout {
            Some(timeout) => socket.set_timeout(timeout)?,
            None => socket.wait_for_ever()?,
        }
        Ok(Self {
            socket,
            family,
            in_doubt: false,
            events: PhantomData,
        })
    }

    /// Returns the family, as the kernel describes it.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// Returns the socket's netlink port.
    pub fn portid(&self) -> u32 {
        self.socket.portid()
    }

    /// Returns the socket, to set its buffer and its timeout.
    pub fn socket(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// Waits for the next event.
    ///
    /// Fails with [`Error::Overrun`] if the kernel dropped events. A dump shows the current state.
    /// The events that the socket still held are returned before the error, as with
    /// [`Socket::next_message`]. Fails with [`Error::NoFamily`] if the family is unregistered,
    /// because its module is unloaded.
    #[inline]
    pub fn next_event(&mut self) -> Result<E::Of<'_>> {
        let family = self.family.id;
        self.check()?;
        match self
            .socket
            .next_message(|message| is_wanted::<E>(message, family))
        {
            Ok(message) => read::<E>(&message, family),
            Err(error) => {
                self.in_doubt = matches!(error, Error::Overrun);
                Err(error)
            }
        }
    }

    /// Like [`next_event`](Self::next_event), but does not wait for an event: returns
    /// `None` if none has arrived. When the descriptor is readable, call this until it
    /// returns `None`. After [`Error::Overrun`], asks the kernel once whether the family
    /// still exists.
    pub fn try_next_event(&mut self) -> Result<Option<E::Of<'_>>> {
        let family = self.family.id;
        self.check()?;
        match self
            .socket
            .try_next(|message| is_wanted::<E>(message, family))
        {
            Ok(message) => message
                .map(|message| read::<E>(&message, family))
                .transpose(),
            Err(error) => {
                self.in_doubt = matches!(error, Error::Overrun);
                Err(error)
            }
        }
    }

    /// Fails if events were lost and the family is gone.
    #[inline]
    fn check(&mut self) -> Result<()> {
        if self.in_doubt {
            controller::check(&self.socket, self.family.id, E::FAMILY.name)?;
            self.in_doubt = false;
        }
        Ok(())
    }
}

/// The socket's descriptor, for poll(2) and the like; see [`Listener::try_next_event`].
impl<E> AsFd for Listener<E> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The same descriptor as a number, which some runtimes require.
impl<E> AsRawFd for Listener<E> {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// Returns whether a message is an event, or reports that the family is gone.
#[inline]
fn is_wanted<E: Event>(message: &Message<'_>, family: u16) -> bool {
    if message.header.kind == family {
        message::read(message).is_ok_and(|(cmd, _)| E::is(cmd))
    } else {
        controller::is_end(message, family)
    }
}

#[inline]
fn read<'a, E: Event>(message: &Message<'a>, family: u16) -> Result<E::Of<'a>> {
    if message.header.kind != family {
        return Err(Error::NoFamily(E::FAMILY.name.to_owned()));
    }
    let (cmd, attributes) = message::read(message)?;
    E::read(cmd, attributes)?.ok_or(Error::Absent("an event"))
}
