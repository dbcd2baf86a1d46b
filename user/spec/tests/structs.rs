// SPDX-License-Identifier: MIT OR Apache-2.0

//! Structs that no message can hold.

use parley_spec::{ErrorKind, Spec};
use std::fmt::Write;

/// The error of a spec with these definitions, from line 6 on.
fn refused(definitions: &str) -> String {
    let text = format!(
        "# SPDX-License-Identifier: GPL-2.0\n\
         name: test\n\
         protocol: netlink-raw\n\
         protonum: 0\n\
         definitions:\n\
         {definitions}\
         attribute-sets: []\n\
         operations: {{ list: [] }}\n\
         doc: A test.\n"
    );
    match Spec::parse("t", &text) {
        Ok(_) => String::new(),
        Err(errors) => {
            assert!(
                errors.0.iter().all(|error| error.kind == ErrorKind::Value),
                "{errors}"
            );
            errors.to_string()
        }
    }
}

/// `count` structs: the first holds `first`, and each other one holds `times` of the one before it.
fn chain(count: usize, first: &str, times: usize, reversed: bool) -> String {
    let mut lines = vec![format!(
        "  - {{ name: s0, type: struct, members: [ {first} ] }}\n"
    )];
    for number in 1..count {
        let mut members = String::new();
        for member in 0..times {
            let inner = number - 1;
            write!(
                members,
                "{{ name: m{member}, type: binary, struct: s{inner} }}, "
            )
            .unwrap();
        }
        lines.push(format!(
            "  - {{ name: s{number}, type: struct, members: [ {members} ] }}\n"
        ));
    }
    if reversed {
        lines.reverse();
    }
    lines.concat()
}

#[test]
fn a_struct_does_not_contain_itself() {
    let own = "  - { name: a, type: struct, members: [ { name: x, type: binary, struct: a } ] }\n";
    assert_eq!(refused(own), "t:6:41: the struct `a` contains itself");
    let pair =
        "  - { name: a, type: struct, members: [ { name: x, type: binary, struct: b } ] }\n  \
                - { name: b, type: struct, members: [ { name: x, type: binary, struct: a } ] }\n";
    assert_eq!(refused(pair), "t:7:41: the struct `a` contains itself");
}

#[test]
fn a_struct_fits_into_an_attribute() {
    let bytes = |len| format!("{{ name: x, type: binary, len: {len} }}");
    assert_eq!(refused(&chain(1, &bytes(65_531), 0, false)), "");
    let long = "is longer than 65531 bytes, the most that an attribute holds";
    for (definitions, line, name) in [
        (chain(1, &bytes(65_532), 0, false), 6, "s0"),
        (
            chain(
                1,
                "{ name: x, type: pad, len: 9223372036854775807 }",
                0,
                false,
            ),
            6,
            "s0",
        ),
        // 8 times 2 to the power of 13.
        (chain(40, &bytes(8), 2, false), 19, "s13"),
        (chain(40, &bytes(8), 2, true), 32, "s13"),
        // Padding counts.
        (
            chain(
                1,
                &format!("{}, {{ name: y, type: u32 }}", bytes(65_529)),
                0,
                false,
            ),
            6,
            "s0",
        ),
    ] {
        let error = refused(&definitions);
        assert_eq!(error, format!("t:{line}:5: the struct `{name}` {long}"));
    }
}

#[test]
fn structs_without_bytes_have_an_end_too() {
    let empty = "{ name: x, type: pad, len: 0 }";
    let error = refused(&chain(60, empty, 2, false));
    assert!(error.ends_with("has more than 65531 members"), "{error}");
    assert_eq!(refused(&chain(64, empty, 1, false)), "");
    for reversed in [false, true] {
        let error = refused(&chain(2000, empty, 1, reversed));
        let error = error.lines().next().unwrap_or_default();
        assert!(
            error.ends_with("nests structs more than 64 deep"),
            "{error}"
        );
    }
}
