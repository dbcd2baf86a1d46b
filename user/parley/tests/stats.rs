// SPDX-License-Identifier: MIT OR Apache-2.0

//! `stats-get`, against the loaded module.

mod common;

use common::calls::listener;
use common::network::Netns;
use common::{client, Calls, Temporary};
use parley::uapi;
use parley_netlink::netlink::namespace;
use std::time::Duration;

const WAIT: Option<Duration> = Some(Duration::from_secs(20));

#[test]
fn echoes_and_their_bytes_are_counted_and_refused_ones_are_not() {
    let mut client = client();
    let before = client.stats_get().unwrap();
    client.echoed(b"12345").unwrap();
    client.echoed(b"").unwrap();
    client.echoed(&vec![0; uapi::PAYLOAD_MAX + 1]).unwrap_err();
    let after = client.stats_get().unwrap();
    assert_eq!(after.echoes.unwrap() - before.echoes.unwrap(), 2);
    assert_eq!(after.echo_bytes.unwrap() - before.echo_bytes.unwrap(), 5);
}

#[test]
fn counters_are_counted_as_they_come_and_go() {
    let mut client = client();
    let before = client.stats_get().unwrap().counters.unwrap();
    let counter = Temporary::new("counted", 1);
    assert_eq!(client.stats_get().unwrap().counters.unwrap(), before + 1);
    client.add(counter.0, 1, true).unwrap();
    assert_eq!(client.stats_get().unwrap().counters.unwrap(), before + 1);
    client.del(counter.0).unwrap();
    assert_eq!(client.stats_get().unwrap().counters.unwrap(), before);
}

/// The number of notifications that are counted for three changes of a counter.
fn notifications_of_three_changes() -> u64 {
    let mut client = client();
    let before = client.stats_get().unwrap().notifications.unwrap();
    let counter = Temporary::new("notified", 1);
    client.add(counter.0, 1, false).unwrap();
    client.del(counter.0).unwrap();
    client.stats_get().unwrap().notifications.unwrap() - before
}

#[test]
fn a_listener_in_another_namespace_is_not_counted() {
    assert_eq!(notifications_of_three_changes(), 0, "nobody listens");
    let elsewhere = Netns::new("stats-elsewhere");
    let listener = std::thread::spawn(|| {
        namespace::enter(&namespace::path("stats-elsewhere")).unwrap();
        listener(WAIT).unwrap()
    })
    .join()
    .unwrap();
    // Otherwise the statistics would show everybody that somebody else listens.
    assert_eq!(
        notifications_of_three_changes(),
        0,
        "the only listener is in another namespace"
    );
    drop((listener, elsewhere));
}

#[test]
fn each_notification_is_counted_once_however_many_listen() {
    let mut listeners = [listener(WAIT).unwrap(), listener(WAIT).unwrap()];
    assert_eq!(notifications_of_three_changes(), 3);
    for listener in &mut listeners {
        for _ in 0..3 {
            listener.next_event().unwrap();
        }
    }
    drop(listeners);
    assert_eq!(notifications_of_three_changes(), 0);
}
