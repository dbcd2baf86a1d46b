// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley family`

use crate::opener::Opener;
use crate::output::family::{self as output, json};
use crate::specs;
use anyhow::Result;
use clap::Args;
use parley::uapi;
use parley_netlink::genl::{self, controller};
use std::io::Write;
use std::path::PathBuf;

/// Show Generic Netlink families: operations, policies, groups
#[derive(Args)]
pub(crate) struct Family {
    /// Its name
    #[arg(default_value = uapi::FAMILY_NAME)]
    name: String,
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
        for family in specs::tables(&self.spec)? {
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
        let family = genl::resolve(&mut socket, &self.name)?;
        let policies = controller::policies(&mut socket, family.id)?;
        if json {
            json::show(out, &family, &policies, &context)
        } else {
            output::show(out, &family, &policies, &context)
        }
    }
}
