// SPDX-License-Identifier: MIT OR Apache-2.0

//! Watches the firewall through the notifications of nf_tables.

use super::listed::{Followed, News, View};
use super::report::Became;
use crate::output::json::Object;
use crate::output::network::nftables as output;
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::{protocol, Socket};
use parley_netlink::nftables::{self, Change, Id, Thing};

impl Followed for Thing {
    type Key = Id;
    const PROTOCOL: i32 = protocol::NETFILTER;
    const GROUP: u32 = nftables::GROUP;
    const NOUN: &'static str = "parts";

    fn key(&self) -> Id {
        self.id()
    }

    fn all(asker: &mut Socket) -> parley::Result<(Vec<Self>, bool)> {
        let ruleset = nftables::ruleset(asker)?;
        let is_whole = !ruleset.interrupted;
        Ok((ruleset.into_things(), is_whole))
    }

    fn read(message: &Message<'_>, view: &View<Self>) -> parley::Result<News<Self>> {
        Ok(match nftables::change(message)? {
            Some(Change::Is(thing)) => News::Is(thing),
            Some(Change::Gone(id)) => News::Gone(id),
            Some(Change::Less(_)) => News::Doubt,
            Some(Change::Elements {
                family,
                table,
                set,
                count,
                added,
            }) => {
                let is_it = |thing: &&Self| {
                    matches!(thing, Self::Set(one) if one.family == family
                        && one.table == table && one.name == set)
                };
                if view.values().find(is_it).is_some_and(|set| !set.is_shown()) {
                    return Ok(News::Nothing);
                }
                let (line, object) = output::elements(family, &table, &set, count);
                let became = if added { Became::New } else { Became::Deleted };
                News::Beside(became, line, object)
            }
            _ => News::Nothing,
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            // The counts of an object, and the number of references to a part, are not
            // changes.
            (Self::Object(_), Self::Object(_)) => true,
            (one, other) => plain(one) == plain(other),
        }
    }

    /// Sets that belong to a rule are not shown.
    fn is_shown(&self) -> bool {
        !matches!(self, Self::Set(set) if set.is_anonymous())
    }

    /// When a table's owner closes its socket, the kernel removes the table, or only its
    /// owner if the table is persistent. It does not report this.
    fn is_fleeting(&self) -> bool {
        matches!(self, Self::Table(table) if table.owner.is_some())
    }

    fn line(&self) -> String {
        output::thing_line(self)
    }

    fn object(&self) -> Object {
        output::thing_object(self)
    }
}

/// Returns a part without the numbers that change along with other parts.
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
