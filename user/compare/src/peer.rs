// SPDX-License-Identifier: MIT OR Apache-2.0

//! The process at the other end: starting it, ending it, and noticing that it has ended.
//!
//! Its end of the channel is its standard input and, if the channel has a separate end
//! for each direction, also its standard output.

use crate::channel::io_context;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// How long to wait before checking whether the peer still exists, for channels that do
/// not report its end.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// The number of checks before the wait for an answer is given up.
const LOOKS: u32 = 10;

/// A process at the other end. Dropping this waits for the process, so it must have been
/// notified of the end, or [killed](Self::kill). If it does not end within about a
/// [`LOOK`], for example because it is stopped, it is killed.
#[derive(Debug)]
pub(super) struct Peer(Child);

impl Peer {
    /// Starts the process with its end of the channel.
    pub(super) fn start(mut command: Command, end: OwnedFd) -> io::Result<Self> {
        let child = command.stdin(end).stdout(Stdio::null()).spawn();
        child.map(Self).map_err(not_started)
    }

    /// Starts the process with a pipe to it and a pipe from it.
    pub(super) fn start_with_pipes(
        mut command: Command,
    ) -> io::Result<(Self, ChildStdin, ChildStdout)> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut peer = child.map(Self).map_err(not_started)?;
        match (peer.0.stdin.take(), peer.0.stdout.take()) {
            (Some(to), Some(from)) => Ok((peer, to, from)),
            _ => {
                peer.kill();
                Err(io::Error::other("the peer was started without its pipes"))
            }
        }
    }

    /// Kills the process.
    pub(super) fn kill(&mut self) {
        // This fails if it has already ended, which is fine.
        let _ = self.0.kill();
    }

    /// Called when [`LOOK`] has passed without an answer; counts the calls in `looks`.
    /// Fails if the peer has ended, and after too many calls.
    pub(super) fn check_timeout(&mut self, looks: &mut u32) -> io::Result<()> {
        *looks += 1;
        if self.0.try_wait()?.is_some() {
            return Err(peer_ended());
        }
        if *looks < LOOKS {
            return Ok(());
        }
        self.kill();
        let seconds = LOOK.as_secs() * u64::from(LOOKS);
        let words = format!("the other process did not answer in {seconds} s");
        Err(io::Error::new(io::ErrorKind::TimedOut, words))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let mut pause = Duration::from_millis(2);
        while pause < LOOK {
            match self.0.try_wait() {
                Ok(None) => std::thread::sleep(pause),
                // If waiting for a child fails, nothing more can be done.
                Ok(Some(_)) | Err(_) => return,
            }
            pause *= 2;
        }
        self.kill();
        let _ = self.0.wait();
    }
}

fn not_started(error: io::Error) -> io::Error {
    io_context("cannot start the other process", &error)
}

/// Returns the error of a call or, if the peer has ended, an error that says so.
pub(super) fn or_peer_ended(error: io::Error) -> io::Error {
    use io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, UnexpectedEof};
    match error.kind() {
        BrokenPipe | ConnectionRefused | ConnectionReset | UnexpectedEof => peer_ended(),
        _ => error,
    }
}

/// The error if the peer has ended.
pub(super) fn peer_ended() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the other process has ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_does_not_end_when_told_is_killed() {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut command = Command::new("sleep");
        command.arg("100000");
        let peer = Peer::start(command, theirs.into()).unwrap();
        drop(ours);
        // If it is not killed, this takes a day.
        drop(peer);
    }
}
