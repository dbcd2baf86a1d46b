// SPDX-License-Identifier: MIT OR Apache-2.0

//! The generated constants: those of the kernel's own specs compile, and small specs give the
//! expected ones.

mod kernel;

use kernel::{kernel_source, run, specs, top};
use parley_spec::{
    model::{Definition, DefinitionKind, Protocol},
    rust::constants,
    ErrorKind, Spec,
};
use std::{collections::BTreeMap, fs, path::Path, process::Command};

#[test]
fn the_constants_of_every_genetlink_spec_compile_without_a_warning() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("constants");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("is created");
    // All of them are modules of one crate.
    let mut all = String::new();
    let mut count = 0;
    for (name, text) in specs(&kernel_source()) {
        let spec = Spec::parse(&name, &text).expect("is a spec");
        if spec.protocol == Protocol::NetlinkRaw {
            continue;
        }
        count += 1;
        let made = constants(&spec).expect("is supported");
        assert_eq!(made, constants(&spec).expect("is supported"));
        let module = name.replace('-', "_");
        fs::write(folder.join(format!("{module}.rs")), made).expect("is written");
        all += &format!("pub mod r#{module};\n");
    }
    assert!(count >= 25, "{count} specs");
    fs::write(folder.join("all.rs"), all).expect("is written");
    // Only the library's types of the tables.
    let types = top().join("user/netlink/src/genl/spec.rs");
    let library = format!("pub mod genl {{ #[path = {types:?}] pub mod spec; }}\n");
    fs::write(folder.join("parley_netlink.rs"), library).expect("is written");
    let rustc = |arguments: &[&str]| {
        run(Command::new("rustc")
            .current_dir(&folder)
            .args([
                "--edition",
                "2021",
                "--crate-type",
                "lib",
                "--emit",
                "metadata",
            ])
            .args(["-D", "warnings", "-L", "."])
            .args(arguments));
    };
    rustc(&["parley_netlink.rs"]);
    rustc(&[
        "--extern",
        "parley_netlink=libparley_netlink.rmeta",
        "all.rs",
    ]);
}

#[test]
fn the_generated_files_of_this_checkout_are_fresh_and_formatted_once_and_for_all() {
    let run = |arguments: &[&str]| {
        run(Command::new(env!("CARGO_BIN_EXE_parley-spec"))
            .current_dir(top())
            .args(arguments)
            .arg("spec/parley.yaml"))
    };
    let family: &[&str] = &["family"];
    for (arguments, file) in [
        (family, "kmod/parley.rs"),
        (&["client"], "user/parley/src/uapi.rs"),
    ] {
        let made = run(arguments);
        let there = fs::read_to_string(top().join(file)).expect("is readable");
        assert_eq!(made, there, "{file} is stale; run: make spec");
        let longest = made.lines().map(str::len).max();
        assert!(longest <= Some(100), "{file} has a line of {longest:?}");
    }
}

const SPEC: &str = "\
# SPDX-License-Identifier: MIT
name: small
doc: A test.
definitions:
  - { name: timeout-length, type: const, value: 8, doc: Named like a time. }
  - { name: most, type: const, value: 9 }
  - { name: both, type: const, value: 10 }
  - { name: large, type: const, value: 0x100000000 }
  - { name: word, type: const, value: text }
  - { name: page, type: const, value: 0, header: asm/page.h }
  - { name: mode, type: enum, entries: [ none, { name: self, doc: Itself. } ] }
  - { name: bits, type: flags, entries: [ one, { name: far, value: 33 } ] }
attribute-sets:
  - name: cmd
    attributes:
      - { name: a, type: binary, checks: { max-len: timeout-length } }
      - { name: b, type: u8, checks: { max: most }, doc: 'See [RFC 1](x) <b>.' }
      - { name: c, type: u32, checks: { max: both } }
      - { name: d, type: string, checks: { max-len: both } }
operations:
  list:
    - { name: get, doc: Gets., attribute-set: cmd, do: { request: { attributes: [ c ] } } }
mcast-groups: { list: [ { name: all } ] }
";

#[test]
fn a_constant_has_the_type_of_its_uses() {
    let spec = Spec::parse("small.yaml", SPEC).expect("is a spec");
    let made = constants(&spec).expect("is supported");
    for line in [
        "// SPDX-License-Identifier: MIT",
        "// Generated from small.yaml by parley-spec; do not edit.",
        "pub const FAMILY_NAME: &str = \"small\";",
        "/// Named like a time.",
        "pub const TIMEOUT_LENGTH: usize = 8;",
        "pub const MOST: u32 = 9;",
        "pub const BOTH: u32 = 10;",
        "pub const LARGE: u64 = 4294967296;",
        "pub const WORD: &str = \"text\";",
        "    pub const GET: u8 = 1;",
        // The name `cmd` is taken by the module of the operations.
        "pub mod cmd_ {",
        "    /// `u8`: See \\[RFC 1\\](x) \\<b\\>.",
        "    pub const B: u16 = 2;",
        "    Self_ = 1,",
        "    pub const FAR: Self = Self(1 << 33);",
    ] {
        assert!(
            made.lines().any(|other| other == line),
            "no {line} in:\n{made}"
        );
    }
    assert!(!made.contains("PAGE"), "a header has this constant");
    assert!(made.contains("r#do: Some(&[3])"), "{made}");
}

#[test]
fn what_a_table_has_no_room_for_is_an_error_at_its_line() {
    let text = SPEC
        .replace("max: both }", "min: s32-min }")
        .replace("type: u32", "type: s32");
    let spec = Spec::parse("small.yaml", &text).expect("is a spec");
    let errors = constants(&spec).expect_err("is not supported");
    assert_eq!(errors.0[0].kind, ErrorKind::Unsupported);
    let message = errors.to_string();
    assert_eq!(
        message,
        "small.yaml:18:46: the table has no room for the bound -2147483648"
    );
}

#[test]
fn structs_are_as_large_as_those_of_c() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("structs");
    fs::create_dir_all(&folder).expect("is created");
    let specs = specs(&kernel_source());
    let mut sizes = BTreeMap::new();
    for name in [
        "ovs_datapath",
        "ovs_vport",
        "ovs_flow",
        "ovs_packet",
        "wireguard",
    ] {
        let spec = Spec::parse(name, &specs[name]).expect("is a spec");
        let made = constants(&spec).expect("is supported");
        let mut lines = made.lines();
        while let Some(line) = lines.next() {
            let Some(rust_name) = line.strip_prefix("pub struct ") else {
                continue;
            };
            let rust_name = rust_name.trim_end_matches([' ', '{']);
            let of = |d: &&Definition| {
                let name = d.name.replace('-', "").to_lowercase();
                matches!(d.kind, DefinitionKind::Struct(_)) && name == rust_name.to_lowercase()
            };
            let (Some(definition), Some(size)) = (
                spec.definitions.iter().find(of),
                lines.find_map(|line| line.trim().strip_prefix("pub const SIZE: usize = ")),
            ) else {
                continue;
            };
            sizes.insert(
                definition.name.replace('-', "_"),
                size.trim_end_matches(';').to_owned(),
            );
        }
    }
    // This spec is wrong: it has u32 for a member that is a __be16 in C.
    assert_eq!(sizes.remove("ovs_action_add_mpls").as_deref(), Some("12"));
    assert!(sizes.len() >= 10, "{sizes:?}");
    let mut program = "#include <linux/openvswitch.h>\n#include <linux/time_types.h>\n\
                       #include <stdio.h>\nint main(void)\n{\n"
        .to_owned();
    for name in sizes.keys() {
        program += &format!("\tprintf(\"{name} %zu\\n\", sizeof(struct {name}));\n");
    }
    fs::write(folder.join("sizes.c"), program + "\treturn 0;\n}\n").expect("is written");
    run(Command::new("cc")
        .current_dir(&folder)
        .args(["-o", "sizes", "sizes.c"]));
    let theirs = run(&mut Command::new(folder.join("sizes")));
    let ours: String = sizes
        .iter()
        .map(|(name, size)| format!("{name} {size}\n"))
        .collect();
    assert_eq!(ours, theirs);
}
