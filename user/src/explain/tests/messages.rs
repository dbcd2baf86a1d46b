// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages of which a part was misread once.

#![forbid(unsafe_code)]

use super::*;

const ROUTE: u16 = 0;
#[allow(dead_code)]
const NETFILTER: u16 = 12;

/// What the kernel says, of rtnetlink: a header, and attributes behind it.
fn told(kind: u16, header: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut message = own(kind, 0, header);
    let mut writer = Attributes::new(&mut message);
    for (number, value) in attributes {
        writer.bytes(*number, value).unwrap();
    }
    finish(&mut message, 0).unwrap();
    message
}

fn explained(message: &[u8], protocol: u16) -> Explained {
    let explained = context().explain(of(message, protocol, Direction::FromKernel));
    covers(&explained, message.len()).unwrap();
    explained
}

#[test]
fn a_message_behind_an_error_begins_where_the_padding_of_the_error_ends() {
    // A request of 17 bytes, which the error quotes as its last.
    let mut quoted = own(FAMILY, flags::REQUEST, &[9]);
    quoted.truncate(17);
    quoted[0] = 17;
    for aligned in [false, true] {
        let mut payload = (-libc::EINVAL).to_ne_bytes().to_vec();
        payload.extend_from_slice(&quoted);
        if aligned {
            payload.resize(payload.len().next_multiple_of(4), 0);
        }
        let mut datagram = own(2, 0, &payload);
        datagram.resize(40, 0);
        datagram.extend(own(3, flags::MULTI, &[0; 4]));
        let explained = explained(&datagram, GENERIC);
        assert!(explained.bad().is_none(), "{:?}", explained.bad());
        let second = explained.messages().nth(1).unwrap();
        assert_eq!(
            (second[0].offset, &second[0].meaning[..]),
            (40, "the end of a dump")
        );
        begins(&explained, &datagram, Order::NATIVE).unwrap();
    }
}
