# SPDX-License-Identifier: GPL-2.0
"""Prints the Rust constants of a Netlink spec.

    spec_rust.py kernel|user SPEC

Both sides get the same numbers. The user's file also has tables of names, by
which an attribute at fault is named.
"""

import sys

import yaml

SPDX = "((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)"


def constant(name):
    return name.replace("-", "_").upper()


def module(name):
    return name.replace("-", "_")


def doc(text, indent=""):
    return f"{indent}/// {' '.join(text.split())}"


def numbered(entries):
    """Yields each entry with its number, counted as the kernel's tools do."""
    number = 0
    for entry in entries:
        number = entry.get("value", number + 1)
        yield number, entry


def constants(spec, side):
    if side == "kernel":
        yield "/// The family's name, with its NUL as the kernel keeps it."
        yield f'pub(crate) const FAMILY_NAME: &kernel::str::CStr = c"{spec["name"]}";'
    else:
        yield "/// The family's name."
        yield f'pub const FAMILY_NAME: &str = "{spec["name"]}";'
    visible = "pub(crate)" if side == "kernel" else "pub"
    yield "/// The family's version."
    yield f"{visible} const FAMILY_VERSION: u8 = {spec.get('version', 1)};"
    for entry in spec.get("definitions", []):
        yield doc(entry["doc"])
        kind = "u32" if entry["name"].startswith("timeout") else "usize"
        yield f"{visible} const {constant(entry['name'])}: {kind} = {entry['value']};"

    yield "/// The operations' numbers."
    yield f"{visible} mod cmd {{"
    for number, entry in numbered(spec["operations"]["list"]):
        yield doc(entry["doc"], "    ")
        yield f"    {visible} const {constant(entry['name'])}: u8 = {number};"
    yield "}"

    for attributes in spec["attribute-sets"]:
        yield f"/// The numbers of the attributes of the set `{attributes['name']}`."
        yield f"{visible} mod {module(attributes['name'])} {{"
        for number, entry in numbered(attributes["attributes"]):
            yield doc(f"`{entry['type']}`: {entry['doc']}", "    ")
            yield f"    {visible} const {constant(entry['name'])}: u16 = {number};"
        yield "}"

    yield "/// The multicast groups' names."
    yield f"{visible} mod group {{"
    for entry in spec["mcast-groups"]["list"]:
        yield f"    /// The group `{entry['name']}`."
        if side == "kernel":
            yield f'    pub(crate) const {constant(entry["name"])}: &kernel::str::CStr = c"{entry["name"]}";'
        else:
            yield f'    pub const {constant(entry["name"])}: &str = "{entry["name"]}";'
    yield "}"


def tables(spec):
    yield """
/// An attribute, as the spec has it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attribute {
    /// Its number in its set.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    /// Its type, as the spec names it.
    pub kind: &'static str,
    /// The name of the set inside it, if it is a nest.
    pub nested: Option<&'static str>,
    /// The least length, in bytes.
    pub min_len: Option<u32>,
    /// The greatest length, in bytes, of a string without its NUL.
    pub max_len: Option<u32>,
    /// The least value.
    pub min: Option<u64>,
    /// The greatest value.
    pub max: Option<u64>,
}

/// A set of attributes.
#[derive(Debug)]
#[non_exhaustive]
pub struct AttributeSet {
    /// Its name.
    pub name: &'static str,
    /// Its attributes, in the order of their numbers.
    pub attributes: &'static [Attribute],
}

/// An operation, notification or event.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// Its command number.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// The name of its attribute set.
    pub set: &'static str,
    /// Whether it needs `CAP_NET_ADMIN` in the namespace's user namespace.
    pub admin: bool,
    /// The attributes that may stand in a request to do it once. `None` where it
    /// cannot be asked for.
    pub r#do: Option<&'static [u16]>,
    /// The attributes that may stand in a request to dump it. `None` where it
    /// cannot be dumped.
    pub dump: Option<&'static [u16]>,
}
"""
    values = {entry["name"]: entry["value"] for entry in spec.get("definitions", [])}

    def check(entry, name):
        value = entry.get("checks", {}).get(name)
        return "None" if value is None else f"Some({values.get(value, value)})"

    numbers = {}
    yield "/// All attribute sets."
    yield "pub static ATTRIBUTE_SETS: &[AttributeSet] = &["
    for attributes in spec["attribute-sets"]:
        numbers[attributes["name"]] = {}
        yield f'AttributeSet {{ name: "{attributes["name"]}", attributes: &['
        for number, entry in numbered(attributes["attributes"]):
            numbers[attributes["name"]][entry["name"]] = number
            nested = entry.get("nested-attributes")
            nested = f'Some("{nested}")' if nested else "None"
            yield (
                f'Attribute {{ number: {number}, name: "{entry["name"]}", '
                f'kind: "{entry["type"]}", nested: {nested}, '
                f'min_len: {check(entry, "min-len")}, max_len: {check(entry, "max-len")}, '
                f'min: {check(entry, "min")}, max: {check(entry, "max")} }},'
            )
        yield "] },"
    yield "];"

    operations = spec["operations"]["list"]
    sets = {entry["name"]: entry.get("attribute-set") for entry in operations}

    def request(entry, kind):
        if kind not in entry:
            return "None"
        known = numbers[entry["attribute-set"]]
        names = entry[kind].get("request", {}).get("attributes", [])
        return f"Some(&[{', '.join(str(known[name]) for name in names)}])"

    yield "/// All operations, notifications and events."
    yield "pub static OPERATIONS: &[Operation] = &["
    for number, entry in numbered(operations):
        owner = sets[entry.get("notify", entry["name"])]
        admin = str("uns-admin-perm" in entry.get("flags", [])).lower()
        yield (
            f'Operation {{ number: {number}, name: "{entry["name"]}", set: "{owner}", '
            f'admin: {admin}, r#do: {request(entry, "do")}, dump: {request(entry, "dump")} }},'
        )
    yield "];"

    groups = ", ".join(f'"{entry["name"]}"' for entry in spec["mcast-groups"]["list"])
    yield "/// The names of all multicast groups."
    yield f"pub static GROUPS: &[&str] = &[{groups}];"


EXAMPLE = """\
//!
//! ```
//! use parley::uapi::{cmd, OPERATIONS};
//!
//! let echo = OPERATIONS.iter().find(|operation| operation.name == "echo");
//! assert_eq!(echo.map(|operation| operation.number), Some(cmd::ECHO));
//! ```"""


def main():
    side, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    print(f"// SPDX-License-Identifier: {SPDX}")
    print("// Made from spec/parley.yaml by `make spec`; do not edit.")
    print()
    print("//! The numbers and names of the wire contract.")
    if side == "user":
        print(EXAMPLE)
    print()
    print("#![forbid(unsafe_code)]")
    if side == "kernel":
        print("// The contract is whole here; what no handler uses yet is not an error.")
        print("#![allow(dead_code)]")
    print()
    print("\n".join(constants(spec, side)))
    if side == "user":
        print("\n".join(tables(spec)))


main()
