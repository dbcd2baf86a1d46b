// SPDX-License-Identifier: GPL-2.0

//! Fixtures for the KUnit suites: attributes without a request, and dumps without a socket.

use super::{
    attr::RawAttr,
    dump::Entries,
    policy::Policy,
    request::{
        of_request,
        Attrs, //
    },
    spec::Op,
    types::AttrType,
    wire::NoRoom,
    writer::Writer, //
};
use core::ptr::NonNull;
use kernel::{
    bindings,
    error::to_result,
    prelude::*, //
};

/// The checks that the core applies to a request's attributes: `NL_VALIDATE_STRICT`.
const STRICT: u32 = bindings::netlink_validation_NL_VALIDATE_TRAILING
    | bindings::netlink_validation_NL_VALIDATE_MAXTYPE
    | bindings::netlink_validation_NL_VALIDATE_UNSPEC
    | bindings::netlink_validation_NL_VALIDATE_STRICT_ATTRS
    | bindings::netlink_validation_NL_VALIDATE_NESTED;

/// Allocates at least `len` bytes for attributes, aligned to 4 bytes.
fn memory(len: usize) -> Result<KVVec<u32>> {
    Ok(KVVec::from_elem(u32::MAX, len.div_ceil(4), GFP_KERNEL)?)
}

fn as_bytes(memory: &[u32], len: usize) -> Result<KVVec<u8>> {
    let mut bytes = KVVec::new();
    for word in memory {
        bytes.extend_from_slice(&word.to_ne_bytes(), GFP_KERNEL)?;
    }
    bytes.truncate(len);
    Ok(bytes)
}

/// Returns the bytes that `fill` writes. Fails if they do not fit into `room` bytes.
pub(crate) fn write(
    room: usize,
    fill: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>,
) -> Result<KVVec<u8>> {
    let mut memory = memory(room)?;
    let start = NonNull::new(memory.as_mut_ptr().cast()).ok_or(EINVAL)?;
    // SAFETY: `memory` has at least `room` bytes, and nobody else uses it while the writer is used.
    let mut writer = unsafe { Writer::new(start, room) };
    fill(&mut writer).map_err(|NoRoom| EMSGSIZE)?;
    let len = writer.len();
    as_bytes(&memory, len)
}

/// Puts an attribute of the type `T`.
pub(crate) fn put<T: AttrType>(
    to: &mut Writer<'_>,
    number: u16,
    value: T::Value<'_>,
) -> Result<(), NoRoom> {
    T::put(to, number, value)
}

/// Parses a copy of `bytes` with the kernel's parser. Returns the copy, and the table of `len`
/// pointers into it.
fn parsed(
    bytes: &[u8],
    policy: Option<&[Policy]>,
    len: usize,
) -> Result<(KVVec<u32>, KVVec<*mut bindings::nlattr>)> {
    let mut memory = memory(bytes.len())?;
    for (word, bytes) in memory.iter_mut().zip(bytes.chunks(4)) {
        let mut whole = [0; 4];
        whole[..bytes.len()].copy_from_slice(bytes);
        *word = u32::from_ne_bytes(whole);
    }
    let mut table = KVVec::from_elem(core::ptr::null_mut(), len, GFP_KERNEL)?;
    // SAFETY: `memory` has at least `bytes.len()` bytes. The table has `len` entries, and so has
    // the policy, if there is one.
    to_result(unsafe {
        bindings::__nla_parse(
            table.as_mut_ptr(),
            len as i32 - 1,
            memory.as_ptr().cast(),
            bytes.len() as i32,
            policy.map_or(core::ptr::null(), |policy| policy.as_ptr().cast()),
            STRICT,
            core::ptr::null_mut(),
        )
    })?;
    Ok((memory, table))
}

/// Validates the attributes in `bytes` against `policy`, as the core does for a request.
pub(crate) fn check(bytes: &[u8], policy: &'static [Policy]) -> Result {
    parsed(bytes, Some(policy), policy.len())?;
    Ok(())
}

/// Passes the attributes in `bytes` to `with`, as the core would to a handler.
pub(crate) fn with_attrs<S, R>(
    bytes: &[u8],
    policy: &'static [Policy],
    with: impl FnOnce(&Attrs<'_, S>) -> R,
) -> Result<R> {
    let (memory, mut found) = parsed(bytes, Some(policy), policy.len())?;
    // SAFETY: `memory` has at least `bytes.len()` bytes. `found` has `policy.len()` entries, each
    // null or a pointer to an attribute that the parser has found to lie within `memory`. Both
    // outlive `attrs`.
    let attrs = unsafe {
        let all = core::slice::from_raw_parts(memory.as_ptr().cast(), bytes.len());
        of_request(found.as_mut_ptr(), policy.len(), all)
    };
    Ok(with(&attrs))
}

/// Passes the payloads of the attributes in `bytes` to `with`, indexed by number. Fails if a number
/// is not below `len`, which is at most 16.
pub(crate) fn parse(bytes: &[u8], len: usize, with: impl FnOnce(&[Option<&[u8]>; 16])) -> Result {
    let (_memory, table) = parsed(bytes, None, len)?;
    let mut payloads = [None; 16];
    for (payload, attr) in payloads.iter_mut().zip(&table) {
        if let Some(attr) = NonNull::new(*attr) {
            // SAFETY: The parser has found the attribute to lie within `_memory`, which outlives
            // this.
            *payload = Some(unsafe { RawAttr::from_raw(attr) }.payload());
        }
    }
    with(&payloads);
    Ok(())
}

/// A dump without a socket. Keeps the core's state of the dump from one buffer to the next.
pub(crate) struct FakeDump {
    callback: KBox<bindings::netlink_callback>,
}

/// The contents of a filled buffer of a dump.
pub(crate) struct Filled<R> {
    /// The flags of each entry.
    pub(crate) flags: KVVec<u16>,
    /// The return value of the filling function.
    pub(crate) returned: R,
}

impl FakeDump {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            callback: KBox::new(pin_init::zeroed(), GFP_KERNEL)?,
        })
    }

    /// Fills a buffer of `room` bytes.
    pub(crate) fn fill<O: Op, R>(
        &mut self,
        room: usize,
        fill: impl FnOnce(&mut Entries<'_, O>) -> R,
    ) -> Result<Filled<R>> {
        let mut memory = memory(room)?;
        let start = NonNull::new(memory.as_mut_ptr().cast()).ok_or(EINVAL)?;
        // SAFETY: `memory` has at least `room` bytes, and nobody else uses it while the writer is
        // used.
        let mut writer = unsafe { Writer::new(start, room) };
        // SAFETY: The callback belongs to this dump, which is borrowed mutably.
        let returned = unsafe {
            let callback = NonNull::from(&mut *self.callback);
            fill(&mut Entries::for_test(&mut writer, callback))
        };
        let bytes = as_bytes(&memory, writer.len())?;
        let mut flags = KVVec::new();
        let mut at = 0;
        while let Some([l0, l1, l2, l3, _, _, f0, f1]) = bytes.get(at..at + 8) {
            flags.push(u16::from_ne_bytes([*f0, *f1]), GFP_KERNEL)?;
            at += u32::from_ne_bytes([*l0, *l1, *l2, *l3]) as usize;
        }
        Ok(Filled { flags, returned })
    }
}
