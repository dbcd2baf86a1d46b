// SPDX-License-Identifier: MIT OR Apache-2.0

//! The firewall, as nf_tables reports it.

use super::listed::{Followed, News};
use super::report::Became;
use crate::output::json::Object;
use crate::output::network::nftables as output;
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::{protocol, Socket};
use parley_netlink::nftables::{self, Change, Id, Thing};
use std::os::unix::ffi::OsStrExt;

impl Followed for Thing {
    type Key = Id;
    const PROTOCOL: i32 = protocol::NETFILTER;
    const GROUP: u32 = nftables::GROUP;
    const NOUN: &'static str = "parts";

    fn key(&self) -> Id {
        self.id()
    }

    fn all(asker: &mut Socket) -> parley::Result<Vec<Self>> {
        let all = nftables::ruleset(asker)?.into_things();
        Ok(all.into_iter().filter(is_shown).collect())
    }

    fn read(message: &Message<'_>) -> parley::Result<News<Self>> {
        Ok(match nftables::change(message)? {
            Some(Change::Is(thing)) if is_shown(&thing) => News::Is(thing),
            Some(Change::Gone(id)) => News::Gone(id),
            Some(Change::Less(_)) => News::Doubt,
            Some(Change::Elements {
                family,
                table,
                set,
                count,
                added,
                // The kernel names sets that are part of a rule __set0 and the like.
            }) if !set.as_bytes().starts_with(b"__") => {
                let (line, object) = output::elements(family, &table, &set, count);
                let became = if added { Became::New } else { Became::Deleted };
                News::Beside(became, line, object)
            }
            _ => News::Nothing,
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            // What an object has counted, and how many use a part, is no change of it.
            (Self::Object(_), Self::Object(_)) => true,
            (one, other) => plain(one) == plain(other),
        }
    }

    fn line(&self) -> String {
        output::thing_line(self)
    }

    fn object(&self) -> Object {
        output::thing_object(self)
    }
}

/// Sets that are part of a rule are not shown.
fn is_shown(thing: &Thing) -> bool {
    !matches!(thing, Thing::Set(set) if set.is_anonymous())
}

/// A part without the numbers that change with others.
fn plain(thing: &Thing) -> Thing {
    let mut thing = thing.clone();
    match &mut thing {
        Thing::Table(table) => table.uses = 0,
        Thing::Chain(chain) => chain.uses = 0,
        Thing::Rule(rule) => rule.position = None,
        Thing::Set(set) => set.count = None,
        Thing::Flowtable(table) => table.uses = 0,
        _ => {}
    }
    thing
}
