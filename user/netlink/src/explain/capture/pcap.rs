// SPDX-License-Identifier: MIT OR Apache-2.0

//! pcap, libpcap's first format: a header of 24 bytes, then packets with a header of 16.

use super::cooked::{About, Link, Tally};
use super::packet::{Problem, Read, KEPT_MAX};
use crate::explain::datagram::{number, Order};
use std::time::Duration;

pub(super) const MICROSECONDS: u32 = 0xa1b2_c3d4;
pub(super) const NANOSECONDS: u32 = 0xa1b2_3c4d;
const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;

/// A parser for this format.
#[derive(Debug)]
pub(super) struct Parser {
    order: Order,
    /// The number of nanoseconds in a unit of its timestamps.
    unit: u64,
    /// Set once the header is read.
    link: Option<Link>,
    tally: Tally,
    /// The start of the next packet is unknown.
    lost: bool,
}

impl Parser {
    /// Recognizes such a capture by its first four bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let first = bytes.first_chunk()?;
        let of = |order, word| {
            let unit = match word {
                MICROSECONDS => 1000,
                NANOSECONDS => 1,
                _ => return None,
            };
            Some(Self {
                order,
                unit,
                link: None,
                tally: Tally::default(),
                lost: false,
            })
        };
        of(Order::Little, u32::from_le_bytes(*first))
            .or_else(|| of(Order::Big, u32::from_be_bytes(*first)))
    }

    /// Reads it as far as possible.
    pub(super) fn parse<'a>(
        &mut self,
        read: &mut Read<'a>,
        bytes: &'a [u8],
        last: bool,
    ) -> Result<usize, Problem> {
        let word = |at: usize| number(bytes.get(at..at.checked_add(4)?)?, self.order);
        let mut at = 0usize;
        let link = match self.link {
            Some(link) => link,
            None if bytes.len() < FILE_HEADER && !last => return Ok(0),
            None => {
                let Some(link) = word(20) else {
                    let len = bytes.len();
                    let what =
                        format!("the capture ends in its header, which has {FILE_HEADER} bytes");
                    return Err(Problem::new(len, what));
                };
                // The upper bits have another meaning.
                let link = (link & 0xffff) as u16;
                let link = Link::of(link).map_err(|what| Problem::new(20, what))?;
                at = FILE_HEADER;
                *self.link.insert(link)
            }
        };
        while at < bytes.len() && !self.lost {
            let behind = at.saturating_add(PACKET_HEADER);
            let header = (word(at), word(at + 4), word(at + 8), word(at + 12));
            let (Some(seconds), Some(fraction), Some(kept), Some(whole)) = header else {
                if last {
                    read.problem(bytes.len(), "the capture ends in the header of a packet");
                }
                break;
            };
            let (kept, whole) = (kept as usize, whole as usize);
            if kept > KEPT_MAX {
                let what = format!("a packet says {kept} bytes, and none has over {KEPT_MAX}");
                read.problem(at, what);
                self.lost = true;
                break;
            }
            let rest = bytes.get(behind..).unwrap_or_default();
            let packet = rest.get(..kept).unwrap_or(rest);
            if packet.len() < kept && !last {
                break;
            }
            let time = Duration::from_secs(seconds)
                .saturating_add(Duration::from_nanos(fraction.saturating_mul(self.unit)));
            let about = About {
                link,
                whole: whole.max(kept),
                order: self.order,
                time: Some(time),
                offset: behind,
            };
            self.tally.packet(read, packet, &about);
            read.lengths(kept, whole, at);
            if packet.len() < kept {
                let have = packet.len();
                let what =
                    format!("the capture ends in a packet: {have} of {kept} bytes are there");
                read.problem(bytes.len(), what);
                break;
            }
            at = behind.saturating_add(kept);
        }
        if last {
            self.tally.end(read, bytes.len());
        }
        Ok(if self.lost { bytes.len() } else { at })
    }
}
