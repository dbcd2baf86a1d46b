// SPDX-License-Identifier: MIT OR Apache-2.0

//! Addresses of this machine's links.
//!
//! Source: `include/uapi/linux/if_addr.h`.

use super::names::bits;
use super::{ip, split, Entry, Family};
use crate::kernel::numbers as n;
use crate::netlink::message::Message;
use crate::netlink::{Error, Result};
use std::borrow::Cow;
use std::ffi::OsString;
use std::net::IpAddr;

/// An address of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// Its family.
    pub family: Family,
    /// The number of the link that has it.
    pub index: u32,
    /// The address.
    pub local: IpAddr,
    /// The address of the other end, if the link has one.
    pub peer: Option<IpAddr>,
    /// The length in bits of the prefix that the link's network shares with it, or with
    /// the peer.
    pub prefix_len: u8,
    /// The broadcast address.
    pub broadcast: Option<IpAddr>,
    /// The anycast address.
    pub anycast: Option<IpAddr>,
    /// Its scope: [`scope`](super::names::scope).
    pub scope: u8,
    /// Its `IFA_F_*` flags.
    pub flags: u32,
    /// Its label, which begins with the link's name. Only IPv4 addresses have one.
    pub label: Option<OsString>,
    /// The metric of the route that the kernel adds for it.
    pub metric: Option<u32>,
    /// Its origin: [`address_protocol`](super::names::address_protocol).
    pub protocol: Option<u8>,
    /// The number of seconds for which it remains valid.
    pub valid: u32,
    /// The number of seconds for which new connections may use it.
    pub preferred: u32,
}

/// A lifetime that does not end.
pub const FOREVER: u32 = u32::MAX;

const SECONDARY: u32 = n::IFA_F_SECONDARY as u32;
const PERMANENT: u32 = n::IFA_F_PERMANENT as u32;

/// The flags, except for the two above, whose names depend on other properties.
const FLAGS: &[(u32, &str)] = &[
    (0x40, "tentative"),
    (0x20, "deprecated"),
    (0x10, "home"),
    (0x02, "nodad"),
    (0x04, "optimistic"),
    (0x08, "dadfailed"),
    (0x100, "mngtmpaddr"),
    (0x200, "noprefixroute"),
    (0x400, "autojoin"),
    (0x800, "stable-privacy"),
];

impl Address {
    /// Returns the names of its flags, as `ip` prints them, such as `dynamic` if the
    /// address is not permanent.
    #[must_use]
    pub fn flag_names(&self) -> Vec<Cow<'static, str>> {
        let mut names: Vec<Cow<'static, str>> = Vec::new();
        if self.flags & SECONDARY != 0 {
            names.push(match self.family {
                Family::Inet => "secondary".into(),
                Family::Inet6 => "temporary".into(),
            });
        }
        if self.flags & PERMANENT == 0 {
            names.push("dynamic".into());
        }
        names.extend(bits(FLAGS, self.flags & !(SECONDARY | PERMANENT)));
        names
    }
}

impl crate::sealed::Sealed for Address {}

impl Entry for Address {
    const NEW: u16 = n::RTM_NEWADDR;
    const REQUEST: &'static str = "RTM_GETADDR";
    const GROUPS: &'static [u32] = &[5, 9];
    const HEADER: usize = 8;

    type Key = (u32, Family, IpAddr, u8, Option<IpAddr>);

    fn key(&self) -> Self::Key {
        (
            self.index,
            self.family,
            self.local,
            self.prefix_len,
            self.peer,
        )
    }

    fn is_changed(&self, other: &Self) -> bool {
        let mut now = self.clone();
        // A lifetime that runs down is not a change.
        for (now, was) in [
            (&mut now.valid, other.valid),
            (&mut now.preferred, other.preferred),
        ] {
            if *now != FOREVER && was != FOREVER {
                *now = was;
            }
        }
        now != *other
    }

    fn read(message: &Message<'_>) -> Result<Self> {
        let (header, attributes) = split::<8>(message)?;
        let [family, prefix_len, flags, scope, i0, i1, i2, i3] = *header;
        let mut address = Self {
            family: Family::read(family)?,
            index: u32::from_ne_bytes([i0, i1, i2, i3]),
            local: IpAddr::from([0; 4]),
            peer: None,
            prefix_len,
            broadcast: None,
            anycast: None,
            scope,
            flags: flags.into(),
            label: None,
            metric: None,
            protocol: None,
            valid: FOREVER,
            preferred: FOREVER,
        };
        let (mut prefix, mut local) = (None, None);
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::IFA_ADDRESS => prefix = Some(ip(&attribute)?),
                n::IFA_LOCAL => local = Some(ip(&attribute)?),
                n::IFA_LABEL => address.label = Some(attribute.name()?),
                n::IFA_BROADCAST => address.broadcast = Some(ip(&attribute)?),
                n::IFA_ANYCAST => address.anycast = Some(ip(&attribute)?),
                n::IFA_CACHEINFO => {
                    let [p0, p1, p2, p3, v0, v1, v2, v3, ..] = *attribute.payload else {
                        return Err(Error::Malformed {
                            what: "IFA_CACHEINFO is too short",
                            offset: attribute.offset,
                        });
                    };
                    address.preferred = u32::from_ne_bytes([p0, p1, p2, p3]);
                    address.valid = u32::from_ne_bytes([v0, v1, v2, v3]);
                }
                n::IFA_FLAGS => address.flags = attribute.u32()?,
                n::IFA_RT_PRIORITY => address.metric = Some(attribute.u32()?),
                n::IFA_PROTO => address.protocol = Some(attribute.u8()?),
                _ => {}
            }
        }
        // If both are present, this one belongs to the other end.
        address.peer = prefix.filter(|_| local.is_some() && prefix != local);
        address.local = local.or(prefix).ok_or(Error::Absent("IFA_ADDRESS"))?;
        Ok(address)
    }
}
