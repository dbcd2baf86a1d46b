// SPDX-License-Identifier: MIT OR Apache-2.0

//! rtnetlink: links, addresses, routes, neighbours, rules, next hops.
//!
//! Source: `include/uapi/linux/rtnetlink.h`, and the headers of its parts.

mod attributes;
mod headers;
mod structs;

use super::{hexadecimal, Member};
use crate::explain::flags::Purpose;
use crate::explain::message::{About, Role};
use crate::explain::value::Set;
use crate::explain::walk::{number, Walk};
use crate::explain::Order;
use attributes::{
    ADDRESS, BRIDGE_LINK, INET6_LINK, LABEL, LINK, MESSAGES, NAMESPACE, NEIGHBOUR, NEXT_HOP,
    OPTION, PREFIX, ROUTE, RULE, TRAFFIC,
};
use headers::{
    BRIDGE, DCBMSG, FIB_RULE_HDR, IFADDRLBLMSG, IFADDRMSG, IFINFOMSG, IF_STATS_MSG, NDMSG,
    NDUSEROPTMSG, NHMSG, PREFIXMSG, RTGENMSG, RTMSG, TCMSG, TUNNEL_MSG,
};

const AF_BRIDGE: u8 = 7;
const AF_INET6: u8 = 10;

/// What the lowest bits of the type of a request to read are.
const GET: u16 = 2;
/// Length of `rtgenmsg` with its padding.
const RTGENMSG_LEN: usize = 4;

/// `RTM_NEWNDUSEROPT`, behind whose header options stand.
const OPTIONS: u16 = 68;

/// What a message of this type is, which has `payload` behind netlink's header. It is
/// a request for a `dump` or not.
pub(crate) fn about(kind: u16, dump: bool, payload: &[u8], order: Order) -> About {
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
        role: Role::Either,
        kind: format!("{kind}: {}", name.unwrap_or("not known")),
        words: name.map_or_else(|| format!("type {kind}"), str::to_owned),
        set: layout(kind, dump, payload, order).map_or(Set::Guess, |layout| layout.2),
    }
}

/// A fixed header's name, its members, and the attributes behind it.
type Layout = (&'static str, &'static [Member], Set);

/// Length of `ifinfomsg`.
const IFINFOMSG_LEN: usize = 16;

/// The fixed header of a message, if it is known.
fn layout(kind: u16, dump: bool, payload: &[u8], order: Order) -> Option<Layout> {
    let proper = proper(kind, payload.first().copied())?;
    match legacy(&proper, payload, order) {
        Some(legacy) if dump && kind % 4 == GET => Some(legacy),
        _ => Some(proper),
    }
}

/// The header of old programs' requests for a dump, if this is one: the family alone,
/// as glibc and busybox send it, or an `ifinfomsg`, as iproute2 did whatever it asked
/// for. The kernel tells both by their length, or looks at the family alone.
///
/// Source: `net/core/rtnetlink.c`, `rtnl_dump_ifinfo` and `valid_fdb_dump_legacy`;
/// `net/core/neighbour.c`, `neigh_dump_info`; `net/ipv4/fib_frontend.c`,
/// `inet_dump_fib`.
fn legacy(proper: &Layout, payload: &[u8], order: Order) -> Option<Layout> {
    let len: usize = proper.1.iter().map(|member| member.1).sum();
    if proper.0 == "ifinfomsg" || payload.len() <= RTGENMSG_LEN && len > RTGENMSG_LEN {
        let shorter = payload.len() < len;
        return shorter.then_some(("rtgenmsg", RTGENMSG, proper.2));
    }
    // Of its members only the index may be set; the change's mask is none or all.
    let change = number(payload.get(12..IFINFOMSG_LEN)?, order)?;
    let is_mask = change == 0 || change == u64::from(u32::MAX);
    let behind = |at| payload.get(at..).unwrap_or_default();
    let is = is_mask && !are_attributes(behind(len), order);
    (is && are_attributes(behind(IFINFOMSG_LEN), order)).then_some((
        "ifinfomsg",
        IFINFOMSG,
        Set::Table(LINK),
    ))
}

/// Whether these are attributes, each as long as it says.
fn are_attributes(mut bytes: &[u8], order: Order) -> bool {
    while !bytes.is_empty() {
        let len = bytes.get(..2).and_then(|len| number(len, order));
        let len = len.unwrap_or(0) as usize;
        if len < 4 || len > bytes.len() {
            return false;
        }
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    true
}

/// The fixed header that a message's type should have, if it is known. A link's
/// attributes depend on the family that it tells of.
fn proper(kind: u16, family: Option<u8>) -> Option<Layout> {
    Some(match kind & !3 {
        16 | 108 => {
            let set = match family {
                Some(AF_BRIDGE) => Set::Over(BRIDGE_LINK, LINK),
                Some(AF_INET6) => Set::Over(INET6_LINK, LINK),
                _ => Set::Table(LINK),
            };
            ("ifinfomsg", IFINFOMSG, set)
        }
        20 | 56 | 60 => ("ifaddrmsg", IFADDRMSG, Set::Table(ADDRESS)),
        24 => ("rtmsg", RTMSG, Set::Table(ROUTE)),
        28 => ("ndmsg", NDMSG, Set::Table(NEIGHBOUR)),
        32 => ("fib_rule_hdr", FIB_RULE_HDR, Set::Table(RULE)),
        36 | 40 | 44 | 100 => ("tcmsg", TCMSG, Set::Table(TRAFFIC)),
        48 => ("tcamsg", RTGENMSG, Set::Guess),
        52 => ("prefixmsg", PREFIXMSG, Set::Table(PREFIX)),
        64 => ("ndtmsg", RTGENMSG, Set::Guess),
        68 => ("nduseroptmsg", NDUSEROPTMSG, Set::Table(OPTION)),
        72 => ("ifaddrlblmsg", IFADDRLBLMSG, Set::Table(LABEL)),
        76 => ("dcbmsg", DCBMSG, Set::Guess),
        80 => ("netconfmsg", RTGENMSG, Set::Guess),
        84 => ("br_port_msg", BRIDGE, Set::Guess),
        88 => ("rtgenmsg", RTGENMSG, Set::Table(NAMESPACE)),
        92 => ("if_stats_msg", IF_STATS_MSG, Set::Guess),
        96 => ("rtgenmsg", RTGENMSG, Set::Guess),
        104 | 116 => ("nhmsg", NHMSG, Set::Table(NEXT_HOP)),
        112 => ("br_vlan_msg", BRIDGE, Set::Guess),
        120 => ("tunnel_msg", TUNNEL_MSG, Set::Guess),
        _ => return None,
    })
}

/// Passes the fixed header of a message, which is a request for a `dump` or not.
/// Gives whether there is one, and attributes behind it.
pub(crate) fn header(walk: &mut Walk<'_>, kind: u16, dump: bool, end: usize, depth: usize) -> bool {
    let payload = walk.peek(walk.left(end));
    let Some((name, members, _)) = layout(kind, dump, payload, walk.order) else {
        return false;
    };
    let start = walk.at();
    super::header(walk, name, members, end, depth);
    let options = walk.bytes(start.saturating_add(2), 2);
    if let (OPTIONS, Some(len)) = (kind & !3, options) {
        let len = number(len, walk.order).unwrap_or(0) as usize;
        let left = walk.left(end);
        let inside = depth.saturating_add(1);
        walk.take(len.min(left), inside, "options", format!("{len} bytes"));
        if len > left {
            walk.bad(format!("says {len} bytes, and {left} are left"));
        }
    }
    true
}

/// Passes the members of a route's next hop that stand behind its length.
pub(crate) fn next_hop(walk: &mut Walk<'_>, end: usize, depth: usize) {
    super::members_of(walk, structs::NEXT_HOP, end, depth);
}

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

fn next_hop_flags(value: u64) -> String {
    let names = [
        (0x01, "DEAD"),
        (0x02, "PERVASIVE"),
        (0x04, "ONLINK"),
        (0x08, "OFFLOAD"),
        (0x10, "LINKDOWN"),
        (0x20, "UNRESOLVED"),
        (0x40, "TRAP"),
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
