// SPDX-License-Identifier: MIT OR Apache-2.0

//! A datagram, before it is decoded and after.

pub use crate::kernel::Order;

/// Where a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the kernel.
    ToKernel,
    /// From the kernel.
    FromKernel,
    /// Not known: the flag `NLM_F_REQUEST` tells.
    Unknown,
}

impl Direction {
    /// Its name, as in the JSON of `parley decode`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ToKernel => "to-kernel",
            Self::FromKernel => "from-kernel",
            Self::Unknown => "unknown",
        }
    }
}

/// A datagram to take apart.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Datagram<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How many there were; more than `bytes` where a capture cut some off.
    pub whole: usize,
    /// The netlink protocol: `NETLINK_GENERIC` and its like.
    pub protocol: u16,
    /// Where it goes.
    pub direction: Direction,
    /// The byte order of its numbers.
    pub order: Order,
}

impl<'a> Datagram<'a> {
    /// A whole datagram of this machine's.
    #[must_use]
    pub fn new(bytes: &'a [u8], protocol: u16, direction: Direction) -> Self {
        Self {
            bytes,
            whole: bytes.len(),
            protocol,
            direction,
            order: Order::NATIVE,
        }
    }
}

/// A field of a datagram, or the heading of several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Where it begins, in bytes from the start of the datagram.
    pub offset: usize,
    /// How many bytes it has. 0 in a heading.
    pub len: usize,
    /// How deep it is nested.
    pub depth: usize,
    /// What the field is called.
    pub name: String,
    /// What its value means.
    pub meaning: String,
    /// What is wrong with it, if anything.
    pub bad: Option<String>,
}

impl Field {
    fn begins_message(&self) -> bool {
        self.depth == 0 && self.len == 0
    }
}

/// What a message is in its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// A request.
    Request,
    /// A request for a dump.
    Dump,
    /// A reply, an error, an ACK or the end of a dump.
    Reply,
    /// An event, for all listeners.
    Event,
    /// A reply or an event; nothing that passed says which.
    Either,
}

/// A message in short.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headline {
    /// Its Generic Netlink family: the name, or the number of one that is not known by name.
    pub family: Option<String>,
    /// Its operation, such as `RTM_NEWLINK`, or what a message of netlink's own says.
    pub operation: String,
    /// What it is in its conversation.
    pub role: Role,
    /// `nlmsg_type`.
    pub kind: u16,
    /// `nlmsg_flags`.
    pub flags: u16,
    /// `nlmsg_seq`, by which replies belong to requests.
    pub seq: u32,
    /// `nlmsg_pid`: from the kernel the port that asked, or 0. Requests often have 0, too.
    pub portid: u32,
}

/// A datagram taken apart.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explained {
    /// Where it goes; as it was given, or as its flags tell.
    pub direction: Direction,
    /// Its fields in order. Those that are no headings cover each byte once.
    pub fields: Vec<Field>,
    pub(super) headlines: Vec<Headline>,
}

impl Explained {
    /// The first field with which something is wrong.
    #[must_use]
    pub fn bad(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.bad.is_some())
    }

    /// The fields of each message, which begin with its heading. What is none has
    /// no heading.
    pub fn messages(&self) -> impl Iterator<Item = &[Field]> {
        self.fields.chunk_by(|_, next| !next.begins_message())
    }

    /// Each message in short, with its fields. What is none is left out.
    pub fn headlines(&self) -> impl Iterator<Item = (&Headline, &[Field])> {
        let begins = |fields: &&[Field]| fields.first().is_some_and(Field::begins_message);
        self.headlines.iter().zip(self.messages().filter(begins))
    }
}

/// The name of a netlink protocol, as its constant has it.
#[must_use]
pub fn protocol_name(protocol: u16) -> Option<&'static str> {
    Some(match protocol {
        0 => "NETLINK_ROUTE",
        2 => "NETLINK_USERSOCK",
        4 => "NETLINK_SOCK_DIAG",
        5 => "NETLINK_NFLOG",
        6 => "NETLINK_XFRM",
        7 => "NETLINK_SELINUX",
        8 => "NETLINK_ISCSI",
        9 => "NETLINK_AUDIT",
        10 => "NETLINK_FIB_LOOKUP",
        11 => "NETLINK_CONNECTOR",
        12 => "NETLINK_NETFILTER",
        15 => "NETLINK_KOBJECT_UEVENT",
        16 => "NETLINK_GENERIC",
        18 => "NETLINK_SCSITRANSPORT",
        19 => "NETLINK_ECRYPTFS",
        20 => "NETLINK_RDMA",
        21 => "NETLINK_CRYPTO",
        22 => "NETLINK_SMC",
        _ => return None,
    })
}

/// The number that `bytes` are: up to 8 of them.
pub(super) fn number(bytes: &[u8], order: Order) -> Option<u64> {
    if bytes.len() > 8 {
        return None;
    }
    let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    Some(match order {
        Order::Big => bytes.iter().fold(0, add),
        Order::Little => bytes.iter().rev().fold(0, add),
    })
}

/// The attributes in `bytes`: number and value. Ends where something is wrong.
pub(super) fn each(bytes: &[u8], order: Order) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let len = number(rest.get(..2)?, order)? as usize;
        let kind = number(rest.get(2..4)?, order)? as u16;
        let value = rest.get(4..len)?;
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some((kind & 0x3fff, value))
    })
}
