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
    /// A description that an administrator gave it.
    pub alias: Option<OsString>,
    /// Its hardware type: `ARPHRD_*`.
    pub link_type: u16,
    /// Its `IFF_*` flags.
    pub flags: u32,
    /// `IF_OPER_*`.
    pub state: u8,
    /// Whether its mode is dormant: it then becomes dormant instead of up.
    pub dormant_mode: bool,
    /// The maximum packet length, in bytes.
    pub mtu: Option<u32>,
    /// The minimum and maximum MTU, in bytes; a maximum of 0 means none.
    pub mtu_bounds: Option<(u32, u32)>,
    /// Its queueing discipline.
    pub qdisc: Option<String>,
    /// The maximum number of packets in its queue.
    pub queue_len: Option<u32>,
    /// Its group.
    pub group: Option<u32>,
    /// The link that it is a port of, such as a bridge.
    pub master: Option<u32>,
    /// The link below it, or at its other end. 0 means none.
    pub link: Option<u32>,
    /// The network namespace of [`Self::link`], if that is a different one.
    pub link_netnsid: Option<i32>,
    /// Its driver, such as `veth`.
    pub kind: Option<String>,
    /// Its configuration, if this library knows its driver.
    pub data: Option<Vec<Field>>,
    /// The driver of its master.
    pub member_kind: Option<String>,
    /// Its configuration as a port of its master.
    pub member_data: Option<Vec<Field>>,
    /// Its hardware address.
    pub address: Option<Vec<u8>>,
    /// The broadcast hardware address, or that of the other end.
    pub broadcast: Option<Vec<u8>>,
    /// Its original hardware address.
    pub permanent_address: Option<Vec<u8>>,
    /// The number of users of the promiscuous mode.
    pub promiscuity: Option<u32>,
    /// The number of users that receive all multicast packets.
    pub allmulti: Option<u32>,
    /// The number of its transmit queues and of its receive queues.
    pub queues: (Option<u32>, Option<u32>),
    /// The maximum number of segments, and of bytes, of a packet that is split later
    /// (GSO).
    pub gso_max: (Option<u32>, Option<u32>),
    /// The same maximums for packets that the device itself splits (TSO).
    pub tso_max: (Option<u32>, Option<u32>),
    /// The maximum length of received packets that are merged (GRO), in bytes.
    pub gro_max_size: Option<u32>,
    /// Its mode of generating IPv6 addresses: `IN6_ADDR_GEN_MODE_*`.
    pub address_mode: Option<u8>,
}

/// Flags of links: `enum net_device_flags` in `include/uapi/linux/if.h`.
pub mod flag {
    use crate::kernel::numbers as n;

    /// It was set up by an administrator.
    pub const UP: u32 = n::IFF_UP as u32;
    /// It has a far end rather than a broadcast address.
    pub const POINTOPOINT: u32 = n::IFF_POINTOPOINT as u32;
    /// It can send.
    pub const RUNNING: u32 = n::IFF_RUNNING as u32;
    /// The layer below it, usually a cable, is connected.
    pub const LOWER_UP: u32 = n::IFF_LOWER_UP as u32;
}

/// The flags in the order in which `ip` prints them.
const FLAGS: &[(u32, &str)] = &[
    (n::IFF_LOOPBACK as u32, "LOOPBACK"),
    (n::IFF_BROADCAST as u32, "BROADCAST"),
    (flag::POINTOPOINT, "POINTOPOINT"),
    (n::IFF_MULTICAST as u32, "MULTICAST"),
    (n::IFF_NOARP as u32, "NOARP"),
    (n::IFF_ALLMULTI as u32, "ALLMULTI"),
    (n::IFF_PROMISC as u32, "PROMISC"),
    (n::IFF_MASTER as u32, "MASTER"),
    (n::IFF_SLAVE as u32, "SLAVE"),
    (n::IFF_DEBUG as u32, "DEBUG"),
    (n::IFF_DYNAMIC as u32, "DYNAMIC"),
    (n::IFF_AUTOMEDIA as u32, "AUTOMEDIA"),
    (n::IFF_PORTSEL as u32, "PORTSEL"),
    (n::IFF_NOTRAILERS as u32, "NOTRAILERS"),
    (flag::UP, "UP"),
    (flag::LOWER_UP, "LOWER_UP"),
    (n::IFF_DORMANT as u32, "DORMANT"),
    (n::IFF_ECHO as u32, "ECHO"),
];

/// Omits statistics, which change with every packet.
const SKIP_STATS: u32 = n::RTEXT_FILTER_SKIP_STATS as u32;

impl crate::sealed::Sealed for Link {}

impl Entry for Link {
    const NEW: u16 = n::RTM_NEWLINK;
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

    /// A bridge reports its ports in messages of the same type, with another family.
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
                n::IFLA_ADDRESS => link.address = bytes(),
                n::IFLA_BROADCAST => link.broadcast = bytes(),
                n::IFLA_IFNAME => link.name = attribute.name()?,
                n::IFLA_MTU => link.mtu = Some(attribute.u32()?),
                n::IFLA_LINK => link.link = Some(attribute.u32()?),
                n::IFLA_QDISC => link.qdisc = Some(attribute.text()?),
                n::IFLA_MASTER => link.master = Some(attribute.u32()?),
                n::IFLA_TXQLEN => link.queue_len = Some(attribute.u32()?),
                n::IFLA_OPERSTATE => link.state = attribute.u8()?,
                n::IFLA_LINKMODE => link.dormant_mode = attribute.u8()? != 0,
                n::IFLA_LINKINFO => link.read_info(attribute.attributes())?,
                n::IFLA_IFALIAS => link.alias = Some(attribute.name()?),
                n::IFLA_AF_SPEC => link.address_mode = read_address_mode(attribute.attributes())?,
                n::IFLA_GROUP => link.group = Some(attribute.u32()?),
                n::IFLA_PROMISCUITY => link.promiscuity = Some(attribute.u32()?),
                n::IFLA_NUM_TX_QUEUES => link.queues.0 = Some(attribute.u32()?),
                n::IFLA_NUM_RX_QUEUES => link.queues.1 = Some(attribute.u32()?),
                n::IFLA_LINK_NETNSID => link.link_netnsid = Some(attribute.u32()? as i32),
                n::IFLA_GSO_MAX_SEGS => link.gso_max.0 = Some(attribute.u32()?),
                n::IFLA_GSO_MAX_SIZE => link.gso_max.1 = Some(attribute.u32()?),
                n::IFLA_MIN_MTU => bounds.0 = Some(attribute.u32()?),
                n::IFLA_MAX_MTU => bounds.1 = Some(attribute.u32()?),
                n::IFLA_PROP_LIST => link.other_names = read_names(attribute.attributes())?,
                n::IFLA_PERM_ADDRESS => link.permanent_address = bytes(),
                n::IFLA_GRO_MAX_SIZE => link.gro_max_size = Some(attribute.u32()?),
                n::IFLA_TSO_MAX_SIZE => link.tso_max.1 = Some(attribute.u32()?),
                n::IFLA_TSO_MAX_SEGS => link.tso_max.0 = Some(attribute.u32()?),
                n::IFLA_ALLMULTI => link.allmulti = Some(attribute.u32()?),
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
    /// Returns the names of its flags, as `ip` prints them, such as `NO-CARRIER` if it is
    /// up but cannot send. `below` is the link below it.
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

    /// Returns the link below it from `links`, if there is one in this namespace.
    #[must_use]
    pub fn below<'a>(&self, links: &'a Names) -> Option<&'a Link> {
        let here = self.link.filter(|_| self.link_netnsid.is_none())?;
        links.get(here)
    }

    /// Formats a hardware address of this link: `02:00:00:00:00:01`. The addresses of
    /// tunnels are IP addresses.
    #[must_use]
    pub fn hardware(&self, address: &[u8]) -> String {
        hardware(self.link_type, address)
    }

    /// Returns its permanent address, if that differs from the current one.
    #[must_use]
    pub fn other_permanent_address(&self) -> Option<&[u8]> {
        let permanent = self.permanent_address.as_deref()?;
        (self.address.as_deref() != Some(permanent)).then_some(permanent)
    }

    /// Returns the name of [`Self::address_mode`].
    #[must_use]
    pub fn address_mode_name(&self) -> Option<Cow<'static, str>> {
        Some(match self.address_mode?.into() {
            n::IN6_ADDR_GEN_MODE_EUI64 => "eui64".into(),
            n::IN6_ADDR_GEN_MODE_NONE => "none".into(),
            n::IN6_ADDR_GEN_MODE_STABLE_PRIVACY => "stable_secret".into(),
            n::IN6_ADDR_GEN_MODE_RANDOM => "random".into(),
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
    for family in families {
        let family = family?;
        if family.number != Family::Inet6.number().into() {
            continue;
        }
        for attribute in family.attributes() {
            let attribute = attribute?;
            if attribute.number == n::IFLA_INET6_ADDR_GEN_MODE {
                return attribute.u8().map(Some);
            }
        }
    }
    Ok(None)
}

/// Reads `IFLA_PROP_LIST`.
fn read_names(attributes: Attributes<'_>) -> Result<Vec<OsString>> {
    let mut names = Vec::new();
    for attribute in attributes {
        let attribute = attribute?;
        if attribute.number == n::IFLA_ALT_IFNAME {
            names.push(attribute.name()?);
        }
    }
    Ok(names)
}

/// Lists all links, in the order of their numbers.
pub fn list<T: Transport>(socket: &mut Socket<T>) -> Result<Listing<Link>> {
    let mut listing: Listing<Link> = dump(socket, &[0; Link::HEADER], |w| {
        w.u32(n::IFLA_EXT_MASK, SKIP_STATS)
    })?;
    listing.entries.sort_by_key(|link| link.index);
    Ok(listing)
}

/// The links by number, for looking up their names.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<u32, Link>);

impl Names {
    /// Lists all links.
    pub fn read<T: Transport>(socket: &mut Socket<T>) -> Result<Self> {
        Ok(list(socket)?.entries.into_iter().collect())
    }

    /// Returns the link with this number, if there is one.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&Link> {
        self.0.get(&index)
    }

    /// Returns the name of the link with this number, or a name such as `if7` if there is
    /// none.
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
