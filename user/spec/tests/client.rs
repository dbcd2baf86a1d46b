// SPDX-License-Identifier: MIT OR Apache-2.0

//! The generated clients: those of the kernel's own specs compile, and anything unsupported is an
//! error at its line. `user/spec/example` converses with generated clients.

mod kernel;

use kernel::{kernel_source, run, specs, top};
use parley_spec::{model::Protocol, rust::client, ErrorKind, Spec};
use std::{fs, path::Path, process::Command};

#[test]
fn the_client_of_every_genetlink_spec_compiles_without_a_warning() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    let source = folder.join("src");
    let _ = fs::remove_dir_all(&source);
    fs::create_dir_all(&source).expect("is created");
    // All of them are modules of one crate, included like a build script's output.
    let mut all = "//! Clients.\n".to_owned();
    let mut count = 0;
    for (name, text) in specs(&kernel_source()) {
        let spec = Spec::parse(&name, &text).expect("is a spec");
        let made = client(&spec);
        if spec.protocol == Protocol::NetlinkRaw {
            let errors = made.expect_err("is not supported").to_string();
            let expected = "1:1: the client does not support the protocol netlink-raw yet";
            assert_eq!(errors, format!("{name}:{expected}"));
            continue;
        }
        count += 1;
        let made = made.expect("is supported");
        assert_eq!(made, client(&spec).expect("is supported"));
        let module = name.replace('-', "_");
        fs::write(source.join(format!("{module}.in")), made).expect("is written");
        all += &format!("/// {name}.\npub mod r#{module} {{ include!(\"{module}.in\"); }}\n");
    }
    assert!(count >= 25, "{count} specs");
    fs::write(source.join("lib.rs"), all).expect("is written");
    let library = top().join("user/netlink");
    let manifest = format!(
        "[package]\nname = \"clients\"\nedition = \"2021\"\n[workspace]\n\
         [dependencies]\nparley-netlink.path = {library:?}\n\
         [lints.rust]\nmissing_docs = \"deny\"\nwarnings = \"deny\"\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("is written");
    // With the library's lock file, so that no dependency is fetched.
    fs::copy(top().join("user/Cargo.lock"), folder.join("Cargo.lock")).expect("is copied");
    run(Command::new(env!("CARGO")).current_dir(&folder).args([
        "check",
        "--quiet",
        "--offline",
        "--target-dir",
        "target",
    ]));
}

const SPEC: &str = "\
# SPDX-License-Identifier: MIT
name: small
doc: A test.
protocol: genetlink-legacy
definitions:
  - { name: open, type: struct, members: [ { name: rest, type: binary } ] }
attribute-sets:
  - name: set
    attributes:
      - { name: a, type: u8 }
      - { name: b, type: string }
      - { name: c, type: flag }
operations:
  list:
    - { name: get, doc: Gets., attribute-set: set, do: { request: { attributes: [ a, b, c ] } } }
";

#[test]
fn what_a_client_lacks_is_an_error_at_its_line() {
    for (from, to, error) in [
        (
            "type: u8",
            "type: indexed-array, sub-type: flag",
            "small.yaml:10:9: the client does not support such elements of a list yet",
        ),
        (
            "type: flag",
            "type: flag, multi-attr: true",
            "small.yaml:12:9: the client does not support such elements of a list yet",
        ),
        (
            "doc: Gets.,",
            "doc: Gets., fixed-header: open,",
            "small.yaml:6:5: the client does not support a fixed header of unknown size yet",
        ),
    ] {
        let text = SPEC.replacen(from, to, 1);
        let spec = Spec::parse("small.yaml", &text).expect("is a spec");
        let errors = client(&spec).expect_err("is not supported");
        assert_eq!(errors.0[0].kind, ErrorKind::Unsupported);
        assert_eq!(errors.to_string(), error);
    }
}

#[test]
fn operations_with_the_same_reply_share_its_type_and_an_empty_request_is_no_parameter() {
    let text = SPEC.replace(
        "do: { request: { attributes: [ a, b, c ] } }",
        "do: { reply: { attributes: [ a ] } }, dump: { reply: { attributes: [ a ] } }",
    );
    let spec = Spec::parse("small.yaml", &text).expect("is a spec");
    let made = client(&spec).expect("is supported");
    for line in [
        "pub struct GetReply {",
        "pub type GetEntry = GetReply;",
        "pub fn get(&mut self) -> Result<GetReply> {",
        "pub fn get_dump(&mut self, mut each: impl FnMut(GetEntry) -> Result<()>) -> Result<bool> {",
    ] {
        assert!(made.contains(line), "{line}\n{made}");
    }
    // A build script's output is included, where inner documentation is not allowed.
    assert!(!made.contains("//!"), "{made}");
}
