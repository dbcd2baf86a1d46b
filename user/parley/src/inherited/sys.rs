// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls for inherited things, as safe functions.

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

/// Makes the kernel kill the command when the thread that starts it ends.
pub(super) fn kill_with_parent(command: &mut Command) {
    let parent = std::process::id();
    // SAFETY: The function runs in the child, after fork(2), where only async-signal-safe
    // calls may be made. It makes two system calls, prctl(2) and getppid(2), which take
    // no locks. It allocates no memory: creating an error from a number allocates none.
    unsafe {
        command.pre_exec(move || {
            // SAFETY: This option takes a number, and no pointers.
            check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong) as _)?;
            // The parent may have ended before this call.
            if std::os::unix::process::parent_id() != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        })
    };
}

/// Makes the kernel keep the exit status of children until it is read.
///
/// If the program was started with `SIGCHLD` ignored, it cannot wait for children
/// otherwise.
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

/// Makes the command start with the signals blocked that this thread blocks now,
/// regardless of those it blocks later.
pub(super) fn keep_signal_mask(command: &mut Command) -> io::Result<()> {
    // SAFETY: It consists of integers, for which zero is a value.
    let mut mask: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: A new mask that is null changes nothing. The old one is valid for writes.
    check(unsafe { libc::sigprocmask(libc::SIG_SETMASK, std::ptr::null(), &raw mut mask) } as _)?;
    // SAFETY: The function runs in the child, after fork(2), where only async-signal-safe
    // calls may be made. It makes one, sigprocmask(2), which is safe. It allocates no
    // memory and takes no lock, and it owns its copy of the mask.
    unsafe {
        command.pre_exec(move || {
            // SAFETY: The mask is valid for reads. The old mask is not requested.
            check(
                libc::sigprocmask(libc::SIG_SETMASK, &raw const mask, std::ptr::null_mut()) as _,
            )?;
            Ok(())
        })
    };
    Ok(())
}

/// Opens a descriptor for the process `pid`, which becomes readable when the process
/// ends. See pidfd_open(2).
pub(super) fn open_process(pid: u32) -> io::Result<OwnedFd> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: The call takes no pointers.
    let fd = check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as _)?;
    // SAFETY: The call has just made this descriptor, so nobody else owns it. It
    // came from an int, and so fits one.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}
