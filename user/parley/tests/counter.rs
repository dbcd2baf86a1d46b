// SPDX-License-Identifier: MIT OR Apache-2.0

//! The counters, against the loaded module.

mod common;

use common::{client, refusal, refused, Calls, Temporary, CREATE, EXISTING};
use parley::client::CounterSetRequest;

#[test]
fn a_counter_is_created_read_changed_and_deleted() {
    let counter = Temporary::absent("life");
    let mut client = client();
    client.set(counter.0, 5, CREATE).unwrap();
    client.set(counter.0, 7, EXISTING).unwrap();
    let read = client.add(counter.0, -3, false).unwrap();
    assert_eq!(read.name, b"life");
    assert_eq!((read.value, read.updates), (4, 3));
    let read = client.get(counter.0).unwrap();
    assert_eq!(read.name, b"life");
    assert_eq!((read.value, read.updates), (4, 3));
    client.del(counter.0).unwrap();
    assert_eq!(
        refused(client.get(counter.0)),
        refusal(libc::ENOENT, "no such counter", "counter.name")
    );
}

#[test]
fn what_is_missing_is_created_only_where_that_is_asked_for() {
    let counter = Temporary::absent("missing");
    let mut client = client();
    let missing = || refusal(libc::ENOENT, "no such counter", "counter.name");
    let mode = EXISTING;
    assert_eq!(refused(client.set(counter.0, 1, mode)), missing());
    assert_eq!(refused(client.add(counter.0, 1, false)), missing());
    assert_eq!(refused(client.del(counter.0)), missing());
    let read = client.add(counter.0, 9, true).unwrap();
    assert_eq!((read.value, read.updates), (9, 1));
}

#[test]
fn what_exists_is_overwritten_unless_the_request_is_exclusive() {
    let counter = Temporary::new("existing", 1);
    let mut client = client();
    for (value, create) in [(2, false), (3, true)] {
        let mode = CounterSetRequest { create, ..EXISTING };
        client.set(counter.0, value, mode).unwrap();
        assert_eq!(client.get(counter.0).unwrap().value, value);
    }
    let mode = CounterSetRequest {
        exclusive: true,
        ..CREATE
    };
    assert_eq!(
        refused(client.set(counter.0, 6, mode)),
        refusal(libc::EEXIST, "counter exists", "counter.name")
    );
    let read = client.get(counter.0).unwrap();
    assert_eq!((read.value, read.updates), (3, 3));
}

#[test]
fn exclusive_without_create_is_refused_whether_or_not_the_counter_exists() {
    let mut client = client();
    let mode = CounterSetRequest {
        exclusive: true,
        ..EXISTING
    };
    let words = "exclusive is only valid with create";
    let invalid = || refusal(libc::EINVAL, words, "counter.exclusive");
    let counter = Temporary::absent("exclusive");
    assert_eq!(refused(client.set(counter.0, 1, mode)), invalid());
    client.set(counter.0, 2, CREATE).unwrap();
    assert_eq!(refused(client.set(counter.0, 3, mode)), invalid());
    let read = client.get(counter.0).unwrap();
    assert_eq!((read.value, read.updates), (2, 1));
}

#[test]
fn a_sum_out_of_bounds_is_refused_and_changes_nothing() {
    let counter = Temporary::new("bounds", 10);
    let mut client = client();
    let below = || refusal(libc::ERANGE, "counter would fall below 0", "counter.delta");
    let above = || {
        refusal(
            libc::ERANGE,
            "counter would rise above 2^64-1",
            "counter.delta",
        )
    };
    assert_eq!(refused(client.add(counter.0, -11, false)), below());
    assert_eq!(refused(client.add(counter.0, i64::MIN, false)), below());
    assert_eq!(client.get(counter.0).unwrap().updates, 1);
    client.set(counter.0, u64::MAX - 5, EXISTING).unwrap();
    assert_eq!(refused(client.add(counter.0, 6, false)), above());
    assert_eq!(refused(client.add(counter.0, i64::MAX, false)), above());
    assert_eq!(client.add(counter.0, 5, false).unwrap().value, u64::MAX);
    assert_eq!(
        client.add(counter.0, i64::MIN, false).unwrap().value,
        u64::MAX - (1 << 63)
    );
    client.set(counter.0, 3, EXISTING).unwrap();
    assert_eq!(client.add(counter.0, -3, false).unwrap().value, 0);
}

#[test]
fn a_counter_that_could_not_start_below_zero_is_not_created() {
    let counter = Temporary::absent("unborn");
    let mut client = client();
    assert_eq!(
        refused(client.add(counter.0, -1, true)),
        refusal(libc::ERANGE, "counter would fall below 0", "counter.delta")
    );
    assert_eq!(refused(client.get(counter.0)).errno, libc::ENOENT);
}

#[test]
fn values_of_all_widths_are_kept_to_the_bit() {
    let counter = Temporary::new("widths", 0);
    let mut client = client();
    for value in [0, 1, 0x7fff_ffff, 0xffff_ffff, 0x1_0000_0000, u64::MAX] {
        client.set(counter.0, value, EXISTING).unwrap();
        assert_eq!(client.get(counter.0).unwrap().value, value);
    }
}

#[test]
fn names_of_1_and_31_bytes_are_names_and_those_that_begin_alike_are_apart() {
    let names = ["n", "nn", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"];
    assert_eq!(names[2].len(), 31);
    let counters = names.map(|name| Temporary::new(name, name.len() as u64));
    let mut client = client();
    for name in names {
        assert_eq!(client.get(name).unwrap().value, name.len() as u64);
    }
    drop(counters);
}

#[test]
fn names_that_are_empty_or_too_long_are_refused() {
    let mut client = client();
    let long = "x".repeat(32);
    assert_eq!(
        refused(client.set(&long, 1, CREATE)),
        refusal(
            libc::EINVAL,
            "Attribute failed policy validation",
            "counter.name"
        )
    );
    assert_eq!(
        refused(client.set("", 1, CREATE)),
        refusal(libc::ERANGE, "string is too short", "counter.name")
    );
}

#[test]
fn no_addition_of_clients_in_parallel_is_lost() {
    const CLIENTS: u64 = 8;
    const ADDITIONS: u64 = 500;
    let counter = Temporary::new("shared", 0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = client();
                for _ in 0..ADDITIONS {
                    client.add("shared", 1, false).unwrap();
                }
            });
        }
    });
    let mut client = client();
    let read = client.get(counter.0).unwrap();
    assert_eq!(read.value, CLIENTS * ADDITIONS);
    assert_eq!(read.updates, CLIENTS * ADDITIONS + 1);
}

#[test]
fn counters_created_and_deleted_in_parallel_are_counted_right() {
    let before = client().stats_get().unwrap().counters.unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                let mut client = client();
                for i in 0..100 {
                    client.set(format!("t{thread}-{i}"), i, CREATE).unwrap();
                }
                for i in 0..100 {
                    client.del(format!("t{thread}-{i}")).unwrap();
                }
            });
        }
    });
    assert_eq!(client().stats_get().unwrap().counters.unwrap(), before);
}

#[test]
fn a_name_need_not_be_text() {
    let name = b"\xff\xfe\x1b[2J";
    let mut client = client();
    client.set(name, 7, CREATE).unwrap();
    assert_eq!(client.get(name).unwrap().name, name);
    let mut seen = false;
    client
        .list(Some(b"\xff"), |counter| {
            seen |= counter.name == name;
            Ok(())
        })
        .unwrap();
    assert!(seen);
    let program = |arguments: &[&str]| {
        let script = format!("{} counter {}", env!("CARGO_BIN_EXE_parley"), arguments[0]);
        let output = std::process::Command::new("bash")
            .args(["-c", &script])
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let shown = "\\xff\\xfe\\x1b[2J  value 7  updates 1\n";
    assert_eq!(program(&["list"]), shown);
    assert_eq!(program(&["get $'\\xff\\xfe\\x1b[2J'"]), shown);
    client.del(name).unwrap();
}
