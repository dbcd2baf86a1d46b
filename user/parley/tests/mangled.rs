// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages that are mangled by their structure, and a model of how the module handles
//! them.
//!
//! `PARLEY_MANGLED=N` sends N messages in place of 20,000; `PARLEY_SEED=S` repeats a run
//! that failed.

mod common;

use common::mangle::{from_environment, mangle, Random};
use common::raw::{request, Raw};
use common::{client, progress, Calls};
use parley::uapi::{ask, cmd, counter, echo, stats};
use parley::Result;
use parley_netlink::genl::message;
use parley_netlink::netlink::attr::{Attributes, Writer};
use parley_netlink::netlink::message::{flags, Header, Kind, HEADER};
use parley_netlink::netlink::namespace;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The state that the module is expected to have.
#[derive(Default)]
struct Model {
    /// Value and updates, by name.
    counters: BTreeMap<Vec<u8>, (u64, u64)>,
    /// Whether the socket of this test is the agent.
    agent: bool,
    /// The sequence numbers of questions whose end may still come.
    asked: BTreeSet<u32>,
    /// The numbers of questions that the agent has received.
    heard: Vec<u64>,
    /// The number of counters that the kernel reports.
    counters_reported: Option<u64>,
}

/// A message, as the kernel finds it in a datagram.
struct Found {
    header: Header,
    body: Vec<u8>,
}

/// Finds messages as netlink_rcv_skb() does.
fn walk(datagram: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut rest = datagram;
    while let Some(header) = Header::read(rest) {
        let len = header.len as usize;
        if len < HEADER || len > rest.len() {
            break;
        }
        found.push(Found {
            header,
            body: rest[HEADER..len].to_vec(),
        });
        rest = &rest[len.next_multiple_of(4).min(rest.len())..];
    }
    found
}

impl Found {
    fn cmd(&self) -> u8 {
        self.body.first().copied().unwrap_or(0)
    }

    fn has(&self, flag: u16) -> bool {
        self.header.flags & flag == flag
    }

    /// The payload of the last attribute with this number, which counts.
    fn last(&self, number: u16) -> Option<Vec<u8>> {
        Attributes::new(self.body.get(4..)?)
            .map_while(|attribute| attribute.ok())
            .filter(|attribute| attribute.number == number)
            .last()
            .map(|attribute| attribute.payload.to_vec())
    }

    fn string(&self, number: u16) -> Vec<u8> {
        let bytes = self.last(number).unwrap();
        bytes.split(|byte| *byte == 0).next().unwrap().to_vec()
    }

    fn uint(&self, number: u16) -> u64 {
        let bytes = self.last(number).unwrap();
        match bytes.len() {
            4 => u32::from_ne_bytes(bytes.try_into().unwrap()).into(),
            _ => u64::from_ne_bytes(bytes.try_into().unwrap()),
        }
    }

    fn sint(&self, number: u16) -> i64 {
        let bytes = self.last(number).unwrap();
        match bytes.len() {
            4 => i32::from_ne_bytes(bytes.try_into().unwrap()).into(),
            _ => i64::from_ne_bytes(bytes.try_into().unwrap()),
        }
    }
}

/// The messages received for a sequence number.
#[derive(Default)]
struct Answers {
    acks: usize,
    errno: Option<i32>,
    data: Vec<Vec<u8>>,
    done: bool,
}

impl Answers {
    fn count(&self) -> usize {
        self.acks + usize::from(self.errno.is_some()) + self.data.len() + usize::from(self.done)
    }
}

fn flag_if(wanted: bool, number: u16, writer: &mut Writer<'_>) -> Result<()> {
    if wanted {
        writer.flag(number)?;
    }
    Ok(())
}

struct Run {
    random: Random,
    raw: Raw,
    model: Model,
    seq: u32,
}

const NAMES: [&str; 6] = ["a", "b", "bb", "c", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "z"];

impl Run {
    /// A valid message, with the sequence number `seq`.
    fn valid(&mut self, seq: u32) -> Vec<u8> {
        let random = &mut self.random;
        let cmd = random.of(&[
            cmd::ECHO,
            cmd::COUNTER_GET,
            cmd::COUNTER_SET,
            cmd::COUNTER_SET,
            cmd::COUNTER_ADD,
            cmd::COUNTER_ADD,
            cmd::COUNTER_DEL,
            cmd::AGENT_REGISTER,
            cmd::ASK,
            cmd::ANSWER,
            cmd::STATS_GET,
        ]);
        let name = random.of(&NAMES);
        let (value, id) = (random.next() >> random.below(64), random.next());
        let bytes = vec![random.next() as u8; random.below(300)];
        let dump = cmd == cmd::COUNTER_GET && random.chance(30);
        let mut modifiers = if random.chance(85) { flags::ACK } else { 0 };
        if dump {
            modifiers |= flags::DUMP;
        }
        let (create, exclusive) = (random.chance(70), random.chance(20));
        let declined = random.chance(20);
        if random.chance(20) {
            modifiers |= flags::ECHO;
        }
        let heard = &self.model.heard;
        let id = heard
            .get(id as usize % (heard.len() + 1))
            .copied()
            .unwrap_or(id);
        let fill = |w: &mut Writer<'_>| -> Result<()> {
            match cmd {
                cmd::ECHO => w.bytes(echo::PAYLOAD, &bytes),
                cmd::COUNTER_GET if dump => w.string(counter::PREFIX, &name[..name.len() / 2]),
                cmd::COUNTER_GET | cmd::COUNTER_DEL => w.string(counter::NAME, name),
                cmd::COUNTER_SET => {
                    w.string(counter::NAME, name)?;
                    w.uint(counter::VALUE, value)?;
                    flag_if(create, counter::CREATE, w)?;
                    flag_if(exclusive, counter::EXCLUSIVE, w)
                }
                cmd::COUNTER_ADD => {
                    w.string(counter::NAME, name)?;
                    w.sint(counter::DELTA, value as i64 >> 20)?;
                    flag_if(create, counter::CREATE, w)
                }
                cmd::ASK => {
                    w.bytes(ask::QUESTION, &bytes)?;
                    w.u32(ask::TIMEOUT_MS, 1 + (value % 50) as u32)
                }
                cmd::ANSWER => {
                    w.uint(ask::ID, id)?;
                    if declined {
                        return w.flag(ask::DECLINED);
                    }
                    w.bytes(ask::ANSWER, &bytes)
                }
                _ => Ok(()),
            }
        };
        request(self.raw.family, cmd, modifiers, seq, fill)
    }

    /// A datagram of one to four messages, most of them mangled.
    fn datagram(&mut self) -> Vec<u8> {
        let mut datagram = Vec::new();
        for _ in 0..1 + self.random.below(4) {
            self.seq += 1;
            let mut message = self.valid(self.seq);
            if self.random.chance(75) {
                for _ in 0..1 + self.random.below(2) {
                    if message.len() > HEADER + 4 {
                        mangle(
                            &mut self.random,
                            &mut message,
                            self.raw.family,
                            HEADER + 4,
                            6,
                        );
                    }
                }
            }
            datagram.extend_from_slice(&message);
        }
        datagram
    }

    /// Sends a datagram, and collects everything received, by sequence number.
    fn exchange(&mut self, datagram: &[u8]) -> BTreeMap<u32, Answers> {
        self.seq += 1;
        let last = self.seq;
        let sentinel = request(self.raw.family, cmd::STATS_GET, 0, last, |_| Ok(()));
        self.raw.socket.send(datagram).unwrap();
        self.raw.socket.send(&sentinel).unwrap();
        let mut answers: BTreeMap<u32, Answers> = BTreeMap::new();
        let mut dumps = BTreeSet::new();
        let mut seen = false;
        while !seen || !dumps.is_empty() {
            let message = self.raw.socket.next_message(|_| true).unwrap();
            let (seq, kind) = (message.header.seq, message.kind().unwrap());
            if seq == 0 {
                self.model.hear(&message::read(&message).unwrap());
                continue;
            }
            seen |= seq == last;
            let answers = answers.entry(seq).or_default();
            match kind {
                Kind::Ack => answers.acks += 1,
                Kind::Refused(refusal) => {
                    dumps.remove(&seq);
                    answers.errno = Some(refusal.errno);
                }
                Kind::Done => {
                    dumps.remove(&seq);
                    answers.done = true;
                }
                _ => {
                    if message.header.flags & flags::MULTI != 0 {
                        dumps.insert(seq);
                    }
                    answers.data.push(message.payload.to_vec());
                }
            }
        }
        let reported = answers.remove(&last).unwrap();
        let reported = Attributes::new(&reported.data[0][4..])
            .flatten()
            .find(|attribute| attribute.number == stats::COUNTERS);
        let reported = reported.unwrap().uint().unwrap();
        self.model.counters_reported = Some(reported);
        answers
    }

    fn one(&mut self) -> usize {
        let datagram = self.datagram();
        let found = walk(&datagram);
        // Sequence numbers identify the answers.
        let seqs: BTreeSet<_> = found.iter().map(|found| found.header.seq).collect();
        let clash = datagram.is_empty()
            || seqs.len() != found.len()
            || seqs.contains(&0)
            || seqs.contains(&(self.seq + 1))
            || !seqs.is_disjoint(&self.model.asked);
        if clash {
            return 0;
        }
        let answers = self.exchange(&datagram);
        for found in &found {
            let nothing = Answers::default();
            let answers = answers.get(&found.header.seq).unwrap_or(&nothing);
            self.model.take(found, self.raw.family, answers);
        }
        for (seq, answers) in &answers {
            if !seqs.contains(seq) {
                assert!(self.model.asked.remove(seq), "an answer to nothing: {seq}");
                assert_eq!(answers.count(), 1);
            }
        }
        assert_eq!(
            self.model.counters_reported,
            Some(self.model.counters.len() as u64)
        );
        found.len()
    }
}

impl Model {
    fn hear(&mut self, (cmd, attributes): &(u8, Attributes<'_>)) {
        assert_eq!(*cmd, cmd::QUESTION);
        let id = attributes
            .clone()
            .flatten()
            .find(|attribute| attribute.number == ask::ID);
        self.heard.push(id.unwrap().uint().unwrap());
        // The oldest questions have ended.
        if self.heard.len() > 8 {
            self.heard.remove(0);
        }
    }

    /// Updates the model with what the kernel did for a message.
    fn take(&mut self, found: &Found, family: u16, answers: &Answers) {
        let ack = found.has(flags::ACK);
        // Netlink handles this itself: it does nothing, and sends an ACK if one is requested.
        if !found.has(flags::REQUEST) || found.header.kind < 0x10 {
            assert_eq!(answers.count(), usize::from(ack));
            return;
        }
        if ack {
            assert!(answers.count() > 0, "silence");
        }
        if found.header.kind != family || answers.errno.is_some() {
            // A refused ask has ended, too.
            return;
        }
        let (cmd, data) = (found.cmd(), answers.data.len());
        if answers.done || data > 1 && cmd == cmd::COUNTER_GET {
            assert_eq!(cmd, cmd::COUNTER_GET, "a dump of something else");
            return;
        }
        // With NLM_F_ECHO the requester gets its notification as well.
        let reported = usize::from(found.has(flags::ECHO));
        match cmd {
            cmd::ECHO => {
                assert_eq!(data, 1);
                let payload = found.last(echo::PAYLOAD).unwrap();
                assert_eq!(first(&answers.data[0], echo::PAYLOAD), payload);
            }
            cmd::COUNTER_GET => {
                assert_eq!(data, 1);
                let name = found.string(counter::NAME);
                assert_eq!(self.counters[&name], reading(&answers.data[0]));
            }
            cmd::COUNTER_SET => {
                assert_eq!(data, reported);
                let name = found.string(counter::NAME);
                let exists = self.counters.contains_key(&name);
                let create = found.last(counter::CREATE).is_some();
                let exclusive = found.last(counter::EXCLUSIVE).is_some();
                assert!(exists || create, "created unasked");
                assert!(!exclusive || create && !exists, "overwritten unasked");
                let counter = self.counters.entry(name).or_default();
                *counter = (found.uint(counter::VALUE), counter.1 + 1);
            }
            cmd::COUNTER_ADD => {
                assert_eq!(data, 1 + reported);
                let name = found.string(counter::NAME);
                let exists = self.counters.contains_key(&name);
                let create = found.last(counter::CREATE).is_some();
                assert!(exists || create, "created unasked");
                let counter = self.counters.entry(name).or_default();
                let delta = found.sint(counter::DELTA);
                let sum = counter.0.checked_add_signed(delta);
                *counter = (sum.expect("a sum out of bounds"), counter.1 + 1);
                assert!(answers.data.iter().all(|data| reading(data) == *counter));
            }
            cmd::COUNTER_DEL => {
                assert_eq!(data, reported);
                let gone = self.counters.remove(&found.string(counter::NAME));
                assert!(gone.is_some(), "deleted what was not there");
            }
            cmd::AGENT_REGISTER => {
                assert!(!self.agent, "a second agent");
                self.agent = true;
            }
            cmd::ASK => {
                assert!(self.agent, "asked without an agent");
                // The end of the question comes later, if it has not come yet.
                if data == 0 {
                    self.asked.insert(found.header.seq);
                }
            }
            cmd::ANSWER => {
                assert!(self.agent, "answered without an agent");
                let either =
                    [ask::ANSWER, ask::DECLINED].map(|number| found.last(number).is_some());
                assert!(either[0] != either[1], "answered and declined, or neither");
            }
            cmd::STATS_GET => assert_eq!(data, 1),
            other => panic!("there is no operation {other}"),
        }
    }
}

/// The first attribute with this number, in a message from its genlmsghdr on.
fn first(data: &[u8], number: u16) -> Vec<u8> {
    Attributes::new(&data[4..])
        .flatten()
        .find(|attribute| attribute.number == number)
        .unwrap()
        .payload
        .to_vec()
}

/// Value and updates of a counter in a message.
fn reading(data: &[u8]) -> (u64, u64) {
    let mut reading = (0, 0);
    for attribute in Attributes::new(&data[4..]).flatten() {
        match attribute.number {
            counter::VALUE => reading.0 = attribute.uint().unwrap(),
            counter::UPDATES => reading.1 = attribute.uint().unwrap(),
            _ => {}
        }
    }
    reading
}

#[test]
fn no_mangled_message_meets_silence_or_changes_what_it_should_not() {
    let messages = from_environment("PARLEY_MANGLED").unwrap_or(20_000) as usize;
    let seed = common::mangle::seed();
    println!("PARLEY_SEED={seed} PARLEY_MANGLED={messages}");
    let ip = |what| {
        let status = Command::new("ip").args(["netns", what, "mangled"]).status();
        assert!(status.unwrap().success());
    };
    ip("add");
    let ran = std::thread::spawn(move || {
        namespace::enter(&namespace::path("mangled")).unwrap();
        let mut raw = Raw::new();
        raw.socket.set_receive_buffer(4 << 20).unwrap();
        let mut run = Run {
            random: Random(seed),
            raw,
            model: Model::default(),
            seq: 1000,
        };
        let (mut sent, mut compared) = (0, 0);
        while sent < messages {
            sent += run.one();
            if sent / 1000 > compared {
                compared = sent / 1000;
                progress(
                    "thousands of mangled messages",
                    compared as u64,
                    messages as u64 / 1000,
                    20,
                );
                let mut kernel = BTreeMap::new();
                client()
                    .list(None, |counter| {
                        let reading = (counter.value, counter.updates);
                        kernel.insert(counter.name, reading);
                        Ok(())
                    })
                    .unwrap();
                assert_eq!(kernel, run.model.counters);
            }
        }
        // The questions that are still pending end with the socket.
        drop(run);
        assert_eq!(client().stats_get().unwrap().asks_pending.unwrap(), 0);
    })
    .join();
    ip("del");
    assert!(ran.is_ok(), "run it again with PARLEY_SEED={seed}");
}
