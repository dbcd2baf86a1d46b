// SPDX-License-Identifier: MIT OR Apache-2.0

//! Specs that correct and complete each other, and the tables that are generated from them.

use parley_spec::{rust::decoder, ErrorKind, Spec};
use std::{fs, path::Path};

const FIRST: &str = "\
# SPDX-License-Identifier: GPL-2.0
name: first
protocol: netlink-raw
doc: An example.
definitions:
  - { name: mode, type: enum, entries: [ slow, fast ] }
  - { name: guid, type: struct, members: [ { name: vf, type: u8 }, { name: guid, type: u64 } ] }
  - { name: head, type: struct, members: [ { name: family, type: u8 }, { name: pad, type: pad, len: 3 } ] }
attribute-sets:
  - name: pair
    attributes:
      - { name: key, type: u32 }
      - { name: value, type: string }
      - { name: data, type: sub-message, sub-message: kinds, selector: value }
  - name: port
    name-prefix: port-
    attributes: [ { name: number, type: u16, byte-order: big-endian } ]
  - { name: port6, subset-of: port, attributes: [ { name: number, type: u32 } ] }
sub-messages:
  - { name: kinds, formats: [ { value: tcp, attribute-set: port } ] }
operations:
  enum-model: directional
  fixed-header: head
  list: [ { name: get, doc: Reads., attribute-set: pair, do: { request: { value: 7 } } } ]
";

const SECOND: &str = "\
# SPDX-License-Identifier: GPL-2.0
definitions: [ { name: mode, name-prefix: mode- } ]
attribute-sets:
  - name: pair
    name-prefix: pair-
    attributes:
      - { name: key, enum: mode }
      - { name: value, value: 5 }
  - { name: again, name-prefix: port-, attributes: [ { name: number, type: u8 } ] }
sub-messages: [ { name: kinds, formats: [ { value: udp, attribute-set: again } ] } ]
operations:
  name-prefix: op-
  list: [ { name: new, doc: Tells., value: 9, attribute-set: port, event: {} } ]
";

/// The spec that these texts make up.
fn merged(name: &str, texts: &[&str]) -> Spec {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("is created");
    let mut files = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        files.push(folder.join(format!("{number}.yaml")));
        fs::write(&files[number], text).expect("is written");
    }
    Spec::from_files(&files).expect("is a spec")
}

#[test]
fn a_later_spec_corrects_and_completes_an_earlier_one() {
    let made = decoder(&merged("decoder", &[FIRST, SECOND])).expect("is supported");
    for line in [
        // Names, numbers and enums come from the second spec, and everything else from the first.
        "names! { ENUM_MODE {",
        "    MODE_FAST: u16 = 1,",
        "    PAIR_KEY = 1: Named(4, ENUM_MODE),",
        "    PAIR_VALUE = 5: Text,",
        // The numbers that follow, and the selector, move with it.
        "    PAIR_DATA = 6: Choice(5, &[",
        r#"        ("tcp", None, Known(&SET_PORT)),"#,
        r#"        ("udp", None, Known(&SET_AGAIN)),"#,
        "    PORT_NUMBER = 1: In(Big, &Unsigned(2)),",
        // The number of a constant is stated once.
        "    PORT_NUMBER: Unsigned(1),",
        r#"record! { STRUCT_HEAD "head" {"#,
        r#"    "pad" 3: Pad,"#,
        // Each operation keeps the header that its own spec states for all.
        "    OP_GET = 7: Some(&STRUCT_HEAD), Known(&SET_PAIR);",
        "    OP_NEW = 9: None, Known(&SET_PORT);",
    ] {
        assert!(made.lines().any(|made| made == line), "{line}\n{made}");
    }
}

#[test]
fn a_struct_is_aligned_as_in_c_and_a_subset_with_its_own_type_has_its_own_byte_order() {
    let made = decoder(&merged("subset", &[FIRST, SECOND])).expect("is supported");
    let guid = r#"record! { STRUCT_GUID "guid" {
    "vf" 1: Unsigned(1),
    "pad" 7: Pad,
    "guid" 8: Unsigned(8),
}}"#;
    let port = "set! { SET_PORT6 {\n    PORT_NUMBER: Unsigned(4),\n}}";
    for part in [guid, port] {
        assert!(made.contains(part), "{part}\n{made}");
    }
}

#[test]
fn a_constant_with_two_numbers_is_refused() {
    let other = SECOND.replace("type: u8", "type: u8, value: 3");
    let errors = decoder(&merged("two-numbers", &[FIRST, &other])).unwrap_err();
    assert_eq!(errors.0[0].kind, ErrorKind::Unsupported);
    let wanted = "the constant PORT_NUMBER is 3 here, but 1 in another set";
    assert!(errors.to_string().ends_with(wanted), "{errors}");
}
