// SPDX-License-Identifier: GPL-2.0

//! A module that serves a family: what it registers, in which order, and what the kernel calls.
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

/// What a module shows to users besides its family, such as a device file.
///
/// Made before the family is visible and dropped after it has gone. Until the family is visible
/// [`OpenNet::current`](super::prelude::OpenNet::current) fails, and so must every call by which a
/// user could hold the module, such as `open`: otherwise a load that fails waits for that user.
pub(crate) trait Channels: Sized + Send + Sync {
    /// Makes them. May fail: nobody can hold the module yet.
    fn new() -> impl PinInit<Self, Error>;
}

/// Nothing.
impl Channels for () {
    fn new() -> impl PinInit<Self, Error> {
        Ok(())
    }
}

/// A module that serves the family of `N`, and `C` beside it.
///
/// To be named as the `type` of the `module!` macro, which is the only way to register a family.
/// This is what keeps the order of things: the kernel frees a module whose init fails even if a
/// dump or an open file holds a reference to it, so nothing may fail once a user can take one. The
/// family becomes visible last, when all else has succeeded, and goes first.
///
/// Several families in one module are not supported yet.
#[pin_data]
pub(crate) struct Module<N: NetState, C: Channels> {
    // Dropped in this order.
    _visible: Visible<N>,
    #[pin]
    _channels: C,
    _quiet: Quiet<N>,
    _notifier: Notifier<N>,
    _pernet: Pernet<N>,
    _claim: Claim<N>,
}

impl<N: NetState, C: Channels> kernel::InPlaceModule for Module<N, C> {
    fn init(module: &'static ThisModule) -> impl PinInit<Self, Error> {
        // In the reverse order of the fields; where one fails, those before it are dropped.
        try_pin_init!(Self {
            _claim: Claim::new(module)?,
            _pernet: Pernet::new(_claim)?,
            _notifier: Notifier::new(_pernet)?,
            _quiet: Quiet(N::FAMILY.get()),
            _channels <- C::new(),
            _visible: Visible::new(_notifier)?,
        })
    }
}

/// The right to register the family, which one registration has at a time.
struct Claim<N: NetState>(&'static Family<N>);

impl<N: NetState> Claim<N> {
    /// Fails with `EBUSY` if another has it, and with `EINVAL` if `module` is not the family's, as
    /// dumps hold the family's.
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

/// The states of all namespaces, those yet to come among them.
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
        // SAFETY: The operations are static, and stay as they are until they are unregistered.
        to_result(unsafe { bindings::register_pernet_subsys(family.pernet.get()) })?;
        Ok(Self(family))
    }
}

impl<N: NetState> Drop for Pernet<N> {
    fn drop(&mut self) {
        // SAFETY: They were registered in `new`.
        unsafe { bindings::unregister_pernet_subsys(self.0.pernet.get()) };
    }
}

/// Notifies the family when a netlink socket is released.
struct Notifier<N: NetState>(&'static Family<N>);

impl<N: NetState> Notifier<N> {
    fn new(pernet: &Pernet<N>) -> Result<Self> {
        let family = pernet.0;
        let block = bindings::notifier_block {
            notifier_call: Some(socket_event::<N>),
            ..pin_init::zeroed()
        };
        // SAFETY: By the type invariants of `Family` nobody else uses the field, and it is not on
        // the kernel's list.
        unsafe { family.notifier.get().write(block) };
        // SAFETY: The block is static, and stays until it is unregistered.
        to_result(unsafe { bindings::netlink_register_notifier(family.notifier.get()) })?;
        Ok(Self(family))
    }
}

impl<N: NetState> Drop for Notifier<N> {
    fn drop(&mut self) {
        // SAFETY: It was registered in `new`. This returns when no call of it is running any more.
        // It cannot fail: the block is on the list.
        unsafe { bindings::netlink_unregister_notifier(self.0.notifier.get()) };
    }
}

/// Waits, where init fails, for users who came too early.
///
/// An `open` that fails still holds the module for a moment after it has returned, and the code
/// that then lets go of it reads the module's memory.
struct Quiet<N: NetState>(&'static Family<N>);

impl<N: NetState> Drop for Quiet<N> {
    fn drop(&mut self) {
        // SAFETY: The module is null or the one that this code is in. The helper returns at once
        // unless the module's init is running, of which this is a part then.
        unsafe { helpers::genl_helper_wait_unreferenced(self.0.module()) };
    }
}

/// The family while users can reach it.
struct Visible<N: NetState>(&'static Family<N>);

impl<N: NetState> Visible<N> {
    /// Makes the family visible. Fails with `EEXIST` if another family has its name.
    fn new(notifier: &Notifier<N>) -> Result<Self> {
        let family = notifier.0;
        // Before the first dump can come.
        // SAFETY: The claim is ours, and `Drop` closes it; so does the failure below.
        unsafe { family.users.open() };
        // SAFETY: The family is static, and so is all that it points to. By the type invariants
        // of `Family` nobody else registers it.
        let registered = to_result(unsafe { bindings::genl_register_family(family.family.get()) });
        if let Err(error) = registered {
            // SAFETY: It was opened above.
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
        pr_info!("family {} goes\n", self.0.name());
        // A dump that is still open fails from here on, and an open file has no state any more.
        // SAFETY: `new` has opened it.
        unsafe { self.0.users.close(self.0.name()) };
        // SAFETY: The family is registered. This returns when no do-request is being handled any
        // more and no request can come in.
        unsafe { bindings::genl_unregister_family(self.0.family.get()) };
    }
}

/// Makes the state of a namespace, in the memory that the kernel has set aside for it.
///
/// # Safety
///
/// To be called by the kernel only, as `pernet_operations::init` of `N`'s family.
unsafe extern "C" fn init<N: NetState>(net: *mut bindings::net) -> c_int {
    // SAFETY: This is the callback that makes a state, and the kernel passes a namespace.
    let (slot, net) = unsafe { (slot_ptr::<N>(net), NonNull::new_unchecked(net)) };
    // SAFETY: This may be called at any time that may sleep, as a namespace is made.
    let Some(kept) = NonNull::new(unsafe { helpers::genl_helper_store_new() }) else {
        return ENOMEM.to_errno();
    };
    // SAFETY: The memory has the size and, as `Family::new` has checked, the alignment of a slot.
    // It stays where it is until the kernel frees it, after `exit` or where this fails; nobody else
    // knows of it yet.
    // INVARIANT: All fields are written.
    let made = unsafe {
        (&raw mut (*slot).net).write(net);
        (&raw mut (*slot).kept).write(kept);
        helpers::genl_helper_alarm_init(Opaque::cast_into(&raw mut (*slot).alarm), Some(ring::<N>));
        N::new(NewNet::from_raw(net)).__init(&raw mut (*slot).state)
    };
    match made {
        Ok(()) => 0,
        Err(error) => {
            // SAFETY: The reference was made above, and there is no slot to own it.
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
    // SAFETY: The kernel calls this once for each namespace for which `init` succeeded.
    let slot = unsafe { slot_ptr::<N>(net) };
    // SAFETY: As above. The alarm is initialized by the type invariants. This waits where it rings,
    // and from then on nothing sets it again.
    unsafe { bindings::disable_delayed_work_sync((*slot).alarm.get()) };
    // SAFETY: As above.
    unsafe { (*slot).state.end() };
    // SAFETY: As above. No request is kept any more after this: a request that is being handled
    // would be needed to keep another, and there is none, see below.
    unsafe { helpers::genl_helper_store_sever((*slot).kept.as_ptr(), true) };
    // SAFETY: `init` has made it. Nobody has a reference to it:
    // - If the namespace ends, nobody holds it: no socket in it is open, so no request or dump
    //   runs, and neither a notification of a released socket nor an `Entered` holds it.
    // - If the family goes, `Visible` has closed the users, so no callback of a dump and no
    //   `Entered` runs or can begin, and has unregistered the family, so no do-request does; and
    //   the notifier is gone, as `Notifier` is dropped before `Pernet`. A dump that is still open
    //   gets an error the next time it is read, before it looks for the state.
    unsafe {
        let kept = (*slot).kept;
        core::ptr::drop_in_place(slot);
        // The slot's reference to the store, which is not dropped with it.
        helpers::genl_helper_store_put(kept.as_ptr());
    }
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
    // If the family is gone, the alarm is not needed: `NetState::end` ends all pending work.
    if let Ok(entered) = Entered::new(|| Namespace::of_slot(slot)) {
        N::alarm(&entered);
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
        // SAFETY: This is what the kernel passes with this event.
        let closed = unsafe { &*data.cast::<bindings::netlink_notify>() };
        if closed.protocol == bindings::NETLINK_GENERIC as c_int {
            // A socket of user space holds its namespace until its memory is freed, which is later.
            // The kernel's own may be released while their namespace ends, after its state; they
            // have no kept requests.
            //
            // SAFETY: The namespace's memory is there while a socket in it is released.
            if unsafe { helpers::genl_helper_net_try_get(closed.net) } {
                // SAFETY: The notifier is registered after the states of all namespaces are made
                // and, as `Notifier` is dropped before `Pernet` and waits for this to return,
                // unregistered before the first is dropped. This namespace does not end while it
                // is held, as it is until after the call below.
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
