// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the readers make of messages, well formed and not.

#![forbid(unsafe_code)]

use super::*;
use crate::netlink::message::{self, Header};
use crate::netlink::socket::to_this_kernel;
use crate::netlink::transport::Received;
use proptest::prelude::*;
use std::cell::RefCell;
use std::fmt::Debug;
use std::io;
use std::time::Duration;

/// A message as a reader gets it.
fn message(kind: u16, flags: u16, payload: &[u8]) -> Message<'_> {
    Message {
        header: Header {
            len: 0,
            kind,
            flags,
            seq: 1,
            portid: 1,
        },
        payload,
    }
}

fn with(header: &[u8], fill: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Vec<u8> {
    let mut payload = header.to_vec();
    fill(&mut Writer::new(&mut payload)).unwrap();
    payload
}

const V4: [u8; 4] = [192, 0, 2, 7];
const V6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];

/// A struct rtnexthop.
fn way(len: u16, flags: u8, weight: u8, index: i32) -> Vec<u8> {
    let mut way = len.to_ne_bytes().to_vec();
    way.extend([flags, weight]);
    way.extend(index.to_ne_bytes());
    way
}

#[test]
fn a_route_of_several_ways_is_read_with_their_weights_and_families() {
    // One by a gateway, one by a gateway of IPv6.
    let mut ways = way(16, 4, 2, 5);
    Writer::new(&mut ways).bytes(5, &V4).unwrap();
    let family = (libc::AF_INET6 as u16).to_ne_bytes();
    let via = [&family[..], &V6].concat();
    let mut gateway = Vec::new();
    Writer::new(&mut gateway).bytes(18, &via).unwrap();
    // The length leaves out the padding of the last attribute.
    ways.extend(way(8 + gateway.len() as u16 - 2, 0, 0, 6));
    ways.extend(gateway);
    let header = [2, 16, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0];
    let payload = with(&header, |w| {
        w.bytes(1, &[172, 26, 0, 0])?;
        w.u32(15, 1000)?;
        w.bytes(9, &ways)
    });
    let route = Route::read(&message(Route::NEW, 0, &payload)).unwrap();
    assert_eq!((route.table, route.kind), (1000, 1));
    let [first, second] = &route.ways[..] else {
        panic!("{route:?}");
    };
    assert_eq!((first.index, first.weight), (Some(5), 3));
    assert_eq!(first.gateway, Some(V4.into()));
    assert_eq!(routes::flag_names(first.flags), ["onlink"]);
    assert_eq!((second.index, second.weight), (Some(6), 1));
    assert_eq!(second.gateway, Some(V6.into()));
}

#[test]
fn a_way_whose_length_lies_is_an_error() {
    for len in [0, 7, 9, 255] {
        let way = way(len, 0, 0, 5);
        let payload = with(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], |w| w.bytes(9, &way));
        let read = Route::read(&message(Route::NEW, 0, &payload));
        assert!(matches!(read, Err(Error::Malformed { .. })), "{len}");
    }
}

#[test]
fn what_is_told_is_new_or_replaces_or_is_gone_and_others_are_left_alone() {
    let payload = with(&[2, 0, 0, 0, 5, 0, 0, 0, 0x80, 0, 0, 0], |w| {
        w.bytes(1, &V4)
    });
    let new = Neighbour::NEW;
    let told = |kind, flags| told::<Neighbour>(&message(kind, flags, &payload)).unwrap();
    assert_eq!(told(new, 0).unwrap().change, Change::Is);
    assert_eq!(told(new, flags::REPLACE).unwrap().change, Change::Replaces);
    assert_eq!(told(new + 1, 0).unwrap().change, Change::Gone);
    assert_eq!(told(new + 2, 0), None);
    // A bridge tells of its own table of addresses in the same messages.
    let mut bridge = payload.clone();
    bridge[0] = libc::AF_BRIDGE as u8;
    let read = super::told::<Neighbour>(&message(new, 0, &bridge)).unwrap();
    assert_eq!(read, None);
    // And of its ports, as if they were links.
    let port = [
        libc::AF_BRIDGE as u8,
        0,
        0,
        0,
        5,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ];
    let port = super::told::<Link>(&message(Link::NEW + 1, 0, &port)).unwrap();
    assert_eq!(port, None);
}

#[test]
fn time_that_runs_out_is_no_change_and_its_end_is() {
    let header = [2, 24, 0, 0, 5, 0, 0, 0];
    let address = |preferred: u32, valid: u32| {
        let info = [preferred, valid, 0, 0].map(u32::to_ne_bytes).concat();
        let payload = with(&header, |w| {
            w.bytes(2, &V4)?;
            w.bytes(6, &info)
        });
        Address::read(&message(Address::NEW, 0, &payload)).unwrap()
    };
    let forever = addresses::FOREVER;
    assert!(!address(5, 10).is_changed(&address(6, 11)));
    assert!(address(5, forever).is_changed(&address(6, 11)));
    assert!(address(forever, forever).is_changed(&address(forever, 11)));
    assert_eq!(address(5, 10).flag_names(), ["dynamic"]);
}

#[test]
fn this_machine_has_a_loopback_link_with_its_address_and_route() {
    let Some(mut socket) = to_this_kernel(libc::NETLINK_ROUTE) else {
        return;
    };
    let names = links::Names::read(&mut socket).unwrap();
    let index = names.get(1).unwrap().index;
    assert_eq!(&*names.name(index), "lo");
    assert_eq!(&*names.name(4_000_000), "if4000000");
    let addresses: Listing<Address> = Address::all(&mut socket).unwrap();
    let local = |address: &&Address| address.index == 1;
    assert!(addresses.entries.iter().any(|address| local(&address)));
    let rules = rules::list(&mut socket, Some(Family::Inet)).unwrap();
    assert_eq!(names::table(rules.entries[0].table), "local");
}

#[test]
fn a_request_that_the_kernel_refuses_is_named() {
    let Some(mut socket) = to_this_kernel(libc::NETLINK_ROUTE) else {
        return;
    };
    let error = routes::list(&mut socket, None, Some(0x7fff_1234)).unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(
        (refusal.errno, refusal.operation),
        (libc::ENOENT, Some("RTM_GETROUTE"))
    );
}

const PORT: u32 = 77;

/// A kernel without IPv6. Asked for the rules of that, it has no such family;
/// asked for anything else, it lists all that it has, which is one of IPv4.
#[derive(Debug, Default)]
struct WithoutInet6(RefCell<Vec<u8>>);

impl crate::sealed::Sealed for WithoutInet6 {}

impl Transport for WithoutInet6 {
    fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        self.0.replace(datagram.to_vec());
        Ok(datagram.len())
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        let request = self.0.borrow();
        let asked = Header::read(&request).unwrap();
        let kind = asked.kind - 2;
        let refused = kind == Rule::NEW && request[message::HEADER] == Family::Inet6.number();
        let entry = match kind {
            Address::NEW => with(&[2, 24, 0, 0, 5, 0, 0, 0], |w| w.bytes(2, &V4)),
            Neighbour::NEW => with(&[2, 0, 0, 0, 5, 0, 0, 0, 0x80, 0, 0, 0], |w| {
                w.bytes(1, &V4)
            }),
            _ => vec![2, 0, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0],
        };
        let end = if refused { -libc::EAFNOSUPPORT } else { 0 };
        let mut datagram = Vec::new();
        let mut put = |kind, payload: &[u8]| {
            let start = datagram.len();
            let mut header = message::header(kind, flags::MULTI, asked.seq);
            header[12..].copy_from_slice(&PORT.to_ne_bytes());
            datagram.extend(header);
            datagram.extend(payload);
            message::finish(&mut datagram, start).unwrap();
        };
        if !refused {
            put(kind, &entry);
        }
        put(libc::NLMSG_DONE as u16, &end.to_ne_bytes());
        buffer[..datagram.len()].copy_from_slice(&datagram);
        Ok(Received {
            len: datagram.len(),
            sender: Some(0),
            whole: datagram.len(),
        })
    }

    fn wait(&self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_kernel_without_ipv6_has_none_of_it_and_ipv4_is_listed_once() {
    let mut socket = Socket::over(WithoutInet6::default(), PORT);
    let socket = &mut socket;
    for (family, count) in [(None, 1), (Some(Family::Inet), 1), (Some(Family::Inet6), 0)] {
        let counts = [
            routes::list(socket, family, None).unwrap().entries.len(),
            rules::list(socket, family).unwrap().entries.len(),
            list::<Address, _>(socket, family).unwrap().entries.len(),
        ];
        assert_eq!(counts, [count; 3], "{family:?}");
        // Those that it answers for are listed after the others.
        let neighbours = neighbours::list(socket, family).unwrap().entries;
        assert_eq!(neighbours.len(), 2 * count, "{family:?}");
    }
    // What a monitor of rules reads at first.
    assert_eq!(Rule::all(socket).unwrap().entries.len(), 1);
}

/// Reads a message as each kind. None may panic, and what is read can be shown.
fn read_as_each(payload: &[u8]) {
    fn read<E: Entry + Debug>(payload: &[u8]) -> Option<E> {
        let entry = E::read(&message(E::NEW, 0, payload)).ok()?;
        let _ = (entry.key(), entry.is_same(&entry));
        assert!(!entry.is_changed(&entry));
        Some(entry)
    }
    if let Some(link) = read::<Link>(payload) {
        let _ = (link.flag_names(Some(&link)), link.address_mode_name());
        let _ = link.hardware(link.address.as_deref().unwrap_or_default());
        let _ = link.other_permanent_address();
    }
    if let Some(address) = read::<Address>(payload) {
        let _ = address.flag_names();
    }
    if let Some(route) = read::<Route>(payload) {
        let _ = (route.preference_name(), route.way.encapsulation_name());
        for (number, value) in &route.metrics {
            let _ = routes::metric_name(*number);
            let _ = (
                routes::metric_value(*number, *value),
                route.is_locked(*number),
            );
        }
    }
    if let Some(neighbour) = read::<Neighbour>(payload) {
        let _ = (neighbour.state_names(), neighbour.flag_names());
        let _ = neighbour.hardware(&links::Names::default());
    }
    let _ = read::<Rule>(payload);
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(payload: Vec<u8>) {
        read_as_each(&payload);
    }

    #[test]
    fn no_attributes_make_a_reader_panic(
        family in prop::sample::select(vec![0u8, 2, 10, 7]),
        header in prop::array::uniform15(any::<u8>()),
        len in prop::sample::select(vec![8usize, 12, 16]),
        attributes in prop::collection::vec((0u16..64, prop::collection::vec(any::<u8>(), 0..40)), 0..12),
        nests in prop::collection::vec((0u16..64, 0u16..20, prop::collection::vec(any::<u8>(), 0..9)), 0..4),
    ) {
        let header = [&[family][..], &header].concat();
        let payload = with(&header[..len], |w| {
            for (number, bytes) in &attributes {
                w.bytes(*number, bytes)?;
            }
            for (outer, inner, bytes) in &nests {
                w.nest(*outer, |w| w.bytes(*inner, bytes))?;
            }
            Ok(())
        });
        read_as_each(&payload);
    }

    #[test]
    fn what_is_not_known_is_passed_over_and_what_is_cut_off_is_no_panic(
        number in 200u16..0x3fff, bytes in prop::collection::vec(any::<u8>(), 0..40), cut in 0usize..80,
    ) {
        let header = [2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0];
        let known = |w: &mut Writer<'_>| {
            w.bytes(1, &V4)?;
            w.u32(4, 5)
        };
        let plain = with(&header, known);
        let more = with(&header, |w| {
            w.bytes(number, &bytes)?;
            known(w)?;
            w.bytes(number, &bytes)
        });
        let read = |payload: &[u8]| Route::read(&message(Route::NEW, 0, payload));
        prop_assert_eq!(read(&plain).unwrap(), read(&more).unwrap());
        read_as_each(&more[..cut.min(more.len())]);
    }
}
