// SPDX-License-Identifier: MIT OR Apache-2.0

//! The configuration of links and encapsulations: attributes that a table names.
//!
//! Each kind of link has its own attributes. A table has a row for each of them: its
//! number, its key in the output of `ip -j`, and the format of its payload.

use super::ip;
use crate::kernel::numbers as n;
use crate::netlink::attr::{Attribute, Attributes};
use crate::netlink::{Error, Result};
use crate::terminal;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;

/// A field in the configuration of a link or an encapsulation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name, which is its key in the output of `ip -j`.
    pub name: &'static str,
    /// Its value.
    pub value: Value,
    /// Whether it changes by itself, with time or with traffic.
    pub passes: bool,
}

/// The value of a [`Field`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// No value.
    Nothing,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A number that may be negative.
    Signed(i64),
    /// A number that is shown in hexadecimal.
    Hex(u64),
    /// A time, in hundredths of a second.
    Time(u64),
    /// The number of a link.
    Link(u32),
    /// The number of a user.
    User(u32),
    /// The number of a group of users.
    Group(u32),
    /// A user-chosen name, whose bytes need not be text.
    Name(OsString),
    /// A name from the kernel, or text.
    Text(Cow<'static, str>),
    /// Several values.
    List(Vec<Value>),
    /// Nested fields.
    Fields(Vec<Field>),
}

impl Field {
    pub(super) fn new(name: &'static str, value: Value) -> Self {
        Self {
            name,
            value,
            passes: false,
        }
    }

    /// Returns whether the fields differ, apart from those that change by themselves.
    pub(super) fn differ(now: &[Self], before: &[Self]) -> bool {
        let same = |(now, before): (&Self, &Self)| {
            now.name == before.name && (now.passes || now.value == before.value)
        };
        now.len() != before.len() || !now.iter().zip(before).all(same)
    }
}

impl Value {
    pub(super) fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Value {
    /// Formats the value as `ip` does. A link becomes `if7`, because its name needs the
    /// list of links.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("none"),
            Self::Bool(true) => f.write_str("on"),
            Self::Bool(false) => f.write_str("off"),
            Self::Number(number) => write!(f, "{number}"),
            Self::User(number) | Self::Group(number) => write!(f, "{number}"),
            Self::Signed(number) => write!(f, "{number}"),
            Self::Hex(0) => f.write_str("0"),
            Self::Hex(number) => write!(f, "{number:#x}"),
            Self::Time(time) => write!(f, "{}.{:02}", time / 100, time % 100),
            Self::Link(index) => write!(f, "if{index}"),
            Self::Name(name) => f.write_str(&name.to_string_lossy()),
            Self::Text(text) => f.write_str(text),
            Self::List(values) => {
                for (place, value) in values.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(f, "{comma}{value}")?;
                }
                Ok(())
            }
            Self::Fields(fields) => {
                for (place, field) in fields.iter().enumerate() {
                    let space = if place == 0 { "" } else { " " };
                    write!(f, "{space}{} {}", field.name, field.value)?;
                }
                Ok(())
            }
        }
    }
}

/// The format of an attribute's payload.
pub(super) enum Show {
    /// An unsigned number of 1, 2, 4 or 8 bytes.
    Number,
    /// An unsigned number in network byte order.
    Big,
    /// A signed number of 4 bytes.
    Signed,
    /// An unsigned number, shown in hexadecimal.
    Hex,
    /// A number in network byte order, shown in hexadecimal.
    BigHex,
    /// A number; 0 means false.
    Bool,
    /// True if the attribute is present, otherwise false.
    Presence,
    /// True if a bit is set, otherwise not shown.
    Yes,
    /// True, whatever the payload is.
    Flag,
    /// Like the other, but not shown if all bits are 0.
    Unless0(&'static Show),
    /// Like the other, but 0 if the attribute is absent.
    Or0(&'static Show),
    /// Like the other, but the field changes by itself.
    Passing(&'static Show),
    /// A number, shown as its name.
    Name(&'static [(u64, &'static str)]),
    /// A field for each bit that is set, with the value true.
    Bits(&'static [(u64, &'static str)]),
    /// An IP address.
    Address,
    /// An end of a tunnel: an IP address, or `any`.
    End,
    /// A hardware address.
    Hardware,
    /// A link.
    Link,
    /// A link, or none.
    LinkOrNone,
    /// A user.
    User,
    /// A group of users.
    Group,
    /// An ethertype, in network byte order.
    Ethertype,
    /// A time in hundredths of a second.
    Time,
    /// A routing table.
    Table,
    /// Nested attributes.
    Nest(&'static [Row]),
    /// Several attributes, all in this format.
    List(&'static Show),
    /// A format of its own.
    Other(fn(&Attribute<'_>) -> Result<Option<Value>>),
}

/// A row: number, key, and format.
pub(super) type Row = (u16, &'static str, Show);

/// A table of rows. The key is the attribute's constant without the prefix, in lower case,
/// unless another one is given.
macro_rules! rows {
    ($prefix:literal $($number:ident $($key:literal)?: $show:expr,)+) => {
        // Before Rust 1.89, only a constant lets one table be a part of another.
        const {
            &[$((
                $crate::kernel::numbers::$number,
                rows!(@key $prefix $number $($key)?),
                $show,
            )),+]
        }
    };
    (@key $prefix:literal $number:ident $key:literal) => {
        $key
    };
    (@key $prefix:literal $number:ident) => {{
        const NAME: &str = stringify!($number);
        const KEY: [u8; NAME.len() - $prefix.len()] =
            $crate::route::fields::key(NAME, $prefix);
        match std::str::from_utf8(&KEY) {
            Ok(key) => key,
            Err(_) => NAME,
        }
    }};
}
pub(super) use rows;

/// Returns the part of a constant's name after its prefix, in lower case.
pub(super) const fn key<const N: usize>(name: &str, prefix: &str) -> [u8; N] {
    let (name, prefix) = (name.as_bytes(), prefix.as_bytes());
    let mut key = [0; N];
    let mut at = 0;
    while at < name.len() {
        if at < prefix.len() {
            assert!(name[at] == prefix[at], "the constant has another prefix");
        } else {
            key[at - prefix.len()] = name[at].to_ascii_lowercase();
        }
        at += 1;
    }
    key
}

/// Attributes by their numbers.
pub(super) type Found<'a> = BTreeMap<u16, Attribute<'a>>;

pub(super) fn find(attributes: Attributes<'_>) -> Result<Found<'_>> {
    attributes
        .map(|attribute| attribute.map(|attribute| (attribute.number, attribute)))
        .collect()
}

/// Reads the attributes that a table has rows for, in the table's order.
pub(super) fn read(rows: &'static [Row], found: &Found<'_>) -> Result<Vec<Field>> {
    let mut fields = Vec::new();
    for (number, name, show) in rows {
        match found.get(number) {
            Some(attribute) => show.read(name, attribute, &mut fields)?,
            None => fields.extend(show.absent().map(|value| Field::new(name, value))),
        }
    }
    Ok(fields)
}

/// Formats a hardware address of a link of this type.
pub(super) fn hardware(link_type: u16, address: &[u8]) -> String {
    use n::{ARPHRD_IP6GRE, ARPHRD_IPGRE, ARPHRD_SIT, ARPHRD_TUNNEL, ARPHRD_TUNNEL6};
    if let (ARPHRD_TUNNEL | ARPHRD_SIT | ARPHRD_IPGRE, Ok(v4)) =
        (link_type, <[u8; 4]>::try_from(address))
    {
        return IpAddr::from(v4).to_string();
    }
    if let (ARPHRD_TUNNEL6 | ARPHRD_IP6GRE, Ok(v6)) = (link_type, <[u8; 16]>::try_from(address)) {
        return IpAddr::from(v6).to_string();
    }
    terminal::hex(address, ":")
}

/// A link type whose addresses are not IP addresses.
const NO_TUNNEL: u16 = 0;

#[cold]
fn malformed<T>(what: &'static str, attribute: &Attribute<'_>) -> Result<T> {
    Err(Error::Malformed {
        what,
        offset: attribute.offset,
    })
}

/// Reads an unsigned number of any length.
pub(super) fn number(attribute: &Attribute<'_>) -> Result<u64> {
    match *attribute.payload {
        [a] => Ok(a.into()),
        [a, b] => Ok(u16::from_ne_bytes([a, b]).into()),
        _ => attribute.uint(),
    }
}

/// Reads an unsigned number of any length in network byte order.
pub(super) fn big(attribute: &Attribute<'_>) -> Result<u64> {
    match *attribute.payload {
        [_] | [_, _] | [_, _, _, _] | [_, _, _, _, _, _, _, _] => {
            let bytes = attribute.payload.iter();
            Ok(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
        }
        _ => malformed("an attribute's length does not fit its type", attribute),
    }
}

/// Returns `ip`'s name for an ethertype: `ETH_P_*`.
fn ethertype(number: u64) -> Value {
    let name = match number {
        0x0800 => "ip",
        0x0806 => "arp",
        0x6558 => "teb",
        0x8100 => "802.1Q",
        0x86dd => "ipv6",
        0x8847 => "mpls_uc",
        0x8848 => "mpls_mc",
        0x88a8 => "802.1ad",
        other => return Value::text(format!("[{other}]")),
    };
    Value::text(name)
}

impl Show {
    /// Returns the value for an absent attribute.
    fn absent(&self) -> Option<Value> {
        match self {
            Self::Presence => Some(Value::Bool(false)),
            Self::End => Some(Value::text("any")),
            Self::LinkOrNone => Some(Value::Nothing),
            Self::Or0(_) => Some(Value::Number(0)),
            _ => None,
        }
    }

    fn read(
        &self,
        name: &'static str,
        attribute: &Attribute<'_>,
        fields: &mut Vec<Field>,
    ) -> Result<()> {
        match self {
            Self::Bits(bits) => {
                let is = number(attribute)?;
                let set = bits.iter().filter(|(bit, _)| is & bit != 0);
                fields.extend(set.map(|(_, name)| Field::new(name, Value::Bool(true))));
            }
            Self::Passing(show) => {
                let before = fields.len();
                show.read(name, attribute, fields)?;
                for field in fields.iter_mut().skip(before) {
                    field.passes = true;
                }
            }
            _ => fields.extend(self.value(attribute)?.map(|value| Field::new(name, value))),
        }
        Ok(())
    }

    fn value(&self, attribute: &Attribute<'_>) -> Result<Option<Value>> {
        let is_0 = attribute.payload.iter().all(|byte| *byte == 0);
        Ok(Some(match self {
            Self::Number => Value::Number(number(attribute)?),
            Self::Big => Value::Number(big(attribute)?),
            Self::Signed => Value::Signed((attribute.u32()? as i32).into()),
            Self::Hex => Value::Hex(number(attribute)?),
            Self::BigHex => Value::Hex(big(attribute)?),
            Self::Bool => Value::Bool(number(attribute)? != 0),
            Self::Yes if is_0 => return Ok(None),
            Self::Presence | Self::Yes | Self::Flag => Value::Bool(true),
            Self::Unless0(_) if is_0 => return Ok(None),
            Self::Unless0(show) | Self::Or0(show) | Self::Passing(show) => {
                return show.value(attribute)
            }
            Self::Name(names) => {
                let is = number(attribute)?;
                let name = names.iter().find(|(number, _)| *number == is);
                match name {
                    Some((_, name)) => Value::text(*name),
                    None => Value::text(is.to_string()),
                }
            }
            // These are fields, not a value.
            Self::Bits(_) => return Ok(None),
            Self::End if is_0 => Value::text("any"),
            Self::Address | Self::End => Value::text(ip(attribute)?.to_string()),
            Self::Hardware => Value::text(hardware(NO_TUNNEL, attribute.payload)),
            Self::Link | Self::LinkOrNone => Value::Link(attribute.u32()?),
            Self::User => Value::User(attribute.u32()?),
            Self::Group => Value::Group(attribute.u32()?),
            Self::Ethertype => ethertype(big(attribute)?),
            Self::Time => Value::Time(number(attribute)?),
            Self::Table => Value::text(super::names::table(attribute.u32()?)),
            Self::Nest(rows) => Value::Fields(read(rows, &find(attribute.attributes())?)?),
            Self::List(show) => {
                let mut values = Vec::new();
                for attribute in attribute.attributes() {
                    values.extend(show.value(&attribute?)?);
                }
                Value::List(values)
            }
            Self::Other(read) => return read(attribute),
        }))
    }
}

/// Reads an IP address at the offset `place` of other bytes.
pub(super) fn address_at(bytes: &[u8], place: usize) -> Option<IpAddr> {
    let address: [u8; 16] = bytes.get(place..place.checked_add(16)?)?.try_into().ok()?;
    Some(address.into())
}
