// SPDX-License-Identifier: MIT OR Apache-2.0

//! The specs named on the command line.

use anyhow::{anyhow, bail, Context, Result};
use parley_netlink::genl::spec::Family;
use parley_spec::Spec;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// parley's own spec.
const OWN: &str = include_str!("../../../spec/parley.yaml");

/// Reads the spec in a file, or parley's own.
pub(crate) fn read(path: Option<&Path>) -> Result<Spec> {
    let spec = match path {
        Some(path) => Spec::from_file(path),
        None => Spec::parse("parley.yaml", OWN),
    };
    spec.map_err(
        |errors| match errors.0.iter().all(|error| error.at.is_none()) {
            // The file cannot be read.
            true => anyhow!("{errors}"),
            false => anyhow!("the spec has errors\n{errors}"),
        },
    )
}

/// Returns the tables of the Generic Netlink specs at these paths: files, or folders with
/// such files.
pub(crate) fn tables(paths: &[PathBuf]) -> Result<Vec<&'static Family>> {
    let mut tables = Vec::new();
    for path in paths {
        let files = match path.is_dir() {
            true => in_folder(path)?,
            false => vec![path.clone()],
        };
        for file in files {
            let spec = read(Some(&file))?;
            if parley_call::is_generic(&spec) {
                tables.push(parley_call::table(&spec));
            } else if file == *path {
                bail!(
                    "{} is not a Generic Netlink spec, so no names can be taken from it; \
                     parley already knows the names of rtnetlink and nf_tables",
                    path.display()
                );
            }
        }
    }
    Ok(tables)
}

/// Returns the specs in a folder.
fn in_folder(path: &Path) -> Result<Vec<PathBuf>> {
    let unread = || format!("cannot read the folder {}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(unread)? {
        let file = entry.with_context(unread)?.path();
        if file.extension() == Some(OsStr::new("yaml")) {
            files.push(file);
        }
    }
    if files.is_empty() {
        bail!("the folder {} contains no spec (*.yaml)", path.display());
    }
    files.sort();
    Ok(files)
}
