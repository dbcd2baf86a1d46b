// SPDX-License-Identifier: MIT OR Apache-2.0

//! Neighbours, shown.

use super::super::columns::Row;
use super::super::json::{strings, Object};
use super::{link_name, Naming, Shown};
use parley_netlink::route::neighbours::Neighbour;

impl Shown for Neighbour {
    const NOUN: &'static str = "neighbours";
    const HEADINGS: &'static [&'static str] = &["DESTINATION", "LINK", "ADDRESS", "STATE", "FLAGS"];

    fn row(&self, naming: &Naming<'_>) -> Row {
        let mut words: Vec<_> = self
            .flag_names()
            .iter()
            .map(|name| name.to_string())
            .collect();
        let protocol = self.protocol.map(|number| naming.protocol(number));
        words.extend(protocol.map(|protocol| format!("proto {protocol}")));
        let state = if self.is_proxy() {
            String::new()
        } else {
            self.state_names().join(",")
        };
        let link = match self.index {
            0 => String::new(),
            index => link_name(naming, index),
        };
        Row {
            cells: vec![
                self.destination.to_string(),
                link,
                self.hardware(naming).unwrap_or_default(),
                state,
                words.join(" "),
            ],
            below: Vec::new(),
        }
    }

    fn object(&self, naming: &Naming<'_>) -> Object {
        let link = (self.index != 0).then(|| naming.name(self.index));
        let state = (self.state != 0).then(|| strings(&self.state_names()));
        let object = Object::new()
            .with("dst", self.destination.to_string())
            .maybe_name("dev", link)
            .maybe("lladdr", self.hardware(naming))
            .maybe("state", state)
            .maybe(
                "protocol",
                self.protocol
                    .map(|number| naming.protocol(number))
                    .as_deref(),
            );
        let flags = self.flag_names();
        flags
            .iter()
            .fold(object, |object, flag| object.null_if(flag, true))
    }
}
