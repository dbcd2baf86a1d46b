// SPDX-License-Identifier: MIT OR Apache-2.0

//! Properties of every decoded datagram.

mod captures;
mod files;
mod hexdumps;
mod limits;
mod messages;
mod specs;
mod tables;

use super::capture::{self, Format, Packet, Writer};
use super::*;
use crate::genl::message::write;
use crate::kernel::{nftables, nlctrl, rtnetlink, Kind, Set, Table};
use crate::netlink::attr::Writer as Attributes;
use crate::netlink::message::{finish, flags, header, HEADER};
use crate::uapi::{self, cmd, counter, ATTRIBUTE_SETS, FAMILY_NAME, OPERATIONS};
use files::{pcap, pcapng, plain, printable, xxd};
use proptest::prelude::*;
use std::time::SystemTime;

const GENERIC: u16 = 16;
const FAMILY: u16 = 24;

/// A context that knows the spec of parley, but no family's number.
fn new_context() -> Context {
    let mut context = Context::new();
    context.add_spec(&uapi::FAMILY);
    context
}

fn context() -> Context {
    let mut context = new_context();
    context.name_family(FAMILY, FAMILY_NAME);
    context
}

fn of(bytes: &[u8], protocol: u16, direction: Direction) -> Datagram<'_> {
    Datagram {
        bytes,
        whole: bytes.len(),
        protocol,
        direction,
        order: Order::NATIVE,
    }
}

fn sent(bytes: &[u8]) -> Datagram<'_> {
    of(bytes, GENERIC, Direction::ToKernel)
}

fn received(bytes: &[u8]) -> Datagram<'_> {
    of(bytes, GENERIC, Direction::FromKernel)
}

/// A request to add to a counter, with its name and the number to add.
fn add() -> Vec<u8> {
    let mut request = Vec::new();
    write(
        &mut request,
        FAMILY,
        (cmd::COUNTER_ADD, 1),
        flags::CREATE,
        7,
        |attributes| {
            attributes.string(counter::NAME, "visitors")?;
            attributes.sint(counter::DELTA, -43)
        },
    )
    .unwrap();
    request
}

/// One of netlink's own messages.
fn own(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    let mut message = header(kind, flags, 7).to_vec();
    message.extend_from_slice(payload);
    finish(&mut message, 0).unwrap();
    message
}

/// The kernel's refusal of `request`, with a message and an offset.
fn refusal(request: &[u8], capped: bool) -> Vec<u8> {
    let mut payload = (-libc::ERANGE).to_ne_bytes().to_vec();
    payload.extend_from_slice(if capped { &request[..HEADER] } else { request });
    let mut attributes = Attributes::new(&mut payload);
    attributes.string(1, "counter would fall below 0").unwrap();
    // The attribute after both headers and the name.
    attributes.u32(2, 16 + 4 + 16).unwrap();
    let capped = if capped { flags::CAPPED } else { 0 };
    own(2, flags::ACK_TLVS | capped, &payload)
}

fn find<'e>(explained: &'e Explained, name: &str) -> Option<&'e Field> {
    explained.fields.iter().find(|field| field.name == name)
}

fn meaning<'e>(explained: &'e Explained, name: &str) -> &'e str {
    find(explained, name).map_or("", |field| field.meaning.as_str())
}

/// Checks that each byte belongs to one field, and that the fields are in order.
fn covers(explained: &Explained, len: usize) -> Result<(), TestCaseError> {
    let mut at = 0;
    for field in &explained.fields {
        prop_assert_eq!(field.offset, at, "{:?}", field);
        at += field.len;
    }
    prop_assert_eq!(at, len);
    Ok(())
}

/// Checks that each message begins where the one before it ended, with its padding.
fn begins(explained: &Explained, bytes: &[u8], order: Order) -> Result<(), TestCaseError> {
    let mut at = 0;
    for message in explained.messages() {
        let first = &message[0];
        if first.depth > 0 || first.len > 0 {
            // Bytes that are not a message stand alone.
            return Ok(());
        }
        prop_assert_eq!(first.offset, at, "{:?}", first);
        let len = datagram::number(&bytes[at..at + 4], order).unwrap_or(0) as usize;
        at = match len {
            0..HEADER => bytes.len(),
            _ => bytes.len().min(at + len.next_multiple_of(4)),
        };
    }
    let begins = |field: &Field| field.offset == at && field.depth == 0;
    prop_assert!(at == bytes.len() || explained.fields.iter().any(begins));
    Ok(())
}

#[test]
fn a_request_is_taken_apart_to_the_last_byte_of_padding() {
    let request = add();
    let explained = context().explain(sent(&request));
    let fields: Vec<_> = explained
        .fields
        .iter()
        .map(|field| {
            (
                field.offset,
                field.len,
                field.name.as_str(),
                field.meaning.as_str(),
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            (0, 0, "message", "parley counter-add, a request"),
            (0, 4, "nlmsg_len", "44 bytes"),
            (4, 2, "nlmsg_type", "24: family parley"),
            (6, 2, "nlmsg_flags", "0x401: REQUEST, CREATE"),
            (8, 4, "nlmsg_seq", "7"),
            (12, 4, "nlmsg_pid", "0: left to the kernel"),
            (16, 0, "genlmsghdr", ""),
            (16, 1, "cmd", "4: counter-add"),
            (17, 1, "version", "1"),
            (18, 2, "reserved", ""),
            (20, 2, "nla_len", "13: header and 9"),
            (22, 2, "nla_type", "1: name"),
            (24, 9, "name", "\"visitors\""),
            (33, 3, "padding", ""),
            (36, 2, "nla_len", "8: header and 4"),
            (38, 2, "nla_type", "3: delta"),
            (40, 4, "delta", "-43"),
        ]
    );
    assert!(explained.bad().is_none());
}

#[test]
fn a_refusal_names_the_attribute_of_the_request_that_it_points_at() {
    let request = add();
    for capped in [true, false] {
        let refusal = refusal(&request, capped);
        let mut context = context();
        context.explain(sent(&request));
        let explained = context.explain(received(&refusal));
        assert!(meaning(&explained, "error").starts_with("-34: ERANGE, "));
        assert_eq!(
            meaning(&explained, "NLMSGERR_ATTR_OFFS"),
            "36: counter.delta of the request"
        );
        assert_eq!(
            meaning(&explained, "NLMSGERR_ATTR_MSG"),
            "\"counter would fall below 0\""
        );
        let quoted = if capped { "in answer to" } else { "message" };
        let quoted = explained.fields.iter().rfind(|field| field.name == quoted);
        assert_eq!(quoted.unwrap().meaning, "parley counter-add, a request");
        assert!(explained.bad().is_none(), "{:?}", explained.bad());
    }
    // Without the request, the offset is only a number.
    let explained = context().explain(received(&refusal(&request, true)));
    assert_eq!(meaning(&explained, "NLMSGERR_ATTR_OFFS"), "36 (0x24)");
}

#[test]
fn what_is_missing_is_named_too() {
    let mut request = Vec::new();
    let operation = (cmd::COUNTER_ADD, 1);
    write(&mut request, FAMILY, operation, 0, 7, |_| Ok(())).unwrap();
    let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
    payload.extend_from_slice(&request[..HEADER]);
    Attributes::new(&mut payload).u32(5, 3).unwrap();
    let refusal = own(2, flags::ACK_TLVS | flags::CAPPED, &payload);
    let mut context = context();
    context.explain(sent(&request));
    let explained = context.explain(received(&refusal));
    assert_eq!(
        meaning(&explained, "NLMSGERR_ATTR_MISS_TYPE"),
        "3: counter.delta"
    );
}

#[test]
fn a_dump_has_marks_for_each_message_and_for_its_end() {
    let mut datagram = own(FAMILY, flags::MULTI | flags::DUMP_INTR, &[2, 1, 0, 0]);
    datagram.extend(own(3, flags::MULTI, &[0; 4]));
    let explained = context().explain(received(&datagram));
    let flags: Vec<_> = explained
        .fields
        .iter()
        .filter(|field| field.name == "nlmsg_flags")
        .map(|field| field.meaning.as_str())
        .collect();
    assert_eq!(flags, ["0x12: MULTI, DUMP_INTR", "0x2: MULTI"]);
    assert_eq!(explained.messages().count(), 2);
    let end = explained.messages().nth(1).unwrap();
    assert_eq!(end[0].meaning, "the end of a dump");
    assert_eq!(end.last().unwrap().meaning, "0: no error");
}

#[test]
fn families_are_known_by_name_once_the_controller_has_told_them() {
    let mut notification = own(0x10, 0, &[1, 2, 0, 0]);
    let mut attributes = Attributes::new(&mut notification);
    attributes.string(2, "parley").unwrap();
    attributes.bytes(1, &77u16.to_ne_bytes()).unwrap();
    finish(&mut notification, 0).unwrap();
    let mut context = new_context();
    let request = own(77, flags::REQUEST, &[4, 1, 0, 0]);
    let before = context.explain(sent(&request));
    assert_eq!(meaning(&before, "nlmsg_type"), "77: an unknown family");
    context.explain(received(&notification));
    let after = context.explain(sent(&request));
    assert_eq!(meaning(&after, "nlmsg_type"), "77: family parley");
    assert_eq!(meaning(&after, "cmd"), "4: counter-add");
}

#[test]
fn a_length_that_lies_is_pointed_at_and_the_rest_is_explained_as_far_as_it_goes() {
    let mut long = add();
    long[..4].copy_from_slice(&200u32.to_ne_bytes());
    let explained = context().explain(sent(&long));
    let bad = explained.bad().unwrap();
    assert_eq!((bad.offset, bad.name.as_str()), (0, "nlmsg_len"));
    assert_eq!(bad.bad.as_deref(), Some("length 200, but 44 bytes remain"));
    assert_eq!(meaning(&explained, "delta"), "-43");
    // If the capture was cut off, the message is not at fault.
    let whole = Datagram {
        whole: 200,
        ..sent(&long)
    };
    let explained = context().explain(whole);
    let why = explained.bad().unwrap().bad.as_deref();
    assert_eq!(why, Some("the capture has 44 of its 200 bytes"));

    let mut short = add();
    short[..4].copy_from_slice(&9u32.to_ne_bytes());
    let explained = context().explain(sent(&short));
    assert_eq!(explained.bad().unwrap().offset, 0);
    assert_eq!(explained.fields.last().unwrap().name, "bytes");

    let mut attribute = add();
    attribute[20..22].copy_from_slice(&99u16.to_ne_bytes());
    let explained = context().explain(sent(&attribute));
    let bad = explained.bad().unwrap();
    assert_eq!((bad.offset, bad.name.as_str()), (20, "nla_len"));
    assert_eq!(bad.bad.as_deref(), Some("length 99, but 24 bytes remain"));

    let explained = context().explain(sent(&add()[..10]));
    assert_eq!(explained.bad().unwrap().offset, 0);
}

#[test]
fn zeros_behind_the_last_message_are_not_read_and_nothing_else_is_passed_over() {
    let mut request = add();
    request.resize(request.len() + 20, 0);
    let explained = context().explain(sent(&request));
    let last = explained.fields.last().unwrap();
    assert_eq!((last.name.as_str(), last.len), ("unread", 20));
    assert!(explained.bad().is_none());
    *request.last_mut().unwrap() = 1;
    assert_eq!(context().explain(sent(&request)).bad().unwrap().offset, 44);
}

#[test]
fn a_link_of_rtnetlink_is_taken_apart_by_name() {
    let link_type = 772u16.to_ne_bytes();
    let words = [1, 0x10009, 0].map(u32::to_ne_bytes).concat();
    let mut message = own(16, 0, &[&[0, 0][..], &link_type, &words].concat());
    let mut attributes = Attributes::new(&mut message);
    attributes.string(3, "lo").unwrap();
    attributes.u32(4, 65536).unwrap();
    attributes.bytes(1, &[0; 6]).unwrap();
    finish(&mut message, 0).unwrap();
    let explained = context().explain(of(&message, 0, Direction::FromKernel));
    assert_eq!(
        meaning(&explained, "message"),
        "RTM_NEWLINK, a reply or an event"
    );
    assert_eq!(meaning(&explained, "ifi_type"), "772: ARPHRD_LOOPBACK");
    assert_eq!(
        meaning(&explained, "ifi_flags"),
        "0x10009: IFF_UP, IFF_LOOPBACK, IFF_LOWER_UP"
    );
    assert_eq!(meaning(&explained, "IFLA_IFNAME"), "\"lo\"");
    assert_eq!(meaning(&explained, "IFLA_MTU"), "65536 (0x10000)");
    assert_eq!(meaning(&explained, "IFLA_ADDRESS"), "00:00:00:00:00:00");
}

#[test]
fn a_table_of_nf_tables_is_taken_apart_with_the_highest_byte_first() {
    let mut message = own(10 << 8, flags::REQUEST | flags::CREATE, &[1, 0, 0, 5]);
    let mut attributes = Attributes::new(&mut message);
    attributes.string(1, "filter").unwrap();
    attributes.bytes(2, &[0, 0, 0, 1]).unwrap();
    finish(&mut message, 0).unwrap();
    let explained = context().explain(of(&message, 12, Direction::Unknown));
    assert_eq!(explained.direction, Direction::ToKernel);
    assert_eq!(
        meaning(&explained, "nlmsg_type"),
        "0x0a00: NFT_MSG_NEWTABLE"
    );
    assert_eq!(meaning(&explained, "nlmsg_flags"), "0x401: REQUEST, CREATE");
    assert_eq!(meaning(&explained, "res_id"), "5");
    assert_eq!(
        meaning(&explained, "NFTA_TABLE_FLAGS"),
        "0x1: NFT_TABLE_F_DORMANT"
    );
}

#[test]
fn every_operation_and_attribute_of_the_spec_is_known_by_name() {
    let mut context = context();
    for operation in OPERATIONS {
        let set = ATTRIBUTE_SETS
            .iter()
            .find(|set| set.name == operation.set)
            .unwrap();
        for attribute in set.attributes {
            let mut request = Vec::new();
            write(
                &mut request,
                FAMILY,
                (operation.number, 1),
                0,
                1,
                |attributes| attributes.bytes(attribute.number, &[0; 8]),
            )
            .unwrap();
            let explained = context.explain(sent(&request));
            let command = format!("{}: {}", operation.number, operation.name);
            assert_eq!(meaning(&explained, "cmd"), command);
            let kind = format!("{}: {}", attribute.number, attribute.name);
            assert_eq!(meaning(&explained, "nla_type"), kind);
        }
    }
}

#[test]
fn the_tables_have_each_number_once_and_in_order() {
    let mut all = vec![&super::tables::control::EXTENDED];
    for messages in [nlctrl::MESSAGES, nftables::MESSAGES, rtnetlink::MESSAGES] {
        assert!(messages.windows(2).all(|two| two[0].0 < two[1].0));
        messages
            .iter()
            .for_each(|known| tables_of(known.3, &mut all));
    }
    assert!(all.len() > 120, "{}", all.len());
    for Table(table) in all {
        let names: Vec<_> = table.iter().map(|known| known.1).collect();
        assert!(table.windows(2).all(|two| two[0].0 < two[1].0), "{names:?}");
    }
}

/// Adds the tables that decode the attributes of a set, each once.
fn tables_of(set: Set, all: &mut Vec<&'static Table>) {
    match set {
        Set::Known(table) if all.iter().all(|known| !std::ptr::eq(*known, table)) => {
            all.push(table);
            for (_, _, kind) in table.0 {
                tables_in(*kind, all);
            }
        }
        Set::Each(_, kind) => tables_in(*kind, all),
        _ => {}
    }
}

fn tables_in(kind: Kind, all: &mut Vec<&'static Table>) {
    match kind {
        Kind::Nest(set) => tables_of(set, all),
        Kind::Choice(_, formats) => {
            formats.iter().for_each(|format| tables_of(format.2, all));
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn every_byte_is_explained_once_whatever_it_is(
        bytes: Vec<u8>, protocol in 0u16..24, direction in 0..3, big: bool,
    ) {
        let direction = [Direction::ToKernel, Direction::FromKernel, Direction::Unknown]
            [direction as usize];
        let order = if big { Order::Big } else { Order::Little };
        let datagram = Datagram { order, ..of(&bytes, protocol, direction) };
        let explained = context().explain(datagram);
        covers(&explained, bytes.len())?;
        begins(&explained, &bytes, order)?;
        let _ = render::text(&explained, &bytes, render::Style::default());
    }

    #[test]
    fn every_byte_is_explained_once_where_the_header_is_right(
        payload in proptest::collection::vec(any::<u8>(), 0..200),
        protocol in prop_oneof![Just(0u16), Just(12), Just(16)],
        kind in prop_oneof![0u16..40, 0xa00u16..0xa22], flags: u16,
    ) {
        let message = own(kind, flags, &payload);
        for direction in [Direction::ToKernel, Direction::FromKernel] {
            let explained = context().explain(of(&message, protocol, direction));
            covers(&explained, message.len())?;
            begins(&explained, &message, Order::NATIVE)?;
        }
    }

    #[test]
    fn every_byte_is_explained_once_where_a_good_conversation_is_mangled(
        at in 0usize..200, with: u8, also in 0usize..200, by: u8, capped: bool,
    ) {
        let (mut request, mut refusal) = (add(), refusal(&add(), capped));
        let mut context = context();
        for (at, with) in [(at, with), (also, by)] {
            if let Some(byte) = request.get_mut(at) {
                *byte = with;
            }
            if let Some(byte) = refusal.get_mut(at) {
                *byte = with;
            }
            // One more message, which is valid, follows the refusal.
            let two = [&refusal[..], &own(3, flags::MULTI, &[0; 4])].concat();
            for datagram in [sent(&request), received(&refusal), received(&two)] {
                let explained = context.explain(datagram);
                covers(&explained, datagram.bytes.len())?;
                begins(&explained, datagram.bytes, Order::NATIVE)?;
            }
        }
    }

    #[test]
    fn nests_however_deep_are_explained(depth in 0usize..3000) {
        let mut bytes = vec![];
        for level in (0..depth).rev() {
            let len = 4 * (depth - level);
            bytes.splice(0..0, [len as u8, (len >> 8) as u8, 1, 0x80]);
        }
        let message = own(99, 0, &[&[1, 1, 0, 0], &bytes[..]].concat());
        covers(&context().explain(received(&message)), message.len())?;
    }
}
