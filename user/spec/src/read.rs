// SPDX-License-Identifier: MIT OR Apache-2.0

//! Makes the model of a spec from its nodes, which follow the schema.

mod attributes;
mod definitions;
mod operations;

use crate::{
    error::{did_you_mean, Collector, Error, ErrorKind, Errors, Position},
    model::{DefinitionId, GroupId, KernelPolicy, OperationId, SetId, Spec, SubMessageId},
    schema,
    yaml::{self, Node},
};
use std::{collections::HashMap, path::Path};

const LICENSE: &str = "# SPDX-License-Identifier: ";

impl Spec {
    /// Reads the spec in the file `path`.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Errors> {
        let file = path.as_ref().display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&file, &text),
            Err(error) => Err(Errors(vec![Error {
                file,
                at: None,
                kind: ErrorKind::File,
                message: format!("cannot read the spec: {error}"),
            }])),
        }
    }

    /// Reads the spec `text`. Errors say that it is in the file `file`.
    pub fn parse(file: &str, text: &str) -> Result<Self, Errors> {
        let first = text.lines().next().unwrap_or_default();
        let Some(license) = first.trim().strip_prefix(LICENSE) else {
            return Err(Errors(vec![Error {
                file: file.to_owned(),
                at: Some(Position { line: 1, column: 1 }),
                kind: ErrorKind::Schema,
                message: format!("a spec begins with the line `{LICENSE}...`"),
            }]));
        };
        let mut errors = Collector::new(file);
        let root = yaml::parse(file, text)?;
        let protocol = schema::check(&root, &mut errors);
        errors.check()?;
        let mut reader = Reader::new(&root, &mut errors);
        let definitions = reader.definitions();
        let attribute_sets = reader.attribute_sets(&definitions);
        let sub_messages = reader.sub_messages(&definitions);
        let groups = reader.groups();
        let (enum_model, operations) = reader.operations(&definitions, &attribute_sets);
        errors.check()?;
        Ok(Self {
            file: file.to_owned(),
            license: license.to_owned(),
            name: owned(&root, "name").unwrap_or_default(),
            doc: owned(&root, "doc").unwrap_or_default(),
            protocol: protocol.unwrap_or(crate::model::Protocol::Genetlink),
            version: root
                .get("version")
                .and_then(Node::integer)
                .map_or(1, |version| u32::try_from(version).unwrap_or(u32::MAX)),
            protonum: root.get("protonum").and_then(Node::integer),
            kernel_policy: match root.text_at("kernel-policy") {
                Some("global") => KernelPolicy::Global,
                Some("per-op") => KernelPolicy::PerOp,
                _ => KernelPolicy::Split,
            },
            definitions,
            attribute_sets,
            sub_messages,
            enum_model,
            operations,
            groups,
            socket_state: root
                .get("kernel-family")
                .and_then(|family| owned(family, "sock-priv")),
        })
    }
}

/// The names of one kind of thing, by which others refer to it.
struct Names<'n> {
    /// What is named, for an error message.
    what: &'static str,
    places: HashMap<&'n str, usize>,
}

impl<'n> Names<'n> {
    fn new(what: &'static str, items: &'n [Node], errors: &mut Collector) -> Self {
        let mut places = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let name = item.text_at("name").unwrap_or_default();
            if let Some(first) = places.insert(name, index) {
                let line = items[first].at.line;
                let message = format!("the {what} `{name}` is already defined in line {line}");
                errors.push(ErrorKind::Duplicate, item.at, message);
            }
        }
        Self { what, places }
    }

    /// Finds what `node` names.
    fn find(&self, node: &Node, errors: &mut Collector) -> Option<usize> {
        let name = node.text().unwrap_or_default();
        let found = self.places.get(name).copied();
        if found.is_none() {
            let mut known: Vec<_> = self.places.keys().copied().collect();
            known.sort_unstable();
            let hint = did_you_mean(name, known);
            let message = format!("the spec defines no {} `{name}`{hint}", self.what);
            errors.push(ErrorKind::Reference, node.at, message);
        }
        found
    }
}

/// Reads the parts of a spec. What cannot be read is reported, and left out or replaced.
struct Reader<'n, 'e> {
    root: &'n Node,
    errors: &'e mut Collector,
    definitions: Names<'n>,
    sets: Names<'n>,
    sub_messages: Names<'n>,
    operations: Names<'n>,
    groups: Names<'n>,
}

impl<'n, 'e> Reader<'n, 'e> {
    fn new(root: &'n Node, errors: &'e mut Collector) -> Self {
        let list = |key: &str| root.get(key).map_or(&[][..], |node| node.list_at("list"));
        let mut names = |what, items: &'n [Node]| Names::new(what, items, errors);
        Self {
            definitions: names("definition", root.list_at("definitions")),
            sets: names("attribute set", root.list_at("attribute-sets")),
            sub_messages: names("sub-message", root.list_at("sub-messages")),
            operations: names("operation", list("operations")),
            groups: names("multicast group", list("mcast-groups")),
            root,
            errors,
        }
    }

    fn push(&mut self, kind: ErrorKind, at: Position, message: impl Into<String>) {
        self.errors.push(kind, at, message);
    }

    fn set(&mut self, node: Option<&Node>) -> Option<SetId> {
        self.sets.find(node?, self.errors).map(SetId)
    }

    fn definition(&mut self, node: Option<&Node>) -> Option<DefinitionId> {
        self.definitions.find(node?, self.errors).map(DefinitionId)
    }

    fn sub_message(&mut self, node: Option<&Node>) -> Option<SubMessageId> {
        self.sub_messages.find(node?, self.errors).map(SubMessageId)
    }

    fn operation(&mut self, node: Option<&Node>) -> Option<OperationId> {
        self.operations.find(node?, self.errors).map(OperationId)
    }

    fn group(&mut self, node: Option<&Node>) -> Option<GroupId> {
        self.groups.find(node?, self.errors).map(GroupId)
    }
}

/// The text at `key`.
fn owned(node: &Node, key: &str) -> Option<String> {
    node.text_at(key).map(str::to_owned)
}
