// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink for programs: sockets, messages, families, and the kernel's network
//! configuration.
//!
//! Each layer depends only on those below it:
//!
//! - [`explain`] decodes messages for people.
//! - [`route`] and [`nftables`] read the kernel's network configuration: links,
//!   addresses, routes, rules, neighbours, and the firewall's tables.
//! - [`genl`] finds Generic Netlink families by name.
//! - [`netlink`] has sockets, messages, attributes and errors, and knows no families.
//!
//! # A family of your own
//!
//! This asks the controller, a family that every Linux has, about itself:
//!
//! ```
//! use parley_netlink::genl::{self, message};
//! use parley_netlink::netlink::{protocol, socket::Expect, Socket};
//!
//! let mut socket = Socket::open(protocol::GENERIC)?;
//! let family = genl::resolve(&mut socket, "nlctrl")?;
//!
//! // Command 3 of version 2 is CTRL_CMD_GETFAMILY; attribute 2 its name.
//! let (seq, mut request) = (socket.next_seq(), Vec::new());
//! message::write(&mut request, family.id, (3, 2), 0, seq, |attributes| {
//!     attributes.string(2, "nlctrl")
//! })?;
//! let reply = socket.transact(&request, seq, Expect::Reply)?;
//! for attribute in message::read_reply(&reply, 1)? {
//!     let attribute = attribute?;
//!     // Attribute 1 is CTRL_ATTR_FAMILY_ID.
//!     if attribute.number == 1 {
//!         assert_eq!(attribute.u16()?, family.id);
//!     }
//! }
//! # Ok::<(), parley_netlink::Error>(())
//! ```
//!
//! # What may change
//!
//! The documented items follow semantic versioning. Most structs and enums are
//! `#[non_exhaustive]`, because the kernel adds attributes and values, and they grow with
//! it in minor versions. Only this crate can implement `Entry`. Items that are hidden
//! from this documentation belong to the program `parley`, and may change at any time.

#[cfg(not(target_os = "linux"))]
compile_error!("this library talks to the Linux kernel, and builds for Linux alone");

pub mod explain;
mod kernel;
pub mod nftables;
pub mod route;
#[doc(hidden)]
pub mod terminal;
// The decoder's tests need a family that has a spec.
#[cfg(test)]
#[allow(dead_code)]
#[path = "../../parley/src/uapi.rs"]
mod uapi;

// Generated tables refer to this crate by its name.
#[cfg(test)]
extern crate self as parley_netlink;

// The README's examples are tested like those in this documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Prevents other crates from implementing a trait.
mod sealed {
    pub trait Sealed {}
}

/// Netlink: sockets, messages, attributes, errors.
pub mod netlink {
    pub mod attr;
    pub mod errno;
    pub mod error;
    mod events;
    mod expect;
    pub mod fake;
    pub mod list;
    pub mod message;
    pub mod namespace;
    pub mod protocol;
    pub mod socket;
    // The only room with unsafe code.
    #[allow(unsafe_code)]
    mod sys;
    pub mod tap;
    pub mod transport;

    pub use error::{Error, Refusal, Result};
    pub use socket::Socket;
}

/// Generic Netlink: the controller, which describes the families, and clients of
/// families.
pub mod genl {
    pub mod client;
    pub mod controller;
    pub mod listener;
    pub mod message;
    pub mod refusal;
    pub mod spec;
    mod values;

    pub use client::Client;
    pub use controller::{follow, resolve, Family};
    pub use listener::{Event, Listener};
    pub use values::{known, required, Bitfield32, FromAttributes, List, Nest};
}

pub use netlink::{Error, Result, Socket};
