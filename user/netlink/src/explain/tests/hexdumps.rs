// SPDX-License-Identifier: MIT OR Apache-2.0

//! Hexdumps as tools print them, and hexdumps in which offsets, bytes and text cannot be
//! distinguished.

use super::captures::seed;
use super::*;

/// A request of `ip link` from a little-endian machine.
const REQUEST: [u8; 40] = [
    0x28, 0, 0, 0, 0x12, 0, 1, 3, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 8, 0, 0x1d, 0, 9, 0, 0, 0,
];

/// The output of each tool for this request.
const DUMPS: &[(&str, &str)] = &[
    (
        "hexdump",
        "0000000 0028 0000 0012 0301 0007 0000 0000 0000
0000010 0000 0000 0000 0000 0000 0000 0000 0000
0000020 0008 001d 0009 0000                    \n0000028\n",
    ),
    (
        "hexdump -x",
        "0000000    0028    0000    0012    0301    0007    0000    0000    0000
0000010    0000    0000    0000    0000    0000    0000    0000    0000
0000020    0008    001d    0009    0000                                \n0000028\n",
    ),
    (
        "od -Ax -x",
        "000000 0028 0000 0012 0301 0007 0000 0000 0000
000010 0000 0000 0000 0000 0000 0000 0000 0000
000020 0008 001d 0009 0000\n000028\n",
    ),
    (
        "od -tx8",
        "0000000 0301001200000028 0000000000000007
0000020 0000000000000000 0000000000000000
0000040 00000009001d0008\n0000050\n",
    ),
    (
        "od -Ax -tx1, as text2pcap reads it",
        "# a comment\n000000 28 00 00 00 12 00 01 03 07 00 00 00 00 00 00 00
000010 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
000020 08 00 1d 00 09 00 00 00\n000028\n",
    ),
    (
        "od -Ad -tx1z",
        "0000000 28 00 00 00 12 00 01 03 07 00 00 00 00 00 00 00  >(...............<
0000016 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  >................<
0000032 08 00 1d 00 09 00 00 00                          >........<\n0000040\n",
    ),
    (
        "xxd -e",
        "00000000: 00000028 03010012 00000007 00000000  (...............
00000010: 00000000 00000000 00000000 00000000  ................
00000020: 001d0008 00000009                    ........\n",
    ),
    (
        "xxd -g4, in a mail that quotes it",
        "> 00000000: 28000000 12000103 07000000 00000000  (...............
> 00000010: 00000000 00000000 00000000 00000000  ................
> 00000020: 08001d00 09000000                    ........\n",
    ),
    (
        "tshark -x",
        "0000  28 00 00 00 12 00 01 03 07 00 00 00 00 00 00 00   (...............
0010  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   ................
0020  08 00 1d 00 09 00 00 00                           ........\n",
    ),
    (
        "tshark -x -P",
        "    1   0.000000              →              Netlink route 40 \n
0000  28 00 00 00 12 00 01 03 07 00 00 00 00 00 00 00   (...............
0010  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   ................
0020  08 00 1d 00 09 00 00 00                           ........\n\n",
    ),
    (
        "with a gap in the middle",
        "0000: 28 00 00 00 12 00 01 03  07 00 00 00 00 00 00 00
0010: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
0020: 08 00 1d 00 09 00 00 00\n",
    ),
    (
        "with text for bytes that somebody has changed since",
        "00000000: 2800 0000 1200 0103 0700 0000 0000 0000  (.....AB........
00000010: 0000 0000 0000 0000 0000 0000 0000 0000  ....cd ef.......
00000020: 0800 1d00 0900 0000                      ........\n",
    ),
];

fn bytes_of(text: &str) -> Vec<Vec<u8>> {
    let read = capture::read(text.as_bytes(), 0).unwrap_or_else(|why| panic!("{why}: {text}"));
    assert!(read.problems.is_empty(), "{:?} {text}", read.problems);
    let bytes = |packet: &Packet<'_>| packet.bytes.to_vec();
    read.packets.iter().map(bytes).collect()
}

/// Returns the reason why a dump is not read at all, or not to its end.
fn problem_of(text: &str) -> String {
    match capture::read(text.as_bytes(), 0) {
        Err(problem) => problem.what,
        Ok(read) => read.problems.first().map_or_else(
            || panic!("{:?} {text}", read.packets),
            |problem| problem.what.clone(),
        ),
    }
}

#[test]
fn the_bytes_of_a_dump_are_those_that_the_tool_was_given() {
    for (tool, dump) in DUMPS {
        assert_eq!(bytes_of(dump), [&REQUEST[..]], "{tool}");
        // Two dumps in a row are two datagrams.
        let twice = dump.repeat(2);
        assert_eq!(bytes_of(&twice), [&REQUEST[..]; 2], "{tool}");
    }
}

#[test]
fn the_text_beside_words_shows_their_order_whatever_that_of_the_datagram() {
    // The same request, from a big-endian machine. The text of the last line fits either
    // order.
    let xxd = "00000000: 28000000 01031200 07000000 00000000  ...(............
00000010: 00000000 00000000 00000000 00000000  ................
00000020: 1d000800 09000000                    ........\n";
    let od = xxd.replace("  .", "  >.").replace(".\n", ".<\n");
    let mut request = REQUEST;
    for words in [0..4, 8..12, 12..16, 36..40] {
        request[words].reverse();
    }
    for halves in [4..6, 6..8, 32..34, 34..36] {
        request[halves].reverse();
    }
    for dump in [xxd, &od] {
        assert_eq!(bytes_of(dump), [&request[..]], "{dump}");
    }
}

#[test]
fn dumps_of_tshark_and_strace_and_arrays_are_read() {
    let capture = seed("refusal.pcap");
    let capture = capture::read(&capture, 0).unwrap();
    let tshark = seed("refusal-tshark.txt");
    let tshark = capture::read(&tshark, 0).unwrap();
    assert!(tshark.problems.is_empty(), "{:?}", tshark.problems);
    assert_eq!(tshark.packets.len(), capture.packets.len());
    for (theirs, ours) in tshark.packets.iter().zip(&capture.packets) {
        assert_eq!(
            (&theirs.bytes, theirs.protocol),
            (&ours.bytes, ours.protocol)
        );
    }
    for (name, count) in [
        // One call has its buffers in a vector.
        ("request-strace.txt", 2),
        // A line of a log, and the output of dbg!.
        ("request-rust.txt", 2),
        // As Wireshark exports it, as xxd -i prints it, and as a string.
        ("request-c.txt", 3),
    ] {
        let text = String::from_utf8(seed(name)).unwrap();
        assert_eq!(bytes_of(&text), vec![&REQUEST[..]; count], "{name}");
    }
}

fn list(each: impl Fn(&u8) -> String, between: &str) -> String {
    REQUEST.iter().map(each).collect::<Vec<_>>().join(between)
}

#[test]
fn arrays_and_strings_of_programs_are_read() {
    let rust = format!("{REQUEST:02x?}");
    let pretty = format!("{REQUEST:#04x?}");
    let marked = list(|byte| format!("0x{byte:x}"), ", ");
    let escaped = list(|byte| format!("\\x{byte:02x}"), "");
    for text in [
        rust.clone(),
        format!("2026-11-26 DEBUG sent {rust}"),
        format!("[2026-11-26T01:02:03Z DEBUG nl] sent {rust}"),
        pretty.clone(),
        format!("Datagram {{ seq: 5, bytes: {rust}, portid: 0 }}"),
        format!("let request: [u8; 40] = [{marked}];"),
        format!("u8 request[40] = {{{marked}}};"),
        format!("unsigned char request[] =\n{{\n{marked}, // all of it\n}};"),
        marked.replace("0x0,", "0,").replace("0x0", "0"),
        format!("char request[] = \"{escaped}\";"),
        format!("b\"{escaped}\""),
        format!("b'{escaped}'"),
        format!("sendto(3, \"{escaped}\", 40, 0, NULL, 0) = 40\n+++ exited with 0 +++")
            .lines()
            .next()
            .unwrap()
            .to_owned(),
        list(|byte| format!("{byte:02x}"), ":"),
        format!("0x{}", list(|byte| format!("{byte:02x}"), "")),
    ] {
        assert_eq!(bytes_of(&text), [&REQUEST[..]], "{text}");
    }
    // Each array is a datagram, in one line or in several.
    for text in [
        format!("{rust}\n{rust}"),
        format!("sent {pretty}\nreceived {pretty}"),
        format!("[{rust}, {rust}]"),
        format!("char a[] = \"{escaped}\";\nchar b[] = \"{escaped}\";"),
    ] {
        assert_eq!(bytes_of(&text), [&REQUEST[..]; 2], "{text}");
    }
}

#[test]
fn what_nobody_can_tell_is_said_with_its_line() {
    let dump = |tool: &str| DUMPS.iter().find(|known| known.0 == tool).unwrap().1;
    let tshark = dump("tshark -x");
    let colons = dump("with a gap in the middle");
    for (text, why) in [
        // Offsets without a colon before groups, and offsets of two digits.
        (
            "00000000 2800 0000 1200 0103".to_owned(),
            "line 1: 00000000 may be an offset or bytes",
        ),
        (
            "0000 2800 0000 1200 0103 0700 0000 0000 0000".to_owned(),
            "line 1: the first digits may be an offset",
        ),
        (
            colons
                .replace("00: ", " ")
                .replace("0010:", "10")
                .replace("0020:", "20"),
            "line 1: the first digits may be an offset",
        ),
        // A hole, a line that has lost its offset, one that has lost its bytes.
        (tshark.replace("0020 ", "0030 "), "line 3: its offset is 48"),
        (
            tshark.replace("0010  ", ""),
            "line 2: bytes without an offset",
        ),
        (
            tshark.replace("0010  00 00 00 ", "0010  00 0g 00 "),
            "line 2: an offset that is not followed by bytes",
        ),
        // Binary digits, which are also hexadecimal ones.
        (
            "00000000: 00101000 00000000 00000000  (..".to_owned(),
            "line 1: 12 bytes, and 3 characters of text beside them",
        ),
        // Words without text that would show their order.
        (
            "0028 0000 0012 0301 0007 0000 0000 0000".to_owned() + &" 0000".repeat(12),
            "line 1: the digits may be words",
        ),
        // They may also be the bytes of a big-endian machine.
        (
            "00000018 03010012 00000007 00000000 00000000 00000000".to_owned(),
            "line 1: the digits may be words",
        ),
        (
            "00000000: 00000010 03010012 00000007 00000000  ................".to_owned(),
            "line 1: the digits may be words",
        ),
        (
            "00000000: 0000 1000 0000 0000 0000 0000 0000 0000  ................".to_owned(),
            "line 1: the digits may be words",
        ),
        (
            list(|byte| byte.to_string(), ", "),
            "line 1: 0 may be decimal or hexadecimal",
        ),
        (
            format!("{REQUEST:#?}"),
            "line 3: 0 may be decimal or hexadecimal",
        ),
        (
            format!("{REQUEST:x?}"),
            "line 1: 0 may be decimal or hexadecimal",
        ),
        (
            "u32 request[] = {0x28, 0x3010012, 7, 0};".to_owned(),
            "line 1: 0x3010012 is a word, not a byte",
        ),
        (
            "b'(\\x00\\x00\\x00\\x12\\x00'".to_owned(),
            "line 1: a string in which not every byte is \\xNN",
        ),
        (
            "write(3, \"\\x28\\x00\\x00\"..., 40) = 40".to_owned(),
            "line 1: the string is cut off",
        ),
        (
            format!("sent {REQUEST:02x?}").replace(']', ""),
            "line 1: an unmatched bracket",
        ),
        (
            "28 00 [00 00 12 00]".to_owned(),
            "line 1: bytes outside the brackets",
        ),
    ] {
        let problem = problem_of(&text);
        assert!(problem.starts_with(why), "{problem}\n{text}");
    }
}

#[test]
fn lines_left_out_are_filled_up_in_the_radix_of_the_offsets() {
    let mut message = vec![80, 0, 0, 0];
    message.resize(80, 0);
    for (second, end) in [("0000020", "0000120"), ("0000016", "0000080")] {
        let line = |bytes: &[u8]| plain(bytes);
        let (first, zeros) = (line(&message[..16]), line(&message[16..32]));
        let text = format!("0000000 {first}\n{second} {zeros}\n*\n{end}\n");
        assert_eq!(bytes_of(&text), [&message[..]], "{text}");
        let text = format!("0000000 {zeros}\n*\n{end}\n");
        assert_eq!(bytes_of(&text), [[0; 80]], "{text}");
    }
}

#[test]
fn data_that_begin_with_zeros_are_no_offset() {
    // From a big-endian machine.
    let request = [
        0, 0, 0, 0x18, 0, 0x12, 3, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let hex = |digits: usize, line: usize| {
        let groups = |line: &[u8]| {
            let group = |group: &[u8]| group.iter().map(|byte| format!("{byte:02x}")).collect();
            line.chunks(digits)
                .map(group)
                .collect::<Vec<String>>()
                .join(" ")
        };
        request
            .chunks(line)
            .map(groups)
            .collect::<Vec<_>>()
            .join("\n")
    };
    for (digits, line) in [(1, 24), (2, 24), (8, 24), (1, 8), (2, 8), (24, 24)] {
        assert_eq!(bytes_of(&hex(digits, line)), [request], "{digits} {line}");
    }
}

proptest! {
    /// Whatever its layout, a dump yields its bytes, or an error with the line at
    /// fault.
    #[test]
    fn an_offset_is_never_taken_for_data(
        payload in proptest::collection::vec(prop_oneof![Just(0u8), Just(0x20), any::<u8>()], 0..70),
        digits in 2usize..9, group in 1usize..5, line in 1usize..5,
        colon: bool, text: bool, gap: bool, big: bool, mark in 0..4,
    ) {
        // This is how od prints words, which are in the byte order of a machine.
        prop_assume!(colon || !matches!((digits, group), (6 | 7, 2 | 4)));
        let mut message = vec![0; 16];
        message.extend(payload);
        let len = message.len() as u32;
        let len = if big { len.to_be_bytes() } else { len.to_le_bytes() };
        message[..4].copy_from_slice(&len);
        let width = line * group * 4;
        let mut dump = String::new();
        for (i, line) in message.chunks(width).enumerate() {
            let groups = line.chunks(group);
            let groups = groups.map(|group| group.iter().map(|byte| format!("{byte:02x}")).collect());
            let groups = groups.collect::<Vec<String>>().join(" ");
            let columns = width * 2 + width / group;
            let shown: String = line.iter().map(|byte| printable(*byte)).collect();
            let mark = ["", "0x", "  ", "\t"][mark as usize];
            let (colon, gap) = (if colon { ":" } else { "" }, if gap { "  " } else { " " });
            dump += &format!("{mark}{:0digits$x}{colon}{gap}", i * width);
            match text {
                true => dump += &format!("{groups:<columns$}  {shown}\n"),
                false => dump += &format!("{groups}\n"),
            }
        }
        match capture::read(dump.as_bytes(), 0) {
            Err(problem) => prop_assert!(problem.what.starts_with("line "), "{problem} {dump}"),
            Ok(read) if read.problems.is_empty() => {
                prop_assert_eq!(read.packets.len(), 1, "{}", dump);
                prop_assert_eq!(&read.packets[0].bytes[..], &message[..], "{}", dump);
            }
            Ok(read) => {
                let what = &read.problems[0].what;
                prop_assert!(what.starts_with("line "), "{what} {dump}");
            }
        }
    }
}

#[test]
fn comments_among_bytes_are_left_out_each_by_itself() {
    let line = "{ /* len */ 0x10, 0x00, /* type // */ 0x03, /**/ 0x00, // flags 0x05\n0x01, 0x02 }";
    let read = capture::read(line.as_bytes(), GENERIC).unwrap();
    assert_eq!(read.problems, []);
    assert_eq!(read.packets[0].bytes, &[0x10, 0, 3, 0, 1, 2][..]);
    let open = capture::read(b"{ 0x10, /* 0x00, 0x03 }", GENERIC);
    let reported = open.map_or_else(|problem| problem.what, |read| read.problems[0].what.clone());
    assert!(
        reported.contains("a comment that does not end"),
        "{reported}"
    );
    let sign = capture::read(b"\"\\x10\\x+5\"", GENERIC);
    assert!(sign.map_or(true, |read| !read.problems.is_empty()));
}
