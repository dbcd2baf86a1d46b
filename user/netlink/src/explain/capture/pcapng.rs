// SPDX-License-Identifier: MIT OR Apache-2.0

//! pcapng: blocks for sections, interfaces and packets. Other blocks are skipped.

use super::cooked::{About, Link, Tally};
use super::packet::{Read, KEPT_MAX};
use crate::explain::datagram::{number, Order};
use std::time::Duration;

const SECTION: u64 = 0x0a0d_0d0a;
const INTERFACE: u64 = 1;
/// The maximum number of interfaces remembered in a section.
const INTERFACES_MAX: usize = 1 << 16;
const OLD_PACKET: u64 = 2;
const SIMPLE_PACKET: u64 = 3;
const PACKET: u64 = 6;

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// The bytes that a block has around its body.
const AROUND: usize = 12;
/// The option of an interface that gives the unit of its timestamps.
const RESOLUTION: u16 = 9;

/// An interface of a section.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u16,
    /// The maximum number of bytes kept of a packet; 0 means all.
    keeps: usize,
    /// The unit of its timestamps, as the format encodes it.
    resolution: u8,
}

fn section_order(block: &[u8]) -> Option<Order> {
    let magic = block.get(8..)?.first_chunk()?;
    if u32::from_le_bytes(*magic) == BYTE_ORDER {
        Some(Order::Little)
    } else if u32::from_be_bytes(*magic) == BYTE_ORDER {
        Some(Order::Big)
    } else {
        None
    }
}

/// A parser for this format.
#[derive(Debug)]
pub(super) struct Parser {
    /// The byte order of the section.
    order: Order,
    interfaces: Vec<Interface>,
    tally: Tally,
    /// The start of the next block is unknown.
    lost: bool,
}

impl Parser {
    /// Recognizes such a capture by its first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        // The first word is the same in both byte orders.
        if number(bytes.get(..4)?, Order::Little)? != SECTION {
            return None;
        }
        section_order(bytes).map(|order| Self {
            order,
            interfaces: Vec::new(),
            tally: Tally::default(),
            lost: false,
        })
    }

    /// Reads it as far as possible. Packets of interfaces other than netlink's are
    /// reported as problems.
    pub(super) fn parse<'a>(&mut self, read: &mut Read<'a>, bytes: &'a [u8], last: bool) -> usize {
        let mut at = 0usize;
        while let Some(block @ [_, ..]) = bytes.get(at..).filter(|_| !self.lost) {
            match self.block(read, block, at, last) {
                Some(len) => at = at.saturating_add(len),
                None => break,
            }
        }
        if last {
            self.tally.end(read, bytes.len());
        }
        if self.lost {
            bytes.len()
        } else {
            at
        }
    }

    /// Reads the block at the start of `block`, whose offset is `at`. Returns its length
    /// if another block can follow it.
    fn block<'a>(
        &mut self,
        read: &mut Read<'a>,
        block: &'a [u8],
        at: usize,
        last: bool,
    ) -> Option<usize> {
        if !last && block.len() < AROUND {
            return None;
        }
        let first = |at: usize, order| number(block.get(at..at.checked_add(4)?)?, order);
        let section = first(0, self.order) == Some(SECTION);
        let order = match section_order(block).filter(|_| section) {
            Some(order) => order,
            None if section => {
                read.problem(at, "a section without its byte order");
                self.lost = true;
                return None;
            }
            None => self.order,
        };
        let word = |at: usize| first(at, order);
        let (Some(kind), Some(len)) = (word(0), word(4)) else {
            read.problem(
                at.saturating_add(block.len()),
                "the capture ends in the header of a block",
            );
            return None;
        };
        let len = len as usize;
        if len < AROUND || len % 4 != 0 {
            let what = format!("a block says that it has {len} bytes");
            read.problem(at.saturating_add(4), what);
            self.lost = true;
            return None;
        }
        if len > KEPT_MAX {
            let what = format!("a block says {len} bytes, and none has over {KEPT_MAX}");
            read.problem(at.saturating_add(4), what);
            self.lost = true;
            return None;
        }
        let cut = len > block.len();
        if cut && !last {
            return None;
        }
        if section {
            self.order = order;
            self.interfaces.clear();
        }
        let body = if cut {
            block.get(8..).unwrap_or_default()
        } else {
            block.get(8..len - 4).unwrap_or_default()
        };
        let start = at.saturating_add(8);
        match kind {
            INTERFACE if self.interfaces.len() < INTERFACES_MAX => {
                self.interfaces.push(interface(body, order));
            }
            PACKET | OLD_PACKET | SIMPLE_PACKET => self.packet(read, kind, body, start),
            _ => {}
        }
        if cut {
            let have = block.len();
            let what = format!("the capture ends in a block: {have} of {len} bytes are there");
            read.problem(at.saturating_add(have), what);
            return None;
        }
        let trailing = len - 4;
        if let Some(again) = word(trailing).filter(|again| *again != len as u64) {
            let what = format!("a block of {len} bytes says at its end that it has {again}");
            read.problem(at.saturating_add(trailing), what);
        }
        Some(len)
    }

    /// Reads the body of a packet block, which begins at `start`.
    fn packet<'a>(&mut self, read: &mut Read<'a>, kind: u64, body: &'a [u8], start: usize) {
        let part = |at: usize, len: usize| number(body.get(at..at.checked_add(len)?)?, self.order);
        // The interface, the time, the number of bytes kept, the original length, and the
        // start of the packet.
        let parts = match kind {
            SIMPLE_PACKET => part(0, 4).map(|whole| (0, None, None, whole, 4)),
            _ => {
                let (index, size) = if kind == PACKET { (0, 4) } else { (0, 2) };
                let time = part(4, 4)
                    .zip(part(8, 4))
                    .map(|(high, low)| high << 32 | low);
                let lengths = part(12, 4).zip(part(16, 4));
                lengths
                    .zip(part(index, size))
                    .map(|((kept, whole), index)| (index, time, Some(kept), whole, 20))
            }
        };
        let Some((index, time, kept, whole, from)) = parts else {
            return read.problem(start, "a packet's block is too short");
        };
        let Some(interface) = usize::try_from(index)
            .ok()
            .and_then(|index| self.interfaces.get(index))
        else {
            return read.problem(
                start,
                format!("a packet of interface {index}, which is not there"),
            );
        };
        let link = match Link::of(interface.link) {
            Ok(link) => link,
            Err(what) => return read.problem(start, what),
        };
        let whole = whole as usize;
        let kept = match kept {
            Some(kept) => kept as usize,
            None if interface.keeps > 0 => whole.min(interface.keeps),
            None => whole,
        };
        let rest = body.get(from..).unwrap_or_default();
        let offset = start.saturating_add(from);
        let packet = rest.get(..kept).unwrap_or(rest);
        let time = time.map(|time| duration(time, interface.resolution));
        let about = About {
            link,
            whole: whole.max(kept),
            order: self.order,
            time,
            offset,
        };
        self.tally.packet(read, packet, &about);
        read.lengths(kept, whole, start);
        if packet.len() < kept {
            let have = packet.len();
            let what = format!("a packet says {kept} bytes, and {have} are there");
            read.problem(offset, what);
        }
    }
}

fn interface(body: &[u8], order: Order) -> Interface {
    let part = |at: usize, len: usize| number(body.get(at..at.checked_add(len)?)?, order);
    let mut interface = Interface {
        link: part(0, 2).unwrap_or(0) as u16,
        keeps: part(4, 4).unwrap_or(0) as usize,
        resolution: 6,
    };
    let mut at = 8usize;
    while let (Some(option), Some(len)) = (part(at, 2), part(at.saturating_add(2), 2)) {
        if option == 0 {
            break;
        }
        if option == u64::from(RESOLUTION) {
            let value = part(at.saturating_add(4), 1).unwrap_or(6);
            interface.resolution = value as u8;
        }
        let padded = (len as usize).next_multiple_of(4);
        at = at.saturating_add(4).saturating_add(padded);
    }
    interface
}

/// Converts a time in units of the resolution: 10 or 2 to the power of -n seconds.
fn duration(time: u64, resolution: u8) -> Duration {
    const NANOSECONDS: u128 = 1_000_000_000;
    let (power, exponent) = (resolution & 0x80 != 0, u32::from(resolution & 0x7f));
    let base: u128 = if power { 2 } else { 10 };
    let time = u128::from(time).saturating_mul(NANOSECONDS);
    // A unit that is too small to be represented counts as zero.
    let nanoseconds = base.checked_pow(exponent).map_or(0, |unit| time / unit);
    let seconds = u64::try_from(nanoseconds / NANOSECONDS).unwrap_or(u64::MAX);
    Duration::new(seconds, (nanoseconds % NANOSECONDS) as u32)
}
