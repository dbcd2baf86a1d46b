// SPDX-License-Identifier: MIT OR Apache-2.0

//! The values of a family's attributes as text: a line for each, with nested values below
//! it.

use super::text;
use serde_json::{Map, Value};
use std::io::{Result, Write};

/// Writes a reply, or the entries of a dump with an empty line between them. Writes
/// nothing if there is no reply.
pub(crate) fn write(out: &mut dyn Write, value: &Value) -> Result<()> {
    match value {
        Value::Null => Ok(()),
        Value::Object(values) => object(out, values, 0),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    writeln!(out)?;
                }
                write(out, item)?;
            }
            Ok(())
        }
        value => writeln!(out, "{}", plain(value)),
    }
}

/// A reply on one line.
pub(crate) fn line(values: &Map<String, Value>) -> String {
    let pairs = values.iter().map(|(name, value)| {
        let name = text::safe(name);
        match value {
            Value::Object(values) => format!("{name} {{{}}}", line(values)),
            Value::Array(items) => {
                let items = items.iter().map(|item| match item {
                    Value::Object(values) => format!("{{{}}}", line(values)),
                    item => plain(item),
                });
                format!("{name} [{}]", items.collect::<Vec<_>>().join(", "))
            }
            value => format!("{name} {}", plain(value)),
        }
    });
    pairs.collect::<Vec<_>>().join("  ")
}

fn object(out: &mut dyn Write, values: &Map<String, Value>, depth: usize) -> Result<()> {
    let indent = "  ".repeat(depth);
    let is_plain = |value: &&Value| !value.is_object() && !is_of_nests(value);
    let width = values.iter().filter(|(_, value)| is_plain(value));
    let width = width.map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in values {
        let name = text::safe(name);
        match value {
            Value::Object(values) => {
                writeln!(out, "{indent}{name}")?;
                object(out, values, depth.saturating_add(1))?;
            }
            Value::Array(items) if is_of_nests(value) => {
                for item in items {
                    writeln!(out, "{indent}{name}")?;
                    match item {
                        Value::Object(values) => object(out, values, depth.saturating_add(1))?,
                        item => writeln!(out, "{indent}  {}", plain(item))?,
                    }
                }
            }
            value => {
                let line = format!("{indent}{name:<width$}  {}", plain(value));
                writeln!(out, "{}", line.trim_end())?;
            }
        }
    }
    Ok(())
}

fn is_of_nests(value: &Value) -> bool {
    let items = value.as_array().map(|items| items.iter());
    items.is_some_and(|mut items| items.any(Value::is_object))
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::String(value) => text::safe(value),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        value => text::safe(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nests_stand_below_their_names_and_controls_are_escaped() {
        let value = json!([
            {"name": "a\u{1b}", "id": 7, "ops": [{"id": 1}, {"id": 2}], "flags": ["x", "y"]},
            {"nest": {"flag": true, "long-name": 1}},
        ]);
        let mut out = Vec::new();
        write(&mut out, &value).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "flags  x, y\nid     7\nname   a\\x1b\nops\n  id  1\nops\n  id  2\n\n\
             nest\n  flag       yes\n  long-name  1\n"
        );
        assert_eq!(
            line(value[0].as_object().unwrap()),
            "flags [x, y]  id 7  name a\\x1b  ops [{id 1}, {id 2}]"
        );
        // A legacy spec may have any text for a name.
        let named = json!({"a\u{1b}": {"b\r": [1]}});
        let shown = line(named.as_object().unwrap());
        assert_eq!(shown, "a\\x1b {b\\x0d [1]}");
        let mut none = Vec::new();
        write(&mut none, &Value::Null).unwrap();
        assert!(none.is_empty());
    }
}
