// SPDX-License-Identifier: MIT OR Apache-2.0

//! Sends the same small echo over each channel between processes, or between a process and
//! the kernel, to compare their properties and the time of a round trip.
//!
//! [`Kind`] names a channel and [`Kind::about`] describes it. [`open`] opens it, and
//! [`measure()`] times it. If the other end is a process, the caller supplies the command
//! that starts it, and that process calls [`serve()`].
//!
//! The caller also opens the channels to the kernel module. This crate only describes them.

mod channel;
mod kind;
mod measure;
mod peer;
mod process;
mod serve;
mod shared;
#[allow(unsafe_code)]
mod sys;

pub use channel::{because, Channel};
pub use kind::{About, Carries, Kind, Module, With};
pub use measure::{measure, Plan, PARTS_MAX};
pub use serve::serve;

use channel::SystemCall;
use std::io;
use std::process::Command;

/// Opens a channel for messages of `size` bytes; if a process answers, the size must be
/// at least 1.
///
/// `peer` is the command that starts this process, which calls [`serve()`] with the same
/// kind and size. The process ends with the channel, and with the thread that opened it.
/// `module` opens the channels to the module.
///
/// Fails with a message if this machine does not have the channel.
pub fn open(
    kind: Kind,
    size: usize,
    peer: Command,
    module: impl FnOnce(Module, usize) -> io::Result<Box<dyn Channel>>,
) -> io::Result<Box<dyn Channel>> {
    Ok(match kind {
        Kind::SystemCall => Box::new(SystemCall),
        Kind::Module(channel) => module(channel, size)?,
        Kind::Pipe => Box::new(process::pipe(size, peer)?),
        Kind::UnixStream => Box::new(process::unix_stream(size, peer)?),
        Kind::UnixDatagram => Box::new(process::unix_datagram(size, peer)?),
        Kind::Udp => Box::new(process::udp(size, peer)?),
        Kind::Tcp => Box::new(process::tcp(size, peer)?),
        Kind::SharedMemory => Box::new(shared::Asker::start(size, peer)?),
    })
}

/// Keeps this thread, and the processes that it starts, on one processor.
///
/// With several processors, the scheduler may put the two sides on the same one or on
/// two. A round trip between sleeping processors took 20 times as long as one on the same
/// processor, so figures could not be compared with each other.
///
/// Fails like sched_setaffinity(2).
pub fn stay_on_one_cpu() -> io::Result<()> {
    sys::stay_on_this_cpu()
}
