// SPDX-License-Identifier: MIT OR Apache-2.0

//! rtnetlink: links, addresses, routes, neighbours, rules.
//!
//! Source: `include/uapi/linux/rtnetlink.h`, and the headers of its parts.

#![forbid(unsafe_code)]

mod attributes;

use super::{address_family, decimal, hexadecimal, index, unused, Member};
use crate::explain::flags::Purpose;
use crate::explain::message::About;
use crate::explain::value::Set;
use crate::explain::walk::Walk;
use attributes::{ADDRESS, LINK, MESSAGES, NAMESPACE, NEIGHBOUR, ROUTE, RULE, TRAFFIC};

/// What a message of this type is.
pub(crate) fn about(kind: u16) -> About {
    let name = MESSAGES
        .iter()
        .find(|known| known.0 == kind)
        .map(|known| known.1);
    let purpose = match kind % 4 {
        0 => Purpose::New,
        1 => Purpose::Delete,
        2 => Purpose::Get,
        _ => Purpose::New,
    };
    About {
        purpose,
        event: false,
        kind: format!("{kind}: {}", name.unwrap_or("not known")),
        words: name.map_or_else(|| format!("type {kind}"), str::to_owned),
        set: layout(kind).2,
    }
}

/// The fixed header of a message's type: its name, its members, and the attributes
/// behind it.
fn layout(kind: u16) -> (&'static str, &'static [Member], Set) {
    match kind & !3 {
        16 | 108 => ("ifinfomsg", IFINFOMSG, Set::Table(LINK)),
        20 | 56 | 60 => ("ifaddrmsg", IFADDRMSG, Set::Table(ADDRESS)),
        24 => ("rtmsg", RTMSG, Set::Table(ROUTE)),
        28 => ("ndmsg", NDMSG, Set::Table(NEIGHBOUR)),
        32 => ("fib_rule_hdr", FIB_RULE_HDR, Set::Table(RULE)),
        36 | 40 | 44 | 100 => ("tcmsg", TCMSG, Set::Table(TRAFFIC)),
        88 => ("rtgenmsg", RTGENMSG, Set::Table(NAMESPACE)),
        _ => ("rtgenmsg", RTGENMSG, Set::Guess),
    }
}

/// Passes the fixed header.
pub(crate) fn header(walk: &mut Walk<'_>, kind: u16, end: usize, depth: usize) {
    let (name, members, _) = layout(kind);
    super::header(walk, name, members, end, depth);
}

const IFINFOMSG: &[Member] = &[
    ("ifi_family", 1, address_family),
    ("padding", 1, unused),
    ("ifi_type", 2, hardware_type),
    ("ifi_index", 4, index),
    ("ifi_flags", 4, link_flags),
    ("ifi_change", 4, hexadecimal),
];

const IFADDRMSG: &[Member] = &[
    ("ifa_family", 1, address_family),
    ("ifa_prefixlen", 1, decimal),
    ("ifa_flags", 1, hexadecimal),
    ("ifa_scope", 1, scope),
    ("ifa_index", 4, index),
];

const RTMSG: &[Member] = &[
    ("rtm_family", 1, address_family),
    ("rtm_dst_len", 1, decimal),
    ("rtm_src_len", 1, decimal),
    ("rtm_tos", 1, hexadecimal),
    ("rtm_table", 1, table),
    ("rtm_protocol", 1, route_protocol),
    ("rtm_scope", 1, scope),
    ("rtm_type", 1, route_type),
    ("rtm_flags", 4, hexadecimal),
];

const NDMSG: &[Member] = &[
    ("ndm_family", 1, address_family),
    ("padding", 3, unused),
    ("ndm_ifindex", 4, index),
    ("ndm_state", 2, neighbour_state),
    ("ndm_flags", 1, hexadecimal),
    ("ndm_type", 1, route_type),
];

const FIB_RULE_HDR: &[Member] = &[
    ("family", 1, address_family),
    ("dst_len", 1, decimal),
    ("src_len", 1, decimal),
    ("tos", 1, hexadecimal),
    ("table", 1, table),
    ("res1", 1, unused),
    ("res2", 1, unused),
    ("action", 1, action),
    ("flags", 4, hexadecimal),
];

const TCMSG: &[Member] = &[
    ("tcm_family", 1, address_family),
    ("padding", 3, unused),
    ("tcm_ifindex", 4, index),
    ("tcm_handle", 4, hexadecimal),
    ("tcm_parent", 4, hexadecimal),
    ("tcm_info", 4, hexadecimal),
];

const RTGENMSG: &[Member] = &[("rtgen_family", 1, address_family), ("padding", 3, unused)];

/// The name beside the number, where there is one.
fn named(value: u64, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{value}: {name}"),
        None => value.to_string(),
    }
}

/// The names of the bits that are set, in the order of `names`.
fn bits(value: u64, names: &[(u64, &str)]) -> String {
    let set = |known: &&(u64, &str)| value & known.0 == known.0;
    let names: Vec<_> = names.iter().filter(set).map(|known| known.1).collect();
    if names.is_empty() {
        hexadecimal(value)
    } else {
        format!("0x{value:x}: {}", names.join(", "))
    }
}

fn hardware_type(value: u64) -> String {
    let name = match value {
        1 => Some("ARPHRD_ETHER"),
        768 => Some("ARPHRD_TUNNEL"),
        769 => Some("ARPHRD_TUNNEL6"),
        772 => Some("ARPHRD_LOOPBACK"),
        776 => Some("ARPHRD_SIT"),
        778 => Some("ARPHRD_IPGRE"),
        824 => Some("ARPHRD_NETLINK"),
        65534 => Some("ARPHRD_NONE"),
        _ => None,
    };
    named(value, name)
}

fn link_flags(value: u64) -> String {
    let names = [
        (0x1, "UP"),
        (0x2, "BROADCAST"),
        (0x8, "LOOPBACK"),
        (0x10, "POINTOPOINT"),
        (0x40, "RUNNING"),
        (0x80, "NOARP"),
        (0x100, "PROMISC"),
        (0x200, "ALLMULTI"),
        (0x400, "MASTER"),
        (0x800, "SLAVE"),
        (0x1000, "MULTICAST"),
        (0x1_0000, "LOWER_UP"),
        (0x2_0000, "DORMANT"),
    ];
    bits(value, &names)
}

fn scope(value: u64) -> String {
    let name = match value {
        0 => Some("RT_SCOPE_UNIVERSE"),
        200 => Some("RT_SCOPE_SITE"),
        253 => Some("RT_SCOPE_LINK"),
        254 => Some("RT_SCOPE_HOST"),
        255 => Some("RT_SCOPE_NOWHERE"),
        _ => None,
    };
    named(value, name)
}

fn table(value: u64) -> String {
    let name = match value {
        0 => Some("RT_TABLE_UNSPEC"),
        252 => Some("RT_TABLE_COMPAT"),
        253 => Some("RT_TABLE_DEFAULT"),
        254 => Some("RT_TABLE_MAIN"),
        255 => Some("RT_TABLE_LOCAL"),
        _ => None,
    };
    named(value, name)
}

/// Who made a route, a rule or a neighbour.
fn protocol(value: u64) -> Option<&'static str> {
    Some(match value {
        0 => "RTPROT_UNSPEC",
        1 => "RTPROT_REDIRECT",
        2 => "RTPROT_KERNEL",
        3 => "RTPROT_BOOT",
        4 => "RTPROT_STATIC",
        9 => "RTPROT_RA",
        16 => "RTPROT_DHCP",
        _ => return None,
    })
}

fn route_protocol(value: u64) -> String {
    named(value, protocol(value))
}

fn route_type(value: u64) -> String {
    let name = match value {
        0 => "RTN_UNSPEC",
        1 => "RTN_UNICAST",
        2 => "RTN_LOCAL",
        3 => "RTN_BROADCAST",
        4 => "RTN_ANYCAST",
        5 => "RTN_MULTICAST",
        6 => "RTN_BLACKHOLE",
        7 => "RTN_UNREACHABLE",
        8 => "RTN_PROHIBIT",
        9 => "RTN_THROW",
        10 => "RTN_NAT",
        _ => return value.to_string(),
    };
    named(value, Some(name))
}

fn neighbour_state(value: u64) -> String {
    let names = [
        (0x01, "NUD_INCOMPLETE"),
        (0x02, "NUD_REACHABLE"),
        (0x04, "NUD_STALE"),
        (0x08, "NUD_DELAY"),
        (0x10, "NUD_PROBE"),
        (0x20, "NUD_FAILED"),
        (0x40, "NUD_NOARP"),
        (0x80, "NUD_PERMANENT"),
    ];
    bits(value, &names)
}

fn action(value: u64) -> String {
    let name = match value {
        1 => Some("FR_ACT_TO_TBL"),
        2 => Some("FR_ACT_GOTO"),
        3 => Some("FR_ACT_NOP"),
        6 => Some("FR_ACT_BLACKHOLE"),
        7 => Some("FR_ACT_UNREACHABLE"),
        8 => Some("FR_ACT_PROHIBIT"),
        _ => None,
    };
    named(value, name)
}
