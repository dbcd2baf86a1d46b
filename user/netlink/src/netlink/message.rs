// SPDX-License-Identifier: MIT OR Apache-2.0

//! Messages: their headers, the messages in a datagram, and the kernel's errors.
//!
//! Source: `include/uapi/linux/netlink.h`, `struct nlmsghdr`, `struct nlmsgerr`.
//!
//! ```
//! use parley_netlink::netlink::message::{self, flags, Kind, Messages};
//!
//! // A request of the type 0x20 with the sequence number 7, and 4 bytes.
//! let mut request = message::header(0x20, flags::REQUEST | flags::ACK, 7).to_vec();
//! request.extend_from_slice(b"abcd");
//! message::finish(&mut request, 0)?;
//!
//! for message in Messages::new(&request) {
//!     let message = message?;
//!     assert_eq!((message.header.len, message.header.seq), (20, 7));
//!     assert_eq!(message.kind()?, Kind::Data);
//!     assert_eq!(message.payload, b"abcd");
//! }
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::attr::{behind, Attributes};
use super::errno::Errno;
use super::error::{Error, Policy, Refusal, Result};

/// Length of a message's header.
pub const HEADER: usize = 16;
/// Every message begins at a multiple of this many bytes.
pub const ALIGN: usize = 4;

/// Message types below this are netlink's own.
pub const MIN_TYPE: u16 = 0x10;

/// Flags of a message.
pub mod flags {
    /// A request.
    pub const REQUEST: u16 = 1;
    /// One of several messages that [`super::Kind::Done`] ends.
    pub const MULTI: u16 = 2;
    /// An ACK is wanted.
    pub const ACK: u16 = 4;
    /// Notify the requester of its own changes, too.
    pub const ECHO: u16 = 8;
    /// In a dump: the list has changed since the dump began.
    pub const DUMP_INTR: u16 = 0x10;
    /// A request for a dump. The same bits as `REPLACE` and `EXCL`.
    pub const DUMP: u16 = 0x300;
    /// Replace an existing object.
    pub const REPLACE: u16 = 0x100;
    /// Fail if the object exists.
    pub const EXCL: u16 = 0x200;
    /// Create the object if it does not exist.
    pub const CREATE: u16 = 0x400;
    /// Append the object to the list.
    pub const APPEND: u16 = 0x800;
    /// In an error: the request is quoted without its payload.
    pub const CAPPED: u16 = 0x100;
    /// In an error: attributes of the extended ACK follow.
    pub const ACK_TLVS: u16 = 0x200;
}

/// A message's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The message's length, header included.
    pub len: u32,
    /// Its type: one of netlink's own, or the number of a family.
    pub kind: u16,
    /// Its [`flags`].
    pub flags: u16,
    /// The sequence number, which matches a reply to its request.
    pub seq: u32,
    /// The port of the requester.
    pub portid: u32,
}

impl Header {
    /// Reads a header from the start of `bytes`.
    #[inline]
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let [l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, p0, p1, p2, p3, ..] = *bytes else {
            return None;
        };
        Some(Self {
            len: u32::from_ne_bytes([l0, l1, l2, l3]),
            kind: u16::from_ne_bytes([k0, k1]),
            flags: u16::from_ne_bytes([f0, f1]),
            seq: u32::from_ne_bytes([s0, s1, s2, s3]),
            portid: u32::from_ne_bytes([p0, p1, p2, p3]),
        })
    }

    /// Returns the bytes that [`Self::read`] reads.
    pub(super) fn bytes(&self) -> [u8; HEADER] {
        let [l0, l1, l2, l3] = self.len.to_ne_bytes();
        let ([k0, k1], [f0, f1]) = (self.kind.to_ne_bytes(), self.flags.to_ne_bytes());
        let [s0, s1, s2, s3] = self.seq.to_ne_bytes();
        let [p0, p1, p2, p3] = self.portid.to_ne_bytes();
        [
            l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, p0, p1, p2, p3,
        ]
    }
}

/// Returns the header of a request. Append it to a buffer, followed by the request's
/// payload; [`finish`] then writes the length.
#[inline]
#[must_use]
pub fn header(kind: u16, flags: u16, seq: u32) -> [u8; HEADER] {
    let ([k0, k1], [f0, f1]) = (kind.to_ne_bytes(), flags.to_ne_bytes());
    let [s0, s1, s2, s3] = seq.to_ne_bytes();
    [0, 0, 0, 0, k0, k1, f0, f1, s0, s1, s2, s3, 0, 0, 0, 0]
}

/// Writes the length into the header of the request that begins at `start` in `buffer`
/// and ends at the buffer's end.
#[inline]
pub fn finish(buffer: &mut [u8], start: usize) -> Result<()> {
    // If `start` is beyond the end, this wraps, and nothing is written.
    let len = buffer.len().wrapping_sub(start);
    let max = u32::MAX as usize;
    let total = u32::try_from(len).map_err(|_| Error::TooLong { len, max })?;
    if let Some(field) = buffer.get_mut(start..start.saturating_add(4)) {
        field.copy_from_slice(&total.to_ne_bytes());
    }
    Ok(())
}

/// A message of a datagram.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its header.
    pub header: Header,
    /// The bytes after the header.
    pub payload: &'a [u8],
}

/// The kind of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An empty message, or one of an unknown kind.
    Noop,
    /// An ACK.
    Ack,
    /// An error.
    Refused(Box<Refusal>),
    /// The end of a dump.
    Done,
    /// The kernel lost data.
    Overrun,
    /// A message of a family.
    Data,
}

impl<'a> Message<'a> {
    /// Reads the message at the start of `bytes`. `None` if its length is invalid.
    #[inline(always)]
    pub(super) fn first_of(bytes: &'a [u8]) -> Option<Self> {
        let header = Header::read(bytes)?;
        let whole = bytes.get(..header.len as usize)?;
        let payload = whole.get(HEADER..)?;
        Some(Self { header, payload })
    }
}

impl Message<'_> {
    /// Returns the kind of the message.
    #[inline]
    pub fn kind(&self) -> Result<Kind> {
        let Header { kind, flags, .. } = self.header;
        if kind >= MIN_TYPE {
            return Ok(Kind::Data);
        }
        if is_ack(kind, self.payload) {
            return Ok(Kind::Ack);
        }
        control(kind, flags, self.payload)
    }

    /// Returns the kernel's warning in an ACK about a request that it carried out.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let Header { kind, flags, .. } = self.header;
        let quoted = self
            .payload
            .get(4..)
            .filter(|_| is_ack(kind, self.payload))?;
        let attributes = extack(flags, Header::read(quoted)?, quoted);
        let mut refusal = Refusal::default();
        read_extack(
            attributes.filter(|_| flags & flags::ACK_TLVS != 0)?,
            &mut refusal,
        );
        refusal.message
    }
}

/// Returns the kind of one of netlink's own messages.
// Takes the parts, so that other messages need not be written to memory.
fn control(kind: u16, flags: u16, payload: &[u8]) -> Result<Kind> {
    Ok(match i32::from(kind) {
        libc::NLMSG_ERROR => error(flags, payload)?,
        libc::NLMSG_DONE => done(flags, payload)?,
        libc::NLMSG_OVERRUN => Kind::Overrun,
        _ => Kind::Noop,
    })
}

/// Reads NLMSG_DONE: 0, or the errno that ended the dump, and the extended ACK. Some
/// families, such as devlink, smc and team, end a list with a NLMSG_DONE that has no
/// payload.
fn done(flags: u16, payload: &[u8]) -> Result<Kind> {
    if payload.is_empty() {
        return Ok(Kind::Done);
    }
    let [a, b, c, d, attributes @ ..] = payload else {
        return Err(Error::Malformed {
            what: "the end of a dump is too short",
            offset: 0,
        });
    };
    let code = i32::from_ne_bytes([*a, *b, *c, *d]);
    let Some(errno) = Errno::of_code(code) else {
        return Ok(Kind::Done);
    };
    Ok(refused(errno, flags, Some(attributes)))
}

/// Creates a refusal with this errno, and the extended ACK in `attributes`, if there is
/// one.
fn refused(errno: Errno, flags: u16, attributes: Option<&[u8]>) -> Kind {
    let mut refusal = Refusal {
        errno: errno.0,
        ..Refusal::default()
    };
    if let Some(attributes) = attributes.filter(|_| flags & flags::ACK_TLVS != 0) {
        read_extack(attributes, &mut refusal);
    }
    Kind::Refused(Box::new(refusal))
}

/// Returns whether a message is a complete NLMSG_ERROR with the error 0, which is an ACK.
#[inline]
pub(super) fn is_ack(kind: u16, payload: &[u8]) -> bool {
    kind == libc::NLMSG_ERROR as u16
        && payload.len() >= 4 + HEADER
        && payload.first_chunk() == Some(&[0; 4])
}

/// Reads NLMSG_ERROR: an errno, the header of the request, its payload unless it was
/// capped, and the extended ACK.
fn error(flags: u16, payload: &[u8]) -> Result<Kind> {
    let short = Error::Malformed {
        what: "an error message is too short",
        offset: 0,
    };
    let [a, b, c, d, quoted @ ..] = payload else {
        return Err(short);
    };
    let code = i32::from_ne_bytes([*a, *b, *c, *d]);
    let Some(request) = Header::read(quoted) else {
        return Err(short);
    };
    if code == 0 {
        return Ok(Kind::Ack);
    }
    let errno = Errno::of_code(code).ok_or(Error::Malformed {
        what: "an error message has no errno",
        offset: HEADER,
    })?;
    Ok(refused(errno, flags, extack(flags, request, quoted)))
}

/// Returns the attributes of the extended ACK, which follow the request in an error.
fn extack(flags: u16, request: Header, quoted: &[u8]) -> Option<&[u8]> {
    let len = if flags & flags::CAPPED != 0 {
        HEADER
    } else {
        request.len as usize
    };
    // If the request's length is wrong, the extended ACK's start is unknown.
    quoted.get(..len).map(|_| behind(quoted, len))
}

/// Reads the extended ACK: `enum nlmsgerr_attrs`. Skips malformed attributes, and
/// replaces text that is not UTF-8: the errno is more useful than an error about its
/// explanation.
fn read_extack(bytes: &[u8], refusal: &mut Refusal) {
    for attribute in Attributes::new(bytes).map_while(Result::ok) {
        match attribute.number {
            1 => refusal.message = attribute.text().ok(),
            2 => refusal.offset = attribute.u32().ok(),
            4 => refusal.policy = read_policy(attribute.attributes()).ok(),
            5 => refusal.missing = attribute.u32().ok(),
            6 => refusal.missing_in = attribute.u32().ok(),
            _ => {}
        }
    }
}

/// Reads a policy from the kernel: `enum netlink_policy_type_attr`.
pub fn read_policy(attributes: Attributes<'_>) -> Result<Policy> {
    let mut policy = Policy::default();
    let (mut signed, mut unsigned) = ((None, None), (None, None));
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            1 => policy.kind = Some(attribute.u32()?),
            2 => signed.0 = Some(attribute.sint()?),
            3 => signed.1 = Some(attribute.sint()?),
            4 => unsigned.0 = Some(attribute.uint()?),
            5 => unsigned.1 = Some(attribute.uint()?),
            6 => policy.min_len = Some(attribute.u32()?),
            7 => policy.max_len = Some(attribute.u32()?),
            8 => policy.nested = Some(attribute.u32()?),
            10 => policy.mask = Some(attribute.u32()?.into()),
            12 => policy.mask = Some(attribute.uint()?),
            _ => {}
        }
    }
    policy.signed = signed.0.zip(signed.1);
    policy.unsigned = unsigned.0.zip(unsigned.1);
    Ok(policy)
}

/// Iterates over the messages of a datagram. Ends at the first malformed one.
#[derive(Clone, Debug)]
#[must_use = "messages are read by going through them"]
pub struct Messages<'a> {
    /// The bytes that have not been read yet.
    rest: &'a [u8],
    /// The datagram's length.
    len: usize,
}

impl<'a> Messages<'a> {
    /// Reads `datagram`.
    #[inline]
    pub fn new(datagram: &'a [u8]) -> Self {
        Self::at(datagram, 0)
    }

    /// Reads `datagram` from `offset` on.
    #[inline]
    pub(super) fn at(datagram: &'a [u8], offset: usize) -> Self {
        Self {
            rest: datagram.get(offset..).unwrap_or_default(),
            len: datagram.len(),
        }
    }

    /// Returns the offset of the next message.
    #[must_use]
    #[inline]
    pub fn offset(&self) -> usize {
        self.len.saturating_sub(self.rest.len())
    }
}

/// The error for a message at `offset` of a datagram that has an invalid length.
#[cold]
pub(super) fn malformed(offset: usize) -> Error {
    Error::Malformed {
        what: "a message's length is wrong",
        offset,
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest;
        if rest.is_empty() {
            return None;
        }
        let Some(message) = Message::first_of(rest) else {
            let offset = self.offset();
            self.rest = &[];
            return Some(Err(malformed(offset)));
        };
        self.rest = behind(rest, message.header.len as usize);
        Some(Ok(message))
    }
}

#[cfg(test)]
mod tests;
