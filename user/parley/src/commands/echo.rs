// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley echo`

use crate::inherited;
use crate::opener::Opener;
use crate::output::json::{self, Object};
use crate::output::text;
use anyhow::{Context, Result};
use clap::{ArgGroup, Args};
use parley::client::{EchoReply, EchoRequest};
use std::io::Write;
use std::path::PathBuf;

/// Send bytes to the kernel, which returns them with a time stamp
#[derive(Args)]
#[command(group = ArgGroup::new("payload").required(true))]
pub(crate) struct Echo {
    /// The bytes to send; "-" is standard input
    #[arg(group = "payload")]
    text: Option<String>,
    /// Send the contents of FILE; "-" is standard input
    #[arg(long, group = "payload")]
    file: Option<PathBuf>,
    /// Write only the bytes of the reply
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    /// Send N requests in all [default: the value of --batch]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    repeat: Option<u32>,
    /// Send at most N requests in a datagram
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=BATCH_MAX))]
    batch: u32,
}

/// Larger batches are no faster, and their payloads might not fit into memory.
const BATCH_MAX: i64 = 1024;

impl Echo {
    fn payload(&self) -> Result<Vec<u8>> {
        match &self.file {
            Some(path) => inherited::payload_of(path),
            None => inherited::payload(self.text.as_deref().unwrap_or_default()),
        }
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
            let each = |i, echo: parley::Result<EchoReply<'_>>| {
                let echo = echo?;
                if count == repeat && i + 1 == batch.len() {
                    last = Some((echo.payload()?.to_vec(), echo.stamp()?));
                }
                Ok(())
            };
            client.echo_batch(batch, |payload| EchoRequest::new().payload(*payload), each)?;
        }
        let (payload, stamp) = last.context("nothing was sent")?;
        if self.raw {
            out.write_all(&payload)?;
            return Ok(());
        }
        let (time_ns, cpu, portid) = (stamp.time_ns()?, stamp.cpu()?, stamp.portid()?);
        if json {
            let stamp = Object::new()
                .with("time_ns", time_ns)
                .with("cpu", cpu)
                .with("portid", portid);
            let object = Object::new()
                .bytes("payload", &payload)
                .with("stamp", stamp)
                .with("times", repeat);
            return Ok(json::write(out, object)?);
        }
        text::bytes(out, "reply", &payload)?;
        writeln!(
            out,
            "{:<8}{:.6} s after boot, on CPU {cpu}, for port {portid}",
            "stamp",
            time_ns as f64 / 1e9,
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
