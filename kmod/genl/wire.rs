// SPDX-License-Identifier: GPL-2.0

//! How attributes lie in a message.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use kernel::bindings;

/// Length of an attribute's header, in bytes.
pub(super) const HEADER: usize = size_of::<bindings::nlattr>();

/// Where each attribute begins is a multiple of this.
pub(super) const ALIGN: usize = 4;

/// The constants of C headers that specs name.
#[allow(unused_imports)] // A family uses only what its spec asks for.
pub(crate) mod header {
    pub(crate) use kernel::bindings::{
        MAX_ERRNO,
        PAGE_SIZE, //
    };
}

/// How many bytes attributes take in a message, header and padding included.
pub(crate) mod size {
    use super::{
        ALIGN,
        HEADER, //
    };

    /// Bytes, a string with its NUL, or a nest that holds `len` bytes of attributes.
    pub(crate) const fn bytes(len: usize) -> usize {
        (HEADER + len).next_multiple_of(ALIGN)
    }
}

/// A message has no room for what was to be put into it.
#[derive(Debug)]
pub(crate) struct NoRoom;
