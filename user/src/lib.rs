// SPDX-License-Identifier: MIT OR Apache-2.0

//! Converse with the kernel over Generic Netlink.
//!
//! Three layers, each of which knows only those below it: [`client`] is the
//! `parley` family as typed calls, [`genl`] finds families by name, and
//! [`netlink`] has sockets, messages, attributes and errors, and knows no
//! family. [`device`] stands beside them: the same over `/dev/parley`. So does
//! [`explain`], which takes messages apart for people. [`compare`] stands above:
//! the same echo over these and over what processes have.
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

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod client;
pub mod compare;
pub mod device;
pub mod explain;
pub mod firewall;
pub mod route;
pub mod terminal;
pub mod uapi;

/// Netlink: sockets, messages, attributes, errors.
pub mod netlink {
    pub mod attr;
    pub mod error;
    pub mod list;
    pub mod message;
    pub mod namespace;
    pub mod socket;
    // The one room with unsafe code.
    #[allow(unsafe_code)]
    mod sys;
    pub mod tap;
    pub mod transport;

    pub use error::{Error, Refusal, Result};
    pub use socket::Socket;
    pub(crate) use sys::{
        device_counter_add, device_echo, end_with_parent, shared, stay_on_this_cpu,
    };
}

/// Generic Netlink: the controller, which knows the families.
pub mod genl {
    pub mod controller;
    pub mod message;

    pub use controller::{resolve, Family};
}

pub use client::Client;
pub use netlink::{Error, Result};
