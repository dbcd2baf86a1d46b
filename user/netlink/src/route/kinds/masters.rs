// SPDX-License-Identifier: MIT OR Apache-2.0

//! Links with ports: bridges and bonds.

use super::super::fields::{number, rows, Field, Found, Show, Value};
use super::kind::{bridge_id, done, words, Kind};
use crate::kernel::numbers as n;
use crate::netlink::attr::Attribute;
use crate::netlink::Result;
use Show::{
    Address, Bool, Ethertype, Hardware, Hex, Link, List, Name, Nest, Number, Other, Passing, Time,
    Unless0,
};

/// The ARP validation of bonds. Without validation there is no value.
fn arp_validate(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    const NAMES: &[&str] = &[
        "none",
        "active",
        "backup",
        "all",
        "filter",
        "filter_active",
        "filter_backup",
    ];
    let number = number(attribute)?;
    let name = usize::try_from(number).ok().and_then(|at| NAMES.get(at));
    Ok(Some(match name {
        Some(&"none") => Value::Nothing,
        Some(name) => Value::text(*name),
        None => Value::text(number.to_string()),
    }))
}

/// `struct br_boolopt_multi`: the options that are set, and a mask of known options.
fn bridge(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    const OPTIONS: &[(u16, &str)] = &[
        (n::BR_BOOLOPT_NO_LL_LEARN, "no_linklocal_learn"),
        (n::BR_BOOLOPT_MCAST_VLAN_SNOOPING, "mcast_vlan_snooping"),
        (n::BR_BOOLOPT_MST_ENABLE, "mst_enabled"),
        (
            n::BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION,
            "mdb_offload_fail_notification",
        ),
        (n::BR_BOOLOPT_FDB_LOCAL_VLAN_0, "fdb_local_vlan_0"),
    ];
    let options = found.get(&n::IFLA_BR_MULTI_BOOLOPT).and_then(words);
    if let Some([set, known]) = options {
        for (place, name) in OPTIONS {
            let is = |bits: u32| bits.checked_shr((*place).into()).unwrap_or(0) & 1;
            if is(known) != 0 {
                fields.push(Field::new(name, Value::Number(is(set).into())));
            }
        }
    }
    Ok(())
}

pub(super) static KINDS: &[Kind] = &[
    Kind {
        names: &["bridge"],
        finish: bridge,
        rows: rows! { "IFLA_BR_"
            IFLA_BR_FORWARD_DELAY: Number,
            IFLA_BR_HELLO_TIME: Number,
            IFLA_BR_MAX_AGE: Number,
            IFLA_BR_AGEING_TIME: Number,
            IFLA_BR_STP_STATE: Number,
            IFLA_BR_PRIORITY: Number,
            IFLA_BR_VLAN_FILTERING: Number,
            IFLA_BR_VLAN_PROTOCOL: Ethertype,
            IFLA_BR_BRIDGE_ID: Other(bridge_id),
            IFLA_BR_ROOT_ID: Other(bridge_id),
            IFLA_BR_ROOT_PORT: Number,
            IFLA_BR_ROOT_PATH_COST: Number,
            IFLA_BR_TOPOLOGY_CHANGE: Number,
            IFLA_BR_TOPOLOGY_CHANGE_DETECTED: Number,
            IFLA_BR_HELLO_TIMER: Passing(&Time),
            IFLA_BR_TCN_TIMER: Passing(&Time),
            IFLA_BR_TOPOLOGY_CHANGE_TIMER: Passing(&Time),
            IFLA_BR_GC_TIMER: Passing(&Time),
            IFLA_BR_FDB_N_LEARNED: Passing(&Number),
            IFLA_BR_FDB_MAX_LEARNED: Number,
            IFLA_BR_VLAN_DEFAULT_PVID: Number,
            IFLA_BR_VLAN_STATS_ENABLED: Number,
            IFLA_BR_VLAN_STATS_PER_PORT: Number,
            IFLA_BR_GROUP_FWD_MASK: Hex,
            IFLA_BR_GROUP_ADDR: Hardware,
            IFLA_BR_MCAST_SNOOPING: Number,
            IFLA_BR_MCAST_ROUTER: Number,
            IFLA_BR_MCAST_QUERY_USE_IFADDR: Number,
            IFLA_BR_MCAST_QUERIER: Number,
            IFLA_BR_MCAST_HASH_ELASTICITY: Number,
            IFLA_BR_MCAST_HASH_MAX: Number,
            IFLA_BR_MCAST_LAST_MEMBER_CNT: Number,
            IFLA_BR_MCAST_STARTUP_QUERY_CNT: Number,
            IFLA_BR_MCAST_LAST_MEMBER_INTVL: Number,
            IFLA_BR_MCAST_MEMBERSHIP_INTVL: Number,
            IFLA_BR_MCAST_QUERIER_INTVL: Number,
            IFLA_BR_MCAST_QUERY_INTVL: Number,
            IFLA_BR_MCAST_QUERY_RESPONSE_INTVL: Number,
            IFLA_BR_MCAST_STARTUP_QUERY_INTVL: Number,
            IFLA_BR_MCAST_STATS_ENABLED: Number,
            IFLA_BR_MCAST_IGMP_VERSION: Number,
            IFLA_BR_MCAST_MLD_VERSION: Number,
            IFLA_BR_NF_CALL_IPTABLES: Number,
            IFLA_BR_NF_CALL_IP6TABLES: Number,
            IFLA_BR_NF_CALL_ARPTABLES: Number,
        },
    },
    Kind {
        names: &["bond"],
        finish: done,
        rows: rows! { "IFLA_BOND_"
            IFLA_BOND_MODE: Name(&[
                (0, "balance-rr"), (1, "active-backup"), (2, "balance-xor"), (3, "broadcast"),
                (4, "802.3ad"), (5, "balance-tlb"), (6, "balance-alb"),
            ]),
            IFLA_BOND_ACTIVE_SLAVE: Unless0(&Link),
            IFLA_BOND_MIIMON: Number,
            IFLA_BOND_UPDELAY: Number,
            IFLA_BOND_DOWNDELAY: Number,
            IFLA_BOND_PEER_NOTIF_DELAY "peer_notify_delay": Number,
            IFLA_BOND_USE_CARRIER: Number,
            IFLA_BOND_ARP_INTERVAL: Number,
            IFLA_BOND_MISSED_MAX "arp_missed_max": Number,
            IFLA_BOND_ARP_IP_TARGET: List(&Address),
            IFLA_BOND_NS_IP6_TARGET: List(&Address),
            IFLA_BOND_ARP_VALIDATE: Other(arp_validate),
            IFLA_BOND_ARP_ALL_TARGETS: Name(&[(0, "any"), (1, "all")]),
            IFLA_BOND_PRIMARY: Unless0(&Link),
            IFLA_BOND_PRIMARY_RESELECT: Name(&[(0, "always"), (1, "better"), (2, "failure")]),
            IFLA_BOND_FAIL_OVER_MAC: Name(&[(0, "none"), (1, "active"), (2, "follow")]),
            IFLA_BOND_XMIT_HASH_POLICY: Name(&[
                (0, "layer2"), (1, "layer3+4"), (2, "layer2+3"), (3, "encap2+3"), (4, "encap3+4"),
                (5, "vlan+srcmac"),
            ]),
            IFLA_BOND_RESEND_IGMP: Number,
            IFLA_BOND_NUM_PEER_NOTIF: Number,
            IFLA_BOND_ALL_SLAVES_ACTIVE: Number,
            IFLA_BOND_MIN_LINKS: Number,
            IFLA_BOND_LP_INTERVAL: Number,
            IFLA_BOND_PACKETS_PER_SLAVE: Number,
            IFLA_BOND_AD_LACP_ACTIVE: Name(&[(0, "off"), (1, "on")]),
            IFLA_BOND_AD_LACP_RATE: Name(&[(0, "slow"), (1, "fast")]),
            IFLA_BOND_AD_SELECT: Name(&[
                (0, "stable"), (1, "bandwidth"), (2, "count"), (3, "actor_port_prio"),
            ]),
            IFLA_BOND_AD_INFO: Nest(rows! { "IFLA_BOND_AD_INFO_"
                IFLA_BOND_AD_INFO_AGGREGATOR: Number,
                IFLA_BOND_AD_INFO_NUM_PORTS: Number,
                IFLA_BOND_AD_INFO_ACTOR_KEY: Number,
                IFLA_BOND_AD_INFO_PARTNER_KEY: Number,
                IFLA_BOND_AD_INFO_PARTNER_MAC: Hardware,
            }),
            IFLA_BOND_AD_ACTOR_SYS_PRIO: Number,
            IFLA_BOND_AD_USER_PORT_KEY: Number,
            IFLA_BOND_AD_ACTOR_SYSTEM: Hardware,
            IFLA_BOND_TLB_DYNAMIC_LB: Number,
            IFLA_BOND_COUPLED_CONTROL: Bool,
            IFLA_BOND_BROADCAST_NEIGH "broadcast_neighbor": Number,
        },
    },
];
