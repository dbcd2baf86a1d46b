// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events of the counters.

use super::{read_counter, Counter};
use crate::uapi::{self, cmd};
use parley_netlink::genl::{self, controller, message};
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::{Error, Result, Socket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

/// What became of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was created.
    New,
    /// Its value was written.
    Written,
    /// It was deleted; the counter is as it last stood.
    Deleted,
}

/// An event of the group `events`. The name borrows from the listener's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What became of the counter.
    pub change: Change,
    /// The counter, after that.
    pub counter: Counter<'a>,
}

/// Listens to what becomes of the counters of this network namespace.
///
/// ```no_run
/// use parley::client::Listener;
/// use parley::Error;
///
/// let mut listener = Listener::open(None)?;
/// loop {
///     match listener.next_event() {
///         Ok(event) => println!("{:?}: {}", event.change, event.counter.name),
///         // The kernel dropped some, and has stopped to: what they told is learned by
///         // a list.
///         Err(Error::Overrun) => println!("events were lost"),
///         Err(error) => return Err(error),
///     }
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), parley::Error>(())
/// ```
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    family: u16,
    /// Events were lost, and the end of the family may have been one of them.
    in_doubt: bool,
}

impl Listener {
    /// Opens a socket and joins the group `events`. With `timeout`, so long is
    /// waited for an event; without, for as long as it takes.
    pub fn open(timeout: Option<Duration>) -> Result<Self> {
        Self::over(Socket::open(libc::NETLINK_GENERIC)?, timeout)
    }

    /// As [`open`](Self::open), over a socket that is open.
    pub fn over(mut socket: Socket, timeout: Option<Duration>) -> Result<Self> {
        let family = genl::follow(&mut socket, uapi::FAMILY_NAME)?;
        family.join(&mut socket, uapi::group::EVENTS)?;
        match timeout {
            Some(timeout) => socket.set_timeout(timeout)?,
            None => socket.wait_for_ever()?,
        }
        Ok(Self {
            socket,
            family: family.id,
            in_doubt: false,
        })
    }

    /// The socket's netlink port.
    pub fn portid(&self) -> u32 {
        self.socket.portid()
    }

    /// The socket, for its buffer and its timeout.
    pub fn socket(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// Waits for the next event.
    ///
    /// Fails with [`Error::Overrun`] where the kernel had to drop events: what
    /// they would have told is learned by a dump. The kernel has stopped to drop by
    /// then: those that it had kept come before, as with
    /// [`Socket::next_message`]. Fails with
    /// [`Error::NoFamily`] where the module is unloaded.
    #[inline]
    pub fn next_event(&mut self) -> Result<Event<'_>> {
        let family = self.family;
        self.look_for_it()?;
        match self
            .socket
            .next_message(|message| is_wanted(message, family))
        {
            Ok(message) => read_event(&message, family),
            Err(error) => {
                self.in_doubt = matches!(error, Error::Overrun);
                Err(error)
            }
        }
    }

    /// As [`next_event`](Self::next_event), but does not wait for an event: returns `None` if
    /// none has arrived. When the descriptor is readable, call this until it returns `None`.
    /// After [`Error::Overrun`] it asks the kernel once whether the family is still there.
    pub fn try_next_event(&mut self) -> Result<Option<Event<'_>>> {
        let family = self.family;
        self.look_for_it()?;
        match self.socket.try_next(|message| is_wanted(message, family)) {
            Ok(message) => message
                .map(|message| read_event(&message, family))
                .transpose(),
            Err(error) => {
                self.in_doubt = matches!(error, Error::Overrun);
                Err(error)
            }
        }
    }

    /// Fails if events were lost and the family is gone.
    #[inline]
    fn look_for_it(&mut self) -> Result<()> {
        if self.in_doubt {
            controller::check(&self.socket, self.family, uapi::FAMILY_NAME)?;
            self.in_doubt = false;
        }
        Ok(())
    }
}

/// The socket's descriptor, to wait for; see [`Listener::try_next_event`].
impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The same descriptor as a number, which some runtimes ask for.
impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// Whether a message is an event, or tells that the family is gone.
#[inline]
fn is_wanted(message: &Message<'_>, family: u16) -> bool {
    if message.header.kind == family {
        message::read(message).is_ok_and(|(cmd, _)| change(cmd).is_some())
    } else {
        controller::is_end(message, family)
    }
}

#[inline]
fn read_event<'a>(message: &Message<'a>, family: u16) -> Result<Event<'a>> {
    if message.header.kind != family {
        return Err(Error::NoFamily(uapi::FAMILY_NAME.to_owned()));
    }
    let (cmd, attributes) = message::read(message)?;
    Ok(Event {
        change: change(cmd).ok_or(Error::Absent("the change"))?,
        counter: read_counter(attributes)?,
    })
}

#[inline]
fn change(cmd: u8) -> Option<Change> {
    match cmd {
        cmd::COUNTER_NEW_NTF => Some(Change::New),
        cmd::COUNTER_CHANGE_NTF => Some(Change::Written),
        cmd::COUNTER_DEL_NTF => Some(Change::Deleted),
        _ => None,
    }
}
