// SPDX-License-Identifier: MIT OR Apache-2.0

//! The values of an integer that a policy accepts. They follow from the spec's checks
//! together with the enum or flag set of the values.

use super::{Integer, Limits, Spec};

/// The values of an integer that a policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// All values from the minimum to the maximum. The default for a bound is the type's
    /// own.
    Range(Option<i128>, Option<i128>),
    /// Values that have only these bits.
    Bits(u64),
    /// These values.
    Values(Vec<i128>),
}

impl Spec {
    /// Returns the values of `integer` that a policy accepts, if the spec's checks are
    /// `limits`.
    ///
    /// The rules are those of the kernel's generator, ynl_gen_c. An enum without gaps bounds its
    /// values, unless the spec has a bound of its own.
    pub fn accepted(&self, integer: &Integer, limits: &Limits) -> Accepted {
        let used = integer
            .values
            .filter(|used| used.as_flags)
            .map(|used| used.id);
        if let Some(flags) = used.or(limits.mask).and_then(|id| self.enumeration(id)) {
            return Accepted::Bits(flags.mask());
        }
        let value = |bound: &Option<super::Bound>| bound.as_ref().and_then(|bound| bound.value);
        let (min, max) = (value(&limits.min), value(&limits.max));
        let Some(values) = integer.values.and_then(|used| self.enumeration(used.id)) else {
            return Accepted::Range(min, max);
        };
        match values.range() {
            // A minimum of 0 does not restrict an unsigned type.
            Some((0, high)) if !integer.kind.is_signed() => {
                Accepted::Range(min, max.or(Some(high)))
            }
            Some((low, high)) => Accepted::Range(min.or(Some(low)), max.or(Some(high))),
            None if min.is_some() || max.is_some() => Accepted::Range(min, max),
            None => Accepted::Values(values.entries.iter().map(|entry| entry.value).collect()),
        }
    }
}
