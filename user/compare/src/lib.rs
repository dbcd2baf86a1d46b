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

/// Opens a channel for messages of `size` bytes: where the answer comes from a process,
/// at least 1.
///
/// `peer` starts that process: a command that calls [`serve()`] with this kind and this
/// size. It ends with the channel, and with the thread that opened it. `module` opens
/// the channels to the module.
///
/// Fails where there is no such channel on this machine, in words that say so.
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
/// Where there are more, the scheduler puts the two sides on the same one, or on
/// two, as it happens; a round trip between processors that sleep took 20 times as
/// long as one on the same, and no figure could be held against another.
///
/// Fails as sched_setaffinity(2) does.
pub fn stay_on_one_cpu() -> io::Result<()> {
    sys::stay_on_this_cpu()
}
