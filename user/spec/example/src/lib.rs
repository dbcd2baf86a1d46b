// SPDX-License-Identifier: MIT OR Apache-2.0

//! A client that `build.rs` generates from a spec, and an example of its use.

/// The family `nlctrl`, which every kernel has.
pub mod nlctrl {
    include!(concat!(env!("OUT_DIR"), "/nlctrl.rs"));
}

#[cfg(test)]
mod tests;

use nlctrl::{Client, GetEntry, GetRequest};
use parley_netlink::{netlink::transport::Transport, Result};

/// Describes the family `name`, a line for it and one for each of its groups.
pub fn describe<T: Transport>(client: &mut Client<T>, name: &str) -> Result<String> {
    let family = client.get(&GetRequest::new().name(name))?;
    let operations = family.operations.into_iter().flatten().count();
    let mut lines = format!("{name}: {operations} operations");
    for group in family.groups.into_iter().flatten() {
        if let Some(name) = group?.read()?.name {
            lines += &format!("\n  group {}", String::from_utf8_lossy(name));
        }
    }
    Ok(lines)
}

/// Lists the names of all families.
pub fn names<T: Transport>(client: &mut Client<T>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    client.get_dump(|family: GetEntry<'_>| {
        names.push(String::from_utf8_lossy(family.name()?).into_owned());
        Ok(())
    })?;
    Ok(names)
}

// The example in docs/specs.md is tested as one of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/specs.md")]
struct Specs;
