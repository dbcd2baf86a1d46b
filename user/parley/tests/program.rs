// SPDX-License-Identifier: MIT OR Apache-2.0

//! The program: its output, and how it ends.

mod common;

use common::program::{
    ended, more, parley, parley_as_nobody, redirected, system_calls, Background, Ended, PROGRAM,
};
use common::Temporary;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

#[test]
fn text_is_echoed_with_a_stamp() {
    let Ended { status, out, err } = parley(&["echo", "hello, kernel"]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
    assert!(
        out.starts_with("reply   hello, kernel\nlength  13 bytes\nstamp   "),
        "{out}"
    );
}

#[test]
fn the_counters_go_their_way() {
    let counter = Temporary::absent("program");
    let quiet = Ended {
        status: Some(0),
        out: String::new(),
        err: String::new(),
    };
    assert_eq!(
        parley(&["counter", "set", counter.0, "40", "--create"]),
        quiet
    );
    let added = parley(&["counter", "add", counter.0, "-2"]);
    assert_eq!(
        (added.status, added.out.as_str()),
        (Some(0), "program  value 38  updates 2\n")
    );
    assert_eq!(parley(&["counter", "get", counter.0]), added);
    let value = parley(&["counter", "get", counter.0, "--value"]);
    assert_eq!((value.status, value.out.as_str()), (Some(0), "38\n"));
    assert_eq!(parley(&["counter", "del", counter.0]), quiet);
}

#[test]
fn a_refusal_says_what_where_why_and_what_to_do() {
    let Ended { status, out, err } = parley(&["counter", "get", "nobody"]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert_eq!(
        err,
        "parley: counter-get refused by the kernel: ENOENT (2)\n  \
         errno says:  No such file or directory\n  \
         kernel says: no such counter\n  \
         attribute:   counter.name\n  \
         try:         create it: parley counter set NAME VALUE --create\n"
    );
}

#[test]
fn what_is_too_long_is_left_to_the_kernel_to_refuse_with_what_it_allows() {
    let Ended { status, err, .. } = parley(&["counter", "get", &"x".repeat(40)]);
    assert_eq!(status, Some(1));
    assert!(
        err.contains("attribute:   counter.name\n  allowed:     at most 31 bytes\n"),
        "{err}"
    );
    let file = std::env::temp_dir().join("parley-too-long");
    for (len, words) in [
        (61_441, "allowed:     at most 61440 bytes"),
        (65_532, "the maximum is 65531"),
    ] {
        fs::write(&file, vec![b'x'; len]).unwrap();
        let Ended { status, err, .. } = parley(&["echo", "--file", file.to_str().unwrap()]);
        assert_eq!(status, Some(1));
        assert!(err.contains(words), "{err}");
    }
    fs::remove_file(&file).unwrap();
}

#[test]
fn a_plain_user_may_read_and_not_write() {
    let counter = Temporary::new("plain", 5);
    for arguments in [
        &["counter", "set", counter.0, "1"][..],
        &["counter", "add", counter.0, "1"],
        &["counter", "del", counter.0],
    ] {
        let Ended { status, err, .. } = parley_as_nobody(arguments);
        assert_eq!(status, Some(1));
        assert!(
            err.contains("EPERM (1)") && err.contains("CAP_NET_ADMIN"),
            "{err}"
        );
    }
    let read = parley_as_nobody(&["counter", "get", counter.0]);
    assert_eq!(read.out, "plain  value 5  updates 1\n");
    for arguments in [&["echo", "hello"][..], &["stats"], &["family"]] {
        assert_eq!(parley_as_nobody(arguments).status, Some(0), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_went_away_is_no_error_and_a_full_disk_is() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(theirs);
    let output = Command::new(PROGRAM)
        .arg("stats")
        .stdout(OwnedFd::from(ours))
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Command::new(PROGRAM)
        .arg("stats")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr)
        .unwrap()
        .contains("No space left"));
}

#[test]
fn output_that_is_lost_is_an_error_and_output_that_is_not_wanted_is_none() {
    let words = |what| format!("parley: cannot write standard output: {what}\n");
    let closed = words("Bad file descriptor (os error 9)");
    let full = words("No space left on device (os error 28)");
    for arguments in [
        &["--version"][..],
        &["--help"],
        &["family", "nlctrl"],
        &["completions", "bash"],
        &["man"],
    ] {
        for (redirection, words) in [
            (">&-", &closed),
            // Open, but not for writing.
            ("1</dev/null", &closed),
            (">/dev/full", &full),
        ] {
            let Ended { status, err, .. } = redirected(arguments, redirection);
            assert_eq!((status, &err), (Some(1), words), "{arguments:?}");
        }
        for redirection in [">/dev/null", "1<>/dev/null", ">/dev/null <&-"] {
            let Ended { status, err, .. } = redirected(arguments, redirection);
            assert_eq!((status, err.as_str()), (Some(0), ""), "{arguments:?}");
        }
    }
    let Ended { status, err, .. } = redirected(&["family", "nlctrl", "--explain"], ">&-");
    assert_eq!(status, Some(1));
    assert!(err.ends_with(&closed), "{err}");
    // If nothing is printed, nothing is lost.
    let counter = Temporary::new("silent", 1);
    let set = redirected(&["counter", "set", counter.0, "2"], ">&-");
    assert_eq!((set.status, set.err.as_str()), (Some(0), ""));
}

#[test]
fn a_broken_pipe_elsewhere_than_on_standard_output_is_an_error() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(theirs);
    let output = Command::new(PROGRAM)
        .args(["family", "nlctrl", "--explain"])
        .stderr(OwnedFd::from(ours))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let Ended { status, .. } = redirected(&["family", "nlctrl", "--explain"], "2>&-");
    assert_eq!(status, Some(1));
    // A capture whose reader leaves after its head, before the first message.
    let fifo = std::env::temp_dir().join("parley-capture-fifo");
    let _ = fs::remove_file(&fifo);
    let path = fifo.to_str().unwrap();
    assert!(ended(Command::new("mkfifo").arg(path)).status == Some(0));
    let mut child = Command::new(PROGRAM)
        .args(["echo", "-", "--pcap", path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = fs::File::open(&fifo).unwrap();
    reader.read_exact(&mut [0; 24]).unwrap();
    drop(reader);
    child.stdin.take().unwrap().write_all(b"hello").unwrap();
    let output = child.wait_with_output().unwrap();
    fs::remove_file(&fifo).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.starts_with(b"reply   hello\n"));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!("parley: cannot write the capture {path}: Broken pipe (os error 32)\n")
    );
}

#[test]
fn ctrl_c_ends_it_at_once() {
    let mut child = Command::new(PROGRAM)
        .args(["echo", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It reads what we write, and waits for more.
    child.stdin.as_mut().unwrap().write_all(b"half").unwrap();
    let pid = child.id().to_string();
    assert!(Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .unwrap()
        .success());
    assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGINT));
}

#[test]
fn a_round_trip_is_one_send_and_one_receive_and_nothing_else() {
    let few = system_calls(&["echo", "--repeat", "10", "hello"]);
    let many = system_calls(&["echo", "--repeat", "110", "hello"]);
    assert!(few.len() > 5, "{few:?}");
    let more = more(&many, &few);
    assert_eq!(more, BTreeMap::from([("recvfrom", 100), ("sendto", 100)]));
}

#[test]
fn requests_in_a_batch_share_one_send() {
    let batch = |n| system_calls(&["echo", "--batch", n, "--repeat", "128", "hello"]);
    let (single, batched) = (batch("1"), batch("32"));
    let count = |calls: &BTreeMap<String, i64>, name| calls.get(name).copied().unwrap_or(0);
    assert_eq!(count(&single, "sendto") - count(&batched, "sendto"), 124);
    assert_eq!(count(&single, "recvfrom"), count(&batched, "recvfrom"));
    let Ended { status, out, .. } = parley(&["echo", "--batch", "32", "hello"]);
    assert_eq!(status, Some(0));
    assert!(
        out.ends_with("echoed  32 times, up to 32 in a datagram\n"),
        "{out}"
    );
}

#[test]
fn a_command_answers_what_it_reads_from_standard_input() {
    let _agent = Background::agent(&["--exec", "tr a-z A-Z"]);
    let Ended { status, out, .. } = parley(&["ask", "shout"]);
    assert_eq!(
        (status, out.as_str()),
        (Some(0), "answer  SHOUT\nlength  5 bytes\n")
    );
    let Ended { out, .. } = parley(&["ask", "raw", "--raw"]);
    assert_eq!(out, "RAW");
}

#[test]
fn a_command_that_gives_no_answer_declines_the_question_and_the_next_may_answer() {
    let script = "read -r question; case $question in \
        fail) exit 3 ;; much) seq 10000 ;; long) sleep 1000 ;; *) echo fine ;; esac";
    let _agent = Background::agent(&["--exec", script, "--timeout", "2s"]);
    for question in ["fail", "much", "long"] {
        // The question's own time is not over, which would end it with ETIMEDOUT.
        let Ended { status, err, .. } = parley(&["ask", question, "--timeout", "60s"]);
        assert_eq!(status, Some(1));
        assert!(err.contains("ECANCELED (125)"), "{err}");
        assert!(err.contains("the agent has declined this one"), "{err}");
    }
    assert_eq!(parley(&["ask", "else", "--raw"]).out, "fine\n");
}

/// Asks in the background.
fn asking(question: &'static str) -> std::thread::JoinHandle<Ended> {
    std::thread::spawn(move || parley(&["ask", question, "--timeout", "60s"]))
}

/// Whether a process has ended. Its status may still be waiting to be read, because the first
/// process of the guest does not read it.
fn has_ended(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.map_or(true, |stat| stat.contains(") Z "))
}

#[test]
fn a_child_that_keeps_the_output_open_holds_neither_agent_nor_asker_up() {
    let _agent = Background::agent(&["--exec", "sleep 1000 & echo $!"]);
    for _ in 0..3 {
        let Ended { status, out, .. } = parley(&["ask", "who stays?", "--raw"]);
        assert_eq!(status, Some(0));
        common::until("it was killed", || has_ended(out.trim()));
    }
}

#[test]
fn an_agent_that_is_stopped_takes_its_command_and_what_that_started_with_it() {
    let path = std::env::temp_dir().join("parley-agent-group");
    for (name, signal) in [("-TERM", libc::SIGTERM), ("-INT", libc::SIGINT)] {
        let _ = fs::remove_file(&path);
        let at = path.display();
        let script = format!(
            "trap '' HUP INT TERM; sleep 1000 & echo $$ $! >{at}.new; mv {at}.new {at}; wait"
        );
        let mut agent = Background::agent(&["--exec", &script, "--timeout", "60s"]);
        let asked = asking("for how long?");
        common::until("the command runs", || path.exists());
        let pids = fs::read_to_string(&path).unwrap();
        let pid = agent.0.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.unwrap().success());
        assert_eq!(agent.0.wait().unwrap().signal(), Some(signal));
        for pid in pids.split_whitespace() {
            common::until("it was killed", || has_ended(pid));
        }
        let err = asked.join().unwrap().err;
        assert!(err.contains("the agent has closed its socket"), "{err}");
    }
    fs::remove_file(&path).unwrap();
}

#[test]
fn an_agent_that_inherits_ignored_signals_runs_its_commands_and_ignores_them() {
    let mut child = Command::new("env")
        .args(["--ignore-signal=CHLD", "--ignore-signal=HUP", PROGRAM])
        .args(["agent", "--exec", "kill -HUP $PPID; cat"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.as_mut().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let _agent = Background(child);
    for _ in 0..3 {
        assert_eq!(
            parley(&["ask", "still there?", "--raw"]).out,
            "still there?"
        );
    }
}

#[test]
fn an_agent_that_is_killed_ends_what_was_asked() {
    let mut agent = Background::agent(&["--exec", "kill -9 $PPID; sleep 1"]);
    let Ended { status, err, .. } = parley(&["ask", "are you well?"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("the agent has closed its socket"), "{err}");
    agent.0.wait().unwrap();
    let _next = Background::agent(&["--reply", "I am"]);
    assert_eq!(parley(&["ask", "and you?", "--raw"]).out, "I am");
}

#[test]
fn a_second_agent_and_a_bad_timeout_are_refused_with_what_to_do() {
    let _agent = Background::agent(&["--reply", "x"]);
    let Ended { status, err, .. } = parley(&["agent", "--reply", "y"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("EBUSY") && err.contains("try:"), "{err}");
    for bad in ["0", "60001ms", "2m", "soon"] {
        assert_eq!(parley(&["ask", "x", "--timeout", bad]).status, Some(2));
    }
    assert_eq!(parley(&["ask", ""]).status, Some(1));
    assert_eq!(parley(&["agent"]).status, Some(2));
}
