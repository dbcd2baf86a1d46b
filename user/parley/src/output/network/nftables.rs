// SPDX-License-Identifier: MIT OR Apache-2.0

//! The firewall, shown.

use super::super::json::{strings, Object};
use super::super::text;
use super::things::{self, One};
use parley_netlink::nftables::{family_name, Chain, Rule, Ruleset, Table, Thing};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Result, Write};

/// The contents of each table and each chain. A ruleset can have a hundred thousand
/// rules, so they are sorted only once.
struct Places<'a> {
    chains: BTreeMap<(u8, &'a OsStr), Vec<&'a Chain>>,
    rules: BTreeMap<(u8, &'a OsStr, &'a OsStr), Vec<&'a Rule>>,
}

impl<'a> Places<'a> {
    fn new(ruleset: &'a Ruleset) -> Self {
        let (mut chains, mut rules) = (BTreeMap::new(), BTreeMap::new());
        for chain in &ruleset.chains {
            let place = (chain.family, chain.table.as_os_str());
            chains.entry(place).or_insert_with(Vec::new).push(chain);
        }
        for rule in &ruleset.rules {
            let place = (rule.family, rule.table.as_os_str(), rule.chain.as_os_str());
            rules.entry(place).or_insert_with(Vec::new).push(rule);
        }
        Self { chains, rules }
    }

    /// The chains of a table.
    fn chains(&self, table: &'a Table) -> &[&'a Chain] {
        let all = self.chains.get(&(table.family, &table.name));
        all.map_or(&[], Vec::as_slice)
    }

    /// The rules of a chain.
    fn rules(&self, chain: &'a Chain) -> &[&'a Rule] {
        let all = self.rules.get(&(chain.family, &chain.table, &chain.name));
        all.map_or(&[], Vec::as_slice)
    }
}

fn policy(drops: bool) -> &'static str {
    if drops {
        "drop"
    } else {
        "accept"
    }
}

/// Returns the ruleset as an object, with the keys and in the order of `nft -j list
/// ruleset`.
pub(crate) fn object(ruleset: &Ruleset) -> Object {
    let places = Places::new(ruleset);
    let mut all: Vec<Value> = Vec::new();
    let mut put = |what: &str, object: Object| all.push(Object::new().with(what, object).into());
    for table in &ruleset.tables {
        put("table", table_object(table));
        for one in things::of(ruleset, table) {
            put(&one.kind(), one.object());
        }
        for chain in places.chains(table) {
            put("chain", chain_object(chain));
        }
        for chain in places.chains(table) {
            for rule in places.rules(chain) {
                put("rule", rule_object(rule));
            }
        }
    }
    Object::new().with("nftables", all)
}

fn table_object(table: &Table) -> Object {
    let flags = table.flag_names();
    Object::new()
        .with("family", family_name(table.family).as_ref())
        .name("name", &table.name)
        .with("handle", table.handle)
        .maybe("flags", (!flags.is_empty()).then(|| strings(&flags)))
}

fn chain_object(chain: &Chain) -> Object {
    let object = Object::new()
        .with("family", family_name(chain.family).as_ref())
        .name("table", &chain.table)
        .name("name", &chain.name)
        .with("handle", chain.handle);
    let Some(hook) = &chain.hook else {
        return object;
    };
    let object = object
        .with("type", hook.kind.as_str())
        .maybe("hook", chain.hook_name().as_deref())
        .with("prio", hook.priority)
        .with("policy", policy(hook.drops));
    things::with_devices(object, &hook.devices)
}

fn rule_object(rule: &Rule) -> Object {
    Object::new()
        .with("family", family_name(rule.family).as_ref())
        .name("table", &rule.table)
        .name("chain", &rule.chain)
        .with("handle", rule.handle)
        .maybe_name("comment", rule.comment.as_deref())
        .with("expressions", strings(&rule.expressions))
}

/// Writes the tables with their contents: last the chains, with their rules.
pub(crate) fn write(out: &mut dyn Write, ruleset: &Ruleset) -> Result<()> {
    let lines = lines(ruleset);
    let width = lines
        .iter()
        .map(|line| line.0.chars().count())
        .max()
        .unwrap_or(0);
    for (what, handle, rest) in lines {
        let line = format!("{what:<width$}  handle {handle:<4} {rest}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Returns for each entry its type and name, its handle, and further details.
fn lines(ruleset: &Ruleset) -> Vec<(String, u64, String)> {
    let places = Places::new(ruleset);
    let mut lines = Vec::new();
    for table in &ruleset.tables {
        let family = family_name(table.family);
        let what = format!("table {family} {}", text::safe(&table.name));
        lines.push((what, table.handle, table.flag_names().join(" ")));
        for one in things::of(ruleset, table) {
            let (_, [_, name]) = one.place();
            let what = format!("  {} {}", one.kind(), text::safe(name));
            lines.push((what, one.handle(), one.words()));
        }
        for chain in places.chains(table) {
            let what = format!("  chain {}", text::safe(&chain.name));
            lines.push((what, chain.handle, chain_words(chain)));
            for rule in places.rules(chain) {
                lines.push(("    rule".to_owned(), rule.handle, rule_words(rule)));
            }
        }
    }
    lines
}

/// Describes a chain.
fn chain_words(chain: &Chain) -> String {
    let about = chain.hook.as_ref().map(|hook| {
        format!(
            "{} {} priority {} policy {}",
            text::safe(&hook.kind),
            chain.hook_name().unwrap_or_default(),
            hook.priority,
            policy(hook.drops)
        )
    });
    about.unwrap_or_default()
}

/// Describes a rule.
fn rule_words(rule: &Rule) -> String {
    let mut about = text::safe(rule.expressions.join(" "));
    if let Some(comment) = &rule.comment {
        about += &format!("  \"{}\"", text::safe(comment));
    }
    about
}

/// Returns a single part as an object, under the key of `nft -j`.
pub(crate) fn thing_object(thing: &Thing) -> Object {
    let object = |kind: &str, object: Object| Object::new().with(kind, object);
    let one = match thing {
        Thing::Table(table) => return object("table", table_object(table)),
        Thing::Chain(chain) => return object("chain", chain_object(chain)),
        Thing::Rule(rule) => return object("rule", rule_object(rule)),
        Thing::Set(set) => One::Set(set),
        Thing::Object(one) => One::Object(one),
        Thing::Flowtable(table) => One::Flowtable(table),
        _ => return Object::new(),
    };
    object(&one.kind(), one.object())
}

/// Returns a single part as a line.
pub(crate) fn thing_line(thing: &Thing) -> String {
    let place = |kind: &str, family, names: &[&OsStr]| {
        let names: Vec<_> = names.iter().map(text::safe).collect();
        format!("{kind} {} {}", family_name(family), names.join(" "))
    };
    let of_table = |one: One<'_>| {
        let (family, names) = one.place();
        let what = place(&one.kind(), family, &names);
        (what, one.handle(), one.words())
    };
    let (what, handle, about) = match thing {
        Thing::Table(one) => {
            let what = place("table", one.family, &[&one.name]);
            (what, one.handle, one.flag_names().join(" "))
        }
        Thing::Chain(one) => {
            let what = place("chain", one.family, &[&one.table, &one.name]);
            (what, one.handle, chain_words(one))
        }
        Thing::Rule(one) => {
            let what = place("rule", one.family, &[&one.table, &one.chain]);
            (what, one.handle, rule_words(one))
        }
        Thing::Set(set) => of_table(One::Set(set)),
        Thing::Object(one) => of_table(One::Object(one)),
        Thing::Flowtable(table) => of_table(One::Flowtable(table)),
        _ => return String::new(),
    };
    format!("{what}  handle {handle}  {about}")
        .trim_end()
        .to_owned()
}

/// Returns the elements of a set as a line and as an object. Only their number is shown.
pub(crate) fn elements(family: u8, table: &OsStr, set: &OsStr, count: usize) -> (String, Object) {
    let (of, names) = (family_name(family), (text::safe(table), text::safe(set)));
    let line = format!("elements {of} {} {}  {count}", names.0, names.1);
    let object = Object::new()
        .with("family", of.as_ref())
        .name("table", table)
        .name("name", set)
        .with("elements", count);
    (line, Object::new().with("element", object))
}
