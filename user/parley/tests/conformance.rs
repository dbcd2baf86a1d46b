// SPDX-License-Identifier: MIT OR Apache-2.0

//! The family `conformance`, with values that are made up from its spec.
//!
//! Needs that module, and not parley: scripts/test/conformance runs this file. `PARLEY_MANGLED=N` sends
//! N mangled messages in place of 20,000; `PARLEY_SEED=S` repeats a run that failed.

mod common;
#[path = "common/values.rs"]
mod values;

use common::faults::every;
use common::mangle::{from_environment, mangle, seed, Random};
use common::progress;
use parley::{Error, Result};
use parley_netlink::genl::{self, message};
use parley_netlink::netlink::attr::{Attributes, Writer};
use parley_netlink::netlink::message::{self as netlink, flags, Kind};
use parley_netlink::netlink::{Refusal, Socket};
use parley_spec::model::{Operation, SetId};
use parley_spec::Spec;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use values::{invalid, put, read, understood, Maker, Values};

const WAIT: Duration = Duration::from_secs(20);
/// Length of the family's own header.
const HEAD: usize = 8;
/// Where the attributes of a request begin.
const ATTRIBUTES: usize = message::ATTRIBUTES + HEAD;

fn spec() -> Spec {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/conformance.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    Spec::parse("conformance.yaml", &text).unwrap()
}

/// A message of the family: its own header, and the bytes of its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    head: [u8; HEAD],
    attributes: Vec<u8>,
}

struct Client {
    socket: Socket,
    family: u16,
    /// The number of the group to which `told` is sent.
    news: u32,
}

impl Client {
    fn new() -> Self {
        let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        socket.set_timeout(WAIT).unwrap();
        socket.set_receive_buffer(4 << 20).unwrap();
        let family = genl::resolve(&mut socket, "conformance").unwrap();
        let news = family.groups.iter().find(|group| group.name == "news");
        Self {
            socket,
            news: news.unwrap().id,
            family: family.id,
        }
    }

    /// Writes a request, with a sequence number of its own, which is returned.
    fn request(
        &mut self,
        (cmd, modifiers): (u8, u16),
        head: [u8; HEAD],
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> (u32, Vec<u8>) {
        let seq = self.socket.next_seq();
        let mut request = Vec::new();
        let modifiers = modifiers | flags::ACK;
        message::write(&mut request, self.family, (cmd, 1), modifiers, seq, |_| {
            Ok(())
        })
        .unwrap();
        request.extend_from_slice(&head);
        fill(&mut Writer::new(&mut request)).unwrap();
        netlink::finish(&mut request, 0).unwrap();
        (seq, request)
    }

    /// Sends a request, and returns its replies or its refusal.
    fn call(&mut self, seq: u32, request: &[u8]) -> std::result::Result<Vec<Answer>, Box<Refusal>> {
        self.socket.send(request).unwrap();
        self.end(seq).expect("the kernel has lost no message")
    }

    /// Receives the end of the request `seq`, or `None` if the kernel could not send it.
    fn end(&mut self, seq: u32) -> Option<std::result::Result<Vec<Answer>, Box<Refusal>>> {
        let mut answers = Vec::new();
        loop {
            let message = match self.socket.next_message(|_| true) {
                Err(Error::Overrun) => return None,
                message => message.unwrap(),
            };
            if message.header.seq != seq {
                continue;
            }
            match message.kind().unwrap() {
                Kind::Refused(refusal) => return Some(Err(refusal)),
                Kind::Ack | Kind::Done => return Some(Ok(answers)),
                _ => answers.push(answer(message.payload)),
            }
        }
    }

    /// Receives events up to one with this header. Returns whether an event or a loss came before.
    /// The library reports a loss only after everything that was not lost is read.
    fn events_before(&mut self, head: [u8; HEAD]) -> bool {
        let mut heard = false;
        loop {
            let message = match self.socket.next_message(|_| true) {
                // After a loss, the kernel drops all messages until everything is read.
                Err(Error::Overrun) => return true,
                message => message.unwrap(),
            };
            if answer(message.payload).head == head {
                break;
            }
            heard = true;
        }
        heard | self.has_lost()
    }

    /// Whether the kernel has lost a message to this socket, with nothing left to read.
    fn has_lost(&mut self) -> bool {
        // The kernel sends without waiting, so anything that was sent has arrived.
        self.socket.set_timeout(Duration::from_micros(1)).unwrap();
        let lost = matches!(self.socket.next_message(|_| true), Err(Error::Overrun));
        self.socket.set_timeout(WAIT).unwrap();
        lost
    }
}

fn answer(payload: &[u8]) -> Answer {
    let (head, attributes) = payload[4..].split_first_chunk().unwrap();
    Answer {
        head: *head,
        attributes: attributes.to_vec(),
    }
}

/// The operation `name`: its number, its set, and the attributes of its do.
fn operation<'a>(spec: &'a Spec, name: &str) -> (u8, SetId, &'a [usize]) {
    let is_it = |operation: &&Operation| operation.name == name;
    let operation = spec.operations.iter().find(is_it).unwrap();
    let request = operation.r#do.as_ref().unwrap().request.as_ref().unwrap();
    let cmd = operation.request_number.unwrap() as u8;
    (cmd, operation.attributes.unwrap(), &request.attributes)
}

fn maker(spec: &Spec) -> Maker<'_> {
    let seed = seed();
    println!("PARLEY_SEED={seed}");
    let random = Random(seed);
    Maker { spec, random }
}

fn sorted(values: &Values) -> Values {
    let mut values = values.clone();
    values.sort_by_key(|(number, _)| *number);
    values
}

#[test]
fn values_of_every_kind_come_back_as_they_were_sent() {
    let spec = spec();
    let (mut maker, mut client) = (maker(&spec), Client::new());
    let (cmd, set, places) = operation(&spec, "echo");
    let mut seen = BTreeSet::new();
    for round in 0..500 {
        let head: [u8; HEAD] = maker.bytes((HEAD, HEAD)).try_into().unwrap();
        let values = maker.some_of(set, places);
        seen.extend(values.iter().map(|(number, _)| *number));
        let (seq, request) = client.request((cmd, 0), head, |to| put(to, &values, round % 2 == 1));
        let answers = client.call(seq, &request).unwrap();
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0].head, head);
        let back = read(&spec, set, Attributes::new(&answers[0].attributes)).unwrap();
        assert_eq!(back, sorted(&values));
    }
    assert_eq!(seen.len(), places.len(), "some attributes were never sent");
}

#[test]
fn a_refusal_points_to_the_attribute_whatever_nests_it_is_in() {
    let spec = spec();
    let mut client = Client::new();
    let (cmd, set, places) = operation(&spec, "echo");
    let cases = invalid(&spec, set, places);
    assert!(cases.len() > 60, "only {} cases", cases.len());
    for case in &cases {
        let (last, nests) = case.numbers.split_last().unwrap();
        fn nested(to: &mut Writer<'_>, nests: &[u16], last: (u16, &[u8])) -> Result<()> {
            match nests {
                // Its number may have the flag of a nest.
                [] => to.bytes(last.0, last.1),
                [first, rest @ ..] => to.nest(*first, |to| nested(to, rest, last)),
            }
        }
        let last = (*last | case.flags, &case.payload[..]);
        let fill = |to: &mut Writer<'_>| nested(to, nests, last);
        let (seq, request) = client.request((cmd, 0), [0; HEAD], fill);
        let refusal = client.call(seq, &request).expect_err(&case.path);
        let offset = ATTRIBUTES + 4 * nests.len();
        assert_eq!(refusal.offset, Some(offset as u32), "{case:?}: {refusal}");
        assert_eq!(refusal.errno, case.errno, "{case:?}: {refusal}");
    }
    println!("{} invalid payloads, each refused where it is", cases.len());
}

#[test]
fn a_mangled_message_is_refused_or_means_what_its_answer_says() {
    let messages = from_environment("PARLEY_MANGLED").unwrap_or(20_000);
    let spec = spec();
    let (mut maker, mut client) = (maker(&spec), Client::new());
    let (cmd, set, places) = operation(&spec, "echo");
    let (mut answered, mut refused, mut compared) = (0, 0, 0);
    for at in 1..=messages {
        if at % 1000 == 0 {
            progress(
                "thousands of mangled messages",
                at / 1000,
                messages / 1000,
                20,
            );
        }
        let values = maker.some_of(set, places);
        let dump = if maker.random.chance(20) {
            flags::DUMP
        } else {
            0
        };
        let (seq, mut request) =
            client.request((cmd, dump), [7; HEAD], |to| put(to, &values, false));
        for _ in 0..1 + maker.random.below(2) {
            if request.len() > ATTRIBUTES {
                let most = spec[set].attributes.len() as u16;
                mangle(
                    &mut maker.random,
                    &mut request,
                    client.family,
                    ATTRIBUTES,
                    most,
                );
            }
        }
        let (last, sentinel) = client.request((cmd, 0), [0; HEAD], |_| Ok(()));
        if request.is_empty() || request.windows(4).any(|word| word == last.to_ne_bytes()) {
            continue;
        }
        client.socket.send(&request).unwrap();
        client.socket.send(&sentinel).unwrap();
        // The sentinel's answer is the last one, except for the rest of a dump.
        let (mut said, mut open, mut ended) = (Vec::new(), false, false);
        while !ended || open {
            let message = client.socket.next_message(|_| true).unwrap();
            let multi = message.header.flags & flags::MULTI != 0;
            match message.kind().unwrap() {
                Kind::Ack => ended |= message.header.seq == last,
                Kind::Refused(_) => {
                    assert_ne!(message.header.seq, last);
                    (refused, open) = (refused + 1, false);
                }
                Kind::Done => open = false,
                Kind::Data if message.header.seq == last => {}
                Kind::Data => {
                    open |= multi;
                    // Other families answer the messages that reach them.
                    if message.header.kind == client.family && message.header.seq == seq {
                        said.push((message.payload[0], answer(message.payload)));
                    }
                }
                _ => {}
            }
        }
        // A complete request with a single answer gets back what it sent.
        let len = u32::from_ne_bytes(*request.first_chunk().unwrap_or(&[0; 4])) as usize;
        if let ([(answered, said)], Some(whole)) = (&said[..], request.get(..len)) {
            if *answered == cmd && whole[..] == request[..] {
                let sent = read(&spec, set, Attributes::new(&whole[ATTRIBUTES..])).unwrap();
                let back = read(&spec, set, Attributes::new(&said.attributes)).unwrap();
                assert_eq!(back, understood(&spec, set, sent));
                assert_eq!(said.head, whole[ATTRIBUTES - HEAD..ATTRIBUTES]);
                compared += 1;
            }
        }
        // What the kernel has understood means the same when it is sent as a valid message.
        for (_, said) in said.into_iter().filter(|(answered, _)| *answered == cmd) {
            let (seq, request) = client.request((cmd, 0), said.head, |_| Ok(()));
            let mut request = [request, said.attributes.clone()].concat();
            netlink::finish(&mut request, 0).unwrap();
            assert_eq!(client.call(seq, &request).unwrap(), [said]);
            answered += 1;
        }
    }
    println!(
        "{messages} mangled messages: {answered} answers, {refused} refusals, {compared} compared"
    );
    assert!([answered, refused, compared]
        .iter()
        .all(|count| *count > messages / 20));
}

#[test]
fn every_failed_allocation_fails_the_call_alone() {
    if !Path::new("/proc/self/fail-nth").exists() {
        println!("this kernel has no fault injection");
        return;
    }
    let spec = spec();
    let mut maker = maker(&spec);
    let (echo, set, places) = operation(&spec, "echo");
    let (need, _, _) = operation(&spec, "need");
    let (relaxed, relaxed_set, relaxed_places) = operation(&spec, "relaxed");
    let everything = loop {
        let values = maker.some_of(set, places);
        if values.len() > places.len() / 2 {
            break values;
        }
    };
    let some = maker.some_of(relaxed_set, relaxed_places);
    let number = |set: &str, name: &str| {
        let set = spec.attribute_sets.iter().find(|each| each.name == set);
        set.unwrap().attribute(name).unwrap().number
    };
    let (u32, inner) = (number("all", "u32"), number("all", "inner"));
    let (deeper, key) = (number("inner", "deeper"), number("deeper", "key"));
    let needed = |to: &mut Writer<'_>| {
        to.u32(u32, 5)?;
        to.nest(inner, |to| to.nest(deeper, |to| to.bytes(key, b"ab")))
    };
    type Fill<'a> = &'a dyn Fn(&mut Writer<'_>) -> Result<()>;
    let calls: [(&str, u8, u16, Fill<'_>); 5] = [
        ("echo", echo, 0, &|to| put(to, &everything, false)),
        ("dump of echo", echo, flags::DUMP, &|to| to.u32(u32, 5)),
        ("need, which has a hook", need, 0, &needed),
        ("relaxed, which notifies", relaxed, 0, &|to| {
            put(to, &some, false)
        }),
        ("relaxed, with NLM_F_ECHO", relaxed, flags::ECHO, &|to| {
            put(to, &some, false)
        }),
    ];
    for (what, cmd, modifiers, fill) in calls {
        let mut listener = Client::new();
        listener.socket.join(listener.news).unwrap();
        let mut client = Client::new();
        let (seq, request) = client.request((cmd, modifiers), [1; HEAD], fill);
        let clean = client.call(seq, &request).unwrap();
        if cmd == relaxed {
            listener.socket.next_message(|_| true).unwrap();
        }
        every(what, |faults, n| {
            let mut client = Client::new();
            let (seq, request) = client.request((cmd, modifiers), [1; HEAD], fill);
            let (sent, failed) = faults.inject(n, || client.socket.send(&request));
            let mut done = false;
            match sent {
                Err(Error::Io { error, .. }) => {
                    let errno = error.raw_os_error();
                    assert!(
                        matches!(errno, Some(libc::ENOMEM | libc::ENOBUFS)),
                        "{error}"
                    );
                }
                Err(error) => panic!("{error}"),
                Ok(()) => match client.end(seq) {
                    Some(Err(refusal)) => {
                        let errno = refusal.errno;
                        assert!(matches!(errno, libc::ENOMEM | libc::ENOBUFS), "{refusal}");
                    }
                    // `need` counts its calls.
                    Some(Ok(answers)) if cmd == need => assert_eq!(answers.len(), clean.len()),
                    Some(Ok(answers)) => {
                        // With NLM_F_ECHO, the notification is an answer that can be lost.
                        let whole = answers == clean || client.has_lost();
                        assert!(whole, "allocation {n}: {answers:?}, not {clean:?}");
                        assert!(!answers.is_empty(), "allocation {n} lost the reply");
                        done = true;
                    }
                    None => {}
                },
            }
            // The next call is not affected.
            let mut client = Client::new();
            let (seq, request) = client.request((cmd, modifiers), [2; HEAD], fill);
            assert_eq!(client.call(seq, &request).unwrap().len(), clean.len());
            // A listener has received an event of a call that was done, or knows of a loss.
            if cmd == relaxed {
                let heard = listener.events_before([2; HEAD]);
                assert!(heard || !done, "allocation {n} lost an event");
            }
            failed
        });
    }
}

#[test]
fn calls_of_a_family_that_is_not_parallel_run_one_at_a_time() {
    let spec = spec();
    let (cmd, ..) = operation(&spec, "echo");
    let callers = [(); 4].map(|()| {
        std::thread::spawn(move || {
            let mut client = Client::new();
            for _ in 0..50 {
                let (seq, request) = client.request((cmd, 0), *b"slow it!", |_| Ok(()));
                let refusal = client.call(seq, &request).unwrap_err();
                assert_eq!(refusal.errno, libc::EALREADY, "{refusal}");
            }
        })
    });
    for caller in callers {
        caller.join().unwrap();
    }
}
