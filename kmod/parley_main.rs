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
        Namespace,
        NetState,
        Registration, //
    },
    state::Net, //
};
use kernel::{
    debugfs::Scope,
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
            default: 65_536,
            description: "Most counters that a network namespace may have",
        },
    },
}

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
        namespace.state().questions().socket_closed(portid);
    }

    fn alarm(namespace: Namespace<'_, Self>) {
        ask::time_out(namespace);
    }

    fn end(&self) {
        Net::end(self);
    }
}

/// What there is while the module is loaded, dropped in this order: what uses the state of
/// namespaces goes before the family, which owns it.
#[pin_data(PinnedDrop)]
struct Parley {
    #[pin]
    _device: device::Registration,
    #[pin]
    _debugfs: Scope<device::Stats>,
    _family: Registration<Net>,
}

impl kernel::InPlaceModule for Parley {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _family: Registration::new().inspect(|family| {
                pr_info!("family {} is number {}\n", uapi::FAMILY_NAME, family.id());
            })?,
            _debugfs <- device::debugfs(),
            _device <- device::Registration::new(),
        })
    }
}

#[pinned_drop]
impl PinnedDrop for Parley {
    fn drop(self: Pin<&mut Self>) {
        pr_info!("family {} goes\n", uapi::FAMILY_NAME);
    }
}
