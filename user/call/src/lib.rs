// SPDX-License-Identifier: MIT OR Apache-2.0

//! Calls operations and receives events of any netlink family, by its spec, which is read
//! at run time.
//!
//! Requests and replies are JSON with the names of the spec, as with the kernel's own client,
//! pyynl: enums and flags by name, bytes in hexadecimal, nests as objects.
//!
//! ```no_run
//! use parley_call::Question;
//! use parley_spec::Spec;
//!
//! let spec = Spec::from_file("nlctrl.yaml").map_err(|errors| anyhow::anyhow!("{errors}"))?;
//! let question = Question::new(&spec, "getfamily", &["family-name=nlctrl"])?;
//! println!("{}", question.ask(question.open()?)?.value);
//! # Ok::<(), anyhow::Error>(())
//! ```

mod arguments;
mod call;
mod decode;
mod encode;
mod events;
mod example;
mod hint;
mod record;
mod scalar;
mod scope;
mod table;
#[cfg(test)]
mod tests;

pub use call::{Answer, Question};
pub use events::Events;

use anyhow::{anyhow, Result};
use parley_netlink::genl::spec::Family;
use parley_spec::model::{Operation, Protocol};
use parley_spec::{did_you_mean, Spec};
use serde_json::{Map, Value};

/// Returns whether the spec describes a Generic Netlink family.
#[must_use]
pub fn is_generic(spec: &Spec) -> bool {
    spec.protocol != Protocol::NetlinkRaw
}

/// Returns the number of the netlink protocol of a spec, for
/// [`Socket::open`](parley_netlink::netlink::Socket::open).
///
/// # Errors
///
/// Fails if the spec lacks it.
pub fn protocol(spec: &Spec) -> Result<i32> {
    if is_generic(spec) {
        return Ok(libc::NETLINK_GENERIC);
    }
    let number = spec.protonum.and_then(|number| i32::try_from(number).ok());
    number.ok_or_else(|| anyhow!("the spec of {} has no `protonum`", spec.name))
}

/// Returns the table of a spec's family, which errors and traces use to name its
/// attributes. It stays in memory until the program ends.
#[must_use]
pub fn table(spec: &Spec) -> &'static Family {
    table::of(spec)
}

/// Adds a value. Values of the same name become an array.
fn add(values: &mut Map<String, Value>, name: &str, value: Value) {
    match values.get_mut(name) {
        None => {
            values.insert(name.to_owned(), value);
        }
        Some(Value::Array(all)) => all.push(value),
        Some(first) => *first = vec![first.take(), value].into(),
    }
}

/// Shortens a value to one line, for an error.
fn excerpt(value: impl std::fmt::Display) -> String {
    let text = value.to_string();
    let line = text.trim().lines().next().unwrap_or_default();
    let end = line.char_indices().nth(QUOTED).map(|(end, _)| end);
    let part = line.get(..end.unwrap_or(line.len())).unwrap_or(line);
    match part.len() < text.trim().len() {
        true => format!("{part}..."),
        false => part.to_owned(),
    }
}

/// The maximum number of a value's characters that an error quotes.
const QUOTED: usize = 60;

/// Finds an operation, notification or event.
///
/// # Errors
///
/// Fails if there is none with this name, and suggests a similar one.
pub fn operation<'s>(spec: &'s Spec, name: &str) -> Result<&'s Operation> {
    let mut operations = spec.operations.iter();
    operations.find(|known| known.name == name).ok_or_else(|| {
        let names = spec.operations.iter().map(|known| &*known.name);
        let hint = did_you_mean(name, names);
        anyhow!("{} has no operation `{name}`{hint}", spec.name)
    })
}
