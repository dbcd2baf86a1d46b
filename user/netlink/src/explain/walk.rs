// SPDX-License-Identifier: MIT OR Apache-2.0

//! The way through a datagram: each byte is passed once, from the first to the
//! last, so the fields cover all of it whatever it holds.

use super::datagram::{number, Field, Order};
use super::value::Place;

/// A datagram of so many fields is not taken apart further: nobody reads them, and
/// each takes much more room than its bytes.
const FIELDS_MAX: usize = 1 << 17;

/// How far a datagram is explained, and as what.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    pub(super) order: Order,
    /// The byte order of numbers of which nothing else is known.
    pub(super) guess: Order,
    at: usize,
    fields: Vec<Field>,
    /// Where the message begins to which the attributes belong.
    pub(super) message: usize,
    pub(super) places: Vec<Place>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a [u8], order: Order) -> Self {
        Self {
            bytes,
            order,
            guess: order,
            at: 0,
            fields: Vec::new(),
            message: 0,
            places: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Field> {
        self.fields
    }

    /// The first byte that is not passed yet.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The datagram's end.
    pub(super) fn end(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are too many fields for more. The rest up to `end` is then
    /// passed as bytes.
    pub(super) fn full(&mut self, end: usize, depth: usize) -> bool {
        let full = self.fields.len() >= FIELDS_MAX;
        if full {
            let why = format!("not taken apart: {FIELDS_MAX} fields stand before");
            self.take(self.left(end), depth, "bytes", why);
        }
        full
    }

    /// How many bytes there are up to `end`.
    pub(super) fn left(&self, end: usize) -> usize {
        end.min(self.bytes.len()).saturating_sub(self.at)
    }

    /// The bytes from here on, `len` of them or as many as there are.
    pub(super) fn peek(&self, len: usize) -> &'a [u8] {
        let end = self.at.saturating_add(len).min(self.bytes.len());
        self.bytes.get(self.at..end).unwrap_or_default()
    }

    /// The bytes of the datagram in this range, if they are all there.
    pub(super) fn bytes(&self, start: usize, len: usize) -> Option<&'a [u8]> {
        self.bytes.get(start..start.checked_add(len)?)
    }

    /// The number that the next `len` bytes are, if they are there.
    pub(super) fn number(&self, len: usize) -> Option<u64> {
        number(self.bytes(self.at, len)?, self.order)
    }

    /// Puts a heading.
    pub(super) fn heading(&mut self, depth: usize, name: &str, meaning: String) {
        self.fields.push(Field {
            offset: self.at,
            len: 0,
            depth,
            name: name.to_owned(),
            meaning,
            bad: None,
        });
    }

    /// Passes `len` bytes, or as many as there are; none make no field.
    pub(super) fn take(
        &mut self,
        len: usize,
        depth: usize,
        name: impl Into<String>,
        meaning: impl Into<String>,
    ) {
        let len = len.min(self.bytes.len().saturating_sub(self.at));
        if len == 0 {
            return;
        }
        self.fields.push(Field {
            offset: self.at,
            len,
            depth,
            name: name.into(),
            meaning: meaning.into(),
            bad: None,
        });
        self.at = self.at.saturating_add(len);
    }

    /// Says what is wrong with the field that was passed last, if any was.
    pub(super) fn bad(&mut self, why: impl Into<String>) {
        if let Some(field) = self.fields.last_mut() {
            field.bad.get_or_insert(why.into());
        }
    }

    /// Says what is wrong with the field that begins at `offset`.
    pub(super) fn bad_at(&mut self, offset: usize, why: String) {
        let here = |field: &&mut Field| field.offset == offset && field.len > 0;
        if let Some(field) = self.fields.iter_mut().rev().find(here) {
            field.bad.get_or_insert(why);
        }
    }

    /// Passes a value of `len` bytes within `end`. One that is cut off is bad.
    pub(super) fn take_value(
        &mut self,
        len: usize,
        end: usize,
        depth: usize,
        name: &str,
        meaning: impl FnOnce(&[u8]) -> String,
    ) {
        let left = self.left(end);
        if len <= left {
            self.take(len, depth, name, meaning(self.peek(len)));
        } else if left > 0 {
            self.take(left, depth, name, "");
            self.bad(format!("cut off: {left} of its {len} bytes are there"));
        }
    }

    /// Passes a number of `len` bytes within `end`, and gives it. One that is cut
    /// off is bad.
    pub(super) fn take_number(
        &mut self,
        len: usize,
        end: usize,
        depth: usize,
        name: &str,
        meaning: impl FnOnce(u64) -> String,
    ) -> Option<u64> {
        let value = self.number(len).filter(|_| len <= self.left(end));
        self.take_value(len, end, depth, name, |_| {
            value.map(meaning).unwrap_or_default()
        });
        value
    }
}
