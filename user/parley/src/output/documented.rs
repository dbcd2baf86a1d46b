// SPDX-License-Identifier: MIT OR Apache-2.0

//! The documentation of a family and its operations in a spec.

mod checks;

use super::json::{self, Object};
use super::text;
use anyhow::Result;
use parley_netlink::explain::render::wrap;
use parley_spec::model::{
    Attribute, AttributeKind, Content, EventSource, Integer, Member, MemberKind, Message,
    Operation, Permission, SetId, Spec,
};
use serde_json::Value;
use std::io::Write;

/// The depth to which nests are described. For deeper nests, only the names are shown.
const DEPTH_MAX: usize = 6;

const WIDTH: usize = 80;

const REPEATED: &str = ", may be given again";

/// Lists the operations, notifications and events.
pub(crate) fn list(out: &mut dyn Write, spec: &Spec, json: bool) -> Result<()> {
    if json {
        let objects = spec.operations.iter();
        let objects = objects.map(|operation| Value::from(head(spec, operation)));
        return Ok(json::write(out, objects.collect::<Value>())?);
    }
    let names = spec.operations.iter().map(|operation| operation.name.len());
    let width = names.max().unwrap_or(0);
    for operation in &spec.operations {
        let modes = modes(operation).join(", ");
        let room = WIDTH.saturating_sub(width).saturating_sub(12);
        let (mut name, mut modes) = (&*operation.name, &*modes);
        for doc in wrap(sentence(&flowing(&operation.doc)), room.max(20)) {
            let line = format!("{name:<width$}  {modes:<8}  {doc}");
            writeln!(out, "{}", text::safe(line.trim_end()))?;
            (name, modes) = ("", "");
        }
    }
    if !spec.groups.is_empty() {
        writeln!(out)?;
        paragraph(
            out,
            Some(&format!("groups: {}", groups(spec).join(", "))),
            0,
        )?;
    }
    Ok(())
}

/// The first sentence of a text.
fn sentence(doc: &str) -> &str {
    let ends = doc
        .match_indices(". ")
        .map(|(at, _)| doc.split_at(at.saturating_add(1)));
    // The dots of "e.g. this" do not end it.
    let mut ends = ends.filter(|(_, rest)| {
        let next = rest.trim_start().chars().next();
        next.is_some_and(char::is_uppercase)
    });
    ends.next().map_or(doc, |(first, _)| first)
}

/// Returns the groups, with the permission to join each.
fn groups(spec: &Spec) -> Vec<String> {
    let groups = spec.groups.iter();
    let named = groups.map(|group| match permission(group.permission) {
        Some(permission) => format!("{} ({permission})", group.name),
        None => group.name.clone(),
    });
    named.collect()
}

/// A permission, in the words of `parley family`.
fn permission(permission: Permission) -> Option<&'static str> {
    match permission {
        Permission::Anyone => None,
        Permission::Admin => Some("admin"),
        Permission::NamespaceAdmin => Some("namespace admin"),
    }
}

/// Returns the group that receives an event.
fn group<'s>(spec: &'s Spec, operation: &Operation) -> Option<&'s str> {
    let id = operation.event.as_ref()?.group?;
    Some(&spec[id].name)
}

/// Returns an operation as an object, without its messages.
fn head(spec: &Spec, operation: &Operation) -> Object {
    Object::new()
        .with("name", &*operation.name)
        .with("modes", json::strings(&modes(operation)))
        .maybe("permission", permission(operation.permission))
        .maybe("group", group(spec, operation))
        .with("doc", flowing(&operation.doc))
}

/// Describes the family.
pub(crate) fn family(out: &mut dyn Write, spec: &Spec, json: bool) -> Result<()> {
    if json {
        let names: Vec<_> = spec.groups.iter().map(|group| &*group.name).collect();
        let object = Object::new()
            .with("name", &*spec.name)
            .with("protocol", spec.protocol.name())
            .with("doc", flowing(&spec.doc))
            .with("groups", json::strings(&names));
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
        let with = |object: Object, (name, message): (&str, &Message)| {
            let known = attributes(spec, operation.attributes, message);
            let objects = known.map(|attribute| object_of(spec, attribute, 0));
            object.with(name, objects.collect::<Value>())
        };
        return Ok(json::write(
            out,
            parts.into_iter().fold(head(spec, operation), with),
        )?);
    }
    let mut line = format!("{}: {}", operation.name, modes(operation).join(", "));
    for (before, word) in [
        ("", permission(operation.permission)),
        ("group ", group(spec, operation)),
    ] {
        line += &word.map_or(String::new(), |word| format!(", {before}{word}"));
    }
    writeln!(out, "{line}")?;
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

/// The modes of an operation: do, dump, notify or event.
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

/// Describes an attribute, and the attributes in it.
fn describe(out: &mut dyn Write, spec: &Spec, attribute: &Attribute, depth: usize) -> Result<()> {
    let indent = "  ".repeat(depth);
    let mut what = type_of(spec, attribute);
    what += &checks::words(spec, &attribute.kind);
    if attribute.multi {
        what += REPEATED;
    }
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
    let repeated = if attribute.multi { REPEATED } else { "" };
    Object::new()
        .with("name", &*attribute.name)
        .with("type", type_of(spec, attribute) + repeated)
        .and(checks::object(spec, &attribute.kind))
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

/// The names of an enum, unless there are too many.
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

/// Joins the lines of a text.
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

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "\
# SPDX-License-Identifier: MIT
name: x
protocol: genetlink-legacy
doc: Things.
definitions:
  - { name: limit, type: const, value: 8 }
  - { name: page, type: const, header: asm/page.h }
  - { name: bits, type: flags, entries: [ a, b ] }
attribute-sets:
  - name: x
    attributes:
      - { name: share, type: u32, checks: { max: 100 } }
      - { name: low, type: sint, checks: { min: s8-min, max: 5 } }
      - { name: port, type: u16, checks: { min: 1 } }
      - { name: name, type: string, checks: { max-len: limit }, multi-attr: true }
      - { name: key, type: binary, checks: { exact-len: 4 } }
      - { name: body, type: binary, checks: { min-len: 1, max-len: page } }
      - { name: list, type: indexed-array, sub-type: u8, checks: { max: 3 } }
      - { name: some, type: u32, checks: { flags-mask: bits } }
operations:
  list:
    - name: set
      doc: >-
        Sets a thing, e.g. its name, with more words than fit on one line of a list. It has
        another sentence.
      attribute-set: x
      flags: [ uns-admin-perm ]
      do:
        request: { attributes: [ share, low, port, name, key, body, list, some ] }
        reply: { attributes: [ share ] }
    - { name: set-ntf, doc: Set., notify: set, mcgrp: things }
mcast-groups: { list: [ { name: things }, { name: keys, flags: [ admin-perm ] } ] }
";

    fn shown(name: Option<&str>, json: bool) -> String {
        let (spec, mut out) = (Spec::parse("t", SPEC).unwrap(), Vec::new());
        match name {
            None => family(&mut out, &spec, json).unwrap(),
            Some(name) => {
                let known = parley_call::operation(&spec, name).unwrap();
                operation(&mut out, &spec, known, json).unwrap();
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_operation_has_its_permission_its_group_and_the_checks() {
        let text = shown(Some("set"), false);
        assert!(text.starts_with("set: do, namespace admin\n"), "{text}");
        for line in [
            "share                 u32, 0 to 100",
            "low                   sint, -128 to 5",
            "port                  u16, 1 to 65535",
            "name                  string, at most 8 bytes, may be given again",
            "key                   binary, 4 bytes",
            "body                  binary, 1 to page bytes",
            "list                  indexed-array, 0 to 3",
            "some                  u32, bits of bits",
        ] {
            assert!(text.lines().any(|known| known.trim() == line), "{text}");
        }
        let notify = shown(Some("set-ntf"), false);
        assert!(
            notify.starts_with("set-ntf: notify, group things\n"),
            "{notify}"
        );
        let object: Value = serde_json::from_str(&shown(Some("set"), true)).unwrap();
        assert_eq!(object["permission"], "namespace admin");
        let request = &object["do request"];
        let number = |place: usize, key: &str| request[place][key].as_i64();
        assert_eq!((number(0, "min"), number(0, "max")), (None, Some(100)));
        assert_eq!(
            (number(1, "min"), number(3, "max_len")),
            (Some(-128), Some(8))
        );
        assert_eq!(
            (number(4, "min_len"), number(4, "max_len")),
            (Some(4), Some(4))
        );
        assert_eq!(
            (&request[5]["max_len"], &request[7]["mask"]),
            (&"page".into(), &"bits".into())
        );
        let object: Value = serde_json::from_str(&shown(Some("set-ntf"), true)).unwrap();
        assert_eq!(object["group"], "things");
    }

    #[test]
    fn a_family_has_whole_first_sentences_and_its_groups() {
        let text = shown(None, false);
        assert!(
            text.ends_with("\n\ngroups: things, keys (admin)\n"),
            "{text}"
        );
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let listed = "set do Sets a thing, e.g. its name, with more words than fit on one line of \
                      a list. set-ntf notify Set. groups";
        assert!(words.contains(listed), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        let object: Value = serde_json::from_str(&shown(None, true)).unwrap();
        assert_eq!(object["groups"], serde_json::json!(["things", "keys"]));
    }
}
