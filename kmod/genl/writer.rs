// SPDX-License-Identifier: GPL-2.0

//! Writing messages and attributes into a buffer.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use super::wire::{
    NoRoom,
    ALIGN,
    HEADER, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// Writes messages and attributes into a buffer of fixed size.
///
/// # Invariants
///
/// `room` bytes from `start` on belong to this writer alone. `len <= room`; `len` is a multiple of
/// [`ALIGN`], and the first `len` bytes are initialized.
///
/// Code outside of this layer cannot replace a writer that it is passed: the lifetime is invariant,
/// and the functions that get a writer are generic over it.
pub(crate) struct Writer<'w> {
    start: NonNull<u8>,
    room: usize,
    len: usize,
    _own: PhantomData<fn(&'w ()) -> &'w ()>,
}

impl Writer<'_> {
    /// # Safety
    ///
    /// For as long as the writer is used, the `room` bytes from `start` on must be writable and not
    /// be used by anybody else.
    pub(super) unsafe fn new(start: NonNull<u8>, room: usize) -> Self {
        // INVARIANT: The room is this writer's by the safety requirements of this function, and
        // 0 bytes of it are in use.
        Self {
            start,
            room,
            len: 0,
            _own: PhantomData,
        }
    }

    /// Returns the number of bytes written so far.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts a message with the attributes that `fill` puts. If there is no room, or `fill` fails,
    /// nothing of the message remains.
    pub(super) fn message(
        &mut self,
        header: bindings::nlmsghdr,
        genl_header: bindings::genlmsghdr,
        fill: impl FnOnce(&mut Self) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        const HEADERS: usize = size_of::<bindings::nlmsghdr>() + size_of::<bindings::genlmsghdr>();

        let start = self.len;
        if HEADERS > self.room - start {
            return Err(NoRoom);
        }
        // INVARIANT: The headers fit, and their length is a multiple of `ALIGN`. All their bytes
        // are written below, unless `fill` fails and `len` is set back. `fill` reads none of them.
        self.len = start + HEADERS;
        if let Err(error) = fill(self) {
            // INVARIANT: `len` was `start` before, so the first `start` bytes are initialized.
            self.len = start;
            return Err(error);
        }
        let header = bindings::nlmsghdr {
            nlmsg_len: (self.len - start) as u32,
            ..header
        };
        // SAFETY: The room for both headers, which have no padding, was reserved at `start`.
        unsafe {
            let at = self.start.as_ptr().add(start);
            at.cast::<bindings::nlmsghdr>().write_unaligned(header);
            at.add(size_of::<bindings::nlmsghdr>())
                .cast::<bindings::genlmsghdr>()
                .write_unaligned(genl_header);
        }
        Ok(())
    }

    /// Puts an attribute. Fails and puts nothing if there is no room for it, or if its length does
    /// not fit into the 16 bits of `nla_len`.
    #[inline]
    pub(super) fn put(&mut self, number: u16, payload: &[u8]) -> Result<(), NoRoom> {
        self.put_bytes(number, payload, false)
    }

    /// Like [`Self::put`], but appends a NUL to the payload.
    pub(super) fn put_with_nul(&mut self, number: u16, payload: &[u8]) -> Result<(), NoRoom> {
        self.put_bytes(number, payload, true)
    }

    #[inline]
    fn put_bytes(&mut self, number: u16, payload: &[u8], nul: bool) -> Result<(), NoRoom> {
        let unpadded = HEADER + payload.len() + usize::from(nul);
        let nla_len = u16::try_from(unpadded).map_err(|_| NoRoom)?;
        let padded = unpadded.next_multiple_of(ALIGN);
        if padded > self.room - self.len {
            return Err(NoRoom);
        }
        let header = self.header(nla_len, number);
        // SAFETY: `padded` bytes from `start + len` on are within the room, as was just checked,
        // and the writer's alone by the type invariants. `payload` is a live shared reference, so
        // it does not overlap with them.
        unsafe {
            let at = self.start.as_ptr().add(self.len);
            // Clear the last word first: it holds the padding and the NUL. If the payload is empty,
            // this word is the header, which is written next.
            at.add(padded - ALIGN)
                .cast::<[u8; ALIGN]>()
                .write_unaligned([0; ALIGN]);
            at.cast::<[u8; HEADER]>().write_unaligned(header);
            core::ptr::copy_nonoverlapping(payload.as_ptr(), at.add(HEADER), payload.len());
        }
        // INVARIANT: `padded` is a multiple of `ALIGN`, fits, and all of it was written.
        self.len += padded;
        Ok(())
    }

    /// Puts the family's own header, followed by its padding.
    pub(crate) fn put_family_header(&mut self, header: &[u8]) -> Result<(), NoRoom> {
        let padded = header.len().next_multiple_of(ALIGN);
        if padded > self.room - self.len {
            return Err(NoRoom);
        }
        // SAFETY: `padded` bytes from `start + len` on are within the room, as was just checked,
        // and the writer's alone by the type invariants. `header` is a live shared reference, so it
        // does not overlap with them.
        unsafe {
            let at = self.start.as_ptr().add(self.len);
            at.write_bytes(0, padded);
            core::ptr::copy_nonoverlapping(header.as_ptr(), at, header.len());
        }
        // INVARIANT: `padded` is a multiple of `ALIGN`, fits, and all of it was written.
        self.len += padded;
        Ok(())
    }

    fn header(&self, nla_len: u16, number: u16) -> [u8; HEADER] {
        let ([a, b], [c, d]) = (nla_len.to_ne_bytes(), number.to_ne_bytes());
        [a, b, c, d]
    }

    /// Puts a nest with the attributes that `fill` puts. If the nest does not fit, or `fill` fails,
    /// nothing of it remains.
    #[inline]
    pub(super) fn nest(
        &mut self,
        number: u16,
        fill: impl FnOnce(&mut Self) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let start = self.len;
        let number = number | bindings::NLA_F_NESTED as u16;
        self.put(number, &[])?;
        let closed = fill(self).and_then(|()| u16::try_from(self.len - start).map_err(|_| NoRoom));
        match closed {
            Ok(nla_len) => {
                let header = self.header(nla_len, number);
                // SAFETY: The nest's header was put at `start`, within the room.
                unsafe {
                    self.start
                        .as_ptr()
                        .add(start)
                        .cast::<[u8; HEADER]>()
                        .write_unaligned(header);
                }
                Ok(())
            }
            Err(error) => {
                // INVARIANT: `len` was `start` before, so the first `start` bytes are initialized.
                self.len = start;
                Err(error)
            }
        }
    }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_writer)]
mod tests {
    use super::*;
    use crate::genl::{
        integers::{
            Uint,
            U32, //
        },
        testing::{
            parse,
            put,
            write, //
        },
        types::NulString,
        wire::size, //
    };

    #[test]
    fn the_kernel_parses_written_attributes() -> Result {
        let bytes = write(64, |attrs| {
            put::<U32>(attrs, 1, 7)?;
            attrs.put(2, b"abcde")?;
            put::<NulString<0>>(attrs, 3, c"name")
        })?;
        // Each attribute has a header of 4 bytes; 5 bytes of payload are padded to 8.
        assert_eq!(
            bytes.len(),
            size::bytes(4) + size::bytes(5) + size::bytes(5)
        );
        parse(&bytes, 4, |table| {
            assert_eq!(table[1], Some(&7u32.to_ne_bytes()[..]));
            assert_eq!(table[2], Some(&b"abcde"[..]));
            assert_eq!(table[3], Some(&b"name\0"[..]));
        })
    }

    #[test]
    fn an_integer_takes_eight_bytes_only_if_it_needs_them() -> Result {
        let bytes = write(64, |attrs| {
            put::<Uint>(attrs, 1, u32::MAX.into())?;
            put::<Uint>(attrs, 2, u64::from(u32::MAX) + 1)
        })?;
        parse(&bytes, 3, |table| {
            assert_eq!(table[1].map(<[u8]>::len), Some(4));
            assert_eq!(table[2].map(<[u8]>::len), Some(8));
        })
    }

    #[test]
    fn the_padding_is_zero() -> Result {
        let bytes = write(64, |attrs| attrs.put(1, b"x"))?;
        assert_eq!(bytes.len(), 8);
        assert_eq!(bytes[5..8], [0; 3]);
        Ok(())
    }

    #[test]
    fn an_attribute_that_does_not_fit_leaves_nothing() -> Result {
        let bytes = write(20, |attrs| {
            put::<U32>(attrs, 1, 1)?;
            assert!(attrs.put(2, &[0; 9]).is_err());
            assert!(attrs.nest(3, |attrs| attrs.put(1, &[0; 5])).is_err());
            attrs.put(4, &[2; 8])
        })?;
        assert_eq!(bytes.len(), 20);
        parse(&bytes, 5, |table| {
            assert!(table[2].is_none());
            assert!(table[3].is_none());
            assert_eq!(table[4], Some(&[2; 8][..]));
        })
    }

    #[test]
    fn a_value_too_long_for_a_length_of_16_bits_is_refused() -> Result {
        let long = KVVec::from_elem(0, 65_532, GFP_KERNEL)?;
        let bytes = write(70_000, |attrs| {
            assert!(attrs.put(1, &long).is_err());
            attrs.put(1, &long[1..])
        })?;
        assert_eq!(bytes.len(), 65_536);
        Ok(())
    }

    #[test]
    fn a_nest_holds_its_attributes_and_is_flagged_as_a_nest() -> Result {
        let bytes = write(64, |attrs| attrs.nest(2, |attrs| put::<U32>(attrs, 1, 7)))?;
        let nested = bindings::NLA_F_NESTED as u16;
        assert_eq!(bytes[2..4], (2 | nested).to_ne_bytes());
        parse(&bytes[4..], 2, |table| {
            assert_eq!(table[1], Some(&7u32.to_ne_bytes()[..]));
        })
    }
}
