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
        // What an iproute2 newer than 6.1 has beyond it, and what -4 leaves out.
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
