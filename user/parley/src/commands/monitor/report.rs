// SPDX-License-Identifier: MIT OR Apache-2.0

//! Reports of the monitors, and their limit.

use crate::output::json::{self, Object};
pub(super) use crate::output::limit::Limit;
use crate::output::text;
use anyhow::Result;
use std::io::Write;
use std::time::SystemTime;

/// The kind of a change to an entry.
#[derive(Clone, Copy)]
pub(super) enum ChangeKind {
    New,
    Changed,
    Deleted,
}

impl ChangeKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
        }
    }
}

/// The format of events.
#[derive(Clone, Copy, Default)]
pub(super) struct Form {
    pub(super) json: bool,
    pub(super) is_numeric: bool,
    pub(super) has_time: bool,
}

/// Writes each event as a line or as an object, up to the limit.
pub(super) struct Report<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) form: Form,
    pub(super) limit: Limit,
}

impl Report<'_> {
    /// Reports that it listens, and how many entries there are.
    pub(super) fn listening(&mut self, count: usize, what: &str) -> Result<()> {
        self.write(
            || format!("{count} {what}; listening"),
            || Object::new().with("event", "listening").with(what, count),
        )?;
        self.flush()
    }

    /// Reports that events were lost.
    pub(super) fn lost(&mut self) -> Result<()> {
        self.lost_as("lost     events came faster than they were read")
    }

    /// Like [`Self::lost`], before the differences that a new dump shows.
    pub(super) fn lost_before_dump(&mut self) -> Result<()> {
        self.lost_as(
            "lost     events came faster than they were read;
         the differences, from a new dump:",
        )
    }

    fn lost_as(&mut self, line: &str) -> Result<()> {
        self.write(|| line.to_owned(), || Object::new().with("event", "lost"))
    }

    /// Shows an event, and counts it, unless the limit is reached.
    pub(super) fn event(
        &mut self,
        became: ChangeKind,
        line: impl FnOnce() -> String,
        object: impl FnOnce() -> Object,
    ) -> Result<()> {
        let name = became.name();
        self.own(
            || format!("{name:<8} {}", line()),
            || object().with("event", name),
        )
    }

    /// Like [`Self::event`], for an event with a name of its own.
    pub(super) fn own(
        &mut self,
        line: impl FnOnce() -> String,
        object: impl FnOnce() -> Object,
    ) -> Result<()> {
        if !self.limit.count() {
            return Ok(());
        }
        self.write(line, object)
    }

    /// Writes a line or an object, with a time stamp if requested.
    fn write(
        &mut self,
        line: impl FnOnce() -> String,
        object: impl FnOnce() -> Object,
    ) -> Result<()> {
        let time = self.form.has_time.then(SystemTime::now);
        let time = time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        let time = time.map(text::timestamp);
        if self.form.json {
            let object = object().maybe("timestamp", time);
            return Ok(json::write(self.out, object)?);
        }
        let time = time.map(|time| time + "  ").unwrap_or_default();
        Ok(writeln!(self.out, "{time}{}", line())?)
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_and_each_object_has_the_time_only_if_it_is_wanted() {
        let written = |json, has_time| {
            let mut out = Vec::new();
            let form = Form {
                json,
                has_time,
                ..Form::default()
            };
            let limit = Limit {
                left: None,
                end: None,
            };
            let mut report = Report {
                out: &mut out,
                form,
                limit,
            };
            let what = |report: &mut Report<'_>| {
                report.event(
                    ChangeKind::New,
                    || "a".to_owned(),
                    || Object::new().with("name", "a"),
                )
            };
            report.listening(2, "counters").unwrap();
            what(&mut report).unwrap();
            report.lost_before_dump().unwrap();
            String::from_utf8(out).unwrap()
        };
        let plain = written(false, false);
        assert!(
            plain.starts_with("2 counters; listening\nnew      a\nlost     events"),
            "{plain}"
        );
        let timed = written(false, true);
        for (plain, timed) in plain.lines().zip(timed.lines()).take(3) {
            let (time, rest) = timed.split_once("Z  ").unwrap();
            assert_eq!(
                (time.len(), rest),
                ("2026-11-26T18:22:37.123456".len(), plain)
            );
        }
        for (has_time, count) in [(false, 0), (true, 3)] {
            let text = written(true, has_time);
            assert_eq!(text.matches("\"timestamp\":\"20").count(), count, "{text}");
        }
    }
}
