// SPDX-License-Identifier: MIT OR Apache-2.0

//! Answers each question in capitals, and declines those that have no letter.
#![forbid(unsafe_code)]

use parley::client::Agent;
use parley::{Error, Result};

fn main() -> Result<()> {
    let mut agent = Agent::register()?;
    println!("ready");
    loop {
        let asked = agent.next_question(None)?;
        let answered = if asked.question.iter().any(u8::is_ascii_alphabetic) {
            agent.answer(asked.id, &asked.question.to_ascii_uppercase())
        } else {
            agent.decline(asked.id)
        };
        match answered {
            Ok(()) => {}
            // The question is no longer pending.
            Err(Error::Refused(refusal)) if refusal.errno_name() == "ENOENT" => {}
            Err(error) => return Err(error),
        }
    }
}
