// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel side of a family: its operations, messages and table, for a module with the layer of
//! `kmod/genl`.

mod handlers;
mod kinds;
mod operation;
mod parts;
mod payload;
mod request;

pub use handlers::handlers;

use parts::Family;

use super::{
    constants, enums, head, structs,
    target::Target,
    text::{camel, constant, doc, literal, snake},
};
use crate::{
    error::Errors,
    model::{AttributeKind, Hooks, Operation, OperationId, Permission, Protocol, SetId, Spec},
    Position,
};
use std::{collections::BTreeMap, fmt::Write};

/// Generates the kernel side of a Generic Netlink family, for a module that has the layer of
/// `kmod/genl` as its crate's module `genl`.
///
/// Each do has a type with the operation's name, and each dump one whose name ends in
/// `Dump`; the layer's handler traits take these types as their parameter.
///
/// Each attribute of a request has a method on `Attrs<'a, Op>`. A spec does not say which
/// attributes a request must have, so a handler calls `required` for these. A module with
/// the operation's name in lower case has its `Reply`: the attributes of the reply or of
/// an entry of the dump, each an `Option`. A literal that leaves one out does not
/// compile. Operations with the same reply share its type.
///
/// Notifications and events are values of their own types, and nests are in the module
/// `nest`. The function `family` creates the family; it does not compile unless the state
/// handles every operation.
///
/// ```ignore
/// // Generated, for an operation `echo`:
/// pub(crate) enum Echo {}
/// impl<'a> Attrs<'a, Echo> {
///     pub(crate) fn payload(&self) -> Field<'a, Binary, { attr::echo::PAYLOAD }> { ... }
/// }
/// pub(crate) mod echo {
///     pub(crate) struct Reply<'a> {
///         pub(crate) payload: Option<&'a [u8]>,
///     }
/// }
///
/// // Written by hand:
/// impl DoOp<Echo> for Net {
///     fn handle<'a>(&'a self, call: &Call<'a, Self, Echo>) -> Handled<'a, Echo> {
///         Ok(echo::Reply {
///             payload: Some(call.request.payload().required()?.value),
///         })
///     }
/// }
///
/// // In the module's main file:
/// static FAMILY: Family<Net> = family(this_module::<LocalModule>());
/// ```
///
/// Fails if the spec needs something that the layer lacks; the errors name the place in the spec.
pub fn family(spec: &Spec) -> Result<String, Errors> {
    let mut family = Family::new(spec);
    family.check();
    if spec.protocol == Protocol::NetlinkRaw {
        // Everything else that is unsupported follows from that.
        family.errors.check()?;
    }
    let what = format!("The family `{}`: {}", spec.name, spec.doc.trim());
    let mut out = head(spec, &spec.license, &what, Target::Kernel);
    out += USES;
    out += &constants::own(spec, Target::Kernel);
    out += &enums::enums(spec, Target::Kernel);
    out += &structs::structs(spec, Target::Kernel);
    out += &family.numbers();
    for operation in &spec.operations {
        out += &family.calls(operation);
    }
    for (index, operation) in spec.operations.iter().enumerate() {
        out += &family.sent(OperationId(index), operation);
    }
    out += &family.hooks();
    let mut nests = family.nested();
    let (sets, policies) = family.given_nests();
    nests += &sets;
    if !nests.is_empty() {
        let _ = write!(
            out,
            "/// Nests.\npub(crate) mod nest {{\nuse super::*;\n\n{nests}}}\n\n"
        );
    }
    if !policies.is_empty() {
        let _ = write!(
            out,
            "/// What the kernel checks of nests in requests.\nmod policy {{\nuse super::*;\n\n{policies}}}\n\n"
        );
    }
    out += &family.table();
    family.errors.check()?;
    Ok(out)
}

const USES: &str = "\
use crate::genl::{
    codegen::{
        self,
        *, //
    },
    prelude::*,
    Family,
    NetState, //
};
use kernel::{
    prelude::ThisModule,
    str::CStr, //
};

";

impl<'s> Family<'s> {
    /// Reports the features of the family as a whole that the layer does not support.
    fn check(&mut self) {
        let top = Position { line: 1, column: 1 };
        let spec = self.spec;
        if spec.protocol == Protocol::NetlinkRaw {
            self.unsupported(top, "the protocol netlink-raw");
            return;
        }
        if spec.name.len() > 15 {
            self.unsupported(spec.at, "family names of more than 15 bytes");
        }
        if spec.socket_state.is_some() {
            self.unsupported(top, "`sock-priv`");
        }
        for group in &spec.groups {
            if group.permission == Permission::Admin {
                // Generic Netlink checks capabilities in the user namespace that owns the
                // network namespace.
                self.unsupported(group.at, "groups for `admin-perm`");
            }
        }
        let mut header = None;
        for operation in &spec.operations {
            let at = operation.at;
            if operation.attributes.is_some() {
                let first = *header.get_or_insert(operation.fixed_header);
                if operation.fixed_header != first {
                    self.unsupported(at, "a fixed header that other operations do not have");
                }
            }
            if let Some(header) = operation.fixed_header {
                if structs::size(spec, header).is_none() {
                    self.unsupported(spec[header].at, "a fixed header of unknown size");
                }
            }
            let numbers = [operation.request_number, operation.reply_number];
            if (numbers.iter().flatten()).any(|number| *number > u8::MAX.into()) {
                self.unsupported(at, "numbers of operations above 255");
            }
        }
        self.header = header.flatten();
    }

    /// Returns the expression for the size of the family's own header.
    fn header_size(&self) -> String {
        match self.header {
            Some(header) => format!("{}::SIZE", camel(&self.spec[header].name)),
            None => "0".into(),
        }
    }

    /// Returns the hooks, each with the attributes of its operations.
    fn hooks(&mut self) -> String {
        let spec = self.spec;
        let mut hooks: BTreeMap<(String, String, SetId), Vec<&Operation>> = BTreeMap::new();
        for operation in &spec.operations {
            let (Some(call), Some(set)) = (&operation.r#do, operation.attributes) else {
                continue;
            };
            if let Some(found) = operation::hook(call) {
                let (marker, name) = (self.hook(found, set), operation::hook_name(found));
                let hook = hooks.entry((marker, name.to_owned(), self.whole(set)));
                hook.or_default().push(operation);
            }
        }
        let mut out = String::new();
        for ((marker, name, set), operations) in hooks {
            let about = format!(
                "The hook ``{name}`` of operations on ``{}``.",
                spec[set].name
            );
            out += &doc(0, &about);
            let _ = writeln!(out, "pub(crate) enum {marker} {{}}\n");
            let methods = self.methods_of_all(set, &operations);
            if !methods.is_empty() {
                let _ = writeln!(out, "impl<'a> Attrs<'a, {marker}> {{\n{methods}}}\n");
            }
        }
        out
    }

    /// Returns the set that `set` is part of.
    fn whole(&self, set: SetId) -> SetId {
        self.spec[set].subset_of.unwrap_or(set)
    }

    /// Returns the type that stands for a hook of an operation with the attributes `set`.
    /// The same `pre` gets different types for operations with different attributes or a
    /// different `post`.
    fn hook(&self, hooks: &Hooks, set: SetId) -> String {
        let (name, set) = (operation::hook_name(hooks), self.whole(set));
        let same = self.spec.operations.iter().filter_map(|operation| {
            let found = operation.r#do.as_ref().and_then(operation::hook)?;
            let set = self.whole(operation.attributes?);
            (operation::hook_name(found) == name).then_some((found, set))
        });
        let (mut other_hooks, mut other_sets) = (false, false);
        for (found, of) in same {
            other_hooks |= found != hooks;
            other_sets |= of != set;
        }
        let mut marker = camel(name);
        if let (true, Some(post)) = (other_hooks, &hooks.post) {
            marker += &camel(post);
        }
        if other_sets {
            marker += &camel(&self.spec[set].name);
        }
        marker
    }

    /// Returns the numbers of the attributes, which only generated code needs.
    fn numbers(&self) -> String {
        let mut out = "\n/// The numbers of the attributes, by their set.\nmod attr {\n".to_owned();
        for set in &self.spec.attribute_sets {
            let _ = writeln!(out, "pub(super) mod {} {{", snake(&set.name));
            for attribute in &set.attributes {
                if matches!(attribute.kind, AttributeKind::Unused | AttributeKind::Pad) {
                    continue;
                }
                let name = constant(&attribute.name);
                let number = attribute.number;
                let _ = writeln!(out, "pub(crate) const {name}: u16 = {number};");
            }
            out += "}\n";
        }
        out += "}\n\n";
        out
    }

    /// Returns the groups, and the family itself.
    fn table(&self) -> String {
        let spec = self.spec;
        let count = spec.groups.len();
        let mut out = doc(0, "The multicast groups.");
        let _ = writeln!(out, "static GROUPS: [Group; {count}] = [");
        for group in &spec.groups {
            let admin = match group.permission {
                Permission::Anyone => "",
                _ => ".for_admin()",
            };
            let _ = writeln!(out, "Group::new(c{}){admin},", literal(&group.name));
        }
        out += "];\n\n";
        let (mut entries, mut bounds, mut kinds) = (String::new(), String::new(), String::new());
        let mut operations: Vec<&Operation> = spec.operations.iter().collect();
        operations.sort_by_key(|operation| operation.request_number);
        let mut kind = 0;
        for operation in operations {
            let only_if = match &operation.config {
                Some(config) => format!("#[cfg(CONFIG_{})]\n", constant(config)),
                None => String::new(),
            };
            if let Some(call) = &operation.r#do {
                let name = operation::marker(operation, false);
                let handler = match operation::hook(call) {
                    Some(_) => "Guarded".into(),
                    None => {
                        kind += 1;
                        let _ = write!(kinds, ", K{kind}");
                        format!("K{kind}")
                    }
                };
                let _ = writeln!(bounds, "N: Handler<{name}, {handler}>,");
                let _ = writeln!(entries, "{only_if}Entry::new_do::<{name}, {handler}>(),");
            }
            if operation.dump.is_some() {
                let name = operation::marker(operation, true);
                let _ = writeln!(bounds, "N: DumpOp<{name}>,");
                let _ = writeln!(entries, "{only_if}Entry::new_dump::<{name}>(),");
            }
        }
        let header = self.header_size();
        let _ = write!(
            out,
            "/// Makes the family of `module`. Its state `N` handles every operation; what kind of
/// handler it has for each follows from the traits that it implements.
pub(crate) const fn family<N{kinds}>(module: &'static ThisModule) -> Family<N>
where
    N: NetState,
    {bounds}
{{
    Family::new(
        module,
        FAMILY_NAME,
        FAMILY_VERSION,
        {header},
        Ops::new(const {{ &[{entries}] }}),
        &GROUPS,
    )
}}
"
        );
        out
    }
}
