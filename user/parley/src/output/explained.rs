// SPDX-License-Identifier: MIT OR Apache-2.0

//! Decoded datagrams: as rows for people, as an object for each message, or as a picture.

use super::json::Object;
use super::picture::Picture;
use super::streams;
use anyhow::Result;
use parley_netlink::explain::capture::{Format, Packet, Read as Captured};
use parley_netlink::explain::render::{self, Style};
use parley_netlink::explain::{protocol_name, Context, Direction, Field};
use serde_json::{Map, Value};
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// The format of decoded datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Json,
    Svg,
}

/// Decodes datagrams, and shows them.
pub(crate) struct Printer<'a> {
    json: bool,
    /// The picture, if that is the format. It is shown at the end.
    picture: Option<Picture>,
    /// The numbers of the datagrams to show; all if this is empty.
    select: &'a [usize],
    style: Style,
    /// The number of datagrams, and the time of the first one.
    datagrams: usize,
    begin: Option<Duration>,
    /// The number of faults in them, and the datagram and offset of the first fault.
    bad: usize,
    first_bad: Option<(usize, usize)>,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(all: bool, form: Form, select: &'a [usize]) -> Self {
        let mut style = Style::default();
        style.colour = streams::colour(io::stdout().is_terminal());
        style.all = all;
        Self {
            json: form == Form::Json,
            picture: (form == Form::Svg).then(|| Picture::new(all)),
            select,
            style,
            datagrams: 0,
            begin: None,
            bad: 0,
            first_bad: None,
        }
    }

    /// Decodes the datagrams.
    pub(crate) fn all(
        &mut self,
        out: &mut dyn Write,
        context: &mut Context,
        captured: &Captured<'_>,
    ) -> Result<()> {
        let style = self.style;
        for packet in &captured.packets {
            if self.datagrams == 0 {
                self.begin = packet.time;
                if !self.json && self.picture.is_none() {
                    write!(out, "{}", render::legend(style))?;
                }
            }
            self.datagrams += 1;
            let explained = context.explain(packet.datagram());
            if !self.select.is_empty() && !self.select.contains(&self.datagrams) {
                continue;
            }
            let bad = explained.fields.iter().filter(|field| field.bad.is_some());
            self.bad += bad.clone().count();
            let first = bad.map(|bad| (self.datagrams, bad.offset)).next();
            self.first_bad = self.first_bad.or(first);
            if self.json {
                for message in explained.messages() {
                    let (number, to) = (self.datagrams, explained.direction);
                    let object = object(number, packet.protocol, to, message);
                    writeln!(out, "{}", Value::from(object))?;
                }
                continue;
            }
            let (number, direction) = (self.datagrams, explained.direction);
            let heading = heading(number, packet, direction, self.begin, captured.format);
            if let Some(picture) = &mut self.picture {
                picture.datagram(&heading, &explained, &packet.bytes);
                continue;
            }
            writeln!(out, "{}", style.paint(render::Part::Heading, &heading))?;
            write!(out, "{}", render::text(&explained, &packet.bytes, style))?;
        }
        Ok(())
    }

    /// Writes the picture of the decoded datagrams, if one was requested.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self.picture.take() {
            Some(picture) if self.datagrams > 0 => out.write_all(picture.finish().as_bytes()),
            _ => Ok(()),
        }
    }

    /// Returns the numbers of the selected datagrams that do not exist.
    pub(crate) fn missing(&self) -> Option<String> {
        let missing = self
            .select
            .iter()
            .find(|select| **select > self.datagrams)?;
        let count = self.datagrams;
        Some(format!(
            "there is no datagram {missing}: the file has {count}"
        ))
    }

    /// Describes the faults in the datagrams, if there are any.
    pub(crate) fn wrong(&self) -> Option<String> {
        let (datagram, offset) = self.first_bad?;
        Some(match self.bad {
            1 => format!("1 error: byte {offset} of datagram {datagram}"),
            bad => format!("{bad} errors, the first at byte {offset} of datagram {datagram}"),
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
        Direction::Unknown => "direction unknown",
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

/// A message of the datagram with this number, as JSON.
pub(super) fn object(number: usize, protocol: u16, to: Direction, fields: &[Field]) -> Object {
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
    Object::new()
        .with("datagram", number)
        .with("protocol", protocol)
        .with("direction", to.name())
        .with("offset", fields.first().map_or(0, |field| field.offset))
        .with("len", len)
        .with("fields", fields.iter().map(field).collect::<Vec<_>>())
}
