// SPDX-License-Identifier: GPL-2.0

//! Calls any operation of the family, and prints its events.

#![forbid(unsafe_code)]

use anyhow::{anyhow, bail, Result};
use parley_call::{protocol, Events, Question};
use parley_netlink::netlink::Socket;
use parley_spec::Spec;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "\
usage: OPERATION [NAME=VALUE...] [--json JSON] [--dump]
       --list-ops
       --monitor GROUP

A nest or a list is a VALUE in JSON. A NAME alone sets a flag.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", env!("CARGO_PKG_NAME"));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let spec = Spec::parse("@FAMILY@.yaml", family::SPEC);
    let spec = spec.map_err(|errors| anyhow!("{errors}"))?;
    match words {
        ["--list-ops"] => list(&spec),
        ["--monitor", group] => monitor(&spec, group)?,
        [operation, words @ ..] if !operation.starts_with('-') => {
            let is_option = |word: &&&str| ["--dump", "--json"].contains(*word);
            let values: Vec<_> = words.iter().filter(|word| !is_option(word)).collect();
            let mut question = Question::new(&spec, operation, &values)?;
            question.is_dump = words.contains(&"--dump");
            let answer = question.ask(question.open()?)?;
            println!("{}", answer.value);
            answer.notes().for_each(|note| eprintln!("{note}"));
        }
        _ => bail!("{USAGE}"),
    }
    Ok(())
}

/// Prints the operations with the attributes of their requests, and the groups.
fn list(spec: &Spec) {
    for operation in &spec.operations {
        let set = operation.attributes.map(|id| &spec[id]);
        for (kind, call) in [("do", &operation.r#do), ("dump", &operation.dump)] {
            let (Some(call), Some(set)) = (call, set) else { continue };
            let places = call.request.iter().flat_map(|request| &request.attributes);
            let names: Vec<_> = places.map(|at| set.attributes[*at].name.as_str()).collect();
            let line = format!("{:20} {kind:4}  {}", operation.name, names.join(" "));
            println!("{}", line.trim_end());
        }
    }
    for group in &spec.groups {
        println!("{:20} group", group.name);
    }
}

/// Prints the events of a group, until the output is closed.
fn monitor(spec: &Spec, group: &str) -> Result<()> {
    let mut events = Events::listen(spec, Socket::open(protocol(spec)?)?, group)?;
    eprintln!("listening to {group}");
    let mut out = std::io::stdout().lock();
    loop {
        if let Some((name, values)) = events.next()? {
            writeln!(out, "{}", json!({ "name": name, "msg": values }))?;
            out.flush()?;
        }
    }
}
