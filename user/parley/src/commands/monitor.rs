// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley monitor`

mod counters;
mod doubt;
mod events;
mod families;
mod listed;
mod network;
mod nftables;
mod report;

use crate::opener::Opener;
use crate::output::text;
use anyhow::{Context as _, Result};
use clap::builder::{EnumValueParser, PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use parley_netlink::genl::Family;
use parley_netlink::nftables::Thing;
use parley_netlink::route::{Address, Link, Neighbour, Route, Rule};
use report::{Form, Limit, Report};
use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

const AFTER_HELP: &str = "\
WHAT is counters, links, addresses, routes, rules, neighbours, families (of
Generic Netlink) or firewall, which needs CAP_NET_ADMIN. With --spec it is a
multicast group of that family, and the events are printed as the kernel sends
them.";

/// Print changes to counters, the network or families as they happen
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Monitor {
    /// The subject to watch [default: counters]
    #[arg(value_parser = Subject::parser())]
    #[arg(hide_possible_values = true, value_name = "WHAT")]
    what: Option<Subject>,
    /// Watch a multicast group of this spec's family
    #[arg(long)]
    spec: Option<PathBuf>,
    /// Print numbers in place of names; only for the network
    #[arg(short = 'N', long)]
    numeric: bool,
    /// Start each line with the time, in UTC
    #[arg(short, long)]
    timestamp: bool,
    /// Stop after N events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Stop after TIME, such as 500ms or 2s
    #[arg(long, value_name = "TIME", value_parser = text::time)]
    timeout: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum KnownSubject {
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

/// The subject to watch. Without a spec, it must be a known one.
#[derive(Clone)]
struct Subject(String);

impl Subject {
    /// Accepts any word, and suggests the known subjects.
    fn parser() -> impl TypedValueParser<Value = Self> {
        #[derive(Clone)]
        struct Any;

        impl TypedValueParser for Any {
            type Value = Subject;

            fn parse_ref(
                &self,
                command: &clap::Command,
                argument: Option<&clap::Arg>,
                value: &OsStr,
            ) -> Result<Subject, clap::Error> {
                let parser = StringValueParser::new();
                parser.parse_ref(command, argument, value).map(Subject)
            }

            fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
                let all = KnownSubject::value_variants().iter();
                Some(Box::new(all.filter_map(KnownSubject::to_possible_value)))
            }
        }

        Any
    }
}

impl Monitor {
    /// Returns the known subject with this name.
    fn known(&self) -> Option<KnownSubject> {
        match &self.what {
            Some(Subject(word)) => KnownSubject::from_str(word, false).ok(),
            None => Some(KnownSubject::Counters),
        }
    }

    /// Returns the subject's word on the command line.
    fn word(&self) -> Option<&str> {
        self.what.as_ref().map(|Subject(word)| &**word)
    }

    /// Returns the first given option that does not apply to the subject, and what it cannot be
    /// used with.
    pub(crate) fn refused(&self) -> Option<(&'static str, String)> {
        let with = match self.known() {
            _ if self.spec.is_some() => "'--spec'".to_owned(),
            Some(KnownSubject::Counters | KnownSubject::Families | KnownSubject::Firewall) => {
                format!("'parley monitor {}'", self.word().unwrap_or("counters"))
            }
            _ => return None,
        };
        self.numeric.then_some(("numeric", with))
    }

    /// Returns whether the subject is unknown.
    pub(crate) fn is_unknown(&self) -> bool {
        self.spec.is_none() && self.known().is_none()
    }

    /// Returns the error for an unknown subject.
    pub(crate) fn unknown(&self, command: &clap::Command) -> clap::Error {
        let mut arguments = command.get_arguments();
        let argument = arguments.find(|known| known.get_id() == "what");
        let word = OsStr::new(self.word().unwrap_or_default());
        let parsed = EnumValueParser::<KnownSubject>::new().parse_ref(command, argument, word);
        let unknown = || clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
        parsed.err().unwrap_or_else(unknown)
    }

    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let limit = Limit::new(self.count, self.timeout);
        let form = Form {
            json,
            is_numeric: self.numeric,
            has_time: self.timestamp,
        };
        let mut report = Report { out, form, limit };
        if let Some(path) = &self.spec {
            return events::follow(opener, &mut report, path, self.word());
        }
        match self.known().context("cannot follow this WHAT")? {
            KnownSubject::Counters => counters::follow(opener, &mut report),
            KnownSubject::Links => network::follow::<Link>(opener, &mut report),
            KnownSubject::Addresses => network::follow::<Address>(opener, &mut report),
            KnownSubject::Routes => network::follow::<Route>(opener, &mut report),
            KnownSubject::Rules => network::follow::<Rule>(opener, &mut report),
            KnownSubject::Neighbours => network::follow::<Neighbour>(opener, &mut report),
            KnownSubject::Families => listed::follow::<Family>(opener, &mut report),
            KnownSubject::Firewall => listed::follow::<Thing>(opener, &mut report),
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
            let what = KnownSubject::from_str(alias, false).unwrap();
            let value = what.to_possible_value().unwrap();
            assert_eq!(value.get_name(), name);
        }
    }
}
