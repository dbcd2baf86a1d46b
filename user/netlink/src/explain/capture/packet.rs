// SPDX-License-Identifier: MIT OR Apache-2.0

//! The results of reading: packets and problems.

use crate::explain::datagram::{number, Datagram, Direction, Order};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A captured datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'a> {
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Its length before a capture shortened it.
    pub whole: usize,
    /// The netlink protocol.
    pub protocol: u16,
    /// Its direction.
    pub direction: Direction,
    /// Its byte order.
    pub order: Order,
    /// Its time, since an arbitrary start.
    pub time: Option<Duration>,
}

impl Packet<'_> {
    pub(super) fn into_owned(self) -> Packet<'static> {
        Packet {
            bytes: Cow::Owned(self.bytes.into_owned()),
            ..self
        }
    }

    /// Returns it in the form that the decoder takes.
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

/// A problem in a capture or a hexdump, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The description of the problem.
    pub what: String,
    /// Its offset in bytes.
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

/// The format of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A pcap capture, libpcap's first format.
    Pcap,
    /// A pcapng capture, its successor.
    Pcapng,
    /// A hexdump.
    Hexdump,
    /// A raw datagram.
    Raw,
}

/// The result of reading.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Read<'a> {
    /// The format of the input.
    pub format: Format,
    /// The datagrams, as far as the input could be read.
    pub packets: Vec<Packet<'a>>,
    /// The problems in the input.
    pub problems: Vec<Problem>,
}

/// The maximum length of a packet or a block in a capture. This is libpcap's limit for
/// blocks. Its limit for packets is lower, but a privileged sender can exceed that. A
/// header with a greater length is invalid, and the reader does not wait for the rest.
pub(super) const KEPT_MAX: usize = 16 << 20;

/// The maximum number of problems reported for a capture.
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

    /// Checks that no more bytes of a packet were kept than it had. Its header is at
    /// `offset`.
    pub(super) fn lengths(&mut self, kept: usize, whole: usize, offset: usize) {
        if kept > whole {
            let what = format!("a packet of {whole} bytes, of which {kept} are kept");
            self.problem(offset, what);
        }
    }
}

/// Guesses the byte order of a datagram from the length field of its first message: in
/// the correct order it is closer to the datagram's length. If both are equally close,
/// the order is `likely`. A capture keeps the byte order of the machine on which it was
/// made, but its headers may have been rewritten on another.
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
