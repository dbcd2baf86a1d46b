// SPDX-License-Identifier: MIT OR Apache-2.0

//! Watches links, addresses, routes, rules and neighbours.

use super::doubt::Doubt;
use super::report::{ChangeKind, Report};
use crate::opener::Opener;
use crate::output::network::{Naming, Shown};
use anyhow::Result;
use parley::Error;
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::Socket;
use parley_netlink::route::links::{self, flag, Link, Names};
use parley_netlink::route::{self, Change, Entry, Event};
use std::collections::{BTreeMap, BTreeSet};

/// The monitor's copy of the entries: those with the same key are in the order of their
/// arrival.
struct View<E: Entry>(BTreeMap<E::Key, Vec<E>>);

impl<E: Entry> View<E> {
    /// Reads all entries. Also returns whether the list is complete: if entries change
    /// all the time, some may be missing.
    fn read(asker: &mut Socket) -> parley::Result<(Self, bool)> {
        route::settle(asker)?;
        let listing = E::all(asker)?;
        let mut view = Self(BTreeMap::new());
        for entry in listing.entries {
            view.0.entry(entry.key()).or_default().push(entry);
        }
        Ok((view, !listing.interrupted))
    }

    fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Returns the entry that is the same as `entry`.
    fn find(&self, entry: &E) -> Option<&E> {
        let known = self.0.get(&entry.key())?;
        known.iter().find(|known| known.is_same(entry))
    }

    /// Adds or updates `entry`, and returns which of the two it was.
    fn update(&mut self, entry: E, change: Change) -> ChangeKind {
        let known = self.0.entry(entry.key()).or_default();
        let same = known.iter().position(|known| known.is_same(&entry));
        // The kernel replaces the first entry with the key, even if it differs.
        let first = (change == Change::Replaces).then_some(0);
        match same.or(first).and_then(|place| known.get_mut(place)) {
            Some(before) => {
                let is_created = matches!(change, Change::Created | Change::Appended);
                let is_known = is_created && !entry.differs_from(before);
                *before = entry;
                // If the kernel creates an entry that is already known, the old one was
                // deleted without a notification.
                if is_known {
                    ChangeKind::New
                } else {
                    ChangeKind::Changed
                }
            }
            None => {
                let place = match change {
                    Change::Created => 0,
                    _ => known.len(),
                };
                known.insert(place, entry);
                ChangeKind::New
            }
        }
    }

    /// Removes `entry`. Returns false if the kernel removed only a part of an entry: the
    /// rest must then be read.
    fn remove(&mut self, entry: &E) -> bool {
        let key = entry.key();
        let Some(known) = self.0.get_mut(&key) else {
            return true;
        };
        if let Some(place) = known.iter().position(|known| known.is_same(entry)) {
            if known
                .get(place)
                .is_some_and(|known| entry.is_part_of(known))
            {
                return false;
            }
            known.remove(place);
        }
        if known.is_empty() {
            self.0.remove(&key);
        }
        true
    }

    /// Returns whether several entries have the key of `entry`. Only a new list then
    /// shows which one it replaces.
    fn is_ambiguous(&self, entry: &E) -> bool {
        let known = self.0.get(&entry.key());
        known.is_some_and(|known| known.len() > 1)
    }

    fn iter(&self) -> impl Iterator<Item = &E> {
        self.0.values().flatten()
    }
}

/// Listens to changes of the entries, and of the links, whose names the entries use.
fn listen<E: Entry>(opener: &Opener) -> parley::Result<Socket> {
    let mut socket = opener.socket(libc::NETLINK_ROUTE)?;
    route::listen(&mut socket, &[E::GROUPS, Link::GROUPS].concat())?;
    Ok(socket)
}

fn is_wanted<E: Entry>(message: &Message<'_>) -> bool {
    route::concerns::<E>(message) || route::concerns::<Link>(message)
}

/// The reasons for reading the entries again.
#[derive(Default)]
struct Doubts {
    doubt: Doubt,
    /// The links that went down or were deleted. Entries may have been deleted with them,
    /// without a notification from the kernel.
    down: BTreeSet<u32>,
}

impl Doubts {
    fn include(&self, entry: &impl Entry) -> bool {
        self.down.iter().any(|link| entry.depends_on_link(*link))
    }
}

/// Follows the entries of one type.
struct Follower<'a, 'b, E: Entry> {
    report: &'a mut Report<'b>,
    asker: Socket,
    names: Names,
    view: View<E>,
    doubts: Doubts,
}

/// Shows changes of the entries, until the limit.
pub(super) fn follow<E: Shown>(opener: &Opener, report: &mut Report<'_>) -> Result<()> {
    // Listen before reading, so that no change in between is missed.
    let mut listener = listen::<E>(opener)?;
    let mut asker = opener.socket(libc::NETLINK_ROUTE)?;
    let names = Names::read(&mut asker)?;
    let (view, is_whole) = View::<E>::read(&mut asker)?;
    let mut doubts = Doubts::default();
    if !is_whole {
        doubts.doubt.begin();
    }
    report.listening(view.len(), E::NOUN)?;
    let mut follower = Follower {
        report,
        asker,
        names,
        view,
        doubts,
    };
    let mut waits = None;
    while let Some(wait) = follower.report.limit.next() {
        let wait = follower.doubts.doubt.wait(wait);
        if wait != waits {
            match wait {
                Some(wait) => listener.set_timeout(wait)?,
                None => listener.clear_timeout()?,
            }
            waits = wait;
        }
        let heard = listener.next_message(is_wanted::<E>).and_then(|message| {
            Ok((
                route::event::<Link>(&message)?,
                route::event::<E>(&message)?,
            ))
        });
        let mut is_quiet = false;
        match heard {
            Ok((link, change)) => {
                if let Some(link) = link {
                    follower.link(link)?;
                }
                if let Some(change) = change {
                    follower.show_change(change)?;
                }
            }
            Err(Error::Overrun) => {
                follower.report.lost_before_dump()?;
                // Open a new socket: messages that wait in the old one are older than the
                // list that is read now, and would undo it.
                listener = listen::<E>(opener)?;
                waits = None;
                let links = links::list(&mut follower.asker)?;
                follower.names.extend(links.entries);
                follower.doubts.doubt.begin();
                is_quiet = true;
            }
            Err(Error::Timeout(_)) if follower.doubts.doubt.exists() => is_quiet = true,
            Err(Error::Timeout(_)) if follower.report.limit.end.is_some() => break,
            Err(error) => return Err(error.into()),
        }
        if follower.doubts.doubt.is_due(is_quiet) {
            follower.reread()?;
        }
        follower.report.flush()?;
    }
    Ok(())
}

impl<E: Shown> Follower<'_, '_, E> {
    /// Records a change of a link, and which entries may have been deleted with it.
    fn link(&mut self, Event { entry, change, .. }: Event<Link>) -> Result<()> {
        const STATE: u32 = flag::UP | flag::RUNNING | flag::LOWER_UP;
        let index = entry.index;
        let was = self.names.get(index).map_or(0, |link| link.flags);
        let is = if change == Change::Deleted {
            0
        } else {
            entry.flags
        };
        // A deleted link keeps its name here, because events about its entries follow.
        self.names.extend([entry]);
        if (was ^ is) & STATE != 0 && self.view.iter().any(|one| one.depends_on_link(index)) {
            // Waits until the kernel has sent all notifications of this change.
            route::settle(&mut self.asker)?;
            self.doubts.doubt.begin();
            if is & flag::UP == 0 {
                self.doubts.down.insert(index);
            }
        }
        Ok(())
    }

    /// Shows a change that the kernel reported.
    fn show_change(&mut self, Event { entry, change, .. }: Event<E>) -> Result<()> {
        let became = match change {
            Change::Deleted => {
                if !self.view.remove(&entry) {
                    // The rest is shown after the next list.
                    self.doubts.doubt.begin();
                    return Ok(());
                }
                ChangeKind::Deleted
            }
            Change::Replaces => {
                if self.view.is_ambiguous(&entry) {
                    self.doubts.doubt.begin();
                }
                self.view.update(entry.clone(), change)
            }
            Change::Present | Change::Created | Change::Appended => {
                // The kernel reports an entry as new although it is known: the old one
                // was deleted with its link.
                let doubtful = self
                    .view
                    .find(&entry)
                    .filter(|one| self.doubts.include(*one));
                if let Some(ghost) = doubtful.cloned() {
                    self.view.remove(&ghost);
                    self.event(ChangeKind::Deleted, &ghost)?;
                }
                self.view.update(entry.clone(), change)
            }
        };
        self.event(became, &entry)
    }

    /// Reads the entries again, and shows the differences.
    fn reread(&mut self) -> Result<()> {
        let (now, is_whole) = View::read(&mut self.asker)?;
        self.take(now, is_whole)
    }

    /// Replaces the entries by these, and shows the differences.
    fn take(&mut self, now: View<E>, is_whole: bool) -> Result<()> {
        if !is_whole {
            // The kernel may still have the entries that this list lacks, so read it
            // again later.
            self.doubts.doubt.restart();
            return Ok(());
        }
        self.doubts = Doubts::default();
        let before = std::mem::replace(&mut self.view, now);
        for (became, entry) in differences(&before, &self.view) {
            event(self.report, became, entry, &self.names)?;
        }
        Ok(())
    }

    fn event(&mut self, became: ChangeKind, entry: &E) -> Result<()> {
        event(self.report, became, entry, &self.names)
    }
}

fn event<E: Shown>(
    report: &mut Report<'_>,
    became: ChangeKind,
    entry: &E,
    names: &Names,
) -> Result<()> {
    let naming = Naming::new(names, report.form.is_numeric);
    let line = || {
        let row = entry.row(&naming);
        let mut words: Vec<_> = [row.cells, row.below].concat();
        words.retain(|word| !word.is_empty());
        words.join("  ")
    };
    report.event(became, line, || entry.object(&naming))
}

/// Returns the differences between `before` and `now`.
fn differences<'a, E: Entry>(before: &'a View<E>, now: &'a View<E>) -> Vec<(ChangeKind, &'a E)> {
    let (mut gone, mut others) = (Vec::new(), Vec::new());
    for (key, was) in &before.0 {
        let is = now.0.get(key).map_or(&[][..], Vec::as_slice);
        // First match the entries that are the same. One of the rest may have become
        // another one.
        let mut is: Vec<_> = is.iter().collect();
        let mut rest = Vec::new();
        for was in was {
            match is.iter().position(|is| is.is_same(was)) {
                Some(place) => {
                    let is = is.remove(place);
                    others.extend(is.differs_from(was).then_some((ChangeKind::Changed, is)));
                }
                None => rest.push(was),
            }
        }
        for was in rest {
            match is.iter().position(|is| is.comes_from(was)) {
                Some(place) => others.push((ChangeKind::Changed, is.remove(place))),
                None => gone.push((ChangeKind::Deleted, was)),
            }
        }
        others.extend(is.into_iter().map(|is| (ChangeKind::New, is)));
    }
    let new = now.0.iter().filter(|(key, _)| !before.0.contains_key(key));
    others.extend(new.flat_map(|(_, is)| is).map(|is| (ChangeKind::New, is)));
    gone.extend(others);
    gone
}

#[cfg(test)]
mod tests;
