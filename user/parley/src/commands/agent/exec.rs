// SPDX-License-Identifier: MIT OR Apache-2.0

//! Runs a command that answers a question. Nothing that the command does can keep the
//! agent waiting. After its answer it is killed, with all processes except those that
//! left its process group or that the agent may not kill. If the agent itself is killed,
//! the shell of the command is killed, too, but no other process.

use crate::inherited;
use crate::signals::HeldSignals;
use anyhow::{anyhow, bail, Context, Result};
use nix::errno::Errno;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use nix::sys::signal::{self, killpg, Signal};
use nix::unistd::Pid;
use parley::uapi;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs `command`, for at most `time`, and returns what it wrote.
pub(super) fn run(command: &str, question: &[u8], time: Duration) -> Result<Vec<u8>> {
    let deadline = Instant::now() + time;
    let mut group = Group::start(command)?;
    group.ask(question)?;
    match group.answer(deadline)? {
        Some(answer) => Ok(answer),
        None => bail!("the command took more than {} ms", time.as_millis()),
    }
}

/// A shell and the processes that it starts, in a process group. Dropping this kills them
/// all.
struct Group {
    shell: Child,
    /// Readable once the shell has ended.
    ended: OwnedFd,
    /// Whether the shell's status has been read. Another group may then reuse the number.
    is_reaped: bool,
    /// Dropped last: a signal that ends the agent is delivered when the group is gone.
    signals: HeldSignals,
}

impl Group {
    fn start(command: &str) -> Result<Self> {
        let mut sh = Command::new("sh");
        sh.args(["-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        inherited::kill_with_parent(&mut sh);
        // Signals are blocked in this process, but not in the command.
        let signals = inherited::keep_signal_mask(&mut sh)
            .map_err(Into::into)
            .and_then(|()| HeldSignals::new())
            .context("cannot block signals")?;
        let mut shell = sh.spawn().context("cannot run sh")?;
        match inherited::process(shell.id()) {
            Ok(ended) => Ok(Self {
                shell,
                ended,
                is_reaped: false,
                signals,
            }),
            Err(error) => {
                end(&mut shell);
                Err(error).context("cannot watch sh")
            }
        }
    }

    /// Writes the question to the command. A pipe has room for a whole question, so this
    /// does not wait for the command to read it; the command need not read it at all.
    fn ask(&mut self, question: &[u8]) -> Result<()> {
        if let Some(mut stdin) = self.shell.stdin.take() {
            match stdin.write_all(question) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    return Err(error).context("cannot write the question to the command");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the command's output until the shell ends. Returns `None` if the shell has
    /// not ended by the deadline.
    ///
    /// The end of the output is not the end of the command: processes that it leaves
    /// behind may keep the output open, or the shell may close it and continue.
    fn answer(&mut self, deadline: Instant) -> Result<Option<Vec<u8>>> {
        let mut stdout = self.shell.stdout.take();
        let mut answer = Vec::new();
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            let output = stdout.as_ref().map_or(self.ended.as_fd(), AsFd::as_fd);
            let fds = [self.ended.as_fd(), self.signals.as_fd(), output];
            let [has_ended, is_stopped, _] = wait(fds, rest)?;
            if is_stopped {
                bail!("the agent is being stopped");
            }
            if has_ended {
                // The rest of the group cannot write any more. Other processes can, so
                // read only the bytes that are ready, and no more than an answer may
                // have.
                kill(&self.shell);
            }
            read(&mut stdout, &mut answer)?;
            check(&answer)?;
            if has_ended {
                break;
            }
            if rest.is_zero() {
                return Ok(None);
            }
        }
        let status = self.shell.wait().context("cannot wait for sh")?;
        self.is_reaped = true;
        if !status.success() {
            return Err(anyhow!("the command ended with {status}"));
        }
        Ok(Some(answer))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.is_reaped {
            end(&mut self.shell);
        }
    }
}

/// Kills the shell's process group, and the shell, which may have moved to another group.
/// The shell must not have been waited for: until then, no other process has its number.
fn kill(shell: &Child) {
    if let Ok(number) = i32::try_from(shell.id()) {
        let number = Pid::from_raw(number);
        // These calls fail if nobody is left, which is fine, and if the command runs as
        // another user.
        let _ = killpg(number, Signal::SIGKILL);
        let _ = signal::kill(number, Signal::SIGKILL);
    }
}

/// Kills the group, and waits for the shell. Usually it ends soon. If it runs as another
/// user, it cannot be killed; after a second it is left behind.
fn end(shell: &mut Child) {
    kill(shell);
    let mut pause = Duration::from_millis(1);
    while pause < Duration::from_secs(1) {
        match shell.try_wait() {
            Ok(None) => std::thread::sleep(pause),
            Ok(Some(_)) | Err(_) => return,
        }
        pause *= 2;
    }
}

/// Waits until one of the descriptors is readable or at its end, for at most `time`.
/// Returns whether each of them is.
fn wait<const N: usize>(fds: [BorrowedFd<'_>; N], time: Duration) -> Result<[bool; N]> {
    // Rounded up, so as not to end early: poll(2) counts whole milliseconds.
    let ms = time.as_micros().div_ceil(1000);
    let time = PollTimeout::try_from(ms).unwrap_or(PollTimeout::MAX);
    let mut fds = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN));
    match poll(&mut fds, time) {
        Ok(_) | Err(Errno::EINTR) => Ok(fds.map(|fd| fd.any().unwrap_or(false))),
        Err(error) => Err(error).context("cannot wait for the command"),
    }
}

/// Reads the available bytes without waiting for more, up to one byte more than an answer
/// may have. Drops the pipe at its end.
fn read(from: &mut Option<ChildStdout>, answer: &mut Vec<u8>) -> Result<()> {
    let mut buffer = [0; 4096];
    while let Some(stdout) = from {
        let is_full = check(answer).is_err();
        let [is_ready] = wait([stdout.as_fd()], Duration::ZERO)?;
        if is_full || !is_ready {
            return Ok(());
        }
        match stdout.read(&mut buffer) {
            Ok(0) => *from = None,
            Ok(len) => answer.extend_from_slice(buffer.get(..len).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("cannot read the command's answer"),
        }
    }
    Ok(())
}

/// Fails if an answer is too long.
pub(super) fn check(answer: &[u8]) -> Result<()> {
    let max = uapi::ANSWER_MAX;
    if answer.len() > max {
        bail!("the answer has more than {max} bytes");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::signal::{SigSet, Signal};
    use parley::uapi;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(100);

    fn failed(command: &str, time: Duration) -> String {
        format!("{:#}", run(command, b"question", time).unwrap_err())
    }

    /// Returns whether a process runs. A process that has ended may still exist until its
    /// status is read.
    fn is_running(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// Waits for the end of a process.
    fn ends(pid: &str) {
        let deadline = Instant::now() + LONG;
        while is_running(pid) {
            assert!(Instant::now() < deadline, "process {pid} still runs");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs a command that prints the number of a process it leaves behind, and waits
    /// until that process ends.
    fn leaves_nothing(command: &str) {
        let pid = String::from_utf8(run(command, b"", LONG).unwrap()).unwrap();
        let pid = pid.trim();
        assert!(!pid.is_empty());
        ends(pid);
    }

    #[test]
    fn a_command_answers_what_it_reads() {
        assert_eq!(run("tr a-z A-Z", b"shout", LONG).unwrap(), b"SHOUT");
        assert_eq!(run("exit 0", &[b'?'; 4096], LONG).unwrap(), b"");
        assert_eq!(run("printf '\\377'", b"", LONG).unwrap(), b"\xff");
        let longest = format!("head -c {} /dev/zero", uapi::ANSWER_MAX);
        assert_eq!(run(&longest, b"", LONG).unwrap(), [0; uapi::ANSWER_MAX]);
        assert_eq!(
            failed("exit 3", LONG),
            "the command ended with exit status: 3"
        );
    }

    #[test]
    fn a_child_that_keeps_the_output_open_holds_nobody_up_and_is_killed() {
        leaves_nothing("sleep 1000 & echo $!");
        leaves_nothing("(trap '' HUP INT TERM; sleep 1000) & echo $!");
        let left = "sleep 1000 & exit 3";
        assert_eq!(failed(left, LONG), "the command ended with exit status: 3");
    }

    #[test]
    fn a_child_that_left_the_group_holds_nobody_up_either() {
        let pid = run("setsid sleep 1000 & echo $!", b"", LONG).unwrap();
        let pid = String::from_utf8(pid).unwrap();
        // setsid(1) may have been killed before it left.
        let _ = Command::new("kill").args(["-9", pid.trim()]).status();
    }

    #[test]
    fn a_shell_that_moved_to_another_group_is_killed_nevertheless() {
        let moves = "exec perl -e 'setpgrp(0, getpgrp(getppid())); sleep 1000'";
        let words = "the command took more than 500 ms";
        assert_eq!(failed(moves, Duration::from_millis(500)), words);
    }

    #[test]
    fn a_shell_does_not_outlive_who_started_it_even_if_that_is_killed() {
        // To the kernel, the end of the thread that started the shell is the end of its parent.
        let start = || {
            let group = Group::start("exec sleep 1000").unwrap();
            let pid = group.shell.id();
            std::mem::forget(group);
            pid.to_string()
        };
        ends(&std::thread::spawn(start).join().unwrap());
    }

    #[test]
    fn a_command_that_ignores_the_end_of_its_reader_is_killed() {
        let words = "the answer has more than 4096 bytes";
        assert_eq!(failed("yes", LONG), words);
        let ignores = "trap '' PIPE; while :; do echo still here; done 2>/dev/null";
        assert_eq!(failed(ignores, LONG), words);
    }

    #[test]
    fn a_command_ends_by_its_deadline_whatever_it_does() {
        for command in [
            "sleep 1000",
            "exec >&-; sleep 1000",
            "trap '' HUP INT TERM; while :; do sleep 1000; done",
            "kill -STOP $$",
            "while :; do echo; sleep 0.01; done",
        ] {
            let words = "the command took more than 100 ms";
            assert_eq!(failed(command, SHORT), words, "{command}");
        }
    }

    #[test]
    fn signals_are_held_back_as_long_as_a_command_runs_and_not_from_it() {
        let blocked = |status: &str| {
            let lines = status.lines();
            lines
                .filter(|line| line.starts_with("SigBlk"))
                .map(str::to_owned)
                .next()
        };
        let its = run("cat /proc/self/status", b"", LONG).unwrap();
        let own = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        assert_eq!(blocked(&String::from_utf8(its).unwrap()), blocked(&own));
        let before = SigSet::thread_get_mask().unwrap();
        let group = Group::start("sleep 1000").unwrap();
        let during = SigSet::thread_get_mask().unwrap();
        assert!(during.contains(Signal::SIGTERM) && !before.contains(Signal::SIGTERM));
        drop(group);
        assert_eq!(SigSet::thread_get_mask().unwrap(), before);
    }
}
