// SPDX-License-Identifier: MIT OR Apache-2.0

//! The command line: its input, its help, and errors of usage.

mod common;

use common::program::{ended, parley, redirected, Background, Ended, Scratch, PROGRAM};
use std::fs;
use std::process::Command;

#[test]
fn a_file_and_standard_input_are_echoed_byte_for_byte() {
    let bytes: Vec<u8> = (0..61_440u32).map(|i| (i % 253) as u8).collect();
    let file = std::env::temp_dir().join("parley-echo-bytes");
    fs::write(&file, &bytes).unwrap();
    let path = file.to_str().unwrap();
    let output = Command::new(PROGRAM)
        .args(["echo", "--raw", "--file", path])
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout == bytes);
    let output = Command::new(PROGRAM)
        .args(["echo", "--raw", "-"])
        .stdin(fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout == bytes);
    fs::remove_file(&file).unwrap();
}

#[test]
fn input_that_cannot_be_read_is_an_error_and_not_an_empty_one() {
    for arguments in [
        &["echo", "-"][..],
        &["echo", "--file", "-"],
        &["device", "echo", "-"],
        &["ask", "-"],
        &["agent", "--reply", "-"],
        &["decode", "-"],
    ] {
        for redirection in ["<&-", "0>/dev/null"] {
            let Ended { status, out, err } = redirected(arguments, redirection);
            assert_eq!((status, out.as_str()), (Some(1), ""), "{arguments:?}");
            let words = "cannot read standard input: Bad file";
            assert!(err.contains(words), "{arguments:?}: {err}");
        }
    }
}

#[test]
fn help_fits_80_columns() {
    let mut commands = vec![vec![]];
    while let Some(command) = commands.pop() {
        let Ended { status, out, .. } = parley(&[&command[..], &["--help"]].concat());
        assert_eq!(status, Some(0), "{command:?}");
        for line in out.lines() {
            assert!(line.chars().count() <= 80, "{command:?}: {line}");
        }
        // Each line of the list of commands begins with the name of one.
        let list = out.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in list.take_while(|line| line.starts_with("  ")) {
            let name = line.split_whitespace().next().unwrap().to_owned();
            if name != "help" {
                let name: &'static str = name.leak();
                commands.push([&command[..], &[name]].concat());
            }
        }
    }
}

#[test]
fn wrong_usage_ends_with_2_and_says_how() {
    for arguments in [
        &[][..],
        &["speak"],
        &["echo"],
        &["echo", "x", "--file", "y"],
        &["echo", "x", "--repeat", "0"],
        &["counter", "set", "x"],
        &["counter", "set", "x", "-1"],
        &["counter", "set", "x", "18446744073709551616"],
        &["monitor", "--count", "0"],
        &["agent", "--reply", "x", "--count", "0"],
        &["decode", "x", "--netns", "no-such"],
        &["echo", "x", "--pcap", "-"],
        &["counter", "add", "x", "much"],
        &["counter", "set", "x", "1", "--exclusive"],
    ] {
        let Ended { status, err, .. } = parley(arguments);
        assert_eq!(status, Some(2), "{arguments:?}");
        assert!(err.contains("Usage") || err.contains("--help"), "{err}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    for (path, words) in [
        ("/no/such/file", "cannot open /no/such/file: No such file"),
        ("/tmp", "cannot read /tmp: Is a directory"),
    ] {
        let Ended { status, out, err } = parley(&["echo", "--file", path]);
        assert_eq!((status, out.as_str()), (Some(1), ""));
        assert!(err.contains(words), "{err}");
    }
}

#[test]
fn a_payload_that_is_too_long_is_not_cut() {
    let file = Scratch::new("line-long");
    fs::write(file.path(), vec![b' '; (1 << 20) + 1]).unwrap();
    for words in ["echo --file - --raw", "call echo -"] {
        let mut command = Command::new("sh");
        let script = format!("\"$0\" {words} < {}", file.path());
        let Ended { status, err, .. } = ended(command.args(["-c", &script, PROGRAM]));
        assert_eq!(status, Some(1));
        let words = "standard input is too long: more than 1048576 bytes";
        assert!(err.contains(words), "{err}");
    }
}

#[test]
fn a_dash_is_standard_input_wherever_a_payload_is_given() {
    let fed = |arguments: &[&str], text: &str| {
        let mut command = Command::new("sh");
        let script = format!("printf %s '{text}' | \"$0\" \"$@\"");
        ended(command.args(["-c", &script, PROGRAM]).args(arguments))
    };
    for arguments in [
        &["echo", "-", "--raw"][..],
        &["echo", "--file", "-", "--raw"],
        &["device", "echo", "-", "--raw"],
        &["device", "echo", "--read-write", "-", "--raw"],
    ] {
        assert_eq!(
            fed(arguments, "from a pipe").out,
            "from a pipe",
            "{arguments:?}"
        );
    }
    let _agent = Background::agent(&["--exec", "tr a-z A-Z"]);
    assert_eq!(fed(&["ask", "-", "--raw"], "a question").out, "A QUESTION");
}

#[test]
fn an_agent_reads_its_answer_once_and_gives_it_to_each() {
    let file = std::env::temp_dir().join("parley-reply");
    fs::write(&file, "read once").unwrap();
    let mut agent = Command::new(PROGRAM);
    agent.args(["agent", "--reply", "-", "--count", "2"]);
    let _agent = Background::start(agent.stdin(fs::File::open(&file).unwrap()));
    fs::remove_file(&file).unwrap();
    for _ in 0..2 {
        assert_eq!(parley(&["ask", "what?", "--raw"]).out, "read once");
    }
}
