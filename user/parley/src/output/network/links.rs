// SPDX-License-Identifier: MIT OR Apache-2.0

//! Links, shown.

use super::super::columns::Row;
use super::super::json::{strings, Object};
use super::super::text;
use super::{fields, link_name, Naming, Shown};
use parley_netlink::route::links::{flag, Link};
use parley_netlink::route::names;
use serde_json::Value;

impl Shown for Link {
    const NOUN: &'static str = "links";
    const HEADINGS: &'static [&'static str] =
        &["INDEX", "NAME", "STATE", "MTU", "KIND", "ADDRESS", "FLAGS"];

    fn row(&self, naming: &Naming<'_>) -> Row {
        let mut name = text::safe(&self.name);
        if let Some(link) = self.link.filter(|link| *link != 0) {
            name += &match self.link_netnsid {
                Some(_) => format!("@{link}"),
                None => format!("@{}", link_name(naming, link)),
            };
        }
        let address = self.address.as_deref().unwrap_or_default();
        let flags = self.flag_names(self.below(naming));
        let kind = match &self.kind {
            Some(kind) => text::safe(kind),
            None => naming.link_type(self.link_type).into_owned(),
        };
        Row {
            cells: vec![
                self.index.to_string(),
                name,
                names::link_state(self.state).into_owned(),
                self.mtu.map(|mtu| mtu.to_string()).unwrap_or_default(),
                kind,
                self.hardware(address),
                flags.join(","),
            ],
            below: self.details(naming),
        }
    }

    fn object(&self, naming: &Naming<'_>) -> Object {
        let numbers = [
            ("promiscuity", self.promiscuity),
            ("allmulti", self.allmulti),
            ("min_mtu", self.mtu_bounds.map(|bounds| bounds.0)),
            ("max_mtu", self.mtu_bounds.map(|bounds| bounds.1)),
            ("num_tx_queues", self.queues.0),
            ("num_rx_queues", self.queues.1),
            ("gso_max_segs", self.gso_max.0),
            ("gso_max_size", self.gso_max.1),
            ("tso_max_segs", self.tso_max.0),
            ("tso_max_size", self.tso_max.1),
            ("gro_max_size", self.gro_max_size),
        ];
        let object = (numbers.into_iter()).fold(brief(self, naming), |object, (key, value)| {
            object.maybe(key, value)
        });
        let info = (self.kind.is_some() || self.member_kind.is_some()).then(|| {
            let data = |data: &Option<Vec<_>>| {
                let data = data.as_deref()?;
                Some(fields::object(data, naming))
            };
            Object::new()
                .maybe("info_kind", self.kind.as_deref())
                .maybe("info_data", data(&self.data))
                .maybe("info_slave_kind", self.member_kind.as_deref())
                .maybe("info_slave_data", data(&self.member_data))
        });
        let mode = if self.dormant_mode {
            "DORMANT"
        } else {
            "DEFAULT"
        };
        object
            .with("linkmode", mode)
            .maybe_name("ifalias", self.alias.as_deref())
            .maybe("inet6_addr_gen_mode", self.address_mode_name().as_deref())
            .maybe("linkinfo", info)
    }
}

/// Returns the properties of a link that `ip -j address` also prints.
pub(crate) fn brief(link: &Link, naming: &Naming<'_>) -> Object {
    let below = match (link.link, link.link_netnsid) {
        (Some(0), _) => Object::new().with("link", Value::Null),
        (Some(index), None) => Object::new().name("link", naming.name(index)),
        (Some(index), Some(_)) => Object::new().with("link_index", index),
        (None, _) => Object::new(),
    };
    let hardware = |address: &Option<Vec<u8>>| address.as_deref().map(|a| link.hardware(a));
    let permanent = link.other_permanent_address();
    let object = match link.other_names.as_slice() {
        [] => below,
        names => below.names("altnames", names),
    };
    object
        .with("ifindex", link.index)
        .name("ifname", &link.name)
        .with("flags", strings(&link.flag_names(link.below(naming))))
        .maybe("mtu", link.mtu)
        .maybe("qdisc", link.qdisc.as_deref())
        .maybe_name("master", link.master.map(|index| naming.name(index)))
        .with("operstate", names::link_state(link.state).as_ref())
        .maybe(
            "group",
            link.group
                .map(|number| naming.link_group(number))
                .as_deref(),
        )
        .maybe("txqlen", link.queue_len.filter(|len| *len != 0))
        .with("link_type", naming.link_type(link.link_type).as_ref())
        .maybe("address", hardware(&link.address))
        .maybe(
            "link_pointtopoint",
            (link.broadcast.is_some() && link.flags & flag::POINTOPOINT != 0).then_some(true),
        )
        .maybe("broadcast", hardware(&link.broadcast))
        .maybe("permaddr", permanent.map(|address| link.hardware(address)))
        .maybe("link_netnsid", link.link_netnsid)
}

/// Adds the properties that not every link has.
trait Details {
    fn details(&self, naming: &Naming<'_>) -> Vec<String>;
}

impl Details for Link {
    fn details(&self, naming: &Naming<'_>) -> Vec<String> {
        let mut words = Vec::new();
        let mut say = |what: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("{what} {value}")));
        };
        say("master", self.master.map(|index| link_name(naming, index)));
        let netns = self.link_netnsid.map(|id| id.to_string());
        say("other end in network namespace", netns);
        let group = self.group.filter(|group| *group != 0);
        say("group", group.map(|group| group.to_string()));
        let permanent = self.other_permanent_address();
        say("came with", permanent.map(|address| self.hardware(address)));
        for name in &self.other_names {
            say("also", Some(text::safe(name)));
        }
        say("alias", self.alias.as_deref().map(text::safe));
        let mut lines = Vec::new();
        if !words.is_empty() {
            lines.push(words.join("  "));
        }
        let data = |kind: &Option<String>, data: &Option<Vec<_>>| {
            let data = data.as_deref().filter(|data| !data.is_empty())?;
            let kind = text::safe(kind.as_deref().unwrap_or_default());
            Some(format!("{kind}  {}", fields::words(data, naming)))
        };
        lines.extend(data(&self.kind, &self.data));
        let part = data(&self.member_kind, &self.member_data);
        lines.extend(part.map(|part| format!("in {part}")));
        lines
    }
}
