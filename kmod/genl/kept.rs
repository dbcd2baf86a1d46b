// SPDX-License-Identifier: GPL-2.0

//! Requests that are kept after their handler has returned, and the sockets that sent them.
//!
//! C header: [`include/linux/netlink.h`](srctree/include/linux/netlink.h)

use super::{
    call::{
        Call,
        Context, //
    },
    extack::ExtAck,
    family::NetState,
    helpers,
    message::Skb,
    payload::Message,
    spec::Op, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::NonNull, //
};
use kernel::{
    error::{
        from_err_ptr,
        to_result, //
    },
    prelude::*, //
};

/// A request for the operation `O` of the family of `N` that is kept, to be answered later or to
/// send messages to its sender.
///
/// The request holds the sender's socket while that is open. When the socket is closed, the layer
/// drops the reference, so a request that is kept forever costs only its own memory and pins
/// nothing. If the request is dropped without an answer, the sender keeps waiting.
///
/// # Invariants
///
/// `genl_helper_keep` has made `request` of a request with both headers, and this value owns it.
#[must_use]
pub(crate) struct Kept<N, O> {
    request: NonNull<helpers::Kept>,
    _op: PhantomData<fn(&N, &O)>,
}

// SAFETY: Any thread may use and drop a kept request: the helpers lock what they share.
unsafe impl<N, O> Send for Kept<N, O> {}

// SAFETY: As above. The data that the methods read through a reference is never written, or is
// written only with the lock held. `sk` is also read without the lock, with `READ_ONCE()`.
unsafe impl<N, O> Sync for Kept<N, O> {}

/// The answer to a [`Kept`] request for the operation `O`, built before it is sent.
pub(crate) struct Prepared<N, O> {
    skb: Skb<N>,
    _op: PhantomData<fn(&O)>,
}

impl<N: NetState, O: Op> Prepared<N, O> {
    /// Builds the answer.
    pub(crate) fn new<'a>(call: &Context<'a, N>, reply: &O::Reply<'_>) -> Result<Self, ExtAck<'a>> {
        Ok(Self {
            skb: call.message(O::REPLY_CMD, reply)?,
            _op: PhantomData,
        })
    }
}

impl<N: NetState, O: Op> Kept<N, O> {
    /// The longest request that can be kept, in bytes. An attribute may occur in a request more
    /// than once, so no policy bounds its length.
    pub(crate) const REQUEST_MAX: usize = 8192;

    /// Keeps the request of `call`. Its memory is charged to the sender's memory cgroup.
    ///
    /// Fails with `EMSGSIZE` if it is longer than [`Self::REQUEST_MAX`], and with `EOPNOTSUPP` if
    /// it came from a socket of the kernel's own.
    pub(super) fn new<'a>(call: &Call<'a, N, O>) -> Result<Self, ExtAck<'a>> {
        if call.raw().header().nlmsg_len as usize > Self::REQUEST_MAX {
            return Err(ExtAck::new(
                EMSGSIZE,
                c"the request is too long to be kept and answered later",
            ));
        }
        // SAFETY: The request is being handled. The store is that of its namespace. The core has
        // checked that the message has as many bytes as its header says.
        let kept = from_err_ptr(unsafe {
            helpers::genl_helper_keep(
                call.namespace().kept(),
                call.raw().skb(),
                call.raw().header(),
            )
        });
        match kept.map(NonNull::new) {
            // INVARIANT: The helper has made it, so nobody else owns it.
            Ok(Some(request)) => Ok(Self {
                request,
                _op: PhantomData,
            }),
            Err(EOPNOTSUPP) => Err(ExtAck::new(
                EOPNOTSUPP,
                c"only user-space sockets may send this request",
            )),
            Ok(None) | Err(_) => Err(ExtAck::new(ENOMEM, c"no memory to keep the request")),
        }
    }

    /// The port of the sender. After the socket is closed, another socket may take the port.
    pub(crate) fn portid(&self) -> u32 {
        // SAFETY: By the type invariants.
        unsafe { helpers::genl_helper_kept_portid(self.request.as_ptr()) }
    }

    /// Returns whether the sender's socket is closed. Always true for that socket's requests when
    /// [`NetState::socket_closed`] is called for it.
    pub(crate) fn is_closed(&self) -> bool {
        // SAFETY: By the type invariants.
        unsafe { helpers::genl_helper_kept_is_closed(self.request.as_ptr()) }
    }

    /// Returns whether the request of `call` came from the same socket, which is then open.
    pub(crate) fn is_from_sender_of(&self, call: &Context<'_, N>) -> bool {
        // SAFETY: By the type invariants; the sender's socket is there while the call is handled.
        unsafe { helpers::genl_helper_kept_is_from(self.request.as_ptr(), call.raw().sender()) }
    }

    /// Returns whether `other` came from the same socket. False if that socket is closed.
    pub(crate) fn is_from_sender_of_kept(&self, other: &Self) -> bool {
        // SAFETY: By the type invariants of both.
        unsafe {
            helpers::genl_helper_kept_is_from_same(self.request.as_ptr(), other.request.as_ptr())
        }
    }

    /// Sends `message` to the sender, on behalf of `call`. Does not wait for room in the socket.
    ///
    /// Fails with `ENOMEM` if there is no memory for the message, and with `ECONNREFUSED` if the
    /// socket is closed, or connected to another port than the kernel's. Fails with `EAGAIN` if it
    /// has no room; the socket then reports `ENOBUFS`. No other socket gets the message, even if it
    /// has taken the port.
    pub(crate) fn send<M: Message>(&self, call: &Context<'_, N>, message: &M) -> Result {
        let skb = call.message(M::CMD, message).map_err(|_| ENOMEM)?;
        // SAFETY: By the type invariants. The message is ours to give away, and is consumed whether
        // this succeeds or fails.
        to_result(unsafe {
            helpers::genl_helper_kept_send(self.request.as_ptr(), skb.finish().as_ptr())
        })
    }

    /// Sends `answer`, which becomes the reply to this very request: its sequence number and
    /// addressee are set here. Errors are those of [`Self::send`].
    pub(crate) fn answer(self, answer: Prepared<N, O>) -> Result {
        // SAFETY: As in `send`; the request is consumed, too.
        to_result(unsafe {
            helpers::genl_helper_kept_answer(self.into_raw(), answer.skb.finish().as_ptr())
        })
    }

    /// Ends the request with an error and its message, as a handler's [`ExtAck`] does. Fails with
    /// `ECONNREFUSED` if the socket is closed.
    pub(crate) fn refuse(self, errno: Error, message: &'static CStr) -> Result {
        // SAFETY: By the type invariants; the request is consumed. The message is read before this
        // returns.
        to_result(unsafe {
            helpers::genl_helper_kept_refuse(
                self.into_raw(),
                errno.to_errno(),
                message.as_char_ptr(),
            )
        })
    }

    /// Gives up the request; the caller then owns it.
    fn into_raw(self) -> *mut helpers::Kept {
        ManuallyDrop::new(self).request.as_ptr()
    }
}

impl<N, O> Drop for Kept<N, O> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants; it is not used after this.
        unsafe { helpers::genl_helper_kept_drop(self.request.as_ptr()) };
    }
}
