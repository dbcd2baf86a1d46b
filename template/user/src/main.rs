// SPDX-License-Identifier: GPL-2.0

//! Sends any operation of the family, and prints its events.

#![forbid(unsafe_code)]

use family::call::{call, listen};
use family::client::{Client, FAMILY, GROUPS, OPERATIONS};
use serde_json::{Map, Value};
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

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
            eprintln!("{}: {error}", env!("CARGO_PKG_NAME"));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        ["--list-ops"] => list(),
        ["--monitor", group] => monitor(group),
        [operation, rest @ ..] if !operation.starts_with('-') => {
            let (request, dump) = request(rest)?;
            let reply = call(&mut Client::open()?, operation, dump, &request)?;
            println!("{reply}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

/// The request that these arguments describe, and whether they ask for a dump.
fn request(words: &[&str]) -> Result<(Value, bool)> {
    let (mut request, mut dump) = (Map::new(), false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match (*word, word.split_once('=')) {
            ("--dump", _) => dump = true,
            ("--json", _) => {
                let text = words.next().ok_or("--json takes an object")?;
                match serde_json::from_str(text)? {
                    Value::Object(members) => request.extend(members),
                    _ => return Err("--json takes an object".into()),
                }
            }
            (option, _) if option.starts_with("--") => return Err(USAGE.into()),
            (_, Some((name, text))) => {
                let value = match text.starts_with(['{', '[']) {
                    true => serde_json::from_str(text)?,
                    false => text.into(),
                };
                request.insert(name.into(), value);
            }
            (flag, None) => {
                request.insert(flag.into(), true.into());
            }
        }
    }
    Ok((request.into(), dump))
}

fn list() -> Result<()> {
    for operation in OPERATIONS {
        for (kind, numbers) in [("do", operation.r#do), ("dump", operation.dump)] {
            let Some(numbers) = numbers else { continue };
            let set = FAMILY.set(operation.set).ok_or("the set is missing")?;
            let names = numbers.iter().filter_map(|number| set.attribute(*number));
            let names: Vec<&str> = names.map(|attribute| attribute.name).collect();
            let line = format!("{:20} {kind:4}  {}", operation.name, names.join(" "));
            println!("{}", line.trim_end());
        }
    }
    for group in GROUPS {
        println!("{group:20} group");
    }
    Ok(())
}

fn monitor(group: &str) -> Result<()> {
    let ready = || eprintln!("listening to {group}");
    let show = |name: &str, event| {
        let line = serde_json::json!({ "name": name, "msg": event });
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
    };
    Ok(listen(&mut Client::open()?, group, ready, show)?)
}
