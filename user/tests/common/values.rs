// SPDX-License-Identifier: MIT OR Apache-2.0

//! Values of attributes, made up from a spec.

#![forbid(unsafe_code)]

use crate::common::mangle::Random;
use parley::netlink::attr::{Attribute, Attributes, Writer};
use parley::Result;
use parley_spec::model::{
    AttributeKind, Bound, ByteOrder, Content, EnumUse, Integer, IntegerType, Length, Limits,
    MemberKind, SetId,
};
use parley_spec::Spec;

/// What an attribute holds. Bytes are those of the payload, so only the numbers in 4 bytes or in 8
/// are more than bytes: the kernel may choose the other length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Bytes(Vec<u8>),
    Number(i128),
    Nest(Values),
}

/// Attributes by number, in the order in which they are sent.
pub type Values = Vec<(u16, Value)>;

/// A payload that an attribute's type does not allow, in the nests around it.
#[derive(Clone, Debug)]
pub struct Invalid {
    /// The attribute's name, behind those of its nests.
    pub path: String,
    /// The numbers of the nests and of the attribute.
    pub numbers: Vec<u16>,
    pub payload: Vec<u8>,
}

const LENGTH_MAX: i128 = 300;

fn number(bound: &Option<Bound>) -> Option<i128> {
    bound.as_ref().and_then(|bound| bound.value)
}

/// The payload of an integer.
fn bytes(integer: Integer, value: i128) -> Vec<u8> {
    let bits = match integer.kind {
        IntegerType::Uint if u32::try_from(value).is_ok() => 32,
        IntegerType::Sint if i32::try_from(value).is_ok() => 32,
        kind => kind.bits(),
    };
    let len = bits as usize / 8;
    let big = match integer.order {
        ByteOrder::Host => cfg!(target_endian = "big"),
        order => order == ByteOrder::Big,
    };
    match big {
        true => value.to_be_bytes()[16 - len..].to_vec(),
        false => value.to_le_bytes()[..len].to_vec(),
    }
}

/// The values that an attribute of this type may have: the least and the greatest, or all bits.
fn range(spec: &Spec, integer: Integer, limits: &Limits) -> (i128, i128) {
    let (low, high) = integer.kind.range();
    let low = number(&limits.min).unwrap_or(low);
    let high = number(&limits.max).unwrap_or(high);
    match integer.values {
        Some(used) if used.as_flags => (0, mask(spec, used).into()),
        Some(used) => spec
            .enumeration(used.id)
            .unwrap()
            .range()
            .unwrap_or((low, high)),
        None => (low, high),
    }
}

fn mask(spec: &Spec, used: EnumUse) -> u64 {
    spec.enumeration(used.id).unwrap().mask()
}

/// The least and the greatest number of bytes.
fn lengths(length: &Length) -> (usize, usize) {
    let exact = number(&length.exact);
    let min = exact.or(number(&length.min)).unwrap_or(0);
    let max = exact.or(number(&length.max)).unwrap_or(LENGTH_MAX);
    (min as usize, max as usize)
}

fn struct_len(spec: &Spec, id: parley_spec::model::DefinitionId) -> usize {
    let members = &spec.structure(id).unwrap().members;
    let len = |kind: &MemberKind| match kind {
        MemberKind::Integer(integer) => integer.kind.bits() as usize / 8,
        MemberKind::Text(len) | MemberKind::Binary(len) | MemberKind::Pad(len) => {
            number(len).unwrap() as usize
        }
        MemberKind::Struct(id) => struct_len(spec, *id),
    };
    members.iter().map(|member| len(&member.kind)).sum()
}

/// Makes up values.
pub struct Maker<'a> {
    pub spec: &'a Spec,
    pub random: Random,
}

impl Maker<'_> {
    pub fn bytes(&mut self, (min, max): (usize, usize)) -> Vec<u8> {
        let len = min + self.random.below(max - min + 1);
        (0..len).map(|_| self.random.next() as u8).collect()
    }

    fn integer(&mut self, integer: Integer, limits: &Limits) -> i128 {
        let (low, high) = range(self.spec, integer, limits);
        let between = low + (self.random.next() as i128).rem_euclid(high - low + 1);
        let small = self.random.below(300) as i128;
        match integer.values {
            Some(used) if used.as_flags => between & i128::from(mask(self.spec, used)),
            Some(used) => {
                let entries = &self.spec.enumeration(used.id).unwrap().entries;
                entries[self.random.below(entries.len())].value
            }
            None => self
                .random
                .of(&[low, high, between, small.clamp(low, high)]),
        }
    }

    /// One value, or `None` for an attribute that is not sent.
    fn value(&mut self, kind: &AttributeKind) -> Option<Value> {
        Some(match kind {
            AttributeKind::Unused
            | AttributeKind::Pad
            | AttributeKind::NestTypeValue { .. }
            | AttributeKind::SubMessage { .. } => return None,
            AttributeKind::Flag => Value::Bytes(Vec::new()),
            AttributeKind::Integer(integer, limits) => {
                let value = self.integer(*integer, limits);
                match integer.kind {
                    IntegerType::Uint | IntegerType::Sint => Value::Number(value),
                    _ => Value::Bytes(bytes(*integer, value)),
                }
            }
            AttributeKind::Bitfield32(used) => {
                let allowed = used.map_or(u64::MAX, |used| mask(self.spec, used)) as u32;
                let selector = self.random.next() as u32 & allowed;
                let value = self.random.next() as u32 & selector;
                Value::Bytes([value.to_ne_bytes(), selector.to_ne_bytes()].concat())
            }
            AttributeKind::Text { length, .. } => {
                let mut text = self.bytes(lengths(length));
                text.iter_mut().for_each(|byte| *byte = (*byte).max(1));
                text.push(0);
                Value::Bytes(text)
            }
            AttributeKind::Binary { content, length } => Value::Bytes(match content {
                Content::Struct(id) => {
                    let len = struct_len(self.spec, *id);
                    self.bytes((len, len))
                }
                Content::Integers(_) | Content::Bytes => self.bytes(lengths(length)),
            }),
            AttributeKind::Nest(Some(set)) => Value::Nest(self.set(*set)),
            AttributeKind::Nest(None) => {
                let numbers = 1..=self.random.below(5) as u16;
                let inner = numbers.map(|number| (number, Value::Bytes(self.bytes((0, 20)))));
                Value::Nest(inner.collect())
            }
            AttributeKind::IndexedArray(element) => {
                let count = 1 + self.random.below(4) as u16;
                let elements = (1..=count).map(|at| Some((at, self.value(element)?)));
                Value::Nest(elements.collect::<Option<_>>()?)
            }
        })
    }

    fn set(&mut self, set: SetId) -> Values {
        let every: Vec<_> = (0..self.spec[set].attributes.len()).collect();
        self.some_of(set, &every)
    }

    /// Some of these attributes of `set`, which are named by their places in it.
    pub fn some_of(&mut self, set: SetId, places: &[usize]) -> Values {
        let spec = self.spec;
        let mut values = Vec::new();
        for place in places {
            let attribute = &spec[set].attributes[*place];
            let most = if attribute.multi { 4 } else { 1 };
            for _ in 0..self.random.below(most + 1) {
                let value = self.value(&attribute.kind);
                values.extend(value.map(|value| (attribute.number, value)));
            }
        }
        values
    }
}

/// Puts attributes into a message. An integer that fits into 4 bytes takes 8 if `wide`.
pub fn put(to: &mut Writer<'_>, values: &Values, wide: bool) -> Result<()> {
    for (number, value) in values {
        match value {
            Value::Bytes(bytes) => to.bytes(*number, bytes)?,
            Value::Number(value) if wide => to.bytes(*number, &(*value as u64).to_ne_bytes())?,
            Value::Number(value) => match u64::try_from(*value) {
                // The same bytes mean another number as an `int` and as a `uint`.
                Ok(value) if value > i32::MAX as u64 => to.bytes(*number, &value.to_ne_bytes())?,
                Ok(value) => to.uint(*number, value)?,
                Err(_) => to.sint(*number, *value as i64)?,
            },
            Value::Nest(inner) => to.nest(*number, |to| put(to, inner, wide))?,
        }
    }
    Ok(())
}

/// Reads the attributes of `set`, in the order of their numbers.
pub fn read(spec: &Spec, set: SetId, attributes: Attributes<'_>) -> Result<Values> {
    let mut values = Vec::new();
    for attribute in attributes {
        let attribute = attribute?;
        let known = spec[set].attributes.iter();
        let known = known.clone().find(|known| known.number == attribute.number);
        let kind = &known.expect("an attribute of the set").kind;
        values.push((attribute.number, read_one(spec, kind, &attribute)?));
    }
    values.sort_by_key(|(number, _)| *number);
    Ok(values)
}

fn read_one(spec: &Spec, kind: &AttributeKind, attribute: &Attribute<'_>) -> Result<Value> {
    Ok(match kind {
        AttributeKind::Integer(integer, _) if integer.kind == IntegerType::Uint => {
            Value::Number(attribute.uint()?.into())
        }
        AttributeKind::Integer(integer, _) if integer.kind == IntegerType::Sint => {
            Value::Number(attribute.sint()?.into())
        }
        AttributeKind::Nest(Some(set)) => Value::Nest(read(spec, *set, attribute.attributes())?),
        AttributeKind::Nest(None) => {
            let inner = attribute.attributes().map(|inner| {
                let inner = inner?;
                Ok((inner.number, Value::Bytes(inner.payload.to_vec())))
            });
            Value::Nest(inner.collect::<Result<_>>()?)
        }
        AttributeKind::IndexedArray(element) => {
            let mut elements = Vec::new();
            for each in attribute.attributes() {
                let each = each?;
                elements.push((each.number, read_one(spec, element, &each)?));
            }
            Value::Nest(elements)
        }
        _ => Value::Bytes(attribute.payload.to_vec()),
    })
}

/// Every payload just outside of what these attributes of `set` allow.
pub fn invalid(spec: &Spec, set: SetId, places: &[usize]) -> Vec<Invalid> {
    let mut found = Vec::new();
    for place in places {
        let attribute = &spec[set].attributes[*place];
        for mut case in invalid_of(spec, &attribute.kind) {
            case.path.insert_str(0, &format!(".{}", attribute.name));
            case.numbers.insert(0, attribute.number);
            found.push(case);
        }
    }
    found
}

fn invalid_of(spec: &Spec, kind: &AttributeKind) -> Vec<Invalid> {
    let leaf = |payload| Invalid {
        path: String::new(),
        numbers: Vec::new(),
        payload,
    };
    match kind {
        AttributeKind::Integer(integer, limits) => {
            let (low, high) = range(spec, *integer, limits);
            let (least, greatest) = integer.kind.range();
            let outside = match integer.values {
                Some(used) if used.as_flags => vec![1 << mask(spec, used).trailing_ones()],
                Some(used) => {
                    let entries = &spec.enumeration(used.id).unwrap().entries;
                    let values: Vec<_> = entries.iter().map(|entry| entry.value).collect();
                    let near = values.iter().flat_map(|value| [value - 1, value + 1]);
                    near.filter(|value| !values.contains(value)).collect()
                }
                None => vec![low - 1, high + 1],
            };
            let fitting = outside
                .into_iter()
                .filter(|v| (least..=greatest).contains(v));
            let mut cases: Vec<_> = fitting.map(|v| leaf(bytes(*integer, v))).collect();
            // A length that no integer has.
            cases.push(leaf(vec![0; 3]));
            cases
        }
        AttributeKind::Bitfield32(used) => {
            let allowed = used.map_or(u64::MAX, |used| mask(spec, used)) as u32;
            let beyond = 1u32 << allowed.trailing_ones();
            let pairs = [(0, beyond), (beyond, beyond), (1, 0)];
            let cases = pairs.map(|(value, selector): (u32, u32)| {
                leaf([value.to_ne_bytes(), selector.to_ne_bytes()].concat())
            });
            [cases.to_vec(), vec![leaf(vec![0; 7])]].concat()
        }
        AttributeKind::Text {
            length,
            unterminated,
        } => {
            let (min, max) = lengths(length);
            let mut cases = Vec::new();
            if number(&length.max).is_some() {
                cases.push(leaf([vec![b'x'; max + 1], vec![0]].concat()));
            }
            if min > 0 {
                cases.push(leaf([vec![b'x'; min - 1], vec![0]].concat()));
            }
            if !unterminated {
                cases.push(leaf(b"x".to_vec()));
            }
            cases
        }
        AttributeKind::Binary { content, length } => {
            let (min, max) = match content {
                Content::Struct(id) => (struct_len(spec, *id), usize::MAX),
                _ => lengths(length),
            };
            let bounded = number(&length.exact).or(number(&length.max)).is_some();
            let longer = bounded.then(|| leaf(vec![0; max.saturating_add(1)]));
            let shorter = min.checked_sub(1).map(|len| leaf(vec![0; len]));
            longer.into_iter().chain(shorter).collect()
        }
        AttributeKind::Nest(Some(set)) => {
            let every: Vec<_> = (0..spec[*set].attributes.len()).collect();
            invalid(spec, *set, &every)
        }
        AttributeKind::IndexedArray(element) => {
            let mut cases = invalid_of(spec, element);
            cases.iter_mut().for_each(|case| case.numbers.insert(0, 1));
            cases
        }
        _ => Vec::new(),
    }
}
