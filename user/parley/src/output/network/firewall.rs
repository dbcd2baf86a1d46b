// SPDX-License-Identifier: MIT OR Apache-2.0

//! The firewall, shown.

use super::super::json::{strings, Object};
use super::super::text;
use super::things;
use parley_netlink::firewall::{family_name, Chain, Rule, Ruleset, Table};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Result, Write};

/// What is in each table, and in each chain. A ruleset can have a hundred thousand
/// rules, so they are sorted once.
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

/// As an object, with the keys and in the order that `nft -j list ruleset` has.
pub(crate) fn object(ruleset: &Ruleset) -> Object {
    let places = Places::new(ruleset);
    let mut all: Vec<Value> = Vec::new();
    let mut put = |what: &str, object: Object| all.push(Object::new().with(what, object).into());
    for table in &ruleset.tables {
        let flags = table.flag_names();
        let object = Object::new()
            .with("family", family_name(table.family).as_ref())
            .name("name", &table.name)
            .with("handle", table.handle)
            .maybe("flags", (!flags.is_empty()).then(|| strings(&flags)));
        put("table", object);
        for (kind, object) in things::objects(ruleset, table) {
            put(&kind, object);
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

/// Writes the tables, with what is in them: last the chains, with their rules.
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

/// What each thing is, its handle, and what else there is to say.
fn lines(ruleset: &Ruleset) -> Vec<(String, u64, String)> {
    let places = Places::new(ruleset);
    let mut lines = Vec::new();
    for table in &ruleset.tables {
        let family = family_name(table.family);
        let what = format!("table {family} {}", text::safe(&table.name));
        lines.push((what, table.handle, table.flag_names().join(" ")));
        lines.extend(things::lines(ruleset, table));
        for chain in places.chains(table) {
            let about = chain.hook.as_ref().map(|hook| {
                format!(
                    "{} {} priority {} policy {}",
                    text::safe(&hook.kind),
                    chain.hook_name().unwrap_or_default(),
                    hook.priority,
                    policy(hook.drops)
                )
            });
            let what = format!("  chain {}", text::safe(&chain.name));
            lines.push((what, chain.handle, about.unwrap_or_default()));
            for rule in places.rules(chain) {
                let mut about = text::safe(rule.expressions.join(" "));
                if let Some(comment) = &rule.comment {
                    about += &format!("  \"{}\"", text::safe(comment));
                }
                lines.push(("    rule".to_owned(), rule.handle, about));
            }
        }
    }
    lines
}
