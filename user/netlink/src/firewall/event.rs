// SPDX-License-Identifier: MIT OR Apache-2.0

//! Changes of the firewall, as the group [`GROUP`] reports them.

use super::SUBSYSTEM;
use super::{numbers as n, split, Chain, Flowtable, Listed, Object, Rule, Ruleset, Set, Table};
use crate::netlink::message::Message;
use crate::netlink::{Error, Result};
use std::ffi::{OsStr, OsString};

/// `NFNLGRP_NFTABLES`, the multicast group of nf_tables. To join it takes `CAP_NET_ADMIN`.
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

/// What distinguishes a part from all others of the ruleset. Only to be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    family: u8,
    table: OsString,
    /// The type of the message that reports a new one.
    kind: u16,
    handle: u64,
}

impl Thing {
    /// What distinguishes it from the others.
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
    /// A part was created or changed. If links were added to a chain or a flowtable that
    /// exists, it has those alone here.
    Is(Thing),
    /// A part is gone.
    Gone(Id),
    /// Links were removed from a chain or a flowtable, which still exists.
    Less(Id),
    /// Elements were added to a set, or removed.
    Elements {
        /// The family of the set's table.
        family: u8,
        /// The name of its table.
        table: OsString,
        /// The name of the set.
        set: OsString,
        /// How many elements.
        count: usize,
        /// Whether they were added.
        added: bool,
    },
}

/// The types of messages, without the subsystem.
const DELETE: u16 = 2;
const NEW_ELEMENTS: u16 = 12;
const DELETE_ELEMENTS: u16 = 14;
const DESTROY_ELEMENTS: u16 = 30;

/// For each part: its type of message for a new one and for `nft destroy`, and the numbers
/// of its handle and, if it has links, of its hook.
const PARTS: [(u16, u16, u16, Option<u16>); 6] = [
    (Table::NEW, 26, 4, None),
    (Chain::NEW, 27, 2, Some(4)),
    (Rule::NEW, 28, 3, None),
    (Set::NEW, 29, n::NFTA_SET_HANDLE, None),
    (Object::NEW, 31, n::NFTA_OBJ_HANDLE, None),
    (
        Flowtable::NEW,
        32,
        n::NFTA_FLOWTABLE_HANDLE,
        Some(n::NFTA_FLOWTABLE_HOOK),
    ),
];

/// Reads a change, if `message` reports one.
pub fn change(message: &Message<'_>) -> Result<Option<Change>> {
    let kind = message.header.kind ^ SUBSYSTEM;
    if matches!(kind, NEW_ELEMENTS | DELETE_ELEMENTS | DESTROY_ELEMENTS) {
        return elements(message, kind == NEW_ELEMENTS).map(Some);
    }
    let (family, attributes) = match kind {
        0..=0xff => split(message)?,
        _ => return Ok(None),
    };
    Ok(Some(Change::Is(match kind {
        Table::NEW => Thing::Table(Table::read(family, attributes)?),
        Chain::NEW => Thing::Chain(Chain::read(family, attributes)?),
        Rule::NEW => Thing::Rule(Rule::read(family, attributes)?),
        Set::NEW => Thing::Set(Set::read(family, attributes)?),
        Object::NEW => Thing::Object(Object::read(family, attributes)?),
        Flowtable::NEW => Thing::Flowtable(Flowtable::read(family, attributes)?),
        _ => return gone(message, kind),
    })))
}

/// Reads the end of a part, or of some of its links.
fn gone(message: &Message<'_>, kind: u16) -> Result<Option<Change>> {
    let ends = |part: &&(u16, u16, _, _)| kind == part.0.wrapping_add(DELETE) || kind == part.1;
    let Some((kind, _, number, hook)) = PARTS.iter().find(ends) else {
        return Ok(None);
    };
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
    Ok(Some(match has_hook {
        true => Change::Less(id),
        false => Change::Gone(id),
    }))
}

/// Reads elements of a set: how many they are.
fn elements(message: &Message<'_>, added: bool) -> Result<Change> {
    const TABLE: u16 = 1;
    const SET: u16 = 2;
    const ELEMENTS: u16 = 3;
    let (family, attributes) = split(message)?;
    let (mut table, mut set, mut count) = (None, None, 0);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            TABLE => table = Some(attribute.name()?),
            SET => set = Some(attribute.name()?),
            ELEMENTS => count = attribute.attributes().filter(|one| one.is_ok()).count(),
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

    /// A chain of the table t, whose handle is 3.
    fn chain(w: &mut Writer<'_>) -> Result<()> {
        w.string(1, "t")?;
        w.bytes(2, &3u64.to_be_bytes())?;
        w.string(3, "c")
    }

    #[test]
    fn what_is_new_has_the_id_of_what_goes() {
        let Some(Change::Is(new)) = read(SUBSYSTEM | 3, chain).unwrap() else {
            panic!("no chain");
        };
        assert!(matches!(&new, Thing::Chain(chain) if chain.name == "c"));
        for kind in [5, 27] {
            let gone = read(SUBSYSTEM | kind, chain).unwrap();
            assert_eq!(gone, Some(Change::Gone(new.id())), "{kind}");
        }
        // With a hook only its links go.
        let less = read(SUBSYSTEM | 5, |w| {
            chain(w)?;
            w.nest(4, |w| w.bytes(1, &0u32.to_be_bytes()))
        });
        assert_eq!(less.unwrap(), Some(Change::Less(new.id())));
        let table = |w: &mut Writer<'_>| {
            w.string(1, "t")?;
            w.bytes(4, &3u64.to_be_bytes())
        };
        let table = read(SUBSYSTEM | 2, table).unwrap();
        assert!(matches!(table, Some(Change::Gone(id)) if id != new.id()));
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
        for (kind, is_added) in [(12, true), (14, false), (30, false)] {
            let change = read(SUBSYSTEM | kind, two).unwrap();
            let is_right = matches!(
                &change,
                Some(Change::Elements { family: 2, table, set, count: 2, added })
                    if table == "t" && set == "s" && *added == is_added
            );
            assert!(is_right, "{kind}: {change:?}");
        }
        // The end of a transaction, and another subsystem.
        for kind in [SUBSYSTEM | 15, (1 << 8) | 2] {
            assert_eq!(read(kind, chain).unwrap(), None);
        }
        assert!(read(SUBSYSTEM | 5, |w| w.string(1, "t")).is_err());
    }
}
