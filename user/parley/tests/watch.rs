// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley monitor` of the firewall and of the families of Generic Netlink, and the times
//! of events.

mod common;

use common::module::{insmod, rmmod};
use common::network::{feed, Monitor, Netns};
use common::program::{parley_as_nobody, Ended};
use serde_json::{json, Value};
use std::process::Command;

/// The next event: what happened, the kind of the object, and the object.
fn next(monitor: &mut Monitor) -> (String, String, Value) {
    let mut event = monitor.event();
    let became = event.remove("event").unwrap();
    assert_eq!(event.len(), 1, "{event:?}");
    let (kind, object) = event.into_iter().next().unwrap();
    (became.as_str().unwrap().to_owned(), kind, object)
}

#[test]
fn the_monitor_reports_each_change_of_the_firewall() {
    let netns = Netns::new("watch-firewall");
    netns.nft("table ip before { chain c { }; }");
    let mut monitor = Monitor::new(&["-n", netns.0, "monitor", "firewall", "-j"]);
    let first = monitor.event();
    assert_eq!(
        (&first["event"], &first["parts"]),
        (&json!("listening"), &json!(2))
    );
    netns.nft(
        "table inet t {
  set s { type ipv4_addr; }
  counter n { }
  chain in { type filter hook input priority filter; policy drop;
    tcp dport { 22, 80 } counter accept comment \"two\"
  }
}",
    );
    let mut seen = Vec::new();
    let mut rule = Value::Null;
    for _ in 0..5 {
        let (became, kind, object) = next(&mut monitor);
        assert_eq!(
            (became.as_str(), &object["family"]),
            ("new", &json!("inet"))
        );
        if kind == "rule" {
            rule = object;
        } else if kind == "chain" {
            assert_eq!(
                (&object["policy"], &object["hook"]),
                (&json!("drop"), &json!("input"))
            );
        }
        seen.push(kind);
    }
    seen.sort_unstable();
    assert_eq!(seen, ["chain", "counter", "rule", "set", "table"]);
    assert_eq!(rule["comment"], "two");
    assert!(rule["expressions"]
        .as_array()
        .unwrap()
        .contains(&json!("lookup")));
    // Each is printed as `show` prints it.
    let shown: Value = serde_json::from_str(&netns.parley_text("show firewall -j")).unwrap();
    let shown = shown["nftables"].as_array().unwrap();
    assert!(shown.contains(&json!({"rule": rule})), "{rule}");

    netns.nft("add element inet t s { 192.0.2.1, 192.0.2.2 }");
    let mut elements = 0;
    while elements < 2 {
        let (became, kind, object) = next(&mut monitor);
        assert_eq!((became.as_str(), kind.as_str()), ("new", "element"));
        assert_eq!(
            (&object["table"], &object["name"]),
            (&json!("t"), &json!("s"))
        );
        elements += object["elements"].as_u64().unwrap();
    }
    assert_eq!(elements, 2);
    // The message does not say what the rule was, but the monitor knows.
    netns.nft(&format!("delete rule inet t in handle {}", rule["handle"]));
    assert_eq!(
        next(&mut monitor),
        ("deleted".to_owned(), "rule".to_owned(), rule)
    );
    netns.nft("chain inet t in { policy accept; }");
    let (became, kind, object) = next(&mut monitor);
    assert_eq!((became.as_str(), kind.as_str()), ("changed", "chain"));
    assert_eq!(object["policy"], "accept");
    netns.nft("delete table ip before");
    let gone: Vec<_> = (0..2).map(|_| next(&mut monitor)).collect();
    assert!(
        gone.iter().all(|(became, ..)| became == "deleted"),
        "{gone:?}"
    );
    let kinds: Vec<_> = gone.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["chain", "table"]);
}

#[test]
fn a_table_that_vanishes_with_its_owner_is_reported_as_deleted() {
    let netns = Netns::new("watch-owner");
    let mut monitor = netns.monitor("firewall -j");
    // nft owns the table, and ends.
    netns.nft("table ip mine { flags owner; chain c { }; }");
    let expected = [
        ("new", "table"),
        ("new", "chain"),
        ("deleted", "table"),
        ("deleted", "chain"),
    ];
    for (became, kind) in expected {
        let (is, of, _) = next(&mut monitor);
        assert_eq!((is.as_str(), of.as_str()), (became, kind));
    }
}

#[test]
fn elements_of_a_set_are_shown_unless_the_set_is_part_of_a_rule() {
    let netns = Netns::new("watch-elements");
    netns.nft("table ip t { chain c { }; }");
    let mut monitor = netns.monitor("firewall -j");
    netns.nft("add rule ip t c tcp dport { 22, 80 } accept");
    assert_eq!(next(&mut monitor).1, "rule");
    // nft itself uses such names only for the sets of rules, but accepts any name in JSON.
    let set = json!({"family": "ip", "table": "t", "name": "__x", "type": "ipv4_addr"});
    let mut elements = set.clone();
    elements["elem"] = json!(["192.0.2.1"]);
    let lines = json!({"nftables": [{"add": {"set": set}}, {"add": {"element": elements}}]});
    let words = ["netns", "exec", netns.0, "nft", "-j", "-f", "-"];
    feed(Command::new("ip").args(words), &lines.to_string());
    for kind in ["set", "element"] {
        let (became, is, object) = next(&mut monitor);
        assert_eq!((became.as_str(), is.as_str()), ("new", kind));
        assert_eq!(object["name"], "__x");
    }
}

#[test]
fn a_monitor_of_the_firewall_that_was_outrun_says_so_and_is_right_again() {
    let netns = Netns::new("watch-outrun");
    netns.nft("table ip t { chain c { }; }");
    let mut monitor = netns.monitor("firewall -j");
    monitor.signal("-STOP");
    for start in 0..10 {
        let rule = |i| format!("add rule ip t c meta mark {i} accept\n");
        netns.nft(
            &(start * 500..(start + 1) * 500)
                .map(rule)
                .collect::<String>(),
        );
    }
    monitor.signal("-CONT");
    let (mut rules, mut lost) = (0, 0);
    while rules < 5000 {
        let event = monitor.event();
        match event["event"].as_str() {
            Some("lost") => lost += 1,
            Some("new") => rules += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(lost > 0);
    netns.nft("delete table ip t");
    for _ in 0..5002 {
        assert_eq!(monitor.event_of("event", "deleted")["event"], "deleted");
    }
}

#[test]
fn the_monitor_reports_a_family_that_goes_and_comes_with_the_time() {
    let mut monitor = Monitor::new(&["monitor", "families", "-t", "--count", "2"]);
    let first = monitor.line();
    assert!(first.ends_with(" families; listening"), "{first}");
    rmmod();
    insmod(&[]);
    let mut times = Vec::new();
    for became in ["deleted", "new"] {
        let line = monitor.line();
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(&words[1..4], [became, "parley", "id"], "{line}");
        let groups: u32 = words[words.len() - 2].parse().unwrap();
        assert!(groups > 0, "{line}");
        times.push(words[0].to_owned());
    }
    assert!(times[0] <= times[1], "{times:?}");
    assert!(times
        .iter()
        .all(|time| time.starts_with("20") && time.ends_with('Z')));
    assert!(monitor.child.wait().unwrap().success());
}

#[test]
fn a_monitor_that_may_not_listen_says_what_it_would_take() {
    let Ended { status, err, .. } = parley_as_nobody(&["monitor", "firewall"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("CAP_NET_ADMIN"), "{err}");
}
