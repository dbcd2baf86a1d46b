// SPDX-License-Identifier: MIT OR Apache-2.0

//! Changes of the firewall, as the group [`GROUP`] reports them.

use super::{split, Chain, Flowtable, Listed, Object, Rule, Ruleset, Set, Table};
use crate::kernel::numbers as n;
use crate::netlink::message::Message;
use crate::netlink::{Error, Result};
use std::ffi::{OsStr, OsString};

/// `NFNLGRP_NFTABLES`, the multicast group of nf_tables. Joining it needs
/// `CAP_NET_ADMIN`.
pub const GROUP: u32 = 7;

/// A part of a ruleset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Thing {
    /// A table.
    Table(Table),
    /// A chain.
    Chain(Chain),
    /// A rule.
    Rule(Rule),
    /// A set or a map.
    Set(Set),
    /// A counter, a quota or the like.
    Object(Object),
    /// A flowtable.
    Flowtable(Flowtable),
}

/// The identity of a part of a ruleset. Use it only for comparisons.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    family: u8,
    table: OsString,
    /// The type of the message that reports a new one.
    kind: u16,
    handle: u64,
}

impl Thing {
    /// Returns its identity.
    #[must_use]
    pub fn id(&self) -> Id {
        let id = |family, table: &OsStr, kind, handle| Id {
            family,
            table: table.to_owned(),
            kind,
            handle,
        };
        match self {
            Self::Table(one) => id(one.family, &one.name, Table::NEW, one.handle),
            Self::Chain(one) => id(one.family, &one.table, Chain::NEW, one.handle),
            Self::Rule(one) => id(one.family, &one.table, Rule::NEW, one.handle),
            Self::Set(one) => id(one.family, &one.table, Set::NEW, one.handle),
            Self::Object(one) => id(one.family, &one.table, Object::NEW, one.handle),
            Self::Flowtable(one) => id(one.family, &one.table, Flowtable::NEW, one.handle),
        }
    }
}

impl Ruleset {
    /// Returns all parts, the tables first.
    #[must_use]
    pub fn into_things(self) -> Vec<Thing> {
        let tables = self.tables.into_iter().map(Thing::Table);
        let sets = self.sets.into_iter().map(Thing::Set);
        let objects = self.objects.into_iter().map(Thing::Object);
        let flowtables = self.flowtables.into_iter().map(Thing::Flowtable);
        let chains = self.chains.into_iter().map(Thing::Chain);
        let rules = self.rules.into_iter().map(Thing::Rule);
        let things = tables.chain(sets).chain(objects).chain(flowtables);
        things.chain(chains).chain(rules).collect()
    }
}

/// A change of the firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A part was created or changed. If links were added to an existing chain or
    /// flowtable, this has only the new links.
    Present(Thing),
    /// A part was deleted.
    Deleted(Id),
    /// Links were removed from a chain or a flowtable, which still exists.
    LinksRemoved(Id),
    /// Elements were added to a set, or removed.
    Elements {
        /// The family of the set's table.
        family: u8,
        /// The name of its table.
        table: OsString,
        /// The name of the set.
        set: OsString,
        /// The number of elements.
        count: usize,
        /// Whether they were added.
        added: bool,
    },
}

/// For each part: the types of message for a new one, for `nft delete` and for `nft destroy`,
/// and the numbers of its handle and, if it has links, of its hook.
const PARTS: [([u16; 3], u16, Option<u16>); 6] = [
    (
        [Table::NEW, n::NFT_MSG_DELTABLE, n::NFT_MSG_DESTROYTABLE],
        n::NFTA_TABLE_HANDLE,
        None,
    ),
    (
        [Chain::NEW, n::NFT_MSG_DELCHAIN, n::NFT_MSG_DESTROYCHAIN],
        n::NFTA_CHAIN_HANDLE,
        Some(n::NFTA_CHAIN_HOOK),
    ),
    (
        [Rule::NEW, n::NFT_MSG_DELRULE, n::NFT_MSG_DESTROYRULE],
        n::NFTA_RULE_HANDLE,
        None,
    ),
    (
        [Set::NEW, n::NFT_MSG_DELSET, n::NFT_MSG_DESTROYSET],
        n::NFTA_SET_HANDLE,
        None,
    ),
    (
        [Object::NEW, n::NFT_MSG_DELOBJ, n::NFT_MSG_DESTROYOBJ],
        n::NFTA_OBJ_HANDLE,
        None,
    ),
    (
        [
            Flowtable::NEW,
            n::NFT_MSG_DELFLOWTABLE,
            n::NFT_MSG_DESTROYFLOWTABLE,
        ],
        n::NFTA_FLOWTABLE_HANDLE,
        Some(n::NFTA_FLOWTABLE_HOOK),
    ),
];

/// Reads a change, if `message` reports one.
pub fn change(message: &Message<'_>) -> Result<Option<Change>> {
    let kind = message.header.kind;
    let of_elements = matches!(
        kind,
        n::NFT_MSG_NEWSETELEM | n::NFT_MSG_DELSETELEM | n::NFT_MSG_DESTROYSETELEM
    );
    if of_elements {
        return elements(message, kind == n::NFT_MSG_NEWSETELEM).map(Some);
    }
    let part = PARTS.iter().find(|part| part.0[1..].contains(&kind));
    if let Some(part) = part {
        return deleted(message, part).map(Some);
    }
    if !PARTS.iter().any(|part| part.0[0] == kind) {
        return Ok(None);
    }
    let (family, attributes) = split(message)?;
    Ok(Some(Change::Present(match kind {
        Table::NEW => Thing::Table(Table::read(family, attributes)?),
        Chain::NEW => Thing::Chain(Chain::read(family, attributes)?),
        Rule::NEW => Thing::Rule(Rule::read(family, attributes)?),
        Set::NEW => Thing::Set(Set::read(family, attributes)?),
        Object::NEW => Thing::Object(Object::read(family, attributes)?),
        Flowtable::NEW => Thing::Flowtable(Flowtable::read(family, attributes)?),
        _ => return Ok(None),
    })))
}

/// Reads the deletion of a part, or of some of its links.
fn deleted(message: &Message<'_>, part: &([u16; 3], u16, Option<u16>)) -> Result<Change> {
    let ([kind, ..], number, hook) = part;
    let (family, attributes) = split(message)?;
    let (mut table, mut handle, mut has_hook) = (None, None, false);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            1 => table = Some(attribute.name()?),
            is if is == *number => handle = Some(attribute.be64()?),
            is => has_hook |= Some(is) == *hook,
        }
    }
    let id = Id {
        family,
        table: table.ok_or(Error::Absent("the table's name"))?,
        kind: *kind,
        handle: handle.ok_or(Error::Absent("the handle"))?,
    };
    Ok(match has_hook {
        true => Change::LinksRemoved(id),
        false => Change::Deleted(id),
    })
}

/// Reads and counts the elements of a set.
fn elements(message: &Message<'_>, added: bool) -> Result<Change> {
    let (family, attributes) = split(message)?;
    let (mut table, mut set, mut count) = (None, None, 0);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            n::NFTA_SET_ELEM_LIST_TABLE => table = Some(attribute.name()?),
            n::NFTA_SET_ELEM_LIST_SET => set = Some(attribute.name()?),
            n::NFTA_SET_ELEM_LIST_ELEMENTS => {
                count = attribute.attributes().filter(|one| one.is_ok()).count()
            }
            _ => {}
        }
    }
    Ok(Change::Elements {
        family,
        table: table.ok_or(Error::Absent("NFTA_SET_ELEM_LIST_TABLE"))?,
        set: set.ok_or(Error::Absent("NFTA_SET_ELEM_LIST_SET"))?,
        count,
        added,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::attr::Writer;
    use crate::netlink::message::Header;

    fn read(kind: u16, fill: impl Fn(&mut Writer<'_>) -> Result<()>) -> Result<Option<Change>> {
        let mut payload = vec![2, 0, 0, 0];
        fill(&mut Writer::new(&mut payload)).unwrap();
        let header = Header {
            len: 0,
            kind,
            flags: 0,
            seq: 0,
            portid: 0,
        };
        change(&Message {
            header,
            payload: &payload,
        })
    }

    /// A chain of the table t, with the handle 3.
    fn chain(w: &mut Writer<'_>) -> Result<()> {
        w.string(1, "t")?;
        w.bytes(2, &3u64.to_be_bytes())?;
        w.string(3, "c")
    }

    #[test]
    fn what_is_new_has_the_id_of_what_goes() {
        let Some(Change::Present(new)) = read(n::NFT_MSG_NEWCHAIN, chain).unwrap() else {
            panic!("no chain");
        };
        assert!(matches!(&new, Thing::Chain(chain) if chain.name == "c"));
        for kind in [n::NFT_MSG_DELCHAIN, n::NFT_MSG_DESTROYCHAIN] {
            let deleted = read(kind, chain).unwrap();
            assert_eq!(deleted, Some(Change::Deleted(new.id())), "{kind}");
        }
        // If the message has a hook, only the chain's links are removed.
        let less = read(n::NFT_MSG_DELCHAIN, |w| {
            chain(w)?;
            w.nest(4, |w| w.bytes(1, &0u32.to_be_bytes()))
        });
        assert_eq!(less.unwrap(), Some(Change::LinksRemoved(new.id())));
        let table = |w: &mut Writer<'_>| {
            w.string(1, "t")?;
            w.bytes(4, &3u64.to_be_bytes())
        };
        let table = read(n::NFT_MSG_DELTABLE, table).unwrap();
        assert!(matches!(table, Some(Change::Deleted(id)) if id != new.id()));
    }

    #[test]
    fn elements_are_counted_and_other_messages_are_none() {
        let two = |w: &mut Writer<'_>| {
            w.string(1, "t")?;
            w.string(2, "s")?;
            w.nest(3, |w| {
                w.bytes(1, &[])?;
                w.bytes(1, &[])
            })
        };
        for (kind, is_added) in [
            (n::NFT_MSG_NEWSETELEM, true),
            (n::NFT_MSG_DELSETELEM, false),
            (n::NFT_MSG_DESTROYSETELEM, false),
        ] {
            let change = read(kind, two).unwrap();
            let is_right = matches!(
                &change,
                Some(Change::Elements { family: 2, table, set, count: 2, added })
                    if table == "t" && set == "s" && *added == is_added
            );
            assert!(is_right, "{kind}: {change:?}");
        }
        // The end of a transaction, and another subsystem.
        for kind in [n::NFT_MSG_NEWGEN, (1 << 8) | 2] {
            assert_eq!(read(kind, chain).unwrap(), None);
        }
        assert!(read(n::NFT_MSG_DELCHAIN, |w| w.string(1, "t")).is_err());
    }
}
