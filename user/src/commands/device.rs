// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley device`

#![forbid(unsafe_code)]

use super::json::{self, Object};
use super::text;
use anyhow::{anyhow, Result};
use clap::Subcommand;
use parley::device::{self, Device as File};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

/// Do the same over /dev/parley, to compare
#[derive(Subcommand)]
pub(crate) enum Device {
    /// Have the kernel copy bytes, by an ioctl
    Echo {
        /// What to copy
        text: String,
        /// By a write and a read, in place of an ioctl
        #[arg(long)]
        read_write: bool,
        /// Write the bytes that came back, and nothing else
        #[arg(long, conflicts_with = "json")]
        raw: bool,
    },
    /// Add to a counter that exists, by an ioctl
    CounterAdd {
        /// Its name
        name: OsString,
        /// What to add; may be negative
        #[arg(allow_negative_numbers = true)]
        delta: i64,
    },
}

impl Device {
    pub(crate) fn run(&self, out: &mut dyn Write, json: bool) -> Result<()> {
        let file = File::open().map_err(cannot_open)?;
        match self {
            Self::Echo {
                text,
                read_write,
                raw,
            } => {
                let payload = text.as_bytes();
                let (call, reply) = if *read_write {
                    ("write and read", file.write_and_read(payload))
                } else {
                    ("echo", file.echo(payload))
                };
                let reply = reply.map_err(|error| refused(call, &error))?;
                if *raw {
                    out.write_all(&reply)?;
                } else if json {
                    json::write(out, Object::new().bytes("payload", &reply))?;
                } else {
                    text::bytes(out, "reply", &reply)?;
                }
            }
            Self::CounterAdd { name, delta } => {
                let value = file
                    .counter_add(name.as_bytes(), *delta)
                    .map_err(|error| refused("counter-add", &error))?;
                if json {
                    json::write(out, Object::new().name("name", name).with("value", value))?;
                } else {
                    writeln!(out, "{}  value {value}", text::safe(name))?;
                }
            }
        }
        Ok(())
    }
}

/// There is no device, because the module is not loaded.
#[derive(Debug)]
pub(crate) struct Absent(io::Error);

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open {}: {}", device::PATH, self.0)
    }
}

impl std::error::Error for Absent {}

fn cannot_open(error: io::Error) -> anyhow::Error {
    match error.raw_os_error() {
        // A device node that was made by hand stays when the module goes.
        Some(libc::ENOENT | libc::ENXIO | libc::ENODEV) => Absent(error).into(),
        _ => anyhow::Error::from(error).context(format!("cannot open {}", device::PATH)),
    }
}

/// A refusal of the device's, which has nothing but an errno, and what to do about it.
fn refused(call: &str, error: &io::Error) -> anyhow::Error {
    let hint = match error.raw_os_error() {
        Some(libc::EPERM) => "as root, or with CAP_NET_ADMIN in this network namespace",
        Some(libc::ENOENT) => "create it: parley counter set NAME VALUE --create",
        Some(libc::EINVAL) => "a name of at most 31 bytes",
        Some(libc::ERANGE) => "what keeps the counter between 0 and 2^64-1",
        Some(libc::EMSGSIZE) => "at most 61440 bytes",
        _ => return anyhow!("{} refused {call}: {error}", device::PATH),
    };
    anyhow!(
        "{} refused {call}: {error}\n  try:         {hint}",
        device::PATH
    )
}
