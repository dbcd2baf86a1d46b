// SPDX-License-Identifier: GPL-2.0

//! Families, the state they have in each network namespace, and their registration.
//!
//! C headers: [`include/net/genetlink.h`](srctree/include/net/genetlink.h),
//! [`include/net/net_namespace.h`](srctree/include/net/net_namespace.h)

use super::{
    namespace::{
        self,
        Namespace,
        Slot,
        Users, //
    },
    op::Ops, //
};
use core::{
    cell::UnsafeCell,
    marker::PhantomData,
    ptr, //
};
use kernel::{
    bindings,
    error::to_result,
    ffi::{
        c_char,
        c_uint, //
    },
    net::netlink::MulticastGroup,
    prelude::*,
    sync::atomic::{
        ordering::{
            Acquire,
            Release, //
        },
        AtomicFlag, //
    },
    types::Opaque, //
};

/// What a family keeps for each network namespace.
///
/// Made when the namespace is, or when the family is registered; dropped with whichever goes first.
pub(crate) trait NetState: Sized + Send + Sync + 'static {
    /// The family that this is the state of. A constant, so that it is the same whenever asked.
    const FAMILY: FamilyRef<Self>;

    /// Makes the state of a new namespace. May sleep.
    fn new() -> impl PinInit<Self, Error>;

    /// A socket of Generic Netlink in this namespace was closed, whose port was `portid`. A
    /// [`Peer`](super::Peer) that is it says so; another socket may have the port already.
    ///
    /// No request of the socket's comes any more, and none is being handled. May sleep.
    fn socket_closed(_namespace: Namespace<'_, Self>, _portid: u32) {}

    /// The time that [`Namespace::wake_in`] was told has passed. May sleep; is not called twice at
    /// a time.
    fn alarm(_namespace: Namespace<'_, Self>) {}

    /// The namespace, or the family, goes: no hook above is called any more, and no request comes.
    fn end(&self) {}
}

/// A Generic Netlink family that has a state `N` in each network namespace.
///
/// Its operations run in parallel, and in all namespaces.
///
/// # Invariants
///
/// Where `registered` is set, exactly one [`Registration`] of this family exists or is being made
/// or dropped, and only that one touches the other fields, but for `users`, which locks itself, and
/// for `id` and `groups`, which are not written while the family or the state of a namespace can be
/// reached.
#[repr(C)]
pub(crate) struct Family<N: 'static> {
    family: Opaque<bindings::genl_family>,
    groups: &'static [MulticastGroup],
    pernet: Opaque<bindings::pernet_operations>,
    notifier: Opaque<bindings::notifier_block>,
    users: Users,
    id: UnsafeCell<c_uint>,
    registered: AtomicFlag,
    _state: PhantomData<fn(&N)>,
}

// SAFETY: By the type invariants its fields are written by one registration at a time, and the
// kernel's own use of them is locked by the kernel.
unsafe impl<N: Send + Sync> Sync for Family<N> {}

/// A static [`Family`], as a constant can name it.
///
/// In place of a plain reference, which Rust 1.85, that of Debian's own kernel, refuses in a
/// constant where what it leads to can change.
///
/// # Invariants
///
/// The pointer comes from a `&'static Family<N>`.
pub(crate) struct FamilyRef<N: 'static>(*const Family<N>);

impl<N> FamilyRef<N> {
    /// Refers to `family`.
    pub(crate) const fn to(family: &'static Family<N>) -> Self {
        // INVARIANT: It comes from such a reference.
        Self(ptr::from_ref(family))
    }

    /// The family.
    #[inline]
    pub(super) const fn get(self) -> &'static Family<N> {
        // SAFETY: By the type invariants it comes from a `&'static` reference: the family is valid
        // for ever, and a shared borrow that never ends leaves no room for a mutable one.
        unsafe { &*self.0 }
    }
}

impl<N: NetState> Family<N> {
    /// A family, for a static. `name` has at most 15 bytes.
    pub(crate) const fn new(
        module: &'static ThisModule,
        name: &'static CStr,
        version: u8,
        ops: Ops<N>,
        groups: &'static [MulticastGroup],
    ) -> Self {
        let mut family = bindings::genl_family {
            version: version as c_uint,
            // `netnsok` and `parallel_ops`, which are the first two bits.
            _bitfield_1: bindings::__BindgenBitfieldUnit::new([
                if cfg!(target_endian = "little") {
                    0b0000_0011
                } else {
                    0b1100_0000
                },
            ]),
            module: module.as_ptr(),
            split_ops: ops.table.as_ptr().cast(),
            // `Ops::new` has seen that they fit.
            n_split_ops: ops.table.len() as u8,
            resv_start_op: ops.resv_start_op,
            mcgrps: groups.as_ptr().cast(),
            n_mcgrps: groups.len() as u8,
            ..pin_init::zeroed()
        };
        assert!(groups.len() <= u8::MAX as usize, "too many groups");
        let bytes = name.to_bytes_with_nul();
        assert!(bytes.len() <= family.name.len(), "family name too long");
        let mut i = 0;
        while i < bytes.len() {
            family.name[i] = bytes[i] as c_char;
            i += 1;
        }
        // The kernel allocates the states with `kzalloc`, which promises this alignment.
        assert!(align_of::<Slot<N>>() <= bindings::ARCH_KMALLOC_MINALIGN);
        Self {
            family: Opaque::new(family),
            groups,
            pernet: Opaque::new(pin_init::zeroed()),
            notifier: Opaque::new(pin_init::zeroed()),
            users: Users::new(),
            id: UnsafeCell::new(0),
            registered: AtomicFlag::new(false),
            _state: PhantomData,
        }
    }

    /// How many multicast groups it has.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The family as the kernel knows it.
    pub(super) fn as_ptr(&self) -> *const bindings::genl_family {
        self.family.get()
    }

    /// Who works with a namespace's state without a request.
    pub(super) fn users(&self) -> &Users {
        &self.users
    }

    /// The number under which the kernel keeps the states of this family.
    ///
    /// # Safety
    ///
    /// To be called only while the states of all namespaces are registered, or from the callbacks
    /// that make and drop one.
    pub(super) unsafe fn state_id(&self) -> c_uint {
        // SAFETY: The kernel wrote `id` before it made the first state, and it is not written again
        // before all are dropped.
        unsafe { *self.id.get() }
    }
}

/// A family that is visible.
///
/// The state of every namespace is made before, and dropped after, requests can come in; so is the
/// word of closed sockets, while every state is there. Dropping it waits for requests that are
/// being handled and for every [`OpenNet`](super::OpenNet).
pub(crate) struct Registration<N: NetState> {
    family: &'static Family<N>,
}

impl<N: NetState> Registration<N> {
    /// Makes `N`'s family visible in all network namespaces, now and for those yet to come.
    ///
    /// Fails with `EBUSY` if it is already, with `EEXIST` if another family has its name, or where
    /// a namespace's state cannot be made.
    pub(crate) fn new() -> Result<Self> {
        let family = N::FAMILY.get();
        if family.registered.xchg(true, Acquire) {
            return Err(EBUSY);
        }
        let started = Started::<N>::new(family).inspect_err(|_| {
            family.registered.store(false, Release);
        })?;
        // SAFETY: The family is static, and so is all that it points to. By the type invariants
        // of `Family` nobody else registers it.
        let registered = to_result(unsafe { bindings::genl_register_family(family.family.get()) });
        if let Err(error) = registered {
            drop(started);
            family.registered.store(false, Release);
            return Err(error);
        }
        core::mem::forget(started);
        // SAFETY: This is the family's registration; one before it has closed what it opened.
        unsafe { family.users.open() };
        Ok(Self { family })
    }
}

impl<N: NetState> Registration<N> {
    /// The family's number, as the kernel gave it out.
    pub(crate) fn id(&self) -> u16 {
        // SAFETY: The kernel writes the field when the family is registered, which it was before
        // this registration was made, and not again while it is.
        unsafe { (*self.family.family.get()).id as u16 }
    }
}

impl<N: NetState> Drop for Registration<N> {
    fn drop(&mut self) {
        // SAFETY: `new` has opened it.
        unsafe { self.family.users.close() };
        // SAFETY: The family is registered. This returns when no request is being handled any
        // more and none can come in.
        unsafe { bindings::genl_unregister_family(self.family.family.get()) };
        drop(Started::<N> {
            _notifier: Notifier(self.family),
            _pernet: Pernet(self.family),
        });
        self.family.registered.store(false, Release);
    }
}

/// All that must be there before a request comes in. Dropped in the order of the fields, which is
/// the reverse of that in which they are made.
struct Started<N: NetState> {
    _notifier: Notifier<N>,
    _pernet: Pernet<N>,
}

impl<N: NetState> Started<N> {
    fn new(family: &'static Family<N>) -> Result<Self> {
        let pernet = Pernet::new(family)?;
        Ok(Self {
            _notifier: Notifier::new(family)?,
            _pernet: pernet,
        })
    }
}

/// The states of all namespaces.
struct Pernet<N: NetState>(&'static Family<N>);

impl<N: NetState> Pernet<N> {
    fn new(family: &'static Family<N>) -> Result<Self> {
        let operations = bindings::pernet_operations {
            init: Some(namespace::init::<N>),
            exit: Some(namespace::exit::<N>),
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

/// Word of every netlink socket that is closed.
struct Notifier<N: NetState>(&'static Family<N>);

impl<N: NetState> Notifier<N> {
    fn new(family: &'static Family<N>) -> Result<Self> {
        let block = bindings::notifier_block {
            notifier_call: Some(namespace::socket_event::<N>),
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
