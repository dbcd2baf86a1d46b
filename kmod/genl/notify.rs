// SPDX-License-Identifier: GPL-2.0

//! Notifications: messages that are multicast to the listeners of a group.

use super::{
    call::{
        Context,
        RawRequest, //
    },
    extack::ExtAck,
    family::{
        Entered,
        Namespace,
        NetState, //
    },
    helpers,
    message::Skb,
    payload::Notification, //
};
use core::ptr;
use kernel::{
    bindings,
    ffi::c_uint, //
};

/// Notifies the listeners in a namespace.
///
/// # Invariants
///
/// `N`'s family is registered for `'a`.
pub(crate) struct Notifier<'a, N> {
    namespace: Namespace<'a, N>,
    /// The request that causes the notifications, if any.
    cause: Option<RawRequest<'a>>,
}

impl<N> Clone for Notifier<'_, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Notifier<'_, N> {}

impl<N: NetState> Notifier<'_, N> {
    /// Returns whether anyone may receive a message of the type `M`. The kernel counts the
    /// listeners of all namespaces together. With `NLM_F_ECHO` the requester counts as one, too.
    ///
    /// Must be called after the change that the message reports, or with the lock held that guards
    /// the changed state. Otherwise a listener that joins and reads the old state in between misses
    /// the change.
    #[inline]
    pub(crate) fn has_listeners<M: Notification>(self) -> bool {
        if self.wants_echo() {
            return true;
        }
        let (family, net) = (N::FAMILY.get().as_ptr(), self.namespace.net());
        // The same as the inline function `genl_has_listeners()`. A helper function would double
        // the cost of this check, which is on the path of every change.
        //
        // SAFETY: By the type invariants the family is registered, so the kernel has numbered its
        // groups, and does not write to that field. The namespace exists, and so does genetlink's
        // socket in it: it was there before this family's state of the namespace, and goes after
        // it. The function takes any number.
        let found = unsafe {
            let group = (*family).mcgrp_offset.wrapping_add(M::GROUP as c_uint);
            bindings::netlink_has_listeners((*net).genl_sock, group)
        };
        found > 0
    }

    fn wants_echo(self) -> bool {
        self.cause.is_some_and(RawRequest::wants_echo)
    }

    /// Builds and multicasts `message`, even if its group has no listeners. With `NLM_F_ECHO` the
    /// requester gets it, too.
    ///
    /// Returns whether the message was offered to a listener of the namespace. If it cannot be
    /// built or delivered, this function does not fail. Instead the namespace's listeners, and a
    /// requester that asked for it, get `ENOBUFS` and so learn that they have missed a message,
    /// unless their sockets have switched that error off.
    #[inline]
    pub(crate) fn multicast<M: Notification>(self, message: &M) -> bool {
        // SAFETY: By the type invariants.
        unsafe { Self::send(self.namespace, self.cause, message) }
    }

    /// Implements [`Self::multicast`]. Takes the notifier's fields one by one, because these are
    /// passed in registers: so a caller without listeners does not write them to memory.
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered.
    #[inline(never)]
    unsafe fn send<M: Notification>(
        namespace: Namespace<'_, N>,
        cause: Option<RawRequest<'_>>,
        message: &M,
    ) -> bool {
        let (family, net) = (N::FAMILY.get(), namespace.net());
        if M::GROUP >= family.groups() {
            return false;
        }
        let (family, group) = (family.as_ptr(), M::GROUP as c_uint);
        let from = cause.map_or((0, 0), |request| (request.portid(), request.seq()));
        // SAFETY: By the safety requirements of this function.
        let skb = unsafe { Skb::<N>::new_multicast(from, M::CMD, message.size()) };
        let built = skb.and_then(|mut skb| {
            skb.put(message)?;
            Ok::<_, ExtAck<'static>>(skb)
        });
        let requester = match cause {
            Some(request) if request.wants_echo() => request.sender(),
            _ => ptr::null_mut(),
        };
        match built {
            // SAFETY: The family is registered and has this group, and the namespace is there. So
            // is the requester's socket while its request is handled. The message may be multicast
            // and is ours to give away, and is consumed.
            Ok(skb) => unsafe {
                let skb = skb.finish().as_ptr();
                helpers::genl_helper_notify(family, net, skb, from.0, group, requester)
            },
            Err(_) => {
                // SAFETY: As above.
                unsafe { helpers::genl_helper_lost(family, net, group, requester) };
                false
            }
        }
    }
}

impl<N: NetState> Context<'_, N> {
    /// Returns the notifier of the request's namespace.
    #[inline]
    pub(crate) fn notifier(&self) -> Notifier<'_, N> {
        // INVARIANT: A family that has a request is registered.
        Notifier {
            namespace: self.namespace(),
            cause: Some(self.raw()),
        }
    }

    /// Like [`Notifier::multicast`], but builds no message if no namespace has a listener.
    #[inline]
    pub(crate) fn notify<M: Notification>(&self, message: &M) -> bool {
        let notifier = self.notifier();
        notifier.has_listeners::<M>() && notifier.multicast(message)
    }
}

impl<N: NetState> Entered<'_, N> {
    /// Like [`Context::notifier`], for changes that no request has caused.
    pub(crate) fn notifier(&self) -> Notifier<'_, N> {
        // INVARIANT: By the type invariants the family is registered: it is not unregistered before
        // its users have left.
        Notifier {
            namespace: self.namespace(),
            cause: None,
        }
    }

    /// Like [`Context::notify`], for changes that no request has caused.
    pub(crate) fn notify<M: Notification>(&self, message: &M) -> bool {
        let notifier = self.notifier();
        notifier.has_listeners::<M>() && notifier.multicast(message)
    }
}
