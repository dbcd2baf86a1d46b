// SPDX-License-Identifier: MIT OR Apache-2.0

//! Shows the progress in a line on standard error, if that is a terminal.

use super::figures::bytes;
use std::io::{self, IsTerminal, Write};

/// The progress line. It is erased when this is dropped.
pub(crate) struct Progress {
    shown: bool,
    done: usize,
    all: usize,
}

impl Progress {
    /// Creates the line for `all` steps.
    pub(crate) fn new(all: usize) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            shown: io::stderr().is_terminal() && !dumb,
            done: 0,
            all,
        }
    }

    /// Starts the next step.
    pub(crate) fn at(&mut self, name: &str, size: usize) {
        if self.shown {
            // If the line cannot be shown, it is not needed either.
            let _ = write!(io::stderr(), "\r{}\x1b[K", self.line(name, size));
        }
        self.done += 1;
    }

    fn line(&self, name: &str, size: usize) -> String {
        const WIDTH: usize = 24;
        let full = (WIDTH * self.done).checked_div(self.all).unwrap_or(WIDTH);
        let bar = "#".repeat(full.min(WIDTH));
        let size = match size {
            0 => String::new(),
            size => format!(", {}", bytes(size)),
        };
        let (done, all) = (self.done, self.all);
        format!("[{bar:.<WIDTH$}] {done:>3}/{all}  {name}{size}")
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_and_fits_a_line() {
        let line = |done, all| {
            let progress = Progress {
                shown: false,
                done,
                all,
            };
            progress.line("shared memory + futex", 61_441)
        };
        assert!(line(0, 29).starts_with("[........................]   0/29  shared"));
        assert!(line(29, 29).starts_with("[########################]  29/29"));
        assert!(line(0, 0).starts_with('['));
        assert!(line(9999, 9999).len() < 80);
    }
}
