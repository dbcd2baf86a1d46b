// SPDX-License-Identifier: MIT OR Apache-2.0

//! Checks a spec against the schema of its protocol.

use super::{CrossRule, Key, Map, NameForm, Protocols, Rule, Words, SPEC};
use crate::{
    error::{did_you_mean, join_or, Collector, ErrorKind},
    model::Protocol,
    yaml::{Node, Value},
};

/// Checks `root`, and returns the protocol that it names.
pub(crate) fn check(root: &Node, errors: &mut Collector) -> Option<Protocol> {
    let protocol = match root.get("protocol") {
        None => Some(Protocol::Genetlink),
        Some(node) => node.text().and_then(Protocol::from_name),
    };
    let mut checker = Checker {
        // An unknown protocol is checked like the one that allows the most.
        protocol: protocol.unwrap_or(Protocol::NetlinkRaw),
        errors,
    };
    if let (None, Some(node)) = (protocol, root.get("protocol")) {
        let names = Protocol::ALL.map(Protocol::name);
        checker.refuse(node, "the protocol", &join_or(names), names);
        return None;
    }
    checker.map(root, &SPEC);
    protocol
}

struct Checker<'e> {
    protocol: Protocol,
    errors: &'e mut Collector,
}

impl Checker<'_> {
    fn push(&mut self, node: &Node, message: String) {
        self.errors.push(ErrorKind::Schema, node.at, message);
    }

    /// Reports that `node` does not have the required form.
    fn refuse<'a>(
        &mut self,
        node: &Node,
        what: &str,
        allowed: &str,
        words: impl IntoIterator<Item = &'a str>,
    ) {
        let hint = match &node.value {
            Value::Text(text) => did_you_mean(text, words),
            Value::Boolean(_) => "; YAML reads words like `on` and `no` as booleans".to_owned(),
            _ => String::new(),
        };
        let found = node.describe();
        self.push(node, format!("{what} must be {allowed}, not {found}{hint}"));
    }

    fn map(&mut self, node: &Node, map: &'static Map) {
        let Value::Mapping(entries) = &node.value else {
            return self.refuse(node, map.what, "a mapping", []);
        };
        let protocol = self.protocol;
        let known = || map.keys.iter().filter(|key| key.protocols.has(protocol));
        for entry in entries {
            match known().find(|key| key.name == entry.key) {
                Some(key) => self.rule(&entry.value, key.name, &key.rule),
                None => {
                    let message = self.unknown(&entry.key, map);
                    self.errors.push(ErrorKind::Schema, entry.at, message);
                }
            }
        }
        for key in known().filter(|key| key.required) {
            if node.get(key.name).is_none() {
                let message = format!("{} needs the key `{}`", map.what, key.name);
                self.push(node, message);
            }
        }
        match map.also {
            Some(CrossRule::SubsetOrTypes) => self.types(node),
            Some(CrossRule::LenOrStruct) => self.len_or_struct(node),
            None => {}
        }
    }

    fn unknown(&self, name: &str, map: &Map) -> String {
        let elsewhere = |key: &&Key| key.name == name;
        if let Some(key) = map.keys.iter().find(elsewhere) {
            return format!(
                "{} may have the key `{name}` only with the protocol {}, not {}",
                map.what,
                names(key.protocols),
                self.protocol.name()
            );
        }
        let known: Vec<_> = (map.keys.iter())
            .filter(|key| key.protocols.has(self.protocol))
            .map(|key| key.name)
            .collect();
        match did_you_mean(name, known.iter().copied()) {
            hint if hint.is_empty() => format!(
                "{} cannot have the key `{name}`; it can have {}",
                map.what,
                known.join(", ")
            ),
            hint => format!("{} cannot have the key `{name}`{hint}", map.what),
        }
    }

    fn rule(&mut self, node: &Node, name: &str, rule: &'static Rule) {
        let what = format!("`{name}`");
        let mut must_be = |allowed: &str, fits: bool| {
            if !fits {
                self.refuse(node, &what, allowed, []);
            }
        };
        match (rule, &node.value) {
            (Rule::Text, value) => must_be("a string", matches!(value, Value::Text(_))),
            (Rule::TextOrNull, value) => must_be(
                "a string or nothing",
                matches!(value, Value::Text(_) | Value::Null),
            ),
            (Rule::TextOrInteger, value) => must_be(
                "a string or an integer",
                matches!(value, Value::Text(_) | Value::Integer(_)),
            ),
            (Rule::Boolean, value) => {
                must_be("true or false", matches!(value, Value::Boolean(_)));
            }
            (Rule::Name(form), _) => {
                let (allowed, upper) = match form {
                    NameForm::Lower => ("a name of lower-case letters, digits and dashes", false),
                    NameForm::Mixed => ("a name of letters, digits and dashes", true),
                };
                let fits = |text: &str| {
                    let fits = |c: char| {
                        c.is_ascii_lowercase()
                            || c.is_ascii_digit()
                            || c == '-'
                            || (upper && c.is_ascii_uppercase())
                    };
                    !text.is_empty() && text.chars().all(fits)
                };
                must_be(allowed, node.text().is_some_and(fits));
            }
            (Rule::Integer(None), value) => {
                must_be("an integer", matches!(value, Value::Integer(_)));
            }
            (Rule::Integer(Some(least)), _) => {
                let fits = node.integer().is_some_and(|value| value >= *least);
                must_be(&format!("an integer from {least}"), fits);
            }
            (Rule::Bound { minus_one }, value) => {
                let fits = match value {
                    Value::Integer(value) => *value >= 0,
                    Value::Text(text) => is_bound(text, *minus_one),
                    _ => false,
                };
                let allowed = "an integer from 0 or the name of a constant";
                let minus = if *minus_one {
                    ", also followed by ` - 1`"
                } else {
                    ""
                };
                must_be(&format!("{allowed}{minus}"), fits);
            }
            (Rule::Word(words), _) => self.word(node, &what, words),
            (Rule::List(rule), Value::List(items)) => {
                for item in items {
                    self.rule(item, name, rule);
                }
            }
            (Rule::List(_), _) => must_be("a list", false),
            (Rule::TextOrMap(_), Value::Text(_)) => {}
            (Rule::TextOrMap(map), value) if !matches!(value, Value::Mapping(_)) => {
                self.refuse(node, map.what, "a string or a mapping", []);
            }
            (Rule::Map(map) | Rule::TextOrMap(map), _) => self.map(node, map),
        }
    }

    fn word(&mut self, node: &Node, what: &str, words: &'static [Words]) {
        let (protocol, text) = (self.protocol, node.text().unwrap_or_default());
        let known = || {
            let known = words.iter().filter(move |words| words.0.has(protocol));
            known.flat_map(|words| words.1).copied()
        };
        match words.iter().find(|words| words.1.contains(&text)) {
            Some(Words(protocols, _)) if protocols.has(protocol) => {}
            Some(Words(protocols, _)) => {
                let (names, own) = (names(*protocols), protocol.name());
                let message =
                    format!("{what} may be `{text}` only with the protocol {names}, not {own}");
                self.push(node, message);
            }
            None => self.refuse(node, what, &join_or(known()), known()),
        }
    }

    /// The attributes of a set have types unless the set is a subset.
    fn types(&mut self, set: &Node) {
        if set.text_at("subset-of").is_some() {
            return;
        }
        for attribute in set.list_at("attributes") {
            if matches!(attribute.value, Value::Mapping(_)) && attribute.get("type").is_none() {
                let message = "an attribute needs the key `type`, unless its set is a subset";
                self.push(attribute, message.to_owned());
            }
        }
    }

    fn len_or_struct(&mut self, member: &Node) {
        let both_or_none = member.get("len").is_some() == member.get("struct").is_some();
        if self.protocol == Protocol::NetlinkRaw
            && member.text_at("type") == Some("binary")
            && both_or_none
        {
            let message = "a binary member of a struct needs either `len` or `struct`";
            self.push(member, message.to_owned());
        }
    }
}

/// Returns whether `text` can be the name of a constant.
fn is_bound(text: &str, minus_one: bool) -> bool {
    let name = match text.strip_suffix(" - 1") {
        Some(name) if minus_one => name,
        _ => text,
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.chars().all(fits)
}

fn names(protocols: Protocols) -> String {
    join_or(
        Protocol::ALL
            .into_iter()
            .filter(|protocol| protocols.has(*protocol))
            .map(Protocol::name),
    )
}
