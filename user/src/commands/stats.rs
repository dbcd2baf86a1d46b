// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley stats`

#![forbid(unsafe_code)]

use anyhow::Result;
use clap::Args;
use parley::Client;
use std::io::Write;

/// Show what the module has counted of itself
#[derive(Args)]
pub(crate) struct Stats {}

impl Stats {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<()> {
        let stats = Client::open()?.stats()?;
        for (name, value) in [
            ("echoes", stats.echoes),
            ("echo-bytes", stats.echo_bytes),
            ("counters", stats.counters),
            ("notifications", stats.notifications),
            ("asks-pending", stats.asks_pending),
            ("asks-answered", stats.asks_answered),
        ] {
            writeln!(out, "{name:<14} {value:>10}")?;
        }
        Ok(())
    }
}
