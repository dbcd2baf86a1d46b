// SPDX-License-Identifier: MIT OR Apache-2.0

//! Values of attributes, made up from a spec.

use crate::common::mangle::Random;
use parley::Result;
use parley_netlink::netlink::attr::{Attribute, Attributes, Writer};
use parley_spec::model::{
    AttributeKind, Bound, ByteOrder, Content, EnumUse, Integer, IntegerType, Length, Limits,
    MemberKind, SetId,
};
use parley_spec::Spec;

/// What an attribute holds. Only numbers of 4 or 8 bytes are decoded, because the kernel may choose
/// the other length; other values are the bytes of the payload.
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
    /// The attribute's name, after those of its nests.
    pub path: String,
    /// The numbers of the nests and of the attribute.
    pub numbers: Vec<u16>,
    /// The attribute's flags beside its number.
    pub flags: u16,
    pub payload: Vec<u8>,
    pub errno: i32,
}

/// The flag of an attribute that is a nest.
const NESTED: u16 = 1 << 15;

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

/// Generates values.
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

    /// Some of these attributes of `set`, given by their places in it.
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
            // Nothing has checked its content.
            match inner.collect::<Result<_>>() {
                Ok(inner) => Value::Nest(inner),
                Err(_) => Value::Bytes(attribute.payload.to_vec()),
            }
        }
        AttributeKind::IndexedArray(element) => {
            let mut elements = Vec::new();
            // The kernel, too, ends an array before the first incomplete element.
            for each in attribute.attributes().map_while(|each| each.ok()) {
                elements.push((each.number, read_one(spec, element, &each)?));
            }
            Value::Nest(elements)
        }
        _ => Value::Bytes(attribute.payload.to_vec()),
    })
}

/// Payloads just outside of what these attributes of `set` allow, each with the errno of the
/// kernel's parser, or of the layer if the parser cannot check it.
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
    let case = |errno, payload| Invalid {
        path: String::new(),
        numbers: Vec::new(),
        flags: 0,
        payload,
        errno,
    };
    let is_nest = matches!(
        kind,
        AttributeKind::Nest(_) | AttributeKind::IndexedArray(_)
    );
    let mut cases = match kind {
        AttributeKind::Flag => vec![case(libc::ERANGE, vec![0])],
        AttributeKind::Integer(integer, limits) => {
            let (low, high) = range(spec, *integer, limits);
            let (least, greatest) = integer.kind.range();
            let entries = |used: EnumUse| &spec.enumeration(used.id).unwrap().entries;
            let (errno, outside) = match integer.values {
                Some(used) if used.as_flags => {
                    (libc::EINVAL, vec![1 << mask(spec, used).trailing_ones()])
                }
                Some(used) => {
                    let values: Vec<_> = entries(used).iter().map(|entry| entry.value).collect();
                    let near = values.iter().flat_map(|value| [value - 1, value + 1]);
                    let gaps = spec.enumeration(used.id).unwrap().range().is_none();
                    let errno = if gaps { libc::EINVAL } else { libc::ERANGE };
                    (
                        errno,
                        near.filter(|value| !values.contains(value)).collect(),
                    )
                }
                None => (libc::ERANGE, vec![low - 1, high + 1]),
            };
            let fit = outside
                .into_iter()
                .filter(|v| (least..=greatest).contains(v));
            let mut cases: Vec<_> = fit.map(|v| case(errno, bytes(*integer, v))).collect();
            // A length that no integer has.
            cases.push(case(libc::EINVAL, vec![0; 3]));
            cases
        }
        AttributeKind::Bitfield32(used) => {
            let allowed = used.map_or(u64::MAX, |used| mask(spec, used)) as u32;
            let beyond = 1u32 << allowed.trailing_ones();
            let pairs = [(0, beyond), (beyond, beyond), (1, 0)];
            let cases = pairs.map(|(value, selector): (u32, u32)| {
                let payload = [value.to_ne_bytes(), selector.to_ne_bytes()].concat();
                case(libc::EINVAL, payload)
            });
            [cases.to_vec(), vec![case(libc::ERANGE, vec![0; 7])]].concat()
        }
        AttributeKind::Text {
            length,
            unterminated,
        } => {
            let (min, max) = lengths(length);
            let mut cases = Vec::new();
            if number(&length.max).is_some() {
                // The parser looks for the NUL within the greatest length.
                let errno = if *unterminated {
                    libc::ERANGE
                } else {
                    libc::EINVAL
                };
                cases.push(case(errno, [vec![b'x'; max + 1], vec![0]].concat()));
            }
            if min > 0 {
                cases.push(case(libc::ERANGE, [vec![b'x'; min - 1], vec![0]].concat()));
            }
            if !unterminated {
                cases.push(case(libc::EINVAL, b"x".to_vec()));
            }
            cases
        }
        AttributeKind::Binary { content, length } => {
            let (min, max) = match content {
                Content::Struct(id) => (struct_len(spec, *id), struct_len(spec, *id)),
                _ => lengths(length),
            };
            let is_struct = matches!(content, Content::Struct(_));
            let bounded = number(&length.exact).or(number(&length.max)).is_some();
            // The kernel leaves a struct's length to the layer.
            let errno = if is_struct {
                libc::EINVAL
            } else {
                libc::ERANGE
            };
            let longer = (bounded || is_struct).then(|| case(errno, vec![0; max + 1]));
            let shorter = min.checked_sub(1).map(|len| case(errno, vec![0; len]));
            longer.into_iter().chain(shorter).collect()
        }
        AttributeKind::Nest(set) => {
            let every = |set: SetId| (0..spec[set].attributes.len()).collect::<Vec<_>>();
            set.map_or_else(Vec::new, |set| invalid(spec, set, &every(set)))
        }
        AttributeKind::IndexedArray(element) => {
            let mut cases = invalid_of(spec, element);
            // The parser does not require elements to have the flag of a nest.
            cases.retain(|case| {
                !case.numbers.is_empty()
                    || case.errno != libc::EINVAL
                    || case.flags == 0 && !case.payload.is_empty()
            });
            cases.iter_mut().for_each(|case| case.numbers.insert(0, 1));
            cases
        }
        _ => Vec::new(),
    };
    // An attribute must be flagged as a nest exactly if it is one.
    let flags = if is_nest { 0 } else { NESTED };
    cases.push(Invalid {
        flags,
        ..case(libc::EINVAL, Vec::new())
    });
    if is_nest {
        cases.push(Invalid {
            flags: NESTED,
            ..case(libc::ERANGE, vec![0; 3])
        });
    }
    cases
}

/// What the kernel makes of the attributes of `set` in a request that it has accepted: of several
/// that are not `multi-attr` the last counts, a string ends at its NUL, and the elements of an
/// array count by their order.
pub fn understood(spec: &Spec, set: SetId, values: Values) -> Values {
    let mut kept: Values = Vec::new();
    for (number, value) in values {
        let known = spec[set].attributes.iter();
        let known = known.clone().find(|known| known.number == number).unwrap();
        if !known.multi {
            kept.retain(|(other, _)| *other != number);
        }
        kept.push((number, understood_one(spec, &known.kind, value)));
    }
    kept.sort_by_key(|(number, _)| *number);
    kept
}

fn understood_one(spec: &Spec, kind: &AttributeKind, value: Value) -> Value {
    match (kind, value) {
        (AttributeKind::Text { .. }, Value::Bytes(bytes)) => {
            let mut text: Vec<_> = bytes.into_iter().take_while(|byte| *byte != 0).collect();
            text.push(0);
            Value::Bytes(text)
        }
        (AttributeKind::Nest(Some(set)), Value::Nest(inner)) => {
            Value::Nest(understood(spec, *set, inner))
        }
        (AttributeKind::IndexedArray(element), Value::Nest(inner)) => {
            let elements = inner
                .into_iter()
                .map(|(_, each)| understood_one(spec, element, each));
            Value::Nest((1..).zip(elements).collect())
        }
        (_, value) => value,
    }
}
