// SPDX-License-Identifier: MIT OR Apache-2.0

//! The parley family through rust-netlink's genetlink. `interop/clients.py` describes the
//! input and output.

#![forbid(unsafe_code)]

use futures::channel::mpsc::UnboundedReceiver;
use futures::StreamExt;
use genetlink::message::RawGenlMessage;
use genetlink::{new_connection, GenetlinkHandle};
use netlink_packet_core::{
    parse_string, DecodeError, DefaultNla, Emitable, ErrorMessage, NetlinkMessage, NetlinkPayload,
    NlasIterator, ParseableParametrized, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST,
};
use netlink_packet_generic::ctrl::nlas::{GenlCtrlAttrs, McastGrpAttrs, OpAttrs};
use netlink_packet_generic::ctrl::{GenlCtrl, GenlCtrlCmd};
use netlink_packet_generic::{GenlFamily, GenlHeader, GenlMessage};
use netlink_proto::sys::{AsyncSocket, SocketAddr};
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{stdin, stdout, BufRead, Write};

type Fallible<T> = Result<T, Box<dyn Error>>;
type Attributes = BTreeMap<u16, Vec<u8>>;
type Unasked = UnboundedReceiver<(NetlinkMessage<RawGenlMessage>, SocketAddr)>;

const CTRL: u16 = 0x10;
const GETPOLICY: u8 = 10;
const STATS: [&str; 6] = [
    "echoes",
    "echo-bytes",
    "counters",
    "notifications",
    "asks-pending",
    "asks-answered",
];

/// A message of the family, or of the controller if `to` says so.
#[derive(Clone, Debug)]
struct Parley {
    to: u16,
    cmd: u8,
    given: Vec<DefaultNla>,
    told: Attributes,
}

impl GenlFamily for Parley {
    fn family_name() -> &'static str {
        "parley"
    }

    fn family_id(&self) -> u16 {
        self.to
    }

    fn command(&self) -> u8 {
        self.cmd
    }

    fn version(&self) -> u8 {
        1
    }
}

impl Emitable for Parley {
    fn buffer_len(&self) -> usize {
        self.given.as_slice().buffer_len()
    }

    fn emit(&self, buffer: &mut [u8]) {
        self.given.as_slice().emit(buffer);
    }
}

impl ParseableParametrized<[u8], GenlHeader> for Parley {
    fn parse_with_param(bytes: &[u8], header: GenlHeader) -> Result<Self, DecodeError> {
        Ok(Self {
            to: 0,
            cmd: header.cmd,
            given: Vec::new(),
            told: nest(bytes)?,
        })
    }
}

/// The attributes in these bytes.
fn nest(bytes: &[u8]) -> Result<Attributes, DecodeError> {
    let pair = |attribute: Result<netlink_packet_core::NlaBuffer<&[u8]>, _>| {
        attribute.map(|attribute| (attribute.kind(), attribute.value().to_vec()))
    };
    NlasIterator::new(bytes).map(pair).collect()
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

fn string(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

fn text(bytes: &[u8]) -> Fallible<String> {
    Ok(parse_string(bytes)?)
}

/// A refusal by the kernel, with its message.
#[derive(Debug)]
struct Refused(Value);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Error for Refused {}

/// The crate keeps everything after the errno as bytes: the request, and then the
/// attributes of the extended ACK.
fn refused(error: &ErrorMessage) -> Fallible<Refused> {
    let request = error.header.get(..4).map_or(0, integer);
    let request = usize::try_from(request)?.next_multiple_of(4);
    let words = nest(error.header.get(request..).unwrap_or_default())?;
    let mut told = Map::new();
    told.insert("errno".into(), json!(-error.raw_code()));
    if let Some(words) = words.get(&1) {
        told.insert("message".into(), text(words)?.into());
    }
    for (number, name) in [(2, "offset"), (5, "missing")] {
        if let Some(bytes) = words.get(&number) {
            told.insert(name.into(), integer(bytes).into());
        }
    }
    Ok(Refused(told.into()))
}

struct Client {
    handle: GenetlinkHandle,
    unasked: Unasked,
    port: u32,
    /// The listener. It needs a socket of its own, because the kernel notifies the socket that
    /// changes a counter only if the request has NLM_F_ECHO.
    listener: Option<Box<Client>>,
}

impl Client {
    /// Opens a connection, and joins the group if one is given. It must be joined before the
    /// connection is handed to the runtime.
    fn open(group: Option<u32>) -> Fallible<Self> {
        let (mut connection, handle, unasked) = new_connection()?;
        let socket = connection.socket_mut().socket_mut();
        socket.set_ext_ack(true)?;
        let port = socket.bind_auto()?.port_number();
        if let Some(group) = group {
            socket.add_membership(group)?;
        }
        tokio::spawn(connection);
        Ok(Self {
            handle,
            unasked,
            port,
            listener: None,
        })
    }

    async fn ask_of(
        &mut self,
        to: u16,
        cmd: u8,
        flags: u16,
        given: Vec<(u16, Vec<u8>)>,
    ) -> Fallible<Vec<Attributes>> {
        let given = given.into_iter();
        let given = given.map(|(number, bytes)| DefaultNla::new(number, bytes));
        let message = GenlMessage::from_payload(Parley {
            to,
            cmd,
            given: given.collect(),
            told: Attributes::new(),
        });
        let mut message = NetlinkMessage::from(message);
        message.header.flags = NLM_F_REQUEST | flags;
        let mut stream = self.handle.request(message).await?;
        let mut replies = Vec::new();
        while let Some(reply) = stream.next().await {
            match reply?.payload {
                NetlinkPayload::InnerMessage(reply) => replies.push(reply.payload.told),
                NetlinkPayload::Error(error) => return Err(refused(&error)?.into()),
                _ => {}
            }
        }
        Ok(replies)
    }

    async fn request(
        &mut self,
        cmd: u8,
        flags: u16,
        given: Vec<(u16, Vec<u8>)>,
    ) -> Fallible<Vec<Attributes>> {
        self.ask_of(0, cmd, flags, given).await
    }

    async fn one(
        &mut self,
        cmd: u8,
        flags: u16,
        given: Vec<(u16, Vec<u8>)>,
    ) -> Fallible<Attributes> {
        let replies = self.request(cmd, flags, given).await?;
        Ok(replies.into_iter().next().ok_or("there is no reply")?)
    }

    /// Returns the next message that is not an answer.
    async fn next(&mut self) -> Fallible<Parley> {
        let (message, _) = self.unasked.next().await.ok_or("the connection is gone")?;
        match message.payload {
            NetlinkPayload::InnerMessage(message) => {
                Ok(message.parse_into_genlmsg::<Parley>()?.payload)
            }
            other => Err(format!("this is no message: {other:?}").into()),
        }
    }

    /// Asks the controller, with the types that the crate has for it.
    async fn controller(
        &mut self,
        cmd: GenlCtrlCmd,
        flags: u16,
    ) -> Fallible<Vec<Vec<GenlCtrlAttrs>>> {
        let nlas = vec![GenlCtrlAttrs::FamilyName("parley".into())];
        let message = GenlMessage::from_payload(GenlCtrl { cmd, nlas });
        let mut message = NetlinkMessage::from(message);
        message.header.flags = NLM_F_REQUEST | flags;
        let mut stream = self.handle.request(message).await?;
        let mut replies = Vec::new();
        while let Some(reply) = stream.next().await {
            if let NetlinkPayload::InnerMessage(reply) = reply?.payload {
                replies.push(reply.payload.nlas);
            }
        }
        Ok(replies)
    }

    async fn family(&mut self) -> Fallible<Value> {
        let mut told = json!({});
        let replies = self.controller(GenlCtrlCmd::GetFamily, 0).await?;
        for attribute in replies.into_iter().flatten() {
            match attribute {
                GenlCtrlAttrs::FamilyId(id) => told["id"] = id.into(),
                GenlCtrlAttrs::Version(version) => told["version"] = version.into(),
                GenlCtrlAttrs::HdrSize(len) => told["header_len"] = len.into(),
                GenlCtrlAttrs::Ops(operations) => {
                    for operation in operations {
                        let (mut cmd, mut flags) = (0, 0);
                        for attribute in operation {
                            match attribute {
                                OpAttrs::Id(id) => cmd = id,
                                OpAttrs::Flags(those) => flags = those,
                            }
                        }
                        told["operations"][cmd.to_string()] = flags.into();
                    }
                }
                GenlCtrlAttrs::McastGroups(groups) => {
                    for group in groups {
                        let (mut name, mut id) = (String::new(), 0);
                        for attribute in group {
                            match attribute {
                                McastGrpAttrs::Name(that) => name = that,
                                McastGrpAttrs::Id(that) => id = that,
                            }
                        }
                        told["groups"][name] = id.into();
                    }
                }
                _ => {}
            }
        }
        Ok(told)
    }

    /// The policies as the crate's own types decode them.
    async fn typed_policy(&mut self) -> Value {
        let replies = self.controller(GenlCtrlCmd::GetPolicy, NLM_F_DUMP).await;
        match replies {
            Ok(replies) => json!({"messages": replies.len()}),
            Err(error) => json!({"cannot": error.to_string()}),
        }
    }

    /// The policies, decoded here.
    async fn policy(&mut self) -> Fallible<Value> {
        let given = vec![(2, string("parley"))];
        let (mut tables, mut operations) = (json!({}), json!({}));
        for message in self.ask_of(CTRL, GETPOLICY, NLM_F_DUMP, given).await? {
            for (table, bytes) in nest(message.get(&8).map_or(&[], |bytes| &bytes[..]))? {
                for (attribute, bytes) in nest(&bytes)? {
                    let mut entry = json!({});
                    for (bound, bytes) in nest(&bytes)? {
                        let (name, signed) = match bound {
                            1 => ("type", false),
                            2 => ("min", true),
                            3 => ("max", true),
                            4 => ("min", false),
                            5 => ("max", false),
                            6 => ("min_len", false),
                            7 => ("max_len", false),
                            _ => continue,
                        };
                        let value = integer(&bytes);
                        entry[name] = if signed {
                            json!(value as i64)
                        } else {
                            json!(value)
                        };
                    }
                    tables[table.to_string()][attribute.to_string()] = entry;
                }
            }
            for (cmd, bytes) in nest(message.get(&9).map_or(&[], |bytes| &bytes[..]))? {
                for (kind, bytes) in nest(&bytes)? {
                    let kind = if kind == 1 { "do" } else { "dump" };
                    operations[cmd.to_string()][kind] = integer(&bytes).into();
                }
            }
        }
        Ok(json!({"tables": tables, "operations": operations}))
    }

    async fn obey(&mut self, words: &[&str]) -> Fallible<Value> {
        Ok(match words {
            ["family"] => self.family().await?,
            ["policy"] => self.policy().await?,
            ["typed-policy"] => self.typed_policy().await,
            ["echo", path] => {
                let reply = self.one(1, 0, vec![(1, std::fs::read(path)?)]).await?;
                let stamp = nest(field(&reply, 2)?)?;
                let hex: String = field(&reply, 1)?
                    .iter()
                    .map(|b| format!("{b:02x}"))
                    .collect();
                json!({
                    "payload_hex": hex, "time_ns": integer(field(&stamp, 1)?),
                    "cpu": integer(field(&stamp, 2)?), "portid": integer(field(&stamp, 3)?),
                    "port": self.port,
                })
            }
            ["get", name] => counter(&self.one(2, 0, vec![(1, string(name))]).await?)?,
            ["list", prefix @ ..] => {
                let given = prefix.iter().map(|text| (5, string(text))).collect();
                let replies = self.request(2, NLM_F_DUMP, given).await?;
                json!(replies.iter().map(counter).collect::<Fallible<Vec<_>>>()?)
            }
            ["set", name, value, words @ ..] => {
                let value = value.parse::<u64>()?.to_le_bytes().to_vec();
                let mut given = vec![(1, string(name)), (2, value)];
                given.extend(words.iter().map(flag));
                self.request(3, NLM_F_ACK, given).await?;
                json!({})
            }
            ["add", name, delta, words @ ..] => {
                let delta = delta.parse::<i64>()?.to_le_bytes().to_vec();
                let mut given = vec![(1, string(name)), (3, delta)];
                given.extend(words.iter().map(flag));
                counter(&self.one(4, 0, given).await?)?
            }
            ["del", name] => {
                self.request(5, NLM_F_ACK, vec![(1, string(name))]).await?;
                json!({})
            }
            ["stats"] => {
                let reply = self.one(13, 0, Vec::new()).await?;
                let named = STATS.iter().zip(1..);
                let named =
                    named.map(|(name, number)| Ok((*name, integer(field(&reply, number)?))));
                json!(named.collect::<Fallible<BTreeMap<_, _>>>()?)
            }
            ["bare", cmd] => {
                self.request(cmd.parse()?, NLM_F_ACK, Vec::new()).await?;
                json!({})
            }
            ["listen"] => {
                let family = self.handle.resolve_family::<Parley>().await?;
                let group = family.multicast_groups.get("events");
                let listener = Self::open(Some(*group.ok_or("there is no group")?))?;
                self.listener = Some(Box::new(listener));
                json!({})
            }
            ["event"] => {
                let listener = self.listener.as_mut().ok_or("nobody listens")?;
                let event = listener.next().await?;
                let mut told = counter(&event.told)?;
                told["event"] = match event.cmd {
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
                let reply = self.one(10, 0, given).await?;
                let answer = String::from_utf8_lossy(field(&reply, 3)?);
                json!({"id": integer(field(&reply, 1)?), "answer": answer})
            }
            ["agent"] => {
                self.request(9, NLM_F_ACK, Vec::new()).await?;
                json!({})
            }
            ["question"] => {
                let asked = self.next().await?.told;
                let question = String::from_utf8_lossy(field(&asked, 2)?);
                json!({
                    "id": integer(field(&asked, 1)?), "question": question,
                    "portid": integer(field(&asked, 5)?),
                })
            }
            ["answer", id, answer] => {
                let id = id.parse::<u64>()?.to_le_bytes().to_vec();
                let given = vec![(1, id), (3, answer.as_bytes().to_vec())];
                self.request(12, NLM_F_ACK, given).await?;
                json!({})
            }
            ["decline", id] => {
                let id = id.parse::<u64>()?.to_le_bytes().to_vec();
                let given = vec![(1, id), (6, Vec::new())];
                self.request(12, NLM_F_ACK, given).await?;
                json!({})
            }
            _ => return Err(format!("unknown: {words:?}").into()),
        })
    }
}

fn counter(reply: &Attributes) -> Fallible<Value> {
    Ok(json!({
        "name": text(field(reply, 1)?)?, "value": integer(field(reply, 2)?),
        "updates": integer(field(reply, 4)?),
    }))
}

/// The flag attribute with this name.
fn flag(word: &&str) -> (u16, Vec<u8>) {
    (if *word == "create" { 6 } else { 7 }, Vec::new())
}

async fn serve() -> Fallible<()> {
    let mut client = Client::open(None)?;
    for line in stdin().lock().lines() {
        let words: Vec<String> = serde_json::from_str(&line?)?;
        let words: Vec<&str> = words.iter().map(|word| &word[..]).collect();
        let told = client.obey(&words).await.or_else(|error| {
            let refused = error.downcast::<Refused>()?;
            Fallible::Ok(json!({"error": refused.0}))
        })?;
        writeln!(stdout(), "{told}")?;
    }
    Ok(())
}

fn main() -> Fallible<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve())
}
