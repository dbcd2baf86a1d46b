// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley call`, and the other commands that take a spec, with the spec of parley itself.
//! `make specs` compares `parley call` with pyynl, for every spec of the kernel.

mod common;

use common::network::Monitor;
use common::program::{fed, parley, parley_as_nobody, Ended, Scratch, PROGRAM};
use common::Temporary;
use serde_json::{json, Value};
use std::fs;
use std::process::Command;

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/parley.yaml");

/// Runs `parley --json call WORDS` and returns its output.
fn call(words: &[&str]) -> Value {
    let Ended { status, out, err } = parley(&[&["--json", "call"], words].concat());
    assert_eq!((status, err.as_str()), (Some(0), ""), "{words:?}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn an_operation_is_called_by_words_by_json_and_from_standard_input() {
    let bytes = call(&["echo", "payload=68656c6c6f"]);
    assert_eq!(bytes["payload"], "68656c6c6f");
    assert!(bytes["stamp"]["time-ns"].as_u64().unwrap() > 1_000_000);
    let object = r#"{"payload":"00ff"}"#;
    for words in [
        &["echo", object][..],
        &[object, "echo"],
        &["--spec", SPEC, "echo", object],
    ] {
        assert_eq!(call(words)["payload"], "00ff");
    }
    let mut command = Command::new(PROGRAM);
    let read = fed(
        command.args(["call", "echo", "--json", "-"]),
        object.as_bytes(),
    );
    let read: Value = serde_json::from_str(&read.out).unwrap();
    assert_eq!(read["payload"], "00ff");
}

#[test]
fn counters_are_set_and_dumped_and_what_has_no_reply_is_null() {
    let counter = Temporary::absent("called");
    let name = format!("name={}", counter.0);
    let set = call(&["counter-set", &name, "value=40", "create"]);
    assert_eq!(set, Value::Null);
    assert_eq!(call(&["counter-add", &name, "delta=-2"])["value"], 38);
    let all = call(&["counter-get", "--dump", "prefix=calle"]);
    assert_eq!(all[0]["name"], counter.0);
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(
        call(&["counter-get", "--dump", "prefix=nothing"]),
        json!([])
    );
    let text = parley(&["call", "counter-get", &name]);
    assert!(text.out.contains("value    38\n"), "{}", text.out);
    assert_eq!(call(&["counter-del", &name]), Value::Null);
    let quiet = parley(&["call", "counter-get", "--dump", "prefix=nothing"]);
    assert_eq!((quiet.status, quiet.out.as_str()), (Some(0), ""));
}

#[test]
fn what_the_kernel_refuses_names_the_attribute_and_what_the_program_refuses_a_better_one() {
    let refused = |words: &[&str]| {
        let Ended { status, err, .. } =
            parley(&[&["--json", "call", "--spec", SPEC], words].concat());
        assert_eq!(status, Some(1), "{err}");
        let object: Value = serde_json::from_str(&err).unwrap();
        (
            object["attribute"].clone(),
            object["missing"].clone(),
            object["errno"].clone(),
        )
    };
    let einval = json!(libc::EINVAL);
    assert_eq!(
        refused(&["counter-get"]),
        (json!("counter.name"), json!(true), einval)
    );
    let erange = json!(libc::ERANGE);
    let long = refused(&["ask", "question=61", "timeout-ms=60001"]);
    assert_eq!(long, (json!("ask.timeout-ms"), json!(false), erange));
    for (status, words, words_of_error) in [
        (
            2,
            &["ecko"][..],
            "parley has no operation `ecko`; did you mean `echo`?",
        ),
        (
            2,
            &["--doc", "ecko"],
            "parley has no operation `ecko`; did you mean `echo`?",
        ),
        (
            2,
            &["echo", "paylod=00"],
            "no attribute `paylod`; did you mean `payload`?",
        ),
        (2, &["counter-set", "name=x", "value=x"], "value cannot be"),
        (
            2,
            &["echo", "--dump"],
            "`echo` has no dump; leave out --dump",
        ),
        (2, &["question"], "`question` is only sent by the kernel"),
        (
            2,
            &["echo", "{}", "payload"],
            "payload needs a value: payload=VALUE",
        ),
        (2, &["--spec", SPEC], "--list-ops lists those of the spec"),
        (
            1,
            &["--spec", "/nowhere.yaml", "echo"],
            "parley: /nowhere.yaml: cannot read the spec",
        ),
        (
            1,
            &["--spec", "/dev/null", "echo"],
            "a spec must begin with the line",
        ),
    ] {
        let ended = parley(&[&["call"], words].concat());
        assert_eq!(ended.status, Some(status), "{words:?}");
        assert!(ended.err.contains(words_of_error), "{}", ended.err);
    }
    let nobody = parley_as_nobody(&["call", "counter-set", "name=x", "value=1"]);
    assert!(nobody.err.contains("CAP_NET_ADMIN"), "{}", nobody.err);
    assert_eq!(parley(&["call"]).status, Some(2));
}

#[test]
fn a_spec_is_listed_and_described() {
    let list = call(&["--spec", SPEC, "--list-ops"]);
    let named = |name: &str| {
        list.as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name)
            .cloned()
    };
    assert_eq!(
        named("counter-get").unwrap()["modes"],
        json!(["do", "dump"])
    );
    assert_eq!(named("question").unwrap()["modes"], json!(["event"]));
    let doc = call(&["--doc", "echo"]);
    assert_eq!(doc["do request"][0]["name"], "payload");
    assert_eq!(doc["do reply"][1]["attributes"][0]["name"], "time-ns");
    let text = parley(&["call", "--doc", "echo"]).out;
    assert_eq!(parley(&["call", "echo", "--doc"]).out, text);
    assert!(
        text.starts_with("echo: do\nSends the payload back"),
        "{text}"
    );
    assert!(
        text.contains("\ndo reply\n  payload               binary"),
        "{text}"
    );
    let family = parley(&["call", "--doc"]).out;
    assert!(family.starts_with("parley (genetlink)\n"), "{family}");
    assert!(family.lines().all(|line| line.len() <= 80), "{family}");
}

#[test]
fn the_events_of_a_group_are_printed_as_pyynl_prints_them() {
    let counter = Temporary::absent("told");
    let name = format!("name={}", counter.0);
    let words = ["monitor", "--spec", SPEC, "events", "--count", "3"];
    let mut monitor = Monitor::new(&[&words[..], &["-j"]].concat());
    let mut lines = Monitor::new(&[&words[..], &["-t"]].concat());
    assert_eq!(
        Value::from(monitor.event()),
        json!({"event": "listening", "group": 1})
    );
    assert!(lines.line().ends_with("Z  1 group; listening"));
    call(&["counter-set", &name, "value=1", "create"]);
    call(&["counter-add", &name, "delta=2"]);
    call(&["counter-del", &name]);
    for (kind, value) in [
        ("counter-new-ntf", 1),
        ("counter-change-ntf", 3),
        ("counter-del-ntf", 3),
    ] {
        let event = monitor.event();
        assert_eq!(
            (&event["name"], &event["msg"]["value"]),
            (&json!(kind), &json!(value))
        );
        assert_eq!(event["msg"]["name"], counter.0);
        let line = lines.line();
        assert!(line.contains(&format!("Z  {kind}  name told")), "{line}");
        assert!(line.contains(&format!("value {value}")), "{line}");
    }
    assert!(monitor.rest().is_empty() && lines.rest().is_empty());

    let none = parley(&["monitor", "--spec", SPEC, "event", "--timeout", "1s"]);
    assert!(
        none.err
            .contains("parley has no group `event`; did you mean `events`?"),
        "{}",
        none.err
    );
    assert_eq!(none.status, Some(2));
    let unnamed = parley(&["monitor", "--spec", SPEC]);
    assert_eq!(unnamed.status, Some(2));
    assert!(
        unnamed.err.contains("name a group: events"),
        "{}",
        unnamed.err
    );
    let unknown = parley(&["monitor", "events"]);
    assert_eq!(unknown.status, Some(2));
    let number = parley(&["monitor", "--spec", SPEC, "events", "-N"]);
    assert!(
        number
            .err
            .contains("'--numeric' cannot be used with '--spec'"),
        "{}",
        number.err
    );
}

/// A part of a family of every kernel. Neither parley nor the kernel's spec has these names.
const NETDEV: &str = "\
# SPDX-License-Identifier: GPL-2.0
name: netdev
doc: Devices.
attribute-sets:
  - name: device
    attributes: [ { name: place-of-device, type: u32 } ]
operations:
  list:
    - name: device-read
      doc: Reads a device.
      attribute-set: device
      do: { request: { attributes: [ place-of-device ] }, reply: { attributes: [ place-of-device ] } }
";

#[test]
fn a_trace_a_capture_and_a_family_have_the_names_of_a_spec_and_without_it_the_numbers() {
    let (spec, capture) = (Scratch::new("call-netdev.yaml"), Scratch::new("call.pcap"));
    fs::write(spec.path(), NETDEV).unwrap();
    let with_spec = ["--spec", spec.path()];
    let options = ["--explain", "--pcap", capture.path(), "call"];
    let words = ["device-read", "place-of-device=1"];
    let traced = parley(&[&options[..], &with_spec, &words].concat());
    assert!(traced.err.contains("netdev device-read"), "{}", traced.err);
    assert!(traced.err.contains("1: place-of-device"), "{}", traced.err);
    for command in [["decode", capture.path()], ["family", "netdev"]] {
        let plain = parley(&command);
        assert_eq!(plain.status, Some(0), "{}", plain.err);
        let named = parley(&[&command[..], &with_spec].concat());
        for name in ["device-read", "place-of-device"] {
            assert!(!plain.out.contains(name), "{}", plain.out);
            assert!(named.out.contains(name), "{}", named.out);
        }
    }
}

#[test]
fn names_of_a_spec_are_in_a_reply_and_in_a_family() {
    // The controller's names. Without a spec, parley uses the kernel's constants for them.
    let spec = Scratch::new("call-nlctrl.yaml");
    let text = "\
# SPDX-License-Identifier: GPL-2.0
name: nlctrl
protocol: genetlink-legacy
doc: A part of the controller.
attribute-sets:
  - name: ctrl
    attributes:
      - { name: family-id, type: u16 }
      - { name: family-name, type: string }
      - { name: version, type: u32 }
      - { name: hdrsize, type: u32 }
      - { name: maxattr, type: u32 }
      - { name: ops, type: indexed-array, sub-type: nest, nested-attributes: op }
  - name: op
    attributes:
      - { name: id, type: u32 }
      - { name: flags, type: u32, enum: op-flags, enum-as-flags: true }
definitions:
  - { name: op-flags, type: enum, entries: [ admin-perm, cmd-cap-do, cmd-cap-dump, cmd-cap-haspol, uns-admin-perm ] }
operations:
  enum-model: directional
  list:
    - name: getfamily
      doc: Reads a family.
      attribute-set: ctrl
      do:
        request: { value: 3, attributes: [ family-name ] }
        reply: { value: 1, attributes: [ family-id, ops ] }
      dump: { reply: { attributes: [ family-id ] } }
";
    fs::write(spec.path(), text).unwrap();
    let family = call(&["--spec", spec.path(), "getfamily", "family-name=parley"]);
    assert_eq!(family["family-name"], "parley");
    assert_eq!(
        family["ops"][1]["2"]["flags"],
        json!(["cmd-cap-do", "cmd-cap-dump", "cmd-cap-haspol"])
    );
    // The groups are not in this spec.
    assert!(family["UnknownAttr(7)"].is_string(), "{family}");
    let families = call(&["--spec", spec.path(), "getfamily", "--dump"]);
    assert!(families
        .as_array()
        .unwrap()
        .iter()
        .any(|one| one["family-name"] == "parley"));

    let own = parley(&["family", "--spec", spec.path()]);
    assert!(own.out.starts_with("name      nlctrl\n"), "{}", own.out);
    let plain = parley(&["family", "nlctrl"]);
    assert!(plain.out.contains("CTRL_ATTR_FAMILY_NAME"), "{}", plain.out);
    let folder = std::env::temp_dir().join("parley-test-call-specs");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let empty = parley(&["family", "--spec", folder.to_str().unwrap()]);
    assert!(empty.err.contains("contains no spec"), "{}", empty.err);
    let raw = folder.join("raw.yaml");
    fs::write(
        &raw,
        concat!(
            "# SPDX-License-Identifier: GPL-2.0\n",
            "{name: raw, protocol: netlink-raw, protonum: 0, doc: Raw., attribute-sets: [], ",
            "operations: {list: []}}\n",
        ),
    )
    .unwrap();
    let refused = parley(&["family", "--spec", raw.to_str().unwrap()]);
    assert!(
        refused
            .err
            .contains("raw.yaml is not a Generic Netlink spec"),
        "{}",
        refused.err
    );
    fs::write(folder.join("netdev.yaml"), NETDEV).unwrap();
    let named = parley(&["family", "netdev", "--spec", folder.to_str().unwrap()]);
    assert!(named.out.contains("device-read"), "{}", named.out);
    fs::remove_dir_all(&folder).unwrap();
}
