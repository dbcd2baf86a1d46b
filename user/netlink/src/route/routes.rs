// SPDX-License-Identifier: MIT OR Apache-2.0

//! Routes: where packets go, by their destination.
//!
//! Source: `include/uapi/linux/rtnetlink.h`, `struct rtmsg`, `enum rtattr_type_t`.

use super::encap;
use super::fields::Field;
use super::names::bits;
use super::{both, dump, ip, ip_bytes, split, Entry, Family, Prefix};
use crate::kernel::numbers as n;
use crate::kernel::rtnetlink::SET_METRICS;
use crate::netlink::attr::{Attribute, Attributes, ALIGN};
use crate::netlink::list::Listing;
use crate::netlink::message::Message;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result, Socket};
use std::borrow::Cow;
use std::net::IpAddr;

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// Its family.
    pub family: Family,
    /// The number of its table.
    pub table: u32,
    /// Its type: [`route_type`](super::names::route_type).
    pub kind: u8,
    /// The destination. `None` means everywhere.
    pub destination: Option<Prefix>,
    /// The source, if it matters.
    pub source: Option<Prefix>,
    /// The packets' type of service; 0 means any.
    pub tos: u8,
    /// Of several routes to the same destination, the one with the lowest metric is used.
    pub metric: Option<u32>,
    /// Its origin: [`protocol`](super::names::protocol).
    pub protocol: u8,
    /// Its scope: [`scope`](super::names::scope).
    pub scope: u8,
    /// `RTNH_F_*` and `RTM_F_*`.
    pub flags: u32,
    /// The preferred source address of packets from this machine.
    pub preferred_source: Option<IpAddr>,
    /// The number of the nexthop object that it uses.
    pub nexthop_id: Option<u32>,
    /// The next hop, if there is only one.
    pub way: Way,
    /// The next hops, if there are several.
    pub ways: Vec<Way>,
    /// Properties of its connections: numbers of `RTAX_*`, and their values.
    pub metrics: Vec<(u16, u32)>,
    /// A bit mask of the metrics that are fixed.
    pub locked: u32,
    /// The name of the congestion control algorithm.
    pub congestion: Option<String>,
    /// The time until it expires, in hundredths of a second; 0 means never.
    pub expires: i32,
    /// The errno for packets that it rejects; 0 means none.
    pub error: i32,
    /// The preference of the router that announced it: `ICMPV6_ROUTER_PREF_*`.
    pub preference: Option<u8>,
}

/// A next hop of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Way {
    /// The number of the link.
    pub index: Option<u32>,
    /// The gateway. If its family differs from the route's, it came as `RTA_VIA`.
    pub gateway: Option<IpAddr>,
    /// Its share of the packets if there are several next hops: 1 to 256.
    pub weight: u16,
    /// `RTNH_F_*`.
    pub flags: u32,
    /// The realms: the source in the upper 16 bits, the destination in the lower.
    pub realms: Option<u32>,
    /// The type of the encapsulation: `LWTUNNEL_ENCAP_*`.
    pub encapsulation: Option<u16>,
    /// The configuration of the encapsulation.
    pub encapsulation_data: Vec<Field>,
}

/// The flags in the order in which `ip` prints them.
const FLAGS: &[(u32, &str)] = &[
    (n::RTNH_F_DEAD as u32, "dead"),
    (n::RTNH_F_ONLINK as u32, "onlink"),
    (n::RTNH_F_PERVASIVE as u32, "pervasive"),
    (n::RTNH_F_OFFLOAD as u32, "offload"),
    (n::RTNH_F_TRAP as u32, "trap"),
    (n::RTM_F_NOTIFY as u32, "notify"),
    (n::RTNH_F_LINKDOWN as u32, "linkdown"),
    (n::RTNH_F_UNRESOLVED as u32, "unresolved"),
    (n::RTM_F_OFFLOAD as u32, "rt_offload"),
    (n::RTM_F_TRAP as u32, "rt_trap"),
    (n::RTM_F_OFFLOAD_FAILED as u32, "rt_offload_failed"),
];

/// The flags that show the state of a next hop rather than its identity:
/// `RTNH_COMPARE_MASK`, and similar flags of a route.
const PASSING: u32 = (n::RTNH_F_DEAD | n::RTNH_F_LINKDOWN | n::RTNH_F_OFFLOAD | n::RTNH_F_TRAP)
    as u32
    | (n::RTM_F_OFFLOAD | n::RTM_F_TRAP) as u32
    | n::RTM_F_OFFLOAD_FAILED as u32;

/// Returns the names of the flags of a route or a next hop, as `ip` prints them.
#[must_use]
pub fn flag_names(flags: u32) -> Vec<Cow<'static, str>> {
    let known = FLAGS.iter().fold(0, |all, (flag, _)| all | flag);
    bits(FLAGS, flags & known)
}

/// Returns the name of a metric, by its number of `RTAX_*`.
#[must_use]
pub fn metric_name(number: u16) -> Cow<'static, str> {
    let without = [n::RTAX_UNSPEC, n::RTAX_LOCK, n::RTAX_CC_ALGO];
    let mut known = SET_METRICS.0.iter();
    let known = known.find(|known| known.0 == number && !without.contains(&number));
    match known.and_then(|known| known.1.strip_prefix("RTAX_")) {
        Some(name) => name.to_ascii_lowercase().into(),
        None => format!("metric {number}").into(),
    }
}

/// Returns the value of a metric, as `ip` prints it: times in milliseconds.
#[must_use]
pub fn metric_value(number: u16, value: u32) -> u32 {
    match number {
        // The kernel's units are eighths and quarters of a millisecond.
        n::RTAX_RTT => value / 8,
        n::RTAX_RTTVAR => value / 4,
        _ => value,
    }
}

/// `RTAX_FEATURES`, whose value is a bit mask.
pub const FEATURES: u16 = n::RTAX_FEATURES;
/// `RTAX_FEATURE_ECN`: packets may be marked rather than dropped.
pub const ECN: u32 = 1;

impl Route {
    /// Returns whether the kernel considers two IPv4 routes with the same key to be the
    /// same (`fib_table_insert()`, `fib_find_info()`). It compares everything that an
    /// administrator can set, and each difference makes another route.
    fn is_same_alias(&self, other: &Self) -> bool {
        let set = |route: &Self| {
            (
                (route.kind, route.protocol, route.scope),
                route.preferred_source,
                route.flags & !PASSING,
                (route.metrics.clone(), route.locked),
                route.congestion.clone(),
            )
        };
        let ways = match (self.nexthop_id, other.nexthop_id) {
            // The next hop of a nexthop object may change, and the route remains.
            (Some(id), Some(other)) => id == other,
            (None, None) => {
                self.way.is_same(&other.way)
                    && self.ways.len() == other.ways.len()
                    && (self.ways.iter().zip(&other.ways)).all(|(way, other)| way.is_same(other))
            }
            _ => false,
        };
        ways && set(self) == set(other)
    }

    /// Returns whether the kernel considers two IPv6 routes with the same key to be the
    /// same (`fib6_add_rt2node()`): it compares only the next hops. Routes that can share
    /// the packets become one route with several next hops.
    fn is_same_node(&self, other: &Self) -> bool {
        if self.nexthop_id.is_some() || other.nexthop_id.is_some() {
            return self.nexthop_id == other.nexthop_id;
        }
        let leads_as = |way: &Way| {
            let way = |own: &Way| {
                own.leads_as(way)
                    && own.encapsulation == way.encapsulation
                    && own.encapsulation_data == way.encapsulation_data
            };
            self.hops().any(way)
        };
        (self.can_share() && other.can_share()) || other.hops().any(leads_as)
    }

    /// Returns its next hops, one or more.
    fn hops(&self) -> impl Iterator<Item = &Way> {
        let alone = self.ways.is_empty().then_some(&self.way);
        self.ways.iter().chain(alone)
    }

    /// Implements `rt6_qualify_for_ecmp()`, as far as a message shows its conditions.
    fn can_share(&self) -> bool {
        !self.ways.is_empty()
            || (self.way.gateway.is_some() && u16::from(self.protocol) != n::RTPROT_RA)
    }

    /// Returns whether the metric with this number is fixed.
    #[must_use]
    pub fn is_locked(&self, metric: u16) -> bool {
        let bit = 1u32.checked_shl(metric.into()).unwrap_or(0);
        self.locked & bit != 0
    }

    /// Returns the name of [`Self::preference`].
    #[must_use]
    pub fn preference_name(&self) -> Option<Cow<'static, str>> {
        Some(match self.preference? {
            0 => "medium".into(),
            1 => "high".into(),
            3 => "low".into(),
            other => other.to_string().into(),
        })
    }
}

impl Way {
    /// Returns the name of [`Self::encapsulation`].
    #[must_use]
    pub fn encapsulation_name(&self) -> Option<Cow<'static, str>> {
        let kind = self.encapsulation.filter(|kind| *kind != 0)?;
        let number = || Cow::from(kind.to_string());
        Some(encap::name(kind).map_or_else(number, Cow::from))
    }

    fn leads_as(&self, other: &Self) -> bool {
        (self.index, self.gateway) == (other.index, other.gateway)
    }

    /// Returns whether the kernel considers two IPv4 next hops to be the same
    /// (`nh_comp()`).
    fn is_same(&self, other: &Self) -> bool {
        let lasting = |way: &Self| Self {
            flags: way.flags & !PASSING,
            ..way.clone()
        };
        lasting(self) == lasting(other)
    }

    /// Reads `RTA_ENCAP`, whose type is in another one of `attributes`.
    fn read_encapsulation(&mut self, attributes: Attributes<'_>) -> Result<()> {
        for attribute in attributes {
            let attribute = attribute?;
            if let (n::RTA_ENCAP, Some(kind)) = (attribute.number, self.encapsulation) {
                self.encapsulation_data = encap::data(kind, attribute.attributes())?;
            }
        }
        Ok(())
    }

    /// Reads an attribute of a next hop. Returns whether it was one.
    fn read(&mut self, attribute: &Attribute<'_>) -> Result<bool> {
        match attribute.number {
            n::RTA_OIF => self.index = Some(attribute.u32()?),
            n::RTA_GATEWAY => self.gateway = Some(ip(attribute)?),
            n::RTA_FLOW => self.realms = Some(attribute.u32()?),
            // struct rtvia: the family, in 2 bytes, and the address.
            n::RTA_VIA => {
                let address = attribute.payload.get(2..).unwrap_or_default();
                self.gateway = Some(ip_bytes(address, attribute.offset)?);
            }
            n::RTA_ENCAP_TYPE => self.encapsulation = Some(attribute.u16()?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Reads `RTA_MULTIPATH`: each `struct rtnexthop` has its length, flags, weight
/// and link, and then its attributes.
fn read_ways(attribute: &Attribute<'_>) -> Result<Vec<Way>> {
    const LEN: usize = 8;
    let malformed = Error::Malformed {
        what: "a nexthop's length is wrong",
        offset: attribute.offset,
    };
    let mut ways = Vec::new();
    let mut rest = attribute.payload;
    while !rest.is_empty() {
        let [l0, l1, flags, hops, i0, i1, i2, i3, ..] = *rest else {
            return Err(malformed);
        };
        let len = usize::from(u16::from_ne_bytes([l0, l1]));
        let Some(inside) = rest.get(LEN..len) else {
            return Err(malformed);
        };
        let index = u32::from_ne_bytes([i0, i1, i2, i3]);
        let mut way = Way {
            index: (index != 0).then_some(index),
            weight: u16::from(hops).saturating_add(1),
            flags: flags.into(),
            ..Way::default()
        };
        for attribute in Attributes::new(inside) {
            way.read(&attribute?)?;
        }
        way.read_encapsulation(Attributes::new(inside))?;
        ways.push(way);
        let next = len.next_multiple_of(ALIGN).min(rest.len());
        rest = rest.get(next..).unwrap_or_default();
    }
    Ok(ways)
}

impl Route {
    /// Reads `RTA_METRICS`: attributes of `RTAX_*`.
    fn read_metrics(&mut self, attributes: Attributes<'_>) -> Result<()> {
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::RTAX_LOCK => self.locked = attribute.u32()?,
                n::RTAX_CC_ALGO => self.congestion = Some(attribute.text()?),
                // This is how the kernel reports that there is none.
                n::RTAX_HOPLIMIT if attribute.u32()? == u32::MAX => {}
                number => self.metrics.push((number, attribute.u32()?)),
            }
        }
        Ok(())
    }
}

/// The identity of a route, without its next hops.
#[doc(hidden)]
pub type Key = (Family, u32, Option<Prefix>, Option<Prefix>, u8, Option<u32>);

impl crate::sealed::Sealed for Route {}

impl Entry for Route {
    const NEW: u16 = n::RTM_NEWROUTE;
    const REQUEST: &'static str = "RTM_GETROUTE";
    const GROUPS: &'static [u32] = &[7, 11];
    const HEADER: usize = 12;

    type Key = Key;

    fn key(&self) -> Key {
        (
            self.family,
            self.table,
            self.destination,
            self.source,
            self.tos,
            self.metric,
        )
    }

    fn is_same(&self, other: &Self) -> bool {
        match self.family {
            Family::Inet => self.is_same_alias(other),
            Family::Inet6 => self.is_same_node(other),
        }
    }

    /// If an IPv6 route has several next hops, the kernel removes a single one by itself.
    fn is_part_of(&self, other: &Self) -> bool {
        self.family == Family::Inet6 && self.ways.is_empty() && !other.ways.is_empty()
    }

    fn comes_from(&self, other: &Self) -> bool {
        self.is_same(other)
            || (self.way.leads_as(&other.way)
                && self.ways.len() == other.ways.len()
                && (self.ways.iter().zip(&other.ways)).all(|(way, other)| way.leads_as(other)))
    }

    fn is_changed(&self, other: &Self) -> bool {
        let mut now = self.clone();
        if now.expires != 0 && other.expires != 0 {
            now.expires = other.expires;
        }
        now != *other
    }

    fn goes_with(&self, link: u32) -> bool {
        let mut ways = self.ways.iter().chain([&self.way]);
        // The kernel need not report the link of a nexthop object.
        self.nexthop_id.is_some() || ways.any(|way| way.index == Some(link))
    }

    fn all<T: Transport>(socket: &mut Socket<T>) -> Result<Listing<Self>> {
        list(socket, None, None)
    }

    fn read(message: &Message<'_>) -> Result<Self> {
        let (header, attributes) = split::<12>(message)?;
        let [family, dst_len, src_len, tos, table, protocol, scope, kind, f0, f1, f2, f3] = *header;
        let family = Family::read(family)?;
        let mut route = Self {
            family,
            table: table.into(),
            kind,
            destination: None,
            source: None,
            tos,
            metric: None,
            protocol,
            scope,
            flags: u32::from_ne_bytes([f0, f1, f2, f3]),
            preferred_source: None,
            nexthop_id: None,
            way: Way::default(),
            ways: Vec::new(),
            metrics: Vec::new(),
            locked: 0,
            congestion: None,
            expires: 0,
            error: 0,
            preference: None,
        };
        let prefix = |attribute: &Attribute<'_>, len| {
            ip(attribute).map(|address| Some(Prefix { address, len }))
        };
        for attribute in attributes.clone() {
            let attribute = attribute?;
            if route.way.read(&attribute)? {
                continue;
            }
            match attribute.number {
                n::RTA_DST => route.destination = prefix(&attribute, dst_len)?,
                n::RTA_SRC => route.source = prefix(&attribute, src_len)?,
                n::RTA_PRIORITY => route.metric = Some(attribute.u32()?),
                n::RTA_PREFSRC => route.preferred_source = Some(ip(&attribute)?),
                n::RTA_METRICS => route.read_metrics(attribute.attributes())?,
                n::RTA_MULTIPATH => route.ways = read_ways(&attribute)?,
                n::RTA_CACHEINFO => {
                    let [_, _, _, _, _, _, _, _, x0, x1, x2, x3, e0, e1, e2, e3, ..] =
                        *attribute.payload
                    else {
                        return Err(Error::Malformed {
                            what: "RTA_CACHEINFO is too short",
                            offset: attribute.offset,
                        });
                    };
                    route.expires = i32::from_ne_bytes([x0, x1, x2, x3]);
                    route.error = i32::from_ne_bytes([e0, e1, e2, e3]);
                }
                n::RTA_TABLE => route.table = attribute.u32()?,
                n::RTA_PREF => route.preference = Some(attribute.u8()?),
                n::RTA_NH_ID => route.nexthop_id = Some(attribute.u32()?),
                _ => {}
            }
        }
        route.way.read_encapsulation(attributes)?;
        Ok(route)
    }
}

/// Lists the routes of all tables, or of `table`: IPv4 and then IPv6, or only those of
/// `family`.
///
/// The kernel refuses this with `ENOENT` if there is no such table.
pub fn list<T: Transport>(
    socket: &mut Socket<T>,
    family: Option<Family>,
    table: Option<u32>,
) -> Result<Listing<Route>> {
    let (mut there, mut refused) = (false, None);
    let listing = both(family, |family| {
        let mut header = [0; Route::HEADER];
        let [first, ..] = &mut header;
        *first = family.number();
        let listing = dump(socket, &header, |w| match table {
            Some(table) => w.u32(n::RTA_TABLE, table),
            None => Ok(()),
        });
        match listing {
            // The table may exist in only one of the families.
            Err(error) if error.errno() == Some(libc::ENOENT) => {
                refused = Some(error);
                Ok(Listing::default())
            }
            other => {
                there = true;
                other
            }
        }
    })?;
    match refused {
        Some(error) if !there => Err(error),
        _ => Ok(listing),
    }
}
