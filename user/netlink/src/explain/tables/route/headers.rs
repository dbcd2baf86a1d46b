// SPDX-License-Identifier: MIT OR Apache-2.0

//! The fixed headers of rtnetlink's messages.
//!
//! Source: `include/uapi/linux/rtnetlink.h`, `if_addr.h`, `neighbour.h`,
//! `fib_rules.h`, `if_addrlabel.h`, `if_bridge.h`, `if_link.h`, `nexthop.h`.

use super::words::{
    action, hardware_type, link_flags, neighbour_state, next_hop_flags, route_protocol, route_type,
    scope, table,
};
use crate::explain::tables::{address_family, bytes, decimal, hexadecimal, index, unused};
use crate::explain::value::Member;

pub(super) const IFINFOMSG: &[Member] = &[
    ("ifi_family", 1, address_family),
    ("padding", 1, unused),
    ("ifi_type", 2, hardware_type),
    ("ifi_index", 4, index),
    ("ifi_flags", 4, link_flags),
    ("ifi_change", 4, hexadecimal),
];

pub(super) const IFADDRMSG: &[Member] = &[
    ("ifa_family", 1, address_family),
    ("ifa_prefixlen", 1, decimal),
    ("ifa_flags", 1, hexadecimal),
    ("ifa_scope", 1, scope),
    ("ifa_index", 4, index),
];

pub(super) const RTMSG: &[Member] = &[
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

pub(super) const NDMSG: &[Member] = &[
    ("ndm_family", 1, address_family),
    ("padding", 3, unused),
    ("ndm_ifindex", 4, index),
    ("ndm_state", 2, neighbour_state),
    ("ndm_flags", 1, hexadecimal),
    ("ndm_type", 1, route_type),
];

pub(super) const FIB_RULE_HDR: &[Member] = &[
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

pub(super) const TCMSG: &[Member] = &[
    ("tcm_family", 1, address_family),
    ("padding", 3, unused),
    ("tcm_ifindex", 4, index),
    ("tcm_handle", 4, hexadecimal),
    ("tcm_parent", 4, hexadecimal),
    ("tcm_info", 4, hexadecimal),
];

pub(super) const RTGENMSG: &[Member] =
    &[("rtgen_family", 1, address_family), ("padding", 3, unused)];

pub(super) const PREFIXMSG: &[Member] = &[
    ("prefix_family", 1, address_family),
    ("padding", 3, unused),
    ("prefix_ifindex", 4, index),
    ("prefix_type", 1, decimal),
    ("prefix_len", 1, decimal),
    ("prefix_flags", 1, hexadecimal),
    ("padding", 1, unused),
];

/// The options of Neighbour Discovery stand behind it.
pub(super) const NDUSEROPTMSG: &[Member] = &[
    ("nduseropt_family", 1, address_family),
    ("padding", 1, unused),
    ("nduseropt_opts_len", 2, bytes),
    ("nduseropt_ifindex", 4, index),
    ("nduseropt_icmp_type", 1, decimal),
    ("nduseropt_icmp_code", 1, decimal),
    ("padding", 2, unused),
    ("padding", 4, unused),
];

pub(super) const IFADDRLBLMSG: &[Member] = &[
    ("ifal_family", 1, address_family),
    ("padding", 1, unused),
    ("ifal_prefixlen", 1, decimal),
    ("ifal_flags", 1, hexadecimal),
    ("ifal_index", 4, index),
    ("ifal_seq", 4, decimal),
];

/// `struct br_port_msg`, and `struct br_vlan_msg`.
pub(super) const BRIDGE: &[Member] = &[
    ("family", 1, address_family),
    ("padding", 3, unused),
    ("ifindex", 4, index),
];

pub(super) const TUNNEL_MSG: &[Member] = &[
    ("family", 1, address_family),
    ("flags", 1, hexadecimal),
    ("padding", 2, unused),
    ("ifindex", 4, index),
];

pub(super) const IF_STATS_MSG: &[Member] = &[
    ("family", 1, address_family),
    ("padding", 3, unused),
    ("ifindex", 4, index),
    ("filter_mask", 4, hexadecimal),
];

pub(super) const NHMSG: &[Member] = &[
    ("nh_family", 1, address_family),
    ("nh_scope", 1, scope),
    ("nh_protocol", 1, route_protocol),
    ("padding", 1, unused),
    ("nh_flags", 4, next_hop_flags),
];

/// `struct dcbmsg`.
pub(super) const DCBMSG: &[Member] = &[
    ("dcb_family", 1, address_family),
    ("cmd", 1, decimal),
    ("padding", 2, unused),
];
