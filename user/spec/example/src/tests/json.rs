// SPDX-License-Identifier: MIT OR Apache-2.0

//! Any operation is sent with JSON, and its reply is JSON.

use super::{all, client, echoing, every as client_of_every, nest, ID, LEAF, TREE};
use serde_json::{json, Value};

#[allow(dead_code, missing_docs)]
mod call {
    use super::client_of_every as client;

    mod inner {
        include!(concat!(env!("OUT_DIR"), "/every_call.rs"));
    }
    pub use inner::{call, Error};
}
use call::{call, Error};

/// What `super::all` returns, in JSON.
fn everything() -> Value {
    json!({
        "name": "me", "label": "abc", "data": "000100", "pair": { "x": 1, "y": 0x203 },
        "words": [1, 0x203], "levels": ["low", "top"], "loud": true, "count": 5,
        "delta": -1i64 << 40, "be": -2, "le": 0x102, "level": "middle",
        "bits": ["first", "second"], "wide": ["second"], "as-bits": ["low", "top"],
        "mask": { "value": ["first"], "selector": ["first", "second"] }, "tags": [10, 20],
        "leaf": { "type": -5, "loud": true },
        "tree": { "name": "root", "trees": [{ "name": "a" }, { "name": "b" }], "below": {} },
        "leaves": [{ "type": -1 }, { "loud": true }], "ports": [80, 443], "any": "04000100",
    })
}

#[test]
fn a_request_in_json_has_the_bytes_of_the_typed_one_and_comes_back_as_it_was() {
    let (_, bytes) = all(&LEAF, &TREE);
    let mut client = client(move |request, answers| {
        assert_eq!(request.payload[4..], bytes[..]);
        answers.message(ID, 0, request.payload);
    });
    let mut sent = everything();
    let mut reply = call(&mut client, "get", false, &sent).unwrap();
    // Of a nest without a set only the numbers are known.
    assert_eq!(reply["any"].take(), json!([{ "1": "" }]));
    sent["any"].take();
    assert_eq!(reply, sent);
}

#[test]
fn values_may_be_texts_and_numbers_and_a_list_of_one_may_be_bare() {
    let mut client = echoing();
    let sent = json!({ "count": "0x10", "delta": "-7", "level": 7, "bits": "first,second",
        "wide": 5, "tags": "3", "loud": "true", "data": "00:ff", "mask": { "selector": 1 } });
    let reply = call(&mut client, "get", false, &sent).unwrap();
    let read = json!({ "count": 16, "delta": -7, "level": "top", "bits": ["first", "second"],
        "wide": ["first", 4], "tags": [3], "loud": true, "data": "00ff",
        "mask": { "value": [], "selector": ["first"] } });
    assert_eq!(reply, read);
}

#[test]
fn a_wrong_argument_is_named_by_its_path() {
    let mut client = echoing();
    for (operation, dump, given, expected) in [
        (
            "get",
            false,
            json!({ "tree": { "trees": [{ "nam": "a" }] } }),
            "tree.trees: there is no `nam`; it takes name, trees, below",
        ),
        (
            "get",
            false,
            json!({ "leaf": { "type": 128 } }),
            "leaf.type: 128 does not fit into i8",
        ),
        (
            "get",
            false,
            json!({ "level": "bottom" }),
            "level: \"bottom\" is none of: low, middle, top",
        ),
        (
            "get",
            false,
            json!({ "level": 2 }),
            "level: 2 is none of: low, middle, top",
        ),
        (
            "get",
            false,
            json!({ "bits": ["third"] }),
            "bits: \"third\" is none of: first, second",
        ),
        (
            "get",
            false,
            json!({ "count": "many" }),
            "count: \"many\" is no integer",
        ),
        (
            "get",
            false,
            json!({ "data": "f" }),
            "data: \"f\" is not bytes in hexadecimal, such as \"00ff\"",
        ),
        ("get", false, json!({ "name": 5 }), "name: 5 is no text"),
        (
            "get",
            false,
            json!({ "loud": 1 }),
            "loud: a flag is true or false",
        ),
        (
            "get",
            false,
            json!({ "pair": { "z": 1 } }),
            "pair: there is no `z`; it takes x, y",
        ),
        (
            "get",
            true,
            json!({ "count": 1 }),
            "there is no `count`; it takes name",
        ),
        (
            "get",
            false,
            json!([]),
            "this takes an object of JSON, {\"NAME\": VALUE, ...}",
        ),
        ("open", true, json!({}), "the family has no dump `open`"),
        (
            "gets",
            false,
            json!({}),
            "the family has no operation `gets`",
        ),
    ] {
        let error = call(&mut client, operation, dump, &given).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn dumps_headers_unknown_values_and_refusals_are_shown() {
    let mut client = client(|request, answers| match request.payload[0] {
        1 if request.header.flags & 0x300 != 0 => {
            for name in [b"a\0", b"b\0"] {
                let entry = super::attribute(1, name);
                answers.message(ID, 2, &[&[1, 3, 0, 0], &entry[..]].concat());
            }
            answers.done();
        }
        1 => {
            let values = [
                super::attribute(12, &[9]),
                nest(18, &[super::attribute(9, &[])]),
            ];
            answers.message(ID, 0, &[&[1, 3, 0, 0], &values.concat()[..]].concat());
        }
        4 => answers.message(ID, 0, request.payload),
        _ => answers.refuse(95),
    });
    let mut sent = |name, dump, of| call(&mut client, name, dump, &of);
    assert_eq!(
        sent("get", true, json!({})).unwrap(),
        json!([{ "name": "a" }, { "name": "b" }])
    );
    assert_eq!(
        sent("get", false, json!({})).unwrap(),
        json!({ "level": 9, "leaf": {} })
    );
    // A member that is not given is zero.
    assert_eq!(
        sent("from", false, json!({ "port": 7 })).unwrap(),
        json!({ "port": 7, "rest": 0 })
    );
    let refused = sent("open", false, json!({})).unwrap_err();
    assert!(matches!(refused, Error::Kernel(error) if error.errno() == Some(95)));
}

#[test]
fn the_members_of_a_struct_have_names_and_what_is_not_given_is_zero() {
    let mut client = client(|request, answers| {
        let bytes = [7, 0, 3, 0, b'a', b'b', 0, 0, 1, 2, 9, 0, 0, 8];
        assert_eq!(request.payload[8..][..bytes.len()], bytes);
        answers.message(ID, 0, request.payload);
    });
    let pair = json!({ "x": 9, "y": 8 });
    let record = json!({ "record": { "level": "top", "bits": ["first", "second"], "text": "ab",
        "raw": "0102", "pair": pair } });
    assert_eq!(call(&mut client, "put", false, &record).unwrap(), record);
    let given = json!({ "record": { "bits": 2 } });
    let read = json!({ "record": { "level": "low", "bits": ["second"], "text": "", "raw": "0000",
        "pair": { "x": 0, "y": 0 } } });
    assert_eq!(call(&mut echoing(), "put", false, &given).unwrap(), read);
    for (given, expected) in [
        (
            json!({ "gap": "00" }),
            "record: there is no `gap`; it takes level, bits, text, raw, pair",
        ),
        (
            json!({ "raw": "010203" }),
            "record.raw: 3 bytes do not fit into 2",
        ),
    ] {
        let error = call(&mut client, "put", false, &json!({ "record": given })).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
