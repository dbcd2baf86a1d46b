// SPDX-License-Identifier: MIT OR Apache-2.0

//! Describes the Generic Netlink families of the running kernel.

use parley_netlink::Result;
use parley_spec_example::{describe, names, nlctrl::Client};

fn main() -> Result<()> {
    let mut client = Client::open()?;
    for name in names(&mut client)? {
        println!("{}", describe(&mut client, &name)?);
    }
    Ok(())
}
