// SPDX-License-Identifier: MIT OR Apache-2.0

//! Builds requests from the arguments of a command line.

use super::{add, example, excerpt, record};
use anyhow::{anyhow, bail, Context as _, Result};
use parley_spec::model::{AttributeKind, Operation, Spec};
use serde_json::{Map, Value};

/// Returns the values of a request: from the arguments `NAME=VALUE`, or from a single
/// JSON object. A flag may be a NAME alone. A NAME that is given again makes an array.
pub(super) fn values(
    spec: &Spec,
    operation: &Operation,
    words: &[impl AsRef<str>],
) -> Result<Map<String, Value>> {
    let mut values = Map::new();
    for word in words.iter().map(AsRef::as_ref) {
        if word.trim_start().starts_with('{') {
            let object: Value = serde_json::from_str(word)
                .with_context(|| format!("the request is not JSON: {}", excerpt(word)))?;
            if let Value::Object(mut object) = object {
                values.append(&mut object);
            }
            continue;
        }
        let (name, text) = match word.split_once('=') {
            Some((name, text)) => (name, Some(text)),
            None => (word, None),
        };
        let value = value(spec, operation, name, text)?;
        add(&mut values, name, value);
    }
    Ok(values)
}

/// Returns the value of the attribute or header member `name`. The encoder interprets
/// text, except for values that only JSON can express.
fn value(spec: &Spec, operation: &Operation, name: &str, text: Option<&str>) -> Result<Value> {
    let is_member = operation
        .fixed_header
        .is_some_and(|id| record::names(spec, id).any(|known| known == name));
    let set = operation.attributes.map(|id| &spec[id]);
    let kind = set.and_then(|set| set.attribute(name)).map(|one| &one.kind);
    if kind.is_none() && !is_member {
        if let Some(hint) = example::elsewhere(spec, operation, name) {
            bail!("the request has no attribute `{name}`; {hint}");
        }
    }
    match (kind.filter(|_| !is_member), text) {
        (Some(AttributeKind::Flag), None) => Ok(true.into()),
        (Some(_), None) => bail!("{name} needs a value: {name}=VALUE"),
        (None, None) if is_member => bail!("{name} needs a value: {name}=VALUE"),
        (None, None) => bail!("expected NAME=VALUE or a JSON object, not `{name}`"),
        (Some(AttributeKind::Text { .. }), Some(text)) => Ok(text.into()),
        (Some(kind), Some(text)) if is_json(kind) || text.starts_with(['[', '{']) => {
            let hint = example::of(spec, name, kind, text);
            let value: Value = serde_json::from_str(text).map_err(|error| {
                let text = excerpt(text);
                anyhow!("{name} needs a value in JSON, not `{text}`: {error}{hint}")
            })?;
            if matches!(kind, AttributeKind::Nest(_)) && !value.is_object() {
                bail!(
                    "{name} needs an object in JSON, not `{}`{hint}",
                    excerpt(text)
                );
            }
            Ok(value)
        }
        (_, Some(text)) => Ok(text.into()),
    }
}

/// Returns whether only JSON can express the attribute's value.
fn is_json(kind: &AttributeKind) -> bool {
    matches!(
        kind,
        AttributeKind::Nest(_)
            | AttributeKind::IndexedArray(_)
            | AttributeKind::SubMessage { .. }
            | AttributeKind::Bitfield32(_)
    )
}
