// SPDX-License-Identifier: GPL-2.0

//! References to network namespaces that are held outside of a request.

use super::{
    family::{
        Entered,
        Namespace,
        NetState, //
    },
    helpers, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    fs::File,
    prelude::*, //
};

/// A reference to a network namespace that is held outside of a request, such as by an open file.
///
/// It holds neither the family nor its state; [`Self::enter`] does, for as long as they are used.
/// So it may be kept and dropped at any time. But it must not be stored in the state of its own
/// namespace, because the namespace would then never be freed.
///
/// # Invariants
///
/// This owns a reference to `net`.
pub(crate) struct OpenNet<N: NetState> {
    net: NonNull<bindings::net>,
    _state: PhantomData<fn(&N)>,
}

// SAFETY: Any thread may use and drop a reference to a namespace.
unsafe impl<N: NetState> Send for OpenNet<N> {}

// SAFETY: As above.
unsafe impl<N: NetState> Sync for OpenNet<N> {}

impl<N: NetState> OpenNet<N> {
    /// Takes the namespace of the calling task. Fails with `ENODEV` unless the family is visible.
    pub(crate) fn current() -> Result<Self> {
        // SAFETY: A task that calls this has a namespace.
        Self::new(|| unsafe { helpers::genl_helper_net_current() })
    }

    /// Takes the initial namespace. Fails with `ENODEV` unless the family is visible.
    pub(crate) fn initial() -> Result<Self> {
        // SAFETY: There always is one.
        Self::new(|| unsafe { helpers::genl_helper_net_initial() })
    }

    fn new(get: impl FnOnce() -> *mut bindings::net) -> Result<Self> {
        let users = N::FAMILY.get().users();
        users.enter_visible()?;
        users.leave();
        // SAFETY: Neither helper returns null.
        let net = unsafe { NonNull::new_unchecked(get()) };
        // INVARIANT: Both helpers take a reference.
        Ok(Self {
            net,
            _state: PhantomData,
        })
    }

    /// Enters the namespace, which holds the family and so the namespace's state. Fails with
    /// `ENODEV` if the family is gone.
    pub(crate) fn enter(&self) -> Result<Entered<'_, N>> {
        // SAFETY: The family was visible when this value was made, so it was registered. The
        // namespace is held by this value. The states of all namespaces are created before the
        // family is registered, and not dropped before its users have left, so this one exists for
        // as long as the returned value.
        unsafe { Entered::new(|| Namespace::of_net(self.net.as_ptr())) }
    }

    /// Returns whether both the calling task and the opener of `file` have `CAP_NET_ADMIN` in the
    /// user namespace that owns this network namespace.
    pub(crate) fn net_admin(&self, file: &File) -> bool {
        // SAFETY: By the type invariants; the file is open.
        unsafe { helpers::genl_helper_net_admin(self.net.as_ptr(), file.as_ptr()) }
    }
}

impl<N: NetState> Drop for OpenNet<N> {
    fn drop(&mut self) {
        // SAFETY: The reference is ours by the type invariants.
        unsafe { helpers::genl_helper_net_put(self.net.as_ptr()) };
    }
}
