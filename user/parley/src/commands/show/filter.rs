// SPDX-License-Identifier: MIT OR Apache-2.0

//! Filters for `parley show`, in the syntax of ip(8): `dev NAME`, `type KIND`.

use crate::output::failure::Failure;
use crate::output::text;
use clap::error::ErrorKind;
use clap::{value_parser, Arg, ArgMatches, Args, Command, Error, FromArgMatches};
use parley_netlink::route::{Link, Route};
use std::collections::BTreeSet;
use std::ffi::OsString;

/// A filter for links: by name and, with `TYPE`, by kind.
#[derive(Debug, Default)]
pub(super) struct Filter<const TYPE: bool> {
    dev: Option<OsString>,
    kind: Option<OsString>,
}

/// The name of the argument.
const WORDS: &str = "filter";

impl<const TYPE: bool> FromArgMatches for Filter<TYPE> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut filter = Self::default();
        filter.update_from_arg_matches(matches)?;
        Ok(filter)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        let wrong = |text: String| Error::raw(ErrorKind::InvalidValue, text);
        let mut words = matches.get_many::<OsString>(WORDS).unwrap_or_default();
        while let Some(word) = words.next() {
            let (slot, value) = match word.to_str() {
                Some("dev") => (&mut self.dev, words.next()),
                Some("type") if TYPE => (&mut self.kind, words.next()),
                // As with ip, a name may stand alone.
                _ => (&mut self.dev, Some(word)),
            };
            let value = value.ok_or_else(|| {
                wrong(format!("a value is required after '{}'", text::safe(word)))
            })?;
            if slot.replace(value.clone()).is_some() {
                let text = format!("unexpected value '{}'", text::safe(value));
                return Err(wrong(text));
            }
        }
        Ok(())
    }
}

impl<const TYPE: bool> Args for Filter<TYPE> {
    fn augment_args(command: Command) -> Command {
        let (name, help) = match TYPE {
            true => (
                "dev NAME | type KIND",
                "Show only the link NAME, or links of this KIND",
            ),
            false => ("dev NAME", "Show only those of the link NAME"),
        };
        let words = Arg::new(WORDS).num_args(0..).value_name(name).help(help);
        command.arg(words.value_parser(value_parser!(OsString)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const TYPE: bool> Filter<TYPE> {
    /// Finds the links that match.
    pub(super) fn links(&self, all: &[Link]) -> anyhow::Result<LinkFilter> {
        if self.dev.is_none() && self.kind.is_none() {
            return Ok(LinkFilter(None));
        }
        let is_called =
            |link: &Link, name: &OsString| link.name == *name || link.other_names.contains(name);
        if let Some(name) = &self.dev {
            if !all.iter().any(|link| is_called(link, name)) {
                let error = format!("no link is called '{}'", text::safe(name));
                let hint = Some("parley show links, to see those that exist".to_owned());
                let failure = Failure {
                    error,
                    hint,
                    ..Failure::default()
                };
                return Err(failure.into());
            }
        }
        let is_of = |link: &Link, kind: &OsString| {
            let part = kind.to_str().and_then(|kind| kind.strip_suffix("_slave"));
            let is_part = part.is_some() && link.slave_kind.as_deref() == part;
            is_part || link.kind.as_deref().is_some_and(|own| kind == own)
        };
        let wanted = all.iter().filter(|link| {
            let is_named = self.dev.as_ref().is_none_or(|name| is_called(link, name));
            is_named && self.kind.as_ref().is_none_or(|kind| is_of(link, kind))
        });
        Ok(LinkFilter(Some(wanted.map(|link| link.index).collect())))
    }
}

/// The links whose entries are shown; `None` means all.
pub(super) struct LinkFilter(Option<BTreeSet<u32>>);

impl LinkFilter {
    /// Returns whether the link with this number matches.
    pub(super) fn has(&self, index: u32) -> bool {
        self.0.as_ref().is_none_or(|all| all.contains(&index))
    }

    /// Returns whether a route has a next hop over such a link.
    pub(super) fn has_route(&self, route: &Route) -> bool {
        let mut next_hops = [&route.next_hop].into_iter().chain(&route.next_hops);
        self.0.is_none()
            || next_hops.any(|next_hop| next_hop.index.is_some_and(|index| self.has(index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(index: u32, name: &str, kind: Option<&str>, part_of: Option<&str>) -> Link {
        let mut link = Link::default();
        (link.index, link.name) = (index, name.into());
        link.kind = kind.map(str::to_owned);
        link.slave_kind = part_of.map(str::to_owned);
        link
    }

    fn parsed<const TYPE: bool>(words: &str) -> Result<Filter<TYPE>, Error> {
        let command = Filter::<TYPE>::augment_args(Command::new("show").no_binary_name(true));
        Filter::from_arg_matches(&command.try_get_matches_from(words.split_whitespace())?)
    }

    #[test]
    fn links_are_found_by_name_other_name_and_kind() {
        let mut all = [
            link(1, "lo", None, None),
            link(2, "eth0", Some("veth"), Some("bridge")),
            link(3, "dev", Some("vxlan"), None),
        ];
        all[1].other_names = vec!["other".into()];
        for (words, expected) in [
            ("", &[1, 2, 3][..]),
            ("dev eth0", &[2]),
            ("eth0", &[2]),
            ("dev other", &[2]),
            ("dev dev", &[3]),
            ("type vxlan", &[3]),
            ("type bridge_slave", &[2]),
            ("type vxlan dev eth0", &[]),
            ("type gre", &[]),
        ] {
            let wanted = parsed::<true>(words).unwrap().links(&all).unwrap();
            let found: Vec<_> = (1..4).filter(|index| wanted.has(*index)).collect();
            assert_eq!(found, expected, "{words}");
        }
        let absent = parsed::<true>("dev eth1")
            .unwrap()
            .links(&all)
            .err()
            .unwrap();
        assert_eq!(absent.to_string(), "no link is called 'eth1'");
        // If there are no kinds, the word is a name.
        assert!(parsed::<false>("type").unwrap().links(&all).is_err());
    }

    #[test]
    fn a_filter_that_lacks_a_value_or_has_one_too_many_is_refused() {
        for words in [
            "dev",
            "dev a dev b",
            "a b",
            "type",
            "dev a b",
            "type a type b",
        ] {
            let error = parsed::<true>(words).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{words}");
        }
    }
}
