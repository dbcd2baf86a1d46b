// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley echo`

#![forbid(unsafe_code)]

use super::json::{self, Object};
use super::text;
use anyhow::{Context, Result};
use clap::Args;
use parley::{inherited, Client};
use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

/// Have the kernel send bytes back, stamped with when and where
#[derive(Args)]
pub(crate) struct Echo {
    /// What to send; "-" reads it from standard input
    #[arg(required_unless_present = "file")]
    text: Option<String>,
    /// Send what is in this file
    #[arg(long, conflicts_with = "text")]
    file: Option<PathBuf>,
    /// Write the bytes that came back, and nothing else
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    /// Do it so many times, and show the last
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    repeat: Option<u32>,
    /// Send so many requests in one datagram
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=BATCH_MAX))]
    batch: u32,
}

/// More are no quicker, and their payloads need not fit into memory.
const BATCH_MAX: i64 = 1024;

/// The most that is worth reading: the kernel takes less.
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

    pub(crate) fn run(&self, out: &mut dyn Write, json: bool) -> Result<()> {
        let payload = self.payload()?;
        let mut client = Client::open()?;
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
