// SPDX-License-Identifier: MIT OR Apache-2.0

use super::*;

fn root(text: &str) -> Node {
    parse("test.yaml", text).expect("is YAML")
}

fn error(text: &str) -> String {
    parse("test.yaml", text)
        .expect_err("is refused")
        .to_string()
}

#[test]
fn nodes_know_their_places() {
    let root = root("# a comment\na: 1\nb:\n  - x\n  -\n    c: [ d, 'e' ]\n");
    let b = root.get("b").expect("is there");
    let at = |line, column| Position { line, column };
    assert_eq!(root.entries()[1].at, at(3, 1));
    assert_eq!(b.list()[0].at, at(4, 5));
    assert_eq!(b.list()[1].at, at(6, 5));
    assert_eq!(b.list()[1].list_at("c")[1].at, at(6, 13));
}

#[test]
fn scalars_are_read_as_pyyaml_reads_them() {
    for (text, expected) in [
        ("12", "the integer 12"),
        ("-0x10", "the integer -16"),
        ("010", "the integer 8"),
        ("0b101", "the integer 5"),
        ("1_000", "the integer 1000"),
        ("1:30", "the integer 90"),
        ("08", "`08`"),
        ("0xg", "`0xg`"),
        ("u8", "`u8`"),
        ("yes", "the boolean `true`"),
        ("Off", "the boolean `false`"),
        ("'yes'", "`yes`"),
        ("~", "nothing"),
        ("1.5", "a floating-point number"),
        ("1.5e3", "`1.5e3`"),
        ("1.5e+3", "a floating-point number"),
        ("2026-11-26", "a date"),
        ("2026-11", "`2026-11`"),
    ] {
        assert_eq!(root(text).describe(), expected, "{text}");
    }
}

#[test]
fn an_alias_stands_for_what_it_names() {
    let root = root("a: &x { b: 1 }\nc: *x\n");
    let c = root.get("c").expect("is there");
    assert_eq!(c.get("b").and_then(Node::integer), Some(1));
}

#[test]
fn errors_say_where() {
    assert_eq!(
        error("a: 1\nb: 2\na: 3\n"),
        "test.yaml:3:1: the key `a` is already given in line 1"
    );
    assert_eq!(
        error("a:\n  1: x\n"),
        "test.yaml:2:3: a key must be a string, not the integer 1"
    );
    assert!(error("a: [ 1\n").starts_with("test.yaml:2:1: invalid YAML: "));
    assert!(error("a: !!str 1\n").contains("tags are not supported"));
    assert!(error("a: 1\n---\nb: 1\n").contains("another begins here"));
    assert!(error("a: &x [ *x ]\n").contains("refers to a node that contains it"));
}

#[test]
fn a_file_that_expands_without_end_is_refused() {
    let mut text = "a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]\n".to_owned();
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        let list = vec![alias; 10].join(", ");
        text += &format!("a{level}: &a{level} [ {list} ]\n");
    }
    assert!(error(&text).contains("has more than 1000000 nodes"));
    assert!(error(&"[".repeat(100)).contains("nested more than 64"));
}
