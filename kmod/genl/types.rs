// SPDX-License-Identifier: GPL-2.0

//! Attribute types, which read values from a request and put values into a message.
//!
//! Reading an attribute repeats those checks of the policy that reading depends on: an integer's
//! length and a string's NUL. This costs a comparison, and makes reading sound for any attribute.

use super::{
    attr::RawAttr,
    extack::ExtAck,
    policy::Policy,
    wire::NoRoom,
    writer::Writer, //
};
use core::ptr::NonNull;
use kernel::{
    bindings,
    ffi::c_int,
    prelude::*, //
};

/// A type of attribute. A module can implement it for further types.
pub(crate) trait AttrType: 'static {
    /// The value. It may borrow from the request or from the handler.
    type Value<'a>: Copy;

    /// Reads the value of an attribute. Fails if it is invalid for this type.
    fn read(attr: RawAttr<'_>) -> Result<Self::Value<'_>, ExtAck<'_>>;

    /// Returns the maximum length of the value's payload in a message, in bytes.
    fn len(value: Self::Value<'_>) -> usize;

    /// Puts the value into a message, as the attribute `number`.
    fn put(to: &mut Writer<'_>, number: u16, value: Self::Value<'_>) -> Result<(), NoRoom>;
}

#[cold]
pub(super) fn bad_length(attr: RawAttr<'_>) -> ExtAck<'_> {
    ExtAck::new(EINVAL, c"invalid attribute length").at(attr)
}

#[cold]
fn no_nul(attr: RawAttr<'_>) -> ExtAck<'_> {
    ExtAck::new(EINVAL, c"string has no NUL at its end").at(attr)
}

/// Returns the error for a string below its minimum length, which the kernel's policies cannot
/// check. The errno is the one that they use for a wrong length.
#[cold]
fn too_short(attr: RawAttr<'_>) -> ExtAck<'_> {
    ExtAck::new(ERANGE, c"string is too short").at(attr)
}

/// `binary`: bytes.
pub(crate) struct Binary;

impl AttrType for Binary {
    type Value<'a> = &'a [u8];

    #[inline]
    fn read(attr: RawAttr<'_>) -> Result<&[u8], ExtAck<'_>> {
        Ok(attr.payload())
    }

    #[inline]
    fn len(value: &[u8]) -> usize {
        value.len()
    }

    #[inline]
    fn put(to: &mut Writer<'_>, number: u16, value: &[u8]) -> Result<(), NoRoom> {
        to.put(number, value)
    }
}

/// `string`: at least `MIN` bytes and a NUL.
///
/// Bytes after the first NUL are not part of the string, as everywhere in netlink.
pub(crate) struct NulString<const MIN: usize>;

impl<const MIN: usize> AttrType for NulString<MIN> {
    type Value<'a> = &'a CStr;

    #[inline]
    fn read(attr: RawAttr<'_>) -> Result<&CStr, ExtAck<'_>> {
        match CStr::from_bytes_until_nul(attr.payload()) {
            Ok(string) if string.to_bytes().len() >= MIN => Ok(string),
            Ok(_) => Err(too_short(attr)),
            Err(_) => Err(no_nul(attr)),
        }
    }

    #[inline]
    fn len(value: &CStr) -> usize {
        value.to_bytes_with_nul().len()
    }

    #[inline]
    fn put(to: &mut Writer<'_>, number: u16, value: &CStr) -> Result<(), NoRoom> {
        to.put(number, value.to_bytes_with_nul())
    }
}

/// `string` that may lack its NUL in a request. Its value is at least `MIN` bytes: those before the
/// first NUL, or all if there is none. It is always put with a NUL.
pub(crate) struct Text<const MIN: usize>;

impl<const MIN: usize> AttrType for Text<MIN> {
    type Value<'a> = &'a [u8];

    fn read(attr: RawAttr<'_>) -> Result<&[u8], ExtAck<'_>> {
        let bytes = attr.payload();
        let len = bytes.iter().position(|byte| *byte == 0);
        let text = &bytes[..len.unwrap_or(bytes.len())];
        if text.len() < MIN {
            return Err(too_short(attr));
        }
        Ok(text)
    }

    #[inline]
    fn len(value: &[u8]) -> usize {
        value.len() + 1
    }

    #[inline]
    fn put(to: &mut Writer<'_>, number: u16, value: &[u8]) -> Result<(), NoRoom> {
        to.put_with_nul(number, value)
    }
}

/// `nest` whose attributes the spec does not describe. Its value is their bytes.
pub(crate) struct AnyNest;

impl AttrType for AnyNest {
    type Value<'a> = &'a [u8];

    fn read(attr: RawAttr<'_>) -> Result<&[u8], ExtAck<'_>> {
        Ok(attr.payload())
    }

    fn len(value: &[u8]) -> usize {
        value.len()
    }

    fn put(to: &mut Writer<'_>, number: u16, value: &[u8]) -> Result<(), NoRoom> {
        to.put(number | bindings::NLA_F_NESTED as u16, value)
    }
}

/// Returns the payload of an attribute. Fails unless it has `LEN` bytes.
pub(crate) fn array<const LEN: usize>(attr: RawAttr<'_>) -> Result<[u8; LEN], ExtAck<'_>> {
    let bytes = attr.payload().try_into();
    bytes.map_err(|_| bad_length(attr))
}

/// `flag`: set if the attribute is present.
pub(crate) struct Flag;

impl AttrType for Flag {
    type Value<'a> = ();

    #[inline]
    fn read(_attr: RawAttr<'_>) -> Result<(), ExtAck<'_>> {
        Ok(())
    }

    #[inline]
    fn len((): ()) -> usize {
        0
    }

    #[inline]
    fn put(to: &mut Writer<'_>, number: u16, (): ()) -> Result<(), NoRoom> {
        to.put(number, &[])
    }
}

/// `bitfield32`: a selection of 32 bits, and their values.
pub(crate) struct Bitfield32;

/// The value of a [`Bitfield32`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BitfieldValue {
    /// The values of the selected bits.
    pub(crate) value: u32,
    /// The selected bits.
    pub(crate) selector: u32,
}

impl AttrType for Bitfield32 {
    type Value<'a> = BitfieldValue;

    fn read(attr: RawAttr<'_>) -> Result<BitfieldValue, ExtAck<'_>> {
        let [a, b, c, d, e, f, g, h] = array(attr)?;
        Ok(BitfieldValue {
            value: u32::from_ne_bytes([a, b, c, d]),
            selector: u32::from_ne_bytes([e, f, g, h]),
        })
    }

    #[inline]
    fn len(_value: BitfieldValue) -> usize {
        size_of::<bindings::nla_bitfield32>()
    }

    fn put(to: &mut Writer<'_>, number: u16, value: BitfieldValue) -> Result<(), NoRoom> {
        let ([a, b, c, d], [e, f, g, h]) =
            (value.value.to_ne_bytes(), value.selector.to_ne_bytes());
        to.put(number, &[a, b, c, d, e, f, g, h])
    }
}

/// An enum whose values have gaps.
pub(crate) trait Sparse {
    /// The values.
    const VALUES: &'static [i128];
}

impl Policy {
    /// Requires an integer of the type `T` that is one of the values of `E`.
    pub(crate) const fn one_of<T, E>(self) -> Self
    where
        T: AttrType,
        for<'a> T::Value<'a>: Into<i128>,
        E: Sparse,
    {
        self.validated_by(one_of::<T, E>)
    }
}

/// Checks that an attribute of the type `T` has one of the values of `E`.
///
/// # Safety
///
/// To be called by the kernel's parser only, as the `validate` of a policy.
unsafe extern "C" fn one_of<T, E>(
    attr: *const bindings::nlattr,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int
where
    T: AttrType,
    for<'a> T::Value<'a>: Into<i128>,
    E: Sparse,
{
    // SAFETY: The parser passes an attribute that it has found to lie within the request, which
    // does not change during this call.
    let attr = unsafe { RawAttr::from_raw(NonNull::new_unchecked(attr.cast_mut())) };
    let error = match T::read(attr) {
        Ok(value) if E::VALUES.contains(&value.into()) => return 0,
        Ok(_) => ExtAck::new(EINVAL, c"invalid enum value").at(attr),
        Err(error) => error,
    };
    // SAFETY: The extended ACK is null or that of the request, and the parser does not use it
    // during this call.
    unsafe { error.report(extack) }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_types)]
mod tests {
    use super::*;
    use crate::genl::{
        integers::{
            Sint,
            Uint,
            U32, //
        },
        policy::{
            table,
            Policy, //
        },
        request::{
            field,
            Attrs,
            Field, //
        },
        testing::{
            put,
            with_attrs,
            write, //
        }, //
    };

    const POLICY: &[Policy] = &table::<7>(&[
        (1, Policy::binary().max_len(8)),
        (2, Policy::nul_string().max_len(3)),
        (3, Policy::uint()),
        (4, Policy::sint()),
        (5, Policy::u32().range(1, 9)),
        (6, Policy::bitfield32(0b101)),
    ]);

    /// The attributes of the tests.
    enum All {}

    type Given<'a> = Attrs<'a, All>;

    fn bytes<'a>(all: &Given<'a>) -> Field<'a, Binary, 1> {
        field(all)
    }

    fn name<'a>(all: &Given<'a>) -> Field<'a, NulString<1>, 2> {
        field(all)
    }

    fn read<R>(
        fill: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>,
        with: impl FnOnce(&Given<'_>) -> R,
    ) -> Result<R> {
        with_attrs(&write(200, fill)?, POLICY, with)
    }

    /// Returns the value of the attribute `NUMBER`, or `None` if it is absent or invalid.
    fn value<'a, T: AttrType, const NUMBER: u16>(all: &Given<'a>) -> Option<T::Value<'a>> {
        let attr = field::<_, T, NUMBER>(all).get().ok().flatten();
        attr.map(|attr| attr.value)
    }

    fn put_all(to: &mut Writer<'_>, uint: u64, sint: i64) -> Result<(), NoRoom> {
        put::<Binary>(to, 1, b"bytes")?;
        put::<NulString<1>>(to, 2, c"abc")?;
        put::<Uint>(to, 3, uint)?;
        put::<Sint>(to, 4, sint)
    }

    #[test]
    fn values_are_read_as_they_were_put() -> Result {
        for (uint, sint) in [
            (0, 0),
            (u32::MAX.into(), i32::MIN.into()),
            (u64::MAX, i64::MIN),
        ] {
            read(
                |to| put_all(to, uint, sint),
                |all| {
                    assert_eq!(value::<Binary, 1>(all), Some(&b"bytes"[..]));
                    assert_eq!(value::<NulString<1>, 2>(all), Some(c"abc"));
                    assert_eq!(value::<Uint, 3>(all), Some(uint));
                    assert_eq!(value::<Sint, 4>(all), Some(sint));
                    assert_eq!(value::<U32, 5>(all), None);
                },
            )?;
        }
        Ok(())
    }

    #[test]
    fn an_optional_attribute_is_read_if_present() -> Result {
        let range = read(
            |to| {
                put_all(to, 1, 1)?;
                put::<U32>(to, 5, 9)
            },
            value::<U32, 5>,
        )?;
        assert_eq!(range, Some(9));
        Ok(())
    }

    #[test]
    fn bits_are_read_as_they_were_put() -> Result {
        let given = BitfieldValue {
            value: 0b100,
            selector: 0b101,
        };
        let taken = read(|to| put::<Bitfield32>(to, 6, given), value::<Bitfield32, 6>)?;
        assert_eq!(taken, Some(given));
        Ok(())
    }

    #[test]
    fn a_required_attribute_must_be_present() -> Result {
        let (has_bytes, has_name) = read(
            |to| put::<Binary>(to, 1, b"alone"),
            |all| (bytes(all).required().is_ok(), name(all).required().is_ok()),
        )?;
        assert!(has_bytes && !has_name);
        Ok(())
    }

    #[test]
    fn a_string_below_its_minimum_length_is_refused() -> Result {
        let refused = read(
            |to| {
                put_all(to, 1, 1)?;
                // The parser takes the last of two.
                put::<NulString<0>>(to, 2, c"")
            },
            |all| name(all).get().is_err() && name(all).required().is_err(),
        )?;
        assert!(refused);
        Ok(())
    }
}
