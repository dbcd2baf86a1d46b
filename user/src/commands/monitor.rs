// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley monitor`

#![forbid(unsafe_code)]

use anyhow::Result;
use clap::Args;
use parley::client::{Change, Listener, Name};
use parley::{Client, Error};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

/// Show what becomes of the counters, as it happens
#[derive(Args)]
pub(crate) struct Monitor {
    /// End after so many events
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// End after so many seconds
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    timeout: Option<u32>,
}

/// What the monitor takes the counters to be: value and updates, by name.
type View = BTreeMap<Vec<u8>, (u64, u64)>;

impl Monitor {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<()> {
        let end = self
            .timeout
            .map(|seconds| Instant::now() + Duration::from_secs(seconds.into()));
        // First listen, then look: so nothing falls between.
        let mut listener = Listener::open(None)?;
        let mut client = Client::open()?;
        let mut view = look(&mut client)?;
        writeln!(out, "{} counters; listening", view.len())?;
        out.flush()?;
        let mut left = self.count;
        while left != Some(0) {
            if let Some(end) = end {
                let rest = end.saturating_duration_since(Instant::now());
                if rest.is_zero() {
                    break;
                }
                listener.socket().set_timeout(rest)?;
            }
            match listener.next_event() {
                Ok(event) => {
                    let counter = event.counter;
                    let now = (counter.value, counter.updates);
                    row(out, event.change, counter.name, now)?;
                    if event.change == Change::Deleted {
                        view.remove(counter.name.as_bytes());
                    } else {
                        view.insert(counter.name.as_bytes().to_owned(), now);
                    }
                    left = left.map(|left| left - 1);
                }
                Err(Error::Overrun) => {
                    writeln!(out, "lost     events came faster than they were read;")?;
                    writeln!(out, "         what they changed is read anew:")?;
                    // A new socket: what waits in the old one is older than what was
                    // dropped, and would undo what is read now.
                    listener = Listener::open(None)?;
                    let now = look(&mut client)?;
                    differences(out, &view, &now)?;
                    view = now;
                }
                Err(Error::Timeout(_)) if end.is_some() => break,
                Err(error) => return Err(error.into()),
            }
            out.flush()?;
        }
        Ok(())
    }
}

/// Reads all counters.
fn look(client: &mut Client) -> Result<View> {
    let mut view = View::new();
    client.counter_list(None, |counter| {
        view.insert(
            counter.name.as_bytes().to_owned(),
            (counter.value, counter.updates),
        );
        Ok(())
    })?;
    Ok(view)
}

fn row(
    out: &mut dyn Write,
    change: Change,
    name: Name<'_>,
    (value, updates): (u64, u64),
) -> Result<()> {
    let change = match change {
        Change::New => "new",
        Change::Written => "changed",
        Change::Deleted => "deleted",
    };
    writeln!(out, "{change:<8} {name}  value {value}  updates {updates}")?;
    Ok(())
}

/// Shows how `now` differs from `before`.
fn differences(out: &mut dyn Write, before: &View, now: &View) -> Result<()> {
    for (name, was) in before.iter().filter(|(name, _)| !now.contains_key(*name)) {
        row(out, Change::Deleted, name[..].into(), *was)?;
    }
    for (name, is) in now {
        match before.get(name) {
            None => row(out, Change::New, name[..].into(), *is)?,
            Some(was) if was != is => row(out, Change::Written, name[..].into(), *is)?,
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_look_shows_what_came_what_changed_and_what_went() {
        let view = |counters: &[(&str, u64)]| -> View {
            let counters = counters
                .iter()
                .map(|(name, value)| (name.as_bytes().to_owned(), (*value, 1)));
            counters.collect()
        };
        let mut out = Vec::new();
        let (before, now) = (
            view(&[("a", 1), ("b", 1), ("c", 1)]),
            view(&[("b", 1), ("c", 2), ("d", 1)]),
        );
        differences(&mut out, &before, &now).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "deleted  a  value 1  updates 1\nchanged  c  value 2  updates 1\nnew      d  value 1  updates 1\n"
        );
    }
}
