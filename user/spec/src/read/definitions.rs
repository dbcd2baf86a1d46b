// SPDX-License-Identifier: MIT OR Apache-2.0

//! Constants, enums, flag sets and structs; and bounds, which name constants.

use super::{owned, Reader};
use crate::{
    error::{did_you_mean, ErrorKind},
    model::{
        Bound, ByteOrder, Constant, Definition, DefinitionId, DefinitionKind, EnumEntry, EnumUse,
        Enumeration, Integer, IntegerType, Member, MemberKind, Scope, Structure,
    },
    yaml::{Node, Value},
};

impl Reader<'_, '_> {
    pub(super) fn definitions(&mut self) -> Vec<Definition> {
        let root = self.root;
        let mut definitions = Vec::new();
        for node in root.list_at("definitions") {
            let kind = match node.text_at("type") {
                Some("struct") => DefinitionKind::Struct(Structure {
                    members: Vec::new(),
                }),
                Some("const") => DefinitionKind::Const(self.constant(node)),
                kind => DefinitionKind::Enum(self.enumeration(node, kind == Some("flags"))),
            };
            definitions.push(Definition {
                name: owned(node, "name").unwrap_or_default(),
                at: node.at,
                doc: owned(node, "doc"),
                header: owned(node, "header"),
                scope: match node.text_at("scope") {
                    Some("kernel") => Scope::Kernel,
                    Some("user") => Scope::User,
                    _ => Scope::Uapi,
                },
                kind,
            });
        }
        // Members refer to constants, enums and other structs.
        for (index, node) in root.list_at("definitions").iter().enumerate() {
            if matches!(definitions[index].kind, DefinitionKind::Struct(_)) {
                let members = self.members(node, &definitions);
                definitions[index].kind = DefinitionKind::Struct(Structure { members });
            }
        }
        definitions
    }

    fn constant(&mut self, node: &Node) -> Constant {
        match node.get("value").map(|node| &node.value) {
            Some(Value::Integer(value)) => Constant::Integer(*value),
            Some(Value::Text(text)) => Constant::Text(text.clone()),
            _ => {
                if node.get("header").is_none() {
                    let message = "a constant needs the key `value`, unless a header defines it";
                    self.push(ErrorKind::Value, node.at, message);
                }
                Constant::InHeader
            }
        }
    }

    fn enumeration(&mut self, node: &Node, flags: bool) -> Enumeration {
        let mut next = match node.get("value-start") {
            None => 0,
            Some(start) => start.integer().unwrap_or_else(|| {
                let message = "`value-start` is an integer in quotes; remove the quotes";
                self.push(ErrorKind::Value, start.at, message);
                0
            }),
        };
        if node.get("entries").is_none() {
            let message = "an enum or flag set needs the key `entries`";
            self.push(ErrorKind::Value, node.at, message);
        }
        let mut entries: Vec<EnumEntry> = Vec::new();
        for item in node.list_at("entries") {
            let entry = EnumEntry {
                name: item
                    .text()
                    .or_else(|| item.text_at("name"))
                    .unwrap_or_default()
                    .to_owned(),
                at: item.at,
                doc: owned(item, "doc"),
                value: item.get("value").and_then(Node::integer).unwrap_or(next),
            };
            next = entry.value.saturating_add(1);
            if let Some(first) = entries.iter().find(|first| first.name == entry.name) {
                let message = format!(
                    "the entry `{}` is already defined in line {}",
                    entry.name, first.at.line
                );
                self.push(ErrorKind::Duplicate, entry.at, message);
            }
            if flags && !(0..64).contains(&entry.value) {
                let message = format!(
                    "the flag `{}` is bit {}; flags are bits from 0 to 63",
                    entry.name, entry.value
                );
                self.push(ErrorKind::Value, entry.at, message);
            }
            entries.push(entry);
        }
        Enumeration {
            flags,
            prefix: owned(node, "name-prefix"),
            entries,
        }
    }

    fn members(&mut self, node: &Node, definitions: &[Definition]) -> Vec<Member> {
        let mut members = Vec::new();
        for node in node.list_at("members") {
            let kind_name = node.text_at("type").unwrap_or_default();
            let len = self.bound(node.get("len"), definitions, false);
            let kind = match IntegerType::from_name(kind_name) {
                Some(kind) => MemberKind::Integer(self.integer(node, kind, definitions)),
                None if node.get("struct").is_some() => {
                    match self.structure(node.get("struct"), definitions) {
                        Some(id) => MemberKind::Struct(id),
                        None => continue,
                    }
                }
                None if kind_name == "string" => MemberKind::Text(len),
                None if kind_name == "pad" => MemberKind::Pad(len),
                None => MemberKind::Binary(len),
            };
            members.push(Member {
                name: owned(node, "name").unwrap_or_default(),
                at: node.at,
                doc: owned(node, "doc"),
                kind,
                display_hint: owned(node, "display-hint"),
            });
        }
        members
    }

    /// Reads the properties of an integer of the type `kind`.
    pub(super) fn integer(
        &mut self,
        node: &Node,
        kind: IntegerType,
        definitions: &[Definition],
    ) -> Integer {
        Integer {
            kind,
            order: match node.text_at("byte-order") {
                Some("little-endian") => ByteOrder::Little,
                Some("big-endian") => ByteOrder::Big,
                _ => ByteOrder::Host,
            },
            values: self.enum_use(node, definitions),
        }
    }

    /// Reads the enum or flag set of a value.
    pub(super) fn enum_use(&mut self, node: &Node, definitions: &[Definition]) -> Option<EnumUse> {
        let name = node.get("enum");
        let id = self.definition(name)?;
        let DefinitionKind::Enum(enumeration) = &definitions[id.0].kind else {
            return self.wrong_kind(name?, "an enum or flag set");
        };
        let as_flags = enumeration.flags || node.is_set("enum-as-flags");
        if as_flags {
            let bits = enumeration.entries.iter().map(|entry| entry.value);
            if let Some(bit) = bits.into_iter().find(|bit| !(0..64).contains(bit)) {
                let message = format!("an enum used as flags has the bit {bit}; bits are 0 to 63");
                self.push(ErrorKind::Value, name?.at, message);
            }
        }
        Some(EnumUse { id, as_flags })
    }

    pub(super) fn structure(
        &mut self,
        name: Option<&Node>,
        definitions: &[Definition],
    ) -> Option<DefinitionId> {
        let id = self.definition(name)?;
        if matches!(definitions[id.0].kind, DefinitionKind::Struct(_)) {
            return Some(id);
        }
        self.wrong_kind(name?, "a struct")
    }

    fn wrong_kind<T>(&mut self, name: &Node, wanted: &str) -> Option<T> {
        let message = format!("{} is not {wanted}", name.describe());
        self.push(ErrorKind::Reference, name.at, message);
        None
    }

    /// Finds a constant by its name, or by its C name, which includes its `name-prefix`.
    fn constant_named(&self, name: &str) -> Option<usize> {
        if let Some(index) = self.definitions.places.get(name) {
            return Some(*index);
        }
        self.root.list_at("definitions").iter().position(|node| {
            let (Some(prefix), Some(own)) = (node.text_at("name-prefix"), node.text_at("name"))
            else {
                return false;
            };
            node.text_at("type") == Some("const") && name.strip_prefix(prefix) == Some(own)
        })
    }

    /// Reads a bound. `by_type` allows the limits of integer types, like `u32-max`.
    pub(super) fn bound(
        &mut self,
        node: Option<&Node>,
        definitions: &[Definition],
        by_type: bool,
    ) -> Option<Bound> {
        let node = node?;
        let mut bound = Bound {
            at: node.at,
            value: node.integer(),
            constant: None,
            text: node.text().map_or_else(
                || node.integer().unwrap_or_default().to_string(),
                str::to_owned,
            ),
        };
        let Some(text) = node.text() else {
            return Some(bound);
        };
        let (name, minus) = match text.strip_suffix(" - 1") {
            Some(name) => (name, 1),
            None => (text, 0),
        };
        let limit = if by_type { limit_of_type(name) } else { None };
        match self.constant_named(name) {
            Some(index) => {
                bound.constant = Some(DefinitionId(index));
                match &definitions[index].kind {
                    DefinitionKind::Const(Constant::Integer(value)) => {
                        bound.value = Some(value - minus);
                    }
                    DefinitionKind::Const(Constant::InHeader) => {}
                    // A constant whose value is a C expression.
                    DefinitionKind::Const(Constant::Text(_)) => {}
                    _ => return self.wrong_kind(node, "a constant"),
                }
            }
            None if limit.is_some() => bound.value = limit,
            None => {
                let hint = did_you_mean(name, definitions.iter().map(|d| d.name.as_str()));
                let or = if by_type {
                    ", nor a limit of a type like `u32-max`"
                } else {
                    ""
                };
                let message = format!("the spec defines no constant `{name}`{or}{hint}");
                self.push(ErrorKind::Reference, node.at, message);
            }
        }
        Some(bound)
    }
}

/// Returns the number for a name such as `u8-max` or `s32-min`.
fn limit_of_type(name: &str) -> Option<i128> {
    let (kind, end) = name.split_once('-')?;
    if matches!(kind, "uint" | "sint") {
        return None;
    }
    let (min, max) = IntegerType::from_name(kind)?.range();
    match end {
        "min" => Some(min),
        "max" => Some(max),
        _ => None,
    }
}
