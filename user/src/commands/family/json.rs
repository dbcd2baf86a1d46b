// SPDX-License-Identifier: MIT OR Apache-2.0

//! A family as JSON.

#![forbid(unsafe_code)]

use super::super::json::{strings, write, Object};
use super::{flags, is_whole_range, known_attribute, known_operation, DEPTH_MAX};
use anyhow::Result;
use parley::genl::controller::{Operation, Policies};
use parley::genl::Family;
use parley::netlink::error::Policy;
use serde_json::Value;
use std::io::Write;

/// All families: an array.
pub(super) fn list(out: &mut dyn Write, families: &[Family]) -> Result<()> {
    let objects = families.iter().map(|family| {
        let groups = family.groups.iter().map(|group| group.name.clone());
        let operations = family.operations.iter();
        head(family)
            .with("operations", operations.map(|op| op.cmd).collect::<Value>())
            .names("groups", &groups.collect::<Vec<_>>())
    });
    Ok(write(out, objects.collect::<Value>())?)
}

/// A family with its policies: an object.
pub(super) fn show(out: &mut dyn Write, family: &Family, policies: &Policies) -> Result<()> {
    let operations = family.operations.iter();
    let groups = family.groups.iter().map(|group| {
        let object = Object::new().with("id", group.id);
        object.name("name", &group.name)
    });
    let operations = operations.map(|operation| object_of(family, operation, policies));
    let object = head(family)
        .with("operations", operations.collect::<Value>())
        .with("groups", groups.collect::<Value>());
    Ok(write(out, object)?)
}

fn head(family: &Family) -> Object {
    Object::new()
        .name("name", &family.name)
        .with("id", family.id)
        .with("version", family.version)
        .with("header_len", family.header_len)
}

fn object_of(family: &Family, operation: &Operation, policies: &Policies) -> Object {
    let known = known_operation(family, operation);
    let set = known.map(|known| known.set);
    let theirs = policies.operations.get(&operation.cmd);
    let table = |policy: Option<u32>| policy.map(|policy| attributes(policy, policies, set, 0));
    Object::new()
        .with("cmd", operation.cmd)
        .maybe("name", known.map(|known| known.name))
        .with("flags", strings(&flags(operation)))
        .maybe("do", table(theirs.and_then(|theirs| theirs.r#do)))
        .maybe("dump", table(theirs.and_then(|theirs| theirs.dump)))
}

/// What the attributes of an operation, or in a nest, have to be: an array.
fn attributes(number: u32, policies: &Policies, set: Option<&str>, depth: usize) -> Value {
    let table = policies.policies.get(&number);
    let objects = table.into_iter().flatten().map(|(number, policy)| {
        let known = known_attribute(set, *number);
        // A policy may hold inside itself.
        let nested = policy.nested.filter(|_| depth < DEPTH_MAX);
        let names = known.and_then(|known| known.nested);
        let object = Object::new()
            .with("number", *number)
            .maybe("name", known.map(|known| known.name));
        let nested = nested.map(|nested| attributes(nested, policies, names, depth + 1));
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
