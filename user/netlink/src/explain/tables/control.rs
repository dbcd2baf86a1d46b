// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink's own messages and the extended ACK.
//!
//! Source: `include/uapi/linux/netlink.h`, `enum nlmsgerr_attrs`.

use crate::explain::about::About;
use crate::explain::datagram::{each, number, Order, Role};
use crate::explain::flags::Purpose;
use crate::kernel::nlctrl::SET_POLICY_ATTRS;
use crate::kernel::{Kind, Set, Table};
use crate::netlink::errno::Errno;

/// The offset in the request of the attribute at fault.
pub(crate) const OFFSET: &str = "NLMSGERR_ATTR_OFFS";
/// The number of an attribute that is missing.
pub(crate) const MISSING: &str = "NLMSGERR_ATTR_MISS_TYPE";
/// The offset in the request of the nest that lacks it.
pub(crate) const NEST: &str = "NLMSGERR_ATTR_MISS_NEST";
/// The number of the attribute `NLMSGERR_ATTR_MISS_NEST`.
pub(crate) const MISS_NEST: u16 = 6;

/// The attributes of the extended ACK.
pub(crate) static EXTENDED: Table = Table(&[
    (1, "NLMSGERR_ATTR_MSG", Kind::Text),
    (2, OFFSET, Kind::RequestOffset),
    (3, "NLMSGERR_ATTR_COOKIE", Kind::Bytes),
    (
        4,
        "NLMSGERR_ATTR_POLICY",
        Kind::Nest(Set::Known(&SET_POLICY_ATTRS)),
    ),
    (5, MISSING, Kind::Unsigned(4)),
    (6, NEST, Kind::RequestOffset),
]);

/// Describes one of netlink's own messages; `code` is the number at the start of an error
/// or of the end of a dump.
pub(crate) fn about(kind: u16, code: Option<i64>) -> About {
    let failed = code.filter(|code| *code != 0).map(|code| {
        let errno = i32::try_from(code).ok().and_then(Errno::of_code);
        errno.map_or_else(|| format!("code {code}"), Errno::name)
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
        family: None,
        operation: words,
        set: Set::Guess,
    }
}

/// Returns the value of the attribute `wanted` in `bytes` as a number.
pub(crate) fn find(bytes: &[u8], order: Order, wanted: u16) -> Option<u64> {
    each(bytes, order)
        .find(|(number, _)| *number == wanted)
        .and_then(|(_, value)| number(value, order))
}
