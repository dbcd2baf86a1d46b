// SPDX-License-Identifier: MIT OR Apache-2.0

//! A channel in shared memory, in which both processes take turns.
//!
//! A side that waits for a message sleeps, and does not spin: on a machine with one
//! processor the other side could not run meanwhile.
//!
//! The end of one side does not wake the other. So the asker's sleep has a timeout. This
//! needs a timer: 700 of the 12,300 instructions of a round trip, when instructions were counted.

use crate::channel::Channel;
use crate::peer::{Peer, LOOK};
use crate::sys::shared;
use std::io;
use std::os::fd::BorrowedFd;
use std::process::Command;

/// The side that sends messages, which another process answers.
pub(super) struct Asker {
    memory: shared::Asker,
    reply: Vec<u8>,
    peer: Peer,
}

impl Asker {
    /// Starts the other side.
    pub(super) fn start(size: usize, peer: Command) -> io::Result<Self> {
        let (memory, file) = shared::Asker::create(size)?;
        Ok(Self {
            memory,
            reply: vec![0; size],
            peer: Peer::start(peer, file)?,
        })
    }
}

impl Channel for Asker {
    #[inline]
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        let (peer, mut looks) = (&mut self.peer, 0);
        let late = || peer.late(&mut looks);
        self.memory.take(message, &mut self.reply, LOOK, late)?;
        Ok(&self.reply)
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        if self.memory.end().is_err() {
            self.peer.kill();
        }
    }
}

/// Runs the other side: sends back each message of `size` bytes, until the end.
pub(super) fn answer(file: BorrowedFd<'_>, size: usize) -> io::Result<()> {
    let mut memory = shared::Answerer::open(file, size)?;
    while memory.answer()? {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn two_who_take_turns_lose_no_message_and_mix_none() {
        for size in [1, 16, 4097, 61_440] {
            let (mut memory, file) = shared::Asker::create(size).unwrap();
            std::thread::scope(|scope| {
                let other = scope.spawn(|| answer(file.as_fd(), size));
                let mut reply = vec![0; size];
                for byte in 1..200 {
                    let message = vec![byte; size];
                    let go_on = || match other.is_finished() {
                        true => Err(io::ErrorKind::BrokenPipe.into()),
                        false => Ok(()),
                    };
                    memory.take(&message, &mut reply, LOOK, go_on).unwrap();
                    assert_eq!(reply, message);
                }
                memory.end().unwrap();
                other.join().unwrap().unwrap();
            });
        }
    }
}
