// SPDX-License-Identifier: MIT OR Apache-2.0

//! The decoder's way through a datagram. It consumes each byte once, from the first to
//! the last, so the fields always cover the whole datagram.

use super::datagram::{number, Field, Order};
use super::value::Place;

/// A datagram with this many fields is not decoded further: nobody reads them, and each
/// needs much more memory than its bytes.
const FIELDS_MAX: usize = 1 << 17;

/// The decoder's position in a datagram, and the fields so far.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    pub(super) order: Order,
    /// The byte order of numbers that have no order of their own.
    pub(super) guess: Order,
    at: usize,
    fields: Vec<Field>,
    /// The start of the message that the attributes belong to.
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

    /// The position of the first byte that is not consumed yet.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The end of the datagram.
    pub(super) fn end(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether the datagram has the maximum number of fields. If so, consumes the
    /// rest up to `end` as bytes.
    pub(super) fn full(&mut self, end: usize, depth: usize) -> bool {
        let full = self.fields.len() >= FIELDS_MAX;
        if full {
            let why = format!("not taken apart: {FIELDS_MAX} fields stand before");
            self.take(self.left(end), depth, "bytes", why);
        }
        full
    }

    /// Returns the number of bytes left before `end`.
    pub(super) fn left(&self, end: usize) -> usize {
        end.min(self.bytes.len()).saturating_sub(self.at)
    }

    /// Returns the next `len` bytes without consuming them, or as many as there are.
    pub(super) fn peek(&self, len: usize) -> &'a [u8] {
        let end = self.at.saturating_add(len).min(self.bytes.len());
        self.bytes.get(self.at..end).unwrap_or_default()
    }

    /// Returns the bytes of the datagram in this range, if all of them are present.
    pub(super) fn bytes(&self, start: usize, len: usize) -> Option<&'a [u8]> {
        self.bytes.get(start..start.checked_add(len)?)
    }

    /// Reads the next `len` bytes as a number, if they are present.
    pub(super) fn number(&self, len: usize) -> Option<u64> {
        number(self.bytes(self.at, len)?, self.order)
    }

    /// Adds a heading.
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

    /// Consumes `len` bytes as a field, or as many as there are. Without bytes, adds no
    /// field.
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

    /// Marks the field that was added last as invalid, if there is one.
    pub(super) fn bad(&mut self, why: impl Into<String>) {
        if let Some(field) = self.fields.last_mut() {
            field.bad.get_or_insert(why.into());
        }
    }

    /// Marks the field at `offset` as invalid.
    pub(super) fn bad_at(&mut self, offset: usize, why: String) {
        let here = |field: &&mut Field| field.offset == offset && field.len > 0;
        if let Some(field) = self.fields.iter_mut().rev().find(here) {
            field.bad.get_or_insert(why);
        }
    }

    /// Consumes a value of `len` bytes before `end`. A truncated value is invalid.
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

    /// Consumes a number of `len` bytes before `end`, and returns it. A truncated number
    /// is invalid.
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
