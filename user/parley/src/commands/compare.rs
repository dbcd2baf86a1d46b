// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley compare`

use crate::channels;
use crate::opener::Opener;
use crate::output::compare::figures::{Cell, Environment, Row};
use crate::output::compare::progress::Progress;
use crate::output::compare::{json, plot, table};
use anyhow::{bail, Context, Result};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::Args;
use parley::uapi;
use parley_compare::{self as compare, Carries, Kind, Plan};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{self, Command};

const AFTER_HELP: &str = "\
Channels with the kernel:
  system-call, ioctl, read-write, debugfs, netlink
Channels with a process:
  pipe, unix-stream, unix-datagram, udp, tcp, shared-memory

--size and --only may be given more than once. If this machine lacks a
channel, its row gives the reason. Long messages make fewer round trips than N:
messages of 4096 bytes half as many, messages of 8192 bytes a third.";

/// Time the same echo over netlink and ten other channels
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Compare {
    /// Set the length of the message
    #[arg(long, value_name = "BYTES", default_values_t = [16, 1024, 16_384])]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=uapi::PAYLOAD_MAX as i64))]
    size: Vec<u32>,
    /// Time N round trips
    #[arg(long, value_name = "N", default_value_t = 2000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=TIMES_MAX))]
    times: u32,
    /// Time only this channel, one of those below
    #[arg(long, value_name = "CHANNEL", value_parser = kinds(), hide_possible_values = true)]
    only: Vec<Kind>,
    /// Let the two sides run on different CPUs
    #[arg(long)]
    any_cpu: bool,
    /// Also plot the figures into FILE.svg
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Act as the process at the other end
    #[arg(long, hide = true, value_name = "CHANNEL", value_parser = kinds(), requires = "parent")]
    peer: Option<Kind>,
    /// The process that started this one
    #[arg(long, hide = true, value_name = "PID")]
    parent: Option<u32>,
}

/// More round trips would take hours.
const TIMES_MAX: i64 = 10_000_000;

fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(|kind| kind.about().id))
        .try_map(|id| Kind::from_id(&id).ok_or("no such channel"))
}

impl Compare {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let mut sizes: Vec<usize> = self.size.iter().map(|size| *size as usize).collect();
        sizes.sort_unstable();
        sizes.dedup();
        if let (Some(kind), Some(size), Some(parent)) = (self.peer, sizes.first(), self.parent) {
            return compare::serve(kind, *size, parent).context("the peer of a comparison");
        }
        if let Some(path) = &self.plot {
            plot::check(path)?;
        }
        let environment = Environment::read(self.times, !self.any_cpu);
        if !self.any_cpu {
            compare::stay_on_one_cpu()
                .context("cannot bind this process to one CPU (--any-cpu does not need that)")?;
        }
        let rows = self.measure(opener, &sizes);
        if json {
            json::write(out, &rows, &environment)?;
        } else {
            table::write(out, &rows, &sizes, &environment)?;
        }
        if rows.iter().all(|row| row.absent().is_some()) {
            out.flush()?;
            bail!("this machine has none of these channels");
        }
        if let Some(path) = &self.plot {
            plot::draw(path, &rows, &environment)?;
        }
        Ok(())
    }

    fn measure(&self, opener: &Opener, sizes: &[usize]) -> Vec<Row> {
        let wanted = |kind: &Kind| self.only.is_empty() || self.only.contains(kind);
        let kinds: Vec<_> = Kind::ALL.into_iter().filter(wanted).collect();
        let sizes_of = |kind: Kind| match kind.about().carries {
            Carries::Message => sizes,
            Carries::Statistics | Carries::Nothing => &[0],
        };
        let mut progress = Progress::new(kinds.iter().map(|kind| sizes_of(*kind).len()).sum());
        let cell = |kind: Kind, size: usize| {
            let opened = compare::open(kind, size, peer(kind, size), |channel, size| {
                channels::open(opener, channel, size)
            });
            let taken = opened.and_then(|mut channel| {
                let message: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
                compare::measure(channel.as_mut(), &message, Plan::new(self.times, size))
            });
            Cell {
                size: (kind.about().carries == Carries::Message).then_some(size),
                ns: taken.map_err(|error| error.to_string()),
            }
        };
        let row = |kind: Kind| {
            let cells = sizes_of(kind).iter().map(|size| {
                progress.at(kind.about().name, *size);
                cell(kind, *size)
            });
            Row {
                about: kind.about(),
                cells: cells.collect(),
            }
        };
        kinds.into_iter().map(row).collect()
    }
}

/// Returns the command that runs this program as the process at the other end.
fn peer(kind: Kind, size: usize) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command
        .arg0("parley")
        .args(["compare", "--peer", kind.about().id])
        .args(["--size", &size.to_string()])
        .args(["--parent", &process::id().to_string()]);
    command
}
