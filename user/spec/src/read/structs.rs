// SPDX-License-Identifier: MIT OR Apache-2.0

//! Checks the extent of structs: none contains itself, and each fits into an attribute.

use super::Reader;
use crate::{
    error::ErrorKind,
    model::{Bound, Definition, DefinitionId, DefinitionKind, MemberKind},
};

/// The maximum length of an attribute's payload.
const LEN_MAX: usize = 65_531;

/// The maximum depth of nested structs.
const DEPTH_MAX: usize = 64;

/// The extent of a struct or a member.
#[derive(Clone, Copy)]
struct Extent {
    len: usize,
    align: usize,
    /// The number of members, including those of nested structs.
    parts: usize,
    depth: usize,
}

impl Extent {
    /// One member.
    const fn of(len: usize, align: usize) -> Self {
        Self {
            len,
            align,
            parts: 1,
            depth: 0,
        }
    }
}

impl Reader<'_, '_> {
    /// Checks all structs.
    pub(super) fn extents(&mut self, definitions: &[Definition]) {
        let mut known = vec![None; definitions.len()];
        for index in 0..definitions.len() {
            self.extent(
                DefinitionId(index),
                definitions,
                &mut known,
                &mut Vec::new(),
            );
        }
    }

    /// Returns the extent of a struct, or `None` if it or a struct in it is refused.
    /// `path` has the structs around it.
    fn extent(
        &mut self,
        id: DefinitionId,
        definitions: &[Definition],
        known: &mut [Option<Option<Extent>>],
        path: &mut Vec<DefinitionId>,
    ) -> Option<Extent> {
        let definition = &definitions[id.0];
        let DefinitionKind::Struct(structure) = &definition.kind else {
            return None;
        };
        if let Some(extent) = known[id.0] {
            return extent;
        }
        path.push(id);
        let mut whole = Extent::of(0, 1);
        let mut is_refused = false;
        for member in &structure.members {
            let part = match &member.kind {
                MemberKind::Struct(inner) if path.contains(inner) => {
                    let name = &definitions[inner.0].name;
                    let message = format!("the struct `{name}` contains itself");
                    self.push(ErrorKind::Value, member.at, message);
                    is_refused = true;
                    continue;
                }
                MemberKind::Struct(_) if path.len() > DEPTH_MAX => Extent {
                    depth: DEPTH_MAX,
                    ..Extent::of(0, 1)
                },
                MemberKind::Struct(inner) => {
                    let Some(part) = self.extent(*inner, definitions, known, path) else {
                        is_refused = true;
                        continue;
                    };
                    part
                }
                MemberKind::Integer(integer) => {
                    let len = integer.kind.bits() as usize / 8;
                    Extent::of(len, len)
                }
                MemberKind::Text(len) | MemberKind::Binary(len) | MemberKind::Pad(len) => {
                    Extent::of(length(len.as_ref()), 1)
                }
            };
            whole.len = whole
                .len
                .next_multiple_of(part.align)
                .saturating_add(part.len);
            whole.len = whole.len.min(LEN_MAX + 1);
            whole.align = whole.align.max(part.align);
            whole.parts = whole.parts.saturating_add(part.parts);
            whole.depth = whole.depth.max(part.depth);
        }
        path.pop();
        whole.len = whole.len.next_multiple_of(whole.align);
        whole.depth += 1;
        let excess = if whole.len > LEN_MAX {
            Some(format!(
                "is longer than {LEN_MAX} bytes, the most that an attribute holds"
            ))
        } else if whole.parts > LEN_MAX {
            Some(format!("has more than {LEN_MAX} members"))
        } else if whole.depth > DEPTH_MAX {
            Some(format!("nests structs more than {DEPTH_MAX} deep"))
        } else {
            None
        };
        if let Some(excess) = excess.filter(|_| !is_refused) {
            let message = format!("the struct `{}` {excess}", definition.name);
            self.push(ErrorKind::Value, definition.at, message);
            is_refused = true;
        }
        let whole = (!is_refused).then_some(whole);
        known[id.0] = Some(whole);
        whole
    }
}

/// Returns the length of an array of bytes, if the spec has it.
fn length(bound: Option<&Bound>) -> usize {
    let value = bound.and_then(|bound| bound.value).unwrap_or(0);
    usize::try_from(value.max(0)).unwrap_or(usize::MAX)
}
