// SPDX-License-Identifier: MIT OR Apache-2.0

//! Answers each question in capitals, and declines those that have no letter.
#![forbid(unsafe_code)]

use parley::client::Agent;
use parley::{Error, Result};

fn main() -> Result<()> {
    let mut agent = GAP_1;
    println!("ready");
    loop {
        let asked = agent.next_question(None)?;
        let answered = if asked.question.iter().any(u8::is_ascii_alphabetic) {
            agent.answer(asked.id, &asked.question.to_ascii_uppercase())
        } else {
            GAP_2
        };
        match answered {
            Ok(()) => {}
            // The question is no longer pending.
            Err(Error::Refused(refusal)) if GAP_3 => {}
            Err(error) => return Err(error),
        }
    }
}
