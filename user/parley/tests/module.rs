// SPDX-License-Identifier: MIT OR Apache-2.0

//! The module as a module: parameters, unloading, loading again.
//!
//! These tests unload the module, which the other tests need, so they run alone.

mod common;

use common::calls::listener;
use common::module::{insmod, is_held, rmmod, Reload, FILE};
use common::program::PROGRAM;
use common::raw::Raw;
use common::{client, refusal, refused, Calls, CREATE, WAIT};
use parley::client::Agent;
use parley::device::Device;
use parley::{Client, Error};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

/// Runs one test at a time, even if the test runner was not told to.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn there_are_no_more_counters_than_max_counters() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload::with(&["max_counters=3"]);
    let mut client = client();
    for name in ["a", "b", "c"] {
        client.set(name, 1, CREATE).unwrap();
    }
    let full = || refusal(libc::ENOSPC, "max_counters allows no more counters", "");
    assert_eq!(refused(client.set("d", 1, CREATE)), full());
    assert_eq!(refused(client.add("d", 1, true)), full());
    client.set("a", 2, CREATE).unwrap();
    client.del("b").unwrap();
    client.add("d", 1, true).unwrap();
    assert_eq!(client.stats_get().unwrap().counters.unwrap(), 3);
}

#[test]
fn without_the_module_every_command_says_how_to_load_it() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload::without_it();
    for arguments in [
        &["echo", "hello"][..],
        &["counter", "get", "x"],
        &["counter", "set", "x", "1"],
        &["stats"],
        &["family"],
        &["monitor"],
        &["agent", "--reply", "x"],
        &["ask", "x"],
        &["device", "echo", "x"],
        &["device", "counter-add", "x", "1"],
    ] {
        let output = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("insmod kmod/parley.ko"), "{err}");
    }
}

#[test]
fn a_socket_survives_the_module_and_nothing_of_it_is_remembered() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload;
    let mut open = client();
    open.echoed(b"before").unwrap();
    open.set("forgotten", 1, CREATE).unwrap();
    rmmod();
    assert!(matches!(open.echoed(b"without"), Err(Error::NoFamily(_))));
    assert!(matches!(Client::open(), Err(Error::NoFamily(_))));
    insmod(&[]);
    let mut again = client();
    assert_eq!(again.echoed(b"after").unwrap(), b"after");
    assert_eq!(refused(again.get("forgotten")).errno, libc::ENOENT);
    assert_eq!(again.stats_get().unwrap().echoes.unwrap(), 1);
}

#[test]
fn listeners_askers_and_the_agent_each_get_their_end() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload;
    let wait = Some(Duration::from_secs(20));
    let mut agent = Agent::register().unwrap();
    let mut listeners = [listener(wait).unwrap(), listener(wait).unwrap()];
    let askers: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| client().answered(b"still there?", Some(Duration::from_secs(60))))
        })
        .collect();
    for _ in &askers {
        agent.next_question(wait).unwrap();
    }
    rmmod();
    for asked in askers {
        assert_eq!(
            refused(asked.join().unwrap()),
            refusal(libc::EPIPE, "the module is being unloaded", "")
        );
    }
    assert!(matches!(agent.next_question(wait), Err(Error::NoFamily(_))));
    for listener in &mut listeners {
        assert!(matches!(listener.next_event(), Err(Error::NoFamily(_))));
    }
    assert!(matches!(agent.answer(1, b"late"), Err(Error::NoFamily(_))));
    insmod(&[]);
    // The sockets are still open, but no longer belong to an agent.
    drop(Agent::register().unwrap());
    assert_eq!(client().stats_get().unwrap().asks_pending.unwrap(), 0);
}

#[test]
fn it_unloads_with_1024_questions_pending() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload;
    let mut agent = Agent::register().unwrap();
    // One socket may have at most 64 pending questions.
    let mut sockets: Vec<_> = (0..16).map(|_| Raw::new()).collect();
    for number in 0..1024 {
        sockets[number % 16].ask(b"?", 60_000, 0);
        agent.next_question(Some(WAIT)).unwrap();
    }
    assert_eq!(client().stats_get().unwrap().asks_pending.unwrap(), 1024);
    rmmod();
    insmod(&[]);
    assert_eq!(client().stats_get().unwrap().asks_pending.unwrap(), 0);
}

#[test]
fn an_open_device_holds_the_module() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload;
    let device = Device::open().unwrap();
    is_held();
    assert_eq!(device.echo(b"still here").unwrap(), b"still here");
    drop(device);
    rmmod();
    assert!(Device::open().is_err());
}

#[test]
fn an_open_file_in_debugfs_holds_the_module() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload;
    let mut stats = std::fs::File::open("/sys/kernel/debug/parley/stats").unwrap();
    is_held();
    let mut shown = String::new();
    std::io::Read::read_to_string(&mut stats, &mut shown).unwrap();
    assert!(shown.starts_with("echoes "), "{shown}");
    drop(stats);
    rmmod();
}

#[test]
fn it_loads_and_unloads_fifty_times_with_counters_in_it() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let _reload = Reload;
    for round in 0..50 {
        let mut client = client();
        for i in 0..20 {
            client.set(format!("c{i}"), round, CREATE).unwrap();
        }
        rmmod();
        insmod(&[]);
    }
}

#[test]
fn the_kernel_can_find_it_by_the_familys_name() {
    let output = Command::new("modinfo")
        .args(["-F", "alias"])
        .arg(FILE)
        .output()
        .unwrap();
    let aliases = String::from_utf8(output.stdout).unwrap();
    assert!(
        aliases
            .lines()
            .any(|alias| alias == "net-pf-16-proto-16-family-parley"),
        "{aliases}"
    );
}

#[test]
fn each_network_namespace_has_counters_of_its_own() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let counter = common::Temporary::new("elsewhere", 1);
    let there = |arguments: &[&str]| {
        Command::new("unshare")
            .args(["--net", PROGRAM])
            .args(arguments)
            .output()
            .unwrap()
    };
    let output = there(&["counter", "get", counter.0]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr)
        .unwrap()
        .contains("no such counter"));
    let output = there(&["counter", "add", counter.0, "7", "--create"]);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "elsewhere  value 7  updates 1\n"
    );
    assert_eq!(client().get(counter.0).unwrap().value, 1);
}
