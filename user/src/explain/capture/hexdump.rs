// SPDX-License-Identifier: MIT OR Apache-2.0

//! Hexdumps, as xxd, hexdump, od and tcpdump make them, and hex digits alone.

#![forbid(unsafe_code)]

use super::cooked::strip;
use super::{order, Format, Packet, Problem, Read};
use crate::explain::{Direction, Order};
use std::borrow::Cow;

/// The bytes between two lines of which the second tells its offset may have been
/// left out because they repeat: at most so many in a file.
const REPEATS_MAX: usize = 1 << 24;

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// Bytes, and where they stand if it tells.
    Bytes(Option<usize>, Vec<u8>),
    /// Words of 16 bits, and where they stand.
    Words(usize, Vec<u8>),
    /// An offset alone, as at the end.
    End(usize),
    /// A mark that lines like the last were left out.
    Repeats,
    /// An empty one.
    Blank,
    /// One without bytes.
    None,
}

/// Reads a hexdump of one datagram or of several, each of which begins anew at
/// offset 0 or, where there are no offsets, behind a blank line.
pub(super) fn read(bytes: &[u8], protocol: u16) -> Result<Read<'_>, Problem> {
    let odd = |byte: &u8| !(byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let text = std::str::from_utf8(bytes).ok().filter(|text| {
        // What is left of a text column may be anything but bytes of control.
        !text.bytes().any(|byte| byte < 0x80 && odd(&byte))
    });
    let Some(text) = text else {
        let what = "neither a capture nor a hexdump; --raw takes it for a datagram";
        return Err(Problem::new(bytes.iter().position(odd).unwrap_or(0), what));
    };
    let tcpdump = text.lines().any(is_tcpdump);
    let mut read = Read::new(Format::Hexdump);
    let mut all = All::new(protocol);
    let mut at = 0usize;
    for whole in text.split_inclusive('\n') {
        let start = at;
        at = at.saturating_add(whole.len());
        if tcpdump && !is_tcpdump(whole) {
            all.end(&mut read);
            all.packet += 1;
            continue;
        }
        let problem = match line(whole.trim(), all.bytes.len(), all.offsets) {
            Some(line) => all.take(&mut read, line).err(),
            None => Some("a line that is no hexdump".to_owned()),
        };
        if let Some(what) = problem {
            let number = text.get(..start).unwrap_or_default().lines().count() + 1;
            read.problem(start, format!("line {number}: {what}"));
            break;
        }
    }
    all.end(&mut read);
    if read.packets.is_empty() {
        let nothing = || Problem::new(0, "there is no datagram in it");
        return Err(read.problems.into_iter().next().unwrap_or_else(nothing));
    }
    Ok(read)
}

/// The datagram that is being read.
struct All {
    protocol: u16,
    bytes: Vec<u8>,
    /// The last line's bytes.
    last: Vec<u8>,
    repeats: bool,
    /// How many bytes may still be filled up.
    room: usize,
    /// Whether they are words.
    words: bool,
    /// Whether lines have told their offsets.
    offsets: bool,
    /// Which of tcpdump's packets it is; and which was the last.
    packet: usize,
    last_packet: usize,
}

impl All {
    fn new(protocol: u16) -> Self {
        Self {
            protocol,
            bytes: Vec::new(),
            last: Vec::new(),
            repeats: false,
            room: REPEATS_MAX,
            words: false,
            offsets: false,
            packet: 0,
            last_packet: 0,
        }
    }

    fn take(&mut self, read: &mut Read<'_>, line: Line) -> Result<(), String> {
        match line {
            Line::None => {}
            Line::Blank if self.offsets => {}
            Line::Blank => self.end(read),
            Line::Repeats if self.last.is_empty() => {
                return Err("nothing stands before it that could repeat".to_owned());
            }
            // Whether their offsets are octal cannot be told from the first two.
            Line::Repeats if self.words => {
                return Err("words and lines left out; hexdump -Cv shows all".to_owned());
            }
            Line::Repeats => self.repeats = true,
            Line::End(offset) => self.reach(offset)?,
            Line::Words(offset, bytes) => {
                self.words = true;
                return self.take(read, Line::Bytes(Some(offset), bytes));
            }
            Line::Bytes(offset, bytes) => {
                if let Some(offset) = offset {
                    if offset == 0 {
                        self.end(read);
                    }
                    self.offsets = true;
                    self.reach(offset)?;
                }
                self.bytes.extend_from_slice(&bytes);
                self.last = bytes;
            }
        }
        Ok(())
    }

    /// Fills up what was left out before `offset`.
    fn reach(&mut self, offset: usize) -> Result<(), String> {
        let have = self.bytes.len();
        let missing = offset.saturating_sub(have);
        if std::mem::take(&mut self.repeats) && missing > 0 {
            let Some(room) = self.room.checked_sub(missing) else {
                let most = REPEATS_MAX >> 20;
                return Err(format!(
                    "{missing} bytes are left out before it; no more than {most} MiB of \
                     a file may be"
                ));
            };
            self.room = room;
            let missing = self.last.iter().cycle().take(missing);
            self.bytes.extend(missing.copied());
        }
        if offset != self.bytes.len() {
            return Err(format!(
                "it says byte {offset}, and it would be byte {have}"
            ));
        }
        Ok(())
    }

    /// The datagram is whole.
    fn end(&mut self, read: &mut Read<'_>) {
        self.last.clear();
        let mut bytes = Cow::Owned(std::mem::take(&mut self.bytes));
        let protocol = strip(&mut bytes).unwrap_or(self.protocol);
        if bytes.is_empty() {
            return;
        }
        // tcpdump -x shows a packet twice that it does not know.
        let twice = self.packet > 0 && self.packet == self.last_packet;
        self.last_packet = self.packet;
        if twice && read.packets.last().is_some_and(|last| last.bytes == bytes) {
            return;
        }
        read.packets.push(Packet {
            whole: bytes.len(),
            order: order(&bytes, bytes.len(), Order::NATIVE),
            bytes,
            protocol,
            direction: Direction::Unknown,
            time: None,
        });
    }
}

/// Whether it is a line of bytes as tcpdump writes them: `0x0010:  4500 ...`.
fn is_tcpdump(line: &str) -> bool {
    let line = line.trim_start();
    line.strip_prefix("0x")
        .and_then(|line| line.split_once(':'))
        .is_some_and(|(offset, _)| is_hex(offset) && offset.len() >= 4)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Tells what a line is, before which `have` bytes stand, in lines that told their
/// offsets or did not.
fn line(line: &str, have: usize, offsets: bool) -> Option<Line> {
    if line.is_empty() || line.starts_with('#') {
        return Some(Line::Blank);
    }
    if line == "*" {
        return Some(Line::Repeats);
    }
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if let Some(offset) = first.strip_suffix(':') {
        // xxd and tcpdump.
        let offset = offset.strip_prefix("0x").unwrap_or(offset);
        let offset = usize::from_str_radix(offset, 16).ok()?;
        return Some(Line::Bytes(Some(offset), digits(column(rest))?));
    }
    let offset = |radix| usize::from_str_radix(first, radix).ok();
    if is_hex(first) && (6..=8).contains(&first.len()) {
        // od counts in octal, with seven digits; hexdump -C has eight.
        let radix = if first.len() == 7 { 8 } else { 16 };
        let bytes = bars(rest);
        let mut widths = bytes.split_whitespace().map(str::len).peekable();
        if widths.peek().is_none() {
            // The last line of od and hexdump; or digits alone.
            if offsets {
                let seven = (first.len() == 7).then_some(16);
                let exact = seven
                    .into_iter()
                    .filter_map(offset)
                    .find(|end| *end == have);
                return exact.or_else(|| offset(radix)).map(Line::End);
            }
        } else if widths.clone().all(|width| width == 2) {
            return Some(Line::Bytes(Some(offset(radix)?), digits(bytes)?));
        } else if widths.all(|width| width == 4) && first.len() == 7 {
            return words(bytes, first, have);
        }
    }
    // An array of C, as xxd -i writes it.
    let line = line.split_once('{').map_or(line, |(_, inside)| inside);
    let line = line.split_once('}').map_or(line, |(inside, _)| inside);
    if line.contains('=') && line.ends_with(';') {
        return Some(Line::None);
    }
    let bytes = digits(line)?;
    Some(if bytes.is_empty() {
        Line::None
    } else {
        Line::Bytes(None, bytes)
    })
}

/// A line of words of 16 bits, as hexdump and od -x write them: of this machine's
/// byte order.
fn words(text: &str, offset: &str, have: usize) -> Option<Line> {
    let mut bytes = Vec::new();
    for word in text.split_whitespace() {
        bytes.extend(u16::from_str_radix(word, 16).ok()?.to_ne_bytes());
    }
    // hexdump counts in hexadecimal, od in octal.
    let offset = |radix| usize::from_str_radix(offset, radix).ok();
    let here = [16, 8]
        .into_iter()
        .filter_map(offset)
        .find(|at| *at == have);
    Some(Line::Words(here.or_else(|| offset(16))?, bytes))
}

/// The bytes of a line, without the text column behind them.
fn column(line: &str) -> &str {
    let line = line.trim_start();
    line.split_once("  ").map_or(line, |(bytes, _)| bytes)
}

/// The bytes of a line of hexdump -C, which has a text column in bars and a gap in
/// the middle; or of od, which has neither.
fn bars(line: &str) -> &str {
    match line.strip_suffix('|').and_then(|line| line.split_once('|')) {
        Some((bytes, _)) => bytes.trim(),
        None => column(line),
    }
}

/// The bytes that hex digits are, with what people put between them.
fn digits(text: &str) -> Option<Vec<u8>> {
    let text = text.replace("0x", " ").replace("\\x", " ");
    let mut bytes = Vec::new();
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '-' | ';' | '"' | '\'');
    for group in text.split(between).filter(|group| !group.is_empty()) {
        if group.len() % 2 != 0 || !is_hex(group) {
            return None;
        }
        for pair in group.as_bytes().chunks(2) {
            let pair = std::str::from_utf8(pair).ok()?;
            bytes.push(u8::from_str_radix(pair, 16).ok()?);
        }
    }
    Some(bytes)
}
