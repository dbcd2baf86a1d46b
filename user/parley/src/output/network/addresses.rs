// SPDX-License-Identifier: MIT OR Apache-2.0

//! Addresses, shown.

use super::super::columns::Row;
use super::super::json::Object;
use super::{link_name, links, Naming, Shown};
use parley_netlink::route::addresses::{Address, FOREVER};
use parley_netlink::route::links::Link;
use serde_json::Value;

impl Shown for Address {
    const NOUN: &'static str = "addresses";
    const HEADINGS: &'static [&'static str] =
        &["NAME", "FAMILY", "ADDRESS", "SCOPE", "VALID", "FLAGS"];

    fn row(&self, naming: &Naming<'_>) -> Row {
        let address = match self.peer {
            Some(peer) => format!("{} peer {peer}/{}", self.local, self.prefix_len),
            None => format!("{}/{}", self.local, self.prefix_len),
        };
        let seconds = |time| match time {
            FOREVER => "forever".to_owned(),
            time => format!("{time} s"),
        };
        let mut words: Vec<_> = self
            .flag_names()
            .iter()
            .map(|name| name.to_string())
            .collect();
        if self.preferred != self.valid {
            words.push(format!("preferred {}", seconds(self.preferred)));
        }
        words.extend(self.metric.map(|metric| format!("metric {metric}")));
        Row {
            cells: vec![
                link_name(naming, self.index),
                self.family.name().to_owned(),
                address,
                naming.scope(self.scope).into_owned(),
                seconds(self.valid),
                words.join(" "),
            ],
            below: Vec::new(),
        }
    }

    fn object(&self, naming: &Naming<'_>) -> Object {
        info(self, naming)
            .with("ifindex", self.index)
            .name("ifname", naming.name(self.index))
    }
}

/// Returns an address as it appears in the array `addr_info` of its link.
fn info(address: &Address, naming: &Naming<'_>) -> Object {
    let string = |ip: Option<std::net::IpAddr>| ip.map(|ip| ip.to_string());
    let object = Object::new()
        .with("family", address.family.name())
        .with("local", address.local.to_string())
        .maybe("address", string(address.peer))
        .with("prefixlen", address.prefix_len)
        .maybe("metric", address.metric)
        .maybe("broadcast", string(address.broadcast))
        .maybe("anycast", string(address.anycast))
        .with("scope", naming.scope(address.scope).as_ref())
        .maybe_name("label", address.label.as_deref())
        .maybe(
            "protocol",
            address
                .protocol
                .map(|number| naming.address_protocol(number))
                .as_deref(),
        )
        .with("valid_life_time", address.valid)
        .with("preferred_life_time", address.preferred);
    let flags = address.flag_names();
    flags
        .iter()
        .fold(object, |object, flag| object.with(flag, true))
}

/// Returns the links, each with its addresses.
pub(crate) fn by_link<'a>(
    all: impl Iterator<Item = &'a Link>,
    addresses: &[Address],
    naming: &Naming<'_>,
) -> Value {
    all.map(|link| {
        let own = addresses
            .iter()
            .filter(|address| address.index == link.index);
        let own: Vec<Value> = own.map(|address| info(address, naming).into()).collect();
        Value::from(links::brief(link, naming).with("addr_info", own))
    })
    .collect()
}
