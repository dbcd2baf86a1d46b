// SPDX-License-Identifier: MIT OR Apache-2.0

//! Names that are not UTF-8: different names are always printed differently, and JSON has
//! their bytes.

mod common;

use common::network::{feed, those, Netns, Object, PROGRAM};
use common::{client, Calls, CREATE};
use parley::device::Device;
use serde_json::{json, Value};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

/// A name that is not UTF-8, and a name that equals the text shown for the first.
const BYTES: &[u8] = b"n\xff";
const TEXT: &str = "n\\xff";

/// Runs `before`, followed by words of bytes, and returns its output.
fn run(before: &[&str], words: &[&[u8]]) -> String {
    let output = Command::new(before[0])
        .args(&before[1..])
        .args(words.iter().map(|word| OsStr::from_bytes(word)))
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{before:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

fn one<'a>(all: &'a [Object], key: &str, value: &str) -> &'a Object {
    let found = those(all, key, value);
    assert_eq!(found.len(), 1, "{key} {value}: {all:?}");
    found[0]
}

#[test]
fn a_network_name_that_is_not_utf_8_has_its_bytes_in_json() {
    let netns = Netns::new("names");
    let ip = |words: &str, name: &[u8], rest: &str| {
        let words: Vec<_> = words.split(' ').map(str::as_bytes).collect();
        let rest: Vec<_> = rest.split(' ').map(str::as_bytes).collect();
        run(
            &["ip", "-n", "names"],
            &[&words[..], &[name], &rest].concat(),
        );
    };
    ip("link add", BYTES, "type veth peer name other7");
    ip("link add", TEXT.as_bytes(), "type dummy");
    ip("link set", BYTES, "up");
    netns.ip("link set other7 up");
    ip("link set", BYTES, "alias alias");
    ip(
        "link property add dev d0 altname",
        b"alt\xfe",
        "altname other",
    );
    ip("address add 192.0.2.1/24 dev", BYTES, "label n:1");
    ip("route add 198.51.100.0/24 dev", BYTES, "metric 5");
    ip(
        "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev",
        BYTES,
        "nud permanent",
    );
    ip("rule add iif", BYTES, "priority 77");

    let hex = json!("6eff");
    let links = netns.parley_json("show links");
    // Text doubles a backslash, so it tells the two apart. The first of them is shown with its
    // other end.
    let shown = netns.parley_text("show links");
    assert!(
        shown.contains(" n\\xff@other7 ") && shown.contains(" n\\\\xff "),
        "{shown}"
    );
    let both = those(&links, "ifname", TEXT);
    let bytes: Vec<_> = both.iter().map(|link| link.get("ifname_hex")).collect();
    assert_eq!(bytes, [Some(&hex), None]);
    let d0 = one(&links, "ifname", "d0");
    assert_eq!(d0["altnames"], json!(["alt\\xfe", "other"]));
    assert_eq!(d0["altnames_hex"], json!(["616c74fe", "6f74686572"]));
    let other = one(&links, "ifname", "other7");
    assert_eq!((&other["link"], &other["link_hex"]), (&json!(TEXT), &hex));

    let addresses = netns.parley_json("show addresses");
    let link = addresses
        .iter()
        .find(|link| link.get("ifname_hex") == Some(&hex));
    assert_eq!(link.unwrap()["addr_info"][0]["local"], "192.0.2.1");
    let routes = netns.parley_json("show routes");
    assert_eq!(one(&routes, "dst", "198.51.100.0/24")["dev_hex"], hex);
    let neighbours = netns.parley_json("show neighbours");
    assert_eq!(one(&neighbours, "dst", "192.0.2.9")["dev_hex"], hex);
    let rules = netns.parley_json("show rules");
    let rule = rules.iter().find(|rule| rule["priority"] == 77).unwrap();
    assert_eq!((&rule["iif"], &rule["iif_hex"]), (&json!(TEXT), &hex));

    let mut monitor = netns.monitor("addresses --json");
    ip("address add 192.0.2.2/24 dev", BYTES, "nodad");
    let event = monitor.event_of("local", "192.0.2.2");
    assert_eq!((&event["label"], &event["label_hex"]), (&json!(TEXT), &hex));
    assert_eq!(event["ifname_hex"], hex);
}

#[test]
fn a_firewall_comment_that_is_not_utf_8_has_its_bytes_in_json() {
    let netns = Netns::new("names-nft");
    let mut nft = Command::new("ip");
    nft.args(["netns", "exec", netns.0, "python3", "-c"]);
    nft.arg(
        "import subprocess
rules = b'table ip t { chain c { counter comment \"said \\xff\"; }; }'
subprocess.run(['nft', '-f', '-'], input=rules, check=True)",
    );
    feed(&mut nft, "");
    let all = netns.firewall();
    let rule = &all.iter().find(|(kind, _)| kind == "rule").unwrap().1;
    assert_eq!(rule["comment"], "said \\xff");
    assert_eq!(rule["comment_hex"], "7361696420ff");
}

#[test]
fn a_counter_is_shown_by_a_name_that_no_other_has() {
    let names: [&[u8]; 3] = [BYTES, TEXT.as_bytes(), b"n\x1b"];
    for name in names {
        client().set(name, 1, CREATE).unwrap();
    }
    let list = run(&[PROGRAM, "counter", "list", "--prefix", "n"], &[]);
    let shown: Vec<_> = list
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(shown, ["n\\x1b", "n\\\\xff", "n\\xff"]);
    let json: Vec<Value> = names
        .iter()
        .flat_map(|name| {
            [
                run(&[PROGRAM, "--json", "counter", "get"], &[*name]),
                run(
                    &[PROGRAM, "--json", "device", "counter-add"],
                    &[*name, b"0"],
                ),
            ]
        })
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect();
    for (pair, (name, hex)) in
        json.chunks(2)
            .zip([(TEXT, Some("6eff")), (TEXT, None), ("n\u{1b}", None)])
    {
        for object in pair {
            assert_eq!(object["name"], name);
            assert_eq!(object.get("name_hex"), hex.map(Value::from).as_ref());
        }
    }
    for name in names {
        client().del(name).unwrap();
    }
}

#[test]
fn a_name_with_a_nul_is_refused_and_not_cut_there() {
    client().set("cut", 1, CREATE).unwrap();
    let over_netlink = client().add("cut\0off", 1, false).unwrap_err();
    let by_device = Device::open()
        .unwrap()
        .counter_add("cut\0off", 1)
        .unwrap_err();
    assert_eq!(by_device.kind(), ErrorKind::InvalidInput);
    assert_eq!(by_device.to_string(), over_netlink.to_string());
    assert_eq!(client().get("cut").unwrap().value, 1);
    client().del("cut").unwrap();
}
