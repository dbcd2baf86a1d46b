// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls, as safe functions. All unsafe code of the program is here.

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

/// The address of the kernel.
fn kernel() -> libc::sockaddr_nl {
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address
}

const ADDRESS_LEN: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;

/// Connects the socket to the kernel, which also binds it to a port. From then on the
/// kernel refuses messages that other processes send to this port
/// (`netlink_getsockbyportid()`). A message that passed this check earlier may still
/// arrive.
pub(super) fn connect(fd: &OwnedFd) -> io::Result<()> {
    let address = kernel();
    // SAFETY: The address is valid for reads of its length, which is passed.
    check(unsafe { libc::connect(fd.as_raw_fd(), (&raw const address).cast(), ADDRESS_LEN) } as _)?;
    Ok(())
}

/// Returns the port that the socket is bound to.
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

/// Sets the timeout of receive calls; `None` means for ever. The kernel rounds up to its
/// ticks, and its timer wheel may extend a wait by up to an eighth.
pub(super) fn set_receive_timeout(fd: &OwnedFd, timeout: Option<Duration>) -> io::Result<()> {
    // SAFETY: All fields are integers, for which zero is a value.
    let mut value: libc::timeval = unsafe { zeroed() };
    if let Some(timeout) = timeout {
        // Rounded up, because 0 means for ever.
        let micros = timeout.as_nanos().div_ceil(1000).max(1);
        // Seconds that do not fit mean for ever, too: with 32 bits, that is 68 years.
        if let Ok(seconds) = (micros / 1_000_000).try_into() {
            value.tv_sec = seconds;
            value.tv_usec = (micros % 1_000_000) as _;
        }
    }
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

/// Waits until `fd` has something to receive, a datagram or an error, or until `timeout`
/// has passed, in whole milliseconds. Without a timeout, waits indefinitely. Returns the
/// number of readable descriptors: 1 or 0.
pub(crate) fn wait(fd: BorrowedFd<'_>, timeout: Option<Duration>) -> io::Result<usize> {
    let mut polled = libc::pollfd {
        fd: fd.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let millis = timeout.map_or(-1, |timeout| {
        timeout
            .as_nanos()
            .div_ceil(1_000_000)
            .try_into()
            .unwrap_or(libc::c_int::MAX)
    });
    // SAFETY: The one `pollfd` is valid for reads and writes, and is borrowed for this
    // call. The descriptor is open, as it is borrowed, too.
    check(unsafe { libc::poll(&raw mut polled, 1, millis) } as _)
}

/// Sends `datagram` to the kernel, to which the socket is connected, in one system call.
#[inline]
pub(super) fn send(fd: &OwnedFd, datagram: &[u8]) -> io::Result<usize> {
    // SAFETY: The datagram is valid for reads of its length, which is passed.
    check(unsafe { libc::send(fd.as_raw_fd(), datagram.as_ptr().cast(), datagram.len(), 0) })
}

/// Receives a datagram into `buffer`, in one system call. If there is none, fails with
/// `EAGAIN` or, with `waits`, waits for one until the socket's timeout. Returns the
/// sender's port, and the length of the datagram.
#[inline]
pub(super) fn receive(
    fd: &OwnedFd,
    buffer: &mut [u8],
    waits: bool,
) -> io::Result<(Option<u32>, usize)> {
    // Not netlink's address family, so that it shows whether the call wrote an address.
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { zeroed() };
    let mut address_len = ADDRESS_LEN;
    // With this flag the call returns the datagram's length, even if not all of it fits.
    let flags = libc::MSG_TRUNC | if waits { 0 } else { libc::MSG_DONTWAIT };
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
    if address_len != ADDRESS_LEN || address.nl_family != libc::AF_NETLINK as libc::sa_family_t {
        return Ok(from_nobody(len));
    }
    Ok((Some(address.nl_pid), len))
}

/// What [`receive`] returns for a datagram whose sender has no netlink address.
// Not inlined, so that the usual case costs one branch that is not taken.
#[cold]
#[inline(never)]
fn from_nobody(len: usize) -> (Option<u32>, usize) {
    (None, len)
}

/// Like [`receive`], through `recvmsg()`. Also returns the id of the event's network
/// namespace, which the kernel adds as ancillary data on a socket with
/// `NETLINK_LISTEN_ALL_NSID`.
pub(super) fn receive_with_nsid(
    fd: &OwnedFd,
    buffer: &mut [u8],
) -> io::Result<(Option<u32>, usize, Option<i32>)> {
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { zeroed() };
    let mut part = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    // Aligned as a `struct cmsghdr`, with room for one and its `int`.
    let mut control = [0u64; 8];
    // SAFETY: All fields are integers or pointers, for which zero is a value.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_name = (&raw mut address).cast();
    message.msg_namelen = ADDRESS_LEN;
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control) as _;
    // SAFETY: The address, the one part and the control buffer are valid for writes of their
    // lengths, which the message holds. All are borrowed for this call.
    let len = check(unsafe {
        libc::recvmsg(
            fd.as_raw_fd(),
            &raw mut message,
            libc::MSG_TRUNC | libc::MSG_DONTWAIT,
        )
    })?;
    // SAFETY: The kernel has set the length of the control buffer to that of its data, so
    // this is null or points at a whole header in the buffer.
    let header = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
    let mut nsid = None;
    if !header.is_null() {
        // SAFETY: It is not null, so it points at a whole header in `control`.
        let head = unsafe { header.read() };
        // SAFETY: The call takes no pointers.
        let int_len = unsafe { libc::CMSG_LEN(size_of::<libc::c_int>() as u32) };
        if head.cmsg_level == libc::SOL_NETLINK
            && head.cmsg_type == libc::NETLINK_LISTEN_ALL_NSID
            && head.cmsg_len >= int_len as _
        {
            // SAFETY: The header's length has been checked: an `int` follows it in `control`,
            // from which the pointer comes. Its alignment is of no matter.
            nsid = Some(unsafe {
                libc::CMSG_DATA(header)
                    .cast::<libc::c_int>()
                    .read_unaligned()
            });
        }
    }
    let netlink = message.msg_namelen == ADDRESS_LEN
        && address.nl_family == libc::AF_NETLINK as libc::sa_family_t;
    Ok((netlink.then_some(address.nl_pid), len, nsid))
}

/// Moves the calling thread into the network namespace that `fd` refers to.
pub(super) fn enter_net_namespace(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: The call takes no pointers.
    check(unsafe { libc::setns(fd.as_raw_fd(), libc::CLONE_NEWNET) } as _)?;
    Ok(())
}

/// Returns the C library's message for an errno.
pub(super) fn errno_text(errno: i32) -> String {
    let mut text = [0u8; 128];
    // SAFETY: The buffer is valid for writes of its length, which is passed.
    let failed = unsafe { libc::strerror_r(errno, text.as_mut_ptr().cast(), text.len()) };
    match CStr::from_bytes_until_nul(&text) {
        Ok(text) if failed == 0 => text.to_string_lossy().into_owned(),
        _ => "unknown error".to_owned(),
    }
}
