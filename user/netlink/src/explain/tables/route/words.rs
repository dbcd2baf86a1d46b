// SPDX-License-Identifier: MIT OR Apache-2.0

//! The words for rtnetlink's numbers and bits.

use crate::explain::tables::hexadecimal;

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

pub(super) fn hardware_type(value: u64) -> String {
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

pub(super) fn link_flags(value: u64) -> String {
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

pub(super) fn next_hop_flags(value: u64) -> String {
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

pub(super) fn scope(value: u64) -> String {
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

pub(super) fn table(value: u64) -> String {
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
pub(super) fn protocol(value: u64) -> Option<&'static str> {
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

pub(super) fn route_protocol(value: u64) -> String {
    named(value, protocol(value))
}

pub(super) fn route_type(value: u64) -> String {
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

pub(super) fn neighbour_state(value: u64) -> String {
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

pub(super) fn action(value: u64) -> String {
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
