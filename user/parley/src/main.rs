// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley`: converse with the kernel over Generic Netlink.

mod channels;
mod inherited;
mod opener;

mod commands {
    pub(crate) mod agent;
    pub(crate) mod ask;
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
}

/// How results are shown: as text, as JSON, as a trace.
mod output {
    pub(crate) mod columns;
    pub(crate) mod compare;
    pub(crate) mod explained;
    pub(crate) mod family;
    pub(crate) mod json;
    pub(crate) mod network;
    pub(crate) mod steps;
    pub(crate) mod streams;
    pub(crate) mod text;
}

use anyhow::Context;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use opener::Opener;
use output::steps::{Explain, Steps};
use output::streams::{self, Output};
use parley::{uapi, Error};
use parley_netlink::firewall;
use parley_netlink::netlink::namespace;
use parley_netlink::netlink::tap::Tap;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufWriter, LineWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

const AFTER_HELP: &str = "\
--explain prints each system call with its arguments on standard error as it is
made, and decodes each message: offset, bytes, field, meaning; with =all, long
values in full. Standard output is the same as without it. --pcap captures
netlink messages only. A command refuses those of the options that it has no
use for, such as --netns with explain.

Exit status:
  0  success, including when the reader of the output closes it early
  1  the kernel refused the request, or something else failed; if only the
     output could not be written, the request was carried out all the same
  2  wrong usage
  3  the kernel has no such family or device; parley's own are missing
     while the module is not loaded";

/// The options for every command that some commands refuse, because they have nothing to
/// apply them to.
const REFUSED: [(&str, &[&str]); 4] = [
    ("completions", &["netns", "json", "explain", "pcap"]),
    ("device", &["pcap"]),
    ("explain", &["netns", "explain", "pcap"]),
    ("man", &["netns", "json", "explain", "pcap"]),
];

/// The heading of the options that every command has.
const GLOBAL: &str = "Global options";

/// Converse with the kernel over Generic Netlink
#[derive(Parser)]
#[command(name = "parley", version, after_help = AFTER_HELP, max_term_width = 80)]
struct Arguments {
    /// Run in this network namespace; see ip-netns(8)
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "NAME|PATH")]
    netns: Option<String>,
    /// Print JSON
    #[arg(long, global = true, help_heading = GLOBAL)]
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

#[derive(Subcommand)]
enum Command {
    Echo(commands::echo::Echo),
    #[command(subcommand)]
    Counter(commands::counter::Counter),
    Monitor(commands::monitor::Monitor),
    #[command(subcommand, visible_alias = "ls")]
    Show(commands::show::Show),
    Agent(commands::agent::Agent),
    Ask(commands::ask::Ask),
    #[command(subcommand)]
    Device(commands::device::Device),
    Compare(commands::compare::Compare),
    Stats(commands::stats::Stats),
    Family(commands::family::Family),
    Explain(commands::explain::Explain),
    Completions(commands::completions::Completions),
    Man(commands::man::Man),
}

/// Parses the name of a capture file. Standard output carries the results of the command, so
/// "-" cannot stand for it.
fn capture() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => Err("standard output has the results; expected the name of a file"),
        false => Ok(path),
    })
}

/// Builds the arguments for help, manual pages and completions: without the options that a
/// command refuses.
fn documented(mut program: clap::Command) -> clap::Command {
    program.build();
    for (name, refused) in REFUSED {
        program = program.mut_subcommand(name, |command| hide(command, refused));
    }
    program
}

/// Hides options of a command and of those below it.
fn hide(command: clap::Command, options: &[&str]) -> clap::Command {
    let command = command.mut_args(|option| {
        let hidden = option.is_hide_set() || options.contains(&option.get_id().as_str());
        option.hide(hidden)
    });
    command.mut_subcommands(|below| hide(below, options))
}

/// Parses the arguments. Fails with the help or the version if that is what was asked for.
fn parse(words: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut matches = match Arguments::command().try_get_matches_from(words) {
        // Building the help of all commands would slow each of them down, so only now.
        Err(error) if !error.use_stderr() => {
            documented(Arguments::command()).try_get_matches_from(words)?
        }
        matches => matches?,
    };
    let name = matches.subcommand_name().unwrap_or_default();
    let refused = REFUSED.iter().filter(|refused| refused.0 == name);
    let mut refused = refused.flat_map(|refused| refused.1);
    let is_given = |id: &&&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    if let Some(option) = refused.find(is_given) {
        let mut program = documented(Arguments::command());
        let message = format!("the argument '--{option}' cannot be used with 'parley {name}'");
        let command = program.find_subcommand_mut(name);
        return Err(command.map_or_else(
            || clap::Error::raw(ErrorKind::ArgumentConflict, &message),
            |command| command.error(ErrorKind::ArgumentConflict, &message),
        ));
    }
    Arguments::from_arg_matches_mut(&mut matches)
}

fn main() -> ExitCode {
    inherited::expect_children();
    let arguments = match parse(&env::args_os().collect::<Vec<_>>()) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => error.exit(),
        // The help, or the version.
        Err(text) => {
            let text = text.render().to_string();
            let printed = Output::open().write_all(text.as_bytes());
            return finish([printed.map_err(Into::into)]);
        }
    };
    // The trace on standard error belongs between these lines, so each is written at once.
    let mut out: Box<dyn Write> = match arguments.explain {
        Some(_) => Box::new(LineWriter::new(Output::open())),
        None => Box::new(BufWriter::new(Output::open())),
    };
    let steps = match Steps::new(arguments.explain, arguments.pcap.as_deref()) {
        Ok(steps) => steps,
        Err(error) => return finish([Err(error)]),
    };
    let tap = steps.clone().map(|steps| Arc::new(steps) as Arc<dyn Tap>);
    let done = run(&arguments, &Opener::new(tap), &mut out);
    let done = done.and_then(|()| Ok(out.flush()?));
    finish([done, steps.map_or(Ok(()), |steps| steps.finish())])
}

/// Reports the failures, and returns the exit status of the first one.
fn finish<const N: usize>(results: [anyhow::Result<()>; N]) -> ExitCode {
    let failed = results.iter().filter_map(|result| result.as_ref().err());
    let reported = failed.filter(|error| !streams::is_reader_gone(error));
    let statuses: Vec<_> = reported.map(report).collect();
    statuses.first().copied().unwrap_or(ExitCode::SUCCESS)
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
                streams::note("the times below include the time to trace the calls")?;
            }
            compare.run(opener, out, json)
        }
        Command::Stats(stats) => stats.run(opener, out, json),
        Command::Family(family) => family.run(opener, out, json),
        Command::Explain(explain) => explain.run(out, json),
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

/// Reports an error and what to do about it, and returns the exit status.
fn report(error: &anyhow::Error) -> ExitCode {
    // If standard error is closed, the exit status has to do.
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "parley: {error:#}");
    let absent = match error.downcast_ref() {
        Some(Error::NoFamily(name)) => Some(name.as_str()),
        _ if error.is::<commands::device::Absent>() => Some(uapi::FAMILY_NAME),
        _ => None,
    };
    if let Some(name) = absent {
        if name == uapi::FAMILY_NAME {
            let _ = writeln!(
                err,
                "  the module is not loaded; as root: insmod kmod/parley.ko"
            );
            let _ = writeln!(err, "  or, where it is installed:         modprobe parley");
        }
        return ExitCode::from(3);
    }
    let Some(error) = error.downcast_ref::<Error>() else {
        return ExitCode::FAILURE;
    };
    let hint = error.refusal().and_then(|refusal| {
        let operation = refusal.operation.unwrap_or_default();
        if operation.starts_with("RTM_") || operation.starts_with("NFT_") {
            return network_hint(refusal.errno, operation);
        }
        hint(refusal.errno, operation)
    });
    if let Some(hint) = hint {
        let _ = writeln!(err, "  try:         {hint}");
    }
    ExitCode::FAILURE
}

/// Returns what to do about an errno of the module's.
fn hint(errno: i32, operation: &str) -> Option<&'static str> {
    Some(match (errno, operation) {
        (libc::ENOTCONN, _) => "start one, as root: parley agent --reply TEXT",
        (libc::ETIMEDOUT, _) => "a longer --timeout, in milliseconds",
        (libc::ECANCELED, "ask") => "another question: the agent has declined this one",
        (libc::EPIPE, _) => "again, when there is another agent",
        (libc::EBUSY, "agent-register") => "again, when the other agent has ended",
        (libc::EBUSY, _) => "again, when less is pending",
        (libc::EPERM, _) => "as root, or with CAP_NET_ADMIN in this network namespace",
        (libc::ENOENT, "counter-add") => "create it: parley counter add NAME DELTA --create",
        (libc::ENOENT, "counter-get" | "counter-set") => {
            "create it: parley counter set NAME VALUE --create"
        }
        (libc::ENOENT, "counter-del") => "parley counter list, for those there are",
        (libc::EEXIST, _) => "leave out --exclusive to overwrite it",
        (libc::ENOSPC, _) => "delete some, or load the module with a larger max_counters",
        (libc::EOPNOTSUPP, _) => "a newer module: this one has no such operation",
        _ => return None,
    })
}

/// Returns the same for an errno of rtnetlink or nf_tables.
fn network_hint(errno: i32, operation: &str) -> Option<&'static str> {
    Some(match (errno, operation) {
        (libc::EPERM, _) => "as root, or with CAP_NET_ADMIN in this network namespace",
        (libc::ENOENT, "RTM_GETROUTE") => "without --table: parley show routes",
        (libc::EINVAL, firewall::FIRST_REQUEST) => "a kernel with nf_tables: modprobe nf_tables",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses `parley LINE`, and returns the error.
    fn refused(line: &str) -> String {
        let words = ["parley"].into_iter().chain(line.split_whitespace());
        let words: Vec<_> = words.map(OsString::from).collect();
        let Err(error) = parse(&words) else {
            panic!("accepted: {line}");
        };
        error.render().to_string()
    }

    #[test]
    fn options_that_a_command_has_no_use_for_are_refused_and_not_in_its_help() {
        for line in [
            "--json completions bash",
            "man --json",
            "man --netns blue",
            "--pcap f.pcap explain x",
            "--netns blue explain x",
            "--explain explain x",
            "--explain=all man",
            "device --pcap f.pcap echo x",
            "device echo x --pcap f.pcap",
        ] {
            let error = refused(line);
            assert!(error.contains("cannot be used with 'parley "), "{error}");
            assert!(error.contains("\nUsage: parley "), "{error}");
        }
        for line in ["completions --help", "man --help", "help man"] {
            let help = refused(line);
            for option in ["--netns", "--json", "--explain", "--pcap"] {
                assert!(!help.contains(option), "{line}: {help}");
            }
        }
        let help = refused("explain --help");
        assert!(help.contains("--json") && help.contains("--all"), "{help}");
        assert!(
            !help.contains("--pcap") && !help.contains("--netns"),
            "{help}"
        );
        let help = refused("device echo --help");
        assert!(
            help.contains("--netns") && !help.contains("--pcap"),
            "{help}"
        );
        let help = refused("echo --help");
        assert!(
            help.contains("--netns") && help.contains("--pcap"),
            "{help}"
        );
    }

    #[test]
    fn commands_have_the_short_names_that_ip_has() {
        for (line, name) in [
            ("show link", "links"),
            ("show addr", "addresses"),
            ("show address", "addresses"),
            ("show route", "routes"),
            ("show rule", "rules"),
            ("ls neigh", "neighbours"),
            ("show neighbor", "neighbours"),
            ("counter ls", "list"),
        ] {
            let words = ["parley"].into_iter().chain(line.split(' '));
            let matches = Arguments::command().try_get_matches_from(words);
            let matches = matches.unwrap_or_else(|error| panic!("{line}: {error}"));
            let below = matches
                .subcommand()
                .and_then(|(_, below)| below.subcommand_name());
            assert_eq!(below, Some(name), "{line}");
        }
    }

    #[test]
    fn help_fits_80_columns() {
        all(&mut documented(Arguments::command()), &|command| {
            let help = command.render_help().to_string();
            let long = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(long, None, "{}", command.get_name());
        });
    }

    /// Calls `each` with every command.
    fn all(command: &mut clap::Command, each: &dyn Fn(&mut clap::Command)) {
        each(command);
        for below in command.get_subcommands_mut() {
            all(below, each);
        }
    }

    #[test]
    fn help_shows_the_values_of_each_closed_set() {
        all(&mut documented(Arguments::command()), &|command| {
            let help = command.render_help().to_string();
            for argument in command.get_arguments().filter(|one| !one.is_hide_set()) {
                let is_flag = !argument.get_action().takes_values();
                for value in argument.get_possible_values() {
                    let shown = is_flag || value.is_hide_set() || help.contains(value.get_name());
                    assert!(shown, "{}: {}: {help}", argument.get_id(), value.get_name());
                }
            }
        });
    }

    #[test]
    fn the_global_options_stand_below_a_commands_own() {
        all(&mut documented(Arguments::command()), &|command| {
            let help = command.render_help().to_string();
            let (own, global) = help
                .split_once(&format!("\n{GLOBAL}:\n"))
                .unwrap_or((&help, ""));
            for option in ["--netns", "--json", "--explain", "--pcap"] {
                let is_here = |text: &str| {
                    let begins = |line: &str| line.trim().starts_with(option);
                    text.lines().any(begins)
                };
                assert!(!is_here(own), "{help}");
                let shown = command
                    .get_arguments()
                    .find(|one| one.get_long() == option.strip_prefix("--") && !one.is_hide_set());
                assert_eq!(is_here(global), shown.is_some(), "{option}: {help}");
            }
        });
    }

    #[test]
    fn usage_shows_what_is_required() {
        all(&mut documented(Arguments::command()), &|command| {
            let usage = command.render_usage().to_string();
            for argument in command.get_arguments().filter(|one| one.is_required_set()) {
                let shown = argument.to_string();
                assert!(usage.contains(&shown), "{shown}: {usage}");
            }
        });
        for (line, words) in [
            (
                "echo --help",
                "Usage: parley echo [OPTIONS] <TEXT|--file <FILE>>\n",
            ),
            (
                "agent --help",
                "Usage: parley agent [OPTIONS] <--exec <CMD>|--reply <TEXT>>\n",
            ),
            (
                "counter set --help",
                "Usage: parley counter set [OPTIONS] <NAME> <VALUE>\n",
            ),
        ] {
            let help = refused(line);
            assert!(help.contains(words), "{help}");
        }
    }

    #[test]
    fn an_error_of_usage_names_what_would_be_right() {
        for (line, words) in [
            ("agent", "<--exec <CMD>|--reply <TEXT>>"),
            ("agent --exec true --reply x", "cannot be used with"),
            ("echo", "<TEXT|--file <FILE>>"),
            ("echo x --file f", "cannot be used with"),
            (
                "counter set a -1",
                "'-1' for '<VALUE>': expected a number from 0 to 2^64-1",
            ),
            ("counter set a 18446744073709551616", "from 0 to 2^64-1"),
            ("counter add a 9223372036854775808", "from -2^63 to 2^63-1"),
            ("device counter-add a much", "from -2^63 to 2^63-1"),
            ("monitor --count 0", "'0' for '--count <N>'"),
            ("agent --reply x --count 0", "'0' for '--count <N>'"),
            ("--pcap - counter list", "expected the name of a file"),
        ] {
            let error = refused(line);
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
