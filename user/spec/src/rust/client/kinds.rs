// SPDX-License-Identifier: MIT OR Apache-2.0

//! Attributes as a program sends and receives them.

use super::super::{
    enums,
    structs::{self, rust_type},
    target::Target,
    text::camel,
};
use crate::model::{
    AttributeKind, ByteOrder, Content, DefinitionId, EnumUse, Integer, IntegerType, Length, SetId,
    Spec,
};

/// The Rust code for an attribute. Types have the lifetime `'a` if they borrow;
/// expressions fail with the library's errors.
pub(super) struct Kind {
    /// The type of a value in a request.
    pub(super) given: String,
    /// The expression that puts `value` with the number `NUMBER` through the writer `to`.
    pub(super) put: String,
    /// The type of a value in a reply.
    pub(super) got: String,
    /// The expression that reads it from `attribute`.
    pub(super) read: String,
    /// The set of a nest.
    pub(super) nest: Option<SetId>,
}

impl Kind {
    fn new(given: impl Into<String>, put: &str, got: impl Into<String>, read: &str) -> Self {
        Self {
            given: given.into(),
            put: put.into(),
            got: got.into(),
            read: read.into(),
            nest: None,
        }
    }
}

/// Returns the code for `kind`, in a module in which the path `up` leads to the family's
/// types. Fails with the feature that is not supported.
pub(super) fn kind(spec: &Spec, kind: &AttributeKind, up: &str) -> Result<Kind, &'static str> {
    Ok(match kind {
        AttributeKind::Integer(integer, _) => integer_kind(spec, integer, up),
        AttributeKind::Bitfield32(_) => Kind::new(
            "genl::Bitfield32",
            "to.bytes(NUMBER, &value.to_bytes())",
            "genl::Bitfield32",
            "genl::Bitfield32::read(attribute)",
        ),
        AttributeKind::Text { unterminated, .. } => Kind::new(
            "&'a [u8]",
            "to.string(NUMBER, value)",
            "&'a [u8]",
            match unterminated {
                false => "attribute.string_bytes()",
                true => "Ok(attribute.unterminated())",
            },
        ),
        AttributeKind::Binary { content, length } => match content {
            // A struct that the kernel may send in part is returned as bytes.
            Content::Struct(id)
                if structs::size(spec, *id).is_some() && *length == Length::default() =>
            {
                let name = format!("{up}{}", camel(&spec[*id].name));
                let read = format!("attribute.first().map({name}::from_bytes)");
                let put = "to.bytes(NUMBER, &value.to_bytes())";
                Kind::new(&name, put, &name, &read)
            }
            Content::Integers(integer) => {
                let Kind {
                    given, got, read, ..
                } = integer_kind(spec, integer, up);
                let size = integer.kind.bits() / 8;
                let bytes = raw(spec, integer, "value");
                let to_bytes = format!("{}::to_{}_bytes", rust_type(integer.kind), order(integer));
                let to_bytes = match &*bytes {
                    "value" => to_bytes,
                    bytes => format!("|value| {to_bytes}({bytes})"),
                };
                Kind::new(
                    format!("&'a [{given}]"),
                    &format!("to.packed(NUMBER, value, {to_bytes})"),
                    format!("genl::List<'a, {got}>"),
                    &format!("Ok(genl::List::packed(attribute, {size}, |attribute| {read}))"),
                )
            }
            _ => Kind::new(
                "&'a [u8]",
                "to.bytes(NUMBER, value)",
                "&'a [u8]",
                "Ok(attribute.payload)",
            ),
        },
        AttributeKind::Nest(Some(id)) => {
            let name = camel(&spec[*id].name);
            let lifetime = |got| if borrows(spec, *id, got) { "<'a>" } else { "" };
            let (given, got) = (lifetime(false), lifetime(true));
            Kind {
                nest: Some(*id),
                ..Kind::new(
                    format!("{up}args::{name}{given}"),
                    "to.nest(NUMBER, |to| value.put(to))",
                    format!("genl::Nest<'a, {up}nest::{name}{got}>"),
                    "Ok(genl::Nest::new(attribute))",
                )
            }
        }
        // These are attributes that the program reads and writes itself.
        AttributeKind::Nest(None) | AttributeKind::NestTypeValue { .. } => Kind::new(
            "&'a [u8]",
            "to.nest(NUMBER, |to| to.raw(value))",
            "Attributes<'a>",
            "Ok(attribute.attributes())",
        ),
        AttributeKind::SubMessage { .. } => return Err("sub-messages"),
        _ => return Err("such elements of a list"),
    })
}

/// Returns whether nests of the attributes `id` borrow, in replies or in requests. They
/// do if they contain a nest or a list.
fn borrows(spec: &Spec, id: SetId, got: bool) -> bool {
    let attributes = &spec[id].attributes;
    attributes.iter().any(|attribute| match &attribute.kind {
        AttributeKind::Unused | AttributeKind::Pad => false,
        AttributeKind::Nest(_)
        | AttributeKind::IndexedArray(_)
        | AttributeKind::NestTypeValue { .. } => true,
        _ if attribute.multi => true,
        // An unsupported type is reported when its field is generated.
        other => kind(spec, other, "").is_ok_and(|kind| match got {
            true => kind.got.contains("'a"),
            false => kind.given.contains("'a"),
        }),
    })
}

fn integer_kind(spec: &Spec, integer: &Integer, up: &str) -> Kind {
    let method = match (integer.kind, order(integer)) {
        (IntegerType::U8, _) => "u8",
        (IntegerType::S8, _) => "s8",
        (IntegerType::Uint, _) => "uint",
        (IntegerType::Sint, _) => "sint",
        (kind, "ne") => match kind {
            IntegerType::U16 => "u16",
            IntegerType::U32 => "u32",
            IntegerType::U64 => "u64",
            IntegerType::S16 => "s16",
            IntegerType::S32 => "s32",
            _ => "s64",
        },
        (kind, order) => match (kind.bits(), order) {
            (16, "be") => "be16",
            (32, "be") => "be32",
            (_, "be") => "be64",
            (16, _) => "le16",
            (32, _) => "le32",
            _ => "le64",
        },
    };
    let own = &*rust_type(integer.kind);
    // In another byte order, the library's integers are unsigned.
    let wire = match integer.kind.is_signed() && order(integer) != "ne" && own != "i8" {
        true => format!(" as u{}", integer.kind.bits()),
        false => String::new(),
    };
    let read = match wire.is_empty() {
        true => format!("attribute.{method}()"),
        false => format!("attribute.{method}().map(|value| value as {own})"),
    };
    let put = format!("to.{method}(NUMBER, {}{wire})", raw(spec, integer, "value"));
    let Some((id, flags)) = named(spec, integer.values) else {
        return Kind::new(own, &put, own, &read);
    };
    let name = format!("{up}{}", camel(&spec[id].name));
    match flags {
        true => {
            let bits = enums::bits(spec, id, Target::User);
            let retain = format!("{name}::from_bits_retain");
            let read = match own == bits {
                true => format!("{read}.map({retain})"),
                false => format!("{read}.map(|bits| {retain}(bits as {bits}))"),
            };
            Kind::new(&name, &put, &name, &read)
        }
        false => {
            let read = format!("{read}.map(|value| genl::known(value, {name}::from_raw))");
            Kind::new(
                &name,
                &put,
                format!("core::result::Result<{name}, {own}>"),
                &read,
            )
        }
    }
}

/// Returns the type of an integer's values, if they have one, and whether it is a flag
/// set.
fn named(spec: &Spec, values: Option<EnumUse>) -> Option<(DefinitionId, bool)> {
    let used = values?;
    let enumeration = spec.enumeration(used.id)?;
    // If an enum is used as flags, its values are bits, for which there is no type.
    let has_type = match enumeration.flags {
        true => true,
        false => !used.as_flags && !enumeration.entries.is_empty(),
    };
    has_type.then_some((used.id, enumeration.flags))
}

/// Returns the expression for the integer in the value `value`.
fn raw(spec: &Spec, integer: &Integer, value: &str) -> String {
    let own = &*rust_type(integer.kind);
    let Some((id, flags)) = named(spec, integer.values) else {
        return value.into();
    };
    let (method, of) = match flags {
        true => ("bits", enums::bits(spec, id, Target::User)),
        false => ("into_raw", spec.enumeration(id).map_or("", enums::repr)),
    };
    match of == own {
        true => format!("{value}.{method}()"),
        false => format!("{value}.{method}() as {own}"),
    }
}

/// Returns the byte order of an integer, as the names of Rust's methods abbreviate it.
fn order(integer: &Integer) -> &'static str {
    match integer.order {
        ByteOrder::Host => "ne",
        ByteOrder::Little => "le",
        ByteOrder::Big => "be",
    }
}
