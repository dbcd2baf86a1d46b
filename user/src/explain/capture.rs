// SPDX-License-Identifier: MIT OR Apache-2.0

//! Datagrams out of what somebody else has kept: a capture, a hexdump, or their
//! bytes; and a capture made of what passes here.
//!
//! ```
//! use parley::explain::capture::{self, Format, Writer};
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

#![forbid(unsafe_code)]

mod hexdump;
mod pcap;
mod pcapng;
mod write;

pub use write::Writer;

use super::{Datagram, Direction, Order};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// The link type of netlink in captures, `LINKTYPE_NETLINK`.
const NETLINK: u16 = 253;
/// The kind of hardware that stands in the header of each of its packets.
const ARPHRD_NETLINK: u16 = 824;
/// Length of that header.
const COOKED: usize = 16;
/// Packets to the kernel, from it, and of which only the sender is known.
const PACKET_HOST: u16 = 0;
const PACKET_OUTGOING: u16 = 4;
const PACKET_USER: u16 = 6;
const PACKET_KERNEL: u16 = 7;

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

    /// Takes a packet of `LINKTYPE_NETLINK`, which begins with a header of its own:
    /// `bytes` of it are there, at `offset`, and `whole` there were.
    fn cooked(
        &mut self,
        bytes: &'a [u8],
        whole: usize,
        order: Order,
        time: Option<Duration>,
        offset: usize,
    ) {
        let Some((header, bytes)) = bytes.split_at_checked(COOKED) else {
            let len = bytes.len();
            let what = format!("a packet of {len} bytes; its header alone has {COOKED}");
            return self.problem(offset, what);
        };
        let field = |at: usize| match header.get(at..) {
            Some([high, low, ..]) => u16::from_be_bytes([*high, *low]),
            _ => 0,
        };
        let hardware = field(2);
        if hardware != ARPHRD_NETLINK {
            let what = format!("ARPHRD type {hardware}, where netlink has {ARPHRD_NETLINK}");
            self.problem(offset.saturating_add(2), what);
        }
        self.packets.push(Packet {
            bytes: bytes.into(),
            whole: whole.saturating_sub(COOKED).max(bytes.len()),
            protocol: field(14),
            direction: match field(0) {
                PACKET_KERNEL => Direction::ToKernel,
                PACKET_HOST | PACKET_USER => Direction::FromKernel,
                // On an nlmon device all are outgoing.
                _ => Direction::Unknown,
            },
            order,
            time,
        });
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
    if let Some(order) = pcapng::order(bytes) {
        return Ok(pcapng::read(bytes, order));
    }
    match pcap::magic(bytes) {
        Some(magic) => pcap::read(bytes, magic),
        None => hexdump::read(bytes, protocol),
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
        order: Order::NATIVE,
        time: None,
    });
    read
}

/// What a link type is called.
fn link_type(link_type: u16) -> String {
    let name = match link_type {
        0 => "BSD loopback",
        1 => "Ethernet",
        101 => "raw IP",
        105 => "802.11",
        113 | 276 => "Linux cooked",
        127 => "802.11 with radiotap",
        189 | 220 => "USB",
        253 => "netlink",
        _ => return format!("link type {link_type}"),
    };
    format!("link type {link_type} ({name})")
}

/// Why a capture of this link type cannot be explained.
fn foreign(of: u16) -> String {
    let wanted = link_type(NETLINK);
    format!(
        "a capture of {}; only {wanted} can be explained",
        link_type(of)
    )
}
