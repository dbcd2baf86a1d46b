// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel side of a family: what is generated compiles against a double of the layer and does
//! what it should, and what the layer lacks is an error at its line.

#![forbid(unsafe_code)]

mod kernel;

use kernel::{kernel_source, run, specs};
use parley_spec::{model::Protocol, rust::family, ErrorKind, Spec};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const SMALL: &str = include_str!("family/small.yaml");
const PROGRAM: &str = include_str!("family/program.rs");

/// What generated code uses of the kernel's crate.
const KERNEL: &str = "\
pub mod str { pub use core::ffi::CStr; }
pub mod prelude { pub struct ThisModule; }
pub mod net {
    pub mod netlink {
        pub struct MulticastGroup(pub &'static core::ffi::CStr);
        impl MulticastGroup {
            pub const fn const_new(name: &'static core::ffi::CStr) -> Self { Self(name) }
        }
    }
}
";

/// A folder with the double of the layer.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("is created");
    fs::write(folder.join("kernel.rs"), KERNEL).expect("is written");
    fs::write(folder.join("genl.rs"), include_str!("family/genl.rs")).expect("is written");
    run(&mut rustc(&folder, &["--crate-type", "rlib", "kernel.rs"]));
    folder
}

fn rustc(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("rustc");
    command
        .current_dir(folder)
        .args(["--edition", "2021", "-D", "warnings", "-L", "."])
        .args(arguments);
    command
}

/// Compiles the program with the generated side of the family.
fn compile(folder: &Path, program: &str) -> Output {
    let spec = Spec::parse("small.yaml", SMALL).expect("is a spec");
    let made = family(&spec).expect("is supported");
    fs::write(folder.join("small.rs"), made).expect("is written");
    fs::write(folder.join("program.rs"), program).expect("is written");
    let main = "mod genl;\nmod program;\nmod small;\nfn main() { program::run() }\n";
    fs::write(folder.join("main.rs"), main).expect("is written");
    let arguments = ["main.rs", "--extern", "kernel=libkernel.rlib"];
    rustc(folder, &arguments).output().expect("starts")
}

#[test]
fn handlers_read_and_send_what_the_spec_says() {
    let folder = folder("family-program");
    let output = compile(&folder, PROGRAM);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let printed = run(&mut Command::new(folder.join("main")));
    assert_eq!(printed, "passed\n");
}

#[test]
fn a_family_without_a_handler_or_a_reply_without_a_field_does_not_compile() {
    let folder = folder("family-incomplete");
    for (from, to, expected) in [
        (
            "impl set::Do for State",
            "impl State",
            "set::Do` is not implemented",
        ),
        (
            "impl get::Do for State",
            "impl State",
            "get::Do` is not implemented",
        ),
        (
            "impl get::Dump for State",
            "impl State",
            "Dump` is not implemented",
        ),
        (
            "            delta: Some(-1),\n",
            "",
            "missing field `delta`",
        ),
    ] {
        assert!(PROGRAM.contains(from), "{from}");
        // Warnings about what is now unused do not matter, and must not hide the error.
        let program = PROGRAM.replacen(from, to, 1);
        let output = compile(&folder, &program);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{to} compiles");
        assert!(errors.contains(expected), "{to}:\n{errors}");
    }
}

#[test]
fn every_genetlink_spec_is_generated_or_refused_at_its_lines() {
    let folder = folder("family-kernel");
    let mut all = "#![allow(dead_code)]\nmod genl;\n".to_owned();
    let (mut count, mut made) = (0, 0);
    for (name, text) in specs(&kernel_source()) {
        let spec = Spec::parse(&name, &text).expect("is a spec");
        match family(&spec) {
            Ok(code) => {
                assert_eq!(family(&spec).as_ref(), Ok(&code), "{name}");
                let module = format!("family_{}", name.replace('-', "_"));
                fs::write(folder.join(format!("{module}.rs")), code).expect("is written");
                all += &format!("mod {module};\n");
                made += 1;
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
    assert!(made > 0, "no spec is supported");
    fs::write(folder.join("all.rs"), all).expect("is written");
    let arguments = [
        "--crate-type",
        "lib",
        "all.rs",
        "--extern",
        "kernel=libkernel.rlib",
    ];
    run(&mut rustc(&folder, &arguments));
    println!("{made} of {count} specs are supported");
}

#[test]
fn what_the_layer_lacks_is_an_error_at_its_line() {
    // What is replaced, by what; the item in whose line the error is, and what it says.
    for (from, to, item, what) in [
        (
            "count, type: uint",
            "count, type: u64",
            "{ name: count",
            "integers of the type u64 in a request",
        ),
        (
            "max-len: name-max",
            "min-len: 1",
            "{ name: name,",
            "strings without `max-len` in a request",
        ),
        (
            "delta, type: sint",
            "delta, type: nest, nested-attributes: leaf",
            "{ name: delta",
            "attributes of the type nest in a request",
        ),
        (
            "uns-admin-perm",
            "admin-perm",
            "name: set",
            "the flag `admin-perm`",
        ),
        (
            "flags: [ uns-admin-perm ]",
            "dont-validate: [ strict ]",
            "name: set",
            "`dont-validate`",
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
