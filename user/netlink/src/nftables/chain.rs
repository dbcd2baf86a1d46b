// SPDX-License-Identifier: MIT OR Apache-2.0

//! Chains: lists of rules. A hook of the kernel may start a chain.

use super::Listed;
use crate::kernel::numbers as n;
use crate::netlink::attr::Attributes;
use crate::netlink::{Error, Result};
use std::borrow::Cow;
use std::ffi::OsString;

/// A chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chain {
    /// Its table's family: [`family_name`](super::family_name).
    pub family: u8,
    /// Its table's name.
    pub table: OsString,
    /// Its name.
    pub name: OsString,
    /// Its handle, a number that is unique in its table.
    pub handle: u64,
    /// The hook that calls it, if it is a base chain.
    pub hook: Option<Hook>,
    /// The number of its rules, plus the number of references to it.
    pub uses: u32,
}

/// The additional properties of a base chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hook {
    /// Its type: `filter`, `nat` or `route`.
    pub kind: String,
    /// The hook's number, whose meaning depends on the family.
    pub number: u32,
    /// Of the chains at a hook, the one with the lowest priority value runs first.
    pub priority: i32,
    /// Whether the default policy is to drop packets, rather than to accept them.
    pub drops: bool,
    /// The links that it is limited to. `eth*` means all names with this prefix.
    pub devices: Vec<OsString>,
}

impl Chain {
    /// Returns the name of its hook.
    #[must_use]
    pub fn hook_name(&self) -> Option<Cow<'static, str>> {
        let number = self.hook.as_ref()?.number;
        let name = match (self.family.into(), number) {
            (n::NFPROTO_NETDEV, 0) => "ingress",
            (n::NFPROTO_NETDEV, 1) => "egress",
            (n::NFPROTO_ARP, 0) => "input",
            (n::NFPROTO_ARP, 1) => "output",
            (_, 0) => "prerouting",
            (_, 1) => "input",
            (_, 2) => "forward",
            (_, 3) => "output",
            (_, 4) => "postrouting",
            // inet and bridge have one more hook.
            (_, 5) => "ingress",
            _ => return Some(number.to_string().into()),
        };
        Some(name.into())
    }
}

/// Reads a hook: number, priority and links. The attribute `one` has a single link, and
/// the attribute `several` has a list.
pub(super) fn read_hook(
    attributes: Attributes<'_>,
    one: Option<u16>,
    several: u16,
) -> Result<(u32, i32, Vec<OsString>)> {
    let (mut number, mut priority) = (None, None);
    let (mut first, mut devices) = (None, Vec::new());
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.number {
            n::NFTA_HOOK_HOOKNUM => number = Some(attribute.be32()?),
            n::NFTA_HOOK_PRIORITY => priority = Some(attribute.be32()? as i32),
            link if Some(link) == one => first = Some(attribute.name()?),
            links if links == several => {
                for device in attribute.attributes() {
                    let device = device?;
                    let mut name = device.name()?;
                    if device.number == n::NFTA_DEVICE_PREFIX {
                        name.push("*");
                    }
                    devices.push(name);
                }
            }
            _ => {}
        }
    }
    // For a chain with one link, the kernel sends both attributes, for programs that know
    // only this one.
    devices.extend(first.filter(|_| devices.is_empty()));
    Ok((
        number.ok_or(Error::Absent("NFTA_HOOK_HOOKNUM"))?,
        priority.ok_or(Error::Absent("NFTA_HOOK_PRIORITY"))?,
        devices,
    ))
}

impl Listed for Chain {
    const NEW: u16 = n::NFT_MSG_NEWCHAIN;
    const REQUEST: &'static str = "NFT_MSG_GETCHAIN";

    fn read(family: u8, attributes: Attributes<'_>) -> Result<Self> {
        const DROP: u32 = 0;
        let (mut table, mut name, mut handle) = (None, None, None);
        let (mut hook, mut drops, mut kind, mut uses) = (None, false, None, 0);
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::NFTA_CHAIN_TABLE => table = Some(attribute.name()?),
                n::NFTA_CHAIN_HANDLE => handle = Some(attribute.be64()?),
                n::NFTA_CHAIN_NAME => name = Some(attribute.name()?),
                n::NFTA_CHAIN_HOOK => {
                    let (one, several) = (n::NFTA_HOOK_DEV, n::NFTA_HOOK_DEVS);
                    hook = Some(read_hook(attribute.attributes(), Some(one), several)?);
                }
                n::NFTA_CHAIN_POLICY => drops = attribute.be32()? == DROP,
                n::NFTA_CHAIN_USE => uses = attribute.be32()?,
                n::NFTA_CHAIN_TYPE => kind = Some(attribute.text()?),
                _ => {}
            }
        }
        Ok(Self {
            family,
            table: table.ok_or(Error::Absent("NFTA_CHAIN_TABLE"))?,
            name: name.ok_or(Error::Absent("NFTA_CHAIN_NAME"))?,
            handle: handle.ok_or(Error::Absent("NFTA_CHAIN_HANDLE"))?,
            hook: hook.map(|(number, priority, devices)| Hook {
                kind: kind.unwrap_or_default(),
                number,
                priority,
                drops,
                devices,
            }),
            uses,
        })
    }
}
