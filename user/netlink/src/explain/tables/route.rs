// SPDX-License-Identifier: MIT OR Apache-2.0

//! rtnetlink: links, addresses, routes, neighbours, rules, next hops.
//!
//! Source: `include/uapi/linux/rtnetlink.h`, and the headers of its parts.

use crate::explain::about::About;
use crate::explain::datagram::Order;
use crate::explain::datagram::{number, Role};
use crate::explain::flags::Purpose;
use crate::explain::walk::Walk;
use crate::kernel::rtnetlink::{
    IFLA_AF_SPEC, IFLA_PROTINFO, MESSAGES, SET_BRIDGE_AF_ATTRS, SET_IFLA6_ATTRS,
    SET_LINKINFO_BRPORT_ATTRS, SET_LINK_ATTRS, STRUCT_IFINFOMSG, STRUCT_RTGENMSG, STRUCT_RTNEXTHOP,
};
use crate::kernel::{message, Entry, Kind, Record, Set};

const AF_BRIDGE: u8 = 7;
const AF_INET6: u8 = 10;

/// The lowest bits of the type of a request that reads.
const GET: u16 = 2;
/// Length of `rtgenmsg` with its padding.
const RTGENMSG_LEN: usize = 4;

/// `RTM_NEWNDUSEROPT`, whose header is followed by options.
const OPTIONS: u16 = 68;

/// Describes a message of this type, with `payload` after netlink's header. `dump` says
/// whether it asks for a dump.
pub(crate) fn about(kind: u16, dump: bool, payload: &[u8], order: Order) -> About {
    let name = message(MESSAGES, kind).map(|known| known.1);
    let purpose = match kind % 4 {
        0 => Purpose::New,
        1 => Purpose::Delete,
        2 => Purpose::Get,
        _ => Purpose::New,
    };
    About {
        purpose,
        role: Role::Either,
        kind: format!("{kind}: {}", name.unwrap_or("not known")),
        family: None,
        operation: name.map_or_else(|| format!("type {kind}"), str::to_owned),
        set: layout(kind, dump, payload, order).map_or(Set::Guess, |layout| layout.1),
    }
}

/// A fixed header, and the attributes after it.
type Layout = (&'static Record, Set);

/// Length of `ifinfomsg`.
const IFINFOMSG_LEN: usize = 16;

/// The fixed header of a message, if it is known.
fn layout(kind: u16, dump: bool, payload: &[u8], order: Order) -> Option<Layout> {
    let proper = proper(kind, payload.first().copied())?;
    match legacy(&proper, payload, order) {
        Some(legacy) if dump && kind % 4 == GET => Some(legacy),
        _ => Some(proper),
    }
}

/// Returns the header of an old program's request for a dump, if this is one: the family
/// alone, as glibc and busybox send it, or an `ifinfomsg`, which iproute2 used to send
/// for every type of dump. The kernel recognizes both by their length, or looks at the
/// family alone.
///
/// Source: `net/core/rtnetlink.c`, `rtnl_dump_ifinfo` and `valid_fdb_dump_legacy`;
/// `net/core/neighbour.c`, `neigh_dump_info`; `net/ipv4/fib_frontend.c`,
/// `inet_dump_fib`.
fn legacy(proper: &Layout, payload: &[u8], order: Order) -> Option<Layout> {
    let len = proper.0.len();
    if std::ptr::eq(proper.0, &STRUCT_IFINFOMSG)
        || payload.len() <= RTGENMSG_LEN && len > RTGENMSG_LEN
    {
        let shorter = payload.len() < len;
        return shorter.then_some((&STRUCT_RTGENMSG, proper.1));
    }
    // Only the index may be set; the change mask is 0 or has all bits set.
    let change = number(payload.get(12..IFINFOMSG_LEN)?, order)?;
    let is_mask = change == 0 || change == u64::from(u32::MAX);
    let behind = |at| payload.get(at..).unwrap_or_default();
    let is = is_mask && !are_attributes(behind(len), order);
    (is && are_attributes(behind(IFINFOMSG_LEN), order))
        .then_some((&STRUCT_IFINFOMSG, Set::Known(&SET_LINK_ATTRS)))
}

/// Returns whether these are attributes with valid lengths.
fn are_attributes(mut bytes: &[u8], order: Order) -> bool {
    while !bytes.is_empty() {
        let len = bytes.get(..2).and_then(|len| number(len, order));
        let len = len.unwrap_or(0) as usize;
        if len < 4 || len > bytes.len() {
            return false;
        }
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    true
}

/// The attributes of a bridge port's link that differ.
const BRIDGE_LINK: &[Entry] = &[
    (
        IFLA_PROTINFO,
        "IFLA_PROTINFO",
        Kind::Nest(Set::Known(&SET_LINKINFO_BRPORT_ATTRS)),
    ),
    (
        IFLA_AF_SPEC,
        "IFLA_AF_SPEC",
        Kind::Nest(Set::Known(&SET_BRIDGE_AF_ATTRS)),
    ),
];

/// The attributes of an IPv6 link that differ.
const INET6_LINK: &[Entry] = &[(
    IFLA_PROTINFO,
    "IFLA_PROTINFO",
    Kind::Nest(Set::Known(&SET_IFLA6_ATTRS)),
)];

/// Returns the fixed header that messages of this type should have, if it is known. The
/// attributes of a link depend on its address family.
fn proper(kind: u16, family: Option<u8>) -> Option<Layout> {
    // The messages of four consecutive numbers have the same header.
    let known = (0..4).find_map(|verb| message(MESSAGES, kind & !3 | verb))?;
    let (header, set) = (known.2?, known.3);
    let is_link = std::ptr::eq(header, &STRUCT_IFINFOMSG);
    let set = match family {
        Some(AF_BRIDGE) if is_link => Set::Over(BRIDGE_LINK, &SET_LINK_ATTRS),
        Some(AF_INET6) if is_link => Set::Over(INET6_LINK, &SET_LINK_ATTRS),
        _ => set,
    };
    Some((header, set))
}

/// Decodes the fixed header of a message. `dump` says whether it is a request for a dump.
/// Returns whether there is a header, with attributes after it.
pub(crate) fn header(walk: &mut Walk<'_>, kind: u16, dump: bool, end: usize, depth: usize) -> bool {
    let payload = walk.peek(walk.left(end));
    let Some((record, _)) = layout(kind, dump, payload, walk.order) else {
        return false;
    };
    let start = walk.at();
    super::header(walk, record, end, depth);
    let options = walk.bytes(start.saturating_add(2), 2);
    if let (OPTIONS, Some(len)) = (kind & !3, options) {
        let len = number(len, walk.order).unwrap_or(0) as usize;
        let left = walk.left(end);
        let inside = depth.saturating_add(1);
        walk.take(len.min(left), inside, "options", format!("{len} bytes"));
        if len > left {
            walk.bad(format!("says {len} bytes, and {left} are left"));
        }
    }
    true
}

/// Decodes the members of a route's next hop that follow its length.
pub(crate) fn next_hop(walk: &mut Walk<'_>, end: usize, depth: usize) {
    let behind = STRUCT_RTNEXTHOP.members.get(1..).unwrap_or_default();
    super::pass(walk, behind, end, depth);
}
