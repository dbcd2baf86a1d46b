// SPDX-License-Identifier: MIT OR Apache-2.0

//! Opens the sockets and the device that commands use.

use crate::output::steps::Steps;
use parley::device::Device;
use parley::Client;
use parley_netlink::genl::spec::Family;
use parley_netlink::netlink::tap::Tap;
use parley_netlink::{Result, Socket};
use std::io;
use std::sync::Arc;

/// Passes the same tap, if there is one, to everything that it opens.
#[derive(Debug, Default)]
pub(crate) struct Opener {
    steps: Option<Steps>,
    tap: Option<Arc<dyn Tap>>,
}

impl Opener {
    pub(crate) fn new(steps: Option<Steps>) -> Self {
        let tap = steps.clone().map(|steps| Arc::new(steps) as Arc<dyn Tap>);
        Self { steps, tap }
    }

    /// Adds the names of the attributes of `family` to the trace, if there is one.
    pub(crate) fn know(&self, family: &'static Family) {
        if let Some(steps) = &self.steps {
            steps.know(family);
        }
    }

    /// Returns the trace and the capture, if there are any.
    pub(crate) fn steps(&self) -> Option<&Steps> {
        self.steps.as_ref()
    }

    /// Opens a netlink socket of `protocol`.
    pub(crate) fn socket(&self, protocol: i32) -> Result<Socket> {
        match &self.tap {
            Some(tap) => Socket::open_with_tap(protocol, Arc::clone(tap)),
            None => Socket::open(protocol),
        }
    }

    /// Opens a Generic Netlink socket.
    pub(crate) fn generic(&self) -> Result<Socket> {
        self.socket(libc::NETLINK_GENERIC)
    }

    /// Opens a client of the family.
    pub(crate) fn client(&self) -> Result<Client> {
        Client::over(self.generic()?)
    }

    /// Opens the device.
    pub(crate) fn device(&self) -> io::Result<Device> {
        match &self.tap {
            Some(tap) => Device::open_with_tap(Arc::clone(tap)),
            None => Device::open(),
        }
    }

    /// Returns whether there is a tap.
    pub(crate) fn has_tap(&self) -> bool {
        self.tap.is_some()
    }
}
