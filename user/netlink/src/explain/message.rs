// SPDX-License-Identifier: MIT OR Apache-2.0

//! Datagrams and their messages: the common header, netlink's own messages, and the part
//! after the header in messages of a family.
//!
//! Source: `include/uapi/linux/netlink.h`, `struct nlmsghdr`, `struct nlmsgerr`.

use super::about::About;
use super::attributes::attributes;
use super::context::{Context, Request, CONTROLLER};
use super::datagram::{number, Datagram, Direction, Explained, Headline, Order, Role};
use super::flags::{self, Purpose};
use super::names::Names;
use super::tables::{control, generic, netfilter, route};
use super::value::{quote, show, signed, Place};
use super::walk::Walk;
use crate::kernel::{Kind, Set};
use crate::netlink::errno::Errno;
use crate::netlink::message::{flags as bits, ALIGN, HEADER, MIN_TYPE};
use std::sync::Arc;

/// The protocols that this file knows.
const ROUTE: u16 = 0;
const NETFILTER: u16 = 12;
const UEVENT: u16 = 15;
const GENERIC: u16 = 16;

const ERROR: u16 = 2;
const DONE: u16 = 3;

/// The maximum depth of errors that quote errors.
const QUOTES_MAX: usize = 3;

/// Properties of a whole datagram.
#[derive(Clone, Copy)]
struct Flow {
    protocol: u16,
    direction: Direction,
    /// The number of bytes that a capture has cut off.
    cut: usize,
    /// Whether the message asks for a dump, and is complete.
    dump: bool,
}

/// The header of a message.
#[derive(Clone, Copy)]
struct Header {
    len: usize,
    kind: u16,
    flags: u16,
    seq: u32,
    portid: u32,
}

impl Header {
    /// Returns whether this is the header of a request for a dump. The kernel answers
    /// with one if the type can be dumped.
    fn asks_for_dump(&self) -> bool {
        self.flags & bits::REQUEST != 0 && self.flags & bits::DUMP != 0
    }

    /// Reads the header at this position, if it is complete.
    fn peek(walk: &Walk<'_>) -> Option<Self> {
        let at = |offset: usize, len| {
            let bytes = walk.bytes(walk.at().checked_add(offset)?, len)?;
            number(bytes, walk.order)
        };
        Some(Self {
            len: at(0, 4)? as usize,
            kind: at(4, 2)? as u16,
            flags: at(6, 2)? as u16,
            seq: at(8, 4)? as u32,
            portid: at(12, 4)? as u32,
        })
    }
}

/// Decodes a datagram.
pub(super) fn datagram(context: &mut Context, datagram: Datagram<'_>) -> Explained {
    let mut walk = Walk::new(datagram.bytes, datagram.order);
    let mut flow = Flow {
        protocol: datagram.protocol,
        direction: datagram.direction,
        cut: datagram.whole.saturating_sub(datagram.bytes.len()),
        dump: false,
    };
    let mut headlines = Vec::new();
    if flow.protocol == UEVENT {
        uevent(&mut walk);
    }
    while walk.left(walk.end()) > 0 && !walk.full(walk.end(), 0) {
        let (start, left) = (walk.at(), walk.left(walk.end()));
        // Some programs send more of their buffer than they have filled.
        if start > 0 && walk.peek(left).iter().all(|byte| *byte == 0) {
            walk.take(left, 0, "unread", "zeros behind the last message");
            break;
        }
        let Some(header) = Header::peek(&walk) else {
            walk.take(left, 0, "bytes", "the beginning of a header");
            walk.bad(format!("{left} bytes are there; a header has {HEADER}"));
            break;
        };
        if flow.direction == Direction::Unknown {
            flow.direction = match header.flags & bits::REQUEST {
                0 => Direction::FromKernel,
                _ => Direction::ToKernel,
            };
        }
        walk.places.clear();
        let end = walk.end();
        let about = message(context, &mut walk, flow, header, (end, 0), 0);
        headlines.push(Headline {
            family: about.family,
            operation: about.operation,
            role: about.role,
            kind: header.kind,
            flags: header.flags,
            seq: header.seq,
            portid: header.portid,
        });
        let bytes = walk.bytes(start, HEADER);
        if let (Direction::ToKernel, Some(bytes)) = (flow.direction, bytes) {
            if let Some(bytes) = bytes.first_chunk() {
                let behind = start.saturating_add(HEADER);
                let first = walk.bytes(behind, 4).unwrap_or_default().to_vec();
                context.learn_request(Request {
                    protocol: flow.protocol,
                    header: *bytes,
                    seq: header.seq,
                    flags: header.flags,
                    first,
                    purpose: about.purpose,
                    set: about.set,
                    places: Arc::new(std::mem::take(&mut walk.places)),
                });
            }
        }
    }
    Explained {
        direction: flow.direction,
        fields: walk.finish(),
        headlines,
    }
}

/// Decodes the message at this position and the padding after it, up to `within`. Returns
/// a summary.
fn message(
    context: &mut Context,
    walk: &mut Walk<'_>,
    flow: Flow,
    header: Header,
    (within, depth): (usize, usize),
    quotes: usize,
) -> About {
    let start = walk.at();
    let left = walk.left(within);
    let outer = std::mem::replace(&mut walk.message, start);
    let payload = walk.peek(left.min(header.len));
    let payload = payload.get(HEADER..).unwrap_or_default();
    let mut flow = flow;
    flow.dump = header.asks_for_dump() && header.len <= left;
    let about = about(context, walk.order, flow, header, payload);
    walk.heading(depth, "message", words(&about, header.kind));
    let inside = depth.saturating_add(1);
    nlmsghdr(walk, header, &about, flow.direction, inside);
    if header.len < HEADER {
        let len = header.len;
        walk.bad_at(start, format!("{len} is less than a header, {HEADER}"));
        // The start of the next message is unknown.
        let rest = left.saturating_sub(HEADER);
        walk.take(rest, inside, "bytes", "not taken apart");
        walk.message = outer;
        return about;
    }
    if header.len > left {
        let len = header.len;
        let why = if len <= left.saturating_add(flow.cut) {
            format!("the capture has {left} of its {len} bytes")
        } else {
            format!("says {len} bytes, and {left} are there")
        };
        walk.bad_at(start, why);
    }
    let end = start.saturating_add(header.len.min(left));
    match header.kind {
        ERROR => error(context, walk, flow, header, end, (inside, quotes)),
        DONE => done(context, walk, flow, header, end, inside),
        kind if kind < MIN_TYPE => {}
        _ => family(context, walk, flow, header, about.set, (end, inside)),
    }
    let rest = walk.left(end);
    walk.take(rest, inside, "bytes", "behind all that is known");
    // Computed from this message's own length, because a message that it quotes may have
    // consumed padding of its own.
    let padding = header.len.wrapping_neg() % ALIGN;
    let padded = end.saturating_add(padding).min(within);
    walk.take(walk.left(padded), depth, "padding", "");
    walk.message = outer;
    about
}

/// Decodes the header.
fn nlmsghdr(walk: &mut Walk<'_>, header: Header, about: &About, to: Direction, depth: usize) {
    let from_kernel = to == Direction::FromKernel;
    walk.take(4, depth, "nlmsg_len", format!("{} bytes", header.len));
    walk.take(2, depth, "nlmsg_type", about.kind.clone());
    let names = flags::names(header.flags, about.purpose);
    let flags = format!("0x{:x}: {names}", header.flags);
    walk.take(2, depth, "nlmsg_flags", flags);
    let seq = match (header.seq, about.role) {
        (0, Role::Event) => "0: an event".to_owned(),
        (0, Role::Either) => "0".to_owned(),
        (seq, _) if from_kernel => format!("{seq}: that of the request"),
        (seq, _) => seq.to_string(),
    };
    walk.take(4, depth, "nlmsg_seq", seq);
    let portid = match header.portid {
        0 if from_kernel => "0: for whoever listens".to_owned(),
        0 => "0: left to the kernel".to_owned(),
        portid if from_kernel => format!("{portid}: the port that asked"),
        portid => format!("{portid}: the sender's port"),
    };
    walk.take(4, depth, "nlmsg_pid", portid);
}

/// Summarizes a message by its header and its payload, or the first four bytes of the
/// payload, as far as they are known.
fn about(context: &Context, order: Order, flow: Flow, header: Header, payload: &[u8]) -> About {
    if header.kind < MIN_TYPE {
        let code = payload.first_chunk::<4>();
        return control::about(header.kind, code.and_then(|code| signed(code, order)));
    }
    let mut about = match flow.protocol {
        GENERIC => {
            let cmd = payload.first().copied();
            generic::about(context, header.kind, cmd, flow.direction)
        }
        ROUTE => route::about(header.kind, flow.dump, payload, order),
        NETFILTER => netfilter::about(header.kind),
        _ => About {
            purpose: Purpose::Other,
            role: Role::Either,
            kind: format!("{0} (0x{0:x})", header.kind),
            family: None,
            operation: format!("type {}", header.kind),
            set: Set::Guess,
        },
    };
    about.role = match flow.direction {
        Direction::FromKernel if about.role == Role::Either => {
            reply_or_event(context, flow.protocol, header)
        }
        Direction::FromKernel => about.role,
        _ if header.flags & bits::DUMP == bits::DUMP && about.purpose != Purpose::New => Role::Dump,
        _ => Role::Request,
    };
    about
}

/// Describes a message of the type `kind` in words.
fn words(about: &About, kind: u16) -> String {
    match kind {
        ..MIN_TYPE => about.operation.clone(),
        _ => format!("{}, {}", about.words(), about.role.words()),
    }
}

/// Decides whether a message from the kernel is a reply. Programs may number their
/// requests 0, as the kernel numbers events. But only a dump has MULTI, and an event
/// without a request has no port.
fn reply_or_event(context: &Context, protocol: u16, header: Header) -> Role {
    let asked = context.request_by_seq(protocol, header.seq);
    if header.flags & bits::MULTI != 0 {
        return Role::Reply;
    }
    // The events that a request causes have its number and port. In these protocols, only
    // a request that reads has a reply of its own; for a change with ECHO, the event
    // serves as the reply.
    let changes = |request: &&Request| {
        matches!(protocol, ROUTE | NETFILTER)
            && matches!(request.purpose, Purpose::New | Purpose::Delete)
            && request.flags & bits::ECHO == 0
    };
    match (header.seq, header.portid, asked) {
        (0, 0, Some(_)) => Role::Either,
        (0, _, None) => Role::Event,
        (_, _, asked) if asked.filter(changes).is_some() => Role::Event,
        (_, _, Some(_)) => Role::Reply,
        _ => Role::Either,
    }
}

/// Decodes the part after the header in a message of a family.
fn family(
    context: &mut Context,
    walk: &mut Walk<'_>,
    flow: Flow,
    header: Header,
    set: Set,
    (end, depth): (usize, usize),
) {
    match flow.protocol {
        GENERIC => {
            if flow.direction == Direction::FromKernel && header.kind == CONTROLLER {
                let payload = walk.peek(walk.left(end));
                generic::learn(context, payload, walk.order);
            }
            let kind = (header.kind, flow.direction);
            generic::header(context, walk, kind, end, depth);
        }
        ROUTE if route::header(walk, header.kind, flow.dump, end, depth) => {}
        NETFILTER => {
            netfilter::header(walk, end, depth);
            walk.guess = Order::Big;
        }
        _ => {
            let rest = walk.left(end);
            let (meaning, _) = show(Kind::Unknown, walk.peek(rest), walk.order);
            return walk.take(rest, depth, "payload", meaning);
        }
    }
    attributes(walk, end, depth, set, None);
    walk.guess = walk.order;
}

/// The name and the meaning of an errno.
fn errno(code: i64) -> String {
    if code == 0 {
        return "0: no error".to_owned();
    }
    match i32::try_from(code).ok().and_then(Errno::of_code) {
        Some(errno) => format!("{code}: {}, {}", errno.name(), errno.text()),
        None => code.to_string(),
    }
}

/// Decodes the code at the start of an error or of the end of a dump.
fn code(walk: &mut Walk<'_>, end: usize, depth: usize) {
    let order = walk.order;
    let bytes = walk.peek(4);
    let meaning = signed(bytes, order).map(errno).unwrap_or_default();
    walk.take_number(4, end, depth, "error", |_| meaning);
}

/// Decodes an error or an ACK: the errno, the quoted request, and the extended ACK.
fn error(
    context: &mut Context,
    walk: &mut Walk<'_>,
    flow: Flow,
    header: Header,
    end: usize,
    (depth, quotes): (usize, usize),
) {
    code(walk, end, depth);
    let left = walk.left(end);
    if left == 0 {
        return;
    }
    let Some(quoted) = Header::peek(walk).filter(|_| left >= HEADER) else {
        walk.take(
            left,
            depth,
            "bytes",
            "the beginning of the request's header",
        );
        walk.bad(format!("{left} bytes are there; a header has {HEADER}"));
        return;
    };
    let start = walk.at();
    let asked = walk.bytes(start, HEADER).unwrap_or_default();
    let asked = context.request(flow.protocol, asked);
    let mut set = asked.map_or(Set::Guess, |request| request.set);
    let mut places = asked.map(|request| Arc::clone(&request.places));
    let capped = header.flags & bits::CAPPED != 0;
    if capped || quoted.len < HEADER || quoted.len > left {
        let first = match asked {
            Some(request) => &request.first[..],
            None if capped => &[],
            None => walk.peek(HEADER + 4).get(HEADER..).unwrap_or_default(),
        };
        let about = about(context, walk.order, as_request(flow), quoted, first);
        walk.heading(depth, "in answer to", words(&about, quoted.kind));
        let to = Direction::ToKernel;
        nlmsghdr(walk, quoted, &about, to, depth.saturating_add(1));
        if !capped {
            // The kernel may have refused the request because of this length.
            if left > HEADER {
                let len = quoted.len;
                walk.bad_at(start, format!("says {len} bytes, and {left} are there"));
            }
            return;
        }
    } else if quotes < QUOTES_MAX {
        let before = std::mem::take(&mut walk.places);
        let flow = as_request(flow);
        set = message(context, walk, flow, quoted, (end, depth), quotes + 1).set;
        let quoted = std::mem::replace(&mut walk.places, before);
        places = places.or_else(|| Some(Arc::new(quoted)));
    } else {
        let len = quoted.len.next_multiple_of(ALIGN).min(left);
        walk.take(len, depth, "bytes", "one more request that is quoted");
    }
    if header.flags & bits::ACK_TLVS != 0 {
        let places = places.as_deref().map(Vec::as_slice);
        extended(walk, end, depth, set, places);
    }
}

fn as_request(flow: Flow) -> Flow {
    Flow {
        direction: Direction::ToKernel,
        dump: false,
        ..flow
    }
}

/// Decodes the end of a dump: 0 or an errno, and the extended ACK.
fn done(
    context: &Context,
    walk: &mut Walk<'_>,
    flow: Flow,
    header: Header,
    end: usize,
    depth: usize,
) {
    let asked = context.request_by_seq(flow.protocol, header.seq);
    code(walk, end, depth);
    if header.flags & bits::ACK_TLVS != 0 {
        let set = asked.map_or(Set::Guess, |request| request.set);
        let places = asked.map(|request| request.places.as_slice());
        extended(walk, end, depth, set, places);
    }
}

/// Decodes the extended ACK. If the request is known, offsets and numbers of its
/// attributes are shown with the attributes' names.
fn extended(walk: &mut Walk<'_>, end: usize, depth: usize, set: Set, places: Option<&[Place]>) {
    let at = |offset: u64| {
        // The places are sorted by offset.
        let (places, offset) = (places?, usize::try_from(offset).ok()?);
        let found = places.binary_search_by_key(&offset, |place| place.offset);
        places.get(found.ok()?)
    };
    // The kernel puts the nest after the number of the attribute that it lacks.
    let bytes = walk.peek(walk.left(end));
    let nest = control::find(bytes, walk.order, control::MISS_NEST);
    let set = match nest {
        Some(nest) => at(nest).map_or(Set::Guess, |place| place.inside),
        None => set,
    };
    let point = |name: &str, value: u64| match name {
        control::OFFSET | control::NEST => {
            let place = at(value)?;
            Some(format!("{} of the request", place.name()))
        }
        control::MISSING => Some(Names(set).full_name(u16::try_from(value).ok()?)),
        _ => None,
    };
    walk.heading(
        depth,
        "extended ACK",
        "why, in the kernel's words".to_owned(),
    );
    let inside = depth.saturating_add(1);
    attributes(
        walk,
        end,
        inside,
        Set::Known(&control::EXTENDED),
        Some(&point),
    );
}

/// Decodes a device event, which is not a netlink message but text: a headline and
/// `KEY=VALUE` pairs, each with a NUL; or an event of udev's, which has its own header.
fn uevent(walk: &mut Walk<'_>) {
    let bytes = walk.peek(walk.end());
    if bytes.starts_with(b"libudev\0") {
        return walk.take(
            bytes.len(),
            0,
            "payload",
            "an event of udev's, not the kernel's",
        );
    }
    for (i, line) in bytes.split_inclusive(|byte| *byte == 0).enumerate() {
        let text = line.strip_suffix(&[0]).unwrap_or(line);
        if walk.full(walk.end(), 0) {
            return;
        }
        let name = if i == 0 { "headline" } else { "property" };
        walk.take(line.len(), 0, name, quote(text));
    }
}
