// SPDX-License-Identifier: MIT OR Apache-2.0

//! The `parley` family as typed calls.
//!
//! Source: `spec/parley.yaml`, from which [`uapi`] is made.
//!
//! ```no_run
//! use parley::client::SetMode;
//! use parley::Client;
//!
//! let mut client = Client::open()?;
//! let mode = SetMode { create: true, ..SetMode::default() };
//! client.counter_set("visitors", 40, mode)?;
//! let counter = client.counter_add("visitors", 2, false)?;
//! println!("{} stands at {}", counter.name, counter.value);
//!
//! client.counter_list(Some(b"vis"), |counter| {
//!     println!("{counter:?}");
//!     Ok(())
//! })?;
//! # Ok::<(), parley::Error>(())
//! ```

mod agent;
#[cfg(test)]
mod lies;
mod listener;
mod stats;

pub use agent::{Agent, Question};
pub use listener::{Change, Event, Listener};
pub use stats::Stats;

use crate::uapi::{self, ask, cmd, counter, echo, stamp};
use parley_netlink::genl::{self, Family};
use parley_netlink::netlink::attr::{Attributes, Writer};
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::transport::{Netlink, Transport};
use parley_netlink::netlink::{Error, Result, Socket};
use parley_netlink::terminal;
use std::fmt::{self, Write as _};
use std::time::Duration;

/// A conversation with the module, over a socket of its own.
///
/// Each call fails with [`Error::Refused`] where the kernel refuses, and with
/// [`Error::NoFamily`] where the module is not loaded, or no longer.
#[derive(Debug)]
pub struct Client<T = Netlink>(genl::Client<T>);

/// The reply to an echo. Borrows from the client's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Echo<'a> {
    /// The payload, as it came back.
    pub payload: &'a [u8],
    /// What the kernel noted.
    pub stamp: Stamp,
}

/// When, where and for whom the kernel handled a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stamp {
    /// The kernel's monotonic clock, in nanoseconds.
    pub time_ns: u64,
    /// The CPU.
    pub cpu: u32,
    /// The requester's netlink port.
    pub portid: u32,
}

/// The name of a counter: bytes, that need not be text.
///
/// Shown as text: bytes that are none, and those of what a terminal would obey, as
/// `\xNN`, and a backslash as two. So no two names look the same.
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
    /// Its bytes, without a NUL.
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
                if terminal::obeys(c) {
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

/// A counter. The name borrows from the client's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counter<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// What it stands at.
    pub value: u64,
    /// How often the value was written.
    pub updates: u64,
}

impl<'a> Counter<'a> {
    /// A counter as the kernel would tell of it.
    pub fn new(name: impl Into<Name<'a>>, value: u64, updates: u64) -> Self {
        Self {
            name: name.into(),
            value,
            updates,
        }
    }
}

/// The agent's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The number that the question had.
    pub id: u64,
    /// What the agent said: at most [`ANSWER_MAX`](uapi::ANSWER_MAX) bytes.
    pub answer: Vec<u8>,
}

/// How [`Client::counter_set`] treats a counter that does not exist, and one that does.
///
/// By default, it overwrites an existing counter and fails with `ENOENT` if there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetMode {
    /// Create the counter if it does not exist.
    pub create: bool,
    /// Fail with `EEXIST` if the counter exists. Only valid together with `create`;
    /// without it the kernel refuses the request with `EINVAL`.
    pub exclusive: bool,
}

impl Client {
    /// Opens a socket and finds the family. The kernel loads the module if it
    /// is installed and not loaded yet.
    pub fn open() -> Result<Self> {
        Self::over(Socket::open(libc::NETLINK_GENERIC)?)
    }
}

impl<T: Transport> Client<T> {
    /// As [`Client::open`], over a socket that is open.
    pub fn over(socket: Socket<T>) -> Result<Self> {
        Ok(Self(genl::Client::over(socket, &uapi::FAMILY)?))
    }

    /// The family, as the kernel describes it.
    pub fn family(&self) -> &Family {
        self.0.family()
    }

    /// The socket's netlink port, as the kernel should see it.
    pub fn portid(&self) -> u32 {
        self.0.portid()
    }

    /// Has the kernel send `payload` back: at most
    /// [`PAYLOAD_MAX`](uapi::PAYLOAD_MAX) bytes.
    #[inline]
    pub fn echo(&mut self, payload: &[u8]) -> Result<Echo<'_>> {
        read_echo(self.call(cmd::ECHO, 0, Expect::Reply, |attributes| {
            attributes.bytes(echo::PAYLOAD, payload)
        })?)
    }

    /// Sets how long the kernel has to answer; by default
    /// [`TIMEOUT`](parley_netlink::netlink::socket::TIMEOUT).
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<()> {
        self.0.set_timeout(timeout)
    }

    /// Reads the counter `name`.
    pub fn counter_get(&mut self, name: impl AsRef<[u8]>) -> Result<Counter<'_>> {
        read_counter(self.call(cmd::COUNTER_GET, 0, Expect::Reply, |attributes| {
            attributes.string(counter::NAME, name)
        })?)
    }

    /// Hands every counter whose name begins with `prefix` to `each`, in byte
    /// order of the names. Returns whether a counter was created or deleted
    /// meanwhile. No counter that existed all the time is missing or came twice;
    /// its value is that of the moment at which the kernel read it.
    pub fn counter_list(
        &mut self,
        prefix: Option<&[u8]>,
        mut each: impl FnMut(Counter<'_>) -> Result<()>,
    ) -> Result<bool> {
        self.0.dump(
            cmd::COUNTER_GET,
            |attributes| match prefix {
                Some(prefix) => attributes.string(counter::PREFIX, prefix),
                None => Ok(()),
            },
            |attributes| each(read_counter(attributes)?),
        )
    }

    /// Sets the counter `name`. Needs `CAP_NET_ADMIN`.
    pub fn counter_set(&mut self, name: impl AsRef<[u8]>, value: u64, mode: SetMode) -> Result<()> {
        self.call(cmd::COUNTER_SET, 0, Expect::Ack, |attributes| {
            attributes.string(counter::NAME, name)?;
            attributes.uint(counter::VALUE, value)?;
            flag_if(mode.create, counter::CREATE, attributes)?;
            flag_if(mode.exclusive, counter::EXCLUSIVE, attributes)
        })?;
        Ok(())
    }

    /// Adds `delta` to the counter `name` and returns the result. With `create`, a
    /// counter that does not exist starts from 0. Needs `CAP_NET_ADMIN`.
    pub fn counter_add(
        &mut self,
        name: impl AsRef<[u8]>,
        delta: i64,
        create: bool,
    ) -> Result<Counter<'_>> {
        read_counter(self.call(cmd::COUNTER_ADD, 0, Expect::Reply, |attributes| {
            attributes.string(counter::NAME, name)?;
            attributes.sint(counter::DELTA, delta)?;
            flag_if(create, counter::CREATE, attributes)
        })?)
    }

    /// Deletes the counter `name`. Needs `CAP_NET_ADMIN`.
    pub fn counter_del(&mut self, name: impl AsRef<[u8]>) -> Result<()> {
        self.call(cmd::COUNTER_DEL, 0, Expect::Ack, |attributes| {
            attributes.string(counter::NAME, name)
        })?;
        Ok(())
    }

    /// Asks the agent of this network namespace, and waits for its answer: for
    /// `timeout` from when the agent has the question, or for the default where there is
    /// none. Whole milliseconds count, from 1 to
    /// [`TIMEOUT_MS_MAX`](uapi::TIMEOUT_MS_MAX).
    ///
    /// Fails with [`Error::Refused`] and `ENOTCONN` if there is no agent, `ETIMEDOUT`
    /// if it does not answer in time, `ECANCELED` if it declines, `EPIPE` if it closes
    /// its socket, and `EBUSY` if too many questions are pending: of this socket, of
    /// the namespace, or in the agent's receive buffer. The message says which.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let mut client = parley::Client::open()?;
    /// let answer = client.ask(b"forty-two", Some(Duration::from_secs(2)))?;
    /// println!("{}", String::from_utf8_lossy(&answer.answer));
    /// # Ok::<(), parley::Error>(())
    /// ```
    pub fn ask(&mut self, question: &[u8], timeout: Option<Duration>) -> Result<Answer> {
        let millis = |timeout: Duration| u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        let wanted = timeout.map(millis);
        let usual = self.0.socket().timeout();
        let longest = wanted.unwrap_or(uapi::TIMEOUT_MS_DEFAULT);
        self.0
            .set_timeout(usual.saturating_add(Duration::from_millis(longest.into())))?;
        let asked = self.call(cmd::ASK, 0, Expect::Reply, |attributes| {
            attributes.bytes(ask::QUESTION, question)?;
            wanted.map_or(Ok(()), |wanted| attributes.u32(ask::TIMEOUT_MS, wanted))
        });
        let answer = asked.and_then(read_answer);
        self.0.set_timeout(usual)?;
        answer
    }

    /// One round trip: any command with any flags and attributes, for what the
    /// typed calls cannot say. An ACK has no attributes.
    #[inline]
    pub fn call(
        &mut self,
        cmd: u8,
        modifiers: u16,
        expect: Expect,
        fill: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> Result<Attributes<'_>> {
        self.0.call(cmd, modifiers, expect, fill)
    }

    /// Has the kernel send each of `payloads` back, many with one send, and hands
    /// each echo, with the place of its payload, to `each`. The order is that of
    /// the payloads.
    ///
    /// Fails as [`Self::call_batch`] does.
    ///
    /// ```no_run
    /// let mut client = parley::Client::open()?;
    /// client.echo_batch(&[&b"one"[..], b"two"], |i, echo| {
    ///     println!("{i}: {:?}", echo?.payload);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), parley::Error>(())
    /// ```
    pub fn echo_batch(
        &mut self,
        payloads: &[impl AsRef<[u8]>],
        mut each: impl FnMut(usize, Result<Echo<'_>>) -> Result<()>,
    ) -> Result<()> {
        self.call_batch(
            (cmd::ECHO, 0),
            Expect::Reply,
            payloads,
            |payload, attributes| attributes.bytes(echo::PAYLOAD, payload.as_ref()),
            |i, reply| each(i, reply.and_then(read_echo)),
        )
    }

    /// As [`genl::Client::call_batch`], for requests with the attributes of `items`.
    ///
    /// Not for `ask`, whose answer may come after that to the next request.
    pub fn call_batch<I>(
        &mut self,
        operation: (u8, u16),
        expect: Expect,
        items: &[I],
        fill: impl FnMut(&I, &mut Writer<'_>) -> Result<()>,
        each: impl FnMut(usize, Result<Attributes<'_>>) -> Result<()>,
    ) -> Result<()> {
        self.0.call_batch(operation, expect, items, fill, each)
    }
}

/// Puts a flag attribute if `wanted`.
fn flag_if(wanted: bool, number: u16, attributes: &mut Writer<'_>) -> Result<()> {
    if wanted {
        attributes.flag(number)?;
    }
    Ok(())
}

// In line: to hand over what is read costs as much as reading it.
#[inline(always)]
fn read_echo(attributes: Attributes<'_>) -> Result<Echo<'_>> {
    let (mut payload, mut stamp) = (None, None);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            echo::PAYLOAD => payload = Some(attribute.payload),
            echo::STAMP => stamp = Some(read_stamp(attribute.attributes())?),
            _ => {}
        }
    }
    Ok(Echo {
        payload: payload.ok_or(Error::Absent("echo.payload"))?,
        stamp: stamp.ok_or(Error::Absent("echo.stamp"))?,
    })
}

// In line: to hand over what is read costs as much as reading it.
#[inline(always)]
fn read_stamp(attributes: Attributes<'_>) -> Result<Stamp> {
    let (mut time_ns, mut cpu, mut portid) = (None, None, None);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            stamp::TIME_NS => time_ns = Some(attribute.uint()?),
            stamp::CPU => cpu = Some(attribute.u32()?),
            stamp::PORTID => portid = Some(attribute.u32()?),
            _ => {}
        }
    }
    Ok(Stamp {
        time_ns: time_ns.ok_or(Error::Absent("stamp.time-ns"))?,
        cpu: cpu.ok_or(Error::Absent("stamp.cpu"))?,
        portid: portid.ok_or(Error::Absent("stamp.portid"))?,
    })
}

fn read_answer(attributes: Attributes<'_>) -> Result<Answer> {
    let (mut id, mut answer) = (None, None);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            ask::ID => id = Some(attribute.uint()?),
            ask::ANSWER => answer = Some(attribute.payload.to_vec()),
            _ => {}
        }
    }
    Ok(Answer {
        id: id.ok_or(Error::Absent("ask.id"))?,
        answer: answer.ok_or(Error::Absent("ask.answer"))?,
    })
}

// In line: to hand over what is read costs as much as reading it.
#[inline(always)]
fn read_counter(attributes: Attributes<'_>) -> Result<Counter<'_>> {
    let (mut name, mut value, mut updates) = (None, None, None);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            counter::NAME => name = Some(Name(attribute.string_bytes()?)),
            counter::VALUE => value = Some(attribute.uint()?),
            counter::UPDATES => updates = Some(attribute.uint()?),
            _ => {}
        }
    }
    Ok(Counter {
        name: name.ok_or(Error::Absent("counter.name"))?,
        value: value.ok_or(Error::Absent("counter.value"))?,
        updates: updates.ok_or(Error::Absent("counter.updates"))?,
    })
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
            // Marks that turn the direction, and separate lines.
            (b"a\xe2\x80\xaeb", "a\\xe2\\x80\\xaeb"),
            (b"\xe2\x80\xa8", "\\xe2\\x80\\xa8"),
            (b"\xe2\x81\xa6", "\\xe2\\x81\\xa6"),
        ] {
            assert_eq!(Name(name).to_string(), shown);
        }
    }
}
