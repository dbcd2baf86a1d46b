// SPDX-License-Identifier: MIT OR Apache-2.0

//! Network and user namespaces: whose counters, and who may change them.

mod common;

use common::{client, Temporary, CREATE};
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_parley");

/// Runs the program behind `before`, such as `unshare --net`.
fn behind(before: &[&str], arguments: &[&str]) -> Output {
    let words = [&["env"], before, &[PROGRAM], arguments].concat();
    Command::new(words[0]).args(&words[1..]).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A namespace that `ip netns` knows.
struct Named(&'static str);

impl Named {
    fn new(name: &'static str) -> Self {
        let status = Command::new("ip").args(["netns", "add", name]).status();
        assert!(status.unwrap().success());
        Self(name)
    }

    fn parley(&self, arguments: &[&str]) -> Output {
        behind(&[], &[arguments, &["--netns", self.0]].concat())
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
        assert!(set.status.success(), "{}", text(&set.stderr));
    }
    for (namespace, value) in [(&red, 2), (&blue, 3)] {
        let got = namespace.parley(&["counter", "get", "colour"]);
        assert_eq!(
            text(&got.stdout),
            format!("colour  value {value}  updates 1\n")
        );
    }
    let by_path = behind(
        &[],
        &["--netns", "/run/netns/red", "counter", "get", "colour"],
    );
    assert_eq!(text(&by_path.stdout), "colour  value 2  updates 1\n");
    assert_eq!(client().counter_get("colour").unwrap().value, 1);
    // A namespace that is made anew begins with nothing.
    drop(red);
    let red = Named::new("red");
    assert_eq!(text(&red.parley(&["counter", "list"]).stdout), "");
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
        let output = behind(&[], &["--netns", netns, "stats"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            text(&output.stderr).contains(words),
            "{}",
            text(&output.stderr)
        );
    }
}

/// Who calls, in which namespaces, and whether it may change a counter there.
const CALLERS: &[(&str, &[&str], bool)] = &[
    ("root", &[], true),
    (
        "root, in a network namespace of its own",
        &["unshare", "--net"],
        true,
    ),
    (
        "root of a user namespace of its own, in the initial network namespace",
        &["unshare", "--user", "--map-root-user"],
        false,
    ),
    (
        "root of a user namespace of its own, in a network namespace of that",
        &["unshare", "--user", "--map-root-user", "--net"],
        true,
    ),
    (
        "a plain user",
        &[
            "setpriv",
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
        ],
        false,
    ),
    (
        "a plain user, as root of a user and a network namespace of its own",
        &[
            "setpriv",
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            "unshare",
            "--user",
            "--map-root-user",
            "--net",
        ],
        true,
    ),
];

#[test]
fn who_may_change_counters_is_whom_the_contract_says() {
    let _counter = Temporary::absent("may");
    for (who, before, may) in CALLERS {
        let _ = client().counter_del("may");
        for arguments in [&["echo", "x"][..], &["stats"], &["counter", "list"]] {
            assert!(
                behind(before, arguments).status.success(),
                "{who}: {arguments:?}"
            );
        }
        // Whether it is refused for lack of permission, not whether it works.
        for arguments in [
            &["counter", "set", "may", "1", "--create"][..],
            &["counter", "add", "may", "1"],
            &["counter", "del", "may"],
        ] {
            let refused = text(&behind(before, arguments).stderr).contains("EPERM");
            assert_eq!(!refused, *may, "{who}: {arguments:?}");
        }
    }
}

#[test]
fn fifty_namespaces_are_made_used_and_deleted() {
    let used = Command::new("sh")
        .args([
            "-c",
            "for i in $(seq 50); do unshare --net $0 counter set c $i --create || exit 1; done",
            PROGRAM,
        ])
        .status();
    assert!(used.unwrap().success());
    // All of their states are dropped before the module is gone; what is left
    // behind, kmemleak finds at the end of the run.
    assert!(Command::new("rmmod")
        .arg("parley")
        .status()
        .unwrap()
        .success());
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../kmod/parley.ko");
    assert!(Command::new("insmod").arg(file).status().unwrap().success());
    client().counter_set("after", 1, CREATE).unwrap();
    client().counter_del("after").unwrap();
}
