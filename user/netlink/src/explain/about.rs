// SPDX-License-Identifier: MIT OR Apache-2.0

//! What is known of a message by its type, before it is decoded.

use super::datagram::Role;
use super::flags::Purpose;
use crate::kernel::Set;

impl Role {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Request => "a request",
            Self::Dump => "a request for all there is",
            Self::Reply => "a reply",
            Self::Event => "an event",
            Self::Either => "a reply or an event",
        }
    }
}

/// What is known of a message before it is taken apart.
pub(super) struct About {
    pub(super) purpose: Purpose,
    /// What it is from the kernel, as far as its type tells; then what it is.
    pub(super) role: Role,
    /// What its type is called.
    pub(super) kind: String,
    /// Its family, if that is one of Generic Netlink.
    pub(super) family: Option<String>,
    /// What it does. Empty if only the family is known.
    pub(super) operation: String,
    /// The attributes that it may have.
    pub(super) set: Set,
}

impl About {
    /// What it is, in words.
    pub(super) fn words(&self) -> String {
        let family = self.family.as_deref();
        let known = family.into_iter().chain([self.operation.as_str()]);
        let known: Vec<_> = known.filter(|known| !known.is_empty()).collect();
        known.join(" ")
    }
}
