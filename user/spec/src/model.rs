// SPDX-License-Identifier: MIT OR Apache-2.0

//! The model: a spec with everything resolved.
//!
//! Names that refer to something have become ids, and every attribute and operation has its
//! number. Names that matter to C code alone (`enum-name` and the like) are checked and then left
//! out; the names that C has for attributes, operations and the entries of enums are kept.

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
    /// Generic Netlink, with names in C that the generator would not choose.
    GenetlinkC,
    /// Generic Netlink, with everything that families did before there were specs.
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

/// What a family checks requests against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KernelPolicy {
    /// A policy for each operation, and one for its do and one for its dump.
    #[default]
    Split,
    /// A policy for each operation.
    PerOp,
    /// One policy.
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
    /// Where the name is in the file.
    pub at: Position,
    /// Documentation of the family.
    pub doc: String,
    /// The protocol.
    pub protocol: Protocol,
    /// The version of a Generic Netlink family.
    pub version: u32,
    /// The number of a protocol of Netlink itself.
    pub protonum: Option<i128>,
    /// What requests are checked against.
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
            /// The place in the spec's list.
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
    /// The enum or flag set `id`.
    pub fn enumeration(&self, id: DefinitionId) -> Option<&Enumeration> {
        match &self[id].kind {
            DefinitionKind::Enum(enumeration) => Some(enumeration),
            _ => None,
        }
    }

    /// The struct `id`.
    pub fn structure(&self, id: DefinitionId) -> Option<&Structure> {
        match &self[id].kind {
            DefinitionKind::Struct(structure) => Some(structure),
            _ => None,
        }
    }
}

/// Who sees a definition.
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
    /// The C header that has the definition already.
    pub header: Option<String>,
    /// Who sees it.
    pub scope: Scope,
    /// What it is.
    pub kind: DefinitionKind,
}

/// What is defined.
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
    /// Known to the definition's C header alone.
    InHeader,
}

/// An enum or a flag set.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// Whether this is a flag set, whose entries are the numbers of bits.
    pub flags: bool,
    /// What the constants of the entries begin with in C, if the spec says it.
    pub prefix: Option<String>,
    /// The entries.
    pub entries: Vec<EnumEntry>,
}

impl Enumeration {
    /// All bits of a flag set, or of an enum that is used as one.
    ///
    /// The entries of a spec that was read are bits from 0 to 63 if they are used this way.
    pub fn mask(&self) -> u64 {
        let bits = self.entries.iter().map(|entry| entry.value);
        bits.filter(|bit| (0..64).contains(bit))
            .fold(0, |mask, bit| mask | 1 << bit)
    }

    /// The least and the greatest value, if every value between them is an entry.
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
    /// What it is.
    pub kind: MemberKind,
    /// How to print it.
    pub display_hint: Option<String>,
}

/// What a member of a struct is.
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
