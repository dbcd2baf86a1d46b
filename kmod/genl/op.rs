// SPDX-License-Identifier: GPL-2.0

//! Operations: each a type, all of them a table.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    args::Arguments,
    dump::{
        self,
        Dump, //
    },
    family::{
        NetState,
        Ops, //
    },
    permission::Permission,
    policy::Policy,
    refusal::Refusal,
    request::Request, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    ffi::c_int,
    prelude::*, //
};

/// An operation that is done at a request, with at most one reply.
pub(crate) trait Do: 'static {
    /// Its number on the wire.
    const CMD: u8;

    /// Who may call it.
    const PERMISSION: Permission;

    /// The state it works on.
    type State: NetState;

    /// What it takes.
    type Args<'a>: Arguments<'a>;

    /// Handles a request.
    ///
    /// Runs in the context of the requester, may sleep, and may run on several CPUs at once.
    fn handle<'a>(
        request: &Request<'a, Self::State>,
        args: Self::Args<'a>,
    ) -> Result<(), Refusal<'a>>;
}

/// An entry of a family's table.
#[repr(transparent)]
pub(crate) struct Op<N> {
    op: bindings::genl_split_ops,
    _state: PhantomData<fn(&N)>,
}

// SAFETY: An entry is never written after it was made; it points to static data and functions.
unsafe impl<N> Sync for Op<N> {}

impl<N: NetState> Op<N> {
    /// The entry of `O`.
    pub(crate) const fn new_do<O: Do<State = N>>() -> Self {
        Self::new(
            bindings::genl_split_ops__bindgen_ty_1 {
                __bindgen_anon_1: bindings::genl_split_ops__bindgen_ty_1__bindgen_ty_1 {
                    pre_doit: None,
                    doit: Some(doit::<O>),
                    post_doit: None,
                },
            },
            O::CMD,
            O::PERMISSION.flags() | bindings::GENL_CMD_CAP_DO,
            <O::Args<'static> as Arguments<'static>>::POLICY,
        )
    }

    /// The entry of `O`.
    pub(crate) const fn new_dump<O: Dump<State = N>>() -> Self {
        Self::new(
            bindings::genl_split_ops__bindgen_ty_1 {
                __bindgen_anon_2: bindings::genl_split_ops__bindgen_ty_1__bindgen_ty_2 {
                    start: Some(dump::start::<O>),
                    dumpit: Some(dump::dumpit::<O>),
                    done: Some(dump::done::<O>),
                },
            },
            O::CMD,
            O::PERMISSION.flags() | bindings::GENL_CMD_CAP_DUMP,
            <O::Args<'static> as Arguments<'static>>::POLICY,
        )
    }

    const fn new(
        callbacks: bindings::genl_split_ops__bindgen_ty_1,
        cmd: u8,
        flags: u32,
        policy: &'static [Policy],
    ) -> Self {
        Self {
            op: bindings::genl_split_ops {
                __bindgen_anon_1: callbacks,
                // Without a policy the core refuses every attribute.
                policy: if policy.is_empty() {
                    core::ptr::null()
                } else {
                    policy.as_ptr().cast()
                },
                maxattr: policy.len().saturating_sub(1) as u32,
                cmd,
                internal_flags: 0,
                flags: flags as u8,
                validate: 0,
            },
            _state: PhantomData,
        }
    }

    /// Whether the core lets `next` stand behind this: entries are sorted by number, and of one
    /// number there are a do and a dump, in this order and with the same permission.
    const fn may_precede(&self, next: &Self) -> bool {
        let kinds = (bindings::GENL_CMD_CAP_DO | bindings::GENL_CMD_CAP_DUMP) as u8;
        let pair = (
            bindings::GENL_CMD_CAP_DO as u8,
            bindings::GENL_CMD_CAP_DUMP as u8,
        );
        self.op.cmd < next.op.cmd
            || (self.op.cmd == next.op.cmd
                && self.op.flags & kinds == pair.0
                && next.op.flags & kinds == pair.1
                && self.op.flags & !kinds == next.op.flags & !kinds)
    }
}

impl<N: NetState> Ops<N> {
    /// Makes the table of a family.
    ///
    /// Called by [`ops!`]. Fails to compile if the core would refuse the table.
    pub(crate) const fn new(table: &'static [Op<N>]) -> Self {
        assert!(table.len() <= u8::MAX as usize, "too many operations");
        let mut i = 0;
        while i < table.len() {
            assert!(
                i == 0 || table[i - 1].may_precede(&table[i]),
                "operations must be in the order of their numbers, a do before its dump"
            );
            i += 1;
        }
        Self {
            first: table.as_ptr().cast(),
            len: table.len() as u8,
            _state: PhantomData,
        }
    }
}

/// Makes a family's table of the types that implement its operations.
///
/// # Examples
///
/// ```ignore
/// # use crate::{counter::{Get, List, Set}, genl::{self, Family}, state::Net, LocalModule};
/// # use kernel::{module::this_module, net::netlink::MulticastGroup};
/// static GROUPS: [MulticastGroup; 1] = [MulticastGroup::const_new(c"events")];
///
/// static FAMILY: Family<Net> = Family::new(
///     this_module::<LocalModule>(),
///     c"example",
///     1,
///     genl::ops![do Get, dump List, do Set],
///     &GROUPS,
/// );
/// ```
macro_rules! ops {
    (@entry do $op:ty) => {
        $crate::genl::Op::new_do::<$op>()
    };
    (@entry dump $op:ty) => {
        $crate::genl::Op::new_dump::<$op>()
    };
    ($($kind:tt $op:ty),+ $(,)?) => {
        $crate::genl::Ops::new(const { &[$($crate::genl::ops!(@entry $kind $op)),+] })
    };
}
pub(crate) use ops;

/// The core's way into the handler of `O`.
///
/// # Safety
///
/// To be called by the core only, with the information of a request for `O` in `O::State`'s family.
unsafe extern "C" fn doit<O: Do>(
    skb: *mut bindings::sk_buff,
    info: *mut bindings::genl_info,
) -> c_int {
    // SAFETY: The core passes valid pointers.
    let (skb, info) = unsafe { (NonNull::new_unchecked(skb), NonNull::new_unchecked(info)) };
    // SAFETY: The core calls this as the handler of an operation in the table of `O::State`'s
    // family, which the types see to; nothing below outlives this call, as `Do::handle` works for
    // every `'a`.
    let request = unsafe { Request::<O::State>::from_raw(skb, info) };
    let result = run::<O>(&request);
    if result.is_err() && request.is_acknowledged() {
        kernel::pr_err_once!("an operation failed after it was acknowledged\n");
    }
    // SAFETY: The extended ACK is this request's, and used by nobody else while it is handled.
    unsafe { outcome(result, request.is_acknowledged(), request.extack()) }
}

/// Returns what the core has to know of a handled request, so that it sends one answer if none was
/// sent yet.
///
/// # Safety
///
/// As for [`Refusal::report`].
#[inline]
unsafe fn outcome(
    result: Result<(), Refusal<'_>>,
    acknowledged: bool,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    if acknowledged {
        // The requester has its one answer: an error after the ACK would be a second. This makes
        // the core send nothing.
        return -(bindings::EINTR as c_int);
    }
    match result {
        Ok(()) => 0,
        // SAFETY: By the safety requirements of this function.
        Err(refusal) => unsafe { refusal.report(extack) },
    }
}

#[inline]
fn run<'a, O: Do>(request: &Request<'a, O::State>) -> Result<(), Refusal<'a>> {
    // SAFETY: `Op::new` gave the core this very policy table.
    let attrs = unsafe { request.attrs(<O::Args<'a> as Arguments<'a>>::POLICY.len()) };
    O::handle(request, O::Args::parse(&attrs)?)
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_op)]
mod tests {
    use super::*;

    fn answered(result: Result<(), Refusal<'static>>, acknowledged: bool) -> c_int {
        // SAFETY: A null pointer is allowed.
        unsafe { outcome(result, acknowledged, core::ptr::null_mut()) }
    }

    #[test]
    fn a_request_gets_one_answer() {
        let refused = || Err(Refusal::new(ENOENT, c"for a test"));
        // The core answers 0 and errors, except for EINTR.
        assert_eq!(answered(Ok(()), false), 0);
        assert_eq!(answered(refused(), false), ENOENT.to_errno());
        assert_eq!(answered(Ok(()), true), EINTR.to_errno());
    }

    #[test]
    fn an_error_after_the_ack_is_not_sent() {
        let refused = Err(Refusal::new(ENOENT, c"for a test"));
        assert_eq!(answered(refused, true), EINTR.to_errno());
    }
}
