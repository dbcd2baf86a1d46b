// SPDX-License-Identifier: MIT OR Apache-2.0

//! Holds back signals that would end the program while it has something to clean up.

use crate::inherited;
use anyhow::Result;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::os::fd::{AsFd, BorrowedFd};

/// Signals that would end the program, held back. Dropping this delivers those that
/// arrived.
pub(crate) struct Held {
    before: SigSet,
    /// Readable if a signal has arrived.
    came: SignalFd,
}

impl Held {
    pub(crate) fn new() -> Result<Self> {
        let before = SigSet::thread_get_mask()?;
        let mut held = SigSet::empty();
        for signal in [
            Signal::SIGHUP,
            Signal::SIGINT,
            Signal::SIGQUIT,
            Signal::SIGTERM,
        ] {
            // Signals that do not end the program are not held, because they would appear
            // to end it.
            if !before.contains(signal) && !inherited::is_ignored(signal as i32)? {
                held.add(signal);
            }
        }
        let came = SignalFd::with_flags(&held, SfdFlags::SFD_CLOEXEC)?;
        // The program has no other thread to which a signal could be delivered.
        held.thread_block()?;
        Ok(Self { before, came })
    }

    /// Returns a descriptor that is readable if a signal has arrived.
    pub(crate) fn came(&self) -> BorrowedFd<'_> {
        self.came.as_fd()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // This mask was in force before, so it is valid.
        let _ = self.before.thread_set_mask();
    }
}
