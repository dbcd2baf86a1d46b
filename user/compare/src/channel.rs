// SPDX-License-Identifier: MIT OR Apache-2.0

//! What all channels have in common.

use std::hint::black_box;
use std::io;
use std::os::unix::process::parent_id;

/// An open way to talk.
pub trait Channel {
    /// Sends `message`, and gives what came back. It has the length with which the
    /// channel was opened.
    ///
    /// Fails where the channel does, and where the other side is gone.
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]>;

    /// The length of what comes back where so much was sent, if it is known.
    fn reply_len(&self, sent: usize) -> Option<usize> {
        Some(sent)
    }

    /// Whether this came back as it should, given what was sent.
    fn is_right(&self, sent: &[u8], got: &[u8]) -> bool {
        sent == got
    }
}

/// A system call that does next to nothing: getppid(2).
pub(crate) struct SystemCall;

impl Channel for SystemCall {
    #[inline]
    fn round_trip(&mut self, _message: &[u8]) -> io::Result<&[u8]> {
        black_box(parent_id());
        Ok(&[])
    }
}

/// The same error, with what failed before it.
pub fn because(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
