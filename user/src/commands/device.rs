// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley device`

#![forbid(unsafe_code)]

use super::json::{self, Object};
use super::text;
use anyhow::{Context, Result};
use clap::Subcommand;
use parley::device::{self, Device as File};
use std::ffi::OsString;
use std::io::Write;
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
        let path = device::PATH;
        let file =
            File::open().with_context(|| format!("cannot open {path}; is the module loaded?"))?;
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
                let reply = reply.with_context(|| format!("{path} refused {call}"))?;
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
                    .with_context(|| format!("{path} refused counter-add"))?;
                let name = text::name(name).to_string();
                if json {
                    json::write(out, Object::new().with("name", name).with("value", value))?;
                } else {
                    writeln!(out, "{name}  value {value}")?;
                }
            }
        }
        Ok(())
    }
}
