// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel side of families: every genetlink spec of the kernel is either generated, or refused
//! with the lines at fault. The module's own build and tests show that the code generated for
//! parley compiles and works.

mod kernel;

use kernel::{kernel_source, specs};
use parley_spec::{model::Protocol, rust::family, ErrorKind, Errors, Spec};

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
        "(attr::thing::INNER, Policy::nest(&policy::INNER)),",
        "(attr::thing::TAGS, Policy::u32()),",
        "(attr::thing::COLOUR, Policy::u8().one_of::<U8, Colour>()),",
        "(attr::thing::MASK, Policy::bitfield32(0x3)),",
        "(attr::thing::LEAVES, Policy::nest_array(&policy::LEAF)),",
        "(attr::thing::WORDS, Policy::any_nest()),",
        "(attr::inner::LEAVES, Policy::nest(&policy::LEAF)),",
    ] {
        assert!(made.contains(policy), "{policy}");
    }
    for other in [
        "pub(crate) fn name(&self) -> Field<'a, NulString<0>, { attr::thing::NAME }> {",
        "pub(crate) fn tags(&self) -> Repeated<'a, U32, { attr::thing::TAGS }> {",
        "pub(crate) fn inner(&self) -> Field<'a, Nest<nest::InnerSet>, { attr::thing::INNER }> {",
        "impl<'a> Attrs<'a, InnerSet> {",
        "pub(super) static INNER: [Policy; 9] = codegen::table::<9>(&[",
        "pub(crate) leaves: Option<&'a [nest::Leaf]>,",
        "type Hook = SmallBegin;",
        "impl<'a> Attrs<'a, SmallBegin> {",
        "N: Handler<Set, Guarded>,",
        "Group::new(c\"others\").for_admin(),",
        "pub(crate) numbers: &'a [u32],",
        "pub(crate) inner: Option<nest::Inner<'a>>,",
        "const FLAGS: u32 = UNS_ADMIN_PERM;",
        "const VALIDATE: u32 = DONT_VALIDATE_STRICT;",
        "const GROUP: usize = 1;",
        "N: DumpOp<GetDump>,",
    ] {
        assert!(made.contains(other), "{other}");
    }
}

#[test]
fn a_hook_has_no_method_for_what_the_kernel_may_not_have_looked_at() {
    let made = generated(SMALL);
    let (_, methods) = made.split_once("impl<'a> Attrs<'a, SmallBegin> {").unwrap();
    let (methods, _) = methods.split_once("\n}\n").unwrap();
    for (method, has) in [
        ("name", true),
        ("mask", true),
        ("inner", true),
        ("count", false),
    ] {
        assert_eq!(methods.contains(&format!("fn {method}(")), has, "{method}");
    }
}

#[test]
fn operations_with_the_same_reply_share_its_type() {
    let made = generated(SMALL);
    assert!(made.contains("pub(crate) type Reply<'a> = super::get::Reply<'a>;"));
    assert!(made.contains("pub(crate) struct Ntf<'a>(pub(crate) get::Reply<'a>);"));
}

/// The subject of the first error.
fn error_about(errors: &Errors) -> &'static str {
    let text = errors.to_string();
    let known = ["`sock-priv`"];
    known
        .into_iter()
        .find(|what| text.contains(what))
        .unwrap_or("something else")
}

#[test]
fn every_genetlink_spec_is_generated_or_refused_at_its_lines() {
    let (mut count, mut made, mut refused) = (0, 0, Vec::new());
    for (name, text) in specs(&kernel_source()) {
        let spec = Spec::parse(&name, &text).expect("is a spec");
        match family(&spec) {
            Ok(code) => {
                assert_eq!(family(&spec).as_ref(), Ok(&code), "{name}");
                // The controller's replies have numbers of their own.
                if name == "nlctrl" {
                    assert!(code.contains("const REPLY_CMD: u8 = 1;"));
                }
                made += 1;
            }
            Err(errors) => {
                let lines = text.lines().count();
                for error in &errors.0 {
                    assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
                    assert!(error.at.is_some_and(|at| at.line <= lines), "{error}");
                }
                if spec.protocol == Protocol::NetlinkRaw {
                    let what = "the kernel side does not support the protocol netlink-raw yet";
                    assert_eq!(errors.to_string(), format!("{name}:1:1: {what}"));
                } else {
                    let what = error_about(&errors);
                    refused.push((name, what));
                }
            }
        }
        count += usize::from(spec.protocol != Protocol::NetlinkRaw);
    }
    assert!(count >= 25, "{count} specs");
    // Modules cannot have the state that a family keeps for each socket.
    let expected = [("netdev".to_owned(), "`sock-priv`")];
    assert_eq!(refused, expected, "of {count} specs");
    assert_eq!(made, count - 1);
}

#[test]
fn what_the_layer_lacks_is_an_error_at_its_line() {
    // The text to replace, its replacement, the item at whose line the error is, and the error.
    for (from, to, item, what) in [
        (
            "delta, type: sint, checks: { min: 5 }",
            "delta, type: s32, byte-order: big-endian, checks: { min: 5 }",
            "{ name: delta",
            "a check of s32 in this byte order in a request",
        ),
        (
            "{ name: others, flags: [ uns-admin-perm ]",
            "{ name: others, flags: [ admin-perm ]",
            "{ name: others",
            "groups for `admin-perm`",
        ),
        (
            "bitfield32, enum: bits",
            "bitfield32",
            "{ name: mask,",
            "attributes of the type bitfield32 without an enum in a request",
        ),
        (
            "indexed-array, sub-type: u16",
            "indexed-array, sub-type: u16, enum: level",
            "{ name: words",
            "such elements of an indexed array in a request",
        ),
        (
            "name: small\n",
            "name: small-of-16-byte\n",
            "small-of-16-byte",
            "family names of more than 15 bytes",
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
