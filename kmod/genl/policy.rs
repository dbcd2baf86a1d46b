// SPDX-License-Identifier: GPL-2.0

//! Attribute policies: the kernel validates a request with them before its handler runs.
//!
//! C header: [`include/net/netlink.h`](srctree/include/net/netlink.h)

use kernel::{
    bindings,
    ffi::c_int, //
};

/// Checks an attribute. Returns 0 or a negative errno.
pub(super) type Validate =
    unsafe extern "C" fn(*const bindings::nlattr, *mut bindings::netlink_ext_ack) -> c_int;

/// The policy for one attribute.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Policy(bindings::nla_policy);

// SAFETY: A policy is never written after it was made. Its pointers are null, or point to functions
// or to static data that is never written either.
unsafe impl Sync for Policy {}

/// The range of an unsigned integer, for bounds that do not fit a signed 16-bit integer.
#[repr(transparent)]
pub(crate) struct Range(bindings::netlink_range_validation);

impl Range {
    pub(crate) const fn new(min: u64, max: u64) -> Self {
        assert!(min <= max);
        Self(bindings::netlink_range_validation { min, max })
    }
}

/// Like [`Range`], for a signed integer.
#[repr(transparent)]
pub(crate) struct SignedRange(bindings::netlink_range_validation_signed);

impl SignedRange {
    pub(crate) const fn new(min: i64, max: i64) -> Self {
        assert!(min <= max);
        Self(bindings::netlink_range_validation_signed { min, max })
    }
}

macro_rules! plain {
    ($($(#[$meta:meta])* $name:ident: $type:ident;)+) => {$(
        $(#[$meta])*
        pub(crate) const fn $name() -> Self {
            Self::new(bindings::$type, 0)
        }
    )+};
}

impl Policy {
    /// For attributes that the operation does not take. The core refuses them, unless the operation
    /// relaxes validation.
    const NONE: Self = Self::new(bindings::NLA_UNSPEC, 0);

    const fn new(kind: u32, len: u16) -> Self {
        Self(bindings::nla_policy {
            type_: kind as u8,
            len,
            ..pin_init::zeroed()
        })
    }

    plain! {
        // Integers of these types.
        u8: NLA_U8;
        u16: NLA_U16;
        u32: NLA_U32;
        u64: NLA_U64;
        s8: NLA_S8;
        s16: NLA_S16;
        s32: NLA_S32;
        s64: NLA_S64;
        /// Accepts a `u16` in big-endian byte order.
        be16: NLA_BE16;
        /// Accepts a `u32` in big-endian byte order.
        be32: NLA_BE32;
        /// Accepts an unsigned integer of 4 or 8 bytes.
        uint: NLA_UINT;
        /// Accepts a signed integer of 4 or 8 bytes.
        sint: NLA_SINT;
        /// Accepts a nest with any attributes, which are not validated.
        any_nest: NLA_NESTED;
        /// Accepts a flag, which has no payload.
        flag: NLA_FLAG;
        /// Accepts bytes.
        binary: NLA_BINARY;
        /// Accepts a string that a NUL terminates.
        nul_string: NLA_NUL_STRING;
        /// Accepts a string, with or without a NUL at its end.
        string: NLA_STRING;
    }

    /// Accepts a nest of attributes that `policy` describes.
    pub(crate) const fn nest(policy: &'static [Self]) -> Self {
        Self::nested(bindings::NLA_NESTED, policy)
    }

    /// Accepts a nest of nests, each with attributes that `policy` describes.
    pub(crate) const fn nest_array(policy: &'static [Self]) -> Self {
        Self::nested(bindings::NLA_NESTED_ARRAY, policy)
    }

    const fn nested(kind: u32, policy: &'static [Self]) -> Self {
        assert!(!policy.is_empty() && policy.len() <= u16::MAX as usize);
        let mut made = Self::new(kind, policy.len() as u16 - 1);
        made.0.__bindgen_anon_1 = bindings::nla_policy__bindgen_ty_1 {
            nested_policy: policy.as_ptr().cast(),
        };
        made
    }

    /// Accepts a selection of 32 bits and their values. Only bits in `mask` may be selected, and
    /// only selected bits may be set.
    pub(crate) const fn bitfield32(mask: u32) -> Self {
        let mut made = Self::new(bindings::NLA_BITFIELD32, 0);
        made.0.__bindgen_anon_1 = bindings::nla_policy__bindgen_ty_1 {
            bitfield32_valid: mask,
        };
        made
    }

    /// Requires that `validate` accepts the attribute.
    pub(super) const fn validated_by(self, validate: Validate) -> Self {
        self.validation(
            bindings::nla_policy_validation_NLA_VALIDATE_FUNCTION,
            bindings::nla_policy__bindgen_ty_1 {
                validate: Some(validate),
            },
        )
    }

    const fn validation(mut self, kind: u32, value: bindings::nla_policy__bindgen_ty_1) -> Self {
        // The kernel supports one check per attribute.
        assert!(self.0.validation_type == 0 && self.0.len == 0);
        self.0.validation_type = kind as u8;
        self.0.__bindgen_anon_1 = value;
        self
    }

    /// Returns whether the kernel can compare the attribute's value, or the length of its payload,
    /// with unsigned bounds.
    const fn is_compared(&self) -> bool {
        matches!(
            self.0.type_ as u32,
            bindings::NLA_U8
                | bindings::NLA_U16
                | bindings::NLA_U32
                | bindings::NLA_U64
                | bindings::NLA_UINT
                | bindings::NLA_BE16
                | bindings::NLA_BE32
                | bindings::NLA_BINARY
        )
    }

    /// Returns whether the kernel can compare the attribute's value with signed bounds.
    const fn is_signed(&self) -> bool {
        matches!(
            self.0.type_ as u32,
            bindings::NLA_S8
                | bindings::NLA_S16
                | bindings::NLA_S32
                | bindings::NLA_S64
                | bindings::NLA_SINT
        )
    }

    const fn bounds(self, kind: u32, min: i16, max: i16) -> Self {
        // Other bounds make the kernel warn, but only when a request arrives.
        assert!(self.is_signed() || (self.is_compared() && min >= 0 && max >= 0));
        self.validation(
            kind,
            bindings::nla_policy__bindgen_ty_1 {
                __bindgen_anon_1: bindings::nla_policy__bindgen_ty_1__bindgen_ty_1 { min, max },
            },
        )
    }

    /// Requires an integer from `min` to `max`, or a payload of `min` to `max` bytes.
    pub(crate) const fn range(self, min: i16, max: i16) -> Self {
        assert!(min <= max);
        self.bounds(bindings::nla_policy_validation_NLA_VALIDATE_RANGE, min, max)
    }

    /// Requires an integer of at least `min`, or a payload of at least `min` bytes.
    pub(crate) const fn min(self, min: i16) -> Self {
        self.bounds(bindings::nla_policy_validation_NLA_VALIDATE_MIN, min, 0)
    }

    /// Requires an integer of at most `max`.
    pub(crate) const fn max(self, max: i16) -> Self {
        self.bounds(bindings::nla_policy_validation_NLA_VALIDATE_MAX, 0, max)
    }

    /// Requires an unsigned integer within `range`.
    pub(crate) const fn full_range(self, range: &'static Range) -> Self {
        assert!(self.is_compared());
        self.validation(
            bindings::nla_policy_validation_NLA_VALIDATE_RANGE_PTR,
            bindings::nla_policy__bindgen_ty_1 { range: &range.0 },
        )
    }

    /// Requires a signed integer within `range`.
    pub(crate) const fn full_range_signed(self, range: &'static SignedRange) -> Self {
        assert!(self.is_signed());
        self.validation(
            bindings::nla_policy_validation_NLA_VALIDATE_RANGE_PTR,
            bindings::nla_policy__bindgen_ty_1 {
                range_signed: &range.0,
            },
        )
    }

    /// Requires an integer without bits outside of `mask`.
    pub(crate) const fn mask(self, mask: u32) -> Self {
        assert!(self.is_compared() && self.0.type_ as u32 != bindings::NLA_BINARY);
        self.validation(
            bindings::nla_policy_validation_NLA_VALIDATE_MASK,
            bindings::nla_policy__bindgen_ty_1 { mask },
        )
    }

    /// Requires a payload of at most `max` bytes; the NUL of a string does not count.
    pub(crate) const fn max_len(mut self, max: u16) -> Self {
        assert!(self.0.validation_type == 0 && max > 0);
        self.0.len = max;
        self
    }
}

/// Makes a policy table of `N` entries, indexed by attribute number. Attributes that `entries` does
/// not list are refused, unless the operation relaxes validation.
pub(crate) const fn table<const N: usize>(entries: &[(u16, Policy)]) -> [Policy; N] {
    let mut table = [Policy::NONE; N];
    let mut seen = [false; N];
    let mut i = 0;
    while i < entries.len() {
        let number = entries[i].0 as usize;
        assert!(number != 0, "the kernel's parser refuses the number 0");
        assert!(!seen[number], "two attributes have the same number");
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
        integers::U32,
        testing::{
            check,
            put,
            write, //
        },
        types::{
            Bitfield32,
            BitfieldValue,
            NulString,
            Sparse, //
        },
        wire::NoRoom,
        writer::Writer, //
    };
    use kernel::prelude::*;

    enum Few {}

    impl Sparse for Few {
        const VALUES: &'static [i128] = &[1, 5];
    }

    static INNER: [Policy; 4] = table(&[
        (2, Policy::nest(&INNER)),
        (3, Policy::nul_string().max_len(3)),
    ]);
    const TABLE: &[Policy] = &table::<14>(&[
        (1, Policy::binary().max_len(8)),
        (2, Policy::binary().range(2, 8)),
        (3, Policy::nul_string().max_len(3)),
        (4, Policy::uint()),
        (5, Policy::sint()),
        (7, Policy::flag()),
        (8, Policy::u32().full_range(&Range::new(10, 60_000))),
        (10, Policy::nest(&INNER)),
        (11, Policy::nest_array(&INNER)),
        (12, Policy::u32().one_of::<U32, Few>()),
        (13, Policy::bitfield32(0b101)),
    ]);

    fn checked(fill: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>) -> Result {
        check(&write(64, fill)?, TABLE)
    }

    #[test]
    fn bytes_are_checked_for_their_length() {
        for (number, len, fits) in [
            (1, 0, true),
            (1, 8, true),
            (1, 9, false),
            (2, 1, false),
            (2, 2, true),
            (2, 8, true),
            (2, 9, false),
        ] {
            let result = checked(|attrs| attrs.put(number, &[1; 9][..len]));
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
            assert_eq!(checked(|attrs| attrs.put(3, string)).is_ok(), fits);
        }
    }

    #[test]
    fn integers_are_checked_for_their_length() {
        for number in [4, 5] {
            for len in 0..=9 {
                let result = checked(|attrs| attrs.put(number, &[1; 9][..len]));
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
            assert_eq!(
                checked(|attrs| attrs.put(8, &u32::to_ne_bytes(value))).is_ok(),
                fits
            );
        }
        assert!(checked(|attrs| attrs.put(8, &[0, 0])).is_err());
    }

    #[test]
    fn a_flag_has_no_payload() {
        assert!(checked(|attrs| attrs.put(7, &[])).is_ok());
        assert!(checked(|attrs| attrs.put(7, &1u32.to_ne_bytes())).is_err());
    }

    #[test]
    fn an_attribute_without_a_policy_is_refused() {
        for number in [6, 9, 1000] {
            assert_eq!(
                checked(|attrs| attrs.put(number, &1u32.to_ne_bytes())),
                Err(EINVAL)
            );
        }
    }

    #[test]
    fn a_policy_checks_nests_at_any_depth() {
        let long = |to: &mut Writer<'_>| put::<NulString<0>>(to, 3, c"abcd");
        let short = |to: &mut Writer<'_>| put::<NulString<0>>(to, 3, c"abc");
        for depth in 0..3 {
            let fill = |to: &mut Writer<'_>, bad: bool| {
                let put = |to: &mut Writer<'_>| if bad { long(to) } else { short(to) };
                match depth {
                    0 => to.nest(10, put),
                    1 => to.nest(10, |to| to.nest(2, put)),
                    _ => to.nest(11, |to| to.nest(1, put)),
                }
            };
            assert!(checked(|to| fill(to, false)).is_ok());
            assert!(checked(|to| fill(to, true)).is_err());
        }
        // A nest needs the flag `NLA_F_NESTED`.
        assert!(checked(|to| to.put(10, &[])).is_err());
    }

    #[test]
    fn an_enum_with_gaps_is_checked_for_its_values() {
        for (value, fits) in [(0, false), (1, true), (2, false), (5, true), (6, false)] {
            assert_eq!(checked(|to| put::<U32>(to, 12, value)).is_ok(), fits);
        }
    }

    #[test]
    fn bits_must_be_allowed_and_selected() {
        for (value, selector, fits) in [
            (0b001, 0b101, true),
            (0b010, 0b010, false),
            (0b100, 0b001, false),
        ] {
            let bits = BitfieldValue { value, selector };
            assert_eq!(checked(|to| put::<Bitfield32>(to, 13, bits)).is_ok(), fits);
        }
    }
}
