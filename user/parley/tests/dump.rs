// SPDX-License-Identifier: MIT OR Apache-2.0

//! The dump of the counters, against the loaded module.

mod common;

use common::module::{insmod, is_held, rmmod, Reload};
use common::raw::Raw;
use common::{client, refusal, refused, Calls, Temporary, CREATE};
use parley::uapi::{cmd, counter};
use parley::Error;
use parley_netlink::netlink::socket::Expect;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

fn list(prefix: Option<&str>) -> (Vec<(String, u64, u64)>, bool) {
    let mut counters = Vec::new();
    let interrupted = client()
        .list(prefix.map(str::as_bytes), |counter| {
            counters.push((counter.text(), counter.value, counter.updates));
            Ok(())
        })
        .unwrap();
    (counters, interrupted)
}

/// Deletes all counters that begin with a prefix when dropped.
struct Sweep(&'static str);

impl Drop for Sweep {
    fn drop(&mut self) {
        let mut client = client();
        for (name, ..) in list(Some(self.0)).0 {
            let _ = client.del(&name);
        }
    }
}

#[test]
fn sixty_thousand_counters_come_once_each_and_in_order() {
    const COUNT: u64 = 60_000;
    let _roomy = Reload::with(&["max_counters=65536"]);
    let mut client = client();
    // Created in an order other than that of their names.
    let mut made: Vec<_> = (0..COUNT)
        .map(|i| (format!("d-{}", i * 7919 % COUNT), i))
        .collect();
    for (name, value) in &made {
        client.set(name, *value, CREATE).unwrap();
    }
    let (counters, interrupted) = list(Some("d-"));
    assert!(!interrupted);
    made.sort();
    let made: Vec<_> = made
        .into_iter()
        .map(|(name, value)| (name, value, 1))
        .collect();
    assert!(counters == made, "{} counters were listed", counters.len());
}

#[test]
fn only_those_that_begin_with_the_prefix_are_listed() {
    let _counters = ["pre", "pref", "prefix", "prez", "a", "z"].map(|name| Temporary::new(name, 1));
    let names =
        |prefix| -> Vec<String> { list(prefix).0.into_iter().map(|(name, ..)| name).collect() };
    assert_eq!(names(Some("pref")), ["pref", "prefix"]);
    assert_eq!(names(Some("pre")), ["pre", "pref", "prefix", "prez"]);
    assert_eq!(names(Some("prefixes")), [""; 0]);
    let all = ["a", "pre", "pref", "prefix", "prez", "z"];
    assert_eq!(names(None), all);
    assert_eq!(names(Some("")), all);
}

#[test]
fn a_prefix_must_be_a_string_of_at_most_31_bytes() {
    let mut client = client();
    let result = client.list(Some(&[b'x'; 32]), |_| Ok(()));
    assert_eq!(
        refused(result),
        refusal(
            libc::EINVAL,
            "Attribute failed policy validation",
            "counter.prefix"
        )
    );
    assert!(!client.list(Some(&[b'x'; 31]), |_| Ok(())).unwrap());
}

#[test]
fn a_dump_takes_no_attribute_but_the_prefix_and_no_flag_but_its_own() {
    let dump = |flags: u16, number| {
        let result = client()
            .inner()
            .call(cmd::COUNTER_GET, 0x300 | flags, Expect::Reply, |writer| {
                writer.string(number, "x")
            })
            .map(drop);
        refused(result)
    };
    assert_eq!(
        dump(0, counter::NAME),
        refusal(libc::EINVAL, "Unsupported attribute", "counter.name")
    );
    assert_eq!(
        dump(0, u16::MAX >> 2),
        refusal(libc::EINVAL, "Unknown attribute type", "counter.#16383")
    );
    assert_eq!(
        dump(0x400, counter::PREFIX),
        refusal(
            libc::EINVAL,
            "ambiguous or reserved bits set in nlmsg_flags",
            ""
        )
    );
}

/// A dump of 3,000 counters during which `meanwhile` happens. Returns whether it was interrupted.
fn dump_during(prefix: &'static str, meanwhile: impl FnOnce()) -> bool {
    let _sweep = Sweep(prefix);
    let mut maker = client();
    for i in 0..3000 {
        let name = format!("{prefix}{i:04}");
        maker.set(name, i, CREATE).unwrap();
    }
    let (mut seen, mut meanwhile) = (0, Some(meanwhile));
    let interrupted = client()
        .list(Some(prefix.as_bytes()), |_| {
            seen += 1;
            if seen == 10 {
                meanwhile.take().unwrap()();
            }
            Ok(())
        })
        .unwrap();
    assert!(seen >= 2999, "{seen}");
    interrupted
}

#[test]
fn a_counter_that_is_created_during_a_dump_interrupts_it() {
    assert!(dump_during("c-", || {
        client().set("c-2999-new", 1, CREATE).unwrap();
    }));
    // The same in the part that has already been dumped.
    assert!(dump_during("c-", || {
        client().add("c-0000-new", 1, true).unwrap();
    }));
}

#[test]
fn a_counter_that_is_deleted_during_a_dump_interrupts_it() {
    assert!(dump_during("c-", || {
        client().del("c-2999").unwrap();
    }));
    // So does a counter that was created again as it was.
    assert!(dump_during("c-", || {
        client().del("c-2999").unwrap();
        client().set("c-2999", 2999, CREATE).unwrap();
    }));
}

#[test]
fn a_value_that_changes_during_a_dump_does_not_interrupt_it() {
    assert!(!dump_during("c-", || {
        let mut client = client();
        client.set("c-2999", 7, CREATE).unwrap();
        client.add("c-2999", 1, false).unwrap();
        client.add("c-0000", 1, true).unwrap();
        let _ = client.del("no-such-counter");
    }));
}

#[test]
fn dumps_of_an_unchanging_set_are_not_interrupted_by_a_writer() {
    const DUMPS: u32 = 50;
    let _sweep = Sweep("w-");
    let mut maker = client();
    for i in 0..2000 {
        maker.set(format!("w-{i:04}"), i, CREATE).unwrap();
    }
    let stop = AtomicBool::new(false);
    let interrupted = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = client();
            let mut i = 0u64;
            while !stop.load(Ordering::Relaxed) {
                let name = format!("w-{:04}", i * 37 % 2000);
                writer.add(&name, 1, false).unwrap();
                i += 1;
            }
        });
        let interrupted = (0..DUMPS).filter(|_| list(Some("w-")).1).count();
        stop.store(true, Ordering::Relaxed);
        interrupted
    });
    assert_eq!(
        interrupted, 0,
        "{interrupted} of {DUMPS} dumps were flagged"
    );
}

#[test]
fn what_stays_through_a_dump_is_neither_missed_nor_told_twice() {
    let _sweep = Sweep("s-");
    let mut maker = client();
    for i in 0..2000 {
        maker.set(format!("s-{i:04}-stays"), i, CREATE).unwrap();
    }
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut churner = client();
            let mut i = 0u64;
            while !stop.load(Ordering::Relaxed) {
                let name = format!("s-{:04}-goes", i * 37 % 2000);
                churner.set(&name, i, CREATE).unwrap();
                let name = format!("s-{:04}-goes", (i + 1000) * 37 % 2000);
                let _ = churner.del(&name);
                i += 1;
            }
        });
        for _ in 0..20 {
            let (counters, _) = list(Some("s-"));
            assert!(counters.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let stayed = counters.iter().filter(|(name, ..)| name.ends_with("stays"));
            assert_eq!(stayed.count(), 2000);
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_list_that_its_reader_stops_is_over_and_leaves_the_client_usable() {
    const COUNT: u64 = 3000;
    let _sweep = Sweep("stop-");
    let mut client = client();
    for i in 0..COUNT {
        client.set(format!("stop-{i:04}"), i, CREATE).unwrap();
    }
    // At the first entry, in the middle of several full buffers, and at the last entry.
    for stop in [1, COUNT / 2, COUNT] {
        let mut seen = 0;
        let stopped = client.list(Some(b"stop-"), |_| {
            seen += 1;
            if seen == stop {
                return Err(Error::Nul);
            }
            Ok(())
        });
        assert!(matches!(stopped, Err(Error::Nul)), "{stopped:?}");
        let mut listed = 0;
        client
            .list(Some(b"stop-"), |_| {
                listed += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(listed, COUNT);
        assert_eq!(client.get("stop-0007").unwrap().value, 7);
    }
    client
        .list(Some(b"stop-"), |_| Err(Error::Nul))
        .unwrap_err();
    // No dump of this socket holds the module, though the socket is open.
    let modules = std::fs::read_to_string("/proc/modules").unwrap();
    let parley = modules.lines().find(|line| line.starts_with("parley "));
    assert_eq!(parley.unwrap().split(' ').nth(2), Some("0"));
}

#[test]
fn an_open_dump_holds_the_module_until_its_socket_is_closed() {
    let _sweep = Sweep("o-");
    let mut maker = client();
    for i in 0..3000 {
        maker.set(format!("o-{i}"), i, CREATE).unwrap();
    }
    // Of a dump that takes several answers, one is read.
    let mut open = Raw::new();
    open.begin_dump();
    is_held();
    assert_eq!(maker.echoed(b"and works").unwrap(), b"and works");
    drop(open);
    // The end of the dump releases the module.
    rmmod();
    insmod(&[]);
}

#[test]
fn a_reader_with_too_small_a_buffer_still_comes_to_the_end() {
    let _sweep = Sweep("short-");
    let mut maker = client();
    for i in 0..3000 {
        maker.set(format!("short-{i:04}"), i, CREATE).unwrap();
    }
    let id = maker.inner().family().id;
    // The first five receives take 64 bytes of a datagram, and lose the rest of it. The data
    // after that are complete, and continue where the lost part ends.
    let script = format!(
        "
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
s.settimeout(20)
s.send(struct.pack('IHHIIBBH', 20, {id}, 0x301, 5, 0, 2, 1, 0))
last = b''
for _ in range(5):
    data = s.recv(64)
    assert len(data) == 64
    name = data[24:34]
    assert name > last, (name, last)
    last = name
done = False
whole = 0
while not done:
    data = s.recv(65536)
    while data:
        length, kind = struct.unpack('IH', data[:6])
        done = kind == 3
        if not done:
            assert kind == {id}, kind
            assert data[24:34] > last, (data[24:34], last)
            last = data[24:34]
            whole += 1
        data = data[(length + 3) & ~3:]
assert last == b'short-2999', last
assert whole > 1000, whole
s.send(struct.pack('IHHIIBBH', 20, {id}, 1, 6, 0, 13, 1, 0))
assert struct.unpack('I', s.recv(4096)[8:12])[0] == 6
"
    );
    let output = Command::new("python3").args(["-c", &script]).output();
    let output = output.unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{err}");
}
