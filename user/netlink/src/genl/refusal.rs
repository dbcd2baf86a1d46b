// SPDX-License-Identifier: MIT OR Apache-2.0

//! Adds the names of the operation and the attribute to a refusal.

use super::message;
use super::spec::{AttributeSet, Family, Operation};
use crate::netlink::attr::{Attributes, ALIGN, HEADER};
use crate::netlink::message::Header;
use crate::netlink::{Error, Refusal};

/// Adds names to a refusal that the layers below do not know: the names of `family`,
/// whose own header has `header_len` bytes.
#[cold]
pub(super) fn name_parts(
    error: Error,
    request: &[u8],
    cmd: u8,
    family: &Family,
    header_len: u32,
) -> Error {
    let (start, operation) = (start(header_len), family.operation(cmd));
    match (start, operation) {
        (Some(start), Some(operation)) => name(error, request, start, family, operation),
        _ => error,
    }
}

/// Adds to a refusal of `request` the name of the operation, and the name of the
/// attribute at fault: the path to it from the operation's set. The attributes begin at
/// the byte `start`.
///
/// A [`Client`](super::Client) does this itself. Call it for protocols other than Generic Netlink,
/// if you have a table of their attributes.
#[cold]
#[must_use]
pub fn name(
    error: Error,
    request: &[u8],
    start: usize,
    family: &Family,
    operation: &Operation,
) -> Error {
    let Error::Refused(mut refusal) = error else {
        return error;
    };
    refusal.operation = Some(operation.name);
    let at = |offset| attribute_at(request, family, start, operation.set, offset);
    let missing = refusal
        .missing
        .and_then(|number| u16::try_from(number).ok());
    refusal.attribute = match (refusal.offset, missing, refusal.missing_in) {
        (Some(offset), ..) => at(offset).map(|found| found.0),
        (None, Some(number), None) => family.set(operation.set).map(|set| set.full_name(number)),
        (None, Some(number), Some(nest)) => at(nest).map(|(path, inside)| {
            let known = inside.and_then(|set| set.attribute(number));
            let name = known.map(|known| known.name.to_owned());
            format!("{path}.{}", name.unwrap_or_else(|| format!("#{number}")))
        }),
        _ => None,
    };
    Error::Refused(refusal)
}

/// The offset of a request's attributes, after the family's own header of this length.
fn start(header_len: u32) -> Option<usize> {
    let header_len = (header_len as usize).checked_next_multiple_of(ALIGN)?;
    message::ATTRIBUTES.checked_add(header_len)
}

/// Returns whether the error is the same as for a number without a family. If so, the
/// module may have been unloaded since the family was resolved.
pub(super) fn may_be_gone(error: &Error) -> bool {
    let bare = |refusal: &Refusal| {
        refusal.message.is_none() && refusal.offset.is_none() && refusal.missing.is_none()
    };
    error.errno() == Some(libc::ENOENT) && error.refusal().is_some_and(bare)
}

/// Returns the path to the attribute of `request` at `offset`, and the set of the
/// attributes inside it. If the table does not describe a nest, the path ends at that
/// nest.
fn attribute_at(
    request: &[u8],
    family: &Family,
    start: usize,
    set: &str,
    offset: u32,
) -> Option<(String, Option<&'static AttributeSet>)> {
    let total = Header::read(request)?.len as usize;
    let mut at = (offset as usize).checked_sub(start)?;
    let mut attributes = Attributes::new(request.get(start..total)?);
    let mut set = family.set(set)?;
    let mut name = set.name.to_owned();
    // Whether the attributes are array elements, which have indices instead of names.
    let mut is_array = false;
    loop {
        let attribute = attributes
            .by_ref()
            .map_while(|attribute| attribute.ok())
            .find(|attribute| {
                let end =
                    attribute.offset + (HEADER + attribute.payload.len()).next_multiple_of(ALIGN);
                (attribute.offset..end).contains(&at)
            })?;
        let known = set.attribute(attribute.number).filter(|_| !is_array);
        name.push('.');
        match known {
            _ if is_array => name.push_str(&attribute.number.to_string()),
            Some(known) => name.push_str(known.name),
            None => name.push_str(&format!("#{}", attribute.number)),
        }
        let inside = match is_array {
            true => Some(set),
            false => known.and_then(|known| family.set(known.nested?)),
        };
        is_array = known.is_some_and(|known| known.kind == "indexed-array");
        if at == attribute.offset {
            return Some((name, inside));
        }
        at = at.checked_sub(attribute.offset + HEADER)?;
        let is_nest = inside.is_some() || attribute.nested;
        let Some(inner) = inside else {
            return is_nest.then_some((name, None));
        };
        set = inner;
        attributes = attribute.attributes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genl::spec::Attribute;
    use crate::uapi::{cmd, counter, echo, stamp, FAMILY};
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
            let found = attribute_at(&request(), &FAMILY, 20, "counter", offset);
            let found = found.map(|found| found.0);
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
        let name = |offset| Some(attribute_at(&request, &FAMILY, 20, "echo", offset)?.0);
        assert_eq!(name(32).as_deref(), Some("echo.stamp"));
        assert_eq!(name(44).as_deref(), Some("echo.stamp.cpu"));
    }

    #[test]
    fn the_familys_own_header_stands_before_the_attributes() {
        let mut request = Vec::new();
        message::write(&mut request, 24, (cmd::ECHO, 1), 0, 1, |w| {
            w.raw(&[1; 6])?;
            w.bytes(echo::PAYLOAD, b"hello")
        })
        .unwrap();
        let name = |len, offset| {
            let found = attribute_at(&request, &FAMILY, start(len)?, "echo", offset);
            Some(found?.0)
        };
        assert_eq!(name(6, 28).as_deref(), Some("echo.payload"));
        assert_eq!(name(6, 20), None);
        assert_eq!(name(u32::MAX, 28), None);
    }

    #[test]
    fn a_missing_attribute_is_named_and_a_family_that_may_be_gone_told_apart() {
        let refused = |errno, missing| {
            let mut refusal = Refusal::default();
            (refusal.errno, refusal.missing) = (errno, missing);
            let error = Error::Refused(Box::new(refusal));
            name_parts(error, &request(), cmd::COUNTER_ADD, &FAMILY, 0)
        };
        let missing = refused(libc::EINVAL, Some(counter::DELTA.into()));
        let missing = missing.refusal().unwrap();
        assert_eq!(missing.attribute.as_deref(), Some("counter.delta"));
        assert_eq!(missing.operation, Some("counter-add"));
        assert!(may_be_gone(&refused(libc::ENOENT, None)));
        assert!(!may_be_gone(&refused(libc::EPERM, None)));
        assert!(!may_be_gone(&refused(libc::ENOENT, Some(1))));
    }

    #[test]
    fn the_path_goes_through_an_array_and_to_what_a_nest_lacks() {
        const fn attribute(number: u16, name: &'static str, kind: &'static str) -> Attribute {
            let (nested, min_len, max_len, min, max) = (Some("peer"), None, None, None, None);
            Attribute {
                number,
                name,
                kind,
                nested,
                min_len,
                max_len,
                min,
                max,
            }
        }
        static PEERS: Family = Family {
            name: "peers",
            version: 1,
            attribute_sets: &[
                AttributeSet {
                    name: "device",
                    attributes: &[attribute(1, "peers", "indexed-array")],
                },
                AttributeSet {
                    name: "peer",
                    attributes: &[attribute(1, "key", "u32"), attribute(2, "inner", "nest")],
                },
            ],
            operations: &[Operation {
                number: 1,
                reply: None,
                name: "set",
                set: "device",
                admin: false,
                r#do: Some(&[1]),
                dump: None,
            }],
        };
        let mut request = Vec::new();
        message::write(&mut request, 24, (1, 1), 0, 1, |w| {
            w.nest(1, |peers| {
                peers.nest(0, |peer| peer.u32(1, 7))?;
                peers.nest(1, |peer| {
                    peer.u32(1, 7)?;
                    peer.nest(9, |unknown| unknown.u32(1, 1))
                })
            })
        })
        .unwrap();
        let name = |offset, missing, missing_in| {
            let mut refusal = Refusal::default();
            (refusal.offset, refusal.missing, refusal.missing_in) = (offset, missing, missing_in);
            let error = Error::Refused(Box::new(refusal));
            let named = name_parts(error, &request, 1, &PEERS, 0);
            named.refusal().unwrap().attribute.clone()
        };
        for (offset, path) in [
            (20, "device.peers"),
            (24, "device.peers.0"),
            (28, "device.peers.0.key"),
            (40, "device.peers.1.key"),
            (48, "device.peers.1.#9"),
            // Inside an attribute that the table does not know.
            (52, "device.peers.1.#9"),
        ] {
            assert_eq!(
                name(Some(offset), None, None).as_deref(),
                Some(path),
                "{offset}"
            );
        }
        let missing = |number, nest| name(None, Some(number), nest);
        assert_eq!(missing(1, None).as_deref(), Some("device.peers"));
        assert_eq!(
            missing(2, Some(24)).as_deref(),
            Some("device.peers.0.inner")
        );
        assert_eq!(missing(5, Some(36)).as_deref(), Some("device.peers.1.#5"));
        assert_eq!(missing(5, Some(21)), None);
    }

    proptest! {
        #[test]
        fn no_request_and_no_offset_make_the_naming_panic(request: Vec<u8>, offset: u32, small in 0u32..64) {
            attribute_at(&request, &FAMILY, 20, "echo", offset);
            attribute_at(&request, &FAMILY, 20, "echo", small);
        }
    }
}
