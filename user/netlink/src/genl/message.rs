// SPDX-License-Identifier: MIT OR Apache-2.0

//! The header that Generic Netlink puts after netlink's.
//!
//! Source: `include/uapi/linux/genetlink.h`, `struct genlmsghdr`.
//!
//! ```
//! use parley_netlink::genl::message;
//! use parley_netlink::netlink::message::Messages;
//!
//! // Command 3 of the family with the number 24, in its version 1.
//! let mut request = Vec::new();
//! message::write(&mut request, 24, (3, 1), 0, 7, |attributes| {
//!     attributes.string(1, "visitors")?;
//!     attributes.uint(2, 42)
//! })?;
//!
//! let sent = Messages::new(&request).next().expect("there is one")?;
//! let (command, attributes) = message::read(&sent)?;
//! assert_eq!((command, attributes.count()), (3, 2));
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use crate::netlink::attr::{Attributes, Writer};
use crate::netlink::fake::Answers;
use crate::netlink::message::{self, flags, Message};
use crate::netlink::{Error, Result};

/// Length of the header.
pub const HEADER: usize = 4;

/// The offset of a request's attributes from the start of its nlmsghdr.
pub const ATTRIBUTES: usize = message::HEADER + HEADER;

/// Writes a request of the family with number `family` into `buffer`, and replaces its
/// contents. `modifiers` are flags besides `NLM_F_REQUEST`.
#[inline]
pub fn write(
    buffer: &mut Vec<u8>,
    family: u16,
    operation: (u8, u8),
    modifiers: u16,
    seq: u32,
    fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
) -> Result<()> {
    buffer.clear();
    append(buffer, family, operation, modifiers, seq, fill)
}

/// Like [`write()`], but appends to `buffer`, for requests that are sent together. If
/// this fails, the request in the buffer is incomplete.
#[inline]
pub fn append(
    buffer: &mut Vec<u8>,
    family: u16,
    (cmd, version): (u8, u8),
    modifiers: u16,
    seq: u32,
    fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
) -> Result<()> {
    let start = buffer.len();
    // Writes both headers at once.
    let mut headers = [0; ATTRIBUTES];
    let (netlink, generic) = headers.split_at_mut(message::HEADER);
    netlink.copy_from_slice(&message::header(family, flags::REQUEST | modifiers, seq));
    generic.copy_from_slice(&[cmd, version, 0, 0]);
    buffer.extend_from_slice(&headers);
    fill(&mut Writer::new(buffer))?;
    message::finish(buffer, start)
}

/// Reads the command and the attributes of a message. Its family must not have a header
/// of its own.
#[inline]
pub fn read<'a>(message: &Message<'a>) -> Result<(u8, Attributes<'a>)> {
    match message.payload {
        [cmd, _version, _, _, attributes @ ..] => Ok((*cmd, Attributes::new(attributes))),
        _ => Err(Error::Malformed {
            what: "a message has no Generic Netlink header",
            offset: message::HEADER,
        }),
    }
}

/// Like [`read`], for a message that replies to the command `cmd`.
#[inline]
pub fn read_reply<'a>(message: &Message<'a>, cmd: u8) -> Result<Attributes<'a>> {
    match read(message)? {
        (replied, attributes) if replied == cmd => Ok(attributes),
        _ => Err(Error::Malformed {
            what: "a reply is of another command",
            offset: message::HEADER,
        }),
    }
}

/// Answers for tests of clients of a Generic Netlink family.
impl Answers {
    /// Answers the lookup of a family as the controller does: with its number and its
    /// name.
    pub fn family(&mut self, id: u16, name: &str) {
        // CTRL_CMD_NEWFAMILY, version 2.
        let mut payload = vec![1, 2, 0, 0];
        let mut attributes = Writer::new(&mut payload);
        let written = attributes
            .u16(1, id)
            .and_then(|()| attributes.string(2, name));
        assert!(written.is_ok(), "a family's name has no NUL and is short");
        self.message(0x10, 0, &payload);
    }
}
