// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests and replies by a spec that has an attribute of each kind.

use super::call::{Answer, Question};
use super::{arguments, arguments::values, decode, encode, operation};
use anyhow::Result;
use parley_netlink::netlink::attr::{Attributes, Writer};
use parley_netlink::netlink::fake::{Answers, Fake};
use parley_netlink::netlink::message::Message;
use parley_spec::Spec;
use proptest::prelude::*;
use serde_json::{json, Map, Value};

mod limits;
mod refusals;

const SPEC: &str = include_str!("tests.yaml");

fn spec() -> Spec {
    Spec::parse("tests.yaml", SPEC).unwrap()
}

/// The spec as a Generic Netlink family, which has no sub-messages.
fn generic() -> Spec {
    let protocol = SPEC.replace("netlink-raw\nprotonum: 0", "genetlink-legacy");
    let (before, after) = protocol.split_once("sub-messages:").unwrap();
    let (_, operations) = after.split_once("operations:").unwrap();
    let lines = before.lines().filter(|line| !line.contains("sub-message"));
    let before: Vec<_> = lines.collect();
    let text = format!("{}\noperations:{operations}", before.join("\n"));
    Spec::parse("tests.yaml", &text).unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// Encodes and decodes a request.
fn again(value: &Value) -> Result<Value> {
    let spec = spec();
    let all = operation(&spec, "all")?;
    let payload = encode::request(&spec, all, value.as_object().unwrap())?;
    let values = decode::message(&spec, all, Attributes::new(&payload))?;
    Ok(values.into())
}

fn refused(value: Value) -> String {
    again(&value).unwrap_err().to_string()
}

fn every_kind() -> Value {
    json!({
        "ifindex": 7, "mode": "fast", "address": "192.0.2.1", "mac": "02:00:00:00:00:01",
        "count": 1, "small": -1, "wide": 1u64 << 40, "low": -5_000_000_000_i64,
        "port": 4789, "colour": "red", "colours": ["blue", "red"], "hexed": "0x1f",
        "name": "ö", "bytes": "00ff", "ip": "2001:db8::1", "pair": {"first": 1, "second": 2},
        "numbers": [1, 2, 3], "flag": true, "bits": {"value": ["red"], "selector": ["blue", "red"]},
        "nest": {"kind": "x", "count": 3, "nest": {"count": 4}}, "many": [1, 2],
        "list": [{"1": {"count": 1}}, {"5": {"kind": "y"}}], "ports": [1, 2],
        "kind": "pair", "data": {"first": 3, "second": 4, "count": 5},
    })
}

#[test]
fn what_is_encoded_is_decoded_again_for_every_kind_of_attribute() {
    let mut expected = every_kind();
    // The header's members that were not given are 0.
    let members = expected.as_object_mut().unwrap();
    members.insert("flags".into(), json!([]));
    members.insert("table".into(), json!(0));
    assert_eq!(again(&every_kind()).unwrap(), expected);
}

#[test]
fn integers_are_written_in_their_width_and_order() {
    let spec = spec();
    let all = operation(&spec, "all").unwrap();
    let value = object(json!({"ifindex": 1, "port": 0x1234, "flag": false}));
    let payload = encode::request(&spec, all, &value).unwrap();
    let mut expected = 1u32.to_ne_bytes().to_vec();
    // The rest of the header, with the padding that C puts between its members.
    expected.extend([0; 16]);
    expected.extend(6u16.to_ne_bytes());
    expected.extend(5u16.to_ne_bytes());
    expected.extend([0x12, 0x34, 0, 0]);
    assert_eq!(payload, expected);
}

#[test]
fn a_request_that_cannot_be_written_says_which_attribute_and_what_it_may_be() {
    for (value, error) in [
        (
            json!({"cuont": 1}),
            "the set `all` has no attribute `cuont`; did you mean `count`?",
        ),
        (
            json!({"nest": {"kidn": ""}}),
            "nest has no attribute `kidn`; did you mean `kind`?",
        ),
        (
            json!({"count": 256}),
            "count cannot be 256: its type has the values 0 to 255",
        ),
        (
            json!({"small": "x"}),
            "small cannot be \"x\"; expected a number",
        ),
        (
            json!({"colour": "rd"}),
            "colour cannot be `rd`, which paints does not have; did you mean `red`?",
        ),
        (
            json!({"colour": "green"}),
            "colour cannot be `green`; paints has red, blue",
        ),
        (
            json!({"colours": ["red", {}]}),
            "colours cannot be {}; expected a number or a name of colours",
        ),
        (
            json!({"bytes": "0"}),
            "bytes cannot be \"0\"; expected bytes as hexadecimal digits",
        ),
        (
            json!({"ip": "::g"}),
            "ip cannot be \"::g\"; expected an address such as 2001:db8::1",
        ),
        (json!({"nest": 1}), "nest cannot be 1; expected an object"),
        (
            json!({"pair": {"first": {}}}),
            "pair.first cannot be {}; expected a number",
        ),
        (
            json!({"mac": "02:00:00:00:00:01:02"}),
            "header.mac cannot be `02:00:00:00:00:01:02`; \
             expected an address such as 02:00:00:00:00:01",
        ),
        (
            json!({"flag": "maybe"}),
            "flag cannot be \"maybe\"; expected true or false",
        ),
        (
            json!({"list": [{"1": {"x": 1}}]}),
            "list.1 has no attribute `x`",
        ),
        (
            json!({"bits": {"value": 1}}),
            "bits cannot be {\"value\":1}; expected an object of `value` and `selector`",
        ),
    ] {
        assert_eq!(refused(value), error);
    }
    let without = refused(json!({"data": {}}));
    assert!(
        without.starts_with("the type of data depends on"),
        "{without}"
    );
}

#[test]
fn what_the_spec_lacks_and_what_does_not_fit_it_is_shown_as_it_is() {
    let spec = spec();
    let all = operation(&spec, "all").unwrap();
    let header = [0; 20];
    let read = |attributes: &[(u16, &[u8])]| {
        let mut payload = header.to_vec();
        for (number, value) in attributes {
            payload.extend((value.len() as u16 + 4).to_ne_bytes());
            payload.extend(number.to_ne_bytes());
            payload.extend_from_slice(value);
            payload.resize(payload.len().next_multiple_of(4), 0);
        }
        decode::message(&spec, all, Attributes::new(&payload)).unwrap()
    };
    let values = read(&[(99, b"a"), (99, b"b"), (99, b"c"), (6, &9u32.to_ne_bytes())]);
    assert_eq!(values["UnknownAttr(99)"], json!(["61", "62", "63"]));
    assert_eq!(values["colour"], json!("Unknown(9)"));
    // A nest that is flagged as one; integers, and a struct, of other lengths.
    let inner = [5u16.to_ne_bytes(), 1u16.to_ne_bytes(), [7, 0], [0, 0]].concat();
    let values = read(&[
        (0x8000 | 98, &inner),
        (1, &[1, 2]),
        (11, &[1, 0]),
        (16, b"no"),
    ]);
    assert_eq!(values["UnknownAttr(98)"], json!({"UnknownAttr(1)": "07"}));
    assert_eq!(values["count"], json!("0x0102"));
    assert_eq!(values["pair"], json!({"first": u16::from_ne_bytes([1, 0])}));
    assert_eq!(values["bits"], json!("6e6f"));
    // A flag of the set that has no name.
    let values = read(&[(7, &5u32.to_ne_bytes())]);
    assert_eq!(values["colours"], json!(["Unknown(2)", "red"]));
    // Too short for the family's header.
    assert!(decode::message(&spec, all, Attributes::new(&[0; 8])).is_err());
}

#[test]
fn words_of_a_command_line_become_the_values_that_json_would_have() {
    let spec = spec();
    let all = operation(&spec, "all").unwrap();
    let parsed = |words: &[&str]| {
        let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
        values(&spec, all, &words)
    };
    let words = [
        "ifindex=7",
        "colours=red,blue",
        "flag",
        "name=a=b",
        "nest={\"count\":1}",
        "many=1",
        "many=2",
        "numbers=[1,2]",
        "hexed=0x1f",
    ];
    let given = again(&Value::Object(parsed(&words).unwrap())).unwrap();
    for (name, value) in [
        ("ifindex", json!(7)),
        ("colours", json!(["blue", "red"])),
        ("flag", json!(true)),
        ("name", json!("a=b")),
        ("nest", json!({"count": 1})),
        ("many", json!([1, 2])),
        ("numbers", json!([1, 2])),
        ("hexed", json!("0x1f")),
    ] {
        assert_eq!(given[name], value, "{name}");
    }
    let json = parsed(&[r#"{"count": 1}"#, "small=2"]).unwrap();
    assert_eq!(Value::from(json), json!({"count": 1, "small": "2"}));
    for (word, error) in [
        ("count", "count needs a value: count=VALUE"),
        ("ifindex", "ifindex needs a value: ifindex=VALUE"),
        ("what", "expected NAME=VALUE or a JSON object, not `what`"),
    ] {
        assert_eq!(parsed(&[word]).unwrap_err().to_string(), error);
    }
    assert!(parsed(&["nest=x"])
        .unwrap_err()
        .to_string()
        .starts_with("nest needs a value in JSON"));
    assert!(parsed(&["{"]).is_err());
}

#[test]
fn an_operation_that_is_almost_named_gets_a_hint() {
    let spec = spec();
    let error = operation(&spec, "al").unwrap_err().to_string();
    assert_eq!(error, "tests has no operation `al`; did you mean `all`?");
}

/// Sends a request to a fake kernel that has the family.
fn ask(
    spec: &Spec,
    name: &str,
    is_dump: bool,
    answer: impl FnMut(&Message<'_>, &mut Answers) + Send + 'static,
) -> Result<Value> {
    ask_with(spec, name, (is_dump, 0), answer).map(|answer| answer.value)
}

/// Sends a request with these modifiers.
fn ask_with(
    spec: &Spec,
    name: &str,
    (is_dump, modifiers): (bool, u16),
    mut answer: impl FnMut(&Message<'_>, &mut Answers) + Send + 'static,
) -> Result<Answer> {
    let mut question = Question::new(spec, name, &["nest={\"count\":1}"])?;
    (question.is_dump, question.modifiers) = (is_dump, modifiers);
    let socket = Fake::socket(move |request, answers| match request.header.kind {
        // CTRL_CMD_NEWFAMILY: the number, the name, the length of the header.
        0x10 => {
            let mut payload = vec![1, 2, 0, 0];
            let mut to = Writer::new(&mut payload);
            to.u16(1, 24).unwrap();
            to.string(2, "tests").unwrap();
            to.u32(4, 20).unwrap();
            answers.message(0x10, 0, &payload);
        }
        _ => answer(request, answers),
    });
    question.ask(socket)
}

/// A reply with this count, from the family's command.
fn reply(cmd: u8, count: u8) -> Vec<u8> {
    let mut payload = vec![cmd, 1, 0, 0];
    payload.extend([0; 20]);
    payload.extend(5u16.to_ne_bytes());
    payload.extend(1u16.to_ne_bytes());
    payload.extend([count, 0, 0, 0]);
    payload
}

#[test]
fn a_do_has_no_reply_one_or_several_and_a_dump_is_a_list() {
    let spec = generic();
    let counts = |value: &Value| -> Vec<_> {
        let list = value
            .as_array()
            .map_or(std::slice::from_ref(value), |list| list);
        list.iter().map(|entry| entry["count"].clone()).collect()
    };
    let none = ask(&spec, "all", false, |_, answers| answers.ack());
    assert_eq!(none.unwrap(), Value::Null);
    let one = ask(&spec, "all", false, |_, answers| {
        // With an event of another command among them.
        answers.message(24, 0, &reply(9, 1));
        answers.message(24, 0, &reply(32, 2));
        answers.ack();
    });
    assert_eq!(counts(&one.unwrap()), [2]);
    let two = ask(&spec, "all", false, |_, answers| {
        answers.message(24, 0, &reply(32, 3));
        answers.message(24, 0, &reply(32, 4));
        answers.ack();
    });
    assert_eq!(counts(&two.unwrap()), [3, 4]);
    let dump = ask(&spec, "all", true, |_, answers| {
        answers.message(24, 2, &reply(32, 5));
        answers.done();
    });
    assert_eq!(
        dump.unwrap(),
        json!([{"address": "0.0.0.0", "count": 5, "flags": [], "ifindex": 0,
        "mac": "00:00:00:00:00:00", "mode": "slow", "table": 0}])
    );
    let broken = ask(&spec, "all", false, |_, answers| {
        answers.message(24, 0, &[32, 1, 0, 0, 9]);
        answers.ack();
    });
    assert!(broken.is_err());
}

#[test]
fn a_protocol_of_netlink_itself_is_asked_without_a_family() {
    let spec = spec();
    let request = |is_dump| {
        ask(&spec, "all", is_dump, move |request, answers| {
            assert_eq!(request.header.kind, 32);
            answers.message(32, 0, &reply(32, 1)[4..]);
            // A dump that the family does not support may get an ordinary reply.
            answers.ack();
        })
    };
    assert_eq!(request(false).unwrap()["count"], 1);
    assert_eq!(request(true).unwrap()[0]["count"], 1);
    let refused = ask(&spec, "all", false, |_, answers| {
        answers.refuse(libc::EPERM)
    })
    .unwrap_err();
    let refused: &parley_netlink::Error = refused.downcast_ref().unwrap();
    assert_eq!(refused.refusal().unwrap().operation, Some("all"));
}

#[test]
fn a_refusal_has_the_path_of_the_attribute_at_fault() {
    let spec = generic();
    let error = ask(&spec, "all", false, |_, answers| {
        // The extended ACK: the offset of `count` in `nest`.
        let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
        payload.extend([0; 16]);
        payload.extend([8u16.to_ne_bytes(), 2u16.to_ne_bytes()].concat());
        payload.extend(44u32.to_ne_bytes());
        answers.message(2, 0x300, &payload);
    });
    let error = error.unwrap_err();
    let refusal = error.downcast_ref::<parley_netlink::Error>().unwrap();
    let refusal = refusal.refusal().unwrap();
    assert_eq!(refusal.operation, Some("all"));
    assert_eq!(refusal.attribute.as_deref(), Some("all.nest.count"));
}

#[test]
fn what_an_operation_is_not_for_is_refused_before_the_kernel_is_asked() {
    let spec = generic();
    let never = |_: &Message<'_>, _: &mut Answers| panic!("the kernel was asked");
    for (name, is_dump, error) in [
        ("only-do", true, "`only-do` has no dump; leave out --dump"),
        (
            "only-dump",
            false,
            "`only-dump` can only be dumped; give --dump",
        ),
        (
            "told",
            false,
            "`told` is only sent by the kernel; see parley monitor --spec",
        ),
    ] {
        assert_eq!(
            ask(&spec, name, is_dump, never).unwrap_err().to_string(),
            error
        );
    }
}

/// Text for the attributes whose values are texts.
fn any_nest() -> impl Strategy<Value = Value> {
    let leaf =
        (any::<Option<u8>>(), proptest::option::of("[a-z]{0,8}")).prop_map(|(count, kind)| {
            let mut values = Map::new();
            values.extend(count.map(|count| ("count".to_owned(), count.into())));
            values.extend(kind.map(|kind| ("kind".to_owned(), kind.into())));
            Value::Object(values)
        });
    leaf.prop_recursive(3, 8, 1, |inner| {
        (inner.clone(), any::<u8>())
            .prop_map(|(inner, count)| json!({"count": count, "nest": inner}))
    })
}

proptest! {
    #[test]
    fn any_values_are_the_same_when_they_are_read_again(
        small: i8, wide: u64, low: i64, port: u16, bytes: Vec<u8>, numbers: Vec<u16>,
        many in proptest::collection::vec(any::<u32>(), 1..5), nest in any_nest(),
        list in proptest::collection::vec(any_nest(), 0..4), ip: u128, colours in 0u32..1 << 10,
    ) {
        let names = (0..10).filter(|bit| colours >> bit & 1 == 1).map(|bit| match bit {
            0 => "red".to_owned(),
            1 => "blue".to_owned(),
            bit => format!("Unknown({bit})"),
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        let indexed = list.into_iter().enumerate();
        let list: Vec<_> = indexed.map(|(place, nest)| json!({(place + 3).to_string(): nest})).collect();
        let value = json!({
            "small": small, "wide": wide, "low": low, "port": port, "colours": names,
            "bytes": parley_netlink::terminal::hex(&bytes, ""), "numbers": numbers, "many": many, "nest": nest,
            "list": list, "ip": std::net::Ipv6Addr::from(ip).to_string(),
        });
        let read = again(&value).unwrap();
        for (name, value) in value.as_object().unwrap() {
            prop_assert_eq!(&read[name], value);
        }
    }

    #[test]
    fn no_message_makes_the_decoder_panic(bytes: Vec<u8>, tail: Vec<u8>) {
        let spec = spec();
        let all = operation(&spec, "all").unwrap();
        let _ = decode::message(&spec, all, Attributes::new(&bytes));
        // A nest, an array and a sub-message of these.
        for number in [17u16, 19, 22, 24] {
            let mut payload = vec![0; 20];
            payload.extend([9u16.to_ne_bytes(), 21u16.to_ne_bytes()].concat());
            payload.extend(b"pair\0\0\0\0");
            payload.extend((tail.len() as u16 + 4).to_ne_bytes());
            payload.extend(number.to_ne_bytes());
            payload.extend_from_slice(&tail);
            let _ = decode::message(&spec, all, Attributes::new(&payload));
        }
    }
}
