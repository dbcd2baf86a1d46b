// SPDX-License-Identifier: MIT OR Apache-2.0

//! Tables with which a program decodes the messages of one of the kernel's protocols. The
//! macros and types of the tables are in parley-netlink's `kernel`.

use super::text::{constant, literal};
use crate::{
    error::Collector,
    model::{
        Attribute, AttributeKind, AttributeSet, Bound, ByteOrder, Content, Definition,
        DefinitionId, DefinitionKind, Enumeration, Integer, IntegerType, MemberKind, Operation,
        Selector, SetId, Spec, Structure, SubMessageFormat,
    },
    ErrorKind,
};
use std::{collections::HashMap, fmt::Write};

pub(super) fn decoder(spec: &Spec, errors: &mut Collector) -> String {
    let mut out = String::new();
    for definition in &spec.definitions {
        match &definition.kind {
            DefinitionKind::Enum(enumeration) => out += &names(definition, enumeration),
            DefinitionKind::Struct(structure) => {
                out += &record(spec, definition, structure, errors)
            }
            DefinitionKind::Const(_) => {}
        }
    }
    // The numbers that already have a constant: some sets repeat the attributes of
    // another one.
    let mut known = HashMap::new();
    for set in &spec.attribute_sets {
        out += &table(spec, set, &mut known, errors);
    }
    out += &messages(spec);
    out
}

/// Returns the names in an enum or flag set: the C names if the spec has a prefix,
/// otherwise its own.
fn names(definition: &Definition, enumeration: &Enumeration) -> String {
    let mut out = format!("names! {{ {} {{\n", enum_table(definition));
    for entry in &enumeration.entries {
        let value = match enumeration.flags {
            true => format!("{:#x}", 1_u128 << entry.value.clamp(0, 63)),
            // A negative value belongs to an integer of 32 bits.
            false if entry.value < 0 => (entry.value & 0xffff_ffff).to_string(),
            false => entry.value.to_string(),
        };
        let _ = match &enumeration.prefix {
            Some(prefix) => {
                let name = constant(&format!("{prefix}{}", entry.name));
                writeln!(
                    out,
                    "    {name}: {} = {value},",
                    width(enumeration, entry.value)
                )
            }
            None => writeln!(out, "    {value} {},", literal(&entry.name)),
        };
    }
    out + "}}\n\n"
}

/// Returns the type of a constant: most are numbers or flags of attributes, and fit into
/// 16 bits.
fn width(enumeration: &Enumeration, value: i128) -> &'static str {
    match (enumeration.flags, value) {
        (true, 0..16) | (false, 0..=0xffff) => "u16",
        _ => "u64",
    }
}

/// Returns the members of a struct.
fn record(
    spec: &Spec,
    definition: &Definition,
    structure: &Structure,
    errors: &mut Collector,
) -> String {
    let mut out = format!(
        "record! {{ {} {} {{\n",
        struct_table(definition),
        literal(&definition.name.replace('-', "_"))
    );
    let mut at = 0;
    for member in &structure.members {
        let mut len = |bound: &Option<Bound>| {
            let len = bound.as_ref().and_then(|bound| bound.value);
            len.unwrap_or_else(|| {
                let message = format!("the length of the member `{}` is not known", member.name);
                errors.push(ErrorKind::Unsupported, member.at, message);
                0
            })
        };
        let hint = member.display_hint.as_deref();
        let (len, kind) = match &member.kind {
            MemberKind::Integer(integer) => {
                let len = i128::from(integer.kind.bits() / 8);
                (len, number(spec, integer, hint, false))
            }
            MemberKind::Text(bound) => (len(bound), "Text".to_owned()),
            MemberKind::Binary(bound) => (len(bound), bytes(hint).to_owned()),
            MemberKind::Pad(bound) => (len(bound), "Pad".to_owned()),
            MemberKind::Struct(id) => (
                size(spec, *id),
                format!("Fields(&{})", struct_table(&spec[*id])),
            ),
        };
        // Some specs leave out the padding that C adds before an integer.
        if let MemberKind::Integer(_) = member.kind {
            let padding = (len - at % len) % len;
            if padding > 0 {
                let _ = writeln!(out, "    \"pad\" {padding}: Pad,");
                at += padding;
            }
        }
        at += len;
        let name = member.name.replace('-', "_");
        let _ = writeln!(out, "    {} {len}: {kind},", literal(&name));
    }
    out + "}}\n\n"
}

/// Returns the size in bytes of a struct whose members all have a length.
fn size(spec: &Spec, id: DefinitionId) -> i128 {
    let members = spec.structure(id).map_or(&[][..], |known| &known.members);
    let len = |kind: &MemberKind| match kind {
        MemberKind::Integer(integer) => i128::from(integer.kind.bits() / 8),
        MemberKind::Text(bound) | MemberKind::Binary(bound) | MemberKind::Pad(bound) => {
            bound.as_ref().and_then(|bound| bound.value).unwrap_or(0)
        }
        MemberKind::Struct(id) => size(spec, *id),
    };
    members.iter().map(|member| len(&member.kind)).sum()
}

/// Returns the attributes of a set. A number is stated where its constant first appears.
fn table<'s>(
    spec: &'s Spec,
    set: &'s AttributeSet,
    known: &mut HashMap<&'s str, u16>,
    errors: &mut Collector,
) -> String {
    let mut attributes: Vec<_> = set.attributes.iter().collect();
    attributes.sort_by_key(|attribute| attribute.number);
    let again = attributes
        .iter()
        .any(|attribute| known.contains_key(&*attribute.c_name));
    let mut out = format!("set! {{ {} {{\n", set_table(set));
    for attribute in attributes {
        let kind = kind(spec, attribute, &attribute.kind);
        let before = known.insert(&attribute.c_name, attribute.number);
        if before != again.then_some(attribute.number) {
            let elsewhere = match before {
                Some(number) => format!("{number} in another set"),
                None => "missing in other sets".to_owned(),
            };
            let (name, number) = (&attribute.c_name, attribute.number);
            let message = format!("the constant {name} is {number} here, but {elsewhere}");
            errors.push(ErrorKind::Unsupported, attribute.at, message);
        }
        match again {
            true => writeln!(out, "    {}: {kind},", attribute.c_name),
            false => writeln!(
                out,
                "    {} = {}: {kind},",
                attribute.c_name, attribute.number
            ),
        }
        .unwrap_or_default();
    }
    out + "}}\n\n"
}

fn kind(spec: &Spec, attribute: &Attribute, kind: &AttributeKind) -> String {
    let hint = attribute.display_hint.as_deref();
    match kind {
        AttributeKind::Unused => "Unknown".to_owned(),
        AttributeKind::Pad | AttributeKind::Flag => "Bytes".to_owned(),
        AttributeKind::Integer(integer, _) => number(spec, integer, hint, true),
        AttributeKind::Bitfield32(_) => "Fields(&BITFIELD32)".to_owned(),
        AttributeKind::Text { .. } => "Text".to_owned(),
        AttributeKind::Binary { content, .. } => match content {
            Content::Bytes => bytes(hint).to_owned(),
            Content::Struct(id) => format!("Fields(&{})", struct_table(&spec[*id])),
            // An enum names the positions in the array.
            Content::Integers(integer) => {
                let plain = Integer {
                    values: None,
                    ..*integer
                };
                let names = integer.values.map_or("None".to_owned(), |used| {
                    format!("Some({})", enum_table(&spec[used.id]))
                });
                let len = integer.kind.bits() / 8;
                format!(
                    "Numbers({len}, &{}, {names})",
                    number(spec, &plain, hint, true)
                )
            }
        },
        AttributeKind::Nest(set) => nest(spec, *set),
        AttributeKind::IndexedArray(element) => {
            let name = match &**element {
                AttributeKind::Nest(Some(id)) => spec[*id].name.trim_end_matches("-attrs"),
                _ => "element",
            };
            format!(
                "Nest(Each({}, &{}))",
                literal(name),
                self::kind(spec, attribute, element)
            )
        }
        AttributeKind::NestTypeValue { values, set } => {
            let inner = nest(spec, *set);
            values.iter().rev().fold(inner, |inner, name| {
                format!("Nest(Each({}, &{inner}))", literal(name))
            })
        }
        AttributeKind::SubMessage { message, selector } => match selector {
            Selector::Attribute(selector) => {
                let formats: String = spec[*message]
                    .formats
                    .iter()
                    .map(|format| choice(spec, format))
                    .collect();
                format!("Choice({selector}, &[\n{formats}    ])")
            }
            Selector::Outside(_) => "Nest(Guess)".to_owned(),
        },
    }
}

/// Returns the set of an attribute that contains attributes.
fn known(spec: &Spec, set: Option<SetId>) -> String {
    set.map_or("Guess".to_owned(), |id| {
        format!("Known(&{})", set_table(&spec[id]))
    })
}

fn nest(spec: &Spec, set: Option<SetId>) -> String {
    format!("Nest({})", known(spec, set))
}

/// The contents of a sub-message for one value of its selector.
fn choice(spec: &Spec, format: &SubMessageFormat) -> String {
    format!(
        "        ({}, {}, {}),\n",
        literal(&format.value),
        header(spec, format.fixed_header),
        known(spec, format.attributes)
    )
}

fn header(spec: &Spec, id: Option<DefinitionId>) -> String {
    id.map_or("None".to_owned(), |id| {
        format!("Some(&{})", struct_table(&spec[id]))
    })
}

/// Returns the name of an enum's table, which does not collide with those of the
/// constants.
fn enum_table(definition: &Definition) -> String {
    constant(&format!("enum-{}", definition.name))
}

fn struct_table(definition: &Definition) -> String {
    constant(&format!("struct-{}", definition.name))
}

fn set_table(set: &AttributeSet) -> String {
    constant(&format!("set-{}", set.name))
}

/// Returns the kind of an integer. In an attribute it may be an address.
fn number(spec: &Spec, integer: &Integer, hint: Option<&str>, attribute: bool) -> String {
    let len = integer.kind.bits() / 8;
    let kind = match (integer.values, hint, integer.kind) {
        (_, Some("ipv4" | "ipv6" | "ipv4-or-v6"), _) if attribute => return "Address".to_owned(),
        (Some(used), ..) if used.as_flags => {
            format!("Flags({len}, {})", enum_table(&spec[used.id]))
        }
        (Some(used), ..) => format!("Named({len}, {})", enum_table(&spec[used.id])),
        (_, Some("hex"), kind) if !kind.is_signed() => format!("Bits({len})"),
        (_, _, IntegerType::Uint) => "Uint".to_owned(),
        (_, _, IntegerType::Sint) => "Sint".to_owned(),
        (_, _, kind) if kind.is_signed() => format!("Signed({len})"),
        _ => format!("Unsigned({len})"),
    };
    match integer.order {
        _ if len == 1 => kind,
        ByteOrder::Host => kind,
        ByteOrder::Big => format!("In(Big, &{kind})"),
        ByteOrder::Little => format!("In(Little, &{kind})"),
    }
}

fn bytes(hint: Option<&str>) -> &'static str {
    match hint {
        Some("mac") => "Hardware",
        Some("ipv4" | "ipv6" | "ipv4-or-v6") => "Address",
        _ => "Bytes",
    }
}

/// Returns the messages with numbers of their own, in numerical order.
fn messages(spec: &Spec) -> String {
    let mut known: Vec<(u32, &Operation)> = Vec::new();
    let requests = (spec.operations.iter()).filter_map(|op| Some((op.request_number?, op)));
    let events = (spec.operations.iter()).filter_map(|op| Some((op.reply_number?, op)));
    for (number, operation) in requests.chain(events.filter(|(_, op)| !op.is_call())) {
        if known.iter().all(|(known, _)| *known != number) {
            known.push((number, operation));
        }
    }
    known.sort_by_key(|(number, _)| *number);
    let mut out = "messages! {\n".to_owned();
    for (number, operation) in known {
        let _ = writeln!(
            out,
            "    {} = {number}: {}, {};",
            operation.c_name,
            header(spec, operation.fixed_header),
            self::known(spec, operation.attributes)
        );
    }
    out + "}\n"
}
