// SPDX-License-Identifier: MIT OR Apache-2.0

//! The values around an attribute, which include the selector of a sub-message.

use parley_spec::model::{AttributeSet, Selector, Spec, SubMessageFormat, SubMessageId};
use serde_json::{Map, Value};

/// The attributes of a set, and those of the sets around it.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) set: &'a AttributeSet,
    pub(super) values: &'a Map<String, Value>,
    pub(super) outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    /// Returns the value of the selector, from the innermost set that has the attribute.
    fn selected(&self, selector: &Selector) -> Option<&'a Value> {
        let name = match selector {
            Selector::Attribute(number) => {
                let mut attributes = self.set.attributes.iter();
                &attributes.find(|one| one.number == *number)?.name
            }
            Selector::Outside(name) => name,
        };
        let mut scope = Some(self);
        while let Some(inner) = scope {
            if inner.set.attribute(name).is_some() {
                return inner.values.get(name);
            }
            scope = inner.outer;
        }
        None
    }

    /// Returns the format of the sub-message here.
    pub(super) fn format<'s>(
        &self,
        spec: &'s Spec,
        message: SubMessageId,
        selector: &Selector,
    ) -> Option<&'s SubMessageFormat> {
        let value = self.selected(selector)?.as_str()?;
        let mut formats = spec[message].formats.iter();
        formats.find(|format| format.value == value)
    }
}
