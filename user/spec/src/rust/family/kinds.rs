// SPDX-License-Identifier: MIT OR Apache-2.0

//! Attributes in the module's Generic Netlink layer, `kmod/genl`: the type with which it
//! reads and puts them, and the policy with which the kernel checks them.
//!
//! Policies follow the kernel's own generator, ynl_gen_c.

use super::super::{
    structs,
    text::{camel, constant},
};
use crate::model::{
    Accepted, Attribute, AttributeKind, Bound, ByteOrder, Content, Integer, IntegerType, Length,
    Limits, Spec,
};

/// The layer's code for an attribute.
pub(super) struct Kind {
    /// The layer's type of attribute.
    pub(super) name: String,
    /// The Rust type of its values, with the lifetime `'a` if they borrow.
    pub(super) value: String,
    /// The expression for the maximum length of its payload, if it is known.
    pub(super) most: Option<String>,
    /// The expression for its policy, or the feature for it that the layer lacks.
    pub(super) policy: Result<String, String>,
}

/// Returns the layer's code for `attribute`, or for the part of it with `kind`. Fails
/// with the feature that the layer lacks.
pub(super) fn kind(
    spec: &Spec,
    attribute: &Attribute,
    kind: &AttributeKind,
) -> Result<Kind, String> {
    match kind {
        AttributeKind::Flag => Ok(Kind {
            name: "Flag".into(),
            value: "()".into(),
            most: Some("0".into()),
            policy: Ok("Policy::flag()".into()),
        }),
        AttributeKind::Integer(integer, limits) => integer_kind(spec, attribute, integer, limits),
        AttributeKind::Text {
            length,
            unterminated: false,
        } => Ok(Kind {
            name: format!("NulString<{}>", least(spec, length)?),
            value: "&'a CStr".into(),
            most: most(spec, length)?.map(|most| format!("{most} + 1")),
            policy: text_policy(spec, length),
        }),
        AttributeKind::Text { length, .. } => Ok(Kind {
            name: format!("Text<{}>", least(spec, length)?),
            value: "&'a [u8]".into(),
            most: most(spec, length)?.map(|most| format!("{most} + 1")),
            policy: text_policy(spec, length)
                .map(|policy| policy.replace("Policy::nul_string", "Policy::string")),
        }),
        AttributeKind::Binary { length, content } => {
            let (name, value) = match content {
                // A struct that the kernel may send in part is returned as bytes.
                Content::Struct(id)
                    if structs::size(spec, *id).is_some() && *length == Length::default() =>
                {
                    let name = camel(&spec[*id].name);
                    (name.clone(), name)
                }
                _ => ("Binary".into(), "&'a [u8]".into()),
            };
            Ok(Kind {
                most: match name == "Binary" {
                    true => most(spec, length)?,
                    false => Some(format!("{name}::SIZE")),
                },
                name,
                value,
                policy: binary_policy(spec, length),
            })
        }
        AttributeKind::Bitfield32(used) => Ok(Kind {
            name: "Bitfield32".into(),
            value: "BitfieldValue".into(),
            most: Some("8".into()),
            policy: match used.and_then(|used| spec.enumeration(used.id)) {
                Some(bits) => u32::try_from(bits.mask())
                    .map(|mask| format!("Policy::bitfield32({mask:#x})"))
                    .map_err(|_| "flags beyond 32 bits".into()),
                None => Err("attributes of the type bitfield32 without an enum".into()),
            },
        }),
        _ => Err(format!("attributes of the type {}", attribute.type_name)),
    }
}

fn integer_kind(
    spec: &Spec,
    attribute: &Attribute,
    integer: &Integer,
    limits: &Limits,
) -> Result<Kind, String> {
    let (plain, value) = (
        format!("{:?}", integer.kind),
        structs::rust_type(integer.kind),
    );
    let order = match (integer.kind, integer.order) {
        (IntegerType::U8 | IntegerType::S8, _) | (_, ByteOrder::Host) => "",
        (IntegerType::Uint | IntegerType::Sint, _) => {
            return Err(format!("{} in this byte order", attribute.type_name));
        }
        (_, ByteOrder::Big) => "Be",
        (_, ByteOrder::Little) => "Le",
    };
    let name = format!("{order}{plain}");
    let policy = match &*name {
        "BeU16" => "be16".into(),
        "BeU32" => "be32".into(),
        _ => plain.to_ascii_lowercase(),
    };
    // Of the other byte orders, the kernel's checks only support u16 and u32 in
    // big-endian.
    let checked = order.is_empty() || policy.starts_with("be");
    let check = match spec.accepted(integer, limits) {
        Accepted::Range(low, high) => range(spec, integer, limits, low, high),
        // The kernel would refuse every value of such an attribute.
        Accepted::Bits(_) if integer.kind.is_signed() => Err("flags with a sign".into()),
        Accepted::Bits(mask) => match u32::try_from(mask) {
            Ok(mask) => Ok(format!(".mask({mask:#x})")),
            Err(_) => Err("flags beyond 32 bits".into()),
        },
        Accepted::Values(_) => {
            let id = integer.values.map(|used| camel(&spec[used.id].name));
            Ok(format!(".one_of::<{name}, {}>()", id.unwrap_or_default()))
        }
    };
    let check = match check {
        Ok(check) if !checked && !check.is_empty() => Err(format!(
            "a check of {} in this byte order",
            attribute.type_name
        )),
        check => check,
    };
    Ok(Kind {
        name,
        value,
        most: Some((integer.kind.bits() / 8).to_string()),
        policy: check.map(|check| format!("Policy::{policy}(){check}")),
    })
}

/// Returns the check of an integer's range: in the policy's signed 16-bit fields, or in a
/// separate range.
fn range(
    spec: &Spec,
    integer: &Integer,
    limits: &Limits,
    low: Option<i128>,
    high: Option<i128>,
) -> Result<String, String> {
    // A constant's value in its C header takes precedence over the one in the spec.
    let of_header = |bound: &Option<Bound>| {
        let id = bound.as_ref().and_then(|bound| bound.constant);
        id.is_some_and(|id| spec[id].header.is_some())
    };
    let known = !of_header(&limits.min) && !of_header(&limits.max);
    let small = i128::from(i16::MIN)..=i128::from(i16::MAX);
    let is_small = |bound: Option<i128>| bound.is_none_or(|bound| known && small.contains(&bound));
    let bound = |bound: &Option<Bound>, value: i128, wanted: &str| match bound {
        Some(bound) => named(spec, bound, value, wanted),
        None => Ok(value.to_string()),
    };
    let bounds = |wanted: &str, low, high| {
        Ok::<_, String>((
            bound(&limits.min, low, wanted)?,
            bound(&limits.max, high, wanted)?,
        ))
    };
    Ok(match (low, high) {
        (None, None) => String::new(),
        _ if is_small(low) && is_small(high) => {
            let (min, max) = bounds("i16", low.unwrap_or(0), high.unwrap_or(0))?;
            match (low, high) {
                (Some(_), Some(_)) => format!(".range({min}, {max})"),
                (Some(_), None) => format!(".min({min})"),
                _ => format!(".max({max})"),
            }
        }
        _ => {
            let (least, most) = integer.kind.range();
            let (low, high) = (low.unwrap_or(least), high.unwrap_or(most));
            match integer.kind.is_signed() {
                false => {
                    let (min, max) = bounds("u64", low, high)?;
                    format!(".full_range(&codegen::Range::new({min}, {max}))")
                }
                true => {
                    let (min, max) = bounds("i64", low, high)?;
                    format!(".full_range_signed(&codegen::SignedRange::new({min}, {max}))")
                }
            }
        }
    })
}

fn text_policy(spec: &Spec, length: &Length) -> Result<String, String> {
    if let Some(exact) = &length.exact {
        let exact = named(spec, exact, value(exact)?, "i16")?;
        return Ok(format!("Policy::binary().range({exact}, {exact})"));
    }
    Ok(match &length.max {
        Some(max) => {
            let max = named(spec, max, value(max)?, "u16")?;
            format!("Policy::nul_string().max_len({max})")
        }
        None => "Policy::nul_string()".into(),
    })
}

fn binary_policy(spec: &Spec, length: &Length) -> Result<String, String> {
    let bound = |bound: &Bound, wanted| named(spec, bound, value(bound)?, wanted);
    Ok(match (&length.exact, &length.min, &length.max) {
        (Some(exact), ..) => {
            let exact = bound(exact, "i16")?;
            format!("Policy::binary().range({exact}, {exact})")
        }
        (None, Some(min), Some(max)) => {
            let (min, max) = (bound(min, "i16")?, bound(max, "i16")?);
            format!("Policy::binary().range({min}, {max})")
        }
        (None, Some(min), None) => format!("Policy::binary().min({})", bound(min, "i16")?),
        (None, None, Some(max)) => format!("Policy::binary().max_len({})", bound(max, "u16")?),
        (None, None, None) => "Policy::binary()".into(),
    })
}

/// Returns the minimum length, as a const argument.
fn least(spec: &Spec, length: &Length) -> Result<String, String> {
    match &length.min {
        Some(min) => Ok(match named(spec, min, value(min)?, "usize")? {
            name if name.chars().all(|c| c.is_ascii_digit()) => name,
            name => format!("{{ {name} }}"),
        }),
        None => Ok("0".into()),
    }
}

/// Returns the maximum length.
fn most(spec: &Spec, length: &Length) -> Result<Option<String>, String> {
    let bound = length.exact.as_ref().or(length.max.as_ref());
    bound
        .map(|bound| named(spec, bound, value(bound)?, "usize"))
        .transpose()
}

fn value(bound: &Bound) -> Result<i128, String> {
    let unknown = || format!("the constant `{}` of a C header", bound.text);
    bound.value.ok_or_else(unknown)
}

/// Returns a bound as a value of the type `wanted`: as the name of its constant, if it
/// has one.
fn named(spec: &Spec, bound: &Bound, value: i128, wanted: &str) -> Result<String, String> {
    let fits = match wanted {
        "i16" => i16::try_from(value).is_ok(),
        "u16" => u16::try_from(value).is_ok(),
        "u64" => u64::try_from(value).is_ok(),
        "i64" => i64::try_from(value).is_ok(),
        _ => usize::try_from(value).is_ok(),
    };
    if !fits {
        return Err(format!("the bound {}", bound.text));
    }
    let Some(id) = bound.constant.filter(|id| spec[*id].name == bound.text) else {
        return Ok(value.to_string());
    };
    let name = constant(&bound.text);
    if spec[id].header.is_some() {
        return Ok(format!("codegen::header::{name} as {wanted}"));
    }
    Ok(match super::super::constants::type_of(spec, id, value) {
        given if given == wanted => name,
        _ => format!("{name} as {wanted}"),
    })
}
