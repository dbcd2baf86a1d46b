// SPDX-License-Identifier: GPL-2.0

//! Requests as values: their attributes, validated and typed.

use super::{
    attr::RawAttr,
    extack::ExtAck,
    policy::Policy,
    types::AttrType, //
};
use core::ptr::NonNull;
use kernel::bindings;

/// The attributes that an operation takes. Generated from the spec.
pub(crate) trait Request<'a>: Sized {
    /// What the kernel checks before the handler runs, indexed by attribute number. Empty if the
    /// operation takes no attribute.
    const POLICY: &'static [Policy];

    /// Reads the attributes.
    fn parse(table: &Table<'a>) -> Result<Self, ExtAck<'a>>;
}

/// The request of an operation that takes no attribute.
impl<'a> Request<'a> for () {
    const POLICY: &'static [Policy] = &[];

    fn parse(_table: &Table<'a>) -> Result<Self, ExtAck<'a>> {
        Ok(())
    }
}

/// The attributes of a request, indexed by number, as the kernel's parser returns them.
pub(crate) struct Table<'a>(&'a [Option<NonNull<bindings::nlattr>>]);

impl<'a> Table<'a> {
    /// # Safety
    ///
    /// `table` must be null, or be a table of `len` pointers that can be read for `'a`, each null
    /// or fit for a [`RawAttr`] that lives for `'a`.
    pub(super) unsafe fn from_raw(table: *mut *mut bindings::nlattr, len: usize) -> Self {
        if table.is_null() {
            return Self(&[]);
        }
        // SAFETY: By the safety requirements of this function. `Option<NonNull<_>>` has the
        // layout of a pointer that may be null.
        Self(unsafe { core::slice::from_raw_parts(table.cast(), len) })
    }

    /// Reads the attribute `NUMBER`.
    #[inline]
    pub(crate) fn field<T: AttrType, const NUMBER: u16>(
        &self,
    ) -> Result<Field<'a, T, NUMBER>, ExtAck<'a>> {
        let Some(ptr) = self.0.get(usize::from(NUMBER)).copied().flatten() else {
            return Ok(Field(None));
        };
        // SAFETY: By the safety requirements of `from_raw`, the only constructor.
        let raw = unsafe { RawAttr::from_raw(ptr) };
        let value = T::read(raw)?;
        Ok(Field(Some(Attr { value, raw })))
    }
}

/// A validated attribute: its value, and where it stands in the request, so that an error can
/// point to it.
pub(crate) struct Attr<'a, T: AttrType> {
    /// The value.
    pub(crate) value: T::Value<'a>,
    raw: RawAttr<'a>,
}

/// What a request may have as its attribute `NUMBER`.
pub(crate) struct Field<'a, T: AttrType, const NUMBER: u16>(Option<Attr<'a, T>>);

impl<'a, T: AttrType, const NUMBER: u16> Field<'a, T, NUMBER> {
    /// Returns the attribute, if the request has it.
    #[inline]
    pub(crate) fn get(&self) -> Option<&Attr<'a, T>> {
        self.0.as_ref()
    }

    /// Returns the attribute, or the error that the request lacks it.
    #[inline]
    pub(crate) fn required(&self) -> Result<&Attr<'a, T>, ExtAck<'a>> {
        self.0.as_ref().ok_or_else(|| ExtAck::missing(NUMBER))
    }

    /// Returns whether the request has the attribute.
    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

impl<'a, T: AttrType> From<&Attr<'a, T>> for RawAttr<'a> {
    fn from(attr: &Attr<'a, T>) -> Self {
        attr.raw
    }
}
