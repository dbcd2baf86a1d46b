// SPDX-License-Identifier: MIT OR Apache-2.0

//! Runs the program as other programs do.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_parley");

/// How a process ended, and what it printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command to its end, with nothing on its standard input.
pub fn ended(command: &mut Command) -> Ended {
    end_of(command.stdin(Stdio::null()).output().unwrap())
}

/// Runs a command to its end, with this on its standard input.
pub fn fed(command: &mut Command, input: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    end_of(child.wait_with_output().unwrap())
}

/// How the process ended.
pub fn end_of(output: Output) -> Ended {
    Ended {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program with these arguments.
pub fn parley(arguments: &[&str]) -> Ended {
    ended(Command::new(PROGRAM).args(arguments))
}

/// The words that run a command as a user without capabilities.
pub const NOBODY: [&str; 6] = [
    "setpriv",
    "--reuid",
    "65534",
    "--regid",
    "65534",
    "--clear-groups",
];

/// Runs the program as a user without any capability.
pub fn parley_as_nobody(arguments: &[&str]) -> Ended {
    behind(&NOBODY, arguments)
}

/// Runs the program through these words, such as `unshare --net`.
pub fn behind(words: &[&str], arguments: &[&str]) -> Ended {
    let words = [words, &[PROGRAM], arguments].concat();
    ended(Command::new(words[0]).args(&words[1..]))
}

/// Counts the system calls of the program and of its children. The C library of s390 has `send`
/// call the kernel's send, and others its sendto; here, both are `sendto`.
pub fn system_calls(arguments: &[&str]) -> BTreeMap<String, i64> {
    let trace = Scratch::new("strace");
    let strace = ["strace", "-f", "-c", "-U", "calls,name", "-o", trace.path()];
    let Ended { status, err, .. } = behind(&strace, arguments);
    assert_eq!(status, Some(0), "{err}");
    let text = fs::read_to_string(trace.path()).unwrap();
    text.lines()
        .filter_map(|line| line.trim().split_once(char::is_whitespace))
        .filter_map(|(count, name)| Some((name.trim().to_owned(), count.parse().ok()?)))
        .filter(|(name, _)| name != "total")
        .map(|(name, count)| {
            if name == "send" {
                ("sendto".to_owned(), count)
            } else {
                (name, count)
            }
        })
        .collect()
}

/// The amounts by which `many` exceeds `few`.
pub fn more<'a>(
    many: &'a BTreeMap<String, i64>,
    few: &BTreeMap<String, i64>,
) -> BTreeMap<&'a str, i64> {
    let more =
        |(name, count): (&'a String, &i64)| (name.as_str(), count - few.get(name).unwrap_or(&0));
    many.iter()
        .map(more)
        .filter(|(_, more)| *more != 0)
        .collect()
}

/// Runs the program with a shell's redirections, such as `>&-`.
pub fn redirected(arguments: &[&str], redirections: &str) -> Ended {
    ended(
        Command::new("sh")
            .args(["-c", &format!("exec \"$0\" \"$@\" {redirections}"), PROGRAM])
            .args(arguments),
    )
}

/// A file that is removed when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("parley-test-{name}"));
        let _ = fs::remove_file(&path);
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// An agent in the background, which is ended however the test ends.
pub struct Background(pub std::process::Child);

impl Background {
    pub fn agent(arguments: &[&str]) -> Self {
        Self::start(Command::new(PROGRAM).arg("agent").args(arguments))
    }

    /// Runs the command line of an agent, and waits until the agent is registered.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = std::io::BufReader::new(child.stdout.as_mut().unwrap());
        std::io::BufRead::read_line(&mut out, &mut line).unwrap();
        assert_eq!(line, "the agent of this network namespace; waiting\n");
        Self(child)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
