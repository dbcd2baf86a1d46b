// SPDX-License-Identifier: MIT OR Apache-2.0

//! `--explain`, `--pcap` and `parley decode`, against what strace, tshark and a
//! capture on an nlmon device say of the same conversation.

#[path = "explain/captures.rs"]
mod captures;
mod common;

use common::program::{ended, parley, Scratch, PROGRAM};
use common::Temporary;
use std::fs;
use std::process::Command;

/// A system call: its name, its first argument and its result, as far as both report
/// them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    name: String,
    first: String,
    result: Option<String>,
}

/// Reads `name(first, ...) = result`.
fn call(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let known = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let first = rest.split([',', ')']).next()?;
    let result = rest.rsplit_once(" = ").map(|(_, result)| result);
    let word = |result: &str| result.split_whitespace().next().map(str::to_owned);
    (known && !name.is_empty()).then(|| Call {
        name: name.to_owned(),
        first: first.to_owned(),
        result: result.and_then(word),
    })
}

/// The calls that `--explain` reported, each in one line.
fn reported(err: &str) -> Vec<Call> {
    let mut lines: Vec<String> = Vec::new();
    for line in err.lines() {
        let stage = line.get(..9).unwrap_or_default();
        if stage.starts_with(|c: char| c.is_ascii_lowercase()) && stage.ends_with(' ') {
            lines.push(line[9..].to_owned());
        } else if let (Some(more), Some(last)) =
            (line.strip_prefix("           "), lines.last_mut())
        {
            if !last.contains(") = ") && !more.starts_with(' ') && !more.starts_with('*') {
                last.push(' ');
                last.push_str(more);
            }
        }
    }
    lines.iter().filter_map(|line| call(line)).collect()
}

/// What `send` of the C library calls, but for s390, whose kernel also has a call send.
const SENDTO: &str = "sendto";

/// The calls of a trace on the descriptor that `opens` returned, from there until it is
/// closed.
fn traced(trace: &str, opens: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in trace.lines() {
        // Skip the process ID.
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some(mut call) = call(line) else { continue };
        if call.name == "send" {
            call.name = SENDTO.to_owned();
        }
        let fd = calls.first().and_then(|first| first.result.clone());
        match fd {
            None if line.contains(opens) => calls.push(call),
            Some(fd) if call.first == fd => {
                let last = call.name == "close";
                calls.push(call);
                if last {
                    break;
                }
            }
            _ => {}
        }
    }
    calls
}

/// Compares the reported calls with what strace sees of the same run; returns the report.
fn told_as_traced(calls: &str, opens: &str, arguments: &[&str]) -> String {
    let trace = Scratch::new("strace");
    let filter = format!("trace={}", calls.replace(SENDTO, "sendto,?send"));
    let options = ["-f", "-e", &filter, "-o", trace.path()];
    let output = ended(
        Command::new("strace")
            .args(options)
            .args([PROGRAM, "--explain"])
            .args(arguments),
    );
    let err = output.err;
    let seen = traced(&fs::read_to_string(&trace.0).unwrap(), opens);
    let reported = reported(&err);
    assert!(seen.len() > 2, "{seen:?}");
    let names = |calls: &[Call]| Vec::from_iter(calls.iter().map(|call| call.name.clone()));
    assert_eq!(names(&reported), names(&seen), "{err}");
    for (reported, seen) in reported.iter().zip(&seen) {
        if reported.name == "close" {
            assert_eq!(reported.first, seen.first);
        } else {
            assert_eq!(reported, seen);
        }
    }
    err
}

/// The number of bytes that the rows show below each line that begins with `stage`.
fn bytes_below(err: &str, stage: &str) -> Vec<usize> {
    let mut counts = Vec::new();
    let mut here = false;
    for line in err.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            here = line.starts_with(stage);
            if here {
                counts.push(0);
            }
            continue;
        }
        let column = line.get(8..31).unwrap_or(line.get(8..).unwrap_or_default());
        let pairs = column.split_whitespace();
        let hex = |pair: &str| pair.len() == 2 && u8::from_str_radix(pair, 16).is_ok();
        if let (true, Some(count)) = (here && pairs.clone().all(hex), counts.last_mut()) {
            *count += pairs.count();
        }
    }
    counts
}

#[test]
fn each_step_is_told_as_strace_sees_it_in_the_same_order() {
    let counter = Temporary::new("steps", 5);
    for arguments in [
        &["counter", "add", counter.0, "2"][..],
        &["counter", "add", counter.0, "-43"],
        &["counter", "list"],
        &["echo", "--batch", "3", "hello"],
        &["stats"],
        &["family"],
        &["ask", "is anybody there?"],
    ] {
        let opens = "socket(AF_NETLINK";
        let err = told_as_traced("network,close", opens, arguments);
        let first = err.lines().nth(1).unwrap();
        let created = "create   socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_GENERIC) = ";
        assert!(first.starts_with(created), "{first}");
        for line in err.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.contains('\x1b'), "{line}");
        }
    }
}

#[test]
fn the_steps_of_the_device_are_told_too() {
    let counter = Temporary::new("device-steps", 5);
    let opens = "/dev/parley";
    for arguments in [
        &["device", "echo", "hello"][..],
        &["device", "echo", "--read-write", "hello"],
        &["device", "counter-add", counter.0, "2"],
        &["device", "counter-add", counter.0, "-99"],
    ] {
        told_as_traced("openat,ioctl,read,write,pread64,close", opens, arguments);
    }
}

#[test]
fn every_byte_of_each_message_is_shown() {
    let counter = Temporary::new("bytes", 5);
    let output = parley(&["counter", "add", counter.0, "2", "--explain=all"]);
    let err = output.err;
    for (stage, name) in [("send", "sendto"), ("receive", "recvfrom")] {
        let lengths: Vec<usize> = reported(&err)
            .iter()
            .filter(|call| call.name == name)
            .map(|call| call.result.as_ref().unwrap().parse().unwrap())
            .collect();
        assert_eq!(lengths.len(), 2);
        assert_eq!(bytes_below(&err, stage), lengths, "{err}");
    }
}

#[test]
fn standard_output_is_what_it_is_without() {
    let counter = Temporary::new("same-output", 5);
    let plain = parley(&["counter", "get", counter.0]);
    let explained = parley(&["--explain", "counter", "get", counter.0]);
    assert!(plain.status == Some(0) && explained.status == Some(0));
    assert_eq!(plain.out, explained.out);
    assert!(plain.err.is_empty() && !explained.err.is_empty());
}

#[test]
fn a_terminal_gets_colours_unless_it_wants_none() {
    let on_a_terminal = |before: &str| {
        let command = format!("{before} {PROGRAM} --explain stats");
        let output = ended(
            Command::new("script")
                .args(["-qec", &command, "/dev/null"])
                .env("TERM", "xterm")
                .env_remove("NO_COLOR"),
        );
        assert_eq!(output.status, Some(0));
        output.out
    };
    let coloured = on_a_terminal("");
    assert!(coloured.contains("\x1b[1m"), "{coloured}");
    // The output appears in its place among the reported calls.
    let place = |what: &str| coloured.find(what).unwrap();
    assert!(place("recvfrom(") < place("echo-bytes") && place("echo-bytes") < place("close("));
    assert!(!on_a_terminal("NO_COLOR=1").contains('\x1b'));
}
