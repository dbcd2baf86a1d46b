// SPDX-License-Identifier: MIT OR Apache-2.0

//! Structs as types that are read from bytes and written to bytes, without unsafe code.

use super::{
    target::Target,
    text::{camel, doc_or, snake},
};
use crate::model::{
    Bound, ByteOrder, Definition, DefinitionId, DefinitionKind, Integer, IntegerType, Member,
    MemberKind, Spec,
};
use std::fmt::Write;

/// A member in a struct.
struct Field<'s> {
    member: &'s Member,
    rust_type: String,
    offset: u64,
    size: u64,
}

/// The layout of a struct in memory.
struct Layout<'s> {
    fields: Vec<Field<'s>>,
    size: u64,
    align: u64,
}

/// Returns the types of all structs with a known layout.
pub(super) fn structs(spec: &Spec, target: Target) -> String {
    let mut out = String::new();
    for (index, definition) in spec.definitions.iter().enumerate() {
        if let Some(layout) = layout(spec, DefinitionId(index), 0) {
            out += &one(definition, &layout, target.visible());
            if target == Target::Kernel {
                out += &attribute(&camel(&definition.name));
            }
        }
    }
    out
}

/// Returns the size of a struct in bytes, if it has a type.
pub(super) fn size(spec: &Spec, id: DefinitionId) -> Option<u64> {
    layout(spec, id, 0).map(|layout| layout.size)
}

/// Returns the struct `name` as the contents of an attribute.
fn attribute(name: &str) -> String {
    format!(
        "impl AttrType for {name} {{
    type Value<'a> = Self;

    fn read(attr: RawAttr<'_>) -> Result<Self, ExtAck<'_>> {{
        codegen::array(attr).map(Self::from_bytes)
    }}

    fn len(_value: Self) -> usize {{
        Self::SIZE
    }}

    fn put(to: &mut Writer<'_>, number: u16, value: Self) -> Result<(), NoRoom> {{
        Binary::put(to, number, &value.to_bytes())
    }}
}}

"
    )
}

/// Lays out a struct as C does on a 64-bit machine.
fn layout(spec: &Spec, id: DefinitionId, depth: usize) -> Option<Layout<'_>> {
    let DefinitionKind::Struct(structure) = &spec[id].kind else {
        return None;
    };
    // A struct cannot contain itself.
    if depth > spec.definitions.len() || structure.members.is_empty() {
        return None;
    }
    let mut layout = Layout {
        fields: Vec::new(),
        size: 0,
        align: 1,
    };
    for member in &structure.members {
        let (rust_type, size, align) = match &member.kind {
            MemberKind::Integer(integer) => {
                let size = u64::from(integer.kind.bits() / 8);
                (rust_type(integer.kind), size, size)
            }
            MemberKind::Text(len) | MemberKind::Binary(len) | MemberKind::Pad(len) => {
                let len = length(len.as_ref())?;
                (format!("[u8; {len}]"), len, 1)
            }
            MemberKind::Struct(inner) => {
                let inner_layout = self::layout(spec, *inner, depth + 1)?;
                let name = camel(&spec[*inner].name);
                (name, inner_layout.size, inner_layout.align)
            }
        };
        let offset = layout.size.next_multiple_of(align);
        layout.size = offset + size;
        layout.align = layout.align.max(align);
        layout.fields.push(Field {
            member,
            rust_type,
            offset,
            size,
        });
    }
    layout.size = layout.size.next_multiple_of(layout.align);
    Some(layout)
}

/// Returns a length if it is known and sane.
fn length(bound: Option<&Bound>) -> Option<u64> {
    bound?.value?.try_into().ok().filter(|len| *len <= 0xffff)
}

fn one(definition: &Definition, layout: &Layout<'_>, visible: &str) -> String {
    let name = camel(&definition.name);
    let otherwise = format!("The struct ``{}``.", definition.name);
    let mut out = doc_or(0, definition.doc.as_ref(), &otherwise);
    let (mut members, mut read, mut written) = (String::new(), String::new(), String::new());
    for field in &layout.fields {
        let member = field.member;
        let otherwise = format!("The member ``{}``.", member.name);
        members += &doc_or(1, member.doc.as_ref(), &otherwise);
        let ident = snake(&member.name);
        let _ = writeln!(members, "{visible} {ident}: {},", field.rust_type);
        let (offset, end) = (field.offset, field.offset + field.size);
        let (from, to) = conversion(&member.kind, &field.rust_type, &ident);
        let part = format!("part(bytes, {offset})");
        let _ = match from {
            Some(from) => writeln!(read, "{ident}: {from}({part}),"),
            None => writeln!(read, "{ident}: {part},"),
        };
        let _ = writeln!(written, "bytes[{offset}..{end}].copy_from_slice(&{to});");
    }
    let size = layout.size;
    let _ = write!(
        out,
        "#[derive(Clone, Copy, Debug, PartialEq, Eq)]
{visible} struct {name} {{
{members}}}

impl {name} {{
    /// The number of bytes that it takes.
    {visible} const SIZE: usize = {size};

    /// Reads it from bytes.
    {visible} fn from_bytes(bytes: [u8; {size}]) -> Self {{
        fn part<const N: usize>(bytes: [u8; {size}], offset: usize) -> [u8; N] {{
            core::array::from_fn(|index| bytes[offset + index])
        }}
        Self {{
            {read}
        }}
    }}

    /// Writes it to bytes. Padding is zero.
    {visible} fn to_bytes(self) -> [u8; {size}] {{
        let mut bytes = [0; {size}];
        {written}bytes
    }}
}}

"
    );
    out
}

/// Returns the function that converts a member from its bytes, if it is not simply bytes,
/// and the expression for its bytes.
fn conversion(kind: &MemberKind, rust_type: &str, ident: &str) -> (Option<String>, String) {
    match kind {
        MemberKind::Integer(Integer { order, .. }) => {
            let order = match order {
                ByteOrder::Host => "ne",
                ByteOrder::Little => "le",
                ByteOrder::Big => "be",
            };
            (
                Some(format!("{rust_type}::from_{order}_bytes")),
                format!("self.{ident}.to_{order}_bytes()"),
            )
        }
        MemberKind::Struct(_) => (
            Some(format!("{rust_type}::from_bytes")),
            format!("self.{ident}.to_bytes()"),
        ),
        _ => (None, format!("self.{ident}")),
    }
}

/// Returns the Rust type of an integer.
pub(super) fn rust_type(kind: IntegerType) -> String {
    let sign = if kind.is_signed() { 'i' } else { 'u' };
    format!("{sign}{}", kind.bits())
}
