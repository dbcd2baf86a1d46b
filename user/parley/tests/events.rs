// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events of the counters, against the loaded module.

mod common;

use common::calls::{self, Change};
use common::module::{insmod, rmmod};
use common::network::Monitor;
use common::program::behind;
use common::raw::Raw;
use common::{client, Calls, Temporary, CREATE, EXISTING, WAIT};
use parley::client::Listener;
use parley::uapi::{self, cmd, counter};
use parley::Error;
use parley_netlink::genl;
use parley_netlink::netlink::message::flags;
use parley_netlink::netlink::socket::Expect;
use std::time::Duration;

fn listener() -> Listener {
    calls::listener(Some(WAIT)).unwrap()
}

fn next(listener: &mut Listener) -> (Change, String, u64, u64) {
    let (change, counter) = calls::next_change(listener).unwrap();
    (change, counter.text(), counter.value, counter.updates)
}

#[test]
fn each_change_is_told_once_and_in_order() {
    let _counter = Temporary::absent("told");
    let mut listener = listener();
    let mut client = client();
    client.set("told", 5, CREATE).unwrap();
    client.set("told", 6, EXISTING).unwrap();
    client.add("told", -2, false).unwrap();
    // This is refused, so nothing changes and there is no event.
    client.add("told", -20, false).unwrap_err();
    client.del("told").unwrap();
    client.add("told", 1, true).unwrap();
    let name = || "told".to_owned();
    assert_eq!(next(&mut listener), (Change::New, name(), 5, 1));
    assert_eq!(next(&mut listener), (Change::Written, name(), 6, 2));
    assert_eq!(next(&mut listener), (Change::Written, name(), 4, 3));
    assert_eq!(next(&mut listener), (Change::Deleted, name(), 4, 3));
    assert_eq!(next(&mut listener), (Change::New, name(), 1, 1));
    listener
        .socket()
        .set_timeout(Duration::from_millis(1))
        .unwrap();
    assert!(matches!(listener.next_event(), Err(Error::Timeout(_))));
}

#[test]
fn events_are_counted_only_where_somebody_listens() {
    let counter = Temporary::new("heard", 0);
    let mut client = client();
    let before = client.stats_get().unwrap().notifications.unwrap();
    client.add(counter.0, 1, false).unwrap();
    assert_eq!(client.stats_get().unwrap().notifications.unwrap(), before);
    let (mut a, mut b) = (listener(), listener());
    client.add(counter.0, 1, false).unwrap();
    assert_eq!(
        client.stats_get().unwrap().notifications.unwrap(),
        before + 1
    );
    assert_eq!(next(&mut a), next(&mut b));
}

#[test]
fn who_asks_for_it_is_told_of_its_own_change_without_listening() {
    let counter = Temporary::new("echoed", 0);
    let mut raw = Raw::new();
    let modifiers = flags::ACK | flags::ECHO;
    let (seq, request) = raw.request(cmd::COUNTER_SET, modifiers, |writer| {
        writer.string(counter::NAME, counter.0)?;
        writer.uint(counter::VALUE, 9)
    });
    let event = raw.socket.transact(&request, seq, Expect::Reply).unwrap();
    let (reported, attributes) = genl::message::read(&event).unwrap();
    assert_eq!(reported, cmd::COUNTER_CHANGE_NTF);
    let value = attributes
        .flatten()
        .find(|attribute| attribute.number == counter::VALUE);
    assert_eq!(value.unwrap().uint().unwrap(), 9);
}

#[test]
fn who_listens_and_asks_over_one_socket_gets_its_replies_and_hears_its_own_changes() {
    let counter = Temporary::new("both", 0);
    let mut socket = parley_netlink::netlink::Socket::open(libc::NETLINK_GENERIC).unwrap();
    socket.set_timeout(WAIT).unwrap();
    let family = genl::follow(&mut socket, uapi::FAMILY_NAME).unwrap();
    let events = |group: &&genl::controller::Group| group.name == uapi::group::EVENTS;
    let group = family.groups.iter().find(events).unwrap();
    socket.join(group.id).unwrap();
    let family = family.id;
    let mut raw = Raw { socket, family };
    for delta in [1, 2] {
        let (seq, request) = raw.request(cmd::COUNTER_ADD, 0, |writer| {
            writer.string(counter::NAME, counter.0)?;
            writer.sint(counter::DELTA, delta)
        });
        // The event has the request's own numbers, and comes first.
        let expect = Expect::Command(cmd::COUNTER_ADD);
        let reply = raw.socket.transact(&request, seq, expect).unwrap();
        let (reported, _) = genl::message::read(&reply).unwrap();
        assert_eq!(reported, cmd::COUNTER_ADD);
    }
    let (seq, request) = raw.request(cmd::COUNTER_DEL, flags::ACK, |writer| {
        writer.string(counter::NAME, counter.0)
    });
    raw.socket.transact(&request, seq, Expect::Ack).unwrap();
    for reported in [
        cmd::COUNTER_CHANGE_NTF,
        cmd::COUNTER_CHANGE_NTF,
        cmd::COUNTER_DEL_NTF,
    ] {
        let event = raw.socket.next_message(|_| true).unwrap();
        assert_eq!(genl::message::read(&event).unwrap().0, reported);
    }
}

#[test]
fn events_of_clients_in_parallel_are_in_the_order_in_which_they_took_effect() {
    const CLIENTS: u64 = 4;
    const ADDITIONS: u64 = 100;
    let _counter = Temporary::new("order", 0);
    let mut listener = listener();
    listener.socket().set_receive_buffer(4 << 20).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = client();
                for _ in 0..ADDITIONS {
                    client.add("order", 1, false).unwrap();
                }
            });
        }
    });
    for value in 1..=CLIENTS * ADDITIONS {
        let reported = next(&mut listener);
        assert_eq!(
            reported,
            (Change::Written, "order".to_owned(), value, value + 1)
        );
    }
}

#[test]
fn a_listener_that_is_too_slow_learns_that_it_lost_events() {
    let counter = Temporary::new("flood", 0);
    let mut listener = listener();
    listener.socket().set_receive_buffer(1).unwrap();
    let mut client = client();
    for _ in 0..200 {
        client.add(counter.0, 1, false).unwrap();
    }
    let mut read = 0;
    loop {
        match listener.next_event() {
            Ok(_) => read += 1,
            Err(Error::Overrun) => break,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(read < 200);
    assert_eq!(client.get(counter.0).unwrap().value, 200);
}

#[test]
fn namespaces_do_not_hear_each_other() {
    let _counter = Temporary::absent("far");
    let mut listener = listener();
    let set = ["counter", "set", "far", "1", "--create"];
    assert_eq!(behind(&["unshare", "--net"], &set).status, Some(0));
    client().set("far", 2, CREATE).unwrap();
    assert_eq!(next(&mut listener), (Change::New, "far".to_owned(), 2, 1));
}

#[test]
fn the_monitor_shows_events_as_they_come() {
    let _counter = Temporary::absent("shown");
    let mut monitor = Monitor::new(&["monitor", "--count", "3"]);
    // The monitor prints this once it listens.
    assert!(monitor.line().ends_with(" counters; listening"));
    let mut client = client();
    client.set("shown", 1, CREATE).unwrap();
    assert_eq!(monitor.line(), "new      shown  value 1  updates 1");
    client.add("shown", 2, false).unwrap();
    assert_eq!(monitor.line(), "changed  shown  value 3  updates 2");
    client.del("shown").unwrap();
    assert_eq!(monitor.line(), "deleted  shown  value 3  updates 2");
    assert_eq!(monitor.rest(), [""; 0]);
}

#[test]
fn a_monitor_that_was_outrun_says_so_and_is_right_again() {
    let _counters = [Temporary::new("outrun", 0), Temporary::absent("came")];
    let mut went = Some(Temporary::new("went", 1));
    let mut monitor = Monitor::new(&["monitor"]);
    assert!(monitor.line().ends_with(" counters; listening"));
    monitor.signal("-STOP");
    let mut client = client();
    for _ in 0..5000 {
        client.add("outrun", 1, false).unwrap();
    }
    // There is no room for the events of these changes any more.
    drop(went.take());
    client.set("came", 3, CREATE).unwrap();
    monitor.signal("-CONT");
    // The events for which there was room come first.
    let mut kept = 0;
    let lost = loop {
        let line = monitor.line();
        if !line.starts_with("changed  outrun  ") {
            break line;
        }
        kept += 1;
        assert_eq!(
            line,
            format!("changed  outrun  value {kept}  updates {}", kept + 1)
        );
    };
    assert_eq!(lost, "lost     events came faster than they were read;");
    assert_eq!(monitor.line(), "         the differences, from a new dump:");
    assert_eq!(monitor.line(), "deleted  went  value 1  updates 1");
    assert_eq!(monitor.line(), "new      came  value 3  updates 1");
    assert_eq!(monitor.line(), "changed  outrun  value 5000  updates 5001");
    // From here on, everything goes on as before.
    client.add("outrun", 1, false).unwrap();
    assert_eq!(monitor.line(), "changed  outrun  value 5001  updates 5002");
}

/// Returns what an outrun monitor shows: everything until it ends if it shows only `count`
/// events, or else what it shows before it reports the loss.
fn shown_when_outrun(count: Option<usize>) -> Vec<String> {
    let _counter = Temporary::new("many", 0);
    let most = count.map_or_else(String::new, |count| count.to_string());
    let words = ["monitor", "--count", &most];
    let mut monitor = Monitor::new(if count.is_some() { &words } else { &words[..1] });
    assert!(monitor.line().ends_with(" counters; listening"));
    monitor.signal("-STOP");
    let mut client = client();
    for _ in 0..5000 {
        client.add("many", 1, false).unwrap();
    }
    let _more = ["many-1", "many-2", "many-3"].map(|name| Temporary::new(name, 1));
    monitor.signal("-CONT");
    if count.is_some() {
        return monitor.rest();
    }
    let lines = std::iter::repeat_with(|| monitor.line());
    lines
        .take_while(|line| !line.starts_with("lost "))
        .collect()
}

#[test]
fn a_monitor_that_was_outrun_shows_no_more_than_its_count() {
    // As many as there was room for, plus two of the four that are read anew.
    let count = shown_when_outrun(None).len() + 2;
    let shown = shown_when_outrun(Some(count));
    assert!(
        shown.iter().any(|line| line.starts_with("lost ")),
        "{shown:?}"
    );
    let events = shown
        .iter()
        .filter(|line| line.starts_with("new ") || line.starts_with("changed "));
    assert_eq!(events.count(), count, "{shown:?}");
}

#[test]
fn the_module_goes_while_somebody_listens() {
    let mut open = listener();
    rmmod();
    insmod(&[]);
    let _counter = Temporary::new("anew", 1);
    // The old listener learns that its group went with the module. A new one receives
    // events.
    assert!(matches!(open.next_event(), Err(Error::NoFamily(_))));
    let mut anew = listener();
    client().add("anew", 1, false).unwrap();
    assert_eq!(next(&mut anew).2, 2);
}
