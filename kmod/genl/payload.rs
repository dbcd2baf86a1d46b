// SPDX-License-Identifier: GPL-2.0

//! Messages as values: replies, notifications and events, which know their size and put
//! themselves into a message.

use super::{
    types::AttrType,
    wire::{
        size,
        NoRoom, //
    },
    writer::Writer, //
};

/// The attributes of a message, or of a nest. Generated from the spec.
pub(crate) trait Payload {
    /// The most bytes that the attributes take, if the spec bounds them.
    const SIZE_MAX: Option<usize>;

    /// Returns how many bytes the attributes take at most. Integers of variable width count in
    /// full.
    fn size(&self) -> usize;

    /// Puts the attributes.
    fn put(&self, to: &mut Writer) -> Result<(), NoRoom>;
}

/// The payload of an operation that has no reply.
impl Payload for () {
    const SIZE_MAX: Option<usize> = Some(0);

    fn size(&self) -> usize {
        0
    }

    fn put(&self, _to: &mut Writer) -> Result<(), NoRoom> {
        Ok(())
    }
}

/// Returns how many bytes attributes take, one for each of `values`.
#[inline]
pub(crate) fn size_of_attrs<'a, T: AttrType>(
    values: impl IntoIterator<Item = T::Value<'a>>,
) -> usize {
    let sizes = values.into_iter().map(|value| size::bytes(T::len(value)));
    sizes.sum()
}

/// Puts an attribute for each of `values`.
#[inline]
pub(crate) fn put_attrs<'a, T: AttrType>(
    to: &mut Writer,
    number: u16,
    values: impl IntoIterator<Item = T::Value<'a>>,
) -> Result<(), NoRoom> {
    for value in values {
        T::put(to, number, value)?;
    }
    Ok(())
}

/// Returns the most bytes that a nest takes, if it is bounded.
pub(crate) const fn nest_max<P: Payload>() -> Option<usize> {
    match P::SIZE_MAX {
        Some(size) => Some(size::bytes(size)),
        None => None,
    }
}

/// Returns how many bytes nests take, one for each of `values`.
#[inline]
pub(crate) fn size_of_nests<'a, P: Payload + 'a>(values: impl IntoIterator<Item = &'a P>) -> usize {
    let sizes = values.into_iter().map(|value| size::bytes(value.size()));
    sizes.sum()
}

/// Puts a nest for each of `values`.
#[inline]
pub(crate) fn put_nests<'a, P: Payload + 'a>(
    to: &mut Writer,
    number: u16,
    values: impl IntoIterator<Item = &'a P>,
) -> Result<(), NoRoom> {
    for value in values {
        to.nest(number, |to| value.put(to))?;
    }
    Ok(())
}

/// Returns the most bytes that attributes take together, if each is bounded.
pub(crate) const fn total(sizes: &[Option<usize>]) -> Option<usize> {
    let mut total = 0;
    let mut i = 0;
    while i < sizes.len() {
        match sizes[i] {
            Some(size) => total += size,
            None => return None,
        }
        i += 1;
    }
    Some(total)
}

/// A message with a number of its own: a notification or an event.
pub(crate) trait Message: Payload {
    /// The number of the operation.
    const CMD: u8;
}

/// A message for the listeners of a multicast group.
pub(crate) trait Notification: Message {
    /// The place of the group in the family's list.
    const GROUP: usize;
}
