// SPDX-License-Identifier: GPL-2.0

//! Attributes of a request, and the kinds of value they hold.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use super::{
    extack::Refusal,
    policy::{
        Policy,
        Range, //
    }, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// Length of an attribute's header, in bytes.
pub(super) const HEADER: usize = size_of::<bindings::nlattr>();

/// Where each attribute begins is a multiple of this.
pub(super) const ALIGN: usize = 4;

/// An attribute in a request.
///
/// # Invariants
///
/// The pointer is to an attribute whose `nla_len` is at least [`HEADER`]; that many bytes from it
/// on can be read, and nobody writes to them, for `'a`.
#[derive(Clone, Copy)]
pub(crate) struct Attr<'a>(NonNull<bindings::nlattr>, PhantomData<&'a [u8]>);

impl<'a> Attr<'a> {
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

    /// What stands behind the attribute's header, without its padding.
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

/// A kind of value that an attribute can hold: what the kernel checks of it, and how it is read.
pub(crate) trait Kind {
    /// The value. It may borrow from the request.
    type Value<'a>;

    /// What the kernel checks before the handler runs.
    const POLICY: Policy;

    /// Reads the value.
    ///
    /// The policy has seen the attribute before. What is looked at here again costs a comparison,
    /// and makes this sound for any attribute.
    fn read(attr: Attr<'_>) -> Result<Self::Value<'_>, Refusal<'_>>;
}

/// An argument of a request: a value, and the attribute to blame where it is refused.
pub(crate) struct Arg<'a, K: Kind> {
    /// The value.
    pub(crate) value: K::Value<'a>,
    /// The attribute that held it.
    pub(crate) attr: Attr<'a>,
}

/// Bytes, at least `MIN` and at most `MAX` of them.
pub(crate) struct Bytes<const MIN: usize, const MAX: usize>;

impl<const MIN: usize, const MAX: usize> Kind for Bytes<MIN, MAX> {
    type Value<'a> = &'a [u8];

    const POLICY: Policy = Policy::bytes(MIN, MAX);

    fn read(attr: Attr<'_>) -> Result<&[u8], Refusal<'_>> {
        Ok(attr.payload())
    }
}

/// A string of `MIN` to `MAX` bytes and a NUL.
///
/// What stands behind the first NUL is not part of the string, as everywhere in netlink.
pub(crate) struct NulString<const MIN: usize, const MAX: usize>;

impl<const MIN: usize, const MAX: usize> Kind for NulString<MIN, MAX> {
    type Value<'a> = &'a CStr;

    const POLICY: Policy = Policy::nul_string(MAX);

    fn read(attr: Attr<'_>) -> Result<&CStr, Refusal<'_>> {
        let string = CStr::from_bytes_until_nul(attr.payload())
            .map_err(|_| Refusal::new(EINVAL, c"string has no NUL at its end").at(attr))?;
        // The kernel's policies know no shortest string; the errno is theirs for a wrong length.
        if string.to_bytes().len() < MIN {
            return Err(Refusal::new(ERANGE, c"string is too short").at(attr));
        }
        Ok(string)
    }
}

/// A `u32`, of `MIN` to `MAX`.
pub(crate) struct U32<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Kind for U32<MIN, MAX> {
    type Value<'a> = u32;

    const POLICY: Policy = Policy::u32(&Range::new(MIN, MAX));

    fn read(attr: Attr<'_>) -> Result<u32, Refusal<'_>> {
        match *attr.payload() {
            [a, b, c, d] => Ok(u32::from_ne_bytes([a, b, c, d])),
            _ => Err(bad_length(attr)),
        }
    }
}

/// An unsigned integer, of 4 or 8 bytes on the wire.
pub(crate) struct Uint;

impl Kind for Uint {
    type Value<'a> = u64;

    const POLICY: Policy = Policy::uint();

    fn read(attr: Attr<'_>) -> Result<u64, Refusal<'_>> {
        match *attr.payload() {
            [a, b, c, d] => Ok(u32::from_ne_bytes([a, b, c, d]).into()),
            [a, b, c, d, e, f, g, h] => Ok(u64::from_ne_bytes([a, b, c, d, e, f, g, h])),
            _ => Err(bad_length(attr)),
        }
    }
}

/// A signed integer, of 4 or 8 bytes on the wire.
pub(crate) struct Sint;

impl Kind for Sint {
    type Value<'a> = i64;

    const POLICY: Policy = Policy::sint();

    fn read(attr: Attr<'_>) -> Result<i64, Refusal<'_>> {
        match *attr.payload() {
            [a, b, c, d] => Ok(i32::from_ne_bytes([a, b, c, d]).into()),
            [a, b, c, d, e, f, g, h] => Ok(i64::from_ne_bytes([a, b, c, d, e, f, g, h])),
            _ => Err(bad_length(attr)),
        }
    }
}

#[cold]
fn bad_length(attr: Attr<'_>) -> Refusal<'_> {
    Refusal::new(EINVAL, c"invalid attribute length").at(attr)
}
