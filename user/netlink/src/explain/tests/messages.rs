// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages with parts that were once misread.

use super::*;

pub(super) const ROUTE: u16 = 0;
pub(super) const NETFILTER: u16 = 12;

/// A message from rtnetlink in the kernel: a header and attributes.
pub(super) fn notification(kind: u16, header: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut message = own(kind, 0, header);
    let mut writer = Attributes::new(&mut message);
    for (number, value) in attributes {
        writer.bytes(*number, value).unwrap();
    }
    finish(&mut message, 0).unwrap();
    message
}

pub(super) fn taken_apart(message: &[u8], protocol: u16) -> Explained {
    let explained = context().explain(of(message, protocol, Direction::FromKernel));
    covers(&explained, message.len()).unwrap();
    explained
}

#[test]
fn a_message_behind_an_error_begins_where_the_padding_of_the_error_ends() {
    // A request of 17 bytes, which the error quotes at its end.
    let mut quoted = own(FAMILY, flags::REQUEST, &[9]);
    quoted.truncate(17);
    quoted[..4].copy_from_slice(&17u32.to_ne_bytes());
    for aligned in [false, true] {
        let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
        payload.extend_from_slice(&quoted);
        if aligned {
            payload.resize(payload.len().next_multiple_of(4), 0);
        }
        let mut datagram = own(2, 0, &payload);
        datagram.resize(40, 0);
        datagram.extend(own(3, flags::MULTI, &[0; 4]));
        let explained = taken_apart(&datagram, GENERIC);
        assert!(explained.bad().is_none(), "{:?}", explained.bad());
        let second = explained.messages().nth(1).unwrap();
        assert_eq!(
            (second[0].offset, &second[0].meaning[..]),
            (40, "the end of a dump")
        );
        begins(&explained, &datagram, Order::NATIVE).unwrap();
    }
}

#[test]
fn each_type_of_rtnetlink_has_its_own_header() {
    let label = [
        &[10, 0, 64, 0][..],
        &7u32.to_ne_bytes(),
        &9u32.to_ne_bytes(),
    ]
    .concat();
    let prefix = [&[10, 0, 0, 0][..], &7i32.to_ne_bytes(), &[3, 64, 1, 0]].concat();
    let device = [&[7, 0, 0, 0][..], &7u32.to_ne_bytes()].concat();
    let stats = [&device[..], &1u32.to_ne_bytes()].concat();
    let hop = [&[2, 0, 4, 0][..], &0u32.to_ne_bytes()].concat();
    for (kinds, header, member, meaning) in [
        (&[52][..], &prefix, "prefix_len", "64"),
        (&[72, 73, 74], &label, "ifal_prefixlen", "64"),
        (&[84, 85, 86], &device, "ifindex", "7"),
        (&[92, 94, 95], &stats, "filter_mask", "0x1"),
        (
            &[104, 105, 106, 116, 117, 118],
            &hop,
            "nh_protocol",
            "4: RTPROT_STATIC",
        ),
        (&[112, 113, 114], &device, "ifindex", "7"),
        (&[120, 121, 122], &device, "ifindex", "7"),
    ] {
        for kind in kinds {
            let message = notification(*kind, header, &[(999, &[3, 0, 0, 0])]);
            let explained = taken_apart(&message, ROUTE);
            assert!(explained.bad().is_none(), "{kind}: {:?}", explained.bad());
            assert_eq!(super::meaning(&explained, member), meaning, "{kind}");
            let attribute = find(&explained, "nla_len").map(|field| field.offset);
            assert_eq!(attribute, Some(HEADER + header.len()), "{kind}");
        }
    }
}

#[test]
fn the_options_of_a_neighbour_stand_between_its_header_and_its_attributes() {
    let mut header = vec![10, 0];
    header.extend(8u16.to_ne_bytes());
    header.extend(7i32.to_ne_bytes());
    header.extend([134, 0, 0, 0, 0, 0, 0, 0]);
    // An option of Neighbour Discovery: its type, and its length in units of 8 bytes.
    header.extend([25, 1, 0, 0, 0, 0, 0, 60]);
    let source = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let message = notification(68, &header, &[(1, &source)]);
    let explained = taken_apart(&message, ROUTE);
    assert!(explained.bad().is_none(), "{:?}", explained.bad());
    assert_eq!(meaning(&explained, "nduseropt_opts_len"), "8 bytes");
    assert_eq!(find(&explained, "options").unwrap().offset, 32);
    assert_eq!(meaning(&explained, "NDUSEROPT_SRCADDR"), "fe80::1");
}

#[test]
fn of_a_type_of_rtnetlink_that_is_not_known_the_bytes_are_shown_and_not_called_bad() {
    let message = own(200, 0, &[7, 0, 0, 0, 3, 0, 0, 0, 1]);
    let explained = taken_apart(&message, ROUTE);
    assert!(explained.bad().is_none(), "{:?}", explained.bad());
    assert_eq!(find(&explained, "payload").unwrap().len, 9);
}

#[test]
fn a_bridges_link_has_the_bridges_attributes_and_an_inet6_one_its_own() {
    let header = |family| [&[family, 0, 1, 0][..], &7i32.to_ne_bytes(), &[0; 8]].concat();
    // MODE, and VLAN_INFO with the flag PVID and number 5.
    let mut spec = Vec::new();
    let mut writer = Attributes::new(&mut spec);
    writer.bytes(1, &0u16.to_ne_bytes()).unwrap();
    let vlan = [2u16.to_ne_bytes(), 5u16.to_ne_bytes()].concat();
    writer.bytes(2, &vlan).unwrap();
    let attributes = [(3, &b"p0\0"[..]), (26, &spec[..])];
    let explained = taken_apart(&notification(16, &header(7), &attributes), ROUTE);
    assert!(explained.bad().is_none(), "{:?}", explained.bad());
    assert_eq!(meaning(&explained, "IFLA_IFNAME"), "\"p0\"");
    assert_eq!(meaning(&explained, "IFLA_BRIDGE_MODE"), "0");
    assert_eq!(meaning(&explained, "vid"), "5");

    let mut inner = Vec::new();
    Attributes::new(&mut inner).u32(1, 0x80).unwrap();
    let explained = taken_apart(&notification(16, &header(10), &[(12, &inner)]), ROUTE);
    assert_eq!(meaning(&explained, "IFLA_INET6_FLAGS"), "0x80");
}

#[test]
fn the_next_hops_of_a_route_are_taken_apart_to_the_last_byte() {
    let mut hops = Vec::new();
    for last in [1, 2] {
        hops.extend(16u16.to_ne_bytes());
        hops.extend([16, 4]);
        hops.extend(7i32.to_ne_bytes());
        Attributes::new(&mut hops)
            .bytes(5, &[192, 0, 2, last])
            .unwrap();
    }
    let via = [&10u16.to_ne_bytes()[..], &[0xfe, 0x80], &[0; 13], &[9]].concat();
    let age: Vec<u8> = [1, 2, u32::MAX, 0, 5, 0, 0, 0]
        .into_iter()
        .flat_map(u32::to_ne_bytes)
        .collect();
    let header = [2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    let message = notification(24, &header, &[(9, &hops), (18, &via), (12, &age)]);
    let explained = taken_apart(&message, ROUTE);
    assert!(explained.bad().is_none(), "{:?}", explained.bad());
    let gateways: Vec<_> = explained
        .fields
        .iter()
        .filter(|field| field.name == "RTA_GATEWAY")
        .map(|field| (field.offset, &field.meaning[..]))
        .collect();
    assert_eq!(gateways, [(44, "192.0.2.1"), (60, "192.0.2.2")]);
    assert_eq!(meaning(&explained, "rtnh_ifindex"), "7");
    assert_eq!(meaning(&explained, "rtnh_flags"), "0x10: RTNH_F_LINKDOWN");
    assert_eq!(meaning(&explained, "rtvia_family"), "10: AF_INET6");
    assert_eq!(meaning(&explained, "rtvia_addr"), "fe80::9");
    assert_eq!(meaning(&explained, "rta_expires"), "-1");
    assert_eq!(meaning(&explained, "rta_used"), "5");
}

#[test]
fn a_next_hop_whose_length_lies_is_pointed_at() {
    for (len, why) in [
        (7u16, "7 is less than a next hop's header, 8"),
        (24, "length 24, but 8 bytes remain"),
    ] {
        let mut hop = len.to_ne_bytes().to_vec();
        hop.extend([0; 6]);
        let header = [2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        let explained = taken_apart(&notification(24, &header, &[(9, &hop)]), ROUTE);
        let bad = explained.bad().unwrap();
        assert_eq!((&bad.name[..], bad.bad.as_deref()), ("rtnh_len", Some(why)));
    }
}

#[test]
fn the_ages_of_addresses_and_neighbours_are_rows_of_their_own() {
    let ages: Vec<u8> = (1..5u32).flat_map(u32::to_ne_bytes).collect();
    let address = notification(20, &[2, 24, 0, 0, 7, 0, 0, 0], &[(6, &ages)]);
    let address = taken_apart(&address, ROUTE);
    assert_eq!(meaning(&address, "ifa_valid"), "2 s");
    assert_eq!(meaning(&address, "tstamp"), "4: 0.04 s");
    let neighbour = notification(28, &[2, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 1], &[(3, &ages)]);
    let neighbour = taken_apart(&neighbour, ROUTE);
    assert_eq!(meaning(&neighbour, "refcnt"), "4");
    // A shorter one is bad.
    let address = notification(20, &[2, 24, 0, 0, 7, 0, 0, 0], &[(6, &ages[..6])]);
    let address = taken_apart(&address, ROUTE);
    let why = address.bad().and_then(|bad| bad.bad.as_deref());
    assert_eq!(why, Some("cut off: 2 of its 4 bytes"));
}

#[test]
fn what_is_guessed_of_netfilter_has_the_highest_byte_first() {
    // A rule with an unknown expression: nothing is known about its data.
    let (mut data, mut element) = (Vec::new(), Vec::new());
    Attributes::new(&mut data).bytes(2, &[0, 0, 0, 1]).unwrap();
    let mut writer = Attributes::new(&mut element);
    writer.string(1, "next").unwrap();
    writer.bytes(2, &data).unwrap();
    let mut list = Vec::new();
    Attributes::new(&mut list).bytes(1, &element).unwrap();
    let rule = notification(0xa06, &[2, 0, 0, 5], &[(4, &list)]);
    let rule = taken_apart(&rule, NETFILTER);
    assert!(rule
        .fields
        .iter()
        .any(|field| field.meaning == "1 (a guess)"));
    // With NLA_F_NET_BYTEORDER, the same holds for any family.
    let other = notification(99, &[1, 1, 0, 0], &[(1 | 1 << 14, &[0, 0, 0, 9])]);
    let other = taken_apart(&other, GENERIC);
    assert_eq!(meaning(&other, "value"), "9 (a guess)");
}

#[test]
fn the_priority_of_a_hook_has_a_sign_and_the_last_metric_has_a_name() {
    let mut hook = Vec::new();
    let mut writer = Attributes::new(&mut hook);
    writer.bytes(2, &(-150i32).to_be_bytes()).unwrap();
    let chain = notification(0xa03, &[2, 0, 0, 5], &[(4, &hook)]);
    let chain = taken_apart(&chain, NETFILTER);
    assert_eq!(meaning(&chain, "NFTA_HOOK_PRIORITY"), "-150");
    let mut metrics = Vec::new();
    Attributes::new(&mut metrics).u32(17, 1).unwrap();
    let header = [2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    let route = taken_apart(&notification(24, &header, &[(8, &metrics)]), ROUTE);
    assert_eq!(meaning(&route, "RTAX_FASTOPEN_NO_COOKIE"), "1");
}

/// A message of `protocol` with this sequence number and port, and its role.
fn role(context: &mut Context, protocol: u16, kind: u16, flags: u16, ids: (u32, u32)) -> Explained {
    let mut message = own(kind, flags, &[2, 0, 0, 0]);
    message[8..12].copy_from_slice(&ids.0.to_ne_bytes());
    message[12..16].copy_from_slice(&ids.1.to_ne_bytes());
    let direction = Direction::Unknown;
    context.explain(of(&message, protocol, direction))
}

#[test]
fn a_reply_to_a_request_of_number_0_is_no_event() {
    let mut context = context();
    let mut role = |kind, flags, ids| {
        let explained = role(&mut context, NETFILTER, kind, flags, ids);
        let words = meaning(&explained, "message").to_owned();
        (words, meaning(&explained, "nlmsg_seq").to_owned())
    };
    let event = (
        "NFT_MSG_NEWGEN, an event".to_owned(),
        "0: an event".to_owned(),
    );
    let reply = |words: &str| (words.to_owned(), "0: that of the request".to_owned());
    // Without a request.
    assert_eq!(role(0xa0f, 0, (0, 0)), event);
    assert_eq!(role(0xa0f, 0, (0, 7)), event);
    // As in a dump by nft, whose request may not have been captured.
    let words = "NFT_MSG_NEWTABLE, a reply";
    assert_eq!(role(0xa00, flags::MULTI, (0, 7)), reply(words));
    assert_eq!(role(3, flags::MULTI, (0, 7)).1, reply("").1);
    assert_eq!(role(2, 0, (0, 7)).1, reply("").1);
    // After a request.
    assert_eq!(role(0xa10, flags::REQUEST, (0, 0)).1, "0");
    assert_eq!(role(0xa0f, 0, (0, 7)), reply("NFT_MSG_NEWGEN, a reply"));
    let (words, seq) = role(0xa0f, 0, (0, 0));
    assert_eq!(
        (&words[..], &seq[..]),
        ("NFT_MSG_NEWGEN, a reply or an event", "0")
    );
}

#[test]
fn a_change_has_events_and_no_reply_of_its_own_unless_it_wants_an_echo() {
    const SETLINK: u16 = 19;
    const NEWLINK: u16 = 16;
    const GETLINK: u16 = 18;
    for (kind, flags, expected) in [
        (SETLINK, flags::ACK, Role::Event),
        (SETLINK, flags::ECHO, Role::Reply),
        (GETLINK, 0, Role::Reply),
    ] {
        let mut context = context();
        role(&mut context, ROUTE, kind, flags::REQUEST | flags, (9, 0));
        let notification = role(&mut context, ROUTE, NEWLINK, 0, (9, 7));
        let (headline, fields) = notification.headlines().next().unwrap();
        assert_eq!(headline.role, expected, "{kind} {flags}");
        assert_eq!((headline.seq, headline.portid), (9, 7));
        assert_eq!(headline.operation, "RTM_NEWLINK");
        assert_eq!(fields.len(), notification.fields.len());
        // The ACK is a reply in any case.
        let ack = role(&mut context, ROUTE, 2, 0, (9, 7));
        assert_eq!(ack.headlines().next().unwrap().0.role, Role::Reply);
    }
    // Bytes that are not a message have no headline.
    let bytes = of(&[1, 2, 3], ROUTE, Direction::FromKernel);
    assert_eq!(context().explain(bytes).headlines().count(), 0);
}

/// A request for a dump: `payload`, and attributes after it.
fn wanted(kind: u16, payload: &[u8], attributes: &[(u16, u32)]) -> Explained {
    let mut message = own(kind, flags::REQUEST | flags::DUMP, payload);
    let mut writer = Attributes::new(&mut message);
    for (number, value) in attributes {
        writer.u32(*number, *value).unwrap();
    }
    finish(&mut message, 0).unwrap();
    let explained = context().explain(of(&message, ROUTE, Direction::ToKernel));
    covers(&explained, message.len()).unwrap();
    assert!(explained.bad().is_none(), "{kind} {:?}", explained.bad());
    explained
}

#[test]
fn old_programs_ask_for_dumps_with_a_header_of_their_own() {
    const EXT_MASK: u16 = 29;
    const MASTER: u16 = 10;
    let link = [&[7, 0, 0, 0][..], &5i32.to_ne_bytes(), &[0; 8]].concat();
    let changed = [&link[..12], &[0xff; 4]].concat();
    // Addresses, routes, neighbours, rules, tables of neighbours, network settings.
    for kind in [22, 26, 30, 34, 66, 82] {
        // As iproute2 asked, with and without its own attribute.
        for link in [&link, &changed] {
            for attributes in [&[][..], &[(EXT_MASK, 9)], &[(EXT_MASK, 9), (MASTER, 3)]] {
                let explained = wanted(kind, link, attributes);
                assert!(find(&explained, "ifinfomsg").is_some(), "{kind}");
                assert_eq!(meaning(&explained, "ifi_index"), "5");
                let mask = find(&explained, "IFLA_EXT_MASK").map(|field| field.offset);
                assert_eq!(mask, (!attributes.is_empty()).then_some(36), "{kind}");
            }
        }
        // As the C library and busybox ask: with the family only, padded or not.
        for family in [&[2][..], &[2, 0, 0, 0]] {
            let explained = wanted(kind, family, &[]);
            let rest = explained
                .fields
                .iter()
                .filter(|field| field.len > 0)
                .count();
            assert!(rest <= 7, "{kind} {explained:?}");
        }
    }
    // A request for links by iproute2 before 3.9.
    let explained = wanted(18, &[7, 0, 0, 0], &[(EXT_MASK, 1)]);
    assert_eq!(meaning(&explained, "family"), "7: AF_BRIDGE");
    assert_eq!(meaning(&explained, "IFLA_EXT_MASK"), "0x1: RTEXT_FILTER_VF");
}

#[test]
fn the_proper_header_of_a_request_for_a_dump_is_taken_for_it() {
    let neighbour = [&[7, 0, 0, 0][..], &5i32.to_ne_bytes(), &[0; 4]].concat();
    for attributes in [&[][..], &[(8, 5)], &[(8, 5), (9, 3)]] {
        let explained = wanted(30, &neighbour, attributes);
        assert_eq!(meaning(&explained, "ndm_ifindex"), "5");
        let index = find(&explained, "NDA_IFINDEX").map(|field| field.offset);
        assert_eq!(index, (!attributes.is_empty()).then_some(32));
    }
    let explained = wanted(22, &[2, 0, 0, 0, 5, 0, 0, 0], &[(10, 4)]);
    assert!(find(&explained, "ifaddrmsg").is_some());
    // Requests for one object, and replies, never have this other header.
    let link = [&[7, 0, 0, 0][..], &5i32.to_ne_bytes(), &[0; 8]].concat();
    for flags in [flags::REQUEST, 0] {
        let message = own(30, flags, &link);
        let explained = context().explain(of(&message, ROUTE, Direction::Unknown));
        assert!(find(&explained, "ifinfomsg").is_none());
    }
}
