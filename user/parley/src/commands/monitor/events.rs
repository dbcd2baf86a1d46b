// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events of a multicast group, decoded by the spec of its family.

use super::report::Report;
use crate::opener::Opener;
use crate::output::failure::Failure;
use crate::output::json::Object;
use crate::output::text;
use crate::output::values;
use crate::specs;
use anyhow::{anyhow, Result};
use parley_call::Events;
use parley_netlink::Error;
use parley_spec::Spec;
use std::path::Path;

/// Shows the events of `group`, until the limit.
pub(super) fn follow(
    opener: &Opener,
    report: &mut Report<'_>,
    path: &Path,
    group: Option<&str>,
) -> Result<()> {
    let spec = specs::read(Some(path))?;
    let from_request = |error| Failure::from_request(&error);
    let group = group.ok_or_else(|| from_request(lacks_group(&spec)))?;
    if parley_call::is_generic(&spec) {
        opener.know(parley_call::table(&spec));
    }
    let socket = opener.socket(parley_call::protocol(&spec)?)?;
    let mut events = Events::listen(&spec, socket, group).map_err(from_request)?;
    report.listening(1, "group")?;
    while let Some(wait) = report.limit.next() {
        if let Some(wait) = wait {
            events.set_timeout(wait)?;
        }
        match events.next() {
            Ok(Some((name, values))) => {
                let line = || format!("{}  {}", text::safe(name), values::line(&values));
                let object = || {
                    let object = Object::new().with("name", name);
                    object.with("msg", values.clone())
                };
                report.own(line, object)?;
            }
            Ok(None) => {}
            Err(Error::Overrun) => report.lost()?,
            Err(Error::Timeout(_)) if report.limit.end.is_some() => break,
            Err(error) => return Err(error.into()),
        }
        report.flush()?;
    }
    Ok(())
}

/// The error for a missing group.
fn lacks_group(spec: &Spec) -> anyhow::Error {
    let names: Vec<_> = spec.groups.iter().map(|group| &*group.name).collect();
    match names.split_last() {
        None => anyhow!("the spec of {} has no multicast groups", spec.name),
        Some((last, [])) => anyhow!("name a group: {last}"),
        Some((last, others)) => anyhow!("name a group: {} or {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_group_lists_those_of_the_spec() {
        let error = |groups: &str| {
            let spec = Spec::parse(
                "t",
                &format!(
                    "# SPDX-License-Identifier: MIT\n{{name: x, doc: X., attribute-sets: [], \
                     operations: {{list: []}}{groups}}}\n"
                ),
            );
            lacks_group(&spec.unwrap()).to_string()
        };
        let groups = ", mcast-groups: {list: [{name: mgmt}, {name: page-pool}]}";
        assert_eq!(error(groups), "name a group: mgmt or page-pool");
        assert_eq!(error(""), "the spec of x has no multicast groups");
    }
}
