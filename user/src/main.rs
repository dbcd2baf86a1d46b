// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley`: converse with the kernel over Generic Netlink.

#![forbid(unsafe_code)]

mod commands {
    pub(crate) mod agent;
    pub(crate) mod ask;
    mod columns;
    pub(crate) mod compare;
    pub(crate) mod completions;
    pub(crate) mod counter;
    pub(crate) mod device;
    pub(crate) mod echo;
    pub(crate) mod explain;
    pub(crate) mod family;
    mod json;
    pub(crate) mod man;
    pub(crate) mod monitor;
    mod network;
    pub(crate) mod show;
    pub(crate) mod stats;
    pub(crate) mod steps;
    pub(crate) mod streams;
    mod text;
}

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand};
use commands::steps::{Explain, Steps};
use commands::streams::{self, Output};
use parley::netlink::namespace;
use parley::{firewall, inherited, uapi, Error};
use std::io::{self, BufWriter, LineWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const AFTER_HELP: &str = "\
--explain tells each system call with its arguments, in the order in which they
are made, and takes each message apart: offset, bytes, field, meaning. Standard
output stays as it is without. --pcap writes the messages of netlink alone.

Exit status:
  0  success, including when the reader of the output closes it early
  1  the kernel refused, or something else failed
  2  wrong usage
  3  the kernel has no such family or device: the module is not loaded";

/// Converse with the kernel over Generic Netlink
#[derive(Parser)]
#[command(name = "parley", version, after_help = AFTER_HELP, max_term_width = 80)]
struct Arguments {
    /// Do it in this network namespace; see ip-netns(8)
    #[arg(long, global = true, value_name = "NAME|PATH")]
    netns: Option<String>,
    /// Print JSON, as ip -j does
    #[arg(long, global = true)]
    json: bool,
    /// Tell each step on stderr; =all shows every byte
    #[arg(long, global = true, value_name = "HOW", hide_possible_values = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "short")]
    explain: Option<Explain>,
    /// Write a capture of it, which Wireshark opens
    #[arg(long, global = true, value_name = "FILE")]
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
    #[command(subcommand)]
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

fn main() -> ExitCode {
    inherited::expect_children();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => error.exit(),
        // The help, or the version.
        Err(text) => {
            let text = text.render().to_string();
            let printed = Output::open().write_all(text.as_bytes());
            return finish([printed.map_err(Into::into)]);
        }
    };
    // What is told beside it has to come in between, so then each line goes at once.
    let mut out: Box<dyn Write> = match arguments.explain {
        Some(_) => Box::new(LineWriter::new(Output::open())),
        None => Box::new(BufWriter::new(Output::open())),
    };
    let steps = match Steps::watch(arguments.explain, arguments.pcap.as_deref()) {
        Ok(steps) => steps,
        Err(error) => return finish([Err(error)]),
    };
    let done = run(&arguments, steps.is_some(), &mut out);
    let done = done.and_then(|()| Ok(out.flush()?));
    finish([done, steps.map_or(Ok(()), |steps| steps.finish())])
}

/// Reports what failed, and gives the exit status: that of the first failure.
fn finish<const N: usize>(results: [anyhow::Result<()>; N]) -> ExitCode {
    let failed = results.iter().filter_map(|result| result.as_ref().err());
    let reported = failed.filter(|error| !streams::is_reader_gone(error));
    let statuses: Vec<_> = reported.map(report).collect();
    statuses.first().copied().unwrap_or(ExitCode::SUCCESS)
}

/// Does what is asked for.
fn run(arguments: &Arguments, is_told: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    enter(arguments.netns.as_deref())?;
    let json = arguments.json;
    match &arguments.command {
        Command::Echo(echo) => echo.run(out, json),
        Command::Counter(counter) => counter.run(out, json),
        Command::Monitor(monitor) => monitor.run(out, json),
        Command::Show(show) => show.run(out, json),
        Command::Agent(agent) => agent.run(out, json),
        Command::Ask(ask) => ask.run(out, json),
        Command::Device(device) => device.run(out, json),
        Command::Compare(compare) => {
            if is_told {
                streams::note("the times below include what is told beside them")?;
            }
            compare.run(out, json)
        }
        Command::Stats(stats) => stats.run(out, json),
        Command::Family(family) => family.run(out, json),
        Command::Explain(explain) => explain.run(out, json),
        Command::Completions(completions) => completions.run(out, Arguments::command()),
        Command::Man(man) => man.run(out, Arguments::command()),
    }
}

/// Enters the namespace asked for, before any socket is opened.
fn enter(netns: Option<&str>) -> anyhow::Result<()> {
    let Some(netns) = netns else { return Ok(()) };
    let path = namespace::path(netns);
    namespace::enter(&path)
        .with_context(|| format!("cannot enter the network namespace {}", path.display()))
}

/// Says what went wrong and what to do, and gives the exit status.
fn report(error: &anyhow::Error) -> ExitCode {
    // Where standard error is closed, the status must do.
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

/// What to do about an errno with which the module refuses an operation.
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

/// The same where it is rtnetlink or nf_tables that refuses.
fn network_hint(errno: i32, operation: &str) -> Option<&'static str> {
    Some(match (errno, operation) {
        (libc::EPERM, _) => "as root, or with CAP_NET_ADMIN in this network namespace",
        (libc::ENOENT, "RTM_GETROUTE") => "without --table: parley show routes",
        (libc::EINVAL, firewall::FIRST_REQUEST) => "a kernel with nf_tables: modprobe nf_tables",
        _ => return None,
    })
}
