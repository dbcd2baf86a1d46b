// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls, as safe functions. All unsafe code of this crate is here.

pub(crate) mod shared;

use std::io;
use std::mem::{size_of, zeroed};

#[inline]
fn check(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Makes the kernel kill this process when the thread that started it ends.
pub(crate) fn end_with_parent() -> io::Result<()> {
    let signal = libc::SIGKILL as libc::c_ulong;
    // SAFETY: This option takes a number, and no pointers.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } as _)?;
    Ok(())
}

/// Keeps the calling thread, and everything that it starts from now on, on its current
/// processor.
pub(crate) fn stay_on_this_cpu() -> io::Result<()> {
    // SAFETY: The call takes no pointers.
    let cpu = check(unsafe { libc::sched_getcpu() } as _)?;
    // SAFETY: A set of processors is an array of integers, for which zero is a
    // value.
    let mut set: libc::cpu_set_t = unsafe { zeroed() };
    if cpu >= libc::CPU_SETSIZE as usize {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    // SAFETY: The processor is one that the set has room for.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    let size = size_of::<libc::cpu_set_t>();
    // SAFETY: The set is valid for reads of its size, which is passed; 0 is this
    // thread.
    check(unsafe { libc::sched_setaffinity(0, size, &raw const set) } as _)?;
    Ok(())
}
