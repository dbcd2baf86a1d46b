// SPDX-License-Identifier: MIT OR Apache-2.0

//! A family as JSON.

use super::{flags, is_whole_range, names, DEPTH_MAX};
use crate::output::json::{strings, write, Object};
use anyhow::Result;
use parley_netlink::explain::{Context, Names};
use parley_netlink::genl::controller::{Operation, Policies};
use parley_netlink::genl::Family;
use parley_netlink::netlink::error::Policy;
use serde_json::Value;
use std::io::Write;

/// Writes all families as an array of the objects that [`show`] writes, but without the
/// policies, which would need a dump for each family.
pub(crate) fn list(out: &mut dyn Write, families: &[Family], context: &Context) -> Result<()> {
    let none = Policies::default();
    let objects = families.iter().map(|family| object(family, &none, context));
    Ok(write(out, objects.collect::<Value>())?)
}

/// Writes a family with its policies, as an object.
pub(crate) fn show(
    out: &mut dyn Write,
    family: &Family,
    policies: &Policies,
    context: &Context,
) -> Result<()> {
    Ok(write(out, object(family, policies, context))?)
}

/// Returns a family as an object.
pub(crate) fn object(family: &Family, policies: &Policies, context: &Context) -> Object {
    let groups = family.groups.iter().map(|group| {
        let object = Object::new().with("id", group.id);
        object.name("name", &group.name)
    });
    let operations = family.operations.iter();
    let operations = operations.map(|operation| object_of(family, operation, policies, context));
    Object::new()
        .name("name", &family.name)
        .with("id", family.id)
        .with("version", family.version)
        .with("header_len", family.header_len)
        .with("operations", operations.collect::<Value>())
        .with("groups", groups.collect::<Value>())
}

fn object_of(
    family: &Family,
    operation: &Operation,
    policies: &Policies,
    context: &Context,
) -> Object {
    let (name, names) = names(context, &family.name, operation.cmd);
    let theirs = policies.operations.get(&operation.cmd);
    let table = |policy: Option<u32>| policy.map(|policy| attributes(policy, policies, names, 0));
    Object::new()
        .with("cmd", operation.cmd)
        .maybe("name", name)
        .with("flags", strings(&flags(operation)))
        .maybe("do", table(theirs.and_then(|theirs| theirs.r#do)))
        .maybe("dump", table(theirs.and_then(|theirs| theirs.dump)))
}

/// Returns the policies for the attributes of an operation or a nest, as an array.
fn attributes(number: u32, policies: &Policies, names: Option<Names>, depth: usize) -> Value {
    let table = policies.policies.get(&number);
    let objects = table.into_iter().flatten().map(|(number, policy)| {
        let known = names.and_then(|names| names.attribute(*number));
        let (name, inner) = known.unzip();
        // A policy may be nested in itself.
        let nested = policy.nested.filter(|_| depth < DEPTH_MAX);
        let object = Object::new().with("number", *number).maybe("name", name);
        let nested = nested.map(|nested| attributes(nested, policies, inner.flatten(), depth + 1));
        object.and(bounds(policy)).maybe("nested", nested)
    });
    objects.collect()
}

fn bounds(policy: &Policy) -> Object {
    let ranged = !is_whole_range(policy);
    let (signed, unsigned) = (policy.signed.filter(|_| ranged), policy.unsigned);
    let unsigned = unsigned.filter(|_| ranged);
    Object::new()
        .maybe("type", policy.kind_name())
        .maybe("min", signed.map(|(min, _)| min))
        .maybe("max", signed.map(|(_, max)| max))
        .maybe("min", unsigned.map(|(min, _)| min))
        .maybe("max", unsigned.map(|(_, max)| max))
        .maybe("min_len", policy.min_len)
        .maybe("max_len", policy.max_len)
        .maybe("mask", policy.mask)
}
