// SPDX-License-Identifier: MIT OR Apache-2.0

//! Parts of links: ports of a bridge, links of a bond, links in a VRF.

use super::super::fields::{number, Field, Found, Show, Value};
use super::kind::{bridge_id, done, number_of, Kind};
use crate::kernel::numbers as n;
use crate::netlink::Result;
use Show::{Bool, Hardware, Hex, Link, Name, Number, Other, Passing, Signed, Time};

/// `LACP_STATE_*`.
const LACP: &[(u64, &str)] = &[
    (1, "active"),
    (2, "short_timeout"),
    (4, "aggregating"),
    (8, "in_sync"),
    (16, "collecting"),
    (32, "distributing"),
    (64, "defaulted"),
    (128, "expired"),
];

/// The states of a bond's aggregation, by their names, too.
fn bond(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    for (attribute, name) in [
        (
            n::IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE,
            "ad_actor_oper_port_state_str",
        ),
        (
            n::IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE,
            "ad_partner_oper_port_state_str",
        ),
    ] {
        if let Some(attribute) = found.get(&attribute) {
            let state = number(attribute)?;
            let set = LACP.iter().filter(|(bit, _)| state & bit != 0);
            let names = set.map(|(_, name)| Value::text(*name)).collect();
            fields.push(Field::new(name, Value::List(names)));
        }
    }
    Ok(())
}

/// What a port passes on, by its names, too.
fn bridge(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    if found.contains_key(&n::IFLA_BRPORT_GROUP_FWD_MASK) {
        let mask = number_of(found, n::IFLA_BRPORT_GROUP_FWD_MASK)?;
        let name = |bit: u32| match bit {
            0 => "stp".to_owned(),
            2 => "lacp".to_owned(),
            14 => "lldp".to_owned(),
            other => format!("{:#x}", 1u64.checked_shl(other).unwrap_or(0)),
        };
        let set = (0..u16::BITS).filter(|bit| mask.checked_shr(*bit).unwrap_or(0) & 1 != 0);
        let names: Vec<_> = set.map(name).collect();
        let names = match names.as_slice() {
            [] => "0x0".to_owned(),
            names => names.join(","),
        };
        fields.push(Field::new("group_fwd_mask_str", Value::text(names)));
    }
    Ok(())
}

pub(super) static KINDS: &[Kind] = &[
    Kind {
        names: &["bridge"],
        finish: bridge,
        rows: &[
            (
                n::IFLA_BRPORT_STATE,
                "state",
                Name(&[
                    (0, "disabled"),
                    (1, "listening"),
                    (2, "learning"),
                    (3, "forwarding"),
                    (4, "blocking"),
                ]),
            ),
            (n::IFLA_BRPORT_PRIORITY, "priority", Number),
            (n::IFLA_BRPORT_COST, "cost", Number),
            (n::IFLA_BRPORT_MODE, "hairpin", Bool),
            (n::IFLA_BRPORT_GUARD, "guard", Bool),
            (n::IFLA_BRPORT_PROTECT, "root_block", Bool),
            (n::IFLA_BRPORT_FAST_LEAVE, "fastleave", Bool),
            (n::IFLA_BRPORT_LEARNING, "learning", Bool),
            (n::IFLA_BRPORT_UNICAST_FLOOD, "flood", Bool),
            (n::IFLA_BRPORT_ID, "id", Hex),
            (n::IFLA_BRPORT_NO, "no", Hex),
            (n::IFLA_BRPORT_DESIGNATED_PORT, "designated_port", Number),
            (n::IFLA_BRPORT_DESIGNATED_COST, "designated_cost", Number),
            (n::IFLA_BRPORT_BRIDGE_ID, "bridge_id", Other(bridge_id)),
            (n::IFLA_BRPORT_ROOT_ID, "root_id", Other(bridge_id)),
            (n::IFLA_BRPORT_HOLD_TIMER, "hold_timer", Passing(&Time)),
            (
                n::IFLA_BRPORT_MESSAGE_AGE_TIMER,
                "message_age_timer",
                Passing(&Time),
            ),
            (
                n::IFLA_BRPORT_FORWARD_DELAY_TIMER,
                "forward_delay_timer",
                Passing(&Time),
            ),
            (
                n::IFLA_BRPORT_TOPOLOGY_CHANGE_ACK,
                "topology_change_ack",
                Number,
            ),
            (n::IFLA_BRPORT_CONFIG_PENDING, "config_pending", Number),
            (n::IFLA_BRPORT_PROXYARP, "proxy_arp", Bool),
            (n::IFLA_BRPORT_PROXYARP_WIFI, "proxy_arp_wifi", Bool),
            (n::IFLA_BRPORT_MULTICAST_ROUTER, "multicast_router", Number),
            (n::IFLA_BRPORT_MCAST_FLOOD, "mcast_flood", Bool),
            (n::IFLA_BRPORT_BCAST_FLOOD, "bcast_flood", Bool),
            (n::IFLA_BRPORT_MCAST_TO_UCAST, "mcast_to_unicast", Bool),
            (n::IFLA_BRPORT_NEIGH_SUPPRESS, "neigh_suppress", Bool),
            (
                n::IFLA_BRPORT_NEIGH_VLAN_SUPPRESS,
                "neigh_vlan_suppress",
                Bool,
            ),
            (n::IFLA_BRPORT_GROUP_FWD_MASK, "group_fwd_mask", Hex),
            (n::IFLA_BRPORT_VLAN_TUNNEL, "vlan_tunnel", Bool),
            (n::IFLA_BRPORT_ISOLATED, "isolated", Bool),
            (n::IFLA_BRPORT_LOCKED, "locked", Bool),
            (n::IFLA_BRPORT_MAB, "mab", Bool),
            (n::IFLA_BRPORT_BACKUP_PORT, "backup_port", Link),
            (n::IFLA_BRPORT_BACKUP_NHID, "backup_nhid", Number),
        ],
    },
    Kind {
        names: &["bond"],
        finish: bond,
        rows: &[
            (
                n::IFLA_BOND_SLAVE_STATE,
                "state",
                Name(&[(0, "ACTIVE"), (1, "BACKUP")]),
            ),
            (
                n::IFLA_BOND_SLAVE_MII_STATUS,
                "mii_status",
                Name(&[(0, "UP"), (1, "GOING_DOWN"), (2, "DOWN"), (3, "GOING_BACK")]),
            ),
            (
                n::IFLA_BOND_SLAVE_LINK_FAILURE_COUNT,
                "link_failure_count",
                Number,
            ),
            (n::IFLA_BOND_SLAVE_PERM_HWADDR, "perm_hwaddr", Hardware),
            (n::IFLA_BOND_SLAVE_QUEUE_ID, "queue_id", Number),
            (n::IFLA_BOND_SLAVE_PRIO, "prio", Signed),
            (
                n::IFLA_BOND_SLAVE_AD_AGGREGATOR_ID,
                "ad_aggregator_id",
                Number,
            ),
            (
                n::IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE,
                "ad_actor_oper_port_state",
                Number,
            ),
            (
                n::IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE,
                "ad_partner_oper_port_state",
                Number,
            ),
        ],
    },
    Kind {
        names: &["vrf"],
        finish: done,
        rows: &[(n::IFLA_VRF_PORT_TABLE, "table", Number)],
    },
];
