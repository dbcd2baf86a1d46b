// SPDX-License-Identifier: MIT OR Apache-2.0

//! Objects: named counters, quotas and so on, which rules refer to.

use super::{comment, Listed};
use crate::kernel::numbers as n;
use crate::netlink::attr::{Attribute, Attributes};
use crate::netlink::{Error, Result};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// Its table's family: [`family_name`](super::family_name).
    pub family: u8,
    /// Its table's name.
    pub table: OsString,
    /// Its name.
    pub name: OsString,
    /// Its handle, a number that is unique in its table.
    pub handle: u64,
    /// `NFT_OBJECT_*`.
    pub kind: u32,
    /// The number of references to it.
    pub uses: u32,
    /// The comment that `nft` stored with it.
    pub comment: Option<OsString>,
    /// Its counts or its configuration.
    pub data: Data,
}

/// The counts or the configuration of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Data {
    /// A counter.
    Counter {
        /// Packets.
        packets: u64,
        /// Bytes.
        bytes: u64,
    },
    /// A quota.
    Quota {
        /// Its size in bytes.
        bytes: u64,
        /// The number of bytes used.
        used: u64,
        /// Whether it matches once the quota is exceeded, rather than before.
        is_over: bool,
    },
    /// A limit for packets or bytes.
    Limit {
        /// The number in each unit of time.
        rate: u64,
        /// The unit of time, in seconds.
        unit: u64,
        /// The number allowed beyond the rate in a burst.
        burst: u32,
        /// Whether it counts bytes, rather than packets.
        counts_bytes: bool,
        /// Whether it matches above the limit, rather than below.
        is_over: bool,
    },
    /// A helper for tracking the connections of a protocol.
    Helper {
        /// Its name, such as `ftp`.
        name: OsString,
        /// The protocol above IP.
        protocol: u8,
        /// The family of the packets: [`family_name`](super::family_name).
        of_family: u8,
    },
    /// Timeouts for the states of connections.
    Timeout {
        /// The protocol above IP.
        protocol: u8,
        /// The family of the packets.
        of_family: u8,
        /// The number of each state, from 1 on, and its timeout in seconds.
        seconds: Vec<(u16, u32)>,
    },
    /// A connection that is expected to follow another one.
    Expectation {
        /// The protocol above IP.
        protocol: u8,
        /// The family of the packets.
        of_family: u8,
        /// Its destination port.
        port: u16,
        /// The number of milliseconds for which it is expected.
        timeout: u32,
        /// The number of connections expected at once.
        count: u8,
    },
    /// A security context.
    Context(OsString),
    /// A proxy that answers for servers until clients have connected.
    Synproxy {
        /// The maximum segment size.
        mss: u16,
        /// The window scale.
        scale: u8,
        /// `NF_SYNPROXY_OPT_*`.
        flags: u32,
    },
    /// A type that this library does not know.
    Other,
}

/// Returns `nft`'s name for a type of object.
pub(super) fn kind_name(kind: u32) -> Cow<'static, str> {
    let name = match u16::try_from(kind).unwrap_or(u16::MAX) {
        n::NFT_OBJECT_COUNTER => "counter",
        n::NFT_OBJECT_QUOTA => "quota",
        n::NFT_OBJECT_CT_HELPER => "ct helper",
        n::NFT_OBJECT_LIMIT => "limit",
        n::NFT_OBJECT_CONNLIMIT => "ct count",
        n::NFT_OBJECT_TUNNEL => "tunnel",
        n::NFT_OBJECT_CT_TIMEOUT => "ct timeout",
        n::NFT_OBJECT_SECMARK => "secmark",
        n::NFT_OBJECT_CT_EXPECT => "ct expectation",
        n::NFT_OBJECT_SYNPROXY => "synproxy",
        _ => return format!("object {kind}").into(),
    };
    name.into()
}

impl Object {
    /// Returns `nft`'s name for its type.
    #[must_use]
    pub fn kind_name(&self) -> Cow<'static, str> {
        kind_name(self.kind)
    }
}

/// Attributes by their numbers.
struct Found<'a>(BTreeMap<u16, Attribute<'a>>);

impl<'a> Found<'a> {
    fn new(attributes: Attributes<'a>) -> Result<Self> {
        let all = attributes.map(|attribute| attribute.map(|one| (one.number, one)));
        all.collect::<Result<_>>().map(Self)
    }

    /// Returns a number of any length in network byte order; 0 if it is absent.
    fn number(&self, number: u16) -> u64 {
        let bytes = self.0.get(&number).map_or(&[][..], |one| one.payload);
        let last = bytes.len().saturating_sub(8);
        let bytes = bytes.get(last..).unwrap_or_default();
        bytes
            .iter()
            .fold(0, |all, byte| all << 8 | u64::from(*byte))
    }

    fn name(&self, number: u16) -> Result<OsString> {
        self.0
            .get(&number)
            .map_or(Ok(OsString::new()), Attribute::name)
    }
}

/// Reads `NFTA_OBJ_DATA` of an object of this type.
fn read(kind: u32, attributes: Attributes<'_>) -> Result<Data> {
    let found = Found::new(attributes)?;
    let has = |number: u16, flag: u16| found.number(number) & u64::from(flag) != 0;
    Ok(match u16::try_from(kind).unwrap_or(u16::MAX) {
        n::NFT_OBJECT_COUNTER => Data::Counter {
            packets: found.number(n::NFTA_COUNTER_PACKETS),
            bytes: found.number(n::NFTA_COUNTER_BYTES),
        },
        n::NFT_OBJECT_QUOTA => Data::Quota {
            bytes: found.number(n::NFTA_QUOTA_BYTES),
            used: found.number(n::NFTA_QUOTA_CONSUMED),
            is_over: has(n::NFTA_QUOTA_FLAGS, n::NFT_QUOTA_F_INV),
        },
        n::NFT_OBJECT_LIMIT => Data::Limit {
            rate: found.number(n::NFTA_LIMIT_RATE),
            unit: found.number(n::NFTA_LIMIT_UNIT),
            burst: found.number(n::NFTA_LIMIT_BURST) as u32,
            counts_bytes: found.number(n::NFTA_LIMIT_TYPE) == n::NFT_LIMIT_PKT_BYTES.into(),
            is_over: has(n::NFTA_LIMIT_FLAGS, n::NFT_LIMIT_F_INV),
        },
        n::NFT_OBJECT_CT_HELPER => Data::Helper {
            name: found.name(n::NFTA_CT_HELPER_NAME)?,
            protocol: found.number(n::NFTA_CT_HELPER_L4PROTO) as u8,
            of_family: found.number(n::NFTA_CT_HELPER_L3PROTO) as u8,
        },
        n::NFT_OBJECT_CT_TIMEOUT => {
            let mut seconds = Vec::new();
            if let Some(data) = found.0.get(&n::NFTA_CT_TIMEOUT_DATA) {
                for state in data.attributes() {
                    let state = state?;
                    seconds.push((state.number, state.be32()?));
                }
            }
            Data::Timeout {
                protocol: found.number(n::NFTA_CT_TIMEOUT_L4PROTO) as u8,
                of_family: found.number(n::NFTA_CT_TIMEOUT_L3PROTO) as u8,
                seconds,
            }
        }
        n::NFT_OBJECT_CT_EXPECT => {
            // Unlike the other numbers, this one is in host byte order.
            let timeout = found.0.get(&n::NFTA_CT_EXPECT_TIMEOUT);
            Data::Expectation {
                protocol: found.number(n::NFTA_CT_EXPECT_L4PROTO) as u8,
                of_family: found.number(n::NFTA_CT_EXPECT_L3PROTO) as u8,
                port: found.number(n::NFTA_CT_EXPECT_DPORT) as u16,
                timeout: timeout.map_or(Ok(0), Attribute::u32)?,
                count: found.number(n::NFTA_CT_EXPECT_SIZE) as u8,
            }
        }
        n::NFT_OBJECT_SECMARK => Data::Context(found.name(n::NFTA_SECMARK_CTX)?),
        n::NFT_OBJECT_SYNPROXY => Data::Synproxy {
            mss: found.number(n::NFTA_SYNPROXY_MSS) as u16,
            scale: found.number(n::NFTA_SYNPROXY_WSCALE) as u8,
            flags: found.number(n::NFTA_SYNPROXY_FLAGS) as u32,
        },
        _ => Data::Other,
    })
}

impl Listed for Object {
    const NEW: u16 = n::NFT_MSG_NEWOBJ;
    const REQUEST: &'static str = "NFT_MSG_GETOBJ";

    fn read(family: u8, attributes: Attributes<'_>) -> Result<Self> {
        const COMMENT: u8 = 0;
        let (mut table, mut name, mut handle, mut kind) = (None, None, None, None);
        let (mut uses, mut note, mut data) = (0, None, None);
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::NFTA_OBJ_TABLE => table = Some(attribute.name()?),
                n::NFTA_OBJ_NAME => name = Some(attribute.name()?),
                n::NFTA_OBJ_HANDLE => handle = Some(attribute.be64()?),
                n::NFTA_OBJ_TYPE => kind = Some(attribute.be32()?),
                n::NFTA_OBJ_USE => uses = attribute.be32()?,
                n::NFTA_OBJ_USERDATA => note = comment(attribute.payload, COMMENT),
                n::NFTA_OBJ_DATA => data = Some(attribute.attributes()),
                _ => {}
            }
        }
        let kind = kind.ok_or(Error::Absent("NFTA_OBJ_TYPE"))?;
        Ok(Self {
            family,
            table: table.ok_or(Error::Absent("NFTA_OBJ_TABLE"))?,
            name: name.ok_or(Error::Absent("NFTA_OBJ_NAME"))?,
            handle: handle.ok_or(Error::Absent("NFTA_OBJ_HANDLE"))?,
            kind,
            uses,
            comment: note,
            data: data.map_or(Ok(Data::Other), |data| read(kind, data))?,
        })
    }
}
