// SPDX-License-Identifier: MIT OR Apache-2.0

//! What is read: packets, and what is wrong.

use crate::explain::datagram::{number, Datagram, Direction, Order};
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
    pub(super) fn into_owned(self) -> Packet<'static> {
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
    pub(super) fn new(offset: usize, what: impl Into<String>) -> Self {
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
pub(super) const KEPT_MAX: usize = 16 << 20;

/// How many problems of a capture are told.
pub(super) const PROBLEMS_MAX: usize = 16;

impl<'a> Read<'a> {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            packets: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn problem(&mut self, offset: usize, what: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::new(offset, what));
        }
    }

    /// Checks that a packet, whose header is at `offset`, has as many bytes as were
    /// kept of it.
    pub(super) fn lengths(&mut self, kept: usize, whole: usize, offset: usize) {
        if kept > whole {
            let what = format!("a packet of {whole} bytes, of which {kept} are kept");
            self.problem(offset, what);
        }
    }
}

/// Tells the byte order of a datagram by the length with which its first message
/// begins: it is closer to the datagram's own in the right order. Where both are as
/// close, the order is `likely`. A capture keeps the order of the machine on which
/// it was made, but its headers may have been rewritten on another.
pub(super) fn order(bytes: &[u8], whole: usize, likely: Order) -> Order {
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
