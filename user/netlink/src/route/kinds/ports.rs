// SPDX-License-Identifier: MIT OR Apache-2.0

//! Ports of other links: ports of a bridge, links of a bond, links in a VRF.

use super::super::fields::{number, rows, Field, Found, Show, Value};
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

/// Adds the names of the states of a bond's aggregation.
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

/// Adds the names of the protocols that a port forwards.
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
        rows: rows! { "IFLA_BRPORT_"
            IFLA_BRPORT_STATE: Name(&[
                (0, "disabled"), (1, "listening"), (2, "learning"), (3, "forwarding"),
                (4, "blocking"),
            ]),
            IFLA_BRPORT_PRIORITY: Number,
            IFLA_BRPORT_COST: Number,
            IFLA_BRPORT_MODE "hairpin": Bool,
            IFLA_BRPORT_GUARD: Bool,
            IFLA_BRPORT_PROTECT "root_block": Bool,
            IFLA_BRPORT_FAST_LEAVE "fastleave": Bool,
            IFLA_BRPORT_LEARNING: Bool,
            IFLA_BRPORT_UNICAST_FLOOD "flood": Bool,
            IFLA_BRPORT_ID: Hex,
            IFLA_BRPORT_NO: Hex,
            IFLA_BRPORT_DESIGNATED_PORT: Number,
            IFLA_BRPORT_DESIGNATED_COST: Number,
            IFLA_BRPORT_BRIDGE_ID: Other(bridge_id),
            IFLA_BRPORT_ROOT_ID: Other(bridge_id),
            IFLA_BRPORT_HOLD_TIMER: Passing(&Time),
            IFLA_BRPORT_MESSAGE_AGE_TIMER: Passing(&Time),
            IFLA_BRPORT_FORWARD_DELAY_TIMER: Passing(&Time),
            IFLA_BRPORT_TOPOLOGY_CHANGE_ACK: Number,
            IFLA_BRPORT_CONFIG_PENDING: Number,
            IFLA_BRPORT_PROXYARP "proxy_arp": Bool,
            IFLA_BRPORT_PROXYARP_WIFI "proxy_arp_wifi": Bool,
            IFLA_BRPORT_MULTICAST_ROUTER: Number,
            IFLA_BRPORT_MCAST_FLOOD: Bool,
            IFLA_BRPORT_BCAST_FLOOD: Bool,
            IFLA_BRPORT_MCAST_TO_UCAST "mcast_to_unicast": Bool,
            IFLA_BRPORT_NEIGH_SUPPRESS: Bool,
            IFLA_BRPORT_NEIGH_VLAN_SUPPRESS: Bool,
            IFLA_BRPORT_GROUP_FWD_MASK: Hex,
            IFLA_BRPORT_VLAN_TUNNEL: Bool,
            IFLA_BRPORT_ISOLATED: Bool,
            IFLA_BRPORT_LOCKED: Bool,
            IFLA_BRPORT_MAB: Bool,
            IFLA_BRPORT_BACKUP_PORT: Link,
            IFLA_BRPORT_BACKUP_NHID: Number,
        },
    },
    Kind {
        names: &["bond"],
        finish: bond,
        rows: rows! { "IFLA_BOND_SLAVE_"
            IFLA_BOND_SLAVE_STATE: Name(&[(0, "ACTIVE"), (1, "BACKUP")]),
            IFLA_BOND_SLAVE_MII_STATUS: Name(&[
                (0, "UP"), (1, "GOING_DOWN"), (2, "DOWN"), (3, "GOING_BACK"),
            ]),
            IFLA_BOND_SLAVE_LINK_FAILURE_COUNT: Number,
            IFLA_BOND_SLAVE_PERM_HWADDR: Hardware,
            IFLA_BOND_SLAVE_QUEUE_ID: Number,
            IFLA_BOND_SLAVE_PRIO: Signed,
            IFLA_BOND_SLAVE_AD_AGGREGATOR_ID: Number,
            IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE: Number,
            IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE: Number,
        },
    },
    Kind {
        names: &["vrf"],
        finish: done,
        rows: rows! { "IFLA_VRF_PORT_"
            IFLA_VRF_PORT_TABLE: Number,
        },
    },
];
