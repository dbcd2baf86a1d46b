// SPDX-License-Identifier: MIT OR Apache-2.0

//! Neighbours: the hardware addresses of IP addresses on the same link.
//!
//! Source: `include/uapi/linux/neighbour.h`.

use super::fields::hardware;
use super::links::Names;
use super::names::bits;
use super::{dump, ip, split, Entry, Family};
use crate::kernel::numbers as n;
use crate::netlink::list::Listing;
use crate::netlink::message::Message;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result, Socket};
use std::borrow::Cow;
use std::net::IpAddr;

/// A neighbour, or an address for which this machine answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Neighbour {
    /// Its family.
    pub family: Family,
    /// The number of the link that leads to it. 0 means any.
    pub index: u32,
    /// Its address.
    pub destination: IpAddr,
    /// Its hardware address, if it is known.
    pub address: Option<Vec<u8>>,
    /// Its states: `NUD_*`.
    pub state: u16,
    /// `NTF_*`, and `NTF_EXT_*` above the lowest 8 bits.
    pub flags: u32,
    /// Its origin, if one was recorded: [`protocol`](super::names::protocol).
    pub protocol: Option<u8>,
}

/// It is not a neighbour: this machine answers for it.
pub const PROXY: u32 = n::NTF_PROXY as u32;
/// Its hardware address is known without a request.
pub const NOARP: u16 = n::NUD_NOARP;
const EXT_LEARNED: u32 = n::NTF_EXT_LEARNED as u32;

const STATES: &[(u32, &str)] = &[
    (0x01, "INCOMPLETE"),
    (0x02, "REACHABLE"),
    (0x04, "STALE"),
    (0x08, "DELAY"),
    (0x10, "PROBE"),
    (0x20, "FAILED"),
    (NOARP as u32, "NOARP"),
    (0x80, "PERMANENT"),
];

const FLAGS: &[(u32, &str)] = &[
    (1 << 7, "router"),
    (PROXY, "proxy"),
    (1 << 8, "managed"),
    (EXT_LEARNED, "extern_learn"),
    (1 << 10, "extern_valid"),
    (1 << 5, "offload"),
    (1 << 6, "sticky"),
    (1 << 0, "use"),
    (1 << 1, "self"),
    (1 << 2, "master"),
    (1 << 9, "locked"),
];

impl Neighbour {
    /// Returns the names of its states, usually one.
    #[must_use]
    pub fn state_names(&self) -> Vec<Cow<'static, str>> {
        if self.state == 0 {
            return vec!["NONE".into()];
        }
        bits(STATES, self.state.into())
    }

    /// Returns the names of its flags.
    #[must_use]
    pub fn flag_names(&self) -> Vec<Cow<'static, str>> {
        bits(FLAGS, self.flags)
    }

    /// Returns whether this machine answers for it.
    #[must_use]
    pub fn is_proxy(&self) -> bool {
        self.flags & PROXY != 0
    }

    /// Returns whether `ip neighbour` shows it by default. Multicast groups, for example,
    /// are neighbours, but not shown.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.state & !NOARP != 0 || self.flags & (PROXY | EXT_LEARNED) != 0
    }

    /// Returns its hardware address, in the format of its link.
    #[must_use]
    pub fn hardware(&self, links: &Names) -> Option<String> {
        let link_type = links.get(self.index).map_or(0, |link| link.link_type);
        let address = self.address.as_deref()?;
        Some(hardware(link_type, address))
    }
}

impl crate::sealed::Sealed for Neighbour {}

impl Entry for Neighbour {
    const NEW: u16 = n::RTM_NEWNEIGH;
    const REQUEST: &'static str = "RTM_GETNEIGH";
    const GROUPS: &'static [u32] = &[3];
    const HEADER: usize = 12;

    type Key = (u32, Family, IpAddr, bool);

    fn key(&self) -> Self::Key {
        (self.index, self.family, self.destination, self.is_proxy())
    }

    fn all<T: Transport>(socket: &mut Socket<T>) -> Result<Listing<Self>> {
        list(socket, None)
    }

    fn read(message: &Message<'_>) -> Result<Self> {
        let (header, attributes) = split::<12>(message)?;
        let [family, _, _, _, i0, i1, i2, i3, s0, s1, flags, _] = *header;
        let (mut destination, mut address, mut protocol) = (None, None, None);
        let mut flags = u32::from(flags);
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::NDA_DST => destination = Some(ip(&attribute)?),
                n::NDA_LLADDR => address = Some(attribute.payload.to_owned()),
                n::NDA_PROTOCOL => protocol = Some(attribute.u8()?),
                n::NDA_FLAGS_EXT => flags |= attribute.u32()? << 8,
                _ => {}
            }
        }
        Ok(Self {
            family: Family::read(family)?,
            index: u32::from_ne_bytes([i0, i1, i2, i3]),
            destination: destination.ok_or(Error::Absent("NDA_DST"))?,
            address,
            state: u16::from_ne_bytes([s0, s1]),
            flags,
            protocol,
        })
    }
}

/// Lists all neighbours, or those of `family`, followed by the addresses for which this
/// machine answers.
pub fn list<T: Transport>(
    socket: &mut Socket<T>,
    family: Option<Family>,
) -> Result<Listing<Neighbour>> {
    let family = family.map_or(0, Family::number);
    let header = |flags| [family, 0, 0, 0, 0, 0, 0, 0, 0, 0, flags, 0];
    let mut listing: Listing<Neighbour> = dump(socket, &header(0), |_| Ok(()))?;
    let proxies = dump(socket, &header(PROXY as u8), |_| Ok(()))?;
    listing.entries.extend(proxies.entries);
    listing.interrupted |= proxies.interrupted;
    Ok(listing)
}
