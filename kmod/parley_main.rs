// SPDX-License-Identifier: GPL-2.0

//! `parley`: a Generic Netlink family that converses with user space.

mod counter;
mod echo;
mod genl;
mod state;
mod stats;
mod uapi;

use crate::{
    genl::{
        Family,
        NetState,
        Registration, //
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
        do stats::Get,
    ],
    &GROUPS,
);

impl NetState for Net {
    const FAMILY: &'static Family<Self> = &FAMILY;

    fn new() -> impl PinInit<Self, Error> {
        Net::new(*module_parameters::max_counters.value_ref())
    }
}

struct Parley {
    _family: Registration<Net>,
}

impl kernel::Module for Parley {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let family = Registration::<Net>::new()?;
        pr_info!("family {} is number {}\n", uapi::FAMILY_NAME, family.id());
        Ok(Self { _family: family })
    }
}

impl Drop for Parley {
    fn drop(&mut self) {
        pr_info!("family {} goes\n", uapi::FAMILY_NAME);
    }
}
