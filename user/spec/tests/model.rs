// SPDX-License-Identifier: MIT OR Apache-2.0

//! The model of small specs, and the errors of wrong ones.

use parley_spec::{
    model::{
        AttributeKind, ByteOrder, Content, DefinitionKind, EventSource, IntegerType, MemberKind,
        Permission, Selector,
    },
    ErrorKind, Spec,
};

/// A spec with these parts, each a YAML mapping or list in one line.
fn text(protocol: &str, definitions: &str, sets: &str, operations: &str) -> String {
    format!(
        "# SPDX-License-Identifier: GPL-2.0\n\
         name: test\n\
         protocol: {protocol}\n\
         doc: A test.\n\
         definitions: {definitions}\n\
         attribute-sets: {sets}\n\
         operations: {operations}\n"
    )
}

fn spec(protocol: &str, definitions: &str, sets: &str, operations: &str) -> Spec {
    Spec::parse("t", &text(protocol, definitions, sets, operations)).expect("is a spec")
}

fn with_attributes(protocol: &str, definitions: &str, attributes: &str) -> Spec {
    let sets = format!("[ {{ name: a, attributes: [ {attributes} ] }} ]");
    spec(protocol, definitions, &sets, "{ list: [] }")
}

#[track_caller]
fn refused(text: &str, kind: ErrorKind, message: &str) {
    let errors = Spec::parse("t", text).expect_err("is refused");
    assert_eq!(errors.to_string(), message);
    assert!(
        errors.0.iter().all(|error| error.kind == kind),
        "{errors:?}"
    );
}

const LEGACY: &str = "genetlink-legacy";

#[test]
fn attributes_count_from_one_and_go_on_behind_a_value() {
    let spec = with_attributes(
        "genetlink",
        "[]",
        "{ name: x, type: u8 }, { name: y, type: u8, value: 7 }, { name: z, type: u8 }",
    );
    let numbers: Vec<u16> = (spec.attribute_sets[0].attributes.iter())
        .map(|attribute| attribute.number)
        .collect();
    assert_eq!(numbers, [1, 7, 8]);
}

#[test]
fn a_subset_inherits_and_overrides() {
    let sets = "[ { name: a, attributes: [ { name: x, type: u8 }, \
                { name: y, type: u32, byte-order: big-endian, doc: Old. } ] }, \
                { name: b, subset-of: a, attributes: [ { name: y, doc: New. } ] } ]";
    let spec = spec("genetlink", "[]", sets, "{ list: [] }");
    let y = &spec.attribute_sets[1].attributes[0];
    assert_eq!(y.number, 2);
    assert_eq!(y.doc.as_deref(), Some("New."));
    let AttributeKind::Integer(integer, _) = &y.kind else {
        panic!("{y:?}");
    };
    assert_eq!(
        (integer.kind, integer.order),
        (IntegerType::U32, ByteOrder::Big)
    );
    let whole = spec.attribute_sets[1]
        .subset_of
        .map(|id| spec[id].name.as_str());
    assert_eq!(whole, Some("a"));
}

#[test]
fn enums_and_flag_sets_have_values_masks_and_ranges() {
    let definitions = "[ { name: e, type: enum, value-start: 3, entries: [ p, q, { name: r } ] }, \
                       { name: f, type: flags, entries: [ s, { name: t, value: 4 }, u ] }, \
                       { name: g, type: enum, entries: [ v, { name: w, value: 9 } ] } ]";
    let spec = with_attributes(
        "genetlink",
        definitions,
        "{ name: x, type: u32, enum: f }, { name: y, type: u32, enum: e, enum-as-flags: true }",
    );
    let enums: Vec<_> = (spec.definitions.iter())
        .map(|definition| match &definition.kind {
            DefinitionKind::Enum(e) => {
                (e.entries.last().map(|last| last.value), e.mask(), e.range())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        enums,
        [
            (Some(5), 0b111_000, Some((3, 5))),
            (Some(5), 0b11_0001, None),
            (Some(9), 0b10_0000_0001, None),
        ]
    );
    for attribute in &spec.attribute_sets[0].attributes {
        let AttributeKind::Integer(integer, _) = &attribute.kind else {
            panic!("{attribute:?}");
        };
        assert!(integer.values.is_some_and(|values| values.as_flags));
    }
}

#[test]
fn bounds_name_constants_and_limits_of_types() {
    let definitions = "[ { name: most, type: const, value: 0x20 }, \
                       { name: own, name-prefix: c-, type: const, value: 5 }, \
                       { name: page, type: const, header: asm/page.h } ]";
    let spec = with_attributes(
        LEGACY,
        definitions,
        "{ name: s, type: string, checks: { max-len: most - 1, min-len: c-own } }, \
         { name: i, type: s32, checks: { min: 0, max: u16-max } }, \
         { name: p, type: u32, checks: { min: page } }",
    );
    let kinds: Vec<_> = spec.attribute_sets[0]
        .attributes
        .iter()
        .map(|a| &a.kind)
        .collect();
    let AttributeKind::Text { length, .. } = kinds[0] else {
        panic!("{kinds:?}");
    };
    let value = |bound: &Option<parley_spec::model::Bound>| bound.as_ref().and_then(|b| b.value);
    assert_eq!(
        (value(&length.min), value(&length.max)),
        (Some(5), Some(31))
    );
    let AttributeKind::Integer(_, limits) = kinds[1] else {
        panic!("{kinds:?}");
    };
    assert_eq!(
        (value(&limits.min), value(&limits.max)),
        (Some(0), Some(65535))
    );
    let AttributeKind::Integer(_, limits) = kinds[2] else {
        panic!("{kinds:?}");
    };
    let page = limits.min.as_ref().expect("is there");
    assert_eq!(page.value, None);
    assert_eq!(page.constant.map(|id| spec[id].name.as_str()), Some("page"));
}

#[test]
fn structs_arrays_and_nests_refer_to_what_they_hold() {
    let definitions = "[ { name: head, type: struct, members: [ { name: m, type: u16 }, \
                       { name: n, type: binary, struct: tail } ] }, \
                       { name: tail, type: struct, members: [ { name: b, type: binary, len: 4 } ] } ]";
    let sets = "[ { name: a, attributes: [ { name: s, type: binary, struct: head }, \
                { name: i, type: binary, sub-type: u16 }, \
                { name: r, type: indexed-array, sub-type: nest, nested-attributes: b }, \
                { name: v, type: nest-type-value, type-value: [ k ], nested-attributes: b } ] }, \
                { name: b, attributes: [] } ]";
    let spec = spec(
        LEGACY,
        definitions,
        sets,
        "{ list: [], fixed-header: head }",
    );
    let head = spec.structure(parley_spec_id(&spec)).expect("is a struct");
    assert!(matches!(&head.members[1].kind, MemberKind::Struct(id) if spec[*id].name == "tail"));
    let kinds: Vec<_> = spec.attribute_sets[0]
        .attributes
        .iter()
        .map(|a| &a.kind)
        .collect();
    assert!(matches!(
        kinds[1],
        AttributeKind::Binary { content: Content::Integers(i), .. } if i.kind == IntegerType::U16
    ));
    let AttributeKind::IndexedArray(element) = kinds[2] else {
        panic!("{kinds:?}");
    };
    assert!(matches!(**element, AttributeKind::Nest(Some(id)) if spec[id].name == "b"));
    assert!(matches!(kinds[3], AttributeKind::NestTypeValue { values, .. } if values == &["k"]));
}

/// The struct of the first attribute.
fn parley_spec_id(spec: &Spec) -> parley_spec::model::DefinitionId {
    match spec.attribute_sets[0].attributes[0].kind {
        AttributeKind::Binary {
            content: Content::Struct(id),
            ..
        } => id,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_sub_message_is_chosen_inside_or_outside_of_its_set() {
    let text = text(
        "netlink-raw",
        "[]",
        "[ { name: a, attributes: [ { name: kind, type: string, value: 4 }, \
         { name: data, type: sub-message, sub-message: m, selector: kind }, \
         { name: more, type: sub-message, sub-message: m, selector: elsewhere } ] } ]",
        "{ list: [] }",
    ) + "sub-messages: [ { name: m, formats: [ { value: x, attribute-set: a } ] } ]\n";
    let spec = Spec::parse("t", &text).expect("is a spec");
    let selectors: Vec<_> = (spec.attribute_sets[0].attributes[1..].iter())
        .map(|attribute| match &attribute.kind {
            AttributeKind::SubMessage { selector, .. } => selector.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    let outside = Selector::Outside("elsewhere".to_owned());
    assert_eq!(selectors, [Selector::Attribute(4), outside]);
}

#[test]
fn operations_are_numbered_together_or_by_direction() {
    let set = "[ { name: a, attributes: [] } ]";
    let list = "list: [ { name: x, doc: X, attribute-set: a, do: { request: {}, reply: {} } }, \
                { name: n, doc: N, notify: x }, \
                { name: y, doc: Y, attribute-set: a, flags: [ uns-admin-perm ], do: { request: {} } }, \
                { name: z, doc: Z, attribute-set: a, dump: { request: {}, reply: { value: 9 } } } ]";
    for (model, expected) in [
        (
            "unified",
            [
                (Some(1), Some(1)),
                (Some(2), Some(2)),
                (Some(3), Some(3)),
                (Some(4), Some(4)),
            ],
        ),
        (
            "directional",
            [
                (Some(1), Some(1)),
                (None, Some(2)),
                (Some(2), None),
                (Some(3), Some(9)),
            ],
        ),
    ] {
        let spec = spec(
            LEGACY,
            "[]",
            set,
            &format!("{{ enum-model: {model}, {list} }}"),
        );
        let numbers: Vec<_> = (spec.operations.iter())
            .map(|operation| (operation.request_number, operation.reply_number))
            .collect();
        assert_eq!(numbers, expected, "{model}");
        assert_eq!(spec.operations[2].permission, Permission::NamespaceAdmin);
        let notification = &spec.operations[1];
        let event = notification.event.as_ref().expect("is an event");
        assert!(matches!(event.source, EventSource::Notify(id) if spec[id].name == "x"));
        assert_eq!(notification.attributes.map(|id| id.index()), Some(0));
    }
}

#[test]
fn checks_that_an_attribute_of_the_type_cannot_have_are_refused() {
    for (attribute, message) in [
        (
            "type: string, checks: { max: 31 }",
            "the check `max` is for integers; did you mean `max-len`?",
        ),
        (
            "type: binary, checks: { min: 1 }",
            "the check `min` is for integers; did you mean `min-len`?",
        ),
        (
            "type: sint, checks: { max-len: 4 }",
            "the check `max-len` is for strings and bytes; did you mean `max`?",
        ),
        (
            "type: u32, checks: { exact-len: 4 }",
            "the check `exact-len` is for strings and bytes, not for the type u32",
        ),
        (
            "type: flag, checks: { max: 1 }",
            "the check `max` is for integers, not for the type flag",
        ),
        (
            "type: nest, nested-attributes: a, checks: { max-len: 8 }",
            "the check `max-len` is for strings and bytes, not for the type nest",
        ),
        (
            "type: u8, checks: { unterminated-ok: true }",
            "the check `unterminated-ok` is for strings, not for the type u8",
        ),
        (
            "type: indexed-array, sub-type: u8, checks: { min-len: 1 }",
            "the check `min-len` is for strings and bytes; did you mean `min`?",
        ),
    ] {
        let before = "{ name: x, ";
        let sets = format!("[ {{ name: a, attributes: [ {before}{attribute} }} ] }} ]");
        // The key of the check, after `attribute-sets: `.
        let column = sets
            .rfind("{ ")
            .map_or(0, |at| at + 2 + "attribute-sets: ".len() + 1);
        refused(
            &text(LEGACY, "[]", &sets, "{ list: [] }"),
            ErrorKind::Value,
            &format!("t:6:{column}: {message}"),
        );
    }
    for (checks, column) in [("flags-mask: f, max: 5", 95), ("min: 1, flags-mask: f", 80)] {
        let sets = format!(
            "[ {{ name: a, attributes: [ {{ name: x, type: u8, checks: {{ {checks} }} }} ] }} ]"
        );
        refused(
            &text(
                LEGACY,
                "[ { name: f, type: flags, entries: [ a, b ] } ]",
                &sets,
                "{ list: [] }",
            ),
            ErrorKind::Value,
            &format!("t:6:{column}: the values are flags, which have a mask and no `min` or `max`"),
        );
    }
    let checks = "checks: { exact-len: 16 }";
    let array = format!("{{ name: x, type: indexed-array, sub-type: binary, {checks} }}");
    with_attributes(LEGACY, "[]", &array);
}

#[test]
fn errors_say_what_is_wrong_and_what_is_allowed() {
    let set = |attributes: &str| {
        let sets = format!("[ {{ name: a, attributes: [ {attributes} ] }} ]");
        text("genetlink", "[]", &sets, "{ list: [] }")
    };
    refused(
        &set("{ name: x, typ: u8 }"),
        ErrorKind::Schema,
        "t:6:44: an attribute needs the key `type`, unless its set is a subset\n\
         t:6:55: an attribute cannot have the key `typ`; did you mean `type`?",
    );
    refused(
        &set("{ name: x, type: u9 }"),
        ErrorKind::Schema,
        "t:6:61: `type` must be unused, pad, flag, binary, uint, sint, u8, u16, u32, u64, s8, s16, \
         s32, s64, string, nest, indexed-array or nest-type-value, not `u9`; did you mean `u8`?",
    );
    refused(
        &set("{ name: x, type: bitfield32 }"),
        ErrorKind::Schema,
        "t:6:61: `type` may be `bitfield32` only with the protocol genetlink-legacy or \
         netlink-raw, not genetlink",
    );
    refused(
        &set("{ name: x, type: binary, struct: s }"),
        ErrorKind::Schema,
        "t:6:69: an attribute may have the key `struct` only with the protocol genetlink-legacy \
         or netlink-raw, not genetlink",
    );
    refused(
        &set("{ name: X, type: u8 }"),
        ErrorKind::Schema,
        "t:6:52: `name` must be a name of lower-case letters, digits and dashes, not `X`",
    );
    refused(
        &set("{ name: x, type: u8, enum: e }"),
        ErrorKind::Reference,
        "t:6:71: the spec defines no definition `e`",
    );
    refused(
        &set("{ name: x, type: u8 }, { name: y, type: u8, value: 1 }"),
        ErrorKind::Duplicate,
        "t:6:67: the attribute `y` has the number of the attribute in line 6",
    );
    refused(
        &set("{ name: x, type: u8, checks: { min: 9, max: 2 } }"),
        ErrorKind::Value,
        "t:6:73: `min` is 9 and greater than `max`, which is 2",
    );
    refused(
        "name: x\n",
        ErrorKind::Schema,
        "t:1:1: a spec must begin with the line `# SPDX-License-Identifier: ...`",
    );
    refused(
        &text("genetlnk", "[]", "[]", "{ list: [] }"),
        ErrorKind::Schema,
        "t:3:11: the protocol must be genetlink, genetlink-c, genetlink-legacy or netlink-raw, not \
         `genetlnk`; did you mean `genetlink`?",
    );
    refused(
        &text("genetlink", "[]", "[]", "{ list: [ { name: x } ] }"),
        ErrorKind::Schema,
        "t:7:23: an operation needs the key `doc`",
    );
    refused(
        &text(
            "genetlink",
            "[ { name: e, type: enum, entries: [ off ] } ]",
            "[]",
            "{ list: [] }",
        ),
        ErrorKind::Schema,
        "t:5:50: an entry of an enum must be a string or a mapping, not the boolean `false`; YAML \
         reads words like `on` and `no` as booleans",
    );
    let missing = Spec::from_file("/nowhere/x.yaml").expect_err("is not there");
    assert!(missing
        .to_string()
        .starts_with("/nowhere/x.yaml: cannot read the spec: "));
}
