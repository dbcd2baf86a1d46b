// SPDX-License-Identifier: MIT OR Apache-2.0

//! `--explain`, `--pcap` and `parley decode`, against what strace, tshark and a
//! capture on an nlmon device say of the same conversation.

mod common;

use common::program::PROGRAM;
use common::Temporary;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A file that is gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("parley-explain-{name}"));
        let _ = fs::remove_file(&path);
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

fn parley(arguments: &[&str]) -> Output {
    run(Command::new(PROGRAM).args(arguments))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A system call: its name, its first argument and what it gave, as far as both
/// tell.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    name: String,
    first: String,
    result: Option<String>,
}

/// Reads `name(first, ...) = result`.
fn call(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let known = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let first = rest.split([',', ')']).next()?;
    let result = rest.rsplit_once(" = ").map(|(_, result)| result);
    let word = |result: &str| result.split_whitespace().next().map(str::to_owned);
    (known && !name.is_empty()).then(|| Call {
        name: name.to_owned(),
        first: first.to_owned(),
        result: result.and_then(word),
    })
}

/// The calls that `--explain` told, each in one line.
fn told(err: &str) -> Vec<Call> {
    let mut lines: Vec<String> = Vec::new();
    for line in err.lines() {
        let stage = line.get(..9).unwrap_or_default();
        if stage.starts_with(|c: char| c.is_ascii_lowercase()) && stage.ends_with(' ') {
            lines.push(line[9..].to_owned());
        } else if let (Some(more), Some(last)) =
            (line.strip_prefix("           "), lines.last_mut())
        {
            if !last.contains(") = ") && !more.starts_with(' ') && !more.starts_with('*') {
                last.push(' ');
                last.push_str(more);
            }
        }
    }
    lines.iter().filter_map(|line| call(line)).collect()
}

/// The calls of a trace that are about the descriptor that `opens` gave, from
/// there to its end.
fn traced(trace: &str, opens: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in trace.lines() {
        // Behind the number of the process.
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some(call) = call(line) else { continue };
        let fd = calls.first().and_then(|first| first.result.clone());
        match fd {
            None if line.contains(opens) => calls.push(call),
            Some(fd) if call.first == fd => {
                let last = call.name == "close";
                calls.push(call);
                if last {
                    break;
                }
            }
            _ => {}
        }
    }
    calls
}

/// Compares what is told with what strace sees of the same run; gives what is told.
fn told_as_traced(calls: &str, opens: &str, arguments: &[&str]) -> String {
    let trace = Scratch::new("strace");
    let filter = format!("trace={calls}");
    let output = run(Command::new("strace")
        .args([
            "-f",
            "-e",
            &filter,
            "-o",
            trace.path(),
            PROGRAM,
            "--explain",
        ])
        .args(arguments));
    let err = text(&output.stderr);
    let seen = traced(&fs::read_to_string(&trace.0).unwrap(), opens);
    let told = told(&err);
    assert!(seen.len() > 2, "{seen:?}");
    let names = |calls: &[Call]| {
        calls
            .iter()
            .map(|call| call.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&told), names(&seen), "{err}");
    for (told, seen) in told.iter().zip(&seen) {
        if told.name == "close" {
            assert_eq!(told.first, seen.first);
        } else {
            assert_eq!(told, seen);
        }
    }
    err
}

/// How many bytes the rows show below each line that begins with `stage`.
fn bytes_below(err: &str, stage: &str) -> Vec<usize> {
    let mut counts = Vec::new();
    let mut here = false;
    for line in err.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            here = line.starts_with(stage);
            if here {
                counts.push(0);
            }
            continue;
        }
        let column = line.get(8..31).unwrap_or(line.get(8..).unwrap_or_default());
        let pairs = column.split_whitespace();
        let hex = |pair: &str| pair.len() == 2 && u8::from_str_radix(pair, 16).is_ok();
        if let (true, Some(count)) = (here && pairs.clone().all(hex), counts.last_mut()) {
            *count += pairs.count();
        }
    }
    counts
}

#[test]
fn each_step_is_told_as_strace_sees_it_in_the_same_order() {
    let counter = Temporary::new("steps", 5);
    for arguments in [
        &["counter", "add", counter.0, "2"][..],
        &["counter", "add", counter.0, "-43"],
        &["counter", "list"],
        &["echo", "--batch", "3", "hello"],
        &["stats"],
        &["family"],
        &["ask", "is anybody there?"],
    ] {
        let opens = "socket(AF_NETLINK";
        let err = told_as_traced("network,close", opens, arguments);
        let first = err.lines().nth(1).unwrap();
        assert_eq!(
            first,
            "create   socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC|SOCK_NONBLOCK,"
        );
        for line in err.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.contains('\x1b'), "{line}");
        }
    }
}

#[test]
fn the_steps_of_the_device_are_told_too() {
    let counter = Temporary::new("device-steps", 5);
    let opens = "/dev/parley";
    for arguments in [
        &["device", "echo", "hello"][..],
        &["device", "echo", "--read-write", "hello"],
        &["device", "counter-add", counter.0, "2"],
        &["device", "counter-add", counter.0, "-99"],
    ] {
        told_as_traced("openat,ioctl,read,write,pread64,close", opens, arguments);
    }
}

#[test]
fn every_byte_of_each_message_is_shown() {
    let counter = Temporary::new("bytes", 5);
    let output = parley(&["counter", "add", counter.0, "2", "--explain=all"]);
    let err = text(&output.stderr);
    for (stage, name) in [("send", "sendto"), ("receive", "recvfrom")] {
        let lengths: Vec<usize> = told(&err)
            .iter()
            .filter(|call| call.name == name)
            .map(|call| call.result.as_ref().unwrap().parse().unwrap())
            .collect();
        assert_eq!(lengths.len(), 2);
        assert_eq!(bytes_below(&err, stage), lengths, "{err}");
    }
}

#[test]
fn standard_output_is_what_it_is_without() {
    let counter = Temporary::new("same-output", 5);
    let plain = parley(&["counter", "get", counter.0]);
    let explained = parley(&["--explain", "counter", "get", counter.0]);
    assert!(plain.status.success() && explained.status.success());
    assert_eq!(text(&plain.stdout), text(&explained.stdout));
    assert!(plain.stderr.is_empty() && !explained.stderr.is_empty());
}

#[test]
fn a_terminal_gets_colours_unless_it_wants_none() {
    let on_a_terminal = |before: &str| {
        let command = format!("{before} {PROGRAM} --explain stats");
        let output = run(Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .env("TERM", "xterm")
            .env_remove("NO_COLOR"));
        assert!(output.status.success());
        text(&output.stdout)
    };
    let coloured = on_a_terminal("");
    assert!(coloured.contains("\x1b[1m"), "{coloured}");
    // The output has its place between what is told.
    let place = |what: &str| coloured.find(what).unwrap();
    assert!(place("recvfrom(") < place("echo-bytes") && place("echo-bytes") < place("close("));
    assert!(!on_a_terminal("NO_COLOR=1").contains('\x1b'));
}

/// The messages of a capture, as `parley decode --json` gives them.
fn messages(capture: &Scratch) -> Vec<Value> {
    let output = parley(&["decode", "--json", capture.path()]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The meanings of a message's fields of this name.
fn meanings<'m>(message: &'m Value, name: &'m str) -> impl Iterator<Item = &'m str> {
    let fields = message["fields"].as_array().unwrap().iter();
    fields
        .filter(move |field| field["name"] == name)
        .map(|field| field["meaning"].as_str().unwrap())
}

/// The numbers with which those begin.
fn numbers(message: &Value, name: &str) -> Vec<u64> {
    meanings(message, name)
        .map(|meaning| {
            let number = meaning.split([':', ' ']).next().unwrap();
            match number.strip_prefix("0x") {
                Some(number) => u64::from_str_radix(number, 16).unwrap(),
                None => number.parse().unwrap(),
            }
        })
        .collect()
}

/// Has the program converse, and keeps it.
fn captured(name: &str, arguments: &[&str]) -> (Scratch, Output) {
    let capture = Scratch::new(name);
    let output = parley(&[&["--pcap", capture.path()], arguments].concat());
    (capture, output)
}

#[test]
fn a_refusal_shows_its_words_and_the_attribute_at_fault_by_name() {
    let counter = Temporary::new("refused", 5);
    let arguments = ["counter", "add", counter.0, "-43"];
    let (capture, output) = captured("refusal", &arguments);
    assert_eq!(output.status.code(), Some(1));
    let messages = messages(&capture);
    let refusal = messages.last().unwrap();
    let one = |name| meanings(refusal, name).next().unwrap();
    assert_eq!(one("message"), "an error reply, ERANGE");
    assert_eq!(one("in answer to"), "parley counter-add, a request");
    assert_eq!(one("nlmsg_flags"), "0x300: CAPPED, ACK_TLVS");
    assert_eq!(one("NLMSGERR_ATTR_MSG"), "\"counter would fall below 0\"");
    let offset = one("NLMSGERR_ATTR_OFFS");
    assert!(
        offset.ends_with(": counter.delta of the request"),
        "{offset}"
    );
    let long = "x".repeat(40);
    let (capture, _) = captured("policy", &["counter", "get", &long]);
    let messages = self::messages(&capture);
    let refusal = messages.last().unwrap();
    let limit = meanings(refusal, "NL_POLICY_TYPE_ATTR_MAX_LENGTH").next();
    assert_eq!(limit, Some("31 (0x1f)"));
}

#[test]
fn a_dump_shows_its_marks_and_its_end() {
    let _counters = ["dump-a", "dump-b"].map(|name| Temporary::new(name, 1));
    let (capture, _) = captured("dump", &["counter", "list"]);
    let messages = messages(&capture);
    let request = messages.iter().find(|message| {
        meanings(message, "message").next()
            == Some("parley counter-get, a request for all there is")
    });
    let flags = meanings(request.unwrap(), "nlmsg_flags").next();
    assert_eq!(flags, Some("0x301: REQUEST, DUMP"));
    let multi = |message: &&Value| meanings(message, "nlmsg_flags").next() == Some("0x2: MULTI");
    assert!(messages.iter().filter(multi).count() >= 3, "{messages:?}");
    let end = messages.last().unwrap();
    assert_eq!(meanings(end, "message").next(), Some("the end of a dump"));
    assert_eq!(meanings(end, "nlmsg_type").next(), Some("3: NLMSG_DONE"));
    assert_eq!(meanings(end, "error").next(), Some("0: no error"));
}

/// What tshark takes a capture for: length, type, flags, sequence number and port
/// of each header, by datagram.
fn dissected(capture: &Scratch) -> Vec<[Vec<u64>; 5]> {
    let mut command = Command::new("tshark");
    command.args(["-r", capture.path(), "-T", "fields", "-E", "occurrence=a"]);
    for field in [
        "netlink.hdr_len",
        // The numbers of families come first, and then netlink's own: so they do in
        // a datagram, too, whose last message is the end of a dump.
        "genl.family_id",
        "netlink.hdr_type",
        "netlink.hdr_flags",
        "netlink.hdr_seq",
        "netlink.hdr_pid",
    ] {
        command.args(["-e", field]);
    }
    let output = run(&mut command);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let number = |number: &str| match number.strip_prefix("0x") {
        Some(number) => u64::from_str_radix(number, 16).unwrap(),
        None => number.parse().unwrap(),
    };
    text(&output.stdout)
        .lines()
        .map(|line| {
            let mut cells = line.split('\t').map(|cell| {
                let numbers = cell.split(',').filter(|number| !number.is_empty());
                numbers.map(number).collect::<Vec<_>>()
            });
            let mut next = || cells.next().unwrap();
            let len = next();
            let kinds = [next(), next()].concat();
            let mut flags = next();
            if len.len() == 1 {
                // Of a request to dump it shows them twice.
                flags.dedup();
            }
            [len, kinds, flags, next(), next()]
        })
        .collect()
}

#[test]
fn tshark_opens_a_capture_and_says_the_same_of_each_header() {
    let counter = Temporary::new("tshark", 5);
    // One capture of all: the program's own, each behind the other without its
    // header of 24 bytes.
    let all = Scratch::new("all");
    for arguments in [
        &["counter", "add", counter.0, "2"][..],
        &["counter", "add", counter.0, "-43"],
        &["counter", "list"],
        &["echo", "--batch", "3", "hello"],
        &["family"],
        &["ask", "is anybody there?"],
    ] {
        let (capture, _) = captured("tshark", arguments);
        let more = fs::read(&capture.0).unwrap();
        let from = if all.0.exists() { 24 } else { 0 };
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&all.0)
            .unwrap();
        file.write_all(&more[from..]).unwrap();
    }
    let theirs = dissected(&all);
    assert!(theirs.len() >= 24, "{theirs:?}");
    let mut ours = vec![[(); 5].map(|()| Vec::new()); theirs.len()];
    for message in messages(&all) {
        let datagram = usize::try_from(message["datagram"].as_u64().unwrap()).unwrap();
        let names = [
            "nlmsg_len",
            "nlmsg_type",
            "nlmsg_flags",
            "nlmsg_seq",
            "nlmsg_pid",
        ];
        for (numbers_of, name) in ours[datagram - 1].iter_mut().zip(names) {
            numbers_of.extend(numbers(&message, name));
        }
    }
    assert_eq!(ours, theirs);
}

/// tcpdump on an nlmon device of this namespace, which both go when this goes.
struct Monitor {
    child: Child,
    capture: Scratch,
}

fn ip(arguments: &[&str]) {
    assert!(Command::new("ip")
        .args(arguments)
        .status()
        .unwrap()
        .success());
}

impl Monitor {
    const DEVICE: &'static str = "parleymon";

    fn start() -> Self {
        ip(&["link", "add", Self::DEVICE, "type", "nlmon"]);
        ip(&["link", "set", Self::DEVICE, "up"]);
        let capture = Scratch::new("nlmon");
        let mut child = Command::new("tcpdump")
            .args(["-Z", "root", "--immediate-mode", "-U", "-i", Self::DEVICE])
            .args(["-w", capture.path()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut err = std::io::BufReader::new(child.stderr.take().unwrap());
        std::io::BufRead::read_line(&mut err, &mut line).unwrap();
        assert!(line.contains("listening"), "{line}");
        Self { child, capture }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = Command::new("ip")
            .args(["link", "del", Self::DEVICE])
            .status();
    }
}

#[test]
fn a_capture_on_an_nlmon_device_explains_the_same() {
    let counter = Temporary::new("nlmon", 5);
    let monitor = Monitor::start();
    for arguments in [
        &["counter", "add", counter.0, "-43"][..],
        &["counter", "list"],
    ] {
        let (capture, _) = captured("beside-nlmon", arguments);
        let ours = messages(&capture);
        assert!(ours.len() >= 4);
        // The port tells which of all that passed the device was this conversation;
        // requests have none, and belong to the answer behind them.
        let port = numbers(ours.last().unwrap(), "nlmsg_pid")[0];
        let without = |message: &Value| {
            let mut message = message.clone();
            message.as_object_mut().unwrap().remove("datagram");
            message
        };
        let mine = |message: &Value| {
            let pid = numbers(message, "nlmsg_pid")[0];
            message["protocol"] == 16 && (pid == port || pid == 0)
        };
        let expected: Vec<_> = ours.iter().map(without).collect();
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let output = parley(&["decode", "--json", monitor.capture.path()]);
            let theirs: Vec<_> = text(&output.stdout)
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .filter(mine)
                .map(|message| without(&message))
                .collect();
            let first = theirs.len().saturating_sub(expected.len());
            if theirs[first..] == expected[..] {
                break;
            }
            assert!(Instant::now() < end, "{theirs:#?}\n{expected:#?}");
            sleep(Duration::from_millis(300));
        }
    }
}

#[test]
fn a_capture_that_cannot_be_written_is_an_error_before_anything_is_said() {
    let absent = Temporary::absent("unwritten");
    for (path, words) in [
        (
            "/no/such/folder/file",
            "cannot write the capture /no/such/folder/file: No such",
        ),
        (
            "/dev/full",
            "cannot write the capture /dev/full: No space left",
        ),
    ] {
        let output = parley(&["--pcap", path, "counter", "set", absent.0, "1", "--create"]);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(err.contains(words), "{err}");
    }
    assert_eq!(parley(&["counter", "get", absent.0]).status.code(), Some(1));
}

#[test]
fn a_monitor_that_is_killed_leaves_a_capture_of_what_it_has_heard() {
    let capture = Scratch::new("killed");
    let mut child = Command::new(PROGRAM)
        .args(["--pcap", capture.path(), "monitor"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let _counter = Temporary::new("heard", 7);
    line.clear();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let event = messages(&capture).pop().unwrap();
    assert_eq!(
        meanings(&event, "message").next(),
        Some("parley counter-new-ntf, an event")
    );
    assert_eq!(meanings(&event, "name").next(), Some("\"heard\""));
}

/// What `parley decode` says of what it reads from standard input.
fn explain(input: &[u8], arguments: &[&str]) -> Output {
    let mut child = Command::new(PROGRAM)
        .args(["decode", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_capture_is_explained_while_it_is_written() {
    let mut child = Command::new(PROGRAM)
        .args(["decode", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let input = child.stdin.take().unwrap();
    let mut writer = parley_netlink::explain::capture::Writer::new(input).unwrap();
    let mut datagram = [0; 16];
    datagram[..4].copy_from_slice(&16u32.to_ne_bytes());
    datagram[4..6].copy_from_slice(&3u16.to_ne_bytes());
    for number in 1..4 {
        let now = std::time::SystemTime::now();
        writer.packet(now, 16, false, &datagram, 16).unwrap();
        // The input goes on, and there is a line of output all the same.
        let mut line = String::new();
        std::io::BufRead::read_line(&mut out, &mut line).unwrap();
        let message: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(message["datagram"], number);
        assert_eq!(
            meanings(&message, "message").next(),
            Some("the end of a dump")
        );
    }
    drop(writer);
    assert!(child.wait().unwrap().success());
}

#[test]
fn hexdumps_of_every_tool_are_explained_as_the_bytes_are() {
    let bytes = Scratch::new("bytes");
    let mut datagram = vec![44, 0, 0, 0, 24, 0, 1, 4, 7, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0];
    datagram.extend(b"\x0d\0\x01\0visitors\0\0\0\0\x08\0\x03\0\xd5\xff\xff\xff");
    fs::write(&bytes.0, &datagram).unwrap();
    let named = ["--family", "parley=24"];
    let raw = explain(&datagram, &[&named[..], &["--datagram"]].concat());
    let raw = text(&raw.stdout);
    assert!(
        raw.contains("counter-add") && raw.contains("\"visitors\""),
        "{raw}"
    );
    for tool in [
        &["hexdump", "-C"][..],
        &["hexdump"],
        &["od", "-tx1"],
        &["od", "-An", "-tx1"],
        &["od", "-Ax", "-tx1z"],
        &["od", "-Ax", "-x"],
        &["od", "-Ad", "-tx1"],
        &["od", "-x"],
        &["hexdump", "-x"],
        &["tcpdump", "-x", "-r"],
        &["tshark", "-x", "-P", "-r"],
        &["strace", "-e", "trace=write", "-e", "write=all", "cat"],
    ] {
        let mut file = bytes.path().to_owned();
        let capture = Scratch::new("one");
        if matches!(tool[0], "tcpdump" | "tshark") {
            // From a capture that holds this datagram alone.
            let mut writer = parley_netlink::explain::capture::Writer::new(
                fs::File::create(&capture.0).unwrap(),
            )
            .unwrap();
            let now = std::time::SystemTime::now();
            writer
                .packet(now, 16, true, &datagram, datagram.len())
                .unwrap();
            file = capture.path().to_owned();
        }
        let dump = run(Command::new(tool[0]).args(&tool[1..]).arg(&file));
        let printed = if tool[0] == "strace" {
            &dump.stderr
        } else {
            &dump.stdout
        };
        let explained = explain(printed, &named);
        assert_eq!(
            text(&explained.stdout),
            raw,
            "{tool:?} {}",
            text(&explained.stderr)
        );
        assert!(explained.status.success());
    }
}

#[test]
fn bad_input_is_explained_as_far_as_it_goes_and_ends_with_1() {
    let (capture, _) = captured("whole", &["stats"]);
    let whole = fs::read(&capture.0).unwrap();
    let cut = explain(&whole[..whole.len() - 7], &[]);
    assert_eq!(cut.status.code(), Some(1));
    let (out, err) = (text(&cut.stdout), text(&cut.stderr));
    let at = format!(
        "standard input, at byte {}: the capture ends in a packet",
        whole.len() - 7
    );
    assert!(err.contains(&at), "{err}");
    assert!(out.contains("^^ ^^ ^^ ^^"), "{out}");
    assert!(out.contains("the capture has"), "{out}");

    let mut foreign = whole.clone();
    foreign[20] = 1;
    let foreign = explain(&foreign, &[]);
    assert_eq!(foreign.status.code(), Some(1));
    let err = text(&foreign.stderr);
    assert!(
        err.contains("at byte 20: a capture of link type 1 (Ethernet)"),
        "{err}"
    );

    let lie = explain(
        b"ff ff 00 00 18 00 01 00 01 00 00 00 00 00 00 00 01 01 00 00",
        &[],
    );
    assert_eq!(lie.status.code(), Some(1));
    let (out, err) = (text(&lie.stdout), text(&lie.stderr));
    assert!(out.contains("bad: says 65535 bytes"), "{out}");
    assert!(out.contains("a family not known by"), "{out}");
    assert!(
        err.contains("1 thing is wrong: byte 0 of datagram 1"),
        "{err}"
    );

    for nothing in [&b""[..], b"what is this?", &[0, 1, 2]] {
        let ended = explain(nothing, &[]);
        assert_eq!(
            (ended.status.code(), text(&ended.stdout)),
            (Some(1), String::new())
        );
        assert!(text(&ended.stderr).starts_with("parley: standard input, at byte"));
    }
    let absent = parley(&["decode", "/no/such/file"]);
    assert!(text(&absent.stderr).contains("cannot open /no/such/file: No such file"));
}
