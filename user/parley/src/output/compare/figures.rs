// SPDX-License-Identifier: MIT OR Apache-2.0

//! The results of a measurement, and its environment.

use parley_compare::About;
use std::fs;
use std::thread;

/// A channel, and its figures.
pub(crate) struct Row {
    pub(crate) about: About,
    /// One for each size, or a single one if the channel carries no messages.
    pub(crate) cells: Vec<Cell>,
}

/// A figure.
pub(crate) struct Cell {
    /// The length of the message, if the channel carries messages.
    pub(crate) size: Option<usize>,
    /// The nanoseconds of a round trip, or the reason why there are none.
    pub(crate) ns: Result<f64, String>,
}

impl Row {
    /// Returns the reason if the channel has no figures at all.
    pub(crate) fn absent(&self) -> Option<&str> {
        let mut reasons = self.cells.iter().map(|cell| cell.ns.as_ref().err());
        let first = reasons.next()??;
        reasons.all(|reason| reason.is_some()).then_some(first)
    }
}

/// The environment and the size of the measurement.
pub(crate) struct Environment {
    /// The kernel's release.
    pub(crate) kernel: String,
    /// The number of processors that this program may run on.
    pub(crate) cpus: usize,
    /// Whether both sides ran on one of them.
    pub(crate) one_cpu: bool,
    /// The number of round trips for a short message.
    pub(crate) times: u32,
}

impl Environment {
    pub(crate) fn read(times: u32, one_cpu: bool) -> Self {
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
        Self {
            kernel: kernel.map_or("unknown".to_owned(), |release| release.trim().to_owned()),
            cpus: thread::available_parallelism().map_or(1, usize::from),
            one_cpu,
            times,
        }
    }

    /// Describes the kernel and the processors in words.
    pub(crate) fn place(&self) -> String {
        let Self { kernel, cpus, .. } = self;
        let place = format!("Linux {kernel}");
        match (cpus, self.one_cpu) {
            (1, _) => format!("{place}, 1 CPU"),
            (_, true) => format!("{place}, on one of {cpus} CPUs"),
            (_, false) => format!("{place}, on {cpus} CPUs"),
        }
    }
}

/// Formats a length in bytes for people.
pub(crate) fn bytes(size: usize) -> String {
    match size {
        0 => "0 B".to_owned(),
        _ if size % 1024 == 0 => format!("{} KiB", size / 1024),
        _ => format!("{size} B"),
    }
}
