// SPDX-License-Identifier: MIT OR Apache-2.0

//! Clients in parallel, at length. Runs in a guest of its own, without kmemleak, with
//! which it would take five times as long.

mod common;

use common::calls::{listener, next_change};
use common::{client, Calls, Temporary};
use parley::Error;
use std::time::Duration;

#[test]
fn four_clients_on_four_counters_and_a_shared_one_lose_no_addition_and_no_event() {
    const ADDITIONS: u64 = 100_000;
    const NAMES: [&str; 5] = ["p-0", "p-1", "p-2", "p-3", "p-all"];
    const LAST: [u64; 5] = [ADDITIONS, ADDITIONS, ADDITIONS, ADDITIONS, 4 * ADDITIONS];
    let counters = NAMES.map(|name| Temporary::new(name, 0));
    let mut listener = listener(Some(Duration::from_secs(5))).unwrap();
    listener.socket().set_receive_buffer(8 << 20).unwrap();
    let reported_before = client().stats_get().unwrap().notifications.unwrap();
    std::thread::scope(|scope| {
        for own in &NAMES[..4] {
            scope.spawn(move || {
                let mut client = client();
                for _ in 0..ADDITIONS {
                    client.add(own, 1, false).unwrap();
                    client.add("p-all", 1, false).unwrap();
                }
            });
        }
        // Every value of each counter comes, in order. If some are missing, the listener is
        // notified of the loss, and the rest come in order.
        let mut last = [0; 5];
        let mut lost = false;
        let mut missing = 0;
        let mut read = 0;
        while last != LAST {
            match next_change(&mut listener) {
                Ok((_, counter)) => {
                    let name = counter.text();
                    let at = NAMES.iter().position(|known| *known == name).unwrap();
                    let value = counter.value;
                    assert_eq!(counter.updates, value + 1);
                    assert!(value > last[at], "an event came late or twice");
                    missing += value - last[at] - 1;
                    read += 1;
                    last[at] = value;
                }
                Err(Error::Overrun) => lost = true,
                Err(Error::Timeout(_)) if lost => break,
                Err(error) => panic!("{error}"),
            }
        }
        missing += (0..5).map(|at| LAST[at] - last[at]).sum::<u64>();
        assert_eq!(read + missing, 8 * ADDITIONS);
        let reported = missing == 0 || lost || matches!(listener.next_event(), Err(Error::Overrun));
        assert!(reported, "an event is missing, untold");
        println!("{read} events read, {missing} told to be lost");
    });
    let mut client = client();
    let reported = client.stats_get().unwrap().notifications.unwrap() - reported_before;
    assert_eq!(reported, 8 * ADDITIONS);
    for (counter, last) in counters.iter().zip(LAST) {
        let read = client.get(counter.0).unwrap();
        assert_eq!((read.value, read.updates), (last, last + 1));
    }
}
