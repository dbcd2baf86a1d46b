// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages and nests that are written: values that know their size.

#![forbid(unsafe_code)]

use super::{
    super::text::{camel, constant, doc, snake},
    kinds::{self, Nest, Written},
    Family,
};
use crate::model::{Attribute, AttributeKind, SetId};
use std::{collections::BTreeSet, fmt::Write};

/// How often an attribute may be in a message.
#[derive(Clone, Copy, PartialEq)]
enum Times {
    /// Once, or not at all.
    Once,
    /// Once, or not at all, without a value.
    Flag,
    /// Several times.
    Several,
    /// Several values in a nest.
    Array,
}

struct Field<'s> {
    attribute: &'s Attribute,
    times: Times,
    written: Written,
}

/// The type of a message or nest.
pub(super) struct Made {
    /// The type and its methods.
    pub(super) text: String,
    /// The most bytes that its attributes take, if it is known.
    pub(super) most: Option<u64>,
    name: String,
    borrows: bool,
}

impl Made {
    /// A type with the same lifetime, but another name.
    pub(super) fn called(&self, name: &str) -> Self {
        Self {
            text: String::new(),
            name: name.to_owned(),
            ..*self
        }
    }

    /// The type, with its lifetime.
    pub(super) fn full(&self) -> String {
        format!("{}{}", self.name, if self.borrows { "<'a>" } else { "" })
    }

    /// The type, for an `impl` that needs no name of the lifetime.
    pub(super) fn implementation(&self) -> String {
        format!("{}{}", self.name, if self.borrows { "<'_>" } else { "" })
    }
}

impl<'s> Family<'s> {
    /// The type `name` of a message or nest that holds `attributes` of the set `set`.
    pub(super) fn message(
        &mut self,
        name: &str,
        words: &str,
        set: SetId,
        attributes: &[&'s Attribute],
    ) -> Made {
        let fields = self.fields(attributes);
        let set_module = snake(&self.spec[set].name);
        let slices = fields.iter().any(Field::is_slice);
        let mut made = Made {
            text: String::new(),
            most: most(&fields),
            name: name.to_owned(),
            borrows: slices || fields.iter().any(|field| field.written.borrows),
        };
        let mut out = doc(0, words);
        out += "#[derive(Clone, Copy, Default)]\n";
        let _ = writeln!(out, "pub(crate) struct {} {{", made.full());
        for field in &fields {
            let otherwise = format!("The attribute ``{}``.", field.attribute.name);
            out += &doc(1, field.attribute.doc.as_ref().unwrap_or(&otherwise));
            let rust_type = &field.written.rust_type;
            let rust_type = match field.times {
                Times::Once => format!("Option<{rust_type}>"),
                Times::Flag => rust_type.clone(),
                Times::Several | Times::Array => format!("&'a [{rust_type}]"),
            };
            let _ = writeln!(out, "pub(crate) {}: {rust_type},", field.name());
        }
        out += "}\n\n";
        let (mut size, mut put) = (String::new(), String::new());
        for field in &fields {
            let number = constant(&field.attribute.name);
            let number = format!("super::attr::{set_module}::{number}");
            size += &field.size();
            put += &field.put(&number);
        }
        let most = made.most.map_or_else(String::new, |most| {
            format!(
                "/// The most bytes that the attributes take.
                pub(crate) const MAX: usize = {most};

                "
            )
        });
        let of = made.implementation();
        let (size, attrs) = match fields.is_empty() {
            true => ("0".to_owned(), "_attrs"),
            false => (size.trim_end_matches(" + ").to_owned(), "attrs"),
        };
        let _ = write!(
            out,
            "impl {of} {{
                {most}/// Returns the bytes that the attributes take.
                pub(crate) fn size(&self) -> usize {{
                    {size}
                }}

                /// Puts the attributes. Fails if there is no room for them.
                pub(crate) fn put(
                    &self,
                    {attrs}: &mut genl::Attributes<'_>,
                ) -> Result<(), genl::NoRoom> {{
                    {put}Ok(())
                }}
            }}

            "
        );
        made.text = out;
        made
    }

    fn fields(&mut self, attributes: &[&'s Attribute]) -> Vec<Field<'s>> {
        let spec = self.spec;
        let mut fields = Vec::new();
        for attribute in attributes {
            if matches!(attribute.kind, AttributeKind::Unused | AttributeKind::Pad) {
                continue;
            }
            match kinds::write(spec, attribute, &|id| self.nest(id)) {
                Ok(written) => fields.push(Field {
                    attribute,
                    times: match attribute.kind {
                        AttributeKind::IndexedArray(_) => Times::Array,
                        _ if attribute.multi => Times::Several,
                        AttributeKind::Flag => Times::Flag,
                        _ => Times::Once,
                    },
                    written,
                }),
                Err(what) => self.unsupported(attribute.at, &format!("{what} in a message")),
            }
            if let AttributeKind::Nest(Some(id)) = element(&attribute.kind) {
                self.nests.insert(*id);
            }
        }
        fields
    }

    /// The type of a nest of the attributes `id`.
    fn nest(&self, id: SetId) -> Nest {
        let set = &self.spec[id];
        let name = format!("super::nest::{}", camel(&set.name));
        if self.holds(id, id, &mut BTreeSet::new()) {
            return Nest {
                rust_type: format!("{name}<'a>"),
                borrows: true,
                holds_itself: true,
                most: None,
            };
        }
        let (mut borrows, mut most) = (false, Some(0));
        for attribute in &set.attributes {
            if matches!(attribute.kind, AttributeKind::Unused | AttributeKind::Pad) {
                continue;
            }
            // What cannot be written is reported for the type of the nest.
            let written = kinds::write(self.spec, attribute, &|id| self.nest(id)).ok();
            let several =
                attribute.multi || matches!(attribute.kind, AttributeKind::IndexedArray(_));
            borrows |= several || written.as_ref().is_some_and(|written| written.borrows);
            most = match (most, written.and_then(|written| written.most)) {
                (Some(most), Some(one)) if !several => Some(most + one),
                _ => None,
            };
        }
        Nest {
            rust_type: format!("{name}{}", if borrows { "<'a>" } else { "" }),
            borrows,
            holds_itself: false,
            most,
        }
    }

    /// Returns whether nests of the attributes `outer` hold, at some depth, those of `inner`.
    fn holds(&self, outer: SetId, inner: SetId, seen: &mut BTreeSet<SetId>) -> bool {
        let spec = self.spec;
        seen.insert(outer)
            && spec[outer]
                .attributes
                .iter()
                .any(|attribute| match element(&attribute.kind) {
                    AttributeKind::Nest(Some(id)) => *id == inner || self.holds(*id, inner, seen),
                    _ => false,
                })
    }
}

/// What an array holds, or the kind itself.
fn element(kind: &AttributeKind) -> &AttributeKind {
    match kind {
        AttributeKind::IndexedArray(element) => element,
        kind => kind,
    }
}

fn most(fields: &[Field<'_>]) -> Option<u64> {
    let one = |field: &Field<'_>| match field.is_slice() {
        true => None,
        false => field.written.most,
    };
    fields.iter().map(one).sum()
}

impl Field<'_> {
    fn name(&self) -> String {
        snake(&self.attribute.name)
    }

    fn is_slice(&self) -> bool {
        matches!(self.times, Times::Several | Times::Array)
    }

    /// The expression for the bytes that the field takes, and a plus.
    fn size(&self) -> String {
        let (name, size) = (self.name(), &self.written.size);
        let value = if size.contains("value") { "value" } else { "_" };
        let sum = format!("self.{name}.iter().map(|{value}| {size}).sum::<usize>()");
        match self.times {
            Times::Once => format!("self.{name}.map_or(0, |{value}| {size}) + "),
            Times::Flag => format!("if self.{name} {{ {size} }} else {{ 0 }} + "),
            Times::Several => format!("{sum} + "),
            Times::Array => format!("genl::size::bytes({sum}) + "),
        }
    }

    /// The statement that puts the field.
    fn put(&self, number: &str) -> String {
        let (name, put) = (self.name(), &self.written.put);
        let once = put.replace("number", number);
        match self.times {
            Times::Once => format!("if let Some(value) = self.{name} {{ {once}?; }}\n"),
            Times::Flag => format!("if self.{name} {{ {once}?; }}\n"),
            Times::Several => format!("for &value in self.{name} {{ {once}?; }}\n"),
            Times::Array => format!(
                "attrs.nest({number}, |attrs| {{
                    for (number, &value) in (1..).zip(self.{name}) {{ {put}?; }}
                    Ok(())
                }})?;\n"
            ),
        }
    }
}
