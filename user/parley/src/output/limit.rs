// SPDX-License-Identifier: MIT OR Apache-2.0

//! The limit of a command that follows events.

use std::time::{Duration, Instant};

/// The limit: a number of events, a time, or both.
pub(crate) struct Limit {
    /// The number of events that are left.
    pub(crate) left: Option<u64>,
    pub(crate) end: Option<Instant>,
}

impl Limit {
    /// Creates a limit that starts now.
    pub(crate) fn new(count: Option<u64>, time: Option<Duration>) -> Self {
        Self {
            left: count,
            end: time.map(|time| Instant::now() + time),
        }
    }

    /// Returns how long to wait for the next event; the inner `None` means indefinitely.
    /// Returns `None` if the limit is reached.
    pub(crate) fn next(&self) -> Option<Option<Duration>> {
        if self.left == Some(0) {
            return None;
        }
        let Some(end) = self.end else {
            return Some(None);
        };
        let rest = end.saturating_duration_since(Instant::now());
        (!rest.is_zero()).then_some(Some(rest))
    }

    /// Counts an event. Returns false if the limit was already reached.
    pub(crate) fn count(&mut self) -> bool {
        match &mut self.left {
            Some(0) => return false,
            Some(left) => *left -= 1,
            None => {}
        }
        true
    }
}
