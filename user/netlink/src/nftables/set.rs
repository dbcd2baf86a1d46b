// SPDX-License-Identifier: MIT OR Apache-2.0

//! Sets and maps, in which rules look up values.

use super::object::kind_name;
use super::{comment, record, Listed};
use crate::kernel::numbers as n;
use crate::netlink::attr::{Attribute, Attributes};
use crate::netlink::{Error, Result};
use std::borrow::Cow;
use std::ffi::OsString;

/// A set, or a map.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Set {
    /// Its table's family: [`family_name`](super::family_name).
    pub family: u8,
    /// Its table's name.
    pub table: OsString,
    /// Its name.
    pub name: OsString,
    /// Its handle, a number that is unique in its table.
    pub handle: u64,
    /// `NFT_SET_*`.
    pub flags: u32,
    /// The type of its keys, as a number of `nft`: see [`Self::key_types`].
    pub key_type: u32,
    /// The type of the values of a map.
    pub data_type: Option<u32>,
    /// The type of the objects in a map: `NFT_OBJECT_*`.
    pub object_kind: Option<u32>,
    /// Whether it is optimized for memory rather than time.
    pub saves_memory: bool,
    /// The maximum number of elements, if it is limited.
    pub size: Option<u32>,
    /// The timeout of an element in milliseconds, if it has one.
    pub timeout: Option<u64>,
    /// The interval in milliseconds at which expired elements are removed.
    pub gc_interval: Option<u32>,
    /// Whether `nft` merges adjacent intervals.
    pub joins_intervals: bool,
    /// The comment that `nft` stored with it.
    pub comment: Option<OsString>,
    /// The number of elements, if the kernel reports it.
    pub count: Option<u32>,
}

/// The types of values, by the numbers that `nft` uses for them in sets.
const TYPES: &[&str] = &[
    "invalid",
    "verdict",
    "nf_proto",
    "bitmask",
    "integer",
    "string",
    "ll_addr",
    "ipv4_addr",
    "ipv6_addr",
    "ether_addr",
    "ether_type",
    "arp_op",
    "inet_proto",
    "inet_service",
    "icmp_type",
    "tcp_flag",
    "dccp_pkttype",
    "mh_type",
    "time",
    "mark",
    "iface_index",
    "iface_type",
    "realm",
    "classid",
    "uid",
    "gid",
    "ct_state",
    "ct_dir",
    "ct_status",
    "icmpv6_type",
    "ct_label",
    "pkt_type",
    "icmp_code",
    "icmpv6_code",
    "icmpx_code",
    "devgroup",
    "dscp",
    "ecn",
    "fib_addrtype",
    "boolean",
    "ct_event",
    "ifname",
    "igmp_type",
    "time",
    "hour",
    "day",
    "cgroupsv2",
];

/// Returns the names of the types that a number combines: six bits each, the first in the
/// highest bits.
fn types(number: u32) -> Vec<Cow<'static, str>> {
    const BITS: u32 = 6;
    const VERDICT: u32 = 0xffff_ff00;
    if number == VERDICT {
        return vec!["verdict".into()];
    }
    let parts = (0..u32::BITS.div_ceil(BITS)).rev();
    let part = |place: u32| number.checked_shr(place.saturating_mul(BITS)).unwrap_or(0) & 0x3f;
    let name = |part: u32| match TYPES.get(part as usize) {
        Some(name) => Cow::from(*name),
        None => part.to_string().into(),
    };
    parts
        .map(part)
        .filter(|part| *part != 0)
        .map(name)
        .collect()
}

impl Set {
    /// Returns whether it maps its keys to values or objects.
    #[must_use]
    pub fn is_map(&self) -> bool {
        self.flags & u32::from(n::NFT_SET_MAP | n::NFT_SET_OBJECT) != 0
    }

    /// Returns whether it belongs to a rule rather than a table.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.flags & u32::from(n::NFT_SET_ANONYMOUS) != 0
    }

    /// Returns `nft`'s names for the types of its keys.
    #[must_use]
    pub fn key_types(&self) -> Vec<Cow<'static, str>> {
        types(self.key_type)
    }

    /// Returns `nft`'s names for the types of a map's values or objects.
    #[must_use]
    pub fn data_types(&self) -> Vec<Cow<'static, str>> {
        match (self.object_kind, self.data_type) {
            (Some(kind), _) => vec![kind_name(kind)],
            (None, Some(number)) => types(number),
            (None, None) => Vec::new(),
        }
    }

    /// Returns `nft`'s names for its flags.
    #[must_use]
    pub fn flag_names(&self) -> Vec<&'static str> {
        [
            (n::NFT_SET_CONSTANT, "constant"),
            (n::NFT_SET_INTERVAL, "interval"),
            (n::NFT_SET_TIMEOUT, "timeout"),
            (n::NFT_SET_EVAL, "dynamic"),
        ]
        .iter()
        .filter(|(flag, _)| self.flags & u32::from(*flag) != 0)
        .map(|(_, name)| *name)
        .collect()
    }
}

impl Listed for Set {
    const NEW: u16 = n::NFT_MSG_NEWSET;
    const REQUEST: &'static str = "NFT_MSG_GETSET";

    fn read(family: u8, attributes: Attributes<'_>) -> Result<Self> {
        // Types of the records that nft stores with a set.
        const MERGE: u8 = 2;
        const COMMENT: u8 = 7;
        let (mut table, mut name, mut handle) = (None, None, None);
        let mut set = Self {
            family,
            table: OsString::new(),
            name: OsString::new(),
            handle: 0,
            flags: 0,
            key_type: 0,
            data_type: None,
            object_kind: None,
            saves_memory: false,
            size: None,
            timeout: None,
            gc_interval: None,
            joins_intervals: false,
            comment: None,
            count: None,
        };
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.number {
                n::NFTA_SET_TABLE => table = Some(attribute.name()?),
                n::NFTA_SET_NAME => name = Some(attribute.name()?),
                n::NFTA_SET_HANDLE => handle = Some(attribute.be64()?),
                n::NFTA_SET_FLAGS => set.flags = attribute.be32()?,
                n::NFTA_SET_KEY_TYPE => set.key_type = attribute.be32()?,
                n::NFTA_SET_DATA_TYPE => set.data_type = Some(attribute.be32()?),
                n::NFTA_SET_OBJ_TYPE => set.object_kind = Some(attribute.be32()?),
                n::NFTA_SET_POLICY => {
                    set.saves_memory = attribute.be32()? == n::NFT_SET_POL_MEMORY.into();
                }
                n::NFTA_SET_DESC => set.size = size(&attribute)?,
                n::NFTA_SET_TIMEOUT => set.timeout = Some(attribute.be64()?),
                n::NFTA_SET_GC_INTERVAL => set.gc_interval = Some(attribute.be32()?),
                n::NFTA_SET_USERDATA => {
                    let merge = record(attribute.payload, MERGE).unwrap_or_default();
                    set.joins_intervals = merge.iter().any(|byte| *byte != 0);
                    set.comment = comment(attribute.payload, COMMENT);
                }
                n::NFTA_SET_COUNT => set.count = Some(attribute.be32()?),
                _ => {}
            }
        }
        set.table = table.ok_or(Error::Absent("NFTA_SET_TABLE"))?;
        set.name = name.ok_or(Error::Absent("NFTA_SET_NAME"))?;
        set.handle = handle.ok_or(Error::Absent("NFTA_SET_HANDLE"))?;
        Ok(set)
    }
}

/// Reads the maximum number of elements from `NFTA_SET_DESC`.
fn size(description: &Attribute<'_>) -> Result<Option<u32>> {
    for attribute in description.attributes() {
        let attribute = attribute?;
        if attribute.number == n::NFTA_SET_DESC_SIZE {
            return attribute.be32().map(Some);
        }
    }
    Ok(None)
}
