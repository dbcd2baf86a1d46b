// SPDX-License-Identifier: MIT OR Apache-2.0

//! rtnetlink's numbers and names.
//!
//! Source: `include/uapi/linux/rtnetlink.h`, `if_link.h`, `if_addr.h`,
//! `neighbour.h`, `fib_rules.h`, `net_namespace.h`, `if_bridge.h`, `nexthop.h`,
//! `if_addrlabel.h`.

use super::structs;
use super::words::protocol;
use crate::explain::value::{Entry, Kind, Set};

/// The messages.
pub(super) const MESSAGES: &[(u16, &str)] = &[
    (16, "RTM_NEWLINK"),
    (17, "RTM_DELLINK"),
    (18, "RTM_GETLINK"),
    (19, "RTM_SETLINK"),
    (20, "RTM_NEWADDR"),
    (21, "RTM_DELADDR"),
    (22, "RTM_GETADDR"),
    (24, "RTM_NEWROUTE"),
    (25, "RTM_DELROUTE"),
    (26, "RTM_GETROUTE"),
    (28, "RTM_NEWNEIGH"),
    (29, "RTM_DELNEIGH"),
    (30, "RTM_GETNEIGH"),
    (32, "RTM_NEWRULE"),
    (33, "RTM_DELRULE"),
    (34, "RTM_GETRULE"),
    (36, "RTM_NEWQDISC"),
    (37, "RTM_DELQDISC"),
    (38, "RTM_GETQDISC"),
    (40, "RTM_NEWTCLASS"),
    (41, "RTM_DELTCLASS"),
    (42, "RTM_GETTCLASS"),
    (44, "RTM_NEWTFILTER"),
    (45, "RTM_DELTFILTER"),
    (46, "RTM_GETTFILTER"),
    (48, "RTM_NEWACTION"),
    (49, "RTM_DELACTION"),
    (50, "RTM_GETACTION"),
    (52, "RTM_NEWPREFIX"),
    (56, "RTM_NEWMULTICAST"),
    (57, "RTM_DELMULTICAST"),
    (58, "RTM_GETMULTICAST"),
    (60, "RTM_NEWANYCAST"),
    (61, "RTM_DELANYCAST"),
    (62, "RTM_GETANYCAST"),
    (64, "RTM_NEWNEIGHTBL"),
    (66, "RTM_GETNEIGHTBL"),
    (67, "RTM_SETNEIGHTBL"),
    (68, "RTM_NEWNDUSEROPT"),
    (72, "RTM_NEWADDRLABEL"),
    (73, "RTM_DELADDRLABEL"),
    (74, "RTM_GETADDRLABEL"),
    (78, "RTM_GETDCB"),
    (79, "RTM_SETDCB"),
    (80, "RTM_NEWNETCONF"),
    (81, "RTM_DELNETCONF"),
    (82, "RTM_GETNETCONF"),
    (84, "RTM_NEWMDB"),
    (85, "RTM_DELMDB"),
    (86, "RTM_GETMDB"),
    (88, "RTM_NEWNSID"),
    (89, "RTM_DELNSID"),
    (90, "RTM_GETNSID"),
    (92, "RTM_NEWSTATS"),
    (94, "RTM_GETSTATS"),
    (95, "RTM_SETSTATS"),
    (96, "RTM_NEWCACHEREPORT"),
    (100, "RTM_NEWCHAIN"),
    (101, "RTM_DELCHAIN"),
    (102, "RTM_GETCHAIN"),
    (104, "RTM_NEWNEXTHOP"),
    (105, "RTM_DELNEXTHOP"),
    (106, "RTM_GETNEXTHOP"),
    (108, "RTM_NEWLINKPROP"),
    (109, "RTM_DELLINKPROP"),
    (110, "RTM_GETLINKPROP"),
    (112, "RTM_NEWVLAN"),
    (113, "RTM_DELVLAN"),
    (114, "RTM_GETVLAN"),
    (116, "RTM_NEWNEXTHOPBUCKET"),
    (117, "RTM_DELNEXTHOPBUCKET"),
    (118, "RTM_GETNEXTHOPBUCKET"),
    (120, "RTM_NEWTUNNEL"),
    (121, "RTM_DELTUNNEL"),
    (122, "RTM_GETTUNNEL"),
];

/// Of a link.
pub(super) const LINK: &[Entry] = &[
    (1, "IFLA_ADDRESS", Kind::Hardware),
    (2, "IFLA_BROADCAST", Kind::Hardware),
    (3, "IFLA_IFNAME", Kind::Text),
    (4, "IFLA_MTU", Kind::Unsigned(4)),
    (5, "IFLA_LINK", Kind::Unsigned(4)),
    (6, "IFLA_QDISC", Kind::Text),
    (7, "IFLA_STATS", Kind::Fields(structs::STATS)),
    (8, "IFLA_COST", Kind::Unsigned(4)),
    (9, "IFLA_PRIORITY", Kind::Unsigned(4)),
    (10, "IFLA_MASTER", Kind::Unsigned(4)),
    (11, "IFLA_WIRELESS", Kind::Unknown),
    (12, "IFLA_PROTINFO", Kind::Unknown),
    (13, "IFLA_TXQLEN", Kind::Unsigned(4)),
    (14, "IFLA_MAP", Kind::Fields(structs::MAP)),
    (15, "IFLA_WEIGHT", Kind::Unsigned(4)),
    (16, "IFLA_OPERSTATE", Kind::Named(1, operstate)),
    (17, "IFLA_LINKMODE", Kind::Unsigned(1)),
    (18, "IFLA_LINKINFO", Kind::Nest(Set::Table(LINK_INFO))),
    (19, "IFLA_NET_NS_PID", Kind::Unsigned(4)),
    (20, "IFLA_IFALIAS", Kind::Text),
    (21, "IFLA_NUM_VF", Kind::Unsigned(4)),
    (22, "IFLA_VFINFO_LIST", Kind::Nest(Set::Guess)),
    (23, "IFLA_STATS64", Kind::Fields(structs::STATS64)),
    (24, "IFLA_VF_PORTS", Kind::Unknown),
    (25, "IFLA_PORT_SELF", Kind::Unknown),
    (26, "IFLA_AF_SPEC", Kind::Nest(Set::Table(FAMILIES))),
    (27, "IFLA_GROUP", Kind::Unsigned(4)),
    (28, "IFLA_NET_NS_FD", Kind::Unsigned(4)),
    (29, "IFLA_EXT_MASK", Kind::Bits(4)),
    (30, "IFLA_PROMISCUITY", Kind::Unsigned(4)),
    (31, "IFLA_NUM_TX_QUEUES", Kind::Unsigned(4)),
    (32, "IFLA_NUM_RX_QUEUES", Kind::Unsigned(4)),
    (33, "IFLA_CARRIER", Kind::Unsigned(1)),
    (34, "IFLA_PHYS_PORT_ID", Kind::Unknown),
    (35, "IFLA_CARRIER_CHANGES", Kind::Unsigned(4)),
    (36, "IFLA_PHYS_SWITCH_ID", Kind::Unknown),
    (37, "IFLA_LINK_NETNSID", Kind::Signed(4)),
    (38, "IFLA_PHYS_PORT_NAME", Kind::Text),
    (39, "IFLA_PROTO_DOWN", Kind::Unsigned(1)),
    (40, "IFLA_GSO_MAX_SEGS", Kind::Unsigned(4)),
    (41, "IFLA_GSO_MAX_SIZE", Kind::Unsigned(4)),
    (42, "IFLA_PAD", Kind::Bytes),
    (43, "IFLA_XDP", Kind::Nest(Set::Table(XDP))),
    (44, "IFLA_EVENT", Kind::Unsigned(4)),
    (45, "IFLA_NEW_NETNSID", Kind::Signed(4)),
    (46, "IFLA_IF_NETNSID", Kind::Signed(4)),
    (47, "IFLA_CARRIER_UP_COUNT", Kind::Unsigned(4)),
    (48, "IFLA_CARRIER_DOWN_COUNT", Kind::Unsigned(4)),
    (49, "IFLA_NEW_IFINDEX", Kind::Unsigned(4)),
    (50, "IFLA_MIN_MTU", Kind::Unsigned(4)),
    (51, "IFLA_MAX_MTU", Kind::Unsigned(4)),
    (52, "IFLA_PROP_LIST", Kind::Nest(Set::Table(PROPERTIES))),
    (53, "IFLA_ALT_IFNAME", Kind::Text),
    (54, "IFLA_PERM_ADDRESS", Kind::Hardware),
    (55, "IFLA_PROTO_DOWN_REASON", Kind::Unknown),
    (56, "IFLA_PARENT_DEV_NAME", Kind::Text),
    (57, "IFLA_PARENT_DEV_BUS_NAME", Kind::Text),
    (58, "IFLA_GRO_MAX_SIZE", Kind::Unsigned(4)),
    (59, "IFLA_TSO_MAX_SIZE", Kind::Unsigned(4)),
    (60, "IFLA_TSO_MAX_SEGS", Kind::Unsigned(4)),
    (61, "IFLA_ALLMULTI", Kind::Unsigned(4)),
    (62, "IFLA_DEVLINK_PORT", Kind::Unknown),
    (63, "IFLA_GSO_IPV4_MAX_SIZE", Kind::Unsigned(4)),
    (64, "IFLA_GRO_IPV4_MAX_SIZE", Kind::Unsigned(4)),
    (65, "IFLA_DPLL_PIN", Kind::Unknown),
    (66, "IFLA_MAX_PACING_OFFLOAD_HORIZON", Kind::Uint),
    (67, "IFLA_NETNS_IMMUTABLE", Kind::Unsigned(1)),
    (68, "IFLA_HEADROOM", Kind::Unsigned(2)),
    (69, "IFLA_TAILROOM", Kind::Unsigned(2)),
];

/// What a bridge's link has otherwise.
pub(super) const BRIDGE_LINK: &[Entry] = &[(
    26,
    "IFLA_AF_SPEC",
    Kind::Nest(Set::Table(&[
        (0, "IFLA_BRIDGE_FLAGS", Kind::Bits(2)),
        (1, "IFLA_BRIDGE_MODE", Kind::Unsigned(2)),
        (2, "IFLA_BRIDGE_VLAN_INFO", Kind::Fields(structs::VLAN)),
        (3, "IFLA_BRIDGE_VLAN_TUNNEL_INFO", Kind::Nest(Set::Guess)),
        (4, "IFLA_BRIDGE_MRP", Kind::Nest(Set::Guess)),
        (5, "IFLA_BRIDGE_CFM", Kind::Nest(Set::Guess)),
        (6, "IFLA_BRIDGE_MST", Kind::Nest(Set::Guess)),
    ])),
)];

/// What a link of IPv6's has otherwise.
pub(super) const INET6_LINK: &[Entry] = &[(12, "IFLA_PROTINFO", Kind::Nest(Set::Table(INET6)))];

/// Of an address.
pub(super) const ADDRESS: &[Entry] = &[
    (1, "IFA_ADDRESS", Kind::Address),
    (2, "IFA_LOCAL", Kind::Address),
    (3, "IFA_LABEL", Kind::Text),
    (4, "IFA_BROADCAST", Kind::Address),
    (5, "IFA_ANYCAST", Kind::Address),
    (6, "IFA_CACHEINFO", Kind::Fields(structs::ADDRESS_AGE)),
    (7, "IFA_MULTICAST", Kind::Address),
    (8, "IFA_FLAGS", Kind::Bits(4)),
    (9, "IFA_RT_PRIORITY", Kind::Unsigned(4)),
    (10, "IFA_TARGET_NETNSID", Kind::Signed(4)),
    (11, "IFA_PROTO", Kind::Unsigned(1)),
    (12, "IFA_MC_USERS", Kind::Unsigned(4)),
];

/// Of a route.
pub(super) const ROUTE: &[Entry] = &[
    (1, "RTA_DST", Kind::Address),
    (2, "RTA_SRC", Kind::Address),
    (3, "RTA_IIF", Kind::Unsigned(4)),
    (4, "RTA_OIF", Kind::Unsigned(4)),
    (5, "RTA_GATEWAY", Kind::Address),
    (6, "RTA_PRIORITY", Kind::Unsigned(4)),
    (7, "RTA_PREFSRC", Kind::Address),
    (8, "RTA_METRICS", Kind::Nest(Set::Table(METRICS))),
    (9, "RTA_MULTIPATH", Kind::NextHops),
    (10, "RTA_PROTOINFO", Kind::Unknown),
    (11, "RTA_FLOW", Kind::Unsigned(4)),
    (12, "RTA_CACHEINFO", Kind::Fields(structs::ROUTE_AGE)),
    (13, "RTA_SESSION", Kind::Unknown),
    (14, "RTA_MP_ALGO", Kind::Unknown),
    (15, "RTA_TABLE", Kind::Unsigned(4)),
    (16, "RTA_MARK", Kind::Unsigned(4)),
    (17, "RTA_MFC_STATS", Kind::Fields(structs::MULTICAST)),
    (18, "RTA_VIA", Kind::Via),
    (19, "RTA_NEWDST", Kind::Unknown),
    (20, "RTA_PREF", Kind::Unsigned(1)),
    (21, "RTA_ENCAP_TYPE", Kind::Unsigned(2)),
    (22, "RTA_ENCAP", Kind::Unknown),
    (23, "RTA_EXPIRES", Kind::Unsigned(4)),
    (24, "RTA_PAD", Kind::Bytes),
    (25, "RTA_UID", Kind::Unsigned(4)),
    (26, "RTA_TTL_PROPAGATE", Kind::Unsigned(1)),
    (27, "RTA_IP_PROTO", Kind::Unsigned(1)),
    (28, "RTA_SPORT", Kind::BigEndian(2)),
    (29, "RTA_DPORT", Kind::BigEndian(2)),
    (30, "RTA_NH_ID", Kind::Unsigned(4)),
    (31, "RTA_FLOWLABEL", Kind::BigEndian(4)),
    (32, "RTA_DEL_REASON", Kind::Unknown),
];

/// Of a neighbour.
pub(super) const NEIGHBOUR: &[Entry] = &[
    (1, "NDA_DST", Kind::Hardware),
    (2, "NDA_LLADDR", Kind::Hardware),
    (3, "NDA_CACHEINFO", Kind::Fields(structs::NEIGHBOUR_AGE)),
    (4, "NDA_PROBES", Kind::Unsigned(4)),
    (5, "NDA_VLAN", Kind::Unsigned(2)),
    (6, "NDA_PORT", Kind::BigEndian(2)),
    (7, "NDA_VNI", Kind::Unsigned(4)),
    (8, "NDA_IFINDEX", Kind::Unsigned(4)),
    (9, "NDA_MASTER", Kind::Unsigned(4)),
    (10, "NDA_LINK_NETNSID", Kind::Signed(4)),
    (11, "NDA_SRC_VNI", Kind::Unsigned(4)),
    (12, "NDA_PROTOCOL", Kind::Named(1, protocol)),
    (13, "NDA_NH_ID", Kind::Unsigned(4)),
    (14, "NDA_FDB_EXT_ATTRS", Kind::Unknown),
    (15, "NDA_FLAGS_EXT", Kind::Bits(4)),
    (16, "NDA_NDM_STATE_MASK", Kind::Unknown),
    (17, "NDA_NDM_FLAGS_MASK", Kind::Unknown),
];

/// Of a rule.
pub(super) const RULE: &[Entry] = &[
    (1, "FRA_DST", Kind::Address),
    (2, "FRA_SRC", Kind::Address),
    (3, "FRA_IIFNAME", Kind::Text),
    (4, "FRA_GOTO", Kind::Unsigned(4)),
    (5, "FRA_UNUSED2", Kind::Unknown),
    (6, "FRA_PRIORITY", Kind::Unsigned(4)),
    (7, "FRA_UNUSED3", Kind::Unknown),
    (8, "FRA_UNUSED4", Kind::Unknown),
    (9, "FRA_UNUSED5", Kind::Unknown),
    (10, "FRA_FWMARK", Kind::Unsigned(4)),
    (11, "FRA_FLOW", Kind::Unsigned(4)),
    (12, "FRA_TUN_ID", Kind::BigEndian(8)),
    (13, "FRA_SUPPRESS_IFGROUP", Kind::Signed(4)),
    (14, "FRA_SUPPRESS_PREFIXLEN", Kind::Signed(4)),
    (15, "FRA_TABLE", Kind::Unsigned(4)),
    (16, "FRA_FWMASK", Kind::Unsigned(4)),
    (17, "FRA_OIFNAME", Kind::Text),
    (18, "FRA_PAD", Kind::Bytes),
    (19, "FRA_L3MDEV", Kind::Unsigned(1)),
    (20, "FRA_UID_RANGE", Kind::Fields(structs::UIDS)),
    (21, "FRA_PROTOCOL", Kind::Named(1, protocol)),
    (22, "FRA_IP_PROTO", Kind::Unsigned(1)),
    (23, "FRA_SPORT_RANGE", Kind::Fields(structs::PORTS)),
    (24, "FRA_DPORT_RANGE", Kind::Fields(structs::PORTS)),
    (25, "FRA_DSCP", Kind::Unsigned(1)),
    (26, "FRA_FLOWLABEL", Kind::BigEndian(4)),
    (27, "FRA_FLOWLABEL_MASK", Kind::BigEndian(4)),
    (28, "FRA_SPORT_MASK", Kind::Bits(2)),
    (29, "FRA_DPORT_MASK", Kind::Bits(2)),
    (30, "FRA_DSCP_MASK", Kind::Bits(1)),
];

/// Of traffic control.
pub(super) const TRAFFIC: &[Entry] = &[
    (1, "TCA_KIND", Kind::Text),
    (2, "TCA_OPTIONS", Kind::Unknown),
    (3, "TCA_STATS", Kind::Bytes),
    (4, "TCA_XSTATS", Kind::Unknown),
    (5, "TCA_RATE", Kind::Unknown),
    (6, "TCA_FCNT", Kind::Unsigned(4)),
    (7, "TCA_STATS2", Kind::Unknown),
    (8, "TCA_STAB", Kind::Unknown),
    (9, "TCA_PAD", Kind::Bytes),
    (10, "TCA_DUMP_INVISIBLE", Kind::Unknown),
    (11, "TCA_CHAIN", Kind::Unsigned(4)),
    (12, "TCA_HW_OFFLOAD", Kind::Unsigned(1)),
    (13, "TCA_INGRESS_BLOCK", Kind::Unsigned(4)),
    (14, "TCA_EGRESS_BLOCK", Kind::Unsigned(4)),
    (15, "TCA_DUMP_FLAGS", Kind::Unknown),
    (16, "TCA_EXT_WARN_MSG", Kind::Text),
];

/// Of a namespace's number.
pub(super) const NAMESPACE: &[Entry] = &[
    (1, "NETNSA_NSID", Kind::Signed(4)),
    (2, "NETNSA_PID", Kind::Unsigned(4)),
    (3, "NETNSA_FD", Kind::Unsigned(4)),
    (4, "NETNSA_TARGET_NSID", Kind::Signed(4)),
    (5, "NETNSA_CURRENT_NSID", Kind::Signed(4)),
];

/// Of a prefix that a router has told.
pub(super) const PREFIX: &[Entry] = &[
    (1, "PREFIX_ADDRESS", Kind::Address),
    (2, "PREFIX_CACHEINFO", Kind::Fields(structs::PREFIX_AGE)),
];

/// Of an option of Neighbour Discovery.
pub(super) const OPTION: &[Entry] = &[(1, "NDUSEROPT_SRCADDR", Kind::Address)];

/// Of a label of addresses.
pub(super) const LABEL: &[Entry] = &[
    (1, "IFAL_ADDRESS", Kind::Address),
    (2, "IFAL_LABEL", Kind::Unsigned(4)),
];

/// Of a next hop that is an object of its own.
pub(super) const NEXT_HOP: &[Entry] = &[
    (1, "NHA_ID", Kind::Unsigned(4)),
    (2, "NHA_GROUP", Kind::Array("nexthop_grp", structs::GROUP)),
    (3, "NHA_GROUP_TYPE", Kind::Unsigned(2)),
    (4, "NHA_BLACKHOLE", Kind::Bytes),
    (5, "NHA_OIF", Kind::Unsigned(4)),
    (6, "NHA_GATEWAY", Kind::Address),
    (7, "NHA_ENCAP_TYPE", Kind::Unsigned(2)),
    (8, "NHA_ENCAP", Kind::Unknown),
    (9, "NHA_GROUPS", Kind::Bytes),
    (10, "NHA_MASTER", Kind::Unsigned(4)),
    (11, "NHA_FDB", Kind::Bytes),
    (12, "NHA_RES_GROUP", Kind::Nest(Set::Guess)),
    (13, "NHA_RES_BUCKET", Kind::Nest(Set::Guess)),
    (14, "NHA_OP_FLAGS", Kind::Bits(4)),
    (15, "NHA_GROUP_STATS", Kind::Nest(Set::Guess)),
    (16, "NHA_HW_STATS_ENABLE", Kind::Unsigned(4)),
    (17, "NHA_HW_STATS_USED", Kind::Unsigned(4)),
];

const LINK_INFO: &[Entry] = &[
    (1, "IFLA_INFO_KIND", Kind::Text),
    (2, "IFLA_INFO_DATA", Kind::Nest(Set::Guess)),
    (3, "IFLA_INFO_XSTATS", Kind::Bytes),
    (4, "IFLA_INFO_SLAVE_KIND", Kind::Text),
    (5, "IFLA_INFO_SLAVE_DATA", Kind::Nest(Set::Guess)),
];

const METRICS: &[Entry] = &[
    (1, "RTAX_LOCK", Kind::Unsigned(4)),
    (2, "RTAX_MTU", Kind::Unsigned(4)),
    (3, "RTAX_WINDOW", Kind::Unsigned(4)),
    (4, "RTAX_RTT", Kind::Unsigned(4)),
    (5, "RTAX_RTTVAR", Kind::Unsigned(4)),
    (6, "RTAX_SSTHRESH", Kind::Unsigned(4)),
    (7, "RTAX_CWND", Kind::Unsigned(4)),
    (8, "RTAX_ADVMSS", Kind::Unsigned(4)),
    (9, "RTAX_REORDERING", Kind::Unsigned(4)),
    (10, "RTAX_HOPLIMIT", Kind::Unsigned(4)),
    (11, "RTAX_INITCWND", Kind::Unsigned(4)),
    (12, "RTAX_FEATURES", Kind::Bits(4)),
    (13, "RTAX_RTO_MIN", Kind::Unsigned(4)),
    (14, "RTAX_INITRWND", Kind::Unsigned(4)),
    (15, "RTAX_QUICKACK", Kind::Unsigned(4)),
    (16, "RTAX_CC_ALGO", Kind::Text),
    (17, "RTAX_FASTOPEN_NO_COOKIE", Kind::Unsigned(4)),
];

const PROPERTIES: &[Entry] = &[(53, "IFLA_ALT_IFNAME", Kind::Text)];

const XDP: &[Entry] = &[
    (1, "IFLA_XDP_FD", Kind::Signed(4)),
    (2, "IFLA_XDP_ATTACHED", Kind::Unsigned(1)),
    (3, "IFLA_XDP_FLAGS", Kind::Bits(4)),
    (4, "IFLA_XDP_PROG_ID", Kind::Unsigned(4)),
];

const FAMILIES: &[Entry] = &[
    (
        2,
        "AF_INET",
        Kind::Nest(Set::Table(&[(1, "IFLA_INET_CONF", Kind::Bytes)])),
    ),
    (10, "AF_INET6", Kind::Nest(Set::Table(INET6))),
];

const INET6: &[Entry] = &[
    (1, "IFLA_INET6_FLAGS", Kind::Bits(4)),
    (2, "IFLA_INET6_CONF", Kind::Bytes),
    (3, "IFLA_INET6_STATS", Kind::Bytes),
    (4, "IFLA_INET6_MCAST", Kind::Bytes),
    (5, "IFLA_INET6_CACHEINFO", Kind::Fields(structs::INET6_AGE)),
    (6, "IFLA_INET6_ICMP6STATS", Kind::Bytes),
    (7, "IFLA_INET6_TOKEN", Kind::Address),
    (8, "IFLA_INET6_ADDR_GEN_MODE", Kind::Unsigned(1)),
    (9, "IFLA_INET6_RA_MTU", Kind::Unsigned(4)),
];

fn operstate(state: u64) -> Option<&'static str> {
    Some(match state {
        0 => "IF_OPER_UNKNOWN",
        1 => "IF_OPER_NOTPRESENT",
        2 => "IF_OPER_DOWN",
        3 => "IF_OPER_LOWERLAYERDOWN",
        4 => "IF_OPER_TESTING",
        5 => "IF_OPER_DORMANT",
        6 => "IF_OPER_UP",
        _ => return None,
    })
}
