// SPDX-License-Identifier: MIT OR Apache-2.0

//! Handlers of the family of small.yaml, written as in a module, and what they must do. The test
//! `family` generates the module `small`, and compiles and runs this with it.

#![forbid(unsafe_code)]

use crate::{
    genl::{self, Attributes, Attrs, Op, Permission, Policy, Progress, Refusal, Request, Sent},
    small::{self, get, inspect, nest, ntf, set, word, Bits, Box, Level, Pair},
};
use std::cell::RefCell;

struct State;

impl genl::NetState for State {}

impl get::Do for State {
    fn handle<'a>(
        _call: &Request<'a, Self>,
        request: get::Request<'a>,
    ) -> Result<get::Reply<'a>, Refusal<'a>> {
        Ok(get::Reply {
            name: Some(request.name()?.value),
            level: Some(Level::High),
            count: request.count.map(|count| count.value),
            delta: Some(-1),
            loud: request.loud.is_some(),
        })
    }

    fn undelivered(_refusal: Refusal<'_>) -> Result<(), Refusal<'_>> {
        Ok(())
    }
}

impl get::Dump for State {
    type Cursor = u64;

    fn start<'a>(&'a self, _request: &get::DumpRequest<'a>) -> Result<u64, Refusal<'a>> {
        Ok(0)
    }

    fn next<'a>(
        &'a self,
        _request: &get::DumpRequest<'a>,
        cursor: &mut u64,
        entries: &mut genl::Entries<'_>,
    ) -> Result<Progress, Refusal<'a>> {
        loop {
            let entry = get::DumpReply {
                count: Some(*cursor),
                ..Default::default()
            };
            if entry.add(entries).is_err() {
                return Ok(Progress::More);
            }
            *cursor += 1;
        }
    }
}

impl set::Do for State {
    fn handle<'a>(call: &Request<'a, Self>, request: set::Request<'a>) -> Result<(), Refusal<'a>> {
        let thing = get::Reply {
            name: Some(request.name()?.value),
            ..Default::default()
        };
        assert!(ntf::Event(thing).notify(call));
        Ok(())
    }
}

// Sends its reply itself.
impl inspect::DoLater for State {
    fn handle<'a>(
        call: &Request<'a, Self>,
        _request: inspect::Request<'a>,
    ) -> Result<(), Refusal<'a>> {
        // A nest that may hold itself holds a reference.
        let more = nest::Leaf::default();
        let leaf = nest::Leaf {
            type_: Some(-2),
            more: Some(&more),
        };
        let leaves = [leaf, nest::Leaf::default()];
        let inner = nest::Inner {
            a: Some(1),
            b: Some(0x0203),
            c: Some(-4),
            d: Some(0x0506_0708),
            bits: Some(Bits::FIRST | Bits::SECOND),
            numbers: &[9, 10],
            leaves: &leaves,
            texts: &[c"x"],
            box_: Some(Box {
                head: 1,
                pair: Pair { x: 2, y: 3 },
                tail: *b"abc",
                big: 0x0102_0304,
            }),
        };
        inspect::Reply { inner: Some(inner) }.send(call)?;
        let word = word::Event {
            data: Some(b"word"),
        };
        let message = word.message(call)?;
        assert_eq!(message.cmd, 6);
        Ok(())
    }
}

static FAMILY: genl::Family<State> = small::family(&kernel::prelude::ThisModule);

fn operation(kind: &str, cmd: u8) -> &'static Op<State> {
    let mut ops = FAMILY.ops.iter();
    ops.find(|op| op.kind == kind && op.cmd == cmd)
        .expect("is in the table")
}

/// Calls an operation; returns how it ended, and what it sent.
fn call(
    kind: &str,
    cmd: u8,
    attrs: &[(u16, &[u8])],
    deaf: bool,
) -> (Result<(), String>, Vec<Sent>) {
    let (sent, state) = (RefCell::default(), State);
    let mut table = [None; 10];
    for (number, payload) in attrs {
        table[usize::from(*number)] = Some(*payload);
    }
    let request = Request {
        state: &state,
        cmd,
        sent: &sent,
        deaf,
    };
    let result = (operation(kind, cmd).run)(&request, &Attrs(&table));
    let result = result.map_err(|refusal| refusal.0);
    (result, sent.into_inner())
}

/// The bytes that `fill` puts.
fn bytes(fill: impl FnOnce(&mut Attributes<'_>) -> Result<(), genl::NoRoom>) -> Vec<u8> {
    let mut bytes = Vec::new();
    fill(&mut Attributes(&mut bytes, 1000)).expect("has room");
    bytes
}

pub fn run() {
    assert_eq!((FAMILY.name, FAMILY.version), (c"small", 3));
    let groups: Vec<_> = FAMILY.groups.iter().map(|group| group.0).collect();
    assert_eq!(groups, [c"others", c"things"]);
    let table: Vec<_> = (FAMILY.ops.iter())
        .map(|op| (op.kind, op.cmd, op.permission))
        .collect();
    let anyone = Permission::Anyone;
    assert_eq!(
        table,
        [
            ("do", 1, anyone),
            ("dump", 1, anyone),
            ("do", 2, Permission::NetAdmin),
            ("do", 5, anyone),
        ]
    );

    // The policy follows from the spec.
    assert_eq!(
        operation("do", 1).policy,
        [
            Policy("reject", 0, 0),
            Policy("string", 0, 7),
            Policy("u32", 0, 2),
            Policy("bytes", 2, 8),
            Policy("bytes", 4, 4),
            Policy("uint", 0, 0),
            Policy("sint", 0, 0),
            Policy("flag", 0, 0),
            Policy("u32", 1, 60),
        ]
    );
    assert_eq!(operation("dump", 1).policy, []);
    assert_eq!(operation("do", 2).policy.len(), 2);

    // A missing attribute is refused where the handler asks for it.
    let (result, sent) = call("do", 1, &[], false);
    assert_eq!(result, Err("attribute 1 is missing".to_owned()));
    assert!(sent.iter().all(|(what, ..)| *what == "room"));

    // The greatest size of the reply is known and small: it is allocated before.
    let large = u64::MAX.to_ne_bytes();
    let (result, sent) = call("do", 1, &[(1, b"thing\0"), (5, &large), (7, &[])], false);
    assert_eq!(result, Ok(()));
    let expected = bytes(|attrs| {
        attrs.put_string(1, c"thing")?;
        attrs.put_u32(2, 2)?;
        attrs.put_uint(5, u64::MAX)?;
        attrs.put_bytes(6, &(-1i32).to_ne_bytes())?;
        attrs.put_bytes(7, &[])
    });
    assert_eq!(sent[0].2.len(), get::Reply::MAX);
    assert_eq!(sent[1], ("reply", 1, expected.clone()));
    let reply = get::Reply {
        name: Some(c"1234567"),
        level: Some(Level::Low),
        count: Some(u64::MAX),
        delta: Some(i64::MIN),
        loud: true,
    };
    assert_eq!(reply.size(), get::Reply::MAX);
    assert_eq!(bytes(|attrs| reply.put(attrs)).len(), get::Reply::MAX);

    // This handler does not fail if its reply cannot be sent.
    assert_eq!(call("do", 1, &[(1, b"thing\0")], true).0, Ok(()));

    // Entries of a dump are added until there is no room.
    let (result, sent) = call("dump", 1, &[], false);
    assert_eq!(result, Ok(()));
    assert_eq!((sent[0].0, sent[0].2.len()), ("more", 96));

    // A notification goes to its group, with its number.
    let (_, sent) = call("do", 2, &[(1, b"x\0")], false);
    let mut expected = 1usize.to_ne_bytes().to_vec();
    expected.extend(bytes(|attrs| attrs.put_string(1, c"x")));
    assert_eq!(sent, [("event", 3, expected)]);

    // Every kind of value, in nests; the size is what is written.
    let (result, sent) = call("do", 5, &[], false);
    assert_eq!(result, Ok(()));
    let expected = bytes(|attrs| {
        attrs.nest(9, |attrs| {
            attrs.put_bytes(1, &[1])?;
            attrs.put_bytes(2, &[2, 3])?;
            attrs.put_bytes(3, &(-4i64).to_ne_bytes())?;
            attrs.put_bytes(4, &[8, 7, 6, 5])?;
            attrs.put_bytes(5, &3u16.to_ne_bytes())?;
            attrs.put_u32(6, 9)?;
            attrs.put_u32(6, 10)?;
            attrs.nest(7, |attrs| {
                attrs.nest(1, |attrs| {
                    attrs.put_bytes(1, &[0xfe])?;
                    attrs.nest(2, |_| Ok(()))
                })?;
                attrs.nest(2, |_| Ok(()))
            })?;
            attrs.nest(8, |attrs| attrs.put_string(1, c"x"))?;
            let mut bytes = *b"\x01\0\x02\0\0\0abc\0\0\0\x01\x02\x03\x04";
            bytes[4..6].copy_from_slice(&3u16.to_ne_bytes());
            assert_eq!(Box::from_bytes(bytes).to_bytes(), bytes);
            attrs.put_bytes(10, &bytes)
        })
    });
    assert_eq!(sent[0].2.len(), expected.len());
    assert_eq!(sent[1], ("reply", 5, expected));

    assert_eq!(Level::from_raw(1), Some(Level::Middle));
    assert_eq!(Level::from_raw(3), None);
    assert_eq!(Bits::from_bits(4), None);
    println!("passed");
}
