// SPDX-License-Identifier: GPL-2.0

//! Attribute policies: what the kernel checks before a handler runs.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use kernel::bindings;

/// What one attribute must be.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Policy(bindings::nla_policy);

// SAFETY: A policy is never written after it was made, and its pointers are null or to static data
// that is not written either.
unsafe impl Sync for Policy {}

/// The least and the most that an integer may be.
#[repr(transparent)]
pub(super) struct Range(bindings::netlink_range_validation);

impl Range {
    pub(super) const fn new(min: u32, max: u32) -> Self {
        assert!(min <= max);
        Self(bindings::netlink_range_validation {
            min: min as u64,
            max: max as u64,
        })
    }
}

impl Policy {
    /// An attribute that no request may carry.
    const REJECT: Self = Self::new(bindings::NLA_REJECT, 0);

    const fn new(kind: u32, len: u16) -> Self {
        Self(bindings::nla_policy {
            type_: kind as u8,
            len,
            ..pin_init::zeroed()
        })
    }

    /// At least `min` and at most `max` bytes.
    pub(super) const fn bytes(min: usize, max: usize) -> Self {
        assert!(max > 0 && max <= u16::MAX as usize);
        if min == 0 {
            return Self::new(bindings::NLA_BINARY, max as u16);
        }
        // The bounds stand in the entry itself, in 16 bits with a sign.
        assert!(min <= max && max <= i16::MAX as usize);
        let mut policy = Self::new(bindings::NLA_BINARY, 0);
        policy.0.validation_type = bindings::nla_policy_validation_NLA_VALIDATE_RANGE as u8;
        policy.0.__bindgen_anon_1 = bindings::nla_policy__bindgen_ty_1 {
            __bindgen_anon_1: bindings::nla_policy__bindgen_ty_1__bindgen_ty_1 {
                min: min as i16,
                max: max as i16,
            },
        };
        policy
    }

    /// A `u32` within `range`.
    pub(super) const fn u32(range: &'static Range) -> Self {
        let mut policy = Self::new(bindings::NLA_U32, 0);
        policy.0.validation_type = bindings::nla_policy_validation_NLA_VALIDATE_RANGE_PTR as u8;
        policy.0.__bindgen_anon_1 = bindings::nla_policy__bindgen_ty_1 { range: &range.0 };
        policy
    }

    /// At most `max` bytes and a NUL.
    pub(super) const fn nul_string(max: usize) -> Self {
        assert!(max > 0 && max < u16::MAX as usize);
        Self::new(bindings::NLA_NUL_STRING, max as u16)
    }

    /// An unsigned integer of 4 or 8 bytes.
    pub(super) const fn uint() -> Self {
        Self::new(bindings::NLA_UINT, 0)
    }

    /// A signed integer of 4 or 8 bytes.
    pub(super) const fn sint() -> Self {
        Self::new(bindings::NLA_SINT, 0)
    }
}

/// The highest number among `entries`.
pub(crate) const fn max_attr(entries: &[(u16, Policy)]) -> usize {
    let mut max = 0;
    let mut i = 0;
    while i < entries.len() {
        if entries[i].0 as usize > max {
            max = entries[i].0 as usize;
        }
        i += 1;
    }
    max
}

/// Makes a policy table of `N` entries, indexed by the attribute's number. Numbers that `entries`
/// leaves out are refused.
pub(crate) const fn table<const N: usize>(entries: &[(u16, Policy)]) -> [Policy; N] {
    let mut table = [Policy::REJECT; N];
    let mut seen = [false; N];
    let mut i = 0;
    while i < entries.len() {
        let number = entries[i].0 as usize;
        assert!(number != 0, "attributes are numbered from 1");
        assert!(!seen[number], "two arguments have the same number");
        seen[number] = true;
        table[number] = entries[i].1;
        i += 1;
    }
    table
}
