// SPDX-License-Identifier: MIT OR Apache-2.0

//! The public surface of the libraries is the one in their public-api.txt. To update these files,
//! run in user/, with Rust 1.88 or newer:
//!
//!     UPDATE_SNAPSHOTS=yes cargo test -p parley-spec --features surface --test surface

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Lists the public items of a package, or nothing if this rustdoc has another format.
fn listed(user: &Path, package: &str) -> Option<String> {
    let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .current_dir(user)
        .env("RUSTC_BOOTSTRAP", "1")
        .args([
            "rustdoc",
            "--quiet",
            "--locked",
            "--lib",
            "--package",
            package,
        ])
        .args(["--target-dir", "target/api", "--"])
        .args(["-Zunstable-options", "--output-format", "json"])
        .status();
    assert!(status.unwrap().success(), "rustdoc has failed on {package}");
    let name = package.replace('-', "_");
    let json = user.join(format!("target/api/doc/{name}.json"));
    let known = format!("\"format_version\":{}", rustdoc_types::FORMAT_VERSION);
    if !fs::read_to_string(&json).unwrap().contains(&known) {
        return None;
    }
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true);
    let unstable = ["core::marker::Freeze", "core::marker::UnsafeUnpin"];
    let lines = api.build().unwrap().to_string();
    let mut lines: Vec<_> = lines
        .lines()
        .filter(|line| !unstable.iter().any(|name| line.contains(name)))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    Some(lines.join("\n") + "\n")
}

/// The name that a line declares, if it is of one of these kinds.
fn declared<'a>(line: &'a str, kinds: &[&str]) -> Option<&'a str> {
    let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    let in_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let end = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
    rest.get(..end).map(|name| name.trim_end_matches(':'))
}

/// Whether a program may break because this line is new: it is a field or a variant of a type
/// that is not `#[non_exhaustive]`, an item of a trait, or how a value is dropped.
fn breaks(before: &BTreeSet<&str>, line: &str) -> bool {
    let new = |prefixes: &[&str], owner: &str| {
        prefixes.iter().any(|prefix| {
            let name = line.strip_prefix(prefix);
            let item = name.and_then(|name| name.strip_prefix(owner));
            item.is_some_and(|item| item.starts_with("::"))
        })
    };
    let types = ["pub struct ", "pub enum ", "pub union "];
    line.contains("core::ops::drop::Drop for ")
        || before.iter().any(|there| {
            declared(there, &types).is_some_and(|owner| new(&["pub "], owner))
                || declared(there, &["pub trait "])
                    .is_some_and(|owner| new(&["pub fn ", "pub const ", "pub type "], owner))
        })
}

/// Compares two lists: returns the new lines, and those that break programs.
fn compare<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let [before, after] = [before, after].map(|text| text.lines().collect::<BTreeSet<_>>());
    let (risky, new) = after
        .difference(&before)
        .partition::<Vec<_>, _>(|line| breaks(&before, line));
    let gone = before.difference(&after).copied();
    (new, gone.chain(risky).collect())
}

#[test]
fn no_program_breaks_by_a_change_of_the_public_surface() {
    let user = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let update = env::var("UPDATE_SNAPSHOTS").is_ok_and(|value| value == "yes");
    let mut broken = Vec::new();
    for (package, folder) in [("parley-netlink", "netlink"), ("parley", "parley")] {
        // Bypasses the test harness, which shows no output of a test that passes.
        let note = |text: String| {
            let _ = writeln!(std::io::stdout(), "surface of {package}: {text}");
        };
        let Some(after) = listed(user, package) else {
            assert!(
                env::var_os("CI").is_none(),
                "this rustdoc's JSON has another format"
            );
            note("not checked: the JSON of this rustdoc has another format".to_owned());
            continue;
        };
        let file = user.join(folder).join("public-api.txt");
        if update {
            fs::write(&file, after).unwrap();
            continue;
        }
        let before = fs::read_to_string(&file).unwrap();
        let (new, breaking) = compare(&before, &after);
        for line in new {
            note(format!("new: {line}"));
        }
        broken.extend(breaking.into_iter().map(str::to_owned));
    }
    assert!(
        broken.is_empty(),
        "programs may break. If the change is wanted, describe it in CHANGELOG.md and write the \
         surface down anew, as the top of this file says.\n{}",
        broken.join("\n")
    );
}

#[test]
fn a_new_item_breaks_programs_only_where_they_must_know_it() {
    let before = "pub const p::ECHO: u8 = 1\n#[non_exhaustive] pub struct p::Open\n\
                  pub struct p::Shut<T>\npub p::Shut::field: u8\npub enum p::Kind\n\
                  pub p::Kind::One\npub trait p::Trait: core::fmt::Debug\n\
                  impl core::marker::Send for p::Open\n";
    let breaking = |after: &str| !compare(before, after).1.is_empty();
    assert!(!breaking(before));
    for new in [
        "pub const p::REVERSE: u8 = 2",
        "pub fn p::Shut<T>::more(&self)",
        "pub p::Open::more: u8",
        "pub struct p::Shutter",
        "pub p::Shutter::field: u8",
        "impl core::fmt::Debug for p::Open",
    ] {
        assert!(!breaking(&format!("{before}{new}\n")), "{new}");
    }
    for new in [
        "pub p::Shut::more: u8",
        "pub p::Kind::Two(u8)",
        "pub fn p::Trait::more(&self)",
        "impl<T> core::ops::drop::Drop for p::Shut<T>",
    ] {
        assert!(breaking(&format!("{before}{new}\n")), "{new}");
    }
    for line in before.lines() {
        assert!(
            breaking(&before.replace(&format!("{line}\n"), "")),
            "{line}"
        );
    }
}
