// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls, as safe functions. All unsafe code of the program is here,
//! and in [`shared`], which is a part of this.

pub(crate) mod shared;

use super::transport::Received;
use std::ffi::CStr;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

#[inline]
fn check(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Opens a netlink socket of `protocol`. See netlink(7).
pub(super) fn open(protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: The call takes no pointers.
    let fd = unsafe {
        libc::socket(
            libc::AF_NETLINK,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC,
            protocol,
        )
    };
    check(fd as libc::ssize_t)?;
    // SAFETY: The call has just made this descriptor, so nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The address of the kernel, and the one by which the kernel picks a port.
fn kernel() -> libc::sockaddr_nl {
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address
}

const ADDRESS_LEN: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;

/// Binds the socket to a port that the kernel picks.
pub(super) fn bind(fd: &OwnedFd) -> io::Result<()> {
    let address = kernel();
    // SAFETY: The address is valid for reads of its length, which is passed.
    check(unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), ADDRESS_LEN) } as _)?;
    Ok(())
}

/// Tells which port the socket is bound to.
pub(super) fn port(fd: &OwnedFd) -> io::Result<u32> {
    let mut address = kernel();
    let mut len = ADDRESS_LEN;
    // SAFETY: The address is valid for writes of its length, which is passed,
    // and so is the length.
    check(unsafe { libc::getsockname(fd.as_raw_fd(), (&raw mut address).cast(), &mut len) } as _)?;
    Ok(address.nl_pid)
}

/// Sets a socket option whose value is an `int`.
pub(super) fn set_option(fd: &OwnedFd, level: i32, option: i32, value: i32) -> io::Result<()> {
    let value: libc::c_int = value;
    // SAFETY: The value is valid for reads of its size, which is passed.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    } as _)?;
    Ok(())
}

/// Makes a receive call fail with `EAGAIN` after `timeout`.
pub(super) fn set_receive_timeout(fd: &OwnedFd, timeout: Duration) -> io::Result<()> {
    let value = libc::timeval {
        tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_usec: timeout.subsec_micros().into(),
    };
    // SAFETY: The value is valid for reads of its size, which is passed.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVTIMEO,
            (&raw const value).cast(),
            size_of::<libc::timeval>() as libc::socklen_t,
        )
    } as _)?;
    Ok(())
}

/// Sends `datagram` to the kernel: one system call.
#[inline]
pub(super) fn send(fd: &OwnedFd, datagram: &[u8]) -> io::Result<usize> {
    let address = kernel();
    // SAFETY: Datagram and address are valid for reads of their lengths, which
    // are passed.
    check(unsafe {
        libc::sendto(
            fd.as_raw_fd(),
            datagram.as_ptr().cast(),
            datagram.len(),
            0,
            (&raw const address).cast(),
            ADDRESS_LEN,
        )
    })
}

/// Receives a datagram into `buffer`: one system call.
#[inline]
pub(super) fn receive(fd: &OwnedFd, buffer: &mut [u8]) -> io::Result<Received> {
    // A family that is no netlink's, so that it shows whether the call wrote one.
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { zeroed() };
    let mut address_len = ADDRESS_LEN;
    // With this flag it gives the datagram's length, however much of it fits.
    let flags = libc::MSG_TRUNC;
    // SAFETY: The buffer and the address are valid for writes of their lengths,
    // which are passed, and so is the address's length; all are borrowed for this
    // call. No more than the buffer's length is written into it.
    let len = check(unsafe {
        libc::recvfrom(
            fd.as_raw_fd(),
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            flags,
            (&raw mut address).cast(),
            &raw mut address_len,
        )
    })?;
    let netlink =
        address_len == ADDRESS_LEN && address.nl_family == libc::AF_NETLINK as libc::sa_family_t;
    Ok(Received {
        len: len.min(buffer.len()),
        sender: netlink.then_some(address.nl_pid),
        truncated: len > buffer.len(),
    })
}

/// Moves the calling thread into the network namespace that `fd` stands for.
pub(super) fn enter_net_namespace(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: The call takes no pointers.
    check(unsafe { libc::setns(fd.as_raw_fd(), libc::CLONE_NEWNET) } as _)?;
    Ok(())
}

/// What `PARLEY_IOC_ECHO` takes: `len` bytes from the address `from` to the
/// address `to`.
#[repr(C)]
struct EchoCall {
    from: u64,
    to: u64,
    len: u32,
    flags: u32,
}

/// What `PARLEY_IOC_COUNTER_ADD` takes, and gives `value` back in.
#[repr(C)]
struct CounterAddCall {
    name: [u8; 32],
    delta: i64,
    value: u64,
}

/// `_IOWR('P', number, T)`, of `include/uapi/asm-generic/ioctl.h`.
const fn iowr<T>(number: u32) -> libc::Ioctl {
    (3 << 30 | (size_of::<T>() as u32) << 16 | (b'P' as u32) << 8 | number) as libc::Ioctl
}

/// Has `/dev/parley` copy `from` to `to`, which has the same length.
pub(crate) fn device_echo(fd: BorrowedFd<'_>, from: &[u8], to: &mut [u8]) -> io::Result<()> {
    let len = from.len().min(to.len());
    let mut call = EchoCall {
        from: from.as_ptr() as u64,
        to: to.as_mut_ptr() as u64,
        len: len.try_into().unwrap_or(u32::MAX),
        flags: 0,
    };
    // SAFETY: The call is valid for reads and writes of its size, which is in
    // the request's number. `len` bytes are valid for reads at `from`, and for
    // writes at `to`, and both are borrowed for this call; a length that does
    // not fit is more than the device takes.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), iowr::<EchoCall>(1), &raw mut call) } as _)?;
    Ok(())
}

/// Has `/dev/parley` add to the counter `name`, which has a NUL, and gives what
/// it stands at then.
pub(crate) fn device_counter_add(
    fd: BorrowedFd<'_>,
    name: [u8; 32],
    delta: i64,
) -> io::Result<u64> {
    let mut call = CounterAddCall {
        name,
        delta,
        value: 0,
    };
    // SAFETY: The call is valid for reads and writes of its size, which is in
    // the request's number, and is borrowed for this call.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), iowr::<CounterAddCall>(2), &raw mut call) } as _)?;
    Ok(call.value)
}

/// Has the kernel kill this process when the thread that started it ends.
pub(crate) fn end_with_parent() -> io::Result<()> {
    let signal = libc::SIGKILL as libc::c_ulong;
    // SAFETY: This option takes a number, and no pointers.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } as _)?;
    Ok(())
}

/// Keeps the calling thread, and what it starts from now on, on the processor that
/// it runs on.
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

/// What the C library calls an errno.
pub(super) fn errno_text(errno: i32) -> String {
    let mut text = [0u8; 128];
    // SAFETY: The buffer is valid for writes of its length, which is passed.
    let failed = unsafe { libc::strerror_r(errno, text.as_mut_ptr().cast(), text.len()) };
    match CStr::from_bytes_until_nul(&text) {
        Ok(text) if failed == 0 => text.to_string_lossy().into_owned(),
        _ => "unknown error".to_owned(),
    }
}
