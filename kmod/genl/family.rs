// SPDX-License-Identifier: GPL-2.0

//! Families and their state in each network namespace.
//!
//! C headers: [`include/net/genetlink.h`](srctree/include/net/genetlink.h),
//! [`include/net/net_namespace.h`](srctree/include/net/net_namespace.h)

use super::{
    helpers,
    users::Users, //
};
use core::{
    cell::UnsafeCell,
    marker::PhantomData,
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::{
    bindings,
    ffi::{
        c_char,
        c_int,
        c_uint, //
    },
    prelude::*,
    sync::atomic::AtomicFlag,
    types::Opaque, //
};

/// The state that a family keeps for each network namespace.
///
/// Created with the namespace, or when the family's module is loaded. Dropped with the namespace or
/// the module, whichever goes first.
pub(crate) trait NetState: Sized + Send + Sync + 'static {
    /// The family that this state belongs to. A constant, so that it is the same at every use.
    const FAMILY: FamilyRef<Self>;

    /// Whether requests to the family run in parallel. Otherwise the kernel holds `genl_lock` for
    /// each do and for each buffer of a dump, so only one of them runs at a time, in all namespaces
    /// together. Between two buffers of a dump others may run. [`Self::timer`],
    /// [`Self::socket_closed`] and [`Entered`] users are not serialized.
    ///
    /// All such families and the controller share the lock: while a handler sleeps, every program
    /// that looks up a family waits.
    const PARALLEL: bool = true;

    /// Creates the state of the namespace `net`. May sleep. A family that keeps nothing returns
    /// `Ok(Self)`, for a type without fields.
    fn new(net: NewNet<'_>) -> impl PinInit<Self, Error>;

    /// Called after a Generic Netlink socket in this namespace, whose port was `portid`, was
    /// released. Another socket may have taken the port already: to find the kept requests of the
    /// released one, use [`Kept::is_closed`](super::prelude::Kept::is_closed).
    ///
    /// The socket sends no more requests, and none of its requests is being handled. May sleep.
    fn socket_closed(_namespace: Namespace<'_, Self>, _portid: u32) {}

    /// Called when the time passed to [`Namespace::set_timer`] has elapsed, unless the family is
    /// gone. May sleep. Calls for the same namespace never overlap.
    fn timer(_entered: &Entered<'_, Self>) {}

    /// Called before the state is dropped because the namespace or the family goes away. From then
    /// on neither the methods above nor the handlers are called. May sleep.
    fn end(&self) {}
}

/// A Generic Netlink family that has a state `N` in each network namespace.
///
/// Its operations run in all namespaces.
///
/// # Invariants
///
/// While `registered` is set, exactly one [`Module`](super::Module) with this family exists or is
/// being created or dropped. Only that one, and the kernel on its behalf, uses `pernet` and
/// `notifier`, and writes to `family` and `id`: to `family` only while users cannot reach the
/// family, and to `id` only while nobody can reach the state of a namespace. `users` synchronizes
/// itself.
#[repr(C)]
pub(crate) struct Family<N: 'static> {
    pub(super) family: Opaque<bindings::genl_family>,
    groups: &'static [Group],
    pub(super) pernet: Opaque<bindings::pernet_operations>,
    pub(super) notifier: Opaque<bindings::notifier_block>,
    pub(super) users: Users,
    pub(super) id: UnsafeCell<c_uint>,
    pub(super) registered: AtomicFlag,
    _state: PhantomData<fn(&N)>,
}

// SAFETY: By the type invariants one registration at a time writes to its fields, itself or through
// the kernel, which locks its own accesses. Everybody else uses fields that are atomic, or reads
// fields that are not written meanwhile.
unsafe impl<N: Send + Sync> Sync for Family<N> {}

/// A reference to a static [`Family`] that a constant can hold.
///
/// Rust 1.85, which Debian's own kernel is built with, does not allow a constant to hold a plain
/// reference to a static with interior mutability.
///
/// # Invariants
///
/// The pointer comes from a `&'static Family<N>`.
pub(crate) struct FamilyRef<N: 'static>(*const Family<N>);

impl<N> FamilyRef<N> {
    /// Refers to `family`.
    pub(crate) const fn to(family: &'static Family<N>) -> Self {
        // INVARIANT: The pointer comes from `family`.
        Self(ptr::from_ref(family))
    }

    /// Returns the family.
    #[inline]
    pub(super) const fn get(self) -> &'static Family<N> {
        // SAFETY: By the type invariants the pointer comes from a `&'static` reference, so the
        // family is always valid and never borrowed mutably.
        unsafe { &*self.0 }
    }
}

impl<N: NetState> Family<N> {
    /// Creates a family, for a static. `name` may have at most 15 bytes. `header_len` is the length
    /// in bytes of the family's own header in each message.
    pub(crate) const fn new(
        module: &'static ThisModule,
        name: &'static CStr,
        version: u8,
        header_len: usize,
        ops: Ops<N>,
        groups: &'static [Group],
    ) -> Self {
        let mut family = bindings::genl_family {
            version: version as c_uint,
            hdrsize: header_len as c_uint,
            _bitfield_1: bits(N::PARALLEL),
            module: module.as_ptr(),
            split_ops: ops.first,
            n_split_ops: ops.len,
            resv_start_op: ops.strict_from,
            mcgrps: groups.as_ptr().cast(),
            n_mcgrps: groups.len() as u8,
            ..pin_init::zeroed()
        };
        assert!(groups.len() <= u8::MAX as usize, "too many groups");
        put_name(&mut family.name, name);
        // The kernel allocates the slots with `kzalloc`, which guarantees this alignment.
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

    /// Returns the number of multicast groups.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Returns the kernel's `struct genl_family`.
    pub(super) fn as_ptr(&self) -> *const bindings::genl_family {
        self.family.get()
    }

    /// Returns the family's module.
    pub(super) fn module(&self) -> *mut bindings::module {
        // SAFETY: The field is written by `new` only.
        unsafe { (*self.family.get()).module }
    }

    /// Returns the family's name.
    pub(super) fn name(&self) -> &CStr {
        // SAFETY: The field is written by `new` only, which has put a string and its NUL there.
        unsafe { CStr::from_char_ptr((&raw const (*self.family.get()).name).cast()) }
    }

    /// Returns the family's number. Only meaningful while the family is registered.
    pub(super) fn id(&self) -> c_int {
        // SAFETY: The field is written when the family is registered, before anybody can reach it.
        unsafe { (*self.family.get()).id }
    }

    /// Returns the users of the family's states outside of do-requests.
    pub(super) fn users(&self) -> &Users {
        &self.users
    }

    /// Returns the number under which the kernel keeps the states of this family.
    ///
    /// # Safety
    ///
    /// To be called only while the states of all namespaces are registered, or from the callbacks
    /// that create and drop one.
    pub(super) unsafe fn state_id(&self) -> c_uint {
        // SAFETY: The kernel has written `id` before it creates the first state, and does not write
        // it again before all states are dropped.
        unsafe { *self.id.get() }
    }
}

/// A multicast group.
#[repr(transparent)]
pub(crate) struct Group(bindings::genl_multicast_group);

impl Group {
    /// Creates a group that everyone may join. `name` may have at most 15 bytes.
    pub(crate) const fn new(name: &'static CStr) -> Self {
        let mut group: bindings::genl_multicast_group = pin_init::zeroed();
        put_name(&mut group.name, name);
        Self(group)
    }

    /// Restricts joining the group to callers with `CAP_NET_ADMIN` in the user namespace that owns
    /// the network namespace.
    pub(crate) const fn for_admin(mut self) -> Self {
        // `GENL_MCAST_CAP_NET_ADMIN`, which the bindings lack.
        self.0.flags |= 1 << 0;
        self
    }
}

/// Returns the bits `netnsok`, which is set, and `parallel_ops` of a `struct genl_family`: the
/// first two of its bitfield.
const fn bits(parallel: bool) -> bindings::__BindgenBitfieldUnit<[u8; 1]> {
    let bits = 1 | (parallel as u8) << 1;
    bindings::__BindgenBitfieldUnit::new([if cfg!(target_endian = "little") {
        bits
    } else {
        bits.reverse_bits()
    }])
}

/// Copies a name and its NUL into a field of a kernel structure.
const fn put_name<const N: usize>(field: &mut [c_char; N], name: &CStr) {
    let bytes = name.to_bytes_with_nul();
    assert!(bytes.len() <= N, "a name is too long");
    let mut i = 0;
    while i < bytes.len() {
        field[i] = bytes[i] as c_char;
        i += 1;
    }
}

/// The operations of a family.
pub(crate) struct Ops<N: 'static> {
    pub(super) first: *const bindings::genl_split_ops,
    pub(super) len: u8,
    /// From this operation number on, no operation relaxes the core's validation. For these
    /// operations the core also checks the message's headers.
    pub(super) strict_from: u8,
    pub(super) _state: PhantomData<fn(&N)>,
}

/// The layer's data in each namespace: the family's state, its kept requests and its timer.
///
/// # Invariants
///
/// `net` is the namespace that the slot is in. `kept` is a store of
/// [`Kept`](super::prelude::Kept) requests, to which the slot owns a reference. `timer` is
/// initialized.
pub(super) struct Slot<N> {
    pub(super) net: NonNull<bindings::net>,
    pub(super) kept: NonNull<helpers::Store>,
    pub(super) timer: Opaque<bindings::delayed_work>,
    pub(super) state: N,
}

/// Returns a pointer to the slot of `net`, which may be uninitialized.
///
/// # Safety
///
/// `net` must be a namespace. Otherwise as for [`Family::state_id`].
pub(super) unsafe fn slot_ptr<N: NetState>(net: *const bindings::net) -> *mut Slot<N> {
    // SAFETY: By the safety requirements of this function.
    unsafe { helpers::genl_helper_net_generic(net, N::FAMILY.get().state_id()).cast() }
}

/// Returns the slot of `net`.
///
/// # Safety
///
/// `net` must be a namespace whose slot is initialized, and `'a` must end before the slot is
/// dropped.
unsafe fn slot<'a, N: NetState>(net: *const bindings::net) -> &'a Slot<N> {
    // SAFETY: By the safety requirements of this function.
    unsafe { &*slot_ptr(net) }
}

/// A network namespace in which a family's state is being created.
#[derive(Clone, Copy)]
pub(crate) struct NewNet<'a>(NonNull<bindings::net>, PhantomData<&'a bindings::net>);

impl NewNet<'_> {
    /// # Safety
    ///
    /// `net` must be a namespace for as long as the returned value lives.
    pub(super) unsafe fn from_raw(net: NonNull<bindings::net>) -> Self {
        Self(net, PhantomData)
    }

    /// Returns whether this is the initial namespace.
    pub(crate) fn is_initial(self) -> bool {
        ptr::eq(self.0.as_ptr(), &raw const bindings::init_net)
    }

    /// Returns the namespace's inode number, which `/proc/self/ns/net` shows.
    pub(crate) fn inum(self) -> u32 {
        // SAFETY: By the safety requirements of `from_raw`. The number is set before a state is
        // created, and never changes.
        unsafe { (*self.0.as_ptr()).ns.inum }
    }
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
    /// Returns the namespace that a request came from.
    ///
    /// # Safety
    ///
    /// `info` must be the information of a request to `N`'s family that is being handled, and `'a`
    /// must end before that does.
    pub(super) unsafe fn of_request(info: *const bindings::genl_info) -> Self {
        // SAFETY: The namespace of the socket that the request came from exists while the request
        // is handled: sockets of user space hold it, and the kernel's own sockets go with it. A
        // request is handled only while the family is visible, and the family is visible only while
        // the states of all namespaces are registered.
        let slot = unsafe { helpers::genl_helper_info_generic(info, N::FAMILY.get().state_id()) };
        // SAFETY: This is the slot of that namespace, which is initialized, because the states of
        // all namespaces exist as long as they are registered. `'a` ends before the request does.
        Self(unsafe { &*slot.cast_const().cast() })
    }

    /// Returns the namespace `net`.
    ///
    /// # Safety
    ///
    /// `net` must be a namespace whose slot is initialized, and `'a` must end before the slot is
    /// dropped.
    pub(super) unsafe fn of_net(net: *const bindings::net) -> Self {
        // SAFETY: By the safety requirements of this function.
        Self(unsafe { slot(net) })
    }

    /// Returns the namespace that `slot` is in.
    pub(super) fn of_slot(slot: &'a Slot<N>) -> Self {
        Self(slot)
    }

    pub(super) fn net(self) -> *mut bindings::net {
        self.0.net.as_ptr()
    }

    /// Returns the store of the namespace's kept requests.
    pub(super) fn kept(self) -> *mut helpers::Store {
        self.0.kept.as_ptr()
    }

    /// Drops the references of kept requests to closed sockets, which would hold the namespace.
    pub(super) fn sever_closed(self) {
        // SAFETY: By the type invariants of `Slot` the slot, which is borrowed for `'a`, owns a
        // reference to the store.
        unsafe { helpers::genl_helper_store_sever(self.kept(), false) };
    }

    /// Returns the family's state in this namespace.
    pub(crate) fn state(self) -> &'a N {
        &self.0.state
    }

    /// Schedules a call of [`NetState::timer`] in `ns` nanoseconds, or some milliseconds later.
    /// Replaces the time that was set before, whether sooner or later.
    pub(crate) fn set_timer(self, ns: u64) {
        // SAFETY: The timer is initialized by the type invariants of `Slot`, and the slot is
        // borrowed for `'a`. `exit` disables the timer before it drops the slot.
        unsafe { helpers::genl_helper_timer_set(self.0.timer.get(), ns) };
    }
}

/// A network namespace in which the family is used without a request. Unregistering the family
/// waits until this is dropped, so users must not be able to delay that.
///
/// # Invariants
///
/// This is one of the family's users, and has entered while the family was registered.
pub(crate) struct Entered<'a, N: NetState>(Namespace<'a, N>);

impl<'a, N: NetState> Entered<'a, N> {
    /// Enters the namespace that `get` returns. If the family is gone, fails with `ENODEV` and does
    /// not call `get`.
    ///
    /// # Safety
    ///
    /// The family must have been registered since its users were opened last.
    pub(super) unsafe fn new(get: impl FnOnce() -> Namespace<'a, N>) -> Result<Self> {
        N::FAMILY.get().users().enter()?;
        // INVARIANT: `enter` has succeeded. By the safety requirements of this function the family
        // is registered, and it is not unregistered before its users have left.
        Ok(Self(get()))
    }

    /// Returns the namespace.
    pub(crate) fn namespace(&self) -> Namespace<'a, N> {
        self.0
    }
}

impl<N: NetState> Drop for Entered<'_, N> {
    fn drop(&mut self) {
        N::FAMILY.get().users().leave();
    }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_family)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_are_those_that_the_kernel_reads() {
        for parallel in [false, true] {
            let family = bindings::genl_family {
                _bitfield_1: bits(parallel),
                ..pin_init::zeroed()
            };
            assert_eq!(family.netnsok(), 1);
            assert_eq!(family.parallel_ops(), u8::from(parallel));
        }
    }
}
