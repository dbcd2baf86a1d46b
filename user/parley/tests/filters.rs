// SPDX-License-Identifier: MIT OR Apache-2.0

//! The options and filters that `show` has in common with ip(8), against `ip -j`.

mod common;

use common::network::{agree, objects, text, those, without, Netns, Object, PROGRAM};
use std::process::Command;

#[test]
fn numbers_and_short_options_are_those_of_ip() {
    let netns = Netns::new("show-numeric");
    netns.ip("address add 192.0.2.1/24 dev v0
route add 10.1.0.0/16 dev v0 proto static table 100
route add 10.2.0.0/16 dev v0 realms 5 scope link
rule add from 10.1.0.0/16 ipproto tcp table 100
neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0 protocol static");
    let json = |words: &str| -> Vec<Object> {
        let mut command = Command::new(PROGRAM);
        let words = words.split(' ');
        let output = command.args(["-jn", "show-numeric"]).args(words).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        objects(serde_json::from_slice(&output.stdout).unwrap())
    };
    for (theirs, ours, keys, count) in [
        (
            "-N -4 route show table all",
            "show -N -4 route",
            ["dst", "dev"],
            8,
        ),
        ("-N -4 rule", "ls -4 -N rule", ["priority", "table"], 4),
        ("-N -d link", "show -N link", ["ifindex", "ifname"], 5),
        (
            "-N neigh show nud all",
            "show neigh --all -N",
            ["dst", "dev"],
            1,
        ),
    ] {
        // Keys that iproute2 has only after 6.1, and keys that -4 leaves out.
        let newer = ["gro_ipv4_max_size", "gso_ipv4_max_size", "netns-immutable"];
        let plain = |all: Vec<Object>| without(without(all, &newer), &["family"]);
        let all = agree(&keys, || plain(netns.ip_json(theirs)), || plain(json(ours)));
        assert!(all.len() >= count, "{ours}: {all:?}");
    }
    let routes = json("show -N -4 route");
    let of_100 = those(&routes, "table", "100");
    assert_eq!((of_100.len(), &of_100[0]["protocol"]), (1, &"4".into()));
    assert!(routes
        .iter()
        .any(|route| route.get("table") == Some(&"255".into())));
}

#[test]
fn filters_choose_what_ip_chooses() {
    let netns = Netns::new("show-filters");
    netns.ip("link property add dev v0 altname veth-zero
address add 192.0.2.1/24 dev v0
address add 198.51.100.1/24 dev v1
route add 10.1.0.0/16 via 192.0.2.9
route add 10.2.0.0/16 via 198.51.100.9 table 100
neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0
neighbour add 198.51.100.9 lladdr 02:00:00:00:00:0a dev v1");
    // Keys that iproute2 has only after 6.1, and keys that -4 leaves out.
    let newer = ["gro_ipv4_max_size", "gso_ipv4_max_size", "netns-immutable"];
    // ip leaves out the link that the command named.
    let plain = |all: Vec<Object>| {
        let all = without(without(all, &newer), &["family", "dev"]);
        all.into_iter()
            .filter(|object| !object.is_empty())
            .collect()
    };
    for (theirs, ours, key, count) in [
        ("-d link show dev v0", "show links dev v0", "ifindex", 1),
        ("-d link show v0", "show link v0", "ifindex", 1),
        (
            "-d link show dev veth-zero",
            "show links dev veth-zero",
            "ifindex",
            1,
        ),
        (
            "-d link show type dummy",
            "show links type dummy",
            "ifindex",
            2,
        ),
        (
            "-4 address show dev v1",
            "show addr dev v1 -4",
            "ifindex",
            1,
        ),
        (
            "address show type veth",
            "show addr type veth",
            "ifindex",
            2,
        ),
        (
            "-4 route show table all dev v1",
            "show route dev v1 -4",
            "dst",
            4,
        ),
        ("-4 neigh show dev v0", "show neigh dev v0 -4", "dst", 1),
    ] {
        let ours = agree(
            &[key],
            || plain(of_address(netns.ip_json(theirs))),
            || plain(of_address(netns.parley_json(ours))),
        );
        assert_eq!(ours.len(), count, "{theirs}: {ours:?}");
    }
    assert_eq!(netns.parley_text("show links type gre"), "");
    let absent = netns.parley("show links dev nothing");
    assert_eq!(absent.status.code(), Some(1));
    let err = text(&absent.stderr);
    assert!(
        err.starts_with("parley: no link is called 'nothing'\n"),
        "{err}"
    );
    let half = netns.parley("show links dev");
    assert_eq!(half.status.code(), Some(2));
}

/// Reduces links with addresses to the addresses, because ip then shows less of the link.
fn of_address(mut all: Vec<Object>) -> Vec<Object> {
    let kept = ["ifindex", "ifname", "addr_info"];
    for link in all.iter_mut().filter(|link| link.contains_key("addr_info")) {
        link.retain(|key, _| kept.contains(&key.as_str()));
        let mut addresses = objects(link["addr_info"].take());
        // iproute2 6.1 does not print who gave an address.
        addresses
            .iter_mut()
            .for_each(|address| drop(address.remove("protocol")));
        link["addr_info"] = addresses.into_iter().map(serde_json::Value::from).collect();
    }
    all
}
