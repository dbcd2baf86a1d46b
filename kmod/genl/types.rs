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
fn bad_length(attr: RawAttr<'_>) -> ExtAck<'_> {
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

macro_rules! integers {
    ($($(#[$meta:meta])* $name:ident: $value:ty, $from:ident, $to:ident;)+) => {$(
        $(#[$meta])*
        pub(crate) struct $name;

        impl AttrType for $name {
            type Value<'a> = $value;

            #[inline]
            fn read(attr: RawAttr<'_>) -> Result<$value, ExtAck<'_>> {
                array(attr).map(<$value>::$from)
            }

            #[inline]
            fn len(_value: $value) -> usize {
                size_of::<$value>()
            }

            #[inline]
            fn put(to: &mut Writer<'_>, number: u16, value: $value) -> Result<(), NoRoom> {
                to.put(number, &value.$to())
            }
        }
    )+};
}

integers! {
    /// `u8`.
    U8: u8, from_ne_bytes, to_ne_bytes;
    /// `u16`.
    U16: u16, from_ne_bytes, to_ne_bytes;
    /// `u32`.
    U32: u32, from_ne_bytes, to_ne_bytes;
    /// `u64`.
    U64: u64, from_ne_bytes, to_ne_bytes;
    /// `s8`.
    S8: i8, from_ne_bytes, to_ne_bytes;
    /// `s16`.
    S16: i16, from_ne_bytes, to_ne_bytes;
    /// `s32`.
    S32: i32, from_ne_bytes, to_ne_bytes;
    /// `s64`.
    S64: i64, from_ne_bytes, to_ne_bytes;
    /// `u16` in big-endian byte order.
    BeU16: u16, from_be_bytes, to_be_bytes;
    /// `u32` in big-endian byte order.
    BeU32: u32, from_be_bytes, to_be_bytes;
    /// `u64` in big-endian byte order.
    BeU64: u64, from_be_bytes, to_be_bytes;
    /// `s16` in big-endian byte order.
    BeS16: i16, from_be_bytes, to_be_bytes;
    /// `s32` in big-endian byte order.
    BeS32: i32, from_be_bytes, to_be_bytes;
    /// `s64` in big-endian byte order.
    BeS64: i64, from_be_bytes, to_be_bytes;
    /// `u16` in little-endian byte order.
    LeU16: u16, from_le_bytes, to_le_bytes;
    /// `u32` in little-endian byte order.
    LeU32: u32, from_le_bytes, to_le_bytes;
    /// `u64` in little-endian byte order.
    LeU64: u64, from_le_bytes, to_le_bytes;
    /// `s16` in little-endian byte order.
    LeS16: i16, from_le_bytes, to_le_bytes;
    /// `s32` in little-endian byte order.
    LeS32: i32, from_le_bytes, to_le_bytes;
    /// `s64` in little-endian byte order.
    LeS64: i64, from_le_bytes, to_le_bytes;
}

macro_rules! integers_of_variable_width {
    ($($(#[$meta:meta])* $name:ident: $wide:ty, $narrow:ty;)+) => {$(
        $(#[$meta])*
        pub(crate) struct $name;

        impl AttrType for $name {
            type Value<'a> = $wide;

            #[inline]
            fn read(attr: RawAttr<'_>) -> Result<$wide, ExtAck<'_>> {
                match *attr.payload() {
                    [a, b, c, d] => Ok(<$narrow>::from_ne_bytes([a, b, c, d]).into()),
                    [a, b, c, d, e, f, g, h] => {
                        Ok(<$wide>::from_ne_bytes([a, b, c, d, e, f, g, h]))
                    }
                    _ => Err(bad_length(attr)),
                }
            }

            #[inline]
            fn len(_value: $wide) -> usize {
                size_of::<$wide>()
            }

            #[inline]
            fn put(to: &mut Writer<'_>, number: u16, value: $wide) -> Result<(), NoRoom> {
                match <$narrow>::try_from(value) {
                    Ok(value) => to.put(number, &value.to_ne_bytes()),
                    Err(_) => to.put(number, &value.to_ne_bytes()),
                }
            }
        }
    )+};
}

integers_of_variable_width! {
    /// `uint`: an unsigned integer of 4 bytes, or of 8 if its value needs them.
    Uint: u64, u32;
    /// `sint`: a signed integer of 4 bytes, or of 8 if its value needs them.
    Sint: i64, i32;
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

    /// Returns whether `value` is put as this payload, and the payload is read as a value that is
    /// put the same way.
    fn is_on_the_wire<T: AttrType>(value: T::Value<'_>, payload: &[u8]) -> Result<bool> {
        let written = write(200, |to| put::<T>(to, 1, value))?;
        let again = read(
            |to| put::<Binary>(to, 1, payload),
            |all| {
                let value = self::value::<T, 1>(all).ok_or(EINVAL)?;
                write(200, |to| put::<T>(to, 1, value))
            },
        )?;
        let expected = write(200, |to| put::<Binary>(to, 1, payload))?;
        Ok(written[..] == expected[..] && again?[..] == expected[..])
    }

    #[test]
    fn integers_have_their_byte_order_on_the_wire() -> Result {
        for is_right in [
            is_on_the_wire::<BeU16>(0x0102, &[1, 2])?,
            is_on_the_wire::<BeU32>(0x0102_0304, &[1, 2, 3, 4])?,
            is_on_the_wire::<BeU64>(0x0102_0304_0506_0708, &[1, 2, 3, 4, 5, 6, 7, 8])?,
            is_on_the_wire::<BeS16>(-2, &[0xff, 0xfe])?,
            is_on_the_wire::<BeS32>(-2, &[0xff, 0xff, 0xff, 0xfe])?,
            is_on_the_wire::<BeS64>(1, &[0, 0, 0, 0, 0, 0, 0, 1])?,
            is_on_the_wire::<LeU16>(0x0102, &[2, 1])?,
            is_on_the_wire::<LeU32>(0x0102_0304, &[4, 3, 2, 1])?,
            is_on_the_wire::<LeU64>(0x0102_0304_0506_0708, &[8, 7, 6, 5, 4, 3, 2, 1])?,
            is_on_the_wire::<LeS16>(-2, &[0xfe, 0xff])?,
            is_on_the_wire::<LeS32>(-2, &[0xfe, 0xff, 0xff, 0xff])?,
            is_on_the_wire::<LeS64>(1, &[1, 0, 0, 0, 0, 0, 0, 0])?,
            is_on_the_wire::<U16>(0x0102, &0x0102u16.to_ne_bytes())?,
            is_on_the_wire::<S32>(-2, &(-2i32).to_ne_bytes())?,
            is_on_the_wire::<Uint>(7, &7u32.to_ne_bytes())?,
            is_on_the_wire::<Sint>(-1 << 40, &(-1i64 << 40).to_ne_bytes())?,
        ] {
            assert!(is_right);
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
