// SPDX-License-Identifier: MIT OR Apache-2.0

//! Looks up the names of attributes by number, for the decoder, for errors and for the
//! description of a family's policies.

use super::tables;
use crate::genl::spec::{Attribute, Family};
use crate::kernel::{Entry, Kind, Order, Set, BITFIELD32};

/// The names of the attributes of one set.
#[derive(Clone, Copy, Debug)]
pub struct Names(pub(super) Set);

impl Names {
    /// The names of the attributes in the set `set` of a family's spec.
    #[must_use]
    pub fn of(family: &'static Family, set: &str) -> Self {
        let set = family.set(set);
        Self(set.map_or(Set::Guess, |set| Set::Spec(family, set)))
    }

    /// The name of the attribute with this number, and the names inside it if it is a nest or an
    /// array of nests.
    #[must_use]
    pub fn attribute(self, number: u16) -> Option<(&'static str, Option<Self>)> {
        let (name, kind) = self.0.entry(number);
        let inside = match kind {
            Kind::Nest(Set::Elements(family, set)) => Some(Self(Set::Spec(family, set))),
            Kind::Nest(set) => Some(Self(set)),
            _ => None,
        };
        name.map(|name| (name, inside))
    }

    /// The name that errors use for an attribute: `set.attribute`, or the name of its
    /// constant.
    #[must_use]
    pub fn full_name(self, number: u16) -> String {
        match (self.0, self.0.entry(number).0) {
            (Set::Spec(_, set), _) => set.full_name(number),
            (_, Some(name)) => name.to_owned(),
            (_, None) => format!("attribute {number}"),
        }
    }
}

impl Set {
    /// The name and the kind of the attribute with this number. An unknown attribute has
    /// no name.
    pub(super) fn entry(self, number: u16) -> (Option<&'static str>, Kind) {
        match self {
            Self::Guess => (None, Kind::Unknown),
            Self::Each(name, kind) => (Some(name), *kind),
            Self::Known(table) => match tables::special(table, number) {
                Some(kind) => (find(table.0, &[], number).0, kind),
                None => find(table.0, &[], number),
            },
            Self::Over(table, below) => find(table, below.0, number),
            Self::Elements(family, set) => (Some(set.name), Kind::Nest(Self::Spec(family, set))),
            Self::Spec(family, set) => match set.attribute(number) {
                Some(attribute) => (Some(attribute.name), of_spec(family, attribute)),
                None => (None, Kind::Unknown),
            },
        }
    }
}

/// Finds the entry of a number in the first table, or otherwise in the second.
fn find(
    table: &'static [Entry],
    below: &'static [Entry],
    number: u16,
) -> (Option<&'static str>, Kind) {
    let mut entries = table.iter().chain(below);
    match entries.find(|entry| entry.0 == number) {
        Some((_, name, kind)) => (Some(name), *kind),
        None => (None, Kind::Unknown),
    }
}

/// Returns the kind of an attribute of a family's spec.
fn of_spec(family: &'static Family, attribute: &Attribute) -> Kind {
    let inside = attribute.nested.and_then(|set| family.set(set));
    match attribute.kind {
        "uint" if attribute.name.ends_with("-ns") => Kind::Nanoseconds,
        "u32" if attribute.name.ends_with("-ms") => Kind::Milliseconds,
        "uint" => Kind::Uint,
        "sint" => Kind::Sint,
        "u8" => Kind::Unsigned(1),
        "u16" => Kind::Unsigned(2),
        "u32" => Kind::Unsigned(4),
        "u64" => Kind::Unsigned(8),
        "s8" => Kind::Signed(1),
        "s16" => Kind::Signed(2),
        "s32" => Kind::Signed(4),
        "s64" => Kind::Signed(8),
        "be16" => Kind::In(Order::Big, &Kind::Unsigned(2)),
        "be32" => Kind::In(Order::Big, &Kind::Unsigned(4)),
        "be64" => Kind::In(Order::Big, &Kind::Unsigned(8)),
        "le16" => Kind::In(Order::Little, &Kind::Unsigned(2)),
        "le32" => Kind::In(Order::Little, &Kind::Unsigned(4)),
        "le64" => Kind::In(Order::Little, &Kind::Unsigned(8)),
        "bitfield32" => Kind::Fields(&BITFIELD32),
        "string" => Kind::Text,
        "binary" => Kind::Bytes,
        "nest" => match inside {
            Some(set) => Kind::Nest(Set::Spec(family, set)),
            None => Kind::Nest(Set::Guess),
        },
        "indexed-array" => match inside {
            Some(set) => Kind::Nest(Set::Elements(family, set)),
            None => Kind::Unknown,
        },
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Context;
    use crate::uapi::{self, cmd, counter, echo, stamp};

    #[test]
    fn specs_and_the_kernels_own_tables_are_looked_up_alike() {
        let mut context = Context::new();
        context.add_spec(&uapi::FAMILY);
        let (operation, names) = context.operation(uapi::FAMILY_NAME, cmd::ECHO);
        assert_eq!(operation, Some("echo"));
        let (name, inside) = names.attribute(echo::STAMP).unwrap();
        let (in_nest, in_number) = inside.unwrap().attribute(stamp::CPU).unwrap();
        assert_eq!((name, in_nest, in_number.is_none()), ("stamp", "cpu", true));

        let (operation, names) = context.operation("nlctrl", 3);
        assert_eq!(operation, Some("CTRL_CMD_GETFAMILY"));
        assert_eq!(names.full_name(2), "CTRL_ATTR_FAMILY_NAME");
        assert_eq!(names.full_name(77), "attribute 77");
        let names = Names::of(&uapi::FAMILY, "counter");
        assert_eq!(names.full_name(counter::DELTA), "counter.delta");
        assert_eq!(names.full_name(77), "counter.#77");
        assert!(Names::of(&uapi::FAMILY, "else").attribute(1).is_none());
    }
}
