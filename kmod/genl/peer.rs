// SPDX-License-Identifier: GPL-2.0

//! The other end of a conversation: a socket of user space, and a request of its that is answered
//! later.
//!
//! C header: [`include/linux/netlink.h`](srctree/include/linux/netlink.h)

use super::{
    extack::Refusal,
    family::NetState,
    helpers,
    message::Message,
    request::Request, //
};
use core::ptr::NonNull;
use kernel::{
    alloc::AllocError,
    bindings,
    prelude::*, //
};

/// A socket of user space that has sent a request.
///
/// Its memory, and its network namespace, stay for as long as this lives; so this is to be dropped
/// when the socket is closed, of which
/// [`NetState::socket_closed`] tells. Two peers are equal where they are the same socket: a port
/// can be another's a moment after it is closed, this cannot.
///
/// # Invariants
///
/// This owns a reference to `sock`, a netlink socket that itself holds its network namespace.
pub(crate) struct Peer {
    sock: NonNull<bindings::sock>,
    portid: u32,
}

// SAFETY: A reference to a socket may be given back by any thread.
unsafe impl Send for Peer {}

// SAFETY: What the methods read of the socket may be read by any thread at any time.
unsafe impl Sync for Peer {}

impl Peer {
    /// The sender of `skb`, whose port is `portid`. `None` where that is a socket of the kernel's
    /// own, which does not hold its namespace.
    ///
    /// # Safety
    ///
    /// `skb` must be a request that is being handled.
    pub(super) unsafe fn of_request(skb: NonNull<bindings::sk_buff>, portid: u32) -> Option<Self> {
        // SAFETY: The socket is there while its request is handled.
        let sock = NonNull::new(unsafe { helpers::genl_helper_peer_get(skb.as_ptr()) })?;
        // INVARIANT: The helper took a reference, of a socket that holds its namespace.
        Some(Self { sock, portid })
    }

    /// The socket's netlink port.
    pub(crate) fn portid(&self) -> u32 {
        self.portid
    }

    /// Whether the socket is closed. It is, when
    /// [`NetState::socket_closed`] is called for it.
    pub(crate) fn is_closed(&self) -> bool {
        // SAFETY: The socket is there by the type invariants.
        unsafe { helpers::genl_helper_peer_is_closed(self.sock.as_ptr()) }
    }

    /// The socket's namespace, which stays for as long as `self`.
    pub(super) fn net(&self) -> *mut bindings::net {
        // SAFETY: The socket is there by the type invariants.
        unsafe { helpers::genl_helper_peer_net(self.sock.as_ptr()) }
    }
}

impl PartialEq for Peer {
    fn eq(&self, other: &Self) -> bool {
        self.sock == other.sock
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // SAFETY: The reference is ours by the type invariants, and not used after this.
        unsafe { helpers::genl_helper_peer_put(self.sock.as_ptr()) };
    }
}

/// A request that is answered later, when its handler has long returned.
///
/// Dropped without an answer, it leaves its sender waiting.
///
/// # Invariants
///
/// `request` is owned by this value: a copy of a request of `peer`'s, with both headers whole. Its
/// control block names the socket of `peer`.
#[must_use]
pub(crate) struct Deferred {
    request: NonNull<bindings::sk_buff>,
    peer: Peer,
}

// SAFETY: The copy is ours alone, and may be read and freed by any thread.
unsafe impl Send for Deferred {}

// SAFETY: The methods that take a reference only read the copy.
unsafe impl Sync for Deferred {}

impl Deferred {
    /// The longest request that can be kept, in bytes. Attributes may stand in a request more than
    /// once, so no policy bounds its length.
    pub(crate) const REQUEST_MAX: usize = 8192;

    /// # Safety
    ///
    /// `skb` must be a request that is being handled, `header` its header, and `peer` its sender.
    pub(super) unsafe fn new(
        skb: NonNull<bindings::sk_buff>,
        header: *const bindings::nlmsghdr,
        peer: Peer,
    ) -> Result<Self, Refusal<'static>> {
        // SAFETY: By the safety requirements of this function.
        if unsafe { (*header).nlmsg_len } as usize > Self::REQUEST_MAX {
            return Err(Refusal::new(
                EMSGSIZE,
                c"the request is too long to be kept for a later answer",
            ));
        }
        // SAFETY: By the safety requirements of this function; the core has seen that so many
        // bytes as the header says are there.
        let copy = unsafe { helpers::genl_helper_request_keep(skb.as_ptr(), header) };
        // INVARIANT: The helper made the copy, so nobody else owns it.
        Ok(Self {
            request: NonNull::new(copy).ok_or(AllocError)?,
            peer,
        })
    }

    /// Who sent the request.
    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// A reply with room for `room` bytes of attributes, built while `_now` is handled, a request
    /// to the same family.
    pub(crate) fn reply<N: NetState>(
        &self,
        _now: &Request<'_, N>,
        room: usize,
    ) -> Result<Message, Refusal<'static>> {
        let (mut seq, mut cmd) = (0, 0);
        // SAFETY: By the type invariants; both numbers can be written.
        unsafe { helpers::genl_helper_request_ids(self.request.as_ptr(), &mut seq, &mut cmd) };
        // SAFETY: A family that has a request, `_now`, is registered.
        unsafe { Message::new(N::FAMILY.get().as_ptr(), (self.peer.portid, seq), cmd, room) }
    }

    /// Sends `reply`, made by [`Self::reply`]. Errors are as those of
    /// [`Request::send`](super::Request::send).
    pub(crate) fn answer(self, reply: Message) -> Result {
        reply.send_to(&self.peer)
    }

    /// Ends the request with an error and the words for it, as a handler's [`Refusal`] does.
    pub(crate) fn refuse(self, errno: Error, message: &'static CStr) {
        // SAFETY: The request is ours by the type invariants, and the namespace of its sender is
        // there. The message is read before this returns.
        unsafe {
            helpers::genl_helper_request_refuse(
                self.peer.net(),
                self.request.as_ptr(),
                errno.to_errno(),
                message.as_char_ptr(),
            );
        }
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        // SAFETY: The copy is ours by the type invariants. The reference to the socket is that of
        // `peer`, which is dropped after this.
        unsafe { helpers::genl_helper_msg_free(self.request.as_ptr()) };
    }
}
