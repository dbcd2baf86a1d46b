// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel's source and its specs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The top of the checkout.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command, which must succeed, and returns its output.
pub fn run(command: &mut Command) -> String {
    let output = command.output().expect("starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{errors}");
    String::from_utf8(output.stdout).expect("prints UTF-8")
}

pub fn kernel_source() -> PathBuf {
    run(Command::new(top().join("scripts/build/kernel")).arg("--source"))
        .trim()
        .into()
}

/// The kernel's specs, by name.
pub fn specs(source: &Path) -> BTreeMap<String, String> {
    let folder = source.join("Documentation/netlink/specs");
    let paths = fs::read_dir(folder).expect("the kernel has specs");
    let mut specs = BTreeMap::new();
    for path in paths.map(|entry| entry.expect("is readable").path()) {
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let name = path.file_stem().expect("has a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("is readable");
            specs.insert(name.into_owned(), text);
        }
    }
    specs
}
