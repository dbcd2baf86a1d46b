// SPDX-License-Identifier: MIT OR Apache-2.0

//! Listens to changes of the counters.
//!
//! ```text
//! events [COUNT]
//! ```

use parley::client::{group, CounterGetDumpRequest, Event, Listener, Name};
use parley::{Client, Error, Result};

/// Prints the current counters: after a loss, the list makes up for the events.
fn list(client: &mut Client) -> Result<()> {
    client.counter_get_dump(&CounterGetDumpRequest::new(), |counter| {
        let name = Name::from(counter.name()?);
        println!("there is {name} at {}", counter.value()?);
        Ok(())
    })?;
    Ok(())
}

/// Prints an event.
fn show(event: Event<'_>) -> Result<()> {
    let name = |name| Ok::<_, Error>(Name::from(name?));
    match event {
        Event::CounterNewNtf(it) => println!("new {} at {}", name(it.name())?, it.value()?),
        Event::CounterChangeNtf(it) => println!("{} is at {}", name(it.name())?, it.value()?),
        Event::CounterDelNtf(it) => println!("{} is gone", name(it.name())?),
        _ => {}
    }
    Ok(())
}

fn run(count: usize) -> Result<()> {
    // Open the listener before the list, so that no change between them is missed.
    let mut listener = Listener::open(&[group::EVENTS], None)?;
    let mut client = Client::open()?;
    list(&mut client)?;
    println!("listening");

    for _ in 0..count {
        match listener.next_event() {
            Ok(event) => show(event)?,
            // The buffer was full. The kernel does not wait for listeners, but reports
            // the loss. All that was in the buffer has been read, so every event from
            // here on is reported again.
            Err(Error::Overrun) => list(&mut client)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    if let Err(error) = run(count.unwrap_or(usize::MAX)) {
        eprintln!("events: {error}");
        std::process::exit(1);
    }
}
