// SPDX-License-Identifier: MIT OR Apache-2.0

//! The model of a Netlink spec.
//!
//! A Netlink spec describes a family: its constants, attributes, operations and multicast groups.
//! It is a YAML file that follows a schema of the Linux kernel; see
//! Documentation/userspace-api/netlink/specs.rst in the kernel's source. [`Spec`] is such a file
//! with everything resolved. Errors name the file, line and column.
//!
//! ```
//! use parley_spec::Spec;
//!
//! let text = "\
//! ## SPDX-License-Identifier: GPL-2.0
//! name: example
//! doc: An example.
//! attribute-sets:
//!   - name: pair
//!     attributes:
//!       - { name: key, type: u32 }
//!       - { name: value, type: string }
//! operations:
//!   list:
//!     - name: get
//!       doc: Reads a value.
//!       attribute-set: pair
//!       do:
//!         request: { attributes: [ key ] }
//!         reply: { attributes: [ vlaue ] }
//! ";
//! let errors = Spec::parse("example.yaml", text).unwrap_err();
//! assert_eq!(
//!     errors.to_string(),
//!     "example.yaml:16:32: the set `pair` has no attribute `vlaue`; did you mean `value`?"
//! );
//!
//! let spec = Spec::parse("example.yaml", &text.replace("vlaue", "value")).unwrap();
//! assert_eq!(spec.attribute_sets[0].attributes[1].number, 2);
//! ```

mod error;
pub mod model;
mod read;
pub mod rust;
mod schema;
mod yaml;

pub use error::{did_you_mean, Error, ErrorKind, Errors, Position};
pub use model::Spec;
