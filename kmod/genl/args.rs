// SPDX-License-Identifier: GPL-2.0

//! The arguments of an operation, as a type.

use super::{
    attr::Attr,
    kind::{
        Arg,
        Kind, //
    },
    policy::Policy,
    refusal::Refusal, //
};
use core::ptr::NonNull;
use kernel::bindings;

/// The attributes of a request, by number.
pub(crate) struct Attrs<'a>(&'a [Option<NonNull<bindings::nlattr>>]);

impl<'a> Attrs<'a> {
    /// # Safety
    ///
    /// `table` must be null, or be a table of `len` pointers that can be read for `'a`, each null
    /// or fit for an [`Attr`] that lives for `'a`.
    pub(super) unsafe fn from_raw(table: *mut *mut bindings::nlattr, len: usize) -> Self {
        if table.is_null() {
            return Self(&[]);
        }
        // SAFETY: By the safety requirements of this function. `Option<NonNull<_>>` has the
        // layout of a pointer that may be null.
        Self(unsafe { core::slice::from_raw_parts(table.cast(), len) })
    }

    /// The attribute `number`, which the request must have.
    pub(crate) fn required<K: Kind>(&self, number: u16) -> Result<Arg<'a, K>, Refusal<'a>> {
        self.optional(number)?
            .ok_or_else(|| Refusal::missing(number))
    }

    /// The attribute `number`, which the request may have.
    pub(crate) fn optional<K: Kind>(&self, number: u16) -> Result<Option<Arg<'a, K>>, Refusal<'a>> {
        let Some(ptr) = self.0.get(usize::from(number)).copied().flatten() else {
            return Ok(None);
        };
        // SAFETY: By the safety requirements of `from_raw`, the only constructor.
        let attr = unsafe { Attr::from_raw(ptr) };
        Ok(Some(Arg {
            value: K::read(attr)?,
            attr,
        }))
    }
}

/// The arguments of an operation. Implemented by [`arguments!`], and by `()` for an operation that
/// takes none.
pub(crate) trait Arguments<'a>: Sized {
    /// What the kernel checks, by attribute number. Empty where no attribute is allowed.
    const POLICY: &'static [Policy];

    /// Reads them.
    fn parse(attrs: &Attrs<'a>) -> Result<Self, Refusal<'a>>;
}

impl<'a> Arguments<'a> for () {
    const POLICY: &'static [Policy] = &[];

    fn parse(_attrs: &Attrs<'a>) -> Result<Self, Refusal<'a>> {
        Ok(())
    }
}

/// Declares the arguments of an operation: a struct with a field an attribute, and the policy that
/// goes with it.
///
/// An argument is required unless it is marked `[optional]`. The fields borrow from the request.
///
/// # Examples
///
/// ```ignore
/// # use crate::genl::{self, NulString, Uint};
/// genl::arguments! {
///     /// What `counter-set` takes.
///     struct SetArgs {
///         name: NulString<1, 31> = 1,
///         value: Uint = 2,
///     }
/// }
/// ```
macro_rules! arguments {
    (@field $life:lifetime, [optional] $kind:ty) => {
        ::core::option::Option<$crate::genl::Arg<$life, $kind>>
    };
    (@field $life:lifetime, $kind:ty) => {
        $crate::genl::Arg<$life, $kind>
    };
    (@read $attrs:ident, [optional] $kind:ty, $number:expr) => {
        $attrs.optional::<$kind>($number)?
    };
    (@read $attrs:ident, $kind:ty, $number:expr) => {
        $attrs.required::<$kind>($number)?
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($field:ident $([$optional:tt])?: $kind:ty = $number:expr),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $vis struct $name<'a> {
            $($field: $crate::genl::arguments!(@field 'a, $([$optional])? $kind)),+
        }

        impl<'a> $crate::genl::Arguments<'a> for $name<'a> {
            const POLICY: &'static [$crate::genl::Policy] = {
                const ENTRIES: &[(u16, $crate::genl::Policy)] =
                    &[$(($number, <$kind as $crate::genl::Kind>::POLICY)),+];
                const TABLE: &[$crate::genl::Policy] =
                    &$crate::genl::table::<{ $crate::genl::max_attr(ENTRIES) + 1 }>(ENTRIES);
                TABLE
            };

            fn parse(
                attrs: &$crate::genl::Attrs<'a>,
            ) -> ::core::result::Result<Self, $crate::genl::Refusal<'a>> {
                Ok(Self {
                    $($field: $crate::genl::arguments!(
                        @read attrs, $([$optional])? $kind, $number
                    )),+
                })
            }
        }
    };
}
pub(crate) use arguments;
