// SPDX-License-Identifier: MIT OR Apache-2.0

//! What a spec says of its family and operations.

use super::json::{self, Object};
use super::text;
use anyhow::Result;
use parley_netlink::explain::render::wrap;
use parley_spec::model::{
    Attribute, AttributeKind, Content, EventSource, Integer, Member, MemberKind, Message,
    Operation, SetId, Spec,
};
use serde_json::Value;
use std::io::Write;

/// How deep nests are described; deeper ones only have their names.
const DEPTH_MAX: usize = 6;

const WIDTH: usize = 80;

/// Lists the operations, notifications and events.
pub(crate) fn list(out: &mut dyn Write, spec: &Spec, json: bool) -> Result<()> {
    if json {
        let objects = spec.operations.iter().map(|operation| {
            Value::from(
                Object::new()
                    .with("name", &*operation.name)
                    .with("modes", json::strings(&modes(operation)))
                    .with("doc", flowing(&operation.doc)),
            )
        });
        return Ok(json::write(out, objects.collect::<Value>())?);
    }
    let names = spec.operations.iter().map(|operation| operation.name.len());
    let width = names.max().unwrap_or(0);
    for operation in &spec.operations {
        let modes = modes(operation).join(", ");
        let room = WIDTH.saturating_sub(width).saturating_sub(12);
        let doc = wrap(&flowing(&operation.doc), room.max(20));
        let doc = doc.first().map_or("", String::as_str);
        let line = format!("{:<width$}  {modes:<8}  {doc}", operation.name);
        writeln!(out, "{}", text::safe(line.trim_end()))?;
    }
    Ok(())
}

/// Describes the family.
pub(crate) fn family(out: &mut dyn Write, spec: &Spec, json: bool) -> Result<()> {
    if json {
        let object = Object::new()
            .with("name", &*spec.name)
            .with("protocol", spec.protocol.name())
            .with("doc", flowing(&spec.doc));
        return Ok(json::write(out, object)?);
    }
    writeln!(out, "{} ({})", spec.name, spec.protocol.name())?;
    paragraph(out, Some(&spec.doc), 0)?;
    writeln!(out)?;
    list(out, spec, false)
}

/// Describes an operation.
pub(crate) fn operation(
    out: &mut dyn Write,
    spec: &Spec,
    operation: &Operation,
    json: bool,
) -> Result<()> {
    let parts = parts(spec, operation);
    if json {
        let object = Object::new()
            .with("name", &*operation.name)
            .with("modes", json::strings(&modes(operation)))
            .with("doc", flowing(&operation.doc));
        let with = |object: Object, (name, message): (&str, &Message)| {
            let known = attributes(spec, operation.attributes, message);
            let objects = known.map(|attribute| object_of(spec, attribute, 0));
            object.with(name, objects.collect::<Value>())
        };
        return Ok(json::write(out, parts.into_iter().fold(object, with))?);
    }
    writeln!(out, "{}: {}", operation.name, modes(operation).join(", "))?;
    paragraph(out, Some(&operation.doc), 0)?;
    if let Some(id) = operation.fixed_header {
        writeln!(out, "\nheader, before the attributes")?;
        let members = spec.structure(id).map(|known| &known.members[..]);
        for member in members.unwrap_or_default() {
            writeln!(out, "  {:<20}  {}", member.name, member_type(spec, member))?;
        }
    }
    for (name, message) in parts {
        writeln!(out, "\n{name}")?;
        for attribute in attributes(spec, operation.attributes, message) {
            describe(out, spec, attribute, 1)?;
        }
    }
    Ok(())
}

/// What an operation is for: do, dump, notify or event.
fn modes(operation: &Operation) -> Vec<&'static str> {
    let source = operation.event.as_ref().map(|event| &event.source);
    [
        (operation.r#do.is_some(), "do"),
        (operation.dump.is_some(), "dump"),
        (matches!(source, Some(EventSource::Notify(_))), "notify"),
        (matches!(source, Some(EventSource::Own(_))), "event"),
    ]
    .iter()
    .filter(|(is_one, _)| *is_one)
    .map(|(_, name)| *name)
    .collect()
}

/// The messages of an operation that have attributes.
fn parts<'s>(spec: &'s Spec, operation: &'s Operation) -> Vec<(&'static str, &'s Message)> {
    let mut parts = Vec::new();
    let names = [("do request", "do reply"), ("dump request", "dump reply")];
    for (call, names) in [&operation.r#do, &operation.dump].into_iter().zip(names) {
        let Some(call) = call else { continue };
        parts.extend(call.request.as_ref().map(|message| (names.0, message)));
        parts.extend(call.reply.as_ref().map(|message| (names.1, message)));
    }
    match operation.event.as_ref().map(|event| &event.source) {
        Some(EventSource::Own(message)) => parts.push(("event", message)),
        Some(EventSource::Notify(id)) => {
            let call = spec[*id].r#do.as_ref().or(spec[*id].dump.as_ref());
            let reply = call.and_then(|call| call.reply.as_ref());
            parts.extend(reply.map(|message| ("notify", message)));
        }
        None => {}
    }
    parts.retain(|(_, message)| !message.attributes.is_empty());
    parts
}

fn attributes<'s>(
    spec: &'s Spec,
    set: Option<SetId>,
    message: &'s Message,
) -> impl Iterator<Item = &'s Attribute> {
    let set = set.map_or(&[][..], |id| &spec[id].attributes);
    message.attributes.iter().filter_map(|at| set.get(*at))
}

/// Describes an attribute, and those in it.
fn describe(out: &mut dyn Write, spec: &Spec, attribute: &Attribute, depth: usize) -> Result<()> {
    let indent = "  ".repeat(depth);
    let what = type_of(spec, attribute);
    writeln!(out, "{indent}{:<20}  {what}", attribute.name)?;
    paragraph(out, attribute.doc.as_deref(), depth.saturating_add(1))?;
    for inner in inside(spec, attribute, depth) {
        describe(out, spec, inner, depth.saturating_add(1))?;
    }
    Ok(())
}

fn object_of(spec: &Spec, attribute: &Attribute, depth: usize) -> Value {
    let inner = inside(spec, attribute, depth);
    let inner = inner.map(|inner| object_of(spec, inner, depth.saturating_add(1)));
    let inner: Vec<_> = inner.collect();
    Object::new()
        .with("name", &*attribute.name)
        .with("type", type_of(spec, attribute))
        .maybe("doc", attribute.doc.as_deref().map(flowing))
        .maybe("attributes", (!inner.is_empty()).then_some(inner))
        .into()
}

/// The attributes in a nest.
fn inside<'s>(
    spec: &'s Spec,
    attribute: &'s Attribute,
    depth: usize,
) -> impl Iterator<Item = &'s Attribute> {
    let set = attribute.kind.set().filter(|_| depth < DEPTH_MAX);
    let attributes = set.map_or(&[][..], |id| &spec[id].attributes);
    let is_used =
        |one: &&Attribute| !matches!(one.kind, AttributeKind::Unused | AttributeKind::Pad);
    attributes.iter().filter(is_used)
}

/// The type of an attribute, and the names of its values.
fn type_of(spec: &Spec, attribute: &Attribute) -> String {
    let mut what = attribute.type_name.clone();
    let mut kind = &attribute.kind;
    if let AttributeKind::IndexedArray(element) = kind {
        kind = element;
    }
    match kind {
        AttributeKind::Integer(integer, _)
        | AttributeKind::Binary {
            content: Content::Integers(integer),
            ..
        } => what += &values(spec, integer),
        AttributeKind::Binary {
            content: Content::Struct(id),
            ..
        } => what += &format!(", struct {}", spec[*id].name),
        AttributeKind::Bitfield32(Some(used)) => what += &entries(spec, used.id, true),
        AttributeKind::SubMessage { message, .. } => {
            what += &format!(" {}", spec[*message].name);
        }
        _ => {}
    }
    if attribute.multi {
        what += ", may be given again";
    }
    what
}

fn member_type(spec: &Spec, member: &Member) -> String {
    match &member.kind {
        MemberKind::Integer(integer) => {
            let sign = if integer.kind.is_signed() { 's' } else { 'u' };
            format!("{sign}{}{}", integer.kind.bits(), values(spec, integer))
        }
        MemberKind::Text(_) => "string".to_owned(),
        MemberKind::Binary(_) => "binary".to_owned(),
        MemberKind::Pad(_) => "pad".to_owned(),
        MemberKind::Struct(id) => format!("struct {}", spec[*id].name),
    }
}

fn values(spec: &Spec, integer: &Integer) -> String {
    let used = integer.values;
    used.map_or(String::new(), |used| entries(spec, used.id, used.as_flags))
}

/// The names of an enum, unless they are too many.
fn entries(spec: &Spec, id: parley_spec::model::DefinitionId, as_flags: bool) -> String {
    const NAMES_MAX: usize = 10;
    let known = spec.enumeration(id).map(|known| &known.entries[..]);
    let known = known.unwrap_or_default();
    let what = if as_flags { "flags" } else { "enum" };
    if known.len() > NAMES_MAX {
        return format!(", {what} {}", spec[id].name);
    }
    let names: Vec<_> = known.iter().map(|entry| &*entry.name).collect();
    format!(", {what} {}", names.join(", "))
}

/// Text of several lines as one.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn paragraph(out: &mut dyn Write, doc: Option<&str>, depth: usize) -> Result<()> {
    let indent = "  ".repeat(depth);
    let room = WIDTH.saturating_sub(indent.len());
    for line in wrap(&flowing(doc.unwrap_or_default()), room) {
        if !line.is_empty() {
            writeln!(out, "{indent}{}", text::safe(line))?;
        }
    }
    Ok(())
}
