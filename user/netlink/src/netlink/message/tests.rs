// SPDX-License-Identifier: MIT OR Apache-2.0

use super::super::attr::Writer;
use super::*;
use proptest::prelude::*;

const DONE: u16 = libc::NLMSG_DONE as u16;

fn request(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    let mut buffer = header(kind, flags, 7).to_vec();
    buffer.extend_from_slice(payload);
    finish(&mut buffer, 0).unwrap();
    buffer
}

#[test]
fn several_messages_of_a_datagram_are_read_one_by_one() {
    let mut datagram = request(0x20, 0, b"abcde");
    datagram.resize(24, 0);
    datagram.extend(request(0x21, 0, b""));
    let read: Vec<_> = Messages::new(&datagram).map(|m| m.unwrap()).collect();
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].payload, b"abcde");
    assert_eq!(read[1].header.kind, 0x21);
}

#[test]
fn an_error_is_read_with_its_extended_ack_whether_capped_or_not() {
    for capped in [true, false] {
        let quoted = request(0x20, 0, b"abcdefgh");
        let mut payload = (-libc::ENOENT).to_ne_bytes().to_vec();
        payload.extend_from_slice(if capped { &quoted[..HEADER] } else { &quoted });
        let mut writer = Writer::new(&mut payload);
        writer.string(1, "no such counter").unwrap();
        writer.u32(2, 20).unwrap();
        let capped = if capped { flags::CAPPED } else { 0 };
        let bytes = request(2, flags::ACK_TLVS | capped, &payload);
        let message = Messages::new(&bytes).next().unwrap().unwrap();
        let Kind::Refused(refusal) = message.kind().unwrap() else {
            panic!("not a refusal");
        };
        assert_eq!(refusal.errno, libc::ENOENT);
        assert_eq!(refusal.message.as_deref(), Some("no such counter"));
        assert_eq!(refusal.offset, Some(20));
    }
}

#[test]
fn the_end_of_a_list_may_have_no_payload() {
    let kind = |payload: &[u8]| {
        let bytes = request(DONE, flags::MULTI, payload);
        Messages::new(&bytes).next().unwrap().unwrap().kind()
    };
    assert_eq!(kind(&[]).unwrap(), Kind::Done);
    assert_eq!(kind(&[0; 4]).unwrap(), Kind::Done);
    assert!(matches!(kind(&[0; 3]), Err(Error::Malformed { .. })));
}

#[test]
fn an_extended_ack_that_cannot_be_read_does_not_hide_the_errno() {
    let read = |kind, fill: &dyn Fn(&mut Writer<'_>)| {
        let mut payload = (-libc::EPERM).to_ne_bytes().to_vec();
        if kind != DONE {
            payload.extend_from_slice(&[0; HEADER]);
        }
        fill(&mut Writer::new(&mut payload));
        let bytes = request(kind, flags::ACK_TLVS | flags::CAPPED, &payload);
        match Messages::new(&bytes).next().unwrap().unwrap().kind() {
            Ok(Kind::Refused(refusal)) => *refusal,
            other => panic!("not a refusal: {other:?}"),
        }
    };
    for kind in [libc::NLMSG_ERROR as u16, DONE] {
        let refusal = read(kind, &|writer| {
            writer.bytes(1, b"no caf\xe9\0").unwrap();
            writer.u32(2, 20).unwrap();
        });
        assert_eq!(refusal.errno, libc::EPERM);
        assert_eq!(refusal.message.as_deref(), Some("no caf\u{fffd}"));
        assert_eq!(refusal.offset, Some(20));
        // Text without its NUL, a malformed number, and a malformed nest.
        let refusal = read(kind, &|writer| {
            writer.bytes(1, b"endless").unwrap();
            writer.bytes(2, b"odd").unwrap();
            writer.bytes(4, &[1]).unwrap();
            writer.u32(5, 3).unwrap();
        });
        let expected = Refusal {
            errno: libc::EPERM,
            missing: Some(3),
            ..Refusal::default()
        };
        assert_eq!(refusal, expected);
    }
    // A request whose length field exceeds the quoted part.
    let mut payload = (-libc::EPERM).to_ne_bytes().to_vec();
    payload.extend_from_slice(&1000u32.to_ne_bytes());
    payload.extend_from_slice(&[0; HEADER - 4]);
    let bytes = request(libc::NLMSG_ERROR as u16, flags::ACK_TLVS, &payload);
    let kind = Messages::new(&bytes).next().unwrap().unwrap().kind();
    assert!(matches!(kind, Ok(Kind::Refused(refusal)) if refusal.errno == libc::EPERM));
}

#[test]
fn a_length_that_lies_is_an_error_and_the_end() {
    for len in [0u32, 15, 100, u32::MAX] {
        let mut bytes = request(0x20, 0, b"abcd");
        bytes[..4].copy_from_slice(&len.to_ne_bytes());
        let mut messages = Messages::new(&bytes);
        assert!(messages.next().unwrap().is_err());
        assert!(messages.next().is_none());
    }
}

#[test]
fn a_quoted_request_whose_length_lies_hides_its_extended_ack_and_no_errno() {
    for len in [29, u32::MAX - 2, u32::MAX] {
        let mut payload = (-libc::ENOENT).to_ne_bytes().to_vec();
        payload.extend(request(0x20, 0, b"abcdefgh"));
        payload[4..8].copy_from_slice(&len.to_ne_bytes());
        let bytes = request(2, flags::ACK_TLVS, &payload);
        let message = Messages::new(&bytes).next().unwrap().unwrap();
        let Kind::Refused(refusal) = message.kind().unwrap() else {
            panic!("not a refusal");
        };
        assert_eq!((refusal.errno, refusal.message), (libc::ENOENT, None));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(kind in 0u16..5, flags: u16, payload: Vec<u8>, tail: Vec<u8>) {
        let mut bytes = request(kind, flags, &payload);
        bytes.extend(tail);
        for message in Messages::new(&bytes).flatten() {
            let _ = message.kind();
        }
    }
}
