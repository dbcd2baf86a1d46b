// SPDX-License-Identifier: MIT OR Apache-2.0

//! A trace of a program's sockets: each system call, and each message decoded.
//!
//! With `NETLINK_TRACE=1` in the environment, every program that opens its sockets with
//! [`Socket::open`] writes one to standard error. `NETLINK_TRACE=all` does not shorten long
//! values.
//!
//! ```
//! use parley_netlink::explain::{render::Style, trace::Trace};
//! use parley_netlink::genl;
//! use parley_netlink::netlink::{protocol, Socket};
//! use std::sync::Arc;
//!
//! // The same for one socket, independent of the environment.
//! let trace = Trace::new(Style::default());
//! let mut socket = Socket::open_with_tap(protocol::GENERIC, Arc::new(trace))?;
//! genl::resolve(&mut socket, "nlctrl")?;
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::render::{self, Style};
use super::{steps, Context, Datagram, Direction};
use crate::netlink::tap::{Call, Step, Tap};
use crate::netlink::{Result, Socket};
use std::env;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The environment variable that enables tracing.
const VARIABLE: &str = "NETLINK_TRACE";

/// A tap that writes a trace to standard error.
#[derive(Debug)]
pub struct Trace {
    context: Mutex<Context>,
    style: Style,
}

impl Trace {
    /// Creates a trace in this style. `Style::default()` is plain and shortens long
    /// values.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self {
            context: Mutex::new(Context::new()),
            style,
        }
    }

    /// Returns the trace that the environment asks for.
    fn from_environment() -> Option<Self> {
        let value = env::var(VARIABLE).ok()?;
        let style = Style {
            all: value == "all",
            ..Style::default()
        };
        (!matches!(value.as_str(), "" | "0")).then(|| Self::new(style))
    }
}

impl Tap for Trace {
    fn step(&self, step: &Step<'_>) {
        // A thread that panicked with the lock held has not broken the data.
        let mut context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        let text = text(&mut context, step, self.style);
        // A program must not fail because its trace cannot be written.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// Describes a system call in words, followed by the message that it transferred.
#[must_use]
pub fn text(context: &mut Context, step: &Step<'_>, style: Style) -> String {
    let mut text = steps::text(step, style);
    let (protocol, direction, bytes, whole) = match step.call {
        Call::Send { bytes, protocol } => (protocol, Direction::ToKernel, bytes, bytes.len()),
        Call::Receive {
            bytes,
            whole,
            protocol,
            ..
        } => (protocol, Direction::FromKernel, bytes, whole),
        _ => return text,
    };
    if step.result.is_ok() {
        let protocol = u16::try_from(protocol).unwrap_or(u16::MAX);
        let mut datagram = Datagram::new(bytes, protocol, direction);
        datagram.whole = whole;
        let explained = context.explain(datagram);
        text.push_str(&render::text(&explained, bytes, style));
    }
    text
}

impl Socket {
    /// Opens a socket of `protocol`, such as [`GENERIC`](crate::netlink::protocol::GENERIC).
    ///
    /// If `NETLINK_TRACE` is set in the environment, all system calls and messages of
    /// this socket are explained on standard error; see [`trace`](crate::explain::trace).
    pub fn open(protocol: i32) -> Result<Self> {
        match Trace::from_environment() {
            Some(trace) => Self::open_with_tap(protocol, Arc::new(trace)),
            None => Self::open_untapped(protocol),
        }
    }
}
