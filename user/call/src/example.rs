// SPDX-License-Identifier: MIT OR Apache-2.0

//! Examples of arguments for attributes that only JSON can express.

use parley_spec::model::{Attribute, AttributeKind, Operation, SetId, Spec};

/// Returns an example for the attribute, to end an error message, or an empty string.
pub(super) fn of(spec: &Spec, name: &str, kind: &AttributeKind, text: &str) -> String {
    let json = match kind {
        AttributeKind::Nest(Some(id)) => {
            // Text that is not a number suggests a string.
            let is_string = text.parse::<f64>().is_err();
            let mut used = used(spec, *id);
            let string = |one: &&Attribute| matches!(one.kind, AttributeKind::Text { .. });
            let inner = used.clone().find(|one| is_string && string(one));
            match inner.or(used.next()) {
                Some(inner) => wrapped(&[&inner.name]),
                None => return String::new(),
            }
        }
        AttributeKind::IndexedArray(_) => "[...]".to_owned(),
        AttributeKind::Bitfield32(_) => r#"{"value":...,"selector":...}"#.to_owned(),
        _ => return String::new(),
    };
    format!("; write {name}='{json}'")
}

/// Returns the nest of the request that contains the attribute `name`, and how to write
/// it. Requires that exactly one nest contains it, or that `name` is a path such as
/// `header.dev-name`.
pub(super) fn elsewhere(spec: &Spec, operation: &Operation, name: &str) -> Option<String> {
    if let Some((first, rest)) = name.split_once('.') {
        let nest = requested(spec, operation).find(|one| one.name == first)?;
        let (mut set, path) = (nest_of(nest)?, rest.split('.').collect::<Vec<_>>());
        for (place, step) in path.iter().enumerate() {
            let inner = used(spec, set).find(|one| one.name == *step)?;
            if place.saturating_add(1) < path.len() {
                set = nest_of(inner)?;
            }
        }
        return Some(format!("write {first}='{}'", wrapped(&path)));
    }
    let holds = |id| used(spec, id).any(|one| one.name == name);
    let mut nests = requested(spec, operation).filter(|one| nest_of(one).is_some_and(holds));
    match (nests.next(), nests.next()) {
        (Some(nest), None) => Some(format!(
            "it is in the nest {0}: {0}='{1}'",
            nest.name,
            wrapped(&[name])
        )),
        _ => None,
    }
}

/// Returns nested objects, the innermost with a value to fill in.
fn wrapped(path: &[&str]) -> String {
    let wrap = |inner: String, name: &&str| format!("{{\"{name}\":{inner}}}");
    path.iter().rev().fold("...".to_owned(), wrap)
}

fn nest_of(attribute: &Attribute) -> Option<SetId> {
    match attribute.kind {
        AttributeKind::Nest(id) => id,
        _ => None,
    }
}

fn used(spec: &Spec, id: SetId) -> impl Iterator<Item = &Attribute> + Clone {
    let is_used =
        |one: &&Attribute| !matches!(one.kind, AttributeKind::Unused | AttributeKind::Pad);
    spec[id].attributes.iter().filter(is_used)
}

/// Returns the attributes of the operation's requests.
fn requested<'s>(
    spec: &'s Spec,
    operation: &'s Operation,
) -> impl Iterator<Item = &'s Attribute> + 's {
    let calls = [&operation.r#do, &operation.dump].into_iter().flatten();
    let requests: Vec<_> = calls.filter_map(|call| call.request.as_ref()).collect();
    let set = operation
        .attributes
        .map_or(&[][..], |id| &spec[id].attributes);
    let is_requested =
        move |place: usize| requests.iter().any(|one| one.attributes.contains(&place));
    let all = set.iter().enumerate();
    all.filter(move |(place, _)| is_requested(*place))
        .map(|(_, attribute)| attribute)
}

#[cfg(test)]
mod tests {
    use crate::{arguments::values, operation};
    use parley_spec::Spec;

    const SPEC: &str = "\
# SPDX-License-Identifier: MIT
name: rings
doc: Rings.
attribute-sets:
  - name: rings
    attributes:
      - { name: header, type: nest, nested-attributes: header }
      - { name: rx, type: nest, nested-attributes: limits }
      - { name: tx, type: nest, nested-attributes: limits }
      - { name: sizes, type: indexed-array, sub-type: u32 }
      - { name: stats, type: nest, nested-attributes: stats }
  - name: header
    attributes:
      - { name: dev-index, type: u32 }
      - { name: dev-name, type: string }
      - { name: peer, type: nest, nested-attributes: stats }
  - { name: limits, attributes: [ { name: least, type: u32 } ] }
  - { name: stats, attributes: [ { name: lost, type: u32 } ] }
operations:
  list:
    - name: set
      doc: Sets the rings.
      attribute-set: rings
      do:
        request: { attributes: [ header, rx, tx, sizes ] }
        reply: { attributes: [ stats ] }
";

    #[test]
    fn what_is_in_a_nest_is_shown_in_json() {
        let spec = Spec::parse("t", SPEC).unwrap();
        let set = operation(&spec, "set").unwrap();
        for (word, end) in [
            (
                "header=eth0",
                r#" not `eth0`: expected value at line 1 column 1; write header='{"dev-name":...}'"#,
            ),
            (
                "header=5",
                r#" object in JSON, not `5`; write header='{"dev-index":...}'"#,
            ),
            ("sizes=x", "; write sizes='[...]'"),
            (
                "header.dev-name=eth0",
                r#"; write header='{"dev-name":...}'"#,
            ),
            (
                "header.peer.lost=1",
                r#"; write header='{"peer":{"lost":...}}'"#,
            ),
            (
                "dev-name=eth0",
                r#"no attribute `dev-name`; it is in the nest header: header='{"dev-name":...}'"#,
            ),
        ] {
            let error = values(&spec, set, &[word]).unwrap_err().to_string();
            assert!(error.ends_with(end), "{error}");
        }
        // In two nests, in the reply alone, or nowhere: the encoder refuses it.
        for word in ["least=1", "lost=1", "header.lost=1", "none.lost=1"] {
            assert!(values(&spec, set, &[word]).is_ok(), "{word}");
        }
    }
}
