// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests that are refused before the kernel sees them, because part of them would be lost or
//! become something else.

use super::refused;
use serde_json::json;

#[test]
fn a_member_that_a_struct_lacks_is_not_dropped() {
    for (value, error) in [
        (
            json!({"pair": {"frist": 1}}),
            "pair has no member `frist`; did you mean `first`?",
        ),
        (
            json!({"kind": "bare", "data": {"secnod": 1}}),
            "data has no member `secnod`; did you mean `second`?",
        ),
        (
            json!({"kind": "none", "data": {"first": 1}}),
            "data is empty and cannot have `first`",
        ),
        (
            json!({"bits": {"value": 1, "selector": 1, "mask": 1}}),
            "bits cannot be {\"mask\":1,\"selector\":1,\"value\":1}; \
             expected an object of `value` and `selector`",
        ),
    ] {
        assert_eq!(refused(value), error);
    }
}
