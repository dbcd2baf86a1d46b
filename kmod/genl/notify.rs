// SPDX-License-Identifier: GPL-2.0

//! Notifications: what is multicast to the listeners of a group.

use super::{
    call::Context,
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
use kernel::ffi::c_uint;

impl<N: NetState> Namespace<'_, N> {
    /// Multicasts `message`; see [`Context::notify`]. `cause` is the call that made this happen.
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered.
    #[inline]
    pub(super) unsafe fn notify<M: Notification>(
        self,
        cause: Option<&Context<'_, N>>,
        message: &M,
    ) -> bool {
        let family = N::FAMILY.get();
        if M::GROUP >= family.groups() {
            return false;
        }
        let group = M::GROUP as c_uint;
        let echo = cause.is_some_and(Context::wants_echo);
        // The kernel counts the listeners of all namespaces together. This saves building the
        // message if there are none, so it is inlined into the handlers, unlike the rest.
        //
        // SAFETY: The family is registered and has this group; the namespace exists.
        let heard = echo
            || unsafe { helpers::genl_helper_has_listeners(family.as_ptr(), self.net(), group) };
        // SAFETY: By the safety requirements of this function; the family has this group.
        heard && unsafe { self.multicast(group, echo, cause, message) }
    }

    /// Does the rest of [`Self::notify`].
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered, and have `group`.
    #[inline(never)]
    unsafe fn multicast<M: Notification>(
        self,
        group: c_uint,
        echo: bool,
        cause: Option<&Context<'_, N>>,
        message: &M,
    ) -> bool {
        let (family, net) = (N::FAMILY.get().as_ptr(), self.net());
        let from = cause.map_or((0, 0), |call| (call.portid(), call.seq()));
        // SAFETY: The family is registered.
        let skb = unsafe { Skb::<N>::new_multicast(from, M::CMD, message.size()) };
        let built = skb.and_then(|mut skb| {
            skb.put(message)?;
            Ok::<_, ExtAck<'static>>(skb)
        });
        let requester = match cause {
            Some(call) if echo => call.sender(),
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

impl<N: NetState> Entered<'_, N> {
    /// As [`Context::notify`], for a change that no request has made.
    pub(crate) fn notify(&self, message: &impl Notification) -> bool {
        // SAFETY: By the type invariants the family is registered: it is not unregistered before
        // its users have left.
        unsafe { self.namespace().notify(None, message) }
    }
}
