// SPDX-License-Identifier: GPL-2.0

//! A request, as its handler sees it.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    args::Attrs,
    extack::Refusal,
    family::NetState,
    message::{
        Message,
        Reply, //
    },
    namespace::Namespace,
    op::Modifiers,
    peer::{
        Deferred,
        Peer, //
    },
    writer::{
        Attributes,
        NoRoom, //
    }, //
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

/// The flags that say how a request is to be handled by the core, and that every request may have.
const CORE_FLAGS: u16 =
    (bindings::NLM_F_REQUEST | bindings::NLM_F_ACK | bindings::NLM_F_ECHO) as u16;

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

    /// The requester's socket, to be kept.
    pub(crate) fn peer(&self) -> Result<Peer, Refusal<'a>> {
        // SAFETY: By the type invariants.
        unsafe { Peer::of_request(self.skb, self.portid()) }
            .ok_or_else(|| Refusal::new(EOPNOTSUPP, c"only for sockets of user space"))
    }

    /// The request, to be kept and answered later. Fails where it is longer than
    /// [`Deferred::REQUEST_MAX`].
    pub(crate) fn defer(&self) -> Result<Deferred, Refusal<'a>> {
        // SAFETY: By the type invariants.
        unsafe { Deferred::new(self.skb, self.info().nlhdr, self.peer()?) }
    }

    /// Sends the ACK now, where one is wanted, rather than after the handler has returned: so it
    /// comes before what others send to the requester from here on.
    ///
    /// To be called last, when nothing can fail any more.
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

    /// Sends a message of its own, with the number `cmd`, to the socket `peer`: what `fill` puts,
    /// with room for `room` bytes. Does not wait for room in the socket.
    ///
    /// Fails with `EAGAIN` where the socket has no room, of which it learns by `ENOBUFS`, and with
    /// `ECONNREFUSED` where it is closed.
    pub(crate) fn send(
        &self,
        peer: &Peer,
        cmd: u8,
        room: usize,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> Result {
        // SAFETY: A family that has a request is registered.
        let message = unsafe { Message::new(N::FAMILY.get().as_ptr(), (0, 0), cmd, room) };
        let mut message = message.map_err(|refusal| refusal.errno())?;
        fill(&mut message.attrs()).map_err(|NoRoom| EMSGSIZE)?;
        message.send_to(peer)
    }

    /// The netlink port of the requester.
    pub(crate) fn portid(&self) -> u32 {
        self.info().snd_portid
    }

    /// The modifiers that the request has of those that its operation knows.
    pub(crate) fn modifiers(&self) -> Modifiers {
        Modifiers::from_flags(self.flags() & !CORE_FLAGS)
    }

    /// Tells `group`, by its place in the family's list, what `fill` puts, in a message with the
    /// number `cmd` and room for `room` bytes. With `NLM_F_ECHO` the requester is told, too.
    ///
    /// Where nobody listens, nothing is built, and `false` is returned. Where the message cannot be
    /// built or delivered, the listeners learn from `ENOBUFS` that they have missed something. So
    /// what has changed can be told without a way to fail; told with it locked, it is told in
    /// order.
    pub(crate) fn notify(
        &self,
        group: usize,
        cmd: u8,
        room: usize,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> bool {
        // SAFETY: By the type invariants; a family that has a request is registered.
        unsafe {
            self.namespace
                .notify(Some(self.info), group, cmd, room, fill)
        }
    }

    /// A reply with room for `room` bytes of attributes, counted with [`size`](super::size).
    pub(crate) fn reply(&self, room: usize) -> Result<Reply<'a>, Refusal<'a>> {
        // SAFETY: By the type invariants `info` is valid for `'a`.
        unsafe { Reply::new(self.info, room) }
    }

    fn flags(&self) -> u16 {
        // SAFETY: By the type invariants; a request has a header.
        unsafe { (*self.info().nlhdr).nlmsg_flags }
    }

    /// Refuses what the kernel refuses in the headers of a request of a new family.
    ///
    /// The core takes no modifier for a new family, so a family with an operation that needs one
    /// has to have that operation, and all before it, treated as old. What the core leaves out for
    /// those is done here, in its words.
    pub(super) fn check_header(&self, known: Modifiers) -> Result<(), Refusal<'a>> {
        // SAFETY: By the type invariants; a request has both headers.
        let reserved = unsafe { (*self.info().genlhdr).reserved };
        if reserved != 0 {
            return Err(Refusal::new(EINVAL, c"genlmsghdr.reserved field is not 0"));
        }
        if self.flags() & !(CORE_FLAGS | known.flags()) != 0 {
            return Err(Refusal::new(
                EINVAL,
                c"ambiguous or reserved bits set in nlmsg_flags",
            ));
        }
        Ok(())
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
