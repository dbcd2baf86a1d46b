// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley show`, against `ip -j` and `nft -j`: the same objects in the same order,
//! with the same keys and values.

mod common;
#[path = "show/firewall.rs"]
mod firewall;

use common::network::{agree, objects, text, those, without, Netns, Object};
use common::program::{parley, parley_as_nobody, Ended};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn links_are_what_ip_says_in_every_field() {
    let netns = Netns::new("show-links");
    netns.ip("link set d1 alias \"an alias\" group 7
link set v0 promisc on
link property add dev v0 altname veth-zero
link property add dev v0 altname veth-nought
link set d0 arp off
link add far type veth peer name near
link add v5 type veth peer name v6");
    let other = Netns::new("show-links-far");
    netns.ip("link set near netns show-links-far");
    // Keys that iproute2 has only after 6.1.
    let newer = ["gro_ipv4_max_size", "gso_ipv4_max_size", "netns-immutable"];
    // With -d, because ip then prints more of what parley shows.
    let ours = agree(
        &["ifindex", "ifname"],
        || without(netns.ip_json("-d link show"), &newer),
        || netns.parley_json("show links"),
    );
    assert_eq!(ours.len(), 8);
    let far = those(&ours, "ifname", "far")[0];
    assert!(far.contains_key("link_netnsid") && far.contains_key("link_index"));
    assert_eq!(far["linkinfo"]["info_kind"], "veth");
    let shown = netns.parley_text("show links");
    assert_eq!(
        shown.lines().filter(|line| !line.starts_with(' ')).count(),
        9
    );
    assert!(shown.contains("\n    group 7  alias an alias\n"), "{shown}");
    drop(other);
}

#[test]
fn a_name_that_a_terminal_would_obey_is_shown_and_harmless() {
    let netns = Netns::new("show-names");
    netns.ip("link add e\u{1b}[2J\u{9b} type dummy\nlink set d1 alias \"\u{1b}[31mred\"");
    let words = "show links";
    let shown = netns.parley_text(words);
    assert!(shown.contains("e\\x1b[2J\\xc2\\x9b"), "{shown}");
    assert!(shown.contains("alias \\x1b[31mred"), "{shown}");
    let json = netns.parley_text("show links --json");
    for text in [shown, json] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    }
    let links = netns.parley_json(words);
    assert_eq!(those(&links, "ifname", "e\u{1b}[2J\u{9b}").len(), 1);
}

#[test]
fn addresses_are_what_ip_says_in_every_field() {
    let netns = Netns::new("show-addresses");
    netns.ip("address add 192.0.2.1/24 brd + dev v0
address add 192.0.2.2/24 dev v0 label v0:1
address add 198.51.100.1 peer 198.51.100.2/32 dev v1
address add 10.0.0.1/8 dev d0 scope link valid_lft 100000 preferred_lft 50000
address add 10.9.9.1/24 dev d0 noprefixroute metric 77
address add 127.0.0.2/8 dev lo scope host
address add 2001:db8::1/64 dev v0 nodad
address add 2001:db8:1::1/64 dev d0 nodad preferred_lft 0
address add 2001:db8:2::1 peer 2001:db8:2::2/128 dev v1 nodad
address add 2001:db8:3::1/64 dev v1 nodad home mngtmpaddr noprefixroute");
    // The lifetime of a temporary address differs between two looks, and iproute2 6.1 does not
    // print who gave an address.
    let plain = |mut links: Vec<Object>| {
        for link in &mut links {
            let all = objects(link["addr_info"].clone());
            let plain = |mut address: Object| {
                if address.contains_key("dynamic") {
                    address = without(vec![address], &["valid_life_time", "preferred_life_time"])
                        .remove(0);
                }
                address.remove("protocol");
                Value::Object(address)
            };
            link["addr_info"] = all.into_iter().map(plain).collect();
        }
        links
    };
    for (words, option) in [
        ("address", ""),
        ("-4 address", " -4"),
        ("-6 address", " -6"),
    ] {
        // For a single family, ip prints little more of the links than their names.
        let of_it = |mut links: Vec<Object>| {
            let kept = ["ifindex", "ifname", "addr_info"];
            for link in links.iter_mut().filter(|_| !option.is_empty()) {
                link.retain(|key, _| kept.contains(&key.as_str()));
            }
            links
        };
        let ours = agree(
            &["ifindex", "ifname"],
            || of_it(plain(netns.ip_json(words))),
            || of_it(plain(netns.parley_json(&format!("show addresses{option}")))),
        );
        let count = ours
            .iter()
            .map(|link| link["addr_info"].as_array().unwrap().len());
        let expected = match option {
            "" => 12,
            " -4" => 7,
            _ => 5,
        };
        assert_eq!(count.sum::<usize>(), expected, "{words}");
    }
    let all = netns.parley_json("show addresses");
    let loopback = objects(those(&all, "ifname", "lo")[0]["addr_info"].clone());
    assert_eq!(those(&loopback, "local", "::1")[0]["protocol"], "kernel_lo");
    let d0 = objects(those(&all, "ifname", "d0")[0]["addr_info"].clone());
    let ends = those(&d0, "local", "10.0.0.1")[0];
    assert!((1..=100_000).contains(&ends["valid_life_time"].as_u64().unwrap()));
    assert!((1..=50_000).contains(&ends["preferred_life_time"].as_u64().unwrap()));
}

/// The objects without their family, which ip does not print if it is given as -4 or -6.
fn of_family(objects: Vec<Object>, family: &str) -> Vec<Object> {
    let family = if family == "4" { "inet" } else { "inet6" };
    assert!(objects.iter().all(|object| object["family"] == family));
    without(objects, &["family"])
}

#[test]
fn routes_of_all_tables_are_what_ip_says_in_every_field() {
    let netns = Netns::new("show-routes");
    netns.ip("address add 192.0.2.1/24 brd + dev v0
address add 198.51.100.1 peer 198.51.100.2/32 dev v1
address add 2001:db8::1/64 dev v0 nodad
address add 2001:db8:1::1/64 dev d0 nodad
link set d1 up
address add 10.0.0.1/8 dev d1
link set d1 carrier off
route add default via 192.0.2.254 mtu 1300 advmss 1200 src 192.0.2.1 proto dhcp
route add 203.0.113.0/24 via 192.0.2.254 dev v0 table 100 proto static metric 5
route add 203.0.114.0/24 via inet6 2001:db8::9 dev v0
route add 172.16.0.0/12 via 172.31.0.1 dev v0 onlink table 70000
route add blackhole 172.20.0.0/16
route add unreachable 172.21.0.0/16 metric 10 table 100
route add prohibit 172.22.0.0/16 proto 77
route add throw 172.23.0.0/16 table 100
route add 172.24.0.0/16 dev v0 mtu lock 1300 hoplimit 9 initcwnd 20 initrwnd 21 rto_min 200ms quickack 1 congctl cubic window 4000 rtt 10ms rttvar 8ms cwnd 5 ssthresh 6 reordering 4 features ecn
route add 172.25.0.0/16 dev v0 tos 0x10
route add 172.25.0.0/16 dev d0
route append 172.25.0.0/16 dev d1
route add multicast 239.0.0.0/8 dev v0 table local
nexthop add id 7 via 192.0.2.77 dev v0
route add 172.27.0.0/16 nhid 7
route add 2001:db8:a::/48 nexthop via 2001:db8::9 dev v0 weight 2 nexthop via 2001:db8:1::9 dev d0 nexthop via fe80::1 dev d1",
    );
    netns.ip6(
        "route add default via fe80::1 dev v0 table 200 proto ra metric 100 pref high mtu 1280
route add blackhole 2001:db8:b::/48
route add unreachable 2001:db8:c::/48 table 200
route add prohibit 2001:db8:d::/48
route add throw 2001:db8:e::/48 table 70000
route add 2001:db8:f::/48 dev v0 expires 100000
route add anycast 2001:db8::aa dev v0",
    );
    // The kernel notices a little later that the carrier is off.
    common::until("the routes are down", || {
        let all = netns.parley_json("show routes -6");
        let next_hops = &those(&all, "dst", "2001:db8:a::/48")[0]["nexthops"];
        next_hops[2]["flags"][0] == "linkdown"
    });
    let mut kinds = BTreeSet::new();
    for family in ["4", "6"] {
        // The time until a route expires differs by a second at each look.
        let plain = |routes| without(routes, &["expires"]);
        let ours = agree(
            &["type", "dst", "table", "dev", "metric", "tos"],
            || plain(netns.ip_json(&format!("-{family} route show table all"))),
            || {
                plain(of_family(
                    netns.parley_json(&format!("show routes -{family}")),
                    family,
                ))
            },
        );
        let kind = |route: &Object| route.get("type").map(|kind| kind.to_string());
        kinds.extend(ours.iter().filter_map(kind));
        let other = if family == "4" { "100" } else { "200" };
        for table in [other, "70000", "local", "main"] {
            // For a single table, ip does not print which one it is.
            let plain = |routes| without(routes, &["table", "expires"]);
            let words = format!("show routes -{family} --table {table}");
            let ours = agree(
                &["type", "dst", "dev", "metric"],
                || plain(netns.ip_json(&format!("-{family} route show table {table}"))),
                || plain(of_family(netns.parley_json(&words), family)),
            );
            assert!(!ours.is_empty(), "{table}");
        }
    }
    let expected = [
        "anycast",
        "blackhole",
        "broadcast",
        "local",
        "multicast",
        "prohibit",
        "throw",
        "unreachable",
    ];
    assert_eq!(kinds, expected.map(|kind| format!("{kind:?}")).into());
    let all = netns.parley_json("show routes");
    let next_hops = those(&all, "dst", "2001:db8:a::/48")[0]["nexthops"]
        .as_array()
        .unwrap();
    assert_eq!(next_hops.len(), 3);
    assert_eq!(next_hops[2]["flags"][0], "linkdown");
    let expires = &those(&all, "dst", "2001:db8:f::/48")[0]["expires"];
    assert!((1..=100_000).contains(&expires.as_i64().unwrap()));
    // Both families, one after the other.
    let families: Vec<_> = all
        .iter()
        .map(|route| route["family"].as_str().unwrap())
        .collect();
    assert!(families.is_sorted() && families.contains(&"inet6"));
    let shown = netns.parley_text("show routes");
    for words in [
        "mtu lock 1300",
        "via 2001:db8::9 dev v0",
        "\n    nexthop via fe80::1 dev d1 weight 1 linkdown\n",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn rules_are_what_ip_says_in_every_field() {
    let netns = Netns::new("show-rules");
    netns.ip("rule add from 192.0.2.0/24 table 100 priority 1000
rule add to 203.0.113.0/24 iif v0 oif v1 table 70000 priority 1001
rule add fwmark 0x10/0xff lookup main priority 1002
rule add not from 10.0.0.0/8 unreachable priority 1003
rule add from 10.1.0.0/16 blackhole priority 1004
rule add from 10.2.0.0/16 prohibit priority 305
rule add goto 2000 priority 1006
rule add goto 32766 priority 1007
rule add nop priority 1008
rule add uidrange 100-200 ipproto tcp sport 10-20 dport 80 table 100 priority 1009
rule add tos 0x10 lookup main suppress_prefixlength 0 suppress_ifgroup 3 priority 1010
rule add fwmark 5 iif nodev oif nodev lookup default priority 1011 protocol static
rule add from 192.0.2.9 ipproto udp table local priority 1012");
    netns.ip6(
        "rule add from 2001:db8::/32 table 200 priority 1000
rule add to 2001:db8::5 table 200 tun_id 5 priority 1001",
    );
    // Keys that iproute2 has only after 6.1.
    let newer = ["sport_mask", "dport_mask", "dscp_mask", "flowlabel_mask"];
    for (family, count) in [("4", 16), ("6", 4)] {
        let words = format!("show rules -{family}");
        let ours = agree(
            &["priority"],
            || without(netns.ip_json(&format!("-{family} rule")), &newer),
            || without(of_family(netns.parley_json(&words), family), &newer),
        );
        assert_eq!(ours.len(), count);
    }
    let all = netns.parley_json("show rules");
    assert_eq!(all.len(), 20);
    // The kernel reports a full mask for a single port, and no mask for a range.
    let by_port = all.iter().find(|rule| rule.contains_key("dport")).unwrap();
    assert_eq!(by_port["dport_mask"], "0xffff");
    assert!(!by_port.contains_key("sport_mask"));
    let shown = netns.parley_text("show rules");
    assert_eq!(shown.lines().count(), 21);
    assert!(shown.contains("not from 10.0.0.0/8"), "{shown}");
}

#[test]
fn neighbours_and_proxies_are_what_ip_says_in_every_field() {
    let netns = Netns::new("show-neighbours");
    netns.ip("address add 192.0.2.1/24 dev v0
neighbour add 192.0.2.50 lladdr 02:00:00:00:00:50 dev v0 nud permanent
neighbour add 192.0.2.51 lladdr 02:00:00:00:00:51 dev v0 nud reachable
neighbour add 192.0.2.52 lladdr 02:00:00:00:00:52 dev v0 nud stale protocol 5
neighbour add 192.0.2.53 dev v0 nud failed
neighbour add 192.0.2.54 lladdr 02:00:00:00:00:54 dev v0 nud noarp extern_learn
neighbour add 192.0.2.55 lladdr 02:00:00:00:00:55 dev v0 nud noarp
neighbour add 2001:db8::50 lladdr 02:00:00:00:01:50 dev v0 nud permanent router
neighbour add proxy 192.0.2.60 dev v0
neighbour add proxy 2001:db8::60 dev v1");
    let both = |words: &str| {
        let mut all = netns.ip_json(words);
        all.extend(netns.ip_json(&words.replace("nud all", "proxy")));
        all
    };
    let keys = ["dst", "dev"];
    for family in ["4", "6"] {
        // ip shows no neighbours that are never asked for, and neither does parley.
        agree(
            &keys,
            || {
                let mut all = netns.ip_json(&format!("-{family} neighbour show"));
                all.extend(netns.ip_json(&format!("-{family} neighbour show proxy")));
                all
            },
            || netns.parley_json(&format!("show neighbours -{family}")),
        );
        let ours = agree(
            &keys,
            || both(&format!("-{family} neighbour show nud all")),
            || netns.parley_json(&format!("show neighbours --all -{family}")),
        );
        let proxies = ours.iter().filter(|one| one.contains_key("proxy"));
        assert_eq!(proxies.count(), 1);
    }
    let usual = netns.parley_json("show neighbours");
    assert!(those(&usual, "dst", "192.0.2.55").is_empty());
    let all = netns.parley_json("show neighbours --all");
    assert_eq!(those(&all, "dst", "192.0.2.55").len(), 1);
    assert_eq!(those(&all, "dst", "2001:db8::50")[0]["router"], Value::Null);
    assert!(netns
        .parley_text("show neighbours")
        .contains("PERMANENT  router\n"));
}

#[test]
fn a_plain_user_may_look_at_all_but_the_firewall() {
    for what in ["links", "addresses", "routes", "rules", "neighbours"] {
        let Ended { status, out, err } = parley_as_nobody(&["show", what]);
        assert_eq!(status, Some(0), "{err}");
        assert!(what == "neighbours" || !out.is_empty(), "{what}");
    }
    let Ended { status, out, err } = parley_as_nobody(&["show", "firewall", "--json"]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    let error: Value = serde_json::from_str(&err).unwrap();
    let words = "NFT_MSG_GETGEN refused by the kernel: EPERM (1)";
    assert_eq!(
        (&error["error"], &error["errno"]),
        (&words.into(), &1.into())
    );
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("CAP_NET_ADMIN"), "{error}");
}

#[test]
fn what_is_not_there_and_what_is_not_known_are_told_apart() {
    for words in [
        "show",
        "show nothing",
        "show links -4",
        "show routes --table 0",
        "show routes --table first",
        "show rules -5",
        "monitor everything",
        "monitor links --timeout 0",
    ] {
        let output = parley(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status, Some(2), "{words}");
    }
    let netns = Netns::new("show-nothing");
    let output = netns.parley("show routes --table 4711");
    assert_eq!(output.status.code(), Some(1));
    let err = text(&output.stderr);
    assert!(
        err.starts_with("parley: RTM_GETROUTE refused by the kernel: ENOENT"),
        "{err}"
    );
    assert!(err.contains("try:         without --table"), "{err}");
}

#[test]
fn hundreds_of_links_and_thousands_of_routes_are_all_there() {
    let netns = Netns::new("show-many");
    let links: Vec<_> = (0..300)
        .map(|i| format!("link add m{i} type dummy\n"))
        .collect();
    netns.ip(&links.concat());
    let route = |i| format!("route add 10.{}.{}.0/24 dev d0\n", i / 250, i % 250);
    netns.ip(&(0..5000).map(route).collect::<String>());
    assert_eq!(netns.parley_json("show links").len(), 305);
    let routes = netns.parley_json("show routes --table main -4");
    let distinct: BTreeSet<_> = routes
        .iter()
        .map(|route| route["dst"].to_string())
        .collect();
    assert_eq!((routes.len(), distinct.len()), (5000, 5000));
}
