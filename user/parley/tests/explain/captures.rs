// SPDX-License-Identifier: MIT OR Apache-2.0

//! Captures, and hexdumps of other tools.

use super::*;
use common::network::Monitor;
use common::program::{fed, Ended};
use parley_netlink::explain::capture::Writer;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// The messages of a capture, as `parley decode --json` gives them.
fn messages(capture: &Scratch) -> Vec<Value> {
    let output = parley(&["decode", "--json", capture.path()]);
    let (out, err) = (output.out, output.err);
    assert_eq!((output.status, err.as_str()), (Some(0), ""), "{out}");
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The meanings of a message's fields with this name.
fn meanings<'m>(message: &'m Value, name: &'m str) -> impl Iterator<Item = &'m str> {
    let fields = message["fields"].as_array().unwrap().iter();
    fields
        .filter(move |field| field["name"] == name)
        .map(|field| field["meaning"].as_str().unwrap())
}

/// Parses a number, whether hexadecimal or decimal.
fn number(number: &str) -> u64 {
    match number.strip_prefix("0x") {
        Some(number) => u64::from_str_radix(number, 16).unwrap(),
        None => number.parse().unwrap(),
    }
}

/// The numbers with which these meanings begin.
fn numbers(message: &Value, name: &str) -> Vec<u64> {
    let first = |meaning: &str| number(meaning.split([':', ' ']).next().unwrap());
    meanings(message, name).map(first).collect()
}

/// Runs the program, and captures its conversation.
fn captured(name: &str, arguments: &[&str]) -> (Scratch, Ended) {
    let capture = Scratch::new(name);
    let output = parley(&[&["--pcap", capture.path()], arguments].concat());
    (capture, output)
}

#[test]
fn a_refusal_shows_its_words_and_the_attribute_at_fault_by_name() {
    let counter = Temporary::new("refused", 5);
    let arguments = ["counter", "add", counter.0, "-43"];
    let (capture, output) = captured("refusal", &arguments);
    assert_eq!(output.status, Some(1));
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
        meanings(message, "message").next() == Some("parley counter-get, a dump request")
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

/// The headers that tshark finds in a capture: length, type, flags, sequence number and
/// port of each, by datagram.
fn dissected(capture: &Scratch) -> Vec<[Vec<u64>; 5]> {
    let mut command = Command::new("tshark");
    command.args(["-r", capture.path(), "-T", "fields", "-E", "occurrence=a"]);
    for field in [
        "netlink.hdr_len",
        // The numbers of families come first, then netlink's own types. A datagram has them in
        // this order, too, because its last message may be the end of a dump.
        "genl.family_id",
        "netlink.hdr_type",
        "netlink.hdr_flags",
        "netlink.hdr_seq",
        "netlink.hdr_pid",
    ] {
        command.args(["-e", field]);
    }
    let output = ended(&mut command);
    assert_eq!(output.status, Some(0), "{}", output.err);
    output
        .out
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
                // tshark shows the flags of a dump request twice.
                flags.dedup();
            }
            [len, kinds, flags, next(), next()]
        })
        .collect()
}

#[test]
fn tshark_opens_a_capture_and_says_the_same_of_each_header() {
    let counter = Temporary::new("tshark", 5);
    // One capture of all conversations: each capture of the program follows the one before it,
    // without its header of 24 bytes.
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

/// tcpdump on an nlmon device of this namespace. Both are removed when this is dropped.
struct Nlmon {
    child: Child,
    capture: Scratch,
}

fn ip(arguments: &[&str]) {
    let status = Command::new("ip").args(arguments).status();
    assert!(status.unwrap().success());
}

impl Nlmon {
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
        let mut err = BufReader::new(child.stderr.take().unwrap());
        std::io::BufRead::read_line(&mut err, &mut line).unwrap();
        assert!(line.contains("listening"), "{line}");
        Self { child, capture }
    }
}

impl Drop for Nlmon {
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
    let nlmon = Nlmon::start();
    for arguments in [
        &["counter", "add", counter.0, "-43"][..],
        &["counter", "list"],
    ] {
        let (capture, _) = captured("beside-nlmon", arguments);
        let ours = messages(&capture);
        assert!(ours.len() >= 4);
        // The port identifies this conversation among all that passed the device. Requests have no
        // port, and belong to the answer that follows them.
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
            let output = parley(&["decode", "--json", nlmon.capture.path()]);
            let theirs: Vec<_> = output
                .out
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
        ("/no/such/folder/file", "No such"),
        ("/dev/full", "No space left"),
    ] {
        let words = format!("cannot write the capture {path}: {words}");
        let output = parley(&["--pcap", path, "counter", "set", absent.0, "1", "--create"]);
        let err = output.err;
        assert_eq!(output.status, Some(1));
        assert!(err.contains(&words), "{err}");
    }
    assert_eq!(parley(&["counter", "get", absent.0]).status, Some(1));
}

#[test]
fn a_monitor_that_is_killed_leaves_a_capture_of_what_it_has_heard() {
    let capture = Scratch::new("killed");
    let mut monitor = Monitor::new(&["--pcap", capture.path(), "monitor"]);
    monitor.line();
    let _counter = Temporary::new("heard", 7);
    monitor.line();
    drop(monitor);
    let event = messages(&capture).pop().unwrap();
    assert_eq!(
        meanings(&event, "message").next(),
        Some("parley counter-new-ntf, an event")
    );
    assert_eq!(meanings(&event, "name").next(), Some("\"heard\""));
}

/// The output of `parley decode` for this standard input.
fn explain(input: &[u8], arguments: &[&str]) -> Ended {
    fed(
        Command::new(PROGRAM).args(["decode", "-"]).args(arguments),
        input,
    )
}

#[test]
fn a_capture_is_explained_while_it_is_written() {
    let mut child = Command::new(PROGRAM)
        .args(["decode", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let input = child.stdin.take().unwrap();
    let mut writer = Writer::new(input).unwrap();
    let mut datagram = [0; 16];
    datagram[..4].copy_from_slice(&16u32.to_ne_bytes());
    datagram[4..6].copy_from_slice(&3u16.to_ne_bytes());
    for number in 1..4 {
        let now = SystemTime::now();
        writer.packet(now, 16, false, &datagram, 16).unwrap();
        // The input has not ended, but there is a line of output nevertheless.
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
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
    let raw = raw.out;
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
            // From a capture that holds only this datagram.
            let mut writer = Writer::new(fs::File::create(&capture.0).unwrap()).unwrap();
            let now = SystemTime::now();
            writer
                .packet(now, 16, true, &datagram, datagram.len())
                .unwrap();
            file = capture.path().to_owned();
        }
        let dump = Command::new(tool[0]).args(&tool[1..]).arg(&file).output();
        let dump = dump.unwrap();
        let printed = match tool[0] {
            "strace" => &dump.stderr,
            _ => &dump.stdout,
        };
        let explained = explain(printed, &named);
        assert_eq!(explained.out, raw, "{tool:?} {}", explained.err);
        assert!(explained.status == Some(0));
    }
}

#[test]
fn bad_input_is_explained_as_far_as_it_goes_and_ends_with_1() {
    let (capture, _) = captured("whole", &["stats"]);
    let whole = fs::read(&capture.0).unwrap();
    let cut = explain(&whole[..whole.len() - 7], &[]);
    assert_eq!(cut.status, Some(1));
    let (out, err) = (cut.out, cut.err);
    let at = format!(
        "standard input, at byte {}: the capture ends in a packet",
        whole.len() - 7
    );
    assert!(err.contains(&at), "{err}");
    assert!(out.contains("^^ ^^ ^^ ^^"), "{out}");
    assert!(out.contains("the capture has"), "{out}");

    let mut foreign = whole.clone();
    foreign[20..24].copy_from_slice(&1_u32.to_ne_bytes());
    let foreign = explain(&foreign, &[]);
    assert_eq!(foreign.status, Some(1));
    let err = foreign.err;
    assert!(
        err.contains("at byte 20: a capture of link type 1 (Ethernet)"),
        "{err}"
    );

    // In the byte order of this machine, as a hexdump of its own messages is.
    let (length, kind, flags) = (
        65_535_u32.to_ne_bytes(),
        24_u16.to_ne_bytes(),
        1_u16.to_ne_bytes(),
    );
    let words = [
        &length[..],
        &kind,
        &flags,
        &1_u32.to_ne_bytes(),
        &[0; 4],
        &[1, 1, 0, 0],
    ];
    let words: Vec<_> = words
        .concat()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let lie = explain(words.join(" ").as_bytes(), &[]);
    assert_eq!(lie.status, Some(1));
    let (out, err) = (lie.out, lie.err);
    assert!(out.contains("bad: length 65535"), "{out}");
    assert!(out.contains("an unknown family"), "{out}");
    assert!(err.contains("1 error: byte 0 of datagram 1"), "{err}");

    for nothing in [&b""[..], b"what is this?", &[0, 1, 2]] {
        let ended = explain(nothing, &[]);
        assert_eq!((ended.status, ended.out), (Some(1), String::new()));
        assert!(ended.err.starts_with("parley: standard input, at byte"));
    }
    let absent = parley(&["decode", "/no/such/file"]);
    assert!(absent
        .err
        .contains("cannot open /no/such/file: No such file"));
}
