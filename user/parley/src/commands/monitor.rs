// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley monitor`

mod counters;
mod doubt;
mod families;
mod listed;
mod network;
mod nftables;
mod report;

use crate::opener::Opener;
use crate::output::text;
use anyhow::Result;
use clap::{Args, ValueEnum};
use parley_netlink::genl::Family;
use parley_netlink::nftables::Thing;
use parley_netlink::route::{Address, Link, Neighbour, Route, Rule};
use report::{Form, Limit, Report};
use std::io::Write;
use std::time::{Duration, Instant};

const AFTER_HELP: &str = "\
WHAT is counters, links, addresses, routes, rules, neighbours, families (of
Generic Netlink) or firewall, which needs CAP_NET_ADMIN.";

/// Print changes of counters, the network or families as they happen
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Monitor {
    /// What to follow
    #[arg(value_enum, default_value_t = What::Counters)]
    #[arg(hide_possible_values = true, value_name = "WHAT")]
    what: What,
    /// Print numbers in place of names; only of the network
    #[arg(short = 'N', long)]
    numeric: bool,
    /// Begin each line with the time, in UTC
    #[arg(short, long)]
    timestamp: bool,
    /// End after N events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End after TIME, such as 500ms or 2s
    #[arg(long, value_name = "TIME", value_parser = text::time)]
    timeout: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    Counters,
    #[value(alias = "link")]
    Links,
    #[value(aliases = ["addr", "address"])]
    Addresses,
    #[value(alias = "route")]
    Routes,
    #[value(alias = "rule")]
    Rules,
    #[value(aliases = ["neigh", "neighbor", "neighbors", "neighbour"])]
    Neighbours,
    #[value(alias = "family")]
    Families,
    Firewall,
}

impl Monitor {
    /// Returns the option that what is followed has no use for, if one is given.
    pub(crate) fn refused(&self) -> Option<&'static str> {
        let has_names = !matches!(self.what, What::Counters | What::Families | What::Firewall);
        (self.numeric && !has_names).then_some("numeric")
    }

    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let limit = Limit {
            left: self.count,
            end: self.timeout.map(|time| Instant::now() + time),
        };
        let form = Form {
            json,
            is_numeric: self.numeric,
            has_time: self.timestamp,
        };
        let mut report = Report { out, form, limit };
        match self.what {
            What::Counters => counters::follow(opener, &mut report),
            What::Links => network::follow::<Link>(opener, &mut report),
            What::Addresses => network::follow::<Address>(opener, &mut report),
            What::Routes => network::follow::<Route>(opener, &mut report),
            What::Rules => network::follow::<Rule>(opener, &mut report),
            What::Neighbours => network::follow::<Neighbour>(opener, &mut report),
            What::Families => listed::follow::<Family>(opener, &mut report),
            What::Firewall => listed::follow::<Thing>(opener, &mut report),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_followed_has_the_short_names_that_ip_has() {
        for (alias, name) in [
            ("link", "links"),
            ("addr", "addresses"),
            ("address", "addresses"),
            ("route", "routes"),
            ("rule", "rules"),
            ("neigh", "neighbours"),
            ("neighbor", "neighbours"),
        ] {
            let what = What::from_str(alias, false).unwrap();
            let value = what.to_possible_value().unwrap();
            assert_eq!(value.get_name(), name);
        }
    }
}
