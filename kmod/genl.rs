// SPDX-License-Identifier: GPL-2.0

//! The server side of Generic Netlink.
//!
//! A family is a static [`Family`] with a table of operations, made by [`ops!`] of types that
//! implement [`Do`] or [`Dump`]. Each such type is one operation, whole: its number, who may call
//! it, what attributes it takes ([`arguments!`]) and the handler. The handler gets the [`Request`]
//! with the state of its network namespace and the attributes, parsed and validated; it answers
//! with a [`Reply`](message::Reply), now or, as a [`Deferred`], later, or returns a [`Refusal`],
//! which becomes the error and the extended ACK that the requester reads. A [`Registration`] makes
//! the family visible for as long as it lives.
//!
//! Nothing here knows what family it serves.
//!
//! Not supported yet: groups that need a capability to join, nested attributes in requests, a
//! family header.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

mod args;
mod attr;
mod dump;
mod extack;
mod family;
mod helpers;
mod message;
mod namespace;
mod op;
mod peer;
mod policy;
mod request;
#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
pub(crate) mod testing;
mod writer;

pub(crate) use self::{
    args::{
        arguments,
        Arguments, //
    },
    attr::{
        Arg,
        Bytes,
        NulString,
        Sint,
        Uint,
        U32, //
    },
    dump::{
        Dump,
        Entries,
        Progress, //
    },
    extack::Refusal,
    family::{
        Family,
        FamilyRef,
        NetState,
        Registration, //
    },
    namespace::{
        Namespace,
        OpenNet, //
    },
    op::{
        ops,
        Do,
        Modifiers,
        Permission, //
    },
    peer::{
        Deferred,
        Peer, //
    },
    request::Request,
    writer::{
        size,
        Attributes,
        NoRoom, //
    },
};

// What the macros above expand to names these.
pub(crate) use self::{
    args::Attrs,
    attr::Kind,
    op::{
        Op,
        Ops, //
    },
    policy::{
        max_attr,
        table,
        Policy, //
    },
};
