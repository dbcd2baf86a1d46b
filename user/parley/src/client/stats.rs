// SPDX-License-Identifier: MIT OR Apache-2.0

//! The statistics of a namespace.

use super::Client;
use crate::uapi::{cmd, stats};
use parley_netlink::netlink::socket::Expect;
use parley_netlink::netlink::transport::Transport;
use parley_netlink::netlink::Result;

/// The module's statistics in this network namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Echoes answered since the module was loaded.
    pub echoes: u64,
    /// Payload bytes echoed.
    pub echo_bytes: u64,
    /// Counters that exist now.
    pub counters: u64,
    /// Events delivered to listeners in this namespace.
    pub notifications: u64,
    /// Questions that wait for their answer.
    pub asks_pending: u64,
    /// Questions that were answered.
    pub asks_answered: u64,
}

impl<T: Transport> Client<T> {
    /// Reads the namespace's statistics.
    pub fn stats(&mut self) -> Result<Stats> {
        let mut read = Stats::default();
        for attribute in self.call(cmd::STATS_GET, 0, Expect::Reply, |_| Ok(()))? {
            let attribute = attribute?;
            let field = match attribute.number {
                stats::ECHOES => &mut read.echoes,
                stats::ECHO_BYTES => &mut read.echo_bytes,
                stats::COUNTERS => &mut read.counters,
                stats::NOTIFICATIONS => &mut read.notifications,
                stats::ASKS_PENDING => &mut read.asks_pending,
                stats::ASKS_ANSWERED => &mut read.asks_answered,
                _ => continue,
            };
            *field = attribute.uint()?;
        }
        Ok(read)
    }
}
