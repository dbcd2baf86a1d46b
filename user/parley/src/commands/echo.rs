// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley echo`

use crate::inherited;
use crate::opener::Opener;
use crate::output::json::{self, Object};
use crate::output::text;
use anyhow::{Context, Result};
use clap::{ArgGroup, Args};
use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

/// Send bytes to the kernel, which returns them with a time stamp
#[derive(Args)]
#[command(group = ArgGroup::new("payload").required(true))]
pub(crate) struct Echo {
    /// What to send; "-" reads it from standard input
    #[arg(group = "payload")]
    text: Option<String>,
    /// Send the contents of FILE
    #[arg(long, group = "payload")]
    file: Option<PathBuf>,
    /// Write only the bytes of the reply
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    /// Send N requests in all [default: that of --batch]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    repeat: Option<u32>,
    /// Send at most N requests in a datagram
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=BATCH_MAX))]
    batch: u32,
}

/// Larger batches are no faster, and their payloads might not fit into memory.
const BATCH_MAX: i64 = 1024;

/// The most to read of a file. The kernel accepts less.
const READ_MAX: u64 = 1 << 20;

impl Echo {
    fn payload(&self) -> Result<Vec<u8>> {
        let mut payload = Vec::new();
        match (&self.file, self.text.as_deref()) {
            (Some(path), _) => {
                let name = path.display();
                let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
                file.take(READ_MAX)
                    .read_to_end(&mut payload)
                    .with_context(|| format!("cannot read {name}"))?;
            }
            (None, Some("-")) => {
                inherited::input()
                    .and_then(|input| input.take(READ_MAX).read_to_end(&mut payload))
                    .context("cannot read standard input")?;
            }
            (None, text) => payload.extend_from_slice(text.unwrap_or_default().as_bytes()),
        }
        Ok(payload)
    }

    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let payload = self.payload()?;
        let mut client = opener.client()?;
        let repeat = self.repeat.unwrap_or(self.batch);
        let batch = vec![&payload; self.batch as usize];
        let (mut last, mut count) = (None, 0);
        while count < repeat {
            let now = self.batch.min(repeat - count);
            count += now;
            let batch = batch.get(..now as usize).unwrap_or_default();
            client.echo_batch(batch, |i, echo| {
                let echo = echo?;
                if count == repeat && i + 1 == batch.len() {
                    last = Some((echo.payload.to_vec(), echo.stamp));
                }
                Ok(())
            })?;
        }
        let (payload, stamp) = last.context("nothing was sent")?;
        if self.raw {
            out.write_all(&payload)?;
            return Ok(());
        }
        if json {
            let stamp = Object::new()
                .with("time_ns", stamp.time_ns)
                .with("cpu", stamp.cpu)
                .with("portid", stamp.portid);
            let object = Object::new()
                .bytes("payload", &payload)
                .with("stamp", stamp)
                .with("times", repeat);
            return Ok(json::write(out, object)?);
        }
        text::bytes(out, "reply", &payload)?;
        writeln!(
            out,
            "{:<8}{:.6} s after boot, on CPU {}, for port {}",
            "stamp",
            stamp.time_ns as f64 / 1e9,
            stamp.cpu,
            stamp.portid
        )?;
        if repeat > 1 {
            write!(out, "{:<8}{repeat} times", "echoed")?;
            match self.batch.min(repeat) {
                1 => writeln!(out)?,
                batch => writeln!(out, ", up to {batch} in a datagram")?,
            }
        }
        Ok(())
    }
}
