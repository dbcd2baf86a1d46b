// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley family`

use crate::opener::Opener;
use crate::output::family::{self as output, json};
use crate::specs;
use anyhow::Result;
use clap::Args;
use parley::uapi;
use parley_netlink::genl::{self, controller, spec};
use std::io::Write;
use std::path::PathBuf;

/// Show Generic Netlink families: operations, policies, groups
#[derive(Args)]
pub(crate) struct Family {
    /// The family [default: that of the --spec file, or parley]
    name: Option<String>,
    /// List all families instead of one
    #[arg(long, conflicts_with = "name")]
    all: bool,
    /// Take names from this spec, or folder of specs
    #[arg(long)]
    spec: Vec<PathBuf>,
}

impl Family {
    pub(crate) fn run(&self, opener: &Opener, out: &mut dyn Write, json: bool) -> Result<()> {
        let mut context = output::context();
        let tables = specs::tables(&self.spec)?;
        for family in &tables {
            context.add_spec(family);
            opener.know(family);
        }
        let mut socket = opener.generic()?;
        if self.all {
            let mut families = controller::families(&mut socket)?;
            families.sort_by(|a, b| a.name.cmp(&b.name));
            return if json {
                json::list(out, &families, &context)
            } else {
                output::list(out, &families)
            };
        }
        let family = genl::resolve(&mut socket, self.name(&tables))?;
        let policies = controller::policies(&mut socket, family.id)?;
        if json {
            json::show(out, &family, &policies, &context)
        } else {
            output::show(out, &family, &policies, &context)
        }
    }

    /// Returns the name of the family. `tables` are those of the specs.
    fn name<'n>(&'n self, tables: &[&'n spec::Family]) -> &'n str {
        match (&self.name, &self.spec[..], tables) {
            (Some(name), ..) => name,
            (None, [file], [family]) if !file.is_dir() => family.name,
            (None, ..) => uapi::FAMILY_NAME,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_the_family_is_that_of_the_one_spec() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sample/hello.yaml");
        let name = |name: Option<&str>, specs: &[&str]| {
            let family = Family {
                name: name.map(str::to_owned),
                all: false,
                spec: specs.iter().map(PathBuf::from).collect(),
            };
            let tables = specs::tables(&family.spec).unwrap();
            family.name(&tables).to_owned()
        };
        assert_eq!(name(None, &[path]), "hello");
        assert_eq!(name(Some("nlctrl"), &[path]), "nlctrl");
        assert_eq!(name(None, &[path, path]), uapi::FAMILY_NAME);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sample");
        assert_eq!(name(None, &[folder]), uapi::FAMILY_NAME);
        assert_eq!(name(None, &[]), uapi::FAMILY_NAME);
    }
}
