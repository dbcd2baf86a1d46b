// SPDX-License-Identifier: MIT OR Apache-2.0

//! Integers: their bytes, and their names and texts.

use super::{excerpt, hint};
use anyhow::{bail, Result};
use parley_spec::did_you_mean;
use parley_spec::model::{ByteOrder, EnumUse, Integer, IntegerType, Spec};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};

/// Reads an integer that has the length of `payload`.
pub(super) fn read(payload: &[u8], integer: &Integer) -> Option<i128> {
    let width = match integer.kind {
        IntegerType::Uint | IntegerType::Sint if payload.len() == 4 => 4,
        kind => kind.bits() as usize / 8,
    };
    if payload.len() != width {
        return None;
    }
    let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let value = match is_big(integer.order) {
        true => payload.iter().fold(0, fold),
        false => payload.iter().rev().fold(0, fold),
    };
    let unused = 64_u32.saturating_sub(width as u32 * 8);
    Some(match integer.kind.is_signed() {
        true => (((value << unused) as i64) >> unused).into(),
        false => value.into(),
    })
}

/// Encodes a value, if the integer's type can hold it.
fn write(value: i128, integer: &Integer) -> Option<Vec<u8>> {
    let (least, most) = integer.kind.range();
    if !(least..=most).contains(&value) {
        return None;
    }
    let width = match integer.kind {
        IntegerType::Uint if u32::try_from(value).is_ok() => 4,
        IntegerType::Sint if i32::try_from(value).is_ok() => 4,
        kind => kind.bits() as usize / 8,
    };
    let mut bytes = value.to_le_bytes().get(..width)?.to_vec();
    if is_big(integer.order) {
        bytes.reverse();
    }
    Some(bytes)
}

fn is_big(order: ByteOrder) -> bool {
    match order {
        ByteOrder::Host => cfg!(target_endian = "big"),
        ByteOrder::Little => false,
        ByteOrder::Big => true,
    }
}

/// Returns an integer as JSON: by name, by its display hint, or as a number.
pub(super) fn show(spec: &Spec, value: i128, integer: &Integer, hint: Option<&str>) -> Value {
    let is_of_two_lengths = matches!(integer.kind, IntegerType::Uint | IntegerType::Sint);
    match (integer.values, hint) {
        (Some(used), _) => names(spec, value, used),
        _ if is_of_two_lengths => number(value),
        (None, Some("hex")) => match value < 0 {
            true => format!("-{:#x}", value.unsigned_abs()).into(),
            false => format!("{value:#x}").into(),
        },
        (None, Some("ipv4" | "ipv6" | "ipv4-or-v6")) => match u32::try_from(value) {
            Ok(address) => Ipv4Addr::from(address).to_string().into(),
            Err(_) => number(value),
        },
        _ => number(value),
    }
}

fn number(value: i128) -> Value {
    match (u64::try_from(value), i64::try_from(value)) {
        (Ok(value), _) => value.into(),
        (_, Ok(value)) => value.into(),
        _ => value.to_string().into(),
    }
}

/// Returns the name of a value, or the sorted names of its bits.
pub(super) fn names(spec: &Spec, value: i128, used: EnumUse) -> Value {
    if !used.as_flags {
        return name(spec, value, used).into();
    }
    let bits = (0..64).filter(|bit| value >> bit & 1 == 1);
    let mut names: Vec<_> = bits.map(|bit| name(spec, bit, used)).collect();
    names.sort_unstable();
    names.into()
}

fn name(spec: &Spec, value: i128, used: EnumUse) -> String {
    let entries = spec.enumeration(used.id).map(|known| &known.entries[..]);
    // If a value has several names, the kernel's tools use the last one.
    let mut entries = entries.unwrap_or_default().iter().rev();
    match entries.find(|entry| entry.value == value) {
        Some(entry) => entry.name.clone(),
        None => format!("Unknown({value})"),
    }
}

/// Encodes the integer that `value` represents.
pub(super) fn parse(
    spec: &Spec,
    value: &Value,
    integer: &Integer,
    hint: Option<&str>,
    path: &str,
) -> Result<Vec<u8>> {
    let parsed = integer_of(spec, value, integer.values, hint, path)?;
    let Some(bytes) = write(parsed, integer) else {
        let (least, most) = integer.kind.range();
        bail!("{path} cannot be {parsed}: its type has the values {least} to {most}");
    };
    Ok(bytes)
}

/// Returns the integer that `value` represents.
pub(super) fn integer_of(
    spec: &Spec,
    value: &Value,
    values: Option<EnumUse>,
    hint: Option<&str>,
    path: &str,
) -> Result<i128> {
    match (value, values) {
        (Value::Bool(value), _) => return Ok((*value).into()),
        (Value::Number(value), _) => {
            if let Some(value) = plain(&value.to_string()) {
                return Ok(value);
            }
        }
        (Value::String(text), _) if plain(text).is_some() => return Ok(plain(text).unwrap_or(0)),
        (Value::String(text), Some(used)) if used.as_flags => {
            let names = text.split([',', '|']).map(str::trim);
            let names = names.filter(|name| !name.is_empty());
            let bits = names.map(|name| entry(spec, name, used, path));
            return bits.reduce(union).unwrap_or(Ok(0));
        }
        (Value::String(text), Some(used)) => return entry(spec, text, used, path),
        (Value::Array(items), Some(used)) if used.as_flags => {
            let bits = items
                .iter()
                .map(|item| integer_of(spec, item, values, None, path));
            return bits.reduce(union).unwrap_or(Ok(0));
        }
        (Value::String(text), None) => {
            if let (Some(_), Ok(IpAddr::V4(address))) = (hint, text.parse()) {
                return Ok(u32::from(address).into());
            }
        }
        _ => {}
    }
    let expected = match (values, hint) {
        (Some(used), _) => format!("a number or a name of {}", spec[used.id].name),
        (None, Some("ipv4" | "ipv6" | "ipv4-or-v6")) => hint::expected(hint).to_owned(),
        _ => "a number".to_owned(),
    };
    bail!("{path} cannot be {}; expected {expected}", excerpt(value))
}

fn union(one: Result<i128>, other: Result<i128>) -> Result<i128> {
    Ok(one? | other?)
}

/// Returns the bytes of a text, which must not contain a NUL.
pub(super) fn text<'t>(text: &'t str, path: &str) -> Result<&'t [u8]> {
    match text.contains('\0') {
        true => bail!(
            "{path} cannot contain a NUL, because the kernel would only see the text before it"
        ),
        false => Ok(text.as_bytes()),
    }
}

/// Reads a number in decimal, or in hexadecimal after 0x.
fn plain(text: &str) -> Option<i128> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let value = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    let value = i128::from(value);
    Some(if is_negative { -value } else { value })
}

/// Returns the value of a name; for a flag, its bit.
fn entry(spec: &Spec, name: &str, used: EnumUse, path: &str) -> Result<i128> {
    let place = |value: i128| match (used.as_flags, value) {
        (true, 0..64) => Ok(1 << value),
        (true, _) => bail!("{path} cannot have the bit {value}; bits are 0 to 63"),
        (false, _) => Ok(value),
    };
    let entries = spec.enumeration(used.id).map(|known| &known.entries[..]);
    let entries = entries.unwrap_or_default();
    if let Some(known) = entries.iter().find(|entry| entry.name == name) {
        return place(known.value);
    }
    let unknown = name
        .strip_prefix("Unknown(")
        .and_then(|name| name.strip_suffix(')'));
    if let Some(value) = unknown.and_then(plain) {
        return place(value);
    }
    let set = &spec[used.id].name;
    let hint = did_you_mean(name, entries.iter().map(|entry| &*entry.name));
    let quoted = excerpt(name);
    match hint.is_empty() && entries.len() <= 12 {
        true => {
            let names: Vec<_> = entries.iter().map(|entry| &*entry.name).collect();
            bail!(
                "{path} cannot be `{quoted}`; {set} has {}",
                names.join(", ")
            )
        }
        false => bail!("{path} cannot be `{quoted}`, which {set} does not have{hint}"),
    }
}
