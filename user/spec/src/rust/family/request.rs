// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests: a method for each of their attributes, and their policy.

use super::{
    super::text::{camel, constant, doc, doc_or, snake},
    kinds,
    parts::Family,
};
use crate::model::{
    Attribute, AttributeKind, Call, KernelPolicy, Length, Limits, Operation, SetId, Validation,
};
use std::{collections::BTreeSet, fmt::Write};

/// The generated code for the attributes of a request.
pub(super) struct RequestCode {
    /// A method for each.
    pub(super) methods: String,
    /// The entries of their policy.
    entries: String,
    /// The number of entries in its table.
    len: u16,
}

impl RequestCode {
    /// Returns the expression for the table of the policy.
    pub(super) fn policy(&self) -> String {
        match self.len {
            0 => "[]".into(),
            len => format!("codegen::table::<{len}>(&[{}])", self.entries),
        }
    }
}

/// The generated code for an attribute of a request.
struct RequestAttribute {
    /// The type of the layer.
    name: String,
    /// The expression for its policy.
    policy: String,
}

impl<'s> Family<'s> {
    /// Returns the attributes that a request may have. The spec's `kernel-policy` decides
    /// whether requests of several kinds share a policy.
    fn request_attributes(
        &self,
        operation: &Operation,
        set: SetId,
        call: &Call,
    ) -> Vec<&'s Attribute> {
        let spec = self.spec;
        let calls =
            |operation: &'s Operation| [&operation.r#do, &operation.dump].into_iter().flatten();
        let of = |call: &Call| match &call.request {
            Some(request) => self.listed(set, request),
            None => Vec::new(),
        };
        let mut found: Vec<&Attribute> = match spec.kernel_policy {
            KernelPolicy::Split => of(call),
            KernelPolicy::PerOp => {
                let both = [&operation.r#do, &operation.dump].into_iter().flatten();
                both.flat_map(of).collect()
            }
            KernelPolicy::Global => {
                let same = spec.operations.iter().filter(|o| o.attributes == Some(set));
                same.flat_map(calls).flat_map(of).collect()
            }
        };
        found.sort_by_key(|attribute| attribute.number);
        found.dedup_by_key(|attribute| attribute.number);
        found
    }

    /// Returns the code for the request of a do or dump.
    pub(super) fn request(
        &mut self,
        operation: &Operation,
        set: SetId,
        call: &Call,
    ) -> RequestCode {
        let attributes = self.request_attributes(operation, set, call);
        self.given(set, &attributes, false)
    }

    /// Returns the methods for the attributes of requests for `operations`, which all
    /// have a hook and the set `set`.
    pub(super) fn shared_methods(&mut self, set: SetId, operations: &[&Operation]) -> String {
        let calls = operations.iter().filter_map(|operation| {
            let call = operation.r#do.as_ref()?;
            Some(self.request_attributes(operation, set, call))
        });
        let mut attributes: Vec<&Attribute> = calls.flatten().collect();
        attributes.sort_by_key(|attribute| attribute.number);
        attributes.dedup_by_key(|attribute| attribute.number);
        // If validation is relaxed, the kernel passes on attributes that the operation
        // does not accept, without having validated them.
        for operation in operations {
            let relaxed = operation.dont_validate.contains(&Validation::Strict);
            if let (true, Some(call)) = (relaxed, &operation.r#do) {
                let taken = self.request_attributes(operation, set, call);
                attributes.retain(|known| taken.iter().any(|taken| taken.number == known.number));
            }
        }
        self.given(set, &attributes, false).methods
    }

    /// Returns the code for `attributes` of the set `set`, in a request or in a nest.
    fn given(&mut self, set: SetId, attributes: &[&'s Attribute], in_nest: bool) -> RequestCode {
        let module = snake(&self.spec[set].name);
        let (mut methods, mut entries, mut len) = (String::new(), String::new(), 0);
        for attribute in attributes {
            len = len.max(attribute.number + 1);
            // The kernel's parser refuses the number 0, which a few old families use.
            let is_unused = matches!(attribute.kind, AttributeKind::Unused | AttributeKind::Pad);
            if is_unused || attribute.number == 0 {
                continue;
            }
            let RequestAttribute { name, policy } = match self.attribute(attribute, &attribute.kind)
            {
                Ok(given) => given,
                Err(what) => {
                    self.unsupported(attribute.at, &format!("{what} in a request"));
                    continue;
                }
            };
            let method = snake(&attribute.name);
            let number = format!("attr::{module}::{}", constant(&attribute.name));
            let otherwise = format!("The attribute ``{}``.", attribute.name);
            methods += &doc_or(1, attribute.doc.as_ref(), &otherwise);
            // rustc warns about braces around a number.
            let header = match self.header_size() {
                size if size == "0" => size,
                size => format!("{{ {size} }}"),
            };
            let (returned, function) = match (attribute.multi, in_nest) {
                (false, false) => ("Field", "field".into()),
                (false, true) => ("Field", "nest_field".into()),
                (true, false) => (
                    "Repeated",
                    format!("repeated::<_, _, {{ {number} }}, {header}>"),
                ),
                (true, true) => ("Repeated", "nest_repeated".into()),
            };
            let _ = write!(
                methods,
                "#[inline]
                pub(crate) fn {method}(&self) -> {returned}<'a, {name}, {{ {number} }}> {{
                    codegen::{function}(self)
                }}

                "
            );
            let _ = writeln!(entries, "({number}, {policy}),");
        }
        RequestCode {
            methods,
            entries,
            len,
        }
    }

    /// Returns the layer's code for an attribute of a request. Fails with the feature
    /// that the layer lacks.
    fn attribute(
        &mut self,
        attribute: &Attribute,
        kind: &AttributeKind,
    ) -> Result<RequestAttribute, String> {
        Ok(match kind {
            AttributeKind::Nest(Some(set)) => {
                self.given.insert(*set);
                let name = &self.spec[*set].name;
                RequestAttribute {
                    name: format!("Nest<nest::{}>", set_type(name)),
                    policy: format!("Policy::nest(&policy::{})", constant(name)),
                }
            }
            AttributeKind::Nest(None) => RequestAttribute {
                name: "AnyNest".into(),
                policy: "Policy::any_nest()".into(),
            },
            AttributeKind::IndexedArray(inner) => {
                let of = self.attribute(attribute, inner)?;
                let policy = match &**inner {
                    AttributeKind::Nest(Some(_)) => of.policy.replace("nest(", "nest_array("),
                    // Checks that an array's policy cannot express are not made.
                    AttributeKind::Integer(integer, limits)
                        if *limits == Limits::default() && integer.values.is_none() =>
                    {
                        "Policy::any_nest()".into()
                    }
                    AttributeKind::Binary { length, .. } if *length == Length::default() => {
                        "Policy::any_nest()".into()
                    }
                    _ => return Err("such elements of an indexed array".into()),
                };
                RequestAttribute {
                    name: format!("Array<{}>", of.name),
                    policy,
                }
            }
            kind => {
                let kind = kinds::kind(self.spec, attribute, kind)?;
                RequestAttribute {
                    name: kind.name,
                    policy: kind.policy?,
                }
            }
        })
    }

    /// Returns the sets of the nests in requests, with their policies.
    pub(super) fn request_nests(&mut self) -> (String, String) {
        let (mut types, mut policies) = (String::new(), String::new());
        let mut done = BTreeSet::new();
        // The attributes of a set refer to further sets.
        while let Some(id) = self.given.iter().find(|id| !done.contains(*id)).copied() {
            done.insert(id);
            let set = &self.spec[id];
            let attributes: Vec<&Attribute> = set.attributes.iter().collect();
            let given = self.given(id, &attributes, true);
            let (name, constant) = (set_type(&set.name), constant(&set.name));
            types += &doc(0, &format!("The set ``{}``, in requests.", set.name));
            let _ = write!(
                types,
                "pub(crate) enum {name} {{}}

                impl<'a> Attrs<'a, {name}> {{
                    {}
                }}

                ",
                given.methods
            );
            if given.len == 0 {
                self.unsupported(set.at, "nests without attributes in a request");
            }
            let (len, table) = (given.len, given.policy());
            let _ = writeln!(
                policies,
                "pub(super) static {constant}: [Policy; {len}] = {table};"
            );
        }
        (types, policies)
    }
}

/// Returns the type that stands for an attribute set in requests.
pub(super) fn set_type(name: &str) -> String {
    camel(name) + "Set"
}
