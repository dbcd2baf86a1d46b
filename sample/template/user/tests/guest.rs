// SPDX-License-Identifier: GPL-2.0

//! Tests that `make test` runs in the guest, as root and with the module loaded.

#![forbid(unsafe_code)]

use parley_call::Question;
use parley_netlink::Error;
use parley_spec::Spec;

/// Sends an empty request to every operation. Proves that the family is registered, that each
/// operation has a handler or a stub, and that the spec describes the replies. A refusal is an
/// answer, too, so the handlers need tests of their own.
#[test]
fn every_operation_answers() {
    let spec = Spec::parse("@FAMILY@.yaml", family::SPEC).expect("the spec has no errors");
    let mut unwritten = 0;
    println!();
    for operation in &spec.operations {
        let (name, calls) = (&operation.name, [&operation.r#do, &operation.dump]);
        for (kind, call) in ["do", "dump"].into_iter().zip(calls) {
            if call.is_none() {
                continue;
            }
            let words: [&str; 0] = [];
            let mut question = Question::new(&spec, name, &words).expect("the spec has it");
            question.is_dump = kind == "dump";
            let answer = match question.ask(question.open().expect("there is netlink")) {
                Ok(_) => "answers".to_owned(),
                Err(error) => match error.downcast_ref().and_then(Error::refusal) {
                    // A stub's refusal has a message; the kernel's for a missing operation has none.
                    Some(refusal) if refusal.errno_name() == "EOPNOTSUPP" => {
                        let message = refusal.message.as_ref();
                        assert!(message.is_some(), "the module has no {name} ({kind}): {refusal}");
                        unwritten += 1;
                        "has no handler yet: EOPNOTSUPP".to_owned()
                    }
                    Some(refusal) if refusal.errno_name() != "EPROTO" => {
                        format!("refuses an empty request: {refusal}")
                    }
                    _ => panic!("{name} ({kind}) does not answer: {error:#}"),
                },
            };
            println!("{name:20} {kind:4}  {answer}");
        }
    }
    println!("handlers that are still to be written: {unwritten}");
}
