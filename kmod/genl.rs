// SPDX-License-Identifier: GPL-2.0

//! The server side of Generic Netlink.
//!
//! A family starts from a Netlink spec. The generator turns the spec into one file with a type for
//! each operation ([`Op`](codegen::Op)), the values of its request and reply, and the family with
//! its table of operations. The author writes the state of a network namespace ([`NetState`]) and
//! implements a handler for each operation on it: [`DoOp`](prelude::DoOp) returns the reply as a
//! value, [`KeepOp`](prelude::KeepOp) keeps the request to answer it later, and
//! [`DumpOp`](prelude::DumpOp) lists entries. A handler receives a [`Call`](prelude::Call) with the
//! request's attributes, parsed and validated (a dump receives the attributes alone), and returns
//! an [`ExtAck`](prelude::ExtAck) to refuse the request. A [`Module`] makes the family visible for
//! as long as it is loaded.
//!
//! Nothing here depends on a particular family.
//!
//! The groups of files below are layers: a file imports only from its own group and from groups
//! above it.
//!
//! Not supported: several families in one module, sub-messages, which no genetlink spec of the
//! kernel has, and per-socket state (`sock-priv`), which the kernel does not export to modules.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

// A family uses only the items that its spec needs.
#![allow(dead_code)]

// The C helpers, and the layout of attributes in a message.
mod helpers;
mod wire;
// Single attributes: in a request, in an error, in a policy, by type, in a message.
mod attr;
mod extack;
mod integers;
mod policy;
mod types;
mod writer;
// All attributes of a message or of a request; operations, which combine the two.
mod payload;
mod request;
mod spec;
// The family and its per-namespace state; its messages.
mod family;
mod message;
mod users;
// Handlers.
mod call;
mod dump;
mod kept;
mod notify;
mod op;
mod open;
// Registration, which makes the family visible.
mod registration;
#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
pub(crate) mod testing;

#[allow(unused_imports)] // As above.
pub(crate) use self::{
    family::{
        Family,
        FamilyRef,
        NetState, //
    },
    registration::{
        Channels,
        Module, //
    }, //
};

/// A prelude for handlers.
#[allow(unused_imports)] // As above.
pub(crate) mod prelude {
    pub(crate) use super::{
        call::{
            Call,
            Context, //
        },
        dump::{
            DumpOp,
            Entries,
            Progress, //
        },
        extack::ExtAck,
        family::{
            Entered,
            Namespace,
            NewNet, //
        },
        integers::*,
        kept::{
            Kept,
            Prepared, //
        },
        notify::Notifier,
        op::{
            DoOp,
            GuardedOp,
            Handled,
            Hook,
            KeepOp, //
        },
        open::OpenNet,
        payload::Numbered,
        request::{
            Attr,
            Attrs, //
        },
        types::*, //
    };
}

/// A prelude for generated code.
#[allow(unused_imports)] // As above.
pub(crate) mod codegen {
    pub(crate) use super::{
        attr::RawAttr,
        family::{
            Group,
            Ops, //
        },
        op::{
            Entry,
            Guarded,
            Handler,
            HookedOp, //
        },
        payload::{
            family_header_size,
            nest_max,
            put_array,
            put_attrs,
            put_nest_array,
            put_nests,
            size_of_array,
            size_of_attrs,
            size_of_nest_array,
            size_of_nests,
            total,
            Message,
            Notification,
            Payload, //
        },
        policy::{
            table,
            Policy,
            Range,
            SignedRange, //
        },
        request::{
            family_header,
            field,
            nest_field,
            nest_repeated,
            repeated,
            Array,
            Field,
            Nest,
            Repeated, //
        },
        spec::*,
        types::{
            array,
            Sparse, //
        },
        wire::{
            header,
            size,
            NoRoom, //
        },
        writer::Writer, //
    };
}
