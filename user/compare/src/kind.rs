// SPDX-License-Identifier: MIT OR Apache-2.0

//! The ways to talk, and what each is like.

/// A way to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// getppid(2), which carries nothing.
    SystemCall,
    /// One of the module's.
    Module(Module),
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

/// A way to talk to the kernel module, which the caller of this crate opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// `/dev/parley`, by one ioctl(2).
    Ioctl,
    /// `/dev/parley`, by a write(2) and a pread(2).
    ReadWrite,
    /// The module's statistics in debugfs, by one pread(2).
    Debugfs,
    /// The `parley` family.
    Netlink,
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

impl Kind {
    /// All of them: with the kernel, then with a process.
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

    /// The one with this [`id`](About::id).
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.about().id == id)
    }

    /// What it is like.
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
            // Who finds the answer there already does not have to wait for it.
            Self::SharedMemory => About {
                calls: (2, 4),
                many_listeners: true,
                ..PROCESS.named("shared-memory", "shared memory + futex")
            },
        }
    }
}

impl About {
    /// The same, with this [`id`](Self::id) and this [`name`](Self::name).
    const fn named(self, id: &'static str, name: &'static str) -> Self {
        Self { id, name, ..self }
    }
}
