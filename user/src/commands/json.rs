// SPDX-License-Identifier: MIT OR Apache-2.0

//! JSON, in the manner of `ip -j`: one line, keys that stay, numbers as numbers.

#![forbid(unsafe_code)]

use parley::terminal;
use serde_json::{Map, Value};
use std::io::{Result, Write};

/// An object that is being put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// With the key where there is a value, and without it where not.
    pub(super) fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// With the key, and null for its value, if it is so: how `ip` has flags.
    pub(super) fn null_if(self, key: &str, is_so: bool) -> Self {
        self.maybe(key, is_so.then_some(Value::Null))
    }

    /// With bytes: as text where they are UTF-8, else as hex under `KEY_hex`, and
    /// how many they are under `len`.
    pub(super) fn bytes(self, key: &str, bytes: &[u8]) -> Self {
        let with = match std::str::from_utf8(bytes) {
            Ok(text) => self.with(key, text),
            Err(_) => {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                self.with(&format!("{key}_hex"), hex)
            }
        };
        with.with("len", bytes.len())
    }

    /// With what another has.
    pub(super) fn and(mut self, mut other: Self) -> Self {
        self.0.append(&mut other.0);
        self
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// Names as an array of strings.
pub(super) fn strings<S: AsRef<str>>(names: &[S]) -> Value {
    names.iter().map(AsRef::as_ref).collect()
}

/// Writes a value, on a line. What a terminal would obey is escaped, beyond what
/// JSON itself asks for.
pub(super) fn write(out: &mut dyn Write, value: impl Into<Value>) -> Result<()> {
    let text = value.into().to_string();
    let mut rest = text.as_str();
    while let Some(place) = rest.find(terminal::obeys) {
        let (plain, behind) = rest.split_at(place);
        out.write_all(plain.as_bytes())?;
        let mut chars = behind.chars();
        if let Some(control) = chars.next() {
            write!(out, "\\u{:04x}", u32::from(control))?;
        }
        rest = chars.as_str();
    }
    writeln!(out, "{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_the_keys_it_was_given_and_no_controls() {
        let object = Object::new()
            .with("b", 1)
            .maybe("a", None::<u32>)
            .null_if("c", true)
            .null_if("d", false)
            .and(Object::new().with("e", "\u{9b}2J\u{1b}\u{7f}ö\u{202e}"));
        let mut out = Vec::new();
        write(&mut out, object).unwrap();
        let text = String::from_utf8(out).unwrap();
        let expected = "{\"b\":1,\"c\":null,\"e\":\"\\u009b2J\\u001b\\u007fö\\u202e\"}\n";
        assert_eq!(text, expected);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["e"], "\u{9b}2J\u{1b}\u{7f}ö\u{202e}");
    }
}
