// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from Documentation/netlink/specs/rt-link.yaml,
// Documentation/netlink/specs/rt-addr.yaml, Documentation/netlink/specs/rt-route.yaml,
// Documentation/netlink/specs/rt-neigh.yaml, Documentation/netlink/specs/rt-rule.yaml,
// spec/kernel/rtnetlink.yaml, spec/kernel/rtnetlink-messages.yaml by parley-spec; do not edit.

//! The tables of rtnetlink.

#[allow(unused_imports)]
use super::{Kind::*, Order::*, Set::*, BITFIELD32};

names! { ENUM_IFINFO_FLAGS {
    IFF_UP: u16 = 0x1,
    IFF_BROADCAST: u16 = 0x2,
    IFF_DEBUG: u16 = 0x4,
    IFF_LOOPBACK: u16 = 0x8,
    IFF_POINTOPOINT: u16 = 0x10,
    IFF_NOTRAILERS: u16 = 0x20,
    IFF_RUNNING: u16 = 0x40,
    IFF_NOARP: u16 = 0x80,
    IFF_PROMISC: u16 = 0x100,
    IFF_ALLMULTI: u16 = 0x200,
    IFF_MASTER: u16 = 0x400,
    IFF_SLAVE: u16 = 0x800,
    IFF_MULTICAST: u16 = 0x1000,
    IFF_PORTSEL: u16 = 0x2000,
    IFF_AUTOMEDIA: u16 = 0x4000,
    IFF_DYNAMIC: u16 = 0x8000,
    IFF_LOWER_UP: u64 = 0x10000,
    IFF_DORMANT: u64 = 0x20000,
    IFF_ECHO: u64 = 0x40000,
}}

names! { ENUM_VLAN_PROTOCOLS {
    ETH_P_8021Q: u16 = 33024,
    ETH_P_8021AD: u16 = 34984,
}}

record! { STRUCT_RTGENMSG "rtgenmsg" {
    "family" 1: Unsigned(1),
    "pad" 3: Pad,
}}

record! { STRUCT_IFINFOMSG "ifinfomsg" {
    "ifi_family" 1: Unsigned(1),
    "pad" 1: Pad,
    "ifi_type" 2: Named(2, ENUM_ARPHRD),
    "ifi_index" 4: Signed(4),
    "ifi_flags" 4: Flags(4, ENUM_IFINFO_FLAGS),
    "ifi_change" 4: Bits(4),
}}

record! { STRUCT_IFLA_BRIDGE_ID "ifla_bridge_id" {
    "prio" 2: In(Big, &Unsigned(2)),
    "addr" 6: Hardware,
}}

record! { STRUCT_IFLA_CACHEINFO "ifla_cacheinfo" {
    "max_reasm_len" 4: Unsigned(4),
    "tstamp" 4: Unsigned(4),
    "reachable_time" 4: Signed(4),
    "retrans_time" 4: Unsigned(4),
}}

record! { STRUCT_RTNL_LINK_STATS "rtnl_link_stats" {
    "rx_packets" 4: Unsigned(4),
    "tx_packets" 4: Unsigned(4),
    "rx_bytes" 4: Unsigned(4),
    "tx_bytes" 4: Unsigned(4),
    "rx_errors" 4: Unsigned(4),
    "tx_errors" 4: Unsigned(4),
    "rx_dropped" 4: Unsigned(4),
    "tx_dropped" 4: Unsigned(4),
    "multicast" 4: Unsigned(4),
    "collisions" 4: Unsigned(4),
    "rx_length_errors" 4: Unsigned(4),
    "rx_over_errors" 4: Unsigned(4),
    "rx_crc_errors" 4: Unsigned(4),
    "rx_frame_errors" 4: Unsigned(4),
    "rx_fifo_errors" 4: Unsigned(4),
    "rx_missed_errors" 4: Unsigned(4),
    "tx_aborted_errors" 4: Unsigned(4),
    "tx_carrier_errors" 4: Unsigned(4),
    "tx_fifo_errors" 4: Unsigned(4),
    "tx_heartbeat_errors" 4: Unsigned(4),
    "tx_window_errors" 4: Unsigned(4),
    "rx_compressed" 4: Unsigned(4),
    "tx_compressed" 4: Unsigned(4),
    "rx_nohandler" 4: Unsigned(4),
}}

record! { STRUCT_RTNL_LINK_STATS64 "rtnl_link_stats64" {
    "rx_packets" 8: Unsigned(8),
    "tx_packets" 8: Unsigned(8),
    "rx_bytes" 8: Unsigned(8),
    "tx_bytes" 8: Unsigned(8),
    "rx_errors" 8: Unsigned(8),
    "tx_errors" 8: Unsigned(8),
    "rx_dropped" 8: Unsigned(8),
    "tx_dropped" 8: Unsigned(8),
    "multicast" 8: Unsigned(8),
    "collisions" 8: Unsigned(8),
    "rx_length_errors" 8: Unsigned(8),
    "rx_over_errors" 8: Unsigned(8),
    "rx_crc_errors" 8: Unsigned(8),
    "rx_frame_errors" 8: Unsigned(8),
    "rx_fifo_errors" 8: Unsigned(8),
    "rx_missed_errors" 8: Unsigned(8),
    "tx_aborted_errors" 8: Unsigned(8),
    "tx_carrier_errors" 8: Unsigned(8),
    "tx_fifo_errors" 8: Unsigned(8),
    "tx_heartbeat_errors" 8: Unsigned(8),
    "tx_window_errors" 8: Unsigned(8),
    "rx_compressed" 8: Unsigned(8),
    "tx_compressed" 8: Unsigned(8),
    "rx_nohandler" 8: Unsigned(8),
    "rx_otherhost_dropped" 8: Unsigned(8),
}}

record! { STRUCT_RTNL_LINK_IFMAP "rtnl_link_ifmap" {
    "mem_start" 8: Bits(8),
    "mem_end" 8: Bits(8),
    "base_addr" 8: Bits(8),
    "irq" 2: Unsigned(2),
    "dma" 1: Unsigned(1),
    "port" 1: Unsigned(1),
    "pad" 4: Pad,
}}

names! { ENUM_IPV4_DEVCONF {
    0 "forwarding",
    1 "mc-forwarding",
    2 "proxy-arp",
    3 "accept-redirects",
    4 "secure-redirects",
    5 "send-redirects",
    6 "shared-media",
    7 "rp-filter",
    8 "accept-source-route",
    9 "bootp-relay",
    10 "log-martians",
    11 "tag",
    12 "arpfilter",
    13 "medium-id",
    14 "noxfrm",
    15 "nopolicy",
    16 "force-igmp-version",
    17 "arp-announce",
    18 "arp-ignore",
    19 "promote-secondaries",
    20 "arp-accept",
    21 "arp-notify",
    22 "accept-local",
    23 "src-vmark",
    24 "proxy-arp-pvlan",
    25 "route-localnet",
    26 "igmpv2-unsolicited-report-interval",
    27 "igmpv3-unsolicited-report-interval",
    28 "ignore-routes-with-linkdown",
    29 "drop-unicast-in-l2-multicast",
    30 "drop-gratuitous-arp",
    31 "bc-forwarding",
    32 "arp-evict-nocarrier",
}}

names! { ENUM_IPV6_DEVCONF {
    DEVCONF_FORWARDING: u16 = 0,
    DEVCONF_HOPLIMIT: u16 = 1,
    DEVCONF_MTU6: u16 = 2,
    DEVCONF_ACCEPT_RA: u16 = 3,
    DEVCONF_ACCEPT_REDIRECTS: u16 = 4,
    DEVCONF_AUTOCONF: u16 = 5,
    DEVCONF_DAD_TRANSMITS: u16 = 6,
    DEVCONF_RTR_SOLICITS: u16 = 7,
    DEVCONF_RTR_SOLICIT_INTERVAL: u16 = 8,
    DEVCONF_RTR_SOLICIT_DELAY: u16 = 9,
    DEVCONF_USE_TEMPADDR: u16 = 10,
    DEVCONF_TEMP_VALID_LFT: u16 = 11,
    DEVCONF_TEMP_PREFERED_LFT: u16 = 12,
    DEVCONF_REGEN_MAX_RETRY: u16 = 13,
    DEVCONF_MAX_DESYNC_FACTOR: u16 = 14,
    DEVCONF_MAX_ADDRESSES: u16 = 15,
    DEVCONF_FORCE_MLD_VERSION: u16 = 16,
    DEVCONF_ACCEPT_RA_DEFRTR: u16 = 17,
    DEVCONF_ACCEPT_RA_PINFO: u16 = 18,
    DEVCONF_ACCEPT_RA_RTR_PREF: u16 = 19,
    DEVCONF_RTR_PROBE_INTERVAL: u16 = 20,
    DEVCONF_ACCEPT_RA_RT_INFO_MAX_PLEN: u16 = 21,
    DEVCONF_PROXY_NDP: u16 = 22,
    DEVCONF_OPTIMISTIC_DAD: u16 = 23,
    DEVCONF_ACCEPT_SOURCE_ROUTE: u16 = 24,
    DEVCONF_MC_FORWARDING: u16 = 25,
    DEVCONF_DISABLE_IPV6: u16 = 26,
    DEVCONF_ACCEPT_DAD: u16 = 27,
    DEVCONF_FORCE_TLLAO: u16 = 28,
    DEVCONF_NDISC_NOTIFY: u16 = 29,
    DEVCONF_MLDV1_UNSOLICITED_REPORT_INTERVAL: u16 = 30,
    DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL: u16 = 31,
    DEVCONF_SUPPRESS_FRAG_NDISC: u16 = 32,
    DEVCONF_ACCEPT_RA_FROM_LOCAL: u16 = 33,
    DEVCONF_USE_OPTIMISTIC: u16 = 34,
    DEVCONF_ACCEPT_RA_MTU: u16 = 35,
    DEVCONF_STABLE_SECRET: u16 = 36,
    DEVCONF_USE_OIF_ADDRS_ONLY: u16 = 37,
    DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT: u16 = 38,
    DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN: u16 = 39,
    DEVCONF_DROP_UNICAST_IN_L2_MULTICAST: u16 = 40,
    DEVCONF_DROP_UNSOLICITED_NA: u16 = 41,
    DEVCONF_KEEP_ADDR_ON_DOWN: u16 = 42,
    DEVCONF_RTR_SOLICIT_MAX_INTERVAL: u16 = 43,
    DEVCONF_SEG6_ENABLED: u16 = 44,
    DEVCONF_SEG6_REQUIRE_HMAC: u16 = 45,
    DEVCONF_ENHANCED_DAD: u16 = 46,
    DEVCONF_ADDR_GEN_MODE: u16 = 47,
    DEVCONF_DISABLE_POLICY: u16 = 48,
    DEVCONF_ACCEPT_RA_RT_INFO_MIN_PLEN: u16 = 49,
    DEVCONF_NDISC_TCLASS: u16 = 50,
    DEVCONF_RPL_SEG_ENABLED: u16 = 51,
    DEVCONF_RA_DEFRTR_METRIC: u16 = 52,
    DEVCONF_IOAM6_ENABLED: u16 = 53,
    DEVCONF_IOAM6_ID: u16 = 54,
    DEVCONF_IOAM6_ID_WIDE: u16 = 55,
    DEVCONF_NDISC_EVICT_NOCARRIER: u16 = 56,
    DEVCONF_ACCEPT_UNTRACKED_NA: u16 = 57,
}}

names! { ENUM_IFLA_ICMP6_STATS {
    ICMP6_MIB_NUM: u16 = 0,
    ICMP6_MIB_INMSGS: u16 = 1,
    ICMP6_MIB_INERRORS: u16 = 2,
    ICMP6_MIB_OUTMSGS: u16 = 3,
    ICMP6_MIB_OUTERRORS: u16 = 4,
    ICMP6_MIB_CSUMERRORS: u16 = 5,
    ICMP6_MIB_RATELIMITHOST: u16 = 6,
}}

names! { ENUM_IFLA_INET6_STATS {
    IPSTATS_MIB_NUM: u16 = 0,
    IPSTATS_MIB_INPKTS: u16 = 1,
    IPSTATS_MIB_INOCTETS: u16 = 2,
    IPSTATS_MIB_INDELIVERS: u16 = 3,
    IPSTATS_MIB_NOECTPKTS: u16 = 4,
    IPSTATS_MIB_ECT1PKTS: u16 = 5,
    IPSTATS_MIB_ECT0PKTS: u16 = 6,
    IPSTATS_MIB_CEPKTS: u16 = 7,
    IPSTATS_MIB_OUTREQUESTS: u16 = 8,
    IPSTATS_MIB_OUTPKTS: u16 = 9,
    IPSTATS_MIB_OUTOCTETS: u16 = 10,
    IPSTATS_MIB_OUTFORWDATAGRAMS: u16 = 11,
    IPSTATS_MIB_INHDRERRORS: u16 = 12,
    IPSTATS_MIB_INTOOBIGERRORS: u16 = 13,
    IPSTATS_MIB_INNOROUTES: u16 = 14,
    IPSTATS_MIB_INADDRERRORS: u16 = 15,
    IPSTATS_MIB_INUNKNOWNPROTOS: u16 = 16,
    IPSTATS_MIB_INTRUNCATEDPKTS: u16 = 17,
    IPSTATS_MIB_INDISCARDS: u16 = 18,
    IPSTATS_MIB_OUTDISCARDS: u16 = 19,
    IPSTATS_MIB_OUTNOROUTES: u16 = 20,
    IPSTATS_MIB_REASMTIMEOUT: u16 = 21,
    IPSTATS_MIB_REASMREQDS: u16 = 22,
    IPSTATS_MIB_REASMOKS: u16 = 23,
    IPSTATS_MIB_REASMFAILS: u16 = 24,
    IPSTATS_MIB_FRAGOKS: u16 = 25,
    IPSTATS_MIB_FRAGFAILS: u16 = 26,
    IPSTATS_MIB_FRAGCREATES: u16 = 27,
    IPSTATS_MIB_INMCASTPKTS: u16 = 28,
    IPSTATS_MIB_OUTMCASTPKTS: u16 = 29,
    IPSTATS_MIB_INBCASTPKTS: u16 = 30,
    IPSTATS_MIB_OUTBCASTPKTS: u16 = 31,
    IPSTATS_MIB_INMCASTOCTETS: u16 = 32,
    IPSTATS_MIB_OUTMCASTOCTETS: u16 = 33,
    IPSTATS_MIB_INBCASTOCTETS: u16 = 34,
    IPSTATS_MIB_OUTBCASTOCTETS: u16 = 35,
    IPSTATS_MIB_CSUMERRORS: u16 = 36,
    IPSTATS_MIB_REASM_OVERLAPS: u16 = 37,
}}

record! { STRUCT_BR_BOOLOPT_MULTI "br_boolopt_multi" {
    "optval" 4: Unsigned(4),
    "optmask" 4: Unsigned(4),
}}

record! { STRUCT_IF_STATS_MSG "if_stats_msg" {
    "family" 1: Unsigned(1),
    "pad" 3: Pad,
    "ifindex" 4: Unsigned(4),
    "filter_mask" 4: Bits(4),
}}

record! { STRUCT_IFLA_VLAN_FLAGS "ifla_vlan_flags" {
    "flags" 4: Flags(4, ENUM_VLAN_FLAGS),
    "mask" 4: Bits(4),
}}

names! { ENUM_VLAN_FLAGS {
    VLAN_FLAG_REORDER_HDR: u16 = 0x1,
    VLAN_FLAG_GVRP: u16 = 0x2,
    VLAN_FLAG_LOOSE_BINDING: u16 = 0x4,
    VLAN_FLAG_MVRP: u16 = 0x8,
    VLAN_FLAG_BRIDGE_BINDING: u16 = 0x10,
}}

record! { STRUCT_IFLA_VLAN_QOS_MAPPING "ifla_vlan_qos_mapping" {
    "from" 4: Unsigned(4),
    "to" 4: Unsigned(4),
}}

record! { STRUCT_IFLA_GENEVE_PORT_RANGE "ifla_geneve_port_range" {
    "low" 2: In(Big, &Unsigned(2)),
    "high" 2: In(Big, &Unsigned(2)),
}}

record! { STRUCT_IFLA_VF_MAC "ifla_vf_mac" {
    "vf" 4: Unsigned(4),
    "mac" 32: Bytes,
}}

record! { STRUCT_IFLA_VF_VLAN "ifla_vf_vlan" {
    "vf" 4: Unsigned(4),
    "vlan" 4: Unsigned(4),
    "qos" 4: Unsigned(4),
}}

record! { STRUCT_IFLA_VF_TX_RATE "ifla_vf_tx_rate" {
    "vf" 4: Unsigned(4),
    "rate" 4: Unsigned(4),
}}

record! { STRUCT_IFLA_VF_SPOOFCHK "ifla_vf_spoofchk" {
    "vf" 4: Unsigned(4),
    "setting" 4: Unsigned(4),
}}

record! { STRUCT_IFLA_VF_LINK_STATE "ifla_vf_link_state" {
    "vf" 4: Unsigned(4),
    "link_state" 4: Named(4, ENUM_IFLA_VF_LINK_STATE_ENUM),
}}

names! { ENUM_IFLA_VF_LINK_STATE_ENUM {
    IFLA_VF_LINK_STATE_AUTO: u16 = 0,
    IFLA_VF_LINK_STATE_ENABLE: u16 = 1,
    IFLA_VF_LINK_STATE_DISABLE: u16 = 2,
}}

record! { STRUCT_IFLA_VF_RATE "ifla_vf_rate" {
    "vf" 4: Unsigned(4),
    "min_tx_rate" 4: Unsigned(4),
    "max_tx_rate" 4: Unsigned(4),
}}

record! { STRUCT_IFLA_VF_RSS_QUERY_EN "ifla_vf_rss_query_en" {
    "vf" 4: Unsigned(4),
    "setting" 4: Unsigned(4),
}}

record! { STRUCT_IFLA_VF_TRUST "ifla_vf_trust" {
    "vf" 4: Unsigned(4),
    "setting" 4: Unsigned(4),
}}

record! { STRUCT_IFLA_VF_GUID "ifla_vf_guid" {
    "vf" 4: Unsigned(4),
    "pad" 4: Pad,
    "guid" 8: Unsigned(8),
}}

record! { STRUCT_IFLA_VF_VLAN_INFO "ifla_vf_vlan_info" {
    "vf" 4: Unsigned(4),
    "vlan" 4: Unsigned(4),
    "qos" 4: Unsigned(4),
    "vlan_proto" 2: In(Big, &Unsigned(2)),
    "pad" 2: Pad,
}}

names! { ENUM_RTEXT_FILTER {
    RTEXT_FILTER_VF: u16 = 0x1,
    RTEXT_FILTER_BRVLAN: u16 = 0x2,
    RTEXT_FILTER_BRVLAN_COMPRESSED: u16 = 0x4,
    RTEXT_FILTER_SKIP_STATS: u16 = 0x8,
    RTEXT_FILTER_MRP: u16 = 0x10,
    RTEXT_FILTER_CFM_CONFIG: u16 = 0x20,
    RTEXT_FILTER_CFM_STATUS: u16 = 0x40,
    RTEXT_FILTER_MST: u16 = 0x80,
}}

names! { ENUM_NETKIT_POLICY {
    0 "forward",
    2 "blackhole",
}}

names! { ENUM_NETKIT_MODE {
    NETKIT_L2: u16 = 0,
    NETKIT_L3: u16 = 1,
}}

names! { ENUM_NETKIT_SCRUB {
    NETKIT_SCRUB_NONE: u16 = 0,
    NETKIT_SCRUB_DEFAULT: u16 = 1,
}}

names! { ENUM_NETKIT_PAIRING {
    0 "pair",
    1 "single",
}}

names! { ENUM_OVPN_MODE {
    OVPN_MODE_P2P: u16 = 0,
    OVPN_MODE_MP: u16 = 1,
}}

names! { ENUM_BR_STP_MODE {
    BR_STP_MODE_AUTO: u16 = 0,
    BR_STP_MODE_USER: u16 = 1,
    BR_STP_MODE_KERNEL: u16 = 2,
}}

record! { STRUCT_IFADDRMSG "ifaddrmsg" {
    "ifa_family" 1: Unsigned(1),
    "ifa_prefixlen" 1: Unsigned(1),
    "ifa_flags" 1: Flags(1, ENUM_IFA_FLAGS),
    "ifa_scope" 1: Named(1, ENUM_RT_SCOPE),
    "ifa_index" 4: Unsigned(4),
}}

record! { STRUCT_IFA_CACHEINFO "ifa_cacheinfo" {
    "ifa_prefered" 4: Unsigned(4),
    "ifa_valid" 4: Unsigned(4),
    "cstamp" 4: Unsigned(4),
    "tstamp" 4: Unsigned(4),
}}

names! { ENUM_IFA_FLAGS {
    IFA_F_SECONDARY: u16 = 0x1,
    IFA_F_NODAD: u16 = 0x2,
    IFA_F_OPTIMISTIC: u16 = 0x4,
    IFA_F_DADFAILED: u16 = 0x8,
    IFA_F_HOMEADDRESS: u16 = 0x10,
    IFA_F_DEPRECATED: u16 = 0x20,
    IFA_F_TENTATIVE: u16 = 0x40,
    IFA_F_PERMANENT: u16 = 0x80,
    IFA_F_MANAGETEMPADDR: u16 = 0x100,
    IFA_F_NOPREFIXROUTE: u16 = 0x200,
    IFA_F_MCAUTOJOIN: u16 = 0x400,
    IFA_F_STABLE_PRIVACY: u16 = 0x800,
}}

names! { ENUM_RTM_TYPE {
    RTN_UNSPEC: u16 = 0,
    RTN_UNICAST: u16 = 1,
    RTN_LOCAL: u16 = 2,
    RTN_BROADCAST: u16 = 3,
    RTN_ANYCAST: u16 = 4,
    RTN_MULTICAST: u16 = 5,
    RTN_BLACKHOLE: u16 = 6,
    RTN_UNREACHABLE: u16 = 7,
    RTN_PROHIBIT: u16 = 8,
    RTN_THROW: u16 = 9,
    RTN_NAT: u16 = 10,
    RTN_XRESOLVE: u16 = 11,
}}

record! { STRUCT_RTMSG "rtmsg" {
    "rtm_family" 1: Unsigned(1),
    "rtm_dst_len" 1: Unsigned(1),
    "rtm_src_len" 1: Unsigned(1),
    "rtm_tos" 1: Bits(1),
    "rtm_table" 1: Named(1, ENUM_RT_TABLE),
    "rtm_protocol" 1: Named(1, ENUM_RTPROT),
    "rtm_scope" 1: Named(1, ENUM_RT_SCOPE),
    "rtm_type" 1: Named(1, ENUM_RTM_TYPE),
    "rtm_flags" 4: Flags(4, ENUM_RTM_FLAGS),
}}

record! { STRUCT_RTA_CACHEINFO "rta_cacheinfo" {
    "rta_clntref" 4: Unsigned(4),
    "rta_lastuse" 4: Unsigned(4),
    "rta_expires" 4: Unsigned(4),
    "rta_error" 4: Unsigned(4),
    "rta_used" 4: Unsigned(4),
    "rta_id" 4: Unsigned(4),
    "rta_ts" 4: Unsigned(4),
    "rta_tsage" 4: Unsigned(4),
}}

names! { ENUM_DEL_REASON {
    RT_DEL_REASON_UNSPEC: u16 = 0,
    RT_DEL_REASON_EXPIRED: u16 = 1,
    RT_DEL_REASON_RA_WITHDRAWN: u16 = 2,
}}

record! { STRUCT_NDMSG "ndmsg" {
    "ndm_family" 1: Unsigned(1),
    "ndm_pad" 3: Pad,
    "ndm_ifindex" 4: Signed(4),
    "ndm_state" 2: Flags(2, ENUM_NUD_STATE),
    "ndm_flags" 1: Flags(1, ENUM_NTF_FLAGS),
    "ndm_type" 1: Named(1, ENUM_RTM_TYPE),
}}

record! { STRUCT_NDTMSG "ndtmsg" {
    "family" 1: Unsigned(1),
    "pad" 3: Pad,
}}

names! { ENUM_NUD_STATE {
    NUD_INCOMPLETE: u16 = 0x1,
    NUD_REACHABLE: u16 = 0x2,
    NUD_STALE: u16 = 0x4,
    NUD_DELAY: u16 = 0x8,
    NUD_PROBE: u16 = 0x10,
    NUD_FAILED: u16 = 0x20,
    NUD_NOARP: u16 = 0x40,
    NUD_PERMANENT: u16 = 0x80,
}}

names! { ENUM_NTF_FLAGS {
    NTF_USE: u16 = 0x1,
    NTF_SELF: u16 = 0x2,
    NTF_MASTER: u16 = 0x4,
    NTF_PROXY: u16 = 0x8,
    NTF_EXT_LEARNED: u16 = 0x10,
    NTF_OFFLOADED: u16 = 0x20,
    NTF_STICKY: u16 = 0x40,
    NTF_ROUTER: u16 = 0x80,
}}

names! { ENUM_NTF_EXT_FLAGS {
    NTF_EXT_MANAGED: u16 = 0x1,
    NTF_EXT_LOCKED: u16 = 0x2,
    NTF_EXT_EXT_VALIDATED: u16 = 0x4,
}}

record! { STRUCT_NDA_CACHEINFO "nda_cacheinfo" {
    "confirmed" 4: Unsigned(4),
    "used" 4: Unsigned(4),
    "updated" 4: Unsigned(4),
    "refcnt" 4: Unsigned(4),
}}

record! { STRUCT_NDT_CONFIG "ndt_config" {
    "key_len" 2: Unsigned(2),
    "entry_size" 2: Unsigned(2),
    "entries" 4: Unsigned(4),
    "last_flush" 4: Unsigned(4),
    "last_rand" 4: Unsigned(4),
    "hash_rnd" 4: Unsigned(4),
    "hash_mask" 4: Unsigned(4),
    "hash_chain_gc" 4: Unsigned(4),
    "proxy_qlen" 4: Unsigned(4),
}}

record! { STRUCT_NDT_STATS "ndt_stats" {
    "allocs" 8: Unsigned(8),
    "destroys" 8: Unsigned(8),
    "hash_grows" 8: Unsigned(8),
    "res_failed" 8: Unsigned(8),
    "lookups" 8: Unsigned(8),
    "hits" 8: Unsigned(8),
    "rcv_probes_mcast" 8: Unsigned(8),
    "rcv_probes_ucast" 8: Unsigned(8),
    "periodic_gc_runs" 8: Unsigned(8),
    "forced_gc_runs" 8: Unsigned(8),
    "table_fulls" 8: Unsigned(8),
}}

record! { STRUCT_FIB_RULE_HDR "fib_rule_hdr" {
    "family" 1: Unsigned(1),
    "dst_len" 1: Unsigned(1),
    "src_len" 1: Unsigned(1),
    "tos" 1: Bits(1),
    "table" 1: Named(1, ENUM_RT_TABLE),
    "res1" 1: Pad,
    "res2" 1: Pad,
    "action" 1: Named(1, ENUM_FR_ACT),
    "flags" 4: Bits(4),
}}

names! { ENUM_FR_ACT {
    FR_ACT_UNSPEC: u16 = 0,
    FR_ACT_TO_TBL: u16 = 1,
    FR_ACT_GOTO: u16 = 2,
    FR_ACT_NOP: u16 = 3,
    FR_ACT_RES3: u16 = 4,
    FR_ACT_RES4: u16 = 5,
    FR_ACT_BLACKHOLE: u16 = 6,
    FR_ACT_UNREACHABLE: u16 = 7,
    FR_ACT_PROHIBIT: u16 = 8,
}}

record! { STRUCT_FIB_RULE_PORT_RANGE "fib_rule_port_range" {
    "start" 2: Unsigned(2),
    "end" 2: Unsigned(2),
}}

record! { STRUCT_FIB_RULE_UID_RANGE "fib_rule_uid_range" {
    "start" 4: Unsigned(4),
    "end" 4: Unsigned(4),
}}

names! { ENUM_IF_OPER {
    IF_OPER_UNKNOWN: u16 = 0,
    IF_OPER_NOTPRESENT: u16 = 1,
    IF_OPER_DOWN: u16 = 2,
    IF_OPER_LOWERLAYERDOWN: u16 = 3,
    IF_OPER_TESTING: u16 = 4,
    IF_OPER_DORMANT: u16 = 5,
    IF_OPER_UP: u16 = 6,
}}

names! { ENUM_ARPHRD {
    ARPHRD_ETHER: u16 = 1,
    ARPHRD_IEEE1394: u16 = 24,
    ARPHRD_INFINIBAND: u16 = 32,
    ARPHRD_CAN: u16 = 280,
    ARPHRD_MCTP: u16 = 290,
    ARPHRD_PPP: u16 = 512,
    ARPHRD_RAWIP: u16 = 519,
    ARPHRD_TUNNEL: u16 = 768,
    ARPHRD_TUNNEL6: u16 = 769,
    ARPHRD_LOOPBACK: u16 = 772,
    ARPHRD_SIT: u16 = 776,
    ARPHRD_IPGRE: u16 = 778,
    ARPHRD_IEEE80211: u16 = 801,
    ARPHRD_IEEE80211_RADIOTAP: u16 = 803,
    ARPHRD_IEEE802154: u16 = 804,
    ARPHRD_IP6GRE: u16 = 823,
    ARPHRD_NETLINK: u16 = 824,
    ARPHRD_6LOWPAN: u16 = 825,
    ARPHRD_NONE: u16 = 65534,
    ARPHRD_VOID: u16 = 65535,
}}

names! { ENUM_RT_TABLE {
    RT_TABLE_UNSPEC: u16 = 0,
    RT_TABLE_COMPAT: u16 = 252,
    RT_TABLE_DEFAULT: u16 = 253,
    RT_TABLE_MAIN: u16 = 254,
    RT_TABLE_LOCAL: u16 = 255,
}}

names! { ENUM_RT_SCOPE {
    RT_SCOPE_UNIVERSE: u16 = 0,
    RT_SCOPE_SITE: u16 = 200,
    RT_SCOPE_LINK: u16 = 253,
    RT_SCOPE_HOST: u16 = 254,
    RT_SCOPE_NOWHERE: u16 = 255,
}}

names! { ENUM_RTPROT {
    RTPROT_UNSPEC: u16 = 0,
    RTPROT_REDIRECT: u16 = 1,
    RTPROT_KERNEL: u16 = 2,
    RTPROT_BOOT: u16 = 3,
    RTPROT_STATIC: u16 = 4,
    RTPROT_GATED: u16 = 8,
    RTPROT_RA: u16 = 9,
    RTPROT_MRT: u16 = 10,
    RTPROT_ZEBRA: u16 = 11,
    RTPROT_BIRD: u16 = 12,
    RTPROT_DNROUTED: u16 = 13,
    RTPROT_XORP: u16 = 14,
    RTPROT_NTK: u16 = 15,
    RTPROT_DHCP: u16 = 16,
    RTPROT_MROUTED: u16 = 17,
    RTPROT_KEEPALIVED: u16 = 18,
    RTPROT_BABEL: u16 = 42,
    RTPROT_OVN: u16 = 84,
    RTPROT_OPENR: u16 = 99,
    RTPROT_BGP: u16 = 186,
    RTPROT_ISIS: u16 = 187,
    RTPROT_OSPF: u16 = 188,
    RTPROT_RIP: u16 = 189,
    RTPROT_EIGRP: u16 = 192,
}}

names! { ENUM_IFAPROT {
    IFAPROT_UNSPEC: u16 = 0,
    IFAPROT_KERNEL_LO: u16 = 1,
    IFAPROT_KERNEL_RA: u16 = 2,
    IFAPROT_KERNEL_LL: u16 = 3,
}}

names! { ENUM_RTNH_FLAGS {
    RTNH_F_DEAD: u16 = 0x1,
    RTNH_F_PERVASIVE: u16 = 0x2,
    RTNH_F_ONLINK: u16 = 0x4,
    RTNH_F_OFFLOAD: u16 = 0x8,
    RTNH_F_LINKDOWN: u16 = 0x10,
    RTNH_F_UNRESOLVED: u16 = 0x20,
    RTNH_F_TRAP: u16 = 0x40,
}}

names! { ENUM_RTM_FLAGS {
    RTM_F_NOTIFY: u16 = 0x100,
    RTM_F_CLONED: u16 = 0x200,
    RTM_F_EQUALIZE: u16 = 0x400,
    RTM_F_PREFIX: u16 = 0x800,
    RTM_F_LOOKUP_TABLE: u16 = 0x1000,
    RTM_F_FIB_MATCH: u16 = 0x2000,
    RTM_F_OFFLOAD: u16 = 0x4000,
    RTM_F_TRAP: u16 = 0x8000,
    RTM_F_OFFLOAD_FAILED: u64 = 0x20000000,
}}

names! { ENUM_IN6_ADDR_GEN_MODE {
    IN6_ADDR_GEN_MODE_EUI64: u16 = 0,
    IN6_ADDR_GEN_MODE_NONE: u16 = 1,
    IN6_ADDR_GEN_MODE_STABLE_PRIVACY: u16 = 2,
    IN6_ADDR_GEN_MODE_RANDOM: u16 = 3,
}}

names! { ENUM_LWTUNNEL_ENCAP_TYPES {
    LWTUNNEL_ENCAP_NONE: u16 = 0,
    LWTUNNEL_ENCAP_MPLS: u16 = 1,
    LWTUNNEL_ENCAP_IP: u16 = 2,
    LWTUNNEL_ENCAP_ILA: u16 = 3,
    LWTUNNEL_ENCAP_IP6: u16 = 4,
    LWTUNNEL_ENCAP_SEG6: u16 = 5,
    LWTUNNEL_ENCAP_BPF: u16 = 6,
    LWTUNNEL_ENCAP_SEG6_LOCAL: u16 = 7,
    LWTUNNEL_ENCAP_RPL: u16 = 8,
    LWTUNNEL_ENCAP_IOAM6: u16 = 9,
    LWTUNNEL_ENCAP_XFRM: u16 = 10,
}}

names! { ENUM_TUNNEL_ENCAP_TYPES {
    TUNNEL_ENCAP_NONE: u16 = 0,
    TUNNEL_ENCAP_FOU: u16 = 1,
    TUNNEL_ENCAP_GUE: u16 = 2,
    TUNNEL_ENCAP_MPLS: u16 = 3,
}}

names! { ENUM_TUNNEL_ENCAP_FLAGS {
    TUNNEL_ENCAP_FLAG_CSUM: u16 = 0x1,
    TUNNEL_ENCAP_FLAG_CSUM6: u16 = 0x2,
    TUNNEL_ENCAP_FLAG_REMCSUM: u16 = 0x4,
}}

names! { ENUM_TUNNEL_FLAGS {
    TUNNEL_CSUM: u16 = 0x1,
    TUNNEL_ROUTING: u16 = 0x2,
    TUNNEL_KEY: u16 = 0x4,
    TUNNEL_SEQ: u16 = 0x8,
    TUNNEL_STRICT: u16 = 0x10,
    TUNNEL_REC: u16 = 0x20,
    TUNNEL_VERSION: u16 = 0x40,
    TUNNEL_NO_KEY: u16 = 0x80,
    TUNNEL_DONT_FRAGMENT: u16 = 0x100,
    TUNNEL_OAM: u16 = 0x200,
    TUNNEL_CRIT_OPT: u16 = 0x400,
    TUNNEL_GENEVE_OPT: u16 = 0x800,
    TUNNEL_VXLAN_OPT: u16 = 0x1000,
    TUNNEL_NOCACHE: u16 = 0x2000,
    TUNNEL_ERSPAN_OPT: u16 = 0x4000,
    TUNNEL_GTP_OPT: u16 = 0x8000,
}}

names! { ENUM_GRE_FLAGS {
    GRE_STRICT: u16 = 0x800,
    GRE_SEQ: u16 = 0x1000,
    GRE_KEY: u16 = 0x2000,
    GRE_ROUTING: u16 = 0x4000,
    GRE_CSUM: u16 = 0x8000,
}}

names! { ENUM_IP6_TNL_FLAGS {
    IP6_TNL_F_IGN_ENCAP_LIMIT: u16 = 0x1,
    IP6_TNL_F_USE_ORIG_TCLASS: u16 = 0x2,
    IP6_TNL_F_USE_ORIG_FLOWLABEL: u16 = 0x4,
    IP6_TNL_F_MIP6_DEV: u16 = 0x8,
    IP6_TNL_F_RCV_DSCP_COPY: u16 = 0x10,
    IP6_TNL_F_USE_ORIG_FWMARK: u16 = 0x20,
    IP6_TNL_F_ALLOW_LOCAL_REMOTE: u16 = 0x40,
}}

names! { ENUM_SIT_FLAGS {
    SIT_ISATAP: u16 = 0x1,
}}

names! { ENUM_BR_BOOLOPT {
    BR_BOOLOPT_NO_LL_LEARN: u16 = 0,
    BR_BOOLOPT_MCAST_VLAN_SNOOPING: u16 = 1,
    BR_BOOLOPT_MST_ENABLE: u16 = 2,
    BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION: u16 = 3,
    BR_BOOLOPT_FDB_LOCAL_VLAN_0: u16 = 4,
}}

names! { ENUM_MACVLAN_MODE {
    MACVLAN_MODE_PRIVATE: u16 = 1,
    MACVLAN_MODE_VEPA: u16 = 2,
    MACVLAN_MODE_BRIDGE: u16 = 4,
    MACVLAN_MODE_PASSTHRU: u16 = 8,
    MACVLAN_MODE_SOURCE: u16 = 16,
}}

names! { ENUM_IPVLAN_FLAGS {
    IPVLAN_F_PRIVATE: u16 = 0x1,
    IPVLAN_F_VEPA: u16 = 0x2,
}}

names! { ENUM_MACSEC_CIPHER {
    MACSEC_CIPHER_ID_GCM_AES_128: u64 = 36242102291529729,
    MACSEC_CIPHER_ID_GCM_AES_256: u64 = 36242102291529730,
    MACSEC_CIPHER_ID_GCM_AES_XPN_128: u64 = 36242102291529731,
    MACSEC_CIPHER_ID_GCM_AES_XPN_256: u64 = 36242102291529732,
}}

names! { ENUM_SEG6_IPTUN_MODE {
    SEG6_IPTUN_MODE_INLINE: u16 = 0,
    SEG6_IPTUN_MODE_ENCAP: u16 = 1,
    SEG6_IPTUN_MODE_L2ENCAP: u16 = 2,
    SEG6_IPTUN_MODE_ENCAP_RED: u16 = 3,
    SEG6_IPTUN_MODE_L2ENCAP_RED: u16 = 4,
}}

names! { ENUM_SEG6_LOCAL_ACTION {
    SEG6_LOCAL_ACTION_UNSPEC: u16 = 0,
    SEG6_LOCAL_ACTION_END: u16 = 1,
    SEG6_LOCAL_ACTION_END_X: u16 = 2,
    SEG6_LOCAL_ACTION_END_T: u16 = 3,
    SEG6_LOCAL_ACTION_END_DX2: u16 = 4,
    SEG6_LOCAL_ACTION_END_DX6: u16 = 5,
    SEG6_LOCAL_ACTION_END_DX4: u16 = 6,
    SEG6_LOCAL_ACTION_END_DT6: u16 = 7,
    SEG6_LOCAL_ACTION_END_DT4: u16 = 8,
    SEG6_LOCAL_ACTION_END_B6: u16 = 9,
    SEG6_LOCAL_ACTION_END_B6_ENCAP: u16 = 10,
    SEG6_LOCAL_ACTION_END_BM: u16 = 11,
    SEG6_LOCAL_ACTION_END_S: u16 = 12,
    SEG6_LOCAL_ACTION_END_AS: u16 = 13,
    SEG6_LOCAL_ACTION_END_AM: u16 = 14,
    SEG6_LOCAL_ACTION_END_BPF: u16 = 15,
    SEG6_LOCAL_ACTION_END_DT46: u16 = 16,
}}

names! { ENUM_SEG6_LOCAL_FLAVOR {
    SEG6_LOCAL_FLV_OP_UNSPEC: u16 = 0,
    SEG6_LOCAL_FLV_OP_PSP: u16 = 1,
    SEG6_LOCAL_FLV_OP_USP: u16 = 2,
    SEG6_LOCAL_FLV_OP_USD: u16 = 3,
    SEG6_LOCAL_FLV_OP_NEXT_CSID: u16 = 4,
}}

names! { ENUM_IOAM6_IPTUNNEL_MODE {
    IOAM6_IPTUNNEL_MODE_INLINE: u16 = 1,
    IOAM6_IPTUNNEL_MODE_ENCAP: u16 = 2,
    IOAM6_IPTUNNEL_MODE_AUTO: u16 = 3,
}}

names! { ENUM_MACSEC_DEFAULT_CIPHER {
    MACSEC_DEFAULT_CIPHER_ID: u64 = 36030996058996737,
}}

record! { STRUCT_TCMSG "tcmsg" {
    "tcm_family" 1: Unsigned(1),
    "pad" 3: Pad,
    "tcm_ifindex" 4: Signed(4),
    "tcm_handle" 4: Bits(4),
    "tcm_parent" 4: Bits(4),
    "tcm_info" 4: Bits(4),
}}

record! { STRUCT_TCAMSG "tcamsg" {
    "tca_family" 1: Unsigned(1),
    "pad" 3: Pad,
}}

record! { STRUCT_PREFIXMSG "prefixmsg" {
    "prefix_family" 1: Unsigned(1),
    "pad1" 3: Pad,
    "prefix_ifindex" 4: Signed(4),
    "prefix_type" 1: Unsigned(1),
    "prefix_len" 1: Unsigned(1),
    "prefix_flags" 1: Bits(1),
    "pad2" 1: Pad,
}}

record! { STRUCT_NDUSEROPTMSG "nduseroptmsg" {
    "nduseropt_family" 1: Unsigned(1),
    "pad1" 1: Pad,
    "nduseropt_opts_len" 2: Unsigned(2),
    "nduseropt_ifindex" 4: Signed(4),
    "nduseropt_icmp_type" 1: Unsigned(1),
    "nduseropt_icmp_code" 1: Unsigned(1),
    "pad2" 6: Pad,
}}

record! { STRUCT_IFADDRLBLMSG "ifaddrlblmsg" {
    "ifal_family" 1: Unsigned(1),
    "pad" 1: Pad,
    "ifal_prefixlen" 1: Unsigned(1),
    "ifal_flags" 1: Bits(1),
    "ifal_index" 4: Unsigned(4),
    "ifal_seq" 4: Unsigned(4),
}}

record! { STRUCT_BR_PORT_MSG "br_port_msg" {
    "family" 1: Unsigned(1),
    "pad" 3: Pad,
    "ifindex" 4: Unsigned(4),
}}

record! { STRUCT_BR_VLAN_MSG "br_vlan_msg" {
    "family" 1: Unsigned(1),
    "pad" 3: Pad,
    "ifindex" 4: Unsigned(4),
}}

record! { STRUCT_TUNNEL_MSG "tunnel_msg" {
    "family" 1: Unsigned(1),
    "flags" 1: Bits(1),
    "pad" 2: Pad,
    "ifindex" 4: Unsigned(4),
}}

record! { STRUCT_NHMSG "nhmsg" {
    "nh_family" 1: Unsigned(1),
    "nh_scope" 1: Named(1, ENUM_RT_SCOPE),
    "nh_protocol" 1: Named(1, ENUM_RTPROT),
    "pad" 1: Pad,
    "nh_flags" 4: Flags(4, ENUM_RTNH_FLAGS),
}}

record! { STRUCT_DCBMSG "dcbmsg" {
    "dcb_family" 1: Unsigned(1),
    "cmd" 1: Unsigned(1),
    "pad" 2: Pad,
}}

record! { STRUCT_NETCONFMSG "netconfmsg" {
    "ncm_family" 1: Unsigned(1),
    "pad" 3: Pad,
}}

record! { STRUCT_RTNEXTHOP "rtnexthop" {
    "rtnh_len" 2: Unsigned(2),
    "rtnh_flags" 1: Flags(1, ENUM_RTNH_FLAGS),
    "rtnh_hops" 1: Unsigned(1),
    "rtnh_ifindex" 4: Signed(4),
}}

record! { STRUCT_NEXTHOP_GRP "nexthop_grp" {
    "id" 4: Unsigned(4),
    "weight" 1: Unsigned(1),
    "weight_high" 1: Unsigned(1),
    "pad" 2: Pad,
}}

record! { STRUCT_RTA_MFC_STATS "rta_mfc_stats" {
    "mfcs_packets" 8: Unsigned(8),
    "mfcs_bytes" 8: Unsigned(8),
    "mfcs_wrong_if" 8: Unsigned(8),
}}

record! { STRUCT_PREFIX_CACHEINFO "prefix_cacheinfo" {
    "preferred_time" 4: Unsigned(4),
    "valid_time" 4: Unsigned(4),
}}

record! { STRUCT_BRIDGE_VLAN_INFO "bridge_vlan_info" {
    "flags" 2: Bits(2),
    "vid" 2: Unsigned(2),
}}

record! { STRUCT_IFLA_VXLAN_PORT_RANGE "ifla_vxlan_port_range" {
    "low" 2: In(Big, &Unsigned(2)),
    "high" 2: In(Big, &Unsigned(2)),
}}

set! { SET_LINK_ATTRS {
    IFLA_ADDRESS = 1: Hardware,
    IFLA_BROADCAST = 2: Hardware,
    IFLA_IFNAME = 3: Text,
    IFLA_MTU = 4: Unsigned(4),
    IFLA_LINK = 5: Unsigned(4),
    IFLA_QDISC = 6: Text,
    IFLA_STATS = 7: Fields(&STRUCT_RTNL_LINK_STATS),
    IFLA_COST = 8: Unknown,
    IFLA_PRIORITY = 9: Unknown,
    IFLA_MASTER = 10: Unsigned(4),
    IFLA_WIRELESS = 11: Bytes,
    IFLA_PROTINFO = 12: Bytes,
    IFLA_TXQLEN = 13: Unsigned(4),
    IFLA_MAP = 14: Fields(&STRUCT_RTNL_LINK_IFMAP),
    IFLA_WEIGHT = 15: Unsigned(4),
    IFLA_OPERSTATE = 16: Named(1, ENUM_IF_OPER),
    IFLA_LINKMODE = 17: Unsigned(1),
    IFLA_LINKINFO = 18: Nest(Known(&SET_LINKINFO_ATTRS)),
    IFLA_NET_NS_PID = 19: Unsigned(4),
    IFLA_IFALIAS = 20: Text,
    IFLA_NUM_VF = 21: Unsigned(4),
    IFLA_VFINFO_LIST = 22: Nest(Known(&SET_VFINFO_LIST_ATTRS)),
    IFLA_STATS64 = 23: Fields(&STRUCT_RTNL_LINK_STATS64),
    IFLA_VF_PORTS = 24: Nest(Known(&SET_VF_PORTS_ATTRS)),
    IFLA_PORT_SELF = 25: Nest(Known(&SET_PORT_SELF_ATTRS)),
    IFLA_AF_SPEC = 26: Nest(Known(&SET_AF_SPEC_ATTRS)),
    IFLA_GROUP = 27: Unsigned(4),
    IFLA_NET_NS_FD = 28: Unsigned(4),
    IFLA_EXT_MASK = 29: Flags(4, ENUM_RTEXT_FILTER),
    IFLA_PROMISCUITY = 30: Unsigned(4),
    IFLA_NUM_TX_QUEUES = 31: Unsigned(4),
    IFLA_NUM_RX_QUEUES = 32: Unsigned(4),
    IFLA_CARRIER = 33: Unsigned(1),
    IFLA_PHYS_PORT_ID = 34: Bytes,
    IFLA_CARRIER_CHANGES = 35: Unsigned(4),
    IFLA_PHYS_SWITCH_ID = 36: Bytes,
    IFLA_LINK_NETNSID = 37: Signed(4),
    IFLA_PHYS_PORT_NAME = 38: Text,
    IFLA_PROTO_DOWN = 39: Unsigned(1),
    IFLA_GSO_MAX_SEGS = 40: Unsigned(4),
    IFLA_GSO_MAX_SIZE = 41: Unsigned(4),
    IFLA_PAD = 42: Bytes,
    IFLA_XDP = 43: Nest(Known(&SET_XDP_ATTRS)),
    IFLA_EVENT = 44: Unsigned(4),
    IFLA_NEW_NETNSID = 45: Signed(4),
    IFLA_TARGET_NETNSID = 46: Signed(4),
    IFLA_CARRIER_UP_COUNT = 47: Unsigned(4),
    IFLA_CARRIER_DOWN_COUNT = 48: Unsigned(4),
    IFLA_NEW_IFINDEX = 49: Signed(4),
    IFLA_MIN_MTU = 50: Unsigned(4),
    IFLA_MAX_MTU = 51: Unsigned(4),
    IFLA_PROP_LIST = 52: Nest(Known(&SET_PROP_LIST_LINK_ATTRS)),
    IFLA_ALT_IFNAME = 53: Text,
    IFLA_PERM_ADDRESS = 54: Hardware,
    IFLA_PROTO_DOWN_REASON = 55: Text,
    IFLA_PARENT_DEV_NAME = 56: Text,
    IFLA_PARENT_DEV_BUS_NAME = 57: Text,
    IFLA_GRO_MAX_SIZE = 58: Unsigned(4),
    IFLA_TSO_MAX_SIZE = 59: Unsigned(4),
    IFLA_TSO_MAX_SEGS = 60: Unsigned(4),
    IFLA_ALLMULTI = 61: Unsigned(4),
    IFLA_DEVLINK_PORT = 62: Bytes,
    IFLA_GSO_IPV4_MAX_SIZE = 63: Unsigned(4),
    IFLA_GRO_IPV4_MAX_SIZE = 64: Unsigned(4),
    IFLA_DPLL_PIN = 65: Nest(Known(&SET_LINK_DPLL_PIN_ATTRS)),
    IFLA_MAX_PACING_OFFLOAD_HORIZON = 66: Uint,
    IFLA_NETNS_IMMUTABLE = 67: Unsigned(1),
    IFLA_HEADROOM = 68: Unsigned(2),
    IFLA_TAILROOM = 69: Unsigned(2),
}}

set! { SET_PROP_LIST_LINK_ATTRS {
    IFLA_ALT_IFNAME: Text,
}}

set! { SET_AF_SPEC_ATTRS {
    AF_INET = 2: Nest(Known(&SET_IFLA_ATTRS)),
    AF_INET6 = 10: Nest(Known(&SET_IFLA6_ATTRS)),
    AF_MCTP = 45: Nest(Known(&SET_MCTP_ATTRS)),
}}

set! { SET_VFINFO_LIST_ATTRS {
    IFLA_VF_INFO = 1: Nest(Known(&SET_VFINFO_ATTRS)),
}}

set! { SET_VFINFO_ATTRS {
    IFLA_VF_MAC = 1: Fields(&STRUCT_IFLA_VF_MAC),
    IFLA_VF_VLAN = 2: Fields(&STRUCT_IFLA_VF_VLAN),
    IFLA_VF_TX_RATE = 3: Fields(&STRUCT_IFLA_VF_TX_RATE),
    IFLA_VF_SPOOFCHK = 4: Fields(&STRUCT_IFLA_VF_SPOOFCHK),
    IFLA_VF_LINK_STATE = 5: Fields(&STRUCT_IFLA_VF_LINK_STATE),
    IFLA_VF_RATE = 6: Fields(&STRUCT_IFLA_VF_RATE),
    IFLA_VF_RSS_QUERY_EN = 7: Fields(&STRUCT_IFLA_VF_RSS_QUERY_EN),
    IFLA_VF_STATS = 8: Nest(Known(&SET_VF_STATS_ATTRS)),
    IFLA_VF_TRUST = 9: Fields(&STRUCT_IFLA_VF_TRUST),
    IFLA_VF_IB_NODE_GUID = 10: Fields(&STRUCT_IFLA_VF_GUID),
    IFLA_VF_IB_PORT_GUID = 11: Fields(&STRUCT_IFLA_VF_GUID),
    IFLA_VF_VLAN_LIST = 12: Nest(Known(&SET_VF_VLAN_ATTRS)),
    IFLA_VF_BROADCAST = 13: Bytes,
}}

set! { SET_VF_STATS_ATTRS {
    IFLA_VF_STATS_RX_PACKETS = 0: Unsigned(8),
    IFLA_VF_STATS_TX_PACKETS = 1: Unsigned(8),
    IFLA_VF_STATS_RX_BYTES = 2: Unsigned(8),
    IFLA_VF_STATS_TX_BYTES = 3: Unsigned(8),
    IFLA_VF_STATS_BROADCAST = 4: Unsigned(8),
    IFLA_VF_STATS_MULTICAST = 5: Unsigned(8),
    IFLA_VF_STATS_PAD = 6: Bytes,
    IFLA_VF_STATS_RX_DROPPED = 7: Unsigned(8),
    IFLA_VF_STATS_TX_DROPPED = 8: Unsigned(8),
}}

set! { SET_VF_VLAN_ATTRS {
    IFLA_VF_VLAN_INFO = 1: Fields(&STRUCT_IFLA_VF_VLAN_INFO),
}}

set! { SET_VF_PORTS_ATTRS {
}}

set! { SET_PORT_SELF_ATTRS {
}}

set! { SET_LINKINFO_ATTRS {
    IFLA_INFO_KIND = 1: Text,
    IFLA_INFO_DATA = 2: Choice(1, &[
        ("bond", None, Known(&SET_LINKINFO_BOND_ATTRS)),
        ("bridge", None, Known(&SET_LINKINFO_BRIDGE_ATTRS)),
        ("erspan", None, Known(&SET_LINKINFO_GRE_ATTRS)),
        ("gre", None, Known(&SET_LINKINFO_GRE_ATTRS)),
        ("gretap", None, Known(&SET_LINKINFO_GRE_ATTRS)),
        ("ip6gre", None, Known(&SET_LINKINFO_GRE6_ATTRS)),
        ("geneve", None, Known(&SET_LINKINFO_GENEVE_ATTRS)),
        ("hsr", None, Known(&SET_LINKINFO_HSR_ATTRS)),
        ("ipip", None, Known(&SET_LINKINFO_IPTUN_ATTRS)),
        ("ip6tnl", None, Known(&SET_LINKINFO_IP6TNL_ATTRS)),
        ("sit", None, Known(&SET_LINKINFO_IPTUN_ATTRS)),
        ("tun", None, Known(&SET_LINKINFO_TUN_ATTRS)),
        ("vlan", None, Known(&SET_LINKINFO_VLAN_ATTRS)),
        ("vrf", None, Known(&SET_LINKINFO_VRF_ATTRS)),
        ("vti", None, Known(&SET_LINKINFO_VTI_ATTRS)),
        ("vti6", None, Known(&SET_LINKINFO_VTI6_ATTRS)),
        ("netkit", None, Known(&SET_LINKINFO_NETKIT_ATTRS)),
        ("ovpn", None, Known(&SET_LINKINFO_OVPN_ATTRS)),
        ("vxlan", None, Known(&SET_LINKINFO_VXLAN_ATTRS)),
        ("macvlan", None, Known(&SET_LINKINFO_MACVLAN_ATTRS)),
        ("macvtap", None, Known(&SET_LINKINFO_MACVLAN_ATTRS)),
        ("macsec", None, Known(&SET_LINKINFO_MACSEC_ATTRS)),
        ("amt", None, Known(&SET_LINKINFO_AMT_ATTRS)),
        ("bareudp", None, Known(&SET_LINKINFO_BAREUDP_ATTRS)),
        ("gtp", None, Known(&SET_LINKINFO_GTP_ATTRS)),
        ("ipvlan", None, Known(&SET_LINKINFO_IPVLAN_ATTRS)),
        ("ipvtap", None, Known(&SET_LINKINFO_IPVLAN_ATTRS)),
        ("rmnet", None, Known(&SET_LINKINFO_RMNET_ATTRS)),
        ("xfrm", None, Known(&SET_LINKINFO_XFRM_ATTRS)),
        ("wwan", None, Known(&SET_LINKINFO_WWAN_ATTRS)),
        ("batadv", None, Known(&SET_LINKINFO_BATADV_ATTRS)),
        ("dsa", None, Known(&SET_LINKINFO_DSA_ATTRS)),
        ("ip6gretap", None, Known(&SET_LINKINFO_GRE6_ATTRS)),
        ("ip6erspan", None, Known(&SET_LINKINFO_GRE6_ATTRS)),
    ]),
    IFLA_INFO_XSTATS = 3: Bytes,
    IFLA_INFO_SLAVE_KIND = 4: Text,
    IFLA_INFO_SLAVE_DATA = 5: Choice(4, &[
        ("bridge", None, Known(&SET_LINKINFO_BRPORT_ATTRS)),
        ("bond", None, Known(&SET_BOND_SLAVE_ATTRS)),
        ("vrf", None, Known(&SET_VRF_PORT_ATTRS)),
    ]),
}}

set! { SET_LINKINFO_BOND_ATTRS {
    IFLA_BOND_MODE = 1: Unsigned(1),
    IFLA_BOND_ACTIVE_SLAVE = 2: Unsigned(4),
    IFLA_BOND_MIIMON = 3: Unsigned(4),
    IFLA_BOND_UPDELAY = 4: Unsigned(4),
    IFLA_BOND_DOWNDELAY = 5: Unsigned(4),
    IFLA_BOND_USE_CARRIER = 6: Unsigned(1),
    IFLA_BOND_ARP_INTERVAL = 7: Unsigned(4),
    IFLA_BOND_ARP_IP_TARGET = 8: Nest(Each("element", &Address)),
    IFLA_BOND_ARP_VALIDATE = 9: Unsigned(4),
    IFLA_BOND_ARP_ALL_TARGETS = 10: Unsigned(4),
    IFLA_BOND_PRIMARY = 11: Unsigned(4),
    IFLA_BOND_PRIMARY_RESELECT = 12: Unsigned(1),
    IFLA_BOND_FAIL_OVER_MAC = 13: Unsigned(1),
    IFLA_BOND_XMIT_HASH_POLICY = 14: Unsigned(1),
    IFLA_BOND_RESEND_IGMP = 15: Unsigned(4),
    IFLA_BOND_NUM_PEER_NOTIF = 16: Unsigned(1),
    IFLA_BOND_ALL_SLAVES_ACTIVE = 17: Unsigned(1),
    IFLA_BOND_MIN_LINKS = 18: Unsigned(4),
    IFLA_BOND_LP_INTERVAL = 19: Unsigned(4),
    IFLA_BOND_PACKETS_PER_SLAVE = 20: Unsigned(4),
    IFLA_BOND_AD_LACP_RATE = 21: Unsigned(1),
    IFLA_BOND_AD_SELECT = 22: Unsigned(1),
    IFLA_BOND_AD_INFO = 23: Nest(Known(&SET_BOND_AD_INFO_ATTRS)),
    IFLA_BOND_AD_ACTOR_SYS_PRIO = 24: Unsigned(2),
    IFLA_BOND_AD_USER_PORT_KEY = 25: Unsigned(2),
    IFLA_BOND_AD_ACTOR_SYSTEM = 26: Hardware,
    IFLA_BOND_TLB_DYNAMIC_LB = 27: Unsigned(1),
    IFLA_BOND_PEER_NOTIF_DELAY = 28: Unsigned(4),
    IFLA_BOND_AD_LACP_ACTIVE = 29: Unsigned(1),
    IFLA_BOND_MISSED_MAX = 30: Unsigned(1),
    IFLA_BOND_NS_IP6_TARGET = 31: Nest(Each("element", &Address)),
    IFLA_BOND_COUPLED_CONTROL = 32: Unsigned(1),
    IFLA_BOND_BROADCAST_NEIGH = 33: Unsigned(1),
    IFLA_BOND_LACP_STRICT = 34: Unsigned(1),
}}

set! { SET_BOND_AD_INFO_ATTRS {
    IFLA_BOND_AD_INFO_AGGREGATOR = 1: Unsigned(2),
    IFLA_BOND_AD_INFO_NUM_PORTS = 2: Unsigned(2),
    IFLA_BOND_AD_INFO_ACTOR_KEY = 3: Unsigned(2),
    IFLA_BOND_AD_INFO_PARTNER_KEY = 4: Unsigned(2),
    IFLA_BOND_AD_INFO_PARTNER_MAC = 5: Hardware,
}}

set! { SET_BOND_SLAVE_ATTRS {
    IFLA_BOND_SLAVE_STATE = 1: Unsigned(1),
    IFLA_BOND_SLAVE_MII_STATUS = 2: Unsigned(1),
    IFLA_BOND_SLAVE_LINK_FAILURE_COUNT = 3: Unsigned(4),
    IFLA_BOND_SLAVE_PERM_HWADDR = 4: Hardware,
    IFLA_BOND_SLAVE_QUEUE_ID = 5: Unsigned(2),
    IFLA_BOND_SLAVE_AD_AGGREGATOR_ID = 6: Unsigned(2),
    IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE = 7: Unsigned(1),
    IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE = 8: Unsigned(2),
    IFLA_BOND_SLAVE_PRIO = 9: Unsigned(4),
}}

set! { SET_LINKINFO_BRIDGE_ATTRS {
    IFLA_BR_FORWARD_DELAY = 1: Unsigned(4),
    IFLA_BR_HELLO_TIME = 2: Unsigned(4),
    IFLA_BR_MAX_AGE = 3: Unsigned(4),
    IFLA_BR_AGEING_TIME = 4: Unsigned(4),
    IFLA_BR_STP_STATE = 5: Unsigned(4),
    IFLA_BR_PRIORITY = 6: Unsigned(2),
    IFLA_BR_VLAN_FILTERING = 7: Unsigned(1),
    IFLA_BR_VLAN_PROTOCOL = 8: In(Big, &Unsigned(2)),
    IFLA_BR_GROUP_FWD_MASK = 9: Unsigned(2),
    IFLA_BR_ROOT_ID = 10: Fields(&STRUCT_IFLA_BRIDGE_ID),
    IFLA_BR_BRIDGE_ID = 11: Fields(&STRUCT_IFLA_BRIDGE_ID),
    IFLA_BR_ROOT_PORT = 12: Unsigned(2),
    IFLA_BR_ROOT_PATH_COST = 13: Unsigned(4),
    IFLA_BR_TOPOLOGY_CHANGE = 14: Unsigned(1),
    IFLA_BR_TOPOLOGY_CHANGE_DETECTED = 15: Unsigned(1),
    IFLA_BR_HELLO_TIMER = 16: Unsigned(8),
    IFLA_BR_TCN_TIMER = 17: Unsigned(8),
    IFLA_BR_TOPOLOGY_CHANGE_TIMER = 18: Unsigned(8),
    IFLA_BR_GC_TIMER = 19: Unsigned(8),
    IFLA_BR_GROUP_ADDR = 20: Hardware,
    IFLA_BR_FDB_FLUSH = 21: Bytes,
    IFLA_BR_MCAST_ROUTER = 22: Unsigned(1),
    IFLA_BR_MCAST_SNOOPING = 23: Unsigned(1),
    IFLA_BR_MCAST_QUERY_USE_IFADDR = 24: Unsigned(1),
    IFLA_BR_MCAST_QUERIER = 25: Unsigned(1),
    IFLA_BR_MCAST_HASH_ELASTICITY = 26: Unsigned(4),
    IFLA_BR_MCAST_HASH_MAX = 27: Unsigned(4),
    IFLA_BR_MCAST_LAST_MEMBER_CNT = 28: Unsigned(4),
    IFLA_BR_MCAST_STARTUP_QUERY_CNT = 29: Unsigned(4),
    IFLA_BR_MCAST_LAST_MEMBER_INTVL = 30: Unsigned(8),
    IFLA_BR_MCAST_MEMBERSHIP_INTVL = 31: Unsigned(8),
    IFLA_BR_MCAST_QUERIER_INTVL = 32: Unsigned(8),
    IFLA_BR_MCAST_QUERY_INTVL = 33: Unsigned(8),
    IFLA_BR_MCAST_QUERY_RESPONSE_INTVL = 34: Unsigned(8),
    IFLA_BR_MCAST_STARTUP_QUERY_INTVL = 35: Unsigned(8),
    IFLA_BR_NF_CALL_IPTABLES = 36: Unsigned(1),
    IFLA_BR_NF_CALL_IP6TABLES = 37: Unsigned(1),
    IFLA_BR_NF_CALL_ARPTABLES = 38: Unsigned(1),
    IFLA_BR_VLAN_DEFAULT_PVID = 39: Unsigned(2),
    IFLA_BR_PAD = 40: Bytes,
    IFLA_BR_VLAN_STATS_ENABLED = 41: Unsigned(1),
    IFLA_BR_MCAST_STATS_ENABLED = 42: Unsigned(1),
    IFLA_BR_MCAST_IGMP_VERSION = 43: Unsigned(1),
    IFLA_BR_MCAST_MLD_VERSION = 44: Unsigned(1),
    IFLA_BR_VLAN_STATS_PER_PORT = 45: Unsigned(1),
    IFLA_BR_MULTI_BOOLOPT = 46: Fields(&STRUCT_BR_BOOLOPT_MULTI),
    IFLA_BR_MCAST_QUERIER_STATE = 47: Bytes,
    IFLA_BR_FDB_N_LEARNED = 48: Unsigned(4),
    IFLA_BR_FDB_MAX_LEARNED = 49: Unsigned(4),
    IFLA_BR_STP_MODE = 50: Named(4, ENUM_BR_STP_MODE),
}}

set! { SET_LINKINFO_BRPORT_ATTRS {
    IFLA_BRPORT_STATE = 1: Unsigned(1),
    IFLA_BRPORT_PRIORITY = 2: Unsigned(2),
    IFLA_BRPORT_COST = 3: Unsigned(4),
    IFLA_BRPORT_MODE = 4: Unsigned(1),
    IFLA_BRPORT_GUARD = 5: Unsigned(1),
    IFLA_BRPORT_PROTECT = 6: Unsigned(1),
    IFLA_BRPORT_FAST_LEAVE = 7: Unsigned(1),
    IFLA_BRPORT_LEARNING = 8: Unsigned(1),
    IFLA_BRPORT_UNICAST_FLOOD = 9: Unsigned(1),
    IFLA_BRPORT_PROXYARP = 10: Unsigned(1),
    IFLA_BRPORT_LEARNING_SYNC = 11: Unsigned(1),
    IFLA_BRPORT_PROXYARP_WIFI = 12: Unsigned(1),
    IFLA_BRPORT_ROOT_ID = 13: Fields(&STRUCT_IFLA_BRIDGE_ID),
    IFLA_BRPORT_BRIDGE_ID = 14: Fields(&STRUCT_IFLA_BRIDGE_ID),
    IFLA_BRPORT_DESIGNATED_PORT = 15: Unsigned(2),
    IFLA_BRPORT_DESIGNATED_COST = 16: Unsigned(2),
    IFLA_BRPORT_ID = 17: Unsigned(2),
    IFLA_BRPORT_NO = 18: Unsigned(2),
    IFLA_BRPORT_TOPOLOGY_CHANGE_ACK = 19: Unsigned(1),
    IFLA_BRPORT_CONFIG_PENDING = 20: Unsigned(1),
    IFLA_BRPORT_MESSAGE_AGE_TIMER = 21: Unsigned(8),
    IFLA_BRPORT_FORWARD_DELAY_TIMER = 22: Unsigned(8),
    IFLA_BRPORT_HOLD_TIMER = 23: Unsigned(8),
    IFLA_BRPORT_FLUSH = 24: Bytes,
    IFLA_BRPORT_MULTICAST_ROUTER = 25: Unsigned(1),
    IFLA_BRPORT_PAD = 26: Bytes,
    IFLA_BRPORT_MCAST_FLOOD = 27: Unsigned(1),
    IFLA_BRPORT_MCAST_TO_UCAST = 28: Unsigned(1),
    IFLA_BRPORT_VLAN_TUNNEL = 29: Unsigned(1),
    IFLA_BRPORT_BCAST_FLOOD = 30: Unsigned(1),
    IFLA_BRPORT_GROUP_FWD_MASK = 31: Unsigned(2),
    IFLA_BRPORT_NEIGH_SUPPRESS = 32: Unsigned(1),
    IFLA_BRPORT_ISOLATED = 33: Unsigned(1),
    IFLA_BRPORT_BACKUP_PORT = 34: Unsigned(4),
    IFLA_BRPORT_MRP_RING_OPEN = 35: Unsigned(1),
    IFLA_BRPORT_MRP_IN_OPEN = 36: Unsigned(1),
    IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT = 37: Unsigned(4),
    IFLA_BRPORT_MCAST_EHT_HOSTS_CNT = 38: Unsigned(4),
    IFLA_BRPORT_LOCKED = 39: Unsigned(1),
    IFLA_BRPORT_MAB = 40: Unsigned(1),
    IFLA_BRPORT_MCAST_N_GROUPS = 41: Unsigned(4),
    IFLA_BRPORT_MCAST_MAX_GROUPS = 42: Unsigned(4),
    IFLA_BRPORT_NEIGH_VLAN_SUPPRESS = 43: Unsigned(1),
    IFLA_BRPORT_BACKUP_NHID = 44: Unsigned(4),
    IFLA_BRPORT_NEIGH_FORWARD_GRAT = 45: Unsigned(1),
}}

set! { SET_LINKINFO_GRE_ATTRS {
    IFLA_GRE_LINK = 1: Unsigned(4),
    IFLA_GRE_IFLAGS = 2: In(Big, &Flags(2, ENUM_GRE_FLAGS)),
    IFLA_GRE_OFLAGS = 3: In(Big, &Flags(2, ENUM_GRE_FLAGS)),
    IFLA_GRE_IKEY = 4: In(Big, &Unsigned(4)),
    IFLA_GRE_OKEY = 5: In(Big, &Unsigned(4)),
    IFLA_GRE_LOCAL = 6: Address,
    IFLA_GRE_REMOTE = 7: Address,
    IFLA_GRE_TTL = 8: Unsigned(1),
    IFLA_GRE_TOS = 9: Unsigned(1),
    IFLA_GRE_PMTUDISC = 10: Unsigned(1),
    IFLA_GRE_ENCAP_LIMIT = 11: Unsigned(1),
    IFLA_GRE_FLOWINFO = 12: In(Big, &Unsigned(4)),
    IFLA_GRE_FLAGS = 13: Unsigned(4),
    IFLA_GRE_ENCAP_TYPE = 14: Named(2, ENUM_TUNNEL_ENCAP_TYPES),
    IFLA_GRE_ENCAP_FLAGS = 15: Flags(2, ENUM_TUNNEL_ENCAP_FLAGS),
    IFLA_GRE_ENCAP_SPORT = 16: In(Big, &Unsigned(2)),
    IFLA_GRE_ENCAP_DPORT = 17: In(Big, &Unsigned(2)),
    IFLA_GRE_COLLECT_METADATA = 18: Bytes,
    IFLA_GRE_IGNORE_DF = 19: Unsigned(1),
    IFLA_GRE_FWMARK = 20: Unsigned(4),
    IFLA_GRE_ERSPAN_INDEX = 21: Unsigned(4),
    IFLA_GRE_ERSPAN_VER = 22: Unsigned(1),
    IFLA_GRE_ERSPAN_DIR = 23: Unsigned(1),
    IFLA_GRE_ERSPAN_HWID = 24: Unsigned(2),
}}

set! { SET_LINKINFO_GRE6_ATTRS {
    IFLA_GRE_LINK: Unsigned(4),
    IFLA_GRE_IFLAGS: In(Big, &Flags(2, ENUM_GRE_FLAGS)),
    IFLA_GRE_OFLAGS: In(Big, &Flags(2, ENUM_GRE_FLAGS)),
    IFLA_GRE_IKEY: In(Big, &Unsigned(4)),
    IFLA_GRE_OKEY: In(Big, &Unsigned(4)),
    IFLA_GRE_LOCAL: Address,
    IFLA_GRE_REMOTE: Address,
    IFLA_GRE_TTL: Unsigned(1),
    IFLA_GRE_ENCAP_LIMIT: Unsigned(1),
    IFLA_GRE_FLOWINFO: In(Big, &Unsigned(4)),
    IFLA_GRE_FLAGS: Unsigned(4),
    IFLA_GRE_ENCAP_TYPE: Named(2, ENUM_TUNNEL_ENCAP_TYPES),
    IFLA_GRE_ENCAP_FLAGS: Flags(2, ENUM_TUNNEL_ENCAP_FLAGS),
    IFLA_GRE_ENCAP_SPORT: In(Big, &Unsigned(2)),
    IFLA_GRE_ENCAP_DPORT: In(Big, &Unsigned(2)),
    IFLA_GRE_COLLECT_METADATA: Bytes,
    IFLA_GRE_FWMARK: Unsigned(4),
    IFLA_GRE_ERSPAN_INDEX: Unsigned(4),
    IFLA_GRE_ERSPAN_VER: Unsigned(1),
    IFLA_GRE_ERSPAN_DIR: Unsigned(1),
    IFLA_GRE_ERSPAN_HWID: Unsigned(2),
}}

set! { SET_LINKINFO_VTI_ATTRS {
    IFLA_VTI_LINK = 1: Unsigned(4),
    IFLA_VTI_IKEY = 2: In(Big, &Unsigned(4)),
    IFLA_VTI_OKEY = 3: In(Big, &Unsigned(4)),
    IFLA_VTI_LOCAL = 4: Address,
    IFLA_VTI_REMOTE = 5: Address,
    IFLA_VTI_FWMARK = 6: Unsigned(4),
}}

set! { SET_LINKINFO_VTI6_ATTRS {
    IFLA_VTI_LINK: Unsigned(4),
    IFLA_VTI_IKEY: In(Big, &Unsigned(4)),
    IFLA_VTI_OKEY: In(Big, &Unsigned(4)),
    IFLA_VTI_LOCAL: Address,
    IFLA_VTI_REMOTE: Address,
    IFLA_VTI_FWMARK: Unsigned(4),
}}

set! { SET_LINKINFO_GENEVE_ATTRS {
    IFLA_GENEVE_ID = 1: Unsigned(4),
    IFLA_GENEVE_REMOTE = 2: Address,
    IFLA_GENEVE_TTL = 3: Unsigned(1),
    IFLA_GENEVE_TOS = 4: Unsigned(1),
    IFLA_GENEVE_PORT = 5: In(Big, &Unsigned(2)),
    IFLA_GENEVE_COLLECT_METADATA = 6: Bytes,
    IFLA_GENEVE_REMOTE6 = 7: Address,
    IFLA_GENEVE_UDP_CSUM = 8: Unsigned(1),
    IFLA_GENEVE_UDP_ZERO_CSUM6_TX = 9: Unsigned(1),
    IFLA_GENEVE_UDP_ZERO_CSUM6_RX = 10: Unsigned(1),
    IFLA_GENEVE_LABEL = 11: In(Big, &Unsigned(4)),
    IFLA_GENEVE_TTL_INHERIT = 12: Unsigned(1),
    IFLA_GENEVE_DF = 13: Unsigned(1),
    IFLA_GENEVE_INNER_PROTO_INHERIT = 14: Bytes,
    IFLA_GENEVE_PORT_RANGE = 15: Fields(&STRUCT_IFLA_GENEVE_PORT_RANGE),
    IFLA_GENEVE_GRO_HINT = 16: Bytes,
    IFLA_GENEVE_LOCAL = 17: Address,
    IFLA_GENEVE_LOCAL6 = 18: Address,
}}

set! { SET_LINKINFO_HSR_ATTRS {
    IFLA_HSR_SLAVE1 = 1: Unsigned(4),
    IFLA_HSR_SLAVE2 = 2: Unsigned(4),
    IFLA_HSR_MULTICAST_SPEC = 3: Unsigned(1),
    IFLA_HSR_SUPERVISION_ADDR = 4: Hardware,
    IFLA_HSR_SEQ_NR = 5: Unsigned(2),
    IFLA_HSR_VERSION = 6: Unsigned(1),
    IFLA_HSR_PROTOCOL = 7: Unsigned(1),
    IFLA_HSR_INTERLINK = 8: Unsigned(4),
}}

set! { SET_LINKINFO_IPTUN_ATTRS {
    IFLA_IPTUN_LINK = 1: Unsigned(4),
    IFLA_IPTUN_LOCAL = 2: Address,
    IFLA_IPTUN_REMOTE = 3: Address,
    IFLA_IPTUN_TTL = 4: Unsigned(1),
    IFLA_IPTUN_TOS = 5: Unsigned(1),
    IFLA_IPTUN_ENCAP_LIMIT = 6: Unsigned(1),
    IFLA_IPTUN_FLOWINFO = 7: In(Big, &Unsigned(4)),
    IFLA_IPTUN_FLAGS = 8: In(Big, &Unsigned(2)),
    IFLA_IPTUN_PROTO = 9: Unsigned(1),
    IFLA_IPTUN_PMTUDISC = 10: Unsigned(1),
    IFLA_IPTUN_6RD_PREFIX = 11: Address,
    IFLA_IPTUN_6RD_RELAY_PREFIX = 12: Address,
    IFLA_IPTUN_6RD_PREFIXLEN = 13: Unsigned(2),
    IFLA_IPTUN_6RD_RELAY_PREFIXLEN = 14: Unsigned(2),
    IFLA_IPTUN_ENCAP_TYPE = 15: Unsigned(2),
    IFLA_IPTUN_ENCAP_FLAGS = 16: Unsigned(2),
    IFLA_IPTUN_ENCAP_SPORT = 17: In(Big, &Unsigned(2)),
    IFLA_IPTUN_ENCAP_DPORT = 18: In(Big, &Unsigned(2)),
    IFLA_IPTUN_COLLECT_METADATA = 19: Bytes,
    IFLA_IPTUN_FWMARK = 20: Unsigned(4),
}}

set! { SET_LINKINFO_IP6TNL_ATTRS {
    IFLA_IPTUN_LINK: Unsigned(4),
    IFLA_IPTUN_LOCAL: Address,
    IFLA_IPTUN_REMOTE: Address,
    IFLA_IPTUN_TTL: Unsigned(1),
    IFLA_IPTUN_ENCAP_LIMIT: Unsigned(1),
    IFLA_IPTUN_FLOWINFO: In(Big, &Unsigned(4)),
    IFLA_IPTUN_FLAGS: Unsigned(4),
    IFLA_IPTUN_PROTO: Unsigned(1),
    IFLA_IPTUN_ENCAP_TYPE: Unsigned(2),
    IFLA_IPTUN_ENCAP_FLAGS: Unsigned(2),
    IFLA_IPTUN_ENCAP_SPORT: In(Big, &Unsigned(2)),
    IFLA_IPTUN_ENCAP_DPORT: In(Big, &Unsigned(2)),
    IFLA_IPTUN_COLLECT_METADATA: Bytes,
    IFLA_IPTUN_FWMARK: Unsigned(4),
}}

set! { SET_LINKINFO_TUN_ATTRS {
    IFLA_TUN_OWNER = 1: Unsigned(4),
    IFLA_TUN_GROUP = 2: Unsigned(4),
    IFLA_TUN_TYPE = 3: Unsigned(1),
    IFLA_TUN_PI = 4: Unsigned(1),
    IFLA_TUN_VNET_HDR = 5: Unsigned(1),
    IFLA_TUN_PERSIST = 6: Unsigned(1),
    IFLA_TUN_MULTI_QUEUE = 7: Unsigned(1),
    IFLA_TUN_NUM_QUEUES = 8: Unsigned(4),
    IFLA_TUN_NUM_DISABLED_QUEUES = 9: Unsigned(4),
}}

set! { SET_LINKINFO_VLAN_ATTRS {
    IFLA_VLAN_ID = 1: Unsigned(2),
    IFLA_VLAN_FLAGS = 2: Fields(&STRUCT_IFLA_VLAN_FLAGS),
    IFLA_VLAN_EGRESS_QOS = 3: Nest(Known(&SET_IFLA_VLAN_QOS)),
    IFLA_VLAN_INGRESS_QOS = 4: Nest(Known(&SET_IFLA_VLAN_QOS)),
    IFLA_VLAN_PROTOCOL = 5: In(Big, &Named(2, ENUM_VLAN_PROTOCOLS)),
}}

set! { SET_IFLA_VLAN_QOS {
    IFLA_VLAN_QOS_MAPPING = 1: Fields(&STRUCT_IFLA_VLAN_QOS_MAPPING),
}}

set! { SET_LINKINFO_VRF_ATTRS {
    IFLA_VRF_TABLE = 1: Unsigned(4),
}}

set! { SET_XDP_ATTRS {
    IFLA_XDP_FD = 1: Signed(4),
    IFLA_XDP_ATTACHED = 2: Unsigned(1),
    IFLA_XDP_FLAGS = 3: Bits(4),
    IFLA_XDP_PROG_ID = 4: Unsigned(4),
    IFLA_XDP_DRV_PROG_ID = 5: Unsigned(4),
    IFLA_XDP_SKB_PROG_ID = 6: Unsigned(4),
    IFLA_XDP_HW_PROG_ID = 7: Unsigned(4),
    IFLA_XDP_EXPECTED_FD = 8: Signed(4),
}}

set! { SET_IFLA_ATTRS {
    IFLA_INET_CONF = 1: Numbers(4, &Unsigned(4), Some(ENUM_IPV4_DEVCONF)),
}}

set! { SET_IFLA6_ATTRS {
    IFLA_INET6_FLAGS = 1: Bits(4),
    IFLA_INET6_CONF = 2: Numbers(4, &Unsigned(4), Some(ENUM_IPV6_DEVCONF)),
    IFLA_INET6_STATS = 3: Numbers(8, &Unsigned(8), Some(ENUM_IFLA_INET6_STATS)),
    IFLA_INET6_MCAST = 4: Bytes,
    IFLA_INET6_CACHEINFO = 5: Fields(&STRUCT_IFLA_CACHEINFO),
    IFLA_INET6_ICMP6STATS = 6: Numbers(8, &Unsigned(8), Some(ENUM_IFLA_ICMP6_STATS)),
    IFLA_INET6_TOKEN = 7: Address,
    IFLA_INET6_ADDR_GEN_MODE = 8: Named(1, ENUM_IN6_ADDR_GEN_MODE),
    IFLA_INET6_RA_MTU = 9: Unsigned(4),
}}

set! { SET_MCTP_ATTRS {
    IFLA_MCTP_NET = 1: Unsigned(4),
    IFLA_MCTP_PHYS_BINDING = 2: Unsigned(1),
}}

set! { SET_STATS_ATTRS {
    IFLA_STATS_LINK_64 = 1: Fields(&STRUCT_RTNL_LINK_STATS64),
    IFLA_STATS_LINK_XSTATS = 2: Bytes,
    IFLA_STATS_LINK_XSTATS_SLAVE = 3: Bytes,
    IFLA_STATS_LINK_OFFLOAD_XSTATS = 4: Nest(Known(&SET_LINK_OFFLOAD_XSTATS)),
    IFLA_STATS_AF_SPEC = 5: Bytes,
}}

set! { SET_LINK_OFFLOAD_XSTATS {
    IFLA_OFFLOAD_XSTATS_CPU_HIT = 1: Bytes,
    IFLA_OFFLOAD_XSTATS_HW_S_INFO = 2: Nest(Each("hw-s-info-one", &Nest(Known(&SET_HW_S_INFO_ONE)))),
    IFLA_OFFLOAD_XSTATS_L3_STATS = 3: Bytes,
}}

set! { SET_HW_S_INFO_ONE {
    IFLA_OFFLOAD_XSTATS_HW_S_INFO_REQUEST = 1: Unsigned(1),
    IFLA_OFFLOAD_XSTATS_HW_S_INFO_USED = 2: Unsigned(1),
}}

set! { SET_LINK_DPLL_PIN_ATTRS {
    DPLL_A_ID = 1: Unsigned(4),
}}

set! { SET_LINKINFO_NETKIT_ATTRS {
    IFLA_NETKIT_PEER_INFO = 1: Bytes,
    IFLA_NETKIT_PRIMARY = 2: Unsigned(1),
    IFLA_NETKIT_POLICY = 3: Named(4, ENUM_NETKIT_POLICY),
    IFLA_NETKIT_PEER_POLICY = 4: Named(4, ENUM_NETKIT_POLICY),
    IFLA_NETKIT_MODE = 5: Named(4, ENUM_NETKIT_MODE),
    IFLA_NETKIT_SCRUB = 6: Named(4, ENUM_NETKIT_SCRUB),
    IFLA_NETKIT_PEER_SCRUB = 7: Named(4, ENUM_NETKIT_SCRUB),
    IFLA_NETKIT_HEADROOM = 8: Unsigned(2),
    IFLA_NETKIT_TAILROOM = 9: Unsigned(2),
    IFLA_NETKIT_PAIRING = 10: Named(4, ENUM_NETKIT_PAIRING),
}}

set! { SET_LINKINFO_OVPN_ATTRS {
    IFLA_OVPN_MODE = 1: Named(1, ENUM_OVPN_MODE),
}}

set! { SET_ADDR_ATTRS {
    IFA_ADDRESS = 1: Address,
    IFA_LOCAL = 2: Address,
    IFA_LABEL = 3: Text,
    IFA_BROADCAST = 4: Address,
    IFA_ANYCAST = 5: Address,
    IFA_CACHEINFO = 6: Fields(&STRUCT_IFA_CACHEINFO),
    IFA_MULTICAST = 7: Address,
    IFA_FLAGS = 8: Flags(4, ENUM_IFA_FLAGS),
    IFA_RT_PRIORITY = 9: Unsigned(4),
    IFA_TARGET_NETNSID = 10: Signed(4),
    IFA_PROTO = 11: Named(1, ENUM_IFAPROT),
    IFA_MC_USERS = 12: Unsigned(4),
}}

set! { SET_ROUTE_ATTRS {
    RTA_DST = 1: Address,
    RTA_SRC = 2: Address,
    RTA_IIF = 3: Unsigned(4),
    RTA_OIF = 4: Unsigned(4),
    RTA_GATEWAY = 5: Address,
    RTA_PRIORITY = 6: Unsigned(4),
    RTA_PREFSRC = 7: Address,
    RTA_METRICS = 8: Nest(Known(&SET_METRICS)),
    RTA_MULTIPATH = 9: Bytes,
    RTA_PROTOINFO = 10: Bytes,
    RTA_FLOW = 11: Unsigned(4),
    RTA_CACHEINFO = 12: Fields(&STRUCT_RTA_CACHEINFO),
    RTA_SESSION = 13: Bytes,
    RTA_MP_ALGO = 14: Bytes,
    RTA_TABLE = 15: Named(4, ENUM_RT_TABLE),
    RTA_MARK = 16: Unsigned(4),
    RTA_MFC_STATS = 17: Fields(&STRUCT_RTA_MFC_STATS),
    RTA_VIA = 18: Bytes,
    RTA_NEWDST = 19: Bytes,
    RTA_PREF = 20: Unsigned(1),
    RTA_ENCAP_TYPE = 21: Named(2, ENUM_LWTUNNEL_ENCAP_TYPES),
    RTA_ENCAP = 22: Choice(21, &[
        ("mpls", None, Known(&SET_MPLS_ENCAP_ATTRS)),
        ("ip", None, Known(&SET_IP_ENCAP_ATTRS)),
        ("ila", None, Known(&SET_ILA_ENCAP_ATTRS)),
        ("ip6", None, Known(&SET_IP6_ENCAP_ATTRS)),
        ("seg6", None, Known(&SET_SEG6_ENCAP_ATTRS)),
        ("bpf", None, Known(&SET_BPF_ENCAP_ATTRS)),
        ("seg6-local", None, Known(&SET_SEG6_LOCAL_ENCAP_ATTRS)),
        ("rpl", None, Known(&SET_RPL_ENCAP_ATTRS)),
        ("ioam6", None, Known(&SET_IOAM6_ENCAP_ATTRS)),
        ("xfrm", None, Known(&SET_XFRM_ENCAP_ATTRS)),
    ]),
    RTA_EXPIRES = 23: Unsigned(4),
    RTA_PAD = 24: Bytes,
    RTA_UID = 25: Unsigned(4),
    RTA_TTL_PROPAGATE = 26: Unsigned(1),
    RTA_IP_PROTO = 27: Unsigned(1),
    RTA_SPORT = 28: In(Big, &Unsigned(2)),
    RTA_DPORT = 29: In(Big, &Unsigned(2)),
    RTA_NH_ID = 30: Unsigned(4),
    RTA_FLOWLABEL = 31: In(Big, &Bits(4)),
    RTA_DEL_REASON = 32: Named(4, ENUM_DEL_REASON),
}}

set! { SET_METRICS {
    RTAX_UNSPEC = 0: Unknown,
    RTAX_LOCK = 1: Unsigned(4),
    RTAX_MTU = 2: Unsigned(4),
    RTAX_WINDOW = 3: Unsigned(4),
    RTAX_RTT = 4: Unsigned(4),
    RTAX_RTTVAR = 5: Unsigned(4),
    RTAX_SSTHRESH = 6: Unsigned(4),
    RTAX_CWND = 7: Unsigned(4),
    RTAX_ADVMSS = 8: Unsigned(4),
    RTAX_REORDERING = 9: Unsigned(4),
    RTAX_HOPLIMIT = 10: Unsigned(4),
    RTAX_INITCWND = 11: Unsigned(4),
    RTAX_FEATURES = 12: Bits(4),
    RTAX_RTO_MIN = 13: Unsigned(4),
    RTAX_INITRWND = 14: Unsigned(4),
    RTAX_QUICKACK = 15: Unsigned(4),
    RTAX_CC_ALGO = 16: Text,
    RTAX_FASTOPEN_NO_COOKIE = 17: Unsigned(4),
}}

set! { SET_NEIGHBOUR_ATTRS {
    NDA_UNSPEC = 0: Bytes,
    NDA_DST = 1: Address,
    NDA_LLADDR = 2: Hardware,
    NDA_CACHEINFO = 3: Fields(&STRUCT_NDA_CACHEINFO),
    NDA_PROBES = 4: Unsigned(4),
    NDA_VLAN = 5: Unsigned(2),
    NDA_PORT = 6: In(Big, &Unsigned(2)),
    NDA_VNI = 7: Unsigned(4),
    NDA_IFINDEX = 8: Unsigned(4),
    NDA_MASTER = 9: Unsigned(4),
    NDA_LINK_NETNSID = 10: Signed(4),
    NDA_SRC_VNI = 11: Unsigned(4),
    NDA_PROTOCOL = 12: Named(1, ENUM_RTPROT),
    NDA_NH_ID = 13: Unsigned(4),
    NDA_FDB_EXT_ATTRS = 14: Bytes,
    NDA_FLAGS_EXT = 15: Flags(4, ENUM_NTF_EXT_FLAGS),
    NDA_NDM_STATE_MASK = 16: Flags(2, ENUM_NUD_STATE),
    NDA_NDM_FLAGS_MASK = 17: Flags(1, ENUM_NTF_FLAGS),
}}

set! { SET_NDT_ATTRS {
    NDTA_NAME = 1: Text,
    NDTA_THRESH1 = 2: Unsigned(4),
    NDTA_THRESH2 = 3: Unsigned(4),
    NDTA_THRESH3 = 4: Unsigned(4),
    NDTA_CONFIG = 5: Fields(&STRUCT_NDT_CONFIG),
    NDTA_PARMS = 6: Nest(Known(&SET_NDTPA_ATTRS)),
    NDTA_STATS = 7: Fields(&STRUCT_NDT_STATS),
    NDTA_GC_INTERVAL = 8: Unsigned(8),
    NDTA_PAD = 9: Bytes,
}}

set! { SET_NDTPA_ATTRS {
    NDTPA_IFINDEX = 1: Unsigned(4),
    NDTPA_REFCNT = 2: Unsigned(4),
    NDTPA_REACHABLE_TIME = 3: Unsigned(8),
    NDTPA_BASE_REACHABLE_TIME = 4: Unsigned(8),
    NDTPA_RETRANS_TIME = 5: Unsigned(8),
    NDTPA_GC_STALETIME = 6: Unsigned(8),
    NDTPA_DELAY_PROBE_TIME = 7: Unsigned(8),
    NDTPA_QUEUE_LEN = 8: Unsigned(4),
    NDTPA_APP_PROBES = 9: Unsigned(4),
    NDTPA_UCAST_PROBES = 10: Unsigned(4),
    NDTPA_MCAST_PROBES = 11: Unsigned(4),
    NDTPA_ANYCAST_DELAY = 12: Unsigned(8),
    NDTPA_PROXY_DELAY = 13: Unsigned(8),
    NDTPA_PROXY_QLEN = 14: Unsigned(4),
    NDTPA_LOCKTIME = 15: Unsigned(8),
    NDTPA_QUEUE_LENBYTES = 16: Unsigned(4),
    NDTPA_MCAST_REPROBES = 17: Unsigned(4),
    NDTPA_PAD = 18: Bytes,
    NDTPA_INTERVAL_PROBE_TIME_MS = 19: Unsigned(8),
}}

set! { SET_FIB_RULE_ATTRS {
    FRA_DST = 1: Address,
    FRA_SRC = 2: Address,
    FRA_IIFNAME = 3: Text,
    FRA_GOTO = 4: Unsigned(4),
    FRA_UNUSED2 = 5: Bytes,
    FRA_PRIORITY = 6: Unsigned(4),
    FRA_UNUSED3 = 7: Bytes,
    FRA_UNUSED4 = 8: Bytes,
    FRA_UNUSED5 = 9: Bytes,
    FRA_FWMARK = 10: Bits(4),
    FRA_FLOW = 11: Unsigned(4),
    FRA_TUN_ID = 12: In(Big, &Unsigned(8)),
    FRA_SUPPRESS_IFGROUP = 13: Signed(4),
    FRA_SUPPRESS_PREFIXLEN = 14: Signed(4),
    FRA_TABLE = 15: Named(4, ENUM_RT_TABLE),
    FRA_FWMASK = 16: Bits(4),
    FRA_OIFNAME = 17: Text,
    FRA_PAD = 18: Bytes,
    FRA_L3MDEV = 19: Unsigned(1),
    FRA_UID_RANGE = 20: Fields(&STRUCT_FIB_RULE_UID_RANGE),
    FRA_PROTOCOL = 21: Named(1, ENUM_RTPROT),
    FRA_IP_PROTO = 22: Unsigned(1),
    FRA_SPORT_RANGE = 23: Fields(&STRUCT_FIB_RULE_PORT_RANGE),
    FRA_DPORT_RANGE = 24: Fields(&STRUCT_FIB_RULE_PORT_RANGE),
    FRA_DSCP = 25: Unsigned(1),
    FRA_FLOWLABEL = 26: In(Big, &Bits(4)),
    FRA_FLOWLABEL_MASK = 27: In(Big, &Bits(4)),
    FRA_SPORT_MASK = 28: Bits(2),
    FRA_DPORT_MASK = 29: Bits(2),
    FRA_DSCP_MASK = 30: Bits(1),
}}

set! { SET_UNKNOWN_ATTRS {
}}

set! { SET_BRIDGE_AF_ATTRS {
    IFLA_BRIDGE_FLAGS = 0: Bits(2),
    IFLA_BRIDGE_MODE = 1: Unsigned(2),
    IFLA_BRIDGE_VLAN_INFO = 2: Fields(&STRUCT_BRIDGE_VLAN_INFO),
    IFLA_BRIDGE_VLAN_TUNNEL_INFO = 3: Nest(Known(&SET_UNKNOWN_ATTRS)),
    IFLA_BRIDGE_MRP = 4: Nest(Known(&SET_UNKNOWN_ATTRS)),
    IFLA_BRIDGE_CFM = 5: Nest(Known(&SET_UNKNOWN_ATTRS)),
    IFLA_BRIDGE_MST = 6: Nest(Known(&SET_UNKNOWN_ATTRS)),
}}

set! { SET_TCA_ATTRS {
    TCA_KIND = 1: Text,
    TCA_OPTIONS = 2: Bytes,
    TCA_STATS = 3: Bytes,
    TCA_XSTATS = 4: Bytes,
    TCA_RATE = 5: Bytes,
    TCA_FCNT = 6: Unsigned(4),
    TCA_STATS2 = 7: Bytes,
    TCA_STAB = 8: Bytes,
    TCA_PAD = 9: Bytes,
    TCA_DUMP_INVISIBLE = 10: Bytes,
    TCA_CHAIN = 11: Unsigned(4),
    TCA_HW_OFFLOAD = 12: Unsigned(1),
    TCA_INGRESS_BLOCK = 13: Unsigned(4),
    TCA_EGRESS_BLOCK = 14: Unsigned(4),
    TCA_DUMP_FLAGS = 15: Bytes,
    TCA_EXT_WARN_MSG = 16: Text,
}}

set! { SET_NSID_ATTRS {
    NETNSA_NSID = 1: Signed(4),
    NETNSA_PID = 2: Unsigned(4),
    NETNSA_FD = 3: Unsigned(4),
    NETNSA_TARGET_NSID = 4: Signed(4),
    NETNSA_CURRENT_NSID = 5: Signed(4),
}}

set! { SET_PREFIX_ATTRS {
    PREFIX_ADDRESS = 1: Address,
    PREFIX_CACHEINFO = 2: Fields(&STRUCT_PREFIX_CACHEINFO),
}}

set! { SET_NDUSEROPT_ATTRS {
    NDUSEROPT_SRCADDR = 1: Address,
}}

set! { SET_IFAL_ATTRS {
    IFAL_ADDRESS = 1: Address,
    IFAL_LABEL = 2: Unsigned(4),
}}

set! { SET_NEXTHOP_ATTRS {
    NHA_ID = 1: Unsigned(4),
    NHA_GROUP = 2: Fields(&STRUCT_NEXTHOP_GRP),
    NHA_GROUP_TYPE = 3: Unsigned(2),
    NHA_BLACKHOLE = 4: Bytes,
    NHA_OIF = 5: Unsigned(4),
    NHA_GATEWAY = 6: Address,
    NHA_ENCAP_TYPE = 7: Named(2, ENUM_LWTUNNEL_ENCAP_TYPES),
    NHA_ENCAP = 8: Choice(7, &[
        ("mpls", None, Known(&SET_MPLS_ENCAP_ATTRS)),
        ("ip", None, Known(&SET_IP_ENCAP_ATTRS)),
        ("ila", None, Known(&SET_ILA_ENCAP_ATTRS)),
        ("ip6", None, Known(&SET_IP6_ENCAP_ATTRS)),
        ("seg6", None, Known(&SET_SEG6_ENCAP_ATTRS)),
        ("bpf", None, Known(&SET_BPF_ENCAP_ATTRS)),
        ("seg6-local", None, Known(&SET_SEG6_LOCAL_ENCAP_ATTRS)),
        ("rpl", None, Known(&SET_RPL_ENCAP_ATTRS)),
        ("ioam6", None, Known(&SET_IOAM6_ENCAP_ATTRS)),
        ("xfrm", None, Known(&SET_XFRM_ENCAP_ATTRS)),
    ]),
    NHA_GROUPS = 9: Bytes,
    NHA_MASTER = 10: Unsigned(4),
    NHA_FDB = 11: Bytes,
    NHA_RES_GROUP = 12: Nest(Known(&SET_NEXTHOP_RES_GROUP_ATTRS)),
    NHA_RES_BUCKET = 13: Nest(Known(&SET_NEXTHOP_RES_BUCKET_ATTRS)),
    NHA_OP_FLAGS = 14: Bits(4),
    NHA_GROUP_STATS = 15: Nest(Known(&SET_NEXTHOP_GROUP_STATS_ATTRS)),
    NHA_HW_STATS_ENABLE = 16: Unsigned(4),
    NHA_HW_STATS_USED = 17: Unsigned(4),
    NHA_DST_PORT = 18: In(Big, &Unsigned(2)),
}}

set! { SET_NEXTHOP_RES_GROUP_ATTRS {
    NHA_RES_GROUP_PAD = 0: Bytes,
    NHA_RES_GROUP_BUCKETS = 1: Unsigned(2),
    NHA_RES_GROUP_IDLE_TIMER = 2: Unsigned(4),
    NHA_RES_GROUP_UNBALANCED_TIMER = 3: Unsigned(4),
    NHA_RES_GROUP_UNBALANCED_TIME = 4: Unsigned(8),
}}

set! { SET_NEXTHOP_RES_BUCKET_ATTRS {
    NHA_RES_BUCKET_PAD = 0: Bytes,
    NHA_RES_BUCKET_INDEX = 1: Unsigned(2),
    NHA_RES_BUCKET_IDLE_TIME = 2: Unsigned(8),
    NHA_RES_BUCKET_NH_ID = 3: Unsigned(4),
}}

set! { SET_NEXTHOP_GROUP_STATS_ATTRS {
    NHA_GROUP_STATS_ENTRY = 1: Nest(Known(&SET_NEXTHOP_GROUP_STATS_ENTRY_ATTRS)),
}}

set! { SET_NEXTHOP_GROUP_STATS_ENTRY_ATTRS {
    NHA_GROUP_STATS_ENTRY_ID = 1: Unsigned(4),
    NHA_GROUP_STATS_ENTRY_PACKETS = 2: Unsigned(8),
    NHA_GROUP_STATS_ENTRY_PACKETS_HW = 3: Unsigned(8),
}}

set! { SET_LINKINFO_VXLAN_ATTRS {
    IFLA_VXLAN_ID = 1: Unsigned(4),
    IFLA_VXLAN_GROUP = 2: Address,
    IFLA_VXLAN_LINK = 3: Unsigned(4),
    IFLA_VXLAN_LOCAL = 4: Address,
    IFLA_VXLAN_TTL = 5: Unsigned(1),
    IFLA_VXLAN_TOS = 6: Unsigned(1),
    IFLA_VXLAN_LEARNING = 7: Unsigned(1),
    IFLA_VXLAN_AGEING = 8: Unsigned(4),
    IFLA_VXLAN_LIMIT = 9: Unsigned(4),
    IFLA_VXLAN_PORT_RANGE = 10: Fields(&STRUCT_IFLA_VXLAN_PORT_RANGE),
    IFLA_VXLAN_PROXY = 11: Unsigned(1),
    IFLA_VXLAN_RSC = 12: Unsigned(1),
    IFLA_VXLAN_L2MISS = 13: Unsigned(1),
    IFLA_VXLAN_L3MISS = 14: Unsigned(1),
    IFLA_VXLAN_PORT = 15: In(Big, &Unsigned(2)),
    IFLA_VXLAN_GROUP6 = 16: Address,
    IFLA_VXLAN_LOCAL6 = 17: Address,
    IFLA_VXLAN_UDP_CSUM = 18: Unsigned(1),
    IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 19: Unsigned(1),
    IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 20: Unsigned(1),
    IFLA_VXLAN_REMCSUM_TX = 21: Unsigned(1),
    IFLA_VXLAN_REMCSUM_RX = 22: Unsigned(1),
    IFLA_VXLAN_GBP = 23: Bytes,
    IFLA_VXLAN_REMCSUM_NOPARTIAL = 24: Bytes,
    IFLA_VXLAN_COLLECT_METADATA = 25: Unsigned(1),
    IFLA_VXLAN_LABEL = 26: In(Big, &Bits(4)),
    IFLA_VXLAN_GPE = 27: Bytes,
    IFLA_VXLAN_TTL_INHERIT = 28: Bytes,
    IFLA_VXLAN_DF = 29: Unsigned(1),
    IFLA_VXLAN_VNIFILTER = 30: Unsigned(1),
    IFLA_VXLAN_LOCALBYPASS = 31: Unsigned(1),
    IFLA_VXLAN_LABEL_POLICY = 32: Unsigned(4),
    IFLA_VXLAN_RESERVED_BITS = 33: Bytes,
    IFLA_VXLAN_MC_ROUTE = 34: Unsigned(1),
}}

set! { SET_LINKINFO_MACVLAN_ATTRS {
    IFLA_MACVLAN_MODE = 1: Named(4, ENUM_MACVLAN_MODE),
    IFLA_MACVLAN_FLAGS = 2: Bits(2),
    IFLA_MACVLAN_MACADDR_MODE = 3: Unsigned(4),
    IFLA_MACVLAN_MACADDR = 4: Hardware,
    IFLA_MACVLAN_MACADDR_DATA = 5: Nest(Each("element", &Hardware)),
    IFLA_MACVLAN_MACADDR_COUNT = 6: Unsigned(4),
    IFLA_MACVLAN_BC_QUEUE_LEN = 7: Unsigned(4),
    IFLA_MACVLAN_BC_QUEUE_LEN_USED = 8: Unsigned(4),
    IFLA_MACVLAN_BC_CUTOFF = 9: Signed(4),
}}

set! { SET_LINKINFO_MACSEC_ATTRS {
    IFLA_MACSEC_SCI = 1: In(Big, &Bits(8)),
    IFLA_MACSEC_PORT = 2: In(Big, &Unsigned(2)),
    IFLA_MACSEC_ICV_LEN = 3: Unsigned(1),
    IFLA_MACSEC_CIPHER_SUITE = 4: Bits(8),
    IFLA_MACSEC_WINDOW = 5: Unsigned(4),
    IFLA_MACSEC_ENCODING_SA = 6: Unsigned(1),
    IFLA_MACSEC_ENCRYPT = 7: Unsigned(1),
    IFLA_MACSEC_PROTECT = 8: Unsigned(1),
    IFLA_MACSEC_INC_SCI = 9: Unsigned(1),
    IFLA_MACSEC_ES = 10: Unsigned(1),
    IFLA_MACSEC_SCB = 11: Unsigned(1),
    IFLA_MACSEC_REPLAY_PROTECT = 12: Unsigned(1),
    IFLA_MACSEC_VALIDATION = 13: Unsigned(1),
    IFLA_MACSEC_PAD = 14: Bytes,
    IFLA_MACSEC_OFFLOAD = 15: Unsigned(1),
}}

set! { SET_LINKINFO_AMT_ATTRS {
    IFLA_AMT_MODE = 1: Unsigned(4),
    IFLA_AMT_RELAY_PORT = 2: In(Big, &Unsigned(2)),
    IFLA_AMT_GATEWAY_PORT = 3: In(Big, &Unsigned(2)),
    IFLA_AMT_LINK = 4: Unsigned(4),
    IFLA_AMT_LOCAL_IP = 5: Address,
    IFLA_AMT_REMOTE_IP = 6: Address,
    IFLA_AMT_DISCOVERY_IP = 7: Address,
    IFLA_AMT_MAX_TUNNELS = 8: Unsigned(4),
}}

set! { SET_LINKINFO_BAREUDP_ATTRS {
    IFLA_BAREUDP_PORT = 1: In(Big, &Unsigned(2)),
    IFLA_BAREUDP_ETHERTYPE = 2: In(Big, &Bits(2)),
    IFLA_BAREUDP_SRCPORT_MIN = 3: Unsigned(2),
    IFLA_BAREUDP_MULTIPROTO_MODE = 4: Bytes,
}}

set! { SET_LINKINFO_GTP_ATTRS {
    IFLA_GTP_FD0 = 1: Unsigned(4),
    IFLA_GTP_FD1 = 2: Unsigned(4),
    IFLA_GTP_PDP_HASHSIZE = 3: Unsigned(4),
    IFLA_GTP_ROLE = 4: Unsigned(4),
    IFLA_GTP_CREATE_SOCKETS = 5: Unsigned(1),
    IFLA_GTP_RESTART_COUNT = 6: Unsigned(1),
    IFLA_GTP_LOCAL = 7: Address,
    IFLA_GTP_LOCAL6 = 8: Address,
}}

set! { SET_LINKINFO_IPVLAN_ATTRS {
    IFLA_IPVLAN_MODE = 1: Unsigned(2),
    IFLA_IPVLAN_FLAGS = 2: Flags(2, ENUM_IPVLAN_FLAGS),
}}

set! { SET_LINKINFO_RMNET_ATTRS {
    IFLA_RMNET_MUX_ID = 1: Unsigned(2),
    IFLA_RMNET_FLAGS = 2: Bytes,
}}

set! { SET_LINKINFO_XFRM_ATTRS {
    IFLA_XFRM_LINK = 1: Unsigned(4),
    IFLA_XFRM_IF_ID = 2: Bits(4),
    IFLA_XFRM_COLLECT_METADATA = 3: Bytes,
}}

set! { SET_LINKINFO_WWAN_ATTRS {
    IFLA_WWAN_LINK_ID = 1: Unsigned(4),
}}

set! { SET_LINKINFO_BATADV_ATTRS {
    IFLA_BATADV_ALGO_NAME = 1: Text,
}}

set! { SET_LINKINFO_DSA_ATTRS {
    IFLA_DSA_CONDUIT = 1: Unsigned(4),
}}

set! { SET_VRF_PORT_ATTRS {
    IFLA_VRF_PORT_TABLE = 1: Named(4, ENUM_RT_TABLE),
}}

set! { SET_MPLS_ENCAP_ATTRS {
    MPLS_IPTUNNEL_DST = 1: Bytes,
    MPLS_IPTUNNEL_TTL = 2: Unsigned(1),
}}

set! { SET_IP_ENCAP_ATTRS {
    LWTUNNEL_IP_ID = 1: In(Big, &Unsigned(8)),
    LWTUNNEL_IP_DST = 2: Address,
    LWTUNNEL_IP_SRC = 3: Address,
    LWTUNNEL_IP_TTL = 4: Unsigned(1),
    LWTUNNEL_IP_TOS = 5: Unsigned(1),
    LWTUNNEL_IP_FLAGS = 6: In(Big, &Flags(2, ENUM_TUNNEL_FLAGS)),
    LWTUNNEL_IP_PAD = 7: Bytes,
    LWTUNNEL_IP_OPTS = 8: Nest(Known(&SET_IP_ENCAP_OPTS_ATTRS)),
}}

set! { SET_IP6_ENCAP_ATTRS {
    LWTUNNEL_IP6_ID = 1: In(Big, &Unsigned(8)),
    LWTUNNEL_IP6_DST = 2: Address,
    LWTUNNEL_IP6_SRC = 3: Address,
    LWTUNNEL_IP6_HOPLIMIT = 4: Unsigned(1),
    LWTUNNEL_IP6_TC = 5: Unsigned(1),
    LWTUNNEL_IP6_FLAGS = 6: In(Big, &Flags(2, ENUM_TUNNEL_FLAGS)),
    LWTUNNEL_IP6_PAD = 7: Bytes,
    LWTUNNEL_IP6_OPTS = 8: Nest(Known(&SET_IP_ENCAP_OPTS_ATTRS)),
}}

set! { SET_IP_ENCAP_OPTS_ATTRS {
    LWTUNNEL_IP_OPTS_GENEVE = 1: Nest(Known(&SET_IP_ENCAP_GENEVE_ATTRS)),
    LWTUNNEL_IP_OPTS_VXLAN = 2: Nest(Known(&SET_IP_ENCAP_VXLAN_ATTRS)),
    LWTUNNEL_IP_OPTS_ERSPAN = 3: Nest(Known(&SET_IP_ENCAP_ERSPAN_ATTRS)),
}}

set! { SET_IP_ENCAP_GENEVE_ATTRS {
    LWTUNNEL_IP_OPT_GENEVE_CLASS = 1: In(Big, &Unsigned(2)),
    LWTUNNEL_IP_OPT_GENEVE_TYPE = 2: Unsigned(1),
    LWTUNNEL_IP_OPT_GENEVE_DATA = 3: Bytes,
}}

set! { SET_IP_ENCAP_VXLAN_ATTRS {
    LWTUNNEL_IP_OPT_VXLAN_GBP = 1: Unsigned(4),
}}

set! { SET_IP_ENCAP_ERSPAN_ATTRS {
    LWTUNNEL_IP_OPT_ERSPAN_VER = 1: Unsigned(1),
    LWTUNNEL_IP_OPT_ERSPAN_INDEX = 2: In(Big, &Unsigned(4)),
    LWTUNNEL_IP_OPT_ERSPAN_DIR = 3: Unsigned(1),
    LWTUNNEL_IP_OPT_ERSPAN_HWID = 4: Unsigned(1),
}}

set! { SET_ILA_ENCAP_ATTRS {
    ILA_ATTR_LOCATOR = 1: Bytes,
    ILA_ATTR_IDENTIFIER = 2: Bytes,
    ILA_ATTR_LOCATOR_MATCH = 3: Bytes,
    ILA_ATTR_IFINDEX = 4: Signed(4),
    ILA_ATTR_DIR = 5: Unsigned(4),
    ILA_ATTR_PAD = 6: Bytes,
    ILA_ATTR_CSUM_MODE = 7: Unsigned(1),
    ILA_ATTR_IDENT_TYPE = 8: Unsigned(1),
    ILA_ATTR_HOOK_TYPE = 9: Unsigned(1),
}}

set! { SET_SEG6_ENCAP_ATTRS {
    SEG6_IPTUNNEL_SRH = 1: Bytes,
    SEG6_IPTUNNEL_SRC = 2: Address,
    SEG6_IPTUNNEL_TABLE = 3: Named(4, ENUM_RT_TABLE),
}}

set! { SET_BPF_ENCAP_ATTRS {
    LWT_BPF_IN = 1: Nest(Known(&SET_BPF_PROG_ATTRS)),
    LWT_BPF_OUT = 2: Nest(Known(&SET_BPF_PROG_ATTRS)),
    LWT_BPF_XMIT = 3: Nest(Known(&SET_BPF_PROG_ATTRS)),
    LWT_BPF_XMIT_HEADROOM = 4: Unsigned(4),
}}

set! { SET_BPF_PROG_ATTRS {
    LWT_BPF_PROG_FD = 1: Unsigned(4),
    LWT_BPF_PROG_NAME = 2: Text,
}}

set! { SET_SEG6_LOCAL_ENCAP_ATTRS {
    SEG6_LOCAL_ACTION = 1: Named(4, ENUM_SEG6_LOCAL_ACTION),
    SEG6_LOCAL_SRH = 2: Bytes,
    SEG6_LOCAL_TABLE = 3: Named(4, ENUM_RT_TABLE),
    SEG6_LOCAL_NH4 = 4: Address,
    SEG6_LOCAL_NH6 = 5: Address,
    SEG6_LOCAL_IIF = 6: Unsigned(4),
    SEG6_LOCAL_OIF = 7: Unsigned(4),
    SEG6_LOCAL_BPF = 8: Nest(Known(&SET_SEG6_LOCAL_BPF_ATTRS)),
    SEG6_LOCAL_VRFTABLE = 9: Named(4, ENUM_RT_TABLE),
    SEG6_LOCAL_COUNTERS = 10: Nest(Known(&SET_SEG6_LOCAL_COUNTERS_ATTRS)),
    SEG6_LOCAL_FLAVORS = 11: Nest(Known(&SET_SEG6_LOCAL_FLAVORS_ATTRS)),
}}

set! { SET_SEG6_LOCAL_BPF_ATTRS {
    SEG6_LOCAL_BPF_PROG = 1: Unsigned(4),
    SEG6_LOCAL_BPF_PROG_NAME = 2: Text,
}}

set! { SET_SEG6_LOCAL_COUNTERS_ATTRS {
    SEG6_LOCAL_CNT_PAD = 1: Bytes,
    SEG6_LOCAL_CNT_PACKETS = 2: Unsigned(8),
    SEG6_LOCAL_CNT_BYTES = 3: Unsigned(8),
    SEG6_LOCAL_CNT_ERRORS = 4: Unsigned(8),
}}

set! { SET_SEG6_LOCAL_FLAVORS_ATTRS {
    SEG6_LOCAL_FLV_OPERATION = 1: Bits(4),
    SEG6_LOCAL_FLV_LCBLOCK_BITS = 2: Unsigned(1),
    SEG6_LOCAL_FLV_LCNODE_FN_BITS = 3: Unsigned(1),
}}

set! { SET_RPL_ENCAP_ATTRS {
    RPL_IPTUNNEL_SRH = 1: Bytes,
}}

set! { SET_IOAM6_ENCAP_ATTRS {
    IOAM6_IPTUNNEL_MODE = 1: Named(1, ENUM_IOAM6_IPTUNNEL_MODE),
    IOAM6_IPTUNNEL_DST = 2: Address,
    IOAM6_IPTUNNEL_TRACE = 3: Bytes,
    IOAM6_IPTUNNEL_FREQ_K = 4: Unsigned(4),
    IOAM6_IPTUNNEL_FREQ_N = 5: Unsigned(4),
    IOAM6_IPTUNNEL_SRC = 6: Address,
}}

set! { SET_XFRM_ENCAP_ATTRS {
    LWT_XFRM_IF_ID = 1: Unsigned(4),
    LWT_XFRM_LINK = 2: Unsigned(4),
}}

messages! {
    RTM_NEWLINK = 16: Some(&STRUCT_IFINFOMSG), Known(&SET_LINK_ATTRS);
    RTM_DELLINK = 17: Some(&STRUCT_IFINFOMSG), Known(&SET_LINK_ATTRS);
    RTM_GETLINK = 18: Some(&STRUCT_IFINFOMSG), Known(&SET_LINK_ATTRS);
    RTM_SETLINK = 19: Some(&STRUCT_IFINFOMSG), Known(&SET_LINK_ATTRS);
    RTM_NEWADDR = 20: Some(&STRUCT_IFADDRMSG), Known(&SET_ADDR_ATTRS);
    RTM_DELADDR = 21: Some(&STRUCT_IFADDRMSG), Known(&SET_ADDR_ATTRS);
    RTM_GETADDR = 22: Some(&STRUCT_IFADDRMSG), Known(&SET_ADDR_ATTRS);
    RTM_NEWROUTE = 24: Some(&STRUCT_RTMSG), Known(&SET_ROUTE_ATTRS);
    RTM_DELROUTE = 25: Some(&STRUCT_RTMSG), Known(&SET_ROUTE_ATTRS);
    RTM_GETROUTE = 26: Some(&STRUCT_RTMSG), Known(&SET_ROUTE_ATTRS);
    RTM_NEWNEIGH = 28: Some(&STRUCT_NDMSG), Known(&SET_NEIGHBOUR_ATTRS);
    RTM_DELNEIGH = 29: Some(&STRUCT_NDMSG), Known(&SET_NEIGHBOUR_ATTRS);
    RTM_GETNEIGH = 30: Some(&STRUCT_NDMSG), Known(&SET_NEIGHBOUR_ATTRS);
    RTM_NEWRULE = 32: Some(&STRUCT_FIB_RULE_HDR), Known(&SET_FIB_RULE_ATTRS);
    RTM_DELRULE = 33: Some(&STRUCT_FIB_RULE_HDR), Known(&SET_FIB_RULE_ATTRS);
    RTM_GETRULE = 34: Some(&STRUCT_FIB_RULE_HDR), Known(&SET_FIB_RULE_ATTRS);
    RTM_NEWQDISC = 36: Some(&STRUCT_TCMSG), Known(&SET_TCA_ATTRS);
    RTM_DELQDISC = 37: None, Known(&SET_TCA_ATTRS);
    RTM_GETQDISC = 38: None, Known(&SET_TCA_ATTRS);
    RTM_NEWTCLASS = 40: Some(&STRUCT_TCMSG), Known(&SET_TCA_ATTRS);
    RTM_DELTCLASS = 41: None, Known(&SET_TCA_ATTRS);
    RTM_GETTCLASS = 42: None, Known(&SET_TCA_ATTRS);
    RTM_NEWTFILTER = 44: Some(&STRUCT_TCMSG), Known(&SET_TCA_ATTRS);
    RTM_DELTFILTER = 45: None, Known(&SET_TCA_ATTRS);
    RTM_GETTFILTER = 46: None, Known(&SET_TCA_ATTRS);
    RTM_NEWACTION = 48: Some(&STRUCT_TCAMSG), Known(&SET_UNKNOWN_ATTRS);
    RTM_DELACTION = 49: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_GETACTION = 50: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_NEWPREFIX = 52: Some(&STRUCT_PREFIXMSG), Known(&SET_PREFIX_ATTRS);
    RTM_NEWMULTICAST = 56: Some(&STRUCT_IFADDRMSG), Known(&SET_ADDR_ATTRS);
    RTM_DELMULTICAST = 57: None, Known(&SET_ADDR_ATTRS);
    RTM_GETMULTICAST = 58: Some(&STRUCT_IFADDRMSG), Known(&SET_ADDR_ATTRS);
    RTM_NEWANYCAST = 60: Some(&STRUCT_IFADDRMSG), Known(&SET_ADDR_ATTRS);
    RTM_DELANYCAST = 61: None, Known(&SET_ADDR_ATTRS);
    RTM_GETANYCAST = 62: None, Known(&SET_ADDR_ATTRS);
    RTM_NEWNEIGHTBL = 64: Some(&STRUCT_NDTMSG), Known(&SET_NDT_ATTRS);
    RTM_GETNEIGHTBL = 66: Some(&STRUCT_NDTMSG), Known(&SET_NDT_ATTRS);
    RTM_SETNEIGHTBL = 67: Some(&STRUCT_NDTMSG), Known(&SET_NDT_ATTRS);
    RTM_NEWNDUSEROPT = 68: Some(&STRUCT_NDUSEROPTMSG), Known(&SET_NDUSEROPT_ATTRS);
    RTM_NEWADDRLABEL = 72: Some(&STRUCT_IFADDRLBLMSG), Known(&SET_IFAL_ATTRS);
    RTM_DELADDRLABEL = 73: None, Known(&SET_IFAL_ATTRS);
    RTM_GETADDRLABEL = 74: None, Known(&SET_IFAL_ATTRS);
    RTM_GETDCB = 78: Some(&STRUCT_DCBMSG), Known(&SET_UNKNOWN_ATTRS);
    RTM_SETDCB = 79: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_NEWNETCONF = 80: Some(&STRUCT_NETCONFMSG), Known(&SET_UNKNOWN_ATTRS);
    RTM_DELNETCONF = 81: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_GETNETCONF = 82: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_NEWMDB = 84: Some(&STRUCT_BR_PORT_MSG), Known(&SET_UNKNOWN_ATTRS);
    RTM_DELMDB = 85: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_GETMDB = 86: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_NEWNSID = 88: Some(&STRUCT_RTGENMSG), Known(&SET_NSID_ATTRS);
    RTM_DELNSID = 89: None, Known(&SET_NSID_ATTRS);
    RTM_GETNSID = 90: None, Known(&SET_NSID_ATTRS);
    RTM_NEWSTATS = 92: Some(&STRUCT_IF_STATS_MSG), Known(&SET_STATS_ATTRS);
    RTM_GETSTATS = 94: Some(&STRUCT_IF_STATS_MSG), Known(&SET_STATS_ATTRS);
    RTM_SETSTATS = 95: None, Known(&SET_STATS_ATTRS);
    RTM_NEWCACHEREPORT = 96: Some(&STRUCT_RTGENMSG), Known(&SET_UNKNOWN_ATTRS);
    RTM_NEWCHAIN = 100: Some(&STRUCT_TCMSG), Known(&SET_TCA_ATTRS);
    RTM_DELCHAIN = 101: None, Known(&SET_TCA_ATTRS);
    RTM_GETCHAIN = 102: None, Known(&SET_TCA_ATTRS);
    RTM_NEWNEXTHOP = 104: Some(&STRUCT_NHMSG), Known(&SET_NEXTHOP_ATTRS);
    RTM_DELNEXTHOP = 105: None, Known(&SET_NEXTHOP_ATTRS);
    RTM_GETNEXTHOP = 106: None, Known(&SET_NEXTHOP_ATTRS);
    RTM_NEWLINKPROP = 108: Some(&STRUCT_IFINFOMSG), Known(&SET_LINK_ATTRS);
    RTM_DELLINKPROP = 109: None, Known(&SET_LINK_ATTRS);
    RTM_GETLINKPROP = 110: None, Known(&SET_LINK_ATTRS);
    RTM_NEWVLAN = 112: Some(&STRUCT_BR_VLAN_MSG), Known(&SET_UNKNOWN_ATTRS);
    RTM_DELVLAN = 113: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_GETVLAN = 114: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_NEWNEXTHOPBUCKET = 116: Some(&STRUCT_NHMSG), Known(&SET_NEXTHOP_ATTRS);
    RTM_DELNEXTHOPBUCKET = 117: None, Known(&SET_NEXTHOP_ATTRS);
    RTM_GETNEXTHOPBUCKET = 118: None, Known(&SET_NEXTHOP_ATTRS);
    RTM_NEWTUNNEL = 120: Some(&STRUCT_TUNNEL_MSG), Known(&SET_UNKNOWN_ATTRS);
    RTM_DELTUNNEL = 121: None, Known(&SET_UNKNOWN_ATTRS);
    RTM_GETTUNNEL = 122: None, Known(&SET_UNKNOWN_ATTRS);
}
