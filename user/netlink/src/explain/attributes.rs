// SPDX-License-Identifier: MIT OR Apache-2.0

//! Attributes, and the attributes nested in them. Source: `include/uapi/linux/netlink.h`,
//! `struct nlattr`.

use super::datagram::{each, Order};
use super::names::Names;
use super::tables;
use super::value::{number_of, show, Place};
use super::walk::Walk;
use crate::kernel::{name_of, Format, Kind, Name, Record, Set};
use crate::netlink::attr::{ALIGN, HEADER};

const NESTED: u16 = 1 << 15;
const NET_BYTEORDER: u16 = 1 << 14;

/// Nests deeper than this are shown as plain bytes.
const DEPTH_MAX: usize = 16;

impl Place {
    /// The attribute's name, in the form that errors use.
    pub(super) fn name(&self) -> String {
        Names(self.set).full_name(self.number)
    }
}

/// Describes the attribute that another attribute points to, by its offset in the request
/// or by its number.
pub(super) type Pointer<'f> = &'f dyn Fn(&str, u64) -> Option<String>;

/// Decodes attributes up to `end`. `point` describes the attribute of the request that a
/// value of the extended ACK points to.
pub(super) fn attributes(
    walk: &mut Walk<'_>,
    end: usize,
    depth: usize,
    set: Set,
    point: Option<Pointer<'_>>,
) {
    let all = walk.peek(walk.left(end));
    // The values of selectors, so that each is looked up once.
    let mut chosen = Vec::new();
    while walk.left(end) > 0 && !walk.full(end, depth) {
        let left = walk.left(end);
        let start = walk.at();
        if left < HEADER {
            let zero = walk.peek(left).iter().all(|byte| *byte == 0);
            walk.take(left, depth, "padding", "");
            if !zero {
                walk.bad(format!(
                    "left over: an attribute has {HEADER} bytes or more"
                ));
            }
            return;
        }
        let len = walk.number(2).unwrap_or(0) as usize;
        let behind = left.saturating_sub(len);
        let lies = if len < HEADER {
            Some(format!(
                "{len} is less than an attribute's header, {HEADER}"
            ))
        } else if len > left {
            Some(format!("says {len} bytes, and {left} are left"))
        } else {
            None
        };
        let payload = len.saturating_sub(HEADER);
        walk.take(2, depth, "nla_len", format!("{len}: header and {payload}"));
        if let Some(why) = &lies {
            walk.bad(why.clone());
        }
        let kind_and_flags = walk.number(2).unwrap_or(0) as u16;
        let number = kind_and_flags & !(NESTED | NET_BYTEORDER);
        let (name, kind) = set.entry(number);
        let mut meaning = format!("{number}: {}", name.unwrap_or("not known"));
        if kind_and_flags & NESTED != 0 {
            meaning.push_str(", NESTED");
        }
        if kind_and_flags & NET_BYTEORDER != 0 {
            meaning.push_str(", NET_BYTEORDER");
        }
        walk.take(2, depth, "nla_type", meaning);
        let (kind, before) = match kind {
            Kind::Choice(selector, formats) => {
                let known = chosen.iter().find(|(number, _)| *number == selector);
                let value = known.map(|(_, value)| *value).unwrap_or_else(|| {
                    let value = each(all, walk.order).find(|found| found.0 == selector);
                    let value = value.map(|found| found.1).unwrap_or_default();
                    chosen.push((selector, value));
                    value
                });
                choose(set.entry(selector).1, value, walk.order, formats)
            }
            kind => (kind, None),
        };
        let place = Place {
            offset: start.saturating_sub(walk.message),
            set,
            number,
            inside: match kind {
                Kind::Nest(set) => set,
                _ => Set::Guess,
            },
        };
        walk.places.push(place);
        if lies.is_some() {
            // The start of the next attribute is unknown.
            walk.take(
                walk.left(end),
                depth.saturating_add(1),
                "bytes",
                "not taken apart",
            );
            return;
        }
        let inside = walk.at().saturating_add(payload);
        if let Some(record) = before {
            tables::header(walk, record, inside, depth.saturating_add(1));
        }
        value(
            walk,
            inside,
            depth.saturating_add(1),
            (name.unwrap_or("value"), kind, set),
            kind_and_flags,
            point,
        );
        let padding = (len.next_multiple_of(ALIGN) - len).min(behind);
        let zero = walk.peek(padding).iter().all(|byte| *byte == 0);
        walk.take(
            padding,
            depth,
            "padding",
            if zero { "" } else { "not zero, and not read" },
        );
    }
}

/// Returns the attribute set that the `value` of a selector chooses, and the struct
/// before it.
fn choose(
    selector: Kind,
    value: &[u8],
    order: Order,
    formats: &'static [Format],
) -> (Kind, Option<&'static Record>) {
    let name = match number_of(selector, value, order) {
        Some(number) => names_of(selector).and_then(|names| name_of(names, number)),
        None => std::str::from_utf8(value.strip_suffix(&[0]).unwrap_or(value)).ok(),
    };
    let named = |format: &&Format| name.is_some_and(|name| is_value(name, format.0));
    match formats.iter().find(named) {
        Some((_, record, set)) => (Kind::Nest(*set), *record),
        None => (Kind::Nest(Set::Guess), None),
    }
}

fn names_of(kind: Kind) -> Option<&'static [Name]> {
    match kind {
        Kind::In(_, kind) => names_of(*kind),
        Kind::Named(_, names) => Some(names),
        _ => None,
    }
}

/// Returns whether a name stands for this value of a spec: the same name, or a constant
/// that ends with it.
fn is_value(name: &str, value: &str) -> bool {
    let constant = value.replace('-', "_").to_ascii_uppercase();
    name == value
        || name
            .strip_suffix(&constant)
            .is_some_and(|rest| rest.ends_with('_'))
}

/// Decodes an attribute's payload, which ends at `end`. The attribute belongs to the set
/// `among`.
fn value(
    walk: &mut Walk<'_>,
    end: usize,
    depth: usize,
    (name, kind, among): (&str, Kind, Set),
    flags: u16,
    point: Option<Pointer<'_>>,
) {
    let len = walk.left(end);
    let kind = match kind {
        // Some specs declare a nest as bytes, or as text.
        Kind::Unknown | Kind::Bytes | Kind::Text if flags & NESTED != 0 => Kind::Nest(Set::Guess),
        kind => kind,
    };
    match kind {
        Kind::Nest(_) | Kind::NextHops if depth >= DEPTH_MAX => {
            return walk.take(len, depth, name, "a nest too deep to be taken apart");
        }
        Kind::Nest(set) => return attributes(walk, end, depth, set, point),
        Kind::NextHops => return next_hops(walk, end, depth, among),
        Kind::Fields(record) => {
            tables::members_of(walk, record, end, depth);
            return walk.take(walk.left(end), depth, "bytes", "behind all that is known");
        }
        Kind::Array(record) => {
            while walk.left(end) > 0 && !walk.full(end, depth) {
                walk.heading(depth, record.name, String::new());
                tables::members_of(walk, record, end, depth.saturating_add(1));
            }
            return;
        }
        Kind::Numbers(len, kind, names) if flags & NESTED == 0 => {
            return numbers(walk, end, depth, (len, *kind, names));
        }
        Kind::Numbers(..) => return attributes(walk, end, depth, Set::Guess, point),
        Kind::Via => return via(walk, end, depth),
        _ => {}
    }
    let bytes = walk.peek(len);
    let order = match kind {
        _ if flags & NET_BYTEORDER != 0 => Order::Big,
        Kind::Unknown => walk.guess,
        _ => walk.order,
    };
    let (mut meaning, bad) = show(kind, bytes, order);
    if let (Some(point), Some(value)) = (point, walk.number(len)) {
        if let Some(words) = point(name, value) {
            meaning = format!("{value}: {words}");
        }
    }
    if len == 0 && bad.is_none() {
        return;
    }
    if len > 0 {
        walk.take(len, depth, name, meaning);
    }
    if let Some(why) = bad {
        walk.bad(why);
    }
}

/// Decodes consecutive numbers up to `end`.
fn numbers(
    walk: &mut Walk<'_>,
    end: usize,
    depth: usize,
    (len, kind, names): (usize, Kind, Option<&'static [Name]>),
) {
    let mut place = 0;
    while walk.left(end) > 0 && !walk.full(end, depth) {
        let order = walk.order;
        let named = names.and_then(|names| name_of(names, place));
        let name = named.map_or_else(|| format!("[{place}]"), str::to_owned);
        walk.take_value(len, end, depth, &name, |bytes| show(kind, bytes, order).0);
        place = place.saturating_add(1);
    }
}

/// Decodes the next hops of a route, up to `end`: each is a `struct rtnexthop`, followed
/// by attributes of the route's `set`.
fn next_hops(walk: &mut Walk<'_>, end: usize, depth: usize, set: Set) {
    const HOP: usize = 8;
    let inside = depth.saturating_add(1);
    while walk.left(end) > 0 && !walk.full(end, depth) {
        let (start, left) = (walk.at(), walk.left(end));
        walk.heading(depth, "rtnexthop", String::new());
        let len = walk.take_number(2, end, inside, "rtnh_len", |len| format!("{len} bytes"));
        let len = len.unwrap_or(0) as usize;
        let lies = if len < HOP {
            Some(format!("{len} is less than a next hop's header, {HOP}"))
        } else if len > left {
            Some(format!("says {len} bytes, and {left} are left"))
        } else {
            None
        };
        if let Some(why) = lies {
            walk.bad(why);
            // The start of the next one is unknown.
            return walk.take(walk.left(end), inside, "bytes", "not taken apart");
        }
        let behind = start.saturating_add(len);
        tables::route::next_hop(walk, behind, inside);
        attributes(walk, behind, inside, set, None);
        let padding = (len.next_multiple_of(ALIGN) - len).min(walk.left(end));
        walk.take(padding, depth, "padding", "");
    }
}

/// Decodes a `struct rtvia`, whose address ends at `end`.
fn via(walk: &mut Walk<'_>, end: usize, depth: usize) {
    walk.take_number(2, end, depth, "rtvia_family", tables::address_family);
    let len = walk.left(end);
    let (meaning, _) = show(Kind::Hardware, walk.peek(len), walk.order);
    walk.take(len, depth, "rtvia_addr", meaning);
}
