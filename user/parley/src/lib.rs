// SPDX-License-Identifier: MIT OR Apache-2.0

//! The Generic Netlink family `parley`, which a kernel module of the same name serves.
//!
//! [`client`] is the family as typed calls, generated from its spec. [`device`] stands beside it: the same over
//! `/dev/parley`. Both are made of what the crate [`parley_netlink`] offers everybody.
//!
//! ```no_run
//! use parley::client::EchoRequest;
//!
//! let mut client = parley::Client::open()?;
//! let echo = client.echo(&EchoRequest::new().payload("hello"))?;
//! assert_eq!(echo.payload()?, b"hello");
//! println!("handled on CPU {}", echo.stamp()?.cpu()?);
//! # Ok::<(), parley::Error>(())
//! ```
//!
//! The folder `examples` has a small program for each direction of a conversation.

#[cfg(not(target_os = "linux"))]
compile_error!("this library talks to the Linux kernel, and builds for Linux alone");

pub mod client;
pub mod device;
/// The contract of the family `parley`, and its client; [`client`] also offers all of it.
///
/// ```
/// use parley::uapi::{cmd, OPERATIONS};
///
/// let echo = OPERATIONS.iter().find(|operation| operation.name == "echo");
/// assert_eq!(echo.map(|operation| operation.number), Some(cmd::ECHO));
/// ```
pub mod uapi;

// The examples of the README are tested as those here are.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use client::Client;
pub use parley_netlink::{Error, Result};
