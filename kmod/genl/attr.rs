// SPDX-License-Identifier: GPL-2.0

//! Attributes of a request.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use super::wire::HEADER;
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::bindings;

/// An attribute as it stands in a request.
///
/// # Invariants
///
/// The pointer is to an attribute whose `nla_len` is at least [`HEADER`]; that many bytes from it
/// on can be read, and nobody writes to them, for `'a`.
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

    /// Returns the attribute's payload, without its padding.
    pub(super) fn payload(self) -> &'a [u8] {
        // SAFETY: By the type invariants the header can be read for `'a`.
        let total = usize::from(unsafe { (*self.as_ptr()).nla_len });
        // SAFETY: By the type invariants `total >= HEADER`, and `total` bytes can be read, and
        // none of them is written, for `'a`.
        unsafe {
            core::slice::from_raw_parts(self.as_ptr().cast::<u8>().add(HEADER), total - HEADER)
        }
    }
}
