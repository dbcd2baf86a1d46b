// SPDX-License-Identifier: MIT OR Apache-2.0

//! What carries datagrams to the kernel and back.

#![forbid(unsafe_code)]

use super::error::{Error, Result};
use super::sys;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// What one receive gave.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// How many bytes of the buffer were filled.
    pub len: usize,
    /// The sender's port; 0 is the kernel. `None` where the sender gave no
    /// netlink address.
    pub sender: Option<u32>,
    /// The datagram was longer than the buffer.
    pub truncated: bool,
}

/// A way for datagrams. There is [`Netlink`], and in the tests of this library
/// one behind which no kernel is.
pub trait Transport: fmt::Debug {
    /// Sends a datagram.
    fn send(&self, datagram: &[u8]) -> io::Result<usize>;

    /// Receives a datagram. Fails with `EAGAIN` where none comes in time.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received>;

    /// Sets how long [`Self::receive`] waits. Zero is for ever.
    fn set_receive_timeout(&self, timeout: Duration) -> io::Result<()>;
}

/// A netlink socket of the kernel's.
#[derive(Debug)]
pub struct Netlink(OwnedFd);

impl Netlink {
    /// Opens a socket, and tells which port it has.
    pub(super) fn open(protocol: i32) -> Result<(Self, u32)> {
        let failed = |call| move |error| Error::Io { call, error };
        let fd = sys::open(protocol).map_err(failed("socket"))?;
        for option in [
            // Errors with words; quoting of a refused request's header alone;
            // strict checks of what a dump is asked for.
            libc::NETLINK_EXT_ACK,
            libc::NETLINK_CAP_ACK,
            libc::NETLINK_GET_STRICT_CHK,
        ] {
            sys::set_option(&fd, libc::SOL_NETLINK, option, 1).map_err(failed("setsockopt"))?;
        }
        let portid = sys::bind(&fd).map_err(failed("bind"))?;
        Ok((Self(fd), portid))
    }

    /// Joins a multicast group.
    pub(super) fn join(&self, group: i32) -> io::Result<()> {
        let option = libc::NETLINK_ADD_MEMBERSHIP;
        sys::set_option(&self.0, libc::SOL_NETLINK, option, group)
    }

    /// Asks for a receive buffer of `bytes`.
    pub(super) fn set_receive_buffer(&self, bytes: i32) -> io::Result<()> {
        sys::set_option(&self.0, libc::SOL_SOCKET, libc::SO_RCVBUF, bytes)
    }
}

impl Transport for Netlink {
    #[inline]
    fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        sys::send(&self.0, datagram)
    }

    #[inline]
    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        sys::receive(&self.0, buffer)
    }

    fn set_receive_timeout(&self, timeout: Duration) -> io::Result<()> {
        sys::set_receive_timeout(&self.0, timeout)
    }
}
