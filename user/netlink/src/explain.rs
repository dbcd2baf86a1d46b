// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink taken apart: what each byte of a datagram is and means, to the last
//! byte of padding.
//!
//! Knows netlink's own messages, Generic Netlink with its controller, rtnetlink and
//! nf_tables, and the families whose specs it is [given](Context::add_spec); of other
//! families what an attribute's length, number and flags tell. Bytes that are not what they should be are
//! pointed at, and what follows is explained as far as it goes. Nothing here asks
//! the kernel; [`Context`] learns from what passes.
//!
//! ```
//! use parley_netlink::explain::{render, Context, Datagram, Direction};
//! use parley_netlink::genl::message;
//!
//! // CTRL_CMD_GETFAMILY, as any program asks for a family.
//! let mut request = Vec::new();
//! message::write(&mut request, 16, (3, 2), 0, 7, |w| w.string(2, "parley"))?;
//!
//! const GENERIC: u16 = 16;
//! let datagram = Datagram::new(&request, GENERIC, Direction::ToKernel);
//! let explained = Context::new().explain(datagram);
//! assert!(explained.bad().is_none());
//! // Every byte belongs to one field.
//! let bytes: usize = explained.fields.iter().map(|field| field.len).sum();
//! assert_eq!(bytes, request.len());
//!
//! let text = render::text(&explained, &request, render::Style::default());
//! assert!(text.contains("CTRL_ATTR_FAMILY_NAME"));
//! # Ok::<(), parley_netlink::Error>(())
//! ```

mod attributes;
pub mod capture;
mod flags;
mod message;
pub mod render;
pub mod steps;
mod tables;
#[cfg(test)]
mod tests;
mod value;
mod walk;

use crate::genl::spec::Family;
use crate::netlink::message::HEADER;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use value::Set;

/// Which byte order the numbers of a datagram have: that of the machine on which
/// it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The lowest byte first.
    Little,
    /// The highest byte first.
    Big,
}

impl Order {
    /// This machine's.
    pub const NATIVE: Self = if cfg!(target_endian = "little") {
        Self::Little
    } else {
        Self::Big
    };
}

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
    /// Its name, as in the JSON of `parley explain`.
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

/// A datagram taken apart.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explained {
    /// Where it goes; as it was given, or as its flags tell.
    pub direction: Direction,
    /// Its fields in order. Those that are no headings cover each byte once.
    pub fields: Vec<Field>,
}

/// Where an attribute is, and which it is.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// In bytes from the start of its message.
    offset: usize,
    /// The set that it is of, and its number in that.
    set: Set,
    number: u16,
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
        let heading = |field: &Field| field.depth == 0 && field.len == 0;
        self.fields.chunk_by(move |_, next| !heading(next))
    }
}

/// A family, as the controller told of it.
#[derive(Clone, Debug)]
struct Known {
    name: String,
    header_len: usize,
}

/// A request that has passed.
#[derive(Debug)]
struct Request {
    protocol: u16,
    header: [u8; HEADER],
    seq: u32,
    /// The first four bytes behind it.
    first: Vec<u8>,
    set: Set,
    /// Its attributes, in their order. Errors that point at them share them.
    places: Arc<Vec<Place>>,
}

/// How many requests are remembered.
const REQUESTS_MAX: usize = 256;
/// Of how many attributes, in all of them.
const PLACES_MAX: usize = 1 << 17;
/// How many families.
const FAMILIES_MAX: usize = 1024;

/// What was learnt from the datagrams so far: the families' names, from what the
/// controller tells, and the requests, so that an error can name the attribute of
/// the request that it points at.
#[derive(Debug, Default)]
pub struct Context {
    specs: Vec<&'static Family>,
    families: BTreeMap<u16, Known>,
    requests: VecDeque<Request>,
    /// The attributes of all these.
    places: usize,
}

impl Context {
    /// A context that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes messages of `family`, whatever number it has, by its spec.
    pub fn add_spec(&mut self, family: &'static Family) {
        self.specs.push(family);
    }

    /// Says that the Generic Netlink family `name` has the number `id`.
    pub fn name_family(&mut self, id: u16, name: &str) {
        self.learn_family(id, name.to_owned(), 0);
    }

    /// Takes a datagram apart, and learns from it.
    pub fn explain(&mut self, datagram: Datagram<'_>) -> Explained {
        message::datagram(self, datagram)
    }

    fn learn_family(&mut self, id: u16, name: String, header_len: usize) {
        if self.families.len() < FAMILIES_MAX || self.families.contains_key(&id) {
            self.families.insert(id, Known { name, header_len });
        }
    }

    fn learn_request(&mut self, request: Request) {
        self.places = self.places.saturating_add(request.places.len());
        self.requests.push_back(request);
        while self.requests.len() > REQUESTS_MAX || self.places > PLACES_MAX {
            let Some(oldest) = self.requests.pop_front() else {
                break;
            };
            self.places = self.places.saturating_sub(oldest.places.len());
        }
    }

    /// The last request with this header.
    fn request(&self, protocol: u16, header: &[u8]) -> Option<&Request> {
        let same = |known: &&Request| known.protocol == protocol && known.header == header;
        self.requests.iter().rev().find(same)
    }

    /// The last request with this sequence number.
    fn request_by_seq(&self, protocol: u16, seq: u32) -> Option<&Request> {
        let same = |known: &&Request| known.protocol == protocol && known.seq == seq;
        self.requests.iter().rev().find(same)
    }

    /// Whether a request with this sequence number has passed.
    fn asked(&self, protocol: u16, seq: u32) -> bool {
        self.request_by_seq(protocol, seq).is_some()
    }

    /// The spec of the family with this name.
    fn spec(&self, name: &str) -> Option<&'static Family> {
        self.specs.iter().copied().find(|spec| spec.name == name)
    }

    fn family(&self, id: u16) -> Option<&str> {
        if id == tables::generic::CONTROLLER {
            return Some("nlctrl");
        }
        self.families.get(&id).map(|known| known.name.as_str())
    }
}

/// Returns the name of a command of the controller's, as the program shows it.
#[doc(hidden)]
#[must_use]
pub fn controller_command(cmd: u8) -> Option<&'static str> {
    tables::generic::controller_command(cmd)
}

/// Returns the name of an attribute of the controller's, as the program shows it.
#[doc(hidden)]
#[must_use]
pub fn controller_attribute(number: u16) -> Option<&'static str> {
    tables::generic::controller_attribute(number)
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
