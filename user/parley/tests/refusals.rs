// SPDX-License-Identifier: MIT OR Apache-2.0

//! Every check of every attribute and header: the errno, the message and the attribute named.

mod common;

use common::raw::{request, Raw};
use common::{client, refusal, refuse, refused, Calls, Temporary};
use libc::{EINVAL, ENOENT, EOPNOTSUPP, ERANGE};
use parley::uapi::{self, ask, cmd, counter, echo};
use parley::{Error, Result};
use parley_netlink::genl::spec::{AttributeSet, Operation};
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::flags;
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::Socket;

const POLICY: &str = "Attribute failed policy validation";
const UNKNOWN: &str = "Unknown attribute type";
const UNSUPPORTED: &str = "Unsupported attribute";
const LENGTH: &str = "invalid attribute length";
const MISSING: &str = "required attribute is missing";
const FLAGS: &str = "ambiguous or reserved bits set in nlmsg_flags";
const RESERVED: &str = "genlmsghdr.reserved field is not 0";

const NESTED: u16 = 0x8000;

fn nothing(_: &mut Writer<'_>) -> Result<()> {
    Ok(())
}

/// The operations that can be requested, so neither events nor notifications.
fn requests() -> impl Iterator<Item = &'static Operation> {
    uapi::OPERATIONS
        .iter()
        .filter(|operation| operation.r#do.is_some() || operation.dump.is_some())
}

fn named(writer: &mut Writer<'_>) -> Result<()> {
    writer.string(counter::NAME, "refusals")
}

/// The attribute set that an operation takes its attributes from.
fn set_of(operation: &Operation) -> &'static AttributeSet {
    let mut sets = uapi::ATTRIBUTE_SETS.iter();
    sets.find(|set| set.name == operation.set).unwrap()
}

#[test]
fn a_missing_attribute_is_refused_and_named() {
    let missing = |name| refusal(EINVAL, MISSING, name);
    assert_eq!(refuse(cmd::ECHO, 0, nothing), missing("echo.payload"));
    for cmd in [
        cmd::COUNTER_GET,
        cmd::COUNTER_SET,
        cmd::COUNTER_ADD,
        cmd::COUNTER_DEL,
    ] {
        assert_eq!(refuse(cmd, 0, nothing), missing("counter.name"));
    }
    assert_eq!(refuse(cmd::ASK, 0, nothing), missing("ask.question"));
    assert_eq!(refuse(cmd::ANSWER, 0, nothing), missing("ask.id"));
    assert_eq!(refuse(cmd::COUNTER_SET, 0, named), missing("counter.value"));
    assert_eq!(refuse(cmd::COUNTER_ADD, 0, named), missing("counter.delta"));
}

#[test]
fn an_attribute_that_the_operation_does_not_take_is_refused_and_named() {
    for operation in requests() {
        let set = set_of(operation);
        let attributes = set
            .attributes
            .iter()
            .map(|attribute| (attribute.number, attribute.name))
            .chain([(99, "#99")]);
        for (flags, taken) in [(0, operation.r#do), (flags::DUMP, operation.dump)] {
            let Some(taken) = taken else { continue };
            let highest = taken.iter().copied().max().unwrap_or(0);
            for (number, name) in attributes.clone() {
                if taken.contains(&number) {
                    continue;
                }
                // The policy's table ends with the highest number that the operation takes.
                let words = if number < highest {
                    UNSUPPORTED
                } else {
                    UNKNOWN
                };
                let path = format!("{}.{name}", set.name);
                let extra = refuse(operation.number, flags, |writer| writer.u32(number, 1));
                assert_eq!(
                    extra,
                    refusal(EINVAL, words, &path),
                    "{}, flags {flags:#x}",
                    operation.name
                );
            }
        }
    }
}

#[test]
fn a_flag_attribute_with_a_payload_is_refused_and_named() {
    for operation in requests() {
        let set = set_of(operation);
        for attribute in set.attributes {
            let taken = operation
                .r#do
                .is_some_and(|taken| taken.contains(&attribute.number));
            if !taken || attribute.kind != "flag" {
                continue;
            }
            let path = format!("{}.{}", set.name, attribute.name);
            let flag = refuse(operation.number, 0, |w| w.bytes(attribute.number, b"\0"));
            assert_eq!(flag, refusal(ERANGE, POLICY, &path), "{}", operation.name);
        }
    }
}

#[test]
fn the_number_zero_is_no_attribute() {
    let zero = refuse(cmd::ECHO, 0, |writer| {
        writer.bytes(echo::PAYLOAD, b"x")?;
        writer.u32(0, 1)
    });
    assert_eq!(zero, refusal(EINVAL, UNKNOWN, "echo.#0"));
}

#[test]
fn a_name_must_be_a_string_with_a_nul_of_1_to_31_bytes() {
    for cmd in [
        cmd::COUNTER_GET,
        cmd::COUNTER_SET,
        cmd::COUNTER_ADD,
        cmd::COUNTER_DEL,
    ] {
        let name = |bytes: &[u8]| {
            refuse(cmd, 0, |writer| {
                writer.bytes(counter::NAME, bytes)?;
                match cmd {
                    cmd::COUNTER_SET => writer.uint(counter::VALUE, 1),
                    cmd::COUNTER_ADD => writer.sint(counter::DELTA, 1),
                    _ => Ok(()),
                }
            })
        };
        let refused = |errno, words| refusal(errno, words, "counter.name");
        assert_eq!(name(b""), refused(EINVAL, POLICY));
        assert_eq!(name(b"no NUL"), refused(EINVAL, POLICY));
        assert_eq!(name(&[b'x'; 32]), refused(EINVAL, POLICY));
        assert_eq!(
            name(&[&[b'x'; 32][..], b"\0"].concat()),
            refused(EINVAL, POLICY)
        );
        assert_eq!(
            name(&[b"x\0", &[b'y'; 40][..]].concat()),
            refused(ERANGE, POLICY)
        );
        assert_eq!(name(b"\0"), refused(ERANGE, "string is too short"));
    }
}

#[test]
fn an_integer_must_have_4_or_8_bytes() {
    for (cmd, number, name) in [
        (cmd::COUNTER_SET, counter::VALUE, "counter.value"),
        (cmd::COUNTER_ADD, counter::DELTA, "counter.delta"),
    ] {
        for len in [0, 1, 2, 3, 5, 7, 9, 16] {
            let short = refuse(cmd, 0, |writer| {
                named(writer)?;
                writer.bytes(number, &vec![1; len])
            });
            assert_eq!(short, refusal(EINVAL, LENGTH, name), "{len} bytes");
        }
    }
}

#[test]
fn questions_and_answers_are_checked_for_their_length() {
    let question = |len: usize| {
        refuse(cmd::ASK, 0, |writer| {
            writer.bytes(ask::QUESTION, &vec![b'?'; len])
        })
    };
    let range = || refusal(ERANGE, "binary attribute size out of range", "ask.question");
    assert_eq!(question(0), range());
    assert_eq!(question(4097), range());
    // These pass the check, but there is no agent.
    assert_eq!(question(1).errno, libc::ENOTCONN);
    assert_eq!(question(4096).errno, libc::ENOTCONN);
    let answer = |len: usize| {
        refuse(cmd::ANSWER, 0, |writer| {
            writer.uint(ask::ID, 1)?;
            writer.bytes(ask::ANSWER, &vec![b'!'; len])
        })
    };
    assert_eq!(answer(4097), refusal(ERANGE, POLICY, "ask.answer"));
    assert_eq!(answer(4096).errno, libc::EPERM);
    assert_eq!(answer(0).errno, libc::EPERM);
}

#[test]
fn a_timeout_is_a_u32_of_1_to_60000() {
    let timeout = |bytes: &[u8]| {
        refuse(cmd::ASK, 0, |writer| {
            writer.bytes(ask::QUESTION, b"?")?;
            writer.bytes(ask::TIMEOUT_MS, bytes)
        })
    };
    let range = || refusal(ERANGE, "integer out of range", "ask.timeout-ms");
    for value in [0, 60_001, u32::MAX] {
        assert_eq!(timeout(&value.to_ne_bytes()), range(), "{value}");
    }
    for value in [1u32, 60_000] {
        assert_eq!(timeout(&value.to_ne_bytes()).errno, libc::ENOTCONN);
    }
    for len in [0, 1, 3, 5, 8] {
        let short = timeout(&vec![1; len]);
        assert_eq!(
            (short.errno, short.attribute.as_deref()),
            (EINVAL, Some("ask.timeout-ms")),
            "{len} bytes: {short:?}"
        );
    }
}

#[test]
fn an_id_must_have_4_or_8_bytes() {
    for len in [0, 1, 2, 3, 5, 7, 9, 16] {
        let short = refuse(cmd::ANSWER, 0, |writer| {
            writer.bytes(ask::ID, &vec![1; len])?;
            writer.bytes(ask::ANSWER, b"x")
        });
        assert_eq!(short, refusal(EINVAL, LENGTH, "ask.id"), "{len} bytes");
    }
}

#[test]
fn a_nest_where_none_belongs_is_refused() {
    let nested = refuse(cmd::COUNTER_GET, 0, |writer| {
        writer.string(counter::NAME | NESTED, "x")
    });
    assert_eq!(
        nested,
        refusal(EINVAL, "NLA_F_NESTED not expected", "counter.name")
    );
}

#[test]
fn of_an_attribute_that_stands_twice_the_last_counts() {
    let mut client = client();
    let mut attributes = client
        .inner()
        .call(cmd::ECHO, 0, Expect::Reply, |writer| {
            writer.bytes(echo::PAYLOAD, b"first")?;
            writer.bytes(echo::PAYLOAD, b"last")
        })
        .unwrap();
    assert_eq!(attributes.next().unwrap().unwrap().payload, b"last");
}

#[test]
fn every_operation_refuses_the_modifier_flags_and_does_nothing() {
    const APPEND: u16 = 0x800;
    let words = || refusal(EINVAL, FLAGS, "");
    for operation in uapi::OPERATIONS {
        let (cmd, name) = (operation.number, operation.name);
        for flag in [
            flags::CREATE,
            flags::EXCL,
            flags::REPLACE,
            APPEND,
            flags::CREATE | flags::EXCL,
            flags::CREATE | flags::REPLACE,
            flags::CREATE | flags::REPLACE | flags::EXCL,
            flags::MULTI,
            0x10,
            0x20,
        ] {
            assert_eq!(refuse(cmd, flag, nothing), words(), "{name}, {flag:#x}");
        }
        // Together these two are NLM_F_DUMP.
        if operation.dump.is_none() {
            let dump = refuse(cmd, flags::REPLACE | flags::EXCL, nothing);
            assert_eq!(dump.errno, EOPNOTSUPP, "{name}");
        }
    }
    // The same with requests that are valid except for the flag.
    let counter = Temporary::absent("refusals");
    for flag in [flags::CREATE, flags::CREATE | flags::EXCL] {
        let set = refuse(cmd::COUNTER_SET, flag, |writer| {
            named(writer)?;
            writer.uint(counter::VALUE, 1)?;
            writer.flag(counter::CREATE)
        });
        assert_eq!(set, words(), "set, {flag:#x}");
        let add = refuse(cmd::COUNTER_ADD, flag, |writer| {
            named(writer)?;
            writer.sint(counter::DELTA, 1)?;
            writer.flag(counter::CREATE)
        });
        assert_eq!(add, words(), "add, {flag:#x}");
    }
    assert_eq!(refused(client().get(counter.0)).errno, ENOENT);
}

#[test]
fn operations_that_are_not_there_are_refused() {
    for cmd in 0..=u8::MAX {
        if requests().all(|operation| operation.number != cmd) {
            assert_eq!(refuse(cmd, 0, nothing).errno, EOPNOTSUPP, "command {cmd}");
        }
    }
}

fn errno_and_words(result: Result<parley_netlink::netlink::message::Message<'_>>) -> (i32, String) {
    match result {
        Err(Error::Refused(refusal)) => (refusal.errno, refusal.message.unwrap_or_default()),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_reserved_field_that_is_not_zero_is_refused_by_every_operation() {
    let Raw { mut socket, family } = Raw::new();
    for operation in requests() {
        let mut bytes = request(family, operation.number, flags::ACK, 50, nothing);
        bytes[18] = 1;
        let refused = errno_and_words(socket.transact(&bytes, 50, Expect::Ack));
        assert_eq!(refused, (EINVAL, RESERVED.to_owned()), "{}", operation.name);
    }
}

#[test]
fn a_message_cut_short_is_refused() {
    let Raw { mut socket, family } = Raw::new();
    // No Generic Netlink header.
    let mut bytes = request(family, cmd::STATS_GET, flags::ACK, 60, nothing);
    bytes.truncate(16);
    bytes[..4].copy_from_slice(&16u32.to_ne_bytes());
    assert_eq!(
        errno_and_words(socket.transact(&bytes, 60, Expect::Ack)).0,
        EINVAL
    );
    // Two bytes after the last attribute.
    let mut bytes = request(family, cmd::ECHO, flags::ACK, 61, |writer| {
        writer.bytes(echo::PAYLOAD, b"four")
    });
    bytes.extend_from_slice(&[0; 2]);
    let len = u32::try_from(bytes.len()).unwrap();
    bytes[..4].copy_from_slice(&len.to_ne_bytes());
    let refused = errno_and_words(socket.transact(&bytes, 61, Expect::Ack));
    assert_eq!(
        refused,
        (EINVAL, "bytes leftover after parsing attributes".to_owned())
    );
    // An attribute that is longer than the message.
    let mut bytes = request(family, cmd::ECHO, flags::ACK, 62, |writer| {
        writer.bytes(echo::PAYLOAD, b"four")
    });
    bytes[20..22].copy_from_slice(&200u16.to_ne_bytes());
    assert_eq!(
        errno_and_words(socket.transact(&bytes, 62, Expect::Ack)).0,
        EINVAL
    );
}

#[test]
fn a_family_number_that_nobody_has_is_refused() {
    let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
    let bytes = request(1000, cmd::ECHO, flags::ACK, 70, nothing);
    assert_eq!(
        errno_and_words(socket.transact(&bytes, 70, Expect::Ack)).0,
        ENOENT
    );
}

#[test]
fn a_bad_message_among_good_ones_spoils_only_itself() {
    let counter = Temporary::new("among", 0);
    let Raw { mut socket, family } = Raw::new();
    let add = |seq, delta| {
        request(family, cmd::COUNTER_ADD, flags::ACK, seq, |writer| {
            writer.string(counter::NAME, counter.0)?;
            writer.sint(counter::DELTA, delta)
        })
    };
    let datagram = [add(80, 2), add(81, -100), add(82, 3)].concat();
    let refused = errno_and_words(socket.transact(&datagram, 81, Expect::Ack));
    assert_eq!(refused, (ERANGE, "counter would fall below 0".to_owned()));
    assert_eq!(client().get(counter.0).unwrap().value, 5);
}

#[test]
fn after_every_refusal_the_same_socket_is_answered() {
    let mut client = client();
    for _ in 0..1000 {
        let refused = client
            .inner()
            .call(cmd::COUNTER_GET, 0, Expect::Reply, |writer| {
                writer.bytes(counter::NAME, b"no NUL")
            });
        assert_eq!(refused.map(drop).unwrap_err().errno(), Some(EINVAL));
        assert_eq!(client.echoed(b"and on").unwrap(), b"and on");
    }
}
