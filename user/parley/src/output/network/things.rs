// SPDX-License-Identifier: MIT OR Apache-2.0

//! What is in a table beside its chains, shown: objects, sets, maps and flowtables.

use super::super::json::{strings, Object};
use super::super::text;
use parley_netlink::nftables::{
    family_name, Data, Flowtable, Object as Named, Ruleset, Set, Table,
};
use parley_netlink::route::names;
use serde_json::Value;
use std::ffi::OsStr;
use std::ffi::OsString;

/// Hooks of the family `netdev`.
fn hook(number: u32) -> String {
    match number {
        0 => "ingress".to_owned(),
        1 => "egress".to_owned(),
        other => other.to_string(),
    }
}

/// A protocol above IP, as `nft` has it.
fn protocol(number: u8) -> Value {
    let name = names::ip_protocol(number);
    if name.starts_with("ipproto-") {
        number.into()
    } else {
        name.as_ref().into()
    }
}

/// A number of bytes, in the largest unit that leaves no rest.
fn bytes(number: u64) -> (u64, &'static str) {
    const UNITS: [&str; 3] = ["bytes", "kbytes", "mbytes"];
    let mut number = number;
    let mut units = UNITS.into_iter();
    let mut unit = units.next().unwrap_or_default();
    for larger in units {
        if number == 0 || number % 1024 != 0 {
            break;
        }
        number /= 1024;
        unit = larger;
    }
    (number, unit)
}

/// A unit of time, by its seconds.
fn time(seconds: u64) -> String {
    let name = match seconds {
        1 => "second",
        60 => "minute",
        3600 => "hour",
        86_400 => "day",
        604_800 => "week",
        other => return format!("{other} seconds"),
    };
    name.to_owned()
}

/// The states of connections that a protocol has, by their numbers from 1 on.
fn state(protocol: u8, number: u16) -> String {
    const TCP: &[&str] = &[
        "syn_sent",
        "syn_recv",
        "established",
        "fin_wait",
        "close_wait",
        "last_ack",
        "time_wait",
        "close",
        "syn_sent2",
        "retrans",
        "unack",
    ];
    const UDP: &[&str] = &["unreplied", "replied"];
    let names = match i32::from(protocol) {
        libc::IPPROTO_TCP => TCP,
        libc::IPPROTO_UDP | libc::IPPROTO_UDPLITE => UDP,
        _ => &[],
    };
    let place = usize::from(number).checked_sub(1);
    match place.and_then(|place| names.get(place)) {
        Some(name) => (*name).to_owned(),
        None => number.to_string(),
    }
}

/// The types of a set: one by itself, and several in an array.
fn types(names: &[std::borrow::Cow<'static, str>]) -> Option<Value> {
    match names {
        [] => None,
        [one] => Some(Value::from(one.as_ref())),
        several => Some(strings(several)),
    }
}

fn is_in<'a>(table: &'a Table) -> impl Fn(u8, &OsStr) -> bool + 'a {
    |family, name| family == table.family && name == table.name
}

/// What every thing has.
fn heading(family: u8, name: &OsStr, table: &OsStr, handle: u64) -> Object {
    Object::new()
        .with("family", family_name(family).as_ref())
        .name("name", name)
        .name("table", table)
        .with("handle", handle)
}

pub(super) fn named_object(named: &Named) -> Object {
    let object = heading(named.family, &named.name, &named.table, named.handle)
        .maybe_name("comment", named.comment.as_deref());
    match &named.data {
        Data::Counter { packets, bytes } => object.with("packets", *packets).with("bytes", *bytes),
        Data::Quota {
            bytes,
            used,
            is_over,
        } => object
            .with("bytes", *bytes)
            .with("used", *used)
            .with("inv", *is_over),
        Data::Limit {
            rate,
            unit,
            burst,
            counts_bytes,
            is_over,
        } => {
            let (rate, burst) = (*rate, u64::from(*burst));
            let (rate, rate_unit) = if *counts_bytes {
                bytes(rate)
            } else {
                (rate, "")
            };
            let (burst, burst_unit) = if *counts_bytes {
                bytes(burst)
            } else {
                (burst, "")
            };
            object
                .with("rate", rate)
                .with("per", time(*unit))
                .maybe("inv", is_over.then_some(true))
                .maybe("rate_unit", counts_bytes.then_some(rate_unit))
                .maybe("burst", (burst != 0).then_some(burst))
                .maybe(
                    "burst_unit",
                    (burst != 0 && *counts_bytes).then_some(burst_unit),
                )
        }
        Data::Helper {
            name,
            protocol: number,
            of_family,
        } => object
            .name("type", name)
            .with("protocol", protocol(*number))
            .with("l3proto", family_name(*of_family).as_ref()),
        Data::Timeout {
            protocol: number,
            of_family,
            seconds,
        } => {
            let policy = seconds.iter().fold(Object::new(), |policy, (at, seconds)| {
                policy.with(&state(*number, *at), *seconds)
            });
            object
                .with("protocol", protocol(*number))
                .with("l3proto", family_name(*of_family).as_ref())
                .with("policy", policy)
        }
        Data::Expectation {
            protocol: number,
            of_family,
            port,
            timeout,
            count,
        } => object
            .with("protocol", protocol(*number))
            .with("dport", *port)
            .with("timeout", *timeout)
            .with("size", *count)
            .with("l3proto", family_name(*of_family).as_ref()),
        Data::Context(context) => object.name("context", context),
        Data::Synproxy { mss, scale, flags } => {
            let flags = synproxy_flags(*flags);
            object
                .with("mss", *mss)
                .with("wscale", *scale)
                .maybe("flags", (!flags.is_empty()).then(|| strings(&flags)))
        }
        _ => object,
    }
}

fn synproxy_flags(flags: u32) -> Vec<&'static str> {
    const SACK: u32 = 4;
    const TIMESTAMP: u32 = 8;
    let known = [(TIMESTAMP, "timestamp"), (SACK, "sack-perm")];
    let set = known.into_iter().filter(|(flag, _)| flags & flag != 0);
    set.map(|(_, name)| name).collect()
}

pub(super) fn set_object(set: &Set) -> Object {
    let flags = set.flag_names();
    let constant = flags.contains(&"constant");
    heading(set.family, &set.name, &set.table, set.handle)
        .maybe("type", types(&set.key_types()))
        .maybe_name("comment", set.comment.as_deref())
        .maybe("map", types(&set.data_types()).filter(|_| set.is_map()))
        .maybe(
            "policy",
            (set.saves_memory && !constant).then_some("memory"),
        )
        .maybe("size", set.size.filter(|size| *size != 0 && !constant))
        .maybe("flags", (!flags.is_empty()).then(|| strings(&flags)))
        .maybe("timeout", set.timeout.map(|ms| ms / 1000))
        .maybe(
            "gc-interval",
            set.gc_interval
                .filter(|interval| *interval != 0)
                .map(|ms| ms / 1000),
        )
        .maybe("auto-merge", set.joins_intervals.then_some(true))
        .maybe("elements", set.count)
}

/// With one by itself, and with several in an array, in the order of their names as
/// `nft` has them.
pub(crate) fn with_devices(object: Object, names: &[OsString]) -> Object {
    let mut names = names.to_vec();
    names.sort();
    match names.as_slice() {
        [] => object,
        [one] => object.name("dev", one),
        several => object.names("dev", several),
    }
}

pub(super) fn flowtable_object(table: &Flowtable) -> Object {
    let object = heading(table.family, &table.name, &table.table, table.handle)
        .with("hook", hook(table.hook))
        .with("prio", table.priority);
    with_devices(object, &table.devices)
}

/// What is in the table, with the words that `nft -j` has for what it is.
pub(crate) fn objects<'a>(
    ruleset: &'a Ruleset,
    table: &'a Table,
) -> impl Iterator<Item = (String, Object)> + 'a {
    let is_here = is_in(table);
    let named = ruleset
        .objects
        .iter()
        .filter(move |one| is_here(one.family, &one.table));
    let named = named.map(|one| (one.kind_name().into_owned(), named_object(one)));
    let sets = sets(ruleset, table).map(|set| (set_kind(set).to_owned(), set_object(set)));
    let is_here = is_in(table);
    let flowtables = ruleset.flowtables.iter();
    let flowtables = flowtables.filter(move |one| is_here(one.family, &one.table));
    let flowtables = flowtables.map(|one| ("flowtable".to_owned(), flowtable_object(one)));
    named.chain(sets).chain(flowtables)
}

/// The sets and maps of the table. Those without a name belong to their rules.
fn sets<'a>(ruleset: &'a Ruleset, table: &'a Table) -> impl Iterator<Item = &'a Set> {
    let is_here = is_in(table);
    let all = ruleset.sets.iter().filter(|set| !set.is_anonymous());
    all.filter(move |set| is_here(set.family, &set.table))
}

pub(super) fn set_kind(set: &Set) -> &'static str {
    if set.is_map() {
        "map"
    } else {
        "set"
    }
}

/// The same as lines: what it is, its handle, and what else there is to say.
pub(crate) fn lines<'a>(
    ruleset: &'a Ruleset,
    table: &'a Table,
) -> impl Iterator<Item = (String, u64, String)> + 'a {
    let is_here = is_in(table);
    let named = ruleset
        .objects
        .iter()
        .filter(move |one| is_here(one.family, &one.table));
    let named = named.map(|one| {
        (
            one.kind_name().into_owned(),
            &one.name,
            one.handle,
            words(one),
        )
    });
    let sets = sets(ruleset, table).map(|set| {
        (
            set_kind(set).to_owned(),
            &set.name,
            set.handle,
            set_words(set),
        )
    });
    let is_here = is_in(table);
    let flowtables = ruleset.flowtables.iter();
    let flowtables = flowtables.filter(move |one| is_here(one.family, &one.table));
    let flowtables = flowtables.map(|one| {
        (
            "flowtable".to_owned(),
            &one.name,
            one.handle,
            flowtable_words(one),
        )
    });
    let all = named.chain(sets).chain(flowtables);
    all.map(|(kind, name, handle, about)| (format!("  {kind} {}", text::safe(name)), handle, about))
}

pub(super) fn words(named: &Named) -> String {
    let over = |is_over: bool| if is_over { "over " } else { "" };
    let mut words = match &named.data {
        Data::Counter { packets, bytes } => format!("packets {packets} bytes {bytes}"),
        Data::Quota {
            bytes: all,
            used,
            is_over,
        } => {
            let ((all, unit), (used, of)) = (bytes(*all), bytes(*used));
            format!("{}{all} {unit} used {used} {of}", over(*is_over))
        }
        Data::Limit {
            rate,
            unit,
            burst,
            counts_bytes,
            is_over,
        } => {
            let amount = |number| match (counts_bytes, bytes(number)) {
                (true, (number, unit)) => format!("{number} {unit}"),
                (false, _) => number.to_string(),
            };
            let (rate, burst) = (amount(*rate), amount((*burst).into()));
            format!(
                "rate {}{rate}/{} burst {burst}",
                over(*is_over),
                time(*unit)
            )
        }
        Data::Helper {
            name,
            protocol,
            of_family,
        } => format!(
            "\"{}\" protocol {} of {}",
            text::safe(name),
            names::ip_protocol(*protocol),
            family_name(*of_family)
        ),
        Data::Timeout {
            protocol,
            of_family,
            seconds,
        } => {
            let each = |(at, seconds): &(u16, u32)| format!("{} {seconds}", state(*protocol, *at));
            let policy: Vec<_> = seconds.iter().map(each).collect();
            let name = names::ip_protocol(*protocol);
            let of = family_name(*of_family);
            format!("protocol {name} of {of} seconds {}", policy.join(" "))
        }
        Data::Expectation {
            protocol,
            of_family,
            port,
            timeout,
            count,
        } => format!(
            "protocol {} of {} dport {port} timeout {timeout} ms size {count}",
            names::ip_protocol(*protocol),
            family_name(*of_family)
        ),
        Data::Context(context) => format!("\"{}\"", text::safe(context)),
        Data::Synproxy { mss, scale, flags } => {
            let flags = synproxy_flags(*flags).join(" ");
            format!("mss {mss} wscale {scale} {flags}")
                .trim_end()
                .to_owned()
        }
        // Its kind says what it is; the rest is left out.
        _ => "what it is set up with is not shown".to_owned(),
    };
    if let Some(comment) = &named.comment {
        words += &format!("  \"{}\"", text::safe(comment));
    }
    words
}

pub(super) fn set_words(set: &Set) -> String {
    let mut words = set.key_types().join(" . ");
    if set.is_map() {
        words += &format!(" : {}", set.data_types().join(" . "));
    }
    let mut say = |what: String| words += &format!(" {what}");
    for flag in set.flag_names() {
        say(flag.to_owned());
    }
    if let Some(size) = set.size.filter(|size| *size != 0) {
        say(format!("size {size}"));
    }
    if let Some(timeout) = set.timeout {
        say(format!("timeout {} s", timeout / 1000));
    }
    // Only the elements themselves are left out, and that is said.
    match set.count {
        Some(0) => say("empty".to_owned()),
        Some(1) => say("1 element, not shown".to_owned()),
        Some(count) => say(format!("{count} elements, not shown")),
        None => say("elements not shown".to_owned()),
    }
    if let Some(comment) = &set.comment {
        words += &format!("  \"{}\"", text::safe(comment));
    }
    words
}

pub(super) fn flowtable_words(table: &Flowtable) -> String {
    format!(
        "{} priority {} devices {}",
        hook(table.hook),
        table.priority,
        text::safe(table.devices.join(OsStr::new(",")))
    )
}
