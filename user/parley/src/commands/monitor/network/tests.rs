// SPDX-License-Identifier: MIT OR Apache-2.0

use super::*;
use crate::commands::monitor::report::{Form, Limit};
use parley_netlink::netlink::message::Header;
use parley_netlink::route::Route;

/// The kernel's notification of a route, with these flags.
fn notification(kind: u16, flags: u16, payload: &[u8]) -> Event<Route> {
    let (len, seq, portid) = (0, 0, 0);
    let header = Header {
        len,
        kind,
        flags,
        seq,
        portid,
    };
    route::event(&Message { header, payload }).unwrap().unwrap()
}

/// Returns the output while `follow` runs, of at most `left` changes.
fn printed(left: Option<u64>, follow: impl FnOnce(&mut Follower<'_, '_, Route>)) -> String {
    let mut out = Vec::new();
    let mut report = Report {
        out: &mut out,
        form: Form::default(),
        limit: Limit { left, end: None },
    };
    follow(&mut Follower {
        report: &mut report,
        asker: Socket::open(libc::NETLINK_ROUTE).unwrap(),
        names: Names::default(),
        view: View(BTreeMap::new()),
        doubts: Doubts::default(),
    });
    String::from_utf8(out).unwrap()
}

/// A route of this type, as in the kernel's notification.
fn route(type_: u8, protocol: u8, gateway: Option<u8>) -> Vec<u8> {
    let mut payload = vec![2, 8, 0, 0, 254, protocol, 0, type_, 0, 0, 0, 0];
    payload.extend([8, 0, 1, 0, 10, 0, 0, 0]);
    if let Some(gateway) = gateway {
        payload.extend([8, 0, 5, 0, 192, 0, 2, gateway]);
    }
    payload
}

#[test]
fn routes_that_differ_in_type_or_protocol_are_two_and_the_flags_say_what_happened() {
    use parley_netlink::netlink::message::flags::{APPEND, CREATE, EXCL, REPLACE};
    const GONE: u16 = 1;
    let (blackhole, unreachable, prohibit) =
        (route(6, 3, None), route(7, 3, None), route(8, 3, None));
    let (first, second) = (route(1, 3, Some(1)), route(1, 4, Some(1)));
    let out = printed(None, |follower| {
        for (gone, flags, payload, left) in [
            (0, CREATE | EXCL, &blackhole, 1),
            (0, CREATE | APPEND, &unreachable, 2),
            // Replaces the first route, not the one that it resembles most.
            (0, REPLACE, &prohibit, 2),
            (GONE, 0, &unreachable, 1),
            (0, CREATE, &first, 2),
            (0, CREATE | APPEND, &second, 3),
            (GONE, 0, &prohibit, 2),
            (GONE, 0, &second, 1),
        ] {
            follower
                .show_change(notification(Route::NEW + gone, flags, payload))
                .unwrap();
            assert_eq!(follower.view.len(), left);
        }
        let is_left = follower.view.iter().next().unwrap();
        assert_eq!((is_left.kind, is_left.protocol), (1, 3));
    });
    let words: Vec<_> = out
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .map(|words| [words[0], words[3]].join(" "))
        .collect();
    let expected = [
        "new blackhole",
        "new unreachable",
        "changed prohibit",
        "deleted unreachable",
        "new unicast",
        "new unicast",
        "deleted prohibit",
        "deleted unicast",
    ];
    assert_eq!(words, expected);
}

#[test]
fn what_a_list_that_is_not_whole_lacks_is_not_told_to_be_gone() {
    // A default route in this table.
    let everywhere = |table| notification(Route::NEW, 0, &[2, 0, 0, 0, table, 0, 0, 1, 0, 0, 0, 0]);
    let out = printed(Some(3), |follower| {
        follower.show_change(everywhere(100)).unwrap();
        follower.show_change(everywhere(101)).unwrap();
        follower.doubts.doubt.begin();
        let nothing = || View(BTreeMap::new());
        follower.take(nothing(), false).unwrap();
        assert_eq!(follower.view.len(), 2);
        assert!(follower.doubts.doubt.is_due(true));
        follower.take(nothing(), true).unwrap();
        assert_eq!(follower.view.len(), 0);
        assert!(!follower.doubts.doubt.is_due(true));
    });
    let words: Vec<_> = out.lines().map(|line| &line[..20]).collect();
    // It ends after as many changes as requested.
    let expected = [
        "new      inet  100  ",
        "new      inet  101  ",
        "deleted  inet  100  ",
    ];
    assert_eq!(words, expected);
}
