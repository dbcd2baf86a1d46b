// SPDX-License-Identifier: GPL-2.0

//! Calls any operation of the family, and prints its events.

#![forbid(unsafe_code)]

use anyhow::{anyhow, Result};
use parley_call::{protocol, Events, Question};
use parley_netlink::netlink::Socket;
use parley_spec::Spec;
use serde_json::json;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

const USAGE: &str = "\
usage: OPERATION [NAME=VALUE...] [--json JSON] [--dump]
       --list-ops
       --monitor GROUP

A nest or a list is a VALUE in JSON. A NAME alone sets a flag.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(error) if is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", env!("CARGO_PKG_NAME"));
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader of the output has closed it, as head(1) does.
fn is_closed(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn run(words: &[&str]) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let spec = Spec::parse("@FAMILY@.yaml", family::SPEC);
    let spec = spec.map_err(|errors| anyhow!("{errors}"))?;
    match words {
        _ if words.contains(&"--help") || words == ["-h"] => writeln!(out, "{USAGE}")?,
        ["--list-ops"] => list(&mut out, &spec)?,
        ["--monitor", group] => monitor(&mut out, &spec, group)?,
        [operation, words @ ..] if !operation.starts_with('-') => {
            let is_option = |word: &&&str| ["--dump", "--json"].contains(*word);
            let values: Vec<_> = words.iter().filter(|word| !is_option(word)).collect();
            let mut question = Question::new(&spec, operation, &values)?;
            question.is_dump = words.contains(&"--dump");
            let answer = question.ask(question.open()?)?;
            writeln!(out, "{}", answer.value)?;
            answer.notes().for_each(|note| eprintln!("{note}"));
        }
        _ => {
            eprintln!("{}: {USAGE}", env!("CARGO_PKG_NAME"));
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the operations with the attributes of their requests, and the groups.
fn list(out: &mut dyn Write, spec: &Spec) -> Result<()> {
    for operation in &spec.operations {
        let set = operation.attributes.map(|id| &spec[id]);
        for (kind, call) in [("do", &operation.r#do), ("dump", &operation.dump)] {
            let (Some(call), Some(set)) = (call, set) else { continue };
            let places = call.request.iter().flat_map(|request| &request.attributes);
            let names: Vec<_> = places.map(|at| set.attributes[*at].name.as_str()).collect();
            let line = format!("{:20} {kind:4}  {}", operation.name, names.join(" "));
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    for group in &spec.groups {
        writeln!(out, "{:20} group", group.name)?;
    }
    Ok(())
}

/// Prints the events of a group, until the output is closed.
fn monitor(out: &mut dyn Write, spec: &Spec, group: &str) -> Result<()> {
    let mut events = Events::listen(spec, Socket::open(protocol(spec)?)?, group)?;
    eprintln!("listening to {group}");
    loop {
        if let Some((name, values)) = events.next()? {
            writeln!(out, "{}", json!({ "name": name, "msg": values }))?;
            out.flush()?;
        }
    }
}
