// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kinds of channels, and their properties.

/// A kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// getppid(2), which carries no message.
    SystemCall,
    /// A channel to the module.
    Module(Module),
    /// Two pipes.
    Pipe,
    /// A pair of Unix sockets, SOCK_STREAM.
    UnixStream,
    /// A pair of Unix sockets, SOCK_DGRAM.
    UnixDatagram,
    /// UDP over the IPv4 loopback.
    Udp,
    /// TCP over the IPv4 loopback, with TCP_NODELAY.
    Tcp,
    /// A memfd that both sides have mapped, and a futex(2) for each direction.
    SharedMemory,
}

/// A channel to the kernel module, which the caller of this crate opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// `/dev/parley`, through one ioctl(2).
    Ioctl,
    /// `/dev/parley`, through a write(2) and a pread(2).
    ReadWrite,
    /// The module's statistics in debugfs, through one pread(2).
    Debugfs,
    /// The `parley` family.
    Netlink,
}

/// The side that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// The kernel.
    Kernel,
    /// Another process.
    Process,
}

/// The contents that a channel carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// The message, in both directions.
    Message,
    /// Nothing is sent; the reply is a statistics file.
    Statistics,
    /// Nothing.
    Nothing,
}

/// The properties of a kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// A short name, without spaces.
    pub id: &'static str,
    /// The name.
    pub name: &'static str,
    /// The side that answers.
    pub with: With,
    /// The contents that it carries.
    pub carries: Carries,
    /// The minimum and maximum number of system calls in a round trip, of both sides
    /// together, for a message that is sent and received in one piece.
    pub calls: (u32, u32),
    /// Whether either side can send first, or only the caller.
    pub either_starts: bool,
    /// Whether it preserves the boundaries of messages.
    pub boundaries: bool,
    /// Whether many listeners can receive the same message although the sender does not
    /// know them.
    pub many_listeners: bool,
    /// How it reports that a message was refused. `None` if the channel has no such
    /// report, and the two sides must agree on one.
    pub errors: Option<&'static str>,
}

impl Kind {
    /// All kinds: first those with the kernel, then those with a process.
    pub const ALL: [Self; 11] = [
        Self::SystemCall,
        Self::Module(Module::Ioctl),
        Self::Module(Module::ReadWrite),
        Self::Module(Module::Debugfs),
        Self::Module(Module::Netlink),
        Self::Pipe,
        Self::UnixStream,
        Self::UnixDatagram,
        Self::Udp,
        Self::Tcp,
        Self::SharedMemory,
    ];

    /// Returns the kind with this [`id`](About::id).
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.about().id == id)
    }

    /// Returns its properties.
    pub fn about(self) -> About {
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
            errors: Some("errno"),
            ..PROCESS
        };
        match self {
            Self::SystemCall => About {
                carries: Carries::Nothing,
                ..KERNEL.named("system-call", "system call")
            },
            Self::Module(Module::Ioctl) => KERNEL.named("ioctl", "ioctl"),
            Self::Module(Module::ReadWrite) => About {
                calls: (2, 2),
                ..KERNEL.named("read-write", "write + read")
            },
            Self::Module(Module::Debugfs) => About {
                carries: Carries::Statistics,
                boundaries: false,
                ..KERNEL.named("debugfs", "debugfs file")
            },
            Self::Module(Module::Netlink) => About {
                calls: (2, 2),
                either_starts: true,
                many_listeners: true,
                errors: Some("errno, why, where"),
                ..KERNEL.named("netlink", "Generic Netlink")
            },
            Self::Pipe => PROCESS.named("pipe", "pipe"),
            Self::UnixStream => PROCESS.named("unix-stream", "Unix stream"),
            Self::UnixDatagram => About {
                boundaries: true,
                ..PROCESS.named("unix-datagram", "Unix datagram")
            },
            Self::Udp => About {
                boundaries: true,
                many_listeners: true,
                ..PROCESS.named("udp", "UDP on loopback")
            },
            Self::Tcp => PROCESS.named("tcp", "TCP on loopback"),
            // A side that already finds the answer does not have to wait for it.
            Self::SharedMemory => About {
                calls: (2, 4),
                many_listeners: true,
                ..PROCESS.named("shared-memory", "shared memory + futex")
            },
        }
    }
}

impl About {
    /// Returns the same properties with this [`id`](Self::id) and this
    /// [`name`](Self::name).
    const fn named(self, id: &'static str, name: &'static str) -> Self {
        Self { id, name, ..self }
    }
}
