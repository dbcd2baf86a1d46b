// SPDX-License-Identifier: MIT OR Apache-2.0

//! Builds the model of a spec from its nodes, which the schema check has accepted.

mod attributes;
mod definitions;
mod operations;
mod structs;

use crate::{
    error::{did_you_mean, Collector, Error, ErrorKind, Errors, Position},
    model::{DefinitionId, GroupId, KernelPolicy, OperationId, SetId, Spec, SubMessageId},
    schema,
    yaml::{self, Node, Value},
};
use std::{collections::HashMap, path::Path};

const LICENSE: &str = "# SPDX-License-Identifier: ";

impl Spec {
    /// Reads the spec in the file `path`.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Errors> {
        let (file, text) = read(path.as_ref())?;
        Self::parse(&file, &text)
    }

    /// Reads a spec that is split into several files. Each of them corrects and completes
    /// those before it.
    ///
    /// Every file after the first has the keys of a spec, but may be incomplete. It
    /// replaces the values of the keys that it has. In a list, it replaces the items with
    /// the same `name`, key by key, and adds the others; if a list's items have no names,
    /// it replaces the list. Errors name all files.
    pub fn from_files(paths: &[impl AsRef<Path>]) -> Result<Self, Errors> {
        let (mut files, mut license, mut root) = (Vec::new(), None, None::<Node>);
        for path in paths {
            let (file, text) = read(path.as_ref())?;
            license = license.or(Some(license_of(&file, &text)?.to_owned()));
            let mut node = yaml::parse(&file, &text)?;
            own_headers(&mut node);
            match &mut root {
                Some(root) => root.replace(&node),
                None => root = Some(node),
            }
            files.push(file);
        }
        match (license, root) {
            (Some(license), Some(root)) => Self::from_node(&files.join(", "), &license, &root),
            _ => Self::parse("", ""),
        }
    }

    /// Reads the spec `text`. Errors name `file` as its file.
    pub fn parse(file: &str, text: &str) -> Result<Self, Errors> {
        let license = license_of(file, text)?;
        Self::from_node(file, license, &yaml::parse(file, text)?)
    }

    fn from_node(file: &str, license: &str, root: &Node) -> Result<Self, Errors> {
        let mut errors = Collector::new(file);
        let protocol = schema::check(root, &mut errors);
        errors.check()?;
        let mut reader = Reader::new(root, &mut errors);
        let definitions = reader.definitions();
        reader.extents(&definitions);
        let attribute_sets = reader.attribute_sets(&definitions);
        let sub_messages = reader.sub_messages(&definitions);
        let groups = reader.groups();
        let (enum_model, operations) = reader.operations(&definitions, &attribute_sets);
        errors.check()?;
        Ok(Self {
            file: file.to_owned(),
            license: license.to_owned(),
            name: owned(root, "name").unwrap_or_default(),
            at: root.get("name").unwrap_or(root).at,
            doc: owned(root, "doc").unwrap_or_default(),
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

/// Returns the licence in the first line of a spec.
fn license_of<'t>(file: &str, text: &'t str) -> Result<&'t str, Errors> {
    let first = text.lines().next().unwrap_or_default();
    first.trim().strip_prefix(LICENSE).ok_or_else(|| {
        Errors(vec![Error {
            file: file.to_owned(),
            at: Some(Position { line: 1, column: 1 }),
            kind: ErrorKind::Schema,
            message: format!("a spec must begin with the line `{LICENSE}...`"),
        }])
    })
}

/// Copies the fixed header that a spec states for all of its operations to each
/// operation, so that each keeps it when another spec adds operations.
fn own_headers(root: &mut Node) {
    let operations = root.get_mut("operations");
    let Some(Value::Mapping(entries)) = operations.map(|node| &mut node.value) else {
        return;
    };
    let Some(place) = entries.iter().position(|entry| entry.key == "fixed-header") else {
        return;
    };
    let header = entries.remove(place);
    let list = entries.iter_mut().find(|entry| entry.key == "list");
    if let Some(Value::List(list)) = list.map(|entry| &mut entry.value.value) {
        for operation in list {
            if operation.get("fixed-header").is_none() {
                if let Value::Mapping(own) = &mut operation.value {
                    own.push(header.clone());
                }
            }
        }
    }
}

/// Reads a file. Returns its name and its text.
fn read(path: &Path) -> Result<(String, String), Errors> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((file, text)),
        Err(error) => Err(Errors(vec![Error {
            file,
            at: None,
            kind: ErrorKind::File,
            message: format!("cannot read the spec: {error}"),
        }])),
    }
}

/// The names of one kind of item, to which other items refer.
struct Names<'n> {
    /// The kind of item, for an error message.
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

    /// Finds the item that `node` names.
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

/// Reads the parts of a spec. Parts that cannot be read are reported, and left out or
/// replaced.
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

/// Returns the C name of the item in `node`: its own `name-prefix` or otherwise `prefix`,
/// and its name.
fn c_name(prefix: &str, node: &Node) -> String {
    let prefix = node.text_at("name-prefix").unwrap_or(prefix);
    let name = node.text_at("name").unwrap_or_default();
    format!("{prefix}{name}")
        .replace('-', "_")
        .to_ascii_uppercase()
}

/// Returns the text at `key`.
fn owned(node: &Node, key: &str) -> Option<String> {
    node.text_at(key).map(str::to_owned)
}
