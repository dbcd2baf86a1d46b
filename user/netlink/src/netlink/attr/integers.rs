// SPDX-License-Identifier: MIT OR Apache-2.0

//! Integers of every width, sign and byte order, as payloads of attributes.

use super::{Attribute, Writer};
use crate::netlink::error::Result;

/// For each integer type, a method that reads it and one that writes it.
macro_rules! integers {
    ($($name:ident: $type:ty, $from:ident, $to:ident, $what:literal;)*) => {
        /// Reads the payload as an integer of a fixed width. Fails with
        /// [`Error::Malformed`](crate::Error::Malformed) if the payload has another
        /// width.
        impl Attribute<'_> {
            $(
                #[doc = concat!("The payload as ", $what, ".")]
                #[inline]
                pub fn $name(&self) -> Result<$type> {
                    match self.payload.try_into() {
                        Ok(bytes) => Ok(<$type>::$from(bytes)),
                        Err(_) => self.bad_length(),
                    }
                }
            )*
        }

        /// Writes integers of a fixed width. These methods never fail.
        impl Writer<'_> {
            $(
                #[doc = concat!("Puts ", $what, ".")]
                #[inline]
                pub fn $name(&mut self, number: u16, value: $type) -> Result<()> {
                    self.bytes(number, &value.$to())
                }
            )*
        }

        #[cfg(test)]
        mod tests {
            use super::*;
            use crate::netlink::attr::Attributes;

            #[test]
            fn each_integer_comes_back_and_no_other_width_is_taken_for_it() {
                $({
                    let mut buffer = Vec::new();
                    let value = <$type>::from_be_bytes(*b"\xf1\x02\x03\x04\x05\x06\x07\xf8".first_chunk().unwrap());
                    Writer::new(&mut buffer).$name(1, value).unwrap();
                    let read = Attributes::new(&buffer).next().unwrap().unwrap();
                    assert_eq!(read.payload, value.$to());
                    assert_eq!(read.$name().unwrap(), value);
                    let len = size_of::<$type>() + 1;
                    let long = [&read.payload[..], &[0]].concat();
                    for payload in [&long[..len - 2], &long[..]] {
                        let odd = Attribute { payload, ..read };
                        assert!(odd.$name().is_err(), "{}", stringify!($name));
                    }
                })*
            }
        }
    };
}

integers! {
    u8: u8, from_ne_bytes, to_ne_bytes, "a `u8`";
    u16: u16, from_ne_bytes, to_ne_bytes, "a `u16`";
    u32: u32, from_ne_bytes, to_ne_bytes, "a `u32`";
    u64: u64, from_ne_bytes, to_ne_bytes, "a `u64`";
    s8: i8, from_ne_bytes, to_ne_bytes, "an `i8`";
    s16: i16, from_ne_bytes, to_ne_bytes, "an `i16`";
    s32: i32, from_ne_bytes, to_ne_bytes, "an `i32`";
    s64: i64, from_ne_bytes, to_ne_bytes, "an `i64`";
    be16: u16, from_be_bytes, to_be_bytes, "a `u16` with the highest byte first";
    be32: u32, from_be_bytes, to_be_bytes, "a `u32` with the highest byte first";
    be64: u64, from_be_bytes, to_be_bytes, "a `u64` with the highest byte first";
    le16: u16, from_le_bytes, to_le_bytes, "a `u16` with the lowest byte first";
    le32: u32, from_le_bytes, to_le_bytes, "a `u32` with the lowest byte first";
    le64: u64, from_le_bytes, to_le_bytes, "a `u64` with the lowest byte first";
}
