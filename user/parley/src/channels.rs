// SPDX-License-Identifier: MIT OR Apache-2.0

//! The channels to the module, for comparison with other channels.

use crate::opener::Opener;
use parley::client::EchoRequest;
use parley::device::{self, Device};
use parley::{Client, Error};
use parley_compare::{io_context, Channel, Module};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Opens a channel to the module, for messages of `size` bytes.
///
/// Fails with a message if this machine does not have the channel.
pub(crate) fn open(opener: &Opener, channel: Module, size: usize) -> io::Result<Box<dyn Channel>> {
    Ok(match channel {
        Module::Ioctl => Box::new(Ioctl::open(opener, size)?),
        Module::ReadWrite => Box::new(ReadWrite::open(opener, size)?),
        Module::Debugfs => Box::new(Debugfs::open()?),
        Module::Netlink => Box::new(Netlink::open(opener)?),
    })
}

/// `/dev/parley`, through one ioctl.
struct Ioctl {
    device: Device,
    reply: Vec<u8>,
}

/// `/dev/parley`, through a write and a read.
struct ReadWrite(Ioctl);

impl Ioctl {
    fn open(opener: &Opener, size: usize) -> io::Result<Self> {
        let device = opener.device().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other("the module is not loaded"),
            _ => io_context(&format!("cannot open {}", device::PATH), &error),
        })?;
        let reply = vec![0; size];
        Ok(Self { device, reply })
    }
}

impl Channel for Ioctl {
    #[inline]
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        self.device.echo_into(message, &mut self.reply)?;
        Ok(&self.reply)
    }
}

impl ReadWrite {
    fn open(opener: &Opener, size: usize) -> io::Result<Self> {
        Ioctl::open(opener, size).map(Self)
    }
}

impl Channel for ReadWrite {
    #[inline]
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        let Ioctl { device, reply } = &mut self.0;
        device.write_and_read_into(message, reply)?;
        Ok(reply)
    }
}

/// The file with the module's statistics.
const STATISTICS: &str = "/sys/kernel/debug/parley/stats";

/// The module's statistics, through one pread of an open file.
struct Debugfs {
    file: File,
    reply: Vec<u8>,
}

impl Debugfs {
    fn open() -> io::Result<Self> {
        let file = File::open(STATISTICS).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                io::Error::other("the module is not loaded, or debugfs is not mounted")
            }
            io::ErrorKind::PermissionDenied => io::Error::other("only root may read debugfs"),
            _ => io_context(&format!("cannot open {STATISTICS}"), &error),
        })?;
        let reply = vec![0; 4096];
        Ok(Self { file, reply })
    }
}

impl Channel for Debugfs {
    #[inline]
    fn round_trip(&mut self, _message: &[u8]) -> io::Result<&[u8]> {
        let len = self.file.read_at(&mut self.reply, 0)?;
        Ok(self.reply.get(..len).unwrap_or_default())
    }

    fn reply_len(&self, _sent: usize) -> Option<usize> {
        None
    }

    fn is_correct_reply(&self, _sent: &[u8], got: &[u8]) -> bool {
        got.starts_with(b"echoes") && got.ends_with(b"\n")
    }
}

/// The family, through a request and its reply.
struct Netlink {
    client: Client,
}

impl Netlink {
    fn open(opener: &Opener) -> io::Result<Self> {
        let client = opener.client().map_err(|error| match error {
            Error::NoFamily(_) => io::Error::other("the module is not loaded"),
            error => io::Error::other(error),
        })?;
        Ok(Self { client })
    }
}

impl Channel for Netlink {
    #[inline]
    fn round_trip(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        let request = EchoRequest::new().payload(message);
        let echo = self.client.echo(&request).map_err(io::Error::other)?;
        echo.payload().map_err(io::Error::other)
    }
}
