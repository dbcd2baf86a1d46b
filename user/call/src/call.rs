// SPDX-License-Identifier: MIT OR Apache-2.0

//! Operations of a family whose spec was read at run time.

use crate::{arguments, decode, encode, is_generic, operation, protocol, record, table};
use anyhow::{anyhow, bail, Result};
use parley_netlink::genl::{refusal, spec::Family, Client};
use parley_netlink::netlink::attr::{Attributes, Writer};
use parley_netlink::netlink::message::{self, flags, HEADER};
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::transport::Transport;
use parley_netlink::netlink::{self, Socket};
use parley_spec::model::{Operation, Spec};
use serde_json::{Map, Value};

/// An operation with the values of its request.
pub struct Question<'s> {
    spec: &'s Spec,
    table: &'static Family,
    operation: &'s Operation,
    values: Map<String, Value>,
    /// Whether to dump all entries.
    pub is_dump: bool,
    /// Flags of the message besides `NLM_F_REQUEST` and `NLM_F_ACK`, such as
    /// [`CREATE`](message::flags::CREATE). A dump ignores them.
    pub modifiers: u16,
}

impl<'s> Question<'s> {
    /// Creates a do of the operation `name`. Each of `words` is an attribute,
    /// `NAME=VALUE`, or a JSON object of attributes. A flag may be a NAME alone; a NAME
    /// given again makes an array.
    ///
    /// # Errors
    ///
    /// Fails if there is no such operation, or if a word has neither form.
    pub fn new(spec: &'s Spec, name: &str, words: &[impl AsRef<str>]) -> Result<Self> {
        let operation = operation(spec, name)?;
        Ok(Self {
            spec,
            table: table::of(spec),
            operation,
            values: arguments::values(spec, operation, words)?,
            is_dump: false,
            modifiers: 0,
        })
    }

    /// Returns the table of the family.
    #[must_use]
    pub fn table(&self) -> &'static Family {
        self.table
    }

    /// Opens a socket of the spec's [`protocol`].
    ///
    /// # Errors
    ///
    /// Fails if the spec lacks the protocol, or if the system call fails.
    pub fn open(&self) -> Result<Socket> {
        Ok(Socket::open(protocol(self.spec)?)?)
    }

    /// Sends the request over a socket of the spec's [`protocol`].
    ///
    /// # Errors
    ///
    /// Fails if a value does not fit its attribute, whose path the error contains, or if
    /// the kernel refuses the request, which is an [`Error`](netlink::Error).
    pub fn ask<T: Transport>(&self, socket: Socket<T>) -> Result<Answer> {
        let Operation {
            name, r#do, dump, ..
        } = self.operation;
        match (r#do, dump, self.is_dump) {
            (Some(_), _, false) | (_, Some(_), true) => {}
            (None, Some(_), false) => bail!("`{name}` can only be dumped; give --dump"),
            (Some(_), None, true) => bail!("`{name}` has no dump; leave out --dump"),
            (None, None, _) => {
                bail!("`{name}` is sent by the kernel alone; see parley monitor --spec")
            }
        }
        if self.is_dump && self.modifiers != 0 {
            bail!("a dump only lists: leave out NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE and NLM_F_APPEND");
        }
        if self.modifiers & flags::DUMP == flags::DUMP {
            bail!("NLM_F_REPLACE and NLM_F_EXCL exclude each other: together they are NLM_F_DUMP");
        }
        let payload = encode::request(self.spec, self.operation, &self.values)?;
        let (entries, end) = match is_generic(self.spec) {
            true => self.ask_family(socket, &payload)?,
            false => self.ask_protocol(socket, &payload)?,
        };
        let mut entries = entries.into_iter();
        let value = match (self.is_dump, entries.len()) {
            (true, _) => entries.collect(),
            (false, 0 | 1) => entries.next().unwrap_or(Value::Null),
            (false, _) => entries.collect(),
        };
        let (interrupted, warning) = match end {
            End::Dump { interrupted } => (interrupted, None),
            End::Ack { warning } => (false, warning),
        };
        Ok(Answer {
            value,
            interrupted,
            warning,
        })
    }

    /// Returns whether the error may mean that the kernel accepts the request only in a batch. Such
    /// an error names no attribute.
    #[must_use]
    pub fn lacks_batch(&self, error: &netlink::Error) -> bool {
        let is_netfilter = self.spec.protonum == Some(libc::NETLINK_NETFILTER.into());
        let blames_none = error.refusal().is_some_and(|refusal| {
            let attribute = refusal.offset.or(refusal.missing);
            refusal.errno == libc::EINVAL && attribute.is_none()
        });
        is_netfilter && self.operation.dump.is_none() && blames_none
    }

    fn read(&self, attributes: Attributes<'_>) -> netlink::Result<Value> {
        decode::message(self.spec, self.operation, attributes).map(Value::Object)
    }

    /// Returns the numbers of the request and of its replies.
    fn numbers<N: TryFrom<u32>>(&self) -> Result<(N, Option<N>)> {
        let Operation {
            name,
            request_number,
            reply_number,
            ..
        } = self.operation;
        let fits = |number: u32| {
            let too_great = || anyhow!("the number {number} of `{name}` is too great");
            N::try_from(number).map_err(|_| too_great())
        };
        let request = request_number.ok_or_else(|| anyhow!("`{name}` has no number"))?;
        Ok((fits(request)?, reply_number.map(fits).transpose()?))
    }

    /// Sends the request to a Generic Netlink family.
    fn ask_family<T: Transport>(
        &self,
        socket: Socket<T>,
        payload: &[u8],
    ) -> Result<(Vec<Value>, End)> {
        let (cmd, reply) = self.numbers()?;
        let mut client = Client::over(socket, self.table)?;
        let mut entries = Vec::new();
        let take = |attributes: Attributes<'_>| {
            entries.push(self.read(attributes)?);
            Ok(())
        };
        let end = if self.is_dump {
            let interrupted = client.dump(cmd, |to| to.raw(payload), take)?;
            End::Dump { interrupted }
        } else {
            let (reply, fill) = (reply.unwrap_or(cmd), |to: &mut Writer<'_>| to.raw(payload));
            let warning = client.call_all(cmd, self.modifiers, reply, fill, take)?;
            End::Ack { warning }
        };
        Ok((entries, end))
    }

    /// Sends the request over a netlink-raw protocol.
    fn ask_protocol<T: Transport>(
        &self,
        mut socket: Socket<T>,
        payload: &[u8],
    ) -> Result<(Vec<Value>, End)> {
        let (kind, reply) = self.numbers::<u16>()?;
        let (seq, portid) = (socket.next_seq(), socket.portid());
        let how = if self.is_dump {
            flags::DUMP
        } else {
            self.modifiers
        };
        let how = flags::REQUEST | flags::ACK | how;
        let mut request = message::header(kind, how, seq).to_vec();
        request.extend_from_slice(payload);
        message::finish(&mut request, 0)?;
        let mut entries = Vec::new();
        let mut take = |found: &message::Message<'_>| {
            let is_reply = (found.header.seq, found.header.portid) == (seq, portid);
            if is_reply && reply.is_none_or(|reply| found.header.kind == reply) {
                entries.push(self.read(Attributes::new(found.payload))?);
            }
            Ok(())
        };
        let ended = if self.is_dump {
            let dumped = socket.dump(&request, seq, |found| take(&found));
            dumped.map(|interrupted| End::Dump { interrupted })
        } else {
            let mut taken = Ok(());
            let beside = |found: &message::Message<'_>| {
                if taken.is_ok() {
                    taken = take(found);
                }
            };
            let ended = socket.transact_beside(&request, seq, Expect::Ack, beside);
            let end = ended.map(|ack| End::Ack {
                warning: ack.warning(),
            });
            end.and_then(|end| taken.map(|()| end))
        };
        let end = ended.map_err(|error| {
            let header = self.operation.fixed_header;
            let header = header.map_or(0, |id| record::len(self.spec, id));
            let start = HEADER.saturating_add(header.next_multiple_of(message::ALIGN));
            let operation = table::operation(self.spec, self.operation);
            refusal::name(error, &request, start, self.table, &operation)
        })?;
        Ok((entries, end))
    }
}

/// The answer to an operation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The list from a dump; otherwise the reply, which is null if there is none, and an
    /// array if there are several.
    pub value: Value,
    /// Whether the list changed during the dump. Entries may then be missing or inconsistent.
    pub interrupted: bool,
    /// The kernel's warning about a request that succeeded.
    pub warning: Option<String>,
}

impl Answer {
    /// Returns notes for the user besides the value: an interrupted dump, a warning.
    pub fn notes(&self) -> impl Iterator<Item = String> + '_ {
        let changed = "the list changed while it was read; entries may be missing";
        let warning = self
            .warning
            .iter()
            .map(|text| format!("the kernel warns: {text}"));
        let changed = self.interrupted.then(|| changed.to_owned());
        changed.into_iter().chain(warning)
    }
}

/// The way in which an answer ended.
enum End {
    Dump { interrupted: bool },
    Ack { warning: Option<String> },
}
