// SPDX-License-Identifier: MIT OR Apache-2.0

//! Signals that end the program, held back while it has something to clean up.

use crate::inherited;
use anyhow::Result;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::os::fd::{AsFd, BorrowedFd};

/// Signals that end the program, held back. Once dropped, those that came are delivered.
pub(crate) struct Held {
    before: SigSet,
    /// Readable if one has come.
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
            // Those that do not end the program are not held, for they would seem to.
            if !before.contains(signal) && !inherited::is_ignored(signal as i32)? {
                held.add(signal);
            }
        }
        let came = SignalFd::with_flags(&held, SfdFlags::SFD_CLOEXEC)?;
        // The program has no other thread that one could be delivered to.
        held.thread_block()?;
        Ok(Self { before, came })
    }

    /// A descriptor that is readable if one has come.
    pub(crate) fn came(&self) -> BorrowedFd<'_> {
        self.came.as_fd()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It was in force before, so it is a valid one.
        let _ = self.before.thread_set_mask();
    }
}
