// SPDX-License-Identifier: MIT OR Apache-2.0

//! The Generic Netlink family `parley`, which a kernel module of the same name serves.
//!
//! [`client`] provides the family as typed calls, generated from its spec. [`device`]
//! provides the same over `/dev/parley`. Both are built on the public crate
//! [`parley_netlink`].
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
//! The folder `examples` has a small program for each direction of communication.

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

// The README's examples are tested like those in this documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use client::Client;
pub use parley_netlink::{Error, Result};
