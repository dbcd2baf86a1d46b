// SPDX-License-Identifier: MIT OR Apache-2.0

//! The side that code is generated for.

/// The side that code is generated for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A kernel module; see [`family`](super::family()).
    Kernel,
    /// A program; see [`constants`](super::constants()).
    User,
}

impl Target {
    /// The visibility of generated items.
    pub(super) fn visible(self) -> &'static str {
        match self {
            Self::Kernel => "pub(crate)",
            Self::User => "pub",
        }
    }
}
