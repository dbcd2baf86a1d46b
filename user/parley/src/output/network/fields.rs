// SPDX-License-Identifier: MIT OR Apache-2.0

//! Shows the configuration of links and encapsulations.

use super::super::json::{shown, Object};
use super::super::text;
use super::{link_name, Naming};
use parley_netlink::route::fields::{Field, Value};
use parley_netlink::route::names;

/// Returns fields as an object.
pub(crate) fn object(fields: &[Field], naming: &Naming<'_>) -> Object {
    fields.iter().fold(Object::new(), |object, field| {
        with(object, field.name, &field.value, naming)
    })
}

/// Adds a value under `key`.
pub(crate) fn with(object: Object, key: &str, value: &Value, naming: &Naming<'_>) -> Object {
    match value {
        Value::Link(index) => object.name(key, naming.name(*index)),
        Value::Name(name) => object.name(key, name),
        other => object.with(key, json(other, naming)),
    }
}

/// Returns a value as `ip -j` prints it.
fn json(value: &Value, naming: &Naming<'_>) -> serde_json::Value {
    let or_number = |name: std::borrow::Cow<'_, str>| match name.parse::<u32>() {
        Ok(number) => number.into(),
        Err(_) => name.as_ref().into(),
    };
    match value {
        Value::Nothing => serde_json::Value::Null,
        Value::Bool(is_so) => (*is_so).into(),
        Value::Number(number) => (*number).into(),
        Value::Signed(number) => (*number).into(),
        Value::Time(hundredths) => (*hundredths as f64 / 100.0).into(),
        Value::Link(index) => shown(&naming.name(*index)).into(),
        Value::Name(name) => shown(name).into(),
        Value::User(number) => or_number(names::user(*number)),
        Value::Group(number) => or_number(names::group(*number)),
        Value::Text(text) => text.as_ref().into(),
        Value::List(values) => values.iter().map(|value| json(value, naming)).collect(),
        Value::Fields(fields) => object(fields, naming).into(),
        other => other.to_string().into(),
    }
}

/// Returns fields as words. A field that is true has only its name.
pub(crate) fn words(fields: &[Field], naming: &Naming<'_>) -> String {
    let words = |field: &Field| match &field.value {
        Value::Bool(true) => field.name.to_owned(),
        Value::Fields(fields) => format!("{} {}", field.name, words(fields, naming)),
        value => format!("{} {}", field.name, word(value, naming)),
    };
    fields.iter().map(words).collect::<Vec<_>>().join(" ")
}

fn word(value: &Value, naming: &Naming<'_>) -> String {
    match value {
        Value::Link(index) => link_name(naming, *index),
        Value::Name(name) => text::safe(name),
        Value::User(number) => text::safe(&*names::user(*number)),
        Value::Group(number) => text::safe(&*names::group(*number)),
        Value::List(values) => {
            let words: Vec<_> = values.iter().map(|value| word(value, naming)).collect();
            words.join(",")
        }
        Value::Fields(fields) => words(fields, naming),
        other => text::safe(other.to_string()),
    }
}
