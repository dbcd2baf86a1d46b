// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
// Generated from spec/parley.yaml by parley-spec; do not edit.

// The client of the family `parley`: A conversation between user space and the kernel in every
// direction that Generic Netlink has: a request and its reply, a dump, an event to a group, and a
// question from the kernel to a user process. Each network namespace has its own state.

#[allow(unused_imports)]
use parley_netlink::{
    genl::{
        self,
        spec::{Attribute, AttributeSet, Family, Operation},
    },
    netlink::{
        attr::{Attributes, Writer},
        socket::Expect,
        transport::{Netlink, Transport},
        Result, Socket,
    },
};

/// The family's name.
pub const FAMILY_NAME: &str = "parley";
/// The family's version.
pub const FAMILY_VERSION: u8 = 1;
/// The maximum size of an echo's payload, in bytes.
pub const PAYLOAD_MAX: usize = 61440;
/// The maximum length of a counter's name, without its NUL.
pub const NAME_MAX: usize = 31;
/// The maximum size of a question, in bytes.
pub const QUESTION_MAX: usize = 4096;
/// The maximum size of an answer, in bytes.
pub const ANSWER_MAX: usize = 4096;
/// The maximum timeout of a question, in milliseconds.
pub const TIMEOUT_MS_MAX: u32 = 60000;
/// The default timeout of a question, in milliseconds.
pub const TIMEOUT_MS_DEFAULT: u32 = 5000;
/// The numbers of the operations.
pub mod cmd {
    /// Sends the payload back, with a stamp.
    pub const ECHO: u8 = 1;
    /// Reads one counter, or dumps them in byte order of their names.
    pub const COUNTER_GET: u8 = 2;
    /// Sets a counter. Fails if the counter does not exist, unless create is given.
    pub const COUNTER_SET: u8 = 3;
    /// Adds to a counter and returns the result. With create, a counter that does not exist starts
    /// from 0.
    pub const COUNTER_ADD: u8 = 4;
    /// Deletes a counter.
    pub const COUNTER_DEL: u8 = 5;
    /// A counter was created.
    pub const COUNTER_NEW_NTF: u8 = 6;
    /// A counter's value was written.
    pub const COUNTER_CHANGE_NTF: u8 = 7;
    /// A counter was deleted. Carries its last value.
    pub const COUNTER_DEL_NTF: u8 = 8;
    /// Makes the requesting socket the agent of its namespace.
    pub const AGENT_REGISTER: u8 = 9;
    /// Sends a question to the agent. The reply is deferred until the agent answers.
    pub const ASK: u8 = 10;
    /// A question, sent only to the agent's socket.
    pub const QUESTION: u8 = 11;
    /// Answers a question, or declines it. The request has either answer or declined; with both or
    /// neither it fails.
    pub const ANSWER: u8 = 12;
    /// Reads the namespace's statistics.
    pub const STATS_GET: u8 = 13;
}
/// The attribute numbers of the set `echo`.
pub mod echo {
    /// `binary`: Bytes to send back. May be empty.
    pub const PAYLOAD: u16 = 1;
    /// `nest`: The time, CPU and netlink port of the request.
    pub const STAMP: u16 = 2;
}
/// The attribute numbers of the set `stamp`.
pub mod stamp {
    /// `uint`: The kernel's monotonic clock, in nanoseconds.
    pub const TIME_NS: u16 = 1;
    /// `u32`: The CPU that handled the request.
    pub const CPU: u16 = 2;
    /// `u32`: The requester's netlink port, as the kernel sees it.
    pub const PORTID: u16 = 3;
}
/// The attribute numbers of the set `counter`.
pub mod counter {
    /// `string`: 1 to 31 bytes and a NUL.
    pub const NAME: u16 = 1;
    /// `uint`: The counter's value.
    pub const VALUE: u16 = 2;
    /// `sint`: The amount to add.
    pub const DELTA: u16 = 3;
    /// `uint`: The number of times that the value was written.
    pub const UPDATES: u16 = 4;
    /// `string`: Dump only the counters whose names begin with this.
    pub const PREFIX: u16 = 5;
    /// `flag`: Create the counter if it does not exist.
    pub const CREATE: u16 = 6;
    /// `flag`: Fail if the counter exists. Only with create.
    pub const EXCLUSIVE: u16 = 7;
}
/// The attribute numbers of the set `ask`.
pub mod ask {
    /// `uint`: The question's number, unique while it is pending.
    pub const ID: u16 = 1;
    /// `binary`: 1 to 4,096 bytes.
    pub const QUESTION: u16 = 2;
    /// `binary`: At most 4,096 bytes.
    pub const ANSWER: u16 = 3;
    /// `u32`: The time that the agent has to answer, in milliseconds.
    pub const TIMEOUT_MS: u16 = 4;
    /// `u32`: The asker's netlink port.
    pub const PORTID: u16 = 5;
    /// `flag`: The agent has no answer.
    pub const DECLINED: u16 = 6;
}
/// The attribute numbers of the set `stats`.
pub mod stats {
    /// `uint`: Echoes answered since the module was loaded.
    pub const ECHOES: u16 = 1;
    /// `uint`: Payload bytes echoed.
    pub const ECHO_BYTES: u16 = 2;
    /// `uint`: Counters that exist now.
    pub const COUNTERS: u16 = 3;
    /// `uint`: Events delivered to listeners in this namespace.
    pub const NOTIFICATIONS: u16 = 4;
    /// `uint`: Questions that are pending.
    pub const ASKS_PENDING: u16 = 5;
    /// `uint`: Questions that were answered.
    pub const ASKS_ANSWERED: u16 = 6;
}
/// The names of the multicast groups.
pub mod group {
    /// The group `events`.
    pub const EVENTS: &str = "events";
}
/// The request of `echo`.
#[derive(Clone, Copy, Debug, Default)]
pub struct EchoRequest<'a> {
    /// Bytes to send back. May be empty.
    pub payload: Option<&'a [u8]>,
}

impl<'a> EchoRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `payload`.
    #[inline]
    #[must_use]
    pub fn payload(mut self, payload: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.payload = Some(payload.as_ref());
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.payload {
            to.bytes(echo::PAYLOAD, value)?;
        }
        Ok(())
    }
}

/// The reply to `echo`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EchoReply<'a> {
    /// Bytes to send back. May be empty.
    pub payload: Option<&'a [u8]>,
    /// The time, CPU and netlink port of the request.
    pub stamp: Option<genl::Nest<'a, nest::Stamp>>,
}

impl<'a> EchoReply<'a> {
    /// Reads the attributes of a message.
    // Inlined so that the compiler can drop the fields that the caller ignores.
    #[inline(always)]
    pub fn read(attributes: Attributes<'a>) -> Result<Self> {
        let mut read = Self {
            payload: None,
            stamp: None,
        };
        for attribute in attributes {
            let attribute = &attribute?;
            match attribute.number {
                echo::PAYLOAD => read.payload = Some(attribute.payload),
                echo::STAMP => read.stamp = Some(genl::Nest::new(attribute)),
                _ => {}
            }
        }
        Ok(read)
    }

    /// Returns the attribute `payload`. Fails if the message has none.
    #[inline(always)]
    pub fn payload(&self) -> Result<&'a [u8]> {
        genl::required(self.payload, "echo.payload")
    }

    /// Returns the attribute `stamp`. Fails if the message has none.
    #[inline(always)]
    pub fn stamp(&self) -> Result<nest::Stamp> {
        genl::required(self.stamp, "echo.stamp")?.read()
    }
}

/// The request of `counter-get`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CounterGetRequest<'a> {
    /// 1 to 31 bytes and a NUL.
    pub name: Option<&'a [u8]>,
}

impl<'a> CounterGetRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `name`.
    #[inline]
    #[must_use]
    pub fn name(mut self, name: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.name = Some(name.as_ref());
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.name {
            to.string(counter::NAME, value)?;
        }
        Ok(())
    }
}

/// The reply to `counter-get`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CounterGetReply<'a> {
    /// 1 to 31 bytes and a NUL.
    pub name: Option<&'a [u8]>,
    /// The counter's value.
    pub value: Option<u64>,
    /// The number of times that the value was written.
    pub updates: Option<u64>,
}

impl<'a> CounterGetReply<'a> {
    /// Reads the attributes of a message.
    // Inlined so that the compiler can drop the fields that the caller ignores.
    #[inline(always)]
    pub fn read(attributes: Attributes<'a>) -> Result<Self> {
        let mut read = Self {
            name: None,
            value: None,
            updates: None,
        };
        for attribute in attributes {
            let attribute = &attribute?;
            match attribute.number {
                counter::NAME => read.name = Some(attribute.string_bytes()?),
                counter::VALUE => read.value = Some(attribute.uint()?),
                counter::UPDATES => read.updates = Some(attribute.uint()?),
                _ => {}
            }
        }
        Ok(read)
    }

    /// Returns the attribute `name`. Fails if the message has none.
    #[inline(always)]
    pub fn name(&self) -> Result<&'a [u8]> {
        genl::required(self.name, "counter.name")
    }

    /// Returns the attribute `value`. Fails if the message has none.
    #[inline(always)]
    pub fn value(&self) -> Result<u64> {
        genl::required(self.value, "counter.value")
    }

    /// Returns the attribute `updates`. Fails if the message has none.
    #[inline(always)]
    pub fn updates(&self) -> Result<u64> {
        genl::required(self.updates, "counter.updates")
    }
}

/// The request of `counter-get`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CounterGetDumpRequest<'a> {
    /// Dump only the counters whose names begin with this.
    pub prefix: Option<&'a [u8]>,
}

impl<'a> CounterGetDumpRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `prefix`.
    #[inline]
    #[must_use]
    pub fn prefix(mut self, prefix: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.prefix = Some(prefix.as_ref());
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.prefix {
            to.string(counter::PREFIX, value)?;
        }
        Ok(())
    }
}

/// An entry of the dump `counter-get`.
pub type CounterGetEntry<'a> = CounterGetReply<'a>;

/// The request of `counter-set`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CounterSetRequest<'a> {
    /// 1 to 31 bytes and a NUL.
    pub name: Option<&'a [u8]>,
    /// The counter's value.
    pub value: Option<u64>,
    /// Create the counter if it does not exist.
    pub create: bool,
    /// Fail if the counter exists. Only with create.
    pub exclusive: bool,
}

impl<'a> CounterSetRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `name`.
    #[inline]
    #[must_use]
    pub fn name(mut self, name: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.name = Some(name.as_ref());
        self
    }

    /// Sets the attribute `value`.
    #[inline]
    #[must_use]
    pub fn value(mut self, value: u64) -> Self {
        self.value = Some(value);
        self
    }

    /// Sets the attribute `create`.
    #[inline]
    #[must_use]
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// Sets the attribute `exclusive`.
    #[inline]
    #[must_use]
    pub fn exclusive(mut self, exclusive: bool) -> Self {
        self.exclusive = exclusive;
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.name {
            to.string(counter::NAME, value)?;
        }
        if let Some(value) = self.value {
            to.uint(counter::VALUE, value)?;
        }
        if self.create {
            to.flag(counter::CREATE)?;
        }
        if self.exclusive {
            to.flag(counter::EXCLUSIVE)?;
        }
        Ok(())
    }
}

/// The request of `counter-add`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CounterAddRequest<'a> {
    /// 1 to 31 bytes and a NUL.
    pub name: Option<&'a [u8]>,
    /// The amount to add.
    pub delta: Option<i64>,
    /// Create the counter if it does not exist.
    pub create: bool,
}

impl<'a> CounterAddRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `name`.
    #[inline]
    #[must_use]
    pub fn name(mut self, name: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.name = Some(name.as_ref());
        self
    }

    /// Sets the attribute `delta`.
    #[inline]
    #[must_use]
    pub fn delta(mut self, delta: i64) -> Self {
        self.delta = Some(delta);
        self
    }

    /// Sets the attribute `create`.
    #[inline]
    #[must_use]
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.name {
            to.string(counter::NAME, value)?;
        }
        if let Some(value) = self.delta {
            to.sint(counter::DELTA, value)?;
        }
        if self.create {
            to.flag(counter::CREATE)?;
        }
        Ok(())
    }
}

/// The reply to `counter-add`.
pub type CounterAddReply<'a> = CounterGetReply<'a>;

/// The request of `counter-del`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CounterDelRequest<'a> {
    /// 1 to 31 bytes and a NUL.
    pub name: Option<&'a [u8]>,
}

impl<'a> CounterDelRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `name`.
    #[inline]
    #[must_use]
    pub fn name(mut self, name: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.name = Some(name.as_ref());
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.name {
            to.string(counter::NAME, value)?;
        }
        Ok(())
    }
}

/// The request of `ask`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskRequest<'a> {
    /// 1 to 4,096 bytes.
    pub question: Option<&'a [u8]>,
    /// The time that the agent has to answer, in milliseconds.
    pub timeout_ms: Option<u32>,
}

impl<'a> AskRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `question`.
    #[inline]
    #[must_use]
    pub fn question(mut self, question: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.question = Some(question.as_ref());
        self
    }

    /// Sets the attribute `timeout-ms`.
    #[inline]
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.timeout_ms = Some(timeout_ms);
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.question {
            to.bytes(ask::QUESTION, value)?;
        }
        if let Some(value) = self.timeout_ms {
            to.u32(ask::TIMEOUT_MS, value)?;
        }
        Ok(())
    }
}

/// The reply to `ask`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AskReply<'a> {
    /// The question's number, unique while it is pending.
    pub id: Option<u64>,
    /// At most 4,096 bytes.
    pub answer: Option<&'a [u8]>,
}

impl<'a> AskReply<'a> {
    /// Reads the attributes of a message.
    // Inlined so that the compiler can drop the fields that the caller ignores.
    #[inline(always)]
    pub fn read(attributes: Attributes<'a>) -> Result<Self> {
        let mut read = Self {
            id: None,
            answer: None,
        };
        for attribute in attributes {
            let attribute = &attribute?;
            match attribute.number {
                ask::ID => read.id = Some(attribute.uint()?),
                ask::ANSWER => read.answer = Some(attribute.payload),
                _ => {}
            }
        }
        Ok(read)
    }

    /// Returns the attribute `id`. Fails if the message has none.
    #[inline(always)]
    pub fn id(&self) -> Result<u64> {
        genl::required(self.id, "ask.id")
    }

    /// Returns the attribute `answer`. Fails if the message has none.
    #[inline(always)]
    pub fn answer(&self) -> Result<&'a [u8]> {
        genl::required(self.answer, "ask.answer")
    }
}

/// The request of `answer`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnswerRequest<'a> {
    /// The question's number, unique while it is pending.
    pub id: Option<u64>,
    /// At most 4,096 bytes.
    pub answer: Option<&'a [u8]>,
    /// The agent has no answer.
    pub declined: bool,
}

impl<'a> AnswerRequest<'a> {
    /// Creates it without attributes.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Default::default()
    }

    /// Sets the attribute `id`.
    #[inline]
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the attribute `answer`.
    #[inline]
    #[must_use]
    pub fn answer(mut self, answer: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.answer = Some(answer.as_ref());
        self
    }

    /// Sets the attribute `declined`.
    #[inline]
    #[must_use]
    pub fn declined(mut self, declined: bool) -> Self {
        self.declined = declined;
        self
    }

    /// Appends the attributes to a message.
    // Inlined so that the compiler can drop the fields that the caller leaves out.
    #[inline(always)]
    pub fn put(&self, to: &mut Writer<'_>) -> Result<()> {
        if let Some(value) = self.id {
            to.uint(ask::ID, value)?;
        }
        if let Some(value) = self.answer {
            to.bytes(ask::ANSWER, value)?;
        }
        if self.declined {
            to.flag(ask::DECLINED)?;
        }
        Ok(())
    }
}

/// The reply to `stats-get`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StatsGetReply {
    /// Echoes answered since the module was loaded.
    pub echoes: Option<u64>,
    /// Payload bytes echoed.
    pub echo_bytes: Option<u64>,
    /// Counters that exist now.
    pub counters: Option<u64>,
    /// Events delivered to listeners in this namespace.
    pub notifications: Option<u64>,
    /// Questions that are pending.
    pub asks_pending: Option<u64>,
    /// Questions that were answered.
    pub asks_answered: Option<u64>,
}

impl StatsGetReply {
    /// Reads the attributes of a message.
    // Inlined so that the compiler can drop the fields that the caller ignores.
    #[inline(always)]
    pub fn read(attributes: Attributes<'_>) -> Result<Self> {
        let mut read = Self {
            echoes: None,
            echo_bytes: None,
            counters: None,
            notifications: None,
            asks_pending: None,
            asks_answered: None,
        };
        for attribute in attributes {
            let attribute = &attribute?;
            match attribute.number {
                stats::ECHOES => read.echoes = Some(attribute.uint()?),
                stats::ECHO_BYTES => read.echo_bytes = Some(attribute.uint()?),
                stats::COUNTERS => read.counters = Some(attribute.uint()?),
                stats::NOTIFICATIONS => read.notifications = Some(attribute.uint()?),
                stats::ASKS_PENDING => read.asks_pending = Some(attribute.uint()?),
                stats::ASKS_ANSWERED => read.asks_answered = Some(attribute.uint()?),
                _ => {}
            }
        }
        Ok(read)
    }

    /// Returns the attribute `echoes`. Fails if the message has none.
    #[inline(always)]
    pub fn echoes(&self) -> Result<u64> {
        genl::required(self.echoes, "stats.echoes")
    }

    /// Returns the attribute `echo-bytes`. Fails if the message has none.
    #[inline(always)]
    pub fn echo_bytes(&self) -> Result<u64> {
        genl::required(self.echo_bytes, "stats.echo-bytes")
    }

    /// Returns the attribute `counters`. Fails if the message has none.
    #[inline(always)]
    pub fn counters(&self) -> Result<u64> {
        genl::required(self.counters, "stats.counters")
    }

    /// Returns the attribute `notifications`. Fails if the message has none.
    #[inline(always)]
    pub fn notifications(&self) -> Result<u64> {
        genl::required(self.notifications, "stats.notifications")
    }

    /// Returns the attribute `asks-pending`. Fails if the message has none.
    #[inline(always)]
    pub fn asks_pending(&self) -> Result<u64> {
        genl::required(self.asks_pending, "stats.asks-pending")
    }

    /// Returns the attribute `asks-answered`. Fails if the message has none.
    #[inline(always)]
    pub fn asks_answered(&self) -> Result<u64> {
        genl::required(self.asks_answered, "stats.asks-answered")
    }
}

/// The attributes of the event `question`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QuestionEvent<'a> {
    /// The question's number, unique while it is pending.
    pub id: Option<u64>,
    /// 1 to 4,096 bytes.
    pub question: Option<&'a [u8]>,
    /// The asker's netlink port.
    pub portid: Option<u32>,
}

impl<'a> QuestionEvent<'a> {
    /// Reads the attributes of a message.
    // Inlined so that the compiler can drop the fields that the caller ignores.
    #[inline(always)]
    pub fn read(attributes: Attributes<'a>) -> Result<Self> {
        let mut read = Self {
            id: None,
            question: None,
            portid: None,
        };
        for attribute in attributes {
            let attribute = &attribute?;
            match attribute.number {
                ask::ID => read.id = Some(attribute.uint()?),
                ask::QUESTION => read.question = Some(attribute.payload),
                ask::PORTID => read.portid = Some(attribute.u32()?),
                _ => {}
            }
        }
        Ok(read)
    }

    /// Returns the attribute `id`. Fails if the message has none.
    #[inline(always)]
    pub fn id(&self) -> Result<u64> {
        genl::required(self.id, "ask.id")
    }

    /// Returns the attribute `question`. Fails if the message has none.
    #[inline(always)]
    pub fn question(&self) -> Result<&'a [u8]> {
        genl::required(self.question, "ask.question")
    }

    /// Returns the attribute `portid`. Fails if the message has none.
    #[inline(always)]
    pub fn portid(&self) -> Result<u32> {
        genl::required(self.portid, "ask.portid")
    }
}

/// An event or notification from the kernel. A [`Listener`] receives those that are sent
/// to the groups in [`group`].
// Read in place and soon dropped, so a box would cost more than its size.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A counter was created.
    ///
    /// Sent to the group `events`.
    CounterNewNtf(CounterGetReply<'a>),
    /// A counter's value was written.
    ///
    /// Sent to the group `events`.
    CounterChangeNtf(CounterGetReply<'a>),
    /// A counter was deleted. Carries its last value.
    ///
    /// Sent to the group `events`.
    CounterDelNtf(CounterGetReply<'a>),
    /// A question, sent only to the agent's socket.
    Question(QuestionEvent<'a>),
}

impl<'a> Event<'a> {
    /// Reads the message with this command number. Returns `None` if it is not an
    /// event.
    #[inline]
    pub fn read(cmd: u8, attributes: Attributes<'a>) -> Result<Option<Self>> {
        Ok(Some(match cmd {
            cmd::COUNTER_NEW_NTF => Self::CounterNewNtf(CounterGetReply::read(attributes)?),
            cmd::COUNTER_CHANGE_NTF => Self::CounterChangeNtf(CounterGetReply::read(attributes)?),
            cmd::COUNTER_DEL_NTF => Self::CounterDelNtf(CounterGetReply::read(attributes)?),
            cmd::QUESTION => Self::Question(QuestionEvent::read(attributes)?),
            _ => return Ok(None),
        }))
    }
}

impl genl::Event for Event<'static> {
    const FAMILY: &'static Family = &FAMILY;
    type Value<'a> = Event<'a>;

    #[inline]
    fn matches(cmd: u8) -> bool {
        matches!(
            cmd,
            cmd::COUNTER_NEW_NTF | cmd::COUNTER_CHANGE_NTF | cmd::COUNTER_DEL_NTF | cmd::QUESTION
        )
    }

    #[inline(always)]
    fn read(cmd: u8, attributes: Attributes<'_>) -> Result<Option<Event<'_>>> {
        Event::read(cmd, attributes)
    }
}

/// Listens to the events of the family; see [`genl::Listener`].
pub type Listener = genl::Listener<Event<'static>>;

/// Nests in replies and events.
pub mod nest {
    #[allow(unused_imports)]
    use super::{genl, Attributes, Result, Writer};

    /// Attributes of the set `stamp`.
    #[derive(Clone, Debug)]
    #[non_exhaustive]
    pub struct Stamp {
        /// The kernel's monotonic clock, in nanoseconds.
        pub time_ns: Option<u64>,
        /// The CPU that handled the request.
        pub cpu: Option<u32>,
        /// The requester's netlink port, as the kernel sees it.
        pub portid: Option<u32>,
    }

    impl Stamp {
        /// Reads the attributes of a message.
        // Inlined so that the compiler can drop the fields that the caller ignores.
        #[inline(always)]
        pub fn read(attributes: Attributes<'_>) -> Result<Self> {
            let mut read = Self {
                time_ns: None,
                cpu: None,
                portid: None,
            };
            for attribute in attributes {
                let attribute = &attribute?;
                match attribute.number {
                    super::stamp::TIME_NS => read.time_ns = Some(attribute.uint()?),
                    super::stamp::CPU => read.cpu = Some(attribute.u32()?),
                    super::stamp::PORTID => read.portid = Some(attribute.u32()?),
                    _ => {}
                }
            }
            Ok(read)
        }

        /// Returns the attribute `time-ns`. Fails if the message has none.
        #[inline(always)]
        pub fn time_ns(&self) -> Result<u64> {
            genl::required(self.time_ns, "stamp.time-ns")
        }

        /// Returns the attribute `cpu`. Fails if the message has none.
        #[inline(always)]
        pub fn cpu(&self) -> Result<u32> {
            genl::required(self.cpu, "stamp.cpu")
        }

        /// Returns the attribute `portid`. Fails if the message has none.
        #[inline(always)]
        pub fn portid(&self) -> Result<u32> {
            genl::required(self.portid, "stamp.portid")
        }
    }

    impl<'a> genl::FromAttributes<'a> for Stamp {
        #[inline(always)]
        fn from_attributes(attributes: Attributes<'a>) -> Result<Self> {
            Self::read(attributes)
        }
    }
}

/// A client of the family `parley`, with its own socket.
#[derive(Debug)]
pub struct Client<T = Netlink>(genl::Client<T>);

impl Client {
    /// Opens a socket and resolves the family. If the family's module is installed but not
    /// loaded, the kernel loads it.
    pub fn open() -> Result<Self> {
        Ok(Self(genl::Client::open(&FAMILY)?))
    }
}

impl<T: Transport> Client<T> {
    /// Like [`Client::open`], but uses an open socket.
    pub fn over(socket: Socket<T>) -> Result<Self> {
        Ok(Self(genl::Client::over(socket, &FAMILY)?))
    }

    /// Returns the untyped client, which gives access to other flags, the timeout, the socket
    /// and the family.
    pub fn inner(&mut self) -> &mut genl::Client<T> {
        &mut self.0
    }

    /// Sends the payload back, with a stamp.
    #[inline]
    pub fn echo(&mut self, request: &EchoRequest<'_>) -> Result<EchoReply<'_>> {
        EchoReply::read(
            self.0
                .call(cmd::ECHO, 0, Expect::Reply, |to| request.put(to))?,
        )
    }

    /// Like [`Self::echo`], for many requests: `request` builds one from each item.
    ///
    /// Sends several requests in each datagram. Calls `each` for each result, with the
    /// index of its item; see [`genl::Client::call_batch`].
    pub fn echo_batch<I>(
        &mut self,
        items: &[I],
        request: impl Fn(&I) -> EchoRequest<'_>,
        mut each: impl FnMut(usize, Result<EchoReply<'_>>) -> Result<()>,
    ) -> Result<()> {
        let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
        self.0.call_batch(
            (cmd::ECHO, 0),
            Expect::Reply,
            items,
            fill,
            |place, reply| each(place, reply.and_then(EchoReply::read)),
        )
    }

    /// Reads one counter, or dumps them in byte order of their names.
    #[inline]
    pub fn counter_get(&mut self, request: &CounterGetRequest<'_>) -> Result<CounterGetReply<'_>> {
        CounterGetReply::read(
            self.0
                .call(cmd::COUNTER_GET, 0, Expect::Reply, |to| request.put(to))?,
        )
    }

    /// Like [`Self::counter_get`], for many requests: `request` builds one from each item.
    ///
    /// Sends several requests in each datagram. Calls `each` for each result, with the
    /// index of its item; see [`genl::Client::call_batch`].
    pub fn counter_get_batch<I>(
        &mut self,
        items: &[I],
        request: impl Fn(&I) -> CounterGetRequest<'_>,
        mut each: impl FnMut(usize, Result<CounterGetReply<'_>>) -> Result<()>,
    ) -> Result<()> {
        let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
        self.0.call_batch(
            (cmd::COUNTER_GET, 0),
            Expect::Reply,
            items,
            fill,
            |place, reply| each(place, reply.and_then(CounterGetReply::read)),
        )
    }

    /// Dump: Reads one counter, or dumps them in byte order of their names.
    ///
    /// Calls `each` for each entry. Returns whether the dump was interrupted by a change; then
    /// entries may be missing or inconsistent with each other.
    #[inline]
    pub fn counter_get_dump(
        &mut self,
        request: &CounterGetDumpRequest<'_>,
        mut each: impl FnMut(CounterGetEntry<'_>) -> Result<()>,
    ) -> Result<bool> {
        self.0.dump(
            cmd::COUNTER_GET,
            |to| request.put(to),
            |attributes| each(CounterGetEntry::read(attributes)?),
        )
    }

    /// Sets a counter. Fails if the counter does not exist, unless create is given.
    #[inline]
    pub fn counter_set(&mut self, request: &CounterSetRequest<'_>) -> Result<()> {
        self.0
            .call(cmd::COUNTER_SET, 0, Expect::Ack, |to| request.put(to))
            .map(drop)
    }

    /// Like [`Self::counter_set`], for many requests: `request` builds one from each item.
    ///
    /// Sends several requests in each datagram. Calls `each` for each result, with the
    /// index of its item; see [`genl::Client::call_batch`].
    pub fn counter_set_batch<I>(
        &mut self,
        items: &[I],
        request: impl Fn(&I) -> CounterSetRequest<'_>,
        mut each: impl FnMut(usize, Result<()>) -> Result<()>,
    ) -> Result<()> {
        let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
        self.0.call_batch(
            (cmd::COUNTER_SET, 0),
            Expect::Ack,
            items,
            fill,
            |place, reply| each(place, reply.map(drop)),
        )
    }

    /// Adds to a counter and returns the result. With create, a counter that does not exist starts
    /// from 0.
    #[inline]
    pub fn counter_add(&mut self, request: &CounterAddRequest<'_>) -> Result<CounterAddReply<'_>> {
        CounterAddReply::read(
            self.0
                .call(cmd::COUNTER_ADD, 0, Expect::Reply, |to| request.put(to))?,
        )
    }

    /// Like [`Self::counter_add`], for many requests: `request` builds one from each item.
    ///
    /// Sends several requests in each datagram. Calls `each` for each result, with the
    /// index of its item; see [`genl::Client::call_batch`].
    pub fn counter_add_batch<I>(
        &mut self,
        items: &[I],
        request: impl Fn(&I) -> CounterAddRequest<'_>,
        mut each: impl FnMut(usize, Result<CounterAddReply<'_>>) -> Result<()>,
    ) -> Result<()> {
        let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
        self.0.call_batch(
            (cmd::COUNTER_ADD, 0),
            Expect::Reply,
            items,
            fill,
            |place, reply| each(place, reply.and_then(CounterAddReply::read)),
        )
    }

    /// Deletes a counter.
    #[inline]
    pub fn counter_del(&mut self, request: &CounterDelRequest<'_>) -> Result<()> {
        self.0
            .call(cmd::COUNTER_DEL, 0, Expect::Ack, |to| request.put(to))
            .map(drop)
    }

    /// Like [`Self::counter_del`], for many requests: `request` builds one from each item.
    ///
    /// Sends several requests in each datagram. Calls `each` for each result, with the
    /// index of its item; see [`genl::Client::call_batch`].
    pub fn counter_del_batch<I>(
        &mut self,
        items: &[I],
        request: impl Fn(&I) -> CounterDelRequest<'_>,
        mut each: impl FnMut(usize, Result<()>) -> Result<()>,
    ) -> Result<()> {
        let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
        self.0.call_batch(
            (cmd::COUNTER_DEL, 0),
            Expect::Ack,
            items,
            fill,
            |place, reply| each(place, reply.map(drop)),
        )
    }

    /// Makes the requesting socket the agent of its namespace.
    #[inline]
    pub fn agent_register(&mut self) -> Result<()> {
        self.0
            .call(cmd::AGENT_REGISTER, 0, Expect::Ack, |_| Ok(()))
            .map(drop)
    }

    /// Sends a question to the agent. The reply is deferred until the agent answers.
    #[inline]
    pub fn ask(&mut self, request: &AskRequest<'_>) -> Result<AskReply<'_>> {
        AskReply::read(
            self.0
                .call(cmd::ASK, 0, Expect::Reply, |to| request.put(to))?,
        )
    }

    /// Like [`Self::ask`], for many requests: `request` builds one from each item.
    ///
    /// Sends several requests in each datagram. Calls `each` for each result, with the
    /// index of its item; see [`genl::Client::call_batch`].
    pub fn ask_batch<I>(
        &mut self,
        items: &[I],
        request: impl Fn(&I) -> AskRequest<'_>,
        mut each: impl FnMut(usize, Result<AskReply<'_>>) -> Result<()>,
    ) -> Result<()> {
        let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
        self.0
            .call_batch((cmd::ASK, 0), Expect::Reply, items, fill, |place, reply| {
                each(place, reply.and_then(AskReply::read))
            })
    }

    /// Answers a question, or declines it. The request has either answer or declined; with both or
    /// neither it fails.
    #[inline]
    pub fn answer(&mut self, request: &AnswerRequest<'_>) -> Result<()> {
        self.0
            .call(cmd::ANSWER, 0, Expect::Ack, |to| request.put(to))
            .map(drop)
    }

    /// Like [`Self::answer`], for many requests: `request` builds one from each item.
    ///
    /// Sends several requests in each datagram. Calls `each` for each result, with the
    /// index of its item; see [`genl::Client::call_batch`].
    pub fn answer_batch<I>(
        &mut self,
        items: &[I],
        request: impl Fn(&I) -> AnswerRequest<'_>,
        mut each: impl FnMut(usize, Result<()>) -> Result<()>,
    ) -> Result<()> {
        let fill = |item: &I, to: &mut Writer<'_>| request(item).put(to);
        self.0.call_batch(
            (cmd::ANSWER, 0),
            Expect::Ack,
            items,
            fill,
            |place, reply| each(place, reply.map(drop)),
        )
    }

    /// Reads the namespace's statistics.
    #[inline]
    pub fn stats_get(&mut self) -> Result<StatsGetReply> {
        StatsGetReply::read(self.0.call(cmd::STATS_GET, 0, Expect::Reply, |_| Ok(()))?)
    }
}

/// All attribute sets.
pub static ATTRIBUTE_SETS: &[AttributeSet] = &[
    AttributeSet {
        name: "echo",
        attributes: &[
            Attribute {
                number: 1,
                name: "payload",
                kind: "binary",
                nested: None,
                min_len: None,
                max_len: Some(61440),
                min: None,
                max: None,
            },
            Attribute {
                number: 2,
                name: "stamp",
                kind: "nest",
                nested: Some("stamp"),
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
        ],
    },
    AttributeSet {
        name: "stamp",
        attributes: &[
            Attribute {
                number: 1,
                name: "time-ns",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 2,
                name: "cpu",
                kind: "u32",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 3,
                name: "portid",
                kind: "u32",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
        ],
    },
    AttributeSet {
        name: "counter",
        attributes: &[
            Attribute {
                number: 1,
                name: "name",
                kind: "string",
                nested: None,
                min_len: Some(1),
                max_len: Some(31),
                min: None,
                max: None,
            },
            Attribute {
                number: 2,
                name: "value",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 3,
                name: "delta",
                kind: "sint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 4,
                name: "updates",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 5,
                name: "prefix",
                kind: "string",
                nested: None,
                min_len: None,
                max_len: Some(31),
                min: None,
                max: None,
            },
            Attribute {
                number: 6,
                name: "create",
                kind: "flag",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 7,
                name: "exclusive",
                kind: "flag",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
        ],
    },
    AttributeSet {
        name: "ask",
        attributes: &[
            Attribute {
                number: 1,
                name: "id",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 2,
                name: "question",
                kind: "binary",
                nested: None,
                min_len: Some(1),
                max_len: Some(4096),
                min: None,
                max: None,
            },
            Attribute {
                number: 3,
                name: "answer",
                kind: "binary",
                nested: None,
                min_len: None,
                max_len: Some(4096),
                min: None,
                max: None,
            },
            Attribute {
                number: 4,
                name: "timeout-ms",
                kind: "u32",
                nested: None,
                min_len: None,
                max_len: None,
                min: Some(1),
                max: Some(60000),
            },
            Attribute {
                number: 5,
                name: "portid",
                kind: "u32",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 6,
                name: "declined",
                kind: "flag",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
        ],
    },
    AttributeSet {
        name: "stats",
        attributes: &[
            Attribute {
                number: 1,
                name: "echoes",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 2,
                name: "echo-bytes",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 3,
                name: "counters",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 4,
                name: "notifications",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 5,
                name: "asks-pending",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
            Attribute {
                number: 6,
                name: "asks-answered",
                kind: "uint",
                nested: None,
                min_len: None,
                max_len: None,
                min: None,
                max: None,
            },
        ],
    },
];
/// All operations, notifications and events.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        number: 1,
        reply: Some(1),
        name: "echo",
        set: "echo",
        admin: false,
        r#do: Some(&[1]),
        dump: None,
    },
    Operation {
        number: 2,
        reply: Some(2),
        name: "counter-get",
        set: "counter",
        admin: false,
        r#do: Some(&[1]),
        dump: Some(&[5]),
    },
    Operation {
        number: 3,
        reply: Some(3),
        name: "counter-set",
        set: "counter",
        admin: true,
        r#do: Some(&[1, 2, 6, 7]),
        dump: None,
    },
    Operation {
        number: 4,
        reply: Some(4),
        name: "counter-add",
        set: "counter",
        admin: true,
        r#do: Some(&[1, 3, 6]),
        dump: None,
    },
    Operation {
        number: 5,
        reply: Some(5),
        name: "counter-del",
        set: "counter",
        admin: true,
        r#do: Some(&[1]),
        dump: None,
    },
    Operation {
        number: 6,
        reply: Some(6),
        name: "counter-new-ntf",
        set: "counter",
        admin: false,
        r#do: None,
        dump: None,
    },
    Operation {
        number: 7,
        reply: Some(7),
        name: "counter-change-ntf",
        set: "counter",
        admin: false,
        r#do: None,
        dump: None,
    },
    Operation {
        number: 8,
        reply: Some(8),
        name: "counter-del-ntf",
        set: "counter",
        admin: false,
        r#do: None,
        dump: None,
    },
    Operation {
        number: 9,
        reply: Some(9),
        name: "agent-register",
        set: "ask",
        admin: true,
        r#do: Some(&[]),
        dump: None,
    },
    Operation {
        number: 10,
        reply: Some(10),
        name: "ask",
        set: "ask",
        admin: false,
        r#do: Some(&[2, 4]),
        dump: None,
    },
    Operation {
        number: 11,
        reply: Some(11),
        name: "question",
        set: "ask",
        admin: false,
        r#do: None,
        dump: None,
    },
    Operation {
        number: 12,
        reply: Some(12),
        name: "answer",
        set: "ask",
        admin: false,
        r#do: Some(&[1, 3, 6]),
        dump: None,
    },
    Operation {
        number: 13,
        reply: Some(13),
        name: "stats-get",
        set: "stats",
        admin: false,
        r#do: Some(&[]),
        dump: None,
    },
];
/// The names of all multicast groups.
pub static GROUPS: &[&str] = &["events"];
/// The family, with these tables.
pub static FAMILY: Family = Family {
    name: FAMILY_NAME,
    version: FAMILY_VERSION,
    attribute_sets: ATTRIBUTE_SETS,
    operations: OPERATIONS,
};
