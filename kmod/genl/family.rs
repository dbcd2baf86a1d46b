// SPDX-License-Identifier: GPL-2.0

//! Families, the state they have in each network namespace, and their registration.
//!
//! C headers: [`include/net/genetlink.h`](srctree/include/net/genetlink.h),
//! [`include/net/net_namespace.h`](srctree/include/net/net_namespace.h)

use super::{
    helpers,
    op::Ops, //
};
use core::{
    cell::UnsafeCell,
    marker::PhantomData, //
};
use kernel::{
    bindings,
    error::to_result,
    ffi::{
        c_char,
        c_int,
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
    const FAMILY: &'static Family<Self>;

    /// Makes the state of a new namespace. May sleep.
    fn new() -> impl PinInit<Self, Error>;
}

/// A Generic Netlink family that has a state `N` in each network namespace.
///
/// Its operations run in parallel, and in all namespaces.
///
/// # Invariants
///
/// Where `registered` is set, exactly one [`Registration`] of this family exists or is being made
/// or dropped, and only that one touches the other fields, but for `id` and `groups`, which are not written while
/// the family or the state of a namespace can be reached.
#[repr(C)]
pub(crate) struct Family<N: 'static> {
    family: Opaque<bindings::genl_family>,
    groups: &'static [MulticastGroup],
    pernet: Opaque<bindings::pernet_operations>,
    id: UnsafeCell<c_uint>,
    registered: AtomicFlag,
    _state: PhantomData<fn(&N)>,
}

// SAFETY: By the type invariants its fields are written by one registration at a time, and the
// kernel's own use of them is locked by the kernel.
unsafe impl<N: Send + Sync> Sync for Family<N> {}

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
        assert!(align_of::<N>() <= bindings::ARCH_KMALLOC_MINALIGN);
        Self {
            family: Opaque::new(family),
            groups,
            pernet: Opaque::new(pin_init::zeroed()),
            id: UnsafeCell::new(0),
            registered: AtomicFlag::new(false),
            _state: PhantomData,
        }
    }

    /// How many multicast groups it has.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The state of the namespace that a request came from.
    ///
    /// # Safety
    ///
    /// `info` must be the information of a request to this family that is being handled, and `'a`
    /// must end before that does.
    pub(super) unsafe fn state_of_request<'a>(&self, info: *const bindings::genl_info) -> &'a N {
        // SAFETY: `id` is not written while the family can be reached, by the type invariants.
        // The namespace's state was made by `net_init` before the family could be reached in it.
        unsafe { &*helpers::genl_helper_net_state(info, *self.id.get()).cast::<N>() }
    }
}

/// Makes the state of a namespace, in the memory that the kernel has set aside for it.
///
/// # Safety
///
/// To be called by the kernel only, as `pernet_operations::init` of `N`'s family.
unsafe extern "C" fn net_init<N: NetState>(net: *mut bindings::net) -> c_int {
    // SAFETY: The kernel wrote `id` before it called this, and it is not written again before all
    // namespaces have been through `net_exit`.
    let slot = unsafe { helpers::genl_helper_net_generic(net, *N::FAMILY.id.get()) };
    // SAFETY: The slot has the size and, as `Family::new` has checked, the alignment of `N`. It
    // stays where it is until the kernel frees it, after `net_exit` or where this fails.
    match unsafe { N::new().__init(slot.cast()) } {
        Ok(()) => 0,
        Err(error) => error.to_errno(),
    }
}

/// Drops the state of a namespace.
///
/// # Safety
///
/// To be called by the kernel only, as `pernet_operations::exit` of `N`'s family.
unsafe extern "C" fn net_exit<N: NetState>(net: *mut bindings::net) {
    // SAFETY: As in `net_init`, which has initialized this namespace's slot: the kernel calls this
    // once for each namespace for which that succeeded. No request is being handled in it: there
    // is no socket left in a namespace that ends, or the family is gone already.
    unsafe {
        let slot = helpers::genl_helper_net_generic(net, *N::FAMILY.id.get());
        core::ptr::drop_in_place(slot.cast::<N>());
    }
}

/// A family that is visible.
///
/// The state of every namespace is made before, and dropped after, requests can come in.
pub(crate) struct Registration<N: NetState> {
    family: &'static Family<N>,
}

impl<N: NetState> Registration<N> {
    /// Makes `N`'s family visible in all network namespaces, now and for those yet to come.
    ///
    /// Fails with `EBUSY` if it is already, with `EEXIST` if another family has its name, or where
    /// a namespace's state cannot be made.
    pub(crate) fn new() -> Result<Self> {
        let family = N::FAMILY;
        if family.registered.xchg(true, Acquire) {
            return Err(EBUSY);
        }
        // Undoes the step above where one of those below fails, and all steps where none does.
        let pernet = Pernet::<N>::new(family).inspect_err(|_| {
            family.registered.store(false, Release);
        })?;
        // SAFETY: The family is static, and so is all that it points to. By the type invariants
        // of `Family` nobody else registers it.
        let registered = to_result(unsafe { bindings::genl_register_family(family.family.get()) });
        if let Err(error) = registered {
            drop(pernet);
            family.registered.store(false, Release);
            return Err(error);
        }
        core::mem::forget(pernet);
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
        // SAFETY: The family is registered. This returns when no request is being handled any
        // more and none can come in.
        unsafe { bindings::genl_unregister_family(self.family.family.get()) };
        drop(Pernet::<N> {
            family: self.family,
        });
        self.family.registered.store(false, Release);
    }
}

/// The states of all namespaces.
struct Pernet<N: NetState> {
    family: &'static Family<N>,
}

impl<N: NetState> Pernet<N> {
    fn new(family: &'static Family<N>) -> Result<Self> {
        let operations = bindings::pernet_operations {
            init: Some(net_init::<N>),
            exit: Some(net_exit::<N>),
            id: family.id.get(),
            size: size_of::<N>(),
            ..pin_init::zeroed()
        };
        // SAFETY: By the type invariants of `Family` nobody else uses the field, and it is not on
        // the kernel's list.
        unsafe { family.pernet.get().write(operations) };
        // SAFETY: The operations are static, and stay as they are until they are unregistered.
        to_result(unsafe { bindings::register_pernet_subsys(family.pernet.get()) })?;
        Ok(Self { family })
    }
}

impl<N: NetState> Drop for Pernet<N> {
    fn drop(&mut self) {
        // SAFETY: They were registered in `new`.
        unsafe { bindings::unregister_pernet_subsys(self.family.pernet.get()) };
    }
}
