// SPDX-License-Identifier: GPL-2.0

//! Messages as values: replies, notifications and events. Each knows its size and can put its
//! attributes into a message.

use super::{
    types::AttrType,
    wire::{
        size,
        NoRoom,
        ALIGN, //
    },
    writer::Writer, //
};

/// The attributes of a message, or of a nest. Generated from the spec.
pub(crate) trait Payload {
    /// The maximum size of the attributes in bytes, or `None` if the spec does not bound it.
    const SIZE_MAX: Option<usize>;

    /// Returns the maximum size of these attributes in bytes. Integers of variable width count with
    /// their full width.
    fn size(&self) -> usize;

    /// Puts the attributes into a message.
    fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom>;
}

/// The payload of an operation that has no reply.
impl Payload for () {
    const SIZE_MAX: Option<usize> = Some(0);

    fn size(&self) -> usize {
        0
    }

    fn put(&self, _to: &mut Writer<'_>) -> Result<(), NoRoom> {
        Ok(())
    }
}

/// Returns the size in bytes of one attribute for each of `values`.
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
    to: &mut Writer<'_>,
    number: u16,
    values: impl IntoIterator<Item = T::Value<'a>>,
) -> Result<(), NoRoom> {
    for value in values {
        T::put(to, number, value)?;
    }
    Ok(())
}

/// Returns the maximum size of a nest in bytes, if it is bounded.
pub(crate) const fn nest_max<P: Payload>() -> Option<usize> {
    match P::SIZE_MAX {
        Some(size) => Some(size::bytes(size)),
        None => None,
    }
}

/// Returns the size in bytes of one nest for each of `values`.
#[inline]
pub(crate) fn size_of_nests<'a, P: Payload + 'a>(values: impl IntoIterator<Item = &'a P>) -> usize {
    let sizes = values.into_iter().map(|value| size::bytes(value.size()));
    sizes.sum()
}

/// Puts a nest for each of `values`.
#[inline]
pub(crate) fn put_nests<'a, P: Payload + 'a>(
    to: &mut Writer<'_>,
    number: u16,
    values: impl IntoIterator<Item = &'a P>,
) -> Result<(), NoRoom> {
    for value in values {
        to.nest(number, |to| value.put(to))?;
    }
    Ok(())
}

/// Returns the size in bytes of an array with one element for each of `values`. 0 for `None`.
#[inline]
pub(crate) fn size_of_array<T: AttrType>(values: Option<&[T::Value<'_>]>) -> usize {
    values.map_or(0, |values| {
        size::bytes(size_of_attrs::<T>(values.iter().copied()))
    })
}

/// Puts an array with one element for each of `values`, numbered from 1. Puts nothing for `None`.
#[inline]
pub(crate) fn put_array<T: AttrType>(
    to: &mut Writer<'_>,
    number: u16,
    values: Option<&[T::Value<'_>]>,
) -> Result<(), NoRoom> {
    let Some(values) = values else { return Ok(()) };
    to.nest(number, |to| {
        for (place, value) in (1..).zip(values) {
            T::put(to, place, *value)?;
        }
        Ok(())
    })
}

/// Like [`size_of_array`], for nests.
#[inline]
pub(crate) fn size_of_nest_array<P: Payload>(values: Option<&[P]>) -> usize {
    values.map_or(0, |values| size::bytes(size_of_nests(values)))
}

/// Like [`put_array`], for nests.
#[inline]
pub(crate) fn put_nest_array<P: Payload>(
    to: &mut Writer<'_>,
    number: u16,
    values: Option<&[P]>,
) -> Result<(), NoRoom> {
    let Some(values) = values else { return Ok(()) };
    to.nest(number, |to| {
        for (place, value) in (1..).zip(values) {
            to.nest(place, |to| value.put(to))?;
        }
        Ok(())
    })
}

/// Nests, each with its attribute number.
#[derive(Clone, Copy)]
pub(crate) struct Numbered<'a, P>(pub(crate) &'a [(u16, P)]);

impl<P: Payload> Payload for Numbered<'_, P> {
    const SIZE_MAX: Option<usize> = None;

    fn size(&self) -> usize {
        size_of_nests(self.0.iter().map(|(_, value)| value))
    }

    fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
        for (number, value) in self.0 {
            to.nest(*number, |to| value.put(to))?;
        }
        Ok(())
    }
}

/// Returns the size of the family's own header of `len` bytes in a message, with its padding.
pub(crate) const fn family_header_size(len: usize) -> usize {
    len.next_multiple_of(ALIGN)
}

/// Returns the sum of the maximum sizes of attributes, if all of them are bounded.
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

/// A message with an operation number of its own: a notification or an event.
pub(crate) trait Message: Payload {
    /// The number of the operation.
    const CMD: u8;
}

/// A message for the listeners of a multicast group.
pub(crate) trait Notification: Message {
    /// The index of the group in the family's list.
    const GROUP: usize;
}
