// SPDX-License-Identifier: GPL-2.0

//! A sample of the Generic Netlink layer: a family that greets its callers.
//!
//! `scripts/family sample` generates `family.rs` from `hello.yaml` and builds the module;
//! docs/family.md explains each part.

#[path = "family.rs"]
mod generated;
mod genl;

use crate::{
    generated::*,
    genl::{
        prelude::*,
        Family,
        FamilyRef,
        Module,
        NetState, //
    },
};
use kernel::{
    module::this_module,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
};

module! {
    type: Module<Net, ()>,
    name: "hello",
    authors: ["The parley developers"],
    description: "A sample of the Generic Netlink layer",
    license: "GPL",
    params: {
        formal: bool {
            default: false,
            description: "Whether to greet formally",
        },
    },
}

static FAMILY: Family<Net> = generated::family(this_module::<LocalModule>());

/// The state of a network namespace.
struct Net {
    greetings: Atomic<u32>,
}

impl NetState for Net {
    const FAMILY: FamilyRef<Self> = FamilyRef::to(&FAMILY);

    fn new(_net: NewNet<'_>) -> impl PinInit<Self, Error> {
        Ok(Self {
            greetings: Atomic::new(0),
        })
    }
}

impl DoOp<Greet> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, Greet>) -> Handled<'a, Greet> {
        let name = call.request.name().required()?;
        if name.value.is_empty() {
            return Err(ExtAck::new(EINVAL, c"the name is empty").at(name));
        }
        let formal = module_parameters::formal.value();
        let mut text = call.copy(if formal { b"good day, " } else { b"hello, " })?;
        text.extend_from_slice(name.value.to_bytes_with_nul(), GFP_KERNEL)?;
        let reply = greet::Reply {
            text: CStr::from_bytes_until_nul(call.hold(text)?).ok(),
            // Wraps like the atomic. An overflow would panic, and any user can send greetings.
            number: Some(self.greetings.fetch_add(1, Relaxed).wrapping_add(1)),
        };
        call.notify(&GreetNtf(reply));
        Ok(reply)
    }
}
