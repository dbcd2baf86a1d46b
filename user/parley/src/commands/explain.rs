// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley decode`

use crate::inherited;
use crate::output::explained::{Form, Printer};
use crate::output::family::context;
use crate::specs;
use anyhow::{anyhow, bail, Context as _, Result};
use clap::Args;
use parley_netlink::explain::capture::{self, Problem, Read as Captured, Reader};
use parley_netlink::explain::Context;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
FILE is a capture (pcap or pcapng, of netlink or Linux cooked), a hexdump as
printed by xxd, hexdump, od, tcpdump -x, tshark -x or strace -e write=all, an
array in C or by Rust's {:02x?}, or plain hex digits. Each message of a capture
is decoded as soon as it arrives. If FILE has errors, it is decoded as far as
possible, the first error is pointed out, and the exit status is 1. PROTOCOL is
generic, route, netfilter or a number.

The numbers of families differ from one boot to the next. They are learnt from
the controller's messages in FILE; --family sets those that FILE lacks. This
command needs neither the module nor root.";

/// Decode netlink messages from a capture or hexdump
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Explain {
    /// A capture or a hexdump; "-" is standard input
    file: PathBuf,
    /// Decode the bytes of FILE as one datagram
    #[arg(long, alias = "raw")]
    datagram: bool,
    /// The protocol of a hexdump
    #[arg(long, value_name = "PROTOCOL", default_value = "generic", value_parser = protocol)]
    protocol: u16,
    /// Set the number of a family; may be given again
    #[arg(long, value_name = "NAME=ID", value_parser = family)]
    family: Vec<(String, u16)>,
    /// Take names from this spec, or folder of specs
    #[arg(long)]
    spec: Vec<PathBuf>,
    /// Show all bytes of long values
    #[arg(long)]
    all: bool,
    /// Show only this datagram of FILE; may be given again
    #[arg(long, value_name = "N", value_parser = number)]
    select: Vec<usize>,
    /// Print a picture of the messages, in SVG
    #[arg(long)]
    svg: bool,
}

/// The number of a datagram, counted from 1.
fn number(text: &str) -> Result<usize, &'static str> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or("expected a number of at least 1")
}

fn protocol(text: &str) -> Result<u16, String> {
    match text {
        "route" => Ok(0),
        "netfilter" => Ok(12),
        "generic" => Ok(16),
        number => number
            .parse()
            .map_err(|_| "expected generic, route, netfilter or a number".to_owned()),
    }
}

fn family(text: &str) -> Result<(String, u16), String> {
    let family = text
        .split_once('=')
        .and_then(|(name, id)| Some((name.to_owned(), id.parse().ok()?)));
    family.ok_or_else(|| "expected a name and a number, as in parley=24".to_owned())
}

impl Explain {
    /// Returns the option that excludes JSON, if it was given.
    pub(crate) fn not_json(&self) -> Option<&'static str> {
        self.svg.then_some("svg")
    }

    pub(crate) fn run(&self, out: &mut dyn Write, json: bool) -> Result<()> {
        let name = inherited::input_name(&self.file);
        let mut context = context();
        for family in specs::tables(&self.spec)? {
            context.add_spec(family);
        }
        for (name, id) in &self.family {
            context.name_family(*id, name);
        }
        let form = match (json, self.svg) {
            (true, _) => Form::Json,
            (_, true) => Form::Svg,
            _ => Form::Text,
        };
        let mut printer = Printer::new(self.all, form, &self.select);
        let shown = self.show(out, &mut context, &mut printer, &name);
        printer.finish(out)?;
        let reasons = shown?.into_iter().chain(printer.wrong());
        let reasons: Vec<_> = reasons.chain(printer.missing()).collect();
        if !reasons.is_empty() {
            bail!("{}", reasons.join("\n        "));
        }
        Ok(())
    }

    /// Decodes the file. Returns the problems in a capture.
    fn show(
        &self,
        out: &mut dyn Write,
        context: &mut Context,
        printer: &mut Printer<'_>,
        name: &str,
    ) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        let mut take = |captured: Captured<'_>| -> Result<()> {
            printer.all(out, context, &captured)?;
            problems.extend(captured.problems);
            // The writer of the capture may be waiting for this output.
            Ok(out.flush()?)
        };
        let unread = || format!("cannot read {name}");
        let misread = |problem: Problem| anyhow!("{name}, {problem}");
        let mut input = BufReader::with_capacity(CHUNK, inherited::open(&self.file)?);
        if self.datagram {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).with_context(unread)?;
            take(capture::raw(&bytes, self.protocol))?;
        } else {
            let mut reader = Reader::new(self.protocol);
            loop {
                let bytes = match input.fill_buf() {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    bytes => bytes.with_context(unread)?,
                };
                let len = bytes.len();
                if len == 0 {
                    break;
                }
                take(reader.push(bytes).map_err(misread)?)?;
                input.consume(len);
            }
            take(reader.finish().map_err(misread)?)?;
        }
        let problems = problems.iter().map(|problem| format!("{name}, {problem}"));
        Ok(problems.collect())
    }
}

/// The number of bytes read at a time.
const CHUNK: usize = 1 << 16;
