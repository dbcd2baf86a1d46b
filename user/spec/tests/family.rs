// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel side of families: every genetlink spec of the kernel is generated, or refused at its
//! lines. That what is generated for parley compiles and works, the module's own build and tests
//! show.

#![forbid(unsafe_code)]

mod kernel;

use kernel::{kernel_source, specs};
use parley_spec::{model::Protocol, rust::family, ErrorKind, Spec};

const SMALL: &str = include_str!("family/small.yaml");

fn generated(text: &str) -> String {
    family(&Spec::parse("small.yaml", text).expect("is a spec")).expect("is supported")
}

#[test]
fn each_attribute_has_the_policy_that_the_spec_asks_for() {
    let made = generated(SMALL);
    for policy in [
        "(attr::thing::NAME, Policy::nul_string().max_len(NAME_MAX as u16)),",
        "(attr::thing::LEVEL, Policy::u32().max(2)),",
        "(attr::thing::DATA, Policy::binary().range(2, 8)),",
        "(attr::thing::KEY, Policy::binary().range(4, 4)),",
        "(attr::thing::COUNT, Policy::uint()),",
        "(attr::thing::DELTA, Policy::sint().min(5)),",
        "(attr::thing::LOUD, Policy::flag()),",
        "(attr::thing::LIMIT, Policy::u32().full_range(&codegen::Range::new(1, 60000))),",
        "(attr::thing::MODE, Policy::u16().mask(0x3)),",
    ] {
        assert!(made.contains(policy), "{policy}");
    }
    for other in [
        "pub(crate) name: Field<'a, NulString<0>, { attr::thing::NAME }>,",
        "pub(crate) numbers: &'a [u32],",
        "pub(crate) inner: Option<nest::Inner<'a>>,",
        "const FLAGS: u32 = UNS_ADMIN_PERM;",
        "const VALIDATE: u32 = DONT_VALIDATE_STRICT;",
        "const GROUP: usize = 1;",
        "N: Handler<Set, K2>,",
        "N: DumpOp<GetDump>,",
    ] {
        assert!(made.contains(other), "{other}");
    }
}

#[test]
fn operations_with_the_same_reply_share_its_type() {
    let made = generated(SMALL);
    assert!(made.contains("pub(crate) type Reply<'a> = super::get::Reply<'a>;"));
    assert!(made.contains("pub(crate) struct Ntf<'a>(pub(crate) get::Reply<'a>);"));
}

#[test]
fn every_genetlink_spec_is_generated_or_refused_at_its_lines() {
    let (mut count, mut made) = (0, Vec::new());
    for (name, text) in specs(&kernel_source()) {
        let spec = Spec::parse(&name, &text).expect("is a spec");
        match family(&spec) {
            Ok(code) => {
                assert_eq!(family(&spec).as_ref(), Ok(&code), "{name}");
                made.push(name);
            }
            Err(errors) => {
                let lines = text.lines().count();
                for error in &errors.0 {
                    assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
                    assert!(error.at.is_some_and(|at| at.line <= lines), "{error}");
                }
            }
        }
        count += usize::from(spec.protocol != Protocol::NetlinkRaw);
    }
    assert!(count >= 25, "{count} specs");
    let expected = [
        "binder",
        "dev-energymodel",
        "drm_ras",
        "fou",
        "lockd",
        "tcp_metrics",
    ];
    assert_eq!(made, expected, "of {count} specs");
}

#[test]
fn what_the_layer_lacks_is_an_error_at_its_line() {
    // What is replaced, by what; the item in whose line the error is, and what it says.
    for (from, to, item, what) in [
        (
            "delta, type: sint",
            "delta, type: nest, nested-attributes: leaf",
            "{ name: delta",
            "attributes of the type nest in a request",
        ),
        (
            "count, type: uint",
            "count, type: uint, multi-attr: true",
            "{ name: count",
            "attributes that may come several times in a request",
        ),
        (
            "{ name: others }",
            "{ name: others, flags: [ admin-perm ] }",
            "{ name: others",
            "the flags of a multicast group",
        ),
        (
            "a, type: u8",
            "a, type: bitfield32, enum: bits",
            "{ name: a,",
            "attributes of the type bitfield32 in a message",
        ),
        (
            "more, type: u32",
            "more, type: nest, nested-attributes: leaf",
            "{ name: leaves",
            "nests that may hold themselves",
        ),
    ] {
        assert!(SMALL.contains(from), "{from}");
        let text = SMALL.replacen(from, to, 1);
        let spec = Spec::parse("small.yaml", &text).expect("is a spec");
        let errors = family(&spec).expect_err("is not supported").to_string();
        let (line, column) = (text.lines().zip(1..))
            .find_map(|(line, number)| Some((number, line.find(item)? + 1)))
            .expect("has the item");
        let expected =
            format!("small.yaml:{line}:{column}: the kernel side does not support {what} yet");
        let found = errors.lines().any(|line| line == expected);
        assert!(found, "{expected}\n{errors}");
    }
}
