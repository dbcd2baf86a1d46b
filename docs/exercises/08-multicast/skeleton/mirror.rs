// SPDX-License-Identifier: MIT OR Apache-2.0

//! Mirrors the counters of the kernel until a counter `end` appears, and prints the mirror.
#![forbid(unsafe_code)]

use parley::client::{group, CounterGetDumpRequest, Event, Listener, Name};
use parley::{Client, Error, Result};
use std::collections::BTreeMap;

type Mirror = BTreeMap<String, u64>;

/// Reads all counters into an empty mirror.
fn list(client: &mut Client, mirror: &mut Mirror) -> Result<()> {
    mirror.clear();
    client.counter_get_dump(&CounterGetDumpRequest::new(), |counter| {
        mirror.insert(Name::from(counter.name()?).to_string(), counter.value()?);
        Ok(())
    })?;
    Ok(())
}

/// Applies an event to the mirror.
fn apply(event: Event<'_>, mirror: &mut Mirror) -> Result<()> {
    match event {
        Event::CounterNewNtf(it) | Event::CounterChangeNtf(it) => {
            mirror.insert(Name::from(it.name()?).to_string(), it.value()?);
        }
        Event::CounterDelNtf(it) => {
            GAP_1(it);
        }
        _ => {}
    }
    Ok(())
}

fn main() -> Result<()> {
    let mut mirror = Mirror::new();
    let mut client = Client::open()?;
    let mut listener = GAP_2;
    list(&mut client, &mut mirror)?;
    println!("listening");
    while !mirror.contains_key("end") {
        match listener.next_event() {
            Ok(event) => apply(event, &mut mirror)?,
            // The kernel has dropped events.
            Err(Error::Overrun) => GAP_3,
            Err(error) => return Err(error),
        }
    }
    for (name, value) in &mirror {
        println!("{name} {value}");
    }
    Ok(())
}
