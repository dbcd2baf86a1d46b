// SPDX-License-Identifier: MIT OR Apache-2.0

//! The known families: their headers and messages. The tables of attributes, structs and
//! names are in [`crate::kernel`]. This file adds the meanings that a spec cannot
//! express.

pub(super) mod control;
pub(super) mod generic;
pub(super) mod netfilter;
pub(super) mod route;

use super::value::{number_of, seconds, show};
use super::walk::Walk;
use crate::kernel::rtnetlink::{NHA_GROUP, RTA_MULTIPATH, RTA_VIA};
use crate::kernel::rtnetlink::{SET_NEXTHOP_ATTRS, SET_ROUTE_ATTRS, STRUCT_NEXTHOP_GRP};
use crate::kernel::{Kind, Member, Record, Table};

/// Decodes a fixed header. Old programs send shorter ones; these are decoded as far as
/// they go.
pub(super) fn header(walk: &mut Walk<'_>, record: &Record, end: usize, depth: usize) {
    if walk.left(end) == 0 {
        return;
    }
    walk.heading(depth, record.name, String::new());
    members_of(walk, record, end, depth.saturating_add(1));
}

/// Decodes the members of a struct, as far as they are present: structs grow from one
/// kernel version to the next.
pub(super) fn members_of(walk: &mut Walk<'_>, record: &Record, end: usize, depth: usize) {
    pass(walk, record.members, end, depth);
}

/// Decodes some members of a struct.
pub(super) fn pass(walk: &mut Walk<'_>, members: &[Member], end: usize, depth: usize) {
    for (name, len, kind) in members {
        if walk.left(end) == 0 {
            return;
        }
        if let Kind::Fields(inner) = kind {
            let end = end.min(walk.at().saturating_add(*len));
            walk.heading(depth, name, String::new());
            members_of(walk, inner, end, depth.saturating_add(1));
            continue;
        }
        let order = walk.order;
        let name = if matches!(kind, Kind::Pad) {
            "padding"
        } else {
            name
        };
        walk.take_value(*len, end, depth, name, |bytes| {
            match (meaning_of(name), number_of(*kind, bytes, order)) {
                (Some(meaning), Some(value)) => meaning(value),
                (None, Some(value)) if matches!(kind, Kind::Unsigned(_)) => value.to_string(),
                _ => show(*kind, bytes, order).0,
            }
        });
    }
}

/// Formats the values of a struct member whose meaning a spec cannot express, such as
/// times with their unit, and address families.
fn meaning_of(member: &str) -> Option<fn(u64) -> String> {
    Some(match member {
        "rta_lastuse" | "cstamp" | "tstamp" | "confirmed" | "used" | "updated" => hundredths,
        "rta_expires" => hundredths_or_past,
        "reachable_time" | "retrans_time" => |value| seconds(value, 1000),
        "ifa_prefered" | "ifa_valid" | "preferred_time" | "valid_time" => lifetime,
        "max_reasm_len" | "nduseropt_opts_len" => |value| format!("{value} bytes"),
        "nfgen_family" => return None,
        name if name.ends_with("family") => address_family,
        _ => return None,
    })
}

/// The kind of an attribute that no spec can describe.
pub(super) fn special(table: &'static Table, number: u16) -> Option<Kind> {
    let of = |other: &'static Table| std::ptr::eq(table, other);
    match number {
        RTA_MULTIPATH if of(&SET_ROUTE_ATTRS) => Some(Kind::NextHops),
        RTA_VIA if of(&SET_ROUTE_ATTRS) => Some(Kind::Via),
        NHA_GROUP if of(&SET_NEXTHOP_ATTRS) => Some(Kind::Array(&STRUCT_NEXTHOP_GRP)),
        _ => None,
    }
}

/// Formats a time that the kernel exports in hundredths of a second.
fn hundredths(value: u64) -> String {
    seconds(value, 100)
}

/// Like [`hundredths`], for a time that may be in the past, and then is negative.
fn hundredths_or_past(value: u64) -> String {
    match u32::try_from(value).map(|value| value as i32) {
        Ok(past @ ..0) => past.to_string(),
        _ => hundredths(value),
    }
}

/// Seconds; the maximum value means for ever.
fn lifetime(value: u64) -> String {
    if value == u64::from(u32::MAX) {
        return "for ever".to_owned();
    }
    format!("{value} s")
}

/// An address family.
pub(super) fn address_family(value: u64) -> String {
    let name = match value {
        0 => "AF_UNSPEC",
        1 => "AF_UNIX",
        2 => "AF_INET",
        7 => "AF_BRIDGE",
        10 => "AF_INET6",
        17 => "AF_PACKET",
        28 => "AF_MPLS",
        128 => "RTNL_FAMILY_IPMR",
        129 => "RTNL_FAMILY_IP6MR",
        _ => return value.to_string(),
    };
    format!("{value}: {name}")
}
