// SPDX-License-Identifier: MIT OR Apache-2.0

//! Rules: lists of expressions.

use super::{comment, Listed};
use crate::kernel::numbers as n;
use crate::netlink::attr::Attributes;
use crate::netlink::{Error, Result};
use std::ffi::OsString;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Its table's family: [`family_name`](super::family_name).
    pub family: u8,
    /// Its table's name.
    pub table: OsString,
    /// Its chain's name.
    pub chain: OsString,
    /// Its handle, a number that is unique in its table.
    pub handle: u64,
    /// The handle of the rule before it, if there is one.
    pub position: Option<u64>,
    /// The comment that `nft` stored with it.
    pub comment: Option<OsString>,
    /// The names of its expressions, such as `payload`, `cmp` and `immediate`.
    pub expressions: Vec<String>,
}

/// Reads `NFTA_RULE_EXPRESSIONS`: a list of expressions, each with its name.
fn read_expressions(list: Attributes<'_>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for element in list {
        let element = element?;
        if element.number != n::NFTA_LIST_ELEM {
            continue;
        }
        for attribute in element.attributes() {
            let attribute = attribute?;
            if attribute.number == n::NFTA_EXPR_NAME {
                names.push(attribute.text()?);
            }
        }
    }
    Ok(names)
}

impl Listed for Rule {
    const NEW: u16 = n::NFT_MSG_NEWRULE;
    const REQUEST: &'static str = "NFT_MSG_GETRULE";

    fn read(family: u8, attributes: Attributes<'_>) -> Result<Self> {
        const COMMENT: u8 = 0;
        let (mut table, mut chain, mut handle) = (None, None, None);
        let (mut position, mut note, mut expressions) = (None, None, Vec::new());
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::NFTA_RULE_TABLE => table = Some(attribute.name()?),
                n::NFTA_RULE_CHAIN => chain = Some(attribute.name()?),
                n::NFTA_RULE_HANDLE => handle = Some(attribute.be64()?),
                n::NFTA_RULE_EXPRESSIONS => expressions = read_expressions(attribute.attributes())?,
                n::NFTA_RULE_POSITION => position = Some(attribute.be64()?),
                n::NFTA_RULE_USERDATA => note = comment(attribute.payload, COMMENT),
                _ => {}
            }
        }
        Ok(Self {
            family,
            table: table.ok_or(Error::Absent("NFTA_RULE_TABLE"))?,
            chain: chain.ok_or(Error::Absent("NFTA_RULE_CHAIN"))?,
            handle: handle.ok_or(Error::Absent("NFTA_RULE_HANDLE"))?,
            position,
            comment: note,
            expressions,
        })
    }
}
