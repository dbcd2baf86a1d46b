// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley compare`: which channels answer, with how many system calls, and what they leave behind.

mod common;

use common::module::Reload;
use common::program::{
    end_of, ended, more, parley, parley_as_nobody, system_calls, Ended, PROGRAM,
};
use common::until;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const KERNEL: [&str; 5] = ["system-call", "ioctl", "read-write", "debugfs", "netlink"];
const PROCESS: [&str; 6] = [
    "pipe",
    "unix-stream",
    "unix-datagram",
    "udp",
    "tcp",
    "shared-memory",
];

fn compare(arguments: &[&str]) -> Ended {
    parley(&[&["compare"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    let output = compare(&[&["--json"][..], arguments].concat());
    assert_eq!(output.status, Some(0), "{}", output.err);
    assert_eq!(output.out.lines().count(), 1);
    serde_json::from_str(&output.out).unwrap()
}

/// The channels, by their ids.
fn channels(object: &Value) -> BTreeMap<&str, &Value> {
    let channels = object["channels"].as_array().unwrap();
    channels
        .iter()
        .map(|channel| (channel["id"].as_str().unwrap(), channel))
        .collect()
}

fn keys(object: &Value) -> Vec<&str> {
    let keys = object.as_object().unwrap().keys();
    keys.map(String::as_str).collect()
}

#[test]
fn every_channel_answers_with_every_length() {
    let object = json(&[
        "--times", "20", "--size", "1", "--size", "5000", "--size", "61440",
    ]);
    let channels = channels(&object);
    let all: BTreeSet<_> = KERNEL.into_iter().chain(PROCESS).collect();
    assert_eq!(channels.keys().copied().collect::<BTreeSet<_>>(), all);
    for (id, channel) in channels {
        assert_eq!(channel["absent"], Value::Null, "{id}");
        let cells = channel["cells"].as_array().unwrap();
        let sizes: Vec<_> = cells.iter().map(|cell| cell["size"].as_u64()).collect();
        match id {
            "system-call" | "debugfs" => assert_eq!(sizes, [None]),
            _ => assert_eq!(sizes, [Some(1), Some(5000), Some(61_440)]),
        }
        for cell in cells {
            assert!(cell["ns"].as_f64().unwrap() > 0.0, "{id}: {cell}");
            assert_eq!(cell["error"], Value::Null, "{id}");
        }
    }
}

#[test]
fn the_keys_of_the_json_stay_what_they_are() {
    let object = json(&["--times", "10", "--size", "16"]);
    assert_eq!(keys(&object), ["channels", "environment"]);
    let environment = ["cpus", "kernel", "one_cpu", "times"];
    assert_eq!(keys(&object["environment"]), environment);
    for channel in channels(&object).into_values() {
        assert_eq!(
            keys(channel),
            [
                "absent",
                "boundaries",
                "calls",
                "calls_fewest",
                "carries",
                "cells",
                "errors",
                "id",
                "kind",
                "listeners",
                "name",
                "starts"
            ]
        );
        assert_eq!(keys(&channel["cells"][0]), ["error", "ns", "size"]);
    }
}

#[test]
fn the_tables_fit_80_columns_and_nothing_else_is_said_where_no_terminal_is() {
    let output = compare(&["--times", "10"]);
    assert_eq!((output.status, output.err.as_str()), (Some(0), ""));
    for line in output.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(!line.chars().any(char::is_control), "{line}");
    }
    // Nine channels carry messages, of three lengths; the other two have one figure each.
    let figure = |word: &&str| {
        word.split_once('.')
            .is_some_and(|(_, part)| part.len() == 2)
    };
    let figures = output.out.lines().skip(2);
    let figures = figures.flat_map(str::split_whitespace).filter(figure);
    assert_eq!(figures.count(), 9 * 3 + 2);
}

#[test]
fn a_terminal_is_shown_how_far_it_is_and_that_is_wiped() {
    let script = format!("TERM=vt100 {PROGRAM} compare --times 10 --size 16 >/dev/null");
    let output = ended(Command::new("script").args(["-qec", &script, "/dev/null"]));
    assert_eq!(output.status, Some(0), "{}", output.err);
    let shown = output.out;
    assert!(shown.contains("\r[......"), "{shown:?}");
    assert!(
        shown.contains(" 10/11  shared memory + futex, 16 B"),
        "{shown:?}"
    );
    assert!(shown.ends_with("\r\x1b[K"), "{shown:?}");
}

/// Counts the system calls of the program and its peer.
fn calls(channel: &str, times: &str) -> BTreeMap<String, i64> {
    let options = ["compare", "--json", "--size", "16", "--only", channel];
    system_calls(&[&options[..], &["--times", times]].concat())
}

#[test]
fn a_round_trip_takes_as_many_system_calls_as_the_table_says_and_these() {
    // On a slow machine, the program checks once a second whether a starting peer is still
    // there. A call made once in ten round trips would be more than this.
    const SLACK: i64 = 9;
    let object = json(&["--times", "10", "--size", "16"]);
    for (id, channel) in channels(&object) {
        let few = calls(id, "10");
        let many = calls(id, "110");
        let mut more = more(&many, &few);
        more.retain(|_, more| more.abs() > SLACK);
        let calls = |key: &str| channel[key].as_i64().unwrap();
        let sum: i64 = more.values().sum();
        // If a round trip may take fewer calls, the short run may have made the most possible
        // and the long one the fewest, or the other way round.
        let (fewest, most) = (calls("calls_fewest"), calls("calls"));
        let reported = 110 * fewest - 10 * most - SLACK..=110 * most - 10 * fewest + SLACK;
        assert!(reported.contains(&sum), "{id}: {more:?}");
        let expected: &[&str] = match id {
            "system-call" => &["getppid"],
            "ioctl" => &["ioctl"],
            "read-write" => &["pread64", "write"],
            "debugfs" => &["pread64"],
            "netlink" => &["recvfrom", "sendto"],
            "shared-memory" => &["futex"],
            _ => &["read", "write"],
        };
        assert_eq!(more.keys().copied().collect::<Vec<_>>(), expected, "{id}");
    }
}

/// The processes that are now at the other end of a comparison.
fn peers() -> Vec<i32> {
    let processes = fs::read_dir("/proc").unwrap();
    let pids = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let is_peer = |pid: &i32| {
        // The process may have ended in between.
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.starts_with(b"parley\0compare\0--peer\0")
    };
    pids.filter(is_peer).collect()
}

/// A comparison that would take hours, and the process at its other end.
fn endless(channel: &str) -> (Child, i32) {
    let before = peers();
    let new = || peers().into_iter().find(|peer| !before.contains(peer));
    let child = Command::new(PROGRAM)
        .args(["compare", "--only", channel])
        .args(["--size", "16", "--times", "10000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("there is a peer", || new().is_some());
    (child, new().unwrap())
}

fn kill(signal: &str, pid: i32) {
    let status = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn no_process_is_left_when_it_is_done() {
    assert_eq!(compare(&["--times", "10", "--size", "16"]).status, Some(0));
    assert!(peers().is_empty());
}

#[test]
fn the_peer_goes_with_who_started_it_even_where_that_is_killed() {
    for channel in PROCESS {
        let (mut child, _) = endless(channel);
        child.kill().unwrap();
        child.wait().unwrap();
        until(channel, || peers().is_empty());
    }
}

#[test]
fn a_peer_that_is_killed_is_told_and_not_waited_for() {
    for channel in PROCESS {
        let (child, peer) = endless(channel);
        kill("-KILL", peer);
        let output = end_of(child.wait_with_output().unwrap());
        assert_eq!(output.status, Some(1), "{channel}");
        assert!(
            output
                .out
                .contains("unavailable: the other process has ended"),
            "{channel}: {}",
            output.out
        );
        assert_eq!(
            output.err,
            "parley: this machine has none of these channels\n"
        );
        assert!(peers().is_empty());
    }
}

#[test]
fn a_peer_that_is_stopped_is_given_up_and_not_waited_for() {
    // A pipe waits for a stopped peer.
    let channels = PROCESS.into_iter().filter(|channel| *channel != "pipe");
    let stopped: Vec<_> = channels
        .map(|channel| {
            let (child, peer) = endless(channel);
            kill("-STOP", peer);
            (channel, child)
        })
        .collect();
    for (channel, child) in stopped {
        let output = end_of(child.wait_with_output().unwrap());
        assert_eq!(output.status, Some(1), "{channel}");
        let words = "unavailable: the other process did not answer in 10 s";
        // The row is wrapped.
        let said = output.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words), "{channel}: {}", output.out);
        assert_eq!(
            output.err,
            "parley: this machine has none of these channels\n"
        );
    }
    assert!(peers().is_empty());
}

#[test]
fn a_peer_whose_parent_is_another_ends_at_once() {
    let peer = ["--peer", "udp", "--size", "16", "--parent", "1"];
    let output = compare(&peer);
    assert_eq!((output.status, output.err.as_str()), (Some(0), ""));
}

#[test]
fn without_the_module_its_channels_say_so_and_the_others_answer() {
    let _reload = Reload::without_it();
    let object = json(&["--times", "10", "--size", "16"]);
    let channels = channels(&object);
    for (id, why) in [
        ("ioctl", "the module is not loaded"),
        ("read-write", "the module is not loaded"),
        (
            "debugfs",
            "the module is not loaded, or debugfs is not mounted",
        ),
        ("netlink", "the module is not loaded"),
    ] {
        assert_eq!(channels[id]["absent"], why);
    }
    for id in PROCESS.into_iter().chain(["system-call"]) {
        assert_eq!(channels[id]["absent"], Value::Null, "{id}");
    }
    let output = compare(&["--times", "10"]);
    assert_eq!(output.status, Some(0));
    assert!(output
        .out
        .contains("unavailable: the module is not loaded\n"));
    let output = compare(&["--only", "netlink"]);
    assert_eq!(output.status, Some(1));
    assert_eq!(
        output.err,
        "parley: this machine has none of these channels\n"
    );
}

#[test]
fn where_lo_is_down_udp_and_tcp_say_so_and_the_others_answer() {
    let output =
        ended(Command::new("unshare").args(["--net", PROGRAM, "compare", "--times", "10"]));
    assert_eq!((output.status, output.err.as_str()), (Some(0), ""));
    let why = "unavailable: the interface lo is down";
    let absent: Vec<_> = output
        .out
        .lines()
        .filter(|line| line.contains("unavailable"))
        .map(|line| line.split(why).next().unwrap().trim())
        .collect();
    assert_eq!(absent, ["UDP on loopback", "TCP on loopback"]);
}

#[test]
fn a_plain_user_is_told_what_is_roots() {
    let output = parley_as_nobody(&["compare", "--times", "10"]);
    assert_eq!((output.status, output.err.as_str()), (Some(0), ""));
    let absent: Vec<_> = output
        .out
        .lines()
        .filter(|line| line.contains("unavailable"))
        .collect();
    assert_eq!(
        absent,
        ["  debugfs file              unavailable: only root may read debugfs"]
    );
}

#[test]
fn only_the_channels_asked_for_are_measured_and_nonsense_is_wrong_usage() {
    let object = json(&["--times", "10", "--only", "tcp", "--only", "ioctl"]);
    let ids: Vec<_> = channels(&object).into_keys().collect();
    assert_eq!(ids, ["ioctl", "tcp"]);
    for arguments in [
        &["--only", "carrier-pigeon"][..],
        &["--size", "0"],
        &["--size", "61441"],
        &["--times", "0"],
        &["--times", "many"],
        &["--peer", "pipe"],
    ] {
        assert_eq!(compare(arguments).status, Some(2), "{arguments:?}");
    }
}

/// Makes an empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn the_picture_is_well_formed_and_has_every_channel() {
    let folder = folder("parley-compare-picture");
    let file = folder.join("picture.svg");
    fs::write(&file, "what was there before").unwrap();
    let path = file.to_str().unwrap();
    let object = json(&["--times", "10", "--size", "16"]);
    for (arguments, numbers) in [
        (&["--size", "16"][..], &["16 B"][..]),
        (
            &["--size", "1", "--size", "1024", "--size", "61440"],
            &["1 B", "1 KiB", "60 KiB"],
        ),
    ] {
        let all = [&["--times", "10", "--plot", path], arguments].concat();
        let output = compare(&all);
        assert_eq!((output.status, output.err.as_str()), (Some(0), ""));
        let read = "import sys, xml.etree.ElementTree as tree\n\
            for text in tree.parse(sys.argv[1]).iter('{http://www.w3.org/2000/svg}text'):\n  \
            print(text.text.strip())";
        let output = ended(Command::new("python3").args(["-c", read, path]));
        assert_eq!((output.status, output.err.as_str()), (Some(0), ""));
        let texts: BTreeSet<_> = output.out.lines().collect();
        for channel in channels(&object).into_values() {
            let name = channel["name"].as_str().unwrap();
            assert!(texts.contains(name), "{name}: {texts:?}");
        }
        for number in numbers {
            assert!(texts.contains(number), "{number}: {texts:?}");
        }
    }
    // There is nothing else in the folder.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_picture_that_cannot_be_written_is_told_and_leaves_nothing() {
    let folder = folder("parley-compare-nowhere");
    let nowhere = folder.join("none/picture.svg");
    let long = folder.join("x".repeat(300));
    for (path, words) in [
        (folder.to_str().unwrap(), "it is a folder"),
        (nowhere.to_str().unwrap(), "there is no folder"),
        (long.to_str().unwrap(), "File name too long"),
        ("/dev/full", "No space left"),
    ] {
        let output = compare(&["--only", "ioctl", "--times", "10", "--plot", path]);
        assert_eq!(output.status, Some(1));
        let reported = output.err;
        assert!(
            reported.contains(&format!("parley: cannot write {path}")),
            "{reported}"
        );
        assert!(reported.contains(words), "{reported}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    fs::remove_dir_all(&folder).unwrap();
}
