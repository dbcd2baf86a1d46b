// SPDX-License-Identifier: MIT OR Apache-2.0

//! Attributes: reading them from a message, and writing them to one.
//!
//! An attribute is a header of 4 bytes (length with header, number), its
//! payload, and padding up to a multiple of 4. Source:
//! `include/uapi/linux/netlink.h`, `struct nlattr`.
//!
//! ```
//! use parley_netlink::netlink::attr::{Attributes, Writer};
//!
//! let mut buffer = Vec::new();
//! let mut writer = Writer::new(&mut buffer);
//! writer.string(1, "visitors")?;
//! writer.nest(2, |nest| nest.uint(1, 42))?;
//!
//! for attribute in Attributes::new(&buffer) {
//!     let attribute = attribute?;
//!     match attribute.number {
//!         1 => assert_eq!(attribute.string()?, "visitors"),
//!         2 => {
//!             let inner = attribute.attributes().next().expect("one was put there")?;
//!             assert_eq!(inner.uint()?, 42);
//!         }
//!     // A newer kernel may send other attributes as well.
//!         _ => {}
//!     }
//! }
//! # Ok::<(), parley_netlink::Error>(())
//! ```

mod integers;

use super::error::{Error, Result};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// Length of an attribute's header.
pub const HEADER: usize = 4;
/// Every attribute begins at a multiple of this many bytes.
pub const ALIGN: usize = 4;
/// The maximum length of a payload, given by the attribute's length field.
pub const PAYLOAD_MAX: usize = u16::MAX as usize - HEADER;

const NESTED: u16 = 1 << 15;
const NET_BYTEORDER: u16 = 1 << 14;

/// An attribute of a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attribute<'a> {
    /// Its number, without the flags.
    pub number: u16,
    /// Whether it is flagged as a nest.
    pub nested: bool,
    /// Its offset from the start of the attributes around it.
    pub offset: usize,
    /// Its payload, without padding.
    pub payload: &'a [u8],
}

impl<'a> Attribute<'a> {
    #[cold]
    fn bad_length<T>(&self) -> Result<T> {
        Err(Error::Malformed {
            what: "an attribute's length does not fit its type",
            offset: self.offset,
        })
    }

    #[cold]
    fn no_nul<T>(&self) -> Result<T> {
        Err(Error::Malformed {
            what: "a string has no NUL",
            offset: self.offset,
        })
    }

    /// Returns the payload as an unsigned integer of 4 or 8 bytes.
    #[inline]
    pub fn uint(&self) -> Result<u64> {
        match *self.payload {
            [a, b, c, d] => Ok(u32::from_ne_bytes([a, b, c, d]).into()),
            [a, b, c, d, e, f, g, h] => Ok(u64::from_ne_bytes([a, b, c, d, e, f, g, h])),
            _ => self.bad_length(),
        }
    }

    /// Returns the payload as a signed integer of 4 or 8 bytes.
    #[inline]
    pub fn sint(&self) -> Result<i64> {
        match *self.payload {
            [a, b, c, d] => Ok(i32::from_ne_bytes([a, b, c, d]).into()),
            [a, b, c, d, e, f, g, h] => Ok(i64::from_ne_bytes([a, b, c, d, e, f, g, h])),
            _ => self.bad_length(),
        }
    }

    /// Returns the payload up to its NUL. The kernel does not require that it is text.
    #[inline]
    pub fn string_bytes(&self) -> Result<&'a [u8]> {
        let [string @ .., last] = self.payload else {
            return self.no_nul();
        };
        // Usually the only NUL is the last byte.
        match nul(string) {
            None if *last == 0 => Ok(string),
            None => self.no_nul(),
            Some(end) => Ok(string.get(..end).unwrap_or_default()),
        }
    }

    /// Returns the payload up to its NUL, or the whole payload, for a string that may
    /// lack its NUL.
    #[must_use]
    pub fn unterminated(&self) -> &'a [u8] {
        self.string_bytes().unwrap_or(self.payload)
    }

    /// Returns the first `N` bytes of the payload, for a struct that newer kernels may
    /// extend. Fails with [`Error::Malformed`] if there are fewer.
    pub fn first<const N: usize>(&self) -> Result<[u8; N]> {
        match self.payload.first_chunk() {
            Some(bytes) => Ok(*bytes),
            None => self.bad_length(),
        }
    }

    /// Returns the payload up to its NUL, as text.
    pub fn string(&self) -> Result<&'a str> {
        std::str::from_utf8(self.string_bytes()?).map_err(|_| Error::Malformed {
            what: "a string is no text",
            offset: self.offset,
        })
    }

    /// Returns the payload up to its NUL as a user-chosen name, whose bytes need not be
    /// text.
    pub fn name(&self) -> Result<OsString> {
        Ok(OsStr::from_bytes(self.string_bytes()?).to_owned())
    }

    /// Returns the payload up to its NUL as text. Invalid bytes are replaced.
    pub fn text(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(self.string_bytes()?).into_owned())
    }

    /// Returns the attributes inside.
    #[inline]
    #[must_use]
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.payload)
    }
}

/// Iterates over the attributes in a byte slice. Ends at the first malformed one.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    /// The bytes that have not been read yet.
    rest: &'a [u8],
    /// The original length.
    len: usize,
}

impl<'a> Attributes<'a> {
    /// Reads `bytes`, which begin with an attribute.
    #[inline]
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            len: bytes.len(),
        }
    }

    /// Reads the family's own header of `N` bytes, which precedes the attributes, and its
    /// padding.
    pub fn family_header<const N: usize>(&mut self) -> Result<[u8; N]> {
        let Some(header) = self.rest.first_chunk() else {
            return self.no_header();
        };
        self.rest = behind(self.rest, N);
        Ok(*header)
    }

    /// Like [`Self::family_header`], for a header whose length is known only at run time.
    pub fn take_header(&mut self, len: usize) -> Result<&'a [u8]> {
        let Some(header) = self.rest.get(..len) else {
            return self.no_header();
        };
        self.rest = behind(self.rest, len);
        Ok(header)
    }

    #[cold]
    fn no_header<X>(&self) -> Result<X> {
        Err(Error::Malformed {
            what: "a message has no header of its family",
            offset: self.offset(),
        })
    }

    /// Returns the offset of the next attribute.
    #[inline]
    fn offset(&self) -> usize {
        self.len.saturating_sub(self.rest.len())
    }

    #[cold]
    fn malformed(&mut self, what: &'static str) -> Option<Result<Attribute<'a>>> {
        let offset = self.offset();
        self.rest = &[];
        Some(Err(Error::Malformed { what, offset }))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest;
        let Some(header) = rest.first_chunk() else {
            // The kernel may pad the end of a message.
            if rest.iter().all(|byte| *byte == 0) {
                return None;
            }
            return self.malformed("bytes are left over behind the last attribute");
        };
        let (len, kind) = halves(u32::from_ne_bytes(*header));
        let len = usize::from(len);
        // Two branches. From `get` alone the compiler makes more.
        if len < HEADER || len > rest.len() {
            return self.malformed("an attribute's length is wrong");
        }
        let payload = rest.get(HEADER..len).unwrap_or_default();
        let offset = self.offset();
        self.rest = behind(rest, len);
        Some(Ok(Attribute {
            number: kind & !(NESTED | NET_BYTEORDER),
            nested: kind & NESTED != 0,
            offset,
            payload,
        }))
    }
}

/// Splits one word into the two 16-bit fields of a header, in order.
#[inline]
fn halves(word: u32) -> (u16, u16) {
    let (low, high) = (word as u16, (word >> 16) as u16);
    if cfg!(target_endian = "little") {
        (low, high)
    } else {
        (high, low)
    }
}

/// Returns the bytes after the first `len` bytes of `bytes` and their padding.
#[inline]
pub(super) fn behind(bytes: &[u8], len: usize) -> &[u8] {
    // `len` is within `bytes`, so it is far from the largest `usize`. The last attribute
    // may lack its padding.
    let padded = len.wrapping_add(ALIGN - 1) & !(ALIGN - 1);
    bytes.get(padded.min(bytes.len())..).unwrap_or_default()
}

/// Returns the header of an attribute whose payload has `len` bytes.
#[inline]
fn header(number: u16, len: usize) -> Result<[u8; HEADER]> {
    if len > PAYLOAD_MAX {
        return Err(Error::TooLong {
            len,
            max: PAYLOAD_MAX,
        });
    }
    let total = len.wrapping_add(HEADER) as u16;
    let ([a, b], [c, d]) = (total.to_ne_bytes(), number.to_ne_bytes());
    Ok([a, b, c, d])
}

/// Returns the offset of the first NUL in `bytes`.
///
/// Compares eight bytes at a time; for short strings, which are usual in netlink, the
/// standard library compares them one by one.
#[inline]
fn nul(bytes: &[u8]) -> Option<usize> {
    // The lowest byte that produced a borrow is the first zero byte.
    let zero = |word: &[u8; 8]| {
        const ONES: u64 = u64::MAX / 0xff;
        let word = u64::from_le_bytes(*word);
        let zeros = word.wrapping_sub(ONES) & !word & (ONES << 7);
        (zeros != 0).then_some(zeros.trailing_zeros() as usize / 8)
    };
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk() {
        if let Some(place) = zero(word) {
            return Some(bytes.len().wrapping_sub(rest.len()).wrapping_add(place));
        }
        rest = behind;
    }
    if rest.is_empty() {
        return None;
    }
    if let Some(word) = bytes.last_chunk() {
        // The bytes that were already compared have no NUL.
        return Some(bytes.len().wrapping_sub(8).wrapping_add(zero(word)?));
    }
    match (rest.first_chunk(), rest.last_chunk()) {
        // 4 to 7 bytes: two words that overlap, extended with bytes that are not zero.
        (Some(first), Some(last)) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            let bits = rest.len() * 8;
            let word = u64::from(first) | u64::from(last) << (bits - 32) | u64::MAX << bits;
            zero(&word.to_le_bytes())
        }
        _ => rest.iter().position(|byte| *byte == 0),
    }
}

/// Writes attributes to the end of a buffer.
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut Vec<u8>,
}

impl<'b> Writer<'b> {
    /// Writes to the end of `buffer`.
    #[inline]
    pub fn new(buffer: &'b mut Vec<u8>) -> Self {
        Self { buffer }
    }

    /// Puts the header of a payload with `len` bytes.
    #[inline]
    fn header(&mut self, number: u16, len: usize) -> Result<()> {
        let header = header(number, len)?;
        self.buffer.extend_from_slice(&header);
        Ok(())
    }

    /// Puts the padding after a payload of `len` bytes.
    #[inline]
    fn pad(&mut self, len: usize) {
        // The padding depends only on the length, because the attribute itself is
        // aligned.
        match len % ALIGN {
            1 => self.buffer.extend_from_slice(&[0; 3]),
            2 => self.buffer.extend_from_slice(&[0; 2]),
            3 => self.buffer.push(0),
            _ => {}
        }
    }

    /// Puts an attribute of 4 bytes, which needs no padding.
    #[inline]
    fn word(&mut self, number: u16, value: [u8; 4]) {
        let ([l0, l1], [n0, n1]) = (8u16.to_ne_bytes(), number.to_ne_bytes());
        let [a, b, c, d] = value;
        self.buffer.extend_from_slice(&[l0, l1, n0, n1, a, b, c, d]);
    }

    /// Puts an attribute of 8 bytes, which needs no padding.
    #[inline]
    fn long(&mut self, number: u16, value: [u8; 8]) {
        let ([l0, l1], [n0, n1]) = (12u16.to_ne_bytes(), number.to_ne_bytes());
        let [a, b, c, d, e, f, g, h] = value;
        self.buffer
            .extend_from_slice(&[l0, l1, n0, n1, a, b, c, d, e, f, g, h]);
    }

    /// Puts at most [`PAYLOAD_MAX`] bytes.
    #[inline(always)]
    pub fn bytes(&mut self, number: u16, value: &[u8]) -> Result<()> {
        self.header(number, value.len())?;
        self.buffer.extend_from_slice(value);
        self.pad(value.len());
        Ok(())
    }

    /// Puts bytes and their padding without a header: the family's own header before all
    /// attributes, or attributes that were already written elsewhere.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.pad(bytes.len());
        Ok(())
    }

    /// Puts an array of integers as one attribute, without padding. `bytes` converts each
    /// integer.
    pub fn packed<X: Copy, const N: usize>(
        &mut self,
        number: u16,
        values: &[X],
        bytes: impl Fn(X) -> [u8; N],
    ) -> Result<()> {
        let len = values.len().saturating_mul(N);
        self.header(number, len)?;
        for value in values {
            self.buffer.extend_from_slice(&bytes(*value));
        }
        self.pad(len);
        Ok(())
    }

    /// Puts a flag: an attribute without a payload, whose presence is its value.
    #[inline]
    pub fn flag(&mut self, number: u16) -> Result<()> {
        self.bytes(number, &[])
    }

    /// Puts a string and a NUL. Fails if the string itself contains a NUL.
    #[inline]
    pub fn string(&mut self, number: u16, value: impl AsRef<[u8]>) -> Result<()> {
        let value = value.as_ref();
        if nul(value).is_some() {
            return Err(Error::Nul);
        }
        let len = value.len().saturating_add(1);
        self.header(number, len)?;
        self.buffer.extend_from_slice(value);
        self.buffer.push(0);
        self.pad(len);
        Ok(())
    }

    /// Puts an unsigned integer in 4 bytes, or in 8 if it needs them.
    #[inline]
    pub fn uint(&mut self, number: u16, value: u64) -> Result<()> {
        match u32::try_from(value) {
            Ok(value) => self.word(number, value.to_ne_bytes()),
            Err(_) => self.long(number, value.to_ne_bytes()),
        }
        Ok(())
    }

    /// Puts a signed integer in 4 bytes, or in 8 if it needs them.
    #[inline]
    pub fn sint(&mut self, number: u16, value: i64) -> Result<()> {
        match i32::try_from(value) {
            Ok(value) => self.word(number, value.to_ne_bytes()),
            Err(_) => self.long(number, value.to_ne_bytes()),
        }
        Ok(())
    }

    /// Puts a nest with the attributes that `fill` puts.
    pub fn nest(
        &mut self,
        number: u16,
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> Result<()> {
        let start = self.buffer.len();
        self.header(number | NESTED, 0)?;
        fill(self)?;
        let len = self.buffer.len().saturating_sub(start);
        let Ok(total) = u16::try_from(len) else {
            return Err(Error::TooLong {
                len,
                max: PAYLOAD_MAX,
            });
        };
        if let Some(field) = self.buffer.get_mut(start..start.saturating_add(2)) {
            field.copy_from_slice(&total.to_ne_bytes());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
