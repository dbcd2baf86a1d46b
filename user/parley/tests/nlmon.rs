// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley watch`, and `parley decode` of what tcpdump is capturing: the messages of other
//! programs, on an nlmon device.

mod common;

use common::network::{Monitor, Netns, Object};
use common::program::{parley, parley_as_nobody, Scratch, PROGRAM};
use common::Temporary;
use parley_netlink::netlink::protocol;
use parley_netlink::route::{Entry, Link};
use parley_netlink::Socket;
use serde_json::{json, Value};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Starts to watch, and waits until the device exists.
fn watch(words: &[&str]) -> Monitor {
    let mut monitor = Monitor::new(words);
    let first = monitor.line();
    assert!(first.contains("listening"), "{first}");
    if !words.contains(&"--json") {
        let legend = monitor.line();
        assert!(legend.starts_with("time (UTC)"), "{legend}");
    }
    monitor
}

/// The objects of a program's request `operation` and of its replies, of which the last is
/// netlink's own. All messages seen must belong to these families.
fn conversation(monitor: &mut Monitor, operation: &str, families: &[&str]) -> Vec<Object> {
    let mut next = || {
        let message = monitor.event();
        let family = message["family"].as_str().unwrap();
        assert!(families.contains(&family), "{message:?}");
        message
    };
    let request = loop {
        let request = next();
        if request["direction"] == "to-kernel" && request["operation"] == operation {
            break request;
        }
    };
    let mut all = vec![request];
    loop {
        let reply = next();
        if reply["seq"] != all[0]["seq"] || reply["role"] != "reply" {
            continue;
        }
        let kind = reply["fields"][2]["meaning"].as_str().unwrap();
        let is_end = kind.contains("NLMSG_");
        all.push(reply);
        if is_end {
            return all;
        }
    }
}

/// The names of the devices of this kind in a network namespace.
fn devices(netns: &Netns) -> Vec<Value> {
    let links = netns.ip_json("link show type nlmon");
    let links = links.into_iter().filter(|link| !link.is_empty());
    links.map(|link| link["ifname"].clone()).collect()
}

#[test]
fn what_ip_says_is_seen_with_its_replies_and_what_others_say_is_not() {
    let netns = Netns::new("watch-ip");
    let words = ["-n", netns.0, "watch", "route", "--json"];
    let mut monitor = watch(&words);
    assert_eq!(devices(&netns), ["parleymon0"]);
    // A message of another family.
    netns.nft("table ip t { }");
    // A reply may come too late to name the port of its request, but not often.
    let is_named = (0..20).any(|_| {
        netns.ip("link set d1 up");
        let all = conversation(&mut monitor, "RTM_NEWLINK", &["route"]);
        let (request, reply) = (&all[0], all.last().unwrap());
        assert_eq!(reply["direction"], "from-kernel");
        assert!(reply["portid"].is_u64(), "{reply:?}");
        request["portid"] == reply["portid"]
    });
    assert!(is_named);
    monitor.signal("-TERM");
    assert!(!monitor.child.wait().unwrap().success());
    assert!(devices(&netns).is_empty());
}

#[test]
fn a_process_is_known_by_its_port_and_selects_what_is_shown() {
    let counter = Temporary::new("watched", 1);
    let own = std::process::id().to_string();
    let mut monitor = watch(&["watch", "--json", "--process", &own, "route", "parley"]);
    assert_eq!(parley(&["counter", "get", counter.0]).status, Some(0));
    let mut socket = Socket::open(protocol::ROUTE).unwrap();
    // The first dump that is recognized by its reply is enough.
    let links = [0; 5].map(|_| Link::all(&mut socket).unwrap().entries.len());
    let all = conversation(&mut monitor, "RTM_GETLINK", &["route"]);
    assert_eq!(all[0]["role"], "dump");
    for one in &all {
        assert_eq!(one["portid"], json!(socket.portid()));
        let process = &one["process"];
        assert_eq!(process["pid"], json!(std::process::id()));
        assert_eq!(process["guess"], false);
    }
    // A message for each link, between the request and the end.
    assert_eq!(all.len(), links[0] + 2);
    assert_eq!(all.last().unwrap()["operation"], "the end of a dump");
}

#[test]
fn a_line_shows_request_reply_and_event_and_the_event_once() {
    let counter = Temporary::new("line", 5);
    let mut listeners = [0, 1].map(|_| Monitor::new(&["monitor", "--json"]));
    for listener in &mut listeners {
        listener.line();
    }
    let mut text = watch(&["watch", "parley", "--count", "5"]);
    let mut json = watch(&["watch", "parley", "--count", "6", "--json"]);
    assert_eq!(parley(&["counter", "add", counter.0, "2"]).status, Some(0));
    assert_eq!(
        parley(&["counter", "add", counter.0, "-43"]).status,
        Some(1)
    );
    let lines = text.rest();
    let what = [
        "parley counter-add name line delta 2",
        "  counter-change-ntf name line …",
        "counter-add name line value 7 …",
        "parley counter-add name line …",
        "ERANGE: counter would fall below 0…",
    ];
    for (line, what) in lines.iter().zip(what) {
        assert!(line.contains(what), "{lines:#?}");
        assert_eq!(line.chars().count(), 80, "{line}");
        let is_event = what.contains("ntf");
        assert_eq!(line.contains("kernel → listeners"), is_event, "{line}");
    }
    // A process of a long number has one space behind it.
    assert!(lines[0].contains(" → kernel ") && lines[2].contains(" kernel → "));
    // JSON has the event once for each listener.
    let roles: Vec<_> = json.rest().iter().map(|line| role(line)).collect();
    let expected = ["request", "event", "event", "reply", "request", "reply"];
    assert_eq!(roles, expected);
}

/// The role of a message.
fn role(line: &str) -> String {
    let message: Value = serde_json::from_str(line).unwrap();
    message["role"].as_str().unwrap().to_owned()
}

#[test]
fn a_verbose_line_has_the_decoding_below_and_the_capture_has_the_bytes() {
    let counter = Temporary::new("verbose", 5);
    let capture = Scratch::new("watched");
    let options = ["--verbose", "--count", "2", "--pcap", capture.path()];
    let mut monitor = watch(&[&["watch", "parley"], &options[..]].concat());
    assert_eq!(parley(&["counter", "get", counter.0]).status, Some(0));
    let lines = monitor.rest();
    let decoded = parley(&["decode", capture.path(), "--family", &family()]);
    assert_eq!(decoded.status, Some(0), "{}", decoded.err);
    assert!(lines.iter().all(|line| line.chars().count() <= 80));
    let is_decoded = |line: &&String| !line.contains(" → ");
    let watched: Vec<_> = lines.iter().filter(is_decoded).cloned().collect();
    assert_eq!(lines.len(), watched.len() + 2);
    let is_row = |line: &&str| !line.starts_with("datagram ") && !line.starts_with("offset ");
    let rows: Vec<_> = decoded
        .out
        .lines()
        .filter(is_row)
        .map(str::to_owned)
        .collect();
    assert_eq!(watched, rows);
}

/// The family and its number, as an option takes them.
fn family() -> String {
    let shown = parley(&["family", "parley", "--json"]);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    format!("parley={}", shown["id"])
}

#[test]
fn nothing_of_its_own_is_shown_and_the_device_is_gone_however_it_ends() {
    let netns = Netns::new("watch-own");
    // Listeners to links are notified of the device. The view must not show that.
    let mut links = netns.monitor("links --json");
    let mut quiet = watch(&["-n", netns.0, "watch", "--json", "--timeout", "1s"]);
    let is_of_monitor = |line: &String| {
        let message: Value = serde_json::from_str(line).unwrap();
        message["role"] != "event"
    };
    let rest = quiet.rest();
    assert!(rest.iter().all(is_of_monitor), "{rest:?}");
    while links.event_of("ifname", "parleymon0")["event"] != "deleted" {}
    drop(links);
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut monitor = watch(&["-n", netns.0, "watch"]);
        assert_eq!(devices(&netns), ["parleymon0"]);
        monitor.signal(signal);
        assert!(!monitor.child.wait().unwrap().success());
        assert!(devices(&netns).is_empty(), "{signal}");
    }
    // Two watchers have a device each, and a watcher ends well if its reader closes the output.
    let mut first = watch(&["-n", netns.0, "watch", "--count", "1"]);
    let command = format!("{PROGRAM} -n {} watch | head -n 3", netns.0);
    let mut head = Command::new("sh")
        .args(["-c", &command])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(head.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    assert!(line.starts_with("listening on parleymon1"), "{line}");
    devices(&netns);
    // The first has seen enough already; the second prints more lines than are read.
    assert_eq!(first.rest().len(), 1);
    while lines.next().is_some() {}
    head.wait().unwrap();
    for _ in 0..100 {
        if devices(&netns).is_empty() {
            return;
        }
    }
    panic!("{:?}", devices(&netns));
}

#[test]
fn without_rights_the_error_says_what_is_needed() {
    let ended = parley_as_nobody(&["watch"]);
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""));
    for words in ["an nlmon device", "EPERM", "as root, or with CAP_NET_ADMIN"] {
        assert!(ended.err.contains(words), "{}", ended.err);
    }
    let refused = parley(&["watch", "--explain"]);
    assert_eq!(refused.status, Some(2), "{}", refused.err);
}

#[test]
fn a_device_that_somebody_removes_ends_the_watch_with_an_error() {
    let netns = Netns::new("watch-removed");
    let mut child = Command::new(PROGRAM)
        .args(["-n", netns.0, "watch", "nosuch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on parleymon0"), "{line}");
    netns.ip("link del parleymon0");
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains("parleymon0: it was removed"), "{err}");
}

#[test]
fn what_tcpdump_captures_is_decoded_while_it_captures() {
    let counter = Temporary::new("live", 5);
    let netns = Netns::new("watch-tcpdump");
    netns.ip("link add mon type nlmon\nlink set mon up");
    let mut tcpdump = Command::new("ip")
        .args(["netns", "exec", netns.0, "tcpdump", "-Z", "root"])
        .args(["--immediate-mode", "-U", "-i", "mon", "-w", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut err = BufReader::new(tcpdump.stderr.take().unwrap());
    err.read_line(&mut line).unwrap();
    assert!(line.contains("listening"), "{line}");
    let mut decode = Command::new(PROGRAM)
        .args(["decode", "--json", "-"])
        .stdin(tcpdump.stdout.take().unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(decode.stdout.take().unwrap()).lines();
    // Each namespace has its own counters, so this one is refused.
    let ended = netns.parley(&format!("counter get {}", counter.0));
    assert_eq!(ended.status.code(), Some(1));
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    // tcpdump is still running, and the number of the family is known from before.
    let mut meaning = || next()["fields"][0]["meaning"].as_str().unwrap().to_owned();
    while meaning() != "parley counter-get, a request" {}
    assert_eq!(meaning(), "an error reply, ENOENT");
    tcpdump.kill().unwrap();
    tcpdump.wait().unwrap();
    while lines.next().is_some() {}
    assert!(decode.wait().unwrap().success());
}
