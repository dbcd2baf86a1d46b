// SPDX-License-Identifier: MIT OR Apache-2.0

//! Families with a spec: each attribute of a message has its name from the spec.

use super::*;
use crate::genl::spec::{Attribute, AttributeSet, Family, Operation};

const fn attribute(number: u16, name: &'static str, kind: &'static str) -> Attribute {
    Attribute {
        number,
        name,
        kind,
        nested: Some("item"),
        min_len: None,
        max_len: None,
        min: None,
        max: None,
    }
}

const fn operation(number: u8, reply: Option<u8>, name: &'static str) -> Operation {
    Operation {
        number,
        reply,
        name,
        set: name,
        admin: false,
        r#do: Some(&[]),
        dump: None,
    }
}

/// A family that numbers requests and replies separately: 2 is a request of one
/// operation, and the reply of another one.
static APART: Family = Family {
    name: "apart",
    version: 1,
    attribute_sets: &[
        AttributeSet {
            name: "first",
            attributes: &[attribute(1, "items", "indexed-array")],
        },
        AttributeSet {
            name: "second",
            attributes: &[
                attribute(1, "port", "be16"),
                attribute(2, "change", "s32"),
                attribute(3, "bits", "bitfield32"),
                attribute(4, "small", "le32"),
            ],
        },
        AttributeSet {
            name: "item",
            attributes: &[attribute(1, "size", "u64")],
        },
    ],
    operations: &[
        operation(1, Some(2), "first"),
        operation(2, Some(3), "second"),
    ],
};

fn message(cmd: u8, fill: impl FnOnce(&mut Attributes<'_>) -> crate::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, FAMILY, (cmd, 1), 0, 7, fill).unwrap();
    bytes
}

#[test]
fn a_command_from_the_kernel_is_another_one_than_to_it() {
    let mut context = Context::new();
    context.add_spec(&APART);
    context.name_family(FAMILY, "apart");
    let request = message(2, |to| {
        to.bytes(1, &[0x12, 0xb5])?;
        to.bytes(2, &(-5i32).to_ne_bytes())?;
        to.bytes(3, &[1, 0, 0, 0, 3, 0, 0, 0])?;
        to.bytes(4, &[7, 0, 0, 0])
    });
    let explained = context.explain(sent(&request));
    assert!(explained.bad().is_none(), "{:?}", explained.bad());
    for (name, wanted) in [
        ("cmd", "2: second"),
        ("port", "4789 (0x12b5)"),
        ("change", "-5"),
        ("small", "7"),
    ] {
        assert_eq!(meaning(&explained, name), wanted, "{name}");
    }
    assert!(find(&explained, "selector").is_some());

    let reply = message(2, |to| {
        to.nest(1, |items| {
            items.nest(3, |item| item.bytes(1, &9u64.to_ne_bytes()))
        })
    });
    let explained = context.explain(received(&reply));
    assert!(explained.bad().is_none(), "{:?}", explained.bad());
    assert_eq!(meaning(&explained, "cmd"), "2: first");
    assert_eq!(meaning(&explained, "size"), "9");
    let of_types = explained
        .fields
        .iter()
        .filter(|field| field.name == "nla_type");
    let of_types: Vec<_> = of_types.map(|field| field.meaning.as_str()).collect();
    assert_eq!(of_types, ["1: items, NESTED", "3: item, NESTED", "1: size"]);
}

#[test]
fn the_elements_of_an_array_have_the_names_of_their_set_in_a_policy() {
    let names = Names::of(&APART, "first");
    let (name, inside) = names.attribute(1).unwrap();
    let (size, _) = inside.unwrap().attribute(1).unwrap();
    assert_eq!((name, size), ("items", "size"));
}
