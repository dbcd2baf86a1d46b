// SPDX-License-Identifier: MIT OR Apache-2.0

//! Names the operation and the attribute of a refusal.

use crate::uapi;
use parley_netlink::explain::Names;
use parley_netlink::genl::message;
use parley_netlink::netlink::attr::{Attributes, ALIGN, HEADER};
use parley_netlink::netlink::message::Header;
use parley_netlink::netlink::{Error, Refusal};

/// Gives a refusal the names that the layers below do not know.
#[cold]
pub(super) fn name_parts(error: Error, request: &[u8], cmd: u8) -> Error {
    let Error::Refused(mut refusal) = error else {
        return error;
    };
    // The kernel says only so much where there is no family of that number: the
    // module was unloaded since the family was resolved.
    if bare(&refusal) && refusal.errno == libc::ENOENT {
        return Error::NoFamily(uapi::FAMILY_NAME.to_owned());
    }
    if let Some(operation) = uapi::FAMILY.operation(cmd) {
        refusal.operation = Some(operation.name);
        refusal.attribute = match (refusal.offset, refusal.missing, refusal.missing_in) {
            (Some(offset), ..) => attribute_at(request, operation.set, offset),
            (None, Some(number), None) => u16::try_from(number)
                .ok()
                .map(|number| Names::of(&uapi::FAMILY, operation.set).full_name(number)),
            _ => None,
        };
    }
    Error::Refused(refusal)
}

fn bare(refusal: &Refusal) -> bool {
    refusal.message.is_none() && refusal.offset.is_none() && refusal.missing.is_none()
}

/// The name of the attribute of `request` that begins at `offset`.
fn attribute_at(request: &[u8], set: &str, offset: u32) -> Option<String> {
    let total = Header::read(request)?.len as usize;
    let at = (offset as usize).checked_sub(message::ATTRIBUTES)?;
    let attributes = request.get(message::ATTRIBUTES..total)?;
    let (mut attributes, mut at) = (Attributes::new(attributes), at);
    let mut names = Names::of(&uapi::FAMILY, set);
    let mut name = set.to_owned();
    loop {
        let attribute = attributes
            .by_ref()
            .map_while(|attribute| attribute.ok())
            .find(|attribute| {
                let end =
                    attribute.offset + (HEADER + attribute.payload.len()).next_multiple_of(ALIGN);
                (attribute.offset..end).contains(&at)
            })?;
        let known = names.attribute(attribute.number);
        name.push('.');
        match known {
            Some((known, _)) => name.push_str(known),
            None => name.push_str(&format!("#{}", attribute.number)),
        }
        if at == attribute.offset {
            return Some(name);
        }
        names = known?.1?;
        at = at.checked_sub(attribute.offset + HEADER)?;
        attributes = attribute.attributes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::{cmd, counter, echo, stamp};
    use proptest::prelude::*;

    fn request() -> Vec<u8> {
        let mut request = Vec::new();
        message::write(&mut request, 24, (cmd::COUNTER_ADD, 1), 0, 1, |w| {
            w.string(counter::NAME, "visitors")?;
            w.sint(counter::DELTA, -1)?;
            w.u32(77, 0)
        })
        .unwrap();
        request
    }

    #[test]
    fn an_offset_is_turned_into_the_attributes_name() {
        for (offset, name) in [
            (20, Some("counter.name")),
            (36, Some("counter.delta")),
            (44, Some("counter.#77")),
            (0, None),
            (21, None),
            (1000, None),
        ] {
            let found = attribute_at(&request(), "counter", offset);
            assert_eq!(found.as_deref(), name, "offset {offset}");
        }
    }

    #[test]
    fn an_offset_in_a_nest_is_turned_into_a_path() {
        let mut request = Vec::new();
        message::write(&mut request, 24, (cmd::ECHO, 1), 0, 1, |w| {
            w.bytes(echo::PAYLOAD, b"hello")?;
            w.nest(echo::STAMP, |w| {
                w.uint(stamp::TIME_NS, 1)?;
                w.u32(stamp::CPU, 0)
            })
        })
        .unwrap();
        let name = |offset| attribute_at(&request, "echo", offset);
        assert_eq!(name(32).as_deref(), Some("echo.stamp"));
        assert_eq!(name(44).as_deref(), Some("echo.stamp.cpu"));
    }

    #[test]
    fn a_missing_attribute_is_named_and_a_family_that_went_is_told_apart() {
        let refused = |errno, missing| {
            let mut refusal = Refusal::default();
            (refusal.errno, refusal.missing) = (errno, missing);
            let error = Error::Refused(Box::new(refusal));
            name_parts(error, &request(), cmd::COUNTER_ADD)
        };
        let missing = refused(libc::EINVAL, Some(counter::DELTA.into()));
        let missing = missing.refusal().unwrap();
        assert_eq!(missing.attribute.as_deref(), Some("counter.delta"));
        assert_eq!(missing.operation, Some("counter-add"));
        let gone = refused(libc::ENOENT, None);
        assert!(matches!(gone, Error::NoFamily(_)));
    }

    proptest! {
        #[test]
        fn no_request_and_no_offset_make_the_naming_panic(request: Vec<u8>, offset: u32, small in 0u32..64) {
            attribute_at(&request, "echo", offset);
            attribute_at(&request, "echo", small);
        }
    }
}
