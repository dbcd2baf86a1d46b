// SPDX-License-Identifier: MIT OR Apache-2.0

//! Network namespaces: their own counters, events and questions, and how they end.

mod common;

use common::calls::listener;
use common::program::{behind, parley, Ended, PROGRAM};
use common::raw::Raw;
use common::{client, until, Calls, Temporary, CREATE, WAIT};
use parley::client::Agent;
use parley::uapi::cmd;
use parley_netlink::netlink::message::flags;
use parley_netlink::netlink::namespace;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// A namespace that `ip netns` knows.
struct Named(&'static str);

impl Named {
    fn new(name: &'static str) -> Self {
        let status = Command::new("ip").args(["netns", "add", name]).status();
        assert!(status.unwrap().success());
        Self(name)
    }

    fn parley(&self, arguments: &[&str]) -> Ended {
        parley(&[arguments, &["--netns", self.0]].concat())
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", self.0]).status();
    }
}

#[test]
fn a_named_namespace_keeps_its_counters_from_one_command_to_the_next() {
    let (red, blue) = (Named::new("red"), Named::new("blue"));
    let _here = Temporary::new("colour", 1);
    for (namespace, value) in [(&red, "2"), (&blue, "3")] {
        let set = namespace.parley(&["counter", "set", "colour", value, "--create"]);
        assert!(set.status == Some(0), "{}", set.err);
    }
    for (namespace, value) in [(&red, 2), (&blue, 3)] {
        let got = namespace.parley(&["counter", "get", "colour"]);
        assert_eq!(got.out, format!("colour  value {value}  updates 1\n"));
    }
    let by_path = behind(
        &[],
        &["--netns", "/run/netns/red", "counter", "get", "colour"],
    );
    assert_eq!(by_path.out, "colour  value 2  updates 1\n");
    assert_eq!(client().get("colour").unwrap().value, 1);
    // A new namespace of the same name begins with nothing.
    drop(red);
    let red = Named::new("red");
    assert_eq!(red.parley(&["counter", "list"]).out, "");
}

#[test]
fn a_namespace_that_is_none_is_refused_by_name() {
    for (netns, words) in [
        (
            "no-such",
            "cannot enter the network namespace /run/netns/no-such: No such file",
        ),
        (
            "/dev/null",
            "cannot enter the network namespace /dev/null: Invalid argument",
        ),
    ] {
        let output = parley(&["--netns", netns, "stats"]);
        assert_eq!(output.status, Some(1));
        assert!(output.err.contains(words), "{}", output.err);
    }
}

/// A limit on root's network namespaces. The kernel counts a namespace until it is gone for
/// good.
struct Limit(String);

impl Limit {
    const FILE: &str = "/proc/sys/user/max_net_namespaces";

    fn new(most: u32) -> Self {
        let before = std::fs::read_to_string(Self::FILE).unwrap();
        std::fs::write(Self::FILE, most.to_string()).unwrap();
        Self(before)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        std::fs::write(Self::FILE, &self.0).unwrap();
    }
}

/// Whether another network namespace can be created.
fn room_for_one() -> bool {
    let made = Command::new("unshare").args(["--net", "true"]).output();
    made.unwrap().status.success()
}

/// Runs an ip command for a thousand namespaces.
fn ip_thousand(what: &str) {
    let batch = std::env::temp_dir().join(format!("parley-netns-{what}"));
    let lines = (0..1000).map(|i| format!("netns {what} t{i}\n"));
    std::fs::write(&batch, lines.collect::<String>()).unwrap();
    let status = Command::new("ip").arg("-batch").arg(&batch).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_thousand_namespaces_are_made_used_and_deleted() {
    ip_thousand("add");
    // The thread that enters them stays in the last one.
    std::thread::spawn(|| {
        let home = std::fs::File::open("/proc/thread-self/ns/net").unwrap();
        for i in 0..1000 {
            namespace::enter(&namespace::path(&format!("t{i}"))).unwrap();
            let mut client = client();
            let stats = client.stats_get().unwrap();
            assert_eq!(
                (stats.counters, stats.echoes),
                (Some(0), Some(0)),
                "t{i} is new"
            );
            client.set("c", i, CREATE).unwrap();
            client.echoed(b"hello").unwrap();
            // These end with the namespace's sockets: a listener, a dump in the middle, and a
            // question that waits for its agent.
            let _listener = listener(None).unwrap();
            let mut agent = Agent::register().unwrap();
            let mut asker = Raw::new();
            asker.ask(b"?", 60_000, 0);
            agent.next_question(Some(WAIT)).unwrap();
            asker.send(cmd::COUNTER_GET, flags::DUMP, |_| Ok(()));
            assert_eq!(client.stats_get().unwrap().asks_pending.unwrap(), 1);
        }
        drop(home);
    })
    .join()
    .unwrap();
    let limit = Limit::new(1000);
    assert!(!room_for_one(), "they are all there");
    drop(limit);
    ip_thousand("del");
    let limit = Limit::new(1);
    until("they are all gone", room_for_one);
    drop(limit);
    // Their states are gone, too. kmemleak would find leftovers at the end of the
    // run.
    client().set("after", 1, CREATE).unwrap();
    client().del("after").unwrap();
}

#[test]
fn an_agent_hears_the_questions_of_its_namespace_alone() {
    let red = Named::new("red-asks");
    let _here = Agent::register().unwrap();
    let refused = red.parley(&["ask", "anybody?"]);
    assert!(refused.err.contains("the namespace has no agent"));
    let mut there = Command::new(PROGRAM)
        .args(["agent", "--reply", "red", "--count", "1", "--netns", red.0])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(there.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let answer = red.parley(&["ask", "which?", "--raw"]);
    assert_eq!(answer.out, "red", "{}", answer.err);
    assert!(there.wait().unwrap().success());
}

#[test]
fn a_namespace_that_is_deleted_under_an_open_dump_ends_with_it() {
    let gone = Named::new("dump-gone");
    // A thread of its own, because it stays in that namespace until it ends.
    let mut raw = std::thread::spawn(|| {
        namespace::enter(&namespace::path("dump-gone")).unwrap();
        let mut client = client();
        for i in 0..4000 {
            client.set(format!("c-{i:04}"), i, CREATE).unwrap();
        }
        Raw::new()
    })
    .join()
    .unwrap();
    let (seq, request) = raw.request(cmd::COUNTER_GET, flags::DUMP, |_| Ok(()));
    let mut gone = Some(gone);
    let mut count = 0;
    let interrupted = raw
        .socket
        .dump(&request, seq, |_| {
            count += 1;
            // The open socket holds the namespace, with all its counters.
            drop(gone.take());
            Ok(())
        })
        .unwrap();
    assert_eq!((count, interrupted), (4000, false));
    // The same with a dump that is never read to its end.
    raw.begin_dump();
    drop(raw);
    let limit = Limit::new(1);
    until("it is gone", room_for_one);
    drop(limit);
}
