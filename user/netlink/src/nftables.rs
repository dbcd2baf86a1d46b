// SPDX-License-Identifier: MIT OR Apache-2.0

//! nf_tables: the firewall's tables and their contents, over nfnetlink.
//!
//! Numbers in its messages and attributes are in network byte order. Reading them needs
//! `CAP_NET_ADMIN`.
//!
//! Source: `include/uapi/linux/netfilter/nf_tables.h`, `nfnetlink.h`.
//!
//! ```
//! use parley_netlink::nftables;
//! use parley_netlink::netlink::{protocol, Error, Socket};
//!
//! let mut socket = Socket::open(protocol::NETFILTER)?;
//! match nftables::ruleset(&mut socket) {
//!     Ok(ruleset) => {
//!         for table in &ruleset.tables {
//!             println!("{} {:?}", nftables::family_name(table.family), table.name);
//!         }
//!     }
//!     // Without CAP_NET_ADMIN, or if the kernel has no nf_tables.
//!     Err(Error::Refused(refusal)) => println!("{refusal}"),
//!     Err(error) => return Err(error),
//! }
//! # Ok::<(), parley_netlink::Error>(())
//! ```

mod chain;
mod event;
mod flowtable;
mod object;
mod rule;
mod set;
mod table;

pub use chain::{Chain, Hook};
pub use event::{change, Change, Id, Thing, GROUP};
pub use flowtable::Flowtable;
pub use object::{Data, Object};
pub use rule::Rule;
pub use set::Set;
pub use table::Table;

use crate::kernel::numbers as n;
use crate::netlink::attr::Attributes;
use crate::netlink::list::{self, named, DumpRequest, Listing};
use crate::netlink::message::{self, flags, Message};
use crate::netlink::socket::Expect;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result, Socket};
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// `struct nfgenmsg`: of all families, version 0, no resource.
const HEADER: [u8; 4] = [0; 4];
/// The first request that [`ruleset`] sends.
#[doc(hidden)]
pub const FIRST_REQUEST: &str = "NFT_MSG_GETGEN";

/// A consistent snapshot of the firewall of a network namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ruleset {
    /// The generation number of this state: every change increments it.
    pub generation: u32,
    /// The tables.
    pub tables: Vec<Table>,
    /// The chains, with the names of their tables.
    pub chains: Vec<Chain>,
    /// The rules in order, with the names of their tables and chains.
    pub rules: Vec<Rule>,
    /// The sets and maps, with the names of their tables. Their elements are not read.
    pub sets: Vec<Set>,
    /// The named objects: counters, quotas and so on.
    pub objects: Vec<Object>,
    /// The flowtables, for connections that skip the chains.
    pub flowtables: Vec<Flowtable>,
    /// Whether it changed during every attempt to read it. Then parts may come from
    /// different moments.
    pub interrupted: bool,
}

/// The name of a family of tables: `NFPROTO_*`.
#[must_use]
pub fn family_name(number: u8) -> Cow<'static, str> {
    match number.into() {
        n::NFPROTO_INET => "inet".into(),
        n::NFPROTO_IPV4 => "ip".into(),
        n::NFPROTO_ARP => "arp".into(),
        n::NFPROTO_NETDEV => "netdev".into(),
        n::NFPROTO_BRIDGE => "bridge".into(),
        n::NFPROTO_IPV6 => "ip6".into(),
        other => other.to_string().into(),
    }
}

/// Returns the payload of a record of the type `wanted` in the data that `nft` stores
/// with an object: records with a type, a length and that many bytes. The format is
/// private to `nft`, so malformed data is not an error.
fn record(mut records: &[u8], wanted: u8) -> Option<&[u8]> {
    while let [kind, len, rest @ ..] = records {
        let (value, next) = rest.split_at_checked(usize::from(*len))?;
        if *kind == wanted {
            return Some(value);
        }
        records = next;
    }
    None
}

/// Returns the comment in such records.
fn comment(records: &[u8], kind: u8) -> Option<OsString> {
    let text = record(records, kind)?.split(|byte| *byte == 0).next()?;
    Some(OsStr::from_bytes(text).to_owned())
}

/// Splits a message into its family and its attributes.
fn split<'a>(message: &Message<'a>) -> Result<(u8, Attributes<'a>)> {
    match message.payload {
        [family, _, _, _, rest @ ..] => Ok((*family, Attributes::new(rest))),
        short => Err(Error::Malformed {
            what: "a message is shorter than nfnetlink's header",
            offset: short.len(),
        }),
    }
}

/// Reads the generation number of the firewall.
fn generation<T: Transport>(socket: &mut Socket<T>) -> Result<u32> {
    let seq = socket.next_seq();
    let mut request = message::header(n::NFT_MSG_GETGEN, flags::REQUEST, seq).to_vec();
    request.extend_from_slice(&HEADER);
    message::finish(&mut request, 0)?;
    let reply = socket
        .transact(&request, seq, Expect::Reply)
        .map_err(|error| named(error, FIRST_REQUEST))?;
    for attribute in split(&reply)?.1 {
        let attribute = attribute?;
        if attribute.number == n::NFTA_GEN_ID {
            return attribute.be32();
        }
    }
    Err(Error::Absent("NFTA_GEN_ID"))
}

/// A type that a dump of nf_tables lists.
trait Listed: Sized {
    /// The type of its messages. The next number requests them.
    const NEW: u16;
    /// The name of the request, for errors.
    const REQUEST: &'static str;
    /// Reads an entry.
    fn read(family: u8, attributes: Attributes<'_>) -> Result<Self>;
}

fn list<E: Listed, T: Transport>(socket: &mut Socket<T>) -> Result<Listing<E>> {
    let dump = DumpRequest {
        kind: E::NEW.wrapping_add(1),
        name: E::REQUEST,
        header: &HEADER,
    };
    list::list(
        socket,
        dump,
        |_| Ok(()),
        |message| {
            if message.header.kind != E::NEW {
                return Ok(None);
            }
            let (family, attributes) = split(message)?;
            E::read(family, attributes).map(Some)
        },
    )
}

/// Lists into `entries`. Returns whether the list may be inconsistent.
fn list_into<E: Listed, T: Transport>(
    socket: &mut Socket<T>,
    entries: &mut Vec<E>,
) -> Result<bool> {
    let listing = list(socket)?;
    *entries = listing.entries;
    Ok(listing.interrupted)
}

/// Reads the tables and their contents, of all families, as a consistent snapshot.
///
/// The kernel refuses this with `EPERM` without `CAP_NET_ADMIN`, and with `EINVAL` if it
/// has no nf_tables.
pub fn ruleset<T: Transport>(socket: &mut Socket<T>) -> Result<Ruleset> {
    let mut before = generation(socket)?;
    let (mut ruleset, interrupted) = list::repeat(|| {
        let mut ruleset = Ruleset::default();
        let mut interrupted = list_into(socket, &mut ruleset.tables)?;
        interrupted |= list_into(socket, &mut ruleset.chains)?;
        interrupted |= list_into(socket, &mut ruleset.rules)?;
        interrupted |= list_into(socket, &mut ruleset.sets)?;
        interrupted |= list_into(socket, &mut ruleset.objects)?;
        interrupted |= list_into(socket, &mut ruleset.flowtables)?;
        ruleset.generation = generation(socket)?;
        interrupted |= std::mem::replace(&mut before, ruleset.generation) != ruleset.generation;
        Ok::<_, Error>((ruleset, interrupted))
    })?;
    ruleset.interrupted = interrupted;
    Ok(ruleset)
}

#[cfg(test)]
mod tests;
