// SPDX-License-Identifier: MIT OR Apache-2.0

//! What all monitors report, and until when.

use crate::output::json::{self, Object};
use anyhow::Result;
use std::io::Write;
use std::time::{Duration, Instant};

/// When to end.
pub(super) struct Limit {
    /// How many events are left.
    pub(super) left: Option<u64>,
    pub(super) end: Option<Instant>,
}

impl Limit {
    /// For how long to wait for the next event, where that has an end; `None`
    /// where there is nothing to wait for.
    pub(super) fn next(&self) -> Option<Option<Duration>> {
        if self.left == Some(0) {
            return None;
        }
        let Some(end) = self.end else {
            return Some(None);
        };
        let rest = end.saturating_duration_since(Instant::now());
        (!rest.is_zero()).then_some(Some(rest))
    }
}

/// What became of one.
#[derive(Clone, Copy)]
pub(super) enum Became {
    New,
    Changed,
    Deleted,
}

impl Became {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
        }
    }
}

/// How events are written.
#[derive(Clone, Copy, Default)]
pub(super) struct Form {
    pub(super) json: bool,
    pub(super) is_numeric: bool,
}

/// Writes a line for each event, or an object, up to the limit.
pub(super) struct Report<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) form: Form,
    pub(super) limit: Limit,
}

impl Report<'_> {
    /// Reports that it listens, and how many entries there are.
    pub(super) fn listening(&mut self, count: usize, what: &str) -> Result<()> {
        if self.form.json {
            let object = Object::new().with("event", "listening").with(what, count);
            json::write(self.out, object)?;
        } else {
            writeln!(self.out, "{count} {what}; listening")?;
        }
        Ok(self.out.flush()?)
    }

    /// Reports that events were lost.
    pub(super) fn lost(&mut self) -> Result<()> {
        if self.form.json {
            json::write(self.out, Object::new().with("event", "lost"))?;
        } else {
            writeln!(self.out, "lost     events came faster than they were read;")?;
            writeln!(self.out, "         the differences, from a new dump:")?;
        }
        Ok(())
    }

    /// Shows an event, and counts it, unless as many were shown as may be.
    pub(super) fn event(
        &mut self,
        became: Became,
        line: impl FnOnce() -> String,
        object: impl FnOnce() -> Object,
    ) -> Result<()> {
        match &mut self.limit.left {
            Some(0) => return Ok(()),
            Some(left) => *left -= 1,
            None => {}
        }
        let name = became.name();
        if self.form.json {
            json::write(self.out, object().with("event", name))?;
        } else {
            writeln!(self.out, "{name:<8} {}", line())?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}
