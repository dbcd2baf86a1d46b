// SPDX-License-Identifier: MIT OR Apache-2.0

//! The answer that a request waits for.

/// The message that ends the wait for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// A message of the family.
    Reply,
    /// A message of a Generic Netlink family with this command. If a socket receives the
    /// events of its own request, only the command distinguishes them from the reply.
    Command(u8),
    /// A message of the family, or the end of a dump.
    Entry,
    /// An ACK.
    Ack,
}
