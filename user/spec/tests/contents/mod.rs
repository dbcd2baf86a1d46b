// SPDX-License-Identifier: MIT OR Apache-2.0

//! The content of the model of a spec, a fact per line, in the form in which judge.py prints it.

use parley_spec::model::{
    Accepted, Attribute, AttributeKind, Bound, Call, Constant, DefinitionId, DefinitionKind,
    EnumModel, Integer, IntegerType, Limits, MemberKind, Message, Operation, Protocol, SetId, Spec,
};

pub fn contents(spec: &Spec) -> Vec<String> {
    let mut facts = Vec::new();
    let model = match spec.enum_model {
        EnumModel::Unified => "unified",
        EnumModel::Directional => "directional",
    };
    let (name, protocol, license) = (&spec.name, spec.protocol.name(), &spec.license);
    facts.push(format!("family {name} {protocol} {model} {license}"));
    definitions(spec, &mut facts);
    for set in &spec.attribute_sets {
        for attribute in &set.attributes {
            let (name, number, kind) = (
                &attribute.name,
                attribute.number,
                attribute.type_name.as_str(),
            );
            let nested = or_none(nested(&attribute.kind).map(|id| spec[id].name.as_str()));
            let multi = if attribute.multi { "True" } else { "False" };
            facts.push(format!(
                "attribute {} {name} {number} {kind} {multi} {nested}",
                set.name
            ));
            if spec.protocol != Protocol::NetlinkRaw {
                facts.extend(checks(spec, attribute, &set.name));
                if let AttributeKind::Integer(integer, limits) = &attribute.kind {
                    let accepts = match spec.accepted(integer, limits) {
                        Accepted::Range(min, max) => {
                            format!("range {} {}", or_none(min), or_none(max))
                        }
                        Accepted::Bits(bits) => format!("bits {bits:x}"),
                        Accepted::Values(_) => "values".to_owned(),
                    };
                    facts.push(format!("accepts {} {name} {accepts}", set.name));
                }
            }
        }
    }
    for operation in &spec.operations {
        facts.extend(calls(spec, operation));
    }
    for message in &spec.sub_messages {
        for format in &message.formats {
            let header = or_none(header(spec, format.fixed_header));
            let set = or_none(format.attributes.map(|id| spec[id].name.as_str()));
            facts.push(format!(
                "format {} {} {header} {set}",
                message.name, format.value
            ));
        }
    }
    for group in &spec.groups {
        facts.push(format!("group {} {}", group.name, or_none(group.number)));
    }
    facts
}

/// A value as Python prints it.
fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| value.to_string())
}

fn header(spec: &Spec, id: Option<DefinitionId>) -> Option<&str> {
    id.map(|id| spec[id].name.as_str())
}

fn definitions(spec: &Spec, facts: &mut Vec<String>) {
    for definition in &spec.definitions {
        let name = &definition.name;
        match &definition.kind {
            DefinitionKind::Const(value) => facts.push(match value {
                Constant::Integer(value) => format!("const {name} {value}"),
                Constant::Text(value) => format!("const {name} {value}"),
                Constant::InHeader => format!("const {name} None"),
            }),
            DefinitionKind::Enum(enumeration) => {
                for entry in &enumeration.entries {
                    let value = entry.value;
                    let user = if enumeration.flags { 1 << value } else { value };
                    facts.push(format!("entry {name} {} {value} {user}", entry.name));
                }
            }
            DefinitionKind::Struct(structure) => {
                for member in &structure.members {
                    let (kind, inner) = match member.kind {
                        MemberKind::Integer(integer) => (integer_type(integer.kind), None),
                        MemberKind::Text(_) => ("string", None),
                        MemberKind::Binary(_) => ("binary", None),
                        MemberKind::Pad(_) => ("pad", None),
                        MemberKind::Struct(id) => ("binary", Some(id)),
                    };
                    let inner = or_none(header(spec, inner));
                    facts.push(format!("member {name} {} {kind} {inner}", member.name));
                }
            }
        }
    }
}

fn integer_type(kind: IntegerType) -> &'static str {
    match kind {
        IntegerType::U8 => "u8",
        IntegerType::U16 => "u16",
        IntegerType::U32 => "u32",
        IntegerType::U64 => "u64",
        IntegerType::S8 => "s8",
        IntegerType::S16 => "s16",
        IntegerType::S32 => "s32",
        IntegerType::S64 => "s64",
        IntegerType::Uint => "uint",
        IntegerType::Sint => "sint",
    }
}

fn nested(kind: &AttributeKind) -> Option<SetId> {
    match kind {
        AttributeKind::Nest(set) | AttributeKind::NestTypeValue { set, .. } => *set,
        AttributeKind::IndexedArray(element) => nested(element),
        _ => None,
    }
}

fn checks(spec: &Spec, attribute: &Attribute, set: &str) -> Vec<String> {
    let mut kind = &attribute.kind;
    if let AttributeKind::IndexedArray(element) = kind {
        kind = element;
    }
    let none: [(&str, &Option<Bound>); 0] = [];
    let bounds = match kind {
        // The bounds of an enum are not those of the spec.
        AttributeKind::Integer(Integer { values: None, .. }, Limits { min, max, .. }) => {
            vec![("min", min), ("max", max)]
        }
        AttributeKind::Text { length, .. } | AttributeKind::Binary { length, .. } => vec![
            ("min-len", &length.min),
            ("max-len", &length.max),
            ("exact-len", &length.exact),
        ],
        _ => none.into(),
    };
    let fact = |(check, bound): (&str, &Option<Bound>)| {
        let bound = bound.as_ref()?;
        // ynl_gen_c does not know the value of a constant that is named as in C.
        if bound.constant.is_some_and(|id| spec[id].name != bound.text) {
            return None;
        }
        let value = bound.value;
        Some(format!(
            "check {set} {} {check} {}",
            attribute.name,
            or_none(value)
        ))
    };
    bounds.into_iter().filter_map(fact).collect()
}

fn calls(spec: &Spec, operation: &Operation) -> Vec<String> {
    let name = &operation.name;
    let (request, reply) = (operation.request_number, operation.reply_number);
    let set = operation.attributes;
    let mut facts = vec![format!(
        "operation {name} {} {} {} {}",
        or_none(request),
        or_none(reply),
        or_none(set.map(|id| spec[id].name.as_str())),
        or_none(header(spec, operation.fixed_header)),
    )];
    let names = |message: &Option<Message>| {
        let places = message.iter().flat_map(|message| &message.attributes);
        let attributes = set.map_or(&[][..], |id| &spec[id].attributes);
        let names: Vec<_> = places
            .map(|place| attributes[*place].name.as_str())
            .collect();
        names.join(" ")
    };
    let calls: [(&str, &Option<Call>); 2] = [("do", &operation.r#do), ("dump", &operation.dump)];
    for (kind, call) in calls {
        if let Some(call) = call {
            let both = [("request", &call.request), ("reply", &call.reply)];
            for (direction, message) in both {
                let fact = format!("{kind} {name} {direction} {}", names(message));
                facts.push(fact.trim_end().to_owned());
            }
        }
    }
    facts
}
