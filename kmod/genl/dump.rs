// SPDX-License-Identifier: GPL-2.0

//! Dumps: operations that list entries, in as many messages as necessary.
//!
//! The core calls a dump once for each buffer that the requester reads, until the dump is done or
//! the socket is closed. If the list changes between two calls, the dump is flagged as interrupted.
//! The family may also be unregistered between two calls. That does not end the dump, but its next
//! call fails without access to any state.
//!
//! C header: [`include/linux/netlink.h`](srctree/include/linux/netlink.h)

use super::{
    call::{
        Context,
        Held, //
    },
    extack::ExtAck,
    family::NetState,
    helpers,
    payload::Payload,
    request::Attrs,
    spec::Op,
    wire::NoRoom,
    writer::Writer, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    ffi::{
        c_int,
        c_uint, //
    },
    prelude::*, //
};

/// The progress of a dump.
pub(crate) enum Progress {
    /// The buffer is full, and entries are left.
    More,
    /// All entries were put.
    Done,
}

/// Handles the dump `O`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handler for the dump `{O}`",
    label = "implement `DumpOp<{O}>` for `{Self}`"
)]
pub(crate) trait DumpOp<O: Op>: NetState {
    /// The position of the dump between two buffers. Fails to compile if it is too large for the
    /// core's `struct netlink_callback`. Dropped when the dump is done or its socket is closed.
    type Cursor: Default + Send + 'static;

    /// Called when the dump starts. Returns the cursor for the first buffer.
    fn start<'a>(&'a self, _request: &Attrs<'a, O>) -> Result<Self::Cursor, ExtAck<'a>> {
        Ok(Self::Cursor::default())
    }

    /// Puts entries until one does not fit, or all are put.
    ///
    /// Must call [`Entries::generation`] first, and keep the list locked against changes from then
    /// on.
    fn next<'a>(
        &'a self,
        request: &Attrs<'a, O>,
        cursor: &mut Self::Cursor,
        entries: &mut Entries<'_, O>,
    ) -> Result<Progress, ExtAck<'a>>;
}

/// The entries of one buffer of a dump. Each is a message.
///
/// # Invariants
///
/// `callback` belongs to the dump, and nobody else uses its sequence numbers while this lives.
pub(crate) struct Entries<'w, O> {
    writer: &'w mut Writer<'static>,
    callback: NonNull<bindings::netlink_callback>,
    header: bindings::nlmsghdr,
    genl_header: bindings::genlmsghdr,
    _op: PhantomData<fn(&O)>,
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
impl<'w, O: Op> Entries<'w, O> {
    /// Creates dump entries without a requester.
    ///
    /// # Safety
    ///
    /// `callback` must be valid for as long as the entries live, and not be used by anybody else.
    pub(super) unsafe fn for_test(
        writer: &'w mut Writer<'static>,
        callback: NonNull<bindings::netlink_callback>,
    ) -> Self {
        // INVARIANT: By the safety requirements of this function.
        Self {
            writer,
            callback,
            header: bindings::nlmsghdr {
                nlmsg_flags: bindings::NLM_F_MULTI as u16,
                ..pin_init::zeroed()
            },
            genl_header: pin_init::zeroed(),
            _op: PhantomData,
        }
    }
}

impl<O: Op> Entries<'_, O> {
    /// Sets the generation of the list that the following entries come from. If it differs from the
    /// generation of the entries before them, the dump is flagged as interrupted. Generations that
    /// differ by a multiple of 2^31 count as the same.
    pub(crate) fn generation(&mut self, generation: u64) {
        // The lowest bit is set because 0 means no generation to the core.
        let seq = (generation as c_uint) << 1 | 1;
        let callback = self.callback.as_ptr();
        // SAFETY: By the type invariants. This accesses single fields and creates no reference to
        // the callback as a whole, because there is one to the cursor inside it.
        let before = unsafe {
            (*callback).seq = seq;
            (*callback).prev_seq
        };
        if before != 0 && before != seq {
            self.header.nlmsg_flags |= bindings::NLM_F_DUMP_INTR as u16;
        }
    }

    /// Puts an entry. Fails and puts nothing if it does not fit.
    pub(crate) fn put(&mut self, entry: &O::Reply<'_>) -> Result<(), NoRoom> {
        let headers = (self.header, self.genl_header);
        self.writer
            .message(headers.0, headers.1, |to| entry.put(to))?;
        // One flagged entry is enough. If none follows, the core flags the dump's last message.
        self.header.nlmsg_flags &= !(bindings::NLM_F_DUMP_INTR as u16);
        let callback = self.callback.as_ptr();
        // SAFETY: As in `generation`.
        unsafe { (*callback).prev_seq = (*callback).seq };
        Ok(())
    }
}

/// Returns the context of a callback of a dump.
///
/// # Safety
///
/// `callback` must be what the core passed to `start` or `dumpit` of a dump of `N`'s family, and
/// `'a` must end before that returns.
unsafe fn call<'a, N: NetState>(
    callback: *mut bindings::netlink_callback,
    running: &'a Running<N>,
) -> Context<'a, N> {
    // SAFETY: `skb` is the message with the request. The core has stored a `genl_dumpit_info` in
    // `data` before it calls any callback of ours, and frees it after the last.
    let (skb, info) = unsafe {
        let dump = (*callback).data.cast::<bindings::genl_dumpit_info>();
        (
            NonNull::new_unchecked((*callback).skb),
            NonNull::new_unchecked(&raw mut (*dump).info),
        )
    };
    // SAFETY: By the safety requirements of this function. The core holds the request's message
    // until the dump ends, and the socket, which holds its namespace, exists during the call. The
    // states of all namespaces exist, because `running` is one of the family's users.
    unsafe { Context::from_raw(skb, info, &running.held) }
}

/// A callback of a dump that may use the family's state.
///
/// # Invariants
///
/// This is one of the family's users.
struct Running<N: NetState> {
    held: Held,
    _state: PhantomData<fn(&N)>,
}

impl<N: NetState> Running<N> {
    /// Fails if the family is gone, because unregistering it does not end its dumps.
    fn new<'a>() -> Result<Self, ExtAck<'a>> {
        let entered = N::FAMILY.get().users().enter();
        entered.map_err(|error| ExtAck::new(error, c"the family was unregistered"))?;
        // INVARIANT: `enter` has succeeded.
        Ok(Self {
            held: Held::new(),
            _state: PhantomData,
        })
    }
}

impl<N: NetState> Drop for Running<N> {
    fn drop(&mut self) {
        N::FAMILY.get().users().leave();
    }
}

/// Returns a pointer to the dump's cursor, which may be uninitialized.
///
/// # Safety
///
/// `callback` must be valid.
unsafe fn cursor<N: DumpOp<O>, O: Op>(callback: *mut bindings::netlink_callback) -> *mut N::Cursor {
    const {
        assert!(
            size_of::<N::Cursor>() <= size_of::<bindings::netlink_callback__bindgen_ty_1>(),
            "the cursor does not fit into the 48 bytes that struct netlink_callback has for it"
        );
        assert!(align_of::<N::Cursor>() <= align_of::<bindings::netlink_callback__bindgen_ty_1>());
    }
    // SAFETY: By the safety requirements of this function.
    unsafe { (&raw mut (*callback).__bindgen_anon_1).cast() }
}

/// Returns the extended ACK of the call.
///
/// # Safety
///
/// `callback` must be what the core passed to `start` or `dumpit` of a dump.
unsafe fn extack(callback: *mut bindings::netlink_callback) -> *mut bindings::netlink_ext_ack {
    // SAFETY: As in `call`.
    unsafe {
        (*(*callback).data.cast::<bindings::genl_dumpit_info>())
            .info
            .extack
    }
}

/// # Safety
///
/// To be called by the core only, as `start` of the dump `O` of `N`'s family.
pub(super) unsafe extern "C" fn start<N: DumpOp<O>, O: Op>(
    callback: *mut bindings::netlink_callback,
) -> c_int {
    let running = match Running::<N>::new() {
        Ok(running) => running,
        // SAFETY: `callback` is the core's; nobody else uses the extended ACK during the call.
        Err(error) => return unsafe { error.report(extack(callback)) },
    };
    // SAFETY: `callback` is the core's; all borrows end with this call.
    let call = unsafe { call::<N>(callback, &running) };
    // SAFETY: The core has parsed the request with `O`'s policy, which it has from
    // `Entry::new_dump`.
    let request = unsafe { call.raw().attrs::<O>() };
    match call.state().start(&request) {
        Ok(new) => {
            // SAFETY: The core reserves this room for the family. Nothing is in it yet.
            unsafe { cursor::<N, O>(callback).write(new) };
            0
        }
        // SAFETY: The extended ACK is this request's, and used by nobody else during the call.
        Err(error) => unsafe { error.report(call.raw().extack()) },
    }
}

/// # Safety
///
/// To be called by the core only, as `dumpit` of the dump `O` of `N`'s family.
pub(super) unsafe extern "C" fn dumpit<N: DumpOp<O>, O: Op>(
    skb: *mut bindings::sk_buff,
    callback: *mut bindings::netlink_callback,
) -> c_int {
    let running = match Running::<N>::new() {
        Ok(running) => running,
        // SAFETY: `callback` is the core's; nobody else uses the extended ACK during the call.
        Err(error) => return unsafe { error.report(extack(callback)) },
    };
    // SAFETY: `callback` is the core's; all borrows end with this call.
    let call = unsafe { call::<N>(callback, &running) };
    let mut room = 0;
    // SAFETY: `skb` is the core's, and `room` can be written.
    let tail = unsafe { helpers::genl_helper_dump_tail(skb, &mut room) };
    // SAFETY: The tail pointer of a buffer is never null.
    let tail = unsafe { NonNull::new_unchecked(tail.cast()) };
    // SAFETY: `room` bytes from the tail on belong to the buffer, which is ours during this call.
    let mut writer = unsafe { Writer::new(tail, room as usize) };
    let (header, genl_header) = call.raw().entry_headers(O::REPLY_CMD);
    let mut entries = Entries {
        writer: &mut writer,
        // SAFETY: `callback` is the core's.
        // INVARIANT: The core calls the callbacks of a dump one at a time.
        callback: unsafe { NonNull::new_unchecked(callback) },
        header,
        genl_header,
        _op: PhantomData,
    };
    // SAFETY: `start` has written the cursor, or this would not be called; `Entries` does not
    // touch it, and nobody else does.
    let cursor = unsafe { &mut *cursor::<N, O>(callback) };
    // SAFETY: As in `start`.
    let request = unsafe { call.raw().attrs::<O>() };
    let progress = call.state().next(&request, cursor, &mut entries);
    // SAFETY: The writer has written `len()` bytes from the tail on, which is no more than `room`.
    let len = unsafe { helpers::genl_helper_dump_put(skb, writer.len() as c_uint) };
    match progress {
        Ok(Progress::Done) => 0,
        // Not even one entry fits.
        Ok(Progress::More) if len == 0 => EMSGSIZE.to_errno(),
        Ok(Progress::More) => len as c_int,
        // SAFETY: The extended ACK is this call's, and used by nobody else during it.
        Err(error) => unsafe { error.report(call.raw().extack()) },
    }
}

/// # Safety
///
/// To be called by the core only, as `done` of the dump `O` of `N`'s family.
pub(super) unsafe extern "C" fn done<N: DumpOp<O>, O: Op>(
    callback: *mut bindings::netlink_callback,
) -> c_int {
    // SAFETY: The core calls this once, and only if `start` has succeeded and so written the
    // cursor. This uses nothing else, because the socket may be going away.
    unsafe { cursor::<N, O>(callback).drop_in_place() };
    0
}

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kunit_tests(parley_dump)]
mod tests {
    use super::*;
    use crate::genl::{
        integers::U32,
        policy::Policy,
        testing::{
            put,
            FakeDump, //
        }, //
    };

    /// A dump whose entries have one attribute.
    enum List {}

    impl Op for List {
        const CMD: u8 = 1;
        const FLAGS: u32 = 0;
        const VALIDATE: u32 = 0;
        const REPLIES: bool = true;
        const POLICY: &'static [Policy] = &[];
        type Reply<'a> = One;
    }

    struct One;

    impl Payload for One {
        const SIZE_MAX: Option<usize> = None;

        fn size(&self) -> usize {
            8
        }

        fn put(&self, to: &mut Writer<'_>) -> Result<(), NoRoom> {
            put::<U32>(to, 1, 1)
        }
    }

    const MULTI: u16 = bindings::NLM_F_MULTI as u16;
    const INTERRUPTED: u16 = MULTI | bindings::NLM_F_DUMP_INTR as u16;

    fn entry(entries: &mut Entries<'_, List>) -> bool {
        entries.put(&One).is_ok()
    }

    #[test]
    fn an_entry_that_does_not_fit_leaves_nothing() -> Result {
        // An entry takes 16 + 4 + 8 bytes.
        let filled = FakeDump::new()?.fill(2 * 28 + 27, |entries: &mut Entries<'_, List>| {
            entries.generation(1);
            [entry(entries), entry(entries), entry(entries)]
        })?;
        assert_eq!(filled.returned, [true, true, false]);
        assert_eq!(filled.flags[..], [MULTI, MULTI]);
        Ok(())
    }

    #[test]
    fn a_change_between_two_buffers_is_flagged_once() -> Result {
        let mut dump = FakeDump::new()?;
        for (generation, flags) in [(5, MULTI), (5, MULTI), (6, INTERRUPTED), (6, MULTI)] {
            let filled = dump.fill(200, |entries: &mut Entries<'_, List>| {
                entries.generation(generation);
                entry(entries) && entry(entries)
            })?;
            assert!(filled.returned);
            assert_eq!(filled.flags[..], [flags, MULTI]);
        }
        Ok(())
    }

    #[test]
    fn a_change_before_the_first_entry_is_not_flagged() -> Result {
        let mut dump = FakeDump::new()?;
        dump.fill(200, |entries: &mut Entries<'_, List>| entries.generation(1))?;
        let filled = dump.fill(200, |entries: &mut Entries<'_, List>| {
            entries.generation(2);
            entry(entries)
        })?;
        assert_eq!(filled.flags[..], [MULTI]);
        Ok(())
    }

    #[test]
    fn generations_that_differ_by_a_power_of_two_are_told_apart() -> Result {
        // The core keeps 32 bits, one of which is set for every generation.
        for bit in 0..31 {
            let mut dump = FakeDump::new()?;
            for (generation, flags) in [(0, MULTI), (1 << bit, INTERRUPTED)] {
                let filled = dump.fill(200, |entries: &mut Entries<'_, List>| {
                    entries.generation(generation);
                    entry(entries)
                })?;
                assert_eq!(filled.flags[..], [flags]);
            }
        }
        Ok(())
    }
}
