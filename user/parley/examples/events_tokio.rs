// SPDX-License-Identifier: MIT OR Apache-2.0

//! Listens to changes of the counters, in a task of tokio.
//!
//! ```text
//! events_tokio COUNT
//! ```

use parley::client::{group, CounterGetDumpRequest, Event, Listener, Name};
use parley::Client;
use std::error::Error;
use tokio::io::unix::AsyncFd;
use tokio::io::Interest;

/// Prints the current counters: after a loss, the list makes up for the events.
fn list(client: &mut Client) -> Result<(), parley::Error> {
    client.counter_get_dump(&CounterGetDumpRequest::new(), |counter| {
        let name = Name::from(counter.name()?);
        println!("there is {name} at {}", counter.value()?);
        Ok(())
    })?;
    Ok(())
}

/// Prints an event.
fn show(event: Event<'_>) -> Result<(), parley::Error> {
    let name = |name| Ok::<_, parley::Error>(Name::from(name?));
    match event {
        Event::CounterNewNtf(it) => println!("new {} at {}", name(it.name())?, it.value()?),
        Event::CounterChangeNtf(it) => println!("{} is at {}", name(it.name())?, it.value()?),
        Event::CounterDelNtf(it) => println!("{} is gone", name(it.name())?),
        _ => {}
    }
    Ok(())
}

async fn run(count: usize) -> Result<(), Box<dyn Error>> {
    // The kernel reports a loss as an error of the socket.
    let interest = Interest::READABLE | Interest::ERROR;
    let mut listener = AsyncFd::with_interest(Listener::open(&[group::EVENTS], None)?, interest)?;
    let mut client = Client::open()?;
    println!("listening");

    let mut seen = 0;
    while seen < count {
        let mut ready = listener.ready_mut(interest).await?;
        loop {
            match ready.get_inner_mut().try_next_event() {
                Ok(Some(event)) => {
                    show(event)?;
                    seen += 1;
                }
                Ok(None) => break,
                // The buffer was full, and the kernel dropped events. All that it kept has
                // been read, so every event from here on is reported again.
                Err(parley::Error::Overrun) => list(&mut client)?,
                Err(error) => return Err(error.into()),
            }
        }
        // Nothing is left, so the task waits for the kernel's next report.
        ready.clear_ready();
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).ok_or("how many events?")?.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(run(count))
}
