// SPDX-License-Identifier: MIT OR Apache-2.0

//! Values without room in the header, and nests without end.

use super::{again, decode, encode, object, operation, spec};
use parley_netlink::netlink::attr::Attributes;
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
    // Known nests, and unknown ones with the flag of a nest.
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
