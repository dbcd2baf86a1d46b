// SPDX-License-Identifier: MIT OR Apache-2.0

//! The skeleton of a module: a handler for each operation, for the author to complete.

use super::{
    super::text::{doc, literal, snake},
    operation,
    parts::Family,
};
use crate::{
    error::Errors,
    model::{Operation, Spec},
};
use std::fmt::Write;

/// Generates the root file of a module that serves the family of a spec. It has
/// everything necessary to load the module, and a handler for each operation that returns
/// `EOPNOTSUPP`. From then on, the author maintains the file. It expects the output of
/// [`family`](super::family()) in `family.rs`, and the layer in `genl.rs`, in the same
/// directory.
///
/// Fails if [`family`](super::family()) does.
pub fn handlers(spec: &Spec) -> Result<String, Errors> {
    super::family(spec)?;
    let family = Family::new(spec);
    let what = format!("The family `{}`.", spec.name);
    let name = snake(&spec.name);
    let any = spec.operations.iter().any(Operation::is_call);
    let mut out = format!(
        "// SPDX-License-Identifier: GPL-2.0

{}
#[path = \"family.rs\"]
mod generated;
mod genl;

use crate::genl::{{prelude::*, Family, FamilyRef, Module, NetState}};
use kernel::{{module::this_module, prelude::*}};

module! {{
    type: Module<Net, ()>,
    name: {},
    authors: [\"Its authors\"],
    description: {},
    license: \"GPL\",
    alias: [{}],
}}

static FAMILY: Family<Net> = generated::family(this_module::<LocalModule>());

/// The state of a network namespace.
struct Net;

impl NetState for Net {{
    const FAMILY: FamilyRef<Self> = FamilyRef::to(&FAMILY);

    fn new(_net: NewNet<'_>) -> impl PinInit<Self, Error> {{
        Ok(Self)
    }}
}}

",
        doc(0, &what).replace("///", "//!"),
        literal(&name),
        literal(&what),
        literal(&format!("net-pf-16-proto-16-family-{}", spec.name))
    );
    if any {
        out += "\
#[cold]
fn todo<'a>() -> ExtAck<'a> {
    ExtAck::new(EOPNOTSUPP, c\"not supported yet\")
}

";
    }
    let mut hooks = Vec::new();
    for operation in &spec.operations {
        let Some(set) = operation.attributes else {
            continue;
        };
        if let Some(call) = &operation.r#do {
            let marker = format!("generated::{}", operation::marker(operation, false));
            let hook = operation::hook(call)
                .map(|hooks| format!("generated::{}", family.hook(hooks, set)));
            let (kind, guard) = match hook {
                Some(_) => ("GuardedOp", ", _guard: &mut ()"),
                None => ("DoOp", ""),
            };
            hooks.extend(hook.filter(|hook| !hooks.contains(hook)));
            let _ = write!(
                out,
                "impl {kind}<{marker}> for Net {{
                    fn handle<'a>(&'a self, _call: &Call<'a, Self, {marker}>{guard}) -> Handled<'a, {marker}> {{
                        Err(todo())
                    }}
                }}

                "
            );
        }
        if operation.dump.is_some() {
            let marker = format!("generated::{}", operation::marker(operation, true));
            let _ = write!(
                out,
                "impl DumpOp<{marker}> for Net {{
                    type Cursor = ();

                    fn next<'a>(
                        &'a self,
                        _request: &Attrs<'a, {marker}>,
                        _cursor: &mut (),
                        _entries: &mut Entries<'_, {marker}>,
                    ) -> Result<Progress, ExtAck<'a>> {{
                        Err(todo())
                    }}
                }}

                "
            );
        }
    }
    for hook in hooks {
        let _ = write!(
            out,
            "impl Hook<{hook}> for Net {{
                type Guard<'a> = ();

                fn before<'a>(&'a self, _context: &Context<'a, Self>, _request: Attrs<'a, {hook}>) -> Result<(), ExtAck<'a>> {{
                    Ok(())
                }}
            }}

            "
        );
    }
    Ok(out)
}
