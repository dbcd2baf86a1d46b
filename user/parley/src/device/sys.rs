// SPDX-License-Identifier: MIT OR Apache-2.0

//! The ioctls of `/dev/parley`, as safe functions.

use super::ioctl::{
    parley_ioc_counter_add, parley_ioc_echo, PARLEY_IOC_MAGIC, PARLEY_IOC_NR_COUNTER_ADD,
    PARLEY_IOC_NR_ECHO,
};
use crate::uapi;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

fn check(result: libc::c_int) -> io::Result<()> {
    match result {
        0.. => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The number of a device's ioctl that takes a `T` and writes it back. Its encoding
/// depends on the architecture.
const fn iowr<T>(number: u32) -> libc::Ioctl {
    libc::_IOWR::<T>(PARLEY_IOC_MAGIC as u32, number)
}

const ECHO: libc::Ioctl = iowr::<parley_ioc_echo>(PARLEY_IOC_NR_ECHO);
const COUNTER_ADD: libc::Ioctl = iowr::<parley_ioc_counter_add>(PARLEY_IOC_NR_COUNTER_ADD);

/// Makes `/dev/parley` copy `from` to `to`, which has the same length.
pub(super) fn echo(fd: BorrowedFd<'_>, from: &[u8], to: &mut [u8]) -> io::Result<()> {
    let len = from.len().min(to.len());
    let mut call = parley_ioc_echo {
        from: from.as_ptr() as u64,
        to: to.as_mut_ptr() as u64,
        len: len.try_into().unwrap_or(u32::MAX),
        flags: 0,
    };
    // SAFETY: The call is valid for reads and writes of its size, which is in
    // the request's number. `len` bytes are valid for reads at `from`, and for
    // writes at `to`, and both are borrowed for this call; a length that does
    // not fit is more than the device takes.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), ECHO, &raw mut call) })?;
    Ok(())
}

/// Makes `/dev/parley` add to the counter `name`, which ends with a NUL, and returns the
/// new value.
pub(super) fn counter_add(
    fd: BorrowedFd<'_>,
    name: [u8; uapi::NAME_MAX + 1],
    delta: i64,
) -> io::Result<u64> {
    let mut call = parley_ioc_counter_add {
        name,
        delta,
        value: 0,
    };
    // SAFETY: The call is valid for reads and writes of its size, which is in
    // the request's number, and is borrowed for this call.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), COUNTER_ADD, &raw mut call) })?;
    Ok(call.value)
}
