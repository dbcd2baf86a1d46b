// SPDX-License-Identifier: GPL-2.0

//! The server side of Generic Netlink.
//!
//! A family begins as a Netlink spec, from which one file is generated: a type for each operation
//! ([`Op`](codegen::Op)) with the values of its request and its reply, and the family with its
//! table. An author writes the state of a network namespace ([`NetState`]), and on it a handler for
//! each operation: [`DoOp`](prelude::DoOp) returns the reply as a value,
//! [`KeepOp`](prelude::KeepOp) keeps the request to answer it later, and
//! [`DumpOp`](prelude::DumpOp) lists. A handler gets the [`Call`](prelude::Call) with the request's
//! attributes, parsed and validated; an error is an [`ExtAck`](prelude::ExtAck). A [`Module`] makes
//! the family visible for as long as it is loaded.
//!
//! Nothing here knows what family it serves.
//!
//! The files below are layers: each imports only from those before it.
//!
//! Not supported yet: several families in one module, operations that do not run in parallel,
//! sub-messages, and state for each socket (`sock-priv`), which the kernel does not export.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

// A family uses only what its spec asks for.
#![allow(dead_code)]

// How attributes lie in a message, and the C side.
mod helpers;
mod wire;
// One attribute: in a request, in an error, in a message, in a policy, by its type.
mod attr;
mod extack;
mod policy;
mod types;
mod writer;
// All attributes of a request, or of a message; operations, which have both.
mod payload;
mod request;
mod spec;
// The family and its state in each namespace; messages of the family.
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
// What makes it all visible.
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

/// What handlers name.
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
        kept::{
            Kept,
            Prepared, //
        },
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

/// What generated code names.
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
