// SPDX-License-Identifier: MIT OR Apache-2.0

//! Enums and flag sets as types.

use super::{
    target::Target,
    text::{camel, constant, doc_or},
};
use crate::model::{
    Attribute, AttributeKind, Definition, DefinitionId, DefinitionKind, Enumeration, Spec,
};
use std::fmt::Write;

pub(super) fn enums(spec: &Spec, target: Target) -> String {
    let mut out = String::new();
    for (index, definition) in spec.definitions.iter().enumerate() {
        if let DefinitionKind::Enum(enumeration) = &definition.kind {
            out += &if enumeration.flags {
                let bits = bits(spec, DefinitionId(index), target);
                flags(definition, enumeration, bits, target)
            } else {
                one(definition, enumeration, target.visible())
            };
            if target == Target::Kernel && !enumeration.flags && enumeration.range().is_none() {
                out += &values(definition, enumeration);
            }
        }
    }
    out
}

/// Returns the type that can hold all values of an enum.
pub(super) fn repr(enumeration: &Enumeration) -> &'static str {
    let values = || enumeration.entries.iter().map(|entry| entry.value);
    let (least, most) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
    match (least < 0, most > u32::MAX.into() || least < i32::MIN.into()) {
        (false, false) => "u32",
        (false, true) => "u64",
        (true, false) => "i32",
        (true, true) => "i64",
    }
}

/// Returns the type that can hold all bits of a flag set. A program also keeps unknown
/// bits.
pub(super) fn bits(spec: &Spec, id: DefinitionId, target: Target) -> &'static str {
    let attributes = || spec.attribute_sets.iter().flat_map(|set| &set.attributes);
    let is_wide = |attribute: &Attribute| match &attribute.kind {
        AttributeKind::Integer(integer, _) => {
            integer.kind.bits() > 32 && integer.values.is_some_and(|used| used.id == id)
        }
        _ => false,
    };
    let mask = spec.enumeration(id).map_or(0, Enumeration::mask);
    match mask > u32::MAX.into() || target == Target::User && attributes().any(is_wide) {
        true => "u64",
        false => "u32",
    }
}

fn one(definition: &Definition, enumeration: &Enumeration, visible: &str) -> String {
    let (name, repr) = (camel(&definition.name), repr(enumeration));
    let otherwise = format!("The enum ``{}``.", definition.name);
    let mut out = doc_or(0, definition.doc.as_ref(), &otherwise);
    let (mut variants, mut arms) = (String::new(), String::new());
    let mut seen = Vec::new();
    let mut aliases = String::new();
    for entry in &enumeration.entries {
        let variant = camel(&entry.name);
        let words = doc_or(1, entry.doc.as_ref(), &format!("``{}``.", entry.name));
        if let Some((_, first)) = seen.iter().find(|(value, _)| *value == entry.value) {
            // Two names for one value.
            aliases += &words;
            let _ = writeln!(
                aliases,
                "    {visible} const {}: Self = Self::{first};",
                constant(&entry.name)
            );
            continue;
        }
        variants += &words;
        let _ = writeln!(variants, "    {variant} = {},", entry.value);
        let _ = writeln!(arms, "            {} => Self::{variant},", entry.value);
        seen.push((entry.value, variant));
    }
    if seen.is_empty() {
        return String::new();
    }
    let _ = write!(
        out,
        "#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr({repr})]
{visible} enum {name} {{
{variants}}}

impl {name} {{
{aliases}
    /// Returns the variant with this value.
    {visible} const fn from_raw(value: {repr}) -> Option<Self> {{
        Some(match value {{
{arms}            _ => return None,
        }})
    }}

    /// Returns the value.
    {visible} const fn into_raw(self) -> {repr} {{
        self as {repr}
    }}
}}

"
    );
    out
}

/// Returns the values of an enum that has gaps, which a policy checks.
fn values(definition: &Definition, enumeration: &Enumeration) -> String {
    let values: Vec<String> = (enumeration.entries.iter())
        .map(|entry| entry.value.to_string())
        .collect();
    match values.is_empty() {
        true => String::new(),
        false => format!(
            "impl codegen::Sparse for {} {{
    const VALUES: &'static [i128] = &[{}];
}}

",
            camel(&definition.name),
            values.join(", ")
        ),
    }
}

fn flags(definition: &Definition, enumeration: &Enumeration, repr: &str, target: Target) -> String {
    let visible = target.visible();
    let name = camel(&definition.name);
    let mask = enumeration.mask();
    let otherwise = format!("The flag set ``{}``.", definition.name);
    let mut out = doc_or(0, definition.doc.as_ref(), &otherwise);
    let mut consts = String::new();
    for entry in &enumeration.entries {
        consts += &doc_or(1, entry.doc.as_ref(), &format!("``{}``.", entry.name));
        let _ = writeln!(
            consts,
            "    {visible} const {}: Self = Self(1 << {});",
            constant(&entry.name),
            entry.value
        );
    }
    // A program may receive flags that only a newer kernel has.
    let retain = match target {
        Target::Kernel => String::new(),
        Target::User => format!(
            "
    /// Returns the set of these bits, including those of unknown flags.
    {visible} const fn from_bits_retain(bits: {repr}) -> Self {{
        Self(bits)
    }}
"
        ),
    };
    let _ = write!(
        out,
        "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
{visible} struct {name}({repr});

impl {name} {{
{consts}
    /// Returns the set of these bits. Fails if one of them is no flag.
    {visible} const fn from_bits(bits: {repr}) -> Option<Self> {{
        if bits & !{mask:#x} != 0 {{
            return None;
        }}
        Some(Self(bits))
    }}
{retain}
    /// Returns the bits.
    {visible} const fn bits(self) -> {repr} {{
        self.0
    }}

    /// Returns whether all flags of `other` are set.
    {visible} const fn contains(self, other: Self) -> bool {{
        self.0 & other.0 == other.0
    }}
}}

impl core::ops::BitOr for {name} {{
    type Output = Self;

    fn bitor(self, other: Self) -> Self {{
        Self(self.0 | other.0)
    }}
}}

"
    );
    out
}
