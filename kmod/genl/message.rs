// SPDX-License-Identifier: GPL-2.0

//! Messages under construction.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    extack::Refusal,
    helpers,
    peer::Peer,
    writer::{
        Attributes,
        NoRoom,
        Writer, //
    }, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::NonNull, //
};
use kernel::{
    alloc::AllocError,
    bindings,
    error::to_result,
    ffi::c_uint,
    prelude::*, //
};

/// A message under construction, of a family.
///
/// A message that is dropped is freed; sending consumes it.
///
/// # Invariants
///
/// `skb` is owned by this value, and is a message whose headers are complete. The room of
/// `writer` is that behind the headers.
#[must_use]
pub(crate) struct Message {
    skb: NonNull<bindings::sk_buff>,
    writer: Writer,
}

impl Message {
    /// The most room that a message can be given, in bytes: more than two of the longest attributes
    /// take, and little enough for one allocation.
    const ROOM_MAX: usize = 160 * 1024;

    /// A message with the number `cmd` for the port `portid`, with room for `room` bytes of
    /// attributes.
    ///
    /// # Safety
    ///
    /// `family` must be a family that is registered.
    pub(super) unsafe fn new(
        family: *const bindings::genl_family,
        (portid, seq): (u32, u32),
        cmd: u8,
        room: usize,
    ) -> Result<Self, Refusal<'static>> {
        // The C side counts in `int`.
        if room > Self::ROOM_MAX {
            return Err(NoRoom.into());
        }
        let mut tail = core::ptr::null_mut();
        // SAFETY: `family` is registered by the safety requirements of this function. `tail` can
        // be written.
        let skb =
            unsafe { helpers::genl_helper_msg_new(family, portid, seq, cmd, room, &mut tail) };
        let skb = NonNull::new(skb).ok_or(AllocError)?;
        // SAFETY: The helper returned a message, so `tail` is its tail pointer.
        let tail = unsafe { NonNull::new_unchecked(tail.cast()) };
        // SAFETY: The helper made the message with `room` bytes behind its headers, as `room` is no
        // larger than what its arithmetic can take; the message is ours alone and is not
        // reallocated until it is sent or freed.
        let writer = unsafe { Writer::new(tail, room) };
        // INVARIANT: The message is new, so nobody else owns it.
        Ok(Self { skb, writer })
    }

    /// Where the message's attributes are put.
    #[inline]
    pub(crate) fn attrs(&mut self) -> Attributes<'_> {
        Attributes(&mut self.writer)
    }

    /// Ends the message, and hands it over: the caller owns it.
    fn finish(self) -> NonNull<bindings::sk_buff> {
        let message = ManuallyDrop::new(self);
        // SAFETY: The message is ours by the type invariants, and `len` bytes behind its headers
        // are written and within its room.
        unsafe {
            helpers::genl_helper_msg_end(message.skb.as_ptr(), message.writer.len() as c_uint)
        };
        message.skb
    }

    /// Puts the message into the socket of `peer`, which need not be open any more. Does not wait
    /// for room there.
    ///
    /// Fails with `EAGAIN` where there is no room: the peer learns from `ENOBUFS` that it has
    /// missed something. Fails with `ECONNREFUSED` where the socket is closed.
    pub(super) fn send_to(self, peer: &Peer) -> Result {
        // SAFETY: The message is ours to give away, and is consumed whether this fails or not. By
        // the type invariants of `Peer` its namespace is there.
        to_result(unsafe {
            helpers::genl_helper_unicast(peer.net(), self.finish().as_ptr(), peer.portid())
        })
    }

    /// Puts the message into the sockets of those who listen to the family's group number `group`
    /// in `net`.
    ///
    /// # Safety
    ///
    /// `family` must be a family that is registered and has this group, and `net` a namespace that
    /// is there.
    pub(super) unsafe fn multicast(
        self,
        family: *const bindings::genl_family,
        net: *mut bindings::net,
        group: c_uint,
    ) {
        // SAFETY: By the safety requirements of this function; the message is ours to give away,
        // and is consumed whether this fails or not.
        unsafe { helpers::genl_helper_multicast(family, net, self.finish().as_ptr(), group) };
    }

    /// As `multicast`, in the namespace of the request, and to the requester where it asks to be
    /// told.
    ///
    /// # Safety
    ///
    /// `info` must be the information of a request that is being handled, to a family that has this
    /// group.
    pub(super) unsafe fn notify(self, info: NonNull<bindings::genl_info>, group: c_uint) {
        // SAFETY: By the safety requirements of this function; the message is ours to give away,
        // and is consumed whether this fails or not.
        unsafe {
            bindings::genl_notify(
                info.as_ref().family,
                self.finish().as_ptr(),
                info.as_ptr(),
                group,
                bindings::GFP_KERNEL,
            );
        }
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: The message is ours by the type invariants; `finish` does not come here.
        unsafe { helpers::genl_helper_msg_free(self.skb.as_ptr()) };
    }
}

/// The reply to a request, under construction.
///
/// # Invariants
///
/// `info` is the information of a request that is being handled, and valid for `'a`.
#[must_use]
pub(crate) struct Reply<'a> {
    message: Message,
    info: NonNull<bindings::genl_info>,
    _request: PhantomData<&'a bindings::genl_info>,
}

impl<'a> Reply<'a> {
    /// A reply with room for `room` bytes of attributes.
    ///
    /// # Safety
    ///
    /// `info` must be the information of a request that is being handled, and valid for `'a`.
    pub(super) unsafe fn new(
        info: NonNull<bindings::genl_info>,
        room: usize,
    ) -> Result<Self, Refusal<'a>> {
        // SAFETY: By the safety requirements of this function. The kernel fills in all of the
        // information before a handler runs, and a family that has a request is registered.
        let message = unsafe {
            let raw = info.as_ref();
            let to = (raw.snd_portid, raw.snd_seq);
            Message::new(raw.family, to, (*raw.genlhdr).cmd, room)?
        };
        // INVARIANT: By the safety requirements of this function.
        Ok(Self {
            message,
            info,
            _request: PhantomData,
        })
    }

    /// Where the reply's attributes are put.
    #[inline]
    pub(crate) fn attrs(&mut self) -> Attributes<'_> {
        self.message.attrs()
    }

    /// Sends the reply to the requester.
    pub(crate) fn send(self) -> Result<(), Refusal<'a>> {
        // SAFETY: `info` is valid by the type invariants; the message is ours to give away, and is
        // consumed whether this fails or not.
        let sent = to_result(unsafe {
            helpers::genl_helper_reply(self.message.finish().as_ptr(), self.info.as_ptr())
        });
        sent.map_err(|error| Refusal::new(error, c"the reply could not be delivered"))
    }
}
