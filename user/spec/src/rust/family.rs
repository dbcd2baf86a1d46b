// SPDX-License-Identifier: MIT OR Apache-2.0

//! The kernel side of a family: its operations, messages and table, for a module with the layer of
//! `kmod/genl`.

#![forbid(unsafe_code)]

mod kinds;
mod operation;
mod payload;
mod request;

use super::{
    constants, enums, head, structs,
    text::{constant, doc, literal, snake},
    Target,
};
use crate::{
    error::{Collector, Errors},
    model::{AttributeKind, EnumModel, Operation, OperationId, Permission, Protocol, SetId, Spec},
    ErrorKind, Position,
};
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
};

/// Generates the kernel side of a Generic Netlink family, for a module that has the layer of
/// `kmod/genl` as its crate's module `genl`.
///
/// For each do there is a type named as the operation, and for each dump one whose name ends in
/// `Dump`: the layer's handler traits take it as their parameter. A module of the same name, in
/// lower case, holds what goes over the wire:
///
/// - `Request`: the attributes that the operation takes, with their policy. A spec does not say
///   which of them a request must have; so a handler asks for an attribute that is required.
/// - `Reply`: the attributes of the reply or of an entry of the dump, each an `Option`. A literal
///   that leaves one out does not compile. Operations with the same reply share its type.
///
/// Notifications and events are values of their own, and nests are in the module `nest`. The
/// function `family` makes the family; it does not compile unless the state handles every
/// operation.
///
/// ```ignore
/// // Generated, for an operation `echo`:
/// pub(crate) enum Echo {}
/// pub(crate) mod echo {
///     pub(crate) struct Request<'a> {
///         pub(crate) payload: Field<'a, Binary, { attr::echo::PAYLOAD }>,
///     }
///     pub(crate) struct Reply<'a> {
///         pub(crate) payload: Option<&'a [u8]>,
///     }
/// }
///
/// // Written by hand:
/// impl DoOp<Echo> for Net {
///     fn handle<'a>(&'a self, call: &Call<'a, Self, Echo>) -> Handled<'a, Echo> {
///         Ok(echo::Reply {
///             payload: Some(call.request.payload.required()?.value),
///         })
///     }
/// }
///
/// // In parley_main.rs:
/// static FAMILY: Family<Net> = family(this_module::<LocalModule>());
/// ```
///
/// Fails if the spec needs something that the layer lacks; the errors name the place in the spec.
pub fn family(spec: &Spec) -> Result<String, Errors> {
    let mut family = Family {
        spec,
        errors: Collector::new(&spec.file),
        nests: BTreeSet::new(),
        replies: HashMap::new(),
    };
    family.check();
    let what = format!("The family `{}`: {}", spec.name, spec.doc.trim());
    let mut out = head(spec, &what, Target::Kernel);
    out += USES;
    out += &constants::own(spec, Target::Kernel);
    out += &enums::enums(spec, Target::Kernel);
    out += &structs::structs(spec, Target::Kernel);
    out += &family.numbers();
    for (index, operation) in spec.operations.iter().enumerate() {
        out += &family.operation(OperationId(index), operation);
    }
    out += &family.nested();
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
    net::netlink::MulticastGroup,
    prelude::ThisModule,
    str::CStr, //
};

";

/// A family whose kernel side is generated.
struct Family<'s> {
    spec: &'s Spec,
    errors: Collector,
    /// The sets of nests that messages hold.
    nests: BTreeSet<SetId>,
    /// The type of each reply, by its attributes.
    replies: HashMap<(SetId, Vec<usize>), payload::Made>,
}

impl Family<'_> {
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
            if operation.config.is_some() {
                self.unsupported(at, "`config-cond`");
            }
            let (request, reply) = (operation.request_number, operation.reply_number);
            if let (EnumModel::Directional, Some(request), Some(reply)) =
                (spec.enum_model, request, reply)
            {
                if request != reply {
                    self.unsupported(at, "a reply whose number is not that of its request");
                }
            }
            if request
                .or(reply)
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

    /// The numbers of the attributes, which only generated code needs.
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
        let (mut entries, mut bounds, mut kinds) = (String::new(), String::new(), String::new());
        let mut operations: Vec<&Operation> = spec.operations.iter().collect();
        operations.sort_by_key(|operation| operation.request_number);
        let mut kind = 0;
        for operation in operations {
            if operation.r#do.is_some() {
                let name = operation::marker(operation, false);
                kind += 1;
                let _ = write!(kinds, ", K{kind}");
                let _ = writeln!(bounds, "N: Handler<{name}, K{kind}>,");
                let _ = writeln!(entries, "Entry::new_do::<{name}, K{kind}>(),");
            }
            if operation.dump.is_some() {
                let name = operation::marker(operation, true);
                let _ = writeln!(bounds, "N: DumpOp<{name}>,");
                let _ = writeln!(entries, "Entry::new_dump::<{name}>(),");
            }
        }
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
        Ops::new(const {{ &[{entries}] }}),
        &GROUPS,
    )
}}
"
        );
        out
    }
}
