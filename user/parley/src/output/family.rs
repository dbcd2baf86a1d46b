// SPDX-License-Identifier: MIT OR Apache-2.0

//! Generic Netlink families, with the policies of their operations.

pub(crate) mod json;

use super::text;
use anyhow::Result;
use parley::uapi;
use parley_netlink::explain::{Context, Names};
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

/// Returns a family as a line.
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

/// Returns a context that knows parley's own names.
pub(crate) fn context() -> Context {
    let mut context = Context::new();
    context.add_spec(&uapi::FAMILY);
    context
}

/// The minimum width of a column of names.
const OPERATION_WIDTH: usize = 14;
const ATTRIBUTE_WIDTH: usize = 12;

pub(crate) fn show(
    out: &mut dyn Write,
    family: &Described,
    policies: &Policies,
    context: &Context,
) -> Result<()> {
    let operations = family.operations.iter();
    let known = operations.filter_map(|operation| names(context, &family.name, operation.cmd).0);
    let width = known.map(str::len).fold(OPERATION_WIDTH, usize::max);
    writeln!(out, "{:<9} {}", "name", text::safe(&family.name))?;
    writeln!(out, "{:<9} {} (0x{:x})", "id", family.id, family.id)?;
    writeln!(out, "{:<9} {}", "version", family.version)?;
    writeln!(out, "{:<9} {} bytes", "header", family.header_len)?;
    for operation in &family.operations {
        let flags = flags(operation);
        let (name, names) = names(context, &family.name, operation.cmd);
        let name = name.unwrap_or_default();
        let line = format!("{:>3} {name:<width$} {}", operation.cmd, flags.join(", "));
        writeln!(out, "{:<9} {}", "operation", line.trim_end())?;
        let theirs = policies.operations.get(&operation.cmd);
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

/// Returns the name of an operation, and the names of its attributes. The kernel does not
/// report them, so only the controller and the context's specs have them.
fn names(context: &Context, family: &OsStr, cmd: u32) -> (Option<&'static str>, Option<Names>) {
    let known = (family.to_str().zip(u8::try_from(cmd).ok()))
        .map(|(family, cmd)| context.operation(family, cmd));
    (known.and_then(|known| known.0), known.map(|known| known.1))
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

/// The maximum depth of nests that are shown.
const DEPTH_MAX: usize = 3;

/// Shows the policies of an operation's attributes.
fn attributes(
    out: &mut dyn Write,
    kind: &str,
    policy: Option<u32>,
    policies: &Policies,
    names: Option<Names>,
    depth: usize,
) -> Result<()> {
    let Some(table) = policy.and_then(|policy| policies.policies.get(&policy)) else {
        return Ok(());
    };
    let known = |number: &u16| names.and_then(|names| names.attribute(*number));
    let all = table.keys().filter_map(known);
    let width = all
        .map(|(name, _)| name.len())
        .fold(ATTRIBUTE_WIDTH, usize::max);
    for (number, policy) in table {
        let (name, inner) = known(number).unwrap_or_default();
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
        let context = context();
        let named = |family: &str, cmd, number| {
            let family = OsStr::new(family);
            let (name, names) = names(&context, family, cmd);
            let attribute = names.and_then(|names| names.attribute(number));
            (name, attribute.map(|attribute| attribute.0))
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
