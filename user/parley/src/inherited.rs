// SPDX-License-Identifier: MIT OR Apache-2.0

//! Things that a program inherits from its parent: standard streams, and the handling of
//! signals.
//!
//! The standard library hides two faults of the streams. Its runtime opens `/dev/null` in
//! place of a closed stream, and its handles treat `EBADF` as success. So a program that
//! prints through them succeeds although its output is lost. The files here fail with
//! `EBADF` in both cases.

#[allow(unsafe_code)]
mod sys;

use anyhow::Context;
use std::fs::File;
use std::io::{self, Error, Read, Result};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::Command;
use sys::start::was_open;

/// Standard input.
pub fn input() -> Result<File> {
    duplicate(io::stdin().as_fd())
}

/// The maximum length of a payload that is read. The kernel accepts less.
const PAYLOAD_MAX: u64 = 1 << 20;

/// Returns the bytes of an argument, or for `-` those of standard input.
pub fn payload(argument: &str) -> anyhow::Result<Vec<u8>> {
    match argument {
        "-" => payload_of(Path::new(argument)),
        text => Ok(text.as_bytes().to_vec()),
    }
}

/// Reads the bytes of a file, or for `-` those of standard input.
pub fn payload_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut payload = Vec::new();
    open(path)?
        .take(PAYLOAD_MAX + 1)
        .read_to_end(&mut payload)
        .with_context(|| format!("cannot read {}", input_name(path)))?;
    let name = input_name(path);
    anyhow::ensure!(
        payload.len() as u64 <= PAYLOAD_MAX,
        "{name} is too long: more than {PAYLOAD_MAX} bytes"
    );
    Ok(payload)
}

/// Opens a file, or for `-` standard input.
pub fn open(path: &Path) -> anyhow::Result<File> {
    match path == Path::new("-") {
        true => input().context("cannot read standard input"),
        false => File::open(path).with_context(|| format!("cannot open {}", path.display())),
    }
}

/// Returns the name that errors use for a file, or for `-` that of standard input.
pub fn input_name(path: &Path) -> String {
    match path == Path::new("-") {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

/// Standard output, without a buffer.
pub fn output() -> Result<File> {
    duplicate(io::stdout().as_fd())
}

/// Standard error.
pub fn error() -> Result<File> {
    duplicate(io::stderr().as_fd())
}

fn duplicate(fd: BorrowedFd<'_>) -> Result<File> {
    if !was_open(fd.as_raw_fd()) {
        return Err(Error::from_raw_os_error(libc::EBADF));
    }
    Ok(fd.try_clone_to_owned()?.into())
}

/// Makes the kernel keep the exit status of children until it is read.
///
/// If the program was started with `SIGCHLD` ignored, the kernel does not keep it, and
/// waiting for a child fails.
pub fn expect_children() {
    sys::default_child_signal();
}

/// Returns whether the program ignores the signal, for example because nohup(1) started
/// it.
pub fn is_ignored(signal: i32) -> Result<bool> {
    sys::is_signal_ignored(signal)
}

/// Makes the command start with the signals blocked that are blocked now. Otherwise it
/// inherits the signals that are blocked when it is started.
pub fn keep_signal_mask(command: &mut Command) -> Result<()> {
    sys::keep_signal_mask(command)
}

/// Makes the kernel kill the command when the thread that starts it ends, for whatever
/// reason. This does not apply to processes that the command starts, or to a command that changes its user.
pub fn kill_with_parent(command: &mut Command) {
    sys::kill_with_parent(command);
}

/// Opens a descriptor that is readable once the process `pid` has ended.
pub fn process(pid: u32) -> Result<OwnedFd> {
    sys::open_process(pid)
}
