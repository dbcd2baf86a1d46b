// SPDX-License-Identifier: MIT OR Apache-2.0

//! Answers questions from other processes, which the kernel passes on, in capitals. Needs
//! CAP_NET_ADMIN. `parley ask TEXT` asks a question.
//!
//! ```text
//! agent [COUNT]
//! ```

use parley::client::Agent;
use parley::{Error, Result};

fn run(count: usize) -> Result<()> {
    // A network namespace has at most one agent; if there is one already, this fails with
    // EBUSY. The process is the agent until this value is dropped, or the process ends.
    let mut agent = Agent::register()?;
    println!("ready");

    for _ in 0..count {
        // Without a timeout. If the module is unloaded, this fails with Error::NoFamily.
        let asked = agent.next_question(None)?;
        println!("asked {}", String::from_utf8_lossy(&asked.question));
        let answer = asked.question.to_ascii_uppercase();
        match agent.answer(asked.id, &answer) {
            Ok(()) => {}
            // The asker has given up or ended. That is no reason to end.
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
