// SPDX-License-Identifier: MIT OR Apache-2.0

//! Links that others are part of: bridges and bonds.

use super::super::fields::{number, Field, Found, Show, Value};
use super::kind::{bridge_id, done, words, Kind};
use crate::kernel::numbers as n;
use crate::netlink::attr::Attribute;
use crate::netlink::Result;
use Show::{
    Address, Bool, Ethertype, Hardware, Hex, Link, List, Name, Nest, Number, Other, Passing, Time,
    Unless0,
};

/// How bonds check ARP. Not at all is no value.
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

/// `struct br_boolopt_multi`: options that are set, and options that there are.
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
        rows: &[
            (n::IFLA_BR_FORWARD_DELAY, "forward_delay", Number),
            (n::IFLA_BR_HELLO_TIME, "hello_time", Number),
            (n::IFLA_BR_MAX_AGE, "max_age", Number),
            (n::IFLA_BR_AGEING_TIME, "ageing_time", Number),
            (n::IFLA_BR_STP_STATE, "stp_state", Number),
            (n::IFLA_BR_PRIORITY, "priority", Number),
            (n::IFLA_BR_VLAN_FILTERING, "vlan_filtering", Number),
            (n::IFLA_BR_VLAN_PROTOCOL, "vlan_protocol", Ethertype),
            (n::IFLA_BR_BRIDGE_ID, "bridge_id", Other(bridge_id)),
            (n::IFLA_BR_ROOT_ID, "root_id", Other(bridge_id)),
            (n::IFLA_BR_ROOT_PORT, "root_port", Number),
            (n::IFLA_BR_ROOT_PATH_COST, "root_path_cost", Number),
            (n::IFLA_BR_TOPOLOGY_CHANGE, "topology_change", Number),
            (
                n::IFLA_BR_TOPOLOGY_CHANGE_DETECTED,
                "topology_change_detected",
                Number,
            ),
            (n::IFLA_BR_HELLO_TIMER, "hello_timer", Passing(&Time)),
            (n::IFLA_BR_TCN_TIMER, "tcn_timer", Passing(&Time)),
            (
                n::IFLA_BR_TOPOLOGY_CHANGE_TIMER,
                "topology_change_timer",
                Passing(&Time),
            ),
            (n::IFLA_BR_GC_TIMER, "gc_timer", Passing(&Time)),
            (n::IFLA_BR_FDB_N_LEARNED, "fdb_n_learned", Passing(&Number)),
            (n::IFLA_BR_FDB_MAX_LEARNED, "fdb_max_learned", Number),
            (n::IFLA_BR_VLAN_DEFAULT_PVID, "vlan_default_pvid", Number),
            (n::IFLA_BR_VLAN_STATS_ENABLED, "vlan_stats_enabled", Number),
            (
                n::IFLA_BR_VLAN_STATS_PER_PORT,
                "vlan_stats_per_port",
                Number,
            ),
            (n::IFLA_BR_GROUP_FWD_MASK, "group_fwd_mask", Hex),
            (n::IFLA_BR_GROUP_ADDR, "group_addr", Hardware),
            (n::IFLA_BR_MCAST_SNOOPING, "mcast_snooping", Number),
            (n::IFLA_BR_MCAST_ROUTER, "mcast_router", Number),
            (
                n::IFLA_BR_MCAST_QUERY_USE_IFADDR,
                "mcast_query_use_ifaddr",
                Number,
            ),
            (n::IFLA_BR_MCAST_QUERIER, "mcast_querier", Number),
            (
                n::IFLA_BR_MCAST_HASH_ELASTICITY,
                "mcast_hash_elasticity",
                Number,
            ),
            (n::IFLA_BR_MCAST_HASH_MAX, "mcast_hash_max", Number),
            (
                n::IFLA_BR_MCAST_LAST_MEMBER_CNT,
                "mcast_last_member_cnt",
                Number,
            ),
            (
                n::IFLA_BR_MCAST_STARTUP_QUERY_CNT,
                "mcast_startup_query_cnt",
                Number,
            ),
            (
                n::IFLA_BR_MCAST_LAST_MEMBER_INTVL,
                "mcast_last_member_intvl",
                Number,
            ),
            (
                n::IFLA_BR_MCAST_MEMBERSHIP_INTVL,
                "mcast_membership_intvl",
                Number,
            ),
            (
                n::IFLA_BR_MCAST_QUERIER_INTVL,
                "mcast_querier_intvl",
                Number,
            ),
            (n::IFLA_BR_MCAST_QUERY_INTVL, "mcast_query_intvl", Number),
            (
                n::IFLA_BR_MCAST_QUERY_RESPONSE_INTVL,
                "mcast_query_response_intvl",
                Number,
            ),
            (
                n::IFLA_BR_MCAST_STARTUP_QUERY_INTVL,
                "mcast_startup_query_intvl",
                Number,
            ),
            (
                n::IFLA_BR_MCAST_STATS_ENABLED,
                "mcast_stats_enabled",
                Number,
            ),
            (n::IFLA_BR_MCAST_IGMP_VERSION, "mcast_igmp_version", Number),
            (n::IFLA_BR_MCAST_MLD_VERSION, "mcast_mld_version", Number),
            (n::IFLA_BR_NF_CALL_IPTABLES, "nf_call_iptables", Number),
            (n::IFLA_BR_NF_CALL_IP6TABLES, "nf_call_ip6tables", Number),
            (n::IFLA_BR_NF_CALL_ARPTABLES, "nf_call_arptables", Number),
        ],
    },
    Kind {
        names: &["bond"],
        finish: done,
        rows: &[
            (
                n::IFLA_BOND_MODE,
                "mode",
                Name(&[
                    (0, "balance-rr"),
                    (1, "active-backup"),
                    (2, "balance-xor"),
                    (3, "broadcast"),
                    (4, "802.3ad"),
                    (5, "balance-tlb"),
                    (6, "balance-alb"),
                ]),
            ),
            (n::IFLA_BOND_ACTIVE_SLAVE, "active_slave", Unless0(&Link)),
            (n::IFLA_BOND_MIIMON, "miimon", Number),
            (n::IFLA_BOND_UPDELAY, "updelay", Number),
            (n::IFLA_BOND_DOWNDELAY, "downdelay", Number),
            (n::IFLA_BOND_PEER_NOTIF_DELAY, "peer_notify_delay", Number),
            (n::IFLA_BOND_USE_CARRIER, "use_carrier", Number),
            (n::IFLA_BOND_ARP_INTERVAL, "arp_interval", Number),
            (n::IFLA_BOND_MISSED_MAX, "arp_missed_max", Number),
            (n::IFLA_BOND_ARP_IP_TARGET, "arp_ip_target", List(&Address)),
            (n::IFLA_BOND_NS_IP6_TARGET, "ns_ip6_target", List(&Address)),
            (
                n::IFLA_BOND_ARP_VALIDATE,
                "arp_validate",
                Other(arp_validate),
            ),
            (
                n::IFLA_BOND_ARP_ALL_TARGETS,
                "arp_all_targets",
                Name(&[(0, "any"), (1, "all")]),
            ),
            (n::IFLA_BOND_PRIMARY, "primary", Unless0(&Link)),
            (
                n::IFLA_BOND_PRIMARY_RESELECT,
                "primary_reselect",
                Name(&[(0, "always"), (1, "better"), (2, "failure")]),
            ),
            (
                n::IFLA_BOND_FAIL_OVER_MAC,
                "fail_over_mac",
                Name(&[(0, "none"), (1, "active"), (2, "follow")]),
            ),
            (
                n::IFLA_BOND_XMIT_HASH_POLICY,
                "xmit_hash_policy",
                Name(&[
                    (0, "layer2"),
                    (1, "layer3+4"),
                    (2, "layer2+3"),
                    (3, "encap2+3"),
                    (4, "encap3+4"),
                    (5, "vlan+srcmac"),
                ]),
            ),
            (n::IFLA_BOND_RESEND_IGMP, "resend_igmp", Number),
            (n::IFLA_BOND_NUM_PEER_NOTIF, "num_peer_notif", Number),
            (n::IFLA_BOND_ALL_SLAVES_ACTIVE, "all_slaves_active", Number),
            (n::IFLA_BOND_MIN_LINKS, "min_links", Number),
            (n::IFLA_BOND_LP_INTERVAL, "lp_interval", Number),
            (n::IFLA_BOND_PACKETS_PER_SLAVE, "packets_per_slave", Number),
            (
                n::IFLA_BOND_AD_LACP_ACTIVE,
                "ad_lacp_active",
                Name(&[(0, "off"), (1, "on")]),
            ),
            (
                n::IFLA_BOND_AD_LACP_RATE,
                "ad_lacp_rate",
                Name(&[(0, "slow"), (1, "fast")]),
            ),
            (
                n::IFLA_BOND_AD_SELECT,
                "ad_select",
                Name(&[
                    (0, "stable"),
                    (1, "bandwidth"),
                    (2, "count"),
                    (3, "actor_port_prio"),
                ]),
            ),
            (
                n::IFLA_BOND_AD_INFO,
                "ad_info",
                Nest(&[
                    (n::IFLA_BOND_AD_INFO_AGGREGATOR, "aggregator", Number),
                    (n::IFLA_BOND_AD_INFO_NUM_PORTS, "num_ports", Number),
                    (n::IFLA_BOND_AD_INFO_ACTOR_KEY, "actor_key", Number),
                    (n::IFLA_BOND_AD_INFO_PARTNER_KEY, "partner_key", Number),
                    (n::IFLA_BOND_AD_INFO_PARTNER_MAC, "partner_mac", Hardware),
                ]),
            ),
            (n::IFLA_BOND_AD_ACTOR_SYS_PRIO, "ad_actor_sys_prio", Number),
            (n::IFLA_BOND_AD_USER_PORT_KEY, "ad_user_port_key", Number),
            (n::IFLA_BOND_AD_ACTOR_SYSTEM, "ad_actor_system", Hardware),
            (n::IFLA_BOND_TLB_DYNAMIC_LB, "tlb_dynamic_lb", Number),
            (n::IFLA_BOND_COUPLED_CONTROL, "coupled_control", Bool),
            (n::IFLA_BOND_BROADCAST_NEIGH, "broadcast_neighbor", Number),
        ],
    },
];
