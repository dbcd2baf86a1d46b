// SPDX-License-Identifier: GPL-2.0

//! `parley`: a Generic Netlink family that converses with user space.

mod ask;
mod counter;
#[cfg(CONFIG_PARLEY_KUNIT_TEST)]
mod counters_kunit;
mod device;
mod echo;
mod genl;
mod state;
mod stats;
mod uapi;

use crate::{
    genl::{
        Family,
        FamilyRef,
        Module,
        Namespace,
        NetState, //
    },
    state::Net, //
};
use kernel::{
    net::netlink::MulticastGroup,
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
            description: "Most counters that a network namespace may have",
        },
    },
}

/// The family, and what else the module shows.
type Parley = Module<Net, device::Channels>;

static GROUPS: [MulticastGroup; 1] = [MulticastGroup::const_new(uapi::group::EVENTS)];

static FAMILY: Family<Net> = Family::new(
    kernel::module::this_module::<LocalModule>(),
    uapi::FAMILY_NAME,
    uapi::FAMILY_VERSION,
    genl::ops![
        do echo::Echo,
        do counter::Get,
        dump counter::List,
        do counter::Set,
        do counter::Add,
        do counter::Del,
        do ask::AgentRegister,
        do ask::Ask,
        do ask::Answer,
        do stats::Get,
    ],
    &GROUPS,
);

impl NetState for Net {
    const FAMILY: FamilyRef<Self> = FamilyRef::to(&FAMILY);

    fn new() -> impl PinInit<Self, Error> {
        Net::new(*module_parameters::max_counters.value_ref())
    }

    fn socket_closed(namespace: Namespace<'_, Self>, portid: u32) {
        ask::socket_closed(namespace, portid);
    }

    fn alarm(namespace: Namespace<'_, Self>) {
        ask::time_out(namespace);
    }

    fn end(&self) {
        Net::end(self);
    }
}
