// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
// Generated from spec/parley.yaml by parley-spec; do not edit.

//! The numbers and names of the wire contract.

use parley_netlink::genl::spec::{Attribute, AttributeSet, Family, Operation};

/// The family's name.
pub const FAMILY_NAME: &str = "parley";
/// The family's version.
pub const FAMILY_VERSION: u8 = 1;
/// Most bytes of an echo's payload.
pub const PAYLOAD_MAX: usize = 61440;
/// Most bytes of a counter's name, before its NUL.
pub const NAME_MAX: usize = 31;
/// Most bytes of a question.
pub const QUESTION_MAX: usize = 4096;
/// Most bytes of an answer.
pub const ANSWER_MAX: usize = 4096;
/// Longest time that an asker may give the agent.
pub const TIMEOUT_MS_MAX: u32 = 60000;
/// The time that the agent has where the asker names none.
pub const TIMEOUT_MS_DEFAULT: u32 = 5000;
/// The operations' numbers.
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
    /// Puts a question to the agent. The reply is deferred until the agent answers.
    pub const ASK: u8 = 10;
    /// A question, sent to the agent's socket alone.
    pub const QUESTION: u8 = 11;
    /// Answers a question, or declines it. The request carries either answer or declined; with both
    /// or neither it fails.
    pub const ANSWER: u8 = 12;
    /// Reads the namespace's statistics.
    pub const STATS_GET: u8 = 13;
}
/// The numbers of the attributes of the set `echo`.
pub mod echo {
    /// `binary`: Bytes to send back. May be empty.
    pub const PAYLOAD: u16 = 1;
    /// `nest`: When, where and for whom the kernel handled the request.
    pub const STAMP: u16 = 2;
}
/// The numbers of the attributes of the set `stamp`.
pub mod stamp {
    /// `uint`: The kernel's monotonic clock, in nanoseconds.
    pub const TIME_NS: u16 = 1;
    /// `u32`: The CPU that handled the request.
    pub const CPU: u16 = 2;
    /// `u32`: The requester's netlink port, as the kernel sees it.
    pub const PORTID: u16 = 3;
}
/// The numbers of the attributes of the set `counter`.
pub mod counter {
    /// `string`: 1 to 31 bytes and a NUL.
    pub const NAME: u16 = 1;
    /// `uint`: What the counter stands at.
    pub const VALUE: u16 = 2;
    /// `sint`: What to add.
    pub const DELTA: u16 = 3;
    /// `uint`: How often the value was written.
    pub const UPDATES: u16 = 4;
    /// `string`: Dump only the counters whose names begin with this.
    pub const PREFIX: u16 = 5;
    /// `flag`: Create the counter if it does not exist.
    pub const CREATE: u16 = 6;
    /// `flag`: Fail if the counter exists. Only with create.
    pub const EXCLUSIVE: u16 = 7;
}
/// The numbers of the attributes of the set `ask`.
pub mod ask {
    /// `uint`: The question's number, unique while it is pending.
    pub const ID: u16 = 1;
    /// `binary`: 1 to 4,096 bytes.
    pub const QUESTION: u16 = 2;
    /// `binary`: At most 4,096 bytes.
    pub const ANSWER: u16 = 3;
    /// `u32`: How long the agent has, in milliseconds.
    pub const TIMEOUT_MS: u16 = 4;
    /// `u32`: The asker's netlink port.
    pub const PORTID: u16 = 5;
    /// `flag`: The agent has no answer.
    pub const DECLINED: u16 = 6;
}
/// The numbers of the attributes of the set `stats`.
pub mod stats {
    /// `uint`: Echoes answered since the module was loaded.
    pub const ECHOES: u16 = 1;
    /// `uint`: Payload bytes echoed.
    pub const ECHO_BYTES: u16 = 2;
    /// `uint`: Counters that exist now.
    pub const COUNTERS: u16 = 3;
    /// `uint`: Events delivered to listeners in this namespace.
    pub const NOTIFICATIONS: u16 = 4;
    /// `uint`: Questions that wait for their answer.
    pub const ASKS_PENDING: u16 = 5;
    /// `uint`: Questions that were answered.
    pub const ASKS_ANSWERED: u16 = 6;
}
/// The multicast groups' names.
pub mod group {
    /// The group `events`.
    pub const EVENTS: &str = "events";
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
/// The family, with all of these.
pub static FAMILY: Family = Family {
    name: FAMILY_NAME,
    version: FAMILY_VERSION,
    attribute_sets: ATTRIBUTE_SETS,
    operations: OPERATIONS,
};
