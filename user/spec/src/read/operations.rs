// SPDX-License-Identifier: MIT OR Apache-2.0

//! Operations and multicast groups.

use super::{c_name, owned, Reader};
use crate::{
    error::{did_you_mean, ErrorKind},
    model::{
        AttributeSet, Call, Definition, EnumModel, Event, EventSource, Group, Hooks, Message,
        Operation, Permission, SetId, Validation,
    },
    yaml::Node,
};

/// The numbers of an operation's request and reply.
type Numbers = (Option<i128>, Option<i128>);

impl Reader<'_, '_> {
    pub(super) fn groups(&mut self) -> Vec<Group> {
        let groups = self.root.get("mcast-groups");
        let nodes = groups.map_or(&[][..], |groups| groups.list_at("list"));
        let group = |node: &Node| Group {
            name: owned(node, "name").unwrap_or_default(),
            at: node.at,
            number: node.get("value").and_then(Node::integer),
            permission: permission(node),
        };
        nodes.iter().map(group).collect()
    }

    pub(super) fn operations(
        &mut self,
        definitions: &[Definition],
        sets: &[AttributeSet],
    ) -> (EnumModel, Vec<Operation>) {
        let Some(root) = self.root.get("operations") else {
            return Default::default();
        };
        let model = match root.text_at("enum-model") {
            Some("directional") => EnumModel::Directional,
            _ => EnumModel::Unified,
        };
        let numbers = match model {
            EnumModel::Unified => unified(root),
            EnumModel::Directional => self.directional(root),
        };
        let family_header = self.structure(root.get("fixed-header"), definitions);
        let family = self.root.text_at("name").unwrap_or_default();
        let prefix = owned(root, "name-prefix").unwrap_or_else(|| format!("{family}-cmd-"));
        let mut operations: Vec<Operation> = Vec::new();
        for (node, numbers) in root.list_at("list").iter().zip(numbers) {
            let attributes = self.attributes_of(node);
            let mut number = |number: Option<i128>| {
                number.map(|number| {
                    u32::try_from(number).unwrap_or_else(|_| {
                        let message = format!("the number {number} does not fit into 32 bits");
                        self.push(ErrorKind::Value, node.at, message);
                        0
                    })
                })
            };
            let (request_number, reply_number) = (number(numbers.0), number(numbers.1));
            let operation = Operation {
                name: owned(node, "name").unwrap_or_default(),
                c_name: c_name(&prefix, node),
                at: node.at,
                doc: owned(node, "doc").unwrap_or_default(),
                request_number,
                reply_number,
                attributes,
                fixed_header: match node.get("fixed-header") {
                    None => family_header,
                    own => self.structure(own, definitions),
                },
                permission: permission(node),
                dont_validate: node
                    .list_at("dont-validate")
                    .iter()
                    .filter_map(validation)
                    .collect(),
                config: owned(node, "config-cond"),
                r#do: self.call(node.get("do"), attributes, sets),
                dump: self.call(node.get("dump"), attributes, sets),
                event: self.event(node, attributes, sets),
            };
            if model == EnumModel::Unified {
                self.check_number(&operations, &operation);
            }
            operations.push(operation);
        }
        (model, operations)
    }

    /// Finds the attribute set of an operation.
    fn attributes_of(&mut self, node: &Node) -> Option<SetId> {
        if let Some(name) = node.get("attribute-set") {
            return self.set(Some(name));
        }
        if let Some(notify) = node.get("notify") {
            let target = self.operation(Some(notify))?;
            let list = self.root.get("operations")?.list_at("list");
            if let Some(name) = list[target.0].get("attribute-set") {
                return self.set(Some(name));
            }
            let message = format!("the operation {} has no attribute set", notify.describe());
            self.push(ErrorKind::Reference, notify.at, message);
        } else if ["do", "dump", "event"]
            .iter()
            .any(|key| node.get(key).is_some())
        {
            let message = "an operation needs the key `attribute-set`";
            self.push(ErrorKind::Value, node.at, message);
        }
        None
    }

    fn call(
        &mut self,
        node: Option<&Node>,
        set: Option<SetId>,
        sets: &[AttributeSet],
    ) -> Option<Call> {
        let node = node?;
        Some(Call {
            request: self.message(node.get("request"), set, sets),
            reply: self.message(node.get("reply"), set, sets),
            hooks: Hooks {
                pre: owned(node, "pre"),
                post: owned(node, "post"),
            },
        })
    }

    fn message(
        &mut self,
        node: Option<&Node>,
        set: Option<SetId>,
        sets: &[AttributeSet],
    ) -> Option<Message> {
        let node = node?;
        let mut message = Message::default();
        // An unknown set has been reported already, and a notification may lack one.
        let Some(set) = set.and_then(|id| sets.get(id.0)) else {
            return Some(message);
        };
        for name in node.list_at("attributes") {
            let text = name.text().unwrap_or_default();
            let found = set.attributes.iter().position(|a| a.name == text);
            let Some(place) = found else {
                let hint = did_you_mean(text, set.attributes.iter().map(|a| &*a.name));
                let message = format!("the set `{}` has no attribute `{text}`{hint}", set.name);
                self.push(ErrorKind::Reference, name.at, message);
                continue;
            };
            // Some specs list an attribute twice, without any effect.
            if !message.attributes.contains(&place) {
                message.attributes.push(place);
            }
        }
        Some(message)
    }

    fn event(&mut self, node: &Node, set: Option<SetId>, sets: &[AttributeSet]) -> Option<Event> {
        let source = match node.get("notify") {
            Some(name) => EventSource::Notify(self.operation(Some(name))?),
            None => EventSource::Own(self.message(node.get("event"), set, sets)?),
        };
        Some(Event {
            source,
            group: self.group(node.get("mcgrp")),
        })
    }

    /// Refuses an operation whose number is already taken. With directional numbers that
    /// is common: a reply may have the number of a notification.
    fn check_number(&mut self, before: &[Operation], operation: &Operation) {
        let same = |other: &&Operation| other.request_number == operation.request_number;
        if let Some(other) = before.iter().find(same) {
            let message = format!(
                "the operation `{}` has the number of the operation `{}` in line {}",
                operation.name, other.name, other.at.line
            );
            self.push(ErrorKind::Duplicate, operation.at, message);
        }
    }

    /// Numbers requests and replies separately, as pyynl does.
    fn directional(&mut self, root: &Node) -> Vec<Numbers> {
        let (mut request, mut reply) = (1, 1);
        let mut numbers = Vec::new();
        for node in root.list_at("list") {
            if node.get("notify").is_some() || node.get("event").is_some() {
                reply = node.get("value").and_then(Node::integer).unwrap_or(reply);
                numbers.push((None, Some(reply)));
                reply += 1;
                continue;
            }
            let Some(call) = node.get("do").or_else(|| node.get("dump")) else {
                let message =
                    "with directional numbers, an operation needs `do`, `dump`, `notify` \
                               or `event`";
                self.push(ErrorKind::Value, node.at, message);
                numbers.push((None, None));
                continue;
            };
            let value = |direction| {
                let value = call.get(direction).and_then(|message| message.get("value"));
                value.and_then(Node::integer).filter(|value| *value != 0)
            };
            request = value("request").unwrap_or(request);
            reply = value("reply").unwrap_or(reply);
            let has_reply = call.get("reply").is_some();
            numbers.push((Some(request), has_reply.then_some(reply)));
            request += 1;
            reply += i128::from(has_reply);
        }
        numbers
    }
}

fn unified(root: &Node) -> Vec<Numbers> {
    let mut next = 1;
    let mut numbers = Vec::new();
    for node in root.list_at("list") {
        let number = node.get("value").and_then(Node::integer).unwrap_or(next);
        numbers.push((Some(number), Some(number)));
        next = number.saturating_add(1);
    }
    numbers
}

fn permission(node: &Node) -> Permission {
    let has = |flag: &str| {
        let mut flags = node.list_at("flags").iter();
        flags.any(|item| item.text() == Some(flag))
    };
    if has("admin-perm") {
        Permission::Admin
    } else if has("uns-admin-perm") {
        Permission::NamespaceAdmin
    } else {
        Permission::Anyone
    }
}

fn validation(node: &Node) -> Option<Validation> {
    Some(match node.text()? {
        "strict" => Validation::Strict,
        "dump" => Validation::Dump,
        "dump-strict" => Validation::DumpStrict,
        _ => return None,
    })
}
