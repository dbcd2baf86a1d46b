// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley counter`

#![forbid(unsafe_code)]

use anyhow::Result;
use clap::Subcommand;
use parley::client::{Counter as Reading, SetMode};
use parley::Client;
use std::io::Write;

/// Read and change counters that the kernel keeps
#[derive(Subcommand)]
pub(crate) enum Counter {
    /// Read a counter
    Get {
        /// Its name
        name: String,
    },
    /// Set a counter
    Set {
        /// Its name, 1 to 31 bytes
        name: String,
        /// What it is to stand at
        value: u64,
        /// Create it where it is missing
        #[arg(long)]
        create: bool,
        /// Refuse where it exists
        #[arg(long, conflicts_with = "replace")]
        exclusive: bool,
        /// Overwrite it where it exists, as happens anyway
        #[arg(long)]
        replace: bool,
    },
    /// Add to a counter, and show what it stands at then
    Add {
        /// Its name
        name: String,
        /// What to add; may be negative
        #[arg(allow_negative_numbers = true)]
        delta: i64,
        /// Create it where it is missing, from 0
        #[arg(long)]
        create: bool,
    },
    /// Delete a counter
    Del {
        /// Its name
        name: String,
    },
}

impl Counter {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<()> {
        let mut client = Client::open()?;
        match self {
            Self::Get { name } => show(out, client.counter_get(name)?)?,
            Self::Set {
                name,
                value,
                create,
                exclusive,
                replace,
            } => {
                let mode = SetMode {
                    create: *create,
                    exclusive: *exclusive,
                    replace: *replace,
                };
                client.counter_set(name, *value, mode)?;
            }
            Self::Add {
                name,
                delta,
                create,
            } => show(out, client.counter_add(name, *delta, *create)?)?,
            Self::Del { name } => client.counter_del(name)?,
        }
        Ok(())
    }
}

fn show(out: &mut dyn Write, counter: Reading<'_>) -> Result<()> {
    // A name can be any bytes; a terminal must not obey them.
    let name: String = counter
        .name
        .chars()
        .flat_map(|c| match c.is_control() {
            true => c.escape_default().collect::<Vec<_>>(),
            false => vec![c],
        })
        .collect();
    writeln!(
        out,
        "{name}  value {}  updates {}",
        counter.value, counter.updates
    )?;
    Ok(())
}
