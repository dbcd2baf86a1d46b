// SPDX-License-Identifier: MIT OR Apache-2.0

//! Links: the network devices.
//!
//! Source: `include/uapi/linux/if_link.h`, `struct ifinfomsg` of
//! `include/uapi/linux/rtnetlink.h`.

use super::fields::{find, hardware, Field};
use super::{dump, split, Entry, Family};
use super::{kinds, names};
use crate::kernel::numbers as n;
use crate::netlink::attr::{Attribute, Attributes};
use crate::netlink::list::Listing;
use crate::netlink::message::Message;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result, Socket};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Its number. Never 0.
    pub index: u32,
    /// Its name, which need not be text.
    pub name: OsString,
    /// Its other names.
    pub other_names: Vec<OsString>,
    /// What somebody noted with it.
    pub alias: Option<OsString>,
    /// What it is made of: `ARPHRD_*`.
    pub link_type: u16,
    /// Its `IFF_*` flags.
    pub flags: u32,
    /// `IF_OPER_*`.
    pub state: u8,
    /// Whether it waits in the state dormant rather than up.
    pub dormant_mode: bool,
    /// The longest packet, in bytes.
    pub mtu: Option<u32>,
    /// The least and the most that the MTU may be, in bytes; a most of 0 is none.
    pub mtu_bounds: Option<(u32, u32)>,
    /// Its queueing discipline.
    pub qdisc: Option<String>,
    /// How many packets its queue holds.
    pub queue_len: Option<u32>,
    /// The group it is in.
    pub group: Option<u32>,
    /// The link that it is part of, such as a bridge.
    pub master: Option<u32>,
    /// The link below it, or at its other end. 0 is none.
    pub link: Option<u32>,
    /// The network namespace of [`Self::link`], where that is another.
    pub link_netnsid: Option<i32>,
    /// Its driver, such as `veth`.
    pub kind: Option<String>,
    /// What it is set up with, where its driver is one that is known here.
    pub data: Option<Vec<Field>>,
    /// The driver of what it is part of.
    pub member_kind: Option<String>,
    /// What it is set up with as a part of that.
    pub member_data: Option<Vec<Field>>,
    /// Its hardware address.
    pub address: Option<Vec<u8>>,
    /// The hardware address that reaches all, or that of the other end.
    pub broadcast: Option<Vec<u8>>,
    /// The hardware address that it came with.
    pub permanent_address: Option<Vec<u8>>,
    /// How many want to see all packets.
    pub promiscuity: Option<u32>,
    /// How many want to see all multicast packets.
    pub allmulti: Option<u32>,
    /// How many queues it sends by, and receives by.
    pub queues: (Option<u32>, Option<u32>),
    /// The most segments, and bytes, that one packet to be split may have.
    pub gso_max: (Option<u32>, Option<u32>),
    /// The same of what the device itself can split.
    pub tso_max: (Option<u32>, Option<u32>),
    /// The most bytes that received packets are joined to.
    pub gro_max_size: Option<u32>,
    /// How it makes IPv6 addresses: `IN6_ADDR_GEN_MODE_*`.
    pub address_mode: Option<u8>,
}

/// Flags of links: `enum net_device_flags` in `include/uapi/linux/if.h`.
pub mod flag {
    /// It is set up.
    pub const UP: u32 = 1;
    /// It has a far end rather than a broadcast address.
    pub const POINTOPOINT: u32 = 1 << 4;
    /// It can send.
    pub const RUNNING: u32 = 1 << 6;
    /// What is below it, a cable most often, can send.
    pub const LOWER_UP: u32 = 1 << 16;
}

/// In the order in which `ip` prints them.
const FLAGS: &[(u32, &str)] = &[
    (1 << 3, "LOOPBACK"),
    (1 << 1, "BROADCAST"),
    (flag::POINTOPOINT, "POINTOPOINT"),
    (1 << 12, "MULTICAST"),
    (1 << 7, "NOARP"),
    (1 << 9, "ALLMULTI"),
    (1 << 8, "PROMISC"),
    (1 << 10, "MASTER"),
    (1 << 11, "SLAVE"),
    (1 << 2, "DEBUG"),
    (1 << 15, "DYNAMIC"),
    (1 << 14, "AUTOMEDIA"),
    (1 << 13, "PORTSEL"),
    (1 << 5, "NOTRAILERS"),
    (flag::UP, "UP"),
    (flag::LOWER_UP, "LOWER_UP"),
    (1 << 17, "DORMANT"),
    (1 << 18, "ECHO"),
];

/// `RTEXT_FILTER_SKIP_STATS`: leaves out what changes with every packet.
const SKIP_STATS: u32 = 1 << 3;

impl crate::sealed::Sealed for Link {}

impl Entry for Link {
    const NEW: u16 = 16;
    const REQUEST: &'static str = "RTM_GETLINK";
    const GROUPS: &'static [u32] = &[1];
    const HEADER: usize = 16;

    type Key = u32;

    fn key(&self) -> u32 {
        self.index
    }

    fn is_changed(&self, other: &Self) -> bool {
        let differ = |now: &Option<Vec<Field>>, before: &Option<Vec<Field>>| {
            Field::differ(
                now.as_deref().unwrap_or_default(),
                before.as_deref().unwrap_or_default(),
            )
        };
        let mut now = self.clone();
        now.data.clone_from(&other.data);
        now.member_data.clone_from(&other.member_data);
        now != *other
            || differ(&self.data, &other.data)
            || differ(&self.member_data, &other.member_data)
    }

    /// A bridge tells of its ports in the same messages, as of another family.
    fn has_family(family: u8) -> bool {
        family == 0
    }

    fn all<T: Transport>(socket: &mut Socket<T>) -> Result<Listing<Self>> {
        list(socket)
    }

    fn read(message: &Message<'_>) -> Result<Self> {
        let (header, attributes) = split::<16>(message)?;
        let [_, _, t0, t1, i0, i1, i2, i3, f0, f1, f2, f3, ..] = *header;
        let mut link = Self {
            index: u32::from_ne_bytes([i0, i1, i2, i3]),
            link_type: u16::from_ne_bytes([t0, t1]),
            flags: u32::from_ne_bytes([f0, f1, f2, f3]),
            ..Self::default()
        };
        let mut bounds = (None, None);
        for attribute in attributes {
            let attribute = attribute?;
            let bytes = || Some(attribute.payload.to_owned());
            match attribute.number {
                1 => link.address = bytes(),
                2 => link.broadcast = bytes(),
                3 => link.name = attribute.name()?,
                4 => link.mtu = Some(attribute.u32()?),
                5 => link.link = Some(attribute.u32()?),
                6 => link.qdisc = Some(attribute.text()?),
                10 => link.master = Some(attribute.u32()?),
                13 => link.queue_len = Some(attribute.u32()?),
                16 => link.state = attribute.u8()?,
                17 => link.dormant_mode = attribute.u8()? != 0,
                18 => link.read_info(attribute.attributes())?,
                20 => link.alias = Some(attribute.name()?),
                26 => link.address_mode = read_address_mode(attribute.attributes())?,
                27 => link.group = Some(attribute.u32()?),
                30 => link.promiscuity = Some(attribute.u32()?),
                31 => link.queues.0 = Some(attribute.u32()?),
                32 => link.queues.1 = Some(attribute.u32()?),
                37 => link.link_netnsid = Some(attribute.u32()? as i32),
                40 => link.gso_max.0 = Some(attribute.u32()?),
                41 => link.gso_max.1 = Some(attribute.u32()?),
                50 => bounds.0 = Some(attribute.u32()?),
                51 => bounds.1 = Some(attribute.u32()?),
                52 => link.other_names = read_names(attribute.attributes())?,
                54 => link.permanent_address = bytes(),
                58 => link.gro_max_size = Some(attribute.u32()?),
                59 => link.tso_max.1 = Some(attribute.u32()?),
                60 => link.tso_max.0 = Some(attribute.u32()?),
                61 => link.allmulti = Some(attribute.u32()?),
                _ => {}
            }
        }
        if link.index == 0 {
            return Err(Error::Absent("ifinfomsg.ifi_index"));
        }
        link.mtu_bounds = bounds.0.zip(bounds.1);
        Ok(link)
    }
}

impl Link {
    /// The names of its flags, as `ip` prints them: `NO-CARRIER` where it is up
    /// and cannot send. `below` is the link that it lies on.
    #[must_use]
    pub fn flag_names(&self, below: Option<&Link>) -> Vec<Cow<'static, str>> {
        let mut names = Vec::new();
        if self.flags & flag::UP != 0 && self.flags & flag::RUNNING == 0 {
            names.push("NO-CARRIER".into());
        }
        names.extend(names::bits(FLAGS, self.flags & !flag::RUNNING));
        if below.is_some_and(|below| below.flags & flag::UP == 0) {
            names.push("M-DOWN".into());
        }
        names
    }

    /// The link that it lies on, of `links`, where it has one in this namespace.
    #[must_use]
    pub fn below<'a>(&self, links: &'a Names) -> Option<&'a Link> {
        let here = self.link.filter(|_| self.link_netnsid.is_none())?;
        links.get(here)
    }

    /// A hardware address of this link, as it is written: `02:00:00:00:00:01`.
    /// Those of tunnels are IP addresses.
    #[must_use]
    pub fn hardware(&self, address: &[u8]) -> String {
        hardware(self.link_type, address)
    }

    /// Its permanent address, where that is not the one it has.
    #[must_use]
    pub fn other_permanent_address(&self) -> Option<&[u8]> {
        let permanent = self.permanent_address.as_deref()?;
        (self.address.as_deref() != Some(permanent)).then_some(permanent)
    }

    /// The name of [`Self::address_mode`].
    #[must_use]
    pub fn address_mode_name(&self) -> Option<Cow<'static, str>> {
        Some(match self.address_mode? {
            0 => "eui64".into(),
            1 => "none".into(),
            2 => "stable_secret".into(),
            3 => "random".into(),
            other => format!("{other:#x}").into(),
        })
    }

    /// Reads `IFLA_LINKINFO`.
    fn read_info(&mut self, attributes: Attributes<'_>) -> Result<()> {
        let found = find(attributes)?;
        let text = |number| found.get(&number).map(Attribute::text).transpose();
        let inside = |number| found.get(&number).map(Attribute::attributes);
        self.kind = text(n::IFLA_INFO_KIND)?;
        self.member_kind = text(n::IFLA_INFO_SLAVE_KIND)?;
        if let Some(kind) = &self.kind {
            self.data = kinds::link(kind, inside(n::IFLA_INFO_DATA))?;
        }
        if let Some(kind) = &self.member_kind {
            self.member_data = kinds::part(kind, inside(n::IFLA_INFO_SLAVE_DATA))?;
        }
        Ok(())
    }
}

/// Reads `IFLA_AF_SPEC` for `IFLA_INET6_ADDR_GEN_MODE`.
fn read_address_mode(families: Attributes<'_>) -> Result<Option<u8>> {
    const ADDR_GEN_MODE: u16 = 8;
    for family in families {
        let family = family?;
        if family.number != Family::Inet6.number().into() {
            continue;
        }
        for attribute in family.attributes() {
            let attribute = attribute?;
            if attribute.number == ADDR_GEN_MODE {
                return attribute.u8().map(Some);
            }
        }
    }
    Ok(None)
}

/// Reads `IFLA_PROP_LIST`.
fn read_names(attributes: Attributes<'_>) -> Result<Vec<OsString>> {
    const ALT_IFNAME: u16 = 53;
    let mut names = Vec::new();
    for attribute in attributes {
        let attribute = attribute?;
        if attribute.number == ALT_IFNAME {
            names.push(attribute.name()?);
        }
    }
    Ok(names)
}

/// Lists all links, in the order of their numbers.
pub fn list<T: Transport>(socket: &mut Socket<T>) -> Result<Listing<Link>> {
    const EXT_MASK: u16 = 29;
    let mut listing: Listing<Link> =
        dump(socket, &[0; Link::HEADER], |w| w.u32(EXT_MASK, SKIP_STATS))?;
    listing.entries.sort_by_key(|link| link.index);
    Ok(listing)
}

/// The links by their numbers, to name them.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<u32, Link>);

impl Names {
    /// Lists all links.
    pub fn read<T: Transport>(socket: &mut Socket<T>) -> Result<Self> {
        Ok(list(socket)?.entries.into_iter().collect())
    }

    /// The link with this number, where there is one.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&Link> {
        self.0.get(&index)
    }

    /// The name of the link with this number; `if7` where it has none.
    #[must_use]
    pub fn name(&self, index: u32) -> Cow<'_, OsStr> {
        match self.get(index) {
            Some(link) => link.name.as_os_str().into(),
            None => OsString::from(format!("if{index}")).into(),
        }
    }
}

impl Extend<Link> for Names {
    fn extend<I: IntoIterator<Item = Link>>(&mut self, links: I) {
        self.0
            .extend(links.into_iter().map(|link| (link.index, link)));
    }
}

impl FromIterator<Link> for Names {
    fn from_iter<I: IntoIterator<Item = Link>>(links: I) -> Self {
        let mut names = Self::default();
        names.extend(links);
        names
    }
}
