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

    /// Nothing: the attribute is a flag.
    pub(super) const fn flag() -> Self {
        Self::new(bindings::NLA_FLAG, 0)
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

#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
#[kernel::prelude::kunit_tests(parley_policy)]
mod tests {
    use super::*;
    use crate::genl::{
        testing::{
            check,
            write, //
        },
        Attributes,
        Bytes,
        Flag,
        Kind,
        NoRoom,
        NulString,
        Sint,
        Uint,
        U32, //
    };
    use kernel::prelude::*;

    const TABLE: &[Policy] = &table::<9>(&[
        (1, <Bytes<0, 8> as Kind>::POLICY),
        (2, <Bytes<2, 8> as Kind>::POLICY),
        (3, <NulString<1, 3> as Kind>::POLICY),
        (4, <Uint as Kind>::POLICY),
        (5, <Sint as Kind>::POLICY),
        (7, <Flag as Kind>::POLICY),
        (8, <U32<10, 60_000> as Kind>::POLICY),
    ]);

    fn checked(fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), NoRoom>) -> Result {
        check(&write(64, fill)?, TABLE)
    }

    #[test]
    fn a_table_is_as_long_as_its_highest_number_wants() {
        assert_eq!(max_attr(&[]), 0);
        assert_eq!(max_attr(&[(3, Policy::uint()), (1, Policy::uint())]), 3);
        assert_eq!(TABLE.len(), 9);
    }

    #[test]
    fn bytes_are_checked_for_their_number() {
        for (number, len, fits) in [
            (1, 0, true),
            (1, 8, true),
            (1, 9, false),
            (2, 1, false),
            (2, 2, true),
            (2, 8, true),
            (2, 9, false),
        ] {
            let result = checked(|attrs| attrs.put_bytes(number, &[1; 9][..len]));
            assert_eq!(result.is_ok(), fits);
        }
    }

    #[test]
    fn a_string_is_checked_for_its_length_and_its_nul() {
        for (string, fits) in [
            (&b"abc\0"[..], true),
            (&b"\0"[..], true),
            (&b"abcd\0"[..], false),
            (&b"abc"[..], false),
            (&b""[..], false),
        ] {
            assert_eq!(checked(|attrs| attrs.put_bytes(3, string)).is_ok(), fits);
        }
    }

    #[test]
    fn integers_are_checked_for_their_length() {
        for number in [4, 5] {
            for len in 0..=9 {
                let result = checked(|attrs| attrs.put_bytes(number, &[1; 9][..len]));
                assert_eq!(result.is_ok(), len == 4 || len == 8);
            }
        }
    }

    #[test]
    fn a_u32_is_checked_for_its_range_and_length() {
        for (value, fits) in [
            (9, false),
            (10, true),
            (60_000, true),
            (60_001, false),
            (u32::MAX, false),
        ] {
            assert_eq!(checked(|attrs| attrs.put_u32(8, value)).is_ok(), fits);
        }
        assert!(checked(|attrs| attrs.put_bytes(8, &[0, 0])).is_err());
    }

    #[test]
    fn a_flag_holds_nothing() {
        assert!(checked(|attrs| attrs.put_bytes(7, &[])).is_ok());
        assert!(checked(|attrs| attrs.put_u32(7, 1)).is_err());
    }

    #[test]
    fn a_number_that_no_argument_has_is_refused() {
        for number in [6, 9, 1000] {
            assert_eq!(checked(|attrs| attrs.put_u32(number, 1)), Err(EINVAL));
        }
    }
}
