// SPDX-License-Identifier: MIT OR Apache-2.0

//! Encapsulations of routes: `RTA_ENCAP`.
//!
//! Source: `include/uapi/linux/lwtunnel.h` and the headers of its parts. The names are
//! those that `ip -j route` prints.

use super::fields::{address_at, big, find, number, read, rows, Field, Row, Show, Value};
use crate::kernel::numbers as n;
use crate::netlink::attr::{Attribute, Attributes};
use crate::netlink::Result;
use crate::terminal;
use Show::{Address, Big, Link, Name, Nest, Number, Or0, Other, Table};

/// A kind of encapsulation: its number, its name, and its attributes.
type Kind = (u16, &'static str, &'static [Row]);

/// Flags of a tunnel's key, in network byte order.
fn tunnel_flags(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let flags = big(attribute)?;
    let fields = [
        (n::TUNNEL_KEY, "key"),
        (n::TUNNEL_CSUM, "csum"),
        (n::TUNNEL_SEQ, "seq"),
    ];
    let set = fields
        .into_iter()
        .filter(|(flag, _)| flags & u64::from(*flag) != 0);
    let set = set.map(|(_, name)| Field::new(name, Value::Bool(true)));
    Ok(Some(Value::Fields(set.collect())))
}

/// The options of GENEVE: any number of classes, types and data.
fn geneve(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let (mut options, mut fields) = (Vec::new(), Vec::new());
    for attribute in attribute.attributes() {
        let attribute = attribute?;
        match attribute.number {
            n::LWTUNNEL_IP_OPT_GENEVE_CLASS => {
                fields.push(Field::new("class", Value::Number(big(&attribute)?)));
            }
            n::LWTUNNEL_IP_OPT_GENEVE_TYPE => {
                fields.push(Field::new("type", Value::Number(number(&attribute)?)));
            }
            n::LWTUNNEL_IP_OPT_GENEVE_DATA => {
                let hex = terminal::hex(attribute.payload, "");
                fields.push(Field::new("data", Value::text(hex)));
                options.push(Value::Fields(std::mem::take(&mut fields)));
            }
            _ => {}
        }
    }
    Ok(Some(Value::List(options)))
}

/// The options of VXLAN; there is only one set.
fn vxlan(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    static ROWS: &[Row] = rows! { "LWTUNNEL_IP_OPT_VXLAN_"
        LWTUNNEL_IP_OPT_VXLAN_GBP: Number,
    };
    one(ROWS, attribute)
}

/// The options of ERSPAN. Its version decides which of them apply.
fn erspan(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    static ROWS: &[Row] = rows! { "LWTUNNEL_IP_OPT_ERSPAN_"
        LWTUNNEL_IP_OPT_ERSPAN_VER: Number,
        LWTUNNEL_IP_OPT_ERSPAN_INDEX: Or0(&Big),
        LWTUNNEL_IP_OPT_ERSPAN_DIR: Or0(&Number),
        LWTUNNEL_IP_OPT_ERSPAN_HWID: Or0(&Number),
    };
    one(ROWS, attribute)
}

fn one(rows: &'static [Row], attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let fields = read(rows, &find(attribute.attributes())?)?;
    Ok(Some(Value::List(vec![Value::Fields(fields)])))
}

const OPTIONS: Show = Nest(&[
    (n::LWTUNNEL_IP_OPTS_GENEVE, "geneve_opts", Other(geneve)),
    (n::LWTUNNEL_IP_OPTS_VXLAN, "vxlan_opts", Other(vxlan)),
    (n::LWTUNNEL_IP_OPTS_ERSPAN, "erspan_opts", Other(erspan)),
]);

/// MPLS labels in network byte order, up to the one that is marked as the last.
fn labels(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    const LAST: u32 = 0x100;
    let mut labels = Vec::new();
    for entry in attribute.payload.chunks_exact(4) {
        let entry = entry
            .iter()
            .fold(0, |all, byte| all << 8 | u32::from(*byte));
        labels.push((entry >> 12).to_string());
        if entry & LAST != 0 {
            break;
        }
    }
    Ok(Some(Value::text(labels.join("/"))))
}

/// The segments of an IPv6 header, which are stored from the last to the first.
fn segments(header: &[u8], first: usize, count: usize) -> Value {
    let place = |segment: usize| segment.checked_mul(16)?.checked_add(first);
    let at = |segment| address_at(header, place(segment)?);
    let all = (0..count).rev().filter_map(at);
    Value::List(
        all.map(|address| Value::text(address.to_string()))
            .collect(),
    )
}

/// `struct ipv6_sr_hdr`: its segments, and the key that it is signed with.
fn srh(header: &[u8]) -> Vec<Field> {
    const SEGMENTS: usize = 8;
    const HMAC: u8 = 1 << 3;
    /// The length of the signature, and the offset of its key's number.
    const SIGNATURE: usize = 40;
    const KEY: usize = 4;
    let [_, len, _, _, first_segment, flags, ..] = *header else {
        return Vec::new();
    };
    let count = usize::from(first_segment).saturating_add(1);
    let mut fields = vec![Field::new("segs", segments(header, SEGMENTS, count))];
    if flags & HMAC != 0 {
        let end = usize::from(len).saturating_add(1).saturating_mul(8);
        let at = end.saturating_sub(SIGNATURE).saturating_add(KEY);
        if let Some(key) = header.get(at..).and_then(|rest| rest.first_chunk()) {
            let key = Value::Hex(u32::from_be_bytes(*key).into());
            fields.push(Field::new("hmac", key));
        }
    }
    fields
}

/// `struct seg6_iptunnel_encap`: a mode, and the header.
fn seg6(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let Some((mode, header)) = attribute.payload.split_first_chunk() else {
        return Ok(None);
    };
    let mode = match u16::try_from(u32::from_ne_bytes(*mode)).unwrap_or(u16::MAX) {
        n::SEG6_IPTUN_MODE_INLINE => "inline".into(),
        n::SEG6_IPTUN_MODE_ENCAP => "encap".into(),
        n::SEG6_IPTUN_MODE_L2ENCAP => "l2encap".into(),
        n::SEG6_IPTUN_MODE_ENCAP_RED => "encap.red".into(),
        n::SEG6_IPTUN_MODE_L2ENCAP_RED => "l2encap.red".into(),
        other => Value::text(other.to_string()),
    };
    let mut fields = vec![Field::new("mode", mode)];
    fields.extend(srh(header));
    Ok(Some(Value::Fields(fields)))
}

fn seg6_header(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    Ok(Some(Value::Fields(srh(attribute.payload))))
}

/// The flavours of an action, as bits.
fn flavors(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let known = [
        (n::SEG6_LOCAL_FLV_OP_PSP, "psp"),
        (n::SEG6_LOCAL_FLV_OP_USP, "usp"),
        (n::SEG6_LOCAL_FLV_OP_USD, "usd"),
        (n::SEG6_LOCAL_FLV_OP_NEXT_CSID, "next-csid"),
    ];
    let set = number(attribute)?;
    let is_set = |bit: u16| set.checked_shr(bit.into()).unwrap_or(0) & 1 != 0;
    let names = known.into_iter().filter(|(bit, _)| is_set(*bit));
    Ok(Some(Value::List(
        names.map(|(_, name)| name.into()).collect(),
    )))
}

/// `struct ipv6_rpl_sr_hdr`.
fn rpl(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    const SEGMENTS: usize = 8;
    let [_, _, _, left, ..] = *attribute.payload else {
        return Ok(None);
    };
    let segments = segments(attribute.payload, SEGMENTS, left.into());
    let fields = vec![Field::new("segs", segments)];
    Ok(Some(Value::Fields(fields)))
}

/// `struct ioam6_trace_hdr`: the data to collect, and its size.
fn trace(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    const REMAINING: u8 = 0x7f;
    let [n0, n1, _, len, t0, t1, t2, _, ..] = *attribute.payload else {
        return Ok(None);
    };
    let kind = u32::from_be_bytes([0, t0, t1, t2]);
    let size = u64::from(len & REMAINING) * 4;
    let namespace = u16::from_be_bytes([n0, n1]);
    Ok(Some(Value::Fields(vec![
        Field::new("trace", Value::Nothing),
        Field::new("prealloc", Value::Nothing),
        Field::new("type", Value::text(format!("{kind:x}"))),
        Field::new("ns", Value::Number(namespace.into())),
        Field::new("size", Value::Number(size)),
    ])))
}

/// A locator: the first half of an address.
fn locator(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let words = attribute.payload.chunks_exact(2);
    let words: Vec<_> = words
        .map(|word| word.iter().fold(0, |all, byte| all << 8 | u16::from(*byte)))
        .map(|word| format!("{word:x}"))
        .collect();
    Ok(Some(Value::text(words.join(":"))))
}

/// The name of a program.
fn program(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let mut name = Value::text("<unknown>");
    for attribute in attribute.attributes() {
        let attribute = attribute?;
        if attribute.number == n::LWT_BPF_PROG_NAME {
            name = Value::Name(attribute.name()?);
        }
    }
    Ok(Some(name))
}

/// The key of a row whose own fields are added beside the others. The tables spell it "".
const BESIDE: &str = "";

static KINDS: &[Kind] = &[
    (
        n::LWTUNNEL_ENCAP_MPLS,
        "mpls",
        rows! { "MPLS_IPTUNNEL_"
            MPLS_IPTUNNEL_DST: Other(labels),
            MPLS_IPTUNNEL_TTL: Number,
        },
    ),
    (
        n::LWTUNNEL_ENCAP_IP,
        "ip",
        rows! { "LWTUNNEL_IP_"
            LWTUNNEL_IP_ID: Big,
            LWTUNNEL_IP_SRC: Address,
            LWTUNNEL_IP_DST: Address,
            LWTUNNEL_IP_TTL: Number,
            LWTUNNEL_IP_TOS: Number,
            LWTUNNEL_IP_FLAGS "": Other(tunnel_flags),
            LWTUNNEL_IP_OPTS "": OPTIONS,
        },
    ),
    (
        n::LWTUNNEL_ENCAP_ILA,
        "ila",
        rows! { "ILA_ATTR_"
            ILA_ATTR_LOCATOR: Other(locator),
            ILA_ATTR_CSUM_MODE: Name(&[
                (0, "adj-transport"), (1, "neutral-map"), (2, "no-action"), (3, "neutral-map-auto"),
            ]),
            ILA_ATTR_IDENT_TYPE: Name(&[
                (0, "iid"), (1, "luid"), (2, "virt-v4"), (3, "virt-uni-v6"), (4, "virt-multi-v6"),
                (5, "nonlocal-addr"), (32, "use-format"),
            ]),
            ILA_ATTR_HOOK_TYPE: Name(&[(0, "output"), (1, "input")]),
        },
    ),
    (
        n::LWTUNNEL_ENCAP_IP6,
        "ip6",
        rows! { "LWTUNNEL_IP6_"
            LWTUNNEL_IP6_ID: Big,
            LWTUNNEL_IP6_SRC: Address,
            LWTUNNEL_IP6_DST: Address,
            LWTUNNEL_IP6_HOPLIMIT: Number,
            LWTUNNEL_IP6_TC: Number,
            LWTUNNEL_IP6_FLAGS "": Other(tunnel_flags),
            LWTUNNEL_IP6_OPTS "": OPTIONS,
        },
    ),
    (
        n::LWTUNNEL_ENCAP_SEG6,
        "seg6",
        rows! { "SEG6_IPTUNNEL_"
            SEG6_IPTUNNEL_SRH "": Other(seg6),
        },
    ),
    (
        n::LWTUNNEL_ENCAP_BPF,
        "bpf",
        rows! { "LWT_BPF_"
            LWT_BPF_IN: Other(program),
            LWT_BPF_OUT: Other(program),
            LWT_BPF_XMIT: Other(program),
            LWT_BPF_XMIT_HEADROOM "headroom": Number,
        },
    ),
    (
        n::LWTUNNEL_ENCAP_SEG6_LOCAL,
        "seg6local",
        rows! { "SEG6_LOCAL_"
            SEG6_LOCAL_ACTION: Name(&[
                (1, "End"), (2, "End.X"), (3, "End.T"), (4, "End.DX2"), (5, "End.DX6"),
                (6, "End.DX4"), (7, "End.DT6"), (8, "End.DT4"), (9, "End.B6"),
                (10, "End.B6.Encaps"), (11, "End.BM"), (12, "End.S"), (13, "End.AS"),
                (14, "End.AM"), (15, "End.BPF"), (16, "End.DT46"),
            ]),
            SEG6_LOCAL_SRH: Other(seg6_header),
            SEG6_LOCAL_TABLE: Table,
            SEG6_LOCAL_VRFTABLE: Table,
            SEG6_LOCAL_NH4: Address,
            SEG6_LOCAL_NH6: Address,
            SEG6_LOCAL_IIF: Link,
            SEG6_LOCAL_OIF: Link,
            SEG6_LOCAL_BPF "endpoint": Other(program),
            SEG6_LOCAL_FLAVORS "": Nest(rows! { "SEG6_LOCAL_FLV_"
                SEG6_LOCAL_FLV_OPERATION "flavors": Other(flavors),
                SEG6_LOCAL_FLV_LCBLOCK_BITS "lblen": Number,
                SEG6_LOCAL_FLV_LCNODE_FN_BITS "nflen": Number,
            }),
        },
    ),
    (
        n::LWTUNNEL_ENCAP_RPL,
        "rpl",
        rows! { "RPL_IPTUNNEL_"
            RPL_IPTUNNEL_SRH "": Other(rpl),
        },
    ),
    (
        n::LWTUNNEL_ENCAP_IOAM6,
        "ioam6",
        rows! { "IOAM6_IPTUNNEL_"
            IOAM6_IPTUNNEL_FREQ_K "freqk": Number,
            IOAM6_IPTUNNEL_FREQ_N "freqn": Number,
            IOAM6_IPTUNNEL_MODE: Name(&[(1, "inline"), (2, "encap"), (3, "auto")]),
            IOAM6_IPTUNNEL_DST "tundst": Address,
            IOAM6_IPTUNNEL_TRACE "": Other(trace),
        },
    ),
    (
        n::LWTUNNEL_ENCAP_XFRM,
        "xfrm",
        rows! { "LWT_XFRM_"
            LWT_XFRM_IF_ID: Number,
            LWT_XFRM_LINK "link_dev": Link,
        },
    ),
];

fn find_kind(kind: u16) -> Option<&'static Kind> {
    KINDS.iter().find(|(number, _, _)| *number == kind)
}

/// Returns the name of a kind.
pub(super) fn name(kind: u16) -> Option<&'static str> {
    find_kind(kind).map(|(_, name, _)| *name)
}

/// Reads the attributes of an encapsulation of this kind.
pub(super) fn data(kind: u16, attributes: Attributes<'_>) -> Result<Vec<Field>> {
    let Some((_, _, rows)) = find_kind(kind) else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for field in read(rows, &find(attributes)?)? {
        match field.value {
            Value::Fields(fields) if field.name == BESIDE => all.extend(fields),
            _ => all.push(field),
        }
    }
    Ok(all)
}
