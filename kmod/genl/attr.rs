// SPDX-License-Identifier: GPL-2.0

//! Attributes of a request.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use super::wire::{
    ALIGN,
    HEADER, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::bindings;

/// An attribute in a request.
///
/// # Invariants
///
/// The pointer is to an attribute whose `nla_len` is at least [`HEADER`]. For `'a` that many bytes
/// from it on can be read, and nobody writes to them.
#[derive(Clone, Copy)]
pub(crate) struct RawAttr<'a>(NonNull<bindings::nlattr>, PhantomData<&'a [u8]>);

impl<'a> RawAttr<'a> {
    /// # Safety
    ///
    /// `ptr` must keep the invariants of this type for `'a`.
    pub(super) unsafe fn from_raw(ptr: NonNull<bindings::nlattr>) -> Self {
        // INVARIANT: By the safety requirements of this function.
        Self(ptr, PhantomData)
    }

    pub(super) fn as_ptr(self) -> *const bindings::nlattr {
        self.0.as_ptr()
    }

    fn header(self) -> bindings::nlattr {
        // SAFETY: By the type invariants the header can be read. It need not be aligned.
        unsafe { self.as_ptr().read_unaligned() }
    }

    /// Returns the attribute's number.
    pub(super) fn number(self) -> u16 {
        self.header().nla_type & bindings::NLA_TYPE_MASK as u16
    }

    /// Returns the attribute's payload, without its padding.
    pub(super) fn payload(self) -> &'a [u8] {
        let total = usize::from(self.header().nla_len);
        // SAFETY: By the type invariants `total >= HEADER`, and `total` bytes can be read, and
        // none of them is written, for `'a`.
        unsafe {
            core::slice::from_raw_parts(self.as_ptr().cast::<u8>().add(HEADER), total - HEADER)
        }
    }
}

/// Iterates over consecutive attributes. Ends before the first incomplete one.
#[derive(Clone, Copy)]
pub(crate) struct Stream<'a>(&'a [u8]);

impl<'a> Stream<'a> {
    /// Returns the attributes in `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the attributes that are left.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Iterator for Stream<'a> {
    type Item = RawAttr<'a>;

    fn next(&mut self) -> Option<RawAttr<'a>> {
        let [a, b, ..] = *self.0.first_chunk::<HEADER>()?;
        let total = usize::from(u16::from_ne_bytes([a, b]));
        let whole = self.0.get(..total).filter(|whole| whole.len() >= HEADER)?;
        // SAFETY: `nla_len`, the first 16 bits, is `total`, which is at least `HEADER`. `whole` has
        // that many bytes, which can be read and are not written for `'a`.
        let raw = unsafe { RawAttr::from_raw(NonNull::from(whole).cast()) };
        // The last attribute may lack its padding.
        self.0 = self.0.get(total.next_multiple_of(ALIGN)..).unwrap_or(&[]);
        Some(raw)
    }
}
