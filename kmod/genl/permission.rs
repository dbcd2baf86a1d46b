// SPDX-License-Identifier: GPL-2.0

//! Who may call an operation.

use kernel::bindings;

/// Who may call an operation.
#[derive(Clone, Copy)]
pub(crate) enum Permission {
    /// Everybody.
    Anyone,
    /// Callers with `CAP_NET_ADMIN` in the user namespace that owns the network namespace.
    NetAdmin,
}

impl Permission {
    pub(super) const fn flags(self) -> u32 {
        match self {
            Self::Anyone => 0,
            Self::NetAdmin => bindings::GENL_UNS_ADMIN_PERM,
        }
    }
}
