// SPDX-License-Identifier: MIT OR Apache-2.0

//! What is known of the families: names, headers, attributes.

pub(super) mod control;
pub(super) mod generic;
pub(super) mod netfilter;
pub(super) mod route;

use super::value::Member;
use super::walk::Walk;

/// Passes a fixed header. One that is shorter, as old programs send, is passed as
/// far as it goes.
fn header(walk: &mut Walk<'_>, name: &str, members: &[Member], end: usize, depth: usize) {
    if walk.left(end) == 0 {
        return;
    }
    walk.heading(depth, name, String::new());
    members_of(walk, members, end, depth.saturating_add(1));
}

/// Passes a struct's members, as far as they are there: structs grow from one
/// kernel to the next.
pub(super) fn members_of(walk: &mut Walk<'_>, members: &[Member], end: usize, depth: usize) {
    for (name, len, meaning) in members {
        walk.take_number(*len, end, depth, name, meaning);
    }
}

/// A number, in decimal.
fn decimal(value: u64) -> String {
    value.to_string()
}

/// How many bytes.
fn bytes(value: u64) -> String {
    format!("{value} bytes")
}

/// Bits, in hexadecimal.
fn hexadecimal(value: u64) -> String {
    format!("0x{value:x}")
}

/// A number that may be negative.
fn index(value: u64) -> String {
    (value as u32 as i32).to_string()
}

/// What nobody reads.
fn unused(value: u64) -> String {
    match value {
        0 => String::new(),
        value => format!("0x{value:x}, and not read"),
    }
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
