// SPDX-License-Identifier: MIT OR Apache-2.0

//! Shows entries of rtnetlink and nf_tables: as rows of a table, and as objects with the
//! keys of `ip -j` and `nft -j`.

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

/// An entry that can be shown.
pub(crate) trait Shown: Entry {
    /// The plural noun for the entries.
    const NOUN: &'static str;
    /// The headings above the cells of [`Self::row`].
    const HEADINGS: &'static [&'static str];

    /// Returns the entry as a row, which is also a line of `monitor`.
    fn row(&self, naming: &Naming<'_>) -> Row;

    /// Returns the entry as an object.
    fn object(&self, naming: &Naming<'_>) -> Object;
}

/// Formats a prefix as `ip` does: without its length if that covers the whole address.
fn prefix(prefix: Prefix, family: Family) -> String {
    if prefix.len == family.bits() {
        prefix.address.to_string()
    } else {
        format!("{}/{}", prefix.address, prefix.len)
    }
}

/// Returns a link's name, escaped for a terminal.
fn link_name(naming: &Naming<'_>, index: u32) -> String {
    text::safe(naming.name(index))
}
