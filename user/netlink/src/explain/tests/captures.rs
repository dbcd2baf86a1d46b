// SPDX-License-Identifier: MIT OR Apache-2.0

//! Captures from other machines and devices, and captures that are still being written.

use super::capture::{Problem, Read, Reader};
use super::*;

const ROUTE: u16 = 0;

/// A capture that the fuzzer starts from.
pub(super) fn seed(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

/// Returns the datagram as a machine of the other byte order would send it: a field is
/// reversed if its meaning begins with the number in its bytes.
fn swapped(explained: &Explained, bytes: &[u8], order: Order) -> Vec<u8> {
    let mut swapped = bytes.to_vec();
    for field in &explained.fields {
        let of = &mut swapped[field.offset..field.offset + field.len];
        let unsigned = datagram::number(of, order);
        let signed = value::signed(of, order);
        let end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        let number = field.meaning.split(end).next().unwrap();
        let hexadecimal = number.strip_prefix("0x");
        let hexadecimal = hexadecimal.and_then(|hex| u64::from_str_radix(hex, 16).ok());
        // The meaning of nla_type leaves out the flags.
        let is = field.name == "nla_type"
            || number.parse().ok() == unsigned.map(i128::from)
            || number.parse().ok() == signed.map(i128::from)
            || hexadecimal.is_some() && hexadecimal == unsigned;
        if is && unsigned.is_some() {
            of.reverse();
        }
    }
    swapped
}

#[test]
fn messages_of_the_other_byte_order_are_explained_the_same() {
    let mut datagrams = 0;
    for name in [
        "addresses",
        "ask",
        "dump",
        "echo",
        "links",
        "policy",
        "refusal",
        "routes",
        "rules",
    ] {
        let capture = seed(&format!("{name}.pcap"));
        let read = capture::read(&capture, 0).unwrap();
        let (mut here, mut there) = (new_context(), new_context());
        for packet in &read.packets {
            let ours = here.explain(packet.datagram());
            let bytes = swapped(&ours, &packet.bytes, packet.order);
            // Like a capture whose headers another machine has rewritten.
            for order in [Order::Little, Order::Big] {
                let mut file = pcap(order, 0xa1b2_c3d4, 253, &[&bytes]);
                file[24 + 16 + 14..24 + 16 + 16].copy_from_slice(&packet.protocol.to_be_bytes());
                let read = capture::read(&file, 0).unwrap();
                let mut datagram = read.packets[0].datagram();
                assert_ne!(datagram.order, packet.order);
                datagram.direction = packet.direction;
                let theirs = there.explain(datagram);
                assert_eq!(theirs.fields.len(), ours.fields.len(), "{name}");
                for (theirs, ours) in theirs.fields.iter().zip(&ours.fields) {
                    assert_eq!(theirs, ours, "{name}");
                }
                datagrams += 1;
            }
        }
    }
    assert!(datagrams > 40, "{datagrams}");
}

/// A packet of a cooked capture.
fn cooked(link: u32, hardware: u16, protocol: u16, bytes: &[u8]) -> Vec<u8> {
    let [hardware, protocol] = [hardware, protocol].map(u16::to_be_bytes);
    let header = match link {
        113 => [&[0, 4][..], &hardware, &[0; 10], &protocol].concat(),
        _ => [&protocol[..], &[0; 6], &hardware, &[4], &[0; 9]].concat(),
    };
    [&header, bytes].concat()
}

/// A capture of packets that have their own headers.
fn capture_of(order: Order, link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let word = |word: u32| match order {
        Order::Little => word.to_le_bytes(),
        Order::Big => word.to_be_bytes(),
    };
    let mut file = pcap(order, 0xa1b2_c3d4, link, &[]);
    for packet in packets {
        let len = packet.len() as u32;
        file.extend([0, 0, len, len].map(word).concat());
        file.extend(packet);
    }
    file
}

#[test]
fn netlink_in_cooked_captures_is_explained_and_other_packets_are_passed_over() {
    let (a, b) = (add(), refusal(&add(), true));
    for link in [113, 276] {
        for order in [Order::Little, Order::Big] {
            let packets = [
                cooked(link, 1, 0x800, &[0x45; 40]),
                cooked(link, 824, GENERIC, &a),
                cooked(link, 772, 0x86dd, &[0x60; 48]),
                cooked(link, 824, GENERIC, &b),
            ];
            let file = capture_of(order, link, &packets);
            let read = capture::read(&file, ROUTE).unwrap();
            assert!(read.problems.is_empty(), "{:?}", read.problems);
            let bytes = read.packets.iter().map(|packet| &packet.bytes[..]);
            assert_eq!(bytes.collect::<Vec<_>>(), [&a[..], &b]);
            for packet in &read.packets {
                assert_eq!((packet.protocol, packet.order), (GENERIC, Order::NATIVE));
                assert_eq!(packet.whole, packet.bytes.len());
            }
            // A capture of other packets alone is reported as such.
            let file = capture_of(order, link, &packets[..1]);
            let read = capture::read(&file, ROUTE).unwrap();
            assert!(read.packets.is_empty());
            let what = &read.problems[0].what;
            assert_eq!(
                what,
                "the capture has no netlink packets, only 1 of other devices"
            );
        }
    }
}

#[test]
fn a_cooked_header_in_a_hexdump_is_no_part_of_the_datagram() {
    let large = {
        let mut request = own(FAMILY, flags::REQUEST, &[1, 1, 0, 0]);
        Attributes::new(&mut request).bytes(1, &[7; 5000]).unwrap();
        finish(&mut request, 0).unwrap();
        request
    };
    for bytes in [add(), refusal(&add(), false), large] {
        for link in [113, 276] {
            for direction in [0, 4] {
                let mut packet = cooked(link, 824, 12, &bytes);
                packet[if link == 113 { 1 } else { 10 }] = direction;
                let text = xxd(&packet);
                let read = capture::read(text.as_bytes(), GENERIC).unwrap();
                assert_eq!(read.packets[0].bytes, bytes);
                assert_eq!(read.packets[0].protocol, 12);
            }
        }
        let text = xxd(&bytes);
        let read = capture::read(text.as_bytes(), GENERIC).unwrap();
        assert_eq!(read.packets[0].bytes, bytes);
    }
}

/// Returns the result of a reader that receives a capture in pieces of `len`.
fn in_pieces(file: &[u8], len: usize) -> Result<Read<'static>, Problem> {
    let mut reader = Reader::new(GENERIC);
    let mut all: Option<Read<'static>> = None;
    let mut add = |read: Read<'static>| match &mut all {
        None => all = Some(read),
        Some(all) => {
            all.format = read.format;
            all.packets.extend(read.packets);
            all.problems.extend(read.problems);
        }
    };
    for piece in file.chunks(len) {
        add(reader.push(piece)?);
    }
    add(reader.finish()?);
    Ok(all.unwrap())
}

#[test]
fn packets_are_given_as_soon_as_they_are_whole() {
    let (a, b) = (add(), refusal(&add(), true));
    for order in [Order::Little, Order::Big] {
        for (empty, file) in [
            (
                pcap(order, 0xa1b2_c3d4, 253, &[]),
                pcap(order, 0xa1b2_c3d4, 253, &[&a, &b]),
            ),
            (pcapng(order, 253, &[]), pcapng(order, 253, &[&a, &b])),
        ] {
            let mut reader = Reader::new(GENERIC);
            assert!(reader.push(&empty).unwrap().packets.is_empty());
            let rest = &file[empty.len()..];
            let mut given = Vec::new();
            for byte in rest {
                let read = reader.push(&[*byte]).unwrap();
                assert!(read.problems.is_empty());
                given.extend(read.packets);
            }
            let bytes: Vec<_> = given.iter().map(|packet| &packet.bytes[..]).collect();
            assert_eq!(bytes, [&a[..], &b]);
            let rest = reader.finish().unwrap();
            assert!(rest.packets.is_empty() && rest.problems.is_empty());
        }
    }
}

proptest! {
    #[test]
    fn a_capture_in_pieces_is_read_as_a_whole_one(
        kind in 0..4, order: bool, at in 0usize..400, with: u8, cut in 0usize..300, len in 1usize..99,
    ) {
        let order = if order { Order::Little } else { Order::Big };
        let (a, b) = (add(), refusal(&add(), true));
        let mut file = match kind {
            0 => pcap(order, 0xa1b2_c3d4, 253, &[&a, &b]),
            1 => pcapng(order, 253, &[&a, &b]),
            2 => capture_of(order, 113, &[cooked(113, 824, 16, &a), cooked(113, 1, 16, &b)]),
            _ => xxd(&a).into_bytes(),
        };
        if let Some(byte) = file.get_mut(at) {
            *byte = with;
        }
        file.truncate(file.len().saturating_sub(cut));
        let (whole, pieces) = (capture::read(&file, GENERIC), in_pieces(&file, len));
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => {
                prop_assert_eq!(whole.format, pieces.format);
                prop_assert_eq!(whole.packets, pieces.packets);
                prop_assert_eq!(whole.problems, pieces.problems);
            }
            (whole, pieces) => {
                prop_assert_eq!(whole.err(), pieces.err());
            }
        }
    }
}
