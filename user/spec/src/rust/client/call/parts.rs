// SPDX-License-Identifier: MIT OR Apache-2.0

//! What is kept while the operations of a family are generated in JSON.

use super::super::parts::Client;
use crate::model::{DefinitionId, SetId, Spec};
use std::collections::BTreeSet;

/// The state of the generator.
pub(super) struct Json<'s> {
    pub(super) spec: &'s Spec,
    pub(super) parts: Client<'s>,
    /// The sets of nests: whether messages from the kernel hold them, or requests.
    pub(super) needed: BTreeSet<(bool, SetId)>,
}

/// The names of a struct's members.
pub(super) fn members(spec: &Spec, id: DefinitionId) -> impl Iterator<Item = &str> {
    let members = spec.structure(id).into_iter().flat_map(|of| &of.members);
    members.map(|member| member.name.as_str())
}
