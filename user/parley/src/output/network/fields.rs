// SPDX-License-Identifier: MIT OR Apache-2.0

//! What links and encapsulations are set up with, shown.

use super::super::json::{shown, Object};
use super::super::text;
use super::link_name;
use parley_netlink::route::fields::{Field, Value};
use parley_netlink::route::links::Names;
use parley_netlink::route::names;

/// As an object.
pub(crate) fn object(fields: &[Field], links: &Names) -> Object {
    fields.iter().fold(Object::new(), |object, field| {
        with(object, field.name, &field.value, links)
    })
}

/// With a value under `key`.
pub(crate) fn with(object: Object, key: &str, value: &Value, links: &Names) -> Object {
    match value {
        Value::Link(index) => object.name(key, links.name(*index)),
        Value::Name(name) => object.name(key, name),
        other => object.with(key, json(other, links)),
    }
}

/// A value, as `ip -j` has it.
fn json(value: &Value, links: &Names) -> serde_json::Value {
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
        Value::Link(index) => shown(&links.name(*index)).into(),
        Value::Name(name) => shown(name).into(),
        Value::User(number) => or_number(names::user(*number)),
        Value::Group(number) => or_number(names::group(*number)),
        Value::Text(text) => text.as_ref().into(),
        Value::List(values) => values.iter().map(|value| json(value, links)).collect(),
        Value::Fields(fields) => object(fields, links).into(),
        other => other.to_string().into(),
    }
}

/// As words, one after another: what is so has its name alone.
pub(crate) fn words(fields: &[Field], links: &Names) -> String {
    let words = |field: &Field| match &field.value {
        Value::Bool(true) => field.name.to_owned(),
        Value::Fields(fields) => format!("{} {}", field.name, words(fields, links)),
        value => format!("{} {}", field.name, word(value, links)),
    };
    fields.iter().map(words).collect::<Vec<_>>().join(" ")
}

fn word(value: &Value, links: &Names) -> String {
    match value {
        Value::Link(index) => link_name(links, *index),
        Value::Name(name) => text::safe(name),
        Value::User(number) => text::safe(&*names::user(*number)),
        Value::Group(number) => text::safe(&*names::group(*number)),
        Value::List(values) => {
            let words: Vec<_> = values.iter().map(|value| word(value, links)).collect();
            words.join(",")
        }
        Value::Fields(fields) => words(fields, links),
        other => text::safe(other.to_string()),
    }
}
