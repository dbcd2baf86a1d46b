// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley device`

use crate::inherited;
use crate::opener::Opener;
use crate::output::failure::{Failure, CAPABILITY, LOAD};
use crate::output::json::{self, Object};
use crate::output::text;
use anyhow::Result;
use clap::Subcommand;
use parley::{device, uapi};
use parley_netlink::netlink::errno::Errno;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

/// Echo and count over /dev/parley instead of netlink
#[derive(Subcommand)]
pub(crate) enum Device {
    /// Send bytes to the kernel and back with an ioctl
    Echo {
        /// The bytes to send; "-" is standard input
        text: String,
        /// Use write and read instead of an ioctl
        #[arg(long)]
        read_write: bool,
        /// Write only the bytes of the reply
        #[arg(long, conflicts_with = "json")]
        raw: bool,
    },
    /// Add to an existing counter with an ioctl
    CounterAdd {
        /// The counter's name
        name: OsString,
        /// The number to add, -2^63 to 2^63-1
        #[arg(allow_negative_numbers = true, value_parser = text::delta)]
        delta: i64,
    },
}

impl Device {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let open = || -> Result<_> { Ok(opener.device().map_err(cannot_open)?) };
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

/// Returns the failure of a call or of the open. Only the errno is known.
fn failure(what: &str, error: &io::Error) -> Failure {
    let Some(errno) = error.raw_os_error() else {
        return Failure {
            error: format!("{what}: {error}"),
            ..Failure::default()
        };
    };
    let known = Errno(errno);
    Failure {
        error: format!("{what}: {} ({errno})", known.name()),
        errno: Some(errno),
        reason: Some(known.text()),
        ..Failure::default()
    }
}

fn cannot_open(error: io::Error) -> Failure {
    let failure = failure(&format!("cannot open {}", device::PATH), &error);
    // A device node that was created by hand remains when the module is unloaded.
    let absent = [libc::ENOENT, libc::ENXIO, libc::ENODEV];
    let is_absent = failure.errno.is_some_and(|errno| absent.contains(&errno));
    Failure {
        is_absent,
        hint: is_absent.then(|| LOAD.to_owned()),
        ..failure
    }
}

/// Returns the failure of a call that the device refused.
fn refused(call: &str, error: &io::Error) -> Failure {
    let hint = match error.raw_os_error() {
        Some(libc::EPERM) => Some(CAPABILITY.to_owned()),
        Some(libc::ENOENT) => Some("create it: parley counter set NAME VALUE --create".to_owned()),
        Some(libc::EINVAL) => Some(format!("a name of at most {} bytes", uapi::NAME_MAX)),
        Some(libc::ERANGE) => {
            Some("a delta that keeps the counter between 0 and 2^64-1".to_owned())
        }
        Some(libc::EMSGSIZE) => Some(format!("at most {} bytes", uapi::PAYLOAD_MAX)),
        _ => None,
    };
    Failure {
        hint,
        ..failure(&format!("{call} refused by {}", device::PATH), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_device_has_the_form_of_one_of_netlink() {
        let text = |failure: Failure| {
            let mut out = Vec::new();
            failure.write(&mut out, false).unwrap();
            String::from_utf8(out).unwrap()
        };
        let error = refused("counter-add", &io::Error::from_raw_os_error(libc::ENOENT));
        assert_eq!(
            text(error),
            "parley: counter-add refused by /dev/parley: ENOENT (2)\n  \
             errno says:  No such file or directory\n  \
             try:         create it: parley counter set NAME VALUE --create\n"
        );
        for errno in [libc::ENOENT, libc::EACCES] {
            let error = cannot_open(io::Error::from_raw_os_error(errno));
            assert_eq!(error.is_absent, errno == libc::ENOENT);
            let text = text(error);
            let words = "parley: cannot open /dev/parley: E";
            assert!(text.starts_with(words), "{text}");
            assert!(!text.contains("os error"), "{text}");
            assert_eq!(text.contains("modprobe"), errno == libc::ENOENT);
        }
    }
}
