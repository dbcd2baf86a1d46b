// SPDX-License-Identifier: MIT OR Apache-2.0

//! nfnetlink and nf_tables. Their numbers are in big-endian byte order.
//!
//! Source: `include/uapi/linux/netfilter/nfnetlink.h`.

use crate::explain::about::About;
use crate::explain::datagram::Role;
use crate::explain::flags::Purpose;
use crate::explain::walk::Walk;
use crate::kernel::nftables::{MESSAGES, STRUCT_NFGENMSG};
use crate::kernel::{message, Set};

/// The start and the end of a batch. The spec lists them among the messages of nf_tables,
/// but their names are netfilter's.
const BATCH_BEGIN: u16 = 16;
const BATCH_END: u16 = 17;

/// The subsystems of netfilter, by the upper byte of a message's type.
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

/// Describes a message of this type.
pub(crate) fn about(kind: u16) -> About {
    let (part, number) = (kind >> 8, kind & 0xff);
    let known = message(MESSAGES, kind);
    let name = match kind {
        BATCH_BEGIN => Some("NFNL_MSG_BATCH_BEGIN"),
        BATCH_END => Some("NFNL_MSG_BATCH_END"),
        _ => known.map(|known| known.1),
    };
    let whose = PARTS.get(usize::from(part)).copied().unwrap_or("not known");
    let purpose = Purpose::of(name.and_then(|name| name.strip_prefix("NFT_MSG_")));
    let kind = match name {
        Some(name) => format!("0x{kind:04x}: {name}"),
        None => format!("0x{kind:04x}: message {number} of {whose}"),
    };
    About {
        purpose,
        role: Role::Either,
        family: None,
        operation: name.map_or_else(|| format!("message {number} of {whose}"), str::to_owned),
        kind,
        set: known.map_or(Set::Guess, |known| known.3),
    }
}

/// Decodes nfnetlink's header.
pub(crate) fn header(walk: &mut Walk<'_>, end: usize, depth: usize) {
    super::header(walk, &STRUCT_NFGENMSG, end, depth);
}
