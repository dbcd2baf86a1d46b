// SPDX-License-Identifier: MIT OR Apache-2.0

//! Consistent lists: a dump is repeated if a change interrupts it.
//!
//! ```
//! use parley_netlink::netlink::{list::Listing, protocol, Socket};
//! use parley_netlink::route::{Entry, Link};
//!
//! let mut socket = Socket::open(protocol::ROUTE)?;
//! let links: Listing<Link> = Link::all(&mut socket)?;
//! if links.interrupted {
//!     println!("links come and go too quickly: this may lack some");
//! }
//! # assert!(links.entries.iter().any(|link| link.name == "lo"));
//! # Ok::<(), parley_netlink::Error>(())
//! ```

use super::attr::Writer;
use super::error::{Error, Result};
use super::message::{self, flags, Message};
use super::socket::Socket;
use super::transport::Transport;

/// The maximum number of times that [`repeat`] reads a list.
pub const ATTEMPTS: usize = 5;

/// Reads a list until no change interrupts the reading, but at most [`ATTEMPTS`] times.
/// `read` returns the list, and whether it was interrupted. Returns the last result.
///
/// ```
/// use parley_netlink::netlink::list::repeat;
///
/// let mut readings = 0;
/// let (list, interrupted) = repeat(|| {
///     readings += 1;
///     Ok::<_, parley_netlink::Error>((readings, readings < 3))
/// })?;
/// assert_eq!((list, interrupted), (3, false));
/// # Ok::<(), parley_netlink::Error>(())
/// ```
pub fn repeat<L, E>(
    mut read: impl FnMut() -> std::result::Result<(L, bool), E>,
) -> std::result::Result<(L, bool), E> {
    let mut last = read()?;
    for _ in 1..ATTEMPTS {
        if !last.1 {
            break;
        }
        last = read()?;
    }
    Ok(last)
}

/// The result of a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing<E> {
    /// The entries, in the kernel's order.
    pub entries: Vec<E>,
    /// Whether changes interrupted every attempt. Then entries may be missing, or come
    /// from different moments.
    pub interrupted: bool,
}

impl<E> Default for Listing<E> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            interrupted: false,
        }
    }
}

/// The request for a dump.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DumpRequest<'a> {
    /// Its message type.
    pub(crate) kind: u16,
    /// Its name in errors.
    pub(crate) name: &'static str,
    /// The family's header, with padding up to a multiple of 4.
    pub(crate) header: &'a [u8],
}

/// Adds the name of the operation to a refusal.
pub(crate) fn named(error: Error, operation: &'static str) -> Error {
    match error {
        Error::Refused(mut refusal) => {
            refusal.operation = Some(operation);
            Error::Refused(refusal)
        }
        other => other,
    }
}

/// Lists the entries that `read` returns for a dump's messages. Messages for which it
/// returns `None` are skipped.
pub(crate) fn list<E, T: Transport>(
    socket: &mut Socket<T>,
    dump: DumpRequest<'_>,
    fill: impl Fn(&mut Writer<'_>) -> Result<()>,
    read: impl Fn(&Message<'_>) -> Result<Option<E>>,
) -> Result<Listing<E>> {
    let mut request = Vec::new();
    let (entries, interrupted) = repeat(|| {
        let seq = socket.next_seq();
        request.clear();
        let kind = flags::REQUEST | flags::DUMP;
        request.extend_from_slice(&message::header(dump.kind, kind, seq));
        request.extend_from_slice(dump.header);
        fill(&mut Writer::new(&mut request))?;
        message::finish(&mut request, 0)?;
        let mut entries = Vec::new();
        let interrupted = socket
            .dump(&request, seq, |message| {
                entries.extend(read(&message)?);
                Ok(())
            })
            .map_err(|error| named(error, dump.name))?;
        Ok((entries, interrupted))
    })?;
    Ok(Listing {
        entries,
        interrupted,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fake::Fake;
    use super::*;

    /// Lists from a kernel whose first dumps are interrupted; each dump lists its own
    /// number.
    fn listed(interrupted: u32) -> Listing<u32> {
        let mut number = 0u32;
        let mut socket = Fake::socket(move |request, answers| {
            // Each dump sends the whole request: the family's header, and an attribute.
            assert_eq!(request.payload.len(), 4 + 8);
            number += 1;
            let intr = if number <= interrupted {
                flags::DUMP_INTR
            } else {
                0
            };
            answers.message(0x20, flags::MULTI | intr, &number.to_ne_bytes());
            answers.done();
        });
        let dump = DumpRequest {
            kind: 0x22,
            name: "TEST",
            header: &[9; 4],
        };
        list(
            &mut socket,
            dump,
            |w| w.u32(1, 5),
            |message| {
                Ok(message
                    .payload
                    .first_chunk()
                    .copied()
                    .map(u32::from_ne_bytes))
            },
        )
        .unwrap()
    }

    #[test]
    fn a_dump_that_was_interrupted_is_begun_anew_and_the_old_one_forgotten() {
        for (interrupted, dump) in [(0, 1), (1, 2), (4, 5)] {
            let listing = listed(interrupted);
            assert_eq!(listing.entries, [dump]);
            assert!(!listing.interrupted);
        }
        // The listing ends, and reports that it was interrupted.
        let listing = listed(u32::MAX);
        assert_eq!(listing.entries, [ATTEMPTS as u32]);
        assert!(listing.interrupted);
    }
}
