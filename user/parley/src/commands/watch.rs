// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley watch`

mod conversation;

use crate::nlmon::{Datagram, Nlmon, Wakeup};
use crate::opener::Opener;
use crate::output::family::context;
use crate::output::json::{self, Object};
use crate::output::limit::Limit;
use crate::output::steps::Steps;
use crate::output::streams;
use crate::output::text;
use crate::output::watched::{self, Watched};
use crate::processes::Ports;
use crate::signals::HeldSignals;
use crate::specs;
use anyhow::{Context as _, Result};
use clap::Args;
use conversation::{Conversations, Port, HOLD};
use parley_netlink::explain::render::{self, Style};
use parley_netlink::explain::{Context, Direction, Role};
use parley_netlink::genl::controller;
use parley_netlink::netlink::protocol;
use parley_netlink::Socket;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const AFTER_HELP: &str = "\
FAMILY is route, netfilter, generic (all of Generic Netlink) or the name of a
Generic Netlink family, such as nlctrl or parley; without one, all are shown.

The command adds an nlmon device to this network namespace, and removes it when
it ends. It needs root, or CAP_NET_ADMIN and CAP_NET_RAW. The name of a process
is a guess if a question mark follows its number. Copies of an event for several
listeners are shown once; --json and --pcap have all copies.";

/// Watch the netlink messages of all programs
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Watch {
    /// Show only messages of these families
    #[arg(value_name = "FAMILY")]
    families: Vec<String>,
    /// Show only messages to or from this process
    #[arg(long, value_name = "NAME|PID")]
    process: Option<String>,
    /// Take names from this spec, or folder of specs
    #[arg(long)]
    spec: Vec<PathBuf>,
    /// Decode each message to the last byte
    #[arg(short, long)]
    verbose: bool,
    /// Show all bytes of long values; only with --verbose
    #[arg(long, requires = "verbose")]
    all: bool,
    /// Stop after N messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Stop after TIME, such as 500ms or 2s
    #[arg(long, value_name = "TIME", value_parser = text::time)]
    timeout: Option<Duration>,
}

impl Watch {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let mut context = context();
        for family in specs::tables(&self.spec)? {
            context.add_spec(family);
        }
        // Done before the device exists, because the device would capture it.
        let families = controller::families(&mut Socket::open(protocol::GENERIC)?);
        for family in families.context("cannot list the Generic Netlink families")? {
            context.add_family(&family);
        }
        // Signals are held until the device is removed.
        let signals = HeldSignals::new()?;
        let mut nlmon = Nlmon::open()?;
        let mut style = Style::default();
        style.colour = streams::colour(io::stdout().is_terminal());
        style.all = self.all;
        let mut view = View {
            watch: self,
            out,
            json,
            style,
            context,
            conversations: Conversations::new(Ports::of(Path::new("/proc"))),
            steps: opener.steps(),
            limit: Limit::new(self.count, self.timeout),
            datagrams: 0,
            event: None,
        };
        view.begin(nlmon.name())?;
        let watched = view.watch(&mut nlmon, &signals);
        watched.and(nlmon.close())
    }

    /// Returns whether to show a message.
    fn shows(&self, seen: &Watched<'_>) -> bool {
        let is_wanted = |family: &String| {
            *family == seen.family()
                || family == "generic" && i32::from(seen.protocol) == protocol::GENERIC
        };
        let process = self.process.as_deref();
        (self.families.is_empty() || self.families.iter().any(is_wanted))
            && process.is_none_or(|wanted| seen.program.is(wanted))
    }
}

/// Shows the messages that pass.
struct View<'a> {
    watch: &'a Watch,
    out: &'a mut dyn Write,
    json: bool,
    style: Style,
    context: Context,
    conversations: Conversations,
    steps: Option<&'a Steps>,
    limit: Limit,
    datagrams: usize,
    /// The last event. The device captures a copy of it for each listener.
    event: Option<Datagram>,
}

/// The maximum number of datagrams that are held back.
const HELD_MAX: usize = 512;
/// Copies of an event arrive within this time.
const COPIES: Duration = Duration::from_secs(1);

impl View<'_> {
    fn begin(&mut self, device: &str) -> Result<()> {
        if self.json {
            let object = Object::new().with("event", "listening");
            json::write(self.out, object.with("device", device))?;
        } else {
            writeln!(
                self.out,
                "listening on {device}, which is removed at the end"
            )?;
            writeln!(self.out, "{}", watched::legend(self.style))?;
        }
        Ok(self.out.flush()?)
    }

    /// Shows messages, up to the limit or a signal.
    fn watch(&mut self, nlmon: &mut Nlmon, signals: &HeldSignals) -> Result<()> {
        let mut batch = Vec::new();
        while let Some(wait) = self.limit.next() {
            match nlmon.wait(signals.as_fd(), wait)? {
                Wakeup::Stop => break,
                Wakeup::Timeout => continue,
                Wakeup::Datagrams => nlmon.receive(&mut batch),
            }
            // Done at once, because a process may end soon.
            self.conversations.look();
            // Most requests do not contain their sender's port, but their replies do.
            let begin = Instant::now();
            while batch.len() < HELD_MAX
                && Conversations::is_unanswered(&batch)
                && begin.elapsed() < HOLD
            {
                let rest = HOLD.saturating_sub(begin.elapsed());
                match nlmon.wait(signals.as_fd(), Some(rest))? {
                    Wakeup::Datagrams => {
                        nlmon.receive(&mut batch);
                        self.conversations.look();
                    }
                    Wakeup::Timeout => {}
                    Wakeup::Stop => break,
                }
            }
            let ports = Conversations::ports(&batch);
            for (datagram, port) in batch.drain(..).zip(ports) {
                self.datagram(datagram, port)?;
            }
            let lost = nlmon.lost()?;
            if lost > 0 {
                self.lost(lost)?;
            }
            self.out.flush()?;
            nlmon.failure()?;
        }
        Ok(())
    }

    fn lost(&mut self, count: u32) -> Result<()> {
        if self.json {
            let object = Object::new().with("event", "lost");
            return Ok(json::write(self.out, object.with("count", count))?);
        }
        let line = format!("lost          {count} messages came faster than they were read");
        Ok(writeln!(self.out, "{line}")?)
    }

    /// Shows the messages of a datagram that `port` has sent or receives.
    fn datagram(&mut self, datagram: Datagram, port: Port) -> Result<()> {
        self.datagrams += 1;
        let explained = self.context.explain(datagram.explained());
        let is_copy = self.is_copy(&datagram);
        let mut is_captured = false;
        for (headline, fields) in explained.headlines() {
            let about = (datagram.protocol, explained.direction);
            let turn = self.conversations.turn(about, headline, port);
            let seen = Watched {
                time: datagram.time,
                datagram: self.datagrams,
                protocol: datagram.protocol,
                to: explained.direction,
                headline,
                fields,
                program: turn.program,
                request: turn.request,
                is_below: turn.is_below,
            };
            if !self.watch.shows(&seen) {
                continue;
            }
            let is_hidden = is_copy && !self.json;
            if self.limit.left == Some(0) || !is_hidden && !self.limit.count() {
                return Ok(());
            }
            if let Some(steps) = self.steps.filter(|_| !is_captured) {
                let sent = explained.direction == Direction::ToKernel;
                let bytes = (&datagram.bytes[..], datagram.whole);
                steps.capture(datagram.time, datagram.protocol, sent, bytes);
                is_captured = true;
            }
            if is_hidden {
                continue;
            }
            if self.json {
                json::write(self.out, seen.object())?;
                continue;
            }
            writeln!(self.out, "{}", seen.line(self.style))?;
            self.conversations.shown(about.0, headline, port);
            if self.watch.verbose {
                let text = render::fields(fields, &datagram.bytes, self.style);
                write!(self.out, "{text}")?;
            }
        }
        let is_event = |role: Role| matches!(role, Role::Event | Role::Either);
        let mut roles = explained.headlines().map(|(headline, _)| headline.role);
        self.event = roles.all(is_event).then_some(datagram);
        Ok(())
    }

    /// Returns whether it is a copy of the last event, for another listener.
    fn is_copy(&self, datagram: &Datagram) -> bool {
        self.event.as_ref().is_some_and(|before| {
            let later = datagram.time.duration_since(before.time);
            before.protocol == datagram.protocol
                && before.bytes == datagram.bytes
                && later.is_ok_and(|later| later < COPIES)
        })
    }
}
