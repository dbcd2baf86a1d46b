// SPDX-License-Identifier: MIT OR Apache-2.0

//! Lists entries of the kernel, and then follows the changes that it reports to a
//! multicast group.

use super::doubt::{Doubt, RELIST_AFTER};
use super::report::{ChangeKind, Report};
use crate::opener::Opener;
use crate::output::json::Object;
use anyhow::Result;
use parley::Error;
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::Socket;
use std::collections::BTreeMap;
use std::time::Instant;

/// A type of entry that can be followed.
pub(super) trait Followed: Sized {
    /// An entry's identity.
    type Key: Ord;
    /// The netlink protocol, and the number of the group.
    const PROTOCOL: i32;
    const GROUP: u32;
    /// The plural noun for the entries.
    const NOUN: &'static str;

    fn key(&self) -> Self::Key;

    /// Lists all entries. Also returns false if the list may not be consistent, and so
    /// may lack some.
    fn all(asker: &mut Socket) -> parley::Result<(Vec<Self>, bool)>;

    /// Reads the change that `message` reports to a monitor with this `view`.
    fn read(message: &Message<'_>, view: &View<Self>) -> parley::Result<Notification<Self>>;

    /// Returns whether two entries with the same key look the same in the output.
    fn is_same(&self, other: &Self) -> bool;

    /// Returns false if its changes are not shown.
    fn is_shown(&self) -> bool {
        true
    }

    /// Returns whether it may vanish or change without a report.
    fn is_fleeting(&self) -> bool {
        false
    }

    fn line(&self) -> String;

    fn object(&self) -> Object;
}

/// The change that a message reports.
pub(super) enum Notification<F: Followed> {
    /// No change that is shown.
    Nothing,
    /// An entry was created or changed.
    Present(F),
    /// An entry was deleted.
    Deleted(F::Key),
    /// A change without the new state.
    Doubt,
    /// A change that is shown although it concerns no listed entry.
    Unlisted(ChangeKind, String, Object),
}

pub(super) type View<F> = BTreeMap<<F as Followed>::Key, F>;

fn listen<F: Followed>(opener: &Opener) -> parley::Result<Socket> {
    let mut socket = opener.socket(F::PROTOCOL)?;
    socket.join(F::GROUP)?;
    socket.clear_timeout()?;
    Ok(socket)
}

/// Lists all entries. Also returns false if some may be missing.
fn look<F: Followed>(asker: &mut Socket) -> parley::Result<(View<F>, bool)> {
    let (all, is_whole) = F::all(asker)?;
    let all = all.into_iter();
    Ok((all.map(|one| (one.key(), one)).collect(), is_whole))
}

/// Shows the changes, until the limit.
pub(super) fn follow<F: Followed>(opener: &Opener, report: &mut Report<'_>) -> Result<()> {
    // Listens before it reads the list, so that no change in between is missed.
    let mut listener = listen::<F>(opener)?;
    let mut asker = opener.socket(F::PROTOCOL)?;
    let (mut view, is_whole) = look::<F>(&mut asker)?;
    let mut doubt = Doubt::default();
    if !is_whole {
        doubt.begin();
    }
    let shown = view.values().filter(|one| one.is_shown()).count();
    report.listening(shown, F::NOUN)?;
    let mut is_fleeting = view.values().any(F::is_fleeting);
    let mut looked = Instant::now();
    while let Some(limit) = report.limit.next() {
        let wait = doubt.wait(match is_fleeting {
            true => Some(limit.map_or(RELIST_AFTER, |limit| limit.min(RELIST_AFTER))),
            false => limit,
        });
        match wait {
            Some(wait) => listener.set_timeout(wait)?,
            None => listener.clear_timeout()?,
        }
        let notification = listener.next_message(|_| true);
        let mut is_due = false;
        match notification.and_then(|message| F::read(&message, &view)) {
            Ok(notification) => {
                if !is_fleeting
                    && matches!(&notification, Notification::Present(one) if one.is_fleeting())
                {
                    // The events about its contents arrive before a list can lack it.
                    (is_fleeting, looked) = (true, Instant::now());
                }
                is_due = !take(report, &mut view, notification)?;
            }
            Err(Error::Overrun) => {
                report.lost_before_dump()?;
                // Opens a new socket, because messages in the old one are older than the
                // list.
                listener = listen::<F>(opener)?;
                is_due = true;
            }
            Err(Error::Timeout(_)) if doubt.exists() => is_due = true,
            Err(Error::Timeout(_)) if is_fleeting => {}
            Err(Error::Timeout(_)) if report.limit.end.is_some() => break,
            Err(error) => return Err(error.into()),
        }
        is_due |= doubt.is_due(false) || is_fleeting && looked.elapsed() >= RELIST_AFTER;
        if is_due {
            let (now, is_whole) = look::<F>(&mut asker)?;
            looked = Instant::now();
            doubt = compare(report, &mut view, now, is_whole)?;
            is_fleeting = view.values().any(F::is_fleeting);
        }
        report.flush()?;
    }
    Ok(())
}

/// Shows the differences between the view and `now`, which replaces it if it `is_whole`.
/// Otherwise returns a doubt: the kernel may still have the entries that such a list
/// lacks.
fn compare<F: Followed>(
    report: &mut Report<'_>,
    view: &mut View<F>,
    now: View<F>,
    is_whole: bool,
) -> Result<Doubt> {
    let mut doubt = Doubt::default();
    if is_whole {
        differences(report, view, &now)?;
        *view = now;
    } else {
        doubt.begin();
    }
    Ok(doubt)
}

/// Shows a reported change. Returns false if only a new list can show the current state.
fn take<F: Followed>(
    report: &mut Report<'_>,
    view: &mut View<F>,
    notification: Notification<F>,
) -> Result<bool> {
    match notification {
        Notification::Nothing => {}
        Notification::Doubt => return Ok(false),
        Notification::Present(one) => match view.get(&one.key()) {
            // It was reported before the list was read, and is in the list.
            Some(known) if known.is_same(&one) => {}
            Some(_) => return Ok(false),
            None => {
                event(report, ChangeKind::New, &one)?;
                view.insert(one.key(), one);
            }
        },
        Notification::Deleted(key) => {
            if let Some(one) = view.remove(&key) {
                event(report, ChangeKind::Deleted, &one)?;
            }
        }
        Notification::Unlisted(became, line, object) => report.event(became, || line, || object)?,
    }
    Ok(true)
}

fn event<F: Followed>(report: &mut Report<'_>, became: ChangeKind, one: &F) -> Result<()> {
    if !one.is_shown() {
        return Ok(());
    }
    report.event(became, || one.line(), || one.object())
}

/// Shows the differences between `before` and `now`.
fn differences<F: Followed>(
    report: &mut Report<'_>,
    before: &View<F>,
    now: &View<F>,
) -> Result<()> {
    for (_, was) in before.iter().filter(|(key, _)| !now.contains_key(*key)) {
        event(report, ChangeKind::Deleted, was)?;
    }
    for (key, is) in now {
        match before.get(key) {
            None => event(report, ChangeKind::New, is)?,
            Some(was) if !was.is_same(is) => event(report, ChangeKind::Changed, is)?,
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::monitor::report::{Form, Limit};

    /// A number and a letter; the number is the key.
    #[derive(Clone)]
    struct One(u8, char);

    impl Followed for One {
        type Key = u8;
        const PROTOCOL: i32 = 0;
        const GROUP: u32 = 0;
        const NOUN: &'static str = "ones";

        fn key(&self) -> u8 {
            self.0
        }

        fn all(_: &mut Socket) -> parley::Result<(Vec<Self>, bool)> {
            Ok((Vec::new(), true))
        }

        fn read(_: &Message<'_>, _: &View<Self>) -> parley::Result<Notification<Self>> {
            Ok(Notification::Nothing)
        }

        fn is_same(&self, other: &Self) -> bool {
            self.1 == other.1
        }

        fn is_shown(&self) -> bool {
            self.1 != '-'
        }

        fn line(&self) -> String {
            format!("{}{}", self.0, self.1)
        }

        fn object(&self) -> Object {
            Object::new().with("key", self.0)
        }
    }

    #[test]
    fn what_is_reported_is_shown_once_and_what_is_in_doubt_is_read_anew() {
        let mut out = Vec::new();
        let mut report = Report {
            out: &mut out,
            form: Form::default(),
            limit: Limit {
                left: None,
                end: None,
            },
        };
        let view = |all: &[One]| -> View<One> {
            let all = all.iter().cloned();
            all.map(|one| (one.key(), one)).collect()
        };
        let mut known = view(&[One(1, 'a'), One(2, 'b')]);
        let mut take = |notification| take(&mut report, &mut known, notification).unwrap();
        // One is known already, one is new, and one has changed.
        assert!(take(Notification::Present(One(1, 'a'))));
        assert!(take(Notification::Present(One(3, 'c'))));
        assert!(!take(Notification::Present(One(1, 'x'))));
        assert!(!take(Notification::Doubt));
        assert!(take(Notification::Deleted(2)));
        assert!(take(Notification::Deleted(2)));
        assert!(take(Notification::Unlisted(
            ChangeKind::New,
            "beside".to_owned(),
            Object::new()
        )));
        // An entry that is not shown is still remembered.
        assert!(take(Notification::Present(One(9, '-'))));
        // A list that may be incomplete deletes nothing.
        let part = view(&[One(4, 'd')]);
        let doubt = compare(&mut report, &mut known, part, false).unwrap();
        assert!(doubt.exists() && known.contains_key(&9));
        let now = view(&[One(1, 'x'), One(4, 'd')]);
        let doubt = compare(&mut report, &mut known, now, true).unwrap();
        assert!(!doubt.exists() && !known.contains_key(&9));
        let lines = [
            "new      3c",
            "deleted  2b",
            "new      beside",
            "deleted  3c",
            "changed  1x",
            "new      4d",
        ];
        assert_eq!(String::from_utf8(out).unwrap(), lines.join("\n") + "\n");
    }
}
