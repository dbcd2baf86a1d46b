// SPDX-License-Identifier: MIT OR Apache-2.0

//! Watches the counters.

use super::report::{ChangeKind, Report};
use crate::opener::Opener;
use crate::output::json::Object;
use anyhow::Result;
use parley::client::{group, CounterGetDumpRequest, Event, Listener, Name};
use parley::{Client, Error};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The monitor's copy of the counters: value and updates, by name.
type View = BTreeMap<Vec<u8>, (u64, u64)>;

/// Shows changes of the counters, until the limit.
pub(super) fn follow(opener: &Opener, report: &mut Report<'_>) -> Result<()> {
    // Listen before reading, so that no change in between is missed.
    let mut listener = listen(opener)?;
    let mut client = opener.client()?;
    let mut view = look(&mut client)?;
    report.listening(view.len(), "counters")?;
    while let Some(wait) = report.limit.next() {
        if let Some(wait) = wait {
            listener.socket().set_timeout(wait)?;
        }
        match listener.next_event() {
            Ok(event) => {
                let (became, counter) = match event {
                    Event::CounterNewNtf(counter) => (ChangeKind::New, counter),
                    Event::CounterChangeNtf(counter) => (ChangeKind::Changed, counter),
                    Event::CounterDelNtf(counter) => (ChangeKind::Deleted, counter),
                    // An event from a newer version of the spec.
                    _ => continue,
                };
                let (name, now) = (counter.name()?, (counter.value()?, counter.updates()?));
                row(report, became, name.into(), now)?;
                match became {
                    ChangeKind::Deleted => view.remove(name),
                    _ => view.insert(name.to_owned(), now),
                };
            }
            Err(Error::Overrun) => {
                report.lost_before_dump()?;
                // Open a new socket: messages that wait in the old one are older than the
                // list that is read now, and would undo it.
                listener = listen(opener)?;
                let now = look(&mut client)?;
                differences(report, &view, &now)?;
                view = now;
            }
            Err(Error::Timeout(_)) if report.limit.end.is_some() => break,
            Err(error) => return Err(error.into()),
        }
        report.flush()?;
    }
    Ok(())
}

fn listen(opener: &Opener) -> Result<Listener> {
    let groups = &[group::EVENTS];
    Ok(Listener::over(opener.generic()?, groups, None)?)
}

/// Reads all counters. If counters change during the dump, the listener reports that. The
/// list contains every counter that existed all the time.
fn look(client: &mut Client) -> Result<View> {
    let mut view = View::new();
    client.counter_get_dump(&CounterGetDumpRequest::new(), |counter| {
        let is = (counter.value()?, counter.updates()?);
        view.insert(counter.name()?.to_owned(), is);
        Ok(())
    })?;
    Ok(view)
}

fn row(
    report: &mut Report<'_>,
    became: ChangeKind,
    name: Name<'_>,
    (value, updates): (u64, u64),
) -> Result<()> {
    let line = || format!("{name}  value {value}  updates {updates}");
    let object = || {
        Object::new()
            .name("name", OsStr::from_bytes(name.as_bytes()))
            .with("value", value)
            .with("updates", updates)
    };
    report.event(became, line, object)
}

/// Shows the differences between `before` and `now`.
fn differences(report: &mut Report<'_>, before: &View, now: &View) -> Result<()> {
    for (name, was) in before.iter().filter(|(name, _)| !now.contains_key(*name)) {
        row(report, ChangeKind::Deleted, name[..].into(), *was)?;
    }
    for (name, is) in now {
        match before.get(name) {
            None => row(report, ChangeKind::New, name[..].into(), *is)?,
            Some(was) if was != is => row(report, ChangeKind::Changed, name[..].into(), *is)?,
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::monitor::report::{Form, Limit};

    #[test]
    fn a_new_look_shows_what_came_what_changed_and_what_went_up_to_the_limit() {
        let view = |counters: &[(&str, u64)]| -> View {
            let counters = counters
                .iter()
                .map(|(name, value)| (name.as_bytes().to_owned(), (*value, 1)));
            counters.collect()
        };
        let (before, now) = (
            view(&[("a", 1), ("b", 1), ("c", 1)]),
            view(&[("b", 1), ("c", 2), ("d", 1)]),
        );
        let lines = [
            "deleted  a  value 1  updates 1\n",
            "changed  c  value 2  updates 1\n",
            "new      d  value 1  updates 1\n",
        ];
        // Shows no more of them than requested.
        for left in [None, Some(7), Some(3), Some(2), Some(1)] {
            let mut out = Vec::new();
            let mut report = Report {
                out: &mut out,
                form: Form::default(),
                limit: Limit { left, end: None },
            };
            differences(&mut report, &before, &now).unwrap();
            let rest = left.map(|left| left.saturating_sub(3));
            assert_eq!(report.limit.left, rest);
            let shown = left.map_or(3, |left| left.min(3)) as usize;
            assert_eq!(String::from_utf8(out).unwrap(), lines[..shown].concat());
        }
    }
}
