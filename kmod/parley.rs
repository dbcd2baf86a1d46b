// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
// Generated from spec/parley.yaml by parley-spec; do not edit.

//! The family `parley`: A conversation between user space and the kernel in every direction that
//! Generic Netlink has: a request and its reply, a dump, an event to a group, and a question from
//! the kernel to a user process. Each network namespace has its own state.

#![forbid(unsafe_code)]
// The contract is complete; a family need not use all of it.
#![allow(dead_code)]

use crate::genl::{
    codegen::{
        self,
        *, //
    },
    prelude::*,
    Family,
    NetState, //
};
use kernel::{
    prelude::ThisModule,
    str::CStr, //
};

/// The family's name, with the NUL that the kernel expects.
pub(crate) const FAMILY_NAME: &CStr = c"parley";
/// The family's version.
pub(crate) const FAMILY_VERSION: u8 = 1;
/// The maximum size of an echo's payload, in bytes.
pub(crate) const PAYLOAD_MAX: usize = 61440;
/// The maximum length of a counter's name, without its NUL.
pub(crate) const NAME_MAX: usize = 31;
/// The maximum size of a question, in bytes.
pub(crate) const QUESTION_MAX: usize = 4096;
/// The maximum size of an answer, in bytes.
pub(crate) const ANSWER_MAX: usize = 4096;
/// The maximum timeout of a question, in milliseconds.
pub(crate) const TIMEOUT_MS_MAX: u32 = 60000;
/// The default timeout of a question, in milliseconds.
pub(crate) const TIMEOUT_MS_DEFAULT: u32 = 5000;

/// The attribute numbers of each set.
mod attr {
    pub(super) mod echo {
        pub(crate) const PAYLOAD: u16 = 1;
        pub(crate) const STAMP: u16 = 2;
    }
    pub(super) mod stamp {
        pub(crate) const TIME_NS: u16 = 1;
        pub(crate) const CPU: u16 = 2;
        pub(crate) const PORTID: u16 = 3;
    }
    pub(super) mod counter {
        pub(crate) const NAME: u16 = 1;
        pub(crate) const VALUE: u16 = 2;
        pub(crate) const DELTA: u16 = 3;
        pub(crate) const UPDATES: u16 = 4;
        pub(crate) const PREFIX: u16 = 5;
        pub(crate) const CREATE: u16 = 6;
        pub(crate) const EXCLUSIVE: u16 = 7;
    }
    pub(super) mod ask {
        pub(crate) const ID: u16 = 1;
        pub(crate) const QUESTION: u16 = 2;
        pub(crate) const ANSWER: u16 = 3;
        pub(crate) const TIMEOUT_MS: u16 = 4;
        pub(crate) const PORTID: u16 = 5;
        pub(crate) const DECLINED: u16 = 6;
    }
    pub(super) mod stats {
        pub(crate) const ECHOES: u16 = 1;
        pub(crate) const ECHO_BYTES: u16 = 2;
        pub(crate) const COUNTERS: u16 = 3;
        pub(crate) const NOTIFICATIONS: u16 = 4;
        pub(crate) const ASKS_PENDING: u16 = 5;
        pub(crate) const ASKS_ANSWERED: u16 = 6;
    }
}

/// Sends the payload back, with a stamp.
pub(crate) enum Echo {}

impl Op for Echo {
    const CMD: u8 = 1;
    const FLAGS: u32 = 0;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<2>(&[(
        attr::echo::PAYLOAD,
        Policy::binary().max_len(PAYLOAD_MAX as u16),
    )]);
    const REPLIES: bool = true;
    type Reply<'a> = echo::Reply<'a>;
}

impl<'a> Attrs<'a, Echo> {
    /// Bytes to send back. May be empty.
    #[inline]
    pub(crate) fn payload(&self) -> Field<'a, Binary, { attr::echo::PAYLOAD }> {
        codegen::field(self)
    }
}

/// Messages of `Echo`.
pub(crate) mod echo {
    use super::*;

    /// The attributes of the reply.
    #[derive(Clone, Copy)]
    pub(crate) struct Reply<'a> {
        /// Bytes to send back. May be empty.
        pub(crate) payload: Option<&'a [u8]>,
        /// The time, CPU and netlink port of the request.
        pub(crate) stamp: Option<nest::Stamp>,
    }

    impl Payload for Reply<'_> {
        const SIZE_MAX: Option<usize> = codegen::total(&[
            Some(codegen::size::bytes(PAYLOAD_MAX)),
            codegen::nest_max::<nest::Stamp>(),
        ]);

        #[inline]
        fn size(&self) -> usize {
            codegen::size_of_attrs::<Binary>(self.payload)
                + codegen::size_of_nests(self.stamp.as_ref())
        }

        #[inline]
        fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
            codegen::put_attrs::<Binary>(to, attr::echo::PAYLOAD, self.payload)?;
            codegen::put_nests(to, attr::echo::STAMP, self.stamp.as_ref())
        }
    }
}

/// Reads one counter, or dumps them in byte order of their names.
pub(crate) enum CounterGet {}

impl Op for CounterGet {
    const CMD: u8 = 2;
    const FLAGS: u32 = 0;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<2>(&[(
        attr::counter::NAME,
        Policy::nul_string().max_len(NAME_MAX as u16),
    )]);
    const REPLIES: bool = true;
    type Reply<'a> = counter_get::Reply<'a>;
}

impl<'a> Attrs<'a, CounterGet> {
    /// 1 to 31 bytes and a NUL.
    #[inline]
    pub(crate) fn name(&self) -> Field<'a, NulString<1>, { attr::counter::NAME }> {
        codegen::field(self)
    }
}

/// Messages of `CounterGet`.
pub(crate) mod counter_get {
    use super::*;

    /// The attributes of the reply.
    #[derive(Clone, Copy)]
    pub(crate) struct Reply<'a> {
        /// 1 to 31 bytes and a NUL.
        pub(crate) name: Option<&'a CStr>,
        /// The counter's value.
        pub(crate) value: Option<u64>,
        /// The number of times that the value was written.
        pub(crate) updates: Option<u64>,
    }

    impl Payload for Reply<'_> {
        const SIZE_MAX: Option<usize> = codegen::total(&[
            Some(codegen::size::bytes(NAME_MAX + 1)),
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(8)),
        ]);

        #[inline]
        fn size(&self) -> usize {
            codegen::size_of_attrs::<NulString<1>>(self.name)
                + codegen::size_of_attrs::<Uint>(self.value)
                + codegen::size_of_attrs::<Uint>(self.updates)
        }

        #[inline]
        fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
            codegen::put_attrs::<NulString<1>>(to, attr::counter::NAME, self.name)?;
            codegen::put_attrs::<Uint>(to, attr::counter::VALUE, self.value)?;
            codegen::put_attrs::<Uint>(to, attr::counter::UPDATES, self.updates)
        }
    }
}

/// Dump: Reads one counter, or dumps them in byte order of their names.
pub(crate) enum CounterGetDump {}

impl Op for CounterGetDump {
    const CMD: u8 = 2;
    const FLAGS: u32 = 0;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<6>(&[(
        attr::counter::PREFIX,
        Policy::nul_string().max_len(NAME_MAX as u16),
    )]);
    const REPLIES: bool = true;
    type Reply<'a> = counter_get::Reply<'a>;
}

impl<'a> Attrs<'a, CounterGetDump> {
    /// Dump only the counters whose names begin with this.
    #[inline]
    pub(crate) fn prefix(&self) -> Field<'a, NulString<0>, { attr::counter::PREFIX }> {
        codegen::field(self)
    }
}

/// Messages of `CounterGetDump`.
pub(crate) mod counter_get_dump {
    /// The attributes of the reply.
    pub(crate) type Reply<'a> = super::counter_get::Reply<'a>;
}

/// Sets a counter. Fails if the counter does not exist, unless create is given.
pub(crate) enum CounterSet {}

impl Op for CounterSet {
    const CMD: u8 = 3;
    const FLAGS: u32 = UNS_ADMIN_PERM;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<8>(&[
        (
            attr::counter::NAME,
            Policy::nul_string().max_len(NAME_MAX as u16),
        ),
        (attr::counter::VALUE, Policy::uint()),
        (attr::counter::CREATE, Policy::flag()),
        (attr::counter::EXCLUSIVE, Policy::flag()),
    ]);
    const REPLIES: bool = false;
    type Reply<'a> = ();
}

impl<'a> Attrs<'a, CounterSet> {
    /// 1 to 31 bytes and a NUL.
    #[inline]
    pub(crate) fn name(&self) -> Field<'a, NulString<1>, { attr::counter::NAME }> {
        codegen::field(self)
    }

    /// The counter's value.
    #[inline]
    pub(crate) fn value(&self) -> Field<'a, Uint, { attr::counter::VALUE }> {
        codegen::field(self)
    }

    /// Create the counter if it does not exist.
    #[inline]
    pub(crate) fn create(&self) -> Field<'a, Flag, { attr::counter::CREATE }> {
        codegen::field(self)
    }

    /// Fail if the counter exists. Only with create.
    #[inline]
    pub(crate) fn exclusive(&self) -> Field<'a, Flag, { attr::counter::EXCLUSIVE }> {
        codegen::field(self)
    }
}

/// Adds to a counter and returns the result. With create, a counter that does not exist starts from
/// \0.
pub(crate) enum CounterAdd {}

impl Op for CounterAdd {
    const CMD: u8 = 4;
    const FLAGS: u32 = UNS_ADMIN_PERM;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<7>(&[
        (
            attr::counter::NAME,
            Policy::nul_string().max_len(NAME_MAX as u16),
        ),
        (attr::counter::DELTA, Policy::sint()),
        (attr::counter::CREATE, Policy::flag()),
    ]);
    const REPLIES: bool = true;
    type Reply<'a> = counter_get::Reply<'a>;
}

impl<'a> Attrs<'a, CounterAdd> {
    /// 1 to 31 bytes and a NUL.
    #[inline]
    pub(crate) fn name(&self) -> Field<'a, NulString<1>, { attr::counter::NAME }> {
        codegen::field(self)
    }

    /// The amount to add.
    #[inline]
    pub(crate) fn delta(&self) -> Field<'a, Sint, { attr::counter::DELTA }> {
        codegen::field(self)
    }

    /// Create the counter if it does not exist.
    #[inline]
    pub(crate) fn create(&self) -> Field<'a, Flag, { attr::counter::CREATE }> {
        codegen::field(self)
    }
}

/// Messages of `CounterAdd`.
pub(crate) mod counter_add {
    /// The attributes of the reply.
    pub(crate) type Reply<'a> = super::counter_get::Reply<'a>;
}

/// Deletes a counter.
pub(crate) enum CounterDel {}

impl Op for CounterDel {
    const CMD: u8 = 5;
    const FLAGS: u32 = UNS_ADMIN_PERM;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<2>(&[(
        attr::counter::NAME,
        Policy::nul_string().max_len(NAME_MAX as u16),
    )]);
    const REPLIES: bool = false;
    type Reply<'a> = ();
}

impl<'a> Attrs<'a, CounterDel> {
    /// 1 to 31 bytes and a NUL.
    #[inline]
    pub(crate) fn name(&self) -> Field<'a, NulString<1>, { attr::counter::NAME }> {
        codegen::field(self)
    }
}

/// Makes the requesting socket the agent of its namespace.
pub(crate) enum AgentRegister {}

impl Op for AgentRegister {
    const CMD: u8 = 9;
    const FLAGS: u32 = UNS_ADMIN_PERM;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &[];
    const REPLIES: bool = false;
    type Reply<'a> = ();
}

/// Sends a question to the agent. The reply is deferred until the agent answers.
pub(crate) enum Ask {}

impl Op for Ask {
    const CMD: u8 = 10;
    const FLAGS: u32 = 0;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<5>(&[
        (
            attr::ask::QUESTION,
            Policy::binary().range(1, QUESTION_MAX as i16),
        ),
        (
            attr::ask::TIMEOUT_MS,
            Policy::u32().full_range(&codegen::Range::new(1, TIMEOUT_MS_MAX as u64)),
        ),
    ]);
    const REPLIES: bool = true;
    type Reply<'a> = ask::Reply<'a>;
}

impl<'a> Attrs<'a, Ask> {
    /// 1 to 4,096 bytes.
    #[inline]
    pub(crate) fn question(&self) -> Field<'a, Binary, { attr::ask::QUESTION }> {
        codegen::field(self)
    }

    /// The time that the agent has to answer, in milliseconds.
    #[inline]
    pub(crate) fn timeout_ms(&self) -> Field<'a, U32, { attr::ask::TIMEOUT_MS }> {
        codegen::field(self)
    }
}

/// Messages of `Ask`.
pub(crate) mod ask {
    use super::*;

    /// The attributes of the reply.
    #[derive(Clone, Copy)]
    pub(crate) struct Reply<'a> {
        /// The question's number, unique while it is pending.
        pub(crate) id: Option<u64>,
        /// At most 4,096 bytes.
        pub(crate) answer: Option<&'a [u8]>,
    }

    impl Payload for Reply<'_> {
        const SIZE_MAX: Option<usize> = codegen::total(&[
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(ANSWER_MAX)),
        ]);

        #[inline]
        fn size(&self) -> usize {
            codegen::size_of_attrs::<Uint>(self.id) + codegen::size_of_attrs::<Binary>(self.answer)
        }

        #[inline]
        fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
            codegen::put_attrs::<Uint>(to, attr::ask::ID, self.id)?;
            codegen::put_attrs::<Binary>(to, attr::ask::ANSWER, self.answer)
        }
    }
}

/// Answers a question, or declines it. The request has either answer or declined; with both or
/// neither it fails.
pub(crate) enum Answer {}

impl Op for Answer {
    const CMD: u8 = 12;
    const FLAGS: u32 = 0;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &codegen::table::<7>(&[
        (attr::ask::ID, Policy::uint()),
        (
            attr::ask::ANSWER,
            Policy::binary().max_len(ANSWER_MAX as u16),
        ),
        (attr::ask::DECLINED, Policy::flag()),
    ]);
    const REPLIES: bool = false;
    type Reply<'a> = ();
}

impl<'a> Attrs<'a, Answer> {
    /// The question's number, unique while it is pending.
    #[inline]
    pub(crate) fn id(&self) -> Field<'a, Uint, { attr::ask::ID }> {
        codegen::field(self)
    }

    /// At most 4,096 bytes.
    #[inline]
    pub(crate) fn answer(&self) -> Field<'a, Binary, { attr::ask::ANSWER }> {
        codegen::field(self)
    }

    /// The agent has no answer.
    #[inline]
    pub(crate) fn declined(&self) -> Field<'a, Flag, { attr::ask::DECLINED }> {
        codegen::field(self)
    }
}

/// Reads the namespace's statistics.
pub(crate) enum StatsGet {}

impl Op for StatsGet {
    const CMD: u8 = 13;
    const FLAGS: u32 = 0;
    const VALIDATE: u32 = 0;
    const POLICY: &'static [Policy] = &[];
    const REPLIES: bool = true;
    type Reply<'a> = stats_get::Reply;
}

/// Messages of `StatsGet`.
pub(crate) mod stats_get {
    use super::*;

    /// The attributes of the reply.
    #[derive(Clone, Copy)]
    pub(crate) struct Reply {
        /// Echoes answered since the module was loaded.
        pub(crate) echoes: Option<u64>,
        /// Payload bytes echoed.
        pub(crate) echo_bytes: Option<u64>,
        /// Counters that exist now.
        pub(crate) counters: Option<u64>,
        /// Events delivered to listeners in this namespace.
        pub(crate) notifications: Option<u64>,
        /// Questions that are pending.
        pub(crate) asks_pending: Option<u64>,
        /// Questions that were answered.
        pub(crate) asks_answered: Option<u64>,
    }

    impl Payload for Reply {
        const SIZE_MAX: Option<usize> = codegen::total(&[
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(8)),
        ]);

        #[inline]
        fn size(&self) -> usize {
            codegen::size_of_attrs::<Uint>(self.echoes)
                + codegen::size_of_attrs::<Uint>(self.echo_bytes)
                + codegen::size_of_attrs::<Uint>(self.counters)
                + codegen::size_of_attrs::<Uint>(self.notifications)
                + codegen::size_of_attrs::<Uint>(self.asks_pending)
                + codegen::size_of_attrs::<Uint>(self.asks_answered)
        }

        #[inline]
        fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
            codegen::put_attrs::<Uint>(to, attr::stats::ECHOES, self.echoes)?;
            codegen::put_attrs::<Uint>(to, attr::stats::ECHO_BYTES, self.echo_bytes)?;
            codegen::put_attrs::<Uint>(to, attr::stats::COUNTERS, self.counters)?;
            codegen::put_attrs::<Uint>(to, attr::stats::NOTIFICATIONS, self.notifications)?;
            codegen::put_attrs::<Uint>(to, attr::stats::ASKS_PENDING, self.asks_pending)?;
            codegen::put_attrs::<Uint>(to, attr::stats::ASKS_ANSWERED, self.asks_answered)
        }
    }
}

/// A counter was created.
#[derive(Clone, Copy)]
pub(crate) struct CounterNewNtf<'a>(pub(crate) counter_get::Reply<'a>);

impl Payload for CounterNewNtf<'_> {
    const SIZE_MAX: Option<usize> = <counter_get::Reply<'static> as Payload>::SIZE_MAX;

    #[inline]
    fn size(&self) -> usize {
        self.0.size()
    }

    #[inline]
    fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
        self.0.put(to)
    }
}

impl Message for CounterNewNtf<'_> {
    const CMD: u8 = 6;
}

impl Notification for CounterNewNtf<'_> {
    /// `events`.
    const GROUP: usize = 0;
}

/// A counter's value was written.
#[derive(Clone, Copy)]
pub(crate) struct CounterChangeNtf<'a>(pub(crate) counter_get::Reply<'a>);

impl Payload for CounterChangeNtf<'_> {
    const SIZE_MAX: Option<usize> = <counter_get::Reply<'static> as Payload>::SIZE_MAX;

    #[inline]
    fn size(&self) -> usize {
        self.0.size()
    }

    #[inline]
    fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
        self.0.put(to)
    }
}

impl Message for CounterChangeNtf<'_> {
    const CMD: u8 = 7;
}

impl Notification for CounterChangeNtf<'_> {
    /// `events`.
    const GROUP: usize = 0;
}

/// A counter was deleted. Carries its last value.
#[derive(Clone, Copy)]
pub(crate) struct CounterDelNtf<'a>(pub(crate) counter_get::Reply<'a>);

impl Payload for CounterDelNtf<'_> {
    const SIZE_MAX: Option<usize> = <counter_get::Reply<'static> as Payload>::SIZE_MAX;

    #[inline]
    fn size(&self) -> usize {
        self.0.size()
    }

    #[inline]
    fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
        self.0.put(to)
    }
}

impl Message for CounterDelNtf<'_> {
    const CMD: u8 = 8;
}

impl Notification for CounterDelNtf<'_> {
    /// `events`.
    const GROUP: usize = 0;
}

/// A question, sent only to the agent's socket.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    /// The question's number, unique while it is pending.
    pub(crate) id: Option<u64>,
    /// 1 to 4,096 bytes.
    pub(crate) question: Option<&'a [u8]>,
    /// The asker's netlink port.
    pub(crate) portid: Option<u32>,
}

impl Payload for Question<'_> {
    const SIZE_MAX: Option<usize> = codegen::total(&[
        Some(codegen::size::bytes(8)),
        Some(codegen::size::bytes(QUESTION_MAX)),
        Some(codegen::size::bytes(4)),
    ]);

    #[inline]
    fn size(&self) -> usize {
        codegen::size_of_attrs::<Uint>(self.id)
            + codegen::size_of_attrs::<Binary>(self.question)
            + codegen::size_of_attrs::<U32>(self.portid)
    }

    #[inline]
    fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
        codegen::put_attrs::<Uint>(to, attr::ask::ID, self.id)?;
        codegen::put_attrs::<Binary>(to, attr::ask::QUESTION, self.question)?;
        codegen::put_attrs::<U32>(to, attr::ask::PORTID, self.portid)
    }
}

impl Message for Question<'_> {
    const CMD: u8 = 11;
}

/// Nested attributes.
pub(crate) mod nest {
    use super::*;

    /// Attributes of the set `stamp`.
    #[derive(Clone, Copy)]
    pub(crate) struct Stamp {
        /// The kernel's monotonic clock, in nanoseconds.
        pub(crate) time_ns: Option<u64>,
        /// The CPU that handled the request.
        pub(crate) cpu: Option<u32>,
        /// The requester's netlink port, as the kernel sees it.
        pub(crate) portid: Option<u32>,
    }

    impl Payload for Stamp {
        const SIZE_MAX: Option<usize> = codegen::total(&[
            Some(codegen::size::bytes(8)),
            Some(codegen::size::bytes(4)),
            Some(codegen::size::bytes(4)),
        ]);

        #[inline]
        fn size(&self) -> usize {
            codegen::size_of_attrs::<Uint>(self.time_ns)
                + codegen::size_of_attrs::<U32>(self.cpu)
                + codegen::size_of_attrs::<U32>(self.portid)
        }

        #[inline]
        fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
            codegen::put_attrs::<Uint>(to, attr::stamp::TIME_NS, self.time_ns)?;
            codegen::put_attrs::<U32>(to, attr::stamp::CPU, self.cpu)?;
            codegen::put_attrs::<U32>(to, attr::stamp::PORTID, self.portid)
        }
    }
}

/// The multicast groups.
static GROUPS: [Group; 1] = [Group::new(c"events")];

/// Builds the family of `module`. The state `N` handles every operation; the traits that it
/// implements select the kind of handler for each.
pub(crate) const fn family<N, K1, K2, K3, K4, K5, K6, K7, K8, K9>(
    module: &'static ThisModule,
) -> Family<N>
where
    N: NetState,
    N: Handler<Echo, K1>,
    N: Handler<CounterGet, K2>,
    N: DumpOp<CounterGetDump>,
    N: Handler<CounterSet, K3>,
    N: Handler<CounterAdd, K4>,
    N: Handler<CounterDel, K5>,
    N: Handler<AgentRegister, K6>,
    N: Handler<Ask, K7>,
    N: Handler<Answer, K8>,
    N: Handler<StatsGet, K9>,
{
    Family::new(
        module,
        FAMILY_NAME,
        FAMILY_VERSION,
        0,
        Ops::new(
            const {
                &[
                    Entry::new_do::<Echo, K1>(),
                    Entry::new_do::<CounterGet, K2>(),
                    Entry::new_dump::<CounterGetDump>(),
                    Entry::new_do::<CounterSet, K3>(),
                    Entry::new_do::<CounterAdd, K4>(),
                    Entry::new_do::<CounterDel, K5>(),
                    Entry::new_do::<AgentRegister, K6>(),
                    Entry::new_do::<Ask, K7>(),
                    Entry::new_do::<Answer, K8>(),
                    Entry::new_do::<StatsGet, K9>(),
                ]
            },
        ),
        &GROUPS,
    )
}
