// SPDX-License-Identifier: MIT OR Apache-2.0

//! Storms: everything at once, and everything taken away in the middle.
//!
//! `PARLEY_STORM=N` makes them N times as long. After each, the module holds what it
//! held before. kmemleak would find anything else that is left behind, at the end of
//! the run.

mod common;

use common::calls::listener;
use common::module::{insmod, is_held, try_rmmod};
use common::program::PROGRAM;
use common::raw::Raw;
use common::{client, progress, until, Calls, Temporary, CREATE, WAIT};
use parley::client::Agent;
use parley::uapi::{self, cmd};
use parley::{Client, Error};
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::flags;
use parley_netlink::netlink::namespace;
use parley_netlink::netlink::socket::Expect;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

fn times(usual: u64) -> u64 {
    let factor = std::env::var("PARLEY_STORM").map(|factor| factor.parse::<u64>().unwrap());
    let times = usual * factor.unwrap_or(1);
    assert_ne!(times, 0, "PARLEY_STORM is a whole number above 0");
    times
}

/// The number of Generic Netlink sockets in this namespace.
fn sockets() -> usize {
    let table = std::fs::read_to_string("/proc/net/netlink").unwrap();
    let protocol = |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
    let is_generic = |line: &&str| protocol(line).as_deref() == Some("16");
    table.lines().filter(is_generic).count()
}

/// The state that must be the same before and after a storm.
struct Calm {
    sockets: usize,
    counters: u64,
}

impl Calm {
    fn before() -> Self {
        let sockets = sockets();
        let counters = client().stats_get().unwrap().counters.unwrap();
        Self { sockets, counters }
    }
}

impl Drop for Calm {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        until("all sockets are gone", || sockets() == self.sockets);
        until("nobody holds the module", || {
            std::fs::read_to_string("/sys/module/parley/refcnt").unwrap() == "0\n"
        });
        let stats = client().stats_get().unwrap();
        assert_eq!(
            (stats.asks_pending, stats.counters),
            (Some(0), Some(self.counters))
        );
        drop(Agent::register().expect("there is no agent any more"));
    }
}

/// A small random number, a different one each time.
fn random(below: u64) -> u64 {
    static SEED: AtomicU64 = AtomicU64::new(1);
    let z = SEED.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (z ^ (z >> 31)) % below
}

/// One request of any kind. It may be refused, and the module may be gone.
fn any(client: &mut Client) -> Result<(), Error> {
    let name = format!("storm-{}", random(5));
    let mode = CREATE;
    match random(6) {
        0 => client.echoed(&vec![1; random(5000) as usize]).map(drop),
        1 => client.get(&name).map(drop),
        2 => client.set(&name, 1, mode),
        3 => client.add(&name, 1, true).map(drop),
        4 => client.del(&name),
        _ => client.stats_get().map(drop),
    }
}

fn delete_counters() {
    for i in 0..5 {
        let _ = client().del(format!("storm-{i}"));
    }
}

#[test]
fn the_module_comes_and_goes_under_four_clients() {
    let calm = Calm::before();
    let stop = AtomicBool::new(false);
    let answered = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let Ok(mut client) = Client::open() else {
                        thread::yield_now();
                        continue;
                    };
                    loop {
                        match any(&mut client) {
                            Ok(()) => drop(answered.fetch_add(1, Ordering::Relaxed)),
                            Err(Error::NoFamily(_)) => break,
                            Err(Error::Refused(refusal)) if refusal.errno == libc::ENOENT => {}
                            // Between two loads, the number belongs to nobody, or for a
                            // moment to a family that does not have this command yet.
                            Err(Error::Refused(refusal)) if refusal.errno == libc::EOPNOTSUPP => {
                                break
                            }
                            Err(error) => panic!("{error}"),
                        }
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                }
            });
        }
        for round in 0..times(20) {
            progress("loadings under four clients", round, times(20), 20);
            until("it can be unloaded", || try_rmmod().status.success());
            insmod(&[]);
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(answered.load(Ordering::Relaxed) > times(20));
    delete_counters();
    drop(calm);
}

#[test]
fn namespaces_come_and_go_under_traffic() {
    let calm = Calm::before();
    let ip = |what: &str, name: &str| {
        let status = Command::new("ip").args(["netns", what, name]).status();
        assert!(status.unwrap().success());
    };
    thread::scope(|scope| {
        for worker in 0..2 {
            scope.spawn(move || {
                for round in 0..times(15) {
                    progress("namespaces under traffic", round, times(15), 15);
                    let name = format!("storm-{worker}-{round}");
                    ip("add", &name);
                    let inside = name.clone();
                    // A thread of its own, because it stays in that namespace until it ends.
                    let traffic = thread::spawn(move || {
                        namespace::enter(&namespace::path(&inside)).unwrap();
                        let mut listener = listener(Some(Duration::from_millis(1)))?;
                        let mut client = Client::open()?;
                        let agent = Agent::register()?;
                        for _ in 0..200 {
                            match any(&mut client) {
                                Err(Error::Refused(refusal)) if refusal.errno == libc::ENOENT => {}
                                other => other?,
                            }
                            if let Err(Error::Refused(refusal)) = listener.next_event().map(drop) {
                                return Err(Error::Refused(refusal));
                            }
                        }
                        drop(agent);
                        Ok::<_, Error>(())
                    });
                    ip("del", &name);
                    traffic.join().unwrap().unwrap();
                }
            });
        }
    });
    drop(calm);
}

#[test]
fn agents_and_askers_are_killed_at_random() {
    let calm = Calm::before();
    let start = |arguments: &[&str]| {
        Command::new(PROGRAM)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let end = |mut child: Child| {
        let _ = child.kill();
        child.wait().unwrap();
    };
    for round in 0..times(15) {
        progress("agents and askers killed", round, times(15), 15);
        let agent = start(&["agent", "--exec", "cat"]);
        let askers: Vec<_> = (0..4).map(|_| start(&["ask", "are you there?"])).collect();
        thread::sleep(Duration::from_millis(random(60)));
        if random(2) == 0 {
            end(agent);
            askers.into_iter().for_each(end);
        } else {
            askers.into_iter().for_each(end);
            end(agent);
        }
    }
    drop(calm);
}

#[test]
fn sockets_with_the_smallest_buffers() {
    let calm = Calm::before();
    let mut sockets: Vec<_> = (0..20).map(|_| Raw::new()).collect();
    for raw in &mut sockets {
        raw.socket.set_receive_buffer(1).unwrap();
    }
    for _ in 1..times(50) {
        for raw in &mut sockets {
            // Sent and never read, until there is no room for an answer.
            raw.send(cmd::ECHO, flags::ACK, |w| {
                w.bytes(uapi::echo::PAYLOAD, &vec![1; random(60_000) as usize])
            });
        }
    }
    // Each can be read to its end, and used again.
    for raw in &mut sockets {
        raw.socket.set_timeout(Duration::from_millis(1)).unwrap();
        while !matches!(raw.socket.next_message(|_| true), Err(Error::Timeout(_))) {}
        let again = |w: &mut Writer<'_>| w.bytes(uapi::echo::PAYLOAD, b"again");
        let (seq, request) = raw.request(cmd::ECHO, 0, again);
        raw.socket.set_timeout(WAIT).unwrap();
        raw.socket.transact(&request, seq, Expect::Reply).unwrap();
    }
    drop(sockets);
    drop(calm);
}

#[test]
fn a_monitor_that_stops_reading_holds_nobody_up() {
    let calm = Calm::before();
    let counter = Temporary::new("stopped", 0);
    // It joins the group, and is never read.
    let listener = listener(None).unwrap();
    let mut client = client();
    for _ in 0..times(20_000) {
        client.add(counter.0, 1, false).unwrap();
    }
    assert_eq!(client.get(counter.0).unwrap().value, times(20_000));
    drop((listener, client, counter));
    drop(calm);
}

#[test]
fn a_dump_is_held_open_while_everything_changes() {
    let calm = Calm::before();
    let mut maker = client();
    let name = |i: u64| format!("held-{i:04}");
    for i in 0..3000 {
        maker.set(name(i), i, CREATE).unwrap();
    }
    for round in 0..times(5) {
        progress("dumps held open", round, times(5), 5);
        let mut open = Raw::new();
        let (seq, request) = open.request(cmd::COUNTER_GET, flags::DUMP, |_| Ok(()));
        let mut seen = 0;
        let interrupted = open
            .socket
            .dump(&request, seq, |_| {
                seen += 1;
                if seen == 1 {
                    // All counters are deleted and created again during the dump.
                    for i in 0..3000 {
                        maker.del(name(i))?;
                    }
                    for i in (0..3000).rev() {
                        maker.set(name(i), i, CREATE)?;
                    }
                    is_held();
                }
                Ok(())
            })
            .unwrap();
        assert!(interrupted);
        assert_eq!(seen, 3000);
        // Another dump is left open.
        Raw::new().begin_dump();
    }
    for i in 0..3000 {
        maker.del(name(i)).unwrap();
    }
    drop(maker);
    drop(calm);
    assert!(Client::open().is_ok());
}
