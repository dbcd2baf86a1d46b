// SPDX-License-Identifier: MIT OR Apache-2.0

//! Transports, which carry datagrams to the kernel and back.

use super::error::{Error, Result};
use super::sys;
use super::tap::{tell, Call, Method, Step, Tap};
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// The result of one receive call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Received {
    /// The number of bytes written to the buffer.
    pub len: usize,
    /// The sender's port; 0 is the kernel. `None` if the sender has no netlink address.
    pub sender: Option<u32>,
    /// The length of the datagram, which may exceed the buffer.
    pub whole: usize,
}

impl Received {
    /// Describes a datagram of `whole` bytes. The buffer holds the first `len` of them, so `len`
    /// must not exceed the buffer's length: otherwise the socket panics.
    #[inline]
    #[must_use]
    pub fn new(len: usize, sender: Option<u32>, whole: usize) -> Self {
        Self { len, sender, whole }
    }

    /// Returns whether the datagram was longer than the buffer.
    #[inline]
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.whole > self.len
    }
}

/// A transport for datagrams: [`Netlink`], or one without a kernel for tests.
/// [`Socket::over`](super::Socket::over) opens a socket over it.
pub trait Transport: fmt::Debug {
    /// Sends a datagram.
    fn send(&self, datagram: &[u8]) -> io::Result<usize>;

    /// Receives a datagram. Fails with `EAGAIN` if there is none.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received>;

    /// Listens to events of all network namespaces. The default implementation fails.
    fn listen_to_all(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Like [`receive`](Self::receive), for a transport that listens to all network
    /// namespaces. Also returns the id of the namespace that sent an event, if it has one
    /// here.
    fn receive_from_all(&self, buffer: &mut [u8]) -> io::Result<(Received, Option<i32>)> {
        Ok((self.receive(buffer)?, None))
    }

    /// Limits how long [`receive_waiting`](Self::receive_waiting) waits. Returns false if
    /// it never waits, which is the default; then [`wait`](Self::wait) is called before
    /// each receive call.
    fn set_receive_timeout(&mut self, _timeout: Option<Duration>) -> io::Result<bool> {
        Ok(false)
    }

    /// Like [`receive`](Self::receive), but waits for a datagram until the receive
    /// timeout. May fail with `EAGAIN` or `EINTR` before that.
    fn receive_waiting(&self, buffer: &mut [u8]) -> io::Result<Received> {
        self.receive(buffer)
    }

    /// Waits until there is a datagram to receive, for at most `timeout`. May return
    /// early for no reason.
    fn wait(&self, timeout: Option<Duration>) -> io::Result<()>;
}

/// A netlink socket of the kernel.
#[derive(Debug)]
pub struct Netlink {
    fd: OwnedFd,
    protocol: i32,
    /// The socket's receive timeout. A new socket has none.
    timeout: Option<Duration>,
    /// The tap to which each call is reported.
    tap: Option<Arc<dyn Tap>>,
}

impl Netlink {
    /// Opens a socket, and returns its port.
    pub(super) fn open(protocol: i32, tap: Option<Arc<dyn Tap>>) -> Result<(Self, u32)> {
        let failed = |call| move |error| Error::Io { call, error };
        let opened = sys::open(protocol);
        if let Some(tap) = tap.as_deref() {
            let fd = |fd: &OwnedFd| usize::try_from(fd.as_raw_fd()).unwrap_or(0);
            tell(tap, -1, Call::Socket { protocol }, &opened, fd);
        }
        let socket = Self {
            fd: opened.map_err(failed("socket"))?,
            protocol,
            timeout: None,
            tap,
        };
        for option in [
            // Extended ACKs; errors that quote only the header of the request; strict
            // checks of dump requests.
            libc::NETLINK_EXT_ACK,
            libc::NETLINK_CAP_ACK,
            libc::NETLINK_GET_STRICT_CHK,
        ] {
            socket
                .set_option(libc::SOL_NETLINK, option, 1)
                .map_err(failed("setsockopt"))?;
        }
        let connected = sys::connect(&socket.fd);
        socket.tell(Call::Connect, &connected, |()| 0);
        connected.map_err(failed("connect"))?;
        let named = sys::port(&socket.fd);
        let portid = *named.as_ref().unwrap_or(&0);
        socket.tell(Call::Name { portid }, &named, |_| 0);
        let portid = named.map_err(failed("getsockname"))?;
        Ok((socket, portid))
    }

    /// Opens another socket of this protocol, with the same tap.
    pub(super) fn open_another(&self) -> Result<(Self, u32)> {
        Self::open(self.protocol, self.tap.clone())
    }

    /// Joins a multicast group. Processes with CAP_NET_ADMIN can send to one, too.
    pub(super) fn join(&self, group: i32) -> io::Result<()> {
        self.set_option(libc::SOL_NETLINK, libc::NETLINK_ADD_MEMBERSHIP, group)
    }

    /// Leaves a multicast group.
    pub(super) fn leave(&self, group: i32) -> io::Result<()> {
        self.set_option(libc::SOL_NETLINK, libc::NETLINK_DROP_MEMBERSHIP, group)
    }

    /// Asks for a receive buffer of `bytes`, through this option.
    pub(super) fn set_receive_buffer(&self, option: i32, bytes: i32) -> io::Result<()> {
        self.set_option(libc::SOL_SOCKET, option, bytes)
    }

    fn set_option(&self, level: i32, option: i32, value: i32) -> io::Result<()> {
        let set = sys::set_option(&self.fd, level, option, value);
        let call = Call::SetOption {
            level,
            option,
            value,
        };
        self.tell(call, &set, |()| 0);
        set
    }

    /// Reports a call to the tap, if there is one.
    fn tell<T>(&self, call: Call<'_>, result: &io::Result<T>, given: impl FnOnce(&T) -> usize) {
        if let Some(tap) = self.tap.as_deref() {
            tell(tap, self.fd.as_raw_fd(), call, result, given);
        }
    }

    /// Reports a send call that returned `len`, or failed with `errno` if that is not 0.
    // Takes only numbers, so that a result stays in registers if there is no tap.
    #[cold]
    #[inline(never)]
    fn sent(&self, datagram: &[u8], len: usize, errno: i32) {
        let call = Call::Send {
            bytes: datagram,
            protocol: self.protocol,
        };
        self.step(call, len, errno);
    }

    /// Reports a receive call that filled `len` bytes of `buffer`, or failed with `errno`
    /// if that is not 0.
    #[cold]
    #[inline(never)]
    fn received(&self, buffer: &[u8], len: usize, from: Option<u32>, whole: usize, errno: i32) {
        self.received_by(Method::Address, false, buffer, (len, from, whole), errno);
    }

    fn received_by(
        &self,
        method: Method,
        waits: bool,
        buffer: &[u8],
        (len, from, whole): (usize, Option<u32>, usize),
        errno: i32,
    ) {
        let call = Call::Receive {
            room: buffer.len(),
            bytes: buffer.get(..len).unwrap_or_default(),
            whole,
            from,
            protocol: self.protocol,
            method,
            waits,
        };
        self.step(call, whole, errno);
    }

    fn step(&self, call: Call<'_>, given: usize, errno: i32) {
        if let Some(tap) = self.tap.as_deref() {
            let fd = self.fd.as_raw_fd();
            let result = if errno == 0 { Ok(given) } else { Err(errno) };
            tap.step(&Step { fd, call, result });
        }
    }
}

/// The errno of a call that failed.
fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}

impl Drop for Netlink {
    fn drop(&mut self) {
        // The descriptor is closed after this, and nobody learns the result.
        if let Some(tap) = self.tap.as_deref() {
            tap.step(&Step {
                fd: self.fd.as_raw_fd(),
                call: Call::Close,
                result: Ok(0),
            });
        }
    }
}

impl AsFd for Netlink {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Transport for Netlink {
    #[inline(always)]
    fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        let sent = sys::send(&self.fd, datagram);
        if self.tap.is_some() {
            match &sent {
                Ok(len) => self.sent(datagram, *len, 0),
                Err(error) => self.sent(datagram, 0, errno(error)),
            }
        }
        sent
    }

    #[inline(always)]
    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        let room = buffer.len();
        // The sender must be checked each time. The kernel checks whether the socket is
        // connected before it queues a message, so a message from a process can still
        // arrive after that.
        let received = sys::receive(&self.fd, buffer, false)
            .map(|(sender, whole)| Received::new(whole.min(room), sender, whole));
        if self.tap.is_some() {
            match &received {
                Ok(got) => self.received(buffer, got.len, got.sender, got.whole, 0),
                Err(error) => self.received(buffer, 0, None, 0, errno(error)),
            }
        }
        received
    }

    /// Makes no system call if the timeout has not changed.
    fn set_receive_timeout(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        if self.timeout != timeout {
            let set = sys::set_receive_timeout(&self.fd, timeout);
            self.tell(Call::SetTimeout { timeout }, &set, |()| 0);
            set?;
            self.timeout = timeout;
        }
        Ok(true)
    }

    fn receive_waiting(&self, buffer: &mut [u8]) -> io::Result<Received> {
        let room = buffer.len();
        let received = sys::receive(&self.fd, buffer, true)
            .map(|(sender, whole)| Received::new(whole.min(room), sender, whole));
        let (got, errno) = match &received {
            Ok(got) => ((got.len, got.sender, got.whole), 0),
            Err(error) => ((0, None, 0), errno(error)),
        };
        self.received_by(Method::Address, true, buffer, got, errno);
        received
    }

    fn listen_to_all(&mut self) -> io::Result<()> {
        self.set_option(libc::SOL_NETLINK, libc::NETLINK_LISTEN_ALL_NSID, 1)
    }

    fn receive_from_all(&self, buffer: &mut [u8]) -> io::Result<(Received, Option<i32>)> {
        let room = buffer.len();
        let received = sys::receive_with_nsid(&self.fd, buffer);
        let received = received
            .map(|(sender, whole, nsid)| (Received::new(whole.min(room), sender, whole), nsid));
        match &received {
            Ok((got, nsid)) => {
                let method = Method::Message { nsid: *nsid };
                self.received_by(method, false, buffer, (got.len, got.sender, got.whole), 0);
            }
            Err(error) => {
                let method = Method::Message { nsid: None };
                self.received_by(method, false, buffer, (0, None, 0), errno(error));
            }
        }
        received
    }

    fn wait(&self, timeout: Option<Duration>) -> io::Result<()> {
        let waited = sys::wait(self.fd.as_fd(), timeout);
        self.tell(Call::Wait { timeout }, &waited, |ready| *ready);
        waited.map(drop)
    }
}
