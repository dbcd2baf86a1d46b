// SPDX-License-Identifier: MIT OR Apache-2.0

//! Encodes requests of a family from JSON.

use super::scope::Scope;
use super::{excerpt, hint, record, scalar};
use anyhow::{anyhow, bail, Result};
use parley_netlink::netlink::attr::Writer;
use parley_spec::did_you_mean;
use parley_spec::model::{
    Attribute, AttributeKind, AttributeSet, Content, Integer, Operation, SetId, Spec,
};
use serde_json::{Map, Value};

/// Returns the payload of a request after the netlink headers: the family's own header and the
/// attributes. Each set is in the order of the spec.
pub(super) fn request(
    spec: &Spec,
    operation: &Operation,
    values: &Map<String, Value>,
) -> Result<Vec<u8>> {
    let mut payload = Vec::new();
    let mut members: Vec<&str> = Vec::new();
    let mut attributes = values.clone();
    if let Some(id) = operation.fixed_header {
        members.extend(record::names(spec, id));
        let mut header = record::take(spec, &mut attributes, id);
        let (path, set) = (&*spec[id].name, operation.attributes.map(|id| &spec[id]));
        // If a value does not fit into the header, such as the number of a routing table,
        // it goes into the attribute with the member's name.
        for attribute in set.iter().flat_map(|set| &set.attributes) {
            if let Some((name, value)) = header.remove_entry(&attribute.name) {
                let member = Map::from_iter([(name.clone(), value.clone())]);
                let place = match record::write(spec, &member, id, path) {
                    Ok(_) => &mut header,
                    Err(_) => &mut attributes,
                };
                place.insert(name, value);
            }
        }
        let header = record::write(spec, &header, id, path)?;
        Writer::new(&mut payload).raw(&header)?;
    }
    match operation.attributes {
        Some(id) => payload.append(&mut set(spec, &attributes, id, None, "", &members)?),
        None if attributes.is_empty() => {}
        None => bail!("the operation `{}` has no attributes", operation.name),
    }
    Ok(payload)
}

/// Returns the attributes of a set. `beside` has the other names that are allowed in the
/// object.
fn set(
    spec: &Spec,
    values: &Map<String, Value>,
    id: SetId,
    outer: Option<&Scope<'_>>,
    path: &str,
    beside: &[&str],
) -> Result<Vec<u8>> {
    let set: &AttributeSet = &spec[id];
    for name in values.keys() {
        let known = set.attributes.iter().map(|attribute| &*attribute.name);
        let mut known = known.chain(beside.iter().copied());
        if known.clone().all(|known| known != name) {
            let of = match path {
                "" => format!("the set `{}` has", set.name),
                path => format!("{path} has"),
            };
            bail!(
                "{of} no attribute `{name}`{}",
                did_you_mean(name, &mut known)
            );
        }
    }
    let scope = Scope { set, values, outer };
    let mut payload = Vec::new();
    for attribute in &set.attributes {
        let Some(value) = values.get(&attribute.name) else {
            continue;
        };
        let path = match path {
            "" => attribute.name.clone(),
            path => format!("{path}.{}", attribute.name),
        };
        let values = match value {
            Value::Array(values) if attribute.multi => &values[..],
            value => std::slice::from_ref(value),
        };
        for value in values {
            if let Some(item) = one(spec, value, attribute, &attribute.kind, &scope, &path)? {
                put(&mut payload, attribute.number, &item, &path)?;
            }
        }
    }
    Ok(payload)
}

/// The maximum number of an attribute. The bits above it are flags.
const NUMBER_MAX: u16 = 0x3fff;

/// The payload of an attribute, and whether the attribute is flagged as a nest.
enum Payload {
    Plain(Vec<u8>),
    Nest(Vec<u8>),
}

fn put(to: &mut Vec<u8>, number: u16, payload: &Payload, path: &str) -> Result<()> {
    let mut writer = Writer::new(to);
    let put = match payload {
        Payload::Plain(bytes) => writer.bytes(number, bytes),
        Payload::Nest(bytes) => writer.nest(number, |nest| nest.raw(bytes)),
    };
    put.map_err(|_| anyhow!("{path} is too long"))
}

/// Returns the payload of an attribute of this kind, or `None` if the attribute is left out.
fn one(
    spec: &Spec,
    value: &Value,
    attribute: &Attribute,
    kind: &AttributeKind,
    scope: &Scope<'_>,
    path: &str,
) -> Result<Option<Payload>> {
    let hint = attribute.display_hint.as_deref();
    let wrong =
        |expected: &str| anyhow!("{path} cannot be {}; expected {expected}", excerpt(value));
    let payload = match kind {
        AttributeKind::Flag => return Ok(is_set(value, path)?.then(|| Payload::Plain(Vec::new()))),
        AttributeKind::Integer(integer, _) => scalar::parse(spec, value, integer, hint, path)?,
        AttributeKind::Text { .. } => {
            let mut text = match value {
                Value::String(text) => scalar::text(text, path)?.to_vec(),
                Value::Number(number) => number.to_string().into_bytes(),
                _ => return Err(wrong("a string")),
            };
            text.push(0);
            text
        }
        AttributeKind::Binary { content, .. } => match (content, value) {
            (_, Value::Null) => Vec::new(),
            (Content::Struct(id), Value::Object(values)) => record::write(spec, values, *id, path)?,
            (Content::Integers(integer), Value::Array(items)) => {
                integers(spec, items, integer, hint, path)?
            }
            (_, Value::String(text)) => {
                hint::bytes(text, hint).ok_or_else(|| wrong(hint::expected(hint)))?
            }
            (Content::Struct(_), _) => return Err(wrong("an object")),
            (Content::Integers(_), _) => return Err(wrong("an array of numbers")),
            (Content::Bytes, _) => return Err(wrong(hint::expected(hint))),
        },
        AttributeKind::Bitfield32(used) => {
            let mut bytes = Vec::new();
            let values = value.as_object().filter(|values| values.len() == 2);
            for key in ["value", "selector"] {
                let value = values.and_then(|values| values.get(key));
                let value = value.ok_or_else(|| wrong("an object of `value` and `selector`"))?;
                let path = format!("{path}.{key}");
                let bits = scalar::integer_of(spec, value, *used, None, &path)?;
                let Ok(bits) = u32::try_from(bits) else {
                    bail!("{path} cannot be {bits}: it has 32 bits");
                };
                bytes.extend(bits.to_ne_bytes());
            }
            bytes
        }
        AttributeKind::Nest(id) => {
            let Value::Object(values) = value else {
                return Err(wrong("an object"));
            };
            let id = id.ok_or_else(|| anyhow!("the spec does not say what {path} holds"))?;
            return Ok(Some(Payload::Nest(set(
                spec,
                values,
                id,
                Some(scope),
                path,
                &[],
            )?)));
        }
        AttributeKind::IndexedArray(element) => {
            let Value::Array(items) = value else {
                return Err(wrong("an array"));
            };
            let mut bytes = Vec::new();
            for (place, item) in items.iter().enumerate() {
                let (number, item) = indexed(item).unwrap_or((place, item));
                let path = format!("{path}.{number}");
                let Some(number) = u16::try_from(number)
                    .ok()
                    .filter(|number| *number <= NUMBER_MAX)
                else {
                    bail!("{path} cannot be sent; the numbers of elements are 0 to {NUMBER_MAX}");
                };
                if let Some(item) = one(spec, item, attribute, element, scope, &path)? {
                    put(&mut bytes, number, &item, &path)?;
                }
            }
            return Ok(Some(Payload::Nest(bytes)));
        }
        AttributeKind::SubMessage { message, selector } => {
            let Value::Object(values) = value else {
                return Err(wrong("an object"));
            };
            let Some(format) = scope.format(spec, *message, selector) else {
                bail!("what {path} holds depends on an attribute that is missing or not known to the spec");
            };
            let (mut bytes, mut members) = (Vec::new(), Vec::new());
            let mut values = values.clone();
            if let Some(id) = format.fixed_header {
                let header = match format.attributes {
                    Some(_) => record::take(spec, &mut values, id),
                    None => std::mem::take(&mut values),
                };
                members.extend(record::names(spec, id));
                let header = record::write(spec, &header, id, path)?;
                Writer::new(&mut bytes).raw(&header)?;
            }
            let Some(id) = format.attributes else {
                return match values.keys().next() {
                    Some(name) => bail!("{path} is empty and cannot have `{name}`"),
                    None => Ok(Some(Payload::Plain(bytes))),
                };
            };
            bytes.append(&mut set(spec, &values, id, Some(scope), path, &members)?);
            return Ok(Some(Payload::Nest(bytes)));
        }
        AttributeKind::Unused | AttributeKind::Pad | AttributeKind::NestTypeValue { .. } => {
            bail!("{path} cannot be sent")
        }
    };
    Ok(Some(Payload::Plain(payload)))
}

/// Returns whether a flag is set.
fn is_set(value: &Value, path: &str) -> Result<bool> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(value) => Ok(*value),
        Value::Number(value) => Ok(value.as_u64() != Some(0)),
        Value::String(text) => match text.as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => bail!(
                "{path} cannot be {}; expected true or false",
                excerpt(value)
            ),
        },
        _ => bail!(
            "{path} cannot be {}; expected true or false",
            excerpt(value)
        ),
    }
}

/// Returns the number and the value of an element that is written with its number, as in
/// replies.
fn indexed(item: &Value) -> Option<(usize, &Value)> {
    let mut entries = item.as_object()?.iter();
    match (entries.next(), entries.next()) {
        (Some((name, value)), None) => Some((name.parse().ok()?, value)),
        _ => None,
    }
}

fn integers(
    spec: &Spec,
    items: &[Value],
    integer: &Integer,
    hint: Option<&str>,
    path: &str,
) -> Result<Vec<u8>> {
    let item = |item| scalar::parse(spec, item, integer, hint, path);
    let items: Result<Vec<_>> = items.iter().map(item).collect();
    Ok(items?.concat())
}
