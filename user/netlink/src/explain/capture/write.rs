// SPDX-License-Identifier: MIT OR Apache-2.0

//! Writes a capture, which Wireshark and `parley decode` open.

use super::cooked::{ARPHRD_NETLINK, HEADER, NETLINK, PACKET_HOST, PACKET_OUTGOING};
use super::pcap::NANOSECONDS;
use std::io::{Result, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// The maximum length of a packet; longer ones are truncated.
const KEEPS: u32 = 0x4_0000;

/// Writes a capture. Each packet is complete in the file once it is written.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    packet: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a capture.
    pub fn new(mut out: W) -> Result<Self> {
        let mut header = Vec::new();
        header.extend(NANOSECONDS.to_ne_bytes());
        // Version 2.4, in UTC.
        header.extend(2u16.to_ne_bytes());
        header.extend(4u16.to_ne_bytes());
        header.extend([0; 8]);
        header.extend(KEEPS.to_ne_bytes());
        header.extend(u32::from(NETLINK).to_ne_bytes());
        out.write_all(&header)?;
        out.flush()?;
        Ok(Self {
            out,
            packet: Vec::new(),
        })
    }

    /// Writes a datagram of `protocol` that was sent to the kernel, or received from it.
    /// `whole` is its original length, if that is greater than the number of bytes here.
    pub fn packet(
        &mut self,
        time: SystemTime,
        protocol: u16,
        sent: bool,
        datagram: &[u8],
        whole: usize,
    ) -> Result<()> {
        let time = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let length = |len: usize| u32::try_from(len.saturating_add(HEADER)).unwrap_or(u32::MAX);
        let kept = length(datagram.len()).min(KEEPS);
        let whole = length(whole.max(datagram.len()));
        self.packet.clear();
        // The format has 32 bits for the seconds, which last until 2106.
        self.packet.extend((time.as_secs() as u32).to_ne_bytes());
        self.packet.extend(time.subsec_nanos().to_ne_bytes());
        self.packet.extend(kept.to_ne_bytes());
        self.packet.extend(whole.to_ne_bytes());
        let kind = if sent { PACKET_OUTGOING } else { PACKET_HOST };
        self.packet.extend(kind.to_be_bytes());
        self.packet.extend(ARPHRD_NETLINK.to_be_bytes());
        self.packet.extend([0; 10]);
        self.packet.extend(protocol.to_be_bytes());
        let kept = (kept as usize).saturating_sub(HEADER);
        self.packet.extend(datagram.get(..kept).unwrap_or(datagram));
        // In one call, so that a killed program leaves no partial packet.
        self.out.write_all(&self.packet)?;
        self.out.flush()
    }
}
