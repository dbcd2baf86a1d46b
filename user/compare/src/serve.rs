// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the process at the other end does.

use crate::kind::Kind;
use crate::sys::end_with_parent;
use crate::{process, shared};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::parent_id;

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
        Kind::SystemCall | Kind::Module(_) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "there the kernel answers",
        )),
    }
}
