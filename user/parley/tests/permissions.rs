// SPDX-License-Identifier: MIT OR Apache-2.0

//! Who may do what: every operation and every call to the device, by every kind
//! of caller.

mod common;

use common::program::NOBODY;
use common::{client, Calls, Temporary, CREATE, EXISTING};
use parley::client::Agent;
use parley::device::Device;
use parley::uapi::{self, ask, cmd};
use parley::{Client, Error};
use parley_netlink::netlink::message::flags;
use parley_netlink::netlink::socket::Expect;
use std::collections::BTreeMap;
use std::process::Command;

const OWN_USER: [&str; 3] = ["unshare", "--user", "--map-root-user"];
const OWN_BOTH: [&str; 4] = ["unshare", "--user", "--map-root-user", "--net"];

/// A kind of caller: what it is, the words that start it, and whether it has
/// CAP_NET_ADMIN in the user namespace that owns its network namespace.
struct Caller {
    who: &'static str,
    before: Vec<&'static str>,
    admin: bool,
}

fn callers() -> Vec<Caller> {
    let caller = |who, before: &[&[&'static str]], admin| Caller {
        who,
        before: before.concat(),
        admin,
    };
    vec![
        caller("root", &[], true),
        caller(
            "root, own network namespace",
            &[&["unshare", "--net"]],
            true,
        ),
        caller("plain user", &[&NOBODY], false),
        caller(
            "root of own user ns, initial network ns",
            &[&OWN_USER],
            false,
        ),
        caller(
            "root of own user ns, network ns of that",
            &[&OWN_BOTH],
            true,
        ),
        caller(
            "plain user, the same two steps",
            &[&NOBODY, &OWN_BOTH],
            true,
        ),
        caller(
            "plain user, only the first of them",
            &[&NOBODY, &OWN_USER],
            false,
        ),
    ]
}

/// All calls, and whether each takes CAP_NET_ADMIN: every operation of the spec except
/// `answer`, which `try_all` tries in its own way, and every call to the device.
fn calls() -> Vec<(String, bool)> {
    let mut calls = Vec::new();
    for operation in uapi::OPERATIONS {
        if operation.r#do.is_some() && operation.number != cmd::ANSWER {
            calls.push((operation.name.to_owned(), operation.admin));
        }
        if operation.dump.is_some() {
            calls.push((format!("{}, dump", operation.name), operation.admin));
        }
    }
    for (call, admin) in [
        ("/dev/parley, open", false),
        ("/dev/parley, echo", false),
        ("/dev/parley, write and read", false),
        ("/dev/parley, counter-add", true),
    ] {
        calls.push((call.to_owned(), admin));
    }
    calls
}

/// A request without attributes, for an operation that has no typed call here. The
/// kernel checks the permission before it looks at the attributes.
fn bare(call: &str) -> parley::Result<()> {
    let name = call.trim_end_matches(", dump");
    let operation = uapi::OPERATIONS
        .iter()
        .find(|operation| operation.name == name)
        .unwrap_or_else(|| panic!("{call} is not tried"));
    let (flags, expect) = if name == call {
        (0, Expect::Ack)
    } else {
        (flags::DUMP, Expect::Entry)
    };
    let mut client = Client::open()?;
    client
        .inner()
        .call(operation.number, flags, expect, |_| Ok(()))
        .map(drop)
}

/// Not a test: each caller runs this to print what it may do. A refusal for another reason
/// than lack of permission does not count.
#[test]
#[ignore = "the other test runs this, as each caller"]
fn try_all() {
    let by_netlink = |result: parley::Result<()>| match result {
        Err(error) => error.errno() != Some(libc::EPERM),
        Ok(()) => true,
    };
    let by_device = |result: std::io::Result<()>| match result {
        Err(error) => !matches!(error.raw_os_error(), Some(libc::EPERM | libc::EACCES)),
        Ok(()) => true,
    };
    let mut client = Client::open().unwrap();
    let device = Device::open();
    let with_device = |call: &dyn Fn(&Device) -> std::io::Result<()>| {
        by_device(match &device {
            Ok(device) => call(device),
            Err(error) => Err(std::io::Error::from_raw_os_error(
                error.raw_os_error().unwrap(),
            )),
        })
    };
    for (call, _) in calls() {
        let may = match &call[..] {
            "echo" => by_netlink(client.echoed(b"x").map(drop)),
            "counter-get" => by_netlink(client.get("may").map(drop)),
            "counter-get, dump" => by_netlink(client.list(None, |_| Ok(())).map(drop)),
            "counter-set" => by_netlink(client.set("may", 1, EXISTING)),
            "counter-add" => by_netlink(client.add("may", 1, false).map(drop)),
            "counter-del" => by_netlink(client.del("may")),
            "agent-register" => by_netlink(Agent::register().map(drop)),
            "ask" => by_netlink(client.answered(b"?", None).map(drop)),
            "stats-get" => by_netlink(client.stats_get().map(drop)),
            "/dev/parley, open" => with_device(&|_| Ok(())),
            "/dev/parley, echo" => with_device(&|device| device.echo(b"x").map(drop)),
            "/dev/parley, write and read" => {
                with_device(&|device| device.write_and_read(b"x").map(drop))
            }
            "/dev/parley, counter-add" => {
                with_device(&|device| device.counter_add("may", 1).map(drop))
            }
            other => by_netlink(bare(other)),
        };
        println!("may: {call}: {may}");
    }
    // Only the agent may answer, and none of these callers is the agent.
    let answer = client.inner().call(cmd::ANSWER, 0, Expect::Ack, |writer| {
        writer.uint(ask::ID, 1)?;
        writer.bytes(ask::ANSWER, b"x")
    });
    match answer.map(drop) {
        Err(Error::Refused(refusal)) => {
            let words = "only the namespace's agent may answer";
            assert_eq!(refusal.errno, libc::EPERM);
            assert_eq!(refusal.message.as_deref(), Some(words));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_call_by_every_caller_is_allowed_or_refused_as_the_contract_says() {
    let _counter = Temporary::absent("may");
    let this = std::env::current_exe().unwrap();
    let mut table = BTreeMap::new();
    for caller in callers() {
        let _ = client().del("may");
        client().set("may", 1, CREATE).unwrap();
        let words = [&["env"][..], &caller.before].concat();
        let output = Command::new(words[0])
            .args(&words[1..])
            .arg(&this)
            .args(["--ignored", "--exact", "try_all", "--nocapture"])
            .output()
            .unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}: {out}", caller.who);
        for line in out.lines() {
            // The test runner may put its own words before the first.
            let Some((_, line)) = line.split_once("may: ") else {
                continue;
            };
            let (call, may) = line.rsplit_once(": ").unwrap();
            table.insert((caller.who, call.to_owned()), may == "true");
        }
    }
    let callers = callers();
    for (number, caller) in callers.iter().enumerate() {
        println!("  {number}  {}", caller.who);
    }
    print!("\n{:<30}", "may");
    (0..callers.len()).for_each(|number| print!("{number:>6}"));
    println!();
    let mut wrong = Vec::new();
    for (call, needs_admin) in calls() {
        print!("{call:<30}");
        for caller in &callers {
            let may = table.get(&(caller.who, call.clone())).copied();
            print!("{:>6}", if may == Some(true) { "yes" } else { "EPERM" });
            if may != Some(caller.admin || !needs_admin) {
                wrong.push(format!("{call} by {}: {may:?}", caller.who));
            }
        }
        println!();
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
