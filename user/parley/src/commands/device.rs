// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley device`

use crate::inherited;
use crate::opener::Opener;
use crate::output::json::{self, Object};
use crate::output::text;
use anyhow::{anyhow, Result};
use clap::Subcommand;
use parley::device;
use parley_netlink::netlink::Refusal;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

/// Echo and count over /dev/parley instead of netlink
#[derive(Subcommand)]
pub(crate) enum Device {
    /// Send bytes to the kernel and back, by an ioctl
    Echo {
        /// What to send; "-" is standard input
        text: String,
        /// Use write and read instead of an ioctl
        #[arg(long)]
        read_write: bool,
        /// Write only the bytes of the reply
        #[arg(long, conflicts_with = "json")]
        raw: bool,
    },
    /// Add to an existing counter, by an ioctl
    CounterAdd {
        /// Its name
        name: OsString,
        /// What to add, -2^63 to 2^63-1
        #[arg(allow_negative_numbers = true, value_parser = text::delta)]
        delta: i64,
    },
}

impl Device {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let open = || opener.device().map_err(cannot_open);
        match self {
            Self::Echo {
                text,
                read_write,
                raw,
            } => {
                let payload = &inherited::payload(text)?;
                let file = open()?;
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
                let value = open()?
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

/// The device is missing, because the module is not loaded.
#[derive(Debug)]
pub(crate) struct Absent(io::Error);

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open {}: {}", device::PATH, cause(&self.0))
    }
}

impl std::error::Error for Absent {}

fn cannot_open(error: io::Error) -> anyhow::Error {
    match error.raw_os_error() {
        // A device node that was made by hand stays when the module goes.
        Some(libc::ENOENT | libc::ENXIO | libc::ENODEV) => Absent(error).into(),
        _ => anyhow!("cannot open {}: {}", device::PATH, cause(&error)),
    }
}

/// Formats an error of the device's the way those of netlink are shown.
fn cause(error: &io::Error) -> String {
    let Some(errno) = error.raw_os_error() else {
        return error.to_string();
    };
    let mut refusal = Refusal::default();
    refusal.errno = errno;
    let (name, text) = (refusal.errno_name(), refusal.errno_text());
    format!("{name} ({errno})\n  errno says:  {text}")
}

/// Makes an error of a call that the device refused. It has only the errno to go by.
fn refused(call: &str, error: &io::Error) -> anyhow::Error {
    let hint = match error.raw_os_error() {
        Some(libc::EPERM) => "as root, or with CAP_NET_ADMIN in this network namespace",
        Some(libc::ENOENT) => "create it: parley counter set NAME VALUE --create",
        Some(libc::EINVAL) => "a name of at most 31 bytes",
        Some(libc::ERANGE) => "what keeps the counter between 0 and 2^64-1",
        Some(libc::EMSGSIZE) => "at most 61440 bytes",
        _ => return anyhow!("{call} refused by {}: {}", device::PATH, cause(error)),
    };
    anyhow!(
        "{call} refused by {}: {}\n  try:         {hint}",
        device::PATH,
        cause(error)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_device_has_the_form_of_one_of_netlink() {
        let error = refused("counter-add", &io::Error::from_raw_os_error(libc::ENOENT));
        assert_eq!(
            error.to_string(),
            "counter-add refused by /dev/parley: ENOENT (2)\n  \
             errno says:  No such file or directory\n  \
             try:         create it: parley counter set NAME VALUE --create"
        );
        for errno in [libc::ENOENT, libc::EACCES] {
            let error = cannot_open(io::Error::from_raw_os_error(errno));
            assert_eq!(error.is::<Absent>(), errno == libc::ENOENT);
            let text = format!("{error:#}");
            assert!(text.starts_with("cannot open /dev/parley: E"), "{text}");
            assert!(!text.contains("os error"), "{text}");
        }
    }
}
