// SPDX-License-Identifier: MIT OR Apache-2.0

//! Lists that are of one moment: a dump, begun anew where it was interrupted.

#![forbid(unsafe_code)]

use super::attr::Writer;
use super::error::{Error, Result};
use super::message::{self, flags, Message};
use super::socket::Socket;
use super::transport::Transport;

/// How often a dump that was interrupted is begun anew.
const ATTEMPTS: usize = 5;

/// What a dump gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<E> {
    /// The entries, in the kernel's order.
    pub entries: Vec<E>,
    /// Whether what is listed changed during each of several dumps. Then entries
    /// may be missing, or of different moments.
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

/// A dump to be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    /// Its message type.
    pub(crate) kind: u16,
    /// What errors call it.
    pub(crate) name: &'static str,
    /// The family's header, with padding up to a multiple of 4.
    pub(crate) header: &'a [u8],
}

/// Names in a refusal what was asked for.
pub(crate) fn named(error: Error, operation: &'static str) -> Error {
    match error {
        Error::Refused(mut refusal) => {
            refusal.operation = Some(operation);
            Error::Refused(refusal)
        }
        other => other,
    }
}

/// Lists what `read` makes of a dump's messages, but for those it gives `None` for.
pub(crate) fn list<E, T: Transport>(
    socket: &mut Socket<T>,
    question: Question<'_>,
    fill: impl Fn(&mut Writer<'_>) -> Result<()>,
    read: impl Fn(&Message<'_>) -> Result<Option<E>>,
) -> Result<Listing<E>> {
    let mut listing = Listing::default();
    let mut request = Vec::new();
    for _ in 0..ATTEMPTS {
        let seq = socket.next_seq();
        request.clear();
        let kind = flags::REQUEST | flags::DUMP;
        request.extend_from_slice(&message::header(question.kind, kind, seq));
        request.extend_from_slice(question.header);
        fill(&mut Writer::new(&mut request))?;
        message::finish(&mut request, 0)?;
        listing.entries.clear();
        listing.interrupted = socket
            .dump(&request, seq, |message| {
                listing.entries.extend(read(&message)?);
                Ok(())
            })
            .map_err(|error| named(error, question.name))?;
        if !listing.interrupted {
            break;
        }
    }
    Ok(listing)
}
