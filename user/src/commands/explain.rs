// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley explain`

#![forbid(unsafe_code)]

use super::steps::colour;
use anyhow::{bail, Context as _, Result};
use clap::Args;
use parley::explain::capture::{self, Format, Packet, Read as Captured};
use parley::explain::render::{self, Style};
use parley::explain::{protocol_name, Context, Direction, Explained, Field};
use parley::inherited;
use serde_json::{json, Map, Value};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const AFTER_HELP: &str = "\
FILE is a capture (pcap or pcapng, of netlink), or a hexdump as xxd,
hexdump -C, od -tx1 or tcpdump -x write it, or hex digits alone. It is explained
as far as it goes; where something in it is wrong, that is pointed at, and the
exit status is 1. --protocol takes generic, route, netfilter, or a number.

The numbers of families differ from one boot to the next. They are learnt from
the controller's messages, where there are some in FILE; --family tells them.";

/// Take netlink messages apart that somebody else has kept
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Explain {
    /// A capture or a hexdump; "-" reads it from standard input
    file: PathBuf,
    /// Take it for the bytes of one datagram
    #[arg(long)]
    raw: bool,
    /// The protocol, of a hexdump [usually: generic]
    #[arg(long, value_name = "PROTOCOL", default_value = "generic", value_parser = protocol)]
    #[arg(hide_default_value = true)]
    protocol: u16,
    /// Say which number a family has; may be given again
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
            .map_err(|_| "generic, route, netfilter or a number".to_owned()),
    }
}

fn family(text: &str) -> Result<(String, u16), String> {
    let family = text
        .split_once('=')
        .and_then(|(name, id)| Some((name.to_owned(), id.parse().ok()?)));
    family.ok_or_else(|| "a name and a number, as in parley=24".to_owned())
}

impl Explain {
    pub(crate) fn run(&self, out: &mut dyn Write, json: bool) -> Result<()> {
        let name = if self.file == Path::new("-") {
            "standard input".to_owned()
        } else {
            self.file.display().to_string()
        };
        let bytes = self
            .bytes()
            .with_context(|| format!("cannot read {name}"))?;
        let captured = if self.raw {
            capture::raw(&bytes, self.protocol)
        } else {
            match capture::read(&bytes, self.protocol) {
                Ok(captured) => captured,
                Err(problem) => bail!("{name}, {problem}"),
            }
        };
        let mut context = Context::new();
        for (name, id) in &self.family {
            context.name_family(*id, name);
        }
        let wrong = self.explain(out, &mut context, &captured, json)?;
        out.flush()?;
        let mut reasons: Vec<_> = captured
            .problems
            .iter()
            .map(|problem| format!("{name}, {problem}"))
            .collect();
        reasons.extend(wrong);
        if !reasons.is_empty() {
            bail!("{}", reasons.join("\n        "));
        }
        Ok(())
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if self.file == Path::new("-") {
            inherited::input()?.read_to_end(&mut bytes)?;
        } else {
            File::open(&self.file)?.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    /// Explains the datagrams, and says what is wrong with them, if anything.
    fn explain(
        &self,
        out: &mut dyn Write,
        context: &mut Context,
        captured: &Captured<'_>,
        json: bool,
    ) -> Result<Option<String>> {
        let mut style = Style::default();
        style.colour = colour(io::stdout().is_terminal());
        style.all = self.all;
        if !json {
            write!(out, "{}", render::legend(style))?;
        }
        let (mut count, mut first) = (0, None);
        let begin = captured.packets.first().and_then(|packet| packet.time);
        for (i, packet) in captured.packets.iter().enumerate() {
            let explained = context.explain(packet.datagram());
            let bad = explained.fields.iter().filter(|field| field.bad.is_some());
            count += bad.clone().count();
            first = first.or(bad.clone().next().map(|bad| (i + 1, bad.offset)));
            if json {
                for message in explained.messages() {
                    writeln!(out, "{}", object(i + 1, packet, &explained, message))?;
                }
                continue;
            }
            let heading = heading(i + 1, packet, explained.direction, begin, captured.format);
            writeln!(out, "{}", style.paint(render::Part::Heading, &heading))?;
            write!(out, "{}", render::text(&explained, &packet.bytes, style))?;
        }
        Ok(first.map(|(datagram, offset)| match count {
            1 => format!("1 thing is wrong: byte {offset} of datagram {datagram}"),
            _ => format!("{count} things are wrong, first byte {offset} of datagram {datagram}"),
        }))
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
