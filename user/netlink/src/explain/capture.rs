// SPDX-License-Identifier: MIT OR Apache-2.0

//! Reads datagrams from a capture, a hexdump or raw bytes, and writes a capture of the
//! datagrams that a program exchanges.
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
mod packet;
mod pcap;
mod pcapng;
mod reader;
mod write;

pub use packet::{Format, Packet, Problem, Read};
pub use reader::{read, Reader};
pub use write::Writer;

use super::datagram::{Direction, Order};
use packet::order;

/// Reads `bytes` as one raw datagram.
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
