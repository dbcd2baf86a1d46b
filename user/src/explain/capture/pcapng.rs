// SPDX-License-Identifier: MIT OR Apache-2.0

//! pcapng: blocks of sections, interfaces and packets, and others that are passed.

#![forbid(unsafe_code)]

use super::{foreign, Format, Read, NETLINK};
use crate::explain::walk::number;
use crate::explain::Order;
use std::time::Duration;

const SECTION: u64 = 0x0a0d_0d0a;
const INTERFACE: u64 = 1;
const OLD_PACKET: u64 = 2;
const SIMPLE_PACKET: u64 = 3;
const PACKET: u64 = 6;

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// What a block has around its body.
const AROUND: usize = 12;
/// The option of an interface that tells the unit of its times.
const RESOLUTION: u16 = 9;

/// An interface of a section.
#[derive(Clone, Copy)]
struct Interface {
    link: u16,
    /// The most that is kept of a packet; 0 is all.
    keeps: usize,
    /// The unit of times, as the format has it.
    resolution: u8,
}

/// Tells such a capture by its first bytes, and its byte order.
pub(super) fn order(bytes: &[u8]) -> Option<Order> {
    // The first word is the same from either end.
    if number(bytes.get(..4)?, Order::Little)? != SECTION {
        return None;
    }
    section_order(bytes)
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

/// Reads it as far as it goes. Packets of interfaces that are not netlink's are
/// problems.
pub(super) fn read(bytes: &[u8], order: Order) -> Read<'_> {
    let mut read = Read::new(Format::Pcapng);
    let mut order = order;
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut at = 0usize;
    while let Some(block @ [_, ..]) = bytes.get(at..) {
        let word = |at: usize| number(block.get(at..at.checked_add(4)?)?, order);
        if word(0) == Some(SECTION) {
            match section_order(block) {
                Some(section) => order = section,
                None => {
                    read.problem(at, "a section without its byte order");
                    break;
                }
            }
            interfaces.clear();
        }
        let word = |at: usize| number(block.get(at..at.checked_add(4)?)?, order);
        let (Some(kind), Some(len)) = (word(0), word(4)) else {
            read.problem(bytes.len(), "the capture ends in the header of a block");
            break;
        };
        let len = len as usize;
        if len < AROUND || len % 4 != 0 {
            let what = format!("a block says that it has {len} bytes");
            read.problem(at.saturating_add(4), what);
            break;
        }
        let cut = len > block.len();
        let body = if cut {
            block.get(8..).unwrap_or_default()
        } else {
            block.get(8..len - 4).unwrap_or_default()
        };
        let start = at.saturating_add(8);
        match kind {
            INTERFACE => interfaces.push(interface(body, order)),
            PACKET | OLD_PACKET | SIMPLE_PACKET => {
                packet(&mut read, kind, body, order, &interfaces, start);
            }
            _ => {}
        }
        if cut {
            let have = block.len();
            let what = format!("the capture ends in a block: {have} of {len} bytes are there");
            read.problem(bytes.len(), what);
            break;
        }
        let trailing = len - 4;
        if let Some(again) = word(trailing).filter(|again| *again != len as u64) {
            let what = format!("a block of {len} bytes says at its end that it has {again}");
            read.problem(at.saturating_add(trailing), what);
        }
        at = at.saturating_add(len);
    }
    read
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

/// Takes a block of a packet, whose body begins at `start`.
fn packet<'a>(
    read: &mut Read<'a>,
    kind: u64,
    body: &'a [u8],
    order: Order,
    interfaces: &[Interface],
    start: usize,
) {
    let part = |at: usize, len: usize| number(body.get(at..at.checked_add(len)?)?, order);
    // Which interface, the time, how much is kept, how much there was, and where
    // the packet begins.
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
        .and_then(|index| interfaces.get(index))
    else {
        return read.problem(
            start,
            format!("a packet of interface {index}, which is not there"),
        );
    };
    if interface.link != NETLINK {
        return read.problem(start, foreign(interface.link));
    }
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
    read.cooked(packet, whole.max(kept), order, time, offset);
    read.lengths(kept, whole, start);
    if packet.len() < kept {
        let have = packet.len();
        let what = format!("a packet says {kept} bytes, and {have} are there");
        read.problem(offset, what);
    }
}

/// A time in units of the resolution: 10 to the power of -n seconds, or 2.
fn duration(time: u64, resolution: u8) -> Duration {
    const NANOSECONDS: u128 = 1_000_000_000;
    let (power, exponent) = (resolution & 0x80 != 0, u32::from(resolution & 0x7f));
    let base: u128 = if power { 2 } else { 10 };
    let time = u128::from(time).saturating_mul(NANOSECONDS);
    // Units too small to be counted are no time at all.
    let nanoseconds = base.checked_pow(exponent).map_or(0, |unit| time / unit);
    let seconds = u64::try_from(nanoseconds / NANOSECONDS).unwrap_or(u64::MAX);
    Duration::new(seconds, (nanoseconds % NANOSECONDS) as u32)
}
