// SPDX-License-Identifier: MIT OR Apache-2.0

//! YAML as a tree whose nodes know their place in the file.
//!
//! Plain scalars are read like PyYAML reads them (YAML 1.1), because that is what the
//! kernel's own tools use: `yes` is a boolean, `010` is 8 and `2026-01-01` is a date.

use crate::error::{Collector, ErrorKind, Errors, Position};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::HashMap;

/// The kernel's specs are nested at most 12 levels deep.
const DEPTH_MAX: usize = 64;

/// Limits the expansion of aliases of aliases. The kernel's largest spec has 10,000
/// nodes.
const NODES_MAX: usize = 1_000_000;

/// A node of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) value: Value,
}

/// The contents of a node.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Integer(i128),
    Text(String),
    List(Vec<Node>),
    Mapping(Vec<Entry>),
    /// A type that no spec may contain; the text describes it.
    Other(&'static str),
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Position,
    pub(crate) value: Node,
}

impl Node {
    /// Describes the node for an error message.
    pub(crate) fn describe(&self) -> String {
        match &self.value {
            Value::Null => "nothing".into(),
            Value::Boolean(value) => format!("the boolean `{value}`"),
            Value::Integer(value) => format!("the integer {value}"),
            Value::Text(value) if value.contains('\n') => "a string of several lines".into(),
            Value::Text(value) => format!("`{value}`"),
            Value::List(_) => "a list".into(),
            Value::Mapping(_) => "a mapping".into(),
            Value::Other(what) => (*what).into(),
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let found = self.entries().iter().find(|entry| entry.key == key);
        found.map(|entry| &entry.value)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Mapping(entries) = &mut self.value else {
            return None;
        };
        let found = entries.iter_mut().find(|entry| entry.key == key);
        found.map(|entry| &mut entry.value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn integer(&self) -> Option<i128> {
        match self.value {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn list(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the text at `key`.
    pub(crate) fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    /// Returns the list at `key`, or an empty one.
    pub(crate) fn list_at(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::list)
    }

    /// Returns the key of an item in a list: its name, or the value of a sub-message's
    /// format.
    fn label(&self) -> Option<&str> {
        self.text_at("name").or_else(|| self.text_at("value"))
    }

    /// Replaces the values of the keys that `over` has, and the items of its lists by
    /// their names.
    pub(crate) fn replace(&mut self, over: &Self) {
        match (&mut self.value, &over.value) {
            (Value::Mapping(own), Value::Mapping(over)) => {
                for entry in over {
                    match own.iter_mut().find(|own| own.key == entry.key) {
                        Some(own) => own.value.replace(&entry.value),
                        None => own.push(entry.clone()),
                    }
                }
            }
            (Value::List(own), Value::List(over))
                if over.iter().all(|item| item.label().is_some()) =>
            {
                for item in over {
                    let same = |own: &&mut Self| own.label() == item.label();
                    match own.iter_mut().find(same) {
                        Some(own) => own.replace(item),
                        None => own.push(item.clone()),
                    }
                }
            }
            _ => self.clone_from(over),
        }
    }

    /// Returns whether the boolean at `key` is set.
    pub(crate) fn is_set(&self, key: &str) -> bool {
        matches!(self.get(key), Some(node) if matches!(node.value, Value::Boolean(true)))
    }
}

/// Reads the one document in `text`.
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, Errors> {
    let mut builder = Builder {
        errors: Collector::new(file),
        open: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        nodes: 0,
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                if builder.event(event, position(&span)).is_none() {
                    break;
                }
            }
            Err(error) => {
                let at = Position {
                    line: error.marker().line(),
                    column: error.marker().col() + 1,
                };
                let message = format!("invalid YAML: {}", error.info());
                builder.errors.push(ErrorKind::Yaml, at, message);
                break;
            }
        }
    }
    builder.errors.check()?;
    Ok(builder.root.unwrap_or(Node {
        at: Position { line: 1, column: 1 },
        value: Value::Null,
    }))
}

fn position(span: &Span) -> Position {
    Position {
        line: span.start.line(),
        column: span.start.col() + 1,
    }
}

/// A list or a mapping that has not ended yet.
struct Open {
    node: Node,
    anchor: usize,
    /// In a mapping, the key whose value is read next.
    key: Option<(String, Position)>,
}

struct Builder {
    errors: Collector,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    nodes: usize,
}

impl Builder {
    fn fail(&mut self, at: Position, message: impl Into<String>) -> Option<()> {
        self.errors.push(ErrorKind::Yaml, at, message);
        None
    }

    /// Takes an event. Returns `None` if the rest of the file cannot be read.
    fn event(&mut self, event: Event<'_>, at: Position) -> Option<()> {
        match event {
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return self.fail(at, "tags are not supported in a spec");
            }
            Event::Scalar(text, style, anchor, None) => {
                let value = if style == ScalarStyle::Plain {
                    plain(&text)
                } else {
                    Value::Text(text.into_owned())
                };
                self.add(Node { at, value }, anchor, 1)?;
            }
            Event::SequenceStart(anchor, None) => {
                self.begin(at, Value::List(Vec::new()), anchor)?
            }
            Event::MappingStart(anchor, None) => {
                self.begin(at, Value::Mapping(Vec::new()), anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                self.add(open.node, open.anchor, 1)?;
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some((node, nodes)) => self.add(node, 0, nodes)?,
                None => return self.fail(at, "an alias refers to a node that contains it"),
            },
            Event::DocumentStart(_) if self.root.is_some() => {
                return self.fail(at, "a spec is one YAML document; another begins here");
            }
            _ => {}
        }
        Some(())
    }

    fn begin(&mut self, at: Position, value: Value, anchor: usize) -> Option<()> {
        if self.open.len() == DEPTH_MAX {
            return self.fail(
                at,
                format!("the spec is nested more than {DEPTH_MAX} levels deep"),
            );
        }
        self.open.push(Open {
            node: Node { at, value },
            anchor,
            key: None,
        });
        Some(())
    }

    /// Adds a complete node to the node that contains it.
    fn add(&mut self, node: Node, anchor: usize, nodes: usize) -> Option<()> {
        self.nodes += nodes;
        if self.nodes > NODES_MAX {
            return self.fail(node.at, format!("the spec has more than {NODES_MAX} nodes"));
        }
        if anchor != 0 {
            let nodes = count(&node);
            self.anchors.insert(anchor, (node.clone(), nodes));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Some(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Mapping(entries) => {
                let Some((key, at)) = open.key.take() else {
                    let Value::Text(key) = node.value else {
                        let message = format!("a key must be a string, not {}", node.describe());
                        return self.fail(node.at, message);
                    };
                    open.key = Some((key, node.at));
                    return Some(());
                };
                if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                    let message =
                        format!("the key `{key}` is already given in line {}", first.at.line);
                    self.errors.push(ErrorKind::DuplicateKey, at, message);
                }
                entries.push(Entry {
                    key,
                    at,
                    value: node,
                });
            }
            _ => {}
        }
        Some(())
    }
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Mapping(entries) => 1 + entries.iter().map(|e| count(&e.value)).sum::<usize>(),
        _ => 1,
    }
}

/// Reads a plain scalar as YAML 1.1 does.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Boolean(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Boolean(false);
        }
        "<<" | "=" => return Value::Other("a special key of YAML 1.1"),
        _ => {}
    }
    if let Some(value) = integer(text) {
        return value.map_or(Value::Other("an integer too large"), Value::Integer);
    }
    if is_float(text) {
        return Value::Other("a floating-point number");
    }
    if is_date(text) {
        return Value::Other("a date");
    }
    Value::Text(text.to_owned())
}

/// Reads an integer; returns `Some(None)` if it does not fit.
fn integer(text: &str) -> Option<Option<i128>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let starts_with_digit = digits.starts_with(|c: char| c.is_ascii_digit());
    let (radix, digits) = match digits.get(..2) {
        Some("0b") => (2, &digits[2..]),
        Some("0x") => (16, &digits[2..]),
        Some(two) if two.starts_with('0') => (8, &digits[1..]),
        _ if starts_with_digit => (10, digits),
        _ => return None,
    };
    if radix == 10 && digits.contains(':') {
        return sexagesimal(digits).map(Some);
    }
    let digits = digits.replace('_', "");
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(&digits, radix).ok();
    Some(value.map(|value| if negative { -value } else { value }))
}

/// `1:30` is 90 in YAML 1.1.
fn sexagesimal(text: &str) -> Option<i128> {
    let mut parts = text.split(':');
    let mut value: i128 = parts.next()?.replace('_', "").parse().ok()?;
    for part in parts {
        let digits: i128 = part.parse().ok()?;
        if part.len() > 2 || digits > 59 {
            return None;
        }
        value = value.checked_mul(60)?.checked_add(digits)?;
    }
    Some(value)
}

fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let Some((whole, fraction)) = unsigned.split_once('.') else {
        return false;
    };
    // YAML 1.1 requires a sign in the exponent.
    let (fraction, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => (&fraction[..at], Some(&fraction[at + 1..])),
        None => (fraction, None),
    };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '_');
    let begins = if whole.is_empty() { fraction } else { whole };
    begins.starts_with(|c: char| c.is_ascii_digit())
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|exponent| {
            exponent
                .strip_prefix(['-', '+'])
                .is_some_and(|e| !e.is_empty() && e.chars().all(|c| c.is_ascii_digit()))
        })
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |part: &str, len: std::ops::RangeInclusive<usize>| {
        len.contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit())
    };
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let day_end = day.find(|c: char| !c.is_ascii_digit()).unwrap_or(day.len());
    digits(year, 4..=4)
        && digits(month, 1..=2)
        && digits(&day[..day_end], 1..=2)
        && (day_end == day.len() || day[day_end..].starts_with(['T', 't', ' ', '\t']))
}

#[cfg(test)]
mod tests;
