// SPDX-License-Identifier: MIT OR Apache-2.0

//! Rules, which select the routing table for packets.
//!
//! Source: `include/uapi/linux/fib_rules.h`.

use super::{both, ip, split, Entry, Family, Prefix};
use crate::kernel::numbers as n;
use crate::netlink::attr::Attribute;
use crate::netlink::list::Listing;
use crate::netlink::message::Message;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result, Socket};
use std::ffi::OsString;

/// A rule. It matches any value of the properties that it does not mention.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Rule {
    /// Its family.
    pub family: Family,
    /// Its priority. Rules are applied in this order, the lowest value first.
    pub priority: u32,
    /// Its action: [`action`], or a type of route.
    pub action: u8,
    /// The table that it selects; 0 means none.
    pub table: u32,
    /// `FIB_RULE_*`.
    pub flags: u32,
    /// The source.
    pub source: Option<Prefix>,
    /// The destination.
    pub destination: Option<Prefix>,
    /// The type of service; 0 means any.
    pub tos: u8,
    /// The packets' mark.
    pub mark: Option<u32>,
    /// The bits of the mark that are compared.
    pub mark_mask: Option<u32>,
    /// The name of the incoming link.
    pub iif: Option<OsString>,
    /// The name of the outgoing link.
    pub oif: Option<OsString>,
    /// The protocol above IP.
    pub ip_protocol: Option<u8>,
    /// The first and last source port.
    pub source_ports: Option<(u16, u16)>,
    /// The bits of a single source port that are compared.
    pub source_port_mask: Option<u16>,
    /// The first and last destination port.
    pub destination_ports: Option<(u16, u16)>,
    /// The bits of a single destination port that are compared.
    pub destination_port_mask: Option<u16>,
    /// The first and last user whose packets match.
    pub users: Option<(u32, u32)>,
    /// The number of the packets' tunnel.
    pub tunnel: Option<u64>,
    /// Whether it selects the table of the link's master.
    pub of_master: bool,
    /// The code point of differentiated services (DSCP).
    pub dscp: Option<u8>,
    /// The bits of the DSCP that are compared, out of 6.
    pub dscp_mask: Option<u8>,
    /// The label of an IPv6 flow.
    pub flow_label: Option<u32>,
    /// The bits of the label that are compared, out of 20.
    pub flow_label_mask: Option<u32>,
    /// The priority of the next rule, for a rule with [`action::GOTO`].
    pub target: Option<u32>,
    /// The realms: the source in the upper 16 bits, the destination in the lower.
    pub realms: Option<u32>,
    /// Routes with a prefix of at most this length are ignored.
    pub suppress_prefix_len: Option<u32>,
    /// Routes over links of this group are ignored.
    pub suppress_group: Option<u32>,
    /// Its origin: [`protocol`](super::names::protocol).
    pub protocol: Option<u8>,
}

/// The actions of a rule that are not types of routes: `FR_ACT_*`.
pub mod action {
    use crate::kernel::numbers as n;

    /// Looks up the route in a table.
    pub const TABLE: u8 = n::FR_ACT_TO_TBL as u8;
    /// Continues at another rule.
    pub const GOTO: u8 = n::FR_ACT_GOTO as u8;
    /// Does nothing.
    pub const NOTHING: u8 = n::FR_ACT_NOP as u8;
}

/// Flags of rules: `FIB_RULE_*`.
pub mod flag {
    /// It matches packets that do not fit its properties.
    pub const INVERT: u32 = 2;
    /// The rule with the target priority does not exist.
    pub const UNRESOLVED: u32 = 4;
    /// The incoming link does not exist.
    pub const IIF_DETACHED: u32 = 8;
    /// The outgoing link does not exist.
    pub const OIF_DETACHED: u32 = 16;
}

/// Reads the payload as a range of ports.
fn ports(attribute: &Attribute<'_>) -> Result<(u16, u16)> {
    match *attribute.payload {
        [a, b, c, d] => Ok((u16::from_ne_bytes([a, b]), u16::from_ne_bytes([c, d]))),
        _ => Err(bad_range(attribute)),
    }
}

/// Reads the payload as a range of users.
fn users(attribute: &Attribute<'_>) -> Result<(u32, u32)> {
    match *attribute.payload {
        [a, b, c, d, e, f, g, h] => Ok((
            u32::from_ne_bytes([a, b, c, d]),
            u32::from_ne_bytes([e, f, g, h]),
        )),
        _ => Err(bad_range(attribute)),
    }
}

fn bad_range(attribute: &Attribute<'_>) -> Error {
    Error::Malformed {
        what: "a range has not the length of its two ends",
        offset: attribute.offset,
    }
}

impl crate::sealed::Sealed for Rule {}

impl Entry for Rule {
    const NEW: u16 = n::RTM_NEWRULE;
    const REQUEST: &'static str = "RTM_GETRULE";
    const GROUPS: &'static [u32] = &[8, 19];
    const HEADER: usize = 12;

    type Key = Self;

    /// A rule has no name. Its contents are its identity, apart from the state of its
    /// links.
    fn key(&self) -> Self {
        Self {
            flags: self.flags & flag::INVERT,
            ..self.clone()
        }
    }

    fn all<T: Transport>(socket: &mut Socket<T>) -> Result<Listing<Self>> {
        list(socket, None)
    }

    fn read(message: &Message<'_>) -> Result<Self> {
        let (header, attributes) = split::<12>(message)?;
        let [family, dst_len, src_len, tos, table, _, _, action, f0, f1, f2, f3] = *header;
        let mut rule = Self {
            family: Family::read(family)?,
            priority: 0,
            action,
            table: table.into(),
            flags: u32::from_ne_bytes([f0, f1, f2, f3]),
            source: None,
            destination: None,
            tos,
            mark: None,
            mark_mask: None,
            iif: None,
            oif: None,
            ip_protocol: None,
            source_ports: None,
            source_port_mask: None,
            destination_ports: None,
            destination_port_mask: None,
            users: None,
            tunnel: None,
            of_master: false,
            dscp: None,
            dscp_mask: None,
            flow_label: None,
            flow_label_mask: None,
            target: None,
            realms: None,
            suppress_prefix_len: None,
            suppress_group: None,
            protocol: None,
        };
        let prefix = |attribute: &Attribute<'_>, len| {
            ip(attribute).map(|address| Some(Prefix { address, len }))
        };
        // The kernel sets all bits to report that there is none.
        let unless_all = |value: u32| (value != u32::MAX).then_some(value);
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::FRA_DST => rule.destination = prefix(&attribute, dst_len)?,
                n::FRA_SRC => rule.source = prefix(&attribute, src_len)?,
                n::FRA_IIFNAME => rule.iif = Some(attribute.name()?),
                n::FRA_GOTO => rule.target = Some(attribute.u32()?),
                n::FRA_PRIORITY => rule.priority = attribute.u32()?,
                n::FRA_FWMARK => rule.mark = Some(attribute.u32()?),
                n::FRA_FLOW => rule.realms = Some(attribute.u32()?).filter(|realms| *realms != 0),
                n::FRA_TUN_ID => rule.tunnel = Some(attribute.be64()?),
                n::FRA_SUPPRESS_IFGROUP => rule.suppress_group = unless_all(attribute.u32()?),
                n::FRA_SUPPRESS_PREFIXLEN => {
                    rule.suppress_prefix_len = unless_all(attribute.u32()?)
                }
                n::FRA_TABLE => rule.table = attribute.u32()?,
                n::FRA_FWMASK => rule.mark_mask = Some(attribute.u32()?),
                n::FRA_OIFNAME => rule.oif = Some(attribute.name()?),
                n::FRA_L3MDEV => rule.of_master = attribute.u8()? != 0,
                n::FRA_UID_RANGE => rule.users = Some(users(&attribute)?),
                n::FRA_PROTOCOL => rule.protocol = Some(attribute.u8()?),
                n::FRA_IP_PROTO => rule.ip_protocol = Some(attribute.u8()?),
                n::FRA_SPORT_RANGE => rule.source_ports = Some(ports(&attribute)?),
                n::FRA_DPORT_RANGE => rule.destination_ports = Some(ports(&attribute)?),
                n::FRA_DSCP => rule.dscp = Some(attribute.u8()?),
                n::FRA_FLOWLABEL => rule.flow_label = Some(attribute.be32()?),
                n::FRA_FLOWLABEL_MASK => rule.flow_label_mask = Some(attribute.be32()?),
                n::FRA_SPORT_MASK => rule.source_port_mask = Some(attribute.u16()?),
                n::FRA_DPORT_MASK => rule.destination_port_mask = Some(attribute.u16()?),
                n::FRA_DSCP_MASK => rule.dscp_mask = Some(attribute.u8()?),
                _ => {}
            }
        }
        Ok(rule)
    }
}

/// Lists the rules in the order in which they apply: IPv4 and then IPv6, or only those of
/// `family`.
pub fn list<T: Transport>(socket: &mut Socket<T>, family: Option<Family>) -> Result<Listing<Rule>> {
    both(family, |family| super::list(socket, Some(family)))
}
