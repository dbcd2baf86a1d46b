// SPDX-License-Identifier: MIT OR Apache-2.0

//! Datagrams, before and after decoding.

pub use crate::kernel::Order;

/// The direction of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the kernel.
    ToKernel,
    /// From the kernel.
    FromKernel,
    /// Not known: the flag `NLM_F_REQUEST` decides.
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

/// A datagram to decode.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Datagram<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its original length; more than `bytes` has if a capture truncated it.
    pub whole: usize,
    /// The netlink protocol, such as `NETLINK_GENERIC`.
    pub protocol: u16,
    /// Its direction.
    pub direction: Direction,
    /// Its byte order.
    pub order: Order,
}

impl<'a> Datagram<'a> {
    /// Creates a complete datagram in this machine's byte order.
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

/// A field of a datagram, or a heading above several fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its offset from the start of the datagram, in bytes.
    pub offset: usize,
    /// Its length in bytes. 0 for a heading.
    pub len: usize,
    /// Its nesting depth.
    pub depth: usize,
    /// The field's name.
    pub name: String,
    /// The meaning of its value.
    pub meaning: String,
    /// A description of the fault, if the field is invalid.
    pub bad: Option<String>,
}

impl Field {
    fn begins_message(&self) -> bool {
        self.depth == 0 && self.len == 0
    }
}

/// The role of a message in its conversation.
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
    /// A reply or an event; no earlier datagram tells which.
    Either,
}

/// A summary of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headline {
    /// Its Generic Netlink family: the name, or the number if the name is not known.
    pub family: Option<String>,
    /// Its operation, such as `RTM_NEWLINK`, or the content of one of netlink's own
    /// messages.
    pub operation: String,
    /// Its role in the conversation.
    pub role: Role,
    /// `nlmsg_type`.
    pub kind: u16,
    /// `nlmsg_flags`.
    pub flags: u16,
    /// `nlmsg_seq`, which matches replies to requests.
    pub seq: u32,
    /// `nlmsg_pid`: in messages from the kernel, the requester's port or 0. Requests
    /// often have 0, too.
    pub portid: u32,
}

/// A decoded datagram.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explained {
    /// Its direction: as given, or as its flags show.
    pub direction: Direction,
    /// Its fields in order. Apart from headings, they cover each byte exactly once.
    pub fields: Vec<Field>,
    pub(super) headlines: Vec<Headline>,
}

impl Explained {
    /// The first invalid field.
    #[must_use]
    pub fn bad(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.bad.is_some())
    }

    /// The fields of each message, beginning with its heading. Bytes outside of a message
    /// have no heading.
    pub fn messages(&self) -> impl Iterator<Item = &[Field]> {
        self.fields.chunk_by(|_, next| !next.begins_message())
    }

    /// A summary of each message, with its fields. Bytes outside of a message are left
    /// out.
    pub fn headlines(&self) -> impl Iterator<Item = (&Headline, &[Field])> {
        let begins = |fields: &&[Field]| fields.first().is_some_and(Field::begins_message);
        self.headlines.iter().zip(self.messages().filter(begins))
    }
}

/// The name of the constant for a netlink protocol.
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

/// Reads a number from up to 8 bytes.
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

/// Iterates over the attributes in `bytes`: number and value. Ends at the first invalid
/// one.
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
