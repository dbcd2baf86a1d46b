// SPDX-License-Identifier: MIT OR Apache-2.0

//! Routes, shown.

use super::super::columns::Row;
use super::super::json::{strings, Object};
use super::super::text;
use super::{fields, link_name, prefix, Naming, Shown};
use parley_netlink::route::routes::{
    flag_names, metric_name, metric_value, NextHop, Route, ECN, FEATURES,
};
use parley_netlink::route::Family;
use serde_json::Value;
use std::net::IpAddr;

const UNICAST: u8 = 1;
const MAIN: u32 = 254;
const BOOT: u8 = 3;
/// The number of hundredths in a second.
const TICKS: i32 = 100;

fn family_of(address: IpAddr) -> Family {
    match address {
        IpAddr::V4(_) => Family::Inet,
        IpAddr::V6(_) => Family::Inet6,
    }
}

fn destination(route: &Route) -> String {
    match route.destination {
        Some(destination) => prefix(destination, route.family),
        None => "default".to_owned(),
    }
}

fn realms(realms: u32) -> (Option<u16>, u16) {
    let from = (realms >> 16) as u16;
    ((from != 0).then_some(from), realms as u16)
}

impl Shown for Route {
    const NOUN: &'static str = "routes";
    const HEADINGS: &'static [&'static str] = &["FAMILY", "TABLE", "TYPE", "DESTINATION", "BY"];

    fn row(&self, naming: &Naming<'_>) -> Row {
        let mut words = Words::default();
        words.push(
            "from",
            self.source.map(|source| prefix(source, self.family)),
        );
        words.push("tos", (self.tos != 0).then(|| format!("{:#04x}", self.tos)));
        words.push("nhid", self.nexthop_id);
        words.next_hop(&self.next_hop, naming);
        words.push(
            "proto",
            (self.protocol != BOOT).then(|| naming.protocol(self.protocol)),
        );
        words.push("scope", (self.scope != 0).then(|| naming.scope(self.scope)));
        words.push("src", self.preferred_source);
        words.push("metric", self.metric);
        words
            .0
            .extend(flag_names(self.flags).iter().map(|name| name.to_string()));
        for (number, value) in &self.metrics {
            let lock = if self.is_locked(*number) { "lock " } else { "" };
            let value = match (*number, *value) {
                (FEATURES, ECN) => "ecn".to_owned(),
                (FEATURES, value) => format!("{value:#x}"),
                (number, value) => metric_value(number, value).to_string(),
            };
            words.push(&metric_name(*number), Some(format!("{lock}{value}")));
        }
        words.push("congestion", self.congestion.as_deref().map(text::safe));
        let expires = self.expires / TICKS;
        words.push(
            "expires",
            (self.expires != 0).then(|| format!("{expires} s")),
        );
        words.push("error", (self.error != 0).then_some(self.error));
        words.push("pref", self.preference_name());
        let next_hop = |next_hop: &NextHop| {
            let mut words = Words(vec!["nexthop".to_owned()]);
            words.next_hop(next_hop, naming);
            words.push("weight", Some(next_hop.weight));
            words.0.extend(
                flag_names(next_hop.flags)
                    .iter()
                    .map(|name| name.to_string()),
            );
            words.0.join(" ")
        };
        Row {
            cells: vec![
                self.family.name().to_owned(),
                naming.table(self.table).into_owned(),
                naming.route_type(self.kind).into_owned(),
                destination(self),
                words.0.join(" "),
            ],
            below: self.next_hops.iter().map(next_hop).collect(),
        }
    }

    fn object(&self, naming: &Naming<'_>) -> Object {
        let kind = (self.kind != UNICAST).then(|| naming.route_type(self.kind));
        let table = (self.table != MAIN).then(|| naming.table(self.table));
        let protocol = (self.protocol != BOOT).then(|| naming.protocol(self.protocol));
        let scope = (self.scope != 0).then(|| naming.scope(self.scope));
        let next_hops = (!self.next_hops.is_empty()).then(|| -> Value {
            let next_hop = |next_hop: &NextHop| {
                next_hop_object(next_hop, self.family, naming)
                    .with("weight", next_hop.weight)
                    .with("flags", strings(&flag_names(next_hop.flags)))
            };
            self.next_hops
                .iter()
                .map(next_hop)
                .map(Value::from)
                .collect()
        });
        next_hop_object(&self.next_hop, self.family, naming)
            .with("family", self.family.name())
            .maybe("type", kind.as_deref())
            .with("dst", destination(self))
            .maybe(
                "from",
                self.source.map(|source| prefix(source, self.family)),
            )
            .maybe("tos", (self.tos != 0).then(|| format!("{:#04x}", self.tos)))
            .maybe("nhid", self.nexthop_id)
            .maybe("table", table.as_deref())
            .maybe("protocol", protocol.as_deref())
            .maybe("scope", scope.as_deref())
            .maybe(
                "prefsrc",
                self.preferred_source.map(|source| source.to_string()),
            )
            .maybe("metric", self.metric)
            .with("flags", strings(&flag_names(self.flags)))
            .maybe(
                "metrics",
                metrics(self).map(|metrics| vec![Value::from(metrics)]),
            )
            .maybe(
                "expires",
                (self.expires != 0).then_some(self.expires / TICKS),
            )
            .maybe("error", (self.error != 0).then_some(self.error))
            .maybe("pref", self.preference_name().as_deref())
            .maybe("nexthops", next_hops)
    }
}

fn metrics(route: &Route) -> Option<Object> {
    if route.metrics.is_empty() && route.congestion.is_none() {
        return None;
    }
    let object = Object::new().maybe("congestion", route.congestion.as_deref());
    let each = |object: Object, (number, value): &(u16, u32)| match (*number, *value) {
        (FEATURES, value) => {
            let others = (value & !ECN != 0).then(|| format!("{value:#x}"));
            object
                .null_if("ecn", value & ECN != 0)
                .maybe("features", others)
        }
        (number, value) => object.with(&metric_name(number), metric_value(number, value)),
    };
    Some(route.metrics.iter().fold(object, each))
}

/// The key of a field of an encapsulation. `ip -j` puts these fields among the route's
/// own, some of which have the same key; an object can have each key only once.
fn encapsulation_key(name: &'static str) -> &'static str {
    match name {
        "dst" => "encap_dst",
        "table" => "encap_table",
        "tos" => "encap_tos",
        "type" => "encap_type",
        other => other,
    }
}

fn next_hop_object(next_hop: &NextHop, family: Family, naming: &Naming<'_>) -> Object {
    let (gateway, via) = match next_hop.gateway {
        Some(gateway) if family_of(gateway) == family => (Some(gateway.to_string()), None),
        Some(other) => {
            let via = Object::new()
                .with("family", family_of(other).name())
                .with("host", other.to_string());
            (None, Some(via))
        }
        None => (None, None),
    };
    let flow = next_hop.realms.map(realms).map(|(from, to)| {
        Object::new()
            .maybe("from", from.map(|number| naming.realm(number)).as_deref())
            .with("to", naming.realm(to).as_ref())
    });
    let data = next_hop.encapsulation_data.iter();
    let encapsulation = Object::new().maybe("encap", next_hop.encapsulation_name().as_deref());
    let encapsulation = data.fold(encapsulation, |object, field| {
        fields::with(object, encapsulation_key(field.name), &field.value, naming)
    });
    encapsulation
        .maybe("gateway", gateway)
        .maybe("via", via)
        .maybe_name("dev", next_hop.index.map(|index| naming.name(index)))
        .maybe("flow", flow)
}

/// Words and values, separated by spaces.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn push(&mut self, what: &str, value: Option<impl std::fmt::Display>) {
        self.0.extend(value.map(|value| format!("{what} {value}")));
    }

    fn next_hop(&mut self, next_hop: &NextHop, naming: &Naming<'_>) {
        self.push("encap", next_hop.encapsulation_name());
        if !next_hop.encapsulation_data.is_empty() {
            self.0
                .push(fields::words(&next_hop.encapsulation_data, naming));
        }
        self.push("via", next_hop.gateway);
        self.push("dev", next_hop.index.map(|index| link_name(naming, index)));
        let realms = next_hop.realms.map(realms).map(|(from, to)| match from {
            Some(from) => format!("{from}/{to}"),
            None => to.to_string(),
        });
        self.push("realms", realms);
    }
}
