// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
// Generated from spec/parley.yaml by parley-spec; do not edit.

//! The numbers and names of the wire contract.

#![forbid(unsafe_code)]
// The contract is complete; a family need not use all of it.
#![allow(dead_code)]

/// The family's name, with its NUL as the kernel keeps it.
pub(crate) const FAMILY_NAME: &kernel::str::CStr = c"parley";
/// The family's version.
pub(crate) const FAMILY_VERSION: u8 = 1;
/// Most bytes of an echo's payload.
pub(crate) const PAYLOAD_MAX: usize = 61440;
/// Most bytes of a counter's name, before its NUL.
pub(crate) const NAME_MAX: usize = 31;
/// Most bytes of a question.
pub(crate) const QUESTION_MAX: usize = 4096;
/// Most bytes of an answer.
pub(crate) const ANSWER_MAX: usize = 4096;
/// Longest time that an asker may give the agent.
pub(crate) const TIMEOUT_MS_MAX: u32 = 60000;
/// The time that the agent has where the asker names none.
pub(crate) const TIMEOUT_MS_DEFAULT: u32 = 5000;
/// The operations' numbers.
pub(crate) mod cmd {
    /// Sends the payload back, with a stamp.
    pub(crate) const ECHO: u8 = 1;
    /// Reads one counter, or dumps them in byte order of their names.
    pub(crate) const COUNTER_GET: u8 = 2;
    /// Sets a counter. Fails if the counter does not exist, unless create is given.
    pub(crate) const COUNTER_SET: u8 = 3;
    /// Adds to a counter and returns the result. With create, a counter that does not exist starts
    /// from 0.
    pub(crate) const COUNTER_ADD: u8 = 4;
    /// Deletes a counter.
    pub(crate) const COUNTER_DEL: u8 = 5;
    /// A counter was created.
    pub(crate) const COUNTER_NEW_NTF: u8 = 6;
    /// A counter's value was written.
    pub(crate) const COUNTER_CHANGE_NTF: u8 = 7;
    /// A counter was deleted. Carries its last value.
    pub(crate) const COUNTER_DEL_NTF: u8 = 8;
    /// Makes the requesting socket the agent of its namespace.
    pub(crate) const AGENT_REGISTER: u8 = 9;
    /// Puts a question to the agent. The reply is deferred until the agent answers.
    pub(crate) const ASK: u8 = 10;
    /// A question, sent to the agent's socket alone.
    pub(crate) const QUESTION: u8 = 11;
    /// Answers a question, or declines it. The request carries either answer or declined; with both
    /// or neither it fails.
    pub(crate) const ANSWER: u8 = 12;
    /// Reads the namespace's statistics.
    pub(crate) const STATS_GET: u8 = 13;
}
/// The numbers of the attributes of the set `echo`.
pub(crate) mod echo {
    /// `binary`: Bytes to send back. May be empty.
    pub(crate) const PAYLOAD: u16 = 1;
    /// `nest`: When, where and for whom the kernel handled the request.
    pub(crate) const STAMP: u16 = 2;
}
/// The numbers of the attributes of the set `stamp`.
pub(crate) mod stamp {
    /// `uint`: The kernel's monotonic clock, in nanoseconds.
    pub(crate) const TIME_NS: u16 = 1;
    /// `u32`: The CPU that handled the request.
    pub(crate) const CPU: u16 = 2;
    /// `u32`: The requester's netlink port, as the kernel sees it.
    pub(crate) const PORTID: u16 = 3;
}
/// The numbers of the attributes of the set `counter`.
pub(crate) mod counter {
    /// `string`: 1 to 31 bytes and a NUL.
    pub(crate) const NAME: u16 = 1;
    /// `uint`: What the counter stands at.
    pub(crate) const VALUE: u16 = 2;
    /// `sint`: What to add.
    pub(crate) const DELTA: u16 = 3;
    /// `uint`: How often the value was written.
    pub(crate) const UPDATES: u16 = 4;
    /// `string`: Dump only the counters whose names begin with this.
    pub(crate) const PREFIX: u16 = 5;
    /// `flag`: Create the counter if it does not exist.
    pub(crate) const CREATE: u16 = 6;
    /// `flag`: Fail if the counter exists. Only with create.
    pub(crate) const EXCLUSIVE: u16 = 7;
}
/// The numbers of the attributes of the set `ask`.
pub(crate) mod ask {
    /// `uint`: The question's number, unique while it is pending.
    pub(crate) const ID: u16 = 1;
    /// `binary`: 1 to 4,096 bytes.
    pub(crate) const QUESTION: u16 = 2;
    /// `binary`: At most 4,096 bytes.
    pub(crate) const ANSWER: u16 = 3;
    /// `u32`: How long the agent has, in milliseconds.
    pub(crate) const TIMEOUT_MS: u16 = 4;
    /// `u32`: The asker's netlink port.
    pub(crate) const PORTID: u16 = 5;
    /// `flag`: The agent has no answer.
    pub(crate) const DECLINED: u16 = 6;
}
/// The numbers of the attributes of the set `stats`.
pub(crate) mod stats {
    /// `uint`: Echoes answered since the module was loaded.
    pub(crate) const ECHOES: u16 = 1;
    /// `uint`: Payload bytes echoed.
    pub(crate) const ECHO_BYTES: u16 = 2;
    /// `uint`: Counters that exist now.
    pub(crate) const COUNTERS: u16 = 3;
    /// `uint`: Events delivered to listeners in this namespace.
    pub(crate) const NOTIFICATIONS: u16 = 4;
    /// `uint`: Questions that wait for their answer.
    pub(crate) const ASKS_PENDING: u16 = 5;
    /// `uint`: Questions that were answered.
    pub(crate) const ASKS_ANSWERED: u16 = 6;
}
/// The multicast groups' names.
pub(crate) mod group {
    /// The group `events`.
    pub(crate) const EVENTS: &kernel::str::CStr = c"events";
}
