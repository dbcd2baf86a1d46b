// SPDX-License-Identifier: MIT OR Apache-2.0

//! libpcap's first format: a header of 24 bytes, then packets with a header of 16.

#![forbid(unsafe_code)]

use super::{foreign, Format, Problem, Read, NETLINK};
use crate::explain::walk::number;
use crate::explain::Order;
use std::time::Duration;

pub(super) const MICROSECONDS: u32 = 0xa1b2_c3d4;
pub(super) const NANOSECONDS: u32 = 0xa1b2_3c4d;
const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;

/// The byte order, and how many nanoseconds the unit of the times has.
#[derive(Clone, Copy)]
pub(super) struct Magic {
    order: Order,
    unit: u32,
}

/// Tells the bytes of such a capture by its first four.
pub(super) fn magic(bytes: &[u8]) -> Option<Magic> {
    let first = bytes.first_chunk()?;
    for (order, word) in [
        (Order::Little, u32::from_le_bytes(*first)),
        (Order::Big, u32::from_be_bytes(*first)),
    ] {
        match word {
            MICROSECONDS => return Some(Magic { order, unit: 1000 }),
            NANOSECONDS => return Some(Magic { order, unit: 1 }),
            _ => {}
        }
    }
    None
}

/// Reads it as far as it goes.
pub(super) fn read(bytes: &[u8], magic: Magic) -> Result<Read<'_>, Problem> {
    let Magic { order, unit } = magic;
    let word = |at: usize| number(bytes.get(at..at.checked_add(4)?)?, order);
    let Some(link) = word(20) else {
        let len = bytes.len();
        let what = format!("the capture ends in its header, which has {FILE_HEADER} bytes");
        return Err(Problem::new(len, what));
    };
    // The upper bits are something else.
    let link = (link & 0xffff) as u16;
    if link != NETLINK {
        return Err(Problem::new(20, foreign(link)));
    }
    let mut read = Read::new(Format::Pcap);
    let mut at = FILE_HEADER;
    while at < bytes.len() {
        let behind = at.saturating_add(PACKET_HEADER);
        let header = (word(at), word(at + 4), word(at + 8), word(at + 12));
        let (Some(seconds), Some(fraction), Some(kept), Some(whole)) = header else {
            read.problem(bytes.len(), "the capture ends in the header of a packet");
            break;
        };
        let (kept, whole) = (kept as usize, whole as usize);
        let rest = bytes.get(behind..).unwrap_or_default();
        let packet = rest.get(..kept).unwrap_or(rest);
        let time = Duration::from_secs(seconds)
            .saturating_add(Duration::from_nanos(fraction.saturating_mul(unit.into())));
        read.cooked(packet, whole.max(kept), order, Some(time), behind);
        read.lengths(kept, whole, at);
        if packet.len() < kept {
            let have = packet.len();
            let what = format!("the capture ends in a packet: {have} of {kept} bytes are there");
            read.problem(bytes.len(), what);
            break;
        }
        at = behind.saturating_add(kept);
    }
    Ok(read)
}
