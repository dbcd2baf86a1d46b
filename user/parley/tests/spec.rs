// SPDX-License-Identifier: MIT OR Apache-2.0

//! The family as the kernel describes it is the family of spec/parley.yaml.
//!
//! Both sides come from elsewhere: the tables are generated from the spec, and nlctrl
//! describes the family. Nothing is listed here.

mod common;

use parley::uapi;
use parley_netlink::genl::controller::{self, Operation};
use parley_netlink::genl::spec::Attribute;
use parley_netlink::genl::{self, Family};
use parley_netlink::netlink::error::Policy;
use parley_netlink::netlink::Socket;
use std::collections::{BTreeMap, BTreeSet};

fn live() -> (Socket, Family) {
    let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
    let family = genl::resolve(&mut socket, uapi::FAMILY_NAME).unwrap();
    (socket, family)
}

#[test]
fn name_version_and_groups_are_those_of_the_spec() {
    let (_, family) = live();
    assert_eq!(family.name, uapi::FAMILY_NAME);
    assert_eq!(family.version, u32::from(uapi::FAMILY_VERSION));
    assert_eq!(family.header_len, 0);
    let groups: BTreeSet<_> = family
        .groups
        .iter()
        .map(|group| group.name.to_str().unwrap())
        .collect();
    assert_eq!(groups, uapi::GROUPS.iter().copied().collect());
}

#[test]
fn operations_and_their_flags_are_those_of_the_spec() {
    let (_, family) = live();
    let live: BTreeMap<_, _> = family
        .operations
        .iter()
        .map(|operation| (operation.cmd, operation.flags))
        .collect();
    assert_eq!(live.len(), family.operations.len());
    let flag = |set, flag| if set { flag } else { 0 };
    let spec: BTreeMap<_, _> = uapi::OPERATIONS
        .iter()
        // Events and notifications cannot be requested.
        .filter(|operation| operation.r#do.is_some() || operation.dump.is_some())
        .map(|operation| {
            let flags = flag(operation.r#do.is_some(), Operation::DO)
                | flag(operation.dump.is_some(), Operation::DUMP)
                | flag(operation.admin, Operation::NS_ADMIN)
                // If the spec lists no attribute, the core has a policy of its own that
                // refuses all.
                | Operation::POLICY;
            (u32::from(operation.number), flags)
        })
        .collect();
    assert_eq!(live, spec);
}

/// The policy that follows from the type and the checks of an attribute in the spec.
fn expected(attribute: &Attribute) -> Policy {
    let bounds = |least, most| {
        Some((
            attribute.min.unwrap_or(least),
            attribute.max.unwrap_or(most),
        ))
    };
    let mut policy = Policy::default();
    policy.unsigned = match attribute.kind {
        "u32" => bounds(0, u32::MAX.into()),
        "uint" => bounds(0, u64::MAX),
        _ => None,
    };
    policy.signed = (attribute.kind == "sint").then_some((i64::MIN, i64::MAX));
    // The kernel's policies have no minimum length for strings; the module checks that itself.
    policy.min_len = attribute.min_len.filter(|_| attribute.kind != "string");
    policy.max_len = attribute.max_len;
    policy
}

#[test]
fn the_policy_of_every_operation_is_that_of_the_spec() {
    let (mut socket, family) = live();
    let live = controller::policies(&mut socket, family.id).unwrap();
    let mut compared = 0;
    for operation in uapi::OPERATIONS {
        let theirs = live.operations.get(&operation.number.into());
        for (kind, numbers, policy) in [
            ("do", operation.r#do, theirs.and_then(|live| live.r#do)),
            ("dump", operation.dump, theirs.and_then(|live| live.dump)),
        ] {
            let what = format!("{} of {}", kind, operation.name);
            assert_eq!(policy.is_some(), numbers.is_some(), "{what}");
            let table = policy.and_then(|policy| live.policies.get(&policy));
            // The kernel reports nothing about attributes that are refused.
            let nothing = BTreeMap::new();
            let table = table.unwrap_or(&nothing);
            let listed: BTreeSet<_> = numbers.unwrap_or_default().iter().copied().collect();
            assert_eq!(
                table.keys().copied().collect::<BTreeSet<_>>(),
                listed,
                "{what}"
            );
            let set = uapi::ATTRIBUTE_SETS
                .iter()
                .find(|set| set.name == operation.set)
                .unwrap();
            for (number, live) in table {
                let attribute = set
                    .attributes
                    .iter()
                    .find(|attribute| attribute.number == *number)
                    .unwrap();
                let what = format!("{}.{} in {what}", set.name, attribute.name);
                assert_eq!(live.kind_name(), Some(attribute.kind), "{what}");
                let mut live = live.clone();
                live.kind = None;
                assert_eq!(live, expected(attribute), "{what}");
                compared += 1;
            }
        }
    }
    // As many as the spec lists, so none was passed over.
    let listed: usize = uapi::OPERATIONS
        .iter()
        .flat_map(|operation| [operation.r#do, operation.dump])
        .map(|numbers| numbers.unwrap_or_default().len())
        .sum();
    assert_eq!(compared, listed);
}

#[test]
fn the_program_shows_it_as_it_is() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_parley"))
        .arg("family")
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    for operation in uapi::OPERATIONS {
        assert_eq!(
            out.contains(&format!("{:>3} {} ", operation.number, operation.name)),
            operation.r#do.is_some(),
            "{}: {out}",
            operation.name
        );
    }
    assert!(out.lines().all(|line| line.len() <= 80), "{out}");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_parley"))
        .args(["family", "--all"])
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    for name in ["nlctrl", "parley"] {
        assert!(out.lines().any(|line| line.starts_with(name)), "{out}");
    }
}
