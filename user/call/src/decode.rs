// SPDX-License-Identifier: MIT OR Apache-2.0

//! Decodes messages of a family to JSON, by the rules of the kernel's own client, pyynl.

use super::scope::Scope;
use super::{add, hint, record, scalar};
use parley_netlink::netlink::attr::{Attribute as Received, Attributes};
use parley_netlink::netlink::Result;
use parley_netlink::terminal::hex;
use parley_spec::model::{
    Attribute, AttributeKind, AttributeSet, Content, Integer, Operation, SetId, Spec,
};
use serde_json::{Map, Value};

/// The maximum depth of nests that are read. The kernel's own are less than ten levels
/// deep.
const DEPTH: usize = 64;

/// Reads the attributes of a message of `operation`, which begin with the family's own header.
pub(super) fn message(
    spec: &Spec,
    operation: &Operation,
    mut attributes: Attributes<'_>,
) -> Result<Map<String, Value>> {
    let header = match operation.fixed_header {
        Some(id) => Some((id, attributes.take_header(record::len(spec, id))?)),
        None => None,
    };
    let mut values = match header {
        Some((id, bytes)) => record::read(spec, bytes, id),
        None => Map::new(),
    };
    // If the header and an attribute share a name, the attribute can hold every value.
    values.append(&mut set(
        spec,
        attributes,
        operation.attributes,
        None,
        DEPTH,
    )?);
    Ok(values)
}

/// Reads attributes of a set. Unknown attributes appear by number, and nests below `depth` levels
/// as bytes.
fn set(
    spec: &Spec,
    attributes: Attributes<'_>,
    id: Option<SetId>,
    outer: Option<&Scope<'_>>,
    depth: usize,
) -> Result<Map<String, Value>> {
    let known = id.map(|id| &spec[id]);
    let mut values = Map::new();
    for received in attributes {
        let received = received?;
        let number = received.number;
        let attribute = known.and_then(|set: &AttributeSet| {
            let mut attributes = set.attributes.iter();
            attributes.find(|attribute| attribute.number == number)
        });
        let (Some(attribute), Some(known)) = (attribute, known) else {
            let name = format!("UnknownAttr({number})");
            let value = unknown(spec, &received, depth)?;
            add(&mut values, &name, value);
            continue;
        };
        if let AttributeKind::Pad = attribute.kind {
            continue;
        }
        let scope = Scope {
            set: known,
            values: &values,
            outer,
        };
        let value = one(spec, &received, attribute, &attribute.kind, &scope, depth)?;
        match values.get_mut(&attribute.name) {
            Some(Value::Array(all)) if attribute.multi => all.push(value),
            _ if attribute.multi => {
                values.insert(attribute.name.clone(), vec![value].into());
            }
            _ => {
                values.insert(attribute.name.clone(), value);
            }
        }
    }
    Ok(values)
}

fn unknown(spec: &Spec, received: &Received<'_>, depth: usize) -> Result<Value> {
    match received.nested {
        true => nest(spec, received, None, None, depth),
        false => Ok(hex(received.payload, "").into()),
    }
}

/// Reads the attributes of a nest.
fn nest(
    spec: &Spec,
    received: &Received<'_>,
    id: Option<SetId>,
    outer: Option<&Scope<'_>>,
    depth: usize,
) -> Result<Value> {
    match depth.checked_sub(1) {
        Some(depth) => Ok(set(spec, received.attributes(), id, outer, depth)?.into()),
        None => Ok(hex(received.payload, "").into()),
    }
}

/// Reads an attribute of this kind. A payload that does not fit the kind becomes bytes.
fn one(
    spec: &Spec,
    received: &Received<'_>,
    attribute: &Attribute,
    kind: &AttributeKind,
    scope: &Scope<'_>,
    depth: usize,
) -> Result<Value> {
    let payload = received.payload;
    let hint = attribute.display_hint.as_deref();
    Ok(match kind {
        AttributeKind::Unused | AttributeKind::Pad => unknown(spec, received, depth)?,
        AttributeKind::Flag => true.into(),
        AttributeKind::Integer(integer, _) => match scalar::read(payload, integer) {
            Some(value) => scalar::show(spec, value, integer, hint),
            None => format!("0x{}", hex(payload, "")).into(),
        },
        AttributeKind::Text { .. } => {
            String::from_utf8_lossy(payload.strip_suffix(&[0]).unwrap_or(payload)).into()
        }
        AttributeKind::Binary { content, .. } => match content {
            Content::Struct(id) => record::read(spec, payload, *id).into(),
            Content::Integers(integer) => integers(spec, payload, integer, hint),
            Content::Bytes => hint::text(payload, hint).into(),
        },
        AttributeKind::Bitfield32(used) => {
            let Ok([a, b, c, d, e, f, g, h]) = <[u8; 8]>::try_from(payload) else {
                return Ok(hex(payload, "").into());
            };
            let show = |value: u32| match used {
                Some(used) => scalar::names(spec, value.into(), *used),
                None => value.into(),
            };
            let mut values = Map::new();
            values.insert("value".into(), show(u32::from_ne_bytes([a, b, c, d])));
            values.insert("selector".into(), show(u32::from_ne_bytes([e, f, g, h])));
            values.into()
        }
        AttributeKind::Nest(id) => nest(spec, received, *id, Some(scope), depth)?,
        AttributeKind::IndexedArray(element) => {
            let mut items = Vec::new();
            for item in received.attributes() {
                let item = item?;
                items.push(match &**element {
                    AttributeKind::Nest(id) => {
                        let inner = nest(spec, &item, *id, None, depth)?;
                        let mut indexed = Map::new();
                        indexed.insert(item.number.to_string(), inner);
                        indexed.into()
                    }
                    element => one(spec, &item, attribute, element, scope, depth)?,
                });
            }
            items.into()
        }
        AttributeKind::NestTypeValue {
            values: names,
            set: id,
        } => {
            let (mut numbers, mut inner) = (Map::new(), *received);
            for name in names {
                let Some(next) = inner.attributes().next() else {
                    return Ok(numbers.into());
                };
                inner = next?;
                numbers.insert(name.clone(), inner.number.into());
            }
            match nest(spec, &inner, *id, None, depth)? {
                Value::Object(mut values) => numbers.append(&mut values),
                _ => return Ok(hex(payload, "").into()),
            }
            numbers.into()
        }
        AttributeKind::SubMessage { message, selector } => {
            let (Some(format), Some(depth)) =
                (scope.format(spec, *message, selector), depth.checked_sub(1))
            else {
                return unknown(spec, received, depth);
            };
            let (mut attributes, mut values) = (received.attributes(), Map::new());
            if let Some(id) = format.fixed_header {
                let Ok(header) = attributes.take_header(record::len(spec, id)) else {
                    return Ok(record::read(spec, payload, id).into());
                };
                values = record::read(spec, header, id);
            }
            if format.attributes.is_some() {
                values.append(&mut set(spec, attributes, format.attributes, None, depth)?);
            }
            values.into()
        }
    })
}

/// Reads an array of integers.
fn integers(spec: &Spec, payload: &[u8], integer: &Integer, hint: Option<&str>) -> Value {
    let width = integer.kind.bits() as usize / 8;
    let items = payload
        .chunks(width)
        .map(|item| scalar::read(item, integer));
    match items.collect::<Option<Vec<_>>>() {
        Some(items) => items
            .into_iter()
            .map(|item| scalar::show(spec, item, integer, hint))
            .collect(),
        None => hex(payload, "").into(),
    }
}
