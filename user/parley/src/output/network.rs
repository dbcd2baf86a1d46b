// SPDX-License-Identifier: MIT OR Apache-2.0

//! How what rtnetlink and nf_tables tell is shown: as rows of a table, and as
//! objects with the keys that `ip -j` and `nft -j` have.

pub(crate) mod addresses;
mod fields;
pub(crate) mod links;
mod naming;
mod neighbours;
pub(crate) mod nftables;
mod routes;
mod rules;
mod things;

pub(crate) use naming::Naming;

use super::columns::Row;
use super::json::Object;
use super::text;
use parley_netlink::route::{Entry, Family, Prefix};

/// What can be shown.
pub(crate) trait Shown: Entry {
    /// What several of them are called.
    const NOUN: &'static str;
    /// Over the cells of [`Self::row`].
    const HEADINGS: &'static [&'static str];

    /// As a row, which is also a line of `monitor`.
    fn row(&self, naming: &Naming<'_>) -> Row;

    /// As an object.
    fn object(&self, naming: &Naming<'_>) -> Object;
}

/// As `ip` writes it: without its length where that is the whole address.
fn prefix(prefix: Prefix, family: Family) -> String {
    if prefix.len == family.bits() {
        prefix.address.to_string()
    } else {
        format!("{}/{}", prefix.address, prefix.len)
    }
}

/// A link's name, as it can go to a terminal.
fn link_name(naming: &Naming<'_>, index: u32) -> String {
    text::safe(naming.name(index))
}
