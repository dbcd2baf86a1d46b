// SPDX-License-Identifier: MIT OR Apache-2.0

//! Checks the standard streams before Rust's runtime replaces closed ones.
//!
//! A `/dev/null` that the runtime opened cannot be distinguished from one that the
//! process was started with: both are often open for reads and writes. So this check must
//! come first. The loader runs the functions in `.init_array` before `main`, which starts
//! the runtime.

use std::sync::atomic::{AtomicU8, Ordering};

/// A bit for each stream that was closed.
static CLOSED: AtomicU8 = AtomicU8::new(0);

/// Returns whether the stream, one of 0 to 2, was open when the process was started.
pub(crate) fn was_open(fd: libc::c_int) -> bool {
    !(0..3).contains(&fd) || CLOSED.load(Ordering::Relaxed) & 1 << fd == 0
}

extern "C" fn look() {
    for fd in 0..3 {
        // SAFETY: This command takes no argument. The C library that provides
        // it is initialised before any object that depends on it.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1 {
            CLOSED.fetch_or(1 << fd, Ordering::Relaxed);
        }
    }
}

// This is sound. The section is an array of pointers to functions, each of which
// the loader calls once; the static is one such pointer, with its size and
// alignment. `look` has C's ABI, in which a function may be passed more arguments
// than it takes: glibc passes three, musl none. It needs nothing that Rust's
// runtime sets up: it calls fcntl(2), and changes an atomic that is part of the
// image. It cannot unwind.
#[used]
#[link_section = ".init_array"]
static LOOK: extern "C" fn() = look;
