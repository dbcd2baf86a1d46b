// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley counter`

use crate::opener::Opener;
use crate::output::json::{self, Object};
use crate::output::streams;
use crate::output::text;
use anyhow::Result;
use clap::Subcommand;
use parley::client::{
    CounterAddRequest, CounterDelRequest, CounterGetDumpRequest, CounterGetReply,
    CounterGetRequest, CounterSetRequest, Name,
};
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
        /// The counter's name
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
        #[arg(help = format!("The counter's name, 1 to {} bytes", uapi::NAME_MAX))]
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
        #[arg(help = format!("The counter's name, 1 to {} bytes", uapi::NAME_MAX))]
        name: OsString,
        /// The number to add, -2^63 to 2^63-1
        #[arg(allow_negative_numbers = true, value_parser = text::delta)]
        delta: i64,
        /// Create the counter, from 0, if it does not exist
        #[arg(long)]
        create: bool,
    },
    /// Delete a counter
    Del {
        /// The counter's name
        name: OsString,
    },
}

/// The fields of a counter in a reply.
struct Reading {
    name: Vec<u8>,
    value: u64,
    updates: u64,
}

impl Reading {
    fn of(reply: &CounterGetReply<'_>) -> parley::Result<Self> {
        Ok(Self {
            name: reply.name()?.to_owned(),
            value: reply.value()?,
            updates: reply.updates()?,
        })
    }

    fn name(&self) -> Name<'_> {
        Name::from(&self.name[..])
    }
}

impl Counter {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let mut client = opener.client()?;
        match self {
            Self::Get { name, value_only } => {
                let request = CounterGetRequest::new().name(name.as_bytes());
                let counter = client.counter_get(&request)?;
                match value_only {
                    true => writeln!(out, "{}", counter.value()?)?,
                    false => show(out, Reading::of(&counter)?, json)?,
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
                let request = CounterSetRequest::new().name(name.as_bytes()).value(*value);
                client.counter_set(&request.create(*create).exclusive(*exclusive))?;
            }
            Self::Add {
                name,
                delta,
                create,
            } => {
                let request = CounterAddRequest::new().name(name.as_bytes()).delta(*delta);
                let counter = client.counter_add(&request.create(*create))?;
                show(out, Reading::of(&counter)?, json)?;
            }
            Self::Del { name } => {
                client.counter_del(&CounterDelRequest::new().name(name.as_bytes()))?;
            }
        }
        Ok(())
    }
}

fn list(out: &mut dyn Write, client: &mut Client, prefix: Option<&[u8]>, json: bool) -> Result<()> {
    let (rows, interrupted) = repeat(|| {
        let mut rows = Vec::new();
        let interrupted =
            client.counter_get_dump(&CounterGetDumpRequest { prefix }, |counter| {
                rows.push(Reading::of(&counter)?);
                Ok(())
            })?;
        Ok::<_, Error>((rows, interrupted))
    })?;
    if json {
        let objects = rows.into_iter().map(object);
        json::write(out, objects.collect::<serde_json::Value>())?;
    } else {
        table(out, &rows)?;
    }
    if interrupted {
        out.flush()?;
        let text = format!(
            "counters were created or deleted during each of {ATTEMPTS} dumps; \
             this list is from the last"
        );
        streams::note(&text, json)?;
    }
    Ok(())
}

fn table(out: &mut dyn Write, rows: &[Reading]) -> Result<()> {
    let widest = |cell: fn(&Reading) -> usize| rows.iter().map(cell).max().unwrap_or(0);
    let names = widest(|row| row.name().to_string().chars().count());
    let values = widest(|row| row.value.to_string().len());
    for row in rows {
        let (name, value, updates) = (row.name().to_string(), row.value, row.updates);
        writeln!(
            out,
            "{name:<names$}  value {value:>values$}  updates {updates}"
        )?;
    }
    Ok(())
}

fn show(out: &mut dyn Write, counter: Reading, json: bool) -> Result<()> {
    if json {
        return Ok(json::write(out, object(counter))?);
    }
    let name = counter.name();
    writeln!(
        out,
        "{name}  value {}  updates {}",
        counter.value, counter.updates
    )?;
    Ok(())
}

fn object(counter: Reading) -> Object {
    Object::new()
        .name("name", OsStr::from_bytes(&counter.name))
        .with("value", counter.value)
        .with("updates", counter.updates)
}
