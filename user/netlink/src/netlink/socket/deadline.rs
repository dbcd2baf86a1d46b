// SPDX-License-Identifier: MIT OR Apache-2.0

//! The deadline of an operation.

use crate::netlink::error::{Error, Result};
use std::time::{Duration, Instant};

/// The time by which an operation must end. The clock is first read when the operation
/// has to wait or to receive again. Until then no time has passed, because the first
/// receive call does not block. Before each further receive call, an operation calls
/// [`Self::left`], so no number of datagrams can extend the wait.
#[derive(Debug)]
pub(super) struct Deadline {
    timeout: Duration,
    begun: Option<Instant>,
}

impl Deadline {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            begun: None,
        }
    }

    /// Starts the clock. Returns the timeout if all of it is left, because the clock was
    /// not running or there is no timeout.
    pub(super) fn start(&mut self) -> Option<Duration> {
        if self.timeout == Duration::MAX {
            return Some(self.timeout);
        }
        if self.begun.is_some() {
            return None;
        }
        self.begun = Some(Instant::now());
        Some(self.timeout)
    }

    /// Returns the time that is left, or `None` if there is no limit.
    #[cold]
    pub(super) fn left(&mut self) -> Result<Option<Duration>> {
        if self.timeout == Duration::MAX {
            return Ok(None);
        }
        let elapsed = self.begun.get_or_insert_with(Instant::now).elapsed();
        match self.timeout.checked_sub(elapsed) {
            Some(left) if !left.is_zero() => Ok(Some(left)),
            _ => Err(Error::Timeout(self.timeout)),
        }
    }
}
