// SPDX-License-Identifier: MIT OR Apache-2.0

//! Generates Rust from a spec.
//!
//! The same spec gives the same text, byte for byte. The text is correct Rust, but not
//! formatted: it is meant to go through rustfmt.

mod client;
mod constants;
mod decoder;
mod enums;
mod family;
mod structs;
mod tables;
mod target;
mod text;

pub use client::client;
pub use family::{family, handlers};

use crate::{
    error::{Collector, Errors},
    model::{Protocol, Spec},
    ErrorKind,
};
use target::Target;

/// Generates the constants, enums, flag sets and structs of a spec for a program, with
/// tables of its attributes and operations.
///
/// Fails if the spec needs something that is not supported.
pub fn constants(spec: &Spec) -> Result<String, Errors> {
    let mut errors = Collector::new(&spec.file);
    if spec.protocol == Protocol::NetlinkRaw {
        let at = crate::Position { line: 1, column: 1 };
        let message = "no Rust is generated for the protocol netlink-raw yet";
        errors.push(ErrorKind::Unsupported, at, message);
        errors.check()?;
    }
    let what = "The numbers and names of the wire contract.";
    let mut out = head(spec, &spec.license, what, Target::User);
    out += "use parley_netlink::genl::spec::{Attribute, AttributeSet, Family, Operation};\n\n";
    out += &constants::constants(spec);
    out += &enums::enums(spec, Target::User);
    out += &structs::structs(spec, Target::User);
    out += &tables::tables(spec, &mut errors);
    errors.check()?;
    Ok(out)
}

/// Generates the tables with which parley-netlink decodes one of the kernel's protocols:
/// the names of enums and flags, the members of structs, the attributes of each set, and
/// the messages.
///
/// Fails if the spec needs something that is not supported.
pub fn decoder(spec: &Spec) -> Result<String, Errors> {
    let mut errors = Collector::new(&spec.file);
    let what = format!("The tables of {}.", spec.name);
    // The tables contain names and numbers, which are facts, and no text from the spec.
    // So they have the library's licence.
    let mut out = head(spec, "MIT OR Apache-2.0", &what, Target::User);
    // A spec need not use all of these.
    out += "#[allow(unused_imports)]\n";
    out += "use super::{Kind::*, Order::*, Set::*, BITFIELD32};\n\n";
    out += &decoder::decoder(spec, &mut errors);
    errors.check()?;
    Ok(out)
}

/// Returns the first lines of a generated file.
fn head(spec: &Spec, license: &str, what: &str, target: Target) -> String {
    let lints = match target {
        Target::Kernel => {
            "\n#![forbid(unsafe_code)]\n\
             // The contract is complete; a family need not use all of it.\n\
             #![allow(dead_code)]\n"
        }
        Target::User => "",
    };
    let from = format!("Generated from {} by parley-spec; do not edit.", spec.file);
    let from = text::doc(0, &from).replace("///", "//");
    let what = text::doc(0, what).replace("///", "//!");
    format!("// SPDX-License-Identifier: {license}\n{from}\n{what}{lints}\n")
}
