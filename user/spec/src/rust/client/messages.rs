// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages and nests: structs that a program fills in to send them, and structs that it reads.

use super::{
    super::text::{camel, constant, doc, snake},
    kinds::{self, Kind},
    parts::Client,
};
use crate::{
    model::{Attribute, AttributeKind, DefinitionId, SetId},
    rust::constants::module,
};
use std::fmt::Write;

/// The direction of a struct.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The program writes it.
    Request,
    /// The program reads it.
    Reply,
}

/// An attribute as the field of a struct.
struct Field {
    /// Its type.
    kind: String,
    /// The statement that puts it.
    put: String,
    /// The expression for its value before any attribute is read.
    initial: String,
    /// The expression for its value, from `attribute`. Absent if the initial value is
    /// complete.
    read: Option<String>,
    /// The method that sets it, or that returns it if it is required.
    method: String,
}

impl<'s> Client<'s> {
    /// Returns the definition and the type of the struct `name`, with `attributes` of the
    /// set `set`. A struct that the program reads also has the family's own header. `up`
    /// leads to the family's types.
    pub(super) fn message(
        &mut self,
        name: &str,
        words: &str,
        (set, attributes): (SetId, &[&'s Attribute]),
        side: Side,
        (header, up): (Option<DefinitionId>, &str),
    ) -> (String, String) {
        let module = module(&self.spec[set].name);
        let (mut fields, mut puts, mut initials, mut arms) =
            (String::new(), String::new(), String::new(), Vec::new());
        let mut methods = String::new();
        if let (Some(header), Side::Reply) = (header, side) {
            let of = camel(&self.spec[header].name);
            fields += "/// The family's header.\n";
            let _ = writeln!(fields, "pub family_header: {up}{of},");
            let _ = writeln!(
                initials,
                "family_header: {up}{of}::from_bytes(attributes.family_header()?),"
            );
        }
        for attribute in attributes {
            if matches!(attribute.kind, AttributeKind::Unused | AttributeKind::Pad) {
                continue;
            }
            let name = snake(&attribute.name);
            let number = format!("{up}{module}::{}", constant(&attribute.name));
            let full_name = format!("{}.{}", self.spec[set].name, attribute.name);
            let field = match self.field(attribute, side, (&name, &full_name), &number, up) {
                Ok(field) => field,
                Err(what) => {
                    self.unsupported(attribute.at, what);
                    continue;
                }
            };
            let otherwise = format!("The attribute ``{}``.", attribute.name);
            fields += &doc(1, attribute.doc.as_ref().unwrap_or(&otherwise));
            let _ = writeln!(fields, "pub {name}: {},", field.kind);
            puts += &field.put;
            methods += &field.method;
            let _ = writeln!(initials, "{name}: {},", field.initial);
            if let Some(read) = field.read {
                arms.push((number, format!("read.{name} = {read}")));
            }
        }
        let lifetime = if fields.contains("'a") { "<'a>" } else { "" };
        let mut out = doc(0, words);
        let _ = match side {
            Side::Request => write!(
                out,
                "#[derive(Clone, Copy, Debug, Default)]
                pub struct {name}{lifetime} {{ {fields} }}

                impl{lifetime} {name}{lifetime} {{
                    /// Creates it without attributes.
                    #[inline]
                    #[must_use]
                    pub fn new() -> Self {{ Default::default() }}

                    {methods}/// Appends the attributes to a message.
                    // Inlined so that the compiler can drop the fields that the caller leaves out.
                    #[inline(always)]
                    pub fn put(&self, {to}: &mut Writer<'_>) -> Result<()> {{
                        {puts} Ok(())
                    }}
                }}

                ",
                to = if puts.is_empty() { "_to" } else { "to" },
            ),
            Side::Reply => {
                let (mut unread, mut body) = ("", format!("Ok(Self {{ {initials} }})"));
                if header.is_some() {
                    unread = "mut ";
                }
                if !arms.is_empty() {
                    let take = match &arms[..] {
                        [(number, take)] => {
                            format!("if attribute.number == {number} {{ {take}; }}")
                        }
                        arms => {
                            let lines = arms
                                .iter()
                                .map(|(number, take)| format!("{number} => {take},\n"));
                            let lines: String = lines.collect();
                            format!("match attribute.number {{ {lines} _ => {{}} }}")
                        }
                    };
                    body = format!(
                        "let mut read = Self {{ {initials} }};
                        for attribute in attributes {{
                            let attribute = &attribute?;
                            {take}
                        }}
                        Ok(read)"
                    );
                } else if initials.is_empty() {
                    unread = "_";
                }
                // Nests are in a module of their own.
                let nested = match up {
                    "" => String::new(),
                    _ => format!(
                        "impl<'a> genl::FromAttributes<'a> for {name}{lifetime} {{
                            #[inline(always)]
                            fn from_attributes(attributes: Attributes<'a>) -> Result<Self> {{
                                Self::read(attributes)
                            }}
                        }}

                        "
                    ),
                };
                write!(
                    out,
                    "#[derive(Clone, Debug)]
                    #[non_exhaustive]
                    pub struct {name}{lifetime} {{ {fields} }}

                    impl{lifetime} {name}{lifetime} {{
                        /// Reads the attributes of a message.
                        // Inlined so that the compiler can drop the fields that the caller ignores.
                        #[inline(always)]
                        pub fn read({unread}attributes: Attributes<{of}>) -> Result<Self> {{
                            {body}
                        }}

                        {methods}
                    }}

                    {nested}",
                    of = if lifetime.is_empty() { "'_" } else { "'a" },
                )
            }
        };
        (out, format!("{name}{lifetime}"))
    }

    /// Returns the attribute `number` as the field `name`, which errors call `full_name`. Fails if
    /// its type is not supported.
    fn field(
        &mut self,
        attribute: &Attribute,
        side: Side,
        (name, full_name): (&str, &str),
        number: &str,
        up: &str,
    ) -> Result<Field, &'static str> {
        let spec = self.spec;
        if matches!(attribute.kind, AttributeKind::Flag) && !attribute.multi {
            return Ok(Field {
                kind: "bool".into(),
                put: format!("if self.{name} {{ to.flag({number})?; }}\n"),
                initial: "false".into(),
                read: Some("true".into()),
                method: match side {
                    Side::Request => setter(attribute, name, "bool"),
                    Side::Reply => String::new(),
                },
            });
        }
        let element = match &attribute.kind {
            AttributeKind::IndexedArray(element) if !attribute.multi => Some(&**element),
            _ => None,
        };
        let found = kinds::kind(spec, element.unwrap_or(&attribute.kind), up)?;
        if let Some(id) = found.nest {
            self.nests.insert((side == Side::Reply, id));
        }
        let kind = field_type(&found, attribute.multi, element.is_some(), side);
        let method = match side {
            Side::Request => setter(attribute, name, &kind),
            Side::Reply => getter(attribute, name, full_name, &kind),
        };
        let Kind { put, read, .. } = found;
        Ok(match (attribute.multi, element.is_some()) {
            (true, _) => Field {
                kind,
                put: format!(
                    "for &value in self.{name} {{ {}?; }}\n",
                    put.replace("NUMBER", number)
                ),
                initial: format!("genl::List::repeated(&attributes, {number}, |attribute| {read})"),
                read: None,
                method,
            },
            (false, true) => Field {
                kind,
                put: format!(
                    "if let Some(values) = self.{name} {{
                        to.nest({number}, |to| {{
                            for (number, &value) in (0..).zip(values) {{ {}?; }}
                            Ok(())
                        }})?;
                    }}\n",
                    put.replace("NUMBER", "number")
                ),
                initial: "None".into(),
                read: Some(format!(
                    "Some(genl::List::inside(attribute, |attribute| {read}))"
                )),
                method,
            },
            (false, false) => Field {
                kind,
                put: format!(
                    "if let Some(value) = self.{name} {{ {}?; }}\n",
                    put.replace("NUMBER", number)
                ),
                initial: "None".into(),
                read: Some(
                    match read.strip_prefix("Ok(").and_then(|r| r.strip_suffix(')')) {
                        Some(value) => format!("Some({value})"),
                        None => format!("Some({read}?)"),
                    },
                ),
                method,
            },
        })
    }

    /// Returns the modules of the nests in messages.
    pub(super) fn nested(&mut self) -> String {
        let mut modules = [String::new(), String::new()];
        let mut done = std::collections::BTreeSet::new();
        // Nests refer to further ones.
        while let Some(next) = self.nests.difference(&done).next().copied() {
            done.insert(next);
            let (got, id) = next;
            let side = if got { Side::Reply } else { Side::Request };
            let set = &self.spec[id];
            let attributes: Vec<&Attribute> = set.attributes.iter().collect();
            let otherwise = || format!("Attributes of the set ``{}``.", set.name);
            let words = set.doc.clone().unwrap_or_else(otherwise);
            let of = (id, &*attributes);
            modules[usize::from(got)] += &self
                .message(&camel(&set.name), &words, of, side, (None, "super::"))
                .0;
        }
        let mut out = String::new();
        for (module, about, text) in [
            ("args", "Nests in requests.", &modules[0]),
            ("nest", "Nests in replies and events.", &modules[1]),
        ] {
            if !text.is_empty() {
                let _ = write!(
                    out,
                    "/// {about}\npub mod {module} {{\n#[allow(unused_imports)]\n\
                     use super::{{genl, Attributes, Result, Writer}};\n\n{text}}}\n\n"
                );
            }
        }
        out
    }
}

/// Returns the method that sets the field `name` of the type `kind`.
fn setter(attribute: &Attribute, name: &str, kind: &str) -> String {
    let inner = kind
        .strip_prefix("Option<")
        .and_then(|k| k.strip_suffix('>'));
    let (parameter, value) = match inner {
        Some("&'a [u8]") => (
            "&'a (impl AsRef<[u8]> + ?Sized)",
            format!("Some({name}.as_ref())"),
        ),
        Some(inner) => (inner, format!("Some({name})")),
        None => (kind, name.to_owned()),
    };
    format!(
        "{}#[inline]
        #[must_use]
        pub fn {}(mut self, {name}: {parameter}) -> Self {{
            self.{name} = {value};
            self
        }}

        ",
        doc(1, &format!("Sets the attribute ``{}``.", attribute.name)),
        free(name, &["new", "put", "default", "clone"]),
    )
}

/// Returns the method that gets the field `name` of the type `kind`, and fails without
/// the attribute.
fn getter(attribute: &Attribute, name: &str, full_name: &str, kind: &str) -> String {
    let inner = kind
        .strip_prefix("Option<")
        .and_then(|k| k.strip_suffix('>'));
    // A list that consists of attributes may be empty.
    let Some(inner) = inner else {
        return String::new();
    };
    let nest = inner
        .strip_prefix("genl::Nest<'a, ")
        .and_then(|k| k.strip_suffix('>'));
    let (returned, field, read) = match nest {
        Some(nest) => (nest, "", "?.read()"),
        None if inner.starts_with("genl::List<") || inner == "Attributes<'a>" => {
            (inner, ".clone()", "")
        }
        None => (inner, "", ""),
    };
    let words = format!(
        "Returns the attribute ``{}``. Fails if the message has none.",
        attribute.name
    );
    format!(
        "{}#[inline(always)]
        pub fn {}(&self) -> Result<{returned}> {{
            genl::required(self.{name}{field}, {full_name:?}){read}
        }}

        ",
        doc(1, &words),
        free(name, &["read", "clone"]),
    )
}

/// Returns a name for a method that is not one of `taken`.
fn free(name: &str, taken: &[&str]) -> String {
    match taken.contains(&name) {
        true => format!("{name}_"),
        false => name.to_owned(),
    }
}

/// Returns the type of a field.
fn field_type(kind: &Kind, multi: bool, array: bool, side: Side) -> String {
    let Kind { given, got, .. } = kind;
    match (side, multi, array) {
        (Side::Request, true, _) => format!("&'a [{given}]"),
        (Side::Request, _, true) => format!("Option<&'a [{given}]>"),
        // A nest may contain itself.
        (Side::Request, ..) if kind.nest.is_some() => format!("Option<&'a {given}>"),
        (Side::Request, ..) => format!("Option<{given}>"),
        (Side::Reply, true, _) => format!("genl::List<'a, {got}>"),
        (Side::Reply, _, true) => format!("Option<genl::List<'a, {got}>>"),
        (Side::Reply, ..) => format!("Option<{got}>"),
    }
}
