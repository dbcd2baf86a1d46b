// SPDX-License-Identifier: MIT OR Apache-2.0

//! What a message's type reveals about it, before it is decoded.

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

/// What is known about a message before it is decoded.
pub(super) struct About {
    pub(super) purpose: Purpose,
    /// The role of a message from the kernel, as far as its type reveals it; later the
    /// actual role.
    pub(super) role: Role,
    /// The name of its type.
    pub(super) kind: String,
    /// Its family, if that is a Generic Netlink family.
    pub(super) family: Option<String>,
    /// Its operation. Empty if only the family is known.
    pub(super) operation: String,
    /// The attributes that it may have.
    pub(super) set: Set,
}

impl About {
    /// Describes the message in words.
    pub(super) fn words(&self) -> String {
        let family = self.family.as_deref();
        let known = family.into_iter().chain([self.operation.as_str()]);
        let known: Vec<_> = known.filter(|known| !known.is_empty()).collect();
        known.join(" ")
    }
}
