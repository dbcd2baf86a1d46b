// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley monitor` of the network, and as JSON: every change, in order.

mod common;

use common::network::{those, Monitor, Netns};
use common::Calls;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_monitor_tells_of_links_one_object_a_line_in_order() {
    let netns = Netns::new("monitor-links");
    let mut monitor = netns.monitor("links --json");
    netns.ip("link add m0 mtu 1300 type dummy
link set m0 up
link set m0 mtu 1200
link del m0");
    let new = monitor.event_of("ifname", "m0");
    assert_eq!((&new["event"], &new["mtu"]), (&"new".into(), &1300.into()));
    // The kernel reports more steps than ip requested, but in order.
    let mut mtus = Vec::new();
    let gone = loop {
        let event = monitor.event_of("ifname", "m0");
        match event["event"].as_str() {
            Some("changed") => mtus.push(event["mtu"].as_u64().unwrap()),
            Some("deleted") => break event,
            other => panic!("{other:?}"),
        }
    };
    mtus.dedup();
    assert_eq!(mtus, [1300, 1200]);
    assert_eq!(gone["ifindex"], new["ifindex"]);
    // The same as text.
    let mut monitor = netns.monitor("links --count 1");
    netns.ip("link add m1 type dummy");
    let line = monitor.line();
    assert!(
        line.starts_with("new      ") && line.contains("  m1  DOWN  1500  dummy  "),
        "{line}"
    );
    assert!(monitor.child.wait().unwrap().success());
}

#[test]
fn the_monitor_tells_of_routes_of_both_families_and_names_new_links() {
    let netns = Netns::new("monitor-routes");
    netns.ip("address add 192.0.2.1/24 dev v0\naddress add 2001:db8::1/64 dev v0 nodad");
    let mut monitor = netns.monitor("routes --json --count 9");
    netns.ip("route add 203.0.113.0/24 via 192.0.2.7 table 100
route replace 203.0.113.0/24 via 192.0.2.8 table 100
route append 203.0.113.0/24 via 192.0.2.9 table 100
route del 203.0.113.0/24 via 192.0.2.8 table 100
route add 2001:db8:1::/48 via 2001:db8::7
route replace 2001:db8:1::/48 via 2001:db8::8
route del 2001:db8:1::/48
link add later type dummy
link set later addrgenmode none
link set later up
route add 203.0.114.0/24 dev later
route del 203.0.114.0/24");
    for (became, dst, by) in [
        ("new", "203.0.113.0/24", "192.0.2.7"),
        ("changed", "203.0.113.0/24", "192.0.2.8"),
        ("new", "203.0.113.0/24", "192.0.2.9"),
        ("deleted", "203.0.113.0/24", "192.0.2.8"),
        ("new", "2001:db8:1::/48", "2001:db8::7"),
        ("changed", "2001:db8:1::/48", "2001:db8::8"),
        ("deleted", "2001:db8:1::/48", "2001:db8::8"),
    ] {
        let event = monitor.event();
        let reported = ["event", "dst", "gateway"].map(|key| event[key].as_str().unwrap());
        assert_eq!(reported, [became, dst, by]);
    }
    // IPv6 adds multicast routes of its own on a link that comes up.
    let event = monitor.event_of("dst", "203.0.114.0/24");
    assert_eq!(
        (&event["event"], &event["dev"]),
        (&"new".into(), &"later".into())
    );
    assert!(monitor.child.wait().unwrap().success());
}

#[test]
fn the_monitor_tells_routes_apart_as_the_kernel_does() {
    let netns = Netns::new("monitor-alike");
    netns.ip("address add 192.0.2.1/24 dev v0\naddress add 2001:db8::1/64 dev v0 nodad");
    let mut monitor = netns.monitor("routes --json");
    netns.ip("route add blackhole 10.0.0.0/8
route append unreachable 10.0.0.0/8
route append 10.0.0.0/8 via 192.0.2.7 proto static
route append 10.0.0.0/8 via 192.0.2.7 proto dhcp
route prepend 10.0.0.0/8 via 192.0.2.7 mtu 1300
route replace prohibit 10.0.0.0/8
route del unreachable 10.0.0.0/8
route del 10.0.0.0/8 proto static
route del prohibit 10.0.0.0/8
route add 10.0.0.0/8 metric 5 via 192.0.2.7");
    for (became, kind, protocol) in [
        ("new", "blackhole", None),
        ("new", "unreachable", None),
        ("new", "unicast", Some("static")),
        ("new", "unicast", Some("dhcp")),
        ("new", "unicast", None),
        // This replaces the first of them, which was put in front.
        ("changed", "prohibit", None),
        ("deleted", "unreachable", None),
        ("deleted", "unicast", Some("static")),
        ("deleted", "prohibit", None),
        ("new", "unicast", None),
    ] {
        let event = monitor.event_of("dst", "10.0.0.0/8");
        let is = |key: &str| event.get(key).map(|value| value.as_str().unwrap());
        let reported = (is("event"), is("type").unwrap_or("unicast"), is("protocol"));
        assert_eq!(reported, (Some(became), kind, protocol), "{event:?}");
    }
    // The replaced one of several routes has been read again; nothing else has changed.
    let left = netns.parley_json("show routes -4 --table main");
    assert_eq!(those(&left, "dst", "10.0.0.0/8").len(), 3, "{left:?}");
    // IPv6 nexthops become one route, and leave it one by one.
    netns.ip("route add 2001:db8:1::/48 via 2001:db8::7
route append 2001:db8:1::/48 via 2001:db8::8");
    let mut next_hops = |expected: &str| {
        let event = monitor.event_of("dst", "2001:db8:1::/48");
        assert_eq!(event["event"], expected, "{event:?}");
        let next_hops = event.get("nexthops").and_then(Value::as_array).cloned();
        let next_hops = next_hops.unwrap_or_else(|| vec![Value::Object(event)]);
        let by = next_hops
            .iter()
            .map(|next_hop| next_hop["gateway"].as_str().unwrap().to_owned());
        by.collect::<BTreeSet<_>>()
    };
    let both: BTreeSet<_> = ["2001:db8::7", "2001:db8::8"].map(str::to_owned).into();
    assert_eq!(next_hops("new"), ["2001:db8::7".to_owned()].into());
    assert_eq!(next_hops("changed"), both);
    netns.ip("route del 2001:db8:1::/48 via 2001:db8::7");
    assert_eq!(next_hops("changed"), ["2001:db8::8".to_owned()].into());
    netns.ip("route del 2001:db8:1::/48");
    assert_eq!(next_hops("deleted"), ["2001:db8::8".to_owned()].into());
}

#[test]
fn the_monitor_tells_once_of_each_route_that_goes_with_its_link() {
    let netns = Netns::new("monitor-gone");
    netns.ip("route add 203.0.113.0/24 dev d0
route add 203.0.114.0/24 dev d0
route add 203.0.114.0/24 dev v0 metric 5
route add 2001:db8:1::/48 dev d0");
    let mut monitor = netns.monitor("routes --json");
    let by_d0 = ["203.0.113.0/24", "203.0.114.0/24", "2001:db8:1::/48"];
    netns.ip("link set d0 down");
    let mut gone = Vec::new();
    while !by_d0.iter().all(|dst| gone.iter().any(|one| one == dst)) {
        let event = monitor.event();
        let reported = ["event", "dev"].map(|key| event[key].as_str().unwrap());
        assert_eq!(reported, ["deleted", "d0"], "{event:?}");
        gone.push(event["dst"].as_str().unwrap().to_owned());
    }
    netns.ip("route add 203.0.115.0/24 dev v0");
    loop {
        let event = monitor.event();
        let dst = event["dst"].as_str().unwrap();
        if dst == "203.0.115.0/24" {
            break;
        }
        assert_eq!(event["event"], "deleted", "{event:?}");
        gone.push(dst.to_owned());
    }
    let distinct: BTreeSet<_> = gone.iter().collect();
    assert_eq!(distinct.len(), gone.len(), "{gone:?}");
    // A route that is added again is new, not a change of the old one.
    netns.ip("link set d0 up\nroute add 203.0.113.0/24 dev d0");
    let mut became = |expected: &str| {
        let event = monitor.event_of("dst", "203.0.113.0/24");
        let reported = ["event", "dev"].map(|key| event[key].as_str().unwrap());
        assert_eq!(reported, [expected, "d0"]);
    };
    became("new");
    // The same if the monitor had no time to look in between.
    netns.ip("link set d0 down\nlink set d0 up\nroute add 203.0.113.0/24 dev d0");
    became("deleted");
    became("new");
    netns.ip("link del d0");
    became("deleted");
    let left = netns.parley_json("show routes -4 --table main");
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn the_monitor_tells_of_routes_whose_link_has_no_carrier() {
    let netns = Netns::new("monitor-carrier");
    netns.ip("route add 203.0.113.0/24 dev v0");
    common::until("the link is up", || {
        let links = netns.parley_json("show links");
        those(&links, "ifname", "v0")[0]["operstate"] == "UP"
    });
    let mut monitor = netns.monitor("routes --json");
    for (state, flags) in [("down", vec!["linkdown"]), ("up", Vec::new())] {
        netns.ip(&format!("link set v1 {state}"));
        let event = monitor.event_of("dst", "203.0.113.0/24");
        assert_eq!(event["event"], "changed");
        assert_eq!(event["flags"], serde_json::json!(flags));
    }
}

#[test]
fn the_monitor_tells_of_neighbours_addresses_and_rules() {
    let netns = Netns::new("monitor-others");
    let mut monitor = netns.monitor("neighbours --json");
    netns.ip(
        "neighbour add 192.0.2.50 lladdr 02:00:00:00:00:50 dev v0 nud permanent
neighbour replace 192.0.2.50 lladdr 02:00:00:00:00:51 dev v0 nud permanent
neighbour del 192.0.2.50 dev v0
neighbour add 2001:db8::50 lladdr 02:00:00:00:00:50 dev v0 nud permanent",
    );
    let mut reported = |became: &str, dst: &str, address: Option<&str>| loop {
        let event = monitor.event_of("dst", dst);
        // The kernel may report that a neighbour fails before it reports its removal.
        if event["event"] == became {
            let is = event.get("lladdr").map(|address| address.as_str().unwrap());
            assert!(address.is_none() || is == address, "{event:?}");
            break;
        }
        assert_eq!(event["event"], "changed");
    };
    reported("new", "192.0.2.50", Some("02:00:00:00:00:50"));
    reported("changed", "192.0.2.50", Some("02:00:00:00:00:51"));
    reported("deleted", "192.0.2.50", None);
    reported("new", "2001:db8::50", Some("02:00:00:00:00:50"));
    let mut monitor = netns.monitor("addresses --json --count 2");
    netns.ip("address add 192.0.2.9/24 dev v0\naddress del 192.0.2.9/24 dev v0");
    for became in ["new", "deleted"] {
        let event = monitor.event();
        let reported = ["event", "ifname", "local"].map(|key| event[key].as_str().unwrap());
        assert_eq!(reported, [became, "v0", "192.0.2.9"]);
    }
    assert!(monitor.child.wait().unwrap().success());
    let mut monitor = netns.monitor("rules --count 2");
    netns.ip("rule add from 192.0.2.0/24 table 100 priority 7\nrule del priority 7");
    for became in ["new    ", "deleted"] {
        let words = "inet  7  from 192.0.2.0/24  lookup 100";
        assert_eq!(monitor.line(), format!("{became}  {words}"));
    }
    assert!(monitor.child.wait().unwrap().success());
}

#[test]
fn the_monitor_tells_of_counters_one_object_a_line() {
    let _counter = common::Temporary::absent("in-json");
    let mut monitor = Monitor::new(&["monitor", "--json", "--count", "2"]);
    let first = monitor.event();
    assert_eq!(first["event"], "listening");
    assert!(first["counters"].is_u64());
    let mut client = common::client();
    client.set("in-json", 5, common::CREATE).unwrap();
    client.add("in-json", 2, false).unwrap();
    for (event, value, updates) in [("new", 5, 1), ("changed", 7, 2)] {
        let expected = serde_json::json!({
            "event": event, "name": "in-json", "value": value, "updates": updates,
        });
        assert_eq!(Value::Object(monitor.event()), expected);
    }
    assert!(monitor.child.wait().unwrap().success());
}

#[test]
fn a_monitor_of_routes_that_was_outrun_says_so_and_is_right_again() {
    let netns = Netns::new("monitor-outrun");
    netns.ip("route add 172.16.0.0/16 dev d0\nroute add 172.17.0.0/16 dev d0");
    let mut monitor = netns.monitor("routes --json");
    monitor.signal("-STOP");
    let route = |i| format!("route add 10.{}.{}.0/24 dev d0\n", i / 250, i % 250);
    netns.ip(&(0..5000).map(route).collect::<String>());
    netns.ip("route del 172.16.0.0/16\nroute change 172.17.0.0/16 dev d0 mtu 1300");
    monitor.signal("-CONT");
    let mut new = BTreeSet::new();
    // The events for which the socket had room come first.
    loop {
        let event = monitor.event();
        if event["event"] == "lost" {
            break;
        }
        assert_eq!(event["event"], "new");
        assert!(new.insert(event["dst"].to_string()));
    }
    let gone = monitor.event();
    assert_eq!(gone["event"], "deleted");
    assert_eq!(gone["dst"], "172.16.0.0/16");
    let mut changed = Vec::new();
    while new.len() + changed.len() < 5001 {
        let event = monitor.event();
        match event["event"].as_str() {
            Some("new") => assert!(new.insert(event["dst"].to_string())),
            Some("changed") => changed.push(event),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((new.len(), changed.len()), (5000, 1));
    assert_eq!(changed[0]["metrics"][0]["mtu"], 1300);
    // From here on, everything goes on as before.
    netns.ip("route add 172.18.0.0/16 dev d0");
    let next = monitor.event();
    assert_eq!(
        (&next["event"], &next["dst"]),
        (&"new".into(), &"172.18.0.0/16".into())
    );
}
