// SPDX-License-Identifier: MIT OR Apache-2.0

//! Any bytes, as a capture or a hexdump and as datagrams: nothing may panic, and
//! each byte has to be explained once, and each message to begin where the one
//! before it ended. Run by `make fuzz`.
//!
//! The macro makes the function that libFuzzer calls, which is unsafe, so this crate
//! does not deny that.

#![no_main]

// Not all of the crate parley, which has the dependencies of the program.
#[allow(dead_code)]
#[path = "../../parley/src/uapi.rs"]
mod uapi;

use libfuzzer_sys::fuzz_target;
use parley_netlink::explain::capture;
use parley_netlink::explain::render::{self, Style};
use parley_netlink::explain::{Context, Datagram, Direction, Explained, Field, Order};

fn new_context() -> Context {
    let mut context = Context::new();
    context.add_spec(&uapi::FAMILY);
    context
}

/// Each message begins where the one before it ended, with its padding.
fn begins(explained: &Explained, bytes: &[u8], order: Order) {
    let mut at = 0;
    for message in explained.messages() {
        let first = &message[0];
        if first.depth > 0 || first.len > 0 {
            // Bytes that are no message stand alone.
            return;
        }
        assert_eq!(first.offset, at, "{first:?}");
        let len: [u8; 4] = bytes[at..at + 4].try_into().unwrap();
        let len = match order {
            Order::Little => u32::from_le_bytes(len),
            Order::Big => u32::from_be_bytes(len),
        } as usize;
        at = match len {
            0..16 => bytes.len(),
            _ => bytes.len().min(at + len.next_multiple_of(4)),
        };
    }
    let begins = |field: &Field| field.offset == at && field.depth == 0;
    assert!(at == bytes.len() || explained.fields.iter().any(begins));
}

fn check(explained: &Explained, bytes: &[u8], order: Order) {
    begins(explained, bytes, order);
    let mut at = 0;
    for field in &explained.fields {
        assert_eq!(field.offset, at, "{field:?}");
        at += field.len;
    }
    assert_eq!(at, bytes.len());
    for line in render::text(explained, bytes, Style::default()).lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

/// What a reader gives that gets the bytes in two pieces is what they are at once.
fn in_pieces(data: &[u8], whole: &Result<capture::Read<'_>, capture::Problem>) {
    let middle = data
        .first()
        .map_or(0, |len| usize::from(*len).min(data.len()));
    let mut reader = capture::Reader::new(16);
    let pieces = reader.push(&data[..middle]).and_then(|mut all| {
        for read in [reader.push(&data[middle..])?, reader.finish()?] {
            all.packets.extend(read.packets);
            all.problems.extend(read.problems);
        }
        Ok(all)
    });
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(whole.packets, pieces.packets);
            assert_eq!(whole.problems, pieces.problems);
        }
        (whole, pieces) => assert_eq!(whole.as_ref().err(), pieces.err().as_ref()),
    }
}

fuzz_target!(|data: &[u8]| {
    let read = capture::read(data, 16);
    in_pieces(data, &read);
    if let Ok(read) = read {
        let mut context = new_context();
        for packet in &read.packets {
            let explained = context.explain(packet.datagram());
            check(&explained, &packet.bytes, packet.order);
        }
    }
    let [how, protocol, rest @ ..] = data else {
        return;
    };
    // A conversation of two, so that the second may be an answer to the first.
    let middle = rest.len() / 2;
    let mut context = new_context();
    context.name_family(24, "parley");
    for (bytes, direction) in [
        (&rest[..middle], Direction::ToKernel),
        (&rest[middle..], Direction::FromKernel),
        (rest, Direction::Unknown),
    ] {
        let order = if how & 1 == 0 {
            Order::Little
        } else {
            Order::Big
        };
        let protocol = match protocol % 4 {
            0 => 16,
            1 => 0,
            2 => 12,
            _ => u16::from(*protocol),
        };
        let mut datagram = Datagram::new(bytes, protocol, direction);
        datagram.whole += usize::from(how >> 4);
        datagram.order = order;
        let explained = context.explain(datagram);
        check(&explained, bytes, order);
    }
});
