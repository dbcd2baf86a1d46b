// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley stats`

use crate::opener::Opener;
use crate::output::json::{self, Object};
use anyhow::Result;
use clap::Args;
use std::io::Write;

const AFTER_HELP: &str = "\
Statistics:
  echoes         echo requests answered since the module was loaded
  echo-bytes     bytes of their payloads
  counters       counters that exist now
  notifications  events delivered to listeners in this namespace
  asks-pending   questions without an answer yet
  asks-answered  questions answered since the module was loaded";

/// Show the module's statistics for this network namespace
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Stats {}

impl Stats {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let stats = opener.client()?.stats_get()?;
        let rows = [
            ("echoes", stats.echoes),
            ("echo-bytes", stats.echo_bytes),
            ("counters", stats.counters),
            ("notifications", stats.notifications),
            ("asks-pending", stats.asks_pending),
            ("asks-answered", stats.asks_answered),
        ];
        // An older module does not report all of them.
        let rows = rows
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        if json {
            let with = |object: Object, (name, value)| object.with(name, value);
            let object = rows.fold(Object::new(), with);
            return Ok(json::write(out, object)?);
        }
        for (name, value) in rows {
            writeln!(out, "{name:<14} {value:>10}")?;
        }
        Ok(())
    }
}
