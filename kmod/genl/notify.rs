// SPDX-License-Identifier: GPL-2.0

//! Notifications: what is multicast to the listeners of a group.

use super::{
    family::{
        Namespace,
        NetState, //
    },
    helpers,
    message::Message,
    refusal::Refusal,
    request::Request,
    wire::NoRoom,
    writer::Attributes, //
};
use core::ptr;
use kernel::ffi::c_uint;

impl<N: NetState> Namespace<'_, N> {
    /// Notifies `group` of what `fill` puts; see [`Request::notify`]. `cause` is the request that
    /// made this happen.
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered.
    pub(super) unsafe fn notify(
        self,
        cause: Option<&Request<'_, N>>,
        group: usize,
        cmd: u8,
        room: usize,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> bool {
        let (family, net) = (N::FAMILY.get().as_ptr(), self.net());
        let Some(group) = c_uint::try_from(group)
            .ok()
            .filter(|_| group < N::FAMILY.get().groups())
        else {
            return false;
        };
        let echo = cause.is_some_and(Request::wants_echo);
        // What the kernel knows of listeners is of all namespaces together: a hint, which saves
        // building the message if it says that there are none.
        //
        // SAFETY: The family is registered and has this group; the namespace is there.
        if !echo && !unsafe { helpers::genl_helper_has_listeners(family, net, group) } {
            return false;
        }
        let from = cause.map_or((0, 0), |request| (request.portid(), request.seq()));
        // SAFETY: The family is registered.
        let message = unsafe { Message::<N>::new_multicast(from, cmd, room) };
        let filled = message.and_then(|mut message| {
            fill(&mut message.attrs())?;
            Ok::<_, Refusal<'static>>(message)
        });
        let requester = match cause {
            Some(request) if echo => request.sender(),
            _ => ptr::null_mut(),
        };
        match filled {
            // SAFETY: The family is registered and has this group, and the namespace is there. So
            // is the requester's socket while its request is handled. The message may be multicast
            // and is ours to give away, and is consumed.
            Ok(message) => unsafe {
                let skb = message.finish().as_ptr();
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
