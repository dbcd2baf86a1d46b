// SPDX-License-Identifier: MIT OR Apache-2.0

//! Decodes netlink datagrams: the meaning of each byte, down to the last byte of padding.
//!
//! Decodes netlink's own messages, Generic Netlink with its controller, rtnetlink and
//! nf_tables as the kernel's specs describe them, and the families whose specs the caller
//! [adds](Context::add_spec). For other families it shows what an attribute's length,
//! number and flags reveal. It marks invalid bytes, and explains what follows them as far
//! as possible. Nothing here asks the kernel; [`Context`] learns from the datagrams it
//! decodes.
//!
//! ```
//! use parley_netlink::explain::{render, Context, Datagram, Direction};
//! use parley_netlink::genl::message;
//!
//! // CTRL_CMD_GETFAMILY, the request with which every program looks up a family.
//! let mut request = Vec::new();
//! message::write(&mut request, 16, (3, 2), 0, 7, |w| w.string(2, "parley"))?;
//!
//! const GENERIC: u16 = 16;
//! let datagram = Datagram::new(&request, GENERIC, Direction::ToKernel);
//! let explained = Context::new().explain(datagram);
//! assert!(explained.bad().is_none());
//! // Every byte belongs to one field.
//! let bytes: usize = explained.fields.iter().map(|field| field.len).sum();
//! assert_eq!(bytes, request.len());
//!
//! let text = render::text(&explained, &request, render::Style::default());
//! assert!(text.contains("CTRL_ATTR_FAMILY_NAME"));
//! # Ok::<(), parley_netlink::Error>(())
//! ```

mod about;
mod attributes;
pub mod capture;
mod context;
mod datagram;
mod flags;
mod message;
mod names;
pub mod render;
pub mod steps;
mod tables;
#[cfg(test)]
mod tests;
pub mod trace;
mod value;
mod walk;

pub use context::Context;
pub use datagram::{protocol_name, Datagram, Direction, Explained, Field, Headline, Order, Role};
pub use names::Names;

impl Context {
    /// Decodes a datagram, and learns from it.
    pub fn explain(&mut self, datagram: Datagram<'_>) -> Explained {
        message::datagram(self, datagram)
    }

    /// Returns the name of an operation of the Generic Netlink family `family`, and the
    /// names of its attributes. Knows the controller and the families of added specs.
    #[must_use]
    pub fn operation(&self, family: &str, cmd: u8) -> (Option<&'static str>, Names) {
        let known = tables::generic::Known::named(self, Some(family));
        let (name, _, set) = known.command(cmd, Direction::ToKernel);
        (name, Names(set))
    }
}
