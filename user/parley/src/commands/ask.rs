// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley ask`

use crate::inherited;
use crate::opener::Opener;
use crate::output::json::{self, Object};
use crate::output::text;
use anyhow::Result;
use clap::Args;
use parley::client::AskRequest;
use parley::uapi;
use std::io::Write;
use std::time::Duration;

/// Ask the agent of this network namespace, through the kernel
#[derive(Args)]
pub(crate) struct Ask {
    /// The question, 1 to 4096 bytes; "-" is standard input
    text: String,
    #[arg(help = help_of_timeout())]
    #[arg(long, value_name = "TIME", value_parser = text::time_to_answer)]
    timeout: Option<Duration>,
    /// Write only the bytes of the answer
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

fn help_of_timeout() -> String {
    let default = uapi::TIMEOUT_MS_DEFAULT / 1000;
    format!(
        "Set the agent's time limit, {} [default: {default}s]",
        text::times_to_answer()
    )
}

impl Ask {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let question = inherited::payload(&self.text)?;
        let millis = |timeout: Duration| u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        let request = AskRequest {
            timeout_ms: self.timeout.map(millis),
            ..AskRequest::new().question(&question)
        };
        let answer = opener.client()?.ask_and_wait(&request)?;
        if self.raw {
            out.write_all(&answer.answer)?;
            return Ok(());
        }
        if json {
            let object = Object::new().bytes("answer", &answer.answer);
            return Ok(json::write(out, object.with("id", answer.id))?);
        }
        text::bytes(out, "answer", &answer.answer)?;
        Ok(())
    }
}
