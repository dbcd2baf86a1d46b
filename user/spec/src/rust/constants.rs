// SPDX-License-Identifier: MIT OR Apache-2.0

//! Constants: those of the spec, and the numbers and names of its operations, attributes
//! and groups.

use super::{
    target::Target,
    text::{constant, doc, doc_or, literal, snake},
};
use crate::model::{AttributeKind, Constant, DefinitionId, DefinitionKind, Spec};
use std::fmt::Write;

pub(super) fn constants(spec: &Spec) -> String {
    own(spec, Target::User) + &numbers(spec) + &groups(spec)
}

/// The family's name and version, and the spec's own constants.
pub(super) fn own(spec: &Spec, target: Target) -> String {
    let visible = target.visible();
    let mut out = String::new();
    let name = text_constant(target, &spec.name);
    let nul = match target {
        Target::Kernel => ", with its NUL as the kernel keeps it",
        Target::User => "",
    };
    out += &doc(0, &format!("The family's name{nul}."));
    let _ = writeln!(out, "{visible} const FAMILY_NAME: {name};");
    out += &doc(0, "The family's version.");
    let version = spec.version;
    let _ = writeln!(out, "{visible} const FAMILY_VERSION: u8 = {version};");
    for (index, definition) in spec.definitions.iter().enumerate() {
        let value = match &definition.kind {
            DefinitionKind::Const(Constant::Integer(value)) => {
                let kind = type_of(spec, DefinitionId(index), *value);
                format!("{kind} = {value}")
            }
            DefinitionKind::Const(Constant::Text(text)) => text_constant(target, text),
            _ => continue,
        };
        // A header's constant has the value that the header defines.
        if definition.header.is_some() {
            continue;
        }
        let otherwise = format!("The constant `{}`.", definition.name);
        out += &doc_or(0, definition.doc.as_ref(), &otherwise);
        let _ = writeln!(
            out,
            "{visible} const {}: {value};",
            constant(&definition.name)
        );
    }
    out
}

/// Returns the type and the value of a text.
fn text_constant(target: Target, text: &str) -> String {
    match target {
        Target::Kernel => format!("&CStr = c{}", literal(text)),
        Target::User => format!("&str = {}", literal(text)),
    }
}

/// Chooses the type of a constant by its uses: one that only bounds lengths is a `usize`.
/// Others are as wide as their value needs, and at least 32 bits.
pub(super) fn type_of(spec: &Spec, id: DefinitionId, value: i128) -> &'static str {
    let (mut length, mut limit) = (false, false);
    let attributes = spec.attribute_sets.iter().flat_map(|set| &set.attributes);
    for attribute in attributes {
        let mut kind = &attribute.kind;
        if let AttributeKind::IndexedArray(element) = kind {
            kind = element;
        }
        match kind {
            AttributeKind::Text { length: bounds, .. }
            | AttributeKind::Binary { length: bounds, .. } => {
                let bounds = [&bounds.min, &bounds.max, &bounds.exact];
                length |= bounds
                    .iter()
                    .any(|b| b.as_ref().and_then(|b| b.constant) == Some(id));
            }
            AttributeKind::Integer(_, limits) => {
                let bounds = [&limits.min, &limits.max];
                limit |= bounds
                    .iter()
                    .any(|b| b.as_ref().and_then(|b| b.constant) == Some(id));
            }
            _ => {}
        }
    }
    if length && !limit {
        return "usize";
    }
    match value {
        0..=0xffff_ffff => "u32",
        -0x8000_0000..0 => "i32",
        0x1_0000_0000.. => "u64",
        _ => "i64",
    }
}

fn numbers(spec: &Spec) -> String {
    let mut out = doc(0, "The operations' numbers.");
    let _ = writeln!(out, "pub mod cmd {{");
    for operation in &spec.operations {
        out += &doc(1, &operation.doc);
        let name = constant(&operation.name);
        // With directional numbers, a message from the kernel may have another number.
        let number = operation.request_number.or(operation.reply_number);
        let number = number.unwrap_or_default();
        let _ = writeln!(out, "    pub const {name}: u8 = {number};");
        if let (Some(request), Some(reply)) = (operation.request_number, operation.reply_number) {
            if request != reply {
                out += &doc(
                    1,
                    &format!("The number of the reply to `{}`.", operation.name),
                );
                let _ = writeln!(out, "    pub const {name}_REPLY: u8 = {reply};");
            }
        }
    }
    out += "}\n";
    for set in &spec.attribute_sets {
        out += &doc(
            0,
            &format!("The numbers of the attributes of the set `{}`.", set.name),
        );
        let _ = writeln!(out, "pub mod {} {{", module(&set.name));
        for attribute in &set.attributes {
            let mut words = format!("``{}``", attribute.type_name);
            if let Some(doc) = &attribute.doc {
                words = format!("{words}: {doc}");
            } else {
                words.push('.');
            }
            out += &doc(1, &words);
            let (name, number) = (constant(&attribute.name), attribute.number);
            let _ = writeln!(out, "    pub const {name}: u16 = {number};");
        }
        out += "}\n";
    }
    out
}

/// Returns the module of an attribute set. The names of the modules of operations, groups
/// and nests are taken, and so is that of the library's module.
pub(super) fn module(set: &str) -> String {
    match snake(set) {
        name if ["args", "cmd", "genl", "group", "nest"].contains(&&*name) => name + "_",
        name => name,
    }
}

fn groups(spec: &Spec) -> String {
    let mut out = doc(0, "The multicast groups' names.");
    let _ = writeln!(out, "pub mod group {{");
    for group in &spec.groups {
        out += &doc(1, &format!("The group `{}`.", group.name));
        let (name, text) = (
            constant(&group.name),
            text_constant(Target::User, &group.name),
        );
        let _ = writeln!(out, "    pub const {name}: {text};");
    }
    out += "}\n";
    out
}
