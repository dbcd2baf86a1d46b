// SPDX-License-Identifier: MIT OR Apache-2.0

//! Attribute sets and sub-messages.

use super::{c_name, owned, Reader};
use crate::{
    error::{did_you_mean, ErrorKind},
    model::{
        Attribute, AttributeKind, AttributeSet, Content, Definition, DefinitionKind, IntegerType,
        Length, Limits, Selector, SetId, SubMessage, SubMessageFormat,
    },
    yaml::{Node, Value},
};

/// The maximum number of an attribute: `NLA_TYPE_MASK`.
const NUMBER_MAX: i128 = 0x3fff;

impl Reader<'_, '_> {
    pub(super) fn attribute_sets(&mut self, definitions: &[Definition]) -> Vec<AttributeSet> {
        let root = self.root;
        let mut sets: Vec<AttributeSet> = Vec::new();
        // The nodes of each set's attributes; in a subset, together with the inherited
        // parts.
        let mut nodes: Vec<Vec<Node>> = Vec::new();
        // The prefix of each set's attribute names in C.
        let mut prefixes: Vec<String> = Vec::new();
        for node in root.list_at("attribute-sets") {
            let subset_of = self.superset(node, sets.len());
            let mut own = Vec::new();
            let mut set = AttributeSet {
                name: owned(node, "name").unwrap_or_default(),
                at: node.at,
                doc: owned(node, "doc"),
                subset_of,
                attributes: Vec::new(),
            };
            let prefix = match subset_of {
                Some(id) => prefixes[id.0].clone(),
                None => self.prefix(node),
            };
            let mut number = 1;
            for item in node.list_at("attributes") {
                let name = item.text_at("name").unwrap_or_default();
                let (item, number) = match subset_of {
                    None => {
                        if let Some(value) = item.get("value").and_then(Node::integer) {
                            number = value;
                        }
                        number = number.saturating_add(1);
                        (item.clone(), number - 1)
                    }
                    Some(id) => {
                        let whole = &sets[id.0];
                        let Some(at) = whole.attributes.iter().position(|a| a.name == name) else {
                            let hint =
                                did_you_mean(name, whole.attributes.iter().map(|a| &*a.name));
                            let message = format!(
                                "the set `{}`, of which this is a subset, has no attribute \
                                 `{name}`{hint}",
                                whole.name
                            );
                            self.push(ErrorKind::Reference, item.at, message);
                            continue;
                        };
                        let number = i128::from(whole.attributes[at].number);
                        (merge(&nodes[id.0][at], item), number)
                    }
                };
                if subset_of.is_some() && set.attribute(name).is_some() {
                    // Some specs list an attribute of a subset twice, without any effect.
                    continue;
                }
                self.check_unique(&set, &item, number);
                if let Some(attribute) = self.attribute(&item, number, &prefix, node, definitions) {
                    set.attributes.push(attribute);
                    own.push(item);
                }
            }
            sets.push(set);
            nodes.push(own);
            prefixes.push(prefix);
        }
        sets
    }

    /// Returns the prefix of a set's attribute names in C. Without one in the spec, uses
    /// the choice of the kernel's own generator.
    fn prefix(&self, set: &Node) -> String {
        let family = self.root.text_at("name").unwrap_or_default();
        match (set.text_at("name-prefix"), set.text_at("name")) {
            (Some(prefix), _) => prefix.to_owned(),
            (None, Some(name)) if name != family => format!("{family}-a-{name}-"),
            _ => format!("{family}-a-"),
        }
    }

    /// Finds the set of which `node` is a subset. It must be one of the `before` sets
    /// that were read.
    fn superset(&mut self, node: &Node, before: usize) -> Option<SetId> {
        let name = node.get("subset-of")?;
        let id = self.set(Some(name))?;
        if id.0 < before {
            return Some(id);
        }
        let message = format!(
            "the set {} must be defined above its subset",
            name.describe()
        );
        self.push(ErrorKind::Reference, name.at, message);
        None
    }

    fn check_unique(&mut self, set: &AttributeSet, node: &Node, number: i128) {
        let name = node.text_at("name").unwrap_or_default();
        if !(0..=NUMBER_MAX).contains(&number) {
            let message = format!(
                "the attribute `{name}` has the number {number}; numbers are 0 to {NUMBER_MAX}"
            );
            self.push(ErrorKind::Value, node.at, message);
        }
        for other in &set.attributes {
            let what = if other.name == name {
                "name"
            } else if i128::from(other.number) == number {
                "number"
            } else {
                continue;
            };
            let message = format!(
                "the attribute `{name}` has the {what} of the attribute in line {}",
                other.at.line
            );
            self.push(ErrorKind::Duplicate, node.at, message);
        }
    }

    fn attribute(
        &mut self,
        node: &Node,
        number: i128,
        prefix: &str,
        set: &Node,
        definitions: &[Definition],
    ) -> Option<Attribute> {
        let type_name = node.text_at("type").unwrap_or_default();
        Some(Attribute {
            name: owned(node, "name").unwrap_or_default(),
            c_name: c_name(prefix, node),
            at: node.at,
            number: u16::try_from(number).unwrap_or_default(),
            doc: owned(node, "doc"),
            type_name: type_name.to_owned(),
            kind: self.kind(node, type_name, set, definitions)?,
            multi: node.is_set("multi-attr"),
            display_hint: owned(node, "display-hint"),
        })
    }

    fn kind(
        &mut self,
        node: &Node,
        type_name: &str,
        set: &Node,
        definitions: &[Definition],
    ) -> Option<AttributeKind> {
        self.check_fit(node, type_name);
        if let Some(kind) = IntegerType::from_name(type_name) {
            let integer = self.integer(node, kind, definitions);
            let limits = self.limits(node, definitions);
            for bound in [&limits.min, &limits.max].into_iter().flatten() {
                let (least, most) = kind.range();
                if bound
                    .value
                    .is_some_and(|value| !(least..=most).contains(&value))
                {
                    let message = format!(
                        "the bound `{}` is out of range for the type {type_name}",
                        bound.text
                    );
                    self.push(ErrorKind::Value, bound.at, message);
                }
            }
            let is_mask = limits.mask.is_some() || integer.values.is_some_and(|used| used.as_flags);
            let first = limits.min.as_ref().or(limits.max.as_ref());
            if let (true, Some(bound)) = (is_mask, first) {
                let message = "the values are flags, which have a mask and no `min` or `max`";
                self.push(ErrorKind::Value, bound.at, message);
            }
            return Some(AttributeKind::Integer(integer, limits));
        }
        Some(match type_name {
            "unused" => AttributeKind::Unused,
            "pad" => AttributeKind::Pad,
            "flag" => AttributeKind::Flag,
            "bitfield32" => AttributeKind::Bitfield32(self.enum_use(node, definitions)),
            "string" => AttributeKind::Text {
                length: self.length(node, definitions),
                unterminated: node
                    .get("checks")
                    .is_some_and(|checks| checks.is_set("unterminated-ok")),
            },
            "binary" => AttributeKind::Binary {
                content: self.content(node, definitions)?,
                length: self.length(node, definitions),
            },
            "nest" => AttributeKind::Nest(self.set(node.get("nested-attributes"))),
            "indexed-array" => {
                let Some(element) = node.text_at("sub-type") else {
                    let message = "an indexed-array needs the key `sub-type`";
                    self.push(ErrorKind::Value, node.at, message);
                    return None;
                };
                if element == "indexed-array" {
                    let message = "an indexed-array cannot hold an indexed-array";
                    self.push(ErrorKind::Value, node.at, message);
                    return None;
                }
                AttributeKind::IndexedArray(Box::new(self.kind(node, element, set, definitions)?))
            }
            "nest-type-value" => AttributeKind::NestTypeValue {
                values: node
                    .list_at("type-value")
                    .iter()
                    .filter_map(|value| value.text().map(str::to_owned))
                    .collect(),
                set: self.set(node.get("nested-attributes")),
            },
            _ => self.choice(node, set)?,
        })
    }

    /// Refuses checks that an attribute of this type cannot have, because they would not
    /// get into a policy.
    fn check_fit(&mut self, node: &Node, type_name: &str) {
        let is_integer = IntegerType::from_name(type_name).is_some();
        let has_length = ["string", "binary"].contains(&type_name);
        let checks = node.get("checks").map_or(&[][..], Node::entries);
        // The checks of an array apply to its elements.
        for check in checks.iter().filter(|_| type_name != "indexed-array") {
            let (fits, whose, other) = match check.key.as_str() {
                "min" => (is_integer, "integers", Some("min-len")),
                "max" => (is_integer, "integers", Some("max-len")),
                "flags-mask" => (is_integer, "integers", None),
                "min-len" => (has_length, "strings and bytes", Some("min")),
                "max-len" => (has_length, "strings and bytes", Some("max")),
                "exact-len" => (has_length, "strings and bytes", None),
                _ => (type_name == "string", "strings", None),
            };
            if fits {
                continue;
            }
            let end = match other.filter(|_| is_integer || has_length) {
                Some(other) => format!("; did you mean `{other}`?"),
                None => format!(", not for the type {type_name}"),
            };
            let message = format!("the check `{}` is for {whose}{end}", check.key);
            self.push(ErrorKind::Value, check.at, message);
        }
    }

    fn limits(&mut self, node: &Node, definitions: &[Definition]) -> Limits {
        let Some(checks) = node.get("checks") else {
            return Limits::default();
        };
        let limits = Limits {
            min: self.bound(checks.get("min"), definitions, true),
            max: self.bound(checks.get("max"), definitions, true),
            mask: checks.get("flags-mask").and_then(|name| {
                let id = self.definition(Some(name))?;
                if matches!(definitions[id.0].kind, DefinitionKind::Enum(_)) {
                    return Some(id);
                }
                let message = format!("{} is not a flag set", name.describe());
                self.push(ErrorKind::Reference, name.at, message);
                None
            }),
        };
        let value = |bound: &Option<crate::model::Bound>| bound.as_ref()?.value;
        if let (Some(min), Some(max)) = (value(&limits.min), value(&limits.max)) {
            if min > max {
                let message = format!("`min` is {min} and greater than `max`, which is {max}");
                self.push(ErrorKind::Value, checks.at, message);
            }
        }
        limits
    }

    fn length(&mut self, node: &Node, definitions: &[Definition]) -> Length {
        let checks = node.get("checks");
        let mut bound =
            |key| checks.and_then(|checks| self.bound(checks.get(key), definitions, false));
        let length = Length {
            min: bound("min-len"),
            max: bound("max-len"),
            exact: bound("exact-len"),
        };
        if let (Some(checks), Some(min), Some(max)) = (checks, &length.min, &length.max) {
            if min.value > max.value && max.value.is_some() {
                let message = format!(
                    "`min-len` {} is greater than `max-len` {}",
                    min.text, max.text
                );
                self.push(ErrorKind::Value, checks.at, message);
            }
        }
        length
    }

    fn content(&mut self, node: &Node, definitions: &[Definition]) -> Option<Content> {
        if node.get("struct").is_some() {
            let id = self.structure(node.get("struct"), definitions)?;
            return Some(Content::Struct(id));
        }
        let element = node.text_at("sub-type").and_then(IntegerType::from_name);
        Some(match element {
            Some(kind) => Content::Integers(self.integer(node, kind, definitions)),
            None => Content::Bytes,
        })
    }

    /// Reads an attribute whose set depends on another attribute.
    fn choice(&mut self, node: &Node, set: &Node) -> Option<AttributeKind> {
        for key in ["sub-message", "selector"] {
            if node.get(key).is_none() {
                let message = format!("an attribute of the type sub-message needs the key `{key}`");
                self.push(ErrorKind::Value, node.at, message);
                return None;
            }
        }
        let name = node.text_at("selector").unwrap_or_default();
        // Numbers are assigned as in `attribute_sets`.
        let mut number = 1;
        let mut selector = Selector::Outside(name.to_owned());
        for item in set.list_at("attributes") {
            number = item.get("value").and_then(Node::integer).unwrap_or(number);
            if item.text_at("name") == Some(name) {
                selector = Selector::Attribute(u16::try_from(number).unwrap_or_default());
            }
            number = number.saturating_add(1);
        }
        Some(AttributeKind::SubMessage {
            message: self.sub_message(node.get("sub-message"))?,
            selector,
        })
    }

    pub(super) fn sub_messages(&mut self, definitions: &[Definition]) -> Vec<SubMessage> {
        let root = self.root;
        let mut messages = Vec::new();
        for node in root.list_at("sub-messages") {
            let mut formats = Vec::new();
            for format in node.list_at("formats") {
                formats.push(SubMessageFormat {
                    value: owned(format, "value").unwrap_or_default(),
                    at: format.at,
                    fixed_header: self.structure(format.get("fixed-header"), definitions),
                    attributes: self.set(format.get("attribute-set")),
                });
            }
            messages.push(SubMessage {
                name: owned(node, "name").unwrap_or_default(),
                at: node.at,
                formats,
            });
        }
        messages
    }
}

/// Returns an attribute of a subset: the definition in the whole set, overridden by the
/// one in the subset. The byte order belongs to the type, so a subset that states a type
/// states both: the flags of an ip6tnl are 32 bits in host order, those of an ipip 16
/// bits in network order.
fn merge(whole: &Node, own: &Node) -> Node {
    let mut entries = own.entries().to_vec();
    for entry in whole.entries() {
        let is_of_type = entry.key == "byte-order" && own.get("type").is_some();
        if own.get(&entry.key).is_none() && !is_of_type {
            entries.push(entry.clone());
        }
    }
    Node {
        at: own.at,
        value: Value::Mapping(entries),
    }
}
