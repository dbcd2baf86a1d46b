// SPDX-License-Identifier: MIT OR Apache-2.0

//! Answers what the kernel passes on from other processes: in capitals. Needs
//! CAP_NET_ADMIN. `parley ask TEXT` asks.
//!
//! ```text
//! agent [COUNT]
//! ```

use parley::client::Agent;
use parley::{Error, Result};

fn run(count: usize) -> Result<()> {
    // There is one agent in a network namespace: EBUSY, where there is one already.
    // It is the agent until this is dropped, or the process ends.
    let mut agent = Agent::register()?;
    println!("ready");

    for _ in 0..count {
        // Without a timeout. Where the module is unloaded this ends with
        // Error::NoFamily.
        let asked = agent.next_question(None)?;
        println!("asked {}", String::from_utf8_lossy(&asked.question));
        let answer = asked.question.to_ascii_uppercase();
        match agent.answer(asked.id, &answer) {
            Ok(()) => {}
            // Who asked has given up, or gone: no reason to end.
            Err(Error::Refused(refusal)) if refusal.errno_name() == "ENOENT" => {
                println!("too late: question {}", asked.id);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    if let Err(error) = run(count.unwrap_or(usize::MAX)) {
        eprintln!("agent: {error}");
        std::process::exit(1);
    }
}
