// SPDX-License-Identifier: MIT OR Apache-2.0

//! What attributes hold, from JSON and as JSON.

use super::{
    super::{
        super::text::{camel, constant, literal, snake},
        kinds,
    },
    parts::{members, Json},
};
use crate::{
    model::{
        Attribute, AttributeKind, Content, DefinitionId, Integer, Length, MemberKind, Message,
        SetId, Spec,
    },
    rust::structs,
};
use std::{collections::BTreeSet, fmt::Write};

impl<'s> Json<'s> {
    /// The fields of a request or of a nest in it, from `of`.
    pub(super) fn given_fields(&mut self, attributes: &[&'s Attribute]) -> String {
        let mut fields = String::new();
        for attribute in attributes {
            let kind = &attribute.kind;
            if matches!(kind, AttributeKind::Unused | AttributeKind::Pad) {
                continue;
            }
            let (field, name) = (snake(&attribute.name), literal(&attribute.name));
            let value = match kind {
                AttributeKind::Flag if !attribute.multi => format!("json::flag(of, {name})?"),
                AttributeKind::IndexedArray(element) if !attribute.multi => {
                    let element = self.given(element);
                    format!("json::one(of, {name}, |value| json::list(value, {element}))?")
                }
                _ if attribute.multi => {
                    let each = self.given(kind);
                    format!(
                        "json::one(of, {name}, |value| json::list(value, {each}))?.unwrap_or(&[])"
                    )
                }
                AttributeKind::Nest(Some(_)) => {
                    format!(
                        "json::one(of, {name}, {})?.map(json::leak)",
                        self.given(kind)
                    )
                }
                _ => format!("json::one(of, {name}, {})?", self.given(kind)),
            };
            let _ = writeln!(fields, "{field}: {value},");
        }
        fields
    }

    /// The function that makes a value of what an attribute holds.
    pub(super) fn given(&mut self, kind: &AttributeKind) -> String {
        match kind {
            AttributeKind::Integer(integer, _) => given_integer(self.spec, integer),
            AttributeKind::Bitfield32(values) => {
                let names = table(self.spec, values.map(|used| used.id));
                format!(
                    "|value| json::bitfield(value, {names})
                    .map(|(value, selector)| genl::Bitfield32 {{ value, selector }})"
                )
            }
            AttributeKind::Text { .. } => "json::text".into(),
            AttributeKind::Binary { content, length } => match content {
                Content::Struct(id) if is_typed(self.spec, *id, length) => {
                    let known: Vec<&str> = members(self.spec, *id).collect();
                    let name = snake(&self.spec[*id].name);
                    format!(
                        "|value| json::object(value, &{known:?}).and_then(given::struct_{name})"
                    )
                }
                Content::Integers(integer) => {
                    let each = given_integer(self.spec, integer);
                    format!("|value| json::list(value, {each})")
                }
                _ => "json::bytes".into(),
            },
            AttributeKind::Nest(Some(id)) => {
                self.needed.insert((false, *id));
                format!("given::{}", snake(&self.spec[*id].name))
            }
            _ => "json::bytes".into(),
        }
    }

    /// The expression that shows the message `read`.
    pub(super) fn shown_fields(
        &mut self,
        set: SetId,
        message: Option<&Message>,
        header: Option<DefinitionId>,
    ) -> String {
        let attributes = self.parts.listed(set, message);
        let mut lines = String::new();
        if let Some(header) = header {
            let name = snake(&self.spec[header].name);
            let _ = writeln!(
                lines,
                "to.members(shown::struct_{name}(read.family_header)?);"
            );
        }
        lines += &self.shown_lines(&attributes);
        format!("{{ let mut to = json::Object::default(); {lines} Value::from(to) }}")
    }

    /// The statements that put what `read` holds into `to`.
    pub(super) fn shown_lines(&mut self, attributes: &[&'s Attribute]) -> String {
        let mut lines = String::new();
        for attribute in attributes {
            let kind = &attribute.kind;
            if matches!(kind, AttributeKind::Unused | AttributeKind::Pad) {
                continue;
            }
            let (field, name) = (snake(&attribute.name), literal(&attribute.name));
            let _ = match kind {
                AttributeKind::Flag if !attribute.multi => {
                    writeln!(lines, "to.flag({name}, read.{field});")
                }
                AttributeKind::IndexedArray(element) if !attribute.multi => {
                    let show = format!("|value| json::show_list(value, {})", self.shown(element));
                    writeln!(lines, "to.one({name}, read.{field}, {show})?;")
                }
                _ if attribute.multi => {
                    writeln!(
                        lines,
                        "to.all({name}, read.{field}, {})?;",
                        self.shown(kind)
                    )
                }
                _ => writeln!(
                    lines,
                    "to.one({name}, read.{field}, {})?;",
                    self.shown(kind)
                ),
            };
        }
        lines
    }

    /// The function that shows a value of what an attribute holds.
    pub(super) fn shown(&mut self, kind: &AttributeKind) -> String {
        let spec = self.spec;
        match kind {
            AttributeKind::Integer(integer, _) => shown_integer(spec, integer),
            AttributeKind::Bitfield32(values) => {
                let names = table(spec, values.map(|used| used.id));
                format!("|value| Ok(json::show_bitfield(value.value, value.selector, {names}))")
            }
            AttributeKind::Text { .. } => "|value| Ok(json::show_text(value))".into(),
            AttributeKind::Binary { content, length } => match content {
                Content::Struct(id) if is_typed(spec, *id, length) => {
                    let name = snake(&spec[*id].name);
                    format!("|value| shown::struct_{name}(value).map(Value::from)")
                }
                Content::Integers(integer) => {
                    format!(
                        "|value| json::show_list(value, {})",
                        shown_integer(spec, integer)
                    )
                }
                _ => "|value| Ok(json::show_bytes(value))".into(),
            },
            AttributeKind::Nest(Some(id)) => {
                self.needed.insert((true, *id));
                format!("|value| shown::{}(value.read()?)", snake(&spec[*id].name))
            }
            _ => "json::show_attributes".into(),
        }
    }

    /// The functions for nests in requests, and for those in replies.
    pub(super) fn nests(&mut self) -> (String, String) {
        let spec = self.spec;
        let (mut given, mut shown) = (String::new(), String::new());
        let mut done = BTreeSet::new();
        // Nests name further ones.
        while let Some(next) = self.needed.difference(&done).next().copied() {
            done.insert(next);
            let (got, id) = next;
            let attributes: Vec<&Attribute> = spec[id].attributes.iter().collect();
            let name = snake(&spec[id].name);
            let found = kinds::kind(spec, &AttributeKind::Nest(Some(id)), "client::");
            let kind = found.map_or_else(|_| String::new(), |found| found.given);
            if got {
                let lines = self.shown_lines(&attributes);
                let kind = format!("client::nest::{}", camel(&spec[id].name));
                let (read, to) = match lines.is_empty() {
                    true => ("_read", "to"),
                    false => ("read", "mut to"),
                };
                let _ = writeln!(
                    shown,
                    "pub fn {name}({read}: {kind}) -> Result<Value> {{
                        let {to} = json::Object::default(); {lines} Ok(to.into())
                    }}\n"
                );
            } else {
                let known: Vec<&str> = attributes.iter().map(|each| each.name.as_str()).collect();
                let fields = self.given_fields(&attributes);
                let (bare, full) = (kind.replace("<'a>", ""), kind.replace("'a", "'static"));
                let _ = writeln!(
                    given,
                    "pub fn {name}(of: &Value) -> Result<{full}> {{
                        json::object(of, &{known:?})?;
                        Ok({bare} {{ {fields} }})
                    }}\n"
                );
            }
        }
        (given, shown)
    }

    /// The functions for structs.
    pub(super) fn structs(&self, got: bool) -> String {
        let spec = self.spec;
        let mut out = String::new();
        for (index, definition) in spec.definitions.iter().enumerate() {
            let id = DefinitionId(index);
            if structs::size(spec, id).is_none() {
                continue;
            }
            let (name, kind) = (snake(&definition.name), camel(&definition.name));
            let (mut fields, mut lines) = (String::new(), String::new());
            for member in spec.structure(id).into_iter().flat_map(|of| &of.members) {
                let (content, field) = (&member.kind, snake(&member.name));
                let member = literal(&member.name);
                let (given, zero, shown) = match content {
                    MemberKind::Integer(integer) => {
                        let (given, shown) = member_integer(spec, integer);
                        (given, "Ok(0)".to_owned(), shown)
                    }
                    MemberKind::Text(_) => (
                        "|value| json::text(value).and_then(json::array)".into(),
                        "json::array(&[])".into(),
                        "|value| Ok(json::show_text(&value))".into(),
                    ),
                    MemberKind::Binary(_) | MemberKind::Pad(_) => (
                        "|value| json::bytes(value).and_then(json::array)".into(),
                        "json::array(&[])".into(),
                        "|value| Ok(json::show_bytes(&value))".into(),
                    ),
                    MemberKind::Struct(inner) => {
                        let inner = snake(&spec[*inner].name);
                        (
                            format!("struct_{inner}"),
                            format!("struct_{inner}(&Value::Null)"),
                            format!("|value| struct_{inner}(value).map(Value::from)"),
                        )
                    }
                };
                let _ = writeln!(
                    fields,
                    "{field}: json::member(of, {member}, {given}, || {zero})?,"
                );
                let _ = writeln!(lines, "to.one({member}, Some(read.{field}), {shown})?;");
            }
            let _ = match got {
                true => writeln!(
                    out,
                    "#[allow(dead_code, non_snake_case)]
                    pub fn struct_{name}(read: client::{kind}) -> Result<json::Object> {{
                        let mut to = json::Object::default(); {lines} Ok(to)
                    }}\n"
                ),
                false => writeln!(
                    out,
                    "#[allow(dead_code, non_snake_case)]
                    pub fn struct_{name}(of: &Value) -> Result<client::{kind}> {{
                        Ok(client::{kind} {{ {fields} }})
                    }}\n"
                ),
            };
        }
        out
    }
}

/// Whether an attribute with this struct has the struct's type.
fn is_typed(spec: &Spec, id: DefinitionId, length: &Length) -> bool {
    structs::size(spec, id).is_some() && *length == Length::default()
}

/// The names of an enum or flag set.
fn table(spec: &Spec, id: Option<DefinitionId>) -> String {
    match id {
        Some(id) => format!("names::{}", constant(&spec[id].name)),
        None => "&[]".into(),
    }
}

fn given_integer(spec: &Spec, integer: &Integer) -> String {
    let names = table(spec, integer.values.map(|used| used.id));
    match (kinds::named(spec, integer.values), integer.values) {
        (Some((id, true)), _) => format!(
            "|value| json::bits(value, {names}).and_then(json::fit).map(client::{}::from_bits_retain)",
            camel(&spec[id].name)
        ),
        (Some((id, false)), _) => format!(
            "|value| json::entry(value, {names}).and_then(json::fit)
            .and_then(|raw| client::{}::from_raw(raw).ok_or_else(|| json::unnamed(raw)))",
            camel(&spec[id].name)
        ),
        (None, Some(used)) if used.as_flags => {
            format!("|value| json::bits(value, {names}).and_then(json::fit)")
        }
        _ => "|value| json::number(value).and_then(json::fit)".into(),
    }
}

fn shown_integer(spec: &Spec, integer: &Integer) -> String {
    let names = table(spec, integer.values.map(|used| used.id));
    match (kinds::named(spec, integer.values), integer.values) {
        (Some((_, true)), _) => {
            format!("|value| Ok(json::show_bits(value.bits().into(), {names}))")
        }
        (Some((_, false)), _) => format!(
            "|value| Ok(json::show_entry(
                value.map_or_else(Into::into, |value| value.into_raw().into()), {names}
            ))"
        ),
        (None, Some(used)) if used.as_flags => {
            format!("|value| Ok(json::show_bits(value.into(), {names}))")
        }
        _ => "|value| Ok(Value::from(value))".into(),
    }
}

/// The functions for a member of a struct, whose type is an integer even if its values have names.
fn member_integer(spec: &Spec, integer: &Integer) -> (String, String) {
    let Some(used) = integer.values else {
        return (given_integer(spec, integer), shown_integer(spec, integer));
    };
    let names = table(spec, Some(used.id));
    let kind = if used.as_flags { "bits" } else { "entry" };
    (
        format!("|value| json::{kind}(value, {names}).and_then(json::fit)"),
        format!("|value| Ok(json::show_{kind}(value.into(), {names}))"),
    )
}
