// SPDX-License-Identifier: MIT OR Apache-2.0

//! nfnetlink and nf_tables. Their numbers have the highest byte first.
//!
//! Source: `include/uapi/linux/netfilter/nfnetlink.h`, `nf_tables.h`.

use super::{address_family, decimal};
use crate::explain::about::{About, Role};
use crate::explain::datagram::Order;
use crate::explain::flags::Purpose;
use crate::explain::value::{Entry, Kind, Set};
use crate::explain::walk::Walk;

const NF_TABLES: u16 = 10;

/// The parts of netfilter, by the upper byte of a message's type.
const PARTS: &[&str] = &[
    "NFNL_SUBSYS_NONE",
    "NFNL_SUBSYS_CTNETLINK",
    "NFNL_SUBSYS_CTNETLINK_EXP",
    "NFNL_SUBSYS_QUEUE",
    "NFNL_SUBSYS_ULOG",
    "NFNL_SUBSYS_OSF",
    "NFNL_SUBSYS_IPSET",
    "NFNL_SUBSYS_ACCT",
    "NFNL_SUBSYS_CTNETLINK_TIMEOUT",
    "NFNL_SUBSYS_CTHELPER",
    "NFNL_SUBSYS_NFTABLES",
    "NFNL_SUBSYS_NFT_COMPAT",
    "NFNL_SUBSYS_HOOK",
];

/// The messages of nf_tables, by the lower byte.
const MESSAGES: &[&str] = &[
    "NFT_MSG_NEWTABLE",
    "NFT_MSG_GETTABLE",
    "NFT_MSG_DELTABLE",
    "NFT_MSG_NEWCHAIN",
    "NFT_MSG_GETCHAIN",
    "NFT_MSG_DELCHAIN",
    "NFT_MSG_NEWRULE",
    "NFT_MSG_GETRULE",
    "NFT_MSG_DELRULE",
    "NFT_MSG_NEWSET",
    "NFT_MSG_GETSET",
    "NFT_MSG_DELSET",
    "NFT_MSG_NEWSETELEM",
    "NFT_MSG_GETSETELEM",
    "NFT_MSG_DELSETELEM",
    "NFT_MSG_NEWGEN",
    "NFT_MSG_GETGEN",
    "NFT_MSG_TRACE",
    "NFT_MSG_NEWOBJ",
    "NFT_MSG_GETOBJ",
    "NFT_MSG_DELOBJ",
    "NFT_MSG_GETOBJ_RESET",
    "NFT_MSG_NEWFLOWTABLE",
    "NFT_MSG_GETFLOWTABLE",
    "NFT_MSG_DELFLOWTABLE",
    "NFT_MSG_GETRULE_RESET",
    "NFT_MSG_DESTROYTABLE",
    "NFT_MSG_DESTROYCHAIN",
    "NFT_MSG_DESTROYRULE",
    "NFT_MSG_DESTROYSET",
    "NFT_MSG_DESTROYSETELEM",
    "NFT_MSG_DESTROYOBJ",
    "NFT_MSG_DESTROYFLOWTABLE",
    "NFT_MSG_GETSETELEM_RESET",
];

const TABLE: &[Entry] = &[
    (1, "NFTA_TABLE_NAME", Kind::Text),
    (2, "NFTA_TABLE_FLAGS", Kind::BigEndian(4)),
    (3, "NFTA_TABLE_USE", Kind::BigEndian(4)),
    (4, "NFTA_TABLE_HANDLE", Kind::BigEndian(8)),
    (5, "NFTA_TABLE_PAD", Kind::Bytes),
    (6, "NFTA_TABLE_USERDATA", Kind::Bytes),
    (7, "NFTA_TABLE_OWNER", Kind::BigEndian(4)),
];

const CHAIN: &[Entry] = &[
    (1, "NFTA_CHAIN_TABLE", Kind::Text),
    (2, "NFTA_CHAIN_HANDLE", Kind::BigEndian(8)),
    (3, "NFTA_CHAIN_NAME", Kind::Text),
    (4, "NFTA_CHAIN_HOOK", Kind::Nest(Set::Table(HOOK))),
    (5, "NFTA_CHAIN_POLICY", Kind::BigEndian(4)),
    (6, "NFTA_CHAIN_USE", Kind::BigEndian(4)),
    (7, "NFTA_CHAIN_TYPE", Kind::Text),
    (8, "NFTA_CHAIN_COUNTERS", Kind::Nest(Set::Table(COUNTER))),
    (9, "NFTA_CHAIN_PAD", Kind::Bytes),
    (10, "NFTA_CHAIN_FLAGS", Kind::BigEndian(4)),
    (11, "NFTA_CHAIN_ID", Kind::BigEndian(4)),
    (12, "NFTA_CHAIN_USERDATA", Kind::Bytes),
];

const HOOK: &[Entry] = &[
    (1, "NFTA_HOOK_HOOKNUM", Kind::BigEndian(4)),
    (2, "NFTA_HOOK_PRIORITY", Kind::SignedBigEndian(4)),
    (3, "NFTA_HOOK_DEV", Kind::Text),
    (4, "NFTA_HOOK_DEVS", Kind::Nest(Set::Guess)),
];

const COUNTER: &[Entry] = &[
    (1, "NFTA_COUNTER_BYTES", Kind::BigEndian(8)),
    (2, "NFTA_COUNTER_PACKETS", Kind::BigEndian(8)),
    (3, "NFTA_COUNTER_PAD", Kind::Bytes),
];

const RULE: &[Entry] = &[
    (1, "NFTA_RULE_TABLE", Kind::Text),
    (2, "NFTA_RULE_CHAIN", Kind::Text),
    (3, "NFTA_RULE_HANDLE", Kind::BigEndian(8)),
    (
        4,
        "NFTA_RULE_EXPRESSIONS",
        Kind::Nest(Set::Each("NFTA_LIST_ELEM", &EXPRESSION)),
    ),
    (5, "NFTA_RULE_COMPAT", Kind::Nest(Set::Guess)),
    (6, "NFTA_RULE_POSITION", Kind::BigEndian(8)),
    (7, "NFTA_RULE_USERDATA", Kind::Bytes),
    (8, "NFTA_RULE_PAD", Kind::Bytes),
    (9, "NFTA_RULE_ID", Kind::BigEndian(4)),
    (10, "NFTA_RULE_POSITION_ID", Kind::BigEndian(4)),
    (11, "NFTA_RULE_CHAIN_ID", Kind::BigEndian(4)),
];

/// What is in an expression's data depends on its name, and is guessed.
const EXPRESSION: Kind = Kind::Nest(Set::Table(&[
    (1, "NFTA_EXPR_NAME", Kind::Text),
    (2, "NFTA_EXPR_DATA", Kind::Nest(Set::Guess)),
]));

const SET: &[Entry] = &[
    (1, "NFTA_SET_TABLE", Kind::Text),
    (2, "NFTA_SET_NAME", Kind::Text),
    (3, "NFTA_SET_FLAGS", Kind::BigEndian(4)),
    (4, "NFTA_SET_KEY_TYPE", Kind::BigEndian(4)),
    (5, "NFTA_SET_KEY_LEN", Kind::BigEndian(4)),
    (6, "NFTA_SET_DATA_TYPE", Kind::BigEndian(4)),
    (7, "NFTA_SET_DATA_LEN", Kind::BigEndian(4)),
    (8, "NFTA_SET_POLICY", Kind::BigEndian(4)),
    (9, "NFTA_SET_DESC", Kind::Nest(Set::Guess)),
    (10, "NFTA_SET_ID", Kind::BigEndian(4)),
    (11, "NFTA_SET_TIMEOUT", Kind::BigEndian(8)),
    (12, "NFTA_SET_GC_INTERVAL", Kind::BigEndian(4)),
    (13, "NFTA_SET_USERDATA", Kind::Bytes),
    (16, "NFTA_SET_HANDLE", Kind::BigEndian(8)),
];

const GENERATION: &[Entry] = &[
    (1, "NFTA_GEN_ID", Kind::BigEndian(4)),
    (2, "NFTA_GEN_PROC_PID", Kind::BigEndian(4)),
    (3, "NFTA_GEN_PROC_NAME", Kind::Text),
];

/// The beginning and the end of a batch.
const BATCH: &[Entry] = &[(1, "NFNL_BATCH_GENID", Kind::BigEndian(4))];

/// What a message of this type is.
pub(crate) fn about(kind: u16) -> About {
    let (part, message) = (kind >> 8, kind & 0xff);
    let name = match (part, message) {
        (0, 0x10) => Some("NFNL_MSG_BATCH_BEGIN"),
        (0, 0x11) => Some("NFNL_MSG_BATCH_END"),
        (NF_TABLES, message) => MESSAGES.get(usize::from(message)).copied(),
        _ => None,
    };
    let whose = PARTS.get(usize::from(part)).copied().unwrap_or("not known");
    let purpose = match name.and_then(|name| name.strip_prefix("NFT_MSG_")) {
        Some(name) if name.starts_with("GET") => Purpose::Get,
        Some(name) if name.starts_with("DE") => Purpose::Delete,
        Some(name) if name.starts_with("NEW") => Purpose::New,
        _ => Purpose::Other,
    };
    let kind = match name {
        Some(name) => format!("0x{kind:04x}: {name}"),
        None => format!("0x{kind:04x}: message {message} of {whose}"),
    };
    About {
        purpose,
        role: Role::Either,
        words: name.map_or_else(|| format!("message {message} of {whose}"), str::to_owned),
        kind,
        set: set(part, message),
    }
}

fn set(part: u16, message: u16) -> Set {
    match (part, message) {
        (0, _) => Set::Table(BATCH),
        (NF_TABLES, 0..=2 | 26) => Set::Table(TABLE),
        (NF_TABLES, 3..=5 | 27) => Set::Table(CHAIN),
        (NF_TABLES, 6..=8 | 25 | 28) => Set::Table(RULE),
        (NF_TABLES, 9..=11 | 29) => Set::Table(SET),
        (NF_TABLES, 15 | 16) => Set::Table(GENERATION),
        _ => Set::Guess,
    }
}

/// Passes nfnetlink's header.
pub(crate) fn header(walk: &mut Walk<'_>, end: usize, depth: usize) {
    if walk.left(end) == 0 {
        return;
    }
    walk.heading(depth, "nfgenmsg", String::new());
    let inside = depth.saturating_add(1);
    walk.take_number(1, end, inside, "nfgen_family", |family| match family {
        1 => format!("{family}: NFPROTO_INET"),
        5 => format!("{family}: NFPROTO_NETDEV"),
        other => address_family(other),
    });
    walk.take_number(1, end, inside, "version", decimal);
    let order = std::mem::replace(&mut walk.order, Order::Big);
    walk.take_number(2, end, inside, "res_id", decimal);
    walk.order = order;
}
