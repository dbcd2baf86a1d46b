// SPDX-License-Identifier: MIT OR Apache-2.0

//! The parley family through neli. `interop/clients.py` describes the input and output.
//!
//! Requests go over `NlSocketHandle`: `NlRouter` drops the extended ACK of an error, and
//! messages that are not replies, such as questions. Events come over `NlRouter`.

#![forbid(unsafe_code)]

use neli::consts::nl::NlmF;
use neli::consts::socket::NlFamily;
use neli::err::{RouterError, SocketError};
use neli::genl::{AttrTypeBuilder, Genlmsghdr, GenlmsghdrBuilder, NlattrBuilder};
use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
use neli::router::synchronous::{NlRouter, NlRouterReceiverHandle};
use neli::socket::synchronous::NlSocketHandle;
use neli::types::{Buffer, GenlBuffer};
use neli::utils::Groups;
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{stdin, stdout, BufRead, Write};

type Fallible<T> = Result<T, Box<dyn Error>>;
type Message = Genlmsghdr<u8, u16>;
type Attributes = BTreeMap<u16, Vec<u8>>;
type Events = NlRouterReceiverHandle<u16, Message>;

const CTRL: u16 = 0x10;
const GETFAMILY: u8 = 3;
const GETPOLICY: u8 = 10;
const STATS: [&str; 6] = [
    "echoes",
    "echo-bytes",
    "counters",
    "notifications",
    "asks-pending",
    "asks-answered",
];

/// A refusal by the kernel, with its message.
#[derive(Debug)]
struct Refused(Value);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Error for Refused {}

fn attributes(buffer: &GenlBuffer<u16, Buffer>) -> Attributes {
    let pair = |attribute: &neli::genl::Nlattr<u16, Buffer>| {
        let number = *attribute.nla_type().nla_type();
        (number, attribute.nla_payload().as_ref().to_vec())
    };
    buffer.iter().map(pair).collect()
}

/// The attributes in a nest.
fn nest(bytes: &[u8]) -> Fallible<Attributes> {
    use neli::FromBytesWithInput;
    let mut cursor = std::io::Cursor::new(bytes);
    let buffer = GenlBuffer::<u16, Buffer>::from_bytes_with_input(&mut cursor, bytes.len())?;
    Ok(attributes(&buffer))
}

/// One of the attributes.
fn field(attributes: &Attributes, number: u16) -> Fallible<&[u8]> {
    let bytes = attributes.get(&number).map(|bytes| &bytes[..]);
    Ok(bytes.ok_or_else(|| format!("attribute {number} is missing"))?)
}

/// An integer of 1 to 8 bytes.
fn integer(bytes: &[u8]) -> u64 {
    let mut whole = [0; 8];
    for (to, from) in whole.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_le_bytes(whole)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .trim_end_matches('\0')
        .to_owned()
}

fn string(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

struct Client {
    socket: NlSocketHandle,
    family: u16,
    seq: u32,
    router: NlRouter,
    events: Events,
}

impl Client {
    fn open() -> Fallible<Self> {
        let (router, events) = NlRouter::connect(NlFamily::Generic, None, Groups::empty())?;
        let family = router.resolve_genl_family("parley")?;
        let socket = NlSocketHandle::connect(NlFamily::Generic, None, Groups::empty())?;
        socket.enable_ext_ack(true)?;
        Ok(Self {
            socket,
            family,
            seq: 0,
            router,
            events,
        })
    }

    fn send(&mut self, to: u16, cmd: u8, flags: NlmF, given: &[(u16, Vec<u8>)]) -> Fallible<()> {
        let mut buffer = GenlBuffer::new();
        for (number, bytes) in given {
            let number = AttrTypeBuilder::default().nla_type(*number).build()?;
            let attribute = NlattrBuilder::default().nla_type(number);
            buffer.push(attribute.nla_payload(Buffer::from(&bytes[..])).build()?);
        }
        let message: Message = GenlmsghdrBuilder::default()
            .cmd(cmd)
            .version(1)
            .attrs(buffer)
            .build()?;
        self.seq += 1;
        let message = NlmsghdrBuilder::default()
            .nl_type(to)
            .nl_flags(NlmF::REQUEST | flags)
            .nl_seq(self.seq)
            .nl_payload(NlPayload::Payload(message))
            .build()?;
        Ok(self.socket.send(&message)?)
    }

    /// Returns the messages of the next datagram.
    fn receive(&self) -> Fallible<Vec<Nlmsghdr<u16, Message>>> {
        let (messages, _) = self.socket.recv::<u16, Message>()?;
        Ok(messages.collect::<Result<_, SocketError>>()?)
    }

    /// Returns a request's replies, up to its ACK or the end of the dump. Without either, returns
    /// only the first reply.
    fn ask_of(
        &mut self,
        to: u16,
        cmd: u8,
        flags: NlmF,
        given: &[(u16, Vec<u8>)],
    ) -> Fallible<Vec<Attributes>> {
        self.send(to, cmd, flags, given)?;
        let one = !flags.intersects(NlmF::ACK | NlmF::DUMP);
        let mut replies = Vec::new();
        loop {
            for message in self.receive()? {
                if *message.nl_seq() != self.seq {
                    return Err("a message that answers nothing".into());
                }
                match message.nl_payload() {
                    NlPayload::Payload(reply) => {
                        replies.push(attributes(reply.attrs()));
                        if one {
                            return Ok(replies);
                        }
                    }
                    NlPayload::Err(error) => {
                        let mut told = Map::new();
                        told.insert("errno".into(), json!(-error.error()));
                        for attribute in error.ext_ack().iter() {
                            let bytes = attribute.nla_payload().as_ref();
                            match u16::from(*attribute.nla_type().nla_type()) {
                                1 => told.insert("message".into(), json!(text(bytes))),
                                2 => told.insert("offset".into(), json!(integer(bytes))),
                                5 => told.insert("missing".into(), json!(integer(bytes))),
                                _ => None,
                            };
                        }
                        return Err(Refused(told.into()).into());
                    }
                    _ => return Ok(replies),
                }
            }
        }
    }

    fn request(
        &mut self,
        cmd: u8,
        flags: NlmF,
        given: &[(u16, Vec<u8>)],
    ) -> Fallible<Vec<Attributes>> {
        self.ask_of(self.family, cmd, flags, given)
    }

    fn one(&mut self, cmd: u8, flags: NlmF, given: &[(u16, Vec<u8>)]) -> Fallible<Attributes> {
        let replies = self.request(cmd, flags, given)?;
        Ok(replies.into_iter().next().ok_or("there is no reply")?)
    }

    fn family(&mut self) -> Fallible<Value> {
        let reply = self.ask_of(CTRL, GETFAMILY, NlmF::empty(), &[(2, string("parley"))])?;
        let reply = reply.first().ok_or("there is no reply")?;
        let entries = |number| -> Fallible<Vec<Attributes>> {
            let list = nest(reply.get(&number).map_or(&[], |bytes| &bytes[..]))?;
            list.values().map(|bytes| nest(bytes)).collect()
        };
        let (mut operations, mut groups) = (Map::new(), Map::new());
        for entry in entries(6)? {
            operations.insert(
                integer(field(&entry, 1)?).to_string(),
                integer(field(&entry, 2)?).into(),
            );
        }
        for entry in entries(7)? {
            groups.insert(text(field(&entry, 1)?), integer(field(&entry, 2)?).into());
        }
        Ok(json!({
            "id": integer(field(reply, 1)?), "version": integer(field(reply, 3)?),
            "header_len": integer(field(reply, 4)?), "operations": operations, "groups": groups,
        }))
    }

    /// neli has no names for the attributes of a policy, so their numbers are written here.
    fn policy(&mut self) -> Fallible<Value> {
        let name = [(2, string("parley"))];
        let (mut tables, mut operations) = (BTreeMap::new(), Map::new());
        for message in self.ask_of(CTRL, GETPOLICY, NlmF::DUMP, &name)? {
            for (table, bytes) in nest(message.get(&8).map_or(&[], |bytes| &bytes[..]))? {
                for (attribute, bytes) in nest(&bytes)? {
                    let mut entry = Map::new();
                    for (bound, bytes) in nest(&bytes)? {
                        let value = match bound {
                            2 | 3 => json!(integer(&bytes) as i64),
                            _ => json!(integer(&bytes)),
                        };
                        let name = match bound {
                            1 => "type",
                            2 | 4 => "min",
                            3 | 5 => "max",
                            6 => "min_len",
                            7 => "max_len",
                            _ => continue,
                        };
                        entry.insert(name.into(), value);
                    }
                    let table: &mut Map<_, _> = tables.entry(table.to_string()).or_default();
                    table.insert(attribute.to_string(), entry.into());
                }
            }
            for (cmd, bytes) in nest(message.get(&9).map_or(&[], |bytes| &bytes[..]))? {
                let mut kinds = Map::new();
                for (kind, bytes) in nest(&bytes)? {
                    let name = if kind == 1 { "do" } else { "dump" };
                    kinds.insert(name.into(), integer(&bytes).into());
                }
                operations.insert(cmd.to_string(), kinds.into());
            }
        }
        Ok(json!({"tables": tables, "operations": operations}))
    }

    fn obey(&mut self, words: &[&str]) -> Fallible<Value> {
        Ok(match words {
            ["family"] => self.family()?,
            ["policy"] => self.policy()?,
            ["echo", path] => {
                let reply = self.one(1, NlmF::empty(), &[(1, std::fs::read(path)?)])?;
                let stamp = nest(field(&reply, 2)?)?;
                let hex: String = field(&reply, 1)?
                    .iter()
                    .map(|b| format!("{b:02x}"))
                    .collect();
                json!({
                    "payload_hex": hex, "time_ns": integer(field(&stamp, 1)?),
                    "cpu": integer(field(&stamp, 2)?), "portid": integer(field(&stamp, 3)?),
                    "port": self.socket.pid(),
                })
            }
            ["get", name] => counter(&self.one(2, NlmF::empty(), &[(1, string(name))])?)?,
            ["list", prefix @ ..] => {
                let given: Vec<_> = prefix.iter().map(|text| (5, string(text))).collect();
                let replies = self.request(2, NlmF::DUMP, &given)?;
                replies.iter().map(counter).collect::<Fallible<_>>()?
            }
            ["set", name, value, words @ ..] => {
                let value = value.parse::<u64>()?.to_le_bytes().to_vec();
                let mut given = vec![(1, string(name)), (2, value)];
                given.extend(words.iter().map(flag));
                self.request(3, NlmF::ACK, &given)?;
                json!({})
            }
            ["add", name, delta, words @ ..] => {
                let delta = delta.parse::<i64>()?.to_le_bytes().to_vec();
                let mut given = vec![(1, string(name)), (3, delta)];
                given.extend(words.iter().map(flag));
                counter(&self.one(4, NlmF::empty(), &given)?)?
            }
            ["del", name] => {
                self.request(5, NlmF::ACK, &[(1, string(name))])?;
                json!({})
            }
            ["stats"] => {
                let reply = self.one(13, NlmF::empty(), &[])?;
                let named = STATS.iter().zip(1..);
                let named =
                    named.map(|(name, number)| Ok((*name, integer(field(&reply, number)?))));
                json!(named.collect::<Fallible<BTreeMap<_, _>>>()?)
            }
            ["bare", cmd] => {
                self.request(cmd.parse()?, NlmF::ACK, &[])?;
                json!({})
            }
            // Shows what the router keeps of an error.
            ["router-bare"] => {
                self.router.enable_ext_ack(true)?;
                let message = GenlmsghdrBuilder::<u8, u16>::default().cmd(2).version(1);
                let message = NlPayload::Payload(message.attrs(GenlBuffer::new()).build()?);
                let mut replies =
                    self.router
                        .send::<_, _, u16, Message>(self.family, NlmF::ACK, message)?;
                match replies.next() {
                    Some(Err(RouterError::Nlmsgerr(error))) => {
                        json!({"errno": -error.error(), "extended": error.ext_ack().len()})
                    }
                    other => return Err(format!("this is no refusal: {other:?}").into()),
                }
            }
            ["listen"] => {
                let group = self.router.resolve_nl_mcast_group("parley", "events")?;
                let groups = Groups::new_groups(&[group]);
                self.router.add_mcast_membership(groups)?;
                json!({})
            }
            ["event"] => {
                let event = self.events.next().ok_or("the router is gone")??;
                let event = event.get_payload().ok_or("the event is no message")?;
                let mut told = counter(&attributes(event.attrs()))?;
                told["event"] = match event.cmd() {
                    6 => "new".into(),
                    7 => "changed".into(),
                    8 => "deleted".into(),
                    other => json!(other),
                };
                told
            }
            ["ask", question, limit @ ..] => {
                let mut given = vec![(2, question.as_bytes().to_vec())];
                for text in limit {
                    given.push((4, text.parse::<u32>()?.to_le_bytes().to_vec()));
                }
                // Without an ACK, which would end the request before the answer.
                let reply = self.one(10, NlmF::empty(), &given)?;
                json!({"id": integer(field(&reply, 1)?), "answer": text(field(&reply, 3)?)})
            }
            ["agent"] => {
                self.request(9, NlmF::ACK, &[])?;
                json!({})
            }
            ["question"] => {
                let question = self.receive()?;
                let question = question.first().and_then(|first| first.get_payload());
                let asked = attributes(question.ok_or("this is no question")?.attrs());
                json!({
                    "id": integer(field(&asked, 1)?), "question": text(field(&asked, 2)?),
                    "portid": integer(field(&asked, 5)?),
                })
            }
            ["answer", id, answer] => {
                let id = id.parse::<u64>()?.to_le_bytes().to_vec();
                let given = [(1, id), (3, answer.as_bytes().to_vec())];
                self.request(12, NlmF::ACK, &given)?;
                json!({})
            }
            ["decline", id] => {
                let id = id.parse::<u64>()?.to_le_bytes().to_vec();
                self.request(12, NlmF::ACK, &[(1, id), (6, Vec::new())])?;
                json!({})
            }
            _ => return Err(format!("unknown: {words:?}").into()),
        })
    }
}

fn counter(reply: &Attributes) -> Fallible<Value> {
    Ok(json!({
        "name": text(field(reply, 1)?), "value": integer(field(reply, 2)?),
        "updates": integer(field(reply, 4)?),
    }))
}

/// The flag attribute with this name.
fn flag(word: &&str) -> (u16, Vec<u8>) {
    (if *word == "create" { 6 } else { 7 }, Vec::new())
}

fn main() -> Fallible<()> {
    let mut client = Client::open()?;
    for line in stdin().lock().lines() {
        let words: Vec<String> = serde_json::from_str(&line?)?;
        let words: Vec<&str> = words.iter().map(|word| &word[..]).collect();
        let told = client.obey(&words).or_else(|error| {
            let refused = error.downcast::<Refused>()?;
            Fallible::Ok(json!({"error": refused.0}))
        })?;
        writeln!(stdout(), "{told}")?;
    }
    Ok(())
}
