// SPDX-License-Identifier: MIT OR Apache-2.0

//! `/dev/parley`: the same echo and the same counters through read, write and ioctl, for
//! comparison with netlink.
//!
//! ```no_run
//! use parley::device::Device;
//!
//! let device = Device::open()?;
//! assert_eq!(device.echo(b"hello")?, b"hello");
//! println!("visitors stands at {}", device.counter_add("visitors", 1)?);
//! # Ok::<(), std::io::Error>(())
//! ```

mod ioctl;
#[allow(unsafe_code)]
mod sys;

use crate::uapi;
use parley_netlink::netlink::tap::{tell, Call, Meaning, Member, Tap};
use parley_netlink::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// The path of the device.
pub const PATH: &str = "/dev/parley";

/// The open device. It belongs to the network namespace in which it was opened.
#[derive(Debug)]
pub struct Device {
    file: File,
    /// The tap to which each call is reported.
    tap: Option<Arc<dyn Tap>>,
}

impl Device {
    /// Opens the device. Fails with `ENOENT` if the module is not loaded.
    pub fn open() -> io::Result<Self> {
        Self::open_as(None)
    }

    /// Like [`open`](Self::open), with a tap that sees each system call.
    pub fn open_with_tap(tap: Arc<dyn Tap>) -> io::Result<Self> {
        Self::open_as(Some(tap))
    }

    fn open_as(tap: Option<Arc<dyn Tap>>) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(PATH);
        if let Some(tap) = tap.as_deref() {
            let fd = |file: &File| usize::try_from(file.as_raw_fd()).unwrap_or(0);
            tell(tap, -1, Call::Open { path: PATH }, &file, fd);
        }
        Ok(Self { file: file?, tap })
    }

    /// Makes the kernel copy `payload`, through one ioctl.
    ///
    /// Fails with `EMSGSIZE` for more than [`PAYLOAD_MAX`](uapi::PAYLOAD_MAX) bytes.
    pub fn echo(&self, payload: &[u8]) -> io::Result<Vec<u8>> {
        let mut reply = vec![0; payload.len()];
        self.echo_into(payload, &mut reply)?;
        Ok(reply)
    }

    /// Like [`echo`](Self::echo), into the start of `reply`: as many bytes as both have
    /// room for.
    #[inline]
    pub fn echo_into(&self, payload: &[u8], reply: &mut [u8]) -> io::Result<()> {
        let done = sys::echo(self.file.as_fd(), payload, reply);
        if let Some(tap) = self.tap.as_deref() {
            self.tell_echo(tap, payload, reply, &done);
        }
        done
    }

    /// Makes the kernel keep `payload`, through one write, and reads it back.
    ///
    /// Fails with `EMSGSIZE` for more than [`PAYLOAD_MAX`](uapi::PAYLOAD_MAX) bytes.
    pub fn write_and_read(&self, payload: &[u8]) -> io::Result<Vec<u8>> {
        let mut reply = vec![0; payload.len()];
        self.write_and_read_into(payload, &mut reply)?;
        Ok(reply)
    }

    /// Like [`write_and_read`](Self::write_and_read), into `reply`. Fails with
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) if `reply` is longer than
    /// `payload`.
    #[inline]
    pub fn write_and_read_into(&self, payload: &[u8], reply: &mut [u8]) -> io::Result<()> {
        if let Some(tap) = self.tap.as_deref() {
            return self.write_and_read_told(tap, payload, reply);
        }
        (&self.file).write_all(payload)?;
        self.file.read_exact_at(reply, 0)
    }

    /// Adds `delta` to the counter `name`, through one ioctl, and returns its new value.
    /// Needs `CAP_NET_ADMIN`.
    ///
    /// Fails with `EPERM` without that capability, `ENOENT` if there is no such counter,
    /// `ERANGE` if the sum is out of range, and `EINVAL` if the name is longer than
    /// [`NAME_MAX`](uapi::NAME_MAX) bytes. A name with a NUL is not sent; it fails with
    /// [`InvalidInput`](io::ErrorKind::InvalidInput).
    pub fn counter_add(&self, name: impl AsRef<[u8]>, delta: i64) -> io::Result<u64> {
        let name = name.as_ref();
        if name.contains(&0) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, Error::Nul));
        }
        let mut bytes = [0; uapi::NAME_MAX + 1];
        for (at, byte) in bytes.iter_mut().zip(name) {
            *at = *byte;
        }
        let value = sys::counter_add(self.file.as_fd(), bytes, delta);
        if let Some(tap) = self.tap.as_deref() {
            self.tell_counter_add(tap, &bytes, delta, &value);
        }
        value
    }

    fn tell<T>(&self, tap: &dyn Tap, call: Call<'_>, result: &io::Result<T>) {
        tell(tap, self.file.as_raw_fd(), call, result, |_| 0);
    }

    #[cold]
    fn tell_echo(&self, tap: &dyn Tap, from: &[u8], to: &[u8], result: &io::Result<()>) {
        let address = |bytes: &[u8]| (bytes.as_ptr() as u64).to_ne_bytes();
        let len = u32::try_from(from.len().min(to.len())).unwrap_or(u32::MAX);
        let member = |name, bytes, meaning| Member {
            name,
            bytes,
            meaning,
        };
        let back = if result.is_ok() { to } else { &[] };
        let (from_at, to_at, len) = (address(from), address(to), len.to_ne_bytes());
        let argument = [
            member("in", &from_at[..], Meaning::Address),
            member("out", &to_at[..], Meaning::Address),
            member("len", &len[..], Meaning::Unsigned),
            member("flags", &[0; 4][..], Meaning::Unsigned),
            member("*in", from, Meaning::Bytes),
            member("*out", back, Meaning::Bytes),
        ];
        let call = Call::Ioctl {
            request: "PARLEY_IOC_ECHO",
            argument: &argument,
        };
        self.tell(tap, call, result);
    }

    #[cold]
    fn tell_counter_add(&self, tap: &dyn Tap, name: &[u8], delta: i64, result: &io::Result<u64>) {
        let delta = delta.to_ne_bytes();
        let value = result.as_ref().map_or([0; 8], |value| value.to_ne_bytes());
        let member = |name, bytes, meaning| Member {
            name,
            bytes,
            meaning,
        };
        let argument = [
            member("name", name, Meaning::Text),
            member("delta", &delta[..], Meaning::Signed),
            member("value", &value[..], Meaning::Unsigned),
        ];
        let call = Call::Ioctl {
            request: "PARLEY_IOC_COUNTER_ADD",
            argument: &argument,
        };
        self.tell(tap, call, result);
    }

    /// Like [`write_and_read_into`](Self::write_and_read_into), and reports each call.
    #[cold]
    fn write_and_read_told(
        &self,
        tap: &dyn Tap,
        payload: &[u8],
        reply: &mut [u8],
    ) -> io::Result<()> {
        let fd = self.file.as_raw_fd();
        let mut rest = payload;
        while !rest.is_empty() {
            let written = (&self.file).write(rest);
            tell(tap, fd, Call::Write { bytes: rest }, &written, |len| *len);
            match written? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                len => rest = rest.get(len..).unwrap_or_default(),
            }
        }
        let mut offset = 0usize;
        while let Some(room @ [_, ..]) = reply.get_mut(offset..) {
            let read = self.file.read_at(room, offset as u64);
            let len = *read.as_ref().unwrap_or(&0);
            let call = Call::Read {
                room: room.len(),
                offset: offset as u64,
                bytes: room.get(..len).unwrap_or_default(),
            };
            tell(tap, fd, call, &read, |len| *len);
            match read? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                len => offset = offset.saturating_add(len),
            }
        }
        Ok(())
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // The file is closed after this, and nobody learns the result.
        if let Some(tap) = self.tap.as_deref() {
            tell(tap, self.file.as_raw_fd(), Call::Close, &Ok(()), |()| 0);
        }
    }
}

impl AsFd for Device {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.file.as_fd()
    }
}
