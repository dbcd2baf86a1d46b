// SPDX-License-Identifier: MIT OR Apache-2.0

//! Reads back the captures and hexdumps that these tests write.

use super::capture::Problem;
use super::*;

/// Prints groups of two bytes.
fn groups(line: &[u8]) -> String {
    line.chunks(2).map(digits).collect::<Vec<_>>().join(" ")
}

pub(super) fn xxd(bytes: &[u8]) -> String {
    let line = |(i, line): (usize, &[u8])| {
        format!("{:08x}: {:<39}  {}\n", i * 16, groups(line), text(line))
    };
    bytes.chunks(16).enumerate().map(line).collect()
}

fn text(line: &[u8]) -> String {
    line.iter().map(|byte| printable(*byte)).collect()
}

pub(super) fn printable(byte: u8) -> char {
    match byte {
        0x20..=0x7e => char::from(byte),
        _ => '.',
    }
}

/// Prints lines, with a star instead of lines that repeat the previous one.
fn starred(bytes: &[u8], show: impl Fn(usize, &[u8]) -> String) -> String {
    let lines: Vec<_> = bytes.chunks(16).collect();
    let repeats = |i: usize| i > 0 && lines[i].len() == 16 && lines[i] == lines[i - 1];
    let line = |i| match (repeats(i), i > 0 && repeats(i - 1)) {
        (true, true) => String::new(),
        (true, false) => "*\n".to_owned(),
        _ => show(i * 16, lines[i]),
    };
    (0..lines.len()).map(line).collect()
}

fn hexdump(bytes: &[u8]) -> String {
    let half = |half: &[u8]| {
        half.iter()
            .map(|byte| format!("{byte:02x} "))
            .collect::<String>()
    };
    let lines = starred(bytes, |at, line| {
        let (left, right) = line.split_at(line.len().min(8));
        format!(
            "{at:08x}  {:<24} {:<24} |{}|\n",
            half(left),
            half(right),
            text(line)
        )
    });
    lines + &format!("{:08x}\n", bytes.len())
}

fn od(bytes: &[u8]) -> String {
    let lines = starred(bytes, |at, line| format!("{at:07o} {}\n", plain(line)));
    lines + &format!("{:07o}\n", bytes.len())
}

fn tcpdump(bytes: &[u8]) -> String {
    let line = |(i, line)| format!("\t0x{:04x}:  {}\n", i * 16, groups(line));
    let lines: String = bytes.chunks(16).enumerate().map(line).collect();
    format!("12:00:00.000000 netlink\n{lines}")
}

pub(super) fn plain(bytes: &[u8]) -> String {
    let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn c(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("0x{byte:02x}, ")).collect()
}

/// Returns whether the bytes begin with a message's length if each pair of them is
/// swapped.
fn may_be_words(bytes: &[u8]) -> bool {
    let [a, b, c, d, ..] = *bytes else {
        return false;
    };
    let lens = [
        u32::from_le_bytes([b, a, d, c]),
        u32::from_be_bytes([b, a, d, c]),
    ];
    lens.iter()
        .any(|len| (16..=bytes.len()).contains(&(*len as usize)))
}

#[test]
fn several_hexdumps_are_several_datagrams() {
    let (a, b) = (add(), refusal(&add(), true));
    for text in [
        xxd(&a) + &xxd(&b),
        hexdump(&a) + &hexdump(&b),
        od(&a) + &od(&b),
        tcpdump(&a) + &tcpdump(&b),
        plain(&a) + "\n\n" + &plain(&b),
    ] {
        let read = capture::read(text.as_bytes(), GENERIC).unwrap();
        let bytes: Vec<_> = read
            .packets
            .iter()
            .map(|packet| &packet.bytes[..])
            .collect();
        assert_eq!(bytes, [&a[..], &b[..]], "{text}");
        assert!(read.problems.is_empty());
    }
}

#[test]
fn what_is_neither_a_capture_nor_a_hexdump_is_said_to_be_so() {
    let what = |bytes: &[u8]| capture::read(bytes, GENERIC).unwrap_err();
    assert_eq!(what(b"").what, "the file is empty");
    assert_eq!(what(b"hello").what, "line 1: a line that is not a hexdump");
    let raw = what(&add());
    assert!(raw.what.starts_with("neither a capture nor a hexdump"));
    // A hexdump with a hole is read up to the hole.
    let dump = xxd(&add()).replace("00000020:", "00000030:");
    let read = capture::read(dump.as_bytes(), GENERIC).unwrap();
    assert_eq!(read.packets[0].bytes.len(), 32);
    assert_eq!(
        read.problems[0].what,
        "line 3: its offset is 48, not 32 as expected"
    );
}

/// A capture as another machine may have made it.
pub(super) fn pcap(order: Order, magic: u32, link: u32, packets: &[&[u8]]) -> Vec<u8> {
    let word = |word: u32| match order {
        Order::Little => word.to_le_bytes(),
        Order::Big => word.to_be_bytes(),
    };
    let mut file = Vec::new();
    for field in [magic, 0x0004_0002, 0, 0, 0x4_0000, link] {
        file.extend(word(field));
    }
    for packet in packets {
        let len = packet.len() as u32 + 16;
        for field in [1, 500, len, len] {
            file.extend(word(field));
        }
        file.extend([0, 4, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16]);
        file.extend(*packet);
    }
    file
}

pub(super) fn pcapng(order: Order, link: u16, packets: &[&[u8]]) -> Vec<u8> {
    let word = |word: u32| match order {
        Order::Little => word.to_le_bytes(),
        Order::Big => word.to_be_bytes(),
    };
    let half = |half: u16| match order {
        Order::Little => half.to_le_bytes(),
        Order::Big => half.to_be_bytes(),
    };
    let block = |kind: u32, body: &[u8]| {
        let padding = body.len().wrapping_neg() % 4;
        let len = (body.len() + padding + 12) as u32;
        let mut block = Vec::new();
        block.extend(word(kind));
        block.extend(word(len));
        block.extend(body);
        block.extend(vec![0; padding]);
        block.extend(word(len));
        block
    };
    let section = [&word(0x1a2b_3c4d)[..], &half(1), &half(0), &[0xff; 8]].concat();
    let interface = [&half(link)[..], &half(0), &word(0)].concat();
    let mut file = block(0x0a0d_0d0a, &section);
    file.extend(block(1, &interface));
    // A block of an unknown type.
    file.extend(block(0xbad, b"to be passed"));
    for (i, packet) in packets.iter().enumerate() {
        let header = [0, 4, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16];
        let len = word(packet.len() as u32 + 16);
        if i % 2 == 0 {
            let parts = [
                &word(0)[..],
                &word(0),
                &word(1_000_500),
                &len,
                &len,
                &header,
                packet,
            ];
            file.extend(block(6, &parts.concat()));
        } else {
            file.extend(block(3, &[&len[..], &header, packet].concat()));
        }
    }
    file
}

#[test]
fn captures_of_both_formats_and_byte_orders_give_the_same_datagrams() {
    let (a, b) = (add(), refusal(&add(), true));
    let packets = [&a[..], &b[..]];
    for order in [Order::Little, Order::Big] {
        for (file, format) in [
            (pcap(order, 0xa1b2_c3d4, 253, &packets), Format::Pcap),
            (pcap(order, 0xa1b2_3c4d, 253, &packets), Format::Pcap),
            (pcapng(order, 253, &packets), Format::Pcapng),
        ] {
            let read = capture::read(&file, 0).unwrap();
            assert_eq!((read.format, read.problems.len()), (format, 0));
            let bytes: Vec<_> = read
                .packets
                .iter()
                .map(|packet| &packet.bytes[..])
                .collect();
            assert_eq!(bytes, packets);
            for packet in &read.packets {
                // The machine's byte order, whatever the capture's order.
                assert_eq!((packet.protocol, packet.order), (GENERIC, Order::NATIVE));
            }
        }
    }
}

#[test]
fn a_capture_of_something_else_is_refused_by_name_and_one_cut_off_is_read_so_far() {
    let a = add();
    let ethernet = pcap(Order::Little, 0xa1b2_c3d4, 1, &[&a]);
    let problem = capture::read(&ethernet, GENERIC).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "at byte 20: a capture of link type 1 (Ethernet); \
         only netlink (253) and Linux cooked captures (113, 276) can be decoded"
    );
    let read = pcapng(Order::Little, 1, &[&a]);
    let read = capture::read(&read, GENERIC).unwrap();
    assert!(read.packets.is_empty() && read.problems[0].what.contains("Ethernet"));
    let whole = pcap(Order::NATIVE, 0xa1b2_c3d4, 253, &[&a, &a]);
    let cut = &whole[..whole.len() - 10];
    let read = capture::read(cut, GENERIC).unwrap();
    assert_eq!(read.packets.len(), 2);
    assert_eq!(
        (read.packets[1].bytes.len(), read.packets[1].whole),
        (34, 44)
    );
    assert_eq!(read.problems[0].offset, cut.len());
    let explained = context().explain(read.packets[1].datagram());
    let why = explained.bad().unwrap().bad.as_deref();
    assert_eq!(why, Some("the capture has 34 of its 44 bytes"));
}
proptest! {
    #[test]
    fn no_bytes_make_the_readers_of_captures_panic(
        kind in 0..4, order: bool, bytes: Vec<u8>,
        text in "[0-9a-f:* \n|x,{}\\[\\]\"\\\\<>]{0,80}",
    ) {
        let order = if order { Order::Little } else { Order::Big };
        let file = match kind {
            0 => [pcap(order, 0xa1b2_c3d4, 253, &[]), bytes].concat(),
            1 => [pcapng(order, 253, &[]), bytes].concat(),
            2 => bytes,
            _ => text.into_bytes(),
        };
        if let Ok(read) = capture::read(&file, GENERIC) {
            for packet in &read.packets {
                covers(&context().explain(packet.datagram()), packet.bytes.len())?;
            }
        }
    }

    #[test]
    fn a_capture_that_is_mangled_or_cut_off_is_read_so_far(
        ng: bool, order: bool, at in 0usize..300, with: u8, cut in 0usize..300,
    ) {
        let order = if order { Order::Little } else { Order::Big };
        let (a, b) = (add(), refusal(&add(), true));
        let packets = [&a[..], &b[..]];
        let mut file = match ng {
            true => pcapng(order, 253, &packets),
            false => pcap(order, 0xa1b2_c3d4, 253, &packets),
        };
        if let Some(byte) = file.get_mut(at) {
            *byte = with;
        }
        file.truncate(file.len().saturating_sub(cut));
        if let Ok(read) = capture::read(&file, GENERIC) {
            for packet in &read.packets {
                covers(&context().explain(packet.datagram()), packet.bytes.len())?;
            }
        }
    }

    #[test]
    fn bytes_come_back_from_hexdumps_of_every_kind(
        bytes in proptest::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 1..200),
        zeros in 0usize..80,
    ) {
        let bytes = [&bytes[..], &vec![0; zeros]].concat();
        let dumps: &[fn(&[u8]) -> String] = &[xxd, hexdump, od, tcpdump, digits, c, plain];
        // If a message seems to follow a first 0, the 0 may be the offset of plain bytes.
        let dumps = &dumps[..dumps.len() - usize::from(bytes[0] == 0)];
        for dump in dumps {
            let text = dump(&bytes);
            let read = match capture::read(text.as_bytes(), GENERIC) {
                Err(Problem { what, .. }) if what.contains("may be words") => {
                    prop_assert!(may_be_words(&bytes), "{}", text);
                    continue;
                }
                read => read.unwrap(),
            };
            prop_assert_eq!(read.packets.len(), 1, "{}", text);
            prop_assert_eq!(&read.packets[0].bytes[..], &bytes[..], "{}", text);
            prop_assert!(read.problems.is_empty(), "{:?} {}", read.problems, text);
        }
    }

    #[test]
    fn datagrams_come_back_from_a_capture(datagrams: Vec<(Vec<u8>, bool)>) {
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file).unwrap();
        for (datagram, sent) in &datagrams {
            let len = datagram.len();
            writer.packet(SystemTime::now(), GENERIC, *sent, datagram, len).unwrap();
        }
        let read = capture::read(&file, 0).unwrap();
        prop_assert!(read.problems.is_empty());
        prop_assert_eq!(read.packets.len(), datagrams.len());
        for (packet, (datagram, sent)) in read.packets.iter().zip(&datagrams) {
            let Packet { bytes, protocol, direction, .. } = packet;
            prop_assert_eq!((&bytes[..], *protocol), (&datagram[..], GENERIC));
            let unknown = if *sent { Direction::Unknown } else { Direction::FromKernel };
            prop_assert_eq!(*direction, unknown);
        }
    }
}
