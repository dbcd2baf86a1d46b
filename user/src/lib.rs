// SPDX-License-Identifier: MIT OR Apache-2.0

//! Converse with the kernel over Generic Netlink.
//!
//! Three layers, each of which knows only those below it: [`client`] is the
//! `parley` family as typed calls, [`genl`] finds families by name, and
//! [`netlink`] has sockets, messages, attributes and errors, and knows no
//! family. [`device`] stands beside them: the same over `/dev/parley`. So does
//! [`explain`], which takes messages apart for people.
//!
//! Over the same [`netlink`] stand [`route`] and [`firewall`], which read what the
//! kernel knows of its network: links, addresses, routes, rules, neighbours, and
//! the tables of its firewall.
//!
//! ```no_run
//! let mut client = parley::Client::open()?;
//! let echo = client.echo(b"hello")?;
//! assert_eq!(echo.payload, b"hello");
//! println!("handled on CPU {}", echo.stamp.cpu);
//! # Ok::<(), parley::Error>(())
//! ```
//!
//! # A family of your own
//!
//! [`client`] is made of what [`netlink`] and [`genl`] offer everybody. This asks
//! the controller, a family that every Linux has, about itself:
//!
//! ```
//! use parley::genl::{self, message};
//! use parley::netlink::{protocol, socket::Expect, Socket};
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
//! # Ok::<(), parley::Error>(())
//! ```
//!
//! The folder `examples` has a small program for each direction of a conversation.
//!
//! # Features
//!
//! `program`, which is on by default, has what the program `parley` needs. Who
//! takes the library alone says `default-features = false`; it then depends on
//! `libc`, and on `nix` for the names of errnos.
//!
//! # What may change
//!
//! What is documented here changes as semantic versioning has it. Most structs and
//! enums are `#[non_exhaustive]`: the kernel learns to tell more, and they grow
//! with it in minor versions. `Transport` and `Entry` are implemented here alone.
//! What is hidden from this documentation is the program's own, and may change at
//! any time.

#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(not(target_os = "linux"))]
compile_error!("this library talks to the Linux kernel, and builds for Linux alone");

pub mod client;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod compare;
pub mod device;
pub mod explain;
pub mod firewall;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod inherited;
pub mod route;
#[cfg(test)]
mod surface;
#[doc(hidden)]
pub mod terminal;
/// The contract of the family `parley`.
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

/// What keeps others from implementing a trait.
mod sealed {
    pub trait Sealed {}
}

/// Netlink: sockets, messages, attributes, errors.
pub mod netlink {
    pub mod attr;
    pub mod error;
    mod events;
    pub mod list;
    pub mod message;
    pub mod namespace;
    pub mod protocol;
    pub mod socket;
    // The one room with unsafe code.
    #[allow(unsafe_code)]
    mod sys;
    pub mod tap;
    pub mod transport;

    pub use error::{Error, Refusal, Result};
    pub use socket::Socket;
    #[cfg(test)]
    pub(crate) use sys::wait;
    #[cfg(feature = "program")]
    pub(crate) use sys::{
        default_child_signal, end_with_parent, end_with_this, is_signal_ignored, keep_signal_mask,
        open_process, shared, start::was_open, stay_on_this_cpu,
    };
    pub(crate) use sys::{device_counter_add, device_echo};
}

/// Generic Netlink: the controller, which knows the families.
pub mod genl {
    pub mod controller;
    pub mod message;

    pub use controller::{follow, resolve, Family};
}

pub use client::Client;
pub use netlink::{Error, Result};
