// SPDX-License-Identifier: MIT OR Apache-2.0

//! The same small echo over each way in which processes and the kernel talk, to
//! compare them: what a round trip takes, and what each way is like.
//!
//! A [`Kind`] is a way; [`Kind::about`] tells what it is like, [`Kind::open`] opens
//! it, and [`measure()`] takes its time. Where the other side is a process, that is
//! started by a command of the caller's, which has to call [`serve`].

#![forbid(unsafe_code)]

mod kernel;
mod measure;
mod peer;
mod process;
mod shared;

pub use measure::{measure, Plan, PARTS_MAX};
pub use peer::serve;

use crate::netlink::stay_on_this_cpu;
use crate::uapi;
use peer::Peer;
use std::io;
use std::process::Command;

/// A way to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// getppid(2), which carries nothing.
    SystemCall,
    /// `/dev/parley`, by one ioctl(2).
    Ioctl,
    /// `/dev/parley`, by a write(2) and a pread(2).
    ReadWrite,
    /// The module's statistics in debugfs, by one pread(2).
    Debugfs,
    /// The `parley` family.
    Netlink,
    /// Two pipes.
    Pipe,
    /// A pair of Unix sockets, SOCK_STREAM.
    UnixStream,
    /// A pair of Unix sockets, SOCK_DGRAM.
    UnixDatagram,
    /// UDP over IPv4's loopback.
    Udp,
    /// TCP over IPv4's loopback, with TCP_NODELAY.
    Tcp,
    /// A memfd that both have mapped, and a futex(2) for each way.
    SharedMemory,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// The kernel.
    Kernel,
    /// Another process.
    Process,
}

/// What goes over the channel, and comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// The message.
    Message,
    /// Nothing goes; what comes is a statistics file.
    Statistics,
    /// Nothing.
    Nothing,
}

/// What a way to talk is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// A short name, without spaces.
    pub id: &'static str,
    /// The name.
    pub name: &'static str,
    /// Who answers.
    pub with: With,
    /// What goes and comes.
    pub carries: Carries,
    /// The system calls of a round trip, of both sides together, of a message
    /// that goes and comes in one piece: the fewest, and the most.
    pub calls: (u32, u32),
    /// Whether either side can start to talk, or only the one that calls.
    pub either_starts: bool,
    /// Whether what was sent as one message comes as one.
    pub boundaries: bool,
    /// Whether many can hear the same message, without the sender's knowing them.
    pub many_listeners: bool,
    /// What is told where a message is refused; `None` where the channel has no
    /// such thing, and the two have to agree on something.
    pub errors: Option<&'static str>,
}

/// The longest message that goes over each of them.
pub const SIZE_MAX: usize = uapi::PAYLOAD_MAX;

impl Kind {
    /// All of them: with the kernel, then with a process.
    pub const ALL: [Self; 11] = [
        Self::SystemCall,
        Self::Ioctl,
        Self::ReadWrite,
        Self::Debugfs,
        Self::Netlink,
        Self::Pipe,
        Self::UnixStream,
        Self::UnixDatagram,
        Self::Udp,
        Self::Tcp,
        Self::SharedMemory,
    ];

    /// The one with this [`id`](About::id).
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.about().id == id)
    }

    /// What it is like.
    pub fn about(self) -> About {
        const ERRNO: Option<&str> = Some("errno");
        /// Two processes, each of which writes once and reads once.
        const PROCESS: About = About {
            id: "",
            name: "",
            with: With::Process,
            carries: Carries::Message,
            calls: (4, 4),
            either_starts: true,
            boundaries: false,
            many_listeners: false,
            errors: None,
        };
        const KERNEL: About = About {
            with: With::Kernel,
            calls: (1, 1),
            either_starts: false,
            boundaries: true,
            errors: ERRNO,
            ..PROCESS
        };
        match self {
            Self::SystemCall => About {
                id: "system-call",
                name: "system call",
                carries: Carries::Nothing,
                ..KERNEL
            },
            Self::Ioctl => About {
                id: "ioctl",
                name: "ioctl",
                ..KERNEL
            },
            Self::ReadWrite => About {
                id: "read-write",
                name: "write + read",
                calls: (2, 2),
                ..KERNEL
            },
            Self::Debugfs => About {
                id: "debugfs",
                name: "debugfs file",
                carries: Carries::Statistics,
                boundaries: false,
                ..KERNEL
            },
            Self::Netlink => About {
                id: "netlink",
                name: "Generic Netlink",
                calls: (2, 2),
                either_starts: true,
                many_listeners: true,
                errors: Some("errno, why, where"),
                ..KERNEL
            },
            Self::Pipe => About {
                id: "pipe",
                name: "pipe",
                ..PROCESS
            },
            Self::UnixStream => About {
                id: "unix-stream",
                name: "Unix stream",
                ..PROCESS
            },
            Self::UnixDatagram => About {
                id: "unix-datagram",
                name: "Unix datagram",
                boundaries: true,
                ..PROCESS
            },
            Self::Udp => About {
                id: "udp",
                name: "UDP on loopback",
                boundaries: true,
                many_listeners: true,
                ..PROCESS
            },
            Self::Tcp => About {
                id: "tcp",
                name: "TCP on loopback",
                ..PROCESS
            },
            // Who finds the answer there already does not have to wait for it.
            Self::SharedMemory => About {
                id: "shared-memory",
                name: "shared memory + futex",
                calls: (2, 4),
                many_listeners: true,
                ..PROCESS
            },
        }
    }

    /// Opens it for messages of `size` bytes, at most [`SIZE_MAX`] and, where the
    /// answer comes from a process, at least 1.
    ///
    /// `peer` starts that process: a command that calls [`serve`] with this kind and
    /// this size. It ends with the channel, and with the thread that opened it.
    ///
    /// Fails where there is no such channel on this machine, in words that say so.
    pub fn open(self, size: usize, peer: Command) -> io::Result<Box<dyn Channel>> {
        Ok(match self {
            Self::SystemCall => Box::new(kernel::SystemCall),
            Self::Ioctl => Box::new(kernel::Ioctl::open(size)?),
            Self::ReadWrite => Box::new(kernel::ReadWrite::open(size)?),
            Self::Debugfs => Box::new(kernel::Debugfs::open()?),
            Self::Netlink => Box::new(kernel::Netlink::open()?),
            Self::Pipe => Box::new(process::pipe(size, peer)?),
            Self::UnixStream => Box::new(process::unix_stream(size, peer)?),
            Self::UnixDatagram => Box::new(process::unix_datagram(size, peer)?),
            Self::Udp => Box::new(process::udp(size, peer)?),
            Self::Tcp => Box::new(process::tcp(size, peer)?),
            Self::SharedMemory => Box::new(shared::Asker::start(size, peer)?),
        })
    }
}

/// Keeps this thread, and the processes that it starts, on one processor.
///
/// Where there are more, the scheduler puts the two sides on the same one, or on
/// two, as it happens; a round trip between processors that sleep took 20 times as
/// long as one on the same, and no figure could be held against another.
///
/// Fails as sched_setaffinity(2) does.
pub fn stay_on_one_cpu() -> io::Result<()> {
    stay_on_this_cpu()
}

/// An open way to talk.
pub trait Channel {
    /// Sends `message`, and gives what came back. It has the length with which the
    /// channel was opened.
    ///
    /// Fails where the channel does, and where the other side is gone.
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]>;

    /// The length of what comes back where so much was sent, if it is known.
    fn reply_len(&self, sent: usize) -> Option<usize> {
        Some(sent)
    }

    /// Whether this came back as it should, given what was sent.
    fn is_right(&self, sent: &[u8], got: &[u8]) -> bool {
        sent == got
    }
}
