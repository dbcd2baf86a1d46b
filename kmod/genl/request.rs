// SPDX-License-Identifier: GPL-2.0

//! Requests: their attributes, validated and typed.
//!
//! An attribute is read when a handler asks for it, so a request needs no memory of its own, no
//! matter how many attributes its operation has.

use super::{
    attr::{
        RawAttr,
        Stream, //
    },
    extack::ExtAck,
    types::AttrType,
    wire::{
        NoRoom,
        ALIGN, //
    },
    writer::Writer, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// The attributes of a request, or of a nest in one. `S` is the operation or the attribute set. The
/// generated code adds a method for each of its attributes.
pub(crate) struct Attrs<'a, S> {
    /// The table that the kernel's parser made for a request, indexed by attribute number.
    /// Attributes that the parser has skipped are missing. Empty for a nest.
    table: &'a [Option<NonNull<bindings::nlattr>>],
    /// The payload of a nest. For a request, all bytes after its headers: the family's own header,
    /// if it has one, and the attributes.
    bytes: &'a [u8],
    /// The nest, if these are its attributes.
    nest: Option<RawAttr<'a>>,
    _of: PhantomData<fn() -> S>,
}

impl<S> Clone for Attrs<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Attrs<'_, S> {}

// Functions and not methods, because a spec may give an attribute any name.

/// Returns the attributes of a request. `bytes` follow its headers; `table` is the kernel's table
/// of the attributes in them.
///
/// # Safety
///
/// `table` must be null, or be a table of `len` pointers that can be read for `'a`, each null or
/// fit for a [`RawAttr`] that lives for `'a`.
#[inline]
pub(super) unsafe fn of_request<'a, S>(
    table: *mut *mut bindings::nlattr,
    len: usize,
    bytes: &'a [u8],
) -> Attrs<'a, S> {
    let table = if table.is_null() {
        &[]
    } else {
        // SAFETY: By the safety requirements of this function. `Option<NonNull<_>>` has the layout
        // of a pointer that may be null.
        unsafe { core::slice::from_raw_parts(table.cast(), len) }
    };
    Attrs {
        table,
        bytes,
        nest: None,
        _of: PhantomData,
    }
}

/// Returns the attributes in `nest`.
fn of_nest<S>(nest: RawAttr<'_>) -> Attrs<'_, S> {
    Attrs {
        table: &[],
        bytes: nest.payload(),
        nest: Some(nest),
        _of: PhantomData,
    }
}

/// Returns the same attributes with the methods of `T`.
pub(super) fn cast<'a, S, T>(attrs: &Attrs<'a, S>) -> Attrs<'a, T> {
    Attrs {
        table: attrs.table,
        bytes: attrs.bytes,
        nest: attrs.nest,
        _of: PhantomData,
    }
}

/// Returns the family's own header of a request. Fails if it is incomplete; the core has refused
/// such a request already.
pub(crate) fn family_header<'a, const LEN: usize, S>(
    attrs: &Attrs<'a, S>,
) -> Result<[u8; LEN], ExtAck<'a>> {
    let header = attrs.bytes.first_chunk().copied();
    header.ok_or_else(|| ExtAck::new(EINVAL, c"the family's header is missing"))
}

/// Returns the attribute `NUMBER` of a request: the last one, if there are several.
///
/// Separate from [`nest_field`], so that this one is a single lookup in the table.
#[inline]
pub(crate) fn field<'a, S, T, const NUMBER: u16>(attrs: &Attrs<'a, S>) -> Field<'a, T, NUMBER> {
    let ptr = attrs.table.get(usize::from(NUMBER)).copied().flatten();
    Field {
        raw: ptr.map(|ptr| {
            // SAFETY: The caller of `of_request` passed the table, and its safety requirements
            // guarantee this.
            unsafe { RawAttr::from_raw(ptr) }
        }),
        nest: None,
        _type: PhantomData,
    }
}

/// Returns all attributes `NUMBER` of a request whose family header has `HEADER` bytes.
pub(crate) fn repeated<'a, S, T, const NUMBER: u16, const HEADER: usize>(
    attrs: &Attrs<'a, S>,
) -> Repeated<'a, T, NUMBER> {
    // The kernel has not validated attributes beyond the end of the table.
    let is_validated = usize::from(NUMBER) < attrs.table.len();
    let bytes = attrs.bytes.get(HEADER.next_multiple_of(ALIGN)..);
    Repeated {
        rest: Stream::new(bytes.filter(|_| is_validated).unwrap_or(&[])),
        nest: None,
        _type: PhantomData,
    }
}

/// Returns the attribute `NUMBER` of a nest: the last one, if there are several.
pub(crate) fn nest_field<'a, S, T, const NUMBER: u16>(
    attrs: &Attrs<'a, S>,
) -> Field<'a, T, NUMBER> {
    Field {
        raw: Stream::new(attrs.bytes)
            .filter(|attr| attr.number() == NUMBER)
            .last(),
        nest: attrs.nest,
        _type: PhantomData,
    }
}

/// Returns all attributes `NUMBER` of a nest.
pub(crate) fn nest_repeated<'a, S, T, const NUMBER: u16>(
    attrs: &Attrs<'a, S>,
) -> Repeated<'a, T, NUMBER> {
    Repeated {
        rest: Stream::new(attrs.bytes),
        nest: attrs.nest,
        _type: PhantomData,
    }
}

/// A validated attribute: its value and its place in the request, so that an error can point to it.
pub(crate) struct Attr<'a, T: AttrType> {
    /// The value.
    pub(crate) value: T::Value<'a>,
    raw: RawAttr<'a>,
}

impl<'a, T: AttrType> Attr<'a, T> {
    #[inline]
    pub(super) fn read(raw: RawAttr<'a>) -> Result<Self, ExtAck<'a>> {
        Ok(Self {
            value: T::read(raw)?,
            raw,
        })
    }
}

impl<T: AttrType> Clone for Attr<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: AttrType> Copy for Attr<'_, T> {}

impl<'a, T: AttrType> From<Attr<'a, T>> for RawAttr<'a> {
    fn from(attr: Attr<'a, T>) -> Self {
        attr.raw
    }
}

/// The attribute `NUMBER` of a request or nest, which may be absent.
pub(crate) struct Field<'a, T, const NUMBER: u16> {
    raw: Option<RawAttr<'a>>,
    nest: Option<RawAttr<'a>>,
    _type: PhantomData<fn() -> T>,
}

impl<'a, T: AttrType, const NUMBER: u16> Field<'a, T, NUMBER> {
    /// Returns the attribute, or `None` if it is absent. Fails if its value is invalid for its
    /// type.
    #[inline]
    pub(crate) fn get(&self) -> Result<Option<Attr<'a, T>>, ExtAck<'a>> {
        self.raw.map(Attr::read).transpose()
    }

    /// Returns the attribute. Fails if it is absent, or its value is invalid for its type.
    #[inline]
    pub(crate) fn required(&self) -> Result<Attr<'a, T>, ExtAck<'a>> {
        match self.raw {
            Some(raw) => Attr::read(raw),
            None => Err(ExtAck::missing(NUMBER, self.nest)),
        }
    }

    /// Returns whether the attribute is present.
    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        self.raw.is_some()
    }
}

/// Iterates over all attributes `NUMBER` of a request or nest. Borrows from the request. An item is
/// an error if the value is invalid for its type.
pub(crate) struct Repeated<'a, T, const NUMBER: u16> {
    rest: Stream<'a>,
    nest: Option<RawAttr<'a>>,
    _type: PhantomData<fn() -> T>,
}

impl<'a, T: AttrType, const NUMBER: u16> Repeated<'a, T, NUMBER> {
    /// Returns these attributes. Fails if there are none.
    pub(crate) fn required(self) -> Result<Self, ExtAck<'a>> {
        match { self.rest }.any(|attr| attr.number() == NUMBER) {
            true => Ok(self),
            false => Err(ExtAck::missing(NUMBER, self.nest)),
        }
    }
}

impl<'a, T: AttrType, const NUMBER: u16> Iterator for Repeated<'a, T, NUMBER> {
    type Item = Result<Attr<'a, T>, ExtAck<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.rest.find(|attr| attr.number() == NUMBER)?;
        Some(Attr::read(raw))
    }
}

/// `nest`: attributes of the set `S`.
pub(crate) struct Nest<S>(PhantomData<fn() -> S>);

impl<S: 'static> AttrType for Nest<S> {
    type Value<'a> = Attrs<'a, S>;

    fn read(attr: RawAttr<'_>) -> Result<Attrs<'_, S>, ExtAck<'_>> {
        Ok(of_nest(attr))
    }

    fn len(value: Attrs<'_, S>) -> usize {
        value.bytes.len()
    }

    fn put(to: &mut Writer<'_>, number: u16, value: Attrs<'_, S>) -> Result<(), NoRoom> {
        to.put(number | bindings::NLA_F_NESTED as u16, value.bytes)
    }
}

/// `indexed-array`: a nest whose attributes are elements of the type `T`. The numbers of the
/// attributes are ignored.
pub(crate) struct Array<T>(PhantomData<fn() -> T>);

/// Iterates over the elements of an [`Array`] in a request. Borrows from the request. An item is an
/// error if the value is invalid for its type.
pub(crate) struct Elements<'a, T>(Stream<'a>, PhantomData<fn() -> T>);

impl<T> Clone for Elements<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Elements<'_, T> {}

impl<'a, T: AttrType> Iterator for Elements<'a, T> {
    type Item = Result<Attr<'a, T>, ExtAck<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Attr::read)
    }
}

impl<T: AttrType> AttrType for Array<T> {
    type Value<'a> = Elements<'a, T>;

    fn read(attr: RawAttr<'_>) -> Result<Elements<'_, T>, ExtAck<'_>> {
        Ok(Elements(Stream::new(attr.payload()), PhantomData))
    }

    fn len(value: Elements<'_, T>) -> usize {
        value.0.bytes().len()
    }

    fn put(to: &mut Writer<'_>, number: u16, value: Elements<'_, T>) -> Result<(), NoRoom> {
        to.put(number | bindings::NLA_F_NESTED as u16, value.0.bytes())
    }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_request)]
mod tests {
    use super::*;
    use crate::genl::{
        integers::U32,
        policy::{
            table,
            Policy, //
        },
        testing::{
            put,
            with_attrs,
            write, //
        },
        types::NulString, //
    };

    /// The attributes of the tests, and those of the nests in them.
    enum Outer {}
    enum Inner {}

    static INNER: [Policy; 4] = table(&[
        (1, Policy::u32()),
        (2, Policy::nest(&INNER)),
        (3, Policy::nul_string().max_len(3)),
    ]);
    const POLICY: &[Policy] = &table::<8>(&[
        (1, Policy::nest(&INNER)),
        (2, Policy::u32()),
        (3, Policy::nest_array(&INNER)),
        (5, Policy::u32()),
        (6, Policy::any_nest()),
    ]);

    type Request<'a> = Attrs<'a, Outer>;

    fn nest<'a>(request: &Request<'a>) -> Result<Attrs<'a, Inner>> {
        let nest = field::<_, Nest<Inner>, 1>(request).required();
        Ok(nest.map_err(|_| EINVAL)?.value)
    }

    /// The integer in a nest.
    fn number(attrs: &Attrs<'_, Inner>) -> Option<u32> {
        let attr = nest_field::<_, U32, 1>(attrs).get().ok().flatten();
        attr.map(|attr| attr.value)
    }

    fn read<R>(
        fill: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>,
        with: impl FnOnce(&Request<'_>) -> R,
    ) -> Result<R> {
        with_attrs(&write(200, fill)?, POLICY, with)
    }

    /// Returns the missing number and its nest, as the extended ACK for `error` reports them.
    fn missing(error: ExtAck<'_>) -> (u16, *const bindings::nlattr) {
        let mut extack: bindings::netlink_ext_ack = pin_init::zeroed();
        // SAFETY: It is ours, and may be written to.
        unsafe { error.report(&mut extack) };
        (extack.miss_type, extack.miss_nest)
    }

    #[test]
    fn nests_are_read_at_any_depth() -> Result {
        let values = read(
            |to| {
                to.nest(1, |to| {
                    put::<U32>(to, 1, 7)?;
                    to.nest(2, |to| put::<U32>(to, 1, 8))
                })?;
                put::<U32>(to, 2, 9)
            },
            |request| {
                let outer = nest(request)?;
                let inner = nest_field::<_, Nest<Inner>, 2>(&outer).required();
                let inner = inner.map_err(|_| EINVAL)?.value;
                // The number 2 outside of the nest does not count in it.
                assert!(!nest_field::<_, U32, 2>(&inner).is_set());
                Ok::<_, Error>((number(&outer), number(&inner)))
            },
        )??;
        assert_eq!(values, (Some(7), Some(8)));
        Ok(())
    }

    #[test]
    fn the_last_of_several_in_a_nest_counts() -> Result {
        let value = read(
            |to| {
                to.nest(1, |to| {
                    put::<U32>(to, 1, 1)?;
                    put::<U32>(to, 1, 2)
                })
            },
            |request| nest(request).map(|nest| number(&nest)),
        )??;
        assert_eq!(value, Some(2));
        Ok(())
    }

    #[test]
    fn an_attribute_missing_in_a_nest_is_reported_with_the_nest() -> Result {
        let ((outer, none), (inner, some)) = read(
            |to| to.nest(1, |to| put::<NulString<0>>(to, 3, c"abc")),
            |request| {
                let outer = field::<_, U32, 2>(request).required();
                let inner = nest_field::<_, U32, 1>(&nest(request)?).required();
                let (Err(outer), Err(inner)) = (outer, inner) else {
                    return Err(EINVAL);
                };
                Ok((missing(outer), missing(inner)))
            },
        )??;
        assert_eq!((outer, inner), (2, 1));
        assert!(none.is_null() && !some.is_null());
        Ok(())
    }

    #[test]
    fn repeated_attributes_come_in_their_order_and_no_others() -> Result {
        let mut values = KVec::new();
        read(
            |to| {
                for value in 1..=3 {
                    put::<U32>(to, 2, value)?;
                    put::<U32>(to, 5, 5)?;
                }
                Ok(())
            },
            |request| {
                let all = repeated::<_, U32, 2, 0>(request).required();
                for attr in all.map_err(|_| EINVAL)? {
                    values.push(attr.map_err(|_| EINVAL)?.value, GFP_KERNEL)?;
                }
                assert!(repeated::<_, U32, 6, 0>(request).required().is_err());
                Ok::<_, Error>(())
            },
        )??;
        assert_eq!(values[..], [1, 2, 3]);
        Ok(())
    }

    #[test]
    fn the_elements_of_an_array_have_any_number() -> Result {
        let sum = read(
            |to| {
                to.nest(3, |to| {
                    for (number, value) in [(1, 4), (1, 5), (9, 6)] {
                        to.nest(number, |to| put::<U32>(to, 1, value))?;
                    }
                    Ok(())
                })
            },
            |request| {
                let array = field::<_, Array<Nest<Inner>>, 3>(request).required();
                let elements = array.map_err(|_| EINVAL)?.value;
                let values = elements.map(|element| number(&element.ok()?.value));
                Ok::<_, Error>(values.flatten().sum::<u32>())
            },
        )??;
        assert_eq!(sum, 15);
        Ok(())
    }

    #[test]
    fn a_nest_is_put_as_it_was_given() -> Result {
        let bytes = write(200, |to| to.nest(1, |to| put::<U32>(to, 1, 7)))?;
        let copy = with_attrs(&bytes, POLICY, |request: &Request<'_>| {
            let nest = nest(request)?;
            write(200, |to| put::<Nest<Inner>>(to, 1, nest))
        })??;
        assert_eq!(bytes[..], copy[..]);
        Ok(())
    }
}
