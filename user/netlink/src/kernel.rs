// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel's tables: the attributes of rtnetlink, nf_tables and the controller, their
//! names and kinds, and the structs, enums and flags in them.
//!
//! `scripts/build/spec` generates the tables from the kernel's specs, which the files in
//! `spec/kernel` correct and complete. This file defines their types. Each attribute,
//! flag and value of an enum also has a constant in [`numbers`].

use crate::genl::spec::{AttributeSet, Family};

/// The byte order of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Little-endian.
    Little,
    /// Big-endian.
    Big,
}

impl Order {
    /// The byte order of this machine.
    pub const NATIVE: Self = if cfg!(target_endian = "little") {
        Self::Little
    } else {
        Self::Big
    };
}

/// The kind of an attribute or of a member of a struct.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// An unsigned number of this many bytes.
    Unsigned(usize),
    /// A signed number of this many bytes.
    Signed(usize),
    /// A number of this many bytes that is shown in hexadecimal.
    Bits(usize),
    /// A number of this many bytes whose values have names.
    Named(usize, &'static [Name]),
    /// A number of this many bytes whose bits have names.
    Flags(usize, &'static [Name]),
    /// A number in this byte order.
    In(Order, &'static Kind),
    /// Unsigned, of 4 or 8 bytes.
    Uint,
    /// Signed, of 4 or 8 bytes.
    Sint,
    /// Nanoseconds, of 4 or 8 bytes.
    Nanoseconds,
    /// Milliseconds, of 4 bytes.
    Milliseconds,
    /// Text with a NUL.
    Text,
    /// Bytes.
    Bytes,
    /// Padding of a struct.
    Pad,
    /// An IP address, of 4 or 16 bytes.
    Address,
    /// A link layer's address.
    Hardware,
    /// The offset of an attribute in the request.
    RequestOffset,
    /// A struct.
    Fields(&'static Record),
    /// Consecutive structs.
    Array(&'static Record),
    /// Consecutive numbers of this many bytes. The names are those of their positions.
    Numbers(usize, &'static Kind, Option<&'static [Name]>),
    /// The next hops of a route, each with attributes like those of the route.
    NextHops,
    /// An address family and an address of it.
    Via,
    /// Attributes.
    Nest(Set),
    /// Attributes whose set depends on the value of another attribute in the same nest,
    /// which has this number.
    Choice(u16, &'static [Format]),
    /// An unknown kind.
    Unknown,
}

/// A set of attributes that may occur together.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Set {
    /// An unknown set.
    Guess,
    /// The attributes of this table.
    Known(&'static Table),
    /// These attributes, and those attributes of the table that have other numbers.
    Over(&'static [Entry], &'static Table),
    /// A set of this family's spec.
    Spec(&'static Family, &'static AttributeSet),
    /// Any number of nests, each with attributes of a set of this family's spec.
    Elements(&'static Family, &'static AttributeSet),
    /// Any number of attributes of this name and kind.
    Each(&'static str, &'static Kind),
}

/// An attribute's number, name and kind.
pub(crate) type Entry = (u16, &'static str, Kind);

/// A set of attributes.
#[derive(Debug)]
pub(crate) struct Table(pub(crate) &'static [Entry]);

/// A value of an enum, or a bit, and its name.
pub(crate) type Name = (u64, &'static str);

/// Returns the name of a value.
pub(crate) fn name_of(names: &'static [Name], value: u64) -> Option<&'static str> {
    let known = names.iter().find(|known| known.0 == value);
    known.map(|known| known.1)
}

/// The attributes for one value of a selector, and the struct before these attributes.
pub(crate) type Format = (&'static str, Option<&'static Record>, Set);

/// A struct.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) name: &'static str,
    /// The name, length and kind of each member.
    pub(crate) members: &'static [Member],
}

pub(crate) type Member = (&'static str, usize, Kind);

impl Record {
    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.members.iter().map(|member| member.1).sum()
    }
}

/// A message: its number, its name, the struct that it begins with, and its attributes.
pub(crate) type Message = (u16, &'static str, Option<&'static Record>, Set);

/// Returns the message with this number.
pub(crate) fn message(messages: &'static [Message], number: u16) -> Option<&'static Message> {
    messages.iter().find(|message| message.0 == number)
}

/// A set of attributes: a constant for each number, and the table. A set without numbers
/// contains attributes of earlier sets.
macro_rules! set {
    ($table:ident { $($name:ident = $number:literal: $kind:expr,)+ }) => {
        $(pub(crate) const $name: u16 = $number;)+
        set! { $table { $($name: $kind,)+ } }
    };
    ($table:ident { $($name:ident: $kind:expr,)* }) => {
        pub(crate) static $table: crate::kernel::Table =
            crate::kernel::Table(&[$(($name, stringify!($name), $kind)),*]);
    };
}

/// An enum or flag set: a constant for each value, and the names.
macro_rules! names {
    ($names:ident { $($name:ident: $type:ident = $value:literal,)* }) => {
        $(pub(crate) const $name: $type = $value;)*
        pub(crate) const $names: &[crate::kernel::Name] =
            &[$(($name as u64, stringify!($name))),*];
    };
    ($names:ident { $($value:literal $name:literal,)* }) => {
        pub(crate) const $names: &[crate::kernel::Name] = &[$(($value, $name)),*];
    };
}

/// A struct.
macro_rules! record {
    ($record:ident $name:literal { $($member:literal $len:literal: $kind:expr,)* }) => {
        pub(crate) static $record: crate::kernel::Record = crate::kernel::Record {
            name: $name,
            members: &[$(($member, $len, $kind)),*],
        };
    };
}

/// The messages, and a constant for the number of each.
macro_rules! messages {
    ($($name:ident = $number:literal: $header:expr, $set:expr;)*) => {
        $(pub(crate) const $name: u16 = $number;)*
        pub(crate) static MESSAGES: &[crate::kernel::Message] =
            &[$(($name, stringify!($name), $header, $set)),*];
    };
}

record! { BITFIELD32 "nla_bitfield32" {
    "value" 4: Kind::Bits(4),
    "selector" 4: Kind::Bits(4),
}}

// The tables are complete, although the library does not use all of them.
#[allow(dead_code)]
pub(crate) mod nftables;
#[allow(dead_code)]
pub(crate) mod nlctrl;
#[allow(dead_code)]
pub(crate) mod rtnetlink;

/// The constants of all tables.
pub(crate) mod numbers {
    pub(crate) use super::nftables::*;
    pub(crate) use super::rtnetlink::*;
}
