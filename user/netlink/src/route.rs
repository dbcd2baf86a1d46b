// SPDX-License-Identifier: MIT OR Apache-2.0

//! rtnetlink: links, addresses, routes, rules and neighbours, IPv4 and IPv6.
//!
//! Each is an [`Entry`]: [`list()`] asks the kernel for all of them, [`listen`]
//! subscribes a socket to changes, and [`event`] decodes a change.
//!
//! Source: `include/uapi/linux/rtnetlink.h`.
//!
//! ```
//! use parley_netlink::netlink::{protocol, Socket};
//! use parley_netlink::route::{links, Address, Entry, Route};
//!
//! let mut socket = Socket::open(protocol::ROUTE)?;
//! let links = links::Names::read(&mut socket)?;
//! for address in Address::all(&mut socket)?.entries {
//!     println!("{:?}: {:?}", links.name(address.index), address.local);
//! }
//! for route in Route::all(&mut socket)?.entries {
//!     println!("{:?} in the table {}", route.destination, route.table);
//! }
//! # assert_eq!(&*links.name(1), "lo");
//! # Ok::<(), parley_netlink::Error>(())
//! ```
//!
//! To follow the changes of links; [`list()`] would return the links that exist already:
//!
//! ```no_run
//! use parley_netlink::netlink::{protocol, Socket};
//! use parley_netlink::route::{self, Entry, Link};
//!
//! let mut socket = Socket::open(protocol::ROUTE)?;
//! route::listen(&mut socket, Link::GROUPS)?;
//! loop {
//!     let message = socket.next_message(route::concerns::<Link>)?;
//!     if let Some(event) = route::event::<Link>(&message)? {
//!         println!("{:?}: {:?}", event.change, event.entry.name);
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), parley_netlink::Error>(())
//! ```

pub mod addresses;
mod encap;
pub mod fields;
mod kinds;
pub mod links;
pub mod names;
pub mod neighbours;
pub mod routes;
pub mod rules;

pub use addresses::Address;
pub use links::Link;
pub use neighbours::Neighbour;
pub use routes::Route;
pub use rules::Rule;

use crate::netlink::attr::{Attribute, Attributes, Writer};
use crate::netlink::list::{self, DumpRequest, Listing};
use crate::netlink::message::{self, flags, Message};
use crate::netlink::socket::Expect;
use crate::netlink::transport::Transport;
use crate::netlink::{Error, Result, Socket};
use crate::sealed::Sealed;
use std::net::IpAddr;

/// An address family, with its number in rtnetlink's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `AF_INET`.
    Inet,
    /// `AF_INET6`.
    Inet6,
}

impl Family {
    /// Both, in the order in which they are listed.
    pub const BOTH: [Self; 2] = [Self::Inet, Self::Inet6];

    /// Returns its number in a header.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Inet => libc::AF_INET as u8,
            Self::Inet6 => libc::AF_INET6 as u8,
        }
    }

    /// Returns its name: `inet` or `inet6`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inet => "inet",
            Self::Inet6 => "inet6",
        }
    }

    /// Returns the length of its addresses in bits.
    #[must_use]
    pub fn bits(self) -> u8 {
        match self {
            Self::Inet => 32,
            Self::Inet6 => 128,
        }
    }

    fn read(number: u8) -> Result<Self> {
        let known = |family: &Self| family.number() == number;
        Self::BOTH.into_iter().find(known).ok_or(Error::Malformed {
            what: "the address family is neither IPv4 nor IPv6",
            offset: 0,
        })
    }
}

/// A range of addresses with a common prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix {
    /// Its first address.
    pub address: IpAddr,
    /// The length of the prefix in bits, at most 32 or 128.
    pub len: u8,
}

/// A type that rtnetlink lists, and whose changes it reports. Other crates cannot
/// implement it.
pub trait Entry: Sealed + Clone + PartialEq {
    /// The type of the message for a new or changed entry. The next number reports a
    /// deletion, and the one after that requests all entries.
    const NEW: u16;
    /// The name of the request, for errors.
    const REQUEST: &'static str;
    /// The multicast groups that report changes.
    const GROUPS: &'static [u32];
    /// Length of the header before the attributes.
    const HEADER: usize;

    /// The type of an entry's identity. Use it only for comparisons: its parts may
    /// change.
    type Key: Ord;

    /// Returns the entry's identity.
    fn key(&self) -> Self::Key;

    /// Returns whether this is the same entry as `other`, which has the same key. Usually
    /// it is.
    fn is_same(&self, _other: &Self) -> bool {
        true
    }

    /// Returns whether the kernel reports only this part when it removes it from `other`,
    /// which is the same entry and remains.
    fn is_part_of(&self, _other: &Self) -> bool {
        false
    }

    /// Returns whether `other`, which has the same key and is gone, became this entry, as
    /// far as two lists can show.
    fn comes_from(&self, other: &Self) -> bool {
        self.is_same(other)
    }

    /// Returns whether this entry differs from `other`, the same entry in an earlier
    /// list. The passing of time does not count as a change.
    fn differs_from(&self, other: &Self) -> bool {
        self != other
    }

    /// Returns whether this entry may be deleted or changed together with the link with
    /// this number, without a notification from the kernel.
    fn depends_on_link(&self, _link: u32) -> bool {
        false
    }

    /// Returns whether entries have this address family. Messages of the same type with
    /// other families are left out.
    #[must_use]
    fn has_family(family: u8) -> bool {
        Family::read(family).is_ok()
    }

    /// Reads a message of the type [`Self::NEW`], or the next type.
    fn read(message: &Message<'_>) -> Result<Self>;

    /// Lists all entries.
    fn all<T: Transport>(socket: &mut Socket<T>) -> Result<Listing<Self>> {
        list(socket, None)
    }
}

/// A change that the kernel reported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<E> {
    /// The entry that changed.
    pub entry: E,
    /// The kind of the change.
    pub change: Change,
}

/// The kind of a change to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It exists; the kernel does not report whether it is new.
    Present,
    /// It was created in front of the others with the same key.
    Created,
    /// It was created behind the others with the same key.
    Appended,
    /// It replaced another entry with the same key.
    Replaces,
    /// It was deleted; the entry shows its last state.
    Deleted,
}

/// Lists all entries, or only those of `family`; see [`routes::list`] for more.
pub fn list<E: Entry, T: Transport>(
    socket: &mut Socket<T>,
    family: Option<Family>,
) -> Result<Listing<E>> {
    let mut header = [0; 16];
    if let (Some(family), [first, ..]) = (family, &mut header) {
        *first = family.number();
    }
    let header = header.get(..E::HEADER).unwrap_or_default();
    dump(socket, header, |_| Ok(()))
}

/// Lists the entries that the request with `header` and the attributes of `fill` asks
/// for. A kernel without the header's family lists all others; they are left out.
fn dump<E: Entry, T: Transport>(
    socket: &mut Socket<T>,
    header: &[u8],
    fill: impl Fn(&mut Writer<'_>) -> Result<()>,
) -> Result<Listing<E>> {
    let family = header.first().filter(|family| **family != 0);
    let dump = DumpRequest {
        kind: E::NEW.wrapping_add(2),
        name: E::REQUEST,
        header,
    };
    list::list(socket, dump, fill, |message| {
        let is_asked_for = family.is_none() || message.payload.first() == family;
        let is_one = concerns::<E>(message) && is_asked_for;
        is_one.then(|| E::read(message)).transpose()
    })
}

/// Lists IPv4 and then IPv6, or only the requested family, through `each`. A family that
/// the kernel lacks has no entries.
fn both<E>(
    family: Option<Family>,
    mut each: impl FnMut(Family) -> Result<Listing<E>>,
) -> Result<Listing<E>> {
    let mut all = Listing::default();
    for one in Family::BOTH {
        if family.is_none_or(|wanted| wanted == one) {
            let listing = match each(one) {
                Err(error) if error.errno() == Some(libc::EAFNOSUPPORT) => continue,
                listing => listing?,
            };
            all.entries.extend(listing.entries);
            all.interrupted |= listing.interrupted;
        }
    }
    Ok(all)
}

/// Joins `groups`, for example [`Entry::GROUPS`], so that the socket receives their
/// changes; it then waits for them without a timeout.
pub fn listen(socket: &mut Socket, groups: &[u32]) -> Result<()> {
    for group in groups {
        socket.join(*group)?;
    }
    socket.clear_timeout()
}

/// Waits until the kernel has finished the change it is making. For example, it reports
/// that a link goes down before it removes the routes over that link.
pub fn settle<T: Transport>(socket: &mut Socket<T>) -> Result<()> {
    // Lists can be read while a change is in progress. The statistics of a link cannot,
    // and the loopback link always exists.
    const GETSTATS: u16 = 94;
    const LOOPBACK: u32 = 1;
    const LINK_64: u32 = 1;
    let seq = socket.next_seq();
    let mut request = message::header(GETSTATS, flags::REQUEST, seq).to_vec();
    for word in [0, LOOPBACK, LINK_64] {
        request.extend_from_slice(&word.to_ne_bytes());
    }
    message::finish(&mut request, 0)?;
    match socket.transact(&request, seq, Expect::Reply) {
        // The kernel waited before it refused the request, too.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Returns whether a message concerns an entry of this type.
#[must_use]
pub fn concerns<E: Entry>(message: &Message<'_>) -> bool {
    let kind = message.header.kind;
    (kind == E::NEW || kind == E::NEW.wrapping_add(1))
        && message
            .payload
            .first()
            .is_some_and(|first| E::has_family(*first))
}

/// Reads a change, if the message reports one of this type.
pub fn event<E: Entry>(message: &Message<'_>) -> Result<Option<Event<E>>> {
    if !concerns::<E>(message) {
        return Ok(None);
    }
    let has = |flag| message.header.flags & flag != 0;
    let change = if message.header.kind != E::NEW {
        Change::Deleted
    } else if has(flags::REPLACE) {
        Change::Replaces
    } else if has(flags::CREATE) && has(flags::APPEND) {
        Change::Appended
    } else if has(flags::CREATE) {
        Change::Created
    } else {
        Change::Present
    };
    let entry = E::read(message)?;
    Ok(Some(Event { entry, change }))
}

/// Splits a message into its header of `N` bytes and its attributes.
fn split<'a, const N: usize>(message: &Message<'a>) -> Result<(&'a [u8; N], Attributes<'a>)> {
    let (header, rest) = message
        .payload
        .split_first_chunk()
        .ok_or(Error::Malformed {
            what: "a message is shorter than its family's header",
            offset: message.payload.len(),
        })?;
    Ok((header, Attributes::new(rest)))
}

/// Reads the payload as an address of 4 or 16 bytes.
fn ip(attribute: &Attribute<'_>) -> Result<IpAddr> {
    ip_bytes(attribute.payload, attribute.offset)
}

fn ip_bytes(bytes: &[u8], offset: usize) -> Result<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Ok(v4.into());
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(v6) => Ok(v6.into()),
        Err(_) => Err(Error::Malformed {
            what: "an address has neither 4 nor 16 bytes",
            offset,
        }),
    }
}

#[cfg(test)]
mod tests;
