// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley`: converse with the kernel over Generic Netlink.

mod channels;
mod inherited;
mod nlmon;
mod opener;
mod processes;
mod signals;
mod specs;

mod commands {
    pub(crate) mod agent;
    pub(crate) mod ask;
    pub(crate) mod call;
    pub(crate) mod compare;
    pub(crate) mod completions;
    pub(crate) mod counter;
    pub(crate) mod device;
    pub(crate) mod echo;
    pub(crate) mod explain;
    pub(crate) mod family;
    pub(crate) mod man;
    pub(crate) mod monitor;
    pub(crate) mod show;
    pub(crate) mod stats;
    pub(crate) mod watch;
}

/// The output of results: text, JSON, and the trace.
mod output {
    pub(crate) mod columns;
    pub(crate) mod compare;
    pub(crate) mod documented;
    pub(crate) mod explained;
    pub(crate) mod failure;
    pub(crate) mod family;
    pub(crate) mod json;
    pub(crate) mod limit;
    pub(crate) mod network;
    mod picture;
    pub(crate) mod steps;
    pub(crate) mod streams;
    pub(crate) mod text;
    pub(crate) mod values;
    pub(crate) mod watched;
}

use anyhow::Context;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use opener::Opener;
use output::failure::Failure;
use output::steps::{Explain, Steps};
use output::streams::{self, Output};
use parley_netlink::netlink::namespace;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufWriter, LineWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const AFTER_HELP: &str = "\
--explain prints each system call with its arguments on standard error as it is
made, and decodes each message: offset, bytes, field, meaning; with =all, long
values in full. Standard output is the same as without it. --pcap captures only
netlink messages. A command refuses global options that do not apply to it,
such as --netns with decode.

Exit status:
  0  success, including when the reader closes the output early
  1  the kernel refused the request, or something else failed; if only the
     output could not be written, the request has been carried out
  2  wrong usage
  3  the kernel has no such family or device, for example because the
     module is not loaded";

/// The commands that refuse global options, or options of their parent command, because
/// the options do not apply to them.
const REFUSED: [(&str, &[&str]); 7] = [
    ("completions", &["netns", "json", "explain", "pcap"]),
    ("decode", &["netns", "explain", "pcap"]),
    ("device", &["pcap"]),
    ("man", &["netns", "json", "explain", "pcap"]),
    ("show firewall", &["ipv4", "ipv6", "numeric"]),
    ("show links", &["ipv4", "ipv6"]),
    ("watch", &["explain"]),
];

/// The heading of the global options.
const GLOBAL: &str = "Global options";

/// Converse with the kernel over Generic Netlink
#[derive(Parser)]
#[command(name = "parley", version, after_help = AFTER_HELP, max_term_width = 80)]
struct Arguments {
    /// Run in this network namespace; see ip-netns(8)
    #[arg(short, long, global = true, help_heading = GLOBAL, value_name = "NAME|PATH")]
    netns: Option<String>,
    /// Print JSON
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    json: bool,
    /// Trace each step
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "HOW")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "short")]
    explain: Option<Explain>,
    /// Capture the netlink messages, for Wireshark
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    #[arg(value_parser = capture())]
    pcap: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

// Only the arguments of the command that runs are built.
#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    Echo(commands::echo::Echo),
    #[command(subcommand)]
    Counter(commands::counter::Counter),
    Monitor(commands::monitor::Monitor),
    #[command(visible_alias = "ls")]
    Show(commands::show::Show),
    Agent(commands::agent::Agent),
    Ask(commands::ask::Ask),
    #[command(subcommand)]
    Device(commands::device::Device),
    Compare(commands::compare::Compare),
    Stats(commands::stats::Stats),
    Family(commands::family::Family),
    Call(commands::call::Call),
    // Formerly named explain; renamed because --explain traces a command.
    #[command(name = "decode", alias = "explain")]
    Decode(commands::explain::Explain),
    Watch(commands::watch::Watch),
    Completions(commands::completions::Completions),
    Man(commands::man::Man),
}

/// Parses the name of a capture file. Standard output carries the results of the command, so
/// "-" cannot stand for it.
fn capture() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => Err("standard output carries the results; expected a file name"),
        false => Ok(path),
    })
}

/// Builds the arguments for help, manual pages and completions, without the options that
/// a command refuses.
fn documented(mut program: clap::Command) -> clap::Command {
    program.build();
    for (path, refused) in REFUSED {
        program = hide(program, &path.split(' ').collect::<Vec<_>>(), refused);
    }
    program
}

/// Hides options of the command at `path` and of its subcommands.
fn hide(command: clap::Command, path: &[&str], options: &[&str]) -> clap::Command {
    if let [name, path @ ..] = path {
        return command.mut_subcommand(name, |below| hide(below, path, options));
    }
    let command = command.mut_args(|option| {
        let hidden = option.is_hide_set() || options.contains(&option.get_id().as_str());
        option.hide(hidden)
    });
    command.mut_subcommands(|below| hide(below, &[], options))
}

/// Parses the arguments. Fails with the help or the version if that was requested.
fn parse(words: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut matches = match Arguments::command().try_get_matches_from(words) {
        // Done only now, because building the help of all commands would slow down each
        // command.
        Err(error) if !error.use_stderr() => {
            documented(Arguments::command()).try_get_matches_from(words)?
        }
        matches => matches?,
    };
    let (mut path, mut innermost) = (Vec::new(), &matches);
    while let Some((name, below)) = innermost.subcommand() {
        path.push(name.to_owned());
        innermost = below;
    }
    let line = format!("{} ", path.join(" "));
    let is_given = |id: &str| innermost.value_source(id) == Some(ValueSource::CommandLine);
    for (command, options) in REFUSED {
        if !line.starts_with(&format!("{command} ")) {
            continue;
        }
        if let Some(option) = options.iter().find(|option| is_given(option)) {
            return Err(refusal(&path, option, &format!("'parley {command}'")));
        }
    }
    let arguments = Arguments::from_arg_matches_mut(&mut matches);
    let arguments = arguments.map_err(|error| usage_error(&path, |at| error.format(at)))?;
    if let (true, Command::Decode(decode)) = (arguments.json, &arguments.command) {
        if let Some(option) = decode.not_json() {
            return Err(refusal(&path, option, "'--json'"));
        }
    }
    // For a monitor, this depends on the subject.
    if let Command::Monitor(monitor) = &arguments.command {
        if monitor.is_unknown() {
            return Err(usage_error(&path, |at| monitor.unknown(at)));
        }
        if let Some((option, with)) = monitor.refused() {
            return Err(refusal(&path, option, &with));
        }
    }
    Ok(arguments)
}

/// Returns the error for an `option` that cannot be used with something.
fn refusal(path: &[String], option: &str, with: &str) -> clap::Error {
    let message = format!("the argument '--{option}' cannot be used with {with}");
    usage_error(path, |at| at.error(ErrorKind::ArgumentConflict, message))
}

/// Returns a usage error of the command at `path`.
fn usage_error(
    path: &[String],
    make: impl FnOnce(&mut clap::Command) -> clap::Error,
) -> clap::Error {
    fn at(
        command: &mut clap::Command,
        path: &[String],
        make: impl FnOnce(&mut clap::Command) -> clap::Error,
    ) -> clap::Error {
        if let [name, path @ ..] = path {
            if let Some(below) = command.find_subcommand_mut(name) {
                return at(below, path, make);
            }
        }
        make(command)
    }
    at(&mut documented(Arguments::command()), path, make)
}

fn main() -> ExitCode {
    inherited::expect_children();
    let words: Vec<_> = env::args_os().collect();
    let arguments = match parse(&words) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return refuse(&error, &words),
        // The help, or the version.
        Err(text) => {
            let text = text.render().to_string();
            let printed = Output::open().write_all(text.as_bytes());
            return finish([printed.map_err(Into::into)], false);
        }
    };
    let json = arguments.json;
    // The trace on standard error belongs between these lines, so each is written at once.
    let mut out: Box<dyn Write> = match arguments.explain {
        Some(_) => Box::new(LineWriter::new(Output::open())),
        None => Box::new(BufWriter::new(Output::open())),
    };
    let steps = match Steps::new(arguments.explain, arguments.pcap.as_deref()) {
        Ok(steps) => steps,
        Err(error) => return finish([Err(error)], json),
    };
    let done = run(&arguments, &Opener::new(steps.clone()), &mut out);
    let done = done.and_then(|()| Ok(out.flush()?));
    finish([done, steps.map_or(Ok(()), |steps| steps.finish())], json)
}

/// Reports the failures, and returns the exit status of the first one.
fn finish<const N: usize>(results: [anyhow::Result<()>; N], json: bool) -> ExitCode {
    let failed = results.iter().filter_map(|result| result.as_ref().err());
    let reported = failed.filter(|error| !streams::is_broken_pipe(error));
    let failures: Vec<_> = reported.map(Failure::new).collect();
    for failure in &failures {
        // If standard error is closed, only the exit status reports the failure.
        let _ = failure.write(&mut io::stderr().lock(), json);
    }
    match failures.first() {
        None => ExitCode::SUCCESS,
        Some(failure) if failure.is_absent => ExitCode::from(3),
        Some(failure) if failure.is_usage => ExitCode::from(2),
        Some(_) => ExitCode::FAILURE,
    }
}

/// Reports a usage error.
fn refuse(error: &clap::Error, words: &[OsString]) -> ExitCode {
    let _ = match wants_json(words) {
        true => Failure::from_usage(error).write(&mut io::stderr().lock(), true),
        false => error.print(),
    };
    ExitCode::from(2)
}

/// Returns whether arguments that cannot be parsed ask for JSON. No option takes a value
/// that could look like this.
fn wants_json(words: &[OsString]) -> bool {
    let mut options = words.iter().skip(1).take_while(|word| *word != "--");
    options.any(|word| {
        let word = word.to_string_lossy();
        // In a group of short options, the letters after n are the name of a network
        // namespace.
        let letters = word
            .strip_prefix('-')
            .and_then(|word| word.split('n').next());
        word == "--json" || letters.is_some_and(|is| !is.starts_with('-') && is.contains('j'))
    })
}

/// Runs the command.
fn run(arguments: &Arguments, opener: &Opener, out: &mut dyn Write) -> anyhow::Result<()> {
    enter(arguments.netns.as_deref())?;
    let json = arguments.json;
    match &arguments.command {
        Command::Echo(echo) => echo.run(opener, out, json),
        Command::Counter(counter) => counter.run(opener, out, json),
        Command::Monitor(monitor) => monitor.run(opener, out, json),
        Command::Show(show) => show.run(opener, out, json),
        Command::Agent(agent) => agent.run(opener, out, json),
        Command::Ask(ask) => ask.run(opener, out, json),
        Command::Device(device) => device.run(opener, out, json),
        Command::Compare(compare) => {
            if opener.has_tap() {
                streams::note(
                    "the times below include the overhead of --explain or --pcap",
                    json,
                )?;
            }
            compare.run(opener, out, json)
        }
        Command::Stats(stats) => stats.run(opener, out, json),
        Command::Family(family) => family.run(opener, out, json),
        Command::Call(call) => call.run(opener, out, json),
        Command::Decode(decode) => decode.run(out, json),
        Command::Watch(watch) => watch.run(opener, out, json),
        Command::Completions(completions) => completions.run(out, documented(Arguments::command())),
        Command::Man(man) => {
            let program = Arguments::command().disable_help_subcommand(true);
            man.run(out, &documented(program))
        }
    }
}

/// Enters the network namespace, before any socket is opened.
fn enter(netns: Option<&str>) -> anyhow::Result<()> {
    let Some(netns) = netns else { return Ok(()) };
    let path = namespace::path(netns);
    namespace::enter(&path)
        .with_context(|| format!("cannot enter the network namespace {}", path.display()))
}

#[cfg(test)]
mod tests;
