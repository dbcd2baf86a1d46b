// SPDX-License-Identifier: MIT OR Apache-2.0

//! Generic Netlink families, with the policies of their operations.

pub(crate) mod json;

use super::text;
use anyhow::Result;
use parley::uapi;
use parley_netlink::explain;
use parley_netlink::genl::controller::{Operation, Policies};
use parley_netlink::genl::Family as Described;
use parley_netlink::netlink::error::Policy;
use std::ffi::OsStr;
use std::io::Write;

pub(crate) fn list(out: &mut dyn Write, families: &[Described]) -> Result<()> {
    for family in families {
        writeln!(out, "{}", line(family))?;
    }
    Ok(())
}

/// A family as a line.
pub(crate) fn line(family: &Described) -> String {
    format!(
        "{:<16} id {:<5} version {:<4} {:>3} operations {:>3} groups",
        text::safe(&family.name),
        family.id,
        family.version,
        family.operations.len(),
        family.groups.len()
    )
}

/// The least width of a column of names.
const OPERATION_WIDTH: usize = 14;
const ATTRIBUTE_WIDTH: usize = 12;

pub(crate) fn show(out: &mut dyn Write, family: &Described, policies: &Policies) -> Result<()> {
    let operations = family.operations.iter();
    let names = operations.filter_map(|operation| operation_name(&family.name, operation.cmd));
    let width = names.map(str::len).fold(OPERATION_WIDTH, usize::max);
    writeln!(out, "{:<9} {}", "name", text::safe(&family.name))?;
    writeln!(out, "{:<9} {} (0x{:x})", "id", family.id, family.id)?;
    writeln!(out, "{:<9} {}", "version", family.version)?;
    writeln!(out, "{:<9} {} bytes", "header", family.header_len)?;
    for operation in &family.operations {
        let flags = flags(operation);
        let name = operation_name(&family.name, operation.cmd).unwrap_or_default();
        let line = format!("{:>3} {name:<width$} {}", operation.cmd, flags.join(", "));
        writeln!(out, "{:<9} {}", "operation", line.trim_end())?;
        let theirs = policies.operations.get(&operation.cmd);
        let names = Names::of(&family.name, operation.cmd);
        for (kind, policy) in [
            ("do", theirs.and_then(|policies| policies.r#do)),
            ("dump", theirs.and_then(|policies| policies.dump)),
        ] {
            attributes(out, kind, policy, policies, names, 0)?;
        }
    }
    for group in &family.groups {
        let name = text::safe(&group.name);
        writeln!(out, "{:<9} {:>3} {name}", "group", group.id)?;
    }
    Ok(())
}

/// Returns the name of an operation. The kernel does not report it, so only those of the
/// controller and of parley are known.
fn operation_name(family: &OsStr, cmd: u32) -> Option<&'static str> {
    let cmd = u8::try_from(cmd).ok()?;
    match family.to_str()? {
        "nlctrl" => explain::controller_command(cmd),
        uapi::FAMILY_NAME => uapi::FAMILY.operation(cmd).map(|known| known.name),
        _ => None,
    }
}

/// Where the names of attributes come from.
#[derive(Clone, Copy)]
enum Names {
    Unknown,
    Controller,
    /// The attribute set of this name, in parley's spec.
    Set(&'static str),
}

impl Names {
    /// Returns the names of an operation's attributes.
    fn of(family: &OsStr, cmd: u32) -> Self {
        if family == "nlctrl" {
            return Self::Controller;
        }
        let cmd = u8::try_from(cmd).ok();
        let cmd = cmd.filter(|_| family == uapi::FAMILY_NAME);
        let known = cmd.and_then(|cmd| uapi::FAMILY.operation(cmd));
        known.map_or(Self::Unknown, |known| Self::Set(known.set))
    }

    /// Returns the name of an attribute, and the names of those nested in it.
    fn attribute(self, number: u16) -> (Option<&'static str>, Self) {
        let set = match self {
            Self::Unknown => return (None, self),
            Self::Controller => return (explain::controller_attribute(number), Self::Unknown),
            Self::Set(name) => uapi::FAMILY.set(name),
        };
        let known = set.and_then(|set| set.attribute(number));
        let nested = known.and_then(|known| known.nested);
        (
            known.map(|known| known.name),
            nested.map_or(Self::Unknown, Self::Set),
        )
    }
}

/// Returns the names of an operation's flags.
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

/// How many levels of nests are shown.
const DEPTH_MAX: usize = 3;

/// Shows the policies of an operation's attributes.
fn attributes(
    out: &mut dyn Write,
    kind: &str,
    policy: Option<u32>,
    policies: &Policies,
    names: Names,
    depth: usize,
) -> Result<()> {
    let Some(table) = policy.and_then(|policy| policies.policies.get(&policy)) else {
        return Ok(());
    };
    let all = table.keys().filter_map(|number| names.attribute(*number).0);
    let width = all.map(str::len).fold(ATTRIBUTE_WIDTH, usize::max);
    for (number, policy) in table {
        let (name, inner) = names.attribute(*number);
        let name = name.unwrap_or_default();
        let mut what = policy.kind_name().unwrap_or("unknown type").to_owned();
        let bounds = policy.to_string();
        if !bounds.is_empty() && !is_whole_range(policy) {
            what.push_str(&format!(", {bounds}"));
        }
        if let Some(mask) = policy.mask {
            what.push_str(&format!(", bits 0x{mask:x}"));
        }
        let inside = "  ".repeat(depth);
        let line = format!("{kind:<5}{inside}{number:>3} {name:<width$} {what}");
        writeln!(out, "{:<13} {}", "", line.trim_end())?;
        // A policy may be nested in itself.
        if policy.nested.is_some() && depth < DEPTH_MAX {
            attributes(out, kind, policy.nested, policies, inner, depth + 1)?;
        }
    }
    Ok(())
}

/// Returns whether a policy allows every value of an integer's type.
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
    fn operations_and_attributes_of_the_controller_and_of_parley_have_names() {
        let named = |family: &str, cmd, number| {
            let family = OsStr::new(family);
            let attribute = Names::of(family, cmd).attribute(number).0;
            (operation_name(family, cmd), attribute)
        };
        let controller = ("CTRL_CMD_GETFAMILY", "CTRL_ATTR_FAMILY_NAME");
        assert_eq!(
            named("nlctrl", 3, 2),
            (Some(controller.0), Some(controller.1))
        );
        assert_eq!(named("parley", 3, 2), (Some("counter-set"), Some("value")));
        assert_eq!(named("another", 3, 2), (None, None));
        assert_eq!(named("nlctrl", 200, 200), (None, None));
        assert_eq!(named("nlctrl", 259, 2).0, None);
    }

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
