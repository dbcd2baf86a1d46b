// SPDX-License-Identifier: MIT OR Apache-2.0

//! What is known of a message by its type, before it is decoded.

use super::flags::Purpose;
use crate::kernel::Set;

/// What a message is in its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Request,
    /// A request for a dump.
    Dump,
    Reply,
    Event,
    /// A reply or an event; nothing that passed says which.
    Either,
}

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
    /// What it is, in words.
    pub(super) words: String,
    /// The attributes that it may have.
    pub(super) set: Set,
}
