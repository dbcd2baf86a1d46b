// SPDX-License-Identifier: MIT OR Apache-2.0

//! Decides when to read the list again because events alone are not enough.

use std::time::{Duration, Instant};

/// How long the socket must be silent before the list is read again. A change that was
/// reported by then is not shown twice.
const QUIET: Duration = Duration::from_millis(20);
/// The time after which the list is read again in any case.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the entries may differ from what events have reported, and since when.
#[derive(Default)]
pub(super) struct Doubt(Option<Instant>);

impl Doubt {
    pub(super) fn begin(&mut self) {
        self.0.get_or_insert_with(Instant::now);
    }

    /// Restarts the time, because a list was not consistent.
    pub(super) fn begin_again(&mut self) {
        self.0 = Some(Instant::now());
    }

    pub(super) fn exists(&self) -> bool {
        self.0.is_some()
    }

    /// Returns how long to wait for the next event.
    pub(super) fn wait(&self, limit: Option<Duration>) -> Option<Duration> {
        match self.0 {
            Some(_) => Some(limit.map_or(QUIET, |limit| limit.min(QUIET))),
            None => limit,
        }
    }

    /// Returns whether to read the list again.
    pub(super) fn is_due(&self, is_quiet: bool) -> bool {
        let is_late = |since: Instant| since.elapsed() >= PATIENCE;
        self.0.is_some_and(|since| is_quiet || is_late(since))
    }
}
