// SPDX-License-Identifier: MIT OR Apache-2.0

//! The state of the generator while it generates the kernel side of a family.

use crate::{
    error::Collector,
    model::{DefinitionId, SetId, Spec},
    ErrorKind, Position,
};
use std::collections::{BTreeSet, HashMap};

/// The type of a message or nest.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) borrows: bool,
}

impl Made {
    /// Returns the type with its lifetime.
    pub(super) fn full(&self) -> String {
        format!("{}{}", self.path, self.local())
    }

    /// Returns the type without its module.
    pub(super) fn local(&self) -> String {
        format!("{}{}", self.name, if self.borrows { "<'a>" } else { "" })
    }

    /// Returns the type for an `impl` that does not name the lifetime.
    pub(super) fn anonymous(&self) -> String {
        self.full().replace("'a", "'_")
    }

    /// Returns the type in the module `module`.
    pub(super) fn inside(mut self, module: &str) -> Self {
        self.path = format!("{module}::");
        self
    }

    /// Returns a type with the same lifetime, but another name.
    pub(super) fn called(&self, name: &str) -> Self {
        Self {
            path: String::new(),
            name: name.to_owned(),
            ..*self
        }
    }
}

/// A family whose kernel side is being generated.
pub(super) struct Family<'s> {
    pub(super) spec: &'s Spec,
    pub(super) errors: Collector,
    /// The family's own header.
    pub(super) header: Option<DefinitionId>,
    /// The sets of nests in requests.
    pub(super) given: BTreeSet<SetId>,
    /// The sets of nests in messages.
    pub(super) nests: BTreeSet<SetId>,
    /// The type of each reply, by its attributes.
    pub(super) replies: HashMap<(SetId, Vec<usize>), Made>,
}

impl<'s> Family<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self {
            spec,
            errors: Collector::new(&spec.file),
            header: None,
            nests: BTreeSet::new(),
            given: BTreeSet::new(),
            replies: HashMap::new(),
        }
    }

    pub(super) fn unsupported(&mut self, at: Position, what: &str) {
        let message = format!("the kernel side does not support {what} yet");
        self.errors.push(ErrorKind::Unsupported, at, message);
    }
}
