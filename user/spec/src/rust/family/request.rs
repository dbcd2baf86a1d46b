// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests: their arguments, with a policy and a parser.

#![forbid(unsafe_code)]

use super::{
    super::text::{constant, doc, snake},
    kinds, Family,
};
use crate::model::{Attribute, AttributeKind, Call, KernelPolicy, Operation, SetId};
use std::fmt::Write;

impl<'s> Family<'s> {
    /// The attributes that a request may have. The spec's `kernel-policy` says whether requests of
    /// several kinds share a policy.
    fn requested(&self, operation: &Operation, set: SetId, call: &Call) -> Vec<&'s Attribute> {
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
        found.retain(|a| !matches!(a.kind, AttributeKind::Unused | AttributeKind::Pad));
        found
    }

    /// The type of a request.
    pub(super) fn request(
        &mut self,
        name: &str,
        operation: &Operation,
        set: SetId,
        call: &Call,
    ) -> String {
        let attributes = self.requested(operation, set, call);
        let set_module = snake(&self.spec[set].name);
        let (mut fields, mut methods) = (String::new(), String::new());
        let (mut policies, mut parsed) = (String::new(), String::new());
        let last = attributes.last().map_or(0, |attribute| attribute.number);
        for attribute in attributes {
            let kind = match kinds::read(self.spec, attribute) {
                Ok(kind) => kind,
                Err(what) => {
                    self.unsupported(attribute.at, &format!("{what} in a request"));
                    continue;
                }
            };
            let field = snake(&attribute.name);
            let number = format!("super::attr::{set_module}::{}", constant(&attribute.name));
            let otherwise = format!("The attribute ``{}``.", attribute.name);
            fields += &doc(2, attribute.doc.as_ref().unwrap_or(&otherwise));
            let _ = writeln!(fields, "pub(crate) {field}: Option<genl::Arg<'a, {kind}>>,");
            let _ = writeln!(policies, "({number}, <{kind} as genl::Kind>::POLICY),");
            let _ = writeln!(parsed, "{field}: attrs.optional({number})?,");
            if matches!(attribute.kind, AttributeKind::Flag) {
                // A flag that is required says nothing.
                continue;
            }
            let words = format!(
                "Returns ``{}``, and refuses a request without it.",
                attribute.name
            );
            methods += &doc(2, &words);
            let _ = write!(
                methods,
                "pub(crate) fn {field}(&self) -> Result<&genl::Arg<'a, {kind}>, genl::Refusal<'a>> {{
                    self.{field}.as_ref().ok_or_else(|| genl::Refusal::missing({number}))
                }}

                "
            );
        }
        let what = match name {
            "Request" => "do",
            _ => "dump",
        };
        let none = parsed.is_empty();
        let policy = match none {
            true => "&[]".to_owned(),
            false => format!("&genl::table::<{}>(&[{policies}])", last + 1),
        };
        let (nothing, no_value, attrs) = match none {
            true => (
                "none: core::marker::PhantomData<&'a ()>,",
                "none: core::marker::PhantomData,",
                "_attrs",
            ),
            false => ("", "", "attrs"),
        };
        let mut out = format!(
            "/// The arguments of a {what} request.
            pub(crate) struct {name}<'a> {{
                {fields}{nothing}
            }}

            impl<'a> genl::Arguments<'a> for {name}<'a> {{
                const POLICY: &'static [genl::Policy] = {policy};

                fn parse({attrs}: &genl::Attrs<'a>) -> Result<Self, genl::Refusal<'a>> {{
                    Ok(Self {{
                        {parsed}{no_value}
                    }})
                }}
            }}

            "
        );
        if !methods.is_empty() {
            let _ = write!(out, "impl<'a> {name}<'a> {{\n{methods}}}\n\n");
        }
        out
    }
}
