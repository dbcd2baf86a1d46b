// SPDX-License-Identifier: MIT OR Apache-2.0

//! The system calls of a packet socket, as safe functions. See packet(7).

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

const ADDRESS_LEN: libc::socklen_t = size_of::<libc::sockaddr_ll>() as libc::socklen_t;

fn check(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Opens a non-blocking packet socket, which receives nothing until it is bound.
pub(super) fn open() -> io::Result<OwnedFd> {
    // SAFETY: The call takes no pointers.
    let fd = unsafe {
        libc::socket(
            libc::AF_PACKET,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK,
            0,
        )
    };
    check(fd as libc::ssize_t)?;
    // SAFETY: The call has just made this descriptor, so nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Sets the size of the socket's receive buffer. May exceed the limit for users, except
/// for the root of a user namespace, which gets at most the limit.
pub(super) fn set_room(fd: &OwnedFd, bytes: i32) -> io::Result<()> {
    match set_option(fd, libc::SO_RCVBUFFORCE, bytes) {
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => {
            set_option(fd, libc::SO_RCVBUF, bytes)
        }
        set => set,
    }
}

fn set_option(fd: &OwnedFd, option: i32, value: i32) -> io::Result<()> {
    let value: libc::c_int = value;
    // SAFETY: The value is valid for reads of its size, which is passed.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    } as _)?;
    Ok(())
}

/// Binds the socket to a device; from then on it receives all of the device's packets.
pub(super) fn bind(fd: &OwnedFd, device: u32) -> io::Result<()> {
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_ll = unsafe { zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = i32::try_from(device).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: The address is valid for reads of its length, which is passed.
    check(unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), ADDRESS_LEN) } as _)?;
    Ok(())
}

/// Receives a packet into `buffer`, if there is one. Returns its protocol and its length.
pub(super) fn receive(fd: &OwnedFd, buffer: &mut [u8]) -> io::Result<(u16, usize)> {
    // SAFETY: All fields are integers, for which zero is a value.
    let mut address: libc::sockaddr_ll = unsafe { zeroed() };
    let mut address_len = ADDRESS_LEN;
    // SAFETY: The buffer and the address are valid for writes of their lengths, which are
    // passed, and so is the address's length; all are borrowed for this call. No more than
    // the buffer's length is written into it.
    let len = check(unsafe {
        libc::recvfrom(
            fd.as_raw_fd(),
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            libc::MSG_TRUNC,
            (&raw mut address).cast(),
            &raw mut address_len,
        )
    })?;
    Ok((u16::from_be(address.sll_protocol), len))
}

/// Returns the number of packets dropped for lack of room since the last call.
pub(super) fn lost(fd: &OwnedFd) -> io::Result<u32> {
    // SAFETY: Both fields are integers, for which zero is a value.
    let mut statistics: libc::tpacket_stats = unsafe { zeroed() };
    let mut len = size_of::<libc::tpacket_stats>() as libc::socklen_t;
    // SAFETY: The statistics are valid for writes of their length, which is passed, and so is
    // the length.
    check(unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_STATISTICS,
            (&raw mut statistics).cast(),
            &raw mut len,
        )
    } as _)?;
    Ok(statistics.tp_drops)
}
