// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages and nests as values that know their size and put themselves into a message.

#![forbid(unsafe_code)]

use super::{
    super::text::{camel, constant, doc, snake},
    kinds, Family,
};
use crate::model::{Attribute, AttributeKind, SetId};
use std::{collections::BTreeSet, fmt::Write};

/// The type of a message or nest.
#[derive(Clone)]
pub(super) struct Made {
    path: String,
    name: String,
    borrows: bool,
}

impl Made {
    /// The type, with its lifetime.
    pub(super) fn full(&self) -> String {
        format!("{}{}", self.path, self.local())
    }

    /// The type without its module.
    pub(super) fn local(&self) -> String {
        format!("{}{}", self.name, if self.borrows { "<'a>" } else { "" })
    }

    /// The type, for an `impl` that needs no name of the lifetime.
    pub(super) fn anonymous(&self) -> String {
        self.full().replace("'a", "'_")
    }

    /// The type in the module `module`.
    pub(super) fn inside(mut self, module: &str) -> Self {
        self.path = format!("{module}::");
        self
    }

    /// A type with the same lifetime, but another name.
    pub(super) fn called(&self, name: &str) -> Self {
        Self {
            path: String::new(),
            name: name.to_owned(),
            ..*self
        }
    }
}

impl<'s> Family<'s> {
    /// The type `name` of a message or nest that holds `attributes` of the set `set`. Returns its
    /// definition, and the type.
    pub(super) fn payload(
        &mut self,
        name: &str,
        words: &str,
        set: SetId,
        attributes: &[&'s Attribute],
    ) -> (String, Made) {
        let module = snake(&self.spec[set].name);
        let (mut fields, mut bounds, mut sizes, mut puts) =
            (String::new(), Vec::new(), Vec::new(), Vec::new());
        let mut borrows = false;
        for attribute in attributes {
            if matches!(attribute.kind, AttributeKind::Unused | AttributeKind::Pad) {
                continue;
            }
            let field = snake(&attribute.name);
            let number = format!("attr::{module}::{}", constant(&attribute.name));
            let otherwise = format!("The attribute ``{}``.", attribute.name);
            let docs = doc(1, attribute.doc.as_ref().unwrap_or(&otherwise));
            let value = match &attribute.kind {
                AttributeKind::Nest(Some(id)) => {
                    if self.holds(*id, *id, &mut BTreeSet::new()) {
                        self.unsupported(attribute.at, "nests that may hold themselves");
                        continue;
                    }
                    self.nests.insert(*id);
                    let nest = self.nest(*id);
                    borrows |= nest.borrows;
                    let full = nest.full();
                    bounds.push(match attribute.multi {
                        false => {
                            format!("codegen::nest_max::<{}>()", full.replace("'a", "'static"))
                        }
                        true => "None".into(),
                    });
                    let field = match attribute.multi {
                        false => format!("self.{field}.as_ref()"),
                        true => format!("self.{field}"),
                    };
                    sizes.push(format!("codegen::size_of_nests({field})"));
                    puts.push(format!("codegen::put_nests(to, {number}, {field})"));
                    full
                }
                _ => match kinds::kind(self.spec, attribute) {
                    Ok(kind) => {
                        borrows |= kind.value.contains("'a");
                        bounds.push(match kind.most {
                            Some(most) if !attribute.multi => {
                                format!("Some(codegen::size::bytes({most}))")
                            }
                            _ => "None".into(),
                        });
                        let of = &kind.name;
                        let values = match attribute.multi {
                            false => format!("self.{field}"),
                            true => format!("self.{field}.iter().copied()"),
                        };
                        sizes.push(format!("codegen::size_of_attrs::<{of}>({values})"));
                        puts.push(format!(
                            "codegen::put_attrs::<{of}>(to, {number}, {values})"
                        ));
                        kind.value
                    }
                    Err(what) => {
                        self.unsupported(attribute.at, &format!("{what} in a message"));
                        continue;
                    }
                },
            };
            fields += &docs;
            let several = format!("&'a [{value}]");
            borrows |= attribute.multi;
            let value = match attribute.multi {
                false => format!("Option<{value}>"),
                true => several,
            };
            let _ = writeln!(fields, "pub(crate) {field}: {value},");
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
            "pub(crate) struct {} {{
                {fields}
            }}

            impl Payload for {} {{
                const SIZE_MAX: Option<usize> = codegen::total(&[{}]);

                #[inline]
                fn size(&self) -> usize {{
                    {size}
                }}

                #[inline]
                fn put(&self, {to}: &mut Writer) -> Result<(), NoRoom> {{
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

    /// The type of a nest of the attributes `id`.
    fn nest(&self, id: SetId) -> Made {
        let set = &self.spec[id];
        let borrows = set
            .attributes
            .iter()
            .any(|attribute| match &attribute.kind {
                AttributeKind::Unused | AttributeKind::Pad => false,
                _ if attribute.multi => true,
                AttributeKind::Nest(Some(id)) => self.nest(*id).borrows,
                // What cannot be put is reported for the type of the nest.
                _ => kinds::kind(self.spec, attribute).is_ok_and(|kind| kind.value.contains("'a")),
            });
        Made {
            path: "nest::".into(),
            name: camel(&set.name),
            borrows,
        }
    }

    /// Returns whether nests of the attributes `outer` hold, at some depth, those of `inner`.
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

    /// The types of the nests that messages hold.
    pub(super) fn nested(&mut self) -> String {
        if self.nests.is_empty() {
            return String::new();
        }
        let mut out = "/// Nests in messages.\npub(crate) mod nest {\nuse super::*;\n\n".to_owned();
        let mut done = BTreeSet::new();
        // The types of nests name further ones.
        while let Some(id) = self.nests.iter().find(|id| !done.contains(*id)).copied() {
            done.insert(id);
            let set = &self.spec[id];
            let attributes: Vec<&Attribute> = set.attributes.iter().collect();
            let words = set.doc.clone();
            let words = words.unwrap_or_else(|| format!("Attributes of the set ``{}``.", set.name));
            out += &self.payload(&camel(&set.name), &words, id, &attributes).0;
        }
        out += "}\n\n";
        out
    }
}
