// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages and nests as values that know their size and put themselves into a message.

use super::{
    super::text::{camel, constant, doc, doc_or, snake},
    kinds,
    parts::{Family, Made},
};
use crate::model::{Attribute, AttributeKind, DefinitionId, SetId};
use std::{collections::BTreeSet, fmt::Write};

/// The generated code for an attribute of a message.
struct Part {
    /// The type of its field.
    value: String,
    /// The expression for its maximum size in bytes, if that is bounded.
    most: String,
    /// The expression for its size in bytes.
    size: String,
    /// The expression that puts it.
    put: String,
}

impl<'s> Family<'s> {
    /// Returns the definition and the type `name` of a message or nest with `attributes`
    /// of the set `set`, and with the family's own header before them.
    pub(super) fn payload(
        &mut self,
        name: &str,
        words: &str,
        set: SetId,
        attributes: &[&'s Attribute],
        header: Option<DefinitionId>,
    ) -> (String, Made) {
        let module = snake(&self.spec[set].name);
        let (mut fields, mut bounds, mut sizes, mut puts) =
            (String::new(), Vec::new(), Vec::new(), Vec::new());
        let mut borrows = false;
        if let Some(header) = header {
            let of = camel(&self.spec[header].name);
            let _ = write!(
                fields,
                "/// The family's own header.
                pub(crate) family_header: {of},
                "
            );
            let size = format!("codegen::family_header_size({of}::SIZE)");
            bounds.push(format!("Some({size})"));
            sizes.push(size);
            puts.push("to.put_family_header(&self.family_header.to_bytes())".into());
        }
        for attribute in attributes {
            if matches!(attribute.kind, AttributeKind::Unused | AttributeKind::Pad) {
                continue;
            }
            let field = snake(&attribute.name);
            let number = format!("attr::{module}::{}", constant(&attribute.name));
            let otherwise = format!("The attribute ``{}``.", attribute.name);
            let docs = doc_or(1, attribute.doc.as_ref(), &otherwise);
            let part = match self.part(set, attribute, &field, &number) {
                Ok(part) => part,
                Err(what) => {
                    self.unsupported(attribute.at, &format!("{what} in a message"));
                    continue;
                }
            };
            borrows |= part.value.contains("'a");
            bounds.push(part.most);
            sizes.push(part.size);
            puts.push(part.put);
            fields += &docs;
            let _ = writeln!(fields, "pub(crate) {field}: {},", part.value);
        }
        let made = Made {
            path: String::new(),
            name: name.to_owned(),
            borrows,
        };
        let (size, put, to) = match puts.is_empty() {
            true => ("0".into(), "Ok(())".into(), "_to"),
            false => (sizes.join(" + "), puts.join("?;\n"), "to"),
        };
        let mut out = doc(0, words);
        let _ = write!(
            out,
            "#[derive(Clone, Copy)]
            pub(crate) struct {} {{
                {fields}
            }}

            impl Payload for {} {{
                const SIZE_MAX: Option<usize> = codegen::total(&[{}]);

                #[inline]
                fn size(&self) -> usize {{
                    {size}
                }}

                #[inline]
                fn put(&self, {to}: &mut Writer<'_>) -> Result<(), NoRoom> {{
                    {put}
                }}
            }}

            ",
            made.full(),
            made.anonymous(),
            bounds.join(", ")
        );
        (out, made)
    }

    /// Returns the code for an attribute `number` of the set `set`, as the field `field`
    /// of a message. Fails with the feature that the layer lacks.
    fn part(
        &mut self,
        set: SetId,
        attribute: &Attribute,
        field: &str,
        number: &str,
    ) -> Result<Part, String> {
        let field = format!("self.{field}");
        let unbounded = || "None".to_owned();
        Ok(match &attribute.kind {
            AttributeKind::Nest(Some(id)) => {
                let nest = self.nest(*id).full();
                self.nests.insert(*id);
                // The size of a nest that may contain itself depends on the handler.
                let holds_itself = *id == set || self.holds(*id, set, &mut BTreeSet::new());
                let (value, field) = match (attribute.multi, holds_itself) {
                    (false, false) => (format!("Option<{nest}>"), format!("{field}.as_ref()")),
                    (false, true) => (format!("Option<&'a {nest}>"), field),
                    (true, _) => (format!("&'a [{nest}]"), field),
                };
                Part {
                    most: match attribute.multi || holds_itself {
                        false => {
                            format!("codegen::nest_max::<{}>()", nest.replace("'a", "'static"))
                        }
                        true => unbounded(),
                    },
                    size: format!("codegen::size_of_nests({field})"),
                    put: format!("codegen::put_nests(to, {number}, {field})"),
                    value,
                }
            }
            AttributeKind::NestTypeValue {
                values,
                set: Some(id),
            } if !attribute.multi => {
                let mut nest = self.nest(*id).full();
                self.nests.insert(*id);
                for _ in values {
                    nest = format!("Numbered<'a, {nest}>");
                }
                Part {
                    value: format!("Option<{nest}>"),
                    most: unbounded(),
                    size: format!("codegen::size_of_nests({field}.as_ref())"),
                    put: format!("codegen::put_nests(to, {number}, {field}.as_ref())"),
                }
            }
            AttributeKind::IndexedArray(inner) if !attribute.multi => match &**inner {
                AttributeKind::Nest(Some(id)) => {
                    self.nests.insert(*id);
                    Part {
                        value: format!("Option<&'a [{}]>", self.nest(*id).full()),
                        most: unbounded(),
                        size: format!("codegen::size_of_nest_array({field})"),
                        put: format!("codegen::put_nest_array(to, {number}, {field})"),
                    }
                }
                inner => {
                    let kind = kinds::kind(self.spec, attribute, inner)?;
                    let of = &kind.name;
                    Part {
                        value: format!("Option<&'a [{}]>", kind.value),
                        most: unbounded(),
                        size: format!("codegen::size_of_array::<{of}>({field})"),
                        put: format!("codegen::put_array::<{of}>(to, {number}, {field})"),
                    }
                }
            },
            // A nest that the spec does not describe: its bytes.
            AttributeKind::Nest(None) => {
                let (value, field) = match attribute.multi {
                    false => ("Option<&'a [u8]>", field),
                    true => ("&'a [&'a [u8]]", format!("{field}.iter().copied()")),
                };
                Part {
                    value: value.into(),
                    most: unbounded(),
                    size: format!("codegen::size_of_attrs::<Binary>({field})"),
                    put: format!("codegen::put_attrs::<AnyNest>(to, {number}, {field})"),
                }
            }
            other => {
                let kind = kinds::kind(self.spec, attribute, other)?;
                let of = &kind.name;
                let (value, field) = match attribute.multi {
                    false => (format!("Option<{}>", kind.value), field),
                    true => (
                        format!("&'a [{}]", kind.value),
                        format!("{field}.iter().copied()"),
                    ),
                };
                Part {
                    value,
                    most: match kind.most {
                        Some(most) if !attribute.multi => {
                            format!("Some(codegen::size::bytes({most}))")
                        }
                        _ => unbounded(),
                    },
                    size: format!("codegen::size_of_attrs::<{of}>({field})"),
                    put: format!("codegen::put_attrs::<{of}>(to, {number}, {field})"),
                }
            }
        })
    }

    /// Returns the type of a nest of the attributes `id`.
    fn nest(&self, id: SetId) -> Made {
        let set = &self.spec[id];
        let borrows = self.borrows(id, &mut BTreeSet::new());
        Made {
            path: "nest::".into(),
            name: camel(&set.name),
            borrows,
        }
    }

    /// Returns whether nests of the attributes `id` borrow from the handler.
    fn borrows(&self, id: SetId, seen: &mut BTreeSet<SetId>) -> bool {
        // A nest that may contain itself borrows its contents.
        !seen.insert(id)
            || (self.spec[id].attributes.iter()).any(|attribute| match &attribute.kind {
                AttributeKind::Unused | AttributeKind::Pad => false,
                _ if attribute.multi => true,
                AttributeKind::Nest(Some(inner)) => {
                    self.holds(*inner, id, &mut BTreeSet::new())
                        || self.borrows(*inner, &mut seen.clone())
                }
                AttributeKind::Nest(None)
                | AttributeKind::IndexedArray(_)
                | AttributeKind::NestTypeValue { .. } => true,
                // An unsupported attribute is reported for the type of the nest.
                other => kinds::kind(self.spec, attribute, other)
                    .is_ok_and(|kind| kind.value.contains("'a")),
            })
    }

    /// Returns whether nests of the attributes `outer` contain, at some depth, those of
    /// `inner`.
    fn holds(&self, outer: SetId, inner: SetId, seen: &mut BTreeSet<SetId>) -> bool {
        let spec = self.spec;
        seen.insert(outer)
            && spec[outer]
                .attributes
                .iter()
                .any(|attribute| match &attribute.kind {
                    AttributeKind::Nest(Some(id)) => *id == inner || self.holds(*id, inner, seen),
                    _ => false,
                })
    }

    /// Returns the types of the nests in messages.
    pub(super) fn nested(&mut self) -> String {
        let mut out = String::new();
        let mut done = BTreeSet::new();
        // The types of nests refer to further ones.
        while let Some(id) = self.nests.iter().find(|id| !done.contains(*id)).copied() {
            done.insert(id);
            let set = &self.spec[id];
            let attributes: Vec<&Attribute> = set.attributes.iter().collect();
            let words = set.doc.clone();
            let words = words.unwrap_or_else(|| format!("Attributes of the set ``{}``.", set.name));
            out += &self
                .payload(&camel(&set.name), &words, id, &attributes, None)
                .0;
        }
        out
    }
}
