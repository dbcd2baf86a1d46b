// SPDX-License-Identifier: MIT OR Apache-2.0

//! `/dev/parley`: the same echo and the same counters by read, write and ioctl,
//! to compare netlink with.

#![forbid(unsafe_code)]

use crate::netlink::{device_counter_add, device_echo};
use crate::uapi;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

/// Where the device is.
pub const PATH: &str = "/dev/parley";

/// The open device. It belongs to the network namespace in which it was opened.
#[derive(Debug)]
pub struct Device {
    file: File,
}

impl Device {
    /// Opens it. Fails with `ENOENT` where the module is not loaded.
    pub fn open() -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(PATH)?;
        Ok(Self { file })
    }

    /// Has the kernel copy `payload`, by one ioctl.
    ///
    /// Fails with `EMSGSIZE` past [`PAYLOAD_MAX`](uapi::PAYLOAD_MAX) bytes.
    pub fn echo(&self, payload: &[u8]) -> io::Result<Vec<u8>> {
        let mut reply = vec![0; payload.len()];
        self.echo_into(payload, &mut reply)?;
        Ok(reply)
    }

    /// As [`echo`](Self::echo), into `reply`, from its start: as many bytes as
    /// both have room for.
    #[inline]
    pub fn echo_into(&self, payload: &[u8], reply: &mut [u8]) -> io::Result<()> {
        device_echo(self.file.as_fd(), payload, reply)
    }

    /// Has the kernel keep `payload`, by one write, and reads it again.
    ///
    /// Fails with `EMSGSIZE` past [`PAYLOAD_MAX`](uapi::PAYLOAD_MAX) bytes.
    pub fn write_and_read(&self, payload: &[u8]) -> io::Result<Vec<u8>> {
        let mut reply = vec![0; payload.len()];
        self.write_and_read_into(payload, &mut reply)?;
        Ok(reply)
    }

    /// As [`write_and_read`](Self::write_and_read), into `reply`. Fails with
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) where that is longer than
    /// `payload`.
    #[inline]
    pub fn write_and_read_into(&self, payload: &[u8], reply: &mut [u8]) -> io::Result<()> {
        (&self.file).write_all(payload)?;
        self.file.read_exact_at(reply, 0)
    }

    /// Adds `delta` to the counter `name`, by one ioctl, and gives what it stands
    /// at then. Needs `CAP_NET_ADMIN`.
    ///
    /// Fails with `EPERM` without that, `ENOENT` where there is no such counter,
    /// `ERANGE` where the sum is out of range, and `EINVAL` where the name is
    /// longer than [`NAME_MAX`](uapi::NAME_MAX) bytes.
    pub fn counter_add(&self, name: impl AsRef<[u8]>, delta: i64) -> io::Result<u64> {
        let mut bytes = [0; uapi::NAME_MAX + 1];
        for (at, byte) in bytes.iter_mut().zip(name.as_ref()) {
            *at = *byte;
        }
        device_counter_add(self.file.as_fd(), bytes, delta)
    }
}

impl AsFd for Device {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.file.as_fd()
    }
}
