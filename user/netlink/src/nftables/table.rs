// SPDX-License-Identifier: MIT OR Apache-2.0

//! Tables, which contain chains and other objects.

use super::Listed;
use crate::kernel::numbers as n;
use crate::netlink::attr::Attributes;
use crate::netlink::{Error, Result};
use std::ffi::OsString;

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// Its family: [`family_name`](super::family_name).
    pub family: u8,
    /// Its name.
    pub name: OsString,
    /// Its handle, a number that the namespace never assigns to another table.
    pub handle: u64,
    /// `NFT_TABLE_F_*`.
    pub flags: u32,
    /// The netlink port of its owner.
    pub owner: Option<u32>,
    /// The number of chains and other objects in it.
    pub uses: u32,
}

impl Table {
    /// Returns `nft`'s names for its flags.
    #[must_use]
    pub fn flag_names(&self) -> Vec<&'static str> {
        [(1, "dormant"), (2, "owner"), (4, "persist")]
            .iter()
            .filter(|(flag, _)| self.flags & flag != 0)
            .map(|(_, name)| *name)
            .collect()
    }
}

impl Listed for Table {
    const NEW: u16 = n::NFT_MSG_NEWTABLE;
    const REQUEST: &'static str = "NFT_MSG_GETTABLE";

    fn read(family: u8, attributes: Attributes<'_>) -> Result<Self> {
        let (mut name, mut handle) = (None, None);
        let (mut flags, mut uses, mut owner) = (0, 0, None);
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::NFTA_TABLE_NAME => name = Some(attribute.name()?),
                n::NFTA_TABLE_FLAGS => flags = attribute.be32()?,
                n::NFTA_TABLE_USE => uses = attribute.be32()?,
                n::NFTA_TABLE_HANDLE => handle = Some(attribute.be64()?),
                n::NFTA_TABLE_OWNER => owner = Some(attribute.be32()?),
                _ => {}
            }
        }
        Ok(Self {
            family,
            name: name.ok_or(Error::Absent("NFTA_TABLE_NAME"))?,
            handle: handle.ok_or(Error::Absent("NFTA_TABLE_HANDLE"))?,
            flags,
            owner,
            uses,
        })
    }
}
