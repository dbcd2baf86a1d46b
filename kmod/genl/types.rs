// SPDX-License-Identifier: GPL-2.0

//! The types of attributes: how the values of each are read from a request and put into a message.
//!
//! What a policy has checked before is checked here again. That costs a comparison, and makes
//! reading sound for any attribute.

// A family has the types that its spec names.
#![allow(dead_code)]

use super::{
    attr::RawAttr,
    extack::ExtAck,
    wire::NoRoom,
    writer::Writer, //
};
use kernel::prelude::*;

/// A type of attribute.
pub(crate) trait AttrType {
    /// The value. It may borrow from the request or from the handler.
    type Value<'a>: Copy;

    /// Reads the value of an attribute.
    fn read(attr: RawAttr<'_>) -> Result<Self::Value<'_>, ExtAck<'_>>;

    /// Returns how many bytes of payload the value takes in a message.
    fn len(value: Self::Value<'_>) -> usize;

    /// Puts the value into a message, as the attribute `number`.
    fn put(to: &mut Writer, number: u16, value: Self::Value<'_>) -> Result<(), NoRoom>;
}

#[cold]
fn bad_length(attr: RawAttr<'_>) -> ExtAck<'_> {
    ExtAck::new(EINVAL, c"invalid attribute length").at(attr)
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
    fn put(to: &mut Writer, number: u16, value: &[u8]) -> Result<(), NoRoom> {
        to.put(number, value)
    }
}

/// `string`: at least `MIN` bytes and a NUL.
///
/// Bytes behind the first NUL are not part of the string, as everywhere in netlink.
pub(crate) struct NulString<const MIN: usize>;

impl<const MIN: usize> AttrType for NulString<MIN> {
    type Value<'a> = &'a CStr;

    fn read(attr: RawAttr<'_>) -> Result<&CStr, ExtAck<'_>> {
        let string = CStr::from_bytes_until_nul(attr.payload())
            .map_err(|_| ExtAck::new(EINVAL, c"string has no NUL at its end").at(attr))?;
        // The kernel's policies know no shortest string; the errno is theirs for a wrong length.
        if string.to_bytes().len() < MIN {
            return Err(ExtAck::new(ERANGE, c"string is too short").at(attr));
        }
        Ok(string)
    }

    #[inline]
    fn len(value: &CStr) -> usize {
        value.to_bytes_with_nul().len()
    }

    #[inline]
    fn put(to: &mut Writer, number: u16, value: &CStr) -> Result<(), NoRoom> {
        to.put(number, value.to_bytes_with_nul())
    }
}

/// `string` that may lack its NUL: the bytes before the first NUL, or all of them.
pub(crate) struct Text;

impl AttrType for Text {
    type Value<'a> = &'a [u8];

    fn read(attr: RawAttr<'_>) -> Result<&[u8], ExtAck<'_>> {
        let bytes = attr.payload();
        let len = bytes.iter().position(|byte| *byte == 0);
        Ok(&bytes[..len.unwrap_or(bytes.len())])
    }

    #[inline]
    fn len(value: &[u8]) -> usize {
        value.len()
    }

    #[inline]
    fn put(to: &mut Writer, number: u16, value: &[u8]) -> Result<(), NoRoom> {
        to.put(number, value)
    }
}

/// `flag`: set if the attribute is there.
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
    fn put(to: &mut Writer, number: u16, (): ()) -> Result<(), NoRoom> {
        to.put(number, &[])
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
                match attr.payload().try_into() {
                    Ok(bytes) => Ok(<$value>::$from(bytes)),
                    Err(_) => Err(bad_length(attr)),
                }
            }

            #[inline]
            fn len(_value: $value) -> usize {
                size_of::<$value>()
            }

            #[inline]
            fn put(to: &mut Writer, number: u16, value: $value) -> Result<(), NoRoom> {
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
            fn put(to: &mut Writer, number: u16, value: $wide) -> Result<(), NoRoom> {
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
            Field,
            Table, //
        },
        testing::{
            put,
            with_table,
            write, //
        }, //
    };

    const POLICY: &[Policy] = &table::<6>(&[
        (1, Policy::binary().max_len(8)),
        (2, Policy::nul_string().max_len(3)),
        (3, Policy::uint()),
        (4, Policy::sint()),
        (5, Policy::u32().range(1, 9)),
    ]);

    /// One of each type.
    struct All<'a> {
        bytes: Field<'a, Binary, 1>,
        name: Field<'a, NulString<1>, 2>,
        uint: Field<'a, Uint, 3>,
        sint: Field<'a, Sint, 4>,
        range: Field<'a, U32, 5>,
    }

    impl<'a> All<'a> {
        fn parse(table: &Table<'a>) -> Result<Self, ExtAck<'a>> {
            Ok(Self {
                bytes: table.field()?,
                name: table.field()?,
                uint: table.field()?,
                sint: table.field()?,
                range: table.field()?,
            })
        }
    }

    fn read<R>(
        fill: impl FnOnce(&mut Writer) -> Result<(), NoRoom>,
        with: impl FnOnce(Option<All<'_>>) -> R,
    ) -> Result<R> {
        let bytes = write(200, fill)?;
        with_table(&bytes, POLICY, |table| with(All::parse(table).ok()))
    }

    fn put_all(to: &mut Writer, uint: u64, sint: i64) -> Result<(), NoRoom> {
        put::<Binary>(to, 1, b"bytes")?;
        put::<NulString<1>>(to, 2, c"abc")?;
        put::<Uint>(to, 3, uint)?;
        put::<Sint>(to, 4, sint)
    }

    #[test]
    fn what_was_written_is_read() -> Result {
        for (uint, sint) in [
            (0, 0),
            (u32::MAX.into(), i32::MIN.into()),
            (u64::MAX, i64::MIN),
        ] {
            read(
                |to| put_all(to, uint, sint),
                |all| {
                    let all = all.ok_or(EINVAL)?;
                    assert_eq!(all.bytes.get().map(|attr| attr.value), Some(&b"bytes"[..]));
                    assert_eq!(all.name.get().map(|attr| attr.value), Some(c"abc"));
                    assert_eq!(all.uint.get().map(|attr| attr.value), Some(uint));
                    assert_eq!(all.sint.get().map(|attr| attr.value), Some(sint));
                    assert!(!all.range.is_set());
                    Ok::<(), Error>(())
                },
            )??;
        }
        Ok(())
    }

    #[test]
    fn an_attribute_is_read_where_it_is_there() -> Result {
        let range = read(
            |to| {
                put_all(to, 1, 1)?;
                put::<U32>(to, 5, 9)
            },
            |all| all.and_then(|all| all.range.get().map(|range| range.value)),
        )?;
        assert_eq!(range, Some(9));
        Ok(())
    }

    #[test]
    fn a_required_attribute_must_be_there() -> Result {
        let (has_bytes, has_name) = read(
            |to| put::<Binary>(to, 1, b"alone"),
            |all| {
                all.map_or((false, false), |all| {
                    (all.bytes.required().is_ok(), all.name.required().is_ok())
                })
            },
        )?;
        assert!(has_bytes && !has_name);
        Ok(())
    }

    #[test]
    fn a_string_shorter_than_its_least_is_refused() -> Result {
        let refused = read(
            |to| {
                put_all(to, 1, 1)?;
                // The last of two counts.
                put::<NulString<0>>(to, 2, c"")
            },
            |all| all.is_none(),
        )?;
        assert!(refused);
        Ok(())
    }
}
