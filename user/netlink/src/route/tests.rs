// SPDX-License-Identifier: MIT OR Apache-2.0

//! The readers, with well-formed and malformed messages.

use super::*;
use crate::netlink::message::{self, Header};
use crate::netlink::socket::to_this_kernel;
use crate::netlink::transport::Received;
use proptest::prelude::*;
use std::cell::RefCell;
use std::fmt::Debug;
use std::io;
use std::time::Duration;

/// A message as a reader receives it.
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
fn next_hop(len: u16, flags: u8, weight: u8, index: i32) -> Vec<u8> {
    let mut next_hop = len.to_ne_bytes().to_vec();
    next_hop.extend([flags, weight]);
    next_hop.extend(index.to_ne_bytes());
    next_hop
}

#[test]
fn a_route_of_several_ways_is_read_with_their_weights_and_families() {
    // One nexthop has an IPv4 gateway, the other an IPv6 gateway.
    let mut next_hops = next_hop(16, 4, 2, 5);
    Writer::new(&mut next_hops).bytes(5, &V4).unwrap();
    let family = (libc::AF_INET6 as u16).to_ne_bytes();
    let via = [&family[..], &V6].concat();
    let mut gateway = Vec::new();
    Writer::new(&mut gateway).bytes(18, &via).unwrap();
    // The length leaves out the padding of the last attribute.
    next_hops.extend(next_hop(8 + gateway.len() as u16 - 2, 0, 0, 6));
    next_hops.extend(gateway);
    let header = [2, 16, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0];
    let payload = with(&header, |w| {
        w.bytes(1, &[172, 26, 0, 0])?;
        w.u32(15, 1000)?;
        w.bytes(9, &next_hops)
    });
    let route = Route::read(&message(Route::NEW, 0, &payload)).unwrap();
    assert_eq!((route.table, route.kind), (1000, 1));
    let [first, second] = &route.next_hops[..] else {
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
        let next_hop = next_hop(len, 0, 0, 5);
        let payload = with(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], |w| {
            w.bytes(9, &next_hop)
        });
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
    let reported = |kind, flags| event::<Neighbour>(&message(kind, flags, &payload)).unwrap();
    assert_eq!(reported(new, 0).unwrap().change, Change::Present);
    assert_eq!(
        reported(new, flags::REPLACE).unwrap().change,
        Change::Replaces
    );
    let created = flags::CREATE | flags::EXCL;
    assert_eq!(reported(new, created).unwrap().change, Change::Created);
    let appended = flags::CREATE | flags::APPEND;
    assert_eq!(reported(new, appended).unwrap().change, Change::Appended);
    assert_eq!(reported(new + 1, 0).unwrap().change, Change::Deleted);
    assert_eq!(reported(new + 2, 0), None);
    // A bridge reports its own table of addresses in the same messages.
    let mut bridge = payload.clone();
    bridge[0] = libc::AF_BRIDGE as u8;
    let read = super::event::<Neighbour>(&message(new, 0, &bridge)).unwrap();
    assert_eq!(read, None);
    // It also reports its ports, as if they were links.
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
    let port = super::event::<Link>(&message(Link::NEW + 1, 0, &port)).unwrap();
    assert_eq!(port, None);
}

#[test]
fn routes_are_the_same_where_the_kernel_takes_them_for_the_same() {
    let route = |family: u8, kind: u8, fill: &dyn Fn(&mut Writer<'_>) -> Result<()>| {
        let header = [family, 8, 0, 0, 254, 4, 0, kind, 0, 0, 0, 0];
        let payload = with(&header, |w| {
            let to: &[u8] = if family == 2 { &[10, 0, 0, 0] } else { &V6 };
            w.bytes(1, to)?;
            fill(w)
        });
        Route::read(&message(Route::NEW, 0, &payload)).unwrap()
    };
    let via = |w: &mut Writer<'_>| w.bytes(5, &V4).and(w.u32(4, 5));
    let metric = |w: &mut Writer<'_>| via(w).and(w.nest(8, |w| w.u32(2, 1300)));
    let encap = |w: &mut Writer<'_>| via(w).and(w.bytes(21, &2u16.to_ne_bytes()));
    // Any of these differences makes another IPv4 route with the same key.
    let plain = route(2, 1, &via);
    for other in [
        route(2, 6, &|_| Ok(())),
        route(2, 1, &metric),
        route(2, 1, &encap),
    ] {
        assert!(
            plain.key() == other.key() && !plain.is_same(&other),
            "{other:?}"
        );
    }
    let mut down = plain.clone();
    down.flags |= 16;
    assert!(plain.is_same(&down) && down.differs_from(&plain));
    // The gateway of a nexthop object does not identify the route.
    let object = |next_hop: u8| {
        route(2, 1, &move |w: &mut Writer<'_>| {
            w.u32(30, 7).and(w.bytes(5, &[192, 0, 2, next_hop]))
        })
    };
    assert!(object(1).is_same(&object(2)) && !object(1).is_same(&plain));
    // IPv6 nexthops that can share the packets are one route, whatever its type says.
    let to =
        |next_hop: &'static [u8; 16]| route(10, 1, &move |w: &mut Writer<'_>| w.bytes(5, next_hop));
    let (first, second) = (to(&V6), to(&[7; 16]));
    let mut both = first.clone();
    both.next_hops = vec![first.next_hop.clone(), second.next_hop.clone()];
    both.next_hop = routes::NextHop::default();
    assert!(first.is_same(&second) && first.is_same(&both) && second.is_same(&both));
    assert!(second.is_part_of(&both) && !both.is_part_of(&both) && !first.is_part_of(&second));
    let by = |link: u32| route(10, 1, &move |w: &mut Writer<'_>| w.u32(4, link));
    assert!(by(5).is_same(&by(5)) && !by(5).is_same(&by(6)) && !by(5).is_same(&first));
}

#[test]
fn a_route_is_read_with_the_fields_of_its_encapsulation_in_each_nexthop() {
    use fields::Value;
    // Two labels of MPLS, of which the second is marked as the last.
    let labels = [0, 0x06, 0x40, 0, 0, 0x0c, 0x81, 0];
    let attributes = with(&[], |w| {
        w.bytes(21, &1u16.to_ne_bytes())?;
        w.nest(22, |w| w.bytes(1, &labels).and(w.bytes(2, &[9])))
    });
    let mut next_hops = next_hop(8 + attributes.len() as u16, 0, 0, 5);
    next_hops.extend(attributes);
    // A header with one segment, and the mode in which it is added.
    let header = [0, 2, 4, 0, 0, 0, 0, 0];
    let seg6 = [&1u32.to_ne_bytes()[..], &header, &V6].concat();
    let payload = with(&[10, 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0], |w| {
        // The attributes may come first, and their kind after them.
        w.nest(22, |w| w.bytes(1, &seg6))?;
        w.bytes(21, &5u16.to_ne_bytes())?;
        w.bytes(9, &next_hops)
    });
    let route = Route::read(&message(Route::NEW, 0, &payload)).unwrap();
    let show = |next_hop: &routes::NextHop| {
        let value = Value::Fields(next_hop.encapsulation_data.clone());
        format!("{} {value}", next_hop.encapsulation_name().unwrap())
    };
    assert_eq!(show(&route.next_hop), "seg6 mode encap segs 2001:db8::7");
    assert_eq!(show(&route.next_hops[0]), "mpls dst 100/200 ttl 9");
}

/// Reads a link with these attributes in its `IFLA_LINKINFO`.
fn link_of(kind: &str, fill: impl Fn(&mut Writer<'_>) -> Result<()>) -> Link {
    let header = [0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let payload = with(&header, |w| {
        w.nest(18, |w| w.string(1, kind).and(w.nest(2, &fill)))
    });
    Link::read(&message(Link::NEW, 0, &payload)).unwrap()
}

#[test]
fn a_link_is_read_with_what_its_kind_is_set_up_with() {
    use fields::Value;
    let show = |link: &Link| Value::Fields(link.data.clone().unwrap()).to_string();
    let vxlan = |group: [u8; 4]| {
        link_of("vxlan", |w| {
            w.u32(1, 42)?;
            w.bytes(2, &group)?;
            w.bytes(15, &4789u16.to_be_bytes())?;
            w.bytes(7, &[1])
        })
    };
    assert_eq!(
        show(&vxlan(V4)),
        "id 42 remote 192.0.2.7 port 4789 learning on"
    );
    assert!(show(&vxlan([239, 0, 0, 1])).contains("group 239.0.0.1"));
    // Flags in network byte order decide whose keys count.
    let key = |flags: u16| {
        link_of("gre", |w| {
            w.bytes(2, &flags.to_be_bytes())?;
            w.bytes(4, &[0, 0, 0, 9])
        })
    };
    assert_eq!(show(&key(0x2000)), "remote any local any ikey 0.0.0.9");
    assert_eq!(show(&key(0x1000)), "remote any local any iseq on");
    // The passing of time is not a change.
    let bridge = |timer: u64, age: u32| {
        link_of("bridge", |w| {
            w.u32(3, age).and(w.bytes(16, &timer.to_ne_bytes()))
        })
    };
    assert!(show(&bridge(1234, 5)).ends_with("hello_timer 12.34"));
    assert!(!bridge(1, 5).differs_from(&bridge(2, 5)));
    assert!(bridge(1, 5).differs_from(&bridge(1, 6)));
    // An unknown kind has no data, but is no error.
    assert_eq!(link_of("strange", |w| w.u32(1, 1)).data, None);
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
    assert!(!address(5, 10).differs_from(&address(6, 11)));
    assert!(address(5, forever).differs_from(&address(6, 11)));
    assert!(address(forever, forever).differs_from(&address(forever, 11)));
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

/// A kernel without IPv6. A request for IPv6 rules fails, because the kernel lacks the
/// family. Every other request lists all entries, which is a single IPv4 entry.
#[derive(Debug, Default)]
struct WithoutInet6(RefCell<Vec<u8>>);

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
        Ok(Received::new(datagram.len(), Some(0), datagram.len()))
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
        // The neighbours that it answers for are listed after the others.
        let neighbours = neighbours::list(socket, family).unwrap().entries;
        assert_eq!(neighbours.len(), 2 * count, "{family:?}");
    }
    // The list that a monitor of rules reads first.
    assert_eq!(Rule::all(socket).unwrap().entries.len(), 1);
}

/// Reads a message as each type. None may panic, and the result can be shown.
fn read_as_each(payload: &[u8]) {
    fn read<E: Entry + Debug>(payload: &[u8]) -> Option<E> {
        let entry = E::read(&message(E::NEW, 0, payload)).ok()?;
        let _ = (entry.key(), entry.is_same(&entry));
        assert!(!entry.differs_from(&entry));
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
        let _ = (route.preference_name(), route.next_hop.encapsulation_name());
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
    fn no_attributes_of_a_kind_make_a_reader_panic(
        kind in prop::sample::select(kinds::names().collect::<Vec<_>>()),
        number in 0u16..12,
        attributes in prop::collection::vec((0u16..64, prop::collection::vec(any::<u8>(), 0..40)), 0..12),
        nests in prop::collection::vec((0u16..40, 0u16..20, prop::collection::vec(any::<u8>(), 0..9)), 0..4),
    ) {
        let data = with(&[], |w| {
            for (number, bytes) in &attributes {
                w.bytes(*number, bytes)?;
            }
            for (outer, inner, bytes) in &nests {
                w.nest(*outer, |w| w.bytes(*inner, bytes))?;
            }
            Ok(())
        });
        let attributes = || Some(Attributes::new(&data));
        for fields in [kinds::link(kind, attributes()), kinds::part(kind, attributes())] {
            if let Ok(Some(fields)) = fields {
                let _ = fields::Value::Fields(fields).to_string();
            }
        }
        if let Ok(fields) = encap::data(number, Attributes::new(&data)) {
            let _ = fields::Value::Fields(fields).to_string();
        }
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
