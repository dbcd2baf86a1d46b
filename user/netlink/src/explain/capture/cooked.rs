// SPDX-License-Identifier: MIT OR Apache-2.0

//! The link types of netlink in captures, and the cooked header in front of each packet.
//!
//! Source: the list of link types of libpcap, `pcap-linktype(7)`.

use super::packet::{order, Packet, Read};
use crate::explain::datagram::{Direction, Order};
use std::borrow::Cow;
use std::time::Duration;

/// `LINKTYPE_NETLINK`: captured on an nlmon device.
pub(super) const NETLINK: u16 = 253;
/// `LINKTYPE_LINUX_SLL` and `LINKTYPE_LINUX_SLL2`: captured on the device `any`.
const SLL: u16 = 113;
const SLL2: u16 = 276;

/// The device type in the header of each netlink packet.
pub(super) const ARPHRD_NETLINK: u16 = 824;
/// Length of the header of `LINKTYPE_NETLINK` and of `LINKTYPE_LINUX_SLL`.
pub(super) const HEADER: usize = 16;
const HEADER2: usize = 20;

/// Packets to the kernel, packets from the kernel, and packets with only a known sender.
pub(super) const PACKET_HOST: u16 = 0;
pub(super) const PACKET_OUTGOING: u16 = 4;
const PACKET_USER: u16 = 6;
const PACKET_KERNEL: u16 = 7;

/// A link type whose packets may be netlink packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Netlink,
    Cooked,
    Cooked2,
}

/// The contents of a packet's header.
struct Header {
    kind: u16,
    hardware: u16,
    protocol: u16,
}

impl Link {
    /// Returns the link type. Fails with a message if none of its packets can be
    /// netlink's.
    pub(super) fn of(link: u16) -> Result<Self, String> {
        match link {
            NETLINK => Ok(Self::Netlink),
            SLL => Ok(Self::Cooked),
            SLL2 => Ok(Self::Cooked2),
            other => Err(format!(
                "a capture of {}; only netlink ({NETLINK}) and Linux cooked captures \
                 ({SLL}, {SLL2}) can be decoded",
                link_type(other)
            )),
        }
    }

    fn header_len(self) -> usize {
        match self {
            Self::Netlink | Self::Cooked => HEADER,
            Self::Cooked2 => HEADER2,
        }
    }

    /// Splits a packet into its header and the datagram.
    fn split(self, packet: &[u8]) -> Option<(Header, &[u8])> {
        let (header, datagram) = packet.split_at_checked(self.header_len())?;
        let field = |at: usize| match header.get(at..) {
            Some([high, low, ..]) => u16::from_be_bytes([*high, *low]),
            _ => 0,
        };
        let header = match self {
            Self::Netlink | Self::Cooked => Header {
                kind: field(0),
                hardware: field(2),
                protocol: field(14),
            },
            Self::Cooked2 => Header {
                // One byte, after the device type.
                kind: header.get(10).copied().unwrap_or(0).into(),
                hardware: field(8),
                protocol: field(0),
            },
        };
        Some((header, datagram))
    }
}

/// What is known about a packet besides its bytes.
pub(super) struct About {
    pub(super) link: Link,
    /// The length of the packet before a capture shortened it.
    pub(super) whole: usize,
    /// The byte order of the capture.
    pub(super) order: Order,
    pub(super) time: Option<Duration>,
    /// Its offset in the capture.
    pub(super) offset: usize,
}

/// The numbers of packets so far from netlink and from other devices. A cooked capture
/// may have both.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    netlink: usize,
    others: usize,
}

impl Tally {
    /// Adds a packet, of which `bytes` were captured.
    pub(super) fn packet<'a>(&mut self, read: &mut Read<'a>, bytes: &'a [u8], about: &About) {
        let Some((header, datagram)) = about.link.split(bytes) else {
            let (len, header) = (bytes.len(), about.link.header_len());
            let what = format!("a packet of {len} bytes; its header alone has {header}");
            return read.problem(about.offset, what);
        };
        let hardware = header.hardware;
        if hardware != ARPHRD_NETLINK && about.link != Link::Netlink {
            self.others = self.others.saturating_add(1);
            return;
        }
        if hardware != ARPHRD_NETLINK {
            let what = format!("ARPHRD type {hardware}; netlink has {ARPHRD_NETLINK}");
            read.problem(about.offset.saturating_add(2), what);
        }
        self.netlink = self.netlink.saturating_add(1);
        let whole = about.whole.saturating_sub(about.link.header_len());
        let whole = whole.max(datagram.len());
        read.packets.push(Packet {
            bytes: datagram.into(),
            whole,
            protocol: header.protocol,
            direction: match header.kind {
                PACKET_KERNEL => Direction::ToKernel,
                PACKET_HOST | PACKET_USER => Direction::FromKernel,
                // On an nlmon device all packets are outgoing.
                _ => Direction::Unknown,
            },
            order: order(datagram, whole, about.order),
            time: about.time,
        });
    }

    /// Called at the end of a capture, which has `len` bytes.
    pub(super) fn end(&self, read: &mut Read<'_>, len: usize) {
        if let (0, others @ 1..) = (self.netlink, self.others) {
            let what =
                format!("the capture has no netlink packets, only {others} of other devices");
            read.problem(len, what);
        }
    }
}

/// Removes the cooked header from a datagram in a hexdump, if it begins with one. Returns
/// the protocol.
pub(super) fn strip(bytes: &mut Cow<'_, [u8]>) -> Option<u16> {
    for link in [Link::Cooked, Link::Cooked2] {
        let Some((header, datagram)) = link.split(bytes) else {
            continue;
        };
        // A protocol number has 5 bits, and a packet kind has 3.
        let (kind, protocol) = (header.kind, header.protocol);
        let cooked = header.hardware == ARPHRD_NETLINK && kind < 8 && protocol < 32;
        // The bytes could also be a message, unless its length would exceed them.
        if cooked && (fits(datagram) || link == Link::Cooked && !fits(bytes)) {
            let at = link.header_len();
            match bytes {
                Cow::Borrowed(whole) => *whole = whole.get(at..).unwrap_or_default(),
                Cow::Owned(whole) => drop(whole.drain(..at)),
            }
            return Some(protocol);
        }
    }
    None
}

/// Returns whether a datagram begins with the length of a message that fits in it, in
/// either byte order.
pub(super) fn fits(bytes: &[u8]) -> bool {
    let Some(first) = bytes.first_chunk() else {
        return false;
    };
    [u32::from_le_bytes(*first), u32::from_be_bytes(*first)]
        .into_iter()
        .any(|len| len >= 16 && len as usize <= bytes.len())
}

/// The name of a link type.
fn link_type(link_type: u16) -> String {
    let name = match link_type {
        0 => "BSD loopback",
        1 => "Ethernet",
        101 => "raw IP",
        105 => "802.11",
        127 => "802.11 with radiotap",
        189 | 220 => "USB",
        _ => return format!("link type {link_type}"),
    };
    format!("link type {link_type} ({name})")
}
