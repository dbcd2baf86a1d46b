// SPDX-License-Identifier: MIT OR Apache-2.0

//! Tables of a spec's attributes and operations, for programs.

use super::text::literal;
use crate::{
    error::Collector,
    model::{Attribute, AttributeKind, AttributeSet, Bound, Call, Permission, SetId, Spec},
    ErrorKind,
};
use std::fmt::Write;

pub(super) fn tables(spec: &Spec, errors: &mut Collector) -> String {
    let mut out =
        "/// All attribute sets.\npub static ATTRIBUTE_SETS: &[AttributeSet] = &[\n".to_owned();
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
        if number.max(operation.reply_number.unwrap_or(0)) > u8::MAX.into() {
            let message = format!("the operation number {number} does not fit into 8 bits");
            errors.push(ErrorKind::Unsupported, operation.at, message);
        }
        let set = operation.attributes;
        let _ = writeln!(
            out,
            "Operation {{ number: {number}, reply: {:?}, name: {}, set: {}, admin: {}, r#do: {}, \
             dump: {} }},",
            operation.reply_number,
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
        "];\n/// The names of all multicast groups.\npub static GROUPS: &[&str] = &[{}];\n\
         /// The family, with these tables.\n\
         pub static FAMILY: Family = Family {{ name: FAMILY_NAME, version: FAMILY_VERSION, attribute_sets: ATTRIBUTE_SETS, \
         operations: OPERATIONS }};",
        groups.join(", ")
    );
    out
}

fn entry(spec: &Spec, attribute: &Attribute, errors: &mut Collector) -> String {
    let (mut min_len, mut max_len) = (None, None);
    let (mut min, mut max) = (None, None);
    let mut kind = &attribute.kind;
    if let AttributeKind::IndexedArray(element) = kind {
        kind = element;
    }
    match kind {
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
        literal(&attribute.table_type()),
        attribute.kind.set().map_or_else(
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
