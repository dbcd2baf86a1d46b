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
    pub(super) unsafe fn notify<M: Notification>(
        self,
        cause: Option<&Context<'_, N>>,
        message: &M,
    ) -> bool {
        let (family, net) = (N::FAMILY.get().as_ptr(), self.net());
        let Some(group) = c_uint::try_from(M::GROUP)
            .ok()
            .filter(|_| M::GROUP < N::FAMILY.get().groups())
        else {
            return false;
        };
        let echo = cause.is_some_and(Context::wants_echo);
        // What the kernel knows of listeners is of all namespaces together: a hint, which saves
        // building the message if it says that there are none.
        //
        // SAFETY: The family is registered and has this group; the namespace is there.
        if !echo && !unsafe { helpers::genl_helper_has_listeners(family, net, group) } {
            return false;
        }
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
