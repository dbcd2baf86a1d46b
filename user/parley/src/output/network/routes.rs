// SPDX-License-Identifier: MIT OR Apache-2.0

//! Routes, shown.

use super::super::columns::Row;
use super::super::json::{strings, Object};
use super::super::text;
use super::{fields, link_name, prefix, Naming, Shown};
use parley_netlink::route::routes::{
    flag_names, metric_name, metric_value, Route, Way, ECN, FEATURES,
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
        words.say(
            "from",
            self.source.map(|source| prefix(source, self.family)),
        );
        words.say("tos", (self.tos != 0).then(|| format!("{:#04x}", self.tos)));
        words.say("nhid", self.nexthop_id);
        words.way(&self.way, naming);
        words.say(
            "proto",
            (self.protocol != BOOT).then(|| naming.protocol(self.protocol)),
        );
        words.say("scope", (self.scope != 0).then(|| naming.scope(self.scope)));
        words.say("src", self.preferred_source);
        words.say("metric", self.metric);
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
            words.say(&metric_name(*number), Some(format!("{lock}{value}")));
        }
        words.say("congestion", self.congestion.as_deref().map(text::safe));
        let expires = self.expires / TICKS;
        words.say(
            "expires",
            (self.expires != 0).then(|| format!("{expires} s")),
        );
        words.say("error", (self.error != 0).then_some(self.error));
        words.say("pref", self.preference_name());
        let way = |way: &Way| {
            let mut words = Words(vec!["nexthop".to_owned()]);
            words.way(way, naming);
            words.say("weight", Some(way.weight));
            words
                .0
                .extend(flag_names(way.flags).iter().map(|name| name.to_string()));
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
            below: self.ways.iter().map(way).collect(),
        }
    }

    fn object(&self, naming: &Naming<'_>) -> Object {
        let kind = (self.kind != UNICAST).then(|| naming.route_type(self.kind));
        let table = (self.table != MAIN).then(|| naming.table(self.table));
        let protocol = (self.protocol != BOOT).then(|| naming.protocol(self.protocol));
        let scope = (self.scope != 0).then(|| naming.scope(self.scope));
        let ways = (!self.ways.is_empty()).then(|| -> Value {
            let way = |way: &Way| {
                way_object(way, self.family, naming)
                    .with("weight", way.weight)
                    .with("flags", strings(&flag_names(way.flags)))
            };
            self.ways.iter().map(way).map(Value::from).collect()
        });
        way_object(&self.way, self.family, naming)
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
            .maybe("nexthops", ways)
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

fn way_object(way: &Way, family: Family, naming: &Naming<'_>) -> Object {
    let (gateway, via) = match way.gateway {
        Some(gateway) if family_of(gateway) == family => (Some(gateway.to_string()), None),
        Some(other) => {
            let via = Object::new()
                .with("family", family_of(other).name())
                .with("host", other.to_string());
            (None, Some(via))
        }
        None => (None, None),
    };
    let flow = way.realms.map(realms).map(|(from, to)| {
        Object::new()
            .maybe("from", from.map(|number| naming.realm(number)).as_deref())
            .with("to", naming.realm(to).as_ref())
    });
    let data = way.encapsulation_data.iter();
    let encapsulation = Object::new().maybe("encap", way.encapsulation_name().as_deref());
    let encapsulation = data.fold(encapsulation, |object, field| {
        fields::with(object, encapsulation_key(field.name), &field.value, naming)
    });
    encapsulation
        .maybe("gateway", gateway)
        .maybe("via", via)
        .maybe_name("dev", way.index.map(|index| naming.name(index)))
        .maybe("flow", flow)
}

/// Words and values, separated by spaces.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn say(&mut self, what: &str, value: Option<impl std::fmt::Display>) {
        self.0.extend(value.map(|value| format!("{what} {value}")));
    }

    fn way(&mut self, way: &Way, naming: &Naming<'_>) {
        self.say("encap", way.encapsulation_name());
        if !way.encapsulation_data.is_empty() {
            self.0.push(fields::words(&way.encapsulation_data, naming));
        }
        self.say("via", way.gateway);
        self.say("dev", way.index.map(|index| link_name(naming, index)));
        let realms = way.realms.map(realms).map(|(from, to)| match from {
            Some(from) => format!("{from}/{to}"),
            None => to.to_string(),
        });
        self.say("realms", realms);
    }
}
