// SPDX-License-Identifier: GPL-2.0

//! A family's state in a network namespace: how it is made and dropped, and what it is told.
//!
//! C headers: [`include/net/net_namespace.h`](srctree/include/net/net_namespace.h),
//! [`include/linux/notifier.h`](srctree/include/linux/notifier.h)

use super::{
    extack::Refusal,
    family::NetState,
    helpers,
    message::Message,
    writer::{
        Attributes,
        NoRoom, //
    }, //
};
use core::ptr::NonNull;
use kernel::{
    bindings,
    container_of,
    ffi::{
        c_int,
        c_uint,
        c_ulong,
        c_void, //
    },
    fs::File,
    prelude::*,
    sync::{
        atomic::{
            ordering::{
                Acquire,
                Full,
                Release, //
            },
            Atomic, //
        },
        Completion, //
    },
    types::Opaque, //
};

/// What the layer keeps in each namespace: the state, and what belongs to it.
///
/// # Invariants
///
/// `net` is the namespace that the slot is in. `alarm` is initialized.
pub(super) struct Slot<N> {
    net: NonNull<bindings::net>,
    alarm: Opaque<bindings::delayed_work>,
    state: N,
}

/// Where the slot of `net` is.
///
/// # Safety
///
/// `net` must be a namespace, and the states of all namespaces registered or being so.
unsafe fn slot_ptr<N: NetState>(net: *const bindings::net) -> *mut Slot<N> {
    // SAFETY: By the safety requirements of this function.
    unsafe { helpers::genl_helper_net_generic(net, N::FAMILY.get().state_id()).cast() }
}

/// The slot of `net`.
///
/// # Safety
///
/// `net` must be a namespace whose slot is made, and `'a` must end before that is dropped.
unsafe fn slot<'a, N: NetState>(net: *const bindings::net) -> &'a Slot<N> {
    // SAFETY: By the safety requirements of this function.
    unsafe { &*slot_ptr(net) }
}

/// Makes the state of a namespace, in the memory that the kernel has set aside for it.
///
/// # Safety
///
/// To be called by the kernel only, as `pernet_operations::init` of `N`'s family.
pub(super) unsafe extern "C" fn init<N: NetState>(net: *mut bindings::net) -> c_int {
    // SAFETY: This is the callback that makes a state, and the kernel passes a namespace.
    let (slot, net) = unsafe { (slot_ptr::<N>(net), NonNull::new_unchecked(net)) };
    // SAFETY: The memory has the size and, as `Family::new` has checked, the alignment of a slot.
    // It stays where it is until the kernel frees it, after `exit` or where this fails; nobody else
    // knows of it yet.
    // INVARIANT: Both fields are written.
    let made = unsafe {
        (&raw mut (*slot).net).write(net);
        helpers::genl_helper_alarm_init(Opaque::cast_into(&raw mut (*slot).alarm), Some(ring::<N>));
        N::new().__init(&raw mut (*slot).state)
    };
    match made {
        Ok(()) => 0,
        Err(error) => error.to_errno(),
    }
}

/// Drops the state of a namespace.
///
/// # Safety
///
/// To be called by the kernel only, as `pernet_operations::exit` of `N`'s family.
pub(super) unsafe extern "C" fn exit<N: NetState>(net: *mut bindings::net) {
    // SAFETY: The kernel calls this once for each namespace for which `init` succeeded.
    let slot = unsafe { slot_ptr::<N>(net) };
    // SAFETY: As above. The alarm is initialized by the type invariants. This waits where it rings,
    // and from then on nothing sets it again.
    unsafe { bindings::disable_delayed_work_sync((*slot).alarm.get()) };
    // SAFETY: As above.
    unsafe { (*slot).state.end() };
    // SAFETY: `init` has made it. Nobody has a reference: no request is being handled, no word of a
    // closed socket given and no `OpenNet` there, as either the namespace ends, which each of those
    // holds, or `Registration::drop` has waited for them.
    unsafe { core::ptr::drop_in_place(slot) };
}

/// Rings the alarm of a namespace.
///
/// # Safety
///
/// To be called by the kernel only, as the work of the alarm in a slot of `N`'s family.
unsafe extern "C" fn ring<N: NetState>(work: *mut bindings::work_struct) {
    // SAFETY: The work is that of an alarm, which is in a slot; `exit` waits for this to return
    // before it drops that.
    let slot = unsafe {
        let alarm = container_of!(work, bindings::delayed_work, work);
        let alarm = Opaque::cast_from(alarm).cast_mut();
        &*container_of!(alarm, Slot<N>, alarm)
    };
    N::alarm(Namespace(slot));
}

/// Passes on that a socket was closed.
///
/// # Safety
///
/// To be called by the kernel only, as netlink's notifier of `N`'s family.
pub(super) unsafe extern "C" fn socket_event<N: NetState>(
    _block: *mut bindings::notifier_block,
    event: c_ulong,
    data: *mut c_void,
) -> c_int {
    if event == bindings::NETLINK_URELEASE as c_ulong {
        // SAFETY: This is what the kernel passes with this event.
        let closed = unsafe { &*data.cast::<bindings::netlink_notify>() };
        if closed.protocol == bindings::NETLINK_GENERIC as c_int {
            // The sockets of a namespace hold it. A socket of the kernel's own may be closed while
            // its namespace ends, when the state is gone already: it is nobody's peer.
            //
            // SAFETY: The namespace's memory is there while a socket in it is closed.
            if unsafe { helpers::genl_helper_net_try_get(closed.net) } {
                // SAFETY: The states of all namespaces are there while the notifier is registered,
                // and this one's does not end while it is held.
                N::socket_closed(Namespace(unsafe { slot(closed.net) }), closed.portid);
                // SAFETY: The reference was taken above.
                unsafe { helpers::genl_helper_net_put(closed.net) };
            }
        }
    }
    bindings::NOTIFY_DONE as c_int
}

/// A network namespace in which a family has a state.
pub(crate) struct Namespace<'a, N>(&'a Slot<N>);

impl<N> Clone for Namespace<'_, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Namespace<'_, N> {}

impl<'a, N: NetState> Namespace<'a, N> {
    /// The namespace that a request came from.
    ///
    /// # Safety
    ///
    /// `info` must be the information of a request to `N`'s family that is being handled, and `'a`
    /// must end before that does.
    pub(super) unsafe fn of_request(info: *const bindings::genl_info) -> Self {
        // SAFETY: The socket that the request came from holds its namespace while it is handled,
        // and the family, without which there is no request, is visible only while the states of
        // all namespaces are there.
        Self(unsafe { slot(helpers::genl_helper_info_net(info)) })
    }

    /// The family's state in it.
    pub(crate) fn state(self) -> &'a N {
        &self.0.state
    }

    /// Has [`NetState::alarm`] called in `ns` nanoseconds, or some milliseconds later, in place of
    /// when it was to be called before.
    pub(crate) fn wake_in(self, ns: u64) {
        // SAFETY: The alarm is initialized by the type invariants, and its slot is there for `'a`:
        // `exit` ends it before it drops that.
        unsafe { helpers::genl_helper_alarm_set(self.0.alarm.get(), ns) };
    }

    /// Tells `group` what `fill` puts; see [`Request::notify`](super::Request::notify). `info` is
    /// the request that made this happen.
    ///
    /// # Safety
    ///
    /// `N`'s family must be registered. `info` must be the information of a request that is being
    /// handled, to it.
    pub(super) unsafe fn notify(
        self,
        info: Option<NonNull<bindings::genl_info>>,
        group: usize,
        cmd: u8,
        room: usize,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> bool {
        let (family, net) = (N::FAMILY.get().as_ptr(), self.0.net.as_ptr());
        let Some(group) = c_uint::try_from(group)
            .ok()
            .filter(|_| group < N::FAMILY.get().groups())
        else {
            return false;
        };
        // SAFETY: By the safety requirements of this function; a request has a header.
        let echo = info.is_some_and(|info| unsafe {
            (*info.as_ref().nlhdr).nlmsg_flags & bindings::NLM_F_ECHO as u16 != 0
        });
        // SAFETY: The family is registered and has this group; the namespace is there for `'a`.
        if !echo && !unsafe { helpers::genl_helper_has_listeners(family, net, group) } {
            return false;
        }
        // SAFETY: By the safety requirements of this function.
        let from = info.map_or((0, 0), |info| unsafe {
            (info.as_ref().snd_portid, info.as_ref().snd_seq)
        });
        // SAFETY: The family is registered.
        let told = unsafe { Message::new(family, from, cmd, room) }.and_then(|mut message| {
            fill(&mut message.attrs())?;
            match info {
                // SAFETY: By the safety requirements of this function; the family has this group.
                Some(info) => unsafe { message.notify(info, group) },
                // SAFETY: As above; the namespace is there for `'a`.
                None => unsafe { message.multicast(family, net, group) },
            }
            Ok::<(), Refusal<'static>>(())
        });
        if told.is_err() {
            // SAFETY: As above.
            unsafe { helpers::genl_helper_lost(family, net, group) };
        }
        true
    }
}

/// Who works with the states of a family without a request, and who waits for them to end.
///
/// # Invariants
///
/// `count` is 0, or one more than there are [`OpenNet`]s. `idle` is initialized by the
/// registration that makes `count` other than 0, and completed by who makes it 0 again.
pub(super) struct Users {
    count: Atomic<i32>,
    idle: Opaque<Completion>,
}

impl Users {
    pub(super) const fn new() -> Self {
        Self {
            count: Atomic::new(0),
            idle: Opaque::uninit(),
        }
    }

    /// Lets users in.
    ///
    /// # Safety
    ///
    /// To be called by the family's registration, once before each call of [`Self::close`].
    pub(super) unsafe fn open(&self) {
        // SAFETY: `count` is 0, so nobody looks at `idle`: who has completed it last has left it,
        // or `close` would not have returned. It is in a static, so it does not move.
        let Ok(()) = unsafe { Completion::new().__init(self.idle.get()) };
        self.count.store(1, Release);
    }

    /// Lets nobody in any more, and waits until all are gone.
    ///
    /// # Safety
    ///
    /// To be called by the family's registration, once after each call of [`Self::open`].
    pub(super) unsafe fn close(&self) {
        self.leave();
        // SAFETY: `open` has initialized it.
        unsafe { (*self.idle.get()).wait_for_completion() };
    }

    fn enter(&self) -> Result {
        let mut count = self.count.load(Acquire);
        while count > 0 {
            match self.count.cmpxchg(count, count + 1, Full) {
                Ok(_) => return Ok(()),
                Err(other) => count = other,
            }
        }
        Err(ENODEV)
    }

    fn leave(&self) {
        if self.count.fetch_sub(1, Full) == 1 {
            // SAFETY: `open` has initialized it, and it stays so until `close` returns, which
            // waits for this.
            unsafe { (*self.idle.get()).complete_all() };
        }
    }
}

/// A network namespace that is held without a request, such as by an open file, and with it the
/// registration of the family.
///
/// # Invariants
///
/// This owns a reference to `net`, and is one of the family's users.
pub(crate) struct OpenNet<N: NetState> {
    net: NonNull<bindings::net>,
    users: &'static Users,
    _state: core::marker::PhantomData<&'static N>,
}

// SAFETY: References to a namespace and to a state that is `Sync` may be used, and given back, by
// any thread.
unsafe impl<N: NetState> Send for OpenNet<N> {}

// SAFETY: As above.
unsafe impl<N: NetState> Sync for OpenNet<N> {}

impl<N: NetState> OpenNet<N> {
    /// The namespace of the calling task. Fails with `ENODEV` where the family is not registered.
    pub(crate) fn current() -> Result<Self> {
        // SAFETY: A task that calls this has a namespace.
        Self::new(|| unsafe { helpers::genl_helper_net_current() })
    }

    /// The initial namespace. Fails with `ENODEV` where the family is not registered.
    pub(crate) fn initial() -> Result<Self> {
        // SAFETY: There always is one.
        Self::new(|| unsafe { helpers::genl_helper_net_initial() })
    }

    fn new(get: impl FnOnce() -> *mut bindings::net) -> Result<Self> {
        let users = N::FAMILY.get().users();
        users.enter()?;
        // SAFETY: Neither helper returns null.
        let net = unsafe { NonNull::new_unchecked(get()) };
        // INVARIANT: Both helpers take a reference, and `enter` has succeeded.
        Ok(Self {
            net,
            users,
            _state: core::marker::PhantomData,
        })
    }

    /// The namespace.
    pub(crate) fn namespace(&self) -> Namespace<'_, N> {
        // SAFETY: By the type invariants the family is registered, and the namespace held, for as
        // long as `self`: its state is there.
        Namespace(unsafe { slot(self.net.as_ptr()) })
    }

    /// Whether both the calling task and who opened `file` have `CAP_NET_ADMIN` in the user
    /// namespace that owns this network namespace.
    pub(crate) fn net_admin(&self, file: &File) -> bool {
        // SAFETY: By the type invariants; the file is open.
        unsafe { helpers::genl_helper_net_admin(self.net.as_ptr(), file.as_ptr()) }
    }

    /// As [`Request::notify`](super::Request::notify), for a change that no request has made.
    pub(crate) fn notify(
        &self,
        group: usize,
        cmd: u8,
        room: usize,
        fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>,
    ) -> bool {
        // SAFETY: The family is registered by the type invariants.
        unsafe { self.namespace().notify(None, group, cmd, room, fill) }
    }
}

impl<N: NetState> Drop for OpenNet<N> {
    fn drop(&mut self) {
        // SAFETY: The reference is ours by the type invariants.
        unsafe { helpers::genl_helper_net_put(self.net.as_ptr()) };
        self.users.leave();
    }
}
