// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley show`

mod filter;

use crate::opener::Opener;
use crate::output::network::{addresses, nftables, Naming, Shown};
use crate::output::{columns, json, streams};
use anyhow::Result;
use clap::{Args, Subcommand};
use filter::Filter;
use parley_netlink::netlink::list::Listing;
use parley_netlink::route::links::{self, Names};
use parley_netlink::route::{self, names, neighbours, routes, rules, Address, Family};
use serde_json::Value;
use std::io::Write;

/// The position of the options that all subcommands share: after the own options of each.
const LAST: usize = 100;

/// Show links, addresses, routes and the firewall
#[derive(Args)]
pub(crate) struct Show {
    /// Show only IPv4
    #[arg(short = '4', long, global = true, display_order = LAST, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Show only IPv6
    #[arg(short = '6', long, global = true, display_order = LAST)]
    ipv6: bool,
    /// Print numbers in place of names
    #[arg(short = 'N', long, global = true, display_order = LAST)]
    numeric: bool,
    #[command(subcommand)]
    what: ShowCommand,
}

#[derive(Subcommand)]
enum ShowCommand {
    /// Show the network devices
    #[command(visible_alias = "link")]
    Links {
        #[command(flatten)]
        filter: Filter<true>,
    },
    /// Show the IP addresses
    #[command(visible_aliases = ["addr", "address"])]
    Addresses {
        #[command(flatten)]
        filter: Filter<true>,
    },
    /// Show the routes of all routing tables
    #[command(visible_alias = "route")]
    Routes {
        #[command(flatten)]
        filter: Filter<false>,
        /// Show only this table: main, local, 100
        #[arg(long, value_name = "N", value_parser = table)]
        table: Option<u32>,
    },
    /// Show the rules that choose a routing table
    #[command(visible_alias = "rule")]
    Rules,
    /// Show hardware addresses of neighbours, and proxies
    #[command(visible_alias = "neigh", aliases = ["neighbor", "neighbors", "neighbour"])]
    Neighbours {
        #[command(flatten)]
        filter: Filter<false>,
        /// Include neighbours without ARP, such as multicast groups
        #[arg(long)]
        all: bool,
    },
    /// Show the nf_tables ruleset; needs CAP_NET_ADMIN
    Firewall,
}

fn table(text: &str) -> Result<u32, &'static str> {
    names::table_number(text).ok_or("expected main, local, default or a number of at least 1")
}

impl Show {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        if let ShowCommand::Firewall = self.what {
            return show_nftables(opener, out, json);
        }
        let mut socket = opener.socket(libc::NETLINK_ROUTE)?;
        let mut links = links::list(&mut socket)?;
        let names: Names = links.entries.iter().cloned().collect();
        let naming = &Naming::new(&names, self.numeric);
        let family = match (self.ipv4, self.ipv6) {
            (true, false) => Some(Family::Inet),
            (false, true) => Some(Family::Inet6),
            _ => None,
        };
        match &self.what {
            ShowCommand::Links { filter } => {
                let wanted = filter.links(&links.entries)?;
                links.entries.retain(|link| wanted.has(link.index));
                write(out, links, naming, json)
            }
            ShowCommand::Addresses { filter } => {
                let wanted = filter.links(&links.entries)?;
                links.entries.retain(|link| wanted.has(link.index));
                let mut own: Listing<Address> = route::list(&mut socket, family)?;
                own.entries.retain(|address| wanted.has(address.index));
                if !json {
                    own.entries.sort_by_key(|address| address.index);
                    return write(out, own, naming, json);
                }
                let all = links.entries.iter();
                let mut value = addresses::by_link(all, &own.entries, naming);
                if let (Some(_), Value::Array(links)) = (family, &mut value) {
                    // Like ip, keep only the links that have addresses.
                    links.retain(|link| link["addr_info"] != Value::Array(Vec::new()));
                }
                json::write(out, value)?;
                warn(
                    out,
                    own.interrupted || links.interrupted,
                    Address::NOUN,
                    json,
                )
            }
            ShowCommand::Routes { filter, table } => {
                let wanted = filter.links(&links.entries)?;
                let mut routes = routes::list(&mut socket, family, *table)?;
                routes.entries.retain(|route| wanted.has_route(route));
                write(out, routes, naming, json)
            }
            ShowCommand::Rules => write(out, rules::list(&mut socket, family)?, naming, json),
            ShowCommand::Neighbours { filter, all } => {
                let wanted = filter.links(&links.entries)?;
                let mut listing = neighbours::list(&mut socket, family)?;
                let is_shown = |one: &route::Neighbour| {
                    wanted.has(one.index) && (*all || one.is_shown_by_default())
                };
                listing.entries.retain(is_shown);
                write(out, listing, naming, json)
            }
            ShowCommand::Firewall => Ok(()),
        }
    }
}

fn write<E: Shown>(
    out: &mut dyn Write,
    listing: Listing<E>,
    naming: &Naming<'_>,
    json: bool,
) -> Result<()> {
    let entries = listing.entries.iter();
    if json {
        let objects = entries.map(|entry| Value::from(entry.object(naming)));
        json::write(out, objects.collect::<Value>())?;
    } else {
        let rows: Vec<_> = entries.map(|entry| entry.row(naming)).collect();
        columns::write(out, E::HEADINGS, &rows)?;
    }
    warn(out, listing.interrupted, E::NOUN, json)
}

fn show_nftables(opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
    let mut socket = opener.socket(libc::NETLINK_NETFILTER)?;
    let ruleset = parley_netlink::nftables::ruleset(&mut socket)?;
    if json {
        json::write(out, nftables::object(&ruleset))?;
    } else {
        nftables::write(out, &ruleset)?;
    }
    warn(out, ruleset.interrupted, "rules", json)
}

/// Warns if a list is not a consistent snapshot.
fn warn(out: &mut dyn Write, interrupted: bool, what: &str, json: bool) -> Result<()> {
    if interrupted {
        out.flush()?;
        let text =
            format!("the {what} changed during each dump; entries may be missing from this list");
        streams::note(&text, json)?;
    }
    Ok(())
}
