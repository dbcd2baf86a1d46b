// SPDX-License-Identifier: MIT OR Apache-2.0

use super::*;
use parley_netlink::explain::{Context, Datagram};
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::message::{self, flags};
use serde_json::json;

const ROUTE: u16 = libc::NETLINK_ROUTE as u16;
const GENERIC: u16 = libc::NETLINK_GENERIC as u16;

/// A message with the number 9, a header of its family, and text attributes.
fn message(kind: u16, flags: u16, header: &[u8], attributes: &[(u16, &str)]) -> Vec<u8> {
    let mut bytes = message::header(kind, flags, 9).to_vec();
    bytes.extend(header);
    for (number, value) in attributes {
        Writer::new(&mut bytes).string(*number, value).unwrap();
    }
    message::finish(&mut bytes, 0).unwrap();
    bytes
}

fn program(process: Option<(u32, &str)>, is_guess: bool) -> Program {
    Program {
        port: Some(62),
        process: process.map(|(pid, name)| (pid, name.to_owned())),
        is_guess,
    }
}

/// Shows a message.
fn shown<T>(
    context: &mut Context,
    (protocol, bytes): (u16, &[u8]),
    program: Program,
    below: Option<bool>,
    how: impl FnOnce(&Watched<'_>) -> T,
) -> T {
    let explained = context.explain(Datagram::new(bytes, protocol, Direction::Unknown));
    let (headline, fields) = explained.headlines().next().unwrap();
    how(&Watched {
        time: UNIX_EPOCH + Duration::new(1_795_717_357, 123_456_789),
        datagram: 7,
        protocol,
        to: explained.direction,
        headline,
        fields,
        program,
        request: below.map(|_| ("route".to_owned(), "RTM_GETLINK".to_owned())),
        is_below: below == Some(true),
    })
}

/// The line of a message, without colours.
fn line(context: &mut Context, message: (u16, &[u8]), below: Option<bool>) -> String {
    let program = program(Some((62, "ip")), false);
    shown(context, message, program, below, |seen| {
        seen.line(Style::default())
    })
}

#[test]
fn a_line_has_time_direction_family_operation_and_length_in_80_columns() {
    let mut context = Context::new();
    let dump = message(18, flags::REQUEST | flags::DUMP, &[0; 16], &[]);
    let link = message(
        16,
        flags::MULTI,
        &[0; 16],
        &[
            (3, "eth0"),
            (6, "noqueue"),
            (20, "a comment that nobody wants"),
        ],
    );
    let mut error = message(2, 0, &(-17i32).to_ne_bytes(), &[]);
    error.extend_from_slice(&dump[..16]);
    let done = message(3, flags::MULTI, &[0; 4], &[]);
    message::finish(&mut error, 0).unwrap();
    let address = [2, 24, 0, 0, 4, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 1];
    let address = [&address[..], &[8, 0, 2, 0, 10, 0, 0, 1]].concat();
    let address = message(20, flags::REQUEST, &address, &[(3, "eth0")]);
    let lines = [
        legend(Style::default()),
        line(&mut context, (ROUTE, &dump), None),
        line(&mut context, (ROUTE, &link), Some(true)),
        line(&mut context, (ROUTE, &done), Some(true)),
        line(&mut context, (ROUTE, &error), Some(false)),
        line(&mut context, (ROUTE, &address), None),
    ];
    let expected = [
        "time (UTC)    from, to              message                                bytes",
        "18:22:37.123  ip 62 → kernel        route GETLINK dump                        32",
        "18:22:37.123  kernel → ip 62          NEWLINK ifname eth0                     88",
        "18:22:37.123  kernel → ip 62          end of the dump                         20",
        "18:22:37.123  kernel → ip 62        route GETLINK EEXIST                      36",
        "18:22:37.123  ip 62 → kernel        route NEWADDR address 10.0.0.1/24 …       52",
    ];
    assert_eq!(lines, expected);
    assert!(lines.iter().all(|line| line.chars().count() == WIDTH));
}

#[test]
fn a_refusal_has_the_words_of_the_kernel_and_events_are_for_listeners() {
    let mut context = crate::output::family::context();
    context.name_family(24, "parley");
    let request = message(24, flags::REQUEST, &[4, 1, 0, 0], &[(1, "visitors")]);
    let asked = line(&mut context, (GENERIC, &request), None);
    assert!(
        asked.contains("→ kernel        parley counter-add name visitors "),
        "{asked}"
    );
    let mut refusal = message::header(2, flags::CAPPED | flags::ACK_TLVS, 9).to_vec();
    refusal.extend((-libc::ERANGE).to_ne_bytes());
    refusal.extend(&request[..16]);
    Writer::new(&mut refusal).string(1, "too low").unwrap();
    Writer::new(&mut refusal)
        .bytes(2, &20u32.to_ne_bytes())
        .unwrap();
    message::finish(&mut refusal, 0).unwrap();
    let refused = line(&mut context, (GENERIC, &refusal), Some(true));
    assert!(
        refused.contains("  ERANGE: too low (counter.name) "),
        "{refused}"
    );
    let red = program(Some((62, "ip")), false);
    let mut style = Style::default();
    style.colour = true;
    let red = shown(&mut context, (GENERIC, &refusal), red, Some(true), |seen| {
        seen.line(style)
    });
    assert!(red.contains("\x1b[1;31m"), "{red}");
    let event = message(
        24,
        0,
        &[7, 1, 0, 0],
        &[(1, "a name of some length, not short")],
    );
    let event = line(&mut context, (GENERIC, &event), None);
    let expected = "kernel → listeners    parley counter-change-ntf name a nam…     60";
    assert_eq!(event.split_once("  ").unwrap().1, expected);
}

#[test]
fn a_guess_is_marked_a_long_name_is_cut_and_its_number_is_not() {
    for (process, is_guess, expected) in [
        (Some((62, "ip")), true, "ip 62?"),
        (Some((4_194_304, "NetworkManager")), false, "Netw… 4194304"),
        (Some((7, "a\x1b[2J")), false, "a\\x1b[2J 7"),
        (None, false, "port 62"),
    ] {
        assert_eq!(program(process, is_guess).name(13), expected);
    }
    let unknown = Program {
        port: None,
        process: None,
        is_guess: false,
    };
    assert_eq!(unknown.name(13), "a program");
    let ip = program(Some((62, "ip")), false);
    assert!(ip.is("ip") && ip.is("62") && !ip.is("i") && !unknown.is("a program"));
}

#[test]
fn an_object_has_the_keys_of_decode_and_who_said_it() {
    let dump = message(18, flags::REQUEST | flags::DUMP, &[0; 16], &[]);
    let guessed = program(Some((62, "ip")), true);
    let object = shown(&mut Context::new(), (ROUTE, &dump), guessed, None, |seen| {
        seen.object()
    });
    let mut object = Value::from(object);
    let keys = object.as_object_mut().unwrap();
    let fields = keys.remove("fields").unwrap();
    assert_eq!(fields[0]["meaning"], "RTM_GETLINK, a dump request");
    let expected = json!({
        "datagram": 7, "protocol": 0, "direction": "to-kernel", "offset": 0, "len": 32,
        "timestamp": "2026-11-26T18:22:37.123456Z", "family": "route",
        "operation": "RTM_GETLINK", "role": "dump", "seq": 9, "portid": 62,
        "process": {"pid": 62, "name": "ip", "guess": true},
    });
    assert_eq!(object, expected);
}
