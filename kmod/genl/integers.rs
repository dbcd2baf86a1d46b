// SPDX-License-Identifier: GPL-2.0

//! Integers as attribute types: of every width, sign and byte order.

use super::{
    attr::RawAttr,
    extack::ExtAck,
    types::{
        array,
        bad_length,
        AttrType, //
    },
    wire::NoRoom,
    writer::Writer, //
};
use kernel::prelude::*;

macro_rules! integers {
    ($($from:ident, $to:ident { $($name:ident: $value:ty;)+ })+) => {$($(
        #[doc = concat!("`", stringify!($value), "`, with `", stringify!($from), "`.")]
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
    )+)+};
}

integers! {
    from_ne_bytes, to_ne_bytes {
        U8: u8;
        U16: u16;
        U32: u32;
        U64: u64;
        S8: i8;
        S16: i16;
        S32: i32;
        S64: i64;
    }
    from_be_bytes, to_be_bytes {
        BeU16: u16;
        BeU32: u32;
        BeU64: u64;
        BeS16: i16;
        BeS32: i32;
        BeS64: i64;
    }
    from_le_bytes, to_le_bytes {
        LeU16: u16;
        LeU32: u32;
        LeU64: u64;
        LeS16: i16;
        LeS32: i32;
        LeS64: i64;
    }
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

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_integers)]
mod tests {
    use super::*;
    use crate::genl::{
        policy::{
            table,
            Policy, //
        },
        request::field,
        testing::{
            put,
            with_attrs,
            write, //
        },
        types::Binary, //
    };

    const POLICY: &[Policy] = &table::<2>(&[(1, Policy::binary())]);

    /// Returns whether `value` is put as this payload, and the payload is read as a value that is
    /// put the same way.
    fn is_on_the_wire<T: AttrType>(value: T::Value<'_>, payload: &[u8]) -> Result<bool> {
        let written = write(200, |to| put::<T>(to, 1, value))?;
        let expected = write(200, |to| put::<Binary>(to, 1, payload))?;
        let again = with_attrs::<(), _>(&expected, POLICY, |all| {
            let attr = field::<_, T, 1>(all).required().map_err(|_| EINVAL)?;
            write(200, |to| put::<T>(to, 1, attr.value))
        })?;
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
}
