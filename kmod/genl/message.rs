// SPDX-License-Identifier: GPL-2.0

//! Messages under construction: socket buffers of the family's own.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    extack::ExtAck,
    family::NetState,
    helpers,
    payload::Payload,
    wire::NoRoom,
    writer::Writer, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::NonNull, //
};
use kernel::{
    alloc::AllocError,
    bindings,
    ffi::c_uint,
    prelude::*, //
};

/// A message of the family of `N` under construction.
///
/// A message that is dropped is freed; sending consumes it.
///
/// # Invariants
///
/// This value owns `skb`, a message whose headers are complete. The room of `writer` is that of the
/// message, directly after the headers.
#[must_use]
pub(super) struct Skb<N> {
    skb: NonNull<bindings::sk_buff>,
    writer: Writer<'static>,
    _family: PhantomData<fn(&N)>,
}

impl<N: NetState> Skb<N> {
    /// The maximum room of a message, in bytes: enough for more than two attributes of maximum
    /// length, and small enough for one allocation.
    const ROOM_MAX: usize = 160 * 1024;

    /// Creates a message with the number `cmd` for the port `portid`, with room for `room` bytes of
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
    ) -> Result<Self, ExtAck<'static>> {
        // SAFETY: By the safety requirements of this function.
        unsafe { Self::make(to, cmd, room, true) }
    }

    /// Like [`Self::new`], but the message can be multicast.
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered.
    pub(super) unsafe fn new_multicast(
        to: (u32, u32),
        cmd: u8,
        room: usize,
    ) -> Result<Self, ExtAck<'static>> {
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
    ) -> Result<Self, ExtAck<'static>> {
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

impl<N> Skb<N> {
    /// Puts the attributes of `payload` into the message.
    #[inline]
    pub(super) fn put(&mut self, payload: &impl Payload) -> Result<(), NoRoom> {
        payload.put(&mut self.writer)
    }

    /// Ends the message and returns it. The caller then owns it.
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

impl<N> Drop for Skb<N> {
    fn drop(&mut self) {
        // SAFETY: The message is ours by the type invariants; `finish` does not come here.
        unsafe { helpers::genl_helper_msg_free(self.skb.as_ptr()) };
    }
}
