// SPDX-License-Identifier: GPL-2.0

//! Operations as the spec describes them.

use super::{
    payload::Payload,
    policy::Policy, //
};
use kernel::bindings;

/// The flag of an operation for callers with `CAP_NET_ADMIN` in the initial user namespace.
pub(crate) const ADMIN_PERM: u32 = bindings::GENL_ADMIN_PERM;
/// The flag of an operation for callers with `CAP_NET_ADMIN` in the user namespace that owns the
/// network namespace.
pub(crate) const UNS_ADMIN_PERM: u32 = bindings::GENL_UNS_ADMIN_PERM;

/// The core accepts attributes that the policy does not list, which no method of a request returns,
/// and integers that are longer than their type, with a warning in the kernel log. Reading such an
/// integer still fails.
pub(crate) const DONT_VALIDATE_STRICT: u32 =
    bindings::genl_validate_flags_GENL_DONT_VALIDATE_STRICT;
/// The core skips one of its checks that the request of a dump is long enough for the family's own
/// header.
pub(crate) const DONT_VALIDATE_DUMP: u32 = bindings::genl_validate_flags_GENL_DONT_VALIDATE_DUMP;
/// Like [`DONT_VALIDATE_STRICT`], for a dump.
pub(crate) const DONT_VALIDATE_DUMP_STRICT: u32 =
    bindings::genl_validate_flags_GENL_DONT_VALIDATE_DUMP_STRICT;

/// An operation: a do, or a dump. Generated from the spec.
pub(crate) trait Op: 'static {
    /// The number of the operation. A do and a dump may share it.
    const CMD: u8;

    /// The number of its reply. Most families use that of the request.
    const REPLY_CMD: u8 = Self::CMD;

    /// The permission flags: [`ADMIN_PERM`], [`UNS_ADMIN_PERM`] or 0 for everyone.
    const FLAGS: u32;

    /// The `DONT_VALIDATE` flags, which relax the core's validation of requests.
    const VALIDATE: u32;

    /// Whether it has a reply.
    const REPLIES: bool;

    /// The policy that the kernel applies before the handler runs, indexed by attribute number.
    /// Empty if the operation takes no attributes.
    const POLICY: &'static [Policy];

    /// The attributes of its reply, or of each entry of the dump. `()` if it has no reply.
    type Reply<'a>: Payload;
}
