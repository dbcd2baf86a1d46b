// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel side of a family.
//!
//! Each operation becomes a module, with the types of its messages and a trait for its handler.
//! See the documentation of [`family`].

#![forbid(unsafe_code)]

mod dump;
mod event;
mod kinds;
mod message;
mod operation;
mod request;

use super::{
    constants, enums, head, structs,
    text::{camel, constant, doc, literal, snake},
    Target,
};
use crate::{
    error::{Collector, Errors},
    model::{Attribute, EnumModel, Operation, Permission, Protocol, SetId, Spec},
    ErrorKind, Position,
};
use std::{collections::BTreeSet, fmt::Write};

/// Generates the kernel side of a Generic Netlink family, for a module with the layer of
/// `kmod/genl` in its crate's module `genl`.
///
/// For each operation there is a module, named as the operation, with what the spec has of these:
///
/// - `Request` and `DumpRequest`: the arguments, which the layer checks by a policy and parses. A
///   spec does not say which attributes a request must have, so each field is an `Option`, and has
///   a method of the same name that refuses a request without it.
/// - `Reply`, `DumpReply` and `Event`: values that know their size and write themselves. Each field
///   is an `Option`, a `bool` for a flag, or a slice for an attribute that may come several times.
///   A literal that leaves a field out does not compile.
/// - `Do` and `Dump`: traits that the family's state implements to handle the operation. With
///   `DoLater` instead of `Do`, a handler sends the reply itself, now or later.
///
/// `family` makes the family. It does not compile unless the state handles every operation.
///
/// ```ignore
/// // Generated, for an operation `echo`:
/// pub(crate) mod echo {
///     pub(crate) struct Request<'a> {
///         pub(crate) payload: Option<genl::Arg<'a, genl::Bytes<0, { super::PAYLOAD_MAX }>>>,
///     }
///     pub(crate) struct Reply<'a> {
///         pub(crate) payload: Option<&'a [u8]>,
///     }
///     pub(crate) trait Do: genl::NetState { ... }
/// }
///
/// // Written by hand:
/// impl echo::Do for Net {
///     fn handle<'a>(
///         _call: &genl::Request<'a, Self>,
///         request: echo::Request<'a>,
///     ) -> Result<echo::Reply<'a>, genl::Refusal<'a>> {
///         let payload = request.payload()?.value;
///         Ok(echo::Reply { payload: Some(payload) })
///     }
/// }
///
/// // In a handler that makes a change: notify the group of `counter-new-ntf`.
/// counter_new_ntf::Event(counter).notify(call);
///
/// // In a dump: add an entry, if there is room for it.
/// if counter.add(entries).is_err() {
///     return Ok(genl::Progress::More);
/// }
///
/// // In parley_main.rs:
/// static FAMILY: genl::Family<Net> = family(this_module::<LocalModule>());
/// ```
///
/// A reply whose greatest size is known and small is allocated before the handler runs, so that no
/// change is made that cannot be answered.
///
/// Fails if the spec needs something that the layer lacks.
pub fn family(spec: &Spec) -> Result<String, Errors> {
    let mut family = Family {
        spec,
        errors: Collector::new(&spec.file),
        nests: BTreeSet::new(),
    };
    family.check();
    let what = format!(
        "The kernel side of the family `{}`: what its spec says of it.",
        spec.name
    );
    let mut out = head(spec, &what, Target::Kernel);
    out += USES;
    out += &constants::own(spec, Target::Kernel);
    out += &enums::enums(spec, Target::Kernel);
    out += &structs::structs(spec, Target::Kernel);
    out += &family.numbers();
    for operation in &spec.operations {
        out += &family.operation(operation);
    }
    out += &family.nested();
    out += &family.table();
    family.errors.check()?;
    Ok(out)
}

const USES: &str = "\
use crate::genl;
use kernel::{
    net::netlink::MulticastGroup,
    prelude::ThisModule, //
};

";

/// A family whose kernel side is generated.
struct Family<'s> {
    spec: &'s Spec,
    errors: Collector,
    /// The sets of nests that messages hold.
    nests: BTreeSet<SetId>,
}

impl<'s> Family<'s> {
    fn unsupported(&mut self, at: Position, what: &str) {
        let message = format!("the kernel side does not support {what} yet");
        self.errors.push(ErrorKind::Unsupported, at, message);
    }

    /// Reports what the layer lacks of the family as a whole.
    fn check(&mut self) {
        let top = Position { line: 1, column: 1 };
        let spec = self.spec;
        if spec.protocol == Protocol::NetlinkRaw {
            self.unsupported(top, "the protocol netlink-raw");
        }
        if spec.name.len() > 15 {
            self.unsupported(top, "family names of more than 15 bytes");
        }
        if spec.socket_state.is_some() {
            self.unsupported(top, "`sock-priv`");
        }
        for group in &spec.groups {
            if group.permission != Permission::Anyone {
                self.unsupported(group.at, "the flags of a multicast group");
            }
        }
        for operation in &spec.operations {
            let at = operation.at;
            if operation.fixed_header.is_some() {
                self.unsupported(at, "fixed headers");
            }
            if operation.permission == Permission::Admin {
                self.unsupported(at, "the flag `admin-perm`");
            }
            if !operation.dont_validate.is_empty() {
                self.unsupported(at, "`dont-validate`");
            }
            if operation.config.is_some() {
                self.unsupported(at, "`config-cond`");
            }
            let both = (operation.request_number, operation.reply_number);
            if let (EnumModel::Directional, (Some(request), Some(reply))) = (spec.enum_model, both)
            {
                if request != reply {
                    self.unsupported(at, "a reply whose number is not that of its request");
                }
            }
            if both
                .0
                .or(both.1)
                .is_some_and(|number| number > u8::MAX.into())
            {
                self.unsupported(at, "numbers of operations above 255");
            }
            for call in [&operation.r#do, &operation.dump].into_iter().flatten() {
                if call.hooks.pre.is_some() || call.hooks.post.is_some() {
                    self.unsupported(at, "`pre` and `post`");
                }
            }
        }
    }

    /// The numbers of operations and attributes, which only generated code needs.
    fn numbers(&self) -> String {
        let mut out = "mod cmd {\n".to_owned();
        for operation in &self.spec.operations {
            let number = operation.request_number.or(operation.reply_number);
            let _ = writeln!(
                out,
                "pub(super) const {}: u8 = {};",
                constant(&operation.name),
                number.unwrap_or_default()
            );
        }
        out += "}\n\nmod attr {\n";
        for set in &self.spec.attribute_sets {
            let _ = writeln!(out, "pub(super) mod {} {{", snake(&set.name));
            for attribute in &set.attributes {
                let name = constant(&attribute.name);
                let number = attribute.number;
                let _ = writeln!(out, "pub(crate) const {name}: u16 = {number};");
            }
            out += "}\n";
        }
        out += "}\n\n";
        out
    }

    /// The types of the nests that messages hold.
    fn nested(&mut self) -> String {
        if self.nests.is_empty() {
            return String::new();
        }
        let mut out =
            "/// Nests, to write.\npub(crate) mod nest {\n    use super::*;\n\n".to_owned();
        let mut done = BTreeSet::new();
        // The types of nests name further ones.
        while let Some(id) = self.nests.iter().find(|id| !done.contains(*id)).copied() {
            done.insert(id);
            let set = &self.spec[id];
            let attributes: Vec<&Attribute> = set.attributes.iter().collect();
            let words = set.doc.clone();
            let words = words.unwrap_or_else(|| format!("Attributes of the set ``{}``.", set.name));
            out += &self
                .message(&camel(&set.name), &words, id, &attributes)
                .text;
        }
        out += "}\n\n";
        out
    }

    /// The groups, and the family itself.
    fn table(&self) -> String {
        let spec = self.spec;
        let count = spec.groups.len();
        let mut out = doc(0, "The multicast groups.");
        let _ = writeln!(out, "static GROUPS: [MulticastGroup; {count}] = [");
        for group in &spec.groups {
            let _ = writeln!(out, "MulticastGroup::const_new(c{}),", literal(&group.name));
        }
        out += "];\n\n";
        let (mut entries, mut bounds) = (String::new(), Vec::new());
        let mut operations: Vec<&Operation> = spec.operations.iter().collect();
        operations.sort_by_key(|operation| operation.request_number);
        for operation in operations {
            let name = module(operation);
            if let Some(call) = &operation.r#do {
                let later = call.reply.is_some();
                bounds.push(format!("{name}::{}", if later { "DoLater" } else { "Do" }));
                let _ = writeln!(entries, "            do {name}::DoEntry<N>,");
            }
            if operation.dump.is_some() {
                bounds.push(format!("{name}::Dump"));
                let _ = writeln!(entries, "            dump {name}::DumpEntry<N>,");
            }
        }
        let bounds = match bounds.is_empty() {
            true => "genl::NetState".to_owned(),
            false => bounds.join(" + "),
        };
        let _ = write!(
            out,
            "/// A state that handles every operation of the family.
pub(crate) trait Handlers: {bounds} {{}}

impl<N: {bounds}> Handlers for N {{}}

/// The family, for a static of `module`.
pub(crate) const fn family<N: Handlers>(module: &'static ThisModule) -> genl::Family<N> {{
    genl::Family::new(
        module,
        FAMILY_NAME,
        FAMILY_VERSION,
        genl::ops![
{entries}        ],
        &GROUPS,
    )
}}
"
        );
        out
    }
}

/// The module of an operation.
fn module(operation: &Operation) -> String {
    match snake(&operation.name) {
        name if matches!(&*name, "attr" | "cmd" | "genl" | "nest") => name + "_",
        name => name,
    }
}
