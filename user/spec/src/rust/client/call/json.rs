// SPDX-License-Identifier: MIT OR Apache-2.0

//! Values as JSON: what a request is made of, and what a reply is turned into.

use parley_netlink::netlink::{attr::Attributes, Result as Read};
use serde_json::{Map, Value};
use std::fmt;

/// A result of this module.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation has no reply.
#[derive(Debug)]
pub enum Error {
    /// An argument is wrong.
    Argument {
        /// The names that lead to it; empty if it is the whole.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// What is dumped changed meanwhile.
    Interrupted,
    /// The kernel refuses, or cannot be talked to.
    Kernel(parley_netlink::Error),
}

impl Error {
    pub(super) fn argument(what: impl Into<String>) -> Self {
        Self::Argument {
            path: String::new(),
            what: what.into(),
        }
    }

    pub(super) fn within(self, name: &str) -> Self {
        match self {
            Self::Argument { path, what } if path.is_empty() => Self::Argument {
                path: name.into(),
                what,
            },
            Self::Argument { path, what } => Self::Argument {
                path: format!("{name}.{path}"),
                what,
            },
            other => other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument { path, what } if path.is_empty() => f.write_str(what),
            Self::Argument { path, what } => write!(f, "{path}: {what}"),
            Self::Interrupted => f.write_str("the list changed while it was dumped; dump it again"),
            Self::Kernel(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<parley_netlink::Error> for Error {
    fn from(error: parley_netlink::Error) -> Self {
        Self::Kernel(error)
    }
}

/// The names of an enum's values, or of the bits of a flag set by their number.
pub type Names = &'static [(&'static str, i128)];

fn wrong<T>(what: impl Into<String>) -> Result<T> {
    Err(Error::argument(what))
}

/// Keeps a value until the program ends, so that a request can borrow it.
pub fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Returns `of` if it is an object and has no other members than these.
pub fn object<'v>(of: &'v Value, names: &[&str]) -> Result<&'v Value> {
    let Some(members) = of.as_object() else {
        return wrong("this takes an object of JSON, {\"NAME\": VALUE, ...}");
    };
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(of),
        Some(name) if names.is_empty() => wrong(format!("there is no `{name}`: it takes nothing")),
        Some(name) => wrong(format!(
            "there is no `{name}`; it takes {}",
            names.join(", ")
        )),
    }
}

/// Reads the member `name`, if it is there.
pub fn one<T>(of: &Value, name: &str, read: impl FnOnce(&Value) -> Result<T>) -> Result<Option<T>> {
    let read = of.get(name).map(read).transpose();
    read.map_err(|error| error.within(name))
}

/// Reads the member `name` of a struct. If it is not there, it is `zero`.
pub fn member<T>(
    of: &Value,
    name: &str,
    read: impl FnOnce(&Value) -> Result<T>,
    zero: impl FnOnce() -> Result<T>,
) -> Result<T> {
    one(of, name, read)?.map_or_else(zero, Ok)
}

/// Whether the flag `name` is set.
pub fn flag(of: &Value, name: &str) -> Result<bool> {
    let read = |value: &Value| match value {
        Value::Bool(set) => Ok(*set),
        Value::String(word) if word == "true" => Ok(true),
        Value::String(word) if word == "false" => Ok(false),
        _ => wrong("a flag is true or false"),
    };
    Ok(one(of, name, read)?.unwrap_or(false))
}

/// Reads a list. A value that is no list is one of one element.
pub fn list<T>(value: &Value, read: impl Fn(&Value) -> Result<T>) -> Result<&'static [T]> {
    let items = match value {
        Value::Array(items) => items,
        _ => std::slice::from_ref(value),
    };
    let read: Result<Vec<T>> = items.iter().map(read).collect();
    Ok(Box::leak(read?.into_boxed_slice()))
}

/// An integer. In a text it may be hexadecimal.
pub fn number(value: &Value) -> Result<i128> {
    let parsed = match value {
        Value::Number(number) => {
            let signed = number.as_i64().map(i128::from);
            signed.or(number.as_u64().map(i128::from))
        }
        Value::String(word) => match word.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok(),
            None => word.parse().ok(),
        },
        _ => None,
    };
    parsed.map_or_else(|| wrong(format!("{value} is no integer")), Ok)
}

/// An integer of the attribute's type.
pub fn fit<T: TryFrom<i128>>(number: i128) -> Result<T> {
    let kind = std::any::type_name::<T>();
    T::try_from(number).or_else(|_| wrong(format!("{number} does not fit into {kind}")))
}

/// The value of an enum, by its name or number.
pub fn entry(value: &Value, names: Names) -> Result<i128> {
    let word = value.as_str();
    let number = number(value).ok();
    let mut known = names.iter();
    match known.find(|(name, entry)| word == Some(name) || number == Some(*entry)) {
        Some((_, entry)) => Ok(*entry),
        None => {
            let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
            wrong(format!("{value} is none of: {}", all.join(", ")))
        }
    }
}

/// Why a number is no value of an enum.
pub fn unnamed(raw: impl std::fmt::Display) -> Error {
    Error::argument(format!("{raw} is no value of the enum"))
}

/// Flags: a list of their names, or a number.
pub fn bits(value: &Value, names: Names) -> Result<i128> {
    if let Ok(bits) = number(value) {
        return Ok(bits);
    }
    let set = match value {
        Value::String(words) => {
            let words = words.split(',').filter(|word| !word.is_empty());
            list(&words.collect(), |word| entry(word, names))?
        }
        value => list(value, |word| entry(word, names))?,
    };
    Ok(set.iter().fold(0, |bits, bit| bits | 1 << bit))
}

/// Values of flags, and which of the flags are meant.
pub fn bitfield(value: &Value, names: Names) -> Result<(u32, u32)> {
    let of = object(value, &["value", "selector"])?;
    let part = |name| one(of, name, |part| bits(part, names).and_then(fit));
    let (value, selector) = (part("value")?, part("selector")?);
    Ok((value.unwrap_or(0), selector.unwrap_or(0)))
}

/// A text.
pub fn text(value: &Value) -> Result<&'static [u8]> {
    match value {
        Value::String(text) => Ok(leak(text.clone()).as_bytes()),
        _ => wrong(format!("{value} is no text")),
    }
}

/// Bytes, in hexadecimal.
pub fn bytes(value: &Value) -> Result<&'static [u8]> {
    let digits = value.as_str().unwrap_or("?").replace([':', ' '], "");
    let pairs = digits.as_bytes().chunks(2);
    let read = pairs.map(|pair| match pair {
        [high, low] => {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            let byte = digit(*high)? << 4 | digit(*low)?;
            u8::try_from(byte).ok()
        }
        _ => None,
    });
    match read.collect::<Option<Vec<u8>>>() {
        Some(bytes) => Ok(leak(bytes)),
        None => wrong(format!(
            "{value} is not bytes in hexadecimal, such as \"00ff\""
        )),
    }
}

/// Bytes of an array, behind which zeros are put.
pub fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    let mut array = [0; N];
    match array.get_mut(..bytes.len()) {
        Some(part) => part.copy_from_slice(bytes),
        None => return wrong(format!("{} bytes do not fit into {N}", bytes.len())),
    }
    Ok(array)
}

/// What a message holds.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    pub fn flag(&mut self, name: &str, set: bool) {
        if set {
            self.0.insert(name.into(), true.into());
        }
    }

    pub fn one<T>(
        &mut self,
        name: &str,
        value: Option<T>,
        show: impl FnOnce(T) -> Read<Value>,
    ) -> Read<()> {
        if let Some(value) = value {
            self.0.insert(name.into(), show(value)?);
        }
        Ok(())
    }

    pub fn all<T>(
        &mut self,
        name: &str,
        values: impl Iterator<Item = Read<T>>,
        show: impl Fn(T) -> Read<Value>,
    ) -> Read<()> {
        let shown = show_list(values, show)?;
        if shown.as_array().is_some_and(|items| !items.is_empty()) {
            self.0.insert(name.into(), shown);
        }
        Ok(())
    }

    /// Puts the members of another object behind these.
    pub fn members(&mut self, of: Self) {
        self.0.extend(of.0);
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

pub fn show_list<T>(
    values: impl Iterator<Item = Read<T>>,
    show: impl Fn(T) -> Read<Value>,
) -> Read<Value> {
    let shown: Read<Vec<Value>> = values.map(|value| show(value?)).collect();
    Ok(Value::Array(shown?))
}

/// The name of an enum's value, or the value itself.
pub fn show_entry(value: i128, names: Names) -> Value {
    match names.iter().find(|(_, entry)| *entry == value) {
        Some((name, _)) => Value::from(*name),
        None => show_number(value),
    }
}

/// The names of flags, and the bits without a name as a number.
pub fn show_bits(bits: i128, names: Names) -> Value {
    let mut rest = bits;
    let mut set = Vec::new();
    for (name, bit) in names {
        if rest & 1 << bit != 0 {
            rest &= !(1 << bit);
            set.push(Value::from(*name));
        }
    }
    if rest != 0 {
        set.push(show_number(rest));
    }
    Value::Array(set)
}

fn show_number(number: i128) -> Value {
    match i64::try_from(number) {
        Ok(number) => number.into(),
        Err(_) => u64::try_from(number).unwrap_or_default().into(),
    }
}

pub fn show_bitfield(value: u32, selector: u32, names: Names) -> Value {
    let part = |bits: u32| match names.is_empty() {
        true => bits.into(),
        false => show_bits(bits.into(), names),
    };
    serde_json::json!({ "value": part(value), "selector": part(selector) })
}

pub fn show_text(text: &[u8]) -> Value {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into()
}

pub fn show_bytes(bytes: &[u8]) -> Value {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.into()
}

/// Attributes of which the spec says nothing, by their number.
pub fn show_attributes(attributes: Attributes<'_>) -> Read<Value> {
    show_list(attributes, |attribute| {
        let number = attribute.number.to_string();
        Ok(serde_json::json!({ number: show_bytes(attribute.payload) }))
    })
}
