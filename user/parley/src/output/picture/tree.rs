// SPDX-License-Identifier: MIT OR Apache-2.0

//! The fields of a datagram as a tree of headers, attributes and nests.

use parley_netlink::explain::Field;

/// A part of a datagram.
pub(super) enum Part<'f> {
    Field(&'f Field),
    Frame(Frame<'f>),
}

/// Several parts of the same header, attribute or nest.
pub(super) struct Frame<'f> {
    pub(super) title: String,
    pub(super) parts: Vec<Part<'f>>,
}

impl Part<'_> {
    /// Returns its length in bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Field(field) => field.len,
            Self::Frame(frame) => frame.parts.iter().map(Self::len).sum(),
        }
    }
}

/// Returns the parts of a datagram.
pub(super) fn of(fields: &[Field]) -> Vec<Part<'_>> {
    let mut rest = fields;
    parts(&mut rest, 0)
}

/// Takes the parts at this depth and below. Fields are no deeper than the decoder's
/// limit.
fn parts<'f>(rest: &mut &'f [Field], depth: usize) -> Vec<Part<'f>> {
    let mut found = Vec::new();
    while let Some((field, after)) = rest.split_first() {
        if field.depth < depth {
            break;
        }
        found.push(match field.name.as_str() {
            _ if field.len == 0 => {
                *rest = after;
                let parts = parts(rest, field.depth.saturating_add(1));
                let title = match field.meaning.as_str() {
                    "" => field.name.clone(),
                    meaning => format!("{}: {meaning}", field.name),
                };
                Part::Frame(Frame { title, parts })
            }
            "nla_len" => Part::Frame(attribute(rest, field)),
            "nlmsg_len" => {
                let same = |next: &&Field| {
                    next.depth == field.depth && next.len > 0 && next.name.starts_with("nlmsg_")
                };
                let count = rest.iter().take_while(same).count();
                let (header, after) = rest.split_at(count);
                *rest = after;
                Part::Frame(Frame {
                    title: "nlmsghdr".to_owned(),
                    parts: header.iter().map(Part::Field).collect(),
                })
            }
            _ => {
                *rest = after;
                Part::Field(field)
            }
        });
    }
    found
}

/// Takes an attribute that begins with `first`: its length, its type, its payload, which
/// is one level deeper, and its padding.
fn attribute<'f>(rest: &mut &'f [Field], first: &'f Field) -> Frame<'f> {
    let mut frame = Frame {
        title: "attribute".to_owned(),
        parts: Vec::new(),
    };
    let next = |rest: &mut &'f [Field], name: &str| {
        let (field, after) = rest.split_first()?;
        let is = field.name == name && field.depth == first.depth;
        is.then(|| *rest = after).map(|()| field)
    };
    let len = next(rest, "nla_len");
    let kind = next(rest, "nla_type");
    frame
        .parts
        .extend(len.into_iter().chain(kind).map(Part::Field));
    let payload = parts(rest, first.depth.saturating_add(1));
    if let Some(kind) = kind {
        let nest = payload.iter().any(|part| matches!(part, Part::Frame(_)));
        let what = if nest { "nest" } else { "attribute" };
        let name = kind.meaning.split(", NE").next().unwrap_or_default();
        frame.title = format!("{what} {name}");
    }
    frame.parts.extend(payload);
    frame.parts.extend(next(rest, "padding").map(Part::Field));
    frame
}
