// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley show` of every kind of link, encapsulation and firewall object, against
//! `ip -j -d` and `nft -j`. The kernel `devices` has all of them. On any other kernel, the
//! test skips the commands that the kernel refuses, and prints them.

mod common;

use common::network::{agree, as_by_ip_6_1, objects, those, without, Netns, Object};
use serde_json::{json, Value};
use std::collections::BTreeSet;
use std::process::Command;

/// Whether `scripts/test/run` says that this kernel is `devices`, or `arm64-devices`, which must have
/// everything.
fn has_everything() -> bool {
    std::env::var("PARLEY_KERNEL").is_ok_and(|kernel| kernel.ends_with("devices"))
}

/// Lists what was skipped, which must be nothing if the kernel has everything.
fn check(skipped: &[&str]) {
    assert!(!has_everything() || skipped.is_empty(), "{skipped:?}");
}

const LINKS: &str = "\
link add br0 type bridge vlan_filtering 1 vlan_protocol 802.1ad forward_delay 400 priority 1000 mcast_snooping 0 group_fwd_mask 8 no_linklocal_learn 1 mcast_igmp_version 3
link add br1 type bridge stp_state 1 vlan_stats_enabled 1 mcast_querier 1 nf_call_iptables 1
link add p0 type veth peer name p1
link set p0 master br0
link set p0 type bridge_slave hairpin on guard on root_block on learning off flood off priority 5 cost 7 isolated on group_fwd_mask 0x4008 neigh_suppress on vlan_tunnel on mcast_router 2
link set p1 master br0
link set p1 type bridge_slave backup_port p0
link add bo0 type bond mode 802.3ad miimon 100 updelay 200 lacp_rate fast ad_select bandwidth xmit_hash_policy layer3+4 min_links 1 ad_user_port_key 5
link add bo1 type bond mode active-backup arp_interval 100 arp_ip_target 192.0.2.1,192.0.2.2 arp_validate all fail_over_mac active primary_reselect failure
link add bo2 type bond mode balance-rr ns_ip6_target 2001:db8::1 arp_interval 100 packets_per_slave 3
link add s0 type veth peer name s1
link set s0 master bo0
link set s1 master bo1
link set s1 type bond_slave queue_id 1 prio -5
link add vx0 type vxlan id 42 group 239.1.1.1 dev d0 dstport 4789 ttl 5 tos 0x10 ageing 100 maxaddress 1000 nolearning proxy rsc l2miss l3miss srcport 1000 2000 udpcsum gbp
link add vx1 type vxlan id 43 remote 2001:db8::1 local 2001:db8::2 dstport 4790 udp6zerocsumtx udp6zerocsumrx flowlabel 5 ageing 0 remcsumtx remcsumrx
link add vx2 type vxlan external dstport 4791
link add vx3 type vxlan id 44 remote 192.0.2.1 local 192.0.2.2 dstport 4792 df set ttl inherit
link add vx4 type vxlan external vnifilter dstport 4793
link add ge0 type geneve id 7 remote 192.0.2.9 ttl 9 tos 4 dstport 6081 df set
link add ge1 type geneve id 8 remote 2001:db8::9 flowlabel 9 udp6zerocsumtx dstport 6082
link add ge2 type geneve external dstport 6083
link add link d0 name mv0 type macvlan mode private
link add link d0 name mv1 type macvlan mode source bcqueuelen 500
link set mv1 type macvlan macaddr add 02:00:00:00:00:07
link set mv1 type macvlan macaddr add 02:00:00:00:00:08
link add link d0 name mv2 type macvlan mode bridge flag nodst
link add link d0 name mt0 type macvtap mode vepa
link add lower type dummy
link add link lower name iv0 type ipvlan mode l3s
link add link lower name iv1 type ipvlan mode l3s private
link add lower2 type dummy
link add link lower2 name it0 type ipvtap mode l2 vepa
link add link d1 name d1.5 type vlan protocol 802.1ad id 5 reorder_hdr off loose_binding on ingress-qos-map 1:2 3:4 egress-qos-map 5:6
link add link d1 name d1.6 type vlan id 6 gvrp on mvrp on
link add vrf0 type vrf table 1000
link add inside type dummy
link set inside master vrf0
tuntap add dev tap0 mode tap user nobody group nogroup
tuntap add dev tun0 mode tun pi multi_queue
tuntap add dev tun1 mode tun user 54321
link add gr0 type gre remote 192.0.2.1 local 192.0.2.2 ttl 9 tos 0x10 key 5 seq csum fwmark 7 dev d0
link add gr1 type gre remote 192.0.2.3 nopmtudisc ignore-df ikey 6
link add gt0 type gretap external
link add er0 type erspan remote 192.0.2.1 local 192.0.2.2 seq key 5 erspan_ver 1 erspan 123
link add er1 type erspan remote 192.0.2.1 local 192.0.2.2 seq key 6 erspan_ver 2 erspan_dir egress erspan_hwid 7
link add g60 type ip6gre remote 2001:db8::1 local 2001:db8::2 hoplimit 9 tclass 0x10 flowlabel 0x123 encaplimit 3 key 7
link add g61 type ip6gretap remote 2001:db8::1 local 2001:db8::3 encaplimit none tclass inherit flowlabel inherit dscp inherit allow-localremote
link add e60 type ip6erspan remote 2001:db8::1 local 2001:db8::4 seq key 5 erspan_ver 1 erspan 9
link add ip0 type ipip remote 192.0.2.1 local 192.0.2.2 ttl 9 encap fou encap-sport auto encap-dport 5555 encap-csum
link add ip1 type ipip remote 192.0.2.1 local 192.0.2.3 mode any encap gue encap-sport 7 encap-dport 8 encap-remcsum
link add st0 type sit remote any local 192.0.2.2 mode ip6ip 6rd-prefix 2002::/16 isatap
link add i60 type ip6tnl remote 2001:db8::1 local 2001:db8::2 mode ip6ip6 hoplimit 9 fwmark 7
link add i61 type ip6tnl remote 2001:db8::1 local 2001:db8::3 mode any encaplimit none fwmark inherit
link add i62 type ip6tnl external
link add vt0 type vti remote 192.0.2.1 local 192.0.2.2 key 5 fwmark 0x7
link add vt6 type vti6 remote 2001:db8::1 local 2001:db8::2 ikey 5 okey 6
link add xf0 type xfrm dev d0 if_id 0x42
link add bu0 type bareudp dstport 6635 ethertype mpls_uc srcportmin 1000
link add bu1 type bareudp dstport 6636 ethertype ipv4 multiproto
link add am0 type amt mode gateway local 192.0.2.1 discovery 192.0.2.2 dev d0 relay_port 2268 gateway_port 2269
link add lower3 type dummy
link add link lower3 name ms0 type macsec port 7 cipher gcm-aes-256 encrypt on validate check replay on window 64
link add h0 type dummy
link add h1 type dummy
link add hs0 type hsr slave1 h0 slave2 h1 supervision 45 version 1
link add h2 type dummy
link add h3 type dummy
link add hs1 type hsr slave1 h2 slave2 h3 proto 1
link add lower4 type dummy
link add link lower4 name rm0 type rmnet mux_id 5
link add ifb7 type ifb
link add wg0 type wireguard
link add nl0 type nlmon
link add te0 type team
link add vc0 type vcan
link add vxc0 type vxcan peer name vxc1
link add ba0 type batadv ra BATMAN_IV";

/// The links without the keys that iproute2 has only after 6.1.
fn older(links: Vec<Object>) -> Vec<Object> {
    let mut links = without(
        links,
        &["gro_ipv4_max_size", "gso_ipv4_max_size", "netns-immutable"],
    );
    let newer = [
        "label_policy",
        "port_range",
        "localbypass",
        "bccutoff",
        "version",
        "mst_enabled",
        "mdb_offload_fail_notification",
        "fdb_local_vlan_0",
        "fdb_n_learned",
        "fdb_max_learned",
        "mab",
        "neigh_vlan_suppress",
        "backup_nhid",
        "coupled_control",
        "broadcast_neighbor",
    ];
    for link in &mut links {
        for data in ["info_data", "info_slave_data"] {
            let data = link.get_mut("linkinfo").and_then(|info| info.get_mut(data));
            if let Some(Value::Object(data)) = data {
                data.retain(|key, _| !newer.contains(&key.as_str()));
            }
        }
    }
    links
}

#[test]
fn links_of_every_kind_are_what_ip_says_in_every_field() {
    let netns = Netns::new("kinds-links");
    let skipped = netns.ip_if_it_can(&[], LINKS);
    check(&skipped);
    // The ports of a bond come up a little later.
    let ours = agree(
        &["ifindex", "ifname"],
        || older(netns.ip_json("-d link show")),
        || older(netns.parley_json("show links")),
    );
    let shown = netns.parley_text("show links");
    if !those(&ours, "ifname", "vx0").is_empty() {
        let words = "\n    vxlan  id 42 group 239.1.1.1 link d0 port_range low 1000 high 2000";
        assert!(shown.contains(words), "{shown}");
    }
    if has_everything() {
        assert!(shown.contains("\n    in bridge  state disabled"), "{shown}");
    }
    // A tunnel without an address has no far end to be named.
    for link in &ours {
        let has = |key| link.contains_key(key);
        assert!(!has("link_pointtopoint") || has("broadcast"), "{link:?}");
    }
}

const ROUTES: &str = "\
-4 route add 10.1.0.0/24 encap ip id 7 src 192.0.2.1 dst 192.0.2.9 ttl 5 tos 4 key csum dev vx2
-4 route add 10.1.1.0/24 encap ip id 8 dst 192.0.2.9 vxlan_opts 77 dev vx2
-4 route add 10.1.2.0/24 encap ip id 9 dst 192.0.2.9 geneve_opts 1:2:00000003,4:5:0000000600000007 dev ge2
-4 route add 10.1.3.0/24 encap ip id 9 dst 192.0.2.9 erspan_opts 2:0:1:5 dev vx2
-4 route add 10.1.4.0/24 encap ip6 id 8 src 2001:db8::1 dst 2001:db8::9 hoplimit 7 tc 9 key dev vx2
-4 route add 10.2.0.0/24 encap mpls 100/200 ttl 9 via 192.0.2.254
-4 route add 10.2.1.0/24 nexthop encap mpls 300 via 192.0.2.254 nexthop encap mpls 301/302 via 192.0.2.253 weight 3
-4 nexthop add id 9 encap mpls 400 via 192.0.2.254 dev v0
-4 route add 10.2.2.0/24 nhid 9
-4 route add 10.3.0.0/24 encap seg6 mode encap segs 2001:db8::7 dev v0
-6 route add 2001:db8:10::/48 encap seg6 mode encap segs 2001:db8::1,2001:db8::2,2001:db8::3 dev v0
-6 route add 2001:db8:11::/48 encap seg6 mode inline segs 2001:db8::1 dev v0
-6 route add 2001:db8:12::/48 encap seg6 mode l2encap segs 2001:db8::1 dev v0
-6 route add 2001:db8:13::/48 encap seg6 mode encap.red segs 2001:db8::1,2001:db8::2 dev v0
-6 route add 2001:db8:20::1 encap seg6local action End dev v0
-6 route add 2001:db8:20::2 encap seg6local action End.X nh6 2001:db8::5 dev v0
-6 route add 2001:db8:20::3 encap seg6local action End.T table 100 dev v0
-6 route add 2001:db8:20::4 encap seg6local action End.DX4 nh4 192.0.2.5 dev v0
-6 route add 2001:db8:20::5 encap seg6local action End.DX2 oif v0 dev v0
-6 route add 2001:db8:20::6 encap seg6local action End.B6.Encaps srh segs 2001:db8::1,2001:db8::2 dev v0
-6 route add 2001:db8:20::7 encap seg6local action End flavors psp dev v0
-6 route add 2001:db8:20::8 encap seg6local action End.DT6 table main dev v0
-6 route add 2001:db8:20::9 encap seg6local action End flavors next-csid lblen 32 nflen 16 dev v0
-6 route add 2001:db8:21::/48 encap rpl segs 2001:db8::1,2001:db8::2 dev v0
-6 route add 2001:db8:22::/48 encap ioam6 freq 1/3 mode encap tundst 2001:db8::9 trace prealloc type 0x800000 ns 1 size 12 dev v0
-6 route add 2001:db8:23::/48 encap ip6 id 5 dst 2001:db8::9 hoplimit 4 dev vx2
-6 route add 2001:db8:24::/48 nexthop encap mpls 500 via 2001:db8::9 dev v0 nexthop encap seg6 mode encap segs 2001:db8::4 via 2001:db8::8 dev v0
-6 route add 2001:db8:25::/48 encap mpls 600 via 2001:db8::9 dev v0";

/// The routes as ip prints them. If one object has a key twice, the second is that of the
/// encapsulation.
fn ip_routes(netns: &Netns, family: &str) -> Vec<Object> {
    let words = [family, "-n", netns.0, "-j", "route", "show", "table", "all"];
    let output = Command::new("ip").args(words).output().unwrap();
    let mut rest = std::str::from_utf8(&output.stdout).unwrap();
    let mut text = String::new();
    while let Some(place) = rest.find("\"encap\":") {
        let (before, behind) = rest.split_at(place);
        let ends = ["\"gateway\":", "\"via\":", "\"dev\":", "}"].iter();
        let end = ends.filter_map(|end| behind.find(end)).min().unwrap();
        let (inside, behind) = behind.split_at(end);
        text += before;
        text += &["dst", "table", "tos", "type"]
            .iter()
            .fold(inside.to_owned(), |inside, key| {
                inside.replace(&format!("\"{key}\":"), &format!("\"encap_{key}\":"))
            })
            // The type of a geneve option is not a field of the route.
            .replace("\"class\":1,\"encap_type\":", "\"class\":1,\"type\":")
            .replace("\"class\":4,\"encap_type\":", "\"class\":4,\"type\":");
        rest = behind;
    }
    let mut routes = objects(serde_json::from_str(&(text + rest)).unwrap());
    routes.iter_mut().for_each(as_by_ip_6_1);
    routes
}

#[test]
fn routes_are_put_into_what_ip_says_in_every_field() {
    let netns = Netns::new("kinds-routes");
    netns.ip("address add 192.0.2.1/24 dev v0\naddress add 2001:db8::100/64 dev v0 nodad");
    let links = "link add vx2 type vxlan external dstport 4791
link set vx2 up
link add ge2 type geneve external dstport 6083
link set ge2 up
-6 route add 2001:db8:100::/48 dev v0 table 100";
    let mut skipped = netns.ip_if_it_can(&[], links);
    skipped.extend(netns.ip_if_it_can(&[], ROUTES));
    check(&skipped);
    let mut kinds = BTreeSet::new();
    for family in ["-4", "-6"] {
        let plain = |routes| without(routes, &["family", "expires"]);
        let words = format!("show routes {family}");
        let ours = agree(
            &["type", "dst", "table", "dev", "metric"],
            || plain(ip_routes(&netns, family)),
            || plain(netns.parley_json(&words)),
        );
        kinds.extend(
            ours.iter()
                .filter_map(|route| route.get("encap").cloned())
                .map(|kind| kind.as_str().unwrap().to_owned()),
        );
    }
    if has_everything() {
        let all = ["ioam6", "ip", "ip6", "mpls", "rpl", "seg6", "seg6local"];
        assert_eq!(kinds, all.map(str::to_owned).into());
        let shown = netns.parley_text("show routes");
        for words in [
            "encap mpls dst 100/200 ttl 9 via 192.0.2.254",
            "nexthop encap mpls dst 301/302 via 192.0.2.253 dev v0 weight 3",
            "encap seg6 mode encap segs 2001:db8::1,2001:db8::2,2001:db8::3 dev v0",
        ] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
    }
}

/// Objects that every kernel with nf_tables supports.
const PLAIN: &str = r#"
table inet filter {
  counter c1 { packets 5 bytes 500; comment "all of them"; }
  counter c2 { }
  set s1 { type ipv4_addr; elements = { 192.0.2.9, 192.0.2.10 } }
  set s2 { type ipv4_addr . inet_service; flags timeout, dynamic; timeout 1h; gc-interval 30s; size 100; comment "two"; }
  set s3 { type ipv6_addr; flags interval; auto-merge; policy memory; elements = { 2001:db8::/32 } }
  set s4 { type inet_service; flags constant; elements = { 22, 80, 443 } }
  map m1 { type inet_service : verdict; elements = { 22 : accept, 80 : drop } }
  map m2 { type ipv4_addr : counter; elements = { 192.0.2.1 : "c1" } }
  map m3 { type mark : mark; }
  chain in { type filter hook input priority filter; policy accept;
    tcp dport vmap @m1
    tcp dport { 1, 2 } accept
    counter name c1
  }
}
table ip6 other {
  set s1 { type ifname; }
}
"#;

/// Objects that a kernel may lack. Added one by one, because each needs its own part of the kernel.
const MORE: &[&str] = &[
    "add quota inet filter q1 { over 2 mbytes used 5 bytes }",
    "add quota inet filter q2 { 1000 bytes }",
    "add limit inet filter l1 { rate 5/minute burst 7 packets }",
    "add limit inet filter l2 { rate over 2 mbytes/second burst 3 kbytes }",
    "add ct helper inet filter h1 { type \"ftp\" protocol tcp; l3proto ip; }",
    "add ct timeout inet filter t1 { protocol tcp; l3proto ip; policy = { established: 100, close: 7 }; }",
    "add ct expectation inet filter e1 { protocol udp; dport 9876; timeout 2m; size 12; l3proto ip; }",
    "add synproxy inet filter y1 { mss 1460; wscale 7; timestamp sack-perm }",
    "add flowtable inet filter f1 { hook ingress priority 5; devices = { v0, v1 }; }",
    "add table netdev hooks",
    "add table arp a",
    "add table bridge b",
    "add set bridge b s { type ether_addr; }",
];

#[test]
fn sets_maps_and_objects_are_what_nft_says() {
    let netns = Netns::new("kinds-firewall");
    let nft = |input: &str| {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", netns.0, "nft", input]);
        let output = command.output().unwrap();
        if !output.status.success() {
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            eprintln!("skipped: {input}: {}", err.trim());
        }
        output.status.success()
    };
    netns.nft(PLAIN);
    let skipped: Vec<_> = MORE.iter().copied().filter(|line| !nft(line)).collect();
    check(&skipped);
    // Objects of both, with their kind as a field, and without what is not compared.
    let plain = |all: Vec<(String, Object)>| -> Vec<Object> {
        all.into_iter()
            .filter(|(kind, _)| !["metainfo", "rule"].contains(&kind.as_str()))
            .map(|(kind, mut object)| {
                let elements = object.remove("elem").map(|elements| {
                    let elements = elements.as_array().unwrap();
                    Value::from(elements.len())
                });
                if let Some(count) = elements {
                    object.insert("elements".to_owned(), count);
                }
                // The JSON of nft 1.0.6 does not say that rules may add elements, or that
                // intervals are joined.
                object.remove("auto-merge");
                if let Some(Value::Array(flags)) = object.get_mut("flags") {
                    flags.retain(|flag| flag != "dynamic");
                }
                if object.get("elements") == Some(&json!(0)) {
                    object.remove("elements");
                }
                // nft leaves out the timeouts that are the defaults.
                object
                    .retain(|key, _| !["policy", "flags"].contains(&key.as_str()) || kind == "set");
                object.insert("kind".to_owned(), kind.into());
                object
            })
            .collect()
    };
    let all = agree(
        &["kind", "family", "table", "name", "handle"],
        || plain(netns.nft_json()),
        || plain(netns.firewall()),
    );
    let kinds: BTreeSet<_> = all
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.is_superset(&["chain", "counter", "map", "set", "table"].into()));
    // The sets of a rule are not listed among those of its table.
    let is_plain = |one: &&Object| one["kind"] == "set" && one["family"] != "bridge";
    assert_eq!(all.iter().filter(is_plain).count(), 5);
    let shown = netns.parley_text("show firewall");
    for words in [
        "  counter c1 ",
        "packets 5 bytes 500  \"all of them\"\n",
        "ipv4_addr . inet_service timeout dynamic size 100 timeout 3600 s empty  \"two\"\n",
        "inet_service : verdict 2 elements, not shown\n",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    if skipped.is_empty() {
        let own = netns.firewall();
        let timeout = own.iter().find(|(kind, _)| kind == "ct timeout").unwrap();
        let policy = &timeout.1["policy"];
        assert_eq!(
            (&policy["established"], &policy["close"]),
            (&json!(100), &json!(7))
        );
        assert!(
            shown.contains("rate over 2 mbytes/second burst 3 kbytes\n"),
            "{shown}"
        );
    }
}
