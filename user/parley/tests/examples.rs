// SPDX-License-Identifier: MIT OR Apache-2.0

//! The examples, against the loaded module: they do what an author would copy them
//! for, and print what their text says. Cargo builds them beside the tests.

mod common;

use common::{client, Calls, Temporary, CREATE, EXISTING};
use parley::uapi;
use parley_netlink::genl;
use parley_netlink::netlink::{protocol, Socket};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

/// The example `name`, which cargo builds beside this test.
fn example(name: &str) -> Command {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(name);
    assert!(path.exists(), "not built: cargo build --example {name}");
    Command::new(path)
}

fn printed(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.stdin(Stdio::null()).output().unwrap();
    let err = String::from_utf8(stderr).unwrap();
    assert!(status.success() && err.is_empty(), "{status}: {err}");
    String::from_utf8(stdout).unwrap()
}

/// An example that waits for the actions of others. It ends with the test.
struct Waiting {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Waiting {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Reads up to the line `last`, and returns the lines before it.
    fn read_to(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let len = self.out.read_line(&mut line).unwrap();
            assert_ne!(len, 0, "it ended after {lines:?}");
            match line.trim_end() {
                line if line == last => return lines,
                line => lines.push(line.to_owned()),
            }
        }
    }

    /// Returns what else it prints until it ends.
    fn rest(mut self) -> String {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success());
        rest
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn echo_gets_each_text_back_alone_and_in_one_datagram() {
    assert_eq!(
        printed(example("echo").args(["one", "two", "three"])),
        "alone: one\nfor this port: true\n0: one\n1: two\n2: three\n"
    );
}

#[test]
fn counter_shows_a_life_of_a_counter_and_why_the_kernel_refuses() {
    let _counter = Temporary::absent("copied");
    assert_eq!(
        printed(example("counter").arg("copied")),
        "copied stands at 42\nrefused: ERANGE\n  because: counter would fall below 0\n  \
         where:   counter.delta\nlisted: copied at 42\nchanged meanwhile: false\n"
    );
    // The example has deleted its own counter, and does not touch the counters of others.
    client().set("copied", 7, CREATE).unwrap();
    let ended = example("counter").arg("copied").output().unwrap();
    let err = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(err.starts_with("counter: counter-set refused"), "{err}");
    assert!(err.contains("EEXIST"), "{err}");
    assert_eq!(client().get("copied").unwrap().value, 7);
}

#[test]
fn events_tells_what_there_is_and_then_each_change() {
    let _old = Temporary::new("heard-before", 5);
    let _new = Temporary::absent("heard");
    let mut events = Waiting::start(example("events").arg("3"));
    let before = events.read_to("listening");
    assert!(before.contains(&"there is heard-before at 5".to_owned()));
    let mut client = client();
    client.set("heard", 1, CREATE).unwrap();
    client.set("heard", 2, EXISTING).unwrap();
    client.del("heard").unwrap();
    assert_eq!(
        events.rest(),
        "new heard at 1\nheard is at 2\nheard is gone\n"
    );
}

#[test]
fn events_tells_the_same_by_epoll_and_in_a_task() {
    for name in ["events_epoll", "events_tokio"] {
        let _new = Temporary::absent("waited-for");
        let mut events = Waiting::start(example(name).arg("3"));
        assert_eq!(events.read_to("listening"), [""; 0], "{name}");
        let mut client = client();
        client.set("waited-for", 1, CREATE).unwrap();
        client.set("waited-for", 2, EXISTING).unwrap();
        client.del("waited-for").unwrap();
        assert_eq!(
            events.rest(),
            "new waited-for at 1\nwaited-for is at 2\nwaited-for is gone\n",
            "{name}"
        );
    }
}

#[test]
fn a_listener_that_was_outrun_lists_the_counters_and_goes_on() {
    for name in ["events", "events_epoll", "events_tokio"] {
        let counter = Temporary::new("outrun", 0);
        let mut events = Waiting::start(example(name).arg("1000000"));
        events.read_to("listening");
        let pid = events.child.id().to_string();
        let signal = |signal: &str| {
            let sent = Command::new("kill").args([signal, &pid]).status();
            assert!(sent.unwrap().success());
        };
        signal("-STOP");
        // More events than its buffer holds.
        let mut client = client();
        for _ in 0..5000 {
            client.add(counter.0, 1, false).unwrap();
        }
        signal("-CONT");
        let before = events.read_to("there is outrun at 5000");
        assert!(before.len() < 5000, "{name}");
        client.add(counter.0, 1, false).unwrap();
        events.read_to("outrun is at 5001");
    }
}

#[test]
fn agent_answers_in_capitals_as_often_as_it_is_told_to() {
    let mut agent = Waiting::start(example("agent").arg("2"));
    assert_eq!(agent.read_to("ready"), [""; 0]);
    let mut client = client();
    for (question, answer) in [("forty-two", "FORTY-TWO"), ("why?", "WHY?")] {
        let wait = Some(Duration::from_secs(20));
        let answered = client.answered(question.as_bytes(), wait).unwrap();
        assert_eq!(answered.answer, answer.as_bytes());
    }
    assert_eq!(agent.rest(), "asked forty-two\nasked why?\n");
}

#[test]
fn any_program_of_the_library_is_traced_if_the_environment_says_so() {
    let stderr = |value: &str| {
        let mut command = example("resolve");
        let output = command
            .arg("parley")
            .env("NETLINK_TRACE", value)
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let trace = stderr("1");
    for part in [
        "create   socket(AF_NETLINK",
        "send     sendto(",
        "nlctrl CTRL_CMD_GETFAMILY, a request",
        "\"parley\"",
    ] {
        assert!(trace.contains(part), "{part}: {trace}");
    }
    assert!(stderr("all").len() >= trace.len());
    assert_eq!((stderr("0").as_str(), stderr("").as_str()), ("", ""));
}

#[test]
fn resolve_tells_the_numbers_that_the_kernel_gave_out() {
    let mut socket = Socket::open(protocol::GENERIC).unwrap();
    let family = genl::resolve(&mut socket, uapi::FAMILY_NAME).unwrap();
    let group = family.groups[0].id;
    assert_eq!(
        printed(example("resolve").arg("parley")),
        format!(
            "parley is number {}\n  group events is number {group}\n",
            family.id
        )
    );
}
