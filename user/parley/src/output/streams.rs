// SPDX-License-Identifier: MIT OR Apache-2.0

//! Standard output and standard error, and the handling of their failures.

use super::json::{self, Object};
use crate::inherited;
use anyhow::{Context, Result};
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};

/// Standard output. If it is closed, the first write fails.
pub(crate) struct Output(io::Result<File>);

impl Output {
    pub(crate) fn open() -> Self {
        Self(inherited::output())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.0 {
            Ok(file) => file.write(bytes),
            Err(error) => Err(again(error)),
        };
        written.map_err(|error| io::Error::new(error.kind(), Lost(error)))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Creates a copy of a system error.
fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(errno) => io::Error::from_raw_os_error(errno),
        None => error.kind().into(),
    }
}

/// A failed write to standard output. The type distinguishes it from other errors: a
/// broken pipe is not an error here, but is one elsewhere.
#[derive(Debug)]
struct Lost(io::Error);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write standard output: {}", self.0)
    }
}

impl Error for Lost {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Returns the errno of an error, including a failed write to standard output.
pub(crate) fn errno(error: &io::Error) -> Option<i32> {
    let lost = || error.get_ref()?.downcast_ref::<Lost>()?.0.raw_os_error();
    error.raw_os_error().or_else(lost)
}

/// Returns whether the error means that the reader has closed standard output.
pub(crate) fn is_reader_gone(error: &anyhow::Error) -> bool {
    let lost = error
        .downcast_ref::<io::Error>()
        .and_then(|error| error.get_ref()?.downcast_ref::<Lost>());
    lost.is_some_and(|lost| lost.0.kind() == io::ErrorKind::BrokenPipe)
}

/// Standard error, for reports besides a command's output.
pub(crate) fn error() -> Result<File> {
    inherited::error().context(ERROR)
}

/// Writes a note to standard error, as a line or as an object.
pub(crate) fn note(text: &str, json: bool) -> Result<()> {
    let written = match json {
        true => json::write(&mut error()?, Object::new().with("note", text)),
        false => writeln!(error()?, "parley: {text}"),
    };
    written.context(ERROR)
}

/// Returns whether output to a terminal may be coloured.
pub(crate) fn colour(terminal: bool) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    terminal && !set("NO_COLOR") && !dumb
}

/// The failed action if standard error cannot be written.
pub(crate) const ERROR: &str = "cannot write standard error";

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_broken_pipe_is_no_error_on_standard_output_alone() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        let mut output = Output(Ok(OwnedFd::from(ours).into()));
        let lost = anyhow::Error::from(output.write_all(b"x").unwrap_err());
        assert!(is_reader_gone(&lost));
        assert!(is_reader_gone(&lost.context("a report")));
        let elsewhere = anyhow::Error::from(io::Error::from_raw_os_error(libc::EPIPE));
        assert!(!is_reader_gone(&elsewhere));
        assert!(!is_reader_gone(&elsewhere.context("a capture")));
    }

    #[test]
    fn another_failure_of_standard_output_is_an_error_that_states_its_cause_once() {
        let mut output = Output(Err(io::Error::from_raw_os_error(libc::EBADF)));
        assert!(output.flush().is_ok(), "nothing was lost");
        let lost = anyhow::Error::from(output.write_all(b"x").unwrap_err());
        assert!(!is_reader_gone(&lost));
        let words = "cannot write standard output: Bad file descriptor (os error 9)";
        assert_eq!(format!("{lost:#}"), words);
        assert_eq!(lost.downcast_ref().and_then(errno), Some(libc::EBADF));
    }
}
