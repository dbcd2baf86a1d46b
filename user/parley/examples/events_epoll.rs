// SPDX-License-Identifier: MIT OR Apache-2.0

//! Listens to changes of the counters, and waits with epoll(7).
//!
//! ```text
//! events_epoll COUNT
//! ```

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use parley::client::{group, CounterGetDumpRequest, Event, Listener, Name};
use parley::Client;
use std::error::Error;

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

fn run(count: usize) -> Result<(), Box<dyn Error>> {
    let mut listener = Listener::open(&[group::EVENTS], None)?;
    let mut client = Client::open()?;
    let epoll = Epoll::new(EpollCreateFlags::empty())?;
    // Edge-triggered: after each report, the program must read until nothing is left.
    epoll.add(
        &listener,
        EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, 0),
    )?;
    println!("listening");

    let mut seen = 0;
    while seen < count {
        match epoll.wait(&mut [EpollEvent::empty()], EpollTimeout::NONE) {
            // A signal can interrupt the wait, even one that stops and continues the
            // program.
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        loop {
            match listener.try_next_event() {
                Ok(Some(event)) => {
                    show(event)?;
                    seen += 1;
                }
                // Nothing is left, so wait for the next report.
                Ok(None) => break,
                // The buffer was full, and the kernel dropped events. All that it kept has
                // been read, so every event from here on is reported again.
                Err(parley::Error::Overrun) => list(&mut client)?,
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().nth(1).ok_or("how many events?")?.parse()?)
}
