// SPDX-License-Identifier: MIT OR Apache-2.0

//! When a command that follows something ends.

use std::time::{Duration, Instant};

/// When to end.
pub(crate) struct Limit {
    /// How many events are left.
    pub(crate) left: Option<u64>,
    pub(crate) end: Option<Instant>,
}

impl Limit {
    /// Counts from now.
    pub(crate) fn new(count: Option<u64>, time: Option<Duration>) -> Self {
        Self {
            left: count,
            end: time.map(|time| Instant::now() + time),
        }
    }

    /// For how long to wait for the next event, where that has an end; `None`
    /// where there is nothing to wait for.
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

    /// Counts an event. Returns false if as many were shown as may be.
    pub(crate) fn count(&mut self) -> bool {
        match &mut self.left {
            Some(0) => return false,
            Some(left) => *left -= 1,
            None => {}
        }
        true
    }
}
