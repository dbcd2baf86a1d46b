// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events of a multicast group, decoded by the spec of its family.

use super::report::Report;
use crate::opener::Opener;
use crate::output::json::Object;
use crate::output::text;
use crate::output::values;
use crate::specs;
use anyhow::Result;
use parley_call::Events;
use parley_netlink::Error;
use std::path::Path;

/// Shows the events of `group`, until the limit.
pub(super) fn follow(
    opener: &Opener,
    report: &mut Report<'_>,
    path: &Path,
    group: &str,
) -> Result<()> {
    let spec = specs::read(Some(path))?;
    if parley_call::is_generic(&spec) {
        opener.know(parley_call::table(&spec));
    }
    let socket = opener.socket(parley_call::protocol(&spec)?)?;
    let mut events = Events::listen(&spec, socket, group)?;
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
