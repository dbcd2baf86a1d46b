// SPDX-License-Identifier: MIT OR Apache-2.0

//! The tables of a spec that was read at run time. They stay in memory until the program
//! ends.

use parley_netlink::genl::spec::{Attribute, AttributeSet, Family, Operation};
use parley_spec::model::{self, AttributeKind, Bound, Call, Permission, SetId};
use parley_spec::Spec;

pub(super) fn of(spec: &Spec) -> &'static Family {
    Box::leak(Box::new(Family {
        name: text(&spec.name),
        version: u8::try_from(spec.version).unwrap_or(u8::MAX),
        attribute_sets: list(spec.attribute_sets.iter().map(|set| {
            let attributes = set.attributes.iter().map(|one| attribute(spec, one));
            let mut attributes: Vec<_> = attributes.collect();
            attributes.sort_by_key(|attribute| attribute.number);
            AttributeSet {
                name: text(&set.name),
                attributes: attributes.leak(),
            }
        })),
        operations: list(spec.operations.iter().map(|one| operation(spec, one))),
    }))
}

/// Returns an operation. If its number is too large for Generic Netlink, it gets the
/// number 0.
pub(super) fn operation(spec: &Spec, operation: &model::Operation) -> Operation {
    let fits = |number: Option<u32>| u8::try_from(number?).ok();
    let reply = fits(operation.reply_number);
    let set = operation.attributes;
    Operation {
        number: fits(operation.request_number).or(reply).unwrap_or(0),
        reply,
        name: text(&operation.name),
        set: set.map_or("", |id| text(&spec[id].name)),
        admin: operation.permission != Permission::Anyone,
        r#do: request(spec, set, operation.r#do.as_ref()),
        dump: request(spec, set, operation.dump.as_ref()),
    }
}

/// Returns the numbers of a request's attributes.
fn request(spec: &Spec, set: Option<SetId>, call: Option<&Call>) -> Option<&'static [u16]> {
    let attributes = set.map_or(&[][..], |id| &spec[id].attributes);
    let places = call?.request.iter().flat_map(|request| &request.attributes);
    let known = places.filter_map(|place| attributes.get(*place));
    Some(list(known.map(|attribute| attribute.number)))
}

fn attribute(spec: &Spec, attribute: &model::Attribute) -> Attribute {
    let (mut lengths, mut values) = ((None, None), (None, None));
    match &attribute.kind {
        AttributeKind::Text { length, .. } | AttributeKind::Binary { length, .. } => {
            let bound = |own| number(length.exact.as_ref().or(own));
            lengths = (bound(length.min.as_ref()), bound(length.max.as_ref()));
        }
        AttributeKind::Integer(_, limits) => {
            values = (number(limits.min.as_ref()), number(limits.max.as_ref()));
        }
        _ => {}
    }
    Attribute {
        number: attribute.number,
        name: text(&attribute.name),
        kind: text(&attribute.table_type()),
        nested: attribute.kind.set().map(|id| text(&spec[id].name)),
        min_len: lengths.0,
        max_len: lengths.1,
        min: values.0,
        max: values.1,
    }
}

/// Returns the value of a bound, if it fits into the table.
fn number<N: TryFrom<i128>>(bound: Option<&Bound>) -> Option<N> {
    N::try_from(bound?.value?).ok()
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn list<X>(items: impl Iterator<Item = X>) -> &'static [X] {
    items.collect::<Vec<_>>().leak()
}
