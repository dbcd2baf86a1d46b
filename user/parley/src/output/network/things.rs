// SPDX-License-Identifier: MIT OR Apache-2.0

//! Shows the contents of a table besides its chains: objects, sets, maps and flowtables.

use super::super::json::{strings, Object};
use super::super::text;
use parley_netlink::nftables::{
    family_name, Data, Flowtable, Object as Named, Ruleset, Set, Table,
};
use parley_netlink::route::names;
use serde_json::Value;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

/// Hooks of the family `netdev`.
fn hook(number: u32) -> String {
    match number {
        0 => "ingress".to_owned(),
        1 => "egress".to_owned(),
        other => other.to_string(),
    }
}

/// A protocol above IP, by `nft`'s name.
fn protocol(number: u8) -> Value {
    let name = names::ip_protocol(number);
    if name.starts_with("ipproto-") {
        number.into()
    } else {
        name.as_ref().into()
    }
}

/// A number of bytes, in the largest unit that divides it.
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

/// A unit of time, given in seconds.
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

/// The state of a connection, by its number, from 1 on, in a protocol.
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

/// The types of a set: a single one by itself, and several in an array.
fn types(names: &[Cow<'static, str>]) -> Option<Value> {
    match names {
        [] => None,
        [one] => Some(Value::from(one.as_ref())),
        several => Some(strings(several)),
    }
}

/// The properties of all entries.
fn heading(family: u8, name: &OsStr, table: &OsStr, handle: u64) -> Object {
    Object::new()
        .with("family", family_name(family).as_ref())
        .name("name", name)
        .name("table", table)
        .with("handle", handle)
}

fn named_object(named: &Named) -> Object {
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

fn set_object(set: &Set) -> Object {
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

/// Adds a single device by itself, or several in an array sorted by name, as `nft` does.
pub(crate) fn with_devices(object: Object, names: &[OsString]) -> Object {
    let mut names = names.to_vec();
    names.sort();
    match names.as_slice() {
        [] => object,
        [one] => object.name("dev", one),
        several => object.names("dev", several),
    }
}

fn flowtable_object(table: &Flowtable) -> Object {
    let object = heading(table.family, &table.name, &table.table, table.handle)
        .with("hook", hook(table.hook))
        .with("prio", table.priority);
    with_devices(object, &table.devices)
}

/// An object of a table other than a chain.
#[derive(Clone, Copy)]
pub(super) enum One<'a> {
    Object(&'a Named),
    Set(&'a Set),
    Flowtable(&'a Flowtable),
}

impl<'a> One<'a> {
    /// Returns `nft -j`'s word for it.
    pub(super) fn kind(self) -> Cow<'static, str> {
        match self {
            Self::Object(one) => one.kind_name(),
            Self::Set(one) if one.is_map() => "map".into(),
            Self::Set(_) => "set".into(),
            Self::Flowtable(_) => "flowtable".into(),
        }
    }

    /// Returns its family, the name of its table, and its own name.
    pub(super) fn place(self) -> (u8, [&'a OsStr; 2]) {
        match self {
            Self::Object(one) => (one.family, [&one.table, &one.name]),
            Self::Set(one) => (one.family, [&one.table, &one.name]),
            Self::Flowtable(one) => (one.family, [&one.table, &one.name]),
        }
    }

    pub(super) fn handle(self) -> u64 {
        match self {
            Self::Object(one) => one.handle,
            Self::Set(one) => one.handle,
            Self::Flowtable(one) => one.handle,
        }
    }

    pub(super) fn object(self) -> Object {
        match self {
            Self::Object(one) => named_object(one),
            Self::Set(one) => set_object(one),
            Self::Flowtable(one) => flowtable_object(one),
        }
    }

    /// Describes it.
    pub(super) fn words(self) -> String {
        match self {
            Self::Object(one) => words(one),
            Self::Set(one) => set_words(one),
            Self::Flowtable(one) => flowtable_words(one),
        }
    }
}

/// The objects of the table. Anonymous sets belong to their rules.
pub(super) fn of<'a>(ruleset: &'a Ruleset, table: &'a Table) -> impl Iterator<Item = One<'a>> {
    let sets = ruleset.sets.iter().filter(|set| !set.is_anonymous());
    let all = ruleset.objects.iter().map(One::Object);
    let all = all.chain(sets.map(One::Set));
    let all = all.chain(ruleset.flowtables.iter().map(One::Flowtable));
    all.filter(|one| {
        let (family, [of, _]) = one.place();
        family == table.family && of == table.name
    })
}

fn words(named: &Named) -> String {
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
        // Its type says what it is; the rest is not shown.
        _ => "what it is set up with is not shown".to_owned(),
    };
    if let Some(comment) = &named.comment {
        words += &format!("  \"{}\"", text::safe(comment));
    }
    words
}

fn set_words(set: &Set) -> String {
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
    // Only the elements themselves are left out, and the text says so.
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

fn flowtable_words(table: &Flowtable) -> String {
    format!(
        "{} priority {} devices {}",
        hook(table.hook),
        table.priority,
        text::safe(table.devices.join(OsStr::new(",")))
    )
}
