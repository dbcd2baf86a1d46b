// SPDX-License-Identifier: MIT OR Apache-2.0

//! Listens to what becomes of the counters.
//!
//! ```text
//! events [COUNT]
//! ```

use parley::client::{Change, Listener};
use parley::{Client, Error, Result};

/// How the counters stand: where events are lost, this is what makes up for them.
fn list(client: &mut Client) -> Result<()> {
    client.counter_list(None, |counter| {
        println!("there is {} at {}", counter.name, counter.value);
        Ok(())
    })?;
    Ok(())
}

fn run(count: usize) -> Result<()> {
    // First the listener and then the list, so that no change falls between.
    let mut listener = Listener::open(None)?;
    let mut client = Client::open()?;
    list(&mut client)?;
    println!("listening");

    for _ in 0..count {
        match listener.next_event() {
            Ok(event) => {
                let counter = event.counter;
                match event.change {
                    Change::New => println!("new {} at {}", counter.name, counter.value),
                    Change::Written => println!("{} is at {}", counter.name, counter.value),
                    Change::Deleted => println!("{} is gone", counter.name),
                }
            }
            // The buffer was full. The kernel waits for no listener, and says so. What
            // was in the buffer is read by now, so from here on all is told again.
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
