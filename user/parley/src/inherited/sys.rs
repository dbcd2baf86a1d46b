// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls for what a process inherits, as safe functions.

use std::io;
use std::mem::zeroed;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

pub(crate) mod start;

fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    match result {
        0.. => Ok(result),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Has the kernel kill the command when the thread that starts it ends.
pub(super) fn end_with_this(command: &mut Command) {
    let parent = std::process::id();
    // SAFETY: The function runs in the child, after fork(2), in which only calls that
    // are safe in a signal handler may be made. It makes two system calls, prctl(2) and
    // getppid(2), which take no locks. It allocates no memory: an error made of a
    // number takes none.
    unsafe {
        command.pre_exec(move || {
            // SAFETY: This option takes a number, and no pointers.
            check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong) as _)?;
            // It may have ended before that was said.
            if std::os::unix::process::parent_id() != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        })
    };
}

/// Makes the kernel keep the status of children that end, until it is read.
///
/// A program may be started with `SIGCHLD` ignored. Then it cannot wait for them.
pub(super) fn default_child_signal() {
    // SAFETY: This installs no function, and the signal's default is to be ignored
    // otherwise. It only fails for a signal that does not exist.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
}

/// Returns whether this process ignores the signal.
pub(super) fn is_signal_ignored(signal: libc::c_int) -> io::Result<bool> {
    // SAFETY: It consists of integers, and of pointers that may be null.
    let mut action: libc::sigaction = unsafe { zeroed() };
    // SAFETY: A new action that is null changes nothing. The old one is valid for
    // writes of its size.
    check(unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut action) } as _)?;
    Ok(action.sa_sigaction == libc::SIG_IGN)
}

/// Has the command started with the signals blocked that this thread blocks now,
/// whatever it blocks then.
pub(super) fn keep_signal_mask(command: &mut Command) -> io::Result<()> {
    // SAFETY: It consists of integers, for which zero is a value.
    let mut mask: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: A new mask that is null changes nothing. The old one is valid for writes.
    check(unsafe { libc::sigprocmask(libc::SIG_SETMASK, std::ptr::null(), &raw mut mask) } as _)?;
    // SAFETY: The function runs in the child, after fork(2), in which only calls that
    // are safe in a signal handler may be made. It makes one, sigprocmask(2), which is.
    // It allocates no memory and takes no lock, and the mask is a copy of its own.
    unsafe {
        command.pre_exec(move || {
            // SAFETY: The mask is valid for reads. The old one is not asked for.
            check(
                libc::sigprocmask(libc::SIG_SETMASK, &raw const mask, std::ptr::null_mut()) as _,
            )?;
            Ok(())
        })
    };
    Ok(())
}

/// Opens a descriptor of the process `pid`, which is readable when that has ended.
/// See pidfd_open(2).
pub(super) fn open_process(pid: u32) -> io::Result<OwnedFd> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: The call takes no pointers.
    let fd = check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as _)?;
    // SAFETY: The call has just made this descriptor, so nobody else owns it. It
    // came from an int, and so fits one.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}
