// SPDX-License-Identifier: MIT OR Apache-2.0

//! Input from others may be large, and may be wrong. It costs no more than its size
//! warrants, and the reader reports both.

use super::*;
use crate::netlink::tap::{Call, Method, Step};

/// Returns whether this runs under an emulator, where reaching the larger limits takes
/// minutes. The limits are the same on each machine, so those tests are skipped there.
fn is_emulated() -> bool {
    std::env::var_os("PARLEY_EMULATED").is_some()
}

#[test]
fn lines_left_out_of_a_hexdump_are_filled_up_to_a_limit_in_all() {
    if is_emulated() {
        return;
    }
    // Each gap is small enough; together they are 6 GiB.
    let mut text = String::new();
    for i in 0..6000usize {
        text += &format!("{:08x}: {}\n*\n", i << 20, "00 ".repeat(16));
    }
    let read = capture::read(text.as_bytes(), GENERIC).unwrap();
    let bytes: usize = read.packets.iter().map(|packet| packet.bytes.len()).sum();
    assert!(bytes <= 20 << 20, "{bytes}");
    assert!(
        read.problems[0].what.contains("missing before it"),
        "{:?}",
        read.problems
    );
    // The same with gaps in many datagrams.
    let mut text = String::new();
    for _ in 0..40 {
        text += "00000000: 00 00 00 00\n*\n00100000: 00 00\n";
    }
    let read = capture::read(text.as_bytes(), GENERIC).unwrap();
    let bytes: usize = read.packets.iter().map(|packet| packet.bytes.len()).sum();
    assert!(bytes <= 20 << 20, "{bytes}");
}

/// A request of `count` attributes without a value.
fn many(count: usize, seq: u8) -> Vec<u8> {
    let mut payload = vec![4, 1, 0, 0];
    payload.extend([4, 3].map(u16::to_ne_bytes).concat().repeat(count));
    let mut request = own(FAMILY, flags::REQUEST, &payload);
    request[8..12].copy_from_slice(&u32::from(seq).to_ne_bytes());
    request
}

#[test]
fn an_error_points_at_the_last_of_many_attributes_of_the_request() {
    let request = many(if is_emulated() { 500 } else { 10_000 }, 7);
    let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
    payload.extend_from_slice(&request[..HEADER]);
    let last = u32::try_from(request.len() - 4).unwrap();
    Attributes::new(&mut payload).u32(2, last).unwrap();
    let refusal = own(2, flags::ACK_TLVS | flags::CAPPED, &payload);
    let mut context = context();
    context.explain(sent(&request));
    let explained = context.explain(received(&refusal));
    assert_eq!(
        meaning(&explained, "NLMSGERR_ATTR_OFFS"),
        format!("{last}: counter.delta of the request")
    );
}

#[test]
fn of_many_large_requests_the_last_are_remembered_and_no_more() {
    if is_emulated() {
        return;
    }
    let mut context = context();
    for seq in 0..=255 {
        context.explain(sent(&many(2000, seq)));
    }
    let places: usize = context
        .requests
        .iter()
        .map(|known| known.places.len())
        .sum();
    assert_eq!(places, context.places);
    assert!(places <= context::PLACES_MAX, "{places}");
    let asked = |seq| context.request_by_seq(GENERIC, seq).is_some();
    assert!(asked(255) && !asked(0));
}

#[test]
fn a_datagram_of_more_fields_than_anybody_reads_ends_in_bytes() {
    if is_emulated() {
        return;
    }
    let request = many(1_000_000, 7);
    let datagram = [&request[..], &request].concat();
    let explained = context().explain(sent(&datagram));
    covers(&explained, datagram.len()).unwrap();
    begins(&explained, &datagram, Order::NATIVE).unwrap();
    let fields = explained.fields.len();
    assert!(fields < 200_000, "{fields}");
    let last = explained.fields.last().unwrap();
    assert!(last.meaning.starts_with("not decoded"), "{last:?}");
    // As many messages without a payload do not have more fields.
    let datagram = own(1, 0, &[]).repeat(100_000);
    let explained = context().explain(sent(&datagram));
    covers(&explained, datagram.len()).unwrap();
    assert!(explained.fields.len() < 200_000);
}

#[test]
fn a_block_whose_two_lengths_differ_is_told() {
    let a = add();
    let mut file = pcapng(Order::NATIVE, 253, &[&a, &a]);
    let end = file.len();
    file[end - 4..].copy_from_slice(&999u32.to_ne_bytes());
    let read = capture::read(&file, GENERIC).unwrap();
    assert_eq!(read.packets.len(), 2);
    assert_eq!(read.problems.len(), 1);
    assert_eq!(read.problems[0].offset, end - 4);
    assert!(read.problems[0].what.contains("999"));
}

#[test]
fn a_packet_of_which_more_is_kept_than_there_was_is_told() {
    let a = add();
    let short = (a.len() as u32).to_ne_bytes();
    let mut file = pcap(Order::NATIVE, 0xa1b2_c3d4, 253, &[&a]);
    file[24 + 12..24 + 16].copy_from_slice(&short);
    let read = capture::read(&file, GENERIC).unwrap();
    assert_eq!(read.packets[0].bytes, a);
    assert_eq!(read.problems.len(), 1);
    assert_eq!(
        read.problems[0].what,
        "a packet of 44 bytes, of which the capture has 60"
    );
    let mut file = pcapng(Order::NATIVE, 253, &[&a]);
    // After the section, the interface and the unknown block come the packet's block
    // header, its interface, its time and the captured length.
    let at = 28 + 20 + 24 + 8 + 16;
    file[at..at + 4].copy_from_slice(&short);
    let read = capture::read(&file, GENERIC).unwrap();
    assert_eq!(read.packets[0].bytes, a);
    assert_eq!(
        read.problems[0].what,
        "a packet of 44 bytes, of which the capture has 60"
    );
}

#[test]
fn what_there_was_no_room_for_is_no_fault_of_the_message() {
    let (mut file, request) = (Vec::new(), add());
    let mut writer = Writer::new(&mut file).unwrap();
    let now = SystemTime::now();
    writer
        .packet(now, GENERIC, false, &request[..30], request.len())
        .unwrap();
    let read = capture::read(&file, 0).unwrap();
    let packet = &read.packets[0];
    assert_eq!((packet.bytes.len(), packet.whole), (30, request.len()));
    let explained = context().explain(packet.datagram());
    let why = explained.bad().unwrap().bad.as_deref();
    assert_eq!(why, Some("the capture has 30 of its 44 bytes"));
    let step = Step {
        fd: 4,
        call: Call::Receive {
            room: 30,
            bytes: &request[..30],
            whole: 44,
            from: Some(0),
            protocol: 16,
            method: Method::Address,
            waits: false,
        },
        result: Ok(44),
    };
    let text = steps::text(&step, render::Style::default());
    assert!(text.contains("= 44, larger than the buffer"), "{text}");
}

#[test]
fn nobody_waits_for_a_packet_or_a_block_of_more_than_there_can_be() {
    let a = add();
    let mut old = pcap(Order::NATIVE, 0xa1b2_c3d4, 253, &[&a]);
    old[24 + 8..24 + 12].copy_from_slice(&0x7fff_fffcu32.to_ne_bytes());
    let mut new = pcapng(Order::NATIVE, 253, &[&a]);
    // The length of the first packet's block, which follows three other blocks.
    let at = 28 + 20 + 24 + 4;
    new[at..at + 4].copy_from_slice(&0x7fff_fffcu32.to_ne_bytes());
    for file in [old, new] {
        let mut reader = capture::Reader::new(GENERIC);
        let read = reader.push(&file).unwrap();
        assert!(read.packets.is_empty());
        let what = &read.problems[0].what;
        assert!(what.contains("2147483644 bytes"), "{what}");
        assert!(reader.push(&file).unwrap().problems.is_empty());
        assert!(reader.finish().unwrap().problems.is_empty());
        let whole = capture::read(&file, GENERIC).unwrap();
        assert_eq!(whole.problems, read.problems);
    }
}

#[test]
fn a_reader_keeps_no_more_of_what_is_no_capture_than_a_hexdump_may_have() {
    if is_emulated() {
        return;
    }
    let mut reader = capture::Reader::new(GENERIC);
    let chunk = "00 11 22 33 44 55 66 77\n".repeat(1 << 16);
    let mut pushed = 0;
    let problem = loop {
        assert!(pushed <= 65 << 20, "{pushed}");
        pushed += chunk.len();
        if let Err(problem) = reader.push(chunk.as_bytes()) {
            break problem;
        }
    };
    assert!(
        pushed > 64 << 20 && problem.what.contains("64 MiB"),
        "{problem}"
    );
}
