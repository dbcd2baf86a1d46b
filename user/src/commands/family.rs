// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley family`

#![forbid(unsafe_code)]

use anyhow::Result;
use clap::Args;
use parley::genl::{self, controller::Operation};
use parley::netlink::Socket;
use parley::uapi;
use std::io::Write;

/// Show what the kernel says of a Generic Netlink family
#[derive(Args)]
pub(crate) struct Family {
    /// Its name
    #[arg(default_value = uapi::FAMILY_NAME)]
    name: String,
}

impl Family {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<()> {
        let mut socket = Socket::open(libc::NETLINK_GENERIC)?;
        let family = genl::resolve(&mut socket, &self.name)?;
        writeln!(out, "{:<9} {}", "name", family.name)?;
        writeln!(out, "{:<9} {} (0x{:x})", "id", family.id, family.id)?;
        writeln!(out, "{:<9} {}", "version", family.version)?;
        writeln!(out, "{:<9} {} bytes", "header", family.header_len)?;
        for operation in &family.operations {
            let own = family.name == uapi::FAMILY_NAME;
            let name = uapi::OPERATIONS
                .iter()
                .find(|known| own && operation.cmd == u32::from(known.number))
                .map_or("", |known| known.name);
            let flags: Vec<_> = [
                (Operation::DO, "do"),
                (Operation::DUMP, "dump"),
                (Operation::ADMIN, "admin"),
                (Operation::NS_ADMIN, "namespace admin"),
                (Operation::POLICY, "policy"),
            ]
            .iter()
            .filter(|(flag, _)| operation.has(*flag))
            .map(|(_, name)| *name)
            .collect();
            let line = format!("{:>3} {name:<14} {}", operation.cmd, flags.join(", "));
            writeln!(out, "{:<9} {}", "operation", line.trim_end())?;
        }
        for group in &family.groups {
            writeln!(out, "{:<9} {:>3} {}", "group", group.id, group.name)?;
        }
        Ok(())
    }
}
