// SPDX-License-Identifier: MIT OR Apache-2.0

//! Listens to what becomes of the counters, and waits with epoll(7).
//!
//! ```text
//! events_epoll COUNT
//! ```

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use parley::client::{Change, Listener};
use std::error::Error;

fn run(count: usize) -> Result<(), Box<dyn Error>> {
    let mut listener = Listener::open(None)?;
    let epoll = Epoll::new(EpollCreateFlags::empty())?;
    // Edge-triggered: each report is used up by reading until nothing is left.
    epoll.add(
        &listener,
        EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, 0),
    )?;
    println!("listening");

    let mut seen = 0;
    while seen < count {
        epoll.wait(&mut [EpollEvent::empty()], EpollTimeout::NONE)?;
        while let Some(event) = listener.try_next_event()? {
            let counter = event.counter;
            match event.change {
                Change::New => println!("new {} at {}", counter.name, counter.value),
                Change::Written => println!("{} is at {}", counter.name, counter.value),
                Change::Deleted => println!("{} is gone", counter.name),
            }
            seen += 1;
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().nth(1).ok_or("how many events?")?.parse()?)
}
