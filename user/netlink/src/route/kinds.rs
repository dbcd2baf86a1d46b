// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kinds of links, and the configuration of each: `IFLA_INFO_DATA` and
//! `IFLA_INFO_SLAVE_DATA`.
//!
//! Source: `include/uapi/linux/if_link.h` and the headers of its parts. The keys are
//! those of `ip -j -d link`.

mod kind;
mod masters;
mod ports;
mod tunnels;

use super::fields::{find, read, rows, Field, Found, Show, Value};
use crate::kernel::numbers as n;
use crate::netlink::attr::{Attribute, Attributes};
use crate::netlink::Result;
use kind::{done, number_of, words, Kind};
use std::net::IpAddr;
use Show::{
    Address, Big, BigHex, Bits, Bool, Ethertype, Flag, Group, Hardware, Hex, Link, LinkOrNone,
    List, Name, Number, Other, Passing, Presence, Signed, Unless0, User, Yes,
};

/// Reads the configuration of a link of this kind. Returns `None` if the kind is not
/// known.
pub(super) fn link(kind: &str, data: Option<Attributes<'_>>) -> Result<Option<Vec<Field>>> {
    of(
        KINDS.iter().chain(masters::KINDS).chain(tunnels::KINDS),
        kind,
        data,
    )
}

/// Reads the configuration of a port of a link of this kind.
pub(super) fn part(kind: &str, data: Option<Attributes<'_>>) -> Result<Option<Vec<Field>>> {
    of(ports::KINDS.iter(), kind, data)
}

/// The names of all known kinds.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let kinds = KINDS.iter().chain(masters::KINDS).chain(tunnels::KINDS);
    kinds
        .chain(ports::KINDS)
        .flat_map(|kind| kind.names)
        .copied()
}

fn of<'a>(
    mut kinds: impl Iterator<Item = &'a Kind>,
    name: &str,
    data: Option<Attributes<'_>>,
) -> Result<Option<Vec<Field>>> {
    let Some(kind) = kinds.find(|kind| kind.names.contains(&name)) else {
        return Ok(None);
    };
    let Some(data) = data else {
        return Ok(Some(Vec::new()));
    };
    let found = find(data)?;
    let mut fields = read(kind.rows, &found)?;
    (kind.finish)(&found, &mut fields)?;
    Ok(Some(fields))
}

/// Two ports in network byte order.
fn port_range(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let [l0, l1, h0, h1] = *attribute.payload else {
        return Ok(None);
    };
    let port = |bytes| Value::Number(u16::from_be_bytes(bytes).into());
    Ok(Some(Value::Fields(vec![
        Field::new("low", port([l0, l1])),
        Field::new("high", port([h0, h1])),
    ])))
}

/// `struct ifla_vlan_flags`: the flags that are set, and a mask.
fn vlan_flags(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    const FLAGS: &[(u32, &str)] = &[
        (n::VLAN_FLAG_REORDER_HDR as u32, "REORDER_HDR"),
        (n::VLAN_FLAG_GVRP as u32, "GVRP"),
        (n::VLAN_FLAG_LOOSE_BINDING as u32, "LOOSE_BINDING"),
        (n::VLAN_FLAG_MVRP as u32, "MVRP"),
        (n::VLAN_FLAG_BRIDGE_BINDING as u32, "BRIDGE_BINDING"),
    ];
    let Some([flags, _]) = words(attribute) else {
        return Ok(None);
    };
    let names = super::names::bits(FLAGS, flags);
    Ok(Some(Value::List(
        names.into_iter().map(Value::Text).collect(),
    )))
}

/// `struct ifla_vlan_qos_mapping`: a mapping from one priority to another.
fn vlan_priority(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let Some([from, to]) = words(attribute) else {
        return Ok(None);
    };
    Ok(Some(Value::Fields(vec![
        Field::new("from", Value::Number(from.into())),
        Field::new("to", Value::Number(to.into())),
    ])))
}

/// The identifier of a secure channel, in network byte order.
fn channel(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let id = super::fields::big(attribute)?;
    Ok(Some(Value::text(format!("{id:016x}"))))
}

/// Drops the attributes of a VXLAN that do not apply, and distinguishes a group from a
/// remote end.
fn vxlan(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    let inherits = number_of(found, n::IFLA_VXLAN_TTL_INHERIT)? != 0;
    fields.retain(|field| field.name != "ttl" || !inherits);
    for field in fields {
        let is_group = match &field.value {
            Value::Text(text) => text
                .parse()
                .is_ok_and(|address: IpAddr| address.is_multicast()),
            _ => false,
        };
        match field.name {
            "remote" if is_group => field.name = "group",
            "remote6" if is_group => field.name = "group6",
            _ => {}
        }
    }
    Ok(())
}

fn geneve(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    let inherits = number_of(found, n::IFLA_GENEVE_TTL_INHERIT)? != 0;
    fields.retain(|field| field.name != "ttl" || !inherits);
    Ok(())
}

/// Keeps addresses only in the mode `source`.
fn macvlan(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    if number_of(found, n::IFLA_MACVLAN_MODE)? != n::MACVLAN_MODE_SOURCE.into() {
        fields.retain(|field| !field.name.starts_with("macaddr_"));
    }
    Ok(())
}

/// Adds the mode, which decides which other links of the master a link may talk to.
fn ipvlan(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    if found.contains_key(&n::IFLA_IPVLAN_FLAGS) {
        let flags = number_of(found, n::IFLA_IPVLAN_FLAGS)?;
        let has = |flag: u16| flags & u64::from(flag) != 0;
        let name = if has(n::IPVLAN_F_PRIVATE) {
            "private"
        } else if has(n::IPVLAN_F_VEPA) {
            "vepa"
        } else {
            "bridge"
        };
        fields.push(Field::new(name, Value::Bool(true)));
    }
    Ok(())
}

/// Counts queues only if there can be more than one.
fn tun(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    if number_of(found, n::IFLA_TUN_MULTI_QUEUE)? == 0 {
        fields.retain(|field| !matches!(field.name, "numqueues" | "numdisabled"));
    }
    Ok(())
}

/// A link that collects metadata has no number.
fn xfrm(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    if found.contains_key(&n::IFLA_XFRM_COLLECT_METADATA) {
        fields.retain(|field| field.name != "if_id");
    }
    Ok(())
}

const DF: Show = Name(&[(0, "unset"), (1, "set"), (2, "inherit")]);

static KINDS: &[Kind] = &[
    Kind {
        names: &["vxlan"],
        finish: vxlan,
        rows: rows! { "IFLA_VXLAN_"
            IFLA_VXLAN_COLLECT_METADATA "external": Yes,
            IFLA_VXLAN_VNIFILTER: Yes,
            IFLA_VXLAN_ID: Number,
            IFLA_VXLAN_GROUP "remote": Unless0(&Address),
            IFLA_VXLAN_GROUP6 "remote6": Unless0(&Address),
            IFLA_VXLAN_LOCAL: Unless0(&Address),
            IFLA_VXLAN_LOCAL6: Unless0(&Address),
            IFLA_VXLAN_LINK: Unless0(&Link),
            IFLA_VXLAN_PORT_RANGE: Other(port_range),
            IFLA_VXLAN_PORT: Big,
            IFLA_VXLAN_LEARNING: Bool,
            IFLA_VXLAN_PROXY: Yes,
            IFLA_VXLAN_RSC: Yes,
            IFLA_VXLAN_L2MISS: Yes,
            IFLA_VXLAN_L3MISS: Yes,
            IFLA_VXLAN_TOS: Unless0(&Hex),
            IFLA_VXLAN_TTL: Number,
            IFLA_VXLAN_DF: DF,
            IFLA_VXLAN_LABEL: Unless0(&BigHex),
            IFLA_VXLAN_LABEL_POLICY: Name(&[(0, "fixed"), (1, "inherit")]),
            IFLA_VXLAN_AGEING: Number,
            IFLA_VXLAN_LIMIT: Unless0(&Number),
            IFLA_VXLAN_UDP_CSUM: Bool,
            IFLA_VXLAN_UDP_ZERO_CSUM6_TX: Bool,
            IFLA_VXLAN_UDP_ZERO_CSUM6_RX: Bool,
            IFLA_VXLAN_REMCSUM_TX: Yes,
            IFLA_VXLAN_REMCSUM_RX: Yes,
            IFLA_VXLAN_LOCALBYPASS: Bool,
            IFLA_VXLAN_GBP: Flag,
            IFLA_VXLAN_GPE: Flag,
        },
    },
    Kind {
        names: &["geneve"],
        finish: geneve,
        rows: rows! { "IFLA_GENEVE_"
            IFLA_GENEVE_COLLECT_METADATA "external": Flag,
            IFLA_GENEVE_ID: Number,
            IFLA_GENEVE_REMOTE: Unless0(&Address),
            IFLA_GENEVE_REMOTE6: Unless0(&Address),
            IFLA_GENEVE_LOCAL: Unless0(&Address),
            IFLA_GENEVE_LOCAL6: Unless0(&Address),
            IFLA_GENEVE_TTL: Number,
            IFLA_GENEVE_TOS: Unless0(&Hex),
            IFLA_GENEVE_DF: DF,
            IFLA_GENEVE_LABEL: Unless0(&BigHex),
            IFLA_GENEVE_PORT: Big,
            IFLA_GENEVE_UDP_CSUM: Bool,
            IFLA_GENEVE_UDP_ZERO_CSUM6_TX: Bool,
            IFLA_GENEVE_UDP_ZERO_CSUM6_RX: Bool,
            IFLA_GENEVE_INNER_PROTO_INHERIT: Flag,
            IFLA_GENEVE_PORT_RANGE: Other(port_range),
        },
    },
    Kind {
        names: &["macvlan", "macvtap"],
        finish: macvlan,
        rows: rows! { "IFLA_MACVLAN_"
            IFLA_MACVLAN_MODE: Name(&[
                (n::MACVLAN_MODE_PRIVATE as u64, "private"),
                (n::MACVLAN_MODE_VEPA as u64, "vepa"), (n::MACVLAN_MODE_BRIDGE as u64, "bridge"),
                (n::MACVLAN_MODE_PASSTHRU as u64, "passthru"),
                (n::MACVLAN_MODE_SOURCE as u64, "source"),
            ]),
            IFLA_MACVLAN_FLAGS: Bits(&[(1, "nopromisc"), (2, "nodst")]),
            IFLA_MACVLAN_BC_QUEUE_LEN "bcqueuelen": Number,
            IFLA_MACVLAN_BC_QUEUE_LEN_USED "usedbcqueuelen": Number,
            IFLA_MACVLAN_BC_CUTOFF "bccutoff": Signed,
            IFLA_MACVLAN_MACADDR_COUNT: Number,
            IFLA_MACVLAN_MACADDR_DATA: List(&Hardware),
        },
    },
    Kind {
        names: &["ipvlan", "ipvtap"],
        finish: ipvlan,
        rows: rows! { "IFLA_IPVLAN_"
            IFLA_IPVLAN_MODE: Name(&[(0, "l2"), (1, "l3"), (2, "l3s")]),
        },
    },
    Kind {
        names: &["vlan"],
        finish: done,
        rows: rows! { "IFLA_VLAN_"
            IFLA_VLAN_PROTOCOL: Ethertype,
            IFLA_VLAN_ID: Number,
            IFLA_VLAN_FLAGS: Other(vlan_flags),
            IFLA_VLAN_INGRESS_QOS: List(&Other(vlan_priority)),
            IFLA_VLAN_EGRESS_QOS: List(&Other(vlan_priority)),
        },
    },
    Kind {
        names: &["vrf"],
        finish: done,
        rows: rows! { "IFLA_VRF_"
            IFLA_VRF_TABLE: Number,
        },
    },
    Kind {
        names: &["tun"],
        finish: tun,
        rows: rows! { "IFLA_TUN_"
            IFLA_TUN_TYPE: Name(&[(1, "tun"), (2, "tap")]),
            IFLA_TUN_PI: Bool,
            IFLA_TUN_VNET_HDR: Bool,
            IFLA_TUN_MULTI_QUEUE: Bool,
            IFLA_TUN_NUM_QUEUES "numqueues": Number,
            IFLA_TUN_NUM_DISABLED_QUEUES "numdisabled": Number,
            IFLA_TUN_PERSIST: Bool,
            IFLA_TUN_OWNER "user": User,
            IFLA_TUN_GROUP: Group,
        },
    },
    Kind {
        names: &["macsec"],
        finish: done,
        rows: rows! { "IFLA_MACSEC_"
            IFLA_MACSEC_SCI: Other(channel),
            IFLA_MACSEC_PROTECT: Bool,
            IFLA_MACSEC_CIPHER_SUITE: Name(&[
                (n::MACSEC_DEFAULT_CIPHER_ID, "GCM-AES-128"),
                (n::MACSEC_CIPHER_ID_GCM_AES_128, "GCM-AES-128"),
                (n::MACSEC_CIPHER_ID_GCM_AES_256, "GCM-AES-256"),
                (n::MACSEC_CIPHER_ID_GCM_AES_XPN_128, "GCM-AES-XPN-128"),
                (n::MACSEC_CIPHER_ID_GCM_AES_XPN_256, "GCM-AES-XPN-256"),
            ]),
            IFLA_MACSEC_ICV_LEN: Number,
            IFLA_MACSEC_ENCODING_SA: Number,
            IFLA_MACSEC_VALIDATION: Name(&[(0, "disabled"), (1, "check"), (2, "strict")]),
            IFLA_MACSEC_OFFLOAD: Name(&[(0, "off"), (1, "phy"), (2, "mac")]),
            IFLA_MACSEC_ENCRYPT: Bool,
            IFLA_MACSEC_INC_SCI: Bool,
            IFLA_MACSEC_ES: Bool,
            IFLA_MACSEC_SCB: Bool,
            IFLA_MACSEC_REPLAY_PROTECT: Bool,
            IFLA_MACSEC_WINDOW: Number,
        },
    },
    Kind {
        names: &["hsr"],
        finish: done,
        rows: rows! { "IFLA_HSR_"
            IFLA_HSR_SLAVE1: LinkOrNone,
            IFLA_HSR_SLAVE2: LinkOrNone,
            IFLA_HSR_INTERLINK: Link,
            IFLA_HSR_SEQ_NR: Passing(&Number),
            IFLA_HSR_SUPERVISION_ADDR: Hardware,
            IFLA_HSR_VERSION: Number,
            IFLA_HSR_PROTOCOL "proto": Number,
        },
    },
    Kind {
        names: &["xfrm"],
        finish: xfrm,
        rows: rows! { "IFLA_XFRM_"
            IFLA_XFRM_COLLECT_METADATA "external": Flag,
            IFLA_XFRM_IF_ID: Hex,
        },
    },
    Kind {
        names: &["bareudp"],
        finish: done,
        rows: rows! { "IFLA_BAREUDP_"
            IFLA_BAREUDP_PORT "dstport": Big,
            IFLA_BAREUDP_ETHERTYPE: Ethertype,
            IFLA_BAREUDP_SRCPORT_MIN "srcportmin": Number,
            IFLA_BAREUDP_MULTIPROTO_MODE "multiproto": Presence,
        },
    },
    Kind {
        names: &["amt"],
        finish: done,
        rows: rows! { "IFLA_AMT_"
            IFLA_AMT_MODE: Name(&[(0, "gateway"), (1, "relay")]),
            IFLA_AMT_GATEWAY_PORT: Big,
            IFLA_AMT_RELAY_PORT: Big,
            IFLA_AMT_LOCAL_IP "local": Address,
            IFLA_AMT_REMOTE_IP "remote": Address,
            IFLA_AMT_DISCOVERY_IP "discovery": Address,
            IFLA_AMT_LINK: Link,
            IFLA_AMT_MAX_TUNNELS: Number,
        },
    },
    Kind {
        names: &["gtp"],
        finish: done,
        rows: rows! { "IFLA_GTP_"
            IFLA_GTP_ROLE: Name(&[(0, "ggsn"), (1, "sgsn")]),
            IFLA_GTP_PDP_HASHSIZE "hsize": Number,
            IFLA_GTP_RESTART_COUNT: Number,
        },
    },
    Kind {
        names: &["rmnet"],
        finish: done,
        rows: rows! { "IFLA_RMNET_"
            IFLA_RMNET_MUX_ID: Number,
        },
    },
];
