// SPDX-License-Identifier: GPL-2.0

//! A module that serves a family: its registrations, their order, and the kernel's callbacks.
//!
//! C headers: [`include/net/net_namespace.h`](srctree/include/net/net_namespace.h),
//! [`include/linux/notifier.h`](srctree/include/linux/notifier.h)

use super::{
    family::{
        slot_ptr,
        Entered,
        Family,
        Namespace,
        NetState,
        NewNet,
        Slot, //
    },
    helpers, //
};
use core::ptr::NonNull;
use kernel::{
    bindings,
    container_of,
    error::to_result,
    ffi::{
        c_int,
        c_ulong,
        c_void, //
    },
    prelude::*,
    sync::atomic::ordering::{
        Acquire,
        Release, //
    },
    types::Opaque, //
};

/// The interfaces that a module offers to users besides its family, such as a device file.
///
/// Created before the family is visible and dropped after it has gone. Until the family is visible,
/// [`OpenNet::current`](super::prelude::OpenNet::current) fails. Every call through which a user
/// could take a reference to the module, such as `open`, must fail until then, too; otherwise a
/// failing load waits for that user.
pub(crate) trait Channels: Sized + Send + Sync {
    /// Creates the interfaces. May fail, because nobody can hold a reference to the module yet.
    fn new() -> impl PinInit<Self, Error>;
}

/// A module without other interfaces.
impl Channels for () {
    fn new() -> impl PinInit<Self, Error> {
        Ok(())
    }
}

/// A module that serves the family of `N`, and the interfaces `C` besides it.
///
/// Use it as the `type` of the `module!` macro; a family cannot be registered in any other way.
/// This guarantees the order: the kernel frees a module whose init fails even if a dump or an open
/// file holds a reference to it, so nothing may fail once a user can take one. The family becomes
/// visible last, after everything else has succeeded, and goes first.
///
/// Several families in one module are not supported yet.
#[pin_data]
pub(crate) struct Module<N: NetState, C: Channels> {
    // Dropped in this order.
    _visible: Visible<N>,
    #[pin]
    _channels: C,
    _quiet: Quiet<N>,
    _watch: SocketWatch<N>,
    _pernet: Pernet<N>,
    _claim: Claim<N>,
}

impl<N: NetState, C: Channels> kernel::InPlaceModule for Module<N, C> {
    fn init(module: &'static ThisModule) -> impl PinInit<Self, Error> {
        // In the reverse order of the fields. If one fails, the ones before it are dropped.
        try_pin_init!(Self {
            _claim: Claim::new(module)?,
            _pernet: Pernet::new(_claim)?,
            _watch: SocketWatch::new(_pernet)?,
            _quiet: Quiet(N::FAMILY.get()),
            _channels <- C::new(),
            _visible: Visible::new(_watch)?,
        })
    }
}

/// The right to register the family, which only one registration can have at a time.
struct Claim<N: NetState>(&'static Family<N>);

impl<N: NetState> Claim<N> {
    /// Fails with `EBUSY` if another registration has the claim. Fails with `EINVAL` if `module` is
    /// not the family's module, because that is the one that dumps hold.
    fn new(module: &'static ThisModule) -> Result<Self> {
        let family = N::FAMILY.get();
        if module.as_ptr() != family.module() {
            return Err(EINVAL);
        }
        if family.registered.xchg(true, Acquire) {
            return Err(EBUSY);
        }
        Ok(Self(family))
    }
}

impl<N: NetState> Drop for Claim<N> {
    fn drop(&mut self) {
        self.0.registered.store(false, Release);
    }
}

/// The states of all namespaces, present and future.
struct Pernet<N: NetState>(&'static Family<N>);

impl<N: NetState> Pernet<N> {
    fn new(claim: &Claim<N>) -> Result<Self> {
        let family = claim.0;
        let operations = bindings::pernet_operations {
            init: Some(init::<N>),
            exit: Some(exit::<N>),
            id: family.id.get(),
            size: size_of::<Slot<N>>(),
            ..pin_init::zeroed()
        };
        // SAFETY: By the type invariants of `Family` nobody else uses the field, and it is not on
        // the kernel's list.
        unsafe { family.pernet.get().write(operations) };
        // SAFETY: The operations are static, and only the kernel writes to them until they are
        // unregistered.
        to_result(unsafe { bindings::register_pernet_subsys(family.pernet.get()) })?;
        Ok(Self(family))
    }
}

impl<N: NetState> Drop for Pernet<N> {
    fn drop(&mut self) {
        // SAFETY: The operations were registered in `new`.
        unsafe { bindings::unregister_pernet_subsys(self.0.pernet.get()) };
    }
}

/// Notifies the family when a netlink socket is released.
struct SocketWatch<N: NetState>(&'static Family<N>);

impl<N: NetState> SocketWatch<N> {
    fn new(pernet: &Pernet<N>) -> Result<Self> {
        let family = pernet.0;
        let block = bindings::notifier_block {
            notifier_call: Some(socket_event::<N>),
            ..pin_init::zeroed()
        };
        // SAFETY: By the type invariants of `Family` nobody else uses the field, and it is not on
        // the kernel's list.
        unsafe { family.notifier.get().write(block) };
        // SAFETY: The block is static, and only the kernel writes to it until it is unregistered.
        to_result(unsafe { bindings::netlink_register_notifier(family.notifier.get()) })?;
        Ok(Self(family))
    }
}

impl<N: NetState> Drop for SocketWatch<N> {
    fn drop(&mut self) {
        // SAFETY: The block was registered in `new`, so this cannot fail. It returns when no call
        // of the block is running any more.
        unsafe { bindings::netlink_unregister_notifier(self.0.notifier.get()) };
    }
}

/// Waits for users that came too early, if init fails.
///
/// An `open` that fails still holds a reference to the module for a moment after it has returned,
/// and the code that drops the reference reads the module's memory.
struct Quiet<N: NetState>(&'static Family<N>);

impl<N: NetState> Drop for Quiet<N> {
    fn drop(&mut self) {
        // SAFETY: The module is null or the one that this code is in. The helper returns at once
        // unless the module's init is running, in which case this is part of that init.
        unsafe { helpers::genl_helper_wait_unreferenced(self.0.module()) };
    }
}

/// The family while users can reach it.
struct Visible<N: NetState>(&'static Family<N>);

impl<N: NetState> Visible<N> {
    /// Makes the family visible. Fails with `EEXIST` if another family has the same name.
    fn new(watch: &SocketWatch<N>) -> Result<Self> {
        let family = watch.0;
        // Before the first dump can arrive.
        // SAFETY: The claim is held, and the family is static. `Drop` closes the users again, or
        // the error path below.
        unsafe { family.users.open() };
        // SAFETY: The family is static, and so is everything that it points to. By the type
        // invariants of `Family` nobody else registers it.
        let registered = to_result(unsafe { bindings::genl_register_family(family.family.get()) });
        if let Err(error) = registered {
            // SAFETY: The users were opened above.
            unsafe { family.users.close(family.name()) };
            return Err(error);
        }
        family.users.let_in();
        pr_info!("family {} is number {}\n", family.name(), family.id());
        Ok(Self(family))
    }
}

impl<N: NetState> Drop for Visible<N> {
    fn drop(&mut self) {
        // From here on an open dump fails, and an open file cannot enter its namespace any more.
        // SAFETY: `new` has opened the users.
        unsafe { self.0.users.close(self.0.name()) };
        // SAFETY: The family is registered. This returns when no do-request is being handled any
        // more and no request can come in.
        unsafe { bindings::genl_unregister_family(self.0.family.get()) };
        pr_info!("family {} is unregistered\n", self.0.name());
    }
}

/// Creates the state of a namespace, in the memory that the kernel has allocated for it.
///
/// # Safety
///
/// To be called by the kernel only, as `pernet_operations::init` of `N`'s family.
unsafe extern "C" fn init<N: NetState>(net: *mut bindings::net) -> c_int {
    // SAFETY: This is the callback that creates a state, and the kernel passes a namespace.
    let (slot, net) = unsafe { (slot_ptr::<N>(net), NonNull::new_unchecked(net)) };
    // SAFETY: The helper may be called in any context that may sleep, such as this one.
    let Some(kept) = NonNull::new(unsafe { helpers::genl_helper_store_new() }) else {
        return ENOMEM.to_errno();
    };
    // SAFETY: The memory has the size and, as `Family::new` has checked, the alignment of a slot.
    // It stays in place until the kernel frees it, after `exit` or if this fails. Nobody else uses
    // it yet.
    // INVARIANT: All fields are written.
    let made = unsafe {
        (&raw mut (*slot).net).write(net);
        (&raw mut (*slot).kept).write(kept);
        helpers::genl_helper_timer_init(
            Opaque::cast_into(&raw mut (*slot).timer),
            Some(expired::<N>),
        );
        N::new(NewNet::from_raw(net)).__init(&raw mut (*slot).state)
    };
    match made {
        Ok(()) => 0,
        Err(error) => {
            // SAFETY: The reference was taken above, and there is no slot that owns it.
            unsafe { helpers::genl_helper_store_put(kept.as_ptr()) };
            error.to_errno()
        }
    }
}

/// Drops the state of a namespace.
///
/// # Safety
///
/// To be called by the kernel only, as `pernet_operations::exit` of `N`'s family.
unsafe extern "C" fn exit<N: NetState>(net: *mut bindings::net) {
    // SAFETY: This is the callback that drops a state. The kernel calls it once for each namespace
    // for which `init` has succeeded.
    let slot = unsafe { slot_ptr::<N>(net) };
    // SAFETY: As above. The timer is initialized by the type invariants. This waits while it runs,
    // and disables it, so that nothing sets it again.
    unsafe { bindings::disable_delayed_work_sync((*slot).timer.get()) };
    // SAFETY: As above.
    unsafe { (*slot).state.end() };
    // SAFETY: As above. No more requests are kept after this: only a request that is being handled
    // can be kept, and there is none, see below.
    unsafe { helpers::genl_helper_store_sever((*slot).kept.as_ptr(), true) };
    // SAFETY: `init` has created the slot. Nobody has a reference to it, as the timer is disabled:
    // - If the namespace ends, nobody holds the namespace: no socket in it is open, so no request
    //   or dump runs, and neither a notification of a released socket nor an `Entered` holds it.
    // - If the family goes, `Visible` has closed the users, or never opened them. So no `Entered`,
    //   and no `start` or `dumpit` of a dump, uses the slot or can begin to. `Visible` has also
    //   unregistered the family, or never registered it, so no do-request runs. The notifier is
    //   not registered, because `SocketWatch` is dropped before `Pernet`. A dump that is still open
    //   fails the next time it is read, before it looks for the slot; its `done` does not use the
    //   slot.
    unsafe {
        let kept = (*slot).kept;
        core::ptr::drop_in_place(slot);
        // Dropping the slot does not drop its reference to the store.
        helpers::genl_helper_store_put(kept.as_ptr());
    }
}

/// Called when the timer of a namespace expires.
///
/// # Safety
///
/// To be called by the kernel only, as the work of the timer in a slot of `N`'s family.
unsafe extern "C" fn expired<N: NetState>(work: *mut bindings::work_struct) {
    // SAFETY: The work belongs to a timer, which is in a slot. `exit` waits for this to return
    // before it drops the slot.
    let slot = unsafe {
        let timer = container_of!(work, bindings::delayed_work, work);
        let timer = Opaque::cast_from(timer).cast_mut();
        &*container_of!(timer, Slot<N>, timer)
    };
    // If the family is gone, the timer is not needed: `NetState::end` ends all pending work.
    //
    // SAFETY: Only a request, a user or a socket with a kept request can have set the timer, so the
    // family was registered.
    if let Ok(entered) = unsafe { Entered::new(|| Namespace::of_slot(slot)) } {
        N::timer(&entered);
    }
}

/// Called when a netlink socket is released.
///
/// # Safety
///
/// To be called by the kernel only, as netlink's notifier of `N`'s family.
unsafe extern "C" fn socket_event<N: NetState>(
    _block: *mut bindings::notifier_block,
    event: c_ulong,
    data: *mut c_void,
) -> c_int {
    if event == bindings::NETLINK_URELEASE as c_ulong {
        // SAFETY: The kernel passes a `netlink_notify` with this event.
        let closed = unsafe { &*data.cast::<bindings::netlink_notify>() };
        if closed.protocol == bindings::NETLINK_GENERIC as c_int {
            // A socket of user space holds its namespace until its memory is freed, which is later.
            // The kernel's own sockets may be released while their namespace ends, after its state
            // was dropped; they have no kept requests.
            //
            // SAFETY: The namespace's memory exists while a socket in it is released.
            if unsafe { helpers::genl_helper_net_try_get(closed.net) } {
                // SAFETY: The notifier is registered after the states of all namespaces are
                // created. It is unregistered before the first of them is dropped, because
                // `SocketWatch` is dropped before `Pernet` and waits for this to return. This
                // namespace does not end while it is held, as it is until after the call below.
                let namespace = unsafe { Namespace::of_net(closed.net) };
                namespace.sever_closed();
                N::socket_closed(namespace, closed.portid);
                // SAFETY: The reference was taken above.
                unsafe { helpers::genl_helper_net_put(closed.net) };
            }
        }
    }
    bindings::NOTIFY_DONE as c_int
}
