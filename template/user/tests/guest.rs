// SPDX-License-Identifier: GPL-2.0

//! Tests that `make test` runs in the guest, as root and with the module loaded.

#![forbid(unsafe_code)]

use family::call::{call, Error};
use family::client::{Client, OPERATIONS};
use serde_json::json;

/// Sends every operation, with an empty request. To refuse it is an answer, too.
#[test]
fn every_operation_answers() {
    let mut client = Client::open().expect("the family is registered");
    let mut unwritten = 0;
    println!();
    for operation in OPERATIONS {
        for (kind, numbers) in [("do", operation.r#do), ("dump", operation.dump)] {
            if numbers.is_none() {
                continue;
            }
            let answer = match call(&mut client, operation.name, kind == "dump", &json!({})) {
                Ok(_) => "answers".to_owned(),
                Err(Error::Interrupted) => "answers, and changed meanwhile".to_owned(),
                Err(Error::Kernel(error)) => match error.refusal() {
                    Some(refusal) if refusal.errno_name() == "EOPNOTSUPP" => {
                        unwritten += 1;
                        "has no handler yet: EOPNOTSUPP".to_owned()
                    }
                    Some(refusal) => format!("refuses an empty request: {refusal}"),
                    None => panic!("{} ({kind}) does not answer: {error}", operation.name),
                },
                Err(error) => panic!("{} ({kind}): {error}", operation.name),
            };
            println!("{:20} {kind:4}  {answer}", operation.name);
        }
    }
    println!("handlers that are still to be written: {unwritten}");
}
