// SPDX-License-Identifier: GPL-2.0

//! Families, and the state they have in each network namespace.
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

/// What a family keeps for each network namespace.
///
/// Made when the namespace is, or when the family is registered; dropped with whichever goes first.
pub(crate) trait NetState: Sized + Send + Sync + 'static {
    /// The family that this is the state of. A constant, so that it is the same whenever asked.
    const FAMILY: FamilyRef<Self>;

    /// Makes the state of the namespace `net`. May sleep. A family that keeps nothing has a state
    /// without fields: `Ok(Self)`.
    fn new(net: NewNet<'_>) -> impl PinInit<Self, Error>;

    /// Called when a Generic Netlink socket in this namespace, whose port was `portid`, was
    /// released. Another socket may have the port already. Whether a kept request came from the
    /// released one, [`Kept::is_closed`](super::prelude::Kept::is_closed) returns.
    ///
    /// The socket sends no more requests, and none of its requests is being handled. May sleep.
    fn socket_closed(_namespace: Namespace<'_, Self>, _portid: u32) {}

    /// Called when the time passed to [`Namespace::wake_in`] is up, unless the family is gone. May
    /// sleep; never called twice at a time in a namespace.
    fn alarm(_entered: &Entered<'_, Self>) {}

    /// Called when the namespace or the family goes. No hook above is called any more, and no
    /// request comes. May sleep.
    fn end(&self) {}
}

/// A Generic Netlink family that has a state `N` in each network namespace.
///
/// Its operations run in parallel, and in all namespaces.
///
/// # Invariants
///
/// Where `registered` is set, exactly one [`Module`](super::Module) with this family exists or is
/// being made or dropped, and only that one touches the other fields, except for `users`, which
/// synchronizes itself, and for `id` and `groups`, which are not written while the family or the
/// state of a namespace can be reached.
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
    /// A family, for a static. `name` has at most 15 bytes. `header_len` is how many bytes its own
    /// header takes in each message.
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
            // `netnsok` and `parallel_ops`, which are the first two bits.
            _bitfield_1: bindings::__BindgenBitfieldUnit::new([
                if cfg!(target_endian = "little") {
                    0b0000_0011
                } else {
                    0b1100_0000
                },
            ]),
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

    /// Its module.
    pub(super) fn module(&self) -> *mut bindings::module {
        // SAFETY: The field is written by `new` only.
        unsafe { (*self.family.get()).module }
    }

    /// Its name.
    pub(super) fn name(&self) -> &CStr {
        // SAFETY: The field is written by `new` only, which has put a string there with its NUL.
        unsafe { CStr::from_char_ptr((&raw const (*self.family.get()).name).cast()) }
    }

    /// Its number, or 0 if it was never registered.
    pub(super) fn id(&self) -> c_int {
        // SAFETY: The field is written when the family is registered, before anybody can reach it.
        unsafe { (*self.family.get()).id }
    }

    /// Those who use the states without a do-request.
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

/// A multicast group.
#[repr(transparent)]
pub(crate) struct Group(bindings::genl_multicast_group);

impl Group {
    /// A group that everyone may join. `name` has at most 15 bytes.
    pub(crate) const fn new(name: &'static CStr) -> Self {
        let mut group: bindings::genl_multicast_group = pin_init::zeroed();
        put_name(&mut group.name, name);
        Self(group)
    }

    /// The group, for those with `CAP_NET_ADMIN` in the user namespace that owns the network
    /// namespace.
    pub(crate) const fn for_admin(mut self) -> Self {
        // `GENL_MCAST_CAP_NET_ADMIN`, which the bindings lack.
        self.0.flags |= 1 << 0;
        self
    }
}

/// Puts a name and its NUL into a field of the kernel's.
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
    /// The first number from which on no operation relaxes the core's validation: of these the core
    /// checks the headers, too.
    pub(super) strict_from: u8,
    pub(super) _state: PhantomData<fn(&N)>,
}

/// What the layer keeps in each namespace: the state, and what belongs to it.
///
/// # Invariants
///
/// `net` is the namespace that the slot is in. `kept` is a store of
/// [`Kept`](super::prelude::Kept) requests, of which the slot owns a reference. `alarm` is
/// initialized.
pub(super) struct Slot<N> {
    pub(super) net: NonNull<bindings::net>,
    pub(super) kept: NonNull<helpers::Store>,
    pub(super) alarm: Opaque<bindings::delayed_work>,
    pub(super) state: N,
}

/// Where the slot of `net` is.
///
/// # Safety
///
/// `net` must be a namespace, and the states of all namespaces registered or being so.
pub(super) unsafe fn slot_ptr<N: NetState>(net: *const bindings::net) -> *mut Slot<N> {
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

/// A network namespace in which a family's state is being made.
#[derive(Clone, Copy)]
pub(crate) struct NewNet<'a>(NonNull<bindings::net>, PhantomData<&'a bindings::net>);

impl NewNet<'_> {
    /// # Safety
    ///
    /// `net` must be a namespace for as long as this lives.
    pub(super) unsafe fn from_raw(net: NonNull<bindings::net>) -> Self {
        Self(net, PhantomData)
    }

    /// Whether this is the initial namespace.
    pub(crate) fn is_initial(self) -> bool {
        ptr::eq(self.0.as_ptr(), &raw const bindings::init_net)
    }

    /// The namespace's number, which `/proc/self/ns/net` shows.
    pub(crate) fn inum(self) -> u32 {
        // SAFETY: By the safety requirements of `from_raw`; the number is set before a state is
        // made, and never changes.
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
    /// The namespace that a request came from.
    ///
    /// # Safety
    ///
    /// `info` must be the information of a request to `N`'s family that is being handled, and `'a`
    /// must end before that does.
    pub(super) unsafe fn of_request(info: *const bindings::genl_info) -> Self {
        // SAFETY: The namespace of the socket that the request came from is there while it is
        // handled: sockets of user space hold it, and those of the kernel's own go with it. The
        // family, without which there is no request, is visible only while the states of all
        // namespaces are there.
        Self(unsafe { slot(helpers::genl_helper_info_net(info)) })
    }

    /// The namespace `net`.
    ///
    /// # Safety
    ///
    /// `net` must be a namespace whose slot is made, and `'a` must end before that is dropped.
    pub(super) unsafe fn of_net(net: *const bindings::net) -> Self {
        // SAFETY: By the safety requirements of this function.
        Self(unsafe { slot(net) })
    }

    /// The namespace that `slot` is in.
    pub(super) fn of_slot(slot: &'a Slot<N>) -> Self {
        Self(slot)
    }

    pub(super) fn net(self) -> *mut bindings::net {
        self.0.net.as_ptr()
    }

    /// The store of its kept requests.
    pub(super) fn kept(self) -> *mut helpers::Store {
        self.0.kept.as_ptr()
    }

    /// Lets go of sockets that are closed, so that no kept request holds the namespace.
    pub(super) fn sever_closed(self) {
        // SAFETY: The store is the slot's by the type invariants, and there for `'a`.
        unsafe { helpers::genl_helper_store_sever(self.kept(), false) };
    }

    /// The family's state in it.
    pub(crate) fn state(self) -> &'a N {
        &self.0.state
    }

    /// Has [`NetState::alarm`] called in `ns` nanoseconds, or some milliseconds later. This
    /// replaces the time that was set before.
    pub(crate) fn wake_in(self, ns: u64) {
        // SAFETY: The alarm is initialized by the type invariants, and its slot is there for `'a`:
        // `exit` ends it before it drops that.
        unsafe { helpers::genl_helper_alarm_set(self.0.alarm.get(), ns) };
    }
}

/// A network namespace in which the family is used without a request. The family is not
/// unregistered while this lives, so nothing that a user can delay belongs into its life.
///
/// # Invariants
///
/// This is one of the family's users, which entered when the family was visible.
pub(crate) struct Entered<'a, N: NetState>(Namespace<'a, N>);

impl<'a, N: NetState> Entered<'a, N> {
    /// Enters the namespace that `get` returns, which is called if the family is visible. Fails
    /// with `ENODEV` if it is not.
    pub(super) fn new(get: impl FnOnce() -> Namespace<'a, N>) -> Result<Self> {
        N::FAMILY.get().users().enter_visible()?;
        // INVARIANT: This has succeeded.
        Ok(Self(get()))
    }

    /// The namespace.
    pub(crate) fn namespace(&self) -> Namespace<'a, N> {
        self.0
    }
}

impl<N: NetState> Drop for Entered<'_, N> {
    fn drop(&mut self) {
        N::FAMILY.get().users().leave();
    }
}
