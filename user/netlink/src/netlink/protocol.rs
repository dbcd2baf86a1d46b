// SPDX-License-Identifier: MIT OR Apache-2.0

//! The netlink protocols that this library supports.
//!
//! Source: `include/uapi/linux/netlink.h`. There are more: [`Socket::open`] takes
//! any number.
//!
//! [`Socket::open`]: super::Socket::open

/// `NETLINK_ROUTE`: links, addresses, routes, rules and neighbours.
pub const ROUTE: i32 = libc::NETLINK_ROUTE;
/// `NETLINK_NETFILTER`: nf_tables, among others.
pub const NETFILTER: i32 = libc::NETLINK_NETFILTER;
/// `NETLINK_GENERIC`: the families that [`genl`](crate::genl) finds by name.
pub const GENERIC: i32 = libc::NETLINK_GENERIC;
