// SPDX-License-Identifier: MIT OR Apache-2.0

//! Creates a counter, adds to it, lists it and deletes it. Also shows the kernel's
//! message when it refuses a request. Needs CAP_NET_ADMIN.
//!
//! ```text
//! counter NAME
//! ```

use parley::client::{
    CounterAddRequest, CounterDelRequest, CounterGetDumpRequest, CounterSetRequest, Name,
};
use parley::{Client, Result};

fn run(name: &str) -> Result<()> {
    let mut client = Client::open()?;

    // Creates the counter, or fails with EEXIST if it exists.
    let request = CounterSetRequest::new().name(name).value(40);
    client.counter_set(&request.create(true).exclusive(true))?;

    let request = CounterAddRequest::new().name(name);
    let counter = client.counter_add(&request.delta(2))?;
    println!(
        "{} stands at {}",
        Name::from(counter.name()?),
        counter.value()?
    );

    // A refusal has an errno. With extended ACK it also has the kernel's message and the
    // attribute at fault.
    if let Err(error) = client.counter_add(&request.delta(-43)) {
        if let Some(refusal) = error.refusal() {
            println!("refused: {}", refusal.errno_name());
            println!("  because: {}", refusal.message.as_deref().unwrap_or("-"));
            println!("  where:   {}", refusal.attribute.as_deref().unwrap_or("-"));
        }
    }

    // A dump has as many messages as necessary. If counters were created or deleted
    // during the dump, a program that needs a consistent list repeats it.
    let changed =
        client.counter_get_dump(&CounterGetDumpRequest::new().prefix(name), |counter| {
            println!(
                "listed: {} at {}",
                Name::from(counter.name()?),
                counter.value()?
            );
            Ok(())
        })?;
    println!("changed meanwhile: {changed}");

    client.counter_del(&CounterDelRequest::new().name(name))
}

fn main() {
    let name = std::env::args().nth(1);
    if let Err(error) = run(name.as_deref().unwrap_or("example")) {
        eprintln!("counter: {error}");
        std::process::exit(1);
    }
}
