// SPDX-License-Identifier: MIT OR Apache-2.0

//! Attributes and their sets.

use super::{DefinitionId, SetId, SubMessageId};
use crate::error::Position;

/// An attribute set.
#[derive(Clone, Debug)]
pub struct AttributeSet {
    /// The name.
    pub name: String,
    /// The place in the file.
    pub at: Position,
    /// Documentation.
    pub doc: Option<String>,
    /// The set that this one is a subset of. Its attributes have the numbers of that set.
    pub subset_of: Option<SetId>,
    /// The attributes, in the order of the file.
    pub attributes: Vec<Attribute>,
}

impl AttributeSet {
    /// Returns the attribute `name`.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The name of its constant in C.
    pub c_name: String,
    /// The place in the file.
    pub at: Position,
    /// The number, unique in its set.
    pub number: u16,
    /// Documentation.
    pub doc: Option<String>,
    /// The type's name in the spec.
    pub type_name: String,
    /// The kind of its contents.
    pub kind: AttributeKind,
    /// Whether a message may have several of it.
    pub multi: bool,
    /// The format in which to print it.
    pub display_hint: Option<String>,
}

impl Attribute {
    /// Returns the type in the form that a program's tables use: its name in the spec,
    /// but `be16` and the like for an integer whose byte order is not the machine's.
    pub fn table_type(&self) -> String {
        let order = match &self.kind {
            AttributeKind::Integer(integer, _) if integer.kind.bits() > 8 => integer.order,
            _ => ByteOrder::Host,
        };
        let bits = || self.type_name.trim_start_matches(['u', 's']);
        match order {
            ByteOrder::Host => self.type_name.clone(),
            ByteOrder::Little => format!("le{}", bits()),
            ByteOrder::Big => format!("be{}", bits()),
        }
    }
}

/// The contents of an attribute.
#[derive(Clone, Debug)]
pub enum AttributeKind {
    /// A number that is not used.
    Unused,
    /// Padding.
    Pad,
    /// A flag, which has no payload: its presence is its value.
    Flag,
    /// An integer.
    Integer(Integer, Limits),
    /// The values of some flags, and a selector for these flags.
    Bitfield32(Option<EnumUse>),
    /// A string.
    Text {
        /// The length without the NUL.
        length: Length,
        /// Whether the NUL may be missing.
        unterminated: bool,
    },
    /// Bytes.
    Binary {
        /// The contents of the bytes.
        content: Content,
        /// Their number.
        length: Length,
    },
    /// Attributes of a set, or of a set that the spec does not name.
    Nest(Option<SetId>),
    /// A nest whose attributes are numbered by position, and all have these contents.
    IndexedArray(Box<AttributeKind>),
    /// Nested nests, whose numbers are the values with these names. The innermost nest
    /// has the set.
    NestTypeValue {
        /// The names.
        values: Vec<String>,
        /// The set.
        set: Option<SetId>,
    },
    /// Attributes whose set depends on the value of another attribute.
    SubMessage {
        /// The sets to choose from.
        message: SubMessageId,
        /// The place of that value.
        selector: Selector,
    },
}

impl AttributeKind {
    /// Returns the set of a nest, or of the nests in an array.
    pub fn set(&self) -> Option<SetId> {
        match self {
            Self::Nest(set) | Self::NestTypeValue { set, .. } => *set,
            Self::IndexedArray(element) => element.set(),
            _ => None,
        }
    }
}

/// The place of the value that chooses a sub-message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// An attribute of the same set.
    Attribute(u16),
    /// An attribute with this name, in a set around this one.
    Outside(String),
}

/// The integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum IntegerType {
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
    /// Unsigned, with 4 or 8 bytes.
    Uint,
    /// Signed, with 4 or 8 bytes.
    Sint,
}

impl IntegerType {
    const NAMES: [(&'static str, Self); 10] = [
        ("u8", Self::U8),
        ("u16", Self::U16),
        ("u32", Self::U32),
        ("u64", Self::U64),
        ("s8", Self::S8),
        ("s16", Self::S16),
        ("s32", Self::S32),
        ("s64", Self::S64),
        ("uint", Self::Uint),
        ("sint", Self::Sint),
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let known = Self::NAMES.into_iter().find(|known| known.0 == name);
        known.map(|known| known.1)
    }

    /// Returns the number of bits of its values.
    pub const fn bits(self) -> u32 {
        match self {
            Self::U8 | Self::S8 => 8,
            Self::U16 | Self::S16 => 16,
            Self::U32 | Self::S32 => 32,
            Self::U64 | Self::S64 | Self::Uint | Self::Sint => 64,
        }
    }

    /// Returns whether its values may be negative.
    pub const fn is_signed(self) -> bool {
        matches!(
            self,
            Self::S8 | Self::S16 | Self::S32 | Self::S64 | Self::Sint
        )
    }

    /// Returns the minimum and the maximum value.
    pub const fn range(self) -> (i128, i128) {
        match self.is_signed() {
            true => (-(1 << (self.bits() - 1)), (1 << (self.bits() - 1)) - 1),
            false => (0, (1 << self.bits()) - 1),
        }
    }
}

/// The order of an integer's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByteOrder {
    /// The byte order of the machine.
    #[default]
    Host,
    /// Little-endian.
    Little,
    /// Big-endian.
    Big,
}

/// An integer on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer {
    /// Its type.
    pub kind: IntegerType,
    /// Its byte order.
    pub order: ByteOrder,
    /// The enum or flag set of its values.
    pub values: Option<EnumUse>,
}

/// An enum or flag set, and how its values are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnumUse {
    /// The enum or flag set.
    pub id: DefinitionId,
    /// Whether values are bit masks. This is always so for a flag set, and for an enum if
    /// an attribute uses it as one.
    pub as_flags: bool,
}

/// The values of an integer that the kernel accepts, by the spec's `checks`. Bounds that
/// follow from an enum are not repeated here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The minimum value.
    pub min: Option<Bound>,
    /// The maximum value.
    pub max: Option<Bound>,
    /// The flag set of the allowed bits.
    pub mask: Option<DefinitionId>,
}

/// The length of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Length {
    /// The minimum number of bytes.
    pub min: Option<Bound>,
    /// The maximum number of bytes.
    pub max: Option<Bound>,
    /// The exact number of bytes.
    pub exact: Option<Bound>,
}

/// A bound: a number, or the name of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The place in the file.
    pub at: Position,
    /// The number. Absent if only a C header defines it.
    pub value: Option<i128>,
    /// The constant, if the spec names one that it defines itself.
    pub constant: Option<DefinitionId>,
    /// The text in the spec.
    pub text: String,
}

/// The contents of an attribute's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes.
    Bytes,
    /// A struct.
    Struct(DefinitionId),
    /// An array of integers.
    Integers(Integer),
}

/// A choice of attribute sets, by a value.
#[derive(Clone, Debug)]
pub struct SubMessage {
    /// The name.
    pub name: String,
    /// The place in the file.
    pub at: Position,
    /// The sets.
    pub formats: Vec<SubMessageFormat>,
}

/// The contents of a sub-message for one value of its selector.
#[derive(Clone, Debug)]
pub struct SubMessageFormat {
    /// The value.
    pub value: String,
    /// The place in the file.
    pub at: Position,
    /// The struct before the attributes.
    pub fixed_header: Option<DefinitionId>,
    /// The attributes.
    pub attributes: Option<SetId>,
}
