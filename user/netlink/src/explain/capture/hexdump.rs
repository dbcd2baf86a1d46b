// SPDX-License-Identifier: MIT OR Apache-2.0

//! Hexdumps, as printed by xxd, hexdump, od, tcpdump, tshark and strace, and bytes
//! without offsets: plain digits, or an array in a program's source.

mod array;
mod row;

use super::cooked::{fits, strip};
use super::packet::{order, Format, Packet, Problem, Read};
use crate::explain::datagram::{Direction, Order};
use row::{line, Groups, Line, Offset, Row};
use std::borrow::Cow;

/// Repeated lines may be left out of a dump with offsets. This is the maximum number of
/// bytes to fill in for them, per file.
const REPEATS_MAX: usize = 1 << 24;

/// The length of od's longest words, in bytes.
const WORD_MAX: usize = 8;

/// Reads a hexdump of one or more datagrams. A new datagram starts at offset 0. Without
/// offsets, it starts after a blank line or in an array of its own.
pub(super) fn read(bytes: &[u8], protocol: u16) -> Result<Read<'_>, Problem> {
    let odd = |byte: &u8| !(byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let text = std::str::from_utf8(bytes).ok().filter(|text| {
        // The rest of a text column may contain anything but control characters.
        !text.bytes().any(|byte| byte < 0x80 && odd(&byte))
    });
    let Some(text) = text else {
        let what = "neither a capture nor a hexdump; --datagram decodes it as one datagram";
        return Err(Problem::new(bytes.iter().position(odd).unwrap_or(0), what));
    };
    // If some lines have offsets, lines without one are not bytes.
    let offsets = text.lines().any(row::has_offset);
    let mut read = Read::new(Format::Hexdump);
    let mut all = All::new(protocol);
    let mut at = 0usize;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        all.line = (number + 1, at);
        at = at.saturating_add(whole.len());
        let taken = if offsets {
            line(whole, all.have()).and_then(|line| all.take(&mut read, line))
        } else {
            all.without_offset(&mut read, whole)
        };
        if let Err(what) = taken {
            let (number, start) = all.line;
            read.problem(start, format!("line {number}: {what}"));
            break;
        }
    }
    all.end(&mut read);
    if let (Some((number, start)), []) = (all.array, &read.problems[..]) {
        let what = format!("line {number}: an unmatched bracket");
        read.problem(start, what);
    }
    if read.packets.is_empty() {
        let nothing = || Problem::new(0, "the file contains no datagram");
        return Err(read.problems.into_iter().next().unwrap_or_else(nothing));
    }
    Ok(read)
}

/// The bytes of a datagram as they are read; and reversed within each group, which is
/// correct if the groups are words of a little-endian machine.
#[derive(Default)]
struct Bytes {
    straight: Vec<u8>,
    reversed: Vec<u8>,
}

/// Checks whether the first group of each line might be an offset: whether it equals the
/// number of bytes after the first groups of the lines before.
struct Column {
    lines: usize,
    counted: usize,
    counts: bool,
    /// The number of digits of the first group, and whether all groups are single bytes.
    width: usize,
    single: bool,
}

impl Default for Column {
    fn default() -> Self {
        Self {
            lines: 0,
            counted: 0,
            counts: true,
            width: 0,
            single: true,
        }
    }
}

impl Column {
    fn line(&mut self, groups: &[&str]) {
        let [first, others @ ..] = groups else {
            return;
        };
        let value = usize::from_str_radix(first, 16);
        self.counts &= value == Ok(self.counted);
        self.lines += 1;
        self.width = first.len();
        self.single &= groups.iter().all(|group| group.len() == 2);
        let others: usize = others.iter().map(|group| group.len() / 2).sum();
        self.counted = self.counted.saturating_add(others);
    }

    /// Returns whether these are more likely to be offsets than bytes of the datagram
    /// `data`.
    fn is_offset(&self, data: &Whole) -> bool {
        let behind = data.bytes.get(self.width / 2..).unwrap_or_default();
        let is_data = match (data.fits, fits(behind)) {
            (true, false) => true,
            (false, true) => false,
            _ => self.single,
        };
        self.counts && self.counted > 0 && (self.lines > 1 || !is_data)
    }
}

/// The state of the reader.
struct All {
    protocol: u16,
    /// The number and the offset of the current line, and of the datagram's first line.
    line: (usize, usize),
    first: (usize, usize),
    bytes: Bytes,
    groups: Groups,
    /// The number of digits in a word.
    word: usize,
    column: Column,
    /// The bytes of the last line.
    last: Vec<u8>,
    repeats: bool,
    /// The number of bytes that may still be filled in.
    room: usize,
    /// The start of strace's current buffer in the datagram; its offsets begin there.
    base: usize,
    /// The radix of the offsets, once it is known.
    radix: Option<u32>,
    /// The line in which the current array begins.
    array: Option<(usize, usize)>,
    /// Whether tcpdump printed the packet; the number of this packet, and of the previous
    /// one.
    tcpdump: bool,
    packet: usize,
    last_packet: usize,
}

impl All {
    fn new(protocol: u16) -> Self {
        Self {
            protocol,
            line: (1, 0),
            first: (1, 0),
            bytes: Bytes::default(),
            groups: Groups::default(),
            word: 0,
            column: Column::default(),
            last: Vec::new(),
            repeats: false,
            room: REPEATS_MAX,
            base: 0,
            radix: None,
            array: None,
            tcpdump: false,
            packet: 0,
            last_packet: 0,
        }
    }

    /// The number of bytes so far, counted as the offsets count them.
    fn have(&self) -> usize {
        self.bytes.straight.len().saturating_sub(self.base)
    }

    /// Adds a line of a dump with offsets.
    fn take(&mut self, read: &mut Read<'_>, line: Line<'_>) -> Result<(), String> {
        match line {
            Line::Blank => {}
            // The title of the next dump, or another tool's output.
            Line::Other => {
                self.end(read);
                self.packet += 1;
            }
            Line::Buffer(0) => self.end(read),
            Line::Buffer(_) => self.base = self.bytes.straight.len(),
            Line::Repeats if self.last.is_empty() => {
                return Err("* repeats the line before it, but there is none".to_owned());
            }
            // Whether their offsets are octal cannot be seen from the first two.
            Line::Repeats if self.groups == Groups::Words => {
                return Err("words and lines left out; hexdump -Cv shows all".to_owned());
            }
            Line::Repeats => self.repeats = true,
            Line::End(offset) => {
                self.unpad(&offset);
                self.reach(&offset, self.groups)?;
            }
            Line::Row(Row {
                offset,
                groups,
                are,
            }) => {
                if self.have() > 0 && offset.is_zero() {
                    self.end(read);
                }
                self.reach(&offset, are)?;
                self.tcpdump = offset.tcpdump;
                let digits = groups.first().map_or(0, |group| group.len());
                if are == Groups::Words && self.have() > 0 && digits != self.word {
                    return Err(
                        "the words have another length than those on earlier lines".to_owned()
                    );
                }
                self.word = digits;
                self.add(&groups, are)?;
            }
        }
        Ok(())
    }

    /// Adds a line of a file without offsets.
    fn without_offset(&mut self, read: &mut Read<'_>, line: &str) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            if self.array.is_none() {
                self.end(read);
            }
            return Ok(());
        }
        let line = array::without_comments(line)?;
        for part in array::parts(&line, self.array.is_some())? {
            match part {
                array::Part::Begin => {
                    self.end(read);
                    self.array = Some(self.line);
                }
                array::Part::End => {
                    self.end(read);
                    self.array = None;
                }
                array::Part::Next => self.end(read),
                array::Part::Bytes(bytes) => {
                    self.begin();
                    self.bytes.straight.extend_from_slice(&bytes);
                    self.bytes.reversed.extend_from_slice(&bytes);
                }
                array::Part::Groups(groups) => {
                    self.column.line(&groups);
                    self.add(&groups, row::unknown(&groups))?;
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self) {
        if self.bytes.straight.is_empty() {
            self.first = self.line;
        }
    }

    fn add(&mut self, groups: &[&str], are: Groups) -> Result<(), String> {
        self.begin();
        // Evidence from one line holds for all of them.
        self.groups = self.groups.max(are);
        let from = self.bytes.straight.len();
        for group in groups {
            let mut bytes = Vec::new();
            row::pairs(group, &mut bytes)?;
            self.bytes.straight.extend_from_slice(&bytes);
            bytes.reverse();
            self.bytes.reversed.extend(bytes);
        }
        let added = self.bytes.straight.get(from..).unwrap_or_default();
        self.last = added.to_vec();
        Ok(())
    }

    /// Removes the zeros that hexdump and od append to the last word.
    fn unpad(&mut self, offset: &Offset<'_>) {
        let have = self.have();
        let near = |end: &usize| have.checked_sub(*end).is_some_and(|pad| pad < WORD_MAX);
        let mut ends = offset.values(self.radix, self.groups).map(|end| end.0);
        let end = ends.find(near).filter(|_| self.groups == Groups::Words);
        let Some(end) = end.map(|end| end.saturating_add(self.base)) else {
            return;
        };
        let padding = self.bytes.reversed.get(end..).unwrap_or_default();
        if padding.iter().all(|byte| *byte == 0) {
            self.bytes.straight.truncate(end);
            self.bytes.reversed.truncate(end);
        }
    }

    /// Fills in the lines that were left out before `offset`.
    fn reach(&mut self, offset: &Offset<'_>, are: Groups) -> Result<(), String> {
        let have = self.have();
        let repeats = std::mem::take(&mut self.repeats);
        // Dumps leave out whole lines.
        let is = |(value, _): &(usize, u32)| match value.checked_sub(have) {
            Some(missing) if repeats => missing % self.last.len().max(1) == 0,
            missing => missing == Some(0),
        };
        let mut values = offset.values(self.radix, are);
        let first = values.clone().next();
        let (offset, radix) = values.find(is).or(first).ok_or("the offset is too large")?;
        if offset > 7 {
            self.radix = Some(radix);
        }
        let missing = offset.saturating_sub(have);
        if repeats && missing > 0 {
            let Some(room) = self.room.checked_sub(missing) else {
                let most = REPEATS_MAX >> 20;
                return Err(format!(
                    "{missing} bytes are missing before it; a file may lack at most \
                     {most} MiB"
                ));
            };
            self.room = room;
            let missing = self.last.iter().cycle().take(missing);
            self.bytes.straight.extend(missing.clone());
            self.bytes.reversed.extend(missing);
        }
        if offset != self.have() {
            return Err(format!("its offset is {offset}, not {have} as expected"));
        }
        Ok(())
    }

    /// Ends the current datagram.
    fn end(&mut self, read: &mut Read<'_>) {
        self.last.clear();
        self.base = 0;
        self.radix = None;
        let bytes = std::mem::take(&mut self.bytes);
        let groups = std::mem::take(&mut self.groups);
        let column = std::mem::take(&mut self.column);
        if bytes.straight.is_empty() {
            return;
        }
        let [straight, reversed] = [bytes.straight, bytes.reversed].map(Whole::of);
        let (number, start) = self.first;
        let whole = match groups {
            Groups::Words => words(straight, reversed),
            Groups::Reversed => reversed,
            // The bytes would be a datagram if the digits were words.
            Groups::Unknown if reversed.fits && !straight.is(Order::Little) => {
                let what = "the digits may be words of a machine with the lowest byte first";
                let what = format!("line {number}: {what}; expected a hexdump of single bytes");
                return read.problem(start, what);
            }
            _ => straight,
        };
        if column.is_offset(&whole) {
            let what = "the first digits may be an offset; put a colon after it, or leave it out";
            return read.problem(start, format!("line {number}: {what}"));
        }
        let bytes = whole.bytes;
        if bytes.is_empty() {
            return;
        }
        // `tcpdump -x` shows a packet of an unknown type twice.
        let twice = self.tcpdump && self.packet == self.last_packet;
        self.last_packet = self.packet;
        if twice && read.packets.last().is_some_and(|last| last.bytes == bytes) {
            return;
        }
        read.packets.push(Packet {
            whole: bytes.len(),
            order: order(&bytes, bytes.len(), Order::NATIVE),
            bytes,
            protocol: whole.protocol.unwrap_or(self.protocol),
            direction: Direction::Unknown,
            time: None,
        });
    }
}

/// Chooses the byte order of a datagram whose words were printed as numbers. On a
/// big-endian machine, `straight` has the bytes in their order. The datagram probably has
/// the byte order of the machine that printed it.
fn words(straight: Whole, reversed: Whole) -> Whole {
    let (little, big) = (reversed.is(Order::Little), straight.is(Order::Big));
    let native = Order::NATIVE == Order::Little;
    match (little, big) {
        (true, true) if native => reversed,
        (true, false) => reversed,
        (_, true) => straight,
        _ if straight.fits || reversed.fits && !native => straight,
        _ if reversed.fits || native => reversed,
        _ => straight,
    }
}

/// A datagram without the header that captures put before it.
struct Whole {
    bytes: Cow<'static, [u8]>,
    /// The protocol in that header, if there was one.
    protocol: Option<u16>,
    /// Whether the bytes look like netlink.
    fits: bool,
}

impl Whole {
    fn of(bytes: Vec<u8>) -> Self {
        let mut bytes = Cow::Owned(bytes);
        let protocol = strip(&mut bytes);
        let fits = protocol.is_some() || fits(&bytes);
        Self {
            bytes,
            protocol,
            fits,
        }
    }

    /// Returns whether the bytes look like netlink from a machine with this byte order.
    fn is(&self, order: Order) -> bool {
        self.fits && super::packet::order(&self.bytes, self.bytes.len(), order) == order
    }
}
