// SPDX-License-Identifier: MIT OR Apache-2.0

//! The parts of the tables of links.

use crate::netlink::attr::Attribute;
use crate::netlink::Result;
use crate::route::fields::{number, Field, Found, Row, Value};

/// A function for fields that depend on more than one attribute.
pub(super) type Finish = fn(&Found<'_>, &mut Vec<Field>) -> Result<()>;

/// The configuration of links of a kind.
pub(super) struct Kind {
    pub(super) names: &'static [&'static str],
    pub(super) rows: &'static [Row],
    pub(super) finish: Finish,
}

/// Adds nothing.
pub(super) fn done(_: &Found<'_>, _: &mut Vec<Field>) -> Result<()> {
    Ok(())
}

/// Returns the number in an attribute; 0 if it is absent.
pub(super) fn number_of(found: &Found<'_>, attribute: u16) -> Result<u64> {
    found.get(&attribute).map_or(Ok(0), number)
}

/// Reads consecutive words of 4 bytes.
pub(super) fn words<const N: usize>(attribute: &Attribute<'_>) -> Option<[u32; N]> {
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(attribute.payload.chunks_exact(4)) {
        *word = u32::from_ne_bytes(bytes.try_into().ok()?);
    }
    (attribute.payload.len() >= N.checked_mul(4)?).then_some(words)
}

/// The identifier of a bridge: a priority and a hardware address.
pub(super) fn bridge_id(attribute: &Attribute<'_>) -> Result<Option<Value>> {
    let [high, low, address @ ..] = attribute.payload else {
        return Ok(None);
    };
    let address: Vec<_> = address.iter().map(|byte| format!("{byte:x}")).collect();
    let address = address.join(":");
    Ok(Some(Value::text(format!("{high:02x}{low:02x}.{address}"))))
}
