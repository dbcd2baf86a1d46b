// SPDX-License-Identifier: MIT OR Apache-2.0

//! Reads captures, either whole or while they are being written.

use super::packet::{Format, Packet, Problem, Read, PROBLEMS_MAX};
use super::{hexdump, pcap, pcapng};

/// A parser of captures. Each call receives the bytes after those that it has used.
#[derive(Debug)]
pub(super) enum Parser {
    Pcap(pcap::Parser),
    Pcapng(pcapng::Parser),
}

/// The maximum length of a hexdump, which the reader buffers until it ends.
const HEXDUMP_MAX: usize = 64 << 20;

/// The number of bytes that identify a capture's format.
const MAGIC: usize = 12;

impl Parser {
    /// Returns the parser for a capture that begins with `bytes`.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let pcapng = || pcapng::Parser::of(bytes).map(Self::Pcapng);
        pcap::Parser::of(bytes).map(Self::Pcap).or_else(pcapng)
    }

    pub(super) fn format(&self) -> Format {
        match self {
            Self::Pcap(_) => Format::Pcap,
            Self::Pcapng(_) => Format::Pcapng,
        }
    }

    /// Reads as much of `bytes` as possible, and returns the number of bytes used. If
    /// they are the `last`, incomplete data is a problem.
    pub(super) fn parse<'a>(
        &mut self,
        read: &mut Read<'a>,
        bytes: &'a [u8],
        last: bool,
    ) -> Result<usize, Problem> {
        match self {
            Self::Pcap(parser) => parser.parse(read, bytes, last),
            Self::Pcapng(parser) => Ok(parser.parse(read, bytes, last)),
        }
    }
}

/// Reads a capture or a hexdump, whichever it is. Packets that do not state their
/// protocol are of `protocol`.
///
/// Fails if the input is neither, or is a pcap file whose link type netlink does not use.
/// Other packets are reported as problems. A truncated capture is read as far as
/// possible.
pub fn read(bytes: &[u8], protocol: u16) -> Result<Read<'_>, Problem> {
    if bytes.is_empty() {
        return Err(Problem::new(0, "the file is empty"));
    }
    let Some(mut parser) = Parser::of(bytes) else {
        return hexdump::read(bytes, protocol);
    };
    let mut read = Read::new(parser.format());
    parser.parse(&mut read, bytes, true)?;
    Ok(read)
}

/// Reads a capture while it is being written, like [`read`] does for a whole one. A
/// hexdump is read once it has ended.
///
/// ```
/// use parley_netlink::explain::capture::{Reader, Writer};
/// use std::time::SystemTime;
///
/// let mut file = Vec::new();
/// let mut writer = Writer::new(&mut file)?;
/// let datagram = [16, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
/// writer.packet(SystemTime::now(), 16, true, &datagram, datagram.len())?;
///
/// let (most, last) = file.split_at(file.len() - 1);
/// let mut reader = Reader::new(0);
/// assert!(reader.push(most)?.packets.is_empty());
/// assert_eq!(reader.push(last)?.packets[0].bytes, &datagram[..]);
/// assert!(reader.finish()?.problems.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    protocol: u16,
    parser: Option<Parser>,
    /// The bytes that are not used yet, and the number of bytes before them.
    bytes: Vec<u8>,
    used: usize,
    /// The number of problems that may still be reported.
    room: usize,
}

impl Reader {
    /// Creates a reader at the start of a capture. Packets that do not state their
    /// protocol are of `protocol`.
    #[must_use]
    pub fn new(protocol: u16) -> Self {
        Self {
            protocol,
            parser: None,
            bytes: Vec::new(),
            used: 0,
            room: PROBLEMS_MAX,
        }
    }

    /// Adds the next bytes. Returns the packets that they complete, and any problems.
    /// Fails like [`read`], and if a hexdump is longer than 64 MiB.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Read<'static>, Problem> {
        self.bytes.extend_from_slice(bytes);
        if self.parser.is_none() && self.used == 0 && self.bytes.len() >= MAGIC {
            self.parser = Parser::of(&self.bytes);
        }
        match self.parser {
            Some(_) => self.parse(false),
            None if self.bytes.len() > HEXDUMP_MAX => Err(Problem::new(
                HEXDUMP_MAX,
                "not a capture, and too long for a hexdump: more than 64 MiB; split it",
            )),
            None => Ok(Read::new(Format::Hexdump)),
        }
    }

    /// Ends the capture. Returns the remaining packets. Fails like [`read`].
    pub fn finish(mut self) -> Result<Read<'static>, Problem> {
        match self.parser {
            Some(_) => self.parse(true),
            None => read(&self.bytes, self.protocol).map(owned),
        }
    }

    fn parse(&mut self, last: bool) -> Result<Read<'static>, Problem> {
        let Some(parser) = &mut self.parser else {
            return Ok(Read::new(Format::Hexdump));
        };
        let mut read = Read::new(parser.format());
        let base = self.used;
        let moved = |problem: Problem| Problem {
            offset: problem.offset.saturating_add(base),
            ..problem
        };
        let used = parser.parse(&mut read, &self.bytes, last).map_err(moved)?;
        let mut read = owned(read);
        self.bytes.drain(..used.min(self.bytes.len()));
        self.used = base.saturating_add(used);
        let problems = read.problems.into_iter().take(self.room).map(moved);
        read.problems = problems.collect();
        self.room = self.room.saturating_sub(read.problems.len());
        Ok(read)
    }
}

fn owned(read: Read<'_>) -> Read<'static> {
    Read {
        format: read.format,
        packets: read.packets.into_iter().map(Packet::into_owned).collect(),
        problems: read.problems,
    }
}
