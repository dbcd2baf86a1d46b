// SPDX-License-Identifier: MIT OR Apache-2.0

//! Structs that are the values of rtnetlink's attributes.
//!
//! Source: `include/uapi/linux/rtnetlink.h`, `if_link.h`, `if_addr.h`,
//! `neighbour.h`, `fib_rules.h`, `if_bridge.h`, `nexthop.h`.

use super::words::next_hop_flags;
use crate::explain::tables::{bytes, decimal, hexadecimal, index, unused};
use crate::explain::value::{seconds, Member};

/// `struct rtnexthop`, without its length.
pub(crate) const NEXT_HOP: &[Member] = &[
    ("rtnh_flags", 1, next_hop_flags),
    ("rtnh_hops", 1, decimal),
    ("rtnh_ifindex", 4, index),
];

/// `struct rta_cacheinfo`.
pub(super) const ROUTE_AGE: &[Member] = &[
    ("rta_clntref", 4, decimal),
    ("rta_lastuse", 4, hundredths),
    ("rta_expires", 4, hundredths_or_past),
    ("rta_error", 4, decimal),
    ("rta_used", 4, decimal),
    ("rta_id", 4, decimal),
    ("rta_ts", 4, decimal),
    ("rta_tsage", 4, decimal),
];

/// `struct ifa_cacheinfo`.
pub(super) const ADDRESS_AGE: &[Member] = &[
    ("ifa_prefered", 4, lifetime),
    ("ifa_valid", 4, lifetime),
    ("cstamp", 4, hundredths),
    ("tstamp", 4, hundredths),
];

/// `struct nda_cacheinfo`.
pub(super) const NEIGHBOUR_AGE: &[Member] = &[
    ("ndm_confirmed", 4, hundredths),
    ("ndm_used", 4, hundredths),
    ("ndm_updated", 4, hundredths),
    ("ndm_refcnt", 4, decimal),
];

/// `struct prefix_cacheinfo`.
pub(super) const PREFIX_AGE: &[Member] =
    &[("preferred_time", 4, lifetime), ("valid_time", 4, lifetime)];

/// `struct ifla_cacheinfo`.
pub(super) const INET6_AGE: &[Member] = &[
    ("max_reasm_len", 4, bytes),
    ("tstamp", 4, hundredths),
    ("reachable_time", 4, milliseconds),
    ("retrans_time", 4, milliseconds),
];

/// `struct rta_mfc_stats`.
pub(super) const MULTICAST: &[Member] = &[
    ("mfcs_packets", 8, decimal),
    ("mfcs_bytes", 8, decimal),
    ("mfcs_wrong_if", 8, decimal),
];

/// `struct fib_rule_uid_range`.
pub(super) const UIDS: &[Member] = &[("start", 4, decimal), ("end", 4, decimal)];

/// `struct fib_rule_port_range`.
pub(super) const PORTS: &[Member] = &[("start", 2, decimal), ("end", 2, decimal)];

/// `struct bridge_vlan_info`.
pub(super) const VLAN: &[Member] = &[("flags", 2, hexadecimal), ("vid", 2, decimal)];

/// `struct nexthop_grp`.
pub(super) const GROUP: &[Member] = &[
    ("id", 4, decimal),
    ("weight", 1, decimal),
    ("weight_high", 1, decimal),
    ("padding", 2, unused),
];

/// `struct rtnl_link_ifmap`.
pub(super) const MAP: &[Member] = &[
    ("mem_start", 8, hexadecimal),
    ("mem_end", 8, hexadecimal),
    ("base_addr", 8, hexadecimal),
    ("irq", 2, decimal),
    ("dma", 1, decimal),
    ("port", 1, decimal),
    ("padding", 4, unused),
];

/// `struct rtnl_link_stats`.
pub(super) const STATS: &[Member] = &[
    ("rx_packets", 4, decimal),
    ("tx_packets", 4, decimal),
    ("rx_bytes", 4, decimal),
    ("tx_bytes", 4, decimal),
    ("rx_errors", 4, decimal),
    ("tx_errors", 4, decimal),
    ("rx_dropped", 4, decimal),
    ("tx_dropped", 4, decimal),
    ("multicast", 4, decimal),
    ("collisions", 4, decimal),
    ("rx_length_errors", 4, decimal),
    ("rx_over_errors", 4, decimal),
    ("rx_crc_errors", 4, decimal),
    ("rx_frame_errors", 4, decimal),
    ("rx_fifo_errors", 4, decimal),
    ("rx_missed_errors", 4, decimal),
    ("tx_aborted_errors", 4, decimal),
    ("tx_carrier_errors", 4, decimal),
    ("tx_fifo_errors", 4, decimal),
    ("tx_heartbeat_errors", 4, decimal),
    ("tx_window_errors", 4, decimal),
    ("rx_compressed", 4, decimal),
    ("tx_compressed", 4, decimal),
    ("rx_nohandler", 4, decimal),
];

/// `struct rtnl_link_stats64`.
pub(super) const STATS64: &[Member] = &[
    ("rx_packets", 8, decimal),
    ("tx_packets", 8, decimal),
    ("rx_bytes", 8, decimal),
    ("tx_bytes", 8, decimal),
    ("rx_errors", 8, decimal),
    ("tx_errors", 8, decimal),
    ("rx_dropped", 8, decimal),
    ("tx_dropped", 8, decimal),
    ("multicast", 8, decimal),
    ("collisions", 8, decimal),
    ("rx_length_errors", 8, decimal),
    ("rx_over_errors", 8, decimal),
    ("rx_crc_errors", 8, decimal),
    ("rx_frame_errors", 8, decimal),
    ("rx_fifo_errors", 8, decimal),
    ("rx_missed_errors", 8, decimal),
    ("tx_aborted_errors", 8, decimal),
    ("tx_carrier_errors", 8, decimal),
    ("tx_fifo_errors", 8, decimal),
    ("tx_heartbeat_errors", 8, decimal),
    ("tx_window_errors", 8, decimal),
    ("rx_compressed", 8, decimal),
    ("tx_compressed", 8, decimal),
    ("rx_nohandler", 8, decimal),
    ("rx_otherhost_dropped", 8, decimal),
];

/// Times of the kernel's for people, in hundredths of seconds.
fn hundredths(value: u64) -> String {
    seconds(value, 100)
}

/// One of these that may be past, and negative.
fn hundredths_or_past(value: u64) -> String {
    match u32::try_from(value).map(|value| value as i32) {
        Ok(past @ ..0) => past.to_string(),
        _ => hundredths(value),
    }
}

fn milliseconds(value: u64) -> String {
    seconds(value, 1000)
}

/// Seconds; the greatest number is for ever.
fn lifetime(value: u64) -> String {
    if value == u64::from(u32::MAX) {
        return "for ever".to_owned();
    }
    format!("{value} s")
}
