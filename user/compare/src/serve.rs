// SPDX-License-Identifier: MIT OR Apache-2.0

//! The process at the other end.

use crate::kind::Kind;
use crate::sys::end_with_parent;
use crate::{process, shared};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::parent_id;

/// Runs the process at the other end: it sends back everything that arrives on its
/// standard input. If the channel has no message boundaries, messages have `size` bytes.
/// `parent` is the process that started it.
///
/// Returns when the channel is closed, and if `parent` is no longer the parent process.
/// The process is killed when the thread that started it ends.
pub fn serve(kind: Kind, size: usize, parent: u32) -> io::Result<()> {
    end_with_parent()?;
    // The parent may have ended before that call.
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
