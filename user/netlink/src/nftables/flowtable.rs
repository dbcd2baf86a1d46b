// SPDX-License-Identifier: MIT OR Apache-2.0

//! Flowtables: connections whose packets skip the chains.

use super::chain::read_hook;
use super::Listed;
use crate::kernel::numbers as n;
use crate::netlink::attr::Attributes;
use crate::netlink::{Error, Result};
use std::ffi::OsString;

/// A flowtable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flowtable {
    /// Its table's family: [`family_name`](super::family_name).
    pub family: u8,
    /// Its table's name.
    pub table: OsString,
    /// Its name.
    pub name: OsString,
    /// Its handle, a number that is unique in its table.
    pub handle: u64,
    /// The number of its hook, one of the family `netdev`.
    pub hook: u32,
    /// Of the flowtables at a hook, the one with the lowest priority value runs first.
    pub priority: i32,
    /// The links that it handles. `eth*` means all names with this prefix.
    pub devices: Vec<OsString>,
    /// `NFT_FLOWTABLE_*`.
    pub flags: u32,
    /// The number of references to it.
    pub uses: u32,
}

impl Listed for Flowtable {
    const NEW: u16 = n::NFT_MSG_NEWFLOWTABLE;
    const REQUEST: &'static str = "NFT_MSG_GETFLOWTABLE";

    fn read(family: u8, attributes: Attributes<'_>) -> Result<Self> {
        let (mut table, mut name, mut handle, mut hook) = (None, None, None, None);
        let (mut flags, mut uses) = (0, 0);
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::NFTA_FLOWTABLE_TABLE => table = Some(attribute.name()?),
                n::NFTA_FLOWTABLE_NAME => name = Some(attribute.name()?),
                n::NFTA_FLOWTABLE_HANDLE => handle = Some(attribute.be64()?),
                n::NFTA_FLOWTABLE_HOOK => {
                    let several = n::NFTA_FLOWTABLE_HOOK_DEVS;
                    hook = Some(read_hook(attribute.attributes(), None, several)?);
                }
                n::NFTA_FLOWTABLE_FLAGS => flags = attribute.be32()?,
                n::NFTA_FLOWTABLE_USE => uses = attribute.be32()?,
                _ => {}
            }
        }
        let (hook, priority, devices) = hook.ok_or(Error::Absent("NFTA_FLOWTABLE_HOOK"))?;
        Ok(Self {
            family,
            table: table.ok_or(Error::Absent("NFTA_FLOWTABLE_TABLE"))?,
            name: name.ok_or(Error::Absent("NFTA_FLOWTABLE_NAME"))?,
            handle: handle.ok_or(Error::Absent("NFTA_FLOWTABLE_HANDLE"))?,
            hook,
            priority,
            devices,
            flags,
            uses,
        })
    }
}
