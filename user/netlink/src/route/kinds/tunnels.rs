// SPDX-License-Identifier: MIT OR Apache-2.0

//! Tunnels that carry IP, GRE and other protocols in IP.
//!
//! Source: `include/uapi/linux/if_tunnel.h`, `include/uapi/linux/ip6_tunnel.h`.

use super::super::fields::{big, rows, Field, Found, Row, Show, Value};
use super::kind::{done, number_of, Kind};
use crate::kernel::numbers as n;
use crate::netlink::Result;
use Show::{Address, Bits, Bool, End, Flag, Hex, Link, Name, Number, Unless0, Yes};

/// The attributes of a tunnel's UDP encapsulation: type, flags, and ports.
type Encapsulation = [u16; 4];

const OF_GRE: Encapsulation = [
    n::IFLA_GRE_ENCAP_TYPE,
    n::IFLA_GRE_ENCAP_FLAGS,
    n::IFLA_GRE_ENCAP_SPORT,
    n::IFLA_GRE_ENCAP_DPORT,
];
const OF_IP: Encapsulation = [
    n::IFLA_IPTUN_ENCAP_TYPE,
    n::IFLA_IPTUN_ENCAP_FLAGS,
    n::IFLA_IPTUN_ENCAP_SPORT,
    n::IFLA_IPTUN_ENCAP_DPORT,
];

/// Adds a tunnel's UDP encapsulation, if it has one.
fn encapsulation(
    found: &Found<'_>,
    [kind, flags, source, destination]: Encapsulation,
    fields: &mut Vec<Field>,
) -> Result<()> {
    let kind = match u16::try_from(number_of(found, kind)?) {
        Ok(n::TUNNEL_ENCAP_NONE) => return Ok(()),
        Ok(n::TUNNEL_ENCAP_FOU) => Value::text("fou"),
        Ok(n::TUNNEL_ENCAP_GUE) => Value::text("gue"),
        _ => Value::Nothing,
    };
    let flags = number_of(found, flags)?;
    let port = |attribute| found.get(&attribute).map_or(Ok(0), big).map(Value::Number);
    let has = |flag: u16| Value::Bool(flags & u64::from(flag) != 0);
    let all = vec![
        Field::new("type", kind),
        Field::new("sport", port(source)?),
        Field::new("dport", port(destination)?),
        Field::new("csum", has(n::TUNNEL_ENCAP_FLAG_CSUM)),
        Field::new("csum6", has(n::TUNNEL_ENCAP_FLAG_CSUM6)),
        Field::new("remcsum", has(n::TUNNEL_ENCAP_FLAG_REMCSUM)),
    ];
    fields.push(Field::new("encap", Value::Fields(all)));
    Ok(())
}

/// Applies the flags of both directions: a key applies only if its flag is set.
fn gre_flags(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    let flags = |attribute| found.get(&attribute).map_or(Ok(0), big);
    let (input, output) = (flags(n::IFLA_GRE_IFLAGS)?, flags(n::IFLA_GRE_OFLAGS)?);
    let has = |flags: u64, flag: u16| flags & u64::from(flag) != 0;
    fields.retain(|field| match field.name {
        "ikey" => has(input, n::GRE_KEY),
        "okey" => has(output, n::GRE_KEY),
        _ => true,
    });
    for (name, flags, flag) in [
        ("iseq", input, n::GRE_SEQ),
        ("oseq", output, n::GRE_SEQ),
        ("icsum", input, n::GRE_CSUM),
        ("ocsum", output, n::GRE_CSUM),
    ] {
        fields.extend(has(flags, flag).then(|| Field::new(name, Value::Bool(true))));
    }
    Ok(())
}

fn gre(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    gre_flags(found, fields)?;
    encapsulation(found, OF_GRE, fields)
}

/// `IP6_TNL_F_*`.
const IP6: Show = Bits(&[
    (
        n::IP6_TNL_F_IGN_ENCAP_LIMIT as u64,
        "ip6_tnl_f_ign_encap_limit",
    ),
    (
        n::IP6_TNL_F_USE_ORIG_TCLASS as u64,
        "ip6_tnl_f_use_orig_tclass",
    ),
    (
        n::IP6_TNL_F_USE_ORIG_FLOWLABEL as u64,
        "ip6_tnl_f_use_orig_flowlabel",
    ),
    (n::IP6_TNL_F_RCV_DSCP_COPY as u64, "ip6_tnl_f_rcv_dscp_copy"),
    (n::IP6_TNL_F_MIP6_DEV as u64, "ip6_tnl_f_mip6_dev"),
    (
        n::IP6_TNL_F_ALLOW_LOCAL_REMOTE as u64,
        "ip6_tnl_f_allow_local_remote",
    ),
    (
        n::IP6_TNL_F_USE_ORIG_FWMARK as u64,
        "ip6_tnl_f_use_orig_fwmark",
    ),
]);

/// Applies the flags of a tunnel over IPv6: its own values apply only if they are not
/// copied from the packets inside.
fn ip6(found: &Found<'_>, flow: u16, fields: &mut Vec<Field>) -> Result<()> {
    const CLASS: u64 = 0x0ff0_0000;
    const LABEL: u64 = 0x000f_ffff;
    let is_set = |flag: &str| fields.iter().any(|field| field.name == flag);
    let limit = !is_set("ip6_tnl_f_ign_encap_limit");
    let class = !is_set("ip6_tnl_f_use_orig_tclass");
    let label = !is_set("ip6_tnl_f_use_orig_flowlabel");
    let mark = !is_set("ip6_tnl_f_use_orig_fwmark");
    fields.retain(|field| match field.name {
        "encap_limit" => limit,
        "fwmark" => mark,
        _ => true,
    });
    if let Some(flow) = found.get(&flow) {
        let flow = big(flow)?;
        let mut say = |is_own, name, text| {
            if is_own {
                fields.push(Field::new(name, Value::Text(text)));
            }
        };
        let class_text = format!("{:#04x}", (flow & CLASS) >> 20);
        say(class, "tclass", class_text.into());
        say(label, "flowlabel", format!("{:#07x}", flow & LABEL).into());
    }
    Ok(())
}

fn gre6(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    ip6(found, n::IFLA_GRE_FLOWINFO, fields)?;
    // This flag belongs to the other tunnels over IPv6, and means nothing here.
    fields.retain(|field| field.name != "ip6_tnl_f_mip6_dev");
    gre(found, fields)
}

fn ip6tnl(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    ip6(found, n::IFLA_IPTUN_FLOWINFO, fields)?;
    encapsulation(found, OF_IP, fields)
}

/// A tunnel over IPv4: IPv6 prefixes apply only with a length.
fn iptun(found: &Found<'_>, fields: &mut Vec<Field>) -> Result<()> {
    let prefix = number_of(found, n::IFLA_IPTUN_6RD_PREFIXLEN)? != 0;
    let relay = (found.get(&n::IFLA_IPTUN_6RD_RELAY_PREFIX))
        .is_some_and(|relay| relay.payload.iter().any(|byte| *byte != 0));
    fields.retain(|field| match field.name {
        "prefix" | "prefixlen" => prefix,
        "relay_prefix" | "relay_prefixlen" => prefix && relay,
        _ => true,
    });
    encapsulation(found, OF_IP, fields)
}

const ROLE: Show = Name(&[(0, "ingress"), (1, "egress")]);

const ERSPAN: [Row; 4] = [
    (n::IFLA_GRE_ERSPAN_INDEX, "erspan_index", Number),
    (n::IFLA_GRE_ERSPAN_VER, "erspan_ver", Number),
    (n::IFLA_GRE_ERSPAN_DIR, "erspan_dir", ROLE),
    (n::IFLA_GRE_ERSPAN_HWID, "erspan_hwid", Hex),
];

/// The rows that GRE over IPv4 and over IPv6 share.
const fn of_gre(first: Row, second: Row) -> [Row; 15] {
    let [index, version, direction, hardware] = ERSPAN;
    [
        (n::IFLA_GRE_COLLECT_METADATA, "external", Flag),
        (n::IFLA_GRE_REMOTE, "remote", End),
        (n::IFLA_GRE_LOCAL, "local", End),
        (n::IFLA_GRE_LINK, "link", Unless0(&Link)),
        (n::IFLA_GRE_TTL, "ttl", Number),
        first,
        second,
        (n::IFLA_GRE_IKEY, "ikey", Address),
        (n::IFLA_GRE_OKEY, "okey", Address),
        (n::IFLA_GRE_FWMARK, "fwmark", Unless0(&Hex)),
        index,
        version,
        direction,
        hardware,
        (n::IFLA_GRE_IGNORE_DF, "ignore_df", Yes),
    ]
}

static GRE_ROWS: [Row; 15] = of_gre(
    (n::IFLA_GRE_TOS, "tos", Unless0(&Hex)),
    (n::IFLA_GRE_PMTUDISC, "pmtudisc", Bool),
);
static GRE6_ROWS: [Row; 15] = of_gre(
    (n::IFLA_GRE_ENCAP_LIMIT, "encap_limit", Number),
    (n::IFLA_GRE_FLAGS, "flags", IP6),
);

static VTI_ROWS: [Row; 6] = [
    (n::IFLA_VTI_REMOTE, "remote", End),
    (n::IFLA_VTI_LOCAL, "local", End),
    (n::IFLA_VTI_LINK, "link", Unless0(&Link)),
    (n::IFLA_VTI_IKEY, "ikey", Unless0(&Address)),
    (n::IFLA_VTI_OKEY, "okey", Unless0(&Address)),
    (n::IFLA_VTI_FWMARK, "fwmark", Unless0(&Hex)),
];

pub(super) static KINDS: &[Kind] = &[
    Kind {
        names: &["gre", "gretap", "erspan"],
        finish: gre,
        rows: &GRE_ROWS,
    },
    Kind {
        names: &["ip6gre", "ip6gretap", "ip6erspan"],
        finish: gre6,
        rows: &GRE6_ROWS,
    },
    Kind {
        names: &["vti", "vti6"],
        finish: done,
        rows: &VTI_ROWS,
    },
    Kind {
        names: &["ip6tnl"],
        finish: ip6tnl,
        rows: rows! { "IFLA_IPTUN_"
            IFLA_IPTUN_COLLECT_METADATA "external": Flag,
            IFLA_IPTUN_PROTO: Name(&[(4, "ipip6"), (41, "ip6ip6"), (0, "any")]),
            IFLA_IPTUN_REMOTE: End,
            IFLA_IPTUN_LOCAL: End,
            IFLA_IPTUN_LINK: Unless0(&Link),
            IFLA_IPTUN_TTL: Number,
            IFLA_IPTUN_ENCAP_LIMIT: Number,
            IFLA_IPTUN_FLAGS: IP6,
            IFLA_IPTUN_FWMARK: Unless0(&Hex),
        },
    },
    Kind {
        names: &["ipip", "sit"],
        finish: iptun,
        rows: rows! { "IFLA_IPTUN_"
            IFLA_IPTUN_COLLECT_METADATA "external": Flag,
            IFLA_IPTUN_PROTO: Name(&[(4, "ipip"), (41, "ip6ip"), (137, "mplsip"), (0, "any")]),
            IFLA_IPTUN_REMOTE: End,
            IFLA_IPTUN_LOCAL: End,
            IFLA_IPTUN_LINK: Unless0(&Link),
            IFLA_IPTUN_TTL: Number,
            IFLA_IPTUN_TOS: Unless0(&Hex),
            IFLA_IPTUN_PMTUDISC: Bool,
            IFLA_IPTUN_FLAGS: Bits(&[(n::SIT_ISATAP as u64, "isatap")]),
            IFLA_IPTUN_6RD_PREFIX "prefix": Address,
            IFLA_IPTUN_6RD_PREFIXLEN "prefixlen": Number,
            IFLA_IPTUN_6RD_RELAY_PREFIX "relay_prefix": Address,
            IFLA_IPTUN_6RD_RELAY_PREFIXLEN "relay_prefixlen": Number,
            IFLA_IPTUN_FWMARK: Unless0(&Hex),
        },
    },
];
