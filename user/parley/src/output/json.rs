// SPDX-License-Identifier: MIT OR Apache-2.0

//! JSON in the style of `ip -j`: one line, stable keys, numbers as numbers.

use super::text;
use parley_netlink::terminal;
use serde_json::{Map, Value};
use std::ffi::{OsStr, OsString};
use std::io::{Result, Write};
use std::os::unix::ffi::OsStrExt;

/// An object that is being built.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Map<String, Value>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Adds the key if there is a value.
    pub(crate) fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds the key with the value null if the flag is set, as `ip` does for flags.
    pub(crate) fn null_if(self, key: &str, is_so: bool) -> Self {
        self.maybe(key, is_so.then_some(Value::Null))
    }

    /// Adds bytes, as text if they are UTF-8, otherwise as hexadecimal digits under
    /// `KEY_hex`. Their number is added under `len`.
    pub(crate) fn bytes(self, key: &str, bytes: &[u8]) -> Self {
        let with = match std::str::from_utf8(bytes) {
            Ok(text) => self.with(key, text),
            Err(_) => self.with(&format!("{key}_hex"), hex(bytes)),
        };
        with.with("len", bytes.len())
    }

    /// Adds a name. If it is not UTF-8, it is shown as in text output, and its bytes are
    /// added under `KEY_hex`.
    pub(crate) fn name(self, key: &str, name: impl AsRef<OsStr>) -> Self {
        let name = name.as_ref();
        let bytes = name.to_str().is_none().then(|| hex(name.as_bytes()));
        self.with(key, shown(name))
            .maybe(&format!("{key}_hex"), bytes)
    }

    /// Adds a name if there is one.
    pub(crate) fn maybe_name(self, key: &str, name: Option<impl AsRef<OsStr>>) -> Self {
        match name {
            Some(name) => self.name(key, name),
            None => self,
        }
    }

    /// Adds an array of names. If one is not UTF-8, the bytes of all are added under
    /// `KEY_hex`, in the same order.
    pub(crate) fn names(self, key: &str, names: &[OsString]) -> Self {
        let is_text = names.iter().all(|name| name.to_str().is_some());
        let hex: Value = names.iter().map(|name| hex(name.as_bytes())).collect();
        self.with(key, names.iter().map(|name| shown(name)).collect::<Value>())
            .maybe(&format!("{key}_hex"), (!is_text).then_some(hex))
    }

    /// Adds the contents of another object.
    pub(crate) fn and(mut self, mut other: Self) -> Self {
        self.0.append(&mut other.0);
        self
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// Returns a name unchanged. If it is not UTF-8, it is shown as in text output.
pub(crate) fn shown(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) => text.to_owned(),
        None => text::safe(name),
    }
}

fn hex(bytes: &[u8]) -> String {
    terminal::hex(bytes, "")
}

/// Returns names as an array of strings.
pub(crate) fn strings<S: AsRef<str>>(names: &[S]) -> Value {
    names.iter().map(AsRef::as_ref).collect()
}

/// Writes a value on one line. Characters that a terminal would interpret are escaped, in
/// addition to those that JSON itself requires.
pub(crate) fn write(out: &mut dyn Write, value: impl Into<Value>) -> Result<()> {
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

    #[test]
    fn a_name_that_is_not_utf_8_has_its_bytes_beside_it() {
        let name =
            |bytes: &[u8]| Value::from(Object::new().name("ifname", OsStr::from_bytes(bytes)));
        let plain = serde_json::json!({"ifname": "a\\xff\u{1b}"});
        assert_eq!(name(b"a\\xff\x1b"), plain);
        let other = serde_json::json!({"ifname": "a\\xff", "ifname_hex": "61ff"});
        assert_eq!(name(b"a\xff"), other);
        let names = |names: &[&[u8]]| {
            let names: Vec<_> = names
                .iter()
                .map(|name| OsStr::from_bytes(name).to_owned())
                .collect();
            Value::from(Object::new().names("altnames", &names))
        };
        assert_eq!(
            names(&[b"a", b"b"]),
            serde_json::json!({"altnames": ["a", "b"]})
        );
        assert_eq!(
            names(&[b"a", b"\xff"]),
            serde_json::json!({"altnames": ["a", "\\xff"], "altnames_hex": ["61", "ff"]})
        );
        let none = Object::new().maybe_name("label", None::<&str>);
        assert_eq!(Value::from(none), serde_json::json!({}));
    }
}
