// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley family`

#![forbid(unsafe_code)]

mod json;

use super::text;
use anyhow::Result;
use clap::Args;
use parley::genl::controller::{self, Operation, Policies};
use parley::genl::{self, Family as Described};
use parley::netlink::error::Policy;
use parley::netlink::Socket;
use parley::uapi;
use std::io::Write;

/// Show what the kernel says of a Generic Netlink family, or of all
#[derive(Args)]
pub(crate) struct Family {
    /// Its name
    #[arg(default_value = uapi::FAMILY_NAME)]
    name: String,
    /// List all families of this machine, in place of one
    #[arg(long, conflicts_with = "name")]
    all: bool,
}

impl Family {
    pub(crate) fn run(&self, out: &mut dyn Write, json: bool) -> Result<()> {
        let mut socket = Socket::open(libc::NETLINK_GENERIC)?;
        if self.all {
            let mut families = controller::families(&mut socket)?;
            families.sort_by(|a, b| a.name.cmp(&b.name));
            return if json {
                json::list(out, &families)
            } else {
                list(out, &families)
            };
        }
        let family = genl::resolve(&mut socket, &self.name)?;
        let policies = controller::policies(&mut socket, family.id)?;
        if json {
            json::show(out, &family, &policies)
        } else {
            show(out, &family, &policies)
        }
    }
}

fn list(out: &mut dyn Write, families: &[Described]) -> Result<()> {
    for family in families {
        writeln!(
            out,
            "{:<16} id {:<5} version {:<4} {:>3} operations {:>3} groups",
            text::safe(&family.name),
            family.id,
            family.version,
            family.operations.len(),
            family.groups.len()
        )?;
    }
    Ok(())
}

fn show(out: &mut dyn Write, family: &Described, policies: &Policies) -> Result<()> {
    writeln!(out, "{:<9} {}", "name", text::safe(&family.name))?;
    writeln!(out, "{:<9} {} (0x{:x})", "id", family.id, family.id)?;
    writeln!(out, "{:<9} {}", "version", family.version)?;
    writeln!(out, "{:<9} {} bytes", "header", family.header_len)?;
    for operation in &family.operations {
        let known = known_operation(family, operation);
        let flags = flags(operation);
        let name = known.map_or("", |known| known.name);
        let line = format!("{:>3} {name:<14} {}", operation.cmd, flags.join(", "));
        writeln!(out, "{:<9} {}", "operation", line.trim_end())?;
        let theirs = policies.operations.get(&operation.cmd);
        let set = known.map(|known| known.set);
        for (kind, policy) in [
            ("do", theirs.and_then(|policies| policies.r#do)),
            ("dump", theirs.and_then(|policies| policies.dump)),
        ] {
            attributes(out, kind, policy, policies, set, 0)?;
        }
    }
    for group in &family.groups {
        let name = text::safe(&group.name);
        writeln!(out, "{:<9} {:>3} {name}", "group", group.id)?;
    }
    Ok(())
}

/// What is known of an operation. Names are the family's own business; those of
/// ours are known.
fn known_operation(family: &Described, operation: &Operation) -> Option<&'static uapi::Operation> {
    let own = family.name == uapi::FAMILY_NAME;
    uapi::OPERATIONS
        .iter()
        .find(|known| own && operation.cmd == u32::from(known.number))
}

/// What is known of an attribute of the set `set`.
fn known_attribute(set: Option<&str>, number: u16) -> Option<&'static uapi::Attribute> {
    uapi::ATTRIBUTE_SETS
        .iter()
        .filter(|known| set == Some(known.name))
        .flat_map(|known| known.attributes)
        .find(|known| known.number == number)
}

/// The names of an operation's flags.
fn flags(operation: &Operation) -> Vec<&'static str> {
    [
        (Operation::DO, "do"),
        (Operation::DUMP, "dump"),
        (Operation::ADMIN, "admin"),
        (Operation::NS_ADMIN, "namespace admin"),
    ]
    .iter()
    .filter(|(flag, _)| operation.has(*flag))
    .map(|(_, name)| *name)
    .collect()
}

/// How deep nests are shown.
const DEPTH_MAX: usize = 3;

/// Shows what the attributes of an operation have to be.
fn attributes(
    out: &mut dyn Write,
    kind: &str,
    policy: Option<u32>,
    policies: &Policies,
    set: Option<&str>,
    depth: usize,
) -> Result<()> {
    let Some(table) = policy.and_then(|policy| policies.policies.get(&policy)) else {
        return Ok(());
    };
    for (number, policy) in table {
        let known = known_attribute(set, *number);
        let name = known.map_or("", |known| known.name);
        let mut what = policy.kind_name().unwrap_or("unknown type").to_owned();
        let bounds = policy.to_string();
        if !bounds.is_empty() && !is_whole_range(policy) {
            what.push_str(&format!(", {bounds}"));
        }
        if let Some(mask) = policy.mask {
            what.push_str(&format!(", bits 0x{mask:x}"));
        }
        let inside = "  ".repeat(depth);
        let line = format!("{kind:<5}{inside}{number:>3} {name:<12} {what}");
        writeln!(out, "{:<13} {}", "", line.trim_end())?;
        // A policy may hold inside itself.
        if policy.nested.is_some() && depth < DEPTH_MAX {
            let names = known.and_then(|known| known.nested);
            attributes(out, kind, policy.nested, policies, names, depth + 1)?;
        }
    }
    Ok(())
}

/// Whether a policy lets an integer be all that its type can hold.
fn is_whole_range(policy: &Policy) -> bool {
    let unsigned = |bits: u32| Some((0, u64::MAX >> (64 - bits)));
    let signed = |bits: u32| Some((i64::MIN >> (64 - bits), i64::MAX >> (64 - bits)));
    match policy.kind_name() {
        Some("u8") => policy.unsigned == unsigned(8),
        Some("u16") => policy.unsigned == unsigned(16),
        Some("u32") => policy.unsigned == unsigned(32),
        Some("u64" | "uint") => policy.unsigned == unsigned(64),
        Some("s8") => policy.signed == signed(8),
        Some("s16") => policy.signed == signed(16),
        Some("s32") => policy.signed == signed(32),
        Some("s64" | "sint") => policy.signed == signed(64),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_whole_where_the_type_holds_no_more() {
        let policy = |kind, unsigned, signed| {
            let mut policy = Policy::default();
            policy.kind = Some(kind);
            (policy.unsigned, policy.signed) = (unsigned, signed);
            policy
        };
        let unsigned = |kind, max| policy(kind, Some((0, max)), None);
        assert!(is_whole_range(&unsigned(4, u32::MAX.into())));
        assert!(is_whole_range(&unsigned(17, u64::MAX)));
        assert!(!is_whole_range(&unsigned(17, u32::MAX.into())));
        assert!(is_whole_range(&policy(6, None, Some((-128, 127)))));
        assert!(!is_whole_range(&Policy::default()));
    }
}
