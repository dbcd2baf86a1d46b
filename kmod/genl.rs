// SPDX-License-Identifier: GPL-2.0

//! The server side of Generic Netlink.
//!
//! A family is a static [`Family`] with a table of operations, made by [`ops!`] of types that
//! implement [`Do`] or [`Dump`]. Each such type is one operation, whole: its number, who may call
//! it, what attributes it takes ([`arguments!`]) and the handler. The handler gets the [`Request`]
//! with the state of its network namespace and the attributes, parsed and validated; it answers
//! with a [`Reply`](message::Reply), now or, with a [`Kept`] request, later, or returns a
//! [`Refusal`], which becomes the error and the extended ACK that the requester reads. A [`Module`]
//! makes the family visible for as long as it is loaded.
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
mod family;
mod helpers;
mod kept;
mod kind;
mod message;
mod notify;
mod op;
mod open;
mod permission;
mod policy;
mod refusal;
mod registration;
mod request;
#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
pub(crate) mod testing;
mod wire;
mod writer;

pub(crate) use self::{
    args::{
        arguments,
        Arguments, //
    },
    dump::{
        Dump,
        Entries,
        Progress, //
    },
    family::{
        Family,
        FamilyRef,
        Namespace,
        NetState, //
    },
    kept::Kept,
    kind::{
        Arg,
        Bytes,
        Flag,
        NulString,
        Sint,
        Uint,
        U32, //
    },
    message::Message,
    op::{
        ops,
        Do, //
    },
    open::OpenNet,
    permission::Permission,
    refusal::Refusal,
    registration::{
        Channels,
        Module, //
    },
    request::Request,
    wire::{
        size,
        NoRoom, //
    },
    writer::Attributes, //
};

// What the macros above expand to names these.
pub(crate) use self::{
    args::Attrs,
    family::Ops,
    kind::Kind,
    op::Op,
    policy::{
        max_attr,
        table,
        Policy, //
    },
};
