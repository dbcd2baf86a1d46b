// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley show firewall`, against `nft -j`.

use super::*;
use serde_json::json;

/// The names of the expressions that make up a rule with these statements of nft.
fn expressions(family: &str, statements: &Value) -> Vec<&'static str> {
    let mut names = Vec::new();
    for statement in statements.as_array().unwrap() {
        let (kind, about) = statement.as_object().unwrap().iter().next().unwrap();
        match kind.as_str() {
            "match" => names.extend(matched(family, about)),
            "counter" => names.push("counter"),
            "accept" | "drop" | "return" | "jump" | "goto" => names.push("immediate"),
            // A value is put into a register, and from there into the packet's mark.
            "mangle" if about["key"].get("meta").is_some() => names.extend(["immediate", "meta"]),
            other => panic!("nft says what this test does not know: {other}"),
        }
    }
    names
}

/// The names of the expressions that make up one of nft's matches.
fn matched(family: &str, about: &Value) -> Vec<&'static str> {
    let (left, right) = about["left"].as_object().unwrap().iter().next().unwrap();
    let mut names = Vec::new();
    match left.as_str() {
        "ct" => names.push("ct"),
        "meta" => names.push("meta"),
        "payload" => {
            // If there may be packets of several kinds, nft checks their kind first.
            let is_of_network = ["ip", "ip6"].contains(&right["protocol"].as_str().unwrap());
            if family == "inet" || !is_of_network {
                names.extend(["meta", "cmp"]);
            }
            names.push("payload");
        }
        other => panic!("nft says what this test does not know: {other}"),
    }
    match (left.as_str(), &about["op"], &about["right"]) {
        // A match of one of several bits.
        ("ct", op, _) if op == "in" => names.extend(["bitwise", "cmp"]),
        (_, _, right) if right.get("set").is_some() => names.push("lookup"),
        _ => names.push("cmp"),
    }
    names
}

// The guest's kernel has the families inet, ip and ip6: for tables of arp, bridge
// and netdev it lacks NF_TABLES_ARP, BRIDGE and NF_TABLES_NETDEV. Their special parts,
// the hooks and the devices, are tested with the readers.
#[test]
fn the_firewall_is_what_nft_says_in_every_field() {
    let netns = Netns::new("show-firewall");
    let nothing = netns.parley_text("show firewall --json");
    assert_eq!(nothing, "{\"nftables\":[]}\n");
    assert_eq!(netns.parley_text("show firewall"), "");
    netns.nft(
        r#"
table inet filter {
  chain in { type filter hook input priority filter; policy drop;
    ct state established,related accept comment "known ones"
    iifname "lo" accept
    tcp dport { 22, 80 } counter accept comment "größe \ 22"
    jump extra
  }
  chain extra {
    ip saddr 192.0.2.0/24 meta mark set 7 return
    ip6 saddr 2001:db8::/32 drop
  }
  chain empty { }
  set s { type ipv4_addr; elements = { 192.0.2.9 } }
}
table ip both { flags dormant
  chain out { type route hook output priority -150; policy accept; }
  chain pre { type filter hook prerouting priority raw + 5; }
}
table ip6 both {
  chain forw { type filter hook forward priority 0; policy accept;
    ip6 nexthdr tcp drop comment "no TCP"
    ip6 nexthdr udp goto out
  }
  chain out { counter
  }
  chain post { type filter hook postrouting priority 300; }
}
"#,
    );
    // After this, the handles are not just the numbers from 1 on.
    netns.nft("flush chain ip6 both out");
    let plain = |all: Vec<(String, Object)>| -> Vec<Object> {
        all.into_iter()
            .filter(|(kind, _)| ["table", "chain", "rule"].contains(&kind.as_str()))
            .map(|(kind, mut object)| {
                // nft combines expressions into statements; parley has their names (see below).
                // nft 1.0.6 shows the flags of a table wrongly, by its name.
                object.retain(|key, _| !["expr", "expressions", "flags"].contains(&key.as_str()));
                object.insert("kind".to_owned(), kind.into());
                object
            })
            .collect()
    };
    let all = agree(
        &["kind", "family", "table", "chain", "name", "handle"],
        || plain(netns.nft_json()),
        || plain(netns.firewall()),
    );
    let mut counts = BTreeMap::new();
    for object in &all {
        *counts.entry(object["kind"].as_str().unwrap()).or_insert(0) += 1;
    }
    let expected = [("table", 3), ("chain", 8), ("rule", 8)];
    assert_eq!(counts, expected.into());
    // Fields that the comparison above leaves out.
    let (own, theirs) = (netns.firewall(), netns.nft_json());
    let tables = own.iter().filter(|(kind, _)| kind == "table");
    let flags: Vec<_> = tables.filter_map(|(_, one)| one.get("flags")).collect();
    assert_eq!(flags, [&json!(["dormant"])]);
    let rules = |all: Vec<(String, Object)>| all.into_iter().filter(|(kind, _)| kind == "rule");
    let (own, theirs) = (rules(own), rules(theirs));
    assert_eq!(own.clone().count(), theirs.clone().count());
    for ((_, own), (_, theirs)) in own.zip(theirs) {
        let expected = expressions(theirs["family"].as_str().unwrap(), &theirs["expr"]);
        assert_eq!(own["expressions"], json!(expected), "{theirs:?}");
    }
    let shown = netns.parley_text("show firewall");
    for words in [
        "table inet filter",
        "filter input priority 0 policy drop\n",
        "\"known ones\"\n",
        "dormant\n",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}
