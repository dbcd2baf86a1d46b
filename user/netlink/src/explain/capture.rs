// SPDX-License-Identifier: MIT OR Apache-2.0

//! Datagrams out of what somebody else has kept: a capture, a hexdump, or their
//! bytes; and a capture made of what passes here.
//!
//! ```
//! use parley_netlink::explain::capture::{self, Format, Writer};
//! use std::time::SystemTime;
//!
//! let datagram = [16, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
//! let mut file = Vec::new();
//! let mut writer = Writer::new(&mut file)?;
//! writer.packet(SystemTime::now(), 16, true, &datagram, datagram.len())?;
//!
//! let read = capture::read(&file, 0).expect("it is a capture");
//! assert_eq!(read.format, Format::Pcap);
//! assert_eq!(read.packets[0].bytes, &datagram[..]);
//! assert_eq!(read.packets[0].protocol, 16);
//!
//! let hexdump = b"00000000: 1000 0000 0300 0000 0700 0000 0000 0000";
//! let read = capture::read(hexdump, 16).expect("it is a hexdump");
//! assert_eq!(read.packets[0].bytes, &datagram[..]);
//! # Ok::<(), std::io::Error>(())
//! ```

mod cooked;
mod hexdump;
mod pcap;
mod pcapng;
mod reader;
mod write;

pub use reader::Reader;
pub use write::Writer;

use super::walk::number;
use super::{Datagram, Direction, Order};
use reader::Parser;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A datagram that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'a> {
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// How many there were.
    pub whole: usize,
    /// The netlink protocol.
    pub protocol: u16,
    /// Where it goes.
    pub direction: Direction,
    /// The byte order of its numbers.
    pub order: Order,
    /// When, since some beginning.
    pub time: Option<Duration>,
}

impl Packet<'_> {
    fn into_owned(self) -> Packet<'static> {
        Packet {
            bytes: Cow::Owned(self.bytes.into_owned()),
            ..self
        }
    }

    /// As it is taken apart.
    #[must_use]
    pub fn datagram(&self) -> Datagram<'_> {
        Datagram {
            bytes: &self.bytes,
            whole: self.whole,
            protocol: self.protocol,
            direction: self.direction,
            order: self.order,
        }
    }
}

/// What is wrong with a capture or a hexdump, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// What is wrong.
    pub what: String,
    /// At which byte.
    pub offset: usize,
}

impl Problem {
    fn new(offset: usize, what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            offset,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.offset, self.what)
    }
}

impl std::error::Error for Problem {}

/// What the bytes were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A capture of libpcap's first format.
    Pcap,
    /// A capture of the next one.
    Pcapng,
    /// A hexdump.
    Hexdump,
    /// Nothing but a datagram.
    Raw,
}

/// What was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Read<'a> {
    /// What it was.
    pub format: Format,
    /// The datagrams in it, as far as it could be read.
    pub packets: Vec<Packet<'a>>,
    /// What was wrong with it.
    pub problems: Vec<Problem>,
}

/// The most that a packet or a block of a capture may have. That is libpcap's limit for
/// blocks, and more than its limit for packets: a sender that may can send more than
/// that. What says more is no packet, and nobody waits for the rest of it.
const KEPT_MAX: usize = 16 << 20;

/// How many problems of a capture are told.
const PROBLEMS_MAX: usize = 16;

impl<'a> Read<'a> {
    fn new(format: Format) -> Self {
        Self {
            format,
            packets: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, offset: usize, what: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::new(offset, what));
        }
    }

    /// Checks that a packet, whose header is at `offset`, has as many bytes as were
    /// kept of it.
    fn lengths(&mut self, kept: usize, whole: usize, offset: usize) {
        if kept > whole {
            let what = format!("a packet of {whole} bytes, of which {kept} are kept");
            self.problem(offset, what);
        }
    }
}

/// Reads a capture or a hexdump, whichever it is. What has no protocol of its own
/// is of `protocol`.
///
/// Fails where it is neither, and where it is a capture of something else than
/// netlink. A capture that is cut off is read as far as it goes.
pub fn read(bytes: &[u8], protocol: u16) -> Result<Read<'_>, Problem> {
    if bytes.is_empty() {
        return Err(Problem::new(0, "there is nothing in it"));
    }
    let Some(mut parser) = Parser::of(bytes) else {
        return hexdump::read(bytes, protocol);
    };
    let mut read = Read::new(parser.format());
    parser.parse(&mut read, bytes, true)?;
    Ok(read)
}

/// Tells the byte order of a datagram by the length with which its first message
/// begins: it is closer to the datagram's own in the right order. Where both are as
/// close, the order is `likely`. A capture keeps the order of the machine on which
/// it was made, but its headers may have been rewritten on another.
fn order(bytes: &[u8], whole: usize, likely: Order) -> Order {
    let first = bytes.get(..4).unwrap_or_default();
    let far = |order| number(first, order).unwrap_or(0).abs_diff(whole as u64);
    let other = match likely {
        Order::Little => Order::Big,
        Order::Big => Order::Little,
    };
    if far(other) < far(likely) {
        other
    } else {
        likely
    }
}

/// Takes `bytes` for one datagram, as they are.
#[must_use]
pub fn raw(bytes: &[u8], protocol: u16) -> Read<'_> {
    let mut read = Read::new(Format::Raw);
    read.packets.push(Packet {
        bytes: bytes.into(),
        whole: bytes.len(),
        protocol,
        direction: Direction::Unknown,
        order: order(bytes, bytes.len(), Order::NATIVE),
        time: None,
    });
    read
}
