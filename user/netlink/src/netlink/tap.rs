// SPDX-License-Identifier: MIT OR Apache-2.0

//! A tap sees each system call of a socket, with its arguments and its result. It is
//! given to the socket that is opened; others are not affected.
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
//! [`explain::steps`](crate::explain::steps) puts a step into words.

use std::fmt;
use std::io;
use std::time::Duration;

/// Sees the system calls of the sockets that have it, from the threads that make them.
pub trait Tap: fmt::Debug + Send + Sync {
    /// A system call has returned. [`Call::Close`] alone is told before it is made.
    fn step(&self, step: &Step<'_>);
}

/// A system call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Step<'a> {
    /// The descriptor that it is about; -1 where there was none yet.
    pub fd: i32,
    /// What was called.
    pub call: Call<'a>,
    /// What it gave, or the errno.
    pub result: Result<usize, i32>,
}

/// Which system call, and its arguments.
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
    /// `connect()` to the kernel, which also gives the socket a port.
    Connect,
    /// `getsockname()`.
    #[non_exhaustive]
    Name {
        /// The port that it told.
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
        /// How long a receive call waits, if there is a limit.
        timeout: Option<Duration>,
    },
    /// `recvfrom()` or `recvmsg()`, with `MSG_TRUNC`.
    #[non_exhaustive]
    Receive {
        /// How many bytes there was room for.
        room: usize,
        /// What was received, or as much of it as fitted.
        bytes: &'a [u8],
        /// How many bytes it had; more, where it did not fit.
        whole: usize,
        /// The sender's port, if it has one; 0 is the kernel.
        from: Option<u32>,
        /// The socket's protocol.
        protocol: i32,
        /// Which of the two calls it is.
        method: Method,
        /// Whether it waits for a datagram, so that it lacks `MSG_DONTWAIT`.
        waits: bool,
    },
    /// `poll()` for something to receive.
    #[non_exhaustive]
    Wait {
        /// How long at most, if there is a limit.
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
        /// Its argument's members, as they were when it returned.
        argument: &'a [Member<'a>],
    },
    /// `write()`.
    Write {
        /// The bytes.
        bytes: &'a [u8],
    },
    /// `pread64()`.
    Read {
        /// How many bytes there was room for.
        room: usize,
        /// Where from.
        offset: u64,
        /// What was read.
        bytes: &'a [u8],
    },
}

/// How a datagram was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// By `recvfrom()`, with the sender's address.
    Address,
    /// By `recvmsg()`, with ancillary data as well.
    Message {
        /// The id of the network namespace, if the ancillary data had one.
        nsid: Option<i32>,
    },
}

/// A member of the struct that an ioctl takes, or bytes that it points at.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What they mean.
    pub meaning: Meaning,
}

/// How the bytes of a [`Member`] are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// A name, up to its NUL.
    Text,
    /// An unsigned integer of this machine's byte order.
    Unsigned,
    /// A signed integer of this machine's byte order.
    Signed,
    /// An address.
    Address,
    /// What a member points at.
    Bytes,
}

/// Reports a call and its `result` to `tap`; `given` returns what a call gave that did not fail.
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
