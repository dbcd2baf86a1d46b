// SPDX-License-Identifier: MIT OR Apache-2.0

//! Creates a counter, adds to it, lists it and deletes it; and shows what the
//! kernel says where it refuses. Needs CAP_NET_ADMIN.
//!
//! ```text
//! counter NAME
//! ```

use parley::client::SetMode;
use parley::{Client, Result};

fn run(name: &str) -> Result<()> {
    let mut client = Client::open()?;

    // Created, and refused with EEXIST where somebody else has done so.
    let mode = SetMode {
        create: true,
        exclusive: true,
    };
    client.counter_set(name, 40, mode)?;

    let counter = client.counter_add(name, 2, false)?;
    println!("{} stands at {}", counter.name, counter.value);

    // A refusal has the errno, and with extended ACK the kernel's own words and the
    // attribute of the request that they are about.
    if let Err(error) = client.counter_add(name, -43, false) {
        if let Some(refusal) = error.refusal() {
            println!("refused: {}", refusal.errno_name());
            println!("  because: {}", refusal.message.as_deref().unwrap_or("-"));
            println!("  where:   {}", refusal.attribute.as_deref().unwrap_or("-"));
        }
    }

    // A dump: as many messages as it takes. If counters were created or deleted
    // meanwhile, a program that needs the set of one moment asks again.
    let changed = client.counter_list(Some(name.as_bytes()), |counter| {
        println!("listed: {} at {}", counter.name, counter.value);
        Ok(())
    })?;
    println!("changed meanwhile: {changed}");

    client.counter_del(name)
}

fn main() {
    let name = std::env::args().nth(1);
    if let Err(error) = run(name.as_deref().unwrap_or("example")) {
        eprintln!("counter: {error}");
        std::process::exit(1);
    }
}
