// SPDX-License-Identifier: GPL-2.0

//! Attributes being written, and the room that they take.
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

/// Attributes being written.
///
/// # Invariants
///
/// `room` bytes from `start` on belong to this writer alone. `len <= room`; `len` is a multiple of
/// [`ALIGN`], and the first `len` bytes are initialized.
///
/// No writer can be put into another's place: the lifetime is invariant, and each function that
/// gets a writer knows only its own.
pub(crate) struct Writer<'w> {
    start: NonNull<u8>,
    room: usize,
    len: usize,
    _own: PhantomData<fn(&'w ()) -> &'w ()>,
}

impl Writer<'_> {
    /// # Safety
    ///
    /// For as long as the writer is used, the `room` bytes from `start` on must be writable, and
    /// used by nobody else.
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

    /// How many bytes are written.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts a message around the attributes that `fill` puts. Where `fill` fails, nothing of the
    /// message stays.
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
        // INVARIANT: The headers fit, are a multiple of `ALIGN`, and all their bytes are written
        // below on the way out that does not take this back; `fill` reads none of them.
        self.len = start + HEADERS;
        if let Err(error) = fill(self) {
            // INVARIANT: `start` was `len` before, so all up to it is initialized.
            self.len = start;
            return Err(error);
        }
        let header = bindings::nlmsghdr {
            nlmsg_len: (self.len - start) as u32,
            ..header
        };
        // SAFETY: The room for both headers, which have no padding, was set aside at `start`.
        unsafe {
            let at = self.start.as_ptr().add(start);
            at.cast::<bindings::nlmsghdr>().write_unaligned(header);
            at.add(size_of::<bindings::nlmsghdr>())
                .cast::<bindings::genlmsghdr>()
                .write_unaligned(genl_header);
        }
        Ok(())
    }

    /// Puts an attribute. Puts nothing if there is no room for it, or its length does not fit the
    /// 16 bits that it has.
    #[inline]
    pub(super) fn put(&mut self, number: u16, payload: &[u8]) -> Result<(), NoRoom> {
        self.put_bytes(number, payload, false)
    }

    /// As [`Self::put`], with a NUL at the end of the payload.
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

    /// Puts the family's own header, with padding behind it.
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

    /// Puts a nest around what `fill` puts. Where `fill` fails, nothing of the nest stays.
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
                // INVARIANT: `start` was `len` before, so all up to it is initialized.
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
        testing::{
            parse,
            put,
            write, //
        },
        types::{
            NulString,
            Uint,
            U32, //
        },
        wire::size, //
    };

    #[test]
    fn what_is_written_is_what_netlink_reads() -> Result {
        let bytes = write(64, |attrs| {
            put::<U32>(attrs, 1, 7)?;
            attrs.put(2, b"abcde")?;
            put::<NulString<0>>(attrs, 3, c"name")
        })?;
        // A header of 4 bytes each, and padding behind 5 bytes.
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
    fn an_integer_takes_eight_bytes_only_where_it_needs_them() -> Result {
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
    fn what_does_not_fit_leaves_nothing() -> Result {
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
    fn a_nest_holds_what_was_put_into_it_and_says_so() -> Result {
        let bytes = write(64, |attrs| attrs.nest(2, |attrs| put::<U32>(attrs, 1, 7)))?;
        let nested = bindings::NLA_F_NESTED as u16;
        assert_eq!(bytes[2..4], (2 | nested).to_ne_bytes());
        parse(&bytes[4..], 2, |table| {
            assert_eq!(table[1], Some(&7u32.to_ne_bytes()[..]));
        })
    }
}
