// SPDX-License-Identifier: MIT OR Apache-2.0

//! Rules, shown.

use super::super::columns::Row;
use super::super::json::Object;
use super::super::text;
use super::{prefix, Naming, Shown};
use parley_netlink::route::rules::{action, flag, Rule};
use parley_netlink::route::Prefix;
use serde_json::Value;
use std::ffi::OsString;
use std::fmt::LowerHex;

const KERNEL: u8 = 2;
/// All bits of a code point, and of a flow label.
const DSCP: u8 = 0x3f;
const FLOW_LABEL: u32 = 0xf_ffff;

/// A range, or a single number.
fn range<T: PartialEq + std::fmt::Display>((first, last): (T, T)) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    }
}

/// A value with a mask, unless the mask has all bits of `all`.
fn masked<T: PartialEq + LowerHex>(value: T, mask: Option<T>, all: T) -> Option<String> {
    let mask = mask.filter(|mask| *mask != all)?;
    Some(format!("{}/{}", hex(value), hex(mask)))
}

/// Formats a number like C's `%#x`: 0 has no prefix.
fn hex<T: LowerHex>(number: T) -> String {
    let hex = format!("{number:#x}");
    if hex == "0x0" {
        "0".to_owned()
    } else {
        hex
    }
}

fn mark(rule: &Rule) -> Option<(u32, Option<u32>)> {
    if rule.mark.is_none() && rule.mark_mask.is_none() {
        return None;
    }
    let mask = rule.mark_mask.filter(|mask| *mask != u32::MAX);
    Some((rule.mark.unwrap_or(0), mask))
}

fn realms(rule: &Rule) -> Option<(u16, u16)> {
    let realms = rule.realms?;
    Some(((realms >> 16) as u16, realms as u16))
}

/// The origin of the rule, if it is worth showing.
fn protocol(rule: &Rule, naming: &Naming<'_>) -> Option<std::borrow::Cow<'static, str>> {
    let protocol = rule
        .protocol
        .filter(|protocol| !matches!(*protocol, 0 | KERNEL));
    protocol.map(|number| naming.protocol(number))
}

impl Shown for Rule {
    const NOUN: &'static str = "rules";
    const HEADINGS: &'static [&'static str] = &["FAMILY", "PRIORITY", "WHAT", "DOES"];

    fn row(&self, naming: &Naming<'_>) -> Row {
        Row {
            cells: vec![
                self.family.name().to_owned(),
                self.priority.to_string(),
                self.selector(naming),
                self.does(naming),
            ],
            below: Vec::new(),
        }
    }

    fn object(&self, naming: &Naming<'_>) -> Object {
        let has = |flag| self.flags & flag != 0;
        let mark = mark(self);
        let realms = realms(self);
        let object = Object::new()
            .with("family", self.family.name())
            .with("priority", self.priority)
            .null_if("not", has(flag::INVERT))
            .maybe("tos", (self.tos != 0).then(|| format!("{:#04x}", self.tos)))
            .maybe("fwmark", mark.map(|(mark, _)| hex(mark)))
            .maybe("fwmask", mark.and_then(|(_, mask)| mask).map(hex))
            .maybe_name("iif", self.iif.as_deref())
            .null_if("iif_detached", has(flag::IIF_DETACHED))
            .maybe_name("oif", self.oif.as_deref())
            .null_if("oif_detached", has(flag::OIF_DETACHED))
            .null_if("l3mdev", self.of_master)
            .maybe("uid_start", self.users.map(|users| users.0))
            .maybe("uid_end", self.users.map(|users| users.1))
            .maybe(
                "ipproto",
                self.ip_protocol
                    .map(|number| naming.ip_protocol(number))
                    .as_deref(),
            )
            .merge(ports("sport", self.source_ports))
            .maybe("sport_mask", self.source_port_mask.map(u32::from).map(hex))
            .merge(ports("dport", self.destination_ports))
            .maybe(
                "dport_mask",
                self.destination_port_mask.map(u32::from).map(hex),
            )
            .maybe("tun_id", self.tunnel)
            .maybe("dscp", self.dscp.map(|dscp| format!("{dscp:#04x}")))
            .maybe("dscp_mask", self.dscp_mask.map(u32::from).map(hex))
            .maybe("flowlabel", self.flow_label.map(hex))
            .maybe("flowlabel_mask", self.flow_label_mask.map(hex))
            .maybe("suppress_prefixlen", self.suppress_prefix_len)
            .maybe(
                "suppress_ifgroup",
                self.suppress_group
                    .map(|number| naming.link_group(number))
                    .as_deref(),
            )
            .maybe(
                "flow_from",
                realms.map(|(from, _)| naming.realm(from)).as_deref(),
            )
            .maybe("flow_to", realms.map(|(_, to)| naming.realm(to)).as_deref())
            .maybe("protocol", protocol(self, naming).as_deref())
            .merge(self.end("src", self.source, Some("all")))
            .merge(self.end("dst", self.destination, None));
        let table = (self.table != 0).then(|| naming.table(self.table));
        let object = object.maybe("table", table.as_deref());
        match self.action {
            action::TABLE => object,
            action::GOTO => object
                .with("goto", self.target.map_or(Value::from("none"), Value::from))
                .null_if("unresolved", has(flag::UNRESOLVED)),
            action::NOTHING => object.with("nop", Value::Null),
            other => object.with("action", naming.route_type(other).as_ref()),
        }
    }
}

fn ports(key: &str, ports: Option<(u16, u16)>) -> Object {
    match ports {
        Some((first, last)) if first == last => Object::new().with(key, first),
        Some((first, last)) => Object::new()
            .with(&format!("{key}_start"), first)
            .with(&format!("{key}_end"), last),
        None => Object::new(),
    }
}

/// Both formats of a rule are built from these parts.
trait Parts {
    fn end(&self, key: &str, prefix: Option<Prefix>, any: Option<&str>) -> Object;
    fn selector(&self, naming: &Naming<'_>) -> String;
    fn does(&self, naming: &Naming<'_>) -> String;
}

impl Parts for Rule {
    fn end(&self, key: &str, prefix: Option<Prefix>, any: Option<&str>) -> Object {
        let Some(prefix) = prefix else {
            return Object::new().maybe(key, any);
        };
        let len = (prefix.len != self.family.bits()).then_some(prefix.len);
        Object::new()
            .with(key, prefix.address.to_string())
            .maybe(&format!("{key}len"), len)
    }

    fn selector(&self, naming: &Naming<'_>) -> String {
        let mut words = Vec::new();
        if self.flags & flag::INVERT != 0 {
            words.push("not".to_owned());
        }
        let mut push = |what: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("{what} {value}")));
        };
        let end = |end: Option<Prefix>| end.map(|end| prefix(end, self.family));
        push("from", end(self.source).or(Some("all".to_owned())));
        push("to", end(self.destination));
        push("tos", (self.tos != 0).then(|| format!("{:#04x}", self.tos)));
        let mark = mark(self).map(|(mark, mask)| match mask {
            Some(mask) => format!("{}/{}", hex(mark), hex(mask)),
            None => hex(mark),
        });
        push("fwmark", mark);
        let link = |name: &Option<OsString>, detached| {
            let gone = if self.flags & detached != 0 {
                " (detached)"
            } else {
                ""
            };
            name.as_deref().map(|name| text::safe(name) + gone)
        };
        push("iif", link(&self.iif, flag::IIF_DETACHED));
        push("oif", link(&self.oif, flag::OIF_DETACHED));
        push("uid", self.users.map(range));
        push(
            "proto",
            self.ip_protocol.map(|p| naming.ip_protocol(p).into_owned()),
        );
        let ports = |ports, mask| {
            let (first, _): (u16, u16) = ports?;
            masked(first, mask, u16::MAX).or_else(|| Some(range(ports?)))
        };
        push("sport", ports(self.source_ports, self.source_port_mask));
        let mask = self.destination_port_mask;
        push("dport", ports(self.destination_ports, mask));
        push("tunnel", self.tunnel.map(|tunnel| tunnel.to_string()));
        let dscp = self.dscp.map(|dscp| {
            let plain = || format!("{dscp:#04x}");
            masked(dscp, self.dscp_mask, DSCP).unwrap_or_else(plain)
        });
        push("dscp", dscp);
        let label = self.flow_label.map(|label| {
            let plain = || format!("{label:#x}");
            masked(label, self.flow_label_mask, FLOW_LABEL).unwrap_or_else(plain)
        });
        push("flowlabel", label);
        words.join(" ")
    }

    fn does(&self, naming: &Naming<'_>) -> String {
        let mut words = Vec::new();
        match self.action {
            action::TABLE if self.of_master => words.push("lookup the master's table".to_owned()),
            action::TABLE => words.push(format!("lookup {}", naming.table(self.table))),
            action::GOTO => {
                let gone = if self.flags & flag::UNRESOLVED != 0 {
                    " (unresolved)"
                } else {
                    ""
                };
                let target = self
                    .target
                    .map_or("none".to_owned(), |target| target.to_string());
                words.push(format!("goto {target}{gone}"));
            }
            action::NOTHING => words.push("nothing".to_owned()),
            other => words.push(naming.route_type(other).into_owned()),
        }
        let mut push = |what: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("{what} {value}")));
        };
        let len = self.suppress_prefix_len.map(|len| len.to_string());
        push("suppress prefix length", len);
        let group = self.suppress_group.map(|group| group.to_string());
        push("suppress group", group);
        push(
            "realms",
            realms(self).map(|(from, to)| format!("{from}/{to}")),
        );
        push(
            "proto",
            protocol(self, naming).map(|protocol| protocol.into_owned()),
        );
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_netlink::netlink::message::{Header, Message};
    use parley_netlink::route::links::Names;
    use parley_netlink::route::{self, Entry};

    /// A rule with these attributes.
    fn rule(attributes: &[(u16, &[u8])]) -> Rule {
        let mut payload = vec![10, 0, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0];
        for (number, bytes) in attributes {
            payload.extend((4 + bytes.len() as u16).to_ne_bytes());
            payload.extend(number.to_ne_bytes());
            payload.extend(*bytes);
            payload.resize(payload.len().next_multiple_of(4), 0);
        }
        let header = Header {
            len: 0,
            kind: Rule::NEW,
            flags: 0,
            seq: 0,
            portid: 0,
        };
        let message = Message {
            header,
            payload: &payload,
        };
        route::event(&message).unwrap().unwrap().entry
    }

    #[test]
    fn a_mark_of_0_is_shown_as_ip_shows_it() {
        let names = Names::default();
        let naming = Naming::new(&names, false);
        // If all bits of the mark count, the kernel sends only the mask.
        for (mask, words) in [(u32::MAX, "fwmark 0"), (0xff, "fwmark 0/0xff")] {
            let rule = rule(&[(16, &mask.to_ne_bytes())]);
            assert_eq!(rule.selector(&naming), format!("from all {words}"));
            let object = Value::from(rule.object(&naming));
            assert_eq!(object["fwmark"], "0");
        }
    }

    #[test]
    fn rules_that_differ_in_the_bits_that_count_are_two_and_shown_as_such() {
        let names = Names::default();
        let naming = Naming::new(&names, false);
        let port = [80u16.to_ne_bytes(), 80u16.to_ne_bytes()].concat();
        let (some, all) = (0xffu16.to_ne_bytes(), 0xffffu16.to_ne_bytes());
        let (label, six, five) = ([0, 0, 0, 5], [0x3fu8], [0x1fu8]);
        let (few, full) = ([0, 0, 0xff, 0xff], [0, 0xf, 0xff, 0xff]);
        // The number of the value and of the mask, and what is shown.
        for (value, bytes, mask, less, whole, shown, plain, json) in [
            (
                23,
                &port[..],
                28,
                &some[..],
                &all[..],
                "sport 0x50/0xff",
                "sport 80",
                r#""sport":80,"sport_mask":"0xff""#,
            ),
            (
                24,
                &port,
                29,
                &some,
                &all,
                "dport 0x50/0xff",
                "dport 80",
                r#""dport":80,"dport_mask":"0xff""#,
            ),
            (
                25,
                &[0x12],
                30,
                &five,
                &six,
                "dscp 0x12/0x1f",
                "dscp 0x12",
                r#""dscp":"0x12","dscp_mask":"0x1f""#,
            ),
            (
                26,
                &label,
                27,
                &few,
                &full,
                "flowlabel 0x5/0xffff",
                "flowlabel 0x5",
                r#""flowlabel":"0x5","flowlabel_mask":"0xffff""#,
            ),
        ] {
            let of_some = rule(&[(value, bytes), (mask, less)]);
            let of_all = rule(&[(value, bytes), (mask, whole)]);
            assert!(of_some.key() != of_all.key(), "{shown}");
            assert_eq!(of_some.selector(&naming), format!("from all {shown}"));
            assert_eq!(of_all.selector(&naming), format!("from all {plain}"));
            assert_eq!(
                rule(&[(value, bytes)]).selector(&naming),
                of_all.selector(&naming)
            );
            let object = Value::from(of_some.object(&naming)).to_string();
            assert!(object.contains(json), "{object}");
        }
    }
}
