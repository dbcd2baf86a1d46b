// SPDX-License-Identifier: GPL-2.0

//! `parley`: a Generic Netlink family that converses with user space.

mod ask;
mod counter;
#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
mod counters_kunit;
mod device;
mod echo;
mod genl;
mod parley;
mod state;
mod stats;

use crate::{
    genl::{
        prelude::{
            Entered,
            Namespace,
            NewNet, //
        },
        Family,
        FamilyRef,
        Module,
        NetState, //
    },
    state::Net, //
};
use kernel::{
    module::this_module,
    prelude::*, //
};

module! {
    type: Parley,
    name: "parley",
    authors: ["The parley developers"],
    description: "A conversation over Generic Netlink",
    license: "GPL",
    alias: ["net-pf-16-proto-16-family-parley"],
    params: {
        max_counters: u32 {
            default: 4_096,
            description: "Maximum number of counters in a network namespace",
        },
    },
}

/// The family, and the other interfaces of the module.
type Parley = Module<Net, device::Channels>;

static FAMILY: Family<Net> = parley::family(this_module::<LocalModule>());

impl NetState for Net {
    const FAMILY: FamilyRef<Self> = FamilyRef::to(&FAMILY);

    fn new(_net: NewNet<'_>) -> impl PinInit<Self, Error> {
        Net::new(*module_parameters::max_counters.value_ref())
    }

    fn socket_closed(namespace: Namespace<'_, Self>, portid: u32) {
        ask::socket_closed(namespace, portid);
    }

    fn timer(entered: &Entered<'_, Self>) {
        ask::time_out(entered);
    }

    fn end(&self) {
        Net::end(self);
    }
}
