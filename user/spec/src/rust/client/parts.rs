// SPDX-License-Identifier: MIT OR Apache-2.0

//! The state of the generator while it generates the client of a family.

use crate::{
    error::Collector,
    model::{SetId, Spec},
    ErrorKind, Position,
};
use std::collections::{BTreeSet, HashMap};

/// A client that is being generated.
pub(super) struct Client<'s> {
    pub(super) spec: &'s Spec,
    pub(super) errors: Collector,
    /// The sets of nests, each with whether messages from the kernel or requests contain
    /// them.
    pub(super) nests: BTreeSet<(bool, SetId)>,
    /// The type of each reply, by its attributes.
    pub(super) replies: HashMap<(SetId, Vec<usize>), String>,
}

impl<'s> Client<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self {
            spec,
            errors: Collector::new(&spec.file),
            nests: BTreeSet::new(),
            replies: HashMap::new(),
        }
    }

    pub(super) fn unsupported(&mut self, at: Position, what: &str) {
        let message = format!("the client does not support {what} yet");
        self.errors.push(ErrorKind::Unsupported, at, message);
    }
}
