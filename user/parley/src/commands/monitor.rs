// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley monitor`

mod counters;
mod network;

use crate::opener::Opener;
use crate::output::json::{self, Object};
use anyhow::Result;
use clap::{Args, ValueEnum};
use parley_netlink::route::{Address, Link, Neighbour, Route, Rule};
use std::io::Write;
use std::time::{Duration, Instant};

const AFTER_HELP: &str = "\
WHAT is counters, links, addresses, routes, rules or neighbours.";

/// Print changes of counters or the network as they happen
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Monitor {
    /// What to follow
    #[arg(value_enum, default_value_t = What::Counters)]
    #[arg(hide_possible_values = true, value_name = "WHAT")]
    what: What,
    /// End after N events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End after S seconds
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    timeout: Option<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    Counters,
    Links,
    Addresses,
    Routes,
    Rules,
    #[value(alias = "neighbors")]
    Neighbours,
}

impl Monitor {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let limit = Limit {
            left: self.count,
            end: self
                .timeout
                .map(|seconds| Instant::now() + Duration::from_secs(seconds.into())),
        };
        let mut report = Report { out, json, limit };
        match self.what {
            What::Counters => counters::follow(opener, &mut report),
            What::Links => network::follow::<Link>(opener, &mut report),
            What::Addresses => network::follow::<Address>(opener, &mut report),
            What::Routes => network::follow::<Route>(opener, &mut report),
            What::Rules => network::follow::<Rule>(opener, &mut report),
            What::Neighbours => network::follow::<Neighbour>(opener, &mut report),
        }
    }
}

/// When to end.
struct Limit {
    /// How many events are left.
    left: Option<u64>,
    end: Option<Instant>,
}

impl Limit {
    /// For how long to wait for the next event, where that has an end; `None`
    /// where there is nothing to wait for.
    fn next(&self) -> Option<Option<Duration>> {
        if self.left == Some(0) {
            return None;
        }
        let Some(end) = self.end else {
            return Some(None);
        };
        let rest = end.saturating_duration_since(Instant::now());
        (!rest.is_zero()).then_some(Some(rest))
    }
}

/// What became of one.
#[derive(Clone, Copy)]
enum Became {
    New,
    Changed,
    Deleted,
}

impl Became {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
        }
    }
}

/// Writes a line for each event, or an object, up to the limit.
struct Report<'a> {
    out: &'a mut dyn Write,
    json: bool,
    limit: Limit,
}

impl Report<'_> {
    /// Reports that it listens, and how many entries there are.
    fn listening(&mut self, count: usize, what: &str) -> Result<()> {
        if self.json {
            let object = Object::new().with("event", "listening").with(what, count);
            json::write(self.out, object)?;
        } else {
            writeln!(self.out, "{count} {what}; listening")?;
        }
        Ok(self.out.flush()?)
    }

    /// Reports that events were lost.
    fn lost(&mut self) -> Result<()> {
        if self.json {
            json::write(self.out, Object::new().with("event", "lost"))?;
        } else {
            writeln!(self.out, "lost     events came faster than they were read;")?;
            writeln!(self.out, "         the differences, from a new dump:")?;
        }
        Ok(())
    }

    /// Shows an event, and counts it, unless as many were shown as may be.
    fn event(
        &mut self,
        became: Became,
        line: impl FnOnce() -> String,
        object: impl FnOnce() -> Object,
    ) -> Result<()> {
        match &mut self.limit.left {
            Some(0) => return Ok(()),
            Some(left) => *left -= 1,
            None => {}
        }
        let name = became.name();
        if self.json {
            json::write(self.out, object().with("event", name))?;
        } else {
            writeln!(self.out, "{name:<8} {}", line())?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}
