// SPDX-License-Identifier: GPL-2.0

//! Handlers of operations, and the table that lists them.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    call::{
        Call,
        Context,
        Held, //
    },
    dump::{
        self,
        DumpOp, //
    },
    extack::ExtAck,
    family::{
        NetState,
        Ops, //
    },
    kept::Kept,
    message::Skb,
    payload::Payload,
    policy::Policy,
    request::{
        seen_as,
        Attrs, //
    },
    spec::Op, //
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

/// The result of a handler of the operation `O`: the reply, or an error.
pub(crate) type Handled<'a, O> = Result<<O as Op>::Reply<'a>, ExtAck<'a>>;

/// Handles the do of the operation `O`, and answers it at once.
pub(crate) trait DoOp<O: Op>: NetState {
    /// Handles a call in the namespace whose state this is, and returns the reply.
    ///
    /// If the spec limits the reply to 1,024 bytes, it is allocated before the handler runs, so
    /// that a change, once made, can be answered. An operation without a reply returns `()`, and
    /// the requester gets an ACK if it asked for one.
    ///
    /// Runs in the context of the requester and may sleep. Runs on several CPUs at once, unless
    /// [`NetState::PARALLEL`] is unset.
    fn handle<'a>(&'a self, call: &Call<'a, Self, O>) -> Handled<'a, O>;

    /// Called after `reply` was sent. The requester's own socket filter may have dropped it.
    #[inline]
    fn replied(&self, _reply: &O::Reply<'_>) {}
}

/// Handles the do of the operation `O`, and keeps the request: to answer it later, or to send
/// messages to its sender.
pub(crate) trait KeepOp<O: Op>: NetState {
    /// Handles a call in the namespace whose state this is. `kept` is its request; if it is
    /// dropped, the requester gets no answer except the ACK.
    ///
    /// Runs in the context of the requester and may sleep. Runs on several CPUs at once, unless
    /// [`NetState::PARALLEL`] is unset.
    fn handle<'a>(
        &'a self,
        call: &Call<'a, Self, O>,
        kept: Kept<Self, O>,
    ) -> Result<(), ExtAck<'a>>;
}

/// A handler of either kind. `M` is the kind; if a state has both for one operation, it stays
/// ambiguous and does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handler for the operation `{O}`",
    label = "implement `DoOp<{O}>` or `KeepOp<{O}>` for `{Self}`"
)]
pub(crate) trait Handler<O: Op, M>: NetState {
    /// Handles and answers a call.
    fn run<'a>(&'a self, call: &Call<'a, Self, O>) -> Result<(), ExtAck<'a>>;
}

/// See [`DoOp`].
pub(crate) enum AtOnce {}

impl<O: Op, N: DoOp<O>> Handler<O, AtOnce> for N {
    #[inline]
    fn run<'a>(&'a self, call: &Call<'a, N, O>) -> Result<(), ExtAck<'a>> {
        answer(call, || self.handle(call), |reply| self.replied(reply))
    }
}

/// Answers `call` with what `handle` returns.
#[inline]
fn answer<'a, N: NetState, O: Op>(
    call: &Call<'a, N, O>,
    handle: impl FnOnce() -> Handled<'a, O>,
    replied: impl FnOnce(&O::Reply<'a>),
) -> Result<(), ExtAck<'a>> {
    /// A reply of at most this many bytes of attributes is allocated before the handler runs,
    /// although the handler may fail.
    const EARLY_MAX: usize = 1024;

    if !O::REPLIES {
        handle()?;
        return Ok(());
    }
    let early = match <O::Reply<'a> as Payload>::SIZE_MAX {
        Some(size) if size <= EARLY_MAX => Some(call.reply(size)?),
        _ => None,
    };
    let reply = handle()?;
    let mut skb: Skb<N> = match early {
        Some(skb) => skb,
        None => call.reply(reply.size())?,
    };
    skb.put(&reply)?;
    // The change may already be made, and an error would deny that. If the requester has no room
    // for the reply, it gets `ENOBUFS`, unless its socket has switched that off.
    if call.send(skb).is_ok() {
        replied(&reply);
    }
    Ok(())
}

/// Runs before and after the handlers of the operations for which the spec names the hook `H`
/// (`pre` and `post` of a do).
pub(crate) trait Hook<H>: NetState {
    /// A value that the hook makes for the handler. It is dropped after the reply was sent, so its
    /// `Drop` does the work of `post`.
    type Guard<'a>;

    /// Called before the handler, in the same context. `request` has a method for each attribute
    /// of all operations with this hook, except those that an operation with relaxed validation
    /// does not accept; attributes that this operation does not accept are absent. If the hook
    /// fails, the handler is not called.
    fn before<'a>(
        &'a self,
        context: &Context<'a, Self>,
        request: Attrs<'a, H>,
    ) -> Result<Self::Guard<'a>, ExtAck<'a>>;
}

/// An operation with a hook. Generated from the spec.
pub(crate) trait HookedOp: Op {
    /// The hook.
    type Hook: 'static;
}

/// Handles the do of the operation `O`, which has a hook, and answers it at once. Otherwise like
/// [`DoOp`].
pub(crate) trait GuardedOp<O: HookedOp>: Hook<O::Hook> {
    /// Handles a call. `guard` was made by the hook for this call.
    fn handle<'a>(
        &'a self,
        call: &Call<'a, Self, O>,
        guard: &mut Self::Guard<'a>,
    ) -> Handled<'a, O>;
}

/// See [`GuardedOp`].
pub(crate) enum Guarded {}

impl<O: HookedOp, N: GuardedOp<O>> Handler<O, Guarded> for N {
    fn run<'a>(&'a self, call: &Call<'a, N, O>) -> Result<(), ExtAck<'a>> {
        let mut guard = self.before(call, seen_as(&call.request))?;
        answer(call, || self.handle(call, &mut guard), |_| {})
    }
}

/// See [`KeepOp`].
pub(crate) enum Later {}

impl<O: Op, N: KeepOp<O>> Handler<O, Later> for N {
    #[inline]
    fn run<'a>(&'a self, call: &Call<'a, N, O>) -> Result<(), ExtAck<'a>> {
        self.handle(call, Kept::new(call)?)
    }
}

/// An entry of a family's table.
#[repr(transparent)]
pub(crate) struct Entry<N> {
    op: bindings::genl_split_ops,
    _state: PhantomData<fn(&N)>,
}

// SAFETY: An entry is never written after it was made; it points to static data and functions.
unsafe impl<N> Sync for Entry<N> {}

impl<N: NetState> Entry<N> {
    /// Fails to compile if a reply of `O` is too large for the kernel's stack.
    const fn fits_stack<O: Op>() {
        /// In bytes. Borrowed values do not count.
        const REPLY_MAX: usize = 3072;

        const { assert!(size_of::<O::Reply<'static>>() <= REPLY_MAX) };
    }

    /// The entry of the do of `O`, which `N` handles.
    pub(crate) const fn new_do<O: Op, M>() -> Self
    where
        N: Handler<O, M>,
    {
        Self::fits_stack::<O>();
        Self::new(
            bindings::genl_split_ops__bindgen_ty_1 {
                __bindgen_anon_1: bindings::genl_split_ops__bindgen_ty_1__bindgen_ty_1 {
                    pre_doit: None,
                    doit: Some(doit::<N, O, M>),
                    post_doit: None,
                },
            },
            (O::CMD, O::VALIDATE),
            O::FLAGS | bindings::GENL_CMD_CAP_DO,
            O::POLICY,
        )
    }

    /// The entry of the dump `O`, which `N` handles.
    pub(crate) const fn new_dump<O: Op>() -> Self
    where
        N: DumpOp<O>,
    {
        Self::fits_stack::<O>();
        Self::new(
            bindings::genl_split_ops__bindgen_ty_1 {
                __bindgen_anon_2: bindings::genl_split_ops__bindgen_ty_1__bindgen_ty_2 {
                    start: Some(dump::start::<N, O>),
                    dumpit: Some(dump::dumpit::<N, O>),
                    done: Some(dump::done::<N, O>),
                },
            },
            (O::CMD, O::VALIDATE),
            O::FLAGS | bindings::GENL_CMD_CAP_DUMP,
            O::POLICY,
        )
    }

    const fn new(
        callbacks: bindings::genl_split_ops__bindgen_ty_1,
        (cmd, validate): (u8, u32),
        flags: u32,
        policy: &'static [Policy],
    ) -> Self {
        Self {
            op: bindings::genl_split_ops {
                __bindgen_anon_1: callbacks,
                // Without a policy the core refuses every attribute, or ignores it if the operation
                // relaxes validation.
                policy: if policy.is_empty() {
                    core::ptr::null()
                } else {
                    policy.as_ptr().cast()
                },
                maxattr: policy.len().saturating_sub(1) as u32,
                cmd,
                internal_flags: 0,
                flags: flags as u8,
                validate: validate as u8,
            },
            _state: PhantomData,
        }
    }

    /// Returns whether the core accepts `next` after this entry: entries are sorted by number, and
    /// a number has at most a do and a dump, in this order and with the same permissions.
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
    /// Called by the generated table. Fails to compile if the core would refuse the table.
    pub(crate) const fn new(table: &'static [Entry<N>]) -> Self {
        assert!(table.len() <= u8::MAX as usize, "too many operations");
        let mut i = 0;
        let mut strict_from = 0;
        while i < table.len() {
            let op = &table[i].op;
            if op.validate != 0 {
                strict_from = op.cmd + 1;
            }
            assert!(
                i == 0 || table[i - 1].may_precede(&table[i]),
                "operations must be in the order of their numbers, a do before its dump"
            );
            i += 1;
        }
        Self {
            first: table.as_ptr().cast(),
            len: table.len() as u8,
            strict_from,
            _state: PhantomData,
        }
    }
}

/// The callback through which the core calls the handler of `O`.
///
/// # Safety
///
/// To be called by the core only, with the information of a request for `O` in `N`'s family.
unsafe extern "C" fn doit<N: Handler<O, M>, O: Op, M>(
    skb: *mut bindings::sk_buff,
    info: *mut bindings::genl_info,
) -> c_int {
    let held = Held::new();
    // SAFETY: The core passes valid pointers.
    let (skb, info) = unsafe { (NonNull::new_unchecked(skb), NonNull::new_unchecked(info)) };
    // SAFETY: The core calls this as the handler of an operation in the table of `N`'s family,
    // which the types see to; nothing below outlives this call, as handlers work for every `'a`.
    let context = unsafe { Context::<N>::from_raw(skb, info, &held) };
    // SAFETY: The operation is `O`, and `Entry::new_do` gave the core its policy.
    let call = unsafe { Call::<N, O>::new(&context) };
    let result = call.state().run(&call);
    if result.is_err() && call.is_acknowledged() {
        kernel::pr_err_once!("an operation failed after it was acknowledged\n");
    }
    // SAFETY: The extended ACK belongs to this request and is not used elsewhere while it is
    // handled.
    unsafe { outcome(result, call.is_acknowledged(), call.raw().extack()) }
}

/// Returns the result of a handled request for the core, which sends an answer unless one was sent
/// already.
///
/// # Safety
///
/// As for [`ExtAck::report`].
#[inline]
unsafe fn outcome(
    result: Result<(), ExtAck<'_>>,
    acknowledged: bool,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    if acknowledged {
        // The requester already has its answer: an error after the ACK would be a second one. This
        // return value makes the core send nothing.
        return -(bindings::EINTR as c_int);
    }
    match result {
        Ok(()) => 0,
        // SAFETY: By the safety requirements of this function.
        Err(error) => unsafe { error.report(extack) },
    }
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_op)]
mod tests {
    use super::*;

    fn answered(result: Result<(), ExtAck<'static>>, acknowledged: bool) -> c_int {
        // SAFETY: A null pointer is allowed.
        unsafe { outcome(result, acknowledged, core::ptr::null_mut()) }
    }

    #[test]
    fn a_request_gets_one_answer() {
        let refused = || Err(ExtAck::new(ENOENT, c"for a test"));
        // The core answers 0 and errors, except for EINTR.
        assert_eq!(answered(Ok(()), false), 0);
        assert_eq!(answered(refused(), false), ENOENT.to_errno());
        assert_eq!(answered(Ok(()), true), EINTR.to_errno());
    }

    #[test]
    fn an_error_after_the_ack_is_not_sent() {
        let refused = Err(ExtAck::new(ENOENT, c"for a test"));
        assert_eq!(answered(refused, true), EINTR.to_errno());
    }
}
