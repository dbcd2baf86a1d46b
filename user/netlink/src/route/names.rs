// SPDX-License-Identifier: MIT OR Apache-2.0

//! Names for numbers, as `ip` prints them.
//!
//! Names from `/etc/iproute2` are not used: such numbers appear as numbers.
//!
//! ```
//! use parley_netlink::route::names;
//!
//! assert_eq!(names::table(254), "main");
//! assert_eq!(names::table(100), "100");
//! assert_eq!(names::table_number("local"), Some(255));
//! ```

use crate::kernel::{self, numbers as n};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A name, or the number.
type Name = Cow<'static, str>;

fn or_number(name: Option<&'static str>, number: u32) -> Name {
    name.map_or_else(|| number.to_string().into(), Cow::from)
}

/// Returns the part after the prefix in the name of a number.
fn name(names: &'static [kernel::Name], prefix: &str, number: u64) -> Option<&'static str> {
    kernel::name_of(names, number)?.strip_prefix(prefix)
}

/// Like [`name`], in lower case, which `ip` uses for most names. Returns the number if
/// `ip` does not know it.
fn lower(names: &'static [kernel::Name], prefix: &str, number: u32, known: bool) -> Name {
    let name = name(names, prefix, number.into()).filter(|_| known);
    name.map_or_else(|| number.to_string(), str::to_ascii_lowercase)
        .into()
}

/// A routing table: `enum rt_class_t`.
#[must_use]
pub fn table(number: u32) -> Name {
    // `ip` has no name for this one.
    let known = number != n::RT_TABLE_COMPAT.into();
    lower(n::ENUM_RT_TABLE, "RT_TABLE_", number, known)
}

/// Returns the number of a routing table, given its name or number.
#[must_use]
pub fn table_number(name: &str) -> Option<u32> {
    match name {
        "default" => Some(n::RT_TABLE_DEFAULT.into()),
        "main" => Some(n::RT_TABLE_MAIN.into()),
        "local" => Some(n::RT_TABLE_LOCAL.into()),
        _ => name.parse().ok().filter(|number| *number != 0),
    }
}

/// The origin of a route, a rule or a neighbour: `RTPROT_*`.
#[must_use]
pub fn protocol(number: u8) -> Name {
    // `ip` has no names for these two.
    let known = ![n::RTPROT_MROUTED, n::RTPROT_OVN].contains(&number.into());
    lower(n::ENUM_RTPROT, "RTPROT_", number.into(), known)
}

/// The scope of an address or a route: `enum rt_scope_t`.
#[must_use]
pub fn scope(number: u8) -> Name {
    match number.into() {
        n::RT_SCOPE_UNIVERSE => "global".into(),
        other => lower(n::ENUM_RT_SCOPE, "RT_SCOPE_", other.into(), true),
    }
}

/// The type of a route, or of a rule without a table: `RTN_*`.
#[must_use]
pub fn route_type(number: u8) -> Name {
    match number.into() {
        n::RTN_UNSPEC => "none".into(),
        other => lower(n::ENUM_RTM_TYPE, "RTN_", other.into(), true),
    }
}

/// The origin of an address: `IFAPROT_*`.
#[must_use]
pub fn address_protocol(number: u8) -> Name {
    lower(n::ENUM_IFAPROT, "IFAPROT_", number.into(), true)
}

/// A group of links.
#[must_use]
pub fn link_group(number: u32) -> Name {
    or_number((number == 0).then_some("default"), number)
}

/// A realm of routes.
#[must_use]
pub fn realm(number: u16) -> Name {
    or_number((number == 0).then_some("cosmos"), number.into())
}

/// The states of a link: `enum` of `IF_OPER_*` in `include/uapi/linux/if.h`.
#[must_use]
pub fn link_state(number: u8) -> Name {
    let name = name(n::ENUM_IF_OPER, "IF_OPER_", number.into());
    or_number(name, number.into())
}

/// The hardware type of a link: `ARPHRD_*` in `include/uapi/linux/if_arp.h`.
#[must_use]
pub fn link_type(number: u16) -> Name {
    let name = match number {
        n::ARPHRD_TUNNEL => Some("ipip"),
        n::ARPHRD_IPGRE => Some("gre"),
        n::ARPHRD_IP6GRE => Some("gre6"),
        n::ARPHRD_IEEE80211_RADIOTAP => Some("ieee802.11/radiotap"),
        n::ARPHRD_ETHER => Some("ether"),
        n::ARPHRD_IEEE1394 => Some("ieee1394"),
        n::ARPHRD_INFINIBAND => Some("infiniband"),
        n::ARPHRD_CAN => Some("can"),
        n::ARPHRD_PPP => Some("ppp"),
        n::ARPHRD_TUNNEL6 => Some("tunnel6"),
        n::ARPHRD_LOOPBACK => Some("loopback"),
        n::ARPHRD_SIT => Some("sit"),
        n::ARPHRD_NETLINK => Some("netlink"),
        n::ARPHRD_NONE => Some("none"),
        n::ARPHRD_VOID => Some("void"),
        _ => None,
    };
    name.map_or_else(|| format!("[{number}]").into(), Cow::from)
}

/// A protocol above IP, by its name in this machine's `/etc/protocols`. If that file
/// cannot be read, only the most common protocols have names.
#[must_use]
pub fn ip_protocol(number: u8) -> Name {
    static KNOWN: OnceLock<Option<BTreeMap<u8, String>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let table = std::fs::read_to_string("/etc/protocols").ok()?;
        Some(protocols(&table))
    });
    let name = match (known, number) {
        (Some(known), number) => known.get(&number).map(String::as_str),
        (None, 1) => Some("icmp"),
        (None, 2) => Some("igmp"),
        (None, 6) => Some("tcp"),
        (None, 17) => Some("udp"),
        (None, 33) => Some("dccp"),
        (None, 47) => Some("gre"),
        (None, 50) => Some("esp"),
        (None, 51) => Some("ah"),
        (None, 58) => Some("ipv6-icmp"),
        (None, 132) => Some("sctp"),
        (None, 136) => Some("udplite"),
        (None, _) => None,
    };
    name.map_or_else(|| format!("ipproto-{number}").into(), Cow::from)
}

/// Reads a table of protocols: the first name of each number.
fn protocols(table: &str) -> BTreeMap<u8, String> {
    let mut known = BTreeMap::new();
    for line in table.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        if let (Some(name), Some(Ok(number))) = (words.next(), words.next().map(str::parse)) {
            known.entry(number).or_insert_with(|| name.to_owned());
        }
    }
    known
}

/// A user of this machine, by the name in `/etc/passwd`.
#[must_use]
pub fn user(number: u32) -> Name {
    account("/etc/passwd", number)
}

/// A group of users of this machine, by the name in `/etc/group`.
#[must_use]
pub fn group(number: u32) -> Name {
    account("/etc/group", number)
}

/// Returns the name in the line whose third field is this number, or otherwise the
/// number.
fn account(path: &str, number: u32) -> Name {
    let table = std::fs::read(path).unwrap_or_default();
    let table = String::from_utf8_lossy(&table);
    let name = table.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(number)).then(|| name.to_owned())
    });
    name.map_or_else(|| number.to_string().into(), Cow::from)
}

/// Returns the names of the bits that are set in `bits`, in the order of `known`, and the
/// remaining bits as a number.
pub(super) fn bits(known: &[(u32, &'static str)], bits: u32) -> Vec<Name> {
    let mut rest = bits;
    let mut names = Vec::new();
    for (bit, name) in known {
        if bits & bit != 0 {
            names.push(Cow::from(*name));
            rest &= !bit;
        }
    }
    if rest != 0 {
        names.push(format!("{rest:x}").into());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_the_names_of_the_systems_table() {
        let table =
            "# Internet protocols\nip 0 IP\nhopopt 0 HOPOPT\ntcp\t6\tTCP # and more\n\nodd\n";
        let known = protocols(table);
        assert_eq!(known.len(), 2);
        assert_eq!((known[&0].as_str(), known[&6].as_str()), ("ip", "tcp"));
        if std::path::Path::new("/etc/protocols").exists() {
            // The program once knew only eleven of these.
            assert_eq!(ip_protocol(89), "ospf");
            assert_eq!(ip_protocol(112), "vrrp");
        }
        assert_eq!(ip_protocol(253), "ipproto-253");
    }

    #[test]
    fn a_number_without_a_name_stays_a_number() {
        assert_eq!(table(254), "main");
        assert_eq!(table(70_000), "70000");
        assert_eq!(table_number("70000"), Some(70_000));
        assert_eq!(table_number(&table(255)), Some(255));
        assert_eq!(table_number("nowhere"), None);
        assert_eq!(protocol(77), "77");
        assert_eq!(link_type(5), "[5]");
        assert_eq!(user(u32::MAX), u32::MAX.to_string());
        assert_eq!(bits(&[(2, "B"), (1, "A")], 0x13), ["B", "A", "10"]);
    }
}
