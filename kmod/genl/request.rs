// SPDX-License-Identifier: GPL-2.0

//! A request, as its handler sees it.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    args::Attrs,
    family::{
        Namespace,
        NetState, //
    },
    helpers,
    message::{
        Message,
        Reply, //
    },
    refusal::Refusal,
    wire::NoRoom,
    writer::Attributes, //
};
use core::{
    cell::Cell,
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// A request, and the network namespace of the socket it came from.
///
/// # Invariants
///
/// `skb` holds a request that is being handled, and `info` points to the information of it; both
/// stay as they are for `'a`.
pub(crate) struct Request<'a, N> {
    skb: NonNull<bindings::sk_buff>,
    info: NonNull<bindings::genl_info>,
    namespace: Namespace<'a, N>,
    acknowledged: Cell<bool>,
    _info: PhantomData<&'a bindings::genl_info>,
}

impl<'a, N: NetState> Request<'a, N> {
    /// # Safety
    ///
    /// `info` must be what the kernel passed to a handler of `N`'s family, `skb` the message that
    /// holds the request, and `'a` must end before the handler returns.
    pub(super) unsafe fn from_raw(
        skb: NonNull<bindings::sk_buff>,
        info: NonNull<bindings::genl_info>,
    ) -> Self {
        // INVARIANT: By the safety requirements of this function.
        Self {
            skb,
            info,
            // SAFETY: By the safety requirements of this function.
            namespace: unsafe { Namespace::of_request(info.as_ptr()) },
            acknowledged: Cell::new(false),
            _info: PhantomData,
        }
    }

    fn info(&self) -> &bindings::genl_info {
        // SAFETY: By the type invariants.
        unsafe { self.info.as_ref() }
    }

    /// The state of the request's network namespace.
    pub(crate) fn state(&self) -> &'a N {
        self.namespace.state()
    }

    /// The request's network namespace.
    pub(crate) fn namespace(&self) -> Namespace<'a, N> {
        self.namespace
    }

    /// The message that holds it.
    pub(super) fn skb(&self) -> *const bindings::sk_buff {
        self.skb.as_ptr()
    }

    /// Its netlink header.
    pub(super) fn header(&self) -> &bindings::nlmsghdr {
        // SAFETY: By the type invariants; a request has a header.
        unsafe { &*self.info().nlhdr }
    }

    /// The socket that it came from, which is there while it is handled.
    pub(super) fn sender(&self) -> *mut bindings::sock {
        // SAFETY: By the type invariants.
        unsafe { helpers::genl_helper_sender(self.skb.as_ptr()) }
    }

    /// Sends the ACK now, if one is wanted, rather than after the handler has returned: so it comes
    /// before whatever others send to the requester from here on.
    ///
    /// This is the answer to the request: an error that the handler returns afterwards is logged
    /// and not sent.
    pub(crate) fn acknowledge(&self) {
        if self.acknowledged.replace(true) || self.flags() & bindings::NLM_F_ACK as u16 == 0 {
            return;
        }
        // SAFETY: By the type invariants. The core does the same after a handler that returns 0,
        // and does not after this one: see `is_acknowledged`. It only reads the header.
        unsafe {
            bindings::netlink_ack(
                self.skb.as_ptr(),
                self.info().nlhdr.cast_mut(),
                0,
                self.extack(),
            );
        }
    }

    /// Whether [`Self::acknowledge`] was called, so that the core is not to send another ACK.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.acknowledged.get()
    }

    /// A message of the family's own with the number `cmd`, with room for `room` bytes of
    /// attributes, for the sender of a [`Kept`](super::Kept) request.
    pub(crate) fn message(&self, cmd: u8, room: usize) -> Result<Message<N>, Refusal<'static>> {
        // SAFETY: A family that has a request is registered.
        unsafe { Message::new((0, 0), cmd, room) }
    }

    /// The netlink port of the requester.
    pub(crate) fn portid(&self) -> u32 {
        self.info().snd_portid
    }

    /// The sequence number that the requester gave it.
    pub(super) fn seq(&self) -> u32 {
        self.info().snd_seq
    }

    /// Whether the requester is to get the notifications that it causes (`NLM_F_ECHO`).
    pub(super) fn wants_echo(&self) -> bool {
        self.flags() & bindings::NLM_F_ECHO as u16 != 0
    }

    /// Notifies `group`, by its place in the family's list, of what `fill` puts, in a message with
    /// the number `cmd` and room for `room` bytes. With `NLM_F_ECHO` the requester gets it, too.
    ///
    /// Returns whether a listener of the namespace was offered it. Builds nothing if no namespace
    /// has a listener. If the message cannot be built or delivered, the listeners of the namespace,
    /// and the requester that wants it, learn from `ENOBUFS` that they have missed something,
    /// unless their sockets have switched that off. So this has no way to fail.
    pub(crate) fn notify(
        &self,
        group: usize,
        cmd: u8,
        room: usize,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> bool {
        // SAFETY: A family that has a request is registered.
        unsafe { self.namespace.notify(Some(self), group, cmd, room, fill) }
    }

    /// A reply with room for `room` bytes of attributes, counted with [`size`](super::size).
    pub(crate) fn reply(&self, room: usize) -> Result<Reply<'a, N>, Refusal<'a>> {
        // SAFETY: By the type invariants `info` is valid for `'a`.
        unsafe { Reply::new(self.info, room) }
    }

    fn flags(&self) -> u16 {
        self.header().nlmsg_flags
    }

    /// The attributes, of which the operation's policy has `len - 1`.
    ///
    /// # Safety
    ///
    /// The operation's policy table must have `len` entries.
    pub(super) unsafe fn attrs(&self, len: usize) -> Attrs<'a> {
        // SAFETY: The kernel's parser made a table with an entry for each of the policy, or none.
        // What it points to are attributes that it found whole within the message; the message
        // is the kernel's copy, that nobody writes to, and lives until after the handler.
        unsafe { Attrs::from_raw(self.info().attrs, len) }
    }

    /// The headers of an entry of a dump that this request asked for.
    pub(super) fn entry_headers(&self) -> (bindings::nlmsghdr, bindings::genlmsghdr) {
        let info = self.info();
        // SAFETY: By the type invariants; a request has a family and a header.
        let (family, cmd) = unsafe { (&*info.family, (*info.genlhdr).cmd) };
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

    pub(super) fn extack(&self) -> *mut bindings::netlink_ext_ack {
        self.info().extack
    }
}
