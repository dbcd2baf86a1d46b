// SPDX-License-Identifier: MIT OR Apache-2.0

//! A channel of memory that both processes have, where they take turns.
//!
//! Each way has a word with the number of the message that was put there last. Who
//! waits for one sleeps while the word is what it was, and does not spin: on a
//! machine with one processor the other side could not run meanwhile.
//!
//! The end of the other side is not told to who sleeps. So the asker's sleep has an
//! end. That takes a timer: 700 instructions of the 12,300 of a round trip, where
//! they were counted.

#![forbid(unsafe_code)]

use super::peer::{gone, LOOK};
use super::{Channel, Peer};
use crate::netlink::shared::{wait, wake, Shared, Way};
use std::io::{self, ErrorKind};
use std::os::fd::BorrowedFd;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// In place of a message's number: there will be no more.
const END: u32 = u32::MAX;

/// A message, answered by another process.
pub(super) struct Asker {
    turns: Turns,
    reply: Vec<u8>,
    peer: Peer,
}

impl Asker {
    /// Starts the other side.
    pub(super) fn start(size: usize, peer: Command) -> io::Result<Self> {
        let (memory, file) = Shared::create(size)?;
        Ok(Self {
            turns: Turns { memory, last: 0 },
            reply: vec![0; size],
            peer: Peer::start(peer, file)?,
        })
    }
}

impl Channel for Asker {
    #[inline]
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        let (peer, mut looks) = (&mut self.peer, 0);
        self.turns
            .take(message, &mut self.reply, || peer.late(&mut looks))?;
        Ok(&self.reply)
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        if self.turns.end().is_err() {
            self.peer.kill();
        }
    }
}

/// The side that asks, whoever the other one is.
struct Turns {
    memory: Shared,
    /// The number of the last message.
    last: u32,
}

impl Turns {
    /// Puts `message` there, and gets what came back. Each time that
    /// [`LOOK`] passes without it, `late` is asked whether to go on.
    #[inline]
    fn take(
        &mut self,
        message: &[u8],
        reply: &mut [u8],
        late: impl FnMut() -> io::Result<()>,
    ) -> io::Result<()> {
        let before = self.last;
        self.last = match before.wrapping_add(1) {
            END => 0,
            next => next,
        };
        self.memory.put(Way::There, message);
        say(&self.memory, Way::There, self.last)?;
        if hear(&self.memory, Way::Back, before, Some(LOOK), late)? != self.last {
            return Err(gone());
        }
        self.memory.get(Way::Back, reply);
        Ok(())
    }

    fn end(&self) -> io::Result<()> {
        say(&self.memory, Way::There, END)
    }
}

/// Tells the other side the number of the message that is there.
#[inline]
fn say(memory: &Shared, way: Way, number: u32) -> io::Result<()> {
    let word = memory.word(way);
    // Who sees the number sees the message.
    word.store(number, Ordering::Release);
    wake(word)
}

/// Waits until the number of a way is not `before` any more, and gives it. After
/// each `timeout` `late` is asked whether to go on.
#[inline]
fn hear(
    memory: &Shared,
    way: Way,
    before: u32,
    timeout: Option<Duration>,
    mut late: impl FnMut() -> io::Result<()>,
) -> io::Result<u32> {
    let word = memory.word(way);
    loop {
        let now = word.load(Ordering::Acquire);
        if now != before {
            return Ok(now);
        }
        match wait(word, before, timeout) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::TimedOut => late()?,
            Err(error) => return Err(error),
        }
    }
}

/// The other side: copies each message of `size` bytes from the way there to the
/// way back, until the end.
pub(super) fn answer(file: BorrowedFd<'_>, size: usize) -> io::Result<()> {
    let mut memory = Shared::open(file, size)?;
    let mut last = 0;
    loop {
        last = hear(&memory, Way::There, last, None, || Ok(()))?;
        if last == END {
            return Ok(());
        }
        memory.turn_round(size);
        say(&memory, Way::Back, last)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    fn never() -> io::Result<()> {
        Err(ErrorKind::TimedOut.into())
    }

    #[test]
    fn two_who_take_turns_lose_no_message_and_mix_none() {
        for size in [1, 16, 4097, 61_440] {
            let (memory, file) = Shared::create(size).unwrap();
            let mut turns = Turns { memory, last: 0 };
            std::thread::scope(|scope| {
                scope.spawn(|| answer(file.as_fd(), size).unwrap());
                let mut reply = vec![0; size];
                for byte in 1..200 {
                    let message = vec![byte; size];
                    turns.take(&message, &mut reply, || Ok(())).unwrap();
                    assert_eq!(reply, message);
                }
                turns.end().unwrap();
            });
        }
    }

    #[test]
    fn the_numbers_start_again_and_never_say_the_end() {
        let (memory, file) = Shared::create(8).unwrap();
        for way in [Way::There, Way::Back] {
            memory.word(way).store(END - 2, Ordering::Relaxed);
        }
        let mut turns = Turns {
            memory,
            last: END - 2,
        };
        let other = Shared::open(file.as_fd(), 8).unwrap();
        for number in [END - 1, 0, 1] {
            // What comes back is there already, so nobody has to answer.
            other.word(Way::Back).store(number, Ordering::Relaxed);
            turns.take(b"8 bytes.", &mut [0; 8], never).unwrap();
            assert_eq!(other.word(Way::There).load(Ordering::Relaxed), number);
        }
    }

    #[test]
    fn who_gets_no_answer_is_asked_whether_to_wait() {
        let (memory, _file) = Shared::create(8).unwrap();
        let mut turns = Turns { memory, last: 0 };
        let late = turns.take(b"8 bytes.", &mut [0; 8], never).unwrap_err();
        assert_eq!(late.kind(), ErrorKind::TimedOut);
    }
}
