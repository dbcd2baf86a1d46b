// SPDX-License-Identifier: MIT OR Apache-2.0

//! What becomes of links, routes and the like.

#![forbid(unsafe_code)]

use super::super::network::Shown;
use super::{Became, Limit, Report};
use anyhow::Result;
use parley::netlink::message::Message;
use parley::netlink::Socket;
use parley::route::links::{Link, Names};
use parley::route::{self, Change, Entry, Told};
use parley::Error;
use std::collections::BTreeMap;

/// What the monitor takes the entries to be: those that have the same key, in the
/// order in which they came.
struct View<E: Entry>(BTreeMap<E::Key, Vec<E>>);

impl<E: Entry> View<E> {
    fn read(asker: &mut Socket) -> parley::Result<Self> {
        let mut view = Self(BTreeMap::new());
        for entry in E::all(asker)?.entries {
            view.0.entry(entry.key()).or_default().push(entry);
        }
        Ok(view)
    }

    fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The one that is the same as `entry`.
    fn find(&self, entry: &E) -> Option<&E> {
        let known = self.0.get(&entry.key())?;
        known.iter().find(|known| known.is_same(entry))
    }

    /// Notes that `entry` is so, and tells what that makes of it.
    fn is(&mut self, entry: E, replaces: bool) -> Became {
        let known = self.0.entry(entry.key()).or_default();
        let same = known.iter().position(|known| known.is_same(&entry));
        // What is replaced may have led another way.
        let first = replaces.then_some(0);
        match same.or(first).and_then(|place| known.get_mut(place)) {
            Some(before) => {
                *before = entry;
                Became::Changed
            }
            None => {
                known.push(entry);
                Became::New
            }
        }
    }

    /// Notes that `entry` is gone.
    fn is_gone(&mut self, entry: &E) {
        let key = entry.key();
        if let Some(known) = self.0.get_mut(&key) {
            if let Some(place) = known.iter().position(|known| known.is_same(entry)) {
                known.remove(place);
            }
            if known.is_empty() {
                self.0.remove(&key);
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = &E> {
        self.0.values().flatten()
    }
}

/// Listens to changes, and to those of the links, which name the others.
fn listen<E: Entry>() -> parley::Result<Socket> {
    route::listen(&[E::GROUPS, Link::GROUPS].concat())
}

fn is_wanted<E: Entry>(message: &Message<'_>) -> bool {
    route::concerns::<E>(message) || route::concerns::<Link>(message)
}

/// Shows what becomes of the entries, until the limit.
pub(super) fn follow<E: Shown>(report: &mut Report<'_>, mut limit: Limit) -> Result<()> {
    // First listen, then look: so nothing falls between.
    let mut listener = listen::<E>()?;
    let mut asker = Socket::open(libc::NETLINK_ROUTE)?;
    let mut names = Names::read(&mut asker)?;
    let mut view = View::<E>::read(&mut asker)?;
    report.listening(view.len(), E::NOUN)?;
    while let Some(wait) = limit.next() {
        if let Some(wait) = wait {
            listener.set_timeout(wait)?;
        }
        let heard = listener
            .next_message(is_wanted::<E>)
            .and_then(|message| Ok((route::told::<Link>(&message)?, route::told::<E>(&message)?)));
        match heard {
            Ok((link, told)) => {
                // A link that is gone keeps its name: others are told of after it.
                names.extend(link.map(|link| link.entry));
                let Some(Told { entry, change }) = told else {
                    continue;
                };
                let became = if change == Change::Gone {
                    view.is_gone(&entry);
                    Became::Deleted
                } else {
                    view.is(entry.clone(), change == Change::Replaces)
                };
                event(report, became, &entry, &names)?;
                limit.count();
            }
            Err(Error::Overrun) => {
                report.lost()?;
                // A new socket: what waits in the old one is older than what was
                // dropped, and would undo what is read now.
                listener = listen::<E>()?;
                names = Names::read(&mut asker)?;
                let now = View::read(&mut asker)?;
                differences(report, &view, &now, &names)?;
                view = now;
            }
            Err(Error::Timeout(_)) if limit.end.is_some() => break,
            Err(error) => return Err(error.into()),
        }
        report.flush()?;
    }
    Ok(())
}

fn event<E: Shown>(
    report: &mut Report<'_>,
    became: Became,
    entry: &E,
    names: &Names,
) -> Result<()> {
    let line = || {
        let row = entry.row(names);
        let mut words: Vec<_> = [row.cells, row.below].concat();
        words.retain(|word| !word.is_empty());
        words.join("  ")
    };
    report.event(became, line, || entry.object(names))
}

/// Shows how `now` differs from `before`.
fn differences<E: Shown>(
    report: &mut Report<'_>,
    before: &View<E>,
    now: &View<E>,
    names: &Names,
) -> Result<()> {
    for was in before.iter().filter(|was| now.find(was).is_none()) {
        event(report, Became::Deleted, was, names)?;
    }
    for is in now.iter() {
        match before.find(is) {
            None => event(report, Became::New, is, names)?,
            Some(was) if is.is_changed(was) => event(report, Became::Changed, is, names)?,
            Some(_) => {}
        }
    }
    Ok(())
}
