// SPDX-License-Identifier: MIT OR Apache-2.0

//! Tables of a spec's attributes and operations, for programs.

#![forbid(unsafe_code)]

use super::text::literal;
use crate::{
    error::Collector,
    model::{Attribute, AttributeKind, AttributeSet, Bound, Call, Permission, SetId, Spec},
    ErrorKind,
};
use std::fmt::Write;

const TYPES: &str = "
/// An attribute, as the spec has it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attribute {
    /// Its number in its set.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    /// Its type, as the spec names it.
    pub kind: &'static str,
    /// The name of the set inside it, if it is a nest.
    pub nested: Option<&'static str>,
    /// The least length, in bytes.
    pub min_len: Option<u32>,
    /// The greatest length, in bytes, of a string without its NUL.
    pub max_len: Option<u32>,
    /// The least value.
    pub min: Option<u64>,
    /// The greatest value.
    pub max: Option<u64>,
}

/// A set of attributes.
#[derive(Debug)]
#[non_exhaustive]
pub struct AttributeSet {
    /// Its name.
    pub name: &'static str,
    /// Its attributes, in the order of their numbers.
    pub attributes: &'static [Attribute],
}

/// An operation, notification or event.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// Its command number.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// The name of its attribute set.
    pub set: &'static str,
    /// Whether it needs `CAP_NET_ADMIN` in the namespace's user namespace.
    pub admin: bool,
    /// The attributes of a do request. `None` if the operation has no do.
    pub r#do: Option<&'static [u16]>,
    /// The attributes of a dump request. `None` if the operation has no dump.
    pub dump: Option<&'static [u16]>,
}

";

pub(super) fn tables(spec: &Spec, errors: &mut Collector) -> String {
    let mut out = TYPES.to_owned();
    out += "/// All attribute sets.\npub static ATTRIBUTE_SETS: &[AttributeSet] = &[\n";
    for set in &spec.attribute_sets {
        let _ = writeln!(
            out,
            "AttributeSet {{ name: {}, attributes: &[",
            literal(&set.name)
        );
        let mut attributes: Vec<_> = set.attributes.iter().collect();
        attributes.sort_by_key(|attribute| attribute.number);
        for attribute in attributes {
            out += &entry(spec, attribute, errors);
        }
        out += "] },\n";
    }
    out += "];\n/// All operations, notifications and events.\n";
    out += "pub static OPERATIONS: &[Operation] = &[\n";
    for operation in &spec.operations {
        let number = operation
            .request_number
            .or(operation.reply_number)
            .unwrap_or_default();
        if number > u8::MAX.into() {
            let message = format!("the operation number {number} does not fit into 8 bits");
            errors.push(ErrorKind::Unsupported, operation.at, message);
        }
        let set = operation.attributes;
        let _ = writeln!(
            out,
            "Operation {{ number: {number}, name: {}, set: {}, admin: {}, r#do: {}, dump: {} }},",
            literal(&operation.name),
            literal(set.map_or("", |id: SetId| &spec[id].name)),
            operation.permission != Permission::Anyone,
            request(spec, set, operation.r#do.as_ref()),
            request(spec, set, operation.dump.as_ref()),
        );
    }
    let groups: Vec<_> = spec
        .groups
        .iter()
        .map(|group| literal(&group.name))
        .collect();
    let _ = writeln!(
        out,
        "];\n/// The names of all multicast groups.\npub static GROUPS: &[&str] = &[{}];",
        groups.join(", ")
    );
    out
}

fn entry(spec: &Spec, attribute: &Attribute, errors: &mut Collector) -> String {
    let (mut nested, mut min_len, mut max_len) = (None, None, None);
    let (mut min, mut max) = (None, None);
    let mut kind = &attribute.kind;
    if let AttributeKind::IndexedArray(element) = kind {
        kind = element;
    }
    match kind {
        AttributeKind::Nest(set) | AttributeKind::NestTypeValue { set, .. } => nested = *set,
        AttributeKind::Text { length, .. } | AttributeKind::Binary { length, .. } => {
            min_len = length.exact.as_ref().or(length.min.as_ref());
            max_len = length.exact.as_ref().or(length.max.as_ref());
        }
        AttributeKind::Integer(_, limits) => {
            min = limits.min.as_ref();
            max = limits.max.as_ref();
        }
        _ => {}
    }
    let mut number = |bound: Option<&Bound>, most: u64| match bound.and_then(|bound| bound.value) {
        None => "None".to_owned(),
        Some(value) if (0..=most.into()).contains(&value) => format!("Some({value})"),
        Some(value) => {
            let at = bound.map_or(attribute.at, |bound| bound.at);
            let message = format!("the table has no room for the bound {value}");
            errors.push(ErrorKind::Unsupported, at, message);
            "None".to_owned()
        }
    };
    format!(
        "Attribute {{ number: {}, name: {}, kind: {}, nested: {}, min_len: {}, max_len: {}, \
         min: {}, max: {} }},\n",
        attribute.number,
        literal(&attribute.name),
        literal(attribute.type_name),
        nested.map_or_else(
            || "None".to_owned(),
            |id| format!("Some({})", literal(&spec[id].name))
        ),
        number(min_len, u32::MAX.into()),
        number(max_len, u32::MAX.into()),
        number(min, u64::MAX),
        number(max, u64::MAX),
    )
}

fn request(spec: &Spec, set: Option<SetId>, call: Option<&Call>) -> String {
    let Some(call) = call else {
        return "None".to_owned();
    };
    let attributes = set.map_or(&[][..], |id: SetId| {
        let set: &AttributeSet = &spec[id];
        &set.attributes
    });
    let places = call.request.iter().flat_map(|request| &request.attributes);
    let numbers: Vec<_> = places
        .map(|place| attributes[*place].number.to_string())
        .collect();
    format!("Some(&[{}])", numbers.join(", "))
}
