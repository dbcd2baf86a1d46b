// SPDX-License-Identifier: GPL-2.0

//! The context of a call: its request, its requester and their network namespace.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    extack::ExtAck,
    family::{
        Namespace,
        NetState, //
    },
    helpers,
    message::Skb,
    payload::Payload,
    request::{
        of_request,
        Attrs, //
    },
    spec::Op, //
};
use core::{
    cell::{
        Cell,
        UnsafeCell, //
    },
    marker::PhantomData,
    ops::Deref,
    ptr::NonNull, //
};
use kernel::{
    alloc::AllocError,
    bindings,
    error::to_result,
    prelude::*, //
};

/// Values that a reply borrows from the handler. Freed at the end of the call.
///
/// Most calls hold nothing. `None` saves them a call of the allocator, which dropping even an empty
/// vector would make.
pub(super) struct Held(UnsafeCell<Option<KVec<Values>>>);

/// Values of one type.
///
/// # Invariants
///
/// The fields are the parts of a `KVVec<T>`, which this owns, and `free` is that of `T`.
struct Values {
    start: NonNull<u8>,
    len: usize,
    capacity: usize,
    free: unsafe fn(&Self),
}

impl Values {
    fn new<T: Copy>(values: KVVec<T>) -> Self {
        /// # Safety
        ///
        /// To be called once, when nobody borrows the values. These must be of the type `T`.
        unsafe fn free<T>(values: &Values) {
            let start = values.start.as_ptr().cast();
            // SAFETY: By the type invariants and the safety requirements of this function.
            drop(unsafe { KVVec::<T>::from_raw_parts(start, values.len, values.capacity) });
        }

        let (start, len, capacity) = values.into_raw_parts();
        // INVARIANT: The parts are those of `values`, taken above.
        Self {
            // SAFETY: A vector's pointer is never null, even if it is empty.
            start: unsafe { NonNull::new_unchecked(start.cast()) },
            len,
            capacity,
            free: free::<T>,
        }
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        // SAFETY: By the type invariants `free` is for these values. Their borrows end with that of
        // `Held`, which is being dropped.
        unsafe { (self.free)(self) };
    }
}

impl Held {
    pub(super) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    /// `T: Copy` has no drop, so the order in which the values are freed does not matter, even if
    /// they borrow from each other.
    fn hold<T: Copy>(&self, values: KVVec<T>) -> Result<&[T], AllocError> {
        let values = Values::new(values);
        let (start, len) = (values.start.cast(), values.len);
        // SAFETY: This type is not `Sync`, and nothing below calls this function again, so this is
        // the only reference to the list. Growing the list moves its elements, but not the memory
        // that they own.
        let held = unsafe { &mut *self.0.get() };
        held.get_or_insert_default().push(values, GFP_KERNEL)?;
        // SAFETY: The new element owns `len` values from `start` on. It neither changes nor frees
        // them before `self` is dropped, and the returned borrow prevents that.
        Ok(unsafe { core::slice::from_raw_parts(start.as_ptr(), len) })
    }
}

/// A request, as the kernel passes it to a handler.
///
/// # Invariants
///
/// `skb` holds a request that is being handled, and `info` points to its information; neither
/// changes for `'a`.
#[derive(Clone, Copy)]
pub(super) struct RawRequest<'a> {
    skb: NonNull<bindings::sk_buff>,
    info: NonNull<bindings::genl_info>,
    _info: PhantomData<&'a bindings::genl_info>,
}

impl<'a> RawRequest<'a> {
    fn info(self) -> &'a bindings::genl_info {
        // SAFETY: By the type invariants.
        unsafe { self.info.as_ref() }
    }

    /// Returns the message that holds the request.
    pub(super) fn skb(self) -> *const bindings::sk_buff {
        self.skb.as_ptr()
    }

    /// Returns its netlink header.
    pub(super) fn header(self) -> &'a bindings::nlmsghdr {
        // SAFETY: By the type invariants; a request has a header.
        unsafe { &*self.info().nlhdr }
    }

    /// Returns the socket that sent it, which exists while the request is handled.
    pub(super) fn sender(self) -> *mut bindings::sock {
        // SAFETY: By the type invariants.
        unsafe { helpers::genl_helper_sender(self.skb.as_ptr()) }
    }

    /// Returns the netlink port of the requester.
    pub(super) fn portid(self) -> u32 {
        self.info().snd_portid
    }

    /// Returns the sequence number that the requester chose.
    pub(super) fn seq(self) -> u32 {
        self.info().snd_seq
    }

    /// Returns whether the requester asked for the notifications that it causes (`NLM_F_ECHO`).
    pub(super) fn wants_echo(self) -> bool {
        self.flags() & bindings::NLM_F_ECHO as u16 != 0
    }

    fn flags(self) -> u16 {
        self.header().nlmsg_flags
    }

    /// Returns the attributes of the request.
    ///
    /// # Safety
    ///
    /// The core must have parsed this request with `O`'s policy.
    #[inline]
    pub(super) unsafe fn attrs<O: Op>(self) -> Attrs<'a, O> {
        let info = self.info();
        const HEADERS: usize = size_of::<bindings::nlmsghdr>() + size_of::<bindings::genlmsghdr>();
        // SAFETY: By the type invariants; a request has a header.
        let len = unsafe { (*info.nlhdr).nlmsg_len as usize };
        // SAFETY: The core has checked that the message has `nlmsg_len` bytes, which include both
        // headers. It is the kernel's own copy, which nobody writes to and which lives until the
        // handler has returned.
        let bytes = unsafe {
            core::slice::from_raw_parts(
                info.nlhdr.cast::<u8>().add(HEADERS),
                len.saturating_sub(HEADERS),
            )
        };
        // SAFETY: By the safety requirements of this function the table has an entry for each of
        // `O`'s policy, or is null. Its entries are null or point to attributes that the parser
        // has found to lie within the message.
        unsafe { of_request(info.attrs, O::POLICY.len(), bytes) }
    }

    /// Returns the headers of a dump entry with the number `cmd`, for a dump that this request
    /// started.
    pub(super) fn entry_headers(self, cmd: u8) -> (bindings::nlmsghdr, bindings::genlmsghdr) {
        let info = self.info();
        // SAFETY: By the type invariants; a request has a family.
        let family = unsafe { &*info.family };
        let header = bindings::nlmsghdr {
            nlmsg_len: 0,
            nlmsg_type: family.id as u16,
            nlmsg_flags: bindings::NLM_F_MULTI as u16,
            nlmsg_seq: info.snd_seq,
            nlmsg_pid: info.snd_portid,
        };
        let genl_header = bindings::genlmsghdr {
            cmd,
            version: family.version as u8,
            reserved: 0,
        };
        (header, genl_header)
    }

    pub(super) fn extack(self) -> *mut bindings::netlink_ext_ack {
        self.info().extack
    }
}

/// The context of a call: the request, and the network namespace of the sender's socket.
pub(crate) struct Context<'a, N> {
    raw: RawRequest<'a>,
    namespace: Namespace<'a, N>,
    acknowledged: Cell<bool>,
    held: &'a Held,
}

impl<'a, N: NetState> Context<'a, N> {
    /// # Safety
    ///
    /// `info` must be what the kernel passed to a handler of `N`'s family, `skb` the message that
    /// holds the request, and `'a` must end before the handler returns.
    pub(super) unsafe fn from_raw(
        skb: NonNull<bindings::sk_buff>,
        info: NonNull<bindings::genl_info>,
        held: &'a Held,
    ) -> Self {
        Self {
            // INVARIANT: By the safety requirements of this function.
            raw: RawRequest {
                skb,
                info,
                _info: PhantomData,
            },
            // SAFETY: By the safety requirements of this function.
            namespace: unsafe { Namespace::of_request(info.as_ptr()) },
            acknowledged: Cell::new(false),
            held,
        }
    }

    /// Returns the request as the kernel passed it.
    pub(super) fn raw(&self) -> RawRequest<'a> {
        self.raw
    }

    /// Returns the state of the request's network namespace.
    pub(super) fn state(&self) -> &'a N {
        self.namespace.state()
    }

    /// Returns the request's network namespace.
    pub(crate) fn namespace(&self) -> Namespace<'a, N> {
        self.namespace
    }

    /// Sends the ACK now, if one is wanted, rather than after the handler has returned: so it
    /// precedes everything that others send to the requester from here on.
    ///
    /// After this the handler cannot refuse the request: an error that it returns is logged and not
    /// sent. A kept request can still be answered.
    pub(crate) fn acknowledge(&self) {
        if self.acknowledged.replace(true) || self.raw.flags() & bindings::NLM_F_ACK as u16 == 0 {
            return;
        }
        // SAFETY: By the type invariants of `RawRequest`. The core does the same after a handler
        // that returns 0, and does not after this one: see `is_acknowledged`. It only reads the
        // header.
        unsafe {
            bindings::netlink_ack(
                self.raw.skb.as_ptr(),
                self.raw.info().nlhdr.cast_mut(),
                0,
                self.raw.extack(),
            );
        }
    }

    /// Returns whether [`Self::acknowledge`] was called, so that the core must not send another
    /// ACK.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.acknowledged.get()
    }

    /// Copies `bytes`, for example an attribute's value, so that a handler can change and
    /// [`hold`](Self::hold) them.
    pub(crate) fn copy(&self, bytes: &[u8]) -> Result<KVVec<u8>, AllocError> {
        let mut copy = KVVec::new();
        copy.extend_from_slice(bytes, GFP_KERNEL)?;
        Ok(copy)
    }

    /// Holds `values` until the reply is sent, so that the reply can borrow them.
    pub(crate) fn hold<T: Copy>(&self, values: KVVec<T>) -> Result<&'a [T], AllocError> {
        self.held.hold(values)
    }

    /// Returns the netlink port of the requester.
    pub(crate) fn portid(&self) -> u32 {
        self.raw.portid()
    }

    /// Sends a reply to the requester.
    pub(super) fn send(&self, reply: Skb<N>) -> Result {
        // SAFETY: By the type invariants of `RawRequest`. The message is ours to give away, and is
        // consumed whether this succeeds or fails.
        to_result(unsafe {
            helpers::genl_helper_reply(reply.finish().as_ptr(), self.raw.info.as_ptr())
        })
    }

    /// Builds a message of the family's own with the number `cmd`, to be sent to the sender of a
    /// [`Kept`](super::prelude::Kept) request.
    pub(super) fn message(&self, cmd: u8, payload: &impl Payload) -> Result<Skb<N>, ExtAck<'a>> {
        // SAFETY: A family that has a request is registered.
        let mut skb = unsafe { Skb::new((0, 0), cmd, payload.size()) }?;
        skb.put(payload)?;
        Ok(skb)
    }
}

/// A call of the operation `O`, with its request.
pub(crate) struct Call<'a, N, O: Op> {
    context: &'a Context<'a, N>,
    /// The attributes of the request, validated.
    pub(crate) request: Attrs<'a, O>,
}

impl<'a, N: NetState, O: Op> Call<'a, N, O> {
    /// Returns the call of `O` in `context`.
    ///
    /// # Safety
    ///
    /// As for [`RawRequest::attrs`].
    #[inline]
    pub(super) unsafe fn new(context: &'a Context<'a, N>) -> Self {
        // SAFETY: By the safety requirements of this function.
        let request = unsafe { context.raw.attrs() };
        Self { context, request }
    }

    /// Allocates the reply, with room for `room` bytes of attributes.
    #[inline]
    pub(super) fn reply(&self, room: usize) -> Result<Skb<N>, ExtAck<'a>> {
        let to = (self.raw.portid(), self.raw.seq());
        // SAFETY: A family that has a request is registered.
        unsafe { Skb::new(to, O::REPLY_CMD, room) }
    }
}

impl<'a, N, O: Op> Deref for Call<'a, N, O> {
    type Target = Context<'a, N>;

    #[inline]
    fn deref(&self) -> &Context<'a, N> {
        self.context
    }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_call)]
mod tests {
    use super::*;

    #[test]
    fn values_of_several_types_are_held_together() -> Result {
        let held = Held::new();
        let bytes = held.hold(KVVec::from_elem(7u8, 3, GFP_KERNEL)?)?;
        let wide = held.hold(KVVec::from_elem(u64::MAX, 2, GFP_KERNEL)?)?;
        // A nest borrows from an earlier call in the same way.
        let slices = held.hold(KVVec::from_elem(bytes, 2, GFP_KERNEL)?)?;
        let none = held.hold(KVVec::<u64>::new())?;
        assert_eq!((wide, none.len()), (&[u64::MAX; 2][..], 0));
        assert!(slices.iter().all(|slice| **slice == [7; 3]));
        Ok(())
    }

    #[test]
    fn held_bytes_stay_as_they_are_while_more_are_held() -> Result {
        let held = Held::new();
        let mut all = KVec::new();
        for byte in 0..100u8 {
            let bytes = KVVec::from_elem(byte, usize::from(byte), GFP_KERNEL)?;
            all.push(held.hold(bytes)?, GFP_KERNEL)?;
        }
        for (len, bytes) in all.iter().enumerate() {
            assert_eq!(bytes.len(), len);
            assert!(bytes.iter().all(|byte| usize::from(*byte) == len));
        }
        Ok(())
    }
}
