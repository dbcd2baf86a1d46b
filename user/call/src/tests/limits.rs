// SPDX-License-Identifier: MIT OR Apache-2.0

//! Values too large for a header, very deep nests, warnings and interrupted dumps.

use super::{again, ask_with, decode, encode, generic, object, operation, reply, spec};
use parley_netlink::netlink::attr::{Attributes, Writer};
use parley_netlink::netlink::message::flags;
use serde_json::{json, Value};

#[test]
fn a_value_without_room_in_the_header_is_in_the_attribute_of_that_name() {
    let spec = spec();
    let all = operation(&spec, "all").unwrap();
    for (table, len) in [(255, 20), (1000, 28)] {
        let value = json!({"table": table});
        let payload = encode::request(&spec, all, &object(value.clone())).unwrap();
        assert_eq!(payload.len(), len);
        assert_eq!(again(&value).unwrap()["table"], table);
    }
    let error = again(&json!({"table": "x"})).unwrap_err().to_string();
    assert_eq!(error, "table cannot be \"x\"; expected a number");
}

#[test]
fn nests_are_read_to_a_depth_and_are_bytes_below_it() {
    let spec = spec();
    let all = operation(&spec, "all").unwrap();
    // Known nests, and unknown attributes that are flagged as nests.
    for (first, below) in [(17_u16, 3_u16), (0x8000 | 99, 0x8000 | 99)] {
        let mut nests = Vec::new();
        for number in std::iter::repeat_n(below, 15_000).chain([first]) {
            nests.extend(number.to_be_bytes());
            nests.extend((nests.len() as u16 + 2).to_be_bytes());
        }
        // Written from the innermost byte to the outermost one.
        nests.reverse();
        if cfg!(target_endian = "big") {
            nests.chunks_mut(2).for_each(<[u8]>::reverse);
        }
        let payload = [vec![0; 20], nests].concat();
        let values = decode::message(&spec, all, Attributes::new(&payload)).unwrap();
        let known = values.get("nest").or(values.get("UnknownAttr(99)"));
        let (mut inner, mut depth) = (known.unwrap(), 1);
        while let Value::Object(values) = inner {
            (inner, depth) = (values.values().next().unwrap(), depth + 1);
        }
        assert_eq!(depth, 65);
        assert!(inner.as_str().unwrap().len() > 100_000);
    }
}

#[test]
fn an_answer_says_that_its_dump_was_interrupted_and_that_the_kernel_warns() {
    for (spec, header) in [(generic(), 0), (spec(), 4)] {
        let kind = if header == 0 { 24 } else { 32 };
        let dump = |how: u16| {
            let answer = ask_with(&spec, "all", (true, 0), move |_, answers| {
                answers.message(kind, flags::MULTI | how, &reply(32, 5)[header..]);
                answers.done();
            });
            answer.unwrap()
        };
        let (whole, changed) = (dump(0), dump(flags::DUMP_INTR));
        assert!(!whole.interrupted && whole.notes().next().is_none());
        assert!(changed.interrupted && changed.warning.is_none());
        assert_eq!(whole.value, changed.value);
        let note = "the list changed while it was read; entries may be missing";
        assert_eq!(changed.notes().collect::<Vec<_>>(), [note]);

        let ack = |how: u16| {
            let answer = ask_with(&spec, "all", (false, 0), move |_, answers| {
                let mut payload = vec![0; 20];
                Writer::new(&mut payload).string(1, "not at once").unwrap();
                answers.message(2, flags::CAPPED | how, &payload);
            });
            answer.unwrap()
        };
        assert_eq!(ack(0).warning, None);
        let warned = ack(flags::ACK_TLVS);
        assert_eq!(warned.warning.as_deref(), Some("not at once"));
        let notes: Vec<_> = warned.notes().collect();
        assert_eq!(notes, ["the kernel warns: not at once"]);
    }
}
