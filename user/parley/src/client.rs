// SPDX-License-Identifier: MIT OR Apache-2.0

//! The family `parley` as typed calls.
//!
//! The client is generated from `spec/parley.yaml`, as [`uapi`](crate::uapi): a method per
//! operation, its request and reply, and the events. Only what the spec does not describe is
//! handwritten: waiting for a deferred answer, the [`Agent`]'s loop, and the display of a [`Name`].
//!
//! ```no_run
//! use parley::client::{CounterAddRequest, CounterGetDumpRequest, CounterSetRequest, Name};
//! use parley::Client;
//!
//! let mut client = Client::open()?;
//! let request = CounterSetRequest::new().name("visitors").value(40);
//! client.counter_set(&request.create(true))?;
//! let request = CounterAddRequest::new().name("visitors").delta(2);
//! let counter = client.counter_add(&request)?;
//! println!("visitors stands at {}", counter.value()?);
//!
//! client.counter_get_dump(&CounterGetDumpRequest::new().prefix("vis"), |counter| {
//!     println!("{}: {}", Name::from(counter.name()?), counter.value()?);
//!     Ok(())
//! })?;
//! # Ok::<(), parley::Error>(())
//! ```
//!
//! A [`Listener`] receives the events:
//!
//! ```no_run
//! use parley::client::{group, Event, Listener, Name};
//! use parley::Error;
//!
//! let mut listener = Listener::open(&[group::EVENTS], None)?;
//! loop {
//!     match listener.next_event() {
//!         Ok(Event::CounterNewNtf(counter)) => println!("new: {}", Name::from(counter.name()?)),
//!         Ok(event) => println!("{event:?}"),
//!         // The kernel dropped events. A dump shows the current state.
//!         Err(Error::Overrun) => println!("events were lost"),
//!         Err(error) => return Err(error),
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), parley::Error>(())
//! ```

mod agent;

pub use crate::uapi::*;
pub use agent::{Agent, Question};

use parley_netlink::netlink::transport::Transport;
use parley_netlink::netlink::Result;
use parley_netlink::terminal;
use std::fmt::{self, Write as _};
use std::time::Duration;

/// The agent's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The number of the question.
    pub id: u64,
    /// The agent's bytes: at most [`ANSWER_MAX`].
    pub answer: Vec<u8>,
}

impl<T: Transport> Client<T> {
    /// Asks the agent of this network namespace, and waits for its answer. Waits for the
    /// timeout of the request plus the time that the kernel has for a reply.
    /// [`Self::ask`] waits only for the latter.
    ///
    /// Fails with [`Error::Refused`](crate::Error::Refused) and `ENOTCONN` if there is no
    /// agent, `ETIMEDOUT` if it does not answer in time, `ECANCELED` if it declines,
    /// `EPIPE` if it closes its socket, and `EBUSY` if too many questions are pending:
    /// from this socket, in the namespace, or in the agent's receive buffer. The message
    /// says which.
    ///
    /// ```no_run
    /// use parley::client::AskRequest;
    ///
    /// let mut client = parley::Client::open()?;
    /// let request = AskRequest::new().question("forty-two").timeout_ms(2000);
    /// let answer = client.ask_and_wait(&request)?;
    /// println!("{}", String::from_utf8_lossy(&answer.answer));
    /// # Ok::<(), parley::Error>(())
    /// ```
    pub fn ask_and_wait(&mut self, request: &AskRequest<'_>) -> Result<Answer> {
        let longest = request.timeout_ms.unwrap_or(TIMEOUT_MS_DEFAULT);
        let longest = Duration::from_millis(longest.into());
        let usual = self.inner().socket().timeout();
        self.inner().set_timeout(usual.saturating_add(longest))?;
        let answer = self.ask(request).and_then(|reply| {
            Ok(Answer {
                id: reply.id()?,
                answer: reply.answer()?.to_vec(),
            })
        });
        self.inner().set_timeout(usual)?;
        answer
    }
}

/// The name of a counter: bytes that need not be text.
///
/// Displays as text. Bytes that are not UTF-8 and terminal controls become `\xNN`, and a
/// backslash is doubled, so no two names look the same.
///
/// ```
/// use parley::client::Name;
///
/// let name = Name::from(&b"caf\xc3\xa9\xff"[..]);
/// assert_eq!(name.to_string(), "café\\xff");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// Returns its bytes, without a NUL.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> From<&'a [u8]> for Name<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if terminal::interprets(c) {
                    let mut bytes = [0; 4];
                    for byte in c.encode_utf8(&mut bytes).bytes() {
                        write!(f, "\\x{byte:02x}")?;
                    }
                } else if c == '\\' {
                    f.write_str("\\\\")?;
                } else {
                    f.write_char(c)?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_text_is_shown_so_that_it_can_be_told_apart() {
        for (name, shown) in [
            (&b"visitors"[..], "visitors"),
            (b"caf\xc3\xa9", "caf\u{e9}"),
            (b"\xff\xfea", "\\xff\\xfea"),
            (b"\\xff", "\\\\xff"),
            (b"a\\", "a\\\\"),
            (b"a\x1b[2J", "a\\x1b[2J"),
            (b"\xc2\x85", "\\xc2\\x85"),
            // Marks that change the direction of text, or separate lines.
            (b"a\xe2\x80\xaeb", "a\\xe2\\x80\\xaeb"),
            (b"\xe2\x80\xa8", "\\xe2\\x80\\xa8"),
            (b"\xe2\x81\xa6", "\\xe2\\x81\\xa6"),
        ] {
            assert_eq!(Name(name).to_string(), shown);
        }
    }
}
