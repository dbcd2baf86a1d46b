// SPDX-License-Identifier: MIT OR Apache-2.0

//! The process at the other end: how it is started, and what it does.
//!
//! Its end of the channel is its standard input, and where the channel has an end
//! for each way, its standard output too.

#![forbid(unsafe_code)]

use super::{process, shared, Kind};
use crate::netlink::end_with_parent;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::parent_id;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// How long an answer may take, where it would not be told that none will come.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A process at the other end. It is ended, and waited for, when this goes.
#[derive(Debug)]
pub(super) struct Peer(Child);

impl Peer {
    /// Starts it, with its end of the channel.
    pub(super) fn start(mut command: Command, end: OwnedFd) -> io::Result<Self> {
        let child = command.stdin(end).stdout(Stdio::null()).spawn();
        child.map(Self).map_err(not_started)
    }

    /// Starts it with a pipe to it, and one from it.
    pub(super) fn start_with_pipes(
        mut command: Command,
    ) -> io::Result<(Self, ChildStdin, ChildStdout)> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut peer = child.map(Self).map_err(not_started)?;
        match (peer.0.stdin.take(), peer.0.stdout.take()) {
            (Some(to), Some(from)) => Ok((peer, to, from)),
            _ => Err(io::Error::other("the peer was started without its pipes")),
        }
    }

    /// Fails where it has ended.
    pub(super) fn check(&mut self) -> io::Result<()> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(_) => Err(gone()),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already, because its channel was closed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn not_started(error: io::Error) -> io::Error {
    super::kernel::because("cannot start the other process", &error)
}

/// What is told where the peer has ended.
pub(super) fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the other process has ended")
}

/// What the process at the other end does: it sends back whatever comes over its
/// standard input, of which messages of `size` bytes are made where the channel
/// makes none. `parent` is the process that started it.
///
/// Returns when the channel is closed, and where `parent` is not who started this.
/// The process is killed when the thread that started it ends.
pub fn serve(kind: Kind, size: usize, parent: u32) -> io::Result<()> {
    end_with_parent()?;
    // It may have ended before that was said.
    if parent_id() != parent {
        return Ok(());
    }
    let end = io::stdin().as_fd().try_clone_to_owned()?;
    match kind {
        Kind::Pipe => {
            let back = io::stdout().as_fd().try_clone_to_owned()?;
            process::answer_stream(File::from(end), File::from(back), size)
        }
        Kind::UnixStream | Kind::Tcp => {
            let back = end.try_clone()?;
            process::answer_stream(File::from(end), File::from(back), size)
        }
        Kind::UnixDatagram | Kind::Udp => process::answer_datagrams(&File::from(end), size),
        Kind::SharedMemory => shared::answer(end.as_fd(), size),
        Kind::SystemCall | Kind::Ioctl | Kind::ReadWrite | Kind::Debugfs | Kind::Netlink => Err(
            io::Error::new(io::ErrorKind::InvalidInput, "there the kernel answers"),
        ),
    }
}
