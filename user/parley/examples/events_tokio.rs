// SPDX-License-Identifier: MIT OR Apache-2.0

//! Listens to what becomes of the counters, as a task of tokio.
//!
//! ```text
//! events_tokio COUNT
//! ```

use parley::client::{Change, Listener};
use std::error::Error;
use tokio::io::unix::AsyncFd;
use tokio::io::Interest;

async fn run(count: usize) -> Result<(), Box<dyn Error>> {
    let mut listener = AsyncFd::with_interest(Listener::open(None)?, Interest::READABLE)?;
    println!("listening");

    let mut seen = 0;
    while seen < count {
        let mut ready = listener.readable_mut().await?;
        while let Some(event) = ready.get_inner_mut().try_next_event()? {
            let counter = event.counter;
            match event.change {
                Change::New => println!("new {} at {}", counter.name, counter.value),
                Change::Written => println!("{} is at {}", counter.name, counter.value),
                Change::Deleted => println!("{} is gone", counter.name),
            }
            seen += 1;
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
