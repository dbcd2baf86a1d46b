// SPDX-License-Identifier: MIT OR Apache-2.0

//! Errors, and the kernel's reasons for refusing a request.
//!
//! ```
//! use parley_netlink::genl::message;
//! use parley_netlink::netlink::{protocol, socket::Expect, Socket};
//!
//! // The controller, which has the number 16, has no command 200.
//! let mut socket = Socket::open(protocol::GENERIC)?;
//! let (seq, mut request) = (socket.next_seq(), Vec::new());
//! message::write(&mut request, 16, (200, 2), 0, seq, |_| Ok(()))?;
//! let error = socket.transact(&request, seq, Expect::Reply).unwrap_err();
//!
//! let refusal = error.refusal().expect("it is the kernel that refuses");
//! assert_eq!(refusal.errno_name(), "EOPNOTSUPP");
//! // On one line: the errno, and the kernel's message if there is one.
//! println!("{error}");
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::errno::Errno;
use std::fmt;
use std::io;
use std::time::Duration;

/// A result of this library.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of this library. Callbacks that are passed to a call return it, too.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The kernel refused a request.
    Refused(Box<Refusal>),
    /// No family with this name is registered in the kernel.
    NoFamily(String),
    /// The kernel did not answer in this time.
    Timeout(Duration),
    /// Messages did not fit into the socket's buffer, and the kernel dropped them.
    Overrun,
    /// A message was longer than the receive buffer, which has this many bytes.
    Truncated(usize),
    /// A message is malformed.
    Malformed {
        /// A description of the fault.
        what: &'static str,
        /// The offset of the byte at fault, from the start of the datagram or, in an
        /// attribute, from the start of its payload.
        offset: usize,
    },
    /// A reply lacks an attribute.
    Absent(&'static str),
    /// A value does not fit into an attribute, whose length field has 16 bits.
    TooLong {
        /// The value's length in bytes.
        len: usize,
        /// The maximum length in bytes.
        max: usize,
    },
    /// A string contains a NUL.
    Nul,
    /// A system call failed.
    Io {
        /// The call's name.
        call: &'static str,
        /// The call's error.
        error: io::Error,
    },
}

impl Error {
    /// Returns the kernel's errno, if the kernel refused a request.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Refused(refusal) => Some(refusal.errno),
            _ => None,
        }
    }

    /// Returns the refusal, if this is one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::NoFamily(name) => write!(f, "the kernel has no family '{name}'"),
            Self::Timeout(time) => {
                write!(f, "the kernel did not answer in {} s", time.as_secs_f32())
            }
            Self::Overrun => f.write_str(
                "the socket's buffer was full, and the kernel dropped messages (ENOBUFS)",
            ),
            Self::Truncated(room) => {
                write!(f, "a message from the kernel is longer than {room} bytes")
            }
            Self::Malformed { what, offset } => {
                write!(
                    f,
                    "a message from the kernel is malformed at byte {offset}: {what}"
                )
            }
            Self::Absent(name) => write!(f, "the kernel's reply has no attribute {name}"),
            Self::TooLong { len, max } => write!(
                f,
                "a payload of {len} bytes does not fit into an attribute; the maximum is {max}"
            ),
            Self::Nul => f.write_str("a string for the kernel contains a NUL"),
            Self::Io { call, error } => write!(f, "{call}: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // Our message already contains the system's: a program that prints the whole
            // chain would print it twice.
            Self::Io { error, .. } => error.source(),
            _ => None,
        }
    }
}

/// The kernel's refusal of a request: NLMSG_ERROR, with its extended ACK if there is one.
///
/// Source: `include/uapi/linux/netlink.h`, `enum nlmsgerr_attrs`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The errno, positive.
    pub errno: i32,
    /// The kernel's message.
    pub message: Option<String>,
    /// The offset in the request of the attribute at fault, in bytes from the start of
    /// its nlmsghdr.
    pub offset: Option<u32>,
    /// The number of the missing attribute.
    pub missing: Option<u32>,
    /// The offset in the request of the nest that lacks it. Absent if the message itself
    /// lacks it.
    pub missing_in: Option<u32>,
    /// The policy that the attribute at fault violates.
    pub policy: Option<Policy>,
    /// The name of the operation. Only the family's client knows it.
    pub operation: Option<&'static str>,
    /// The name of the attribute at fault or missing: `set.attribute`.
    pub attribute: Option<String>,
}

impl Refusal {
    /// Returns the C library's name for the errno, such as `ENOENT`.
    #[must_use]
    pub fn errno_name(&self) -> String {
        Errno(self.errno).name()
    }

    /// Returns the C library's message for the errno.
    #[must_use]
    pub fn errno_text(&self) -> String {
        Errno(self.errno).text()
    }
}

/// Formats on one line: the operation, the errno, the kernel's message, the attribute,
/// and its policy.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "{operation} ")?;
        }
        write!(f, "refused by the kernel: {}", Errno(self.errno))?;
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if let Some(attribute) = &self.attribute {
            let missing = if self.missing.is_some() {
                " is missing"
            } else {
                ""
            };
            write!(f, "; attribute {attribute}{missing}")?;
        } else if let Some(offset) = self.offset {
            write!(f, "; the attribute at byte {offset} of the request")?;
        }
        if let Some(policy) = &self.policy {
            let text = policy.to_string();
            if !text.is_empty() {
                write!(f, "; allowed: {text}")?;
            }
        }
        Ok(())
    }
}

/// The policy for an attribute. The kernel reports it with a refusal, or on request.
///
/// Source: `include/uapi/linux/netlink.h`, `enum netlink_policy_type_attr`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Its type, a value of `enum netlink_attribute_type`.
    pub kind: Option<u32>,
    /// For a nest: the number of the family's policy that applies inside.
    pub nested: Option<u32>,
    /// The bits that may be set.
    pub mask: Option<u64>,
    /// The minimum and maximum of a signed integer.
    pub signed: Option<(i64, i64)>,
    /// The minimum and maximum of an unsigned integer.
    pub unsigned: Option<(u64, u64)>,
    /// The minimum length in bytes.
    pub min_len: Option<u32>,
    /// The maximum length in bytes.
    pub max_len: Option<u32>,
}

impl Policy {
    /// Returns the type's name in a Netlink spec.
    #[must_use]
    pub fn kind_name(&self) -> Option<&'static str> {
        Some(match self.kind? {
            0 => "invalid",
            1 => "flag",
            2 => "u8",
            3 => "u16",
            4 => "u32",
            5 => "u64",
            6 => "s8",
            7 => "s16",
            8 => "s32",
            9 => "s64",
            10 => "binary",
            11 | 12 => "string",
            13 => "nest",
            14 => "nest-array",
            15 => "bitfield32",
            16 => "sint",
            17 => "uint",
            _ => return None,
        })
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((min, max)) = self.signed {
            return write!(f, "{min} to {max}");
        }
        if let Some((min, max)) = self.unsigned {
            return write!(f, "{min} to {max}");
        }
        match (self.min_len, self.max_len) {
            (Some(min), Some(max)) => write!(f, "{min} to {max} bytes"),
            (Some(1), None) => f.write_str("at least 1 byte"),
            (Some(min), None) => write!(f, "at least {min} bytes"),
            (None, Some(max)) => write!(f, "at most {max} bytes"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small_as_each_result_has_room_for_one() {
        assert!(size_of::<Error>() <= 32, "{}", size_of::<Error>());
    }

    #[test]
    fn a_refusal_says_what_where_and_why() {
        let refusal = Refusal {
            errno: libc::ERANGE,
            message: Some("counter would fall below 0".into()),
            operation: Some("counter-add"),
            attribute: Some("counter.delta".into()),
            ..Refusal::default()
        };
        assert_eq!(
            refusal.to_string(),
            "counter-add refused by the kernel: ERANGE (34, Numerical result out of range): \
             counter would fall below 0; attribute counter.delta"
        );
        let refusal = Refusal {
            errno: libc::EINVAL,
            missing: Some(1),
            attribute: Some("echo.payload".into()),
            policy: Some(Policy {
                min_len: Some(1),
                ..Policy::default()
            }),
            ..Refusal::default()
        };
        assert_eq!(
            refusal.to_string(),
            "refused by the kernel: EINVAL (22, Invalid argument); attribute echo.payload is \
             missing; allowed: at least 1 byte"
        );
    }

    #[test]
    fn a_failed_call_states_its_cause_once_however_it_is_printed() {
        let error = io::Error::from_raw_os_error(libc::EPERM);
        let failed = Error::Io {
            call: "setns",
            error,
        };
        let mut text = failed.to_string();
        let mut next = std::error::Error::source(&failed);
        while let Some(error) = next {
            text += &format!(": {error}");
            next = error.source();
        }
        assert_eq!(text, "setns: Operation not permitted (os error 1)");
    }
}
