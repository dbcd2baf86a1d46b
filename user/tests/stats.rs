// SPDX-License-Identifier: MIT OR Apache-2.0

//! `stats-get`, against the loaded module.

#![forbid(unsafe_code)]

mod common;

use common::{client, Temporary};
use parley::uapi;

#[test]
fn echoes_and_their_bytes_are_counted_and_refused_ones_are_not() {
    let mut client = client();
    let before = client.stats().unwrap();
    client.echo(b"12345").unwrap();
    client.echo(b"").unwrap();
    client.echo(&vec![0; uapi::PAYLOAD_MAX + 1]).unwrap_err();
    let after = client.stats().unwrap();
    assert_eq!(after.echoes - before.echoes, 2);
    assert_eq!(after.echo_bytes - before.echo_bytes, 5);
}

#[test]
fn counters_are_counted_as_they_come_and_go() {
    let mut client = client();
    let before = client.stats().unwrap().counters;
    let counter = Temporary::new("counted", 1);
    assert_eq!(client.stats().unwrap().counters, before + 1);
    client.counter_add(counter.0, 1, true).unwrap();
    assert_eq!(client.stats().unwrap().counters, before + 1);
    client.counter_del(counter.0).unwrap();
    assert_eq!(client.stats().unwrap().counters, before);
}
