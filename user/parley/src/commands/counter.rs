// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley counter`

use crate::opener::Opener;
use crate::output::json::{self, Object};
use crate::output::streams;
use crate::output::text;
use anyhow::Result;
use clap::Subcommand;
use parley::client::{Counter as Reading, SetMode};
use parley::{uapi, Client, Error};
use parley_netlink::netlink::list::{repeat, ATTEMPTS};
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

/// Read and change the counters in the kernel
#[derive(Subcommand)]
pub(crate) enum Counter {
    /// Read a counter
    Get {
        /// Its name
        name: OsString,
        /// Print only the value
        #[arg(long = "value", conflicts_with = "json")]
        value_only: bool,
    },
    /// List counters, in byte order of their names
    #[command(visible_alias = "ls")]
    List {
        /// List only names that begin with PREFIX
        #[arg(long)]
        prefix: Option<OsString>,
    },
    /// Set a counter
    Set {
        #[arg(help = format!("Its name, 1 to {} bytes", uapi::NAME_MAX))]
        name: OsString,
        /// The new value, 0 to 2^64-1
        #[arg(allow_negative_numbers = true, value_parser = text::value)]
        value: u64,
        /// Create the counter if it does not exist
        #[arg(long)]
        create: bool,
        /// Fail if the counter exists; only with --create
        #[arg(long, requires = "create")]
        exclusive: bool,
    },
    /// Add to a counter and print the result
    Add {
        #[arg(help = format!("Its name, 1 to {} bytes", uapi::NAME_MAX))]
        name: OsString,
        /// What to add, -2^63 to 2^63-1
        #[arg(allow_negative_numbers = true, value_parser = text::delta)]
        delta: i64,
        /// Create the counter, from 0, if it does not exist
        #[arg(long)]
        create: bool,
    },
    /// Delete a counter
    Del {
        /// Its name
        name: OsString,
    },
}

impl Counter {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let mut client = opener.client()?;
        match self {
            Self::Get { name, value_only } => {
                let counter = client.counter_get(name.as_bytes())?;
                match value_only {
                    true => writeln!(out, "{}", counter.value)?,
                    false => show(out, counter, json)?,
                }
            }
            Self::List { prefix } => {
                let prefix = prefix.as_deref().map(OsStr::as_bytes);
                list(out, &mut client, prefix, json)?
            }
            Self::Set {
                name,
                value,
                create,
                exclusive,
            } => {
                let mode = SetMode {
                    create: *create,
                    exclusive: *exclusive,
                };
                client.counter_set(name.as_bytes(), *value, mode)?;
            }
            Self::Add {
                name,
                delta,
                create,
            } => show(
                out,
                client.counter_add(name.as_bytes(), *delta, *create)?,
                json,
            )?,
            Self::Del { name } => client.counter_del(name.as_bytes())?,
        }
        Ok(())
    }
}

fn list(out: &mut dyn Write, client: &mut Client, prefix: Option<&[u8]>, json: bool) -> Result<()> {
    let (rows, interrupted) = repeat(|| {
        let mut rows = Vec::new();
        let interrupted = client.counter_list(prefix, |counter| {
            let name = counter.name.as_bytes().to_owned();
            rows.push((name, counter.value, counter.updates));
            Ok(())
        })?;
        Ok::<_, Error>((rows, interrupted))
    })?;
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, value, updates)| Reading::new(&name[..], *value, *updates))
        .collect();
    if json {
        let objects = rows.iter().map(|row| object(*row));
        json::write(out, objects.collect::<serde_json::Value>())?;
    } else {
        table(out, &rows)?;
    }
    if interrupted {
        out.flush()?;
        let text = format!(
            "counters were created or deleted during each of {ATTEMPTS} dumps; this is the last one"
        );
        streams::note(&text, json)?;
    }
    Ok(())
}

fn table(out: &mut dyn Write, rows: &[Reading<'_>]) -> Result<()> {
    let widest = |cell: fn(&Reading<'_>) -> usize| rows.iter().map(cell).max().unwrap_or(0);
    let names = widest(|row| row.name.to_string().chars().count());
    let values = widest(|row| row.value.to_string().len());
    for row in rows {
        let (name, value, updates) = (row.name.to_string(), row.value, row.updates);
        writeln!(
            out,
            "{name:<names$}  value {value:>values$}  updates {updates}"
        )?;
    }
    Ok(())
}

fn show(out: &mut dyn Write, counter: Reading<'_>, json: bool) -> Result<()> {
    if json {
        return Ok(json::write(out, object(counter))?);
    }
    let name = counter.name;
    writeln!(
        out,
        "{name}  value {}  updates {}",
        counter.value, counter.updates
    )?;
    Ok(())
}

fn object(counter: Reading<'_>) -> Object {
    Object::new()
        .name("name", OsStr::from_bytes(counter.name.as_bytes()))
        .with("value", counter.value)
        .with("updates", counter.updates)
}
