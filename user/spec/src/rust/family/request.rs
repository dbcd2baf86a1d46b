// SPDX-License-Identifier: MIT OR Apache-2.0

//! Requests: their attributes, with a policy and a parser.

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

    /// The type of a request, or nothing if it takes no attribute.
    pub(super) fn request(
        &mut self,
        operation: &Operation,
        set: SetId,
        call: &Call,
    ) -> Option<String> {
        let attributes = self.requested(operation, set, call);
        let len = attributes.last()?.number + 1;
        let module = snake(&self.spec[set].name);
        let (mut fields, mut policies, mut parsed) = (String::new(), String::new(), String::new());
        for attribute in attributes {
            let kind = match kinds::kind(self.spec, attribute) {
                _ if attribute.multi => Err("attributes that may come several times".to_owned()),
                kind => kind,
            };
            let kind = kind.and_then(|kind| Ok((kind.name, kind.policy?)));
            let (name, policy) = match kind {
                Ok(kind) => kind,
                Err(what) => {
                    self.unsupported(attribute.at, &format!("{what} in a request"));
                    continue;
                }
            };
            let field = snake(&attribute.name);
            let number = format!("attr::{module}::{}", constant(&attribute.name));
            let otherwise = format!("The attribute ``{}``.", attribute.name);
            fields += &doc(2, attribute.doc.as_ref().unwrap_or(&otherwise));
            let _ = writeln!(
                fields,
                "pub(crate) {field}: Field<'a, {name}, {{ {number} }}>,"
            );
            let _ = writeln!(policies, "({number}, {policy}),");
            let _ = writeln!(parsed, "{field}: table.field()?,");
        }
        Some(format!(
            "/// The attributes of the request.
            pub(crate) struct Request<'a> {{
                {fields}
            }}

            impl<'a> codegen::Request<'a> for Request<'a> {{
                const POLICY: &'static [Policy] = &codegen::table::<{len}>(&[{policies}]);

                #[inline]
                fn parse(table: &Table<'a>) -> Result<Self, ExtAck<'a>> {{
                    Ok(Self {{
                        {parsed}
                    }})
                }}
            }}

            "
        ))
    }
}
