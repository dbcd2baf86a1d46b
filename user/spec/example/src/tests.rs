// SPDX-License-Identifier: MIT OR Apache-2.0

//! Clients converse with a made-up kernel; the bytes are written by hand.

#[allow(dead_code, missing_docs)]
mod every {
    include!(concat!(env!("OUT_DIR"), "/every.rs"));
}

use super::{describe, names, nlctrl};
use every::{
    args, cmd, nest, thing, Bits, Client, Event, FromRequest, GetDumpRequest, GetReply, GetRequest,
    Level, OpenRequest, Origin, Pair, Wide,
};
use parley_netlink::genl::Bitfield32;
use parley_netlink::netlink::attr::{Attributes, Writer};
use parley_netlink::netlink::fake::{Answers, Fake};
use parley_netlink::netlink::message::{flags, Message};
use parley_netlink::{Error, Result};
use std::time::Duration;

const ID: u16 = 0x30;
const NESTED: u16 = 1 << 15;

/// An attribute, padded.
fn attribute(number: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len() + 4).unwrap();
    let mut bytes = [len.to_ne_bytes(), number.to_ne_bytes()].concat();
    bytes.extend_from_slice(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn nest(number: u16, attributes: &[Vec<u8>]) -> Vec<u8> {
    attribute(number | NESTED, &attributes.concat())
}

/// A request of every kind of attribute, and its bytes.
fn all<'a>(leaf: &'a args::Leaf, tree: &'a args::Tree<'a>) -> (GetRequest<'a>, Vec<u8>) {
    let request = GetRequest {
        name: Some(b"me"),
        label: Some(b"abc"),
        data: Some(b"\0\x01\0"),
        pair: Some(Pair { x: 1, y: 0x0203 }),
        words: Some(&[1, 0x203]),
        levels: Some(&[Level::Low, Level::Top]),
        loud: true,
        count: Some(5),
        delta: Some(-1 << 40),
        be: Some(-2),
        le: Some(0x0102),
        level: Some(Level::Middle),
        bits: Some(Bits::FIRST | Bits::SECOND),
        wide: Some(Wide::SECOND),
        as_bits: Some(0x81),
        mask: Some(Bitfield32 {
            value: 1,
            selector: 3,
        }),
        tags: &[10, 20],
        leaf: Some(leaf),
        tree: Some(tree),
        leaves: Some(&[
            args::Leaf {
                type_: Some(-1),
                loud: false,
            },
            args::Leaf {
                type_: None,
                loud: true,
            },
        ]),
        ports: Some(&[80, 443]),
        any: Some(b"\x04\0\x01\0"),
    };
    let bytes = [
        attribute(1, b"me\0"),
        attribute(2, b"abc\0"),
        attribute(3, b"\0\x01\0"),
        attribute(4, &[1, 0, 2, 3]),
        attribute(5, &[0, 1, 2, 3]),
        attribute(6, &[0, 7]),
        attribute(7, &[]),
        attribute(8, &5u32.to_ne_bytes()),
        attribute(9, &(-1i64 << 40).to_ne_bytes()),
        attribute(10, &[0xff, 0xff, 0xff, 0xfe]),
        attribute(11, &[2, 1, 0, 0, 0, 0, 0, 0]),
        attribute(12, &[1]),
        attribute(13, &3u16.to_ne_bytes()),
        attribute(14, &2u64.to_ne_bytes()),
        attribute(15, &0x81u32.to_ne_bytes()),
        attribute(16, &[1u32.to_ne_bytes(), 3u32.to_ne_bytes()].concat()),
        attribute(17, &10u32.to_ne_bytes()),
        attribute(17, &20u32.to_ne_bytes()),
        nest(18, &[attribute(1, &[0xfb]), attribute(2, &[])]),
        nest(
            19,
            &[
                attribute(1, b"root\0"),
                nest(2, &[attribute(1, b"a\0")]),
                nest(2, &[attribute(1, b"b\0")]),
                nest(3, &[]),
            ],
        ),
        nest(
            20,
            &[
                nest(0, &[attribute(1, &[0xff])]),
                nest(1, &[attribute(2, &[])]),
            ],
        ),
        nest(
            21,
            &[
                attribute(0, &80u16.to_ne_bytes()),
                attribute(1, &443u16.to_ne_bytes()),
            ],
        ),
        attribute(22 | NESTED, b"\x04\0\x01\0"),
    ];
    (request, bytes.concat())
}

fn client(mut script: impl FnMut(&Message<'_>, &mut Answers) + Send + 'static) -> Client<Fake> {
    let socket = Fake::socket(move |request, answers| match request.header.kind {
        ID => script(request, answers),
        _ => answers.family(ID, "every"),
    });
    Client::over(socket).unwrap()
}

/// Answers each request with its own payload.
fn echoing() -> Client<Fake> {
    client(|request, answers| answers.message(ID, 0, request.payload))
}

const BRANCHES: [args::Tree<'static>; 2] = [
    args::Tree {
        name: Some(b"a"),
        trees: &[],
        below: None,
    },
    args::Tree {
        name: Some(b"b"),
        trees: &[],
        below: None,
    },
];

const LEAF: args::Leaf = args::Leaf {
    type_: Some(-5),
    loud: true,
};

const EMPTY: args::Tree<'static> = args::Tree {
    name: None,
    trees: &[],
    below: None,
};

const TREE: args::Tree<'static> = args::Tree {
    name: Some(b"root"),
    trees: &BRANCHES,
    below: Some(&EMPTY),
};

#[test]
fn a_request_has_the_bytes_of_each_attribute_and_the_version() {
    let (request, bytes) = all(&LEAF, &TREE);
    let mut client = client(move |request, answers| {
        assert_eq!(request.header.flags, flags::REQUEST);
        assert_eq!(request.payload[..4], [cmd::GET, 3, 0, 0]);
        assert_eq!(request.payload[4..], bytes[..]);
        answers.message(ID, 0, request.payload);
    });
    client.get(&request).unwrap();
}

#[test]
fn a_method_per_attribute_sets_what_a_literal_does() {
    let (label, leaf) = ("abc".to_owned(), args::Leaf::new().type_(-5).loud(true));
    let leaves = [LEAF, leaf];
    let request = GetRequest::new()
        .name("me")
        .label(&label)
        .data(&[0, 1, 0])
        .words(&[1, 0x203])
        .loud(true)
        .level(Level::Middle)
        .tags(&[10, 20])
        .leaf(&leaf)
        .leaves(&leaves)
        .ports(&[80, 443])
        .any(b"\x04\0\x01\0");
    let literal = GetRequest {
        name: Some(b"me"),
        label: Some(b"abc"),
        data: Some(&[0, 1, 0]),
        words: Some(&[1, 0x203]),
        loud: true,
        level: Some(Level::Middle),
        tags: &[10, 20],
        leaf: Some(&LEAF),
        leaves: Some(&[LEAF, LEAF]),
        ports: Some(&[80, 443]),
        any: Some(b"\x04\0\x01\0"),
        ..Default::default()
    };
    let bytes = |request: GetRequest<'_>| {
        let mut bytes = Vec::new();
        request.put(&mut Writer::new(&mut bytes)).unwrap();
        bytes
    };
    assert_eq!(bytes(request), bytes(literal));
    assert_ne!(bytes(request.loud(false)), bytes(literal));
}

#[test]
fn an_attribute_that_must_be_there_is_named_where_it_is_absent() {
    let bytes = [
        attribute(1, b"me\0"),
        attribute(5, &[0, 1]),
        nest(18, &[attribute(1, &[0xfb])]),
        nest(19, &[]),
    ];
    let bytes = bytes.concat();
    let reply = GetReply::read(Attributes::new(&bytes)).unwrap();
    assert_eq!(reply.name().unwrap(), b"me");
    assert_eq!(values(reply.words().unwrap()), [1]);
    assert_eq!(reply.leaf().unwrap().type_().unwrap(), -5);
    let absent = |error: Error| match error {
        Error::Absent(name) => name,
        other => panic!("{other}"),
    };
    assert_eq!(absent(reply.as_bits().unwrap_err()), "thing.as-bits");
    assert_eq!(
        absent(reply.leaves().map(drop).unwrap_err()),
        "thing.leaves"
    );
    let tree = reply.tree().unwrap();
    assert_eq!(absent(tree.name().unwrap_err()), "tree.name");
    assert_eq!(absent(tree.below().map(drop).unwrap_err()), "tree.below");
}

#[test]
fn each_request_of_a_batch_gets_its_own_reply_or_refusal() {
    let mut client = client(|request, answers| match request.payload.len() {
        4 => answers.refuse(22),
        _ => answers.message(ID, 0, request.payload),
    });
    fn request(count: &Option<u64>) -> GetRequest<'_> {
        GetRequest {
            count: *count,
            ..GetRequest::new()
        }
    }
    let mut ends = Vec::new();
    let done = client.get_batch(&[Some(1), None, Some(3)], request, |place, reply| {
        ends.push((place, reply.and_then(|reply| reply.count()).ok()));
        Ok(())
    });
    done.unwrap();
    assert_eq!(ends, [(0, Some(1)), (1, None), (2, Some(3))]);
    // Without a reply, each ends with its ACK.
    let mut client = self::client(|_, answers| answers.ack());
    let mut count = 0;
    let each = |_, end| {
        count += 1;
        end
    };
    let done = client.open_batch(&["a", "b"], |name| OpenRequest::new().name(name), each);
    assert_eq!((done.unwrap(), count), ((), 2));
}

fn values<X>(list: impl IntoIterator<Item = Result<X>>) -> Vec<X> {
    list.into_iter().collect::<Result<_>>().unwrap()
}

#[test]
fn every_attribute_comes_back_as_it_was_given() {
    let mut client = echoing();
    let reply = client.get(&all(&LEAF, &TREE).0).unwrap();
    assert_eq!(reply.name, Some(&b"me"[..]));
    assert_eq!(reply.label, Some(&b"abc"[..]));
    assert_eq!(reply.data, Some(&b"\0\x01\0"[..]));
    assert_eq!(reply.pair, Some(Pair { x: 1, y: 0x0203 }));
    assert_eq!(values(reply.words.unwrap()), [1, 0x203]);
    assert_eq!(
        values(reply.levels.unwrap()),
        [Ok(Level::Low), Ok(Level::Top)]
    );
    assert!(reply.loud);
    assert_eq!((reply.count, reply.delta), (Some(5), Some(-1 << 40)));
    assert_eq!((reply.be, reply.le), (Some(-2), Some(0x0102)));
    assert_eq!(reply.level, Some(Ok(Level::Middle)));
    assert_eq!(reply.bits, Some(Bits::FIRST | Bits::SECOND));
    assert_eq!(reply.wide, Some(Wide::SECOND));
    assert_eq!(reply.as_bits, Some(0x81));
    let mask = reply.mask.unwrap();
    assert_eq!((mask.value, mask.selector), (1, 3));
    assert_eq!(values(reply.tags), [10, 20]);
    let leaf = reply.leaf.unwrap().read().unwrap();
    assert_eq!((leaf.type_, leaf.loud), (Some(-5), true));
    let tree = reply.tree.unwrap().read().unwrap();
    assert_eq!(tree.name, Some(&b"root"[..]));
    let names = tree
        .trees
        .map(|tree| Ok(tree?.read()?.name.unwrap_or_default()));
    assert_eq!(values(names), [b"a", b"b"]);
    assert!(tree.below.unwrap().read().unwrap().below.is_none());
    let leaves = reply.leaves.unwrap().map(|leaf| leaf?.read());
    let leaves = values(leaves.map(|leaf| leaf.map(|leaf| (leaf.type_, leaf.loud))));
    assert_eq!(leaves, [(Some(-1), false), (None, true)]);
    assert_eq!(values(reply.ports.unwrap()), [80, 443]);
    assert_eq!(reply.any.unwrap().count(), 1);
}

#[test]
fn an_absent_attribute_is_none_and_a_newer_kernels_values_are_no_error() {
    let bytes = [
        // An unterminated label, an enum's unknown value, unknown flags, a longer struct, and an
        // attribute that the spec does not have.
        attribute(2, b"abc"),
        attribute(12, &[9]),
        attribute(13, &0x8001u16.to_ne_bytes()),
        attribute(14, &(1u64 << 40).to_ne_bytes()),
        attribute(4, &[1, 0, 2, 3, 4, 5]),
        attribute(99, &[1]),
    ]
    .concat();
    let reply = GetReply::read(Attributes::new(&bytes)).unwrap();
    assert_eq!(reply.label, Some(&b"abc"[..]));
    assert_eq!(reply.level, Some(Err(9)));
    assert_eq!(reply.bits.unwrap().bits(), 0x8001);
    assert_eq!(reply.wide.unwrap().bits(), 1 << 40);
    assert_eq!(reply.pair, Some(Pair { x: 1, y: 0x0203 }));
    assert!(reply.name.is_none() && !reply.loud && reply.leaves.is_none());
    assert_eq!(reply.tags.count(), 0);
}

#[test]
fn a_wrong_length_is_an_error_where_the_value_is_read() {
    let short = attribute(10, &[1, 2]);
    assert!(GetReply::read(Attributes::new(&short)).is_err());
    let short = attribute(4, &[1]);
    assert!(GetReply::read(Attributes::new(&short)).is_err());
    // The list is decoded only when it is read.
    let odd = [attribute(5, &[0, 1, 2]), attribute(17, &[1])].concat();
    let reply = GetReply::read(Attributes::new(&odd)).unwrap();
    let words: Vec<_> = reply.words.unwrap().collect();
    assert!(matches!(words[..], [Ok(1), Err(Error::Malformed { .. })]));
    assert!(reply.tags.clone().all(|tag| tag.is_err()));
    let bad = nest(18, &[attribute(1, &[1, 2])]);
    let reply = GetReply::read(Attributes::new(&bad)).unwrap();
    assert!(reply.leaf.unwrap().read().is_err());
}

#[test]
fn a_do_without_a_reply_asks_for_an_ack() {
    let mut client = client(|request, answers| {
        assert_eq!(request.header.flags, flags::REQUEST | flags::ACK);
        assert_eq!(request.payload[4..], attribute(1, b"it\0"));
        answers.ack();
    });
    let request = OpenRequest { name: Some(b"it") };
    client.open_(&request).unwrap();
}

#[test]
fn a_dump_hands_over_each_entry() {
    let mut client = client(|request, answers| {
        assert_eq!(request.header.flags, flags::REQUEST | flags::DUMP);
        for count in [1u8, 2] {
            let mut payload = vec![cmd::GET, 3, 0, 0];
            payload.extend(attribute(1, &[b'a' + count, 0]));
            payload.extend(attribute(8, &u32::from(count).to_ne_bytes()));
            answers.message(ID, flags::MULTI, &payload);
        }
        answers.done();
    });
    let mut entries = Vec::new();
    let interrupted = client.get_dump(&GetDumpRequest::default(), |entry| {
        entries.push((entry.name.unwrap_or_default().to_vec(), entry.count));
        Ok(())
    });
    assert!(!interrupted.unwrap());
    assert_eq!(
        entries,
        [(b"b".to_vec(), Some(1)), (b"c".to_vec(), Some(2))]
    );
}

#[test]
fn the_familys_own_header_goes_before_the_attributes() {
    let mut client = client(|request, answers| {
        let header = [&7u32.to_ne_bytes()[..], &8u16.to_ne_bytes(), &[0; 2]].concat();
        let sent = [&header[..], &attribute(8, &9u32.to_ne_bytes())].concat();
        assert_eq!(request.payload[4..], sent[..]);
        let delta = attribute(9, &(-9i32).to_ne_bytes());
        let reply = [&[cmd::FROM, 3, 0, 0], &header[..], &delta].concat();
        answers.message(ID, 0, &reply);
    });
    let origin = Origin { port: 7, rest: 8 };
    let request = FromRequest { count: Some(9) };
    let reply = client.from(origin, &request).unwrap();
    assert_eq!((reply.family_header, reply.delta), (origin, Some(-9)));
}

#[test]
fn a_reply_that_ends_before_the_familys_header_is_malformed() {
    let mut client = client(|_, answers| answers.message(ID, 0, &[cmd::FROM, 3, 0, 0, 1, 2]));
    let origin = Origin { port: 7, rest: 8 };
    let reply = client.from(origin, &FromRequest::default());
    assert!(matches!(reply, Err(Error::Malformed { .. })));
}

#[test]
fn an_event_is_read_by_its_command() {
    let bytes = attribute(thing::COUNT, &4u32.to_ne_bytes());
    let read = |cmd| Event::read(cmd, Attributes::new(&bytes)).unwrap();
    assert!(matches!(read(cmd::NTF), Some(Event::Ntf(reply)) if reply.count == Some(4)));
    assert!(matches!(read(cmd::SOME), Some(Event::Some_(few)) if few.count == Some(4)));
    assert!(read(cmd::GET).is_none());
}

#[test]
fn a_nest_in_a_reply_is_shown_with_its_values() {
    let bytes = [
        nest(18, &[attribute(1, &[1])]),
        attribute(17, &3u32.to_ne_bytes()),
    ]
    .concat();
    let reply = GetReply::read(Attributes::new(&bytes)).unwrap();
    let shown = format!("{reply:?}");
    assert!(
        shown.contains("Leaf { type_: Some(1), loud: false }"),
        "{shown}"
    );
    assert!(shown.contains("tags: [Ok(3)]"), "{shown}");
    let leaf: nest::Leaf = reply.leaf.unwrap().read().unwrap();
    assert_eq!(leaf.type_, Some(1));
}

#[test]
fn a_listener_waits_for_events_and_knows_the_groups() {
    let open = |group| nlctrl::Listener::open(&[group], Some(Duration::from_millis(1)));
    if std::env::var_os("PARLEY_EMULATED").is_some() {
        // An emulator of other machines has no Generic Netlink.
        return;
    }
    let mut listener = open(nlctrl::group::NOTIFY).unwrap();
    assert_eq!(listener.family().name, "nlctrl");
    assert!(listener.try_next_event().unwrap().is_none());
    let silence = listener.next_event().map(drop);
    assert!(matches!(silence, Err(Error::Timeout(_))), "{silence:?}");
    assert!(matches!(open("other").map(drop), Err(Error::Absent(_))));
}

#[test]
fn the_example_describes_the_controller_of_this_kernel() {
    let Ok(mut client) = nlctrl::Client::open() else {
        // An emulator of other machines has no Generic Netlink.
        assert!(std::env::var_os("PARLEY_EMULATED").is_some());
        return;
    };
    assert!(names(&mut client).unwrap().contains(&"nlctrl".to_owned()));
    let lines = describe(&mut client, "nlctrl").unwrap();
    assert!(lines.starts_with("nlctrl: "), "{lines}");
    assert!(lines.ends_with("\n  group notify"), "{lines}");
    let error = describe(&mut client, "parley-no-such").unwrap_err();
    assert_eq!(error.errno(), Some(2));
}
