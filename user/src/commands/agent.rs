// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley agent`

#![forbid(unsafe_code)]

use super::json::{self, Object};
use super::text;
use anyhow::{anyhow, Context, Result};
use clap::Args;
use parley::client::{Agent as Socket, Question};
use parley::{uapi, Error};
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

/// Answer what others ask, until stopped
#[derive(Args)]
pub(crate) struct Agent {
    /// Run this by sh: question on stdin, answer on stdout
    #[arg(long, value_name = "CMD", required_unless_present = "reply")]
    exec: Option<String>,
    /// Answer every question with this
    #[arg(long, value_name = "TEXT", conflicts_with = "exec")]
    reply: Option<String>,
    /// End after so many questions
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

impl Agent {
    pub(crate) fn run(&self, out: &mut dyn Write, json: bool) -> Result<()> {
        let mut agent = Socket::register()?;
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
                         their askers were told so"
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
            let answer = match self.answer(&question) {
                Ok(answer) => answer,
                Err(error) => {
                    let why = format!("{error:#}");
                    report.event("no answer", id.with("error", &why[..]), || {
                        format!("no answer: {why}")
                    })?;
                    continue;
                }
            };
            match agent.answer(question.id, &answer) {
                Ok(()) => report.event("answer", id.bytes("answer", &answer), || {
                    format!("answer   {}", text::line(&answer))
                })?,
                // Another question may go better.
                Err(error @ Error::Refused(_)) => {
                    let why = error.to_string();
                    report.event("too late", id.with("error", &why[..]), || {
                        format!("too late {why}")
                    })?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn answer(&self, question: &Question) -> Result<Vec<u8>> {
        let answer = match &self.exec {
            Some(command) => run(command, &question.question)?,
            None => self.reply.clone().unwrap_or_default().into_bytes(),
        };
        if answer.len() > uapi::ANSWER_MAX {
            let max = uapi::ANSWER_MAX;
            return Err(anyhow!(
                "it has more than {max} bytes, the most there may be"
            ));
        }
        Ok(answer)
    }
}

/// Writes a line for each event, or an object.
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

/// Runs `command`, and gives what it wrote, or as much of it as shows that it is
/// too much.
fn run(command: &str, question: &[u8]) -> Result<Vec<u8>> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run sh")?;
    if let Some(mut stdin) = child.stdin.take() {
        // A pipe holds a whole question, so this does not wait for the command.
        // One that does not read it is not wrong.
        match stdin.write_all(question) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
    }
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout
            .take(uapi::ANSWER_MAX as u64 + 1)
            .read_to_end(&mut answer)?;
    }
    let status = child.wait()?;
    // A command whose output is cut off may end by SIGPIPE; that is told apart
    // by its length.
    if !status.success() && answer.len() <= uapi::ANSWER_MAX {
        return Err(anyhow!("the command ended with {status}"));
    }
    Ok(answer)
}
