// SPDX-License-Identifier: MIT OR Apache-2.0

//! `--explain` and `--pcap` of every command: trace system calls and capture messages as
//! they happen.

use super::{family, streams};
use anyhow::{Context as _, Result};
use clap::ValueEnum;
use parley_netlink::explain::capture::Writer;
use parley_netlink::explain::render::{self, Style};
use parley_netlink::explain::{trace, Context};
use parley_netlink::genl::spec::Family;
use parley_netlink::netlink::tap::{Call, Step, Tap};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// The amount of each message that `--explain` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Explain {
    // Values without help of their own, which would double the length of every help text.
    Short,
    All,
}

/// The outputs of the trace and of the capture.
#[derive(Debug)]
struct State {
    context: Context,
    /// The style of the trace, and standard error.
    explain: Option<(Style, File)>,
    capture: Option<Writer<File>>,
    /// The failure of the first output that failed.
    failed: Option<anyhow::Error>,
    path: PathBuf,
}

/// The tap that receives all steps.
#[derive(Clone, Debug)]
pub(crate) struct Steps(Arc<Mutex<State>>);

impl Steps {
    /// Creates the tap that traces and captures, if either is requested.
    pub(crate) fn new(explain: Option<Explain>, pcap: Option<&Path>) -> Result<Option<Self>> {
        if explain.is_none() && pcap.is_none() {
            return Ok(None);
        }
        let capture = pcap.map(|path| {
            File::create(path)
                .and_then(Writer::new)
                .with_context(|| cannot_capture(path))
        });
        let explain = explain.map(|explain| -> Result<_> {
            let mut err = streams::error()?;
            let mut style = Style::default();
            style.colour = streams::colour(err.is_terminal());
            style.all = explain == Explain::All;
            write!(err, "{}", render::legend(style)).context(streams::ERROR)?;
            Ok((style, err))
        });
        let steps = Self(Arc::new(Mutex::new(State {
            context: family::context(),
            explain: explain.transpose()?,
            capture: capture.transpose()?,
            failed: None,
            path: pcap.unwrap_or(Path::new("")).to_owned(),
        })));
        Ok(Some(steps))
    }

    /// Adds the names of the attributes of `family` to the trace from now on.
    pub(crate) fn know(&self, family: &'static Family) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.context.add_spec(family);
    }

    /// Writes a datagram of other programs to the capture.
    pub(crate) fn capture(
        &self,
        time: SystemTime,
        protocol: u16,
        sent: bool,
        datagram: (&[u8], usize),
    ) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.capture(time, protocol, sent, datagram);
    }

    /// Fails if part of the capture or of the trace could not be written.
    pub(crate) fn finish(&self) -> Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failed.take().map_or(Ok(()), Err)
    }
}

fn cannot_capture(path: &Path) -> String {
    format!("cannot write the capture {}", path.display())
}

impl State {
    /// Writes a datagram to the capture, if there is one. `whole` is its original length.
    fn capture(
        &mut self,
        time: SystemTime,
        protocol: u16,
        sent: bool,
        (bytes, whole): (&[u8], usize),
    ) {
        let Some(capture) = &mut self.capture else {
            return;
        };
        if let Err(error) = capture.packet(time, protocol, sent, bytes, whole) {
            let what = cannot_capture(&self.path);
            self.fail(error, what);
            self.capture = None;
        }
    }

    /// Records why one of the outputs has ended.
    fn fail(&mut self, error: io::Error, what: String) {
        self.failed
            .get_or_insert_with(|| anyhow::Error::from(error).context(what));
    }
}

impl Tap for Steps {
    fn step(&self, step: &Step<'_>) {
        // A thread that panicked in the middle of a line has broken nothing.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = match step.call {
            _ if step.result.is_err() => None,
            Call::Send {
                bytes, protocol, ..
            } => Some((protocol, true, bytes, bytes.len())),
            Call::Receive {
                bytes,
                whole,
                protocol,
                ..
            } => Some((protocol, false, bytes, whole)),
            _ => None,
        };
        if let Some((protocol, sent, bytes, whole)) = passed {
            let protocol = u16::try_from(protocol).unwrap_or(u16::MAX);
            state.capture(SystemTime::now(), protocol, sent, (bytes, whole));
        }
        let Some((style, _)) = state.explain else {
            return;
        };
        let text = trace::text(&mut state.context, step, style);
        let Some((_, err)) = &mut state.explain else {
            return;
        };
        if let Err(error) = err.write_all(text.as_bytes()) {
            state.fail(error, streams::ERROR.to_owned());
            state.explain = None;
        }
    }
}
