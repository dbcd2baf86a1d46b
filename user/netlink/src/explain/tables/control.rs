// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink's own messages and the extended ACK.
//!
//! Source: `include/uapi/linux/netlink.h`, `enum nlmsgerr_attrs`,
//! `enum netlink_policy_type_attr`.

use crate::explain::about::{About, Role};
use crate::explain::datagram::number;
use crate::explain::datagram::Order;
use crate::explain::flags::Purpose;
use crate::explain::value::{Entry, Kind, Set};
use crate::netlink::Refusal;

/// Where in the request the attribute at fault begins.
pub(crate) const OFFSET: &str = "NLMSGERR_ATTR_OFFS";
/// The number of an attribute that is missing.
pub(crate) const MISSING: &str = "NLMSGERR_ATTR_MISS_TYPE";
/// Where in the request the nest begins that lacks it.
pub(crate) const NEST: &str = "NLMSGERR_ATTR_MISS_NEST";
/// The number of that.
pub(crate) const MISS_NEST: u16 = 6;

/// The attributes of the extended ACK.
pub(crate) const EXTENDED: &[Entry] = &[
    (1, "NLMSGERR_ATTR_MSG", Kind::Text),
    (2, OFFSET, Kind::RequestOffset),
    (3, "NLMSGERR_ATTR_COOKIE", Kind::Bytes),
    (4, "NLMSGERR_ATTR_POLICY", Kind::Nest(Set::Table(POLICY))),
    (5, MISSING, Kind::Unsigned(4)),
    (6, NEST, Kind::RequestOffset),
];

/// What an attribute has to be.
pub(crate) const POLICY: &[Entry] = &[
    (1, "NL_POLICY_TYPE_ATTR_TYPE", Kind::Named(4, type_name)),
    (2, "NL_POLICY_TYPE_ATTR_MIN_VALUE_S", Kind::Signed(8)),
    (3, "NL_POLICY_TYPE_ATTR_MAX_VALUE_S", Kind::Signed(8)),
    (4, "NL_POLICY_TYPE_ATTR_MIN_VALUE_U", Kind::Unsigned(8)),
    (5, "NL_POLICY_TYPE_ATTR_MAX_VALUE_U", Kind::Unsigned(8)),
    (6, "NL_POLICY_TYPE_ATTR_MIN_LENGTH", Kind::Unsigned(4)),
    (7, "NL_POLICY_TYPE_ATTR_MAX_LENGTH", Kind::Unsigned(4)),
    (8, "NL_POLICY_TYPE_ATTR_POLICY_IDX", Kind::Unsigned(4)),
    (9, "NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE", Kind::Unsigned(4)),
    (10, "NL_POLICY_TYPE_ATTR_BITFIELD32_MASK", Kind::Bits(4)),
    (11, "NL_POLICY_TYPE_ATTR_PAD", Kind::Bytes),
    (12, "NL_POLICY_TYPE_ATTR_MASK", Kind::Bits(8)),
];

fn type_name(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0 => "NL_ATTR_TYPE_INVALID",
        1 => "NL_ATTR_TYPE_FLAG",
        2 => "NL_ATTR_TYPE_U8",
        3 => "NL_ATTR_TYPE_U16",
        4 => "NL_ATTR_TYPE_U32",
        5 => "NL_ATTR_TYPE_U64",
        6 => "NL_ATTR_TYPE_S8",
        7 => "NL_ATTR_TYPE_S16",
        8 => "NL_ATTR_TYPE_S32",
        9 => "NL_ATTR_TYPE_S64",
        10 => "NL_ATTR_TYPE_BINARY",
        11 => "NL_ATTR_TYPE_STRING",
        12 => "NL_ATTR_TYPE_NUL_STRING",
        13 => "NL_ATTR_TYPE_NESTED",
        14 => "NL_ATTR_TYPE_NESTED_ARRAY",
        15 => "NL_ATTR_TYPE_BITFIELD32",
        16 => "NL_ATTR_TYPE_SINT",
        17 => "NL_ATTR_TYPE_UINT",
        _ => return None,
    })
}

/// What a message of netlink's own is; `code` is what an error or the end of a
/// dump begins with.
pub(crate) fn about(kind: u16, code: Option<i64>) -> About {
    let failed = code.filter(|code| *code != 0).map(|code| {
        let errno = code
            .checked_neg()
            .and_then(|errno| i32::try_from(errno).ok());
        match errno.filter(|errno| *errno > 0) {
            Some(errno) => Refusal {
                errno,
                ..Refusal::default()
            }
            .errno_name(),
            None => format!("code {code}"),
        }
    });
    let (purpose, name, words) = match kind {
        1 => (Purpose::Other, "NLMSG_NOOP", "nothing".to_owned()),
        2 => match failed {
            Some(errno) => (
                Purpose::Error,
                "NLMSG_ERROR",
                format!("an error reply, {errno}"),
            ),
            None => (Purpose::Error, "NLMSG_ERROR", "an ACK: done".to_owned()),
        },
        3 => match failed {
            Some(errno) => (
                Purpose::Done,
                "NLMSG_DONE",
                format!("a dump failed, {errno}"),
            ),
            None => (Purpose::Done, "NLMSG_DONE", "the end of a dump".to_owned()),
        },
        4 => (Purpose::Other, "NLMSG_OVERRUN", "data was lost".to_owned()),
        _ => (
            Purpose::Other,
            "reserved",
            "reserved for netlink".to_owned(),
        ),
    };
    About {
        purpose,
        role: Role::Reply,
        kind: format!("{kind}: {name}"),
        words,
        set: Set::Guess,
    }
}

/// The number that the attribute `wanted` among `bytes` has for its value.
pub(crate) fn find(bytes: &[u8], order: Order, wanted: u16) -> Option<u64> {
    each(bytes, order)
        .find(|(number, _)| *number == wanted)
        .and_then(|(_, value)| number(value, order))
}

/// The attributes in `bytes`: number and value. Ends where something is wrong.
pub(crate) fn each(bytes: &[u8], order: Order) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let len = number(rest.get(..2)?, order)? as usize;
        let kind = number(rest.get(2..4)?, order)? as u16;
        let value = rest.get(4..len)?;
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some((kind & 0x3fff, value))
    })
}
