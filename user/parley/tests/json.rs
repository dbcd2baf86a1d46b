// SPDX-License-Identifier: MIT OR Apache-2.0

//! `--json`: the keys that scripts rely on, with numbers as numbers. What `show` and
//! `monitor` print of the network is in `show.rs` and `follow.rs`.

mod common;

use common::network::Monitor;
use common::program::{parley, Ended, Scratch, PROGRAM};
use common::{Calls, Temporary};
use parley::uapi;
use serde_json::{json, Value};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// The one line that `parley --json ARGUMENTS` prints.
fn line(arguments: &[&str]) -> Value {
    let Ended { status, out, err } = parley(&[&["--json"], arguments].concat());
    assert_eq!((status, err.as_str()), (Some(0), ""));
    assert_eq!(out.lines().count(), 1, "{out}");
    serde_json::from_str(&out).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    let keys = value.as_object().unwrap().keys();
    keys.map(String::as_str).collect()
}

#[test]
fn an_echo_has_its_payload_and_its_stamp() {
    let echo = line(&["echo", "h\u{e9}llo", "--repeat", "3"]);
    assert_eq!(keys(&echo), ["len", "payload", "stamp", "times"]);
    assert_eq!(keys(&echo["stamp"]), ["cpu", "portid", "time_ns"]);
    assert_eq!(echo["payload"], "h\u{e9}llo");
    assert_eq!((&echo["len"], &echo["times"]), (&json!(6), &json!(3)));
    assert!(echo["stamp"]["time_ns"].as_u64().unwrap() > 1_000_000);
    assert!(echo["stamp"]["portid"].as_u64().unwrap() > 0);
}

#[test]
fn bytes_that_are_no_text_are_hex() {
    let file = Scratch::new("json-bytes");
    std::fs::write(file.path(), b"\xff\x00a").unwrap();
    let echo = line(&["echo", "--file", file.path()]);
    assert_eq!(keys(&echo), ["len", "payload_hex", "stamp", "times"]);
    assert_eq!(echo["payload_hex"], "ff0061");
}

#[test]
fn counters_are_objects_and_their_list_is_an_array() {
    let _one = Temporary::new("json-one", u64::MAX);
    let _two = Temporary::new("json-two", 2);
    let one = json!({"name": "json-one", "value": u64::MAX, "updates": 1});
    assert_eq!(line(&["counter", "get", "json-one"]), one);
    let added = line(&["counter", "add", "json-two", "3"]);
    assert_eq!(added, json!({"name": "json-two", "value": 5, "updates": 2}));
    let list = line(&["counter", "list", "--prefix", "json-"]);
    assert_eq!(list, json!([one, added]));
    assert_eq!(line(&["counter", "list", "--prefix", "no such"]), json!([]));
}

#[test]
fn a_family_has_its_operations_with_their_attributes_and_its_groups_alone_and_in_the_list() {
    let family = line(&["family"]);
    assert_eq!(
        keys(&family),
        [
            "groups",
            "header_len",
            "id",
            "name",
            "operations",
            "version"
        ]
    );
    assert_eq!(family["name"], uapi::FAMILY_NAME);
    assert_eq!(family["groups"][0]["name"], "events");
    let operations = family["operations"].as_array().unwrap();
    let set = operations.iter().find(|op| op["name"] == "counter-set");
    assert_eq!(
        set.unwrap(),
        &json!({
            "cmd": 3,
            "name": "counter-set",
            "flags": ["do", "namespace admin"],
            "do": [
                {"number": 1, "name": "name", "type": "string", "max_len": 31},
                {"number": 2, "name": "value", "type": "uint"},
                {"number": 6, "name": "create", "type": "flag"},
                {"number": 7, "name": "exclusive", "type": "flag"},
            ],
        })
    );
    let all = line(&["family", "--all"]);
    let all = all.as_array().unwrap();
    let ours = all.iter().find(|f| f["name"] == "parley").unwrap();
    // The same as for the family alone, but without the policies.
    let mut without = family.clone();
    for operation in without["operations"].as_array_mut().unwrap() {
        let operation = operation.as_object_mut().unwrap();
        operation.remove("do");
        operation.remove("dump");
    }
    assert_eq!(ours, &without);
}

#[test]
fn statistics_have_the_names_of_the_contract() {
    let stats = line(&["stats"]);
    let mut names: Vec<_> = uapi::ATTRIBUTE_SETS
        .iter()
        .find(|set| set.name == "stats")
        .unwrap()
        .attributes
        .iter()
        .map(|attribute| attribute.name)
        .collect();
    names.sort_unstable();
    assert_eq!(keys(&stats), names);
    assert!(stats.as_object().unwrap().values().all(Value::is_u64));
}

#[test]
fn a_monitor_reports_that_it_listens_and_then_an_object_a_change() {
    let counter = Temporary::absent("json-followed");
    let mut monitor = Monitor::new(&["monitor", "--json", "--count", "1", "--timeout", "60"]);
    let first = Value::Object(monitor.event());
    assert_eq!(keys(&first), ["counters", "event"]);
    assert!(first["event"] == "listening" && first["counters"].is_u64());
    common::client().set(counter.0, 7, common::CREATE).unwrap();
    // Another test may have changed a counter of its own before.
    let change = Value::Object(monitor.event());
    assert_eq!(keys(&change), ["event", "name", "updates", "value"]);
    assert_eq!(monitor.rest(), [""; 0]);
}

#[test]
fn an_agent_prints_an_object_a_line_and_who_asks_gets_one() {
    let mut agent = Command::new(PROGRAM)
        .args(["agent", "--json", "--reply", "yes", "--count", "1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(agent.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next(), json!({"event": "waiting"}));
    let answer = line(&["ask", "well?"]);
    assert_eq!(keys(&answer), ["answer", "id", "len"]);
    assert_eq!(answer["answer"], "yes");
    let question = next();
    assert_eq!(
        keys(&question),
        ["event", "id", "len", "portid", "question"]
    );
    assert_eq!(
        (&question["event"], &question["question"]),
        (&json!("question"), &json!("well?"))
    );
    assert_eq!(
        next(),
        json!({"event": "answer", "id": answer["id"], "answer": "yes", "len": 3})
    );
    assert!(agent.wait().unwrap().success());
}

#[test]
fn the_device_prints_the_same_keys() {
    let _counter = Temporary::new("json-device", 1);
    let echo = line(&["device", "echo", "abc"]);
    assert_eq!(echo, json!({"payload": "abc", "len": 3}));
    let added = line(&["device", "counter-add", "json-device", "1"]);
    assert_eq!(added, json!({"name": "json-device", "value": 2}));
}

#[test]
fn bytes_alone_and_json_exclude_each_other() {
    for arguments in [
        &["echo", "x", "--raw"][..],
        &["ask", "x", "--raw"],
        &["device", "echo", "x", "--raw"],
        &["counter", "get", "x", "--value"],
    ] {
        let ended = parley(&[arguments, &["--json"]].concat());
        assert_eq!(ended.status, Some(2), "{arguments:?}");
    }
}

#[test]
fn an_error_is_an_object_on_standard_error_with_what_the_text_says() {
    let error = |arguments: &[&str], status| -> Value {
        let Ended {
            status: is,
            out,
            err,
        } = parley(&[arguments, &["--json"]].concat());
        assert_eq!((is, out.as_str()), (Some(status), ""), "{arguments:?}");
        assert_eq!(err.lines().count(), 1, "{err}");
        serde_json::from_str(&err).unwrap()
    };
    let absent = error(&["counter", "get", "json-nobody"], 1);
    let expected = json!({
        "error": "counter-get refused by the kernel: ENOENT (2)",
        "errno": 2,
        "message": "no such counter",
        "attribute": "counter.name",
        "missing": false,
        "allowed": null,
        "hint": "create it: parley counter set NAME VALUE --create",
    });
    assert_eq!(absent, expected);
    let long = error(&["counter", "get", &"x".repeat(40)], 1);
    assert_eq!(long["allowed"], "at most 31 bytes");
    let device = error(&["device", "counter-add", "json-nobody", "1"], 1);
    assert_eq!(
        (&device["errno"], &device["hint"]),
        (&json!(2), &expected["hint"])
    );
    let unread = error(&["echo", "--file", "/no/such/file"], 1);
    assert_eq!(
        (&unread["errno"], &unread["message"]),
        (&json!(2), &Value::Null)
    );
    let usage = error(&["counter", "get"], 2);
    assert_eq!(
        (&usage["errno"], &usage["attribute"]),
        (&Value::Null, &Value::Null)
    );
    assert!(usage["hint"]
        .as_str()
        .unwrap()
        .starts_with("Usage: parley counter get"));
    let keys = |value| keys(value).join(" ");
    for other in [&long, &device, &unread, &usage] {
        assert_eq!(keys(other), keys(&expected));
    }
}
