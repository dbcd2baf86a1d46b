// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley explain`

use super::steps::colour;
use crate::inherited;
use anyhow::{anyhow, bail, Context as _, Result};
use clap::Args;
use parley::uapi;
use parley_netlink::explain::capture::{self, Format, Packet, Problem, Read as Captured, Reader};
use parley_netlink::explain::render::{self, Style};
use parley_netlink::explain::{protocol_name, Context, Direction, Explained, Field};
use serde_json::{json, Map, Value};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    /// A capture or a hexdump; "-" reads it from standard input
    file: PathBuf,
    /// Decode the bytes of FILE as one datagram
    #[arg(long)]
    raw: bool,
    /// The protocol of a hexdump
    #[arg(long, value_name = "PROTOCOL", default_value = "generic", value_parser = protocol)]
    protocol: u16,
    /// Set the number of a family; may be given again
    #[arg(long, value_name = "NAME=ID", value_parser = family)]
    family: Vec<(String, u16)>,
    /// Show all bytes of long values
    #[arg(long)]
    all: bool,
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
    pub(crate) fn run(&self, out: &mut dyn Write, json: bool) -> Result<()> {
        let name = if self.file == Path::new("-") {
            "standard input".to_owned()
        } else {
            self.file.display().to_string()
        };
        let mut context = Context::new();
        context.add_spec(&uapi::FAMILY);
        for (name, id) in &self.family {
            context.name_family(*id, name);
        }
        let mut told = Told::new(self, json);
        let mut problems = Vec::new();
        let mut take = |captured: Captured<'_>| -> Result<()> {
            told.all(out, &mut context, &captured)?;
            problems.extend(captured.problems);
            // Whoever writes the capture may be waiting for what it shows.
            Ok(out.flush()?)
        };
        let unread = || format!("cannot read {name}");
        let misread = |problem: Problem| anyhow!("{name}, {problem}");
        let input = self.input().with_context(unread)?;
        let mut input = BufReader::with_capacity(CHUNK, input);
        if self.raw {
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
        let reasons: Vec<_> = problems.chain(told.wrong()).collect();
        if !reasons.is_empty() {
            bail!("{}", reasons.join("\n        "));
        }
        Ok(())
    }

    fn input(&self) -> io::Result<Box<dyn Read>> {
        Ok(if self.file == Path::new("-") {
            Box::new(inherited::input()?)
        } else {
            Box::new(File::open(&self.file)?)
        })
    }
}

/// How much of a file is read at a time.
const CHUNK: usize = 1 << 16;

/// What was explained so far.
struct Told {
    json: bool,
    style: Style,
    /// How many datagrams, and the time of the first one.
    datagrams: usize,
    begin: Option<Duration>,
    /// How many things are wrong with them, and the first one's datagram and offset.
    bad: usize,
    first_bad: Option<(usize, usize)>,
}

impl Told {
    fn new(explain: &Explain, json: bool) -> Self {
        let mut style = Style::default();
        style.colour = colour(io::stdout().is_terminal());
        style.all = explain.all;
        Self {
            json,
            style,
            datagrams: 0,
            begin: None,
            bad: 0,
            first_bad: None,
        }
    }

    /// Explains the datagrams.
    fn all(
        &mut self,
        out: &mut dyn Write,
        context: &mut Context,
        captured: &Captured<'_>,
    ) -> Result<()> {
        let style = self.style;
        for packet in &captured.packets {
            if self.datagrams == 0 {
                self.begin = packet.time;
                if !self.json {
                    write!(out, "{}", render::legend(style))?;
                }
            }
            self.datagrams += 1;
            let explained = context.explain(packet.datagram());
            let bad = explained.fields.iter().filter(|field| field.bad.is_some());
            self.bad += bad.clone().count();
            let first = bad.map(|bad| (self.datagrams, bad.offset)).next();
            self.first_bad = self.first_bad.or(first);
            if self.json {
                for message in explained.messages() {
                    let object = object(self.datagrams, packet, &explained, message);
                    writeln!(out, "{object}")?;
                }
                continue;
            }
            let (number, direction) = (self.datagrams, explained.direction);
            let heading = heading(number, packet, direction, self.begin, captured.format);
            writeln!(out, "{}", style.paint(render::Part::Heading, &heading))?;
            write!(out, "{}", render::text(&explained, &packet.bytes, style))?;
        }
        Ok(())
    }

    /// Says what is wrong with them, if anything.
    fn wrong(&self) -> Option<String> {
        let (datagram, offset) = self.first_bad?;
        Some(match self.bad {
            1 => format!("1 thing is wrong: byte {offset} of datagram {datagram}"),
            bad => format!("{bad} things are wrong, first byte {offset} of datagram {datagram}"),
        })
    }
}

fn heading(
    number: usize,
    packet: &Packet<'_>,
    direction: Direction,
    begin: Option<Duration>,
    format: Format,
) -> String {
    let protocol = match protocol_name(packet.protocol) {
        Some(name) => name.to_owned(),
        None => format!("protocol {}", packet.protocol),
    };
    let to = match direction {
        Direction::ToKernel => "to the kernel",
        Direction::FromKernel => "from the kernel",
        Direction::Unknown => "whose way is not known",
    };
    let mut heading = format!(
        "datagram {number}: {protocol}, {to}, {} bytes",
        packet.whole
    );
    if let (Some(time), Some(begin)) = (packet.time, begin) {
        let since = time.saturating_sub(begin).as_secs_f64();
        heading.push_str(&format!(", at {since:.6} s"));
    }
    if format == Format::Hexdump && packet.bytes.len() != packet.whole {
        heading.push_str(", cut off");
    }
    heading
}

/// A message as JSON.
fn object(number: usize, packet: &Packet<'_>, explained: &Explained, fields: &[Field]) -> Value {
    let len: usize = fields.iter().map(|field| field.len).sum();
    let field = |field: &Field| {
        let mut object = Map::new();
        object.insert("offset".into(), field.offset.into());
        object.insert("len".into(), field.len.into());
        object.insert("depth".into(), field.depth.into());
        object.insert("name".into(), field.name.as_str().into());
        object.insert("meaning".into(), field.meaning.as_str().into());
        if let Some(bad) = &field.bad {
            object.insert("bad".into(), bad.as_str().into());
        }
        Value::Object(object)
    };
    json!({
        "datagram": number,
        "protocol": packet.protocol,
        "direction": explained.direction.name(),
        "offset": fields.first().map_or(0, |field| field.offset),
        "len": len,
        "fields": fields.iter().map(field).collect::<Vec<_>>(),
    })
}
