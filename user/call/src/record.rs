// SPDX-License-Identifier: MIT OR Apache-2.0

//! Structs, with C's layout, whether or not the spec names the padding.

use super::{excerpt, hint, scalar};
use anyhow::{anyhow, bail, Result};
use parley_spec::did_you_mean;
use parley_spec::model::{Bound, DefinitionId, Member, MemberKind, Spec};
use serde_json::{Map, Value};

/// Returns the offset, the length and the member for each member of a struct, and the
/// struct's size.
fn layout(spec: &Spec, id: DefinitionId) -> (Vec<(usize, usize, &Member)>, usize) {
    let members = spec.structure(id).map(|known| &known.members[..]);
    let (mut places, mut at) = (Vec::new(), 0_usize);
    for member in members.unwrap_or_default() {
        let (len, align) = (size_of(spec, &member.kind), align_of(spec, &member.kind));
        at = at.next_multiple_of(align);
        places.push((at, len, member));
        at = at.saturating_add(len);
    }
    (places, at.next_multiple_of(align(spec, id)))
}

/// Returns the size of a struct in bytes.
pub(super) fn len(spec: &Spec, id: DefinitionId) -> usize {
    layout(spec, id).1
}

fn align(spec: &Spec, id: DefinitionId) -> usize {
    let members = spec.structure(id).map(|known| &known.members[..]);
    let members = members.unwrap_or_default().iter();
    let aligns = members.map(|member| align_of(spec, &member.kind));
    aligns.max().unwrap_or(1)
}

fn align_of(spec: &Spec, kind: &MemberKind) -> usize {
    match kind {
        MemberKind::Integer(integer) => integer.kind.bits() as usize / 8,
        MemberKind::Struct(id) => align(spec, *id),
        MemberKind::Text(_) | MemberKind::Binary(_) | MemberKind::Pad(_) => 1,
    }
}

fn size_of(spec: &Spec, kind: &MemberKind) -> usize {
    let of = |bound: &Option<Bound>| {
        let value = bound.as_ref().and_then(|bound| bound.value);
        // No message is longer.
        usize::try_from(value.unwrap_or(0)).map_or(0, |len| len.min(0xffff))
    };
    match kind {
        MemberKind::Integer(integer) => integer.kind.bits() as usize / 8,
        MemberKind::Text(bound) | MemberKind::Binary(bound) | MemberKind::Pad(bound) => of(bound),
        MemberKind::Struct(id) => len(spec, *id),
    }
}

/// Reads the members that `payload` contains. An older kernel may have fewer.
pub(super) fn read(spec: &Spec, payload: &[u8], id: DefinitionId) -> Map<String, Value> {
    let mut values = Map::new();
    for (at, len, member) in layout(spec, id).0 {
        let Some(bytes) = payload.get(at..at.saturating_add(len)) else {
            break;
        };
        let hint = member.display_hint.as_deref();
        let value = match &member.kind {
            MemberKind::Pad(_) => continue,
            MemberKind::Struct(id) => read(spec, bytes, *id).into(),
            MemberKind::Integer(integer) => match scalar::read(bytes, integer) {
                Some(value) => scalar::show(spec, value, integer, hint),
                None => continue,
            },
            MemberKind::Text(_) => {
                let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
                String::from_utf8_lossy(text).into()
            }
            MemberKind::Binary(_) => hint::text(bytes, hint).into(),
        };
        values.insert(member.name.clone(), value);
    }
    values
}

/// Returns the bytes of a struct. Members without a value are 0. Fails for unknown members.
pub(super) fn write(
    spec: &Spec,
    values: &Map<String, Value>,
    id: DefinitionId,
    path: &str,
) -> Result<Vec<u8>> {
    let is_known = |name: &&String| names(spec, id).any(|known| known == *name);
    if let Some(name) = values.keys().find(|name| !is_known(name)) {
        let hint = did_you_mean(name, names(spec, id));
        bail!("{path} has no member `{name}`{hint}");
    }
    let (places, len) = layout(spec, id);
    let mut payload = vec![0; len];
    for (at, len, member) in places {
        let Some(value) = values.get(&member.name) else {
            continue;
        };
        let path = format!("{path}.{}", member.name);
        let hint = member.display_hint.as_deref();
        let bytes = match (&member.kind, value) {
            (MemberKind::Integer(integer), _) => scalar::parse(spec, value, integer, hint, &path)?,
            (MemberKind::Struct(id), Value::Object(values)) => write(spec, values, *id, &path)?,
            (MemberKind::Struct(_), _) => {
                bail!("{path} cannot be {}; expected an object", excerpt(value))
            }
            (MemberKind::Text(_), Value::String(text)) => scalar::text(text, &path)?.into(),
            (MemberKind::Binary(_), Value::String(text)) => {
                hint::bytes(text, hint).ok_or_else(|| {
                    anyhow!(
                        "{path} cannot be `{}`; expected {}",
                        excerpt(text),
                        hint::expected(hint)
                    )
                })?
            }
            _ => bail!("{path} cannot be {}; expected a string", excerpt(value)),
        };
        let fits = match member.kind {
            MemberKind::Binary(_) => bytes.len() == len,
            _ => bytes.len() <= len,
        };
        let room = payload.get_mut(at..at.saturating_add(bytes.len()));
        match room.filter(|_| fits) {
            Some(room) => room.copy_from_slice(&bytes),
            None => bail!("{path} has {len} bytes, and these are {}", bytes.len()),
        }
    }
    Ok(payload)
}

/// Returns the names of the members that can be set.
pub(super) fn names(spec: &Spec, id: DefinitionId) -> impl Iterator<Item = &str> {
    let members = spec.structure(id).map(|known| &known.members[..]);
    let members = members.unwrap_or_default().iter();
    let is_set = |member: &&Member| !matches!(member.kind, MemberKind::Pad(_));
    members.filter(is_set).map(|member| &*member.name)
}

/// Removes the values of a struct's members from `values`, and returns them.
pub(super) fn take(
    spec: &Spec,
    values: &mut Map<String, Value>,
    id: DefinitionId,
) -> Map<String, Value> {
    let mut taken = Map::new();
    for name in names(spec, id) {
        taken.extend(values.remove_entry(name));
    }
    taken
}
