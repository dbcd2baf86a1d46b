// SPDX-License-Identifier: MIT OR Apache-2.0

//! How attributes are read and written with the module's Generic Netlink layer, `kmod/genl`.
//!
//! This file is all that knows which kinds of attribute the layer has.

#![forbid(unsafe_code)]

use super::super::{
    constants::type_of,
    structs::{self, rust_type},
    text::{camel, constant},
};
use crate::model::{
    Accepted, Attribute, AttributeKind, Bound, ByteOrder, Content, DefinitionKind, Integer,
    IntegerType, Length, Limits, SetId, Spec,
};

/// The longest string or bytes that a policy of the layer can ask for.
const BYTES_MAX: i128 = 65_534;

/// The kind with which the layer reads an attribute, as a Rust type.
///
/// Fails with what the layer lacks.
pub(super) fn read(spec: &Spec, attribute: &Attribute) -> Result<String, String> {
    if attribute.multi {
        return Err("attributes that may come several times".into());
    }
    match &attribute.kind {
        AttributeKind::Flag => Ok("genl::Flag".into()),
        AttributeKind::Integer(integer, limits) => {
            read_integer(spec, attribute.type_name, integer, limits)
        }
        AttributeKind::Text {
            length,
            unterminated,
        } => {
            if *unterminated {
                return Err("strings that may lack their NUL".into());
            }
            let (min, max) = bounds(spec, length, "strings without `max-len`")?;
            Ok(format!("genl::NulString<{min}, {max}>"))
        }
        AttributeKind::Binary {
            content: Content::Bytes,
            length,
        } => {
            let (min, max) = bounds(spec, length, "bytes without `max-len` or `exact-len`")?;
            Ok(format!("genl::Bytes<{min}, {max}>"))
        }
        _ => Err(format!("attributes of the type {}", what(attribute))),
    }
}

fn read_integer(
    spec: &Spec,
    type_name: &str,
    integer: &Integer,
    limits: &Limits,
) -> Result<String, String> {
    if integer.order != ByteOrder::Host {
        return Err("integers of another byte order".into());
    }
    let (low, high) = match spec.accepted(integer, limits) {
        Accepted::Range(low, high) => (low, high),
        Accepted::Bits(_) => return Err("flag sets".into()),
        Accepted::Values(_) => return Err("enums whose values have gaps".into()),
    };
    match integer.kind {
        IntegerType::U32 => {
            let (least, most) = integer.kind.range();
            let min = limit(spec, limits.min.as_ref(), low.unwrap_or(least))?;
            let max = limit(spec, limits.max.as_ref(), high.unwrap_or(most))?;
            Ok(format!("genl::U32<{min}, {max}>"))
        }
        IntegerType::Uint | IntegerType::Sint if low.is_some() || high.is_some() => {
            Err("bounds of uint and sint".into())
        }
        IntegerType::Uint => Ok("genl::Uint".into()),
        IntegerType::Sint => Ok("genl::Sint".into()),
        _ => Err(format!("integers of the type {type_name}")),
    }
}

/// The bounds of a length, as constants of the type `usize`.
fn bounds(spec: &Spec, length: &Length, without: &str) -> Result<(String, String), String> {
    let exact = length.exact.as_ref();
    let max = exact.or(length.max.as_ref()).ok_or(without)?;
    let most = known(spec, max)?;
    let (min, least) = match exact.or(length.min.as_ref()) {
        Some(min) => {
            let least = known(spec, min)?;
            (name(spec, min, least, "usize"), least)
        }
        None => ("0".into(), 0),
    };
    // With a least length, the kernel keeps both in 16 bits with a sign.
    let limit = if least > 0 {
        i16::MAX.into()
    } else {
        BYTES_MAX
    };
    if !(1..=limit).contains(&most) || !(0..=most).contains(&least) {
        return Err(format!("lengths from {least} to {most}"));
    }
    Ok((min, name(spec, max, most, "usize")))
}

fn limit(spec: &Spec, bound: Option<&Bound>, otherwise: i128) -> Result<String, String> {
    let Some(bound) = bound else {
        return Ok(match otherwise {
            0xffff_ffff => "{ u32::MAX }".into(),
            value => value.to_string(),
        });
    };
    Ok(name(spec, bound, known(spec, bound)?, "u32"))
}

fn known(spec: &Spec, bound: &Bound) -> Result<i128, String> {
    // A header may give the constant another value than the spec.
    let in_header = bound.constant.is_some_and(|id| spec[id].header.is_some());
    match bound.value {
        Some(value) if !in_header => Ok(value),
        _ => Err(format!("the constant `{}` of a C header", bound.text)),
    }
}

/// The name of the constant that a bound is, if it has the right type, or its value.
fn name(spec: &Spec, bound: &Bound, value: i128, wanted: &str) -> String {
    match bound.constant {
        Some(id) if spec[id].name == bound.text && type_of(spec, id, value) == wanted => {
            format!("{{ super::{} }}", constant(&bound.text))
        }
        _ => value.to_string(),
    }
}

/// How a value is written.
pub(super) struct Written {
    /// Its Rust type.
    pub(super) rust_type: String,
    /// Whether the type has the lifetime `'a`.
    pub(super) borrows: bool,
    /// The expression that puts `value` with the number `number`.
    pub(super) put: String,
    /// The expression for the bytes that `value` takes.
    pub(super) size: String,
    /// The greatest number of bytes, if it is known.
    pub(super) most: Option<u64>,
}

/// The type of a nest.
pub(super) struct Nest {
    /// Its Rust type.
    pub(super) rust_type: String,
    /// Whether the type has the lifetime `'a`.
    pub(super) borrows: bool,
    /// Whether it can hold itself, so that its type needs a reference.
    pub(super) holds_itself: bool,
    /// The most bytes that its attributes take, if it is known.
    pub(super) most: Option<u64>,
}

/// How an attribute's value, or one of its values, is written.
pub(super) fn write(
    spec: &Spec,
    attribute: &Attribute,
    nest: &dyn Fn(SetId) -> Nest,
) -> Result<Written, String> {
    let kind = match &attribute.kind {
        AttributeKind::IndexedArray(element) => element,
        kind => kind,
    };
    Ok(match kind {
        AttributeKind::Flag => Written {
            rust_type: "bool".into(),
            borrows: false,
            put: "attrs.put_bytes(number, &[])".into(),
            size: "genl::size::bytes(0)".into(),
            most: Some(padded(0)),
        },
        AttributeKind::Integer(integer, _) => write_integer(spec, integer),
        AttributeKind::Text { length, .. } => Written {
            rust_type: "&'a kernel::str::CStr".into(),
            borrows: true,
            put: "attrs.put_string(number, value)".into(),
            size: "genl::size::bytes(value.to_bytes_with_nul().len())".into(),
            most: most(spec, length).map(|most| padded(most + 1)),
        },
        AttributeKind::Binary {
            content: Content::Bytes,
            length,
        } => Written {
            rust_type: "&'a [u8]".into(),
            borrows: true,
            put: "attrs.put_bytes(number, value)".into(),
            size: "genl::size::bytes(value.len())".into(),
            most: most(spec, length).map(padded),
        },
        AttributeKind::Binary {
            content: Content::Struct(id),
            ..
        } => Written {
            rust_type: format!("super::{}", camel(&spec[*id].name)),
            borrows: false,
            put: "attrs.put_bytes(number, &value.to_bytes())".into(),
            size: format!("genl::size::bytes(super::{}::SIZE)", camel(&spec[*id].name)),
            most: Some(padded(
                structs::size(spec, *id).ok_or("structs of unknown size")?,
            )),
        },
        AttributeKind::Nest(Some(id)) => {
            let nest = nest(*id);
            // A slice is a reference already.
            let one = !attribute.multi && !matches!(attribute.kind, AttributeKind::IndexedArray(_));
            let reference = if one && nest.holds_itself { "&'a " } else { "" };
            Written {
                rust_type: format!("{reference}{}", nest.rust_type),
                borrows: nest.borrows,
                put: "attrs.nest(number, |attrs| value.put(attrs))".into(),
                size: "genl::size::bytes(value.size())".into(),
                most: nest.most.map(padded),
            }
        }
        _ => return Err(format!("attributes of the type {}", what(attribute))),
    })
}

/// The bytes that an attribute with a payload of `len` bytes takes.
fn padded(len: u64) -> u64 {
    (4 + len).next_multiple_of(4)
}

fn most(spec: &Spec, length: &Length) -> Option<u64> {
    let bound = length.exact.as_ref().or(length.max.as_ref())?;
    known(spec, bound).ok()?.try_into().ok()
}

fn write_integer(spec: &Spec, integer: &Integer) -> Written {
    let raw = rust_type(integer.kind);
    let bytes = match integer.order {
        ByteOrder::Host => "to_ne_bytes",
        ByteOrder::Little => "to_le_bytes",
        ByteOrder::Big => "to_be_bytes",
    };
    let (mut rust_type, mut value) = (raw.to_owned(), "value".to_owned());
    if let Some((name, repr, is_enum)) = value_type(spec, integer) {
        value = match is_enum {
            true => "value.into_raw()".into(),
            false => "value.bits()".into(),
        };
        if repr != raw {
            value = format!("({value} as {raw})");
        }
        rust_type = format!("super::{name}");
    }
    let put = match (integer.kind, integer.order) {
        (IntegerType::Uint, _) => format!("attrs.put_uint(number, {value})"),
        (IntegerType::Sint, _) => format!(
            "match i32::try_from({value}) {{
                Ok(value) => attrs.put_bytes(number, &value.to_ne_bytes()),
                Err(_) => attrs.put_bytes(number, &{value}.to_ne_bytes()),
            }}"
        ),
        (IntegerType::U32, ByteOrder::Host) => format!("attrs.put_u32(number, {value})"),
        _ => format!("attrs.put_bytes(number, &{value}.{bytes}())"),
    };
    let len = u64::from(integer.kind.bits() / 8);
    let size = match integer.kind {
        IntegerType::U32 => "genl::size::U32".into(),
        IntegerType::Uint | IntegerType::Sint => "genl::size::UINT".into(),
        _ => format!("genl::size::bytes({len})"),
    };
    Written {
        rust_type,
        borrows: false,
        put,
        size,
        most: Some(padded(len)),
    }
}

/// The generated type of an integer's values, the type of its raw values, and whether it is an
/// enum. An enum that is used as flags has none.
fn value_type(spec: &Spec, integer: &Integer) -> Option<(String, &'static str, bool)> {
    let used = integer.values?;
    let DefinitionKind::Enum(enumeration) = &spec[used.id].kind else {
        return None;
    };
    if enumeration.entries.is_empty() || enumeration.flags != used.as_flags {
        return None;
    }
    let repr = match enumeration.flags {
        true => super::super::enums::bits(enumeration),
        false => super::super::enums::repr(enumeration),
    };
    Some((camel(&spec[used.id].name), repr, !enumeration.flags))
}

/// The type of an attribute, with what makes it special.
fn what(attribute: &Attribute) -> String {
    let special = match &attribute.kind {
        AttributeKind::Binary {
            content: Content::Struct(_),
            ..
        } => " with a struct",
        AttributeKind::Binary {
            content: Content::Integers(_),
            ..
        } => " with integers",
        AttributeKind::Nest(None) => " without a set",
        AttributeKind::IndexedArray(element) => match **element {
            AttributeKind::Nest(_) => " of nests",
            _ => " of values",
        },
        _ => "",
    };
    format!("{}{special}", attribute.type_name)
}
