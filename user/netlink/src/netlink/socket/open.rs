// SPDX-License-Identifier: MIT OR Apache-2.0

//! Kernel sockets: opening them, their groups, buffers and descriptors.

use super::{io_error, Socket};
use crate::netlink::error::{Error, Result};
use crate::netlink::tap::Tap;
use crate::netlink::transport::Netlink;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::Arc;

impl Socket {
    /// Opens a socket of `protocol` without a tap. [`Socket::open`] is in `explain`.
    pub(crate) fn open_untapped(protocol: i32) -> Result<Self> {
        let (transport, portid) = Netlink::open(protocol, None)?;
        Ok(Self::over(transport, portid))
    }

    /// Like [`open`](Socket::open), with a tap that sees each system call of the socket.
    pub fn open_with_tap(protocol: i32, tap: Arc<dyn Tap>) -> Result<Self> {
        let (transport, portid) = Netlink::open(protocol, Some(tap))?;
        Ok(Self::over(transport, portid))
    }

    /// Opens another socket with this one's protocol, and the same tap if there is one.
    pub fn open_another(&self) -> Result<Self> {
        let (transport, portid) = self.transport.open_another()?;
        Ok(Self::over(transport, portid))
    }

    /// Joins the multicast group with number `group`, and so receives its messages.
    /// [`Family::join`](crate::genl::Family::join) finds a group by its name.
    pub fn join(&mut self, group: u32) -> Result<()> {
        let joined = self.transport.join(number(group)?);
        joined.map_err(io_error("setsockopt"))?;
        self.events.listen();
        Ok(())
    }

    /// Leaves the multicast group with number `group`. Messages that have already arrived
    /// can still be read.
    pub fn leave(&mut self, group: u32) -> Result<()> {
        let left = self.transport.leave(number(group)?);
        left.map_err(io_error("setsockopt"))
    }

    /// Asks for a receive buffer of `bytes`. The kernel doubles this value, and limits it
    /// to `net.core.rmem_max`.
    pub fn set_receive_buffer(&mut self, bytes: i32) -> Result<()> {
        let set = self.transport.set_receive_buffer(libc::SO_RCVBUF, bytes);
        set.map_err(io_error("setsockopt"))
    }

    /// Like [`set_receive_buffer`](Self::set_receive_buffer), but may exceed
    /// `net.core.rmem_max`. Needs CAP_NET_ADMIN.
    pub fn force_receive_buffer(&mut self, bytes: i32) -> Result<()> {
        let set = self
            .transport
            .set_receive_buffer(libc::SO_RCVBUFFORCE, bytes);
        set.map_err(io_error("setsockopt"))
    }
}

/// The descriptor, for poll(2), epoll(7) or an async runtime. It is readable if the
/// kernel has sent messages that [`Socket::try_next`] has not received. Messages that
/// were received earlier do not make it readable.
///
/// The descriptor is blocking, and the socket keeps its receive timeout (`SO_RCVTIMEO`)
/// equal to that of [`Socket::set_timeout`]. Do not change this option, and do not use
/// the socket in two processes: after a `fork()`, each would wait for the time that the
/// other one has set.
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.transport.as_fd()
    }
}

/// The same descriptor as a number, which some runtimes require.
impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// Converts a group's number to the kernel's type.
fn number(group: u32) -> Result<i32> {
    i32::try_from(group).map_err(|_| Error::Malformed {
        what: "a group's number is out of range",
        offset: 0,
    })
}
