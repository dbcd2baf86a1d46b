// SPDX-License-Identifier: MIT OR Apache-2.0

//! A tap sees each system call of a socket, with its arguments and its result. It is
//! passed when the socket is opened, and does not affect other sockets.
//!
//! ```
//! use parley_netlink::netlink::tap::{Call, Step, Tap};
//! use parley_netlink::netlink::{protocol, Socket};
//! use std::sync::Arc;
//!
//! #[derive(Debug)]
//! struct Bytes;
//!
//! impl Tap for Bytes {
//!     fn step(&self, step: &Step<'_>) {
//!         match step.call {
//!             Call::Send { bytes, .. } => eprintln!("{} bytes to the kernel", bytes.len()),
//!             Call::Receive { bytes, .. } => eprintln!("{} bytes from it", bytes.len()),
//!             other => eprintln!("{other:?}"),
//!         }
//!     }
//! }
//!
//! let mut socket = Socket::open_with_tap(protocol::GENERIC, Arc::new(Bytes))?;
//! parley_netlink::genl::resolve(&mut socket, "nlctrl")?;
//! # Ok::<(), parley_netlink::Error>(())
//! ```
//!
//! [`explain::steps`](crate::explain::steps) describes a step in words.

use std::fmt;
use std::io;
use std::time::Duration;

/// Sees the system calls of the sockets that use it, on the threads that make them.
pub trait Tap: fmt::Debug + Send + Sync {
    /// Called after a system call has returned. Only [`Call::Close`] is reported before
    /// it is made.
    fn step(&self, step: &Step<'_>);
}

/// A system call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Step<'a> {
    /// Its descriptor; -1 if there was none yet.
    pub fd: i32,
    /// The call.
    pub call: Call<'a>,
    /// Its return value, or the errno.
    pub result: Result<usize, i32>,
}

/// A system call, with its arguments.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Call<'a> {
    /// `socket()` of `AF_NETLINK`, raw and closed on exec.
    #[non_exhaustive]
    Socket {
        /// The netlink protocol.
        protocol: i32,
    },
    /// `setsockopt()` with an `int`.
    #[non_exhaustive]
    SetOption {
        /// The level.
        level: i32,
        /// The option.
        option: i32,
        /// Its value.
        value: i32,
    },
    /// `connect()` to the kernel, which also assigns a port to the socket.
    Connect,
    /// `getsockname()`.
    #[non_exhaustive]
    Name {
        /// The port that it returned.
        portid: u32,
    },
    /// `sendto()` the kernel, to which the socket is connected.
    #[non_exhaustive]
    Send {
        /// The datagram.
        bytes: &'a [u8],
        /// The socket's protocol.
        protocol: i32,
    },
    /// `setsockopt()` of `SO_RCVTIMEO`.
    #[non_exhaustive]
    SetTimeout {
        /// The timeout of receive calls, if there is one.
        timeout: Option<Duration>,
    },
    /// `recvfrom()` or `recvmsg()`, with `MSG_TRUNC`.
    #[non_exhaustive]
    Receive {
        /// The size of the buffer.
        room: usize,
        /// The received bytes, as far as they fitted.
        bytes: &'a [u8],
        /// The length of the datagram, which may exceed the buffer.
        whole: usize,
        /// The sender's port, if it has one; 0 is the kernel.
        from: Option<u32>,
        /// The socket's protocol.
        protocol: i32,
        /// Which of the two calls it is.
        method: Method,
        /// Whether it waits for a datagram, and so lacks `MSG_DONTWAIT`.
        waits: bool,
    },
    /// `poll()` for something to receive.
    #[non_exhaustive]
    Wait {
        /// The timeout, if there is one.
        timeout: Option<Duration>,
    },
    /// `close()`, of the descriptor of a socket or file.
    Close,
    /// `openat()` for reading and writing.
    Open {
        /// The path.
        path: &'a str,
    },
    /// `ioctl()`.
    Ioctl {
        /// The request's name.
        request: &'static str,
        /// The members of its argument after the call.
        argument: &'a [Member<'a>],
    },
    /// `write()`.
    Write {
        /// The bytes.
        bytes: &'a [u8],
    },
    /// `pread64()`.
    Read {
        /// The size of the buffer.
        room: usize,
        /// The offset in the file.
        offset: u64,
        /// The bytes read.
        bytes: &'a [u8],
    },
}

/// The call that received a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// `recvfrom()`, with the sender's address.
    Address,
    /// `recvmsg()`, with ancillary data as well.
    Message {
        /// The id of the network namespace, if the ancillary data had one.
        nsid: Option<i32>,
    },
}

/// A member of an ioctl's argument, or bytes that it points to.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The meaning of the bytes.
    pub meaning: Meaning,
}

/// The meaning of the bytes of a [`Member`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// A name, up to its NUL.
    Text,
    /// An unsigned integer in this machine's byte order.
    Unsigned,
    /// A signed integer in this machine's byte order.
    Signed,
    /// An address.
    Address,
    /// Bytes that a member points to.
    Bytes,
}

/// Reports a call and its `result` to `tap`; `given` returns the value of a call that
/// succeeded.
pub fn tell<T>(
    tap: &dyn Tap,
    fd: i32,
    call: Call<'_>,
    result: &io::Result<T>,
    given: impl FnOnce(&T) -> usize,
) {
    let result = match result {
        Ok(value) => Ok(given(value)),
        Err(error) => Err(error.raw_os_error().unwrap_or(0)),
    };
    tap.step(&Step { fd, call, result });
}
