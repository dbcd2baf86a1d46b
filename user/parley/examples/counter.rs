// SPDX-License-Identifier: MIT OR Apache-2.0

//! Creates a counter, adds to it, lists it and deletes it; and shows what the
//! kernel says where it refuses. Needs CAP_NET_ADMIN.
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

    // Created, and refused with EEXIST where somebody else has done so.
    let request = CounterSetRequest::new().name(name).value(40);
    client.counter_set(&request.create(true).exclusive(true))?;

    let request = CounterAddRequest::new().name(name);
    let counter = client.counter_add(&request.delta(2))?;
    println!(
        "{} stands at {}",
        Name::from(counter.name()?),
        counter.value()?
    );

    // A refusal has the errno, and with extended ACK the kernel's own words and the
    // attribute of the request that they are about.
    if let Err(error) = client.counter_add(&request.delta(-43)) {
        if let Some(refusal) = error.refusal() {
            println!("refused: {}", refusal.errno_name());
            println!("  because: {}", refusal.message.as_deref().unwrap_or("-"));
            println!("  where:   {}", refusal.attribute.as_deref().unwrap_or("-"));
        }
    }

    // A dump: as many messages as it takes. If counters were created or deleted
    // meanwhile, a program that needs the set of one moment asks again.
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
