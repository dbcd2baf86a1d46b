// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley call`

use crate::inherited;
use crate::opener::Opener;
use crate::output::documented;
use crate::output::failure::Failure;
use crate::output::json;
use crate::output::streams;
use crate::output::text;
use crate::output::values;
use crate::specs;
use anyhow::{anyhow, Result};
use clap::Args;
use parley_call::Question;
use parley_netlink::netlink::message::flags;
use std::io::Write;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
The kernel's own specs are in Documentation/netlink/specs of its source. The
default for --spec is parley's own.

VALUE is a number, a name of an enum, names of flags as in a,b, text, or bytes
as hexadecimal digits. Nests and arrays are JSON, as in
header='{\"dev-name\":\"eth0\"}'. With --json the reply has the format of the
kernel's own client, pyynl; it is null if the kernel only acknowledges the
request.";

/// Hint for changes of nf_tables.
const BATCH: &str =
    "nft(8): nf_tables accepts this only in a batch, and parley sends single requests";

/// Call an operation of any Netlink family by its spec
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Call {
    /// The spec of the family, a YAML file
    #[arg(long)]
    spec: Option<PathBuf>,
    /// The operation
    #[arg(value_name = "OP")]
    operation: Option<String>,
    /// Attributes; "-" is JSON from standard input
    #[arg(value_name = "NAME=VALUE|JSON")]
    request: Vec<String>,
    /// Dump all entries
    #[arg(long, conflicts_with_all = ["create", "exclusive", "replace", "append"])]
    dump: bool,
    /// Create the object if it does not exist (NLM_F_CREATE)
    #[arg(long)]
    create: bool,
    /// Fail if the object exists (NLM_F_EXCL)
    #[arg(long, conflicts_with = "replace")]
    exclusive: bool,
    /// Replace an existing object (NLM_F_REPLACE)
    #[arg(long)]
    replace: bool,
    /// Append the object to the list (NLM_F_APPEND)
    #[arg(long)]
    append: bool,
    /// List the operations of the spec
    #[arg(long, conflicts_with_all = ["operation", "doc"])]
    list_ops: bool,
    /// Describe the operation, or without OP the family
    #[arg(long, conflicts_with = "request")]
    doc: bool,
}

impl Call {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let spec = specs::read(self.spec.as_deref())?;
        if self.list_ops {
            return documented::list(out, &spec, json);
        }
        let from_request = |error| Failure::from_request(&error);
        if self.doc {
            let Some(name) = &self.operation else {
                return documented::family(out, &spec, json);
            };
            let operation = parley_call::operation(&spec, name).map_err(from_request)?;
            return documented::operation(out, &spec, operation, json);
        }
        let (name, words) = self.words()?;
        let mut question = Question::new(&spec, name, &words).map_err(from_request)?;
        question.is_dump = self.dump;
        question.modifiers = self.modifiers();
        opener.know(question.table());
        let asked = question.ask(opener.socket(parley_call::protocol(&spec)?)?);
        let answer = asked.map_err(|error| {
            let refused = error.downcast_ref();
            let lacks_batch = refused.is_some_and(|error| question.lacks_batch(error));
            let failure = from_request(error);
            match &self.spec {
                Some(_) if lacks_batch => failure.with_hint(BATCH),
                Some(_) => failure.without_module_hint(),
                None => failure,
            }
        })?;
        let notes: Vec<_> = answer.notes().collect();
        match json {
            true => json::write(out, answer.value)?,
            false => values::write(out, &answer.value)?,
        }
        out.flush()?;
        for note in notes {
            streams::note(&text::safe(&note), json)?;
        }
        Ok(())
    }

    /// Returns the operation, and the request's arguments. The JSON may precede the
    /// operation, as in `--json '{...}' OP`.
    fn words(&self) -> Result<(&str, Vec<String>)> {
        let mut words: Vec<&str> = self.operation.iter().map(String::as_str).collect();
        words.extend(self.request.iter().map(String::as_str));
        let is_json = |word: &&str| *word == "-" || word.trim_start().starts_with('{');
        let place = words.iter().position(|word| !is_json(word));
        let missing = || anyhow!("the operation is missing; --list-ops lists those of the spec");
        let place = place.ok_or_else(|| Failure::from_request(&missing()))?;
        let name = words.remove(place);
        let words = words.into_iter().map(|word| match word {
            "-" => String::from_utf8(inherited::payload(word)?)
                .map_err(|_| anyhow!("standard input is not UTF-8")),
            word => Ok(word.to_owned()),
        });
        Ok((name, words.collect::<Result<_>>()?))
    }

    fn modifiers(&self) -> u16 {
        let all = [
            (self.create, flags::CREATE),
            (self.exclusive, flags::EXCL),
            (self.replace, flags::REPLACE),
            (self.append, flags::APPEND),
        ];
        let given = all.iter().filter(|(is_given, _)| *is_given);
        given.fold(0, |flags, (_, flag)| flags | flag)
    }
}
