// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the decoder has learned from the datagrams so far.

use super::flags::Purpose;
use super::value::Place;
use crate::genl::spec::Family;
use crate::genl::Family as Described;
use crate::kernel::Set;
use crate::netlink::message::HEADER;
use crate::terminal;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The number of the controller, which is fixed.
pub(super) const CONTROLLER: u16 = 0x10;

/// A family, as the controller described it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) header_len: usize,
}

/// A request that was decoded earlier.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) protocol: u16,
    pub(super) header: [u8; HEADER],
    pub(super) seq: u32,
    pub(super) flags: u16,
    /// The first four bytes after its header.
    pub(super) first: Vec<u8>,
    pub(super) purpose: Purpose,
    pub(super) set: Set,
    /// Its attributes in order. Errors that point to them share this list.
    pub(super) places: Arc<Vec<Place>>,
}

/// The maximum number of requests remembered.
const REQUESTS_MAX: usize = 256;
/// The maximum number of attributes in all of them together.
pub(super) const PLACES_MAX: usize = 1 << 17;
/// The maximum number of families remembered.
const FAMILIES_MAX: usize = 1024;

/// What the decoder has learned from the datagrams so far: the names of families, from
/// the controller's messages; and the requests, so that the decoder can name the
/// attribute that an error points to.
#[derive(Debug, Default)]
pub struct Context {
    pub(super) specs: Vec<&'static Family>,
    pub(super) families: BTreeMap<u16, Known>,
    pub(super) requests: VecDeque<Request>,
    /// The number of attributes in all these requests.
    pub(super) places: usize,
}

impl Context {
    /// Creates a context that has seen no datagrams.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes messages of `family` by its spec, no matter which number it has.
    pub fn add_spec(&mut self, family: &'static Family) {
        self.specs.push(family);
    }

    /// Registers the number `id` for the Generic Netlink family `name`.
    pub fn name_family(&mut self, id: u16, name: &str) {
        self.learn_family(id, name, 0);
    }

    /// Learns the name and the number of a family that the controller has described.
    pub fn add_family(&mut self, family: &Described) {
        let header_len = usize::try_from(family.header_len).unwrap_or(0);
        self.learn_family(family.id, &family.name.to_string_lossy(), header_len);
    }

    pub(super) fn learn_family(&mut self, id: u16, name: &str, header_len: usize) {
        let name = name.chars().filter(|c| !terminal::obeys(*c)).collect();
        if self.families.len() < FAMILIES_MAX || self.families.contains_key(&id) {
            self.families.insert(id, Known { name, header_len });
        }
    }

    pub(super) fn learn_request(&mut self, request: Request) {
        self.places = self.places.saturating_add(request.places.len());
        self.requests.push_back(request);
        while self.requests.len() > REQUESTS_MAX || self.places > PLACES_MAX {
            let Some(oldest) = self.requests.pop_front() else {
                break;
            };
            self.places = self.places.saturating_sub(oldest.places.len());
        }
    }

    /// The last request with this header.
    pub(super) fn request(&self, protocol: u16, header: &[u8]) -> Option<&Request> {
        let same = |known: &&Request| known.protocol == protocol && known.header == header;
        self.requests.iter().rev().find(same)
    }

    /// The last request with this sequence number.
    pub(super) fn request_by_seq(&self, protocol: u16, seq: u32) -> Option<&Request> {
        let same = |known: &&Request| known.protocol == protocol && known.seq == seq;
        self.requests.iter().rev().find(same)
    }

    /// The spec of the family with this name.
    pub(super) fn spec(&self, name: &str) -> Option<&'static Family> {
        self.specs.iter().copied().find(|spec| spec.name == name)
    }

    pub(super) fn family(&self, id: u16) -> Option<&str> {
        if id == CONTROLLER {
            return Some("nlctrl");
        }
        self.families.get(&id).map(|known| known.name.as_str())
    }
}
