// SPDX-License-Identifier: GPL-2.0

//! The layout of attributes in a message.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use kernel::bindings;

/// Length of an attribute's header, in bytes.
pub(super) const HEADER: usize = size_of::<bindings::nlattr>();

/// Alignment of attributes within a message, in bytes.
pub(super) const ALIGN: usize = 4;

/// Constants of C headers that a spec may name.
#[allow(unused_imports)] // A family uses only the constants that its spec names.
pub(crate) mod header {
    pub(crate) use kernel::bindings::{
        MAX_ERRNO,
        PAGE_SIZE, //
    };
}

/// Sizes of attributes in a message in bytes, including header and padding.
pub(crate) mod size {
    use super::{
        ALIGN,
        HEADER, //
    };

    /// Returns the size of an attribute with `len` bytes of payload. For a string they include its
    /// NUL, for a nest they are its attributes.
    pub(crate) const fn bytes(len: usize) -> usize {
        (HEADER + len).next_multiple_of(ALIGN)
    }
}

/// The error for data that does not fit into its message.
#[derive(Debug)]
pub(crate) struct NoRoom;
