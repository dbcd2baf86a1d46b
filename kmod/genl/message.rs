// SPDX-License-Identifier: GPL-2.0

//! Messages under construction.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    family::NetState,
    helpers,
    refusal::Refusal,
    wire::NoRoom,
    writer::{
        Attributes,
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

/// A message of the family of `N` under construction.
///
/// A message that is dropped is freed; sending consumes it.
///
/// # Invariants
///
/// `skb` is owned by this value, and is a message whose headers are complete. The room of
/// `writer` is that behind the headers.
#[must_use]
pub(crate) struct Message<N> {
    skb: NonNull<bindings::sk_buff>,
    writer: Writer,
    _family: PhantomData<fn(&N)>,
}

impl<N: NetState> Message<N> {
    /// The most room that a message can be given, in bytes: more than two of the longest attributes
    /// take, and little enough for one allocation.
    const ROOM_MAX: usize = 160 * 1024;

    /// A message with the number `cmd` for the port `portid`, with room for `room` bytes of
    /// attributes. It can be sent to one socket.
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered.
    #[inline]
    pub(super) unsafe fn new(
        to: (u32, u32),
        cmd: u8,
        room: usize,
    ) -> Result<Self, Refusal<'static>> {
        // SAFETY: By the safety requirements of this function.
        unsafe { Self::make(to, cmd, room, true) }
    }

    /// As [`Self::new`], but the message can be multicast.
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered.
    pub(super) unsafe fn new_multicast(
        to: (u32, u32),
        cmd: u8,
        room: usize,
    ) -> Result<Self, Refusal<'static>> {
        // SAFETY: By the safety requirements of this function.
        unsafe { Self::make(to, cmd, room, false) }
    }

    /// # Safety
    ///
    /// `N`'s family must be registered.
    #[inline]
    unsafe fn make(
        (portid, seq): (u32, u32),
        cmd: u8,
        room: usize,
        unicast: bool,
    ) -> Result<Self, Refusal<'static>> {
        let family = N::FAMILY.get().as_ptr();
        // The C side counts in `int`.
        if room > Self::ROOM_MAX {
            return Err(NoRoom.into());
        }
        let mut tail = core::ptr::null_mut();
        // SAFETY: `family` is registered by the safety requirements of this function. `tail` can
        // be written.
        let skb = unsafe {
            helpers::genl_helper_msg_new(family, portid, seq, cmd, room, unicast, &mut tail)
        };
        let skb = NonNull::new(skb).ok_or(AllocError)?;
        // SAFETY: The helper returned a message, so `tail` is its tail pointer.
        let tail = unsafe { NonNull::new_unchecked(tail.cast()) };
        // SAFETY: The helper made the message with `room` bytes behind its headers, as `room` is no
        // larger than what its arithmetic can take; the message is ours alone and is not
        // reallocated until it is sent or freed.
        let writer = unsafe { Writer::new(tail, room) };
        // INVARIANT: The message is new, so nobody else owns it.
        Ok(Self {
            skb,
            writer,
            _family: PhantomData,
        })
    }
}

impl<N> Message<N> {
    /// Where the message's attributes are put.
    #[inline]
    pub(crate) fn attrs(&mut self) -> Attributes<'_> {
        Attributes(&mut self.writer)
    }

    /// Ends the message, and hands it over: the caller owns it.
    pub(super) fn finish(self) -> NonNull<bindings::sk_buff> {
        let message = ManuallyDrop::new(self);
        // SAFETY: The message is ours by the type invariants, and `len` bytes behind its headers
        // are written and within its room.
        unsafe {
            helpers::genl_helper_msg_end(message.skb.as_ptr(), message.writer.len() as c_uint)
        };
        message.skb
    }
}

impl<N> Drop for Message<N> {
    fn drop(&mut self) {
        // SAFETY: The message is ours by the type invariants; `finish` does not come here.
        unsafe { helpers::genl_helper_msg_free(self.skb.as_ptr()) };
    }
}

/// The reply to a request, under construction.
///
/// # Invariants
///
/// `info` is the information of a request to `N`'s family that is being handled, and valid for
/// `'a`.
#[must_use]
pub(crate) struct Reply<'a, N> {
    message: Message<N>,
    info: NonNull<bindings::genl_info>,
    _request: PhantomData<&'a bindings::genl_info>,
}

impl<'a, N: NetState> Reply<'a, N> {
    /// A reply with room for `room` bytes of attributes.
    ///
    /// # Safety
    ///
    /// `info` must be the information of a request to `N`'s family that is being handled, and valid
    /// for `'a`.
    pub(super) unsafe fn new(
        info: NonNull<bindings::genl_info>,
        room: usize,
    ) -> Result<Self, Refusal<'a>> {
        // SAFETY: By the safety requirements of this function. The kernel fills in all of the
        // information before a handler runs, and a family that has a request is registered.
        let message = unsafe {
            let raw = info.as_ref();
            let to = (raw.snd_portid, raw.snd_seq);
            Message::new(to, (*raw.genlhdr).cmd, room)?
        };
        // INVARIANT: By the safety requirements of this function.
        Ok(Self {
            message,
            info,
            _request: PhantomData,
        })
    }
}

impl<'a, N> Reply<'a, N> {
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
