// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley agent`

mod exec;

use crate::inherited;
use crate::opener::Opener;
use crate::output::json::{self, Object};
use crate::output::text;
use anyhow::Result;
use clap::{ArgGroup, Args};
use parley::client::{Agent as Socket, Question};
use parley::Error;
use std::io::Write;
use std::time::Duration;

const AFTER_HELP: &str = "\
sh -c CMD runs in its own process group. The agent kills the group when CMD
ends, when CMD exceeds its time limit, and when SIGHUP, SIGINT, SIGQUIT or
SIGTERM ends the agent. SIGKILL of the agent kills the shell, but not the
processes that it started. Processes that leave the group are never killed. If
CMD fails, or its answer is too long, the agent declines the question.";

/// Answer questions until stopped
#[derive(Args)]
#[command(after_help = AFTER_HELP, group = ArgGroup::new("answer").required(true))]
pub(crate) struct Agent {
    /// Run CMD with sh: question on stdin, answer on stdout
    #[arg(long, value_name = "CMD", group = "answer")]
    exec: Option<String>,
    /// Answer with TEXT; "-" is standard input, read once
    #[arg(long, value_name = "TEXT", group = "answer")]
    reply: Option<String>,
    #[arg(help = format!("Set the time limit of CMD, {}", text::times_to_answer()))]
    #[arg(long, value_name = "TIME", default_value = "5s", requires = "exec")]
    #[arg(value_parser = text::time_to_answer)]
    timeout: Duration,
    /// Stop after N questions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
}

impl Agent {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let reply = self.reply.as_deref().map(inherited::payload).transpose()?;
        let mut agent = Socket::over(opener.generic()?)?;
        let mut report = Report { out, json };
        report.event("waiting", Object::new(), || {
            "the agent of this network namespace; waiting".to_owned()
        })?;
        let mut left = self.count;
        while left != Some(0) {
            let question = match agent.next_question(None) {
                Ok(question) => question,
                Err(Error::Overrun) => {
                    report.event("lost", Object::new(), || {
                        "lost     questions came faster than they were answered;\n         \
                         their askers got an error"
                            .to_owned()
                    })?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            left = left.map(|left| left - 1);
            let id = Object::new().with("id", question.id);
            let object = id.clone().with("portid", question.portid);
            let object = object.bytes("question", &question.question);
            report.event("question", object, || {
                format!(
                    "question {} of port {}, {} bytes: {}",
                    question.id,
                    question.portid,
                    question.question.len(),
                    text::line(&question.question)
                )
            })?;
            let done = match self.answer(&question, reply.as_deref()) {
                Ok(answer) => agent.answer(question.id, &answer).map(|()| {
                    let object = id.clone().bytes("answer", &answer);
                    (
                        "answer",
                        object,
                        format!("answer   {}", text::line(&answer)),
                    )
                }),
                Err(why) => agent.decline(question.id).map(|()| {
                    let why = format!("{why:#}");
                    let line = format!("declined {why}");
                    ("declined", id.clone().with("error", why), line)
                }),
            };
            let (event, object, line) = match done {
                Ok(event) => event,
                // The next question may succeed.
                Err(error @ Error::Refused(_)) => {
                    let why = error.to_string();
                    let event = match error.errno() {
                        Some(libc::ENOENT) => "too late",
                        _ => "refused",
                    };
                    let line = format!("{event:<8} {why}");
                    (event, id.with("error", why), line)
                }
                // Other processes can fill the agent's socket, so that it has no room for
                // the kernel's reply to this answer. That is no reason to end.
                Err(error @ (Error::Overrun | Error::Timeout(_))) => {
                    let line = format!(
                        "lost     the kernel's reply to the answer to question {}",
                        question.id
                    );
                    ("lost", id.with("error", error.to_string()), line)
                }
                Err(error) => return Err(error.into()),
            };
            report.event(event, object, || line)?;
        }
        Ok(())
    }

    fn answer(&self, question: &Question, reply: Option<&[u8]>) -> Result<Vec<u8>> {
        let answer = match &self.exec {
            Some(command) => exec::run(command, &question.question, self.timeout)?,
            None => reply.unwrap_or_default().to_vec(),
        };
        exec::check(&answer)?;
        Ok(answer)
    }
}

/// Writes each event as a line or as an object.
struct Report<'a> {
    out: &'a mut dyn Write,
    json: bool,
}

impl Report<'_> {
    fn event(&mut self, event: &str, object: Object, line: impl FnOnce() -> String) -> Result<()> {
        if self.json {
            json::write(self.out, object.with("event", event))?;
        } else {
            writeln!(self.out, "{}", line())?;
        }
        Ok(self.out.flush()?)
    }
}
