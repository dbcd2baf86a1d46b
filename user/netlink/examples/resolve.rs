// SPDX-License-Identifier: MIT OR Apache-2.0

//! Asks the kernel for a family by its name. Works on any Linux.
//!
//! ```text
//! resolve [NAME]
//! ```

use parley_netlink::genl;
use parley_netlink::netlink::{protocol, Result, Socket};

fn run(name: &str) -> Result<()> {
    let mut socket = Socket::open(protocol::GENERIC)?;
    // If no such family is registered, this fails with Error::NoFamily, after the kernel
    // has tried to load a module that registers it.
    let family = genl::resolve(&mut socket, name)?;

    // The number is assigned when the family is registered, so a program has to ask for
    // it each time. The numbers of groups are assigned in the same way.
    println!("{name} is number {}", family.id);
    for group in &family.groups {
        // A name need not be text.
        let name = group.name.to_string_lossy();
        println!("  group {name} is number {}", group.id);
    }
    Ok(())
}

fn main() {
    let name = std::env::args().nth(1);
    if let Err(error) = run(name.as_deref().unwrap_or("nlctrl")) {
        eprintln!("resolve: {error}");
        std::process::exit(1);
    }
}
