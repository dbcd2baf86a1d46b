// SPDX-License-Identifier: MIT OR Apache-2.0

//! The values of generated clients that are more than a number or bytes: nests and lists.
//! They are read when the caller looks at them.
//!
//! ```
//! use parley_netlink::genl::{List, Nest};
//! use parley_netlink::netlink::attr::{Attributes, Writer};
//!
//! let mut buffer = Vec::new();
//! let mut to = Writer::new(&mut buffer);
//! to.u32(1, 10)?;
//! to.u32(1, 20)?;
//! to.packed(2, &[5u16, 6], |value| value.to_be_bytes())?;
//!
//! let attributes = Attributes::new(&buffer);
//! let all = List::repeated(&attributes, 1, |attribute| attribute.u32());
//! assert_eq!(all.collect::<Result<Vec<_>, _>>()?, [10, 20]);
//! for attribute in attributes {
//!     let attribute = attribute?;
//!     if attribute.number == 2 {
//!         let packed = List::packed(&attribute, 2, |attribute| attribute.be16());
//!         assert_eq!(packed.collect::<Result<Vec<_>, _>>()?, [5, 6]);
//!     }
//! }
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use crate::netlink::attr::{Attribute, Attributes};
use crate::netlink::{Error, Result};
use std::fmt;
use std::marker::PhantomData;

/// A value that consists of attributes.
pub trait FromAttributes<'a>: Sized {
    /// Reads the attributes.
    fn from_attributes(attributes: Attributes<'a>) -> Result<Self>;
}

/// A nest that has not been read yet. Borrows from the socket's buffer.
pub struct Nest<'a, X> {
    bytes: &'a [u8],
    value: PhantomData<fn() -> X>,
}

impl<'a, X> Nest<'a, X> {
    /// Creates the nest in `attribute`.
    #[inline]
    pub fn new(attribute: &Attribute<'a>) -> Self {
        Self {
            bytes: attribute.payload,
            value: PhantomData,
        }
    }

    /// Reads the nest.
    // No function pointer, so that the compiler can drop the fields that the caller ignores.
    #[inline(always)]
    pub fn read(&self) -> Result<X>
    where
        X: FromAttributes<'a>,
    {
        X::from_attributes(self.attributes())
    }

    /// Returns the attributes inside.
    #[inline]
    #[must_use]
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.bytes)
    }
}

impl<X> Clone for Nest<'_, X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X> Copy for Nest<'_, X> {}

impl<'a, X: FromAttributes<'a> + fmt::Debug> fmt::Debug for Nest<'a, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.read() {
            Ok(value) => value.fmt(f),
            Err(error) => error.fmt(f),
        }
    }
}

/// A list of values: an iterator that reads each value. Borrows from the socket's buffer.
pub struct List<'a, X> {
    items: Items<'a>,
    read: fn(&Attribute<'a>) -> Result<X>,
}

/// The values of a list that have not been read yet.
#[derive(Clone)]
enum Items<'a> {
    /// The attributes with this number, or all of them without a number.
    Attributes(Attributes<'a>, Option<u16>),
    /// The payload of one attribute, in elements of this size.
    Packed(Attribute<'a>, usize),
}

impl<'a, X> List<'a, X> {
    /// Creates a list of the attributes with the number `number` in `attributes`.
    #[inline]
    pub fn repeated(
        attributes: &Attributes<'a>,
        number: u16,
        read: fn(&Attribute<'a>) -> Result<X>,
    ) -> Self {
        let items = Items::Attributes(attributes.clone(), Some(number));
        Self { items, read }
    }

    /// Creates a list of the attributes inside `attribute`.
    #[inline]
    pub fn inside(attribute: &Attribute<'a>, read: fn(&Attribute<'a>) -> Result<X>) -> Self {
        let items = Items::Attributes(attribute.attributes(), None);
        Self { items, read }
    }

    /// Creates a list from the payload of `attribute`, in elements of `size` bytes. If
    /// the last element is shorter, `read` fails for it.
    #[inline]
    pub fn packed(
        attribute: &Attribute<'a>,
        size: usize,
        read: fn(&Attribute<'a>) -> Result<X>,
    ) -> Self {
        let items = Items::Packed(*attribute, size.max(1));
        Self { items, read }
    }
}

impl<X> Iterator for List<'_, X> {
    type Item = Result<X>;

    fn next(&mut self) -> Option<Result<X>> {
        let item = match &mut self.items {
            Items::Attributes(rest, None) => rest.next()?,
            Items::Attributes(rest, Some(number)) => {
                rest.find(|item| item.as_ref().map_or(true, |item| item.number == *number))?
            }
            Items::Packed(rest, size) => {
                let (piece, behind) = rest.payload.split_at((*size).min(rest.payload.len()));
                rest.payload = behind;
                (!piece.is_empty()).then_some(Ok(Attribute {
                    payload: piece,
                    ..*rest
                }))?
            }
        };
        Some(item.and_then(|item| (self.read)(&item)))
    }
}

impl<X> Clone for List<'_, X> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            read: self.read,
        }
    }
}

impl<X: fmt::Debug> fmt::Debug for List<'_, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The values of some flags, and a selector for these flags (`struct nla_bitfield32`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bitfield32 {
    /// The values.
    pub value: u32,
    /// The flags whose values apply.
    pub selector: u32,
}

impl Bitfield32 {
    /// Reads the payload of an attribute.
    pub fn read(attribute: &Attribute<'_>) -> Result<Self> {
        let [a, b, c, d, e, f, g, h] = attribute.first()?;
        Ok(Self {
            value: u32::from_ne_bytes([a, b, c, d]),
            selector: u32::from_ne_bytes([e, f, g, h]),
        })
    }

    /// Returns the payload of an attribute.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 8] {
        let [a, b, c, d] = self.value.to_ne_bytes();
        let [e, f, g, h] = self.selector.to_ne_bytes();
        [a, b, c, d, e, f, g, h]
    }
}

/// Returns the entry of an enum that has this value. If the spec lacks it, because the
/// kernel is newer, returns the value itself as an error.
pub fn known<V: Copy, R: TryFrom<V>, E>(
    value: V,
    entry: fn(R) -> Option<E>,
) -> std::result::Result<E, V> {
    R::try_from(value).ok().and_then(entry).ok_or(value)
}

/// Returns the value of an attribute, or [`Error::Absent`] with its name, `set.attribute`.
#[inline(always)]
pub fn required<V>(value: Option<V>, name: &'static str) -> Result<V> {
    value.ok_or(Error::Absent(name))
}
