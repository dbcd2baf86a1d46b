// SPDX-License-Identifier: MIT OR Apache-2.0

//! The checks of an attribute, in the words and keys of `parley family`.

use crate::output::json::Object;
use parley_spec::model::{AttributeKind, Bound, Length, Limits, Spec};
use serde_json::Value;

/// Returns the checks in words that follow the type. The values that an enum allows are
/// not repeated.
pub(super) fn words(spec: &Spec, kind: &AttributeKind) -> String {
    let words = match kind {
        AttributeKind::Integer(integer, limits) => {
            let (least, most) = integer.kind.range();
            let bound =
                |bound: &Option<Bound>, whole: i128| bound.as_ref().map_or(whole.to_string(), text);
            match limits {
                Limits { mask: Some(id), .. } => format!("bits of {}", spec[*id].name),
                Limits {
                    min: None,
                    max: None,
                    ..
                } => String::new(),
                Limits { min, max, .. } => {
                    format!("{} to {}", bound(min, least), bound(max, most))
                }
            }
        }
        AttributeKind::Text { length, .. } | AttributeKind::Binary { length, .. } => match length {
            Length {
                exact: Some(exact), ..
            } => format!("{} bytes", text(exact)),
            Length {
                min: Some(min),
                max: Some(max),
                ..
            } => format!("{} to {} bytes", text(min), text(max)),
            Length { min: Some(min), .. } => format!("at least {} bytes", text(min)),
            Length { max: Some(max), .. } => format!("at most {} bytes", text(max)),
            _ => String::new(),
        },
        AttributeKind::IndexedArray(element) => return self::words(spec, element),
        _ => String::new(),
    };
    match words.is_empty() {
        true => words,
        false => format!(", {words}"),
    }
}

/// Returns the checks as an object.
pub(super) fn object(spec: &Spec, kind: &AttributeKind) -> Object {
    let value = |bound: &Option<Bound>| bound.as_ref().map(value);
    let object = Object::new();
    match kind {
        AttributeKind::Integer(_, limits) => object
            .maybe("min", value(&limits.min))
            .maybe("max", value(&limits.max))
            .maybe("mask", limits.mask.map(|id| &*spec[id].name)),
        AttributeKind::Text { length, .. } | AttributeKind::Binary { length, .. } => object
            .maybe("min_len", value(&length.min).or(value(&length.exact)))
            .maybe("max_len", value(&length.max).or(value(&length.exact))),
        AttributeKind::IndexedArray(element) => self::object(spec, element),
        _ => object,
    }
}

/// The number, or the constant of a C header.
fn text(bound: &Bound) -> String {
    let number = bound.value.map(|number| number.to_string());
    number.unwrap_or_else(|| bound.text.clone())
}

fn value(bound: &Bound) -> Value {
    let number = bound.value.and_then(|number| {
        let negative = i64::try_from(number).map(Value::from);
        negative.or(u64::try_from(number).map(Value::from)).ok()
    });
    number.unwrap_or_else(|| bound.text.clone().into())
}
