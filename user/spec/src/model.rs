// SPDX-License-Identifier: MIT OR Apache-2.0

//! The model: a spec with everything resolved.
//!
//! Names that refer to something have become ids, and every attribute and operation has
//! its number. Names that matter only to C code (`enum-name` and the like) are checked
//! and then dropped. The C names of attributes, operations and the entries of enums are
//! kept.

use crate::error::Position;

mod accepted;
mod attribute;
mod operation;

pub use accepted::Accepted;
pub use attribute::{
    Attribute, AttributeKind, AttributeSet, Bound, ByteOrder, Content, EnumUse, Integer,
    IntegerType, Length, Limits, Selector, SubMessage, SubMessageFormat,
};
pub use operation::{
    Call, EnumModel, Event, EventSource, Group, Hooks, Message, Operation, Permission, Validation,
};

/// The protocol of a spec, which is also the name of its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Generic Netlink, as new families use it.
    Genetlink,
    /// Generic Netlink, with C names that the generator would not choose.
    GenetlinkC,
    /// Generic Netlink, with all features that families used before there were specs.
    GenetlinkLegacy,
    /// Netlink itself.
    NetlinkRaw,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Self; 4] = [
        Self::Genetlink,
        Self::GenetlinkC,
        Self::GenetlinkLegacy,
        Self::NetlinkRaw,
    ];

    /// The protocol's name in a spec.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Genetlink => "genetlink",
            Self::GenetlinkC => "genetlink-c",
            Self::GenetlinkLegacy => "genetlink-legacy",
            Self::NetlinkRaw => "netlink-raw",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.name() == name)
    }
}

/// The policies with which a family validates requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KernelPolicy {
    /// Two policies for each operation: one for its do and one for its dump.
    #[default]
    Split,
    /// A policy for each operation.
    PerOp,
    /// One policy for all operations.
    Global,
}

/// A spec.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The file that the spec was read from.
    pub file: String,
    /// The licence in the file's first line.
    pub license: String,
    /// The family's name.
    pub name: String,
    /// The place of the name in the file.
    pub at: Position,
    /// Documentation of the family.
    pub doc: String,
    /// The protocol.
    pub protocol: Protocol,
    /// The version of a Generic Netlink family.
    pub version: u32,
    /// The number of a protocol of Netlink itself.
    pub protonum: Option<i128>,
    /// The policies that validate requests.
    pub kernel_policy: KernelPolicy,
    /// Constants, enums, flag sets and structs.
    pub definitions: Vec<Definition>,
    /// The attribute sets.
    pub attribute_sets: Vec<AttributeSet>,
    /// The sub-messages.
    pub sub_messages: Vec<SubMessage>,
    /// How operations are numbered.
    pub enum_model: EnumModel,
    /// Operations, notifications and events, in the order of the file.
    pub operations: Vec<Operation>,
    /// The multicast groups.
    pub groups: Vec<Group>,
    /// The C type of the state that the family keeps for each socket.
    pub socket_state: Option<String>,
}

macro_rules! ids {
    ($($(#[$meta:meta])* $id:ident: $field:ident -> $item:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub(crate) usize);

        impl std::ops::Index<$id> for Spec {
            type Output = $item;

            fn index(&self, id: $id) -> &$item {
                &self.$field[id.0]
            }
        }

        impl $id {
            /// Returns the index in the spec's list.
            pub fn index(self) -> usize {
                self.0
            }
        }
    )*};
}

ids! {
    /// Names a definition; `spec[id]` is the definition.
    DefinitionId: definitions -> Definition;
    /// Names an attribute set; `spec[id]` is the set.
    SetId: attribute_sets -> AttributeSet;
    /// Names a sub-message; `spec[id]` is the sub-message.
    SubMessageId: sub_messages -> SubMessage;
    /// Names an operation; `spec[id]` is the operation.
    OperationId: operations -> Operation;
    /// Names a multicast group; `spec[id]` is the group.
    GroupId: groups -> Group;
}

impl Spec {
    /// Returns the enum or flag set `id`.
    pub fn enumeration(&self, id: DefinitionId) -> Option<&Enumeration> {
        match &self[id].kind {
            DefinitionKind::Enum(enumeration) => Some(enumeration),
            _ => None,
        }
    }

    /// Returns the struct `id`.
    pub fn structure(&self, id: DefinitionId) -> Option<&Structure> {
        match &self[id].kind {
            DefinitionKind::Struct(structure) => Some(structure),
            _ => None,
        }
    }
}

/// The visibility of a definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// User space and the kernel.
    #[default]
    Uapi,
    /// The kernel.
    Kernel,
    /// User space.
    User,
}

/// A constant, enum, flag set or struct.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name.
    pub name: String,
    /// The place in the file.
    pub at: Position,
    /// Documentation.
    pub doc: Option<String>,
    /// The C header that already has the definition.
    pub header: Option<String>,
    /// Its visibility.
    pub scope: Scope,
    /// Its kind and contents.
    pub kind: DefinitionKind,
}

/// The kind and the contents of a definition.
#[derive(Clone, Debug)]
pub enum DefinitionKind {
    /// A constant.
    Const(Constant),
    /// An enum or flag set.
    Enum(Enumeration),
    /// A struct.
    Struct(Structure),
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    /// An integer.
    Integer(i128),
    /// A text.
    Text(String),
    /// Only the definition's C header has the value.
    InHeader,
}

/// An enum or a flag set.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// Whether this is a flag set, whose entries are the numbers of bits.
    pub flags: bool,
    /// The prefix of the entries' C constants, if the spec states it.
    pub prefix: Option<String>,
    /// The entries.
    pub entries: Vec<EnumEntry>,
}

impl Enumeration {
    /// Returns all bits of a flag set, or of an enum that is used as one.
    ///
    /// If entries are used this way, the reader has checked that they are bits from 0 to
    /// 63.
    pub fn mask(&self) -> u64 {
        let bits = self.entries.iter().map(|entry| entry.value);
        bits.filter(|bit| (0..64).contains(bit))
            .fold(0, |mask, bit| mask | (1 << bit))
    }

    /// Returns the minimum and the maximum value, if every value between them is an
    /// entry.
    pub fn range(&self) -> Option<(i128, i128)> {
        let values = || self.entries.iter().map(|entry| entry.value);
        let (low, high) = (values().min()?, values().max()?);
        (high - low + 1 == self.entries.len() as i128).then_some((low, high))
    }
}

/// An entry of an enum or a flag set.
#[derive(Clone, Debug)]
pub struct EnumEntry {
    /// The name.
    pub name: String,
    /// The place in the file.
    pub at: Position,
    /// Documentation.
    pub doc: Option<String>,
    /// The value; in a flag set, the number of the bit.
    pub value: i128,
}

/// A struct.
#[derive(Clone, Debug)]
pub struct Structure {
    /// The members, in order.
    pub members: Vec<Member>,
}

/// A member of a struct.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The place in the file.
    pub at: Position,
    /// Documentation.
    pub doc: Option<String>,
    /// Its type.
    pub kind: MemberKind,
    /// The format in which to print it.
    pub display_hint: Option<String>,
}

/// The type of a struct's member.
#[derive(Clone, Debug)]
pub enum MemberKind {
    /// An integer.
    Integer(Integer),
    /// A string in an array of this length. Without one, the length is unknown.
    Text(Option<Bound>),
    /// Bytes.
    Binary(Option<Bound>),
    /// Padding.
    Pad(Option<Bound>),
    /// A struct.
    Struct(DefinitionId),
}
