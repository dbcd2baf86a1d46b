// SPDX-License-Identifier: MIT OR Apache-2.0

//! Checks Netlink specs, and generates Rust from them.

use parley_spec::{rust, Errors, Spec};
use std::{
    io::Write,
    process::{Command, ExitCode, Stdio},
};

const USAGE: &str = "\
Check Netlink specs and generate Rust from them

Usage: parley-spec check SPEC...
       parley-spec client SPEC [-o FILE]
       parley-spec constants SPEC [-o FILE]
       parley-spec decoder SPEC... -o FILE
       parley-spec family SPEC [-o FILE]
       parley-spec handlers SPEC [-o FILE]

Commands:
  check      Check specs and report every error with its file, line and column
  client     Generate the client of a family, for a program: what `constants`
             generates, and a method with typed arguments per operation
  constants  Generate constants, enums, flag sets and tables of the attributes
             and operations, for a program
  decoder    Generate the tables with which parley-netlink decodes a protocol of
             the kernel. Each SPEC corrects and completes those before it
  family     Generate the kernel side of a family
  handlers   Generate a first version of the module, with a stub of each handler

Options:
  -o FILE  Write to this file instead of standard output

Generated code is formatted with rustfmt.";

type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let help = words.iter().any(|word| ["--help", "-h"].contains(word));
    let done = match words[..] {
        _ if help || words == ["help"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["check", ref specs @ ..] if !specs.is_empty() => check(specs),
        ["client", ref rest @ ..] if is_output(rest) => generate(rest, rust::client),
        ["constants", ref rest @ ..] if is_output(rest) => generate(rest, rust::constants),
        ["decoder", ref specs @ .., "-o", file] if !specs.is_empty() => {
            write(Spec::from_files(specs), Some(file), rust::decoder)
        }
        ["family", ref rest @ ..] if is_output(rest) => generate(rest, rust::family),
        ["handlers", _, "-o", file] if std::path::Path::new(file).exists() => Err(format!(
            "parley-spec: {file} exists, so nothing was written; `handlers` only writes new files"
        )),
        ["handlers", ref rest @ ..] if is_output(rest) => generate(rest, rust::handlers),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn check(specs: &[&str]) -> Result<()> {
    let wrong: Vec<String> = specs
        .iter()
        .filter_map(|spec| Spec::from_file(spec).err())
        .map(|errors| errors.to_string())
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong.join("\n"))
}

/// Returns whether the arguments are a spec and an output path.
fn is_output(words: &[&str]) -> bool {
    matches!(words, [_] | [_, "-o", _])
}

fn generate(
    words: &[&str],
    make: impl Fn(&Spec) -> std::result::Result<String, Errors>,
) -> Result<()> {
    write(Spec::from_file(words[0]), words.get(2).copied(), make)
}

fn write(
    spec: std::result::Result<Spec, Errors>,
    file: Option<&str>,
    make: impl Fn(&Spec) -> std::result::Result<String, Errors>,
) -> Result<()> {
    let spec = spec.map_err(|errors| errors.to_string())?;
    let text = make(&spec).map_err(|errors| errors.to_string())?;
    let text = format(&text)?;
    match file {
        Some(file) => std::fs::write(file, text)
            .map_err(|error| format!("parley-spec: cannot write {file}: {error}")),
        None => std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(|error| format!("parley-spec: cannot write the output: {error}")),
    }
}

/// Sends `text` through rustfmt.
fn format(text: &str) -> Result<String> {
    let failed = |error: &dyn std::fmt::Display| format!("parley-spec: rustfmt failed: {error}");
    // The settings of the current directory must not matter.
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2021", "--config", "max_width=100"])
        .args(["--config-path", "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let mut stdin = rustfmt.stdin.take().ok_or_else(|| failed(&"no input"))?;
    let input = text.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = rustfmt.wait_with_output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status));
    }
    match writer.join() {
        Ok(written) => written.map_err(|error| failed(&error))?,
        Err(_) => return Err(failed(&"it took no input")),
    }
    String::from_utf8(output.stdout).map_err(|error| failed(&error))
}
