// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests that the encoder refuses, because a part would be lost or changed.

use super::{again, arguments, ask_with, generic, operation, refused, spec, Question};
use parley_netlink::netlink::fake::Answers;
use parley_netlink::netlink::message::{flags, Message};
use parley_spec::Spec;
use serde_json::{json, Value};

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

#[test]
fn a_modifier_goes_out_in_the_header_and_never_makes_a_dump() {
    for spec in [generic(), spec()] {
        for modifier in [flags::CREATE, flags::EXCL, flags::REPLACE, flags::APPEND] {
            let sent = ask_with(&spec, "all", (false, modifier), move |request, answers| {
                assert_eq!(request.header.flags, flags::REQUEST | flags::ACK | modifier);
                answers.ack();
            });
            assert_eq!(sent.unwrap().value, Value::Null);
            let never = |_: &Message<'_>, _: &mut Answers| panic!("the kernel was asked");
            let refused = ask_with(&spec, "all", (true, modifier), never).unwrap_err();
            assert!(refused.to_string().starts_with("a dump only lists"));
        }
        let never = |_: &Message<'_>, _: &mut Answers| panic!("the kernel was asked");
        let both = flags::EXCL | flags::REPLACE;
        let refused = ask_with(&spec, "all", (false, both), never).unwrap_err();
        assert!(refused
            .to_string()
            .ends_with("together they are NLM_F_DUMP"));
        let dumped = ask_with(&spec, "all", (true, 0), |request, answers| {
            assert_eq!(request.header.flags & flags::DUMP, flags::DUMP);
            answers.done();
        });
        assert_eq!(dumped.unwrap().value, Value::Array(Vec::new()));
    }
}

#[test]
fn a_value_that_would_become_another_one_is_not_sent() {
    for (value, error) in [
        (
            json!({"mac": "0200000001"}),
            "header.mac has 6 bytes, not 5",
        ),
        (
            json!({"list": [{"16384": {"count": 1}}]}),
            "list.16384 cannot be sent; the numbers of elements are 0 to 16383",
        ),
        (
            json!({"list": [{"70000": {"count": 1}}]}),
            "list.70000 cannot be sent; the numbers of elements are 0 to 16383",
        ),
        (
            json!({"colours": ["Unknown(64)"]}),
            "colours cannot have the bit 64; bits are 0 to 63",
        ),
        (
            json!({"colours": ["Unknown(-1)"]}),
            "colours cannot have the bit -1; bits are 0 to 63",
        ),
        (
            json!({"name": "a\0b"}),
            "name cannot contain a NUL, because the kernel would only see the text before it",
        ),
    ] {
        assert_eq!(refused(value), error);
    }
    let most = json!({"list": [{"16383": {"count": 1}}]});
    assert_eq!(again(&most).unwrap()["list"], most["list"]);
}

#[test]
fn an_error_quotes_at_most_a_line() {
    let long = "x".repeat(10_000);
    for value in [
        json!({"count": long}),
        json!({"nest": [long]}),
        json!({"bytes": long}),
        json!({"mac": long}),
        json!({"pair": {"first": long}}),
        json!({"colour": long}),
        json!({"flag": long}),
    ] {
        let error = refused(value);
        assert!(error.len() < 200 && error.contains("xxx..."), "{error}");
    }
    let spec = spec();
    let all = operation(&spec, "all").unwrap();
    for word in [format!("nest=[{long}"), format!("{{\"count\": {long}")] {
        let error = arguments::values(&spec, all, &[word]).unwrap_err();
        let error = error.to_string();
        assert!(error.len() < 200 && error.contains("xxx..."), "{error}");
    }
    let lines = arguments::values(&spec, all, &["{\n\n\"count\": x}"]).unwrap_err();
    assert_eq!(lines.to_string(), "the request is not JSON: {...");
}

#[test]
fn only_a_refusal_that_blames_no_attribute_may_lack_a_batch() {
    let refusal = |errno, offset, missing| {
        let mut refusal = parley_netlink::netlink::Refusal::default();
        (refusal.errno, refusal.offset, refusal.missing) = (errno, offset, missing);
        parley_netlink::Error::Refused(Box::new(refusal))
    };
    let netfilter = super::SPEC.replace("protonum: 0", "protonum: 12");
    let netfilter = Spec::parse("tests.yaml", &netfilter).unwrap();
    for (spec, name, error, lacks) in [
        (
            &netfilter,
            "only-do",
            refusal(libc::EINVAL, None, None),
            true,
        ),
        (
            &netfilter,
            "only-do",
            refusal(libc::EINVAL, Some(20), None),
            false,
        ),
        (
            &netfilter,
            "only-do",
            refusal(libc::EINVAL, None, Some(1)),
            false,
        ),
        (
            &netfilter,
            "only-do",
            refusal(libc::EPERM, None, None),
            false,
        ),
        (&netfilter, "all", refusal(libc::EINVAL, None, None), false),
        (&spec(), "only-do", refusal(libc::EINVAL, None, None), false),
    ] {
        let question = Question::new(spec, name, &[""; 0]).unwrap();
        assert_eq!(question.lacks_batch(&error), lacks, "{error}");
    }
}
