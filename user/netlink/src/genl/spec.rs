// SPDX-License-Identifier: MIT OR Apache-2.0

//! The tables of a family's spec: its operations and attributes, by number and name.
//!
//! `parley-spec constants` and `parley-spec client` generate them. Clients use them to
//! name attributes in errors, and [`explain`](crate::explain) uses them to decode the
//! family's messages.

/// A family, as its spec describes it.
#[derive(Debug)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Its version, which its requests carry.
    pub version: u8,
    /// All attribute sets.
    pub attribute_sets: &'static [AttributeSet],
    /// All operations, notifications and events.
    pub operations: &'static [Operation],
}

/// An attribute, as the spec describes it.
#[derive(Debug)]
pub struct Attribute {
    /// Its number in its set.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    /// Its type, as the spec names it. `be16` and similar names stand for an integer in
    /// another byte order than the machine's.
    pub kind: &'static str,
    /// The name of the set inside it, if it is a nest or an array of nests.
    pub nested: Option<&'static str>,
    /// The minimum length, in bytes.
    pub min_len: Option<u32>,
    /// The maximum length in bytes; for a string, without its NUL.
    pub max_len: Option<u32>,
    /// The minimum value.
    pub min: Option<u64>,
    /// The maximum value.
    pub max: Option<u64>,
}

/// A set of attributes.
#[derive(Debug)]
pub struct AttributeSet {
    /// Its name.
    pub name: &'static str,
    /// Its attributes, in the order of their numbers.
    pub attributes: &'static [Attribute],
}

/// An operation, notification or event.
#[derive(Debug)]
pub struct Operation {
    /// The command number of its request, or of an event.
    pub number: u8,
    /// The command number of its reply or event. Another operation's request may have the same
    /// number.
    pub reply: Option<u8>,
    /// Its name.
    pub name: &'static str,
    /// The name of its attribute set.
    pub set: &'static str,
    /// Whether it needs `CAP_NET_ADMIN` in the namespace's user namespace.
    pub admin: bool,
    /// The attributes of a do request. `None` if the operation has no do.
    pub r#do: Option<&'static [u16]>,
    /// The attributes of a dump request. `None` if the operation has no dump.
    pub dump: Option<&'static [u16]>,
}

impl Family {
    /// Returns the operation whose request has this command number.
    #[must_use]
    pub fn operation(&self, number: u8) -> Option<&'static Operation> {
        let mut known = self.operations.iter().filter(|one| one.number == number);
        // An event with the same number is not a request.
        let is_call = |one: &&Operation| one.r#do.is_some() || one.dump.is_some();
        known.clone().find(is_call).or_else(|| known.next())
    }

    /// Returns the operation whose reply has this command number, or the event with it.
    #[must_use]
    pub fn reply(&self, number: u8) -> Option<&'static Operation> {
        let mut known = self.operations.iter();
        known.find(|one| one.reply == Some(number))
    }

    /// Returns the attribute set with this name.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<&'static AttributeSet> {
        self.attribute_sets.iter().find(|set| set.name == name)
    }
}

impl AttributeSet {
    /// Returns the attribute with this number.
    #[must_use]
    pub fn attribute(&self, number: u16) -> Option<&'static Attribute> {
        self.attributes.iter().find(|known| known.number == number)
    }

    /// Returns the name that errors use for the attribute with this number:
    /// `set.attribute`, or `set.#number` if the set does not have it.
    #[must_use]
    pub fn full_name(&self, number: u16) -> String {
        match self.attribute(number) {
            Some(attribute) => format!("{}.{}", self.name, attribute.name),
            None => format!("{}.#{number}", self.name),
        }
    }
}
