// SPDX-License-Identifier: MIT OR Apache-2.0

//! Every allocation that a call makes in the kernel fails once.
//!
//! Needs a kernel with fault injection, such as `debug`: the file fail-nth makes
//! the Nth allocation of a task fail. Each call is made with N from 1 on, until
//! one comes through without a failure; so every place has failed.

mod common;

use common::calls::{listener, next_change};
use common::faults::{every, python, Faults};
use common::raw::Raw;
use common::{client, until, Calls, Temporary, CREATE, EXISTING, WAIT};
use parley::client::Agent;
use parley::device::Device;
use parley::uapi::{ask, cmd, counter, echo};
use parley::{Error, Result};
use parley_netlink::genl::message;
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::{flags, Kind};
use std::process::Command;
use std::time::Duration;

/// How a request ended, for its sender.
#[derive(Debug, PartialEq)]
enum End {
    /// It was done.
    Done,
    /// It was refused, or not even sent, for lack of memory.
    NoMemory,
    /// The result was lost, and the kernel reported the loss.
    Unknown,
}

/// Whether the errno reports a lack of memory.
fn no_memory(errno: Option<i32>) -> bool {
    matches!(errno, Some(libc::ENOMEM | libc::ENOBUFS))
}

/// Sends a request that wants an ACK, with the `n`th allocation failing. Returns its sequence
/// number, how the sending ended, and whether there was such an allocation.
fn send(
    raw: &mut Raw,
    (faults, n): (&Faults, u32),
    (cmd, modifiers): (u8, u16),
    fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
) -> (u32, Result<()>, bool) {
    let (seq, request) = raw.request(cmd, modifiers | flags::ACK, fill);
    let (sent, failed) = faults.inject(n, || raw.socket.send(&request));
    (seq, sent, failed)
}

/// The end of the request `seq`, which wants an ACK.
fn end(raw: &mut Raw, seq: u32, sent: Result<()>) -> End {
    match sent {
        Ok(()) => {}
        Err(Error::Io { error, .. }) => {
            assert!(no_memory(error.raw_os_error()), "{error}");
            return End::NoMemory;
        }
        Err(error) => panic!("{error}"),
    }
    loop {
        let message = match raw.socket.next_message(|_| true) {
            Ok(message) if message.header.seq == seq => message,
            Ok(_) => continue,
            Err(Error::Overrun) => return End::Unknown,
            Err(error) => panic!("{error}"),
        };
        match message.kind().unwrap() {
            Kind::Ack => return End::Done,
            Kind::Refused(refusal) => {
                let errno = refusal.errno;
                assert!(no_memory(Some(errno)) || errno == libc::EAGAIN, "{refusal}");
                return End::NoMemory;
            }
            _ => {}
        }
    }
}

/// Does a request that has to succeed.
fn done(raw: &mut Raw, cmd: u8, fill: impl FnOnce(&mut Writer<'_>) -> Result<()>) {
    let seq = raw.send(cmd, flags::ACK, fill);
    assert_eq!(end(raw, seq, Ok(())), End::Done);
}

/// Makes a request with every allocation failing once. `before` prepares each attempt. The
/// attempt must either leave `state` unchanged, or change it to what it is after a request
/// that was done.
fn requests<S: PartialEq + std::fmt::Debug>(
    what: &str,
    cmd: (u8, u16),
    fill: impl Fn(&mut Writer<'_>) -> Result<()>,
    mut before: impl FnMut(),
    mut state: impl FnMut() -> S,
) {
    // The result when nothing fails.
    let mut raw = Raw::new();
    before();
    let seq = raw.send(cmd.0, cmd.1 | flags::ACK, &fill);
    assert_eq!(end(&mut raw, seq, Ok(())), End::Done);
    let wanted = state();
    drop(raw);
    every(what, |faults, n| {
        before();
        let unchanged = state();
        let mut raw = Raw::new();
        let (seq, sent, failed) = send(&mut raw, (faults, n), cmd, &fill);
        let end = end(&mut raw, seq, sent);
        let now = state();
        match end {
            End::Done => assert_eq!(now, wanted, "{what}, {n}: done and not done"),
            End::NoMemory => assert_eq!(now, unchanged, "{what}, {n}: refused and changed"),
            End::Unknown => assert!(
                now == wanted || now == unchanged,
                "{what}, {n}: half done: {now:?}"
            ),
        }
        // The next one is answered.
        assert_eq!(client().echoed(b"and on").unwrap(), b"and on");
        failed
    });
}

/// Value and updates of a counter.
fn reading(name: &str) -> Option<(u64, u64)> {
    let mut client = client();
    client
        .get(name)
        .ok()
        .map(|counter| (counter.value, counter.updates))
}

#[test]
fn requests_that_change_nothing() {
    let _counter = Temporary::new("fault", 5);
    for len in [16, 61_440] {
        requests(
            &format!("echo, {len} bytes"),
            (cmd::ECHO, 0),
            |w| w.bytes(echo::PAYLOAD, &vec![7; len]),
            || {},
            || (),
        );
    }
    requests(
        "counter-get",
        (cmd::COUNTER_GET, 0),
        |w| w.string(counter::NAME, "fault"),
        || {},
        || reading("fault"),
    );
    requests("stats-get", (cmd::STATS_GET, 0), |_| Ok(()), || {}, || ());
}

/// Names a counter and its new value.
fn valued(name: &str, value: u64) -> impl Fn(&mut Writer<'_>) -> Result<()> + '_ {
    move |w| {
        w.string(counter::NAME, name)?;
        w.uint(counter::VALUE, value)
    }
}

/// The same request, with `create`.
fn creating(
    fill: impl Fn(&mut Writer<'_>) -> Result<()>,
) -> impl Fn(&mut Writer<'_>) -> Result<()> {
    move |w| {
        fill(w)?;
        w.flag(counter::CREATE)
    }
}

#[test]
fn requests_that_change_a_counter() {
    let counter = Temporary::new("fault", 5);
    let absent = || drop(client().del(counter.0));
    let anew = || {
        absent();
        client().set(counter.0, 5, CREATE).unwrap();
    };
    let named = |w: &mut Writer<'_>| w.string(counter::NAME, counter.0);
    let valued = valued(counter.0, 9);
    let added = |w: &mut Writer<'_>| {
        named(w)?;
        w.sint(counter::DELTA, 9)
    };
    type Fill<'a> = &'a dyn Fn(&mut Writer<'_>) -> Result<()>;
    type Case<'a> = (&'a str, (u8, u16), Fill<'a>, &'a dyn Fn());
    let cases: [Case<'_>; 6] = [
        ("counter-set", (cmd::COUNTER_SET, 0), &valued, &anew),
        (
            "counter-set, creating",
            (cmd::COUNTER_SET, 0),
            &creating(&valued),
            &absent,
        ),
        ("counter-add", (cmd::COUNTER_ADD, 0), &added, &anew),
        (
            "counter-add, creating",
            (cmd::COUNTER_ADD, 0),
            &creating(added),
            &absent,
        ),
        ("counter-del", (cmd::COUNTER_DEL, 0), &named, &anew),
        (
            "counter-set, with NLM_F_ECHO",
            (cmd::COUNTER_SET, flags::ECHO),
            &valued,
            &anew,
        ),
    ];
    // With a listener, and without one.
    for heard in ["", ", listened to"] {
        let _listener = (!heard.is_empty()).then(|| listener(Some(WAIT)).unwrap());
        for (what, cmd, fill, before) in cases {
            requests(&format!("{what}{heard}"), cmd, fill, before, || {
                reading(counter.0)
            });
        }
    }
}

#[test]
fn a_notification_that_cannot_be_built_is_told_to_be_lost() {
    let counter = Temporary::new("fault-told", 0);
    every("counter-set, as its listener sees it", |faults, n| {
        let mut listener = listener(Some(WAIT)).unwrap();
        let before = reading(counter.0).unwrap();
        let mut raw = Raw::new();
        let fill = valued(counter.0, n.into());
        let (seq, sent, failed) = send(&mut raw, (faults, n), (cmd::COUNTER_SET, 0), fill);
        end(&mut raw, seq, sent);
        if reading(counter.0).unwrap() != before {
            match next_change(&mut listener) {
                Ok((_, counter)) => assert_eq!(counter.value, u64::from(n)),
                Err(Error::Overrun) => {}
                Err(error) => panic!("{n}: neither told nor told to be lost: {error}"),
            }
        }
        failed
    });
}

#[test]
fn a_requester_that_does_not_listen_learns_that_its_notification_is_lost() {
    let counter = Temporary::new("fault-echoed", 0);
    every(
        "counter-set with NLM_F_ECHO, for its sender",
        |faults, n| {
            let before = reading(counter.0).unwrap();
            let mut raw = Raw::new();
            let (fill, set) = (valued(counter.0, n.into()), (cmd::COUNTER_SET, flags::ECHO));
            let (_, sent, failed) = send(&mut raw, (faults, n), set, fill);
            // The kernel sends without waiting, so anything that was sent has arrived.
            raw.socket.set_timeout(Duration::from_micros(1)).unwrap();
            let (mut notified, mut lost) = (false, sent.is_err());
            let family = raw.family;
            loop {
                match raw.socket.next_message(|_| true) {
                    Ok(message) => notified |= message.header.kind == family,
                    Err(Error::Overrun) => lost = true,
                    Err(Error::Timeout(_)) => break,
                    Err(error) => panic!("{n}: {error}"),
                }
            }
            if reading(counter.0).unwrap() != before {
                assert!(
                    notified || lost,
                    "{n}: changed, and its sender neither saw the notification nor ENOBUFS"
                );
            }
            failed
        },
    );
}

#[test]
fn dumps() {
    struct Sweep;
    impl Drop for Sweep {
        fn drop(&mut self) {
            for i in 0..2000 {
                let _ = client().del(format!("fault-dump-{i:04}"));
            }
        }
    }
    let _sweep = Sweep;
    let mut maker = client();
    for i in 0..2000 {
        let name = format!("fault-dump-{i:04}");
        maker.set(name, i, CREATE).unwrap();
    }
    every("a dump of 2,000 counters", |faults, n| {
        let mut client = client();
        let mut names = Vec::with_capacity(3000);
        let (dumped, failed) = faults.inject(n, || {
            client.list(Some(b"fault-dump-"), |counter| {
                names.push(counter.value);
                Ok(())
            })
        });
        match dumped {
            Ok(interrupted) => {
                assert!(!interrupted);
                assert!(names.iter().copied().eq(0..2000));
            }
            Err(error) => {
                let lost = matches!(error, Error::Overrun);
                let errno = match &error {
                    Error::Io { error, .. } => error.raw_os_error(),
                    error => error.errno(),
                };
                assert!(failed && (lost || no_memory(errno)), "{n}: {error}");
            }
        }
        failed
    });
}

#[test]
fn questions_and_answers() {
    let pending = || client().stats_get().unwrap().asks_pending.unwrap();
    every("agent-register", |faults, n| {
        let mut raw = Raw::new();
        let register = (cmd::AGENT_REGISTER, 0);
        let (seq, sent, failed) = send(&mut raw, (faults, n), register, |_| Ok(()));
        let end = end(&mut raw, seq, sent);
        let other = Agent::register();
        match end {
            End::Done => assert!(other.is_err(), "{n}"),
            End::NoMemory => assert!(other.is_ok(), "{n}"),
            End::Unknown => {}
        }
        failed
    });
    let mut agent = Agent::register().unwrap();
    let question = |w: &mut Writer<'_>| w.bytes(ask::QUESTION, &[b'?'; 2000]);
    every("ask", |faults, n| {
        let mut asker = Raw::new();
        let (seq, sent, failed) = send(&mut asker, (faults, n), (cmd::ASK, 0), question);
        match end(&mut asker, seq, sent) {
            End::Done => {
                assert_eq!(pending(), 1, "{n}");
                let question = agent.next_question(Some(WAIT)).unwrap();
                agent.answer(question.id, b"yes").unwrap();
            }
            End::NoMemory => assert_eq!(pending(), 0, "{n}"),
            End::Unknown => {
                while pending() > 0 {
                    let question = agent.next_question(Some(WAIT)).unwrap();
                    agent.answer(question.id, b"yes").unwrap();
                }
            }
        }
        failed
    });
    drop(agent);
    every("answer", |faults, n| {
        let mut agent = Raw::new();
        done(&mut agent, cmd::AGENT_REGISTER, |_| Ok(()));
        let asked = std::thread::spawn(|| client().answered(b"?", Some(WAIT)));
        let heard = agent
            .socket
            .next_message(|message| message.header.seq == 0)
            .unwrap();
        let id = message::read(&heard).unwrap().1.next().unwrap().unwrap();
        let id = id.uint().unwrap();
        let answer = |w: &mut Writer<'_>| {
            w.uint(ask::ID, id)?;
            w.bytes(ask::ANSWER, &[b'!'; 2000])
        };
        let (seq, sent, failed) = send(&mut agent, (faults, n), (cmd::ANSWER, 0), answer);
        if end(&mut agent, seq, sent) == End::NoMemory && pending() == 1 {
            // The question is still pending, and may be answered again.
            done(&mut agent, cmd::ANSWER, answer);
        }
        assert_eq!(pending(), 0);
        // The asker has its answer, or knows that it was lost.
        match asked.join().unwrap() {
            Ok(answer) => assert_eq!(answer.answer.len(), 2000),
            Err(Error::Overrun) => {}
            Err(error) => panic!("{n}: {error}"),
        }
        failed
    });
    every("an agent's end, with a question pending", |faults, n| {
        let mut agent = Agent::register().unwrap();
        let mut asker = Raw::new();
        let seq = asker.send(cmd::ASK, 0, question);
        agent.next_question(Some(WAIT)).unwrap();
        let ((), failed) = faults.inject(n, || drop(agent));
        // A closed socket may be released later, by another task.
        until("the question has ended", || pending() == 0);
        match asker.socket.next_message(|_| true) {
            Ok(message) => {
                assert_eq!(message.header.seq, seq);
                assert!(matches!(message.kind(), Ok(Kind::Refused(_))));
            }
            Err(Error::Overrun) => {}
            Err(error) => panic!("{n}: {error}"),
        }
        failed
    });
}

#[test]
fn calls_to_the_device() {
    let counter = Temporary::new("fault-device", 1);
    let memory =
        |error: &std::io::Error| matches!(error.raw_os_error(), Some(libc::ENOMEM | libc::ENFILE));
    every("/dev/parley, open", |faults, n| {
        let (opened, failed) = faults.inject(n, Device::open);
        assert!(opened.as_ref().err().is_none_or(memory), "{n}: {opened:?}");
        failed
    });
    let device = Device::open().unwrap();
    let payload = vec![3; 61_440];
    every("/dev/parley, echo by ioctl", |faults, n| {
        let before = client().stats_get().unwrap().echoes.unwrap();
        let (echoed, failed) = faults.inject(n, || device.echo(&payload));
        let after = client().stats_get().unwrap().echoes.unwrap();
        assert_eq!(after - before, u64::from(echoed.is_ok()));
        assert!(echoed.err().as_ref().is_none_or(memory));
        failed
    });
    device.write_and_read(b"kept").unwrap();
    every("/dev/parley, write and read", |faults, n| {
        let (read, failed) = faults.inject(n, || device.write_and_read(&payload));
        match read {
            Ok(read) => assert_eq!(read, payload),
            Err(error) => assert!(memory(&error), "{n}: {error}"),
        }
        failed
    });
    let mut listener = listener(Some(WAIT)).unwrap();
    every("/dev/parley, counter-add, listened to", |faults, n| {
        let before = reading(counter.0).unwrap();
        let (added, failed) = faults.inject(n, || device.counter_add(counter.0, 1));
        match added {
            Ok(value) => {
                assert_eq!((value, before.1 + 1), reading(counter.0).unwrap());
                match next_change(&mut listener) {
                    Ok((_, counter)) => assert_eq!(counter.value, value),
                    Err(Error::Overrun) => {}
                    Err(error) => panic!("{n}: {error}"),
                }
            }
            Err(error) => {
                assert!(memory(&error), "{n}: {error}");
                assert_eq!(reading(counter.0).unwrap(), before);
            }
        }
        failed
    });
    let mut client = client();
    client.set(counter.0, 1, EXISTING).unwrap();
}

#[test]
fn namespaces_that_are_made() {
    python(
        r#"
n = 1
while True:
    result, number, failed = inject(n, lambda: libc.unshare(0x40000000))
    # Whose allocation failed is not said, and not all call it ENOMEM.
    assert (result == 0) == (number == 0) or failed, (n, number)
    if not failed:
        assert result == 0
        break
    n += 1
print("%-40s %5d allocations" % ("a network namespace, made", n - 1))
"#,
    );
    // Complete namespaces can still be created.
    let made = Command::new("unshare")
        .args(["--net", env!("CARGO_BIN_EXE_parley"), "echo", "hello"])
        .output();
    assert!(made.unwrap().status.success());
}
