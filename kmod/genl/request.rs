// SPDX-License-Identifier: GPL-2.0

//! A request, as its handler sees it.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    args::Attrs,
    extack::Refusal,
    family::NetState,
    helpers,
    message::{
        Attributes,
        Message,
        NoRoom, //
    },
    op::Modifiers, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    ffi::c_uint,
    prelude::*, //
};

/// The flags that say how a request is to be handled by the core, and that every request may have.
const CORE_FLAGS: u16 =
    (bindings::NLM_F_REQUEST | bindings::NLM_F_ACK | bindings::NLM_F_ECHO) as u16;

/// A request, and the state of the network namespace of the socket it came from.
///
/// # Invariants
///
/// `info` points to the information of a request that is being handled, and stays as it is for
/// `'a`. So does the state, which is initialized.
pub(crate) struct Request<'a, N> {
    info: NonNull<bindings::genl_info>,
    state: &'a N,
    _info: PhantomData<&'a bindings::genl_info>,
}

impl<'a, N: NetState> Request<'a, N> {
    /// # Safety
    ///
    /// `info` must be what the kernel passed to a handler of `N`'s family, and `'a` must end
    /// before the handler returns.
    pub(super) unsafe fn from_raw(info: NonNull<bindings::genl_info>) -> Self {
        // SAFETY: The kernel passes a valid `info` to handlers. The socket that the request came
        // from holds its namespace while it is handled, and the family, without which there is no
        // handler, is visible only while the states of all namespaces are there.
        let state = unsafe { N::FAMILY.state_of_request(info.as_ptr()) };
        // INVARIANT: By the safety requirements of this function, and as above.
        Self {
            info,
            state,
            _info: PhantomData,
        }
    }

    fn info(&self) -> &bindings::genl_info {
        // SAFETY: By the type invariants.
        unsafe { self.info.as_ref() }
    }

    /// The state of the request's network namespace.
    pub(crate) fn state(&self) -> &'a N {
        self.state
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
        let Some(group) = c_uint::try_from(group)
            .ok()
            .filter(|_| group < N::FAMILY.groups())
        else {
            return false;
        };
        let info = self.info.as_ptr();
        let echo = self.flags() & bindings::NLM_F_ECHO as u16 != 0;
        // SAFETY: By the type invariants; the family has this group.
        if !echo && !unsafe { helpers::genl_helper_has_listeners(info, group) } {
            return false;
        }
        // SAFETY: By the type invariants `info` is valid for `'a`.
        let told = unsafe { Message::new(self.info, cmd, room) }.and_then(|mut message| {
            fill(&mut message.attrs())?;
            message.notify(group);
            Ok(())
        });
        if told.is_err() {
            // SAFETY: By the type invariants; the family has this group.
            unsafe { helpers::genl_helper_lost(info, group) };
        }
        true
    }

    /// A reply with room for `room` bytes of attributes, counted with [`size`](super::size).
    pub(crate) fn reply(&self, room: usize) -> Result<Message<'a>, Refusal<'a>> {
        // SAFETY: By the type invariants `info` is valid for `'a`.
        unsafe { Message::new(self.info, (*self.info().genlhdr).cmd, room) }
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
