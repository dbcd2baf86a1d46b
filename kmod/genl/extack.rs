// SPDX-License-Identifier: GPL-2.0

//! Extended ACKs: errors that end a request, with a message and the attribute at fault.
//!
//! C header: [`include/linux/netlink.h`](srctree/include/linux/netlink.h)

use super::{
    attr::RawAttr,
    helpers,
    wire::NoRoom, //
};
use core::ffi::CStr;
use kernel::{
    alloc::AllocError,
    bindings,
    error::Error,
    ffi::c_int,
    prelude::*, //
};

/// An error that ends a request: an errno, a message and, if an attribute is at fault, that
/// attribute.
///
/// Every error has a message, so no handler can return a bare errno.
///
/// # Invariants
///
/// `errno` is not `EINTR`, for which the core sends no answer.
#[must_use]
pub(crate) struct ExtAck<'a> {
    errno: Error,
    message: &'static CStr,
    place: Place<'a>,
}

/// The attribute at fault.
enum Place<'a> {
    /// None: the request as a whole.
    Request,
    /// An attribute that the request has.
    Attr(RawAttr<'a>),
    /// A missing attribute, by number, and the nest that lacks it. `None` means the request itself.
    Missing(u16, Option<RawAttr<'a>>),
}

impl<'a> ExtAck<'a> {
    /// Creates an error that concerns the request as a whole.
    ///
    /// `EINTR` becomes `EAGAIN`, so that the requester gets an answer, and may retry.
    #[cold]
    pub(crate) fn new(errno: Error, message: &'static CStr) -> Self {
        // INVARIANT: `EINTR` is replaced.
        Self {
            errno: if errno == EINTR { EAGAIN } else { errno },
            message,
            place: Place::Request,
        }
    }

    /// Points the error to `attr`.
    pub(crate) fn at(self, attr: impl Into<RawAttr<'a>>) -> Self {
        Self {
            place: Place::Attr(attr.into()),
            ..self
        }
    }

    /// Creates the error for a required attribute that is missing in `nest`, or in the request
    /// itself. Out of line; otherwise the compiler prepares the error before it reads each
    /// attribute.
    #[cold]
    #[inline(never)]
    pub(super) fn missing(number: u16, nest: Option<RawAttr<'a>>) -> Self {
        Self {
            errno: EINVAL,
            message: c"required attribute is missing",
            place: Place::Missing(number, nest),
        }
    }

    /// Fills in the extended ACK, unless it is null, and returns the negative errno for the core.
    ///
    /// # Safety
    ///
    /// `extack` must be null, or point to the extended ACK of the request that this error borrows
    /// from, and nobody else may use it during the call.
    #[cold]
    pub(super) unsafe fn report(self, extack: *mut bindings::netlink_ext_ack) -> c_int {
        if !extack.is_null() {
            // SAFETY: `extack` is valid by the safety requirements of this function. The kernel
            // reads the message and the attribute when it builds the ACK, before it frees the
            // datagram that contains the request. The message is in this module's data, which
            // exists until then: while the kernel handles a request or starts a dump, it holds a
            // lock that unregistering the family waits for; a running dump holds a reference to
            // the module until its last message is built.
            unsafe { helpers::genl_helper_set_err_msg(extack, self.message.as_char_ptr()) };
            match self.place {
                Place::Request => {}
                // SAFETY: As above.
                Place::Attr(attr) => unsafe {
                    (*extack).bad_attr = attr.as_ptr();
                    (*extack).policy = core::ptr::null();
                },
                // SAFETY: As above.
                Place::Missing(number, nest) => unsafe {
                    (*extack).miss_type = number;
                    (*extack).miss_nest = nest.map_or(core::ptr::null(), RawAttr::as_ptr);
                },
            }
        }
        self.errno.to_errno()
    }
}

impl From<AllocError> for ExtAck<'_> {
    #[cold]
    fn from(_: AllocError) -> Self {
        Self::new(ENOMEM, c"out of memory")
    }
}

impl From<NoRoom> for ExtAck<'_> {
    #[cold]
    fn from(_: NoRoom) -> Self {
        Self::new(EMSGSIZE, c"the reply does not fit into its message")
    }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_extack)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_answered() {
        for errno in [EINTR, EAGAIN, EINVAL, ENOENT] {
            let error = ExtAck::new(errno, c"for a test");
            // SAFETY: A null pointer is allowed.
            let reported = unsafe { error.report(core::ptr::null_mut()) };
            assert!(reported < 0 && reported != EINTR.to_errno());
        }
    }
}
