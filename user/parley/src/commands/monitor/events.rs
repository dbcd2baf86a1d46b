// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events of a multicast group, decoded by the spec of its family.

use super::report::Report;
use crate::opener::Opener;
use crate::output::json::Object;
use crate::output::values;
use crate::spec::{self, call};
use anyhow::{anyhow, Context as _, Result};
use parley_netlink::genl::{controller, Family};
use parley_netlink::netlink::attr::Attributes;
use parley_netlink::netlink::message::{Message, MIN_TYPE};
use parley_netlink::netlink::Socket;
use parley_netlink::Error;
use parley_spec::did_you_mean;
use parley_spec::model::{Operation, Spec};
use std::path::Path;

/// Shows the events of `group`, until the limit.
pub(super) fn follow(
    opener: &Opener,
    report: &mut Report<'_>,
    path: &Path,
    group: &str,
) -> Result<()> {
    let spec = spec::read(Some(path))?;
    let mut socket = opener.socket(call::protocol(&spec)?)?;
    let family = match spec::is_generic(&spec) {
        true => {
            opener.know(spec::table(&spec));
            Some(controller::follow(&mut socket, &spec.name)?)
        }
        false => None,
    };
    join(&mut socket, &spec, family.as_ref(), group)?;
    report.listening(1, "group")?;
    socket.wait_for_ever()?;
    while let Some(wait) = report.limit.next() {
        if let Some(wait) = wait {
            socket.set_timeout(wait)?;
        }
        match socket.next_message(|message| message.header.kind >= MIN_TYPE) {
            Ok(message) => {
                if let Some(family) = &family {
                    if controller::is_end(&message, family.id) {
                        return Err(Error::NoFamily(spec.name.clone()).into());
                    }
                }
                let id = family.as_ref().map(|family| family.id);
                if let Some((operation, attributes)) = event(&message, &spec, id) {
                    let values = spec::message(&spec, operation, attributes)?;
                    let name = &operation.name;
                    let line = || format!("{name}  {}", values::line(&values));
                    let object = || {
                        let object = Object::new().with("name", &**name);
                        object.with("msg", values.clone())
                    };
                    report.own(line, object)?;
                }
            }
            Err(Error::Overrun) => report.lost()?,
            Err(Error::Timeout(_)) if report.limit.end.is_some() => break,
            Err(error) => return Err(error.into()),
        }
        report.flush()?;
    }
    Ok(())
}

fn join(socket: &mut Socket, spec: &Spec, family: Option<&Family>, group: &str) -> Result<()> {
    let unknown = |names: Vec<String>| {
        let hint = did_you_mean(group, names.iter().map(String::as_str));
        match hint.is_empty() {
            true => anyhow!(
                "{} has the groups {}, not `{group}`",
                spec.name,
                names.join(", ")
            ),
            false => anyhow!("{} has no group `{group}`{hint}", spec.name),
        }
    };
    let number = match family {
        Some(family) => {
            let mut groups = family.groups.iter();
            let known = groups.find(|known| known.name == group);
            let names = family.groups.iter();
            let names = names.map(|known| known.name.to_string_lossy().into_owned());
            known
                .map(|known| known.id)
                .ok_or_else(|| unknown(names.collect()))?
        }
        None => {
            let known = spec.groups.iter().find(|known| known.name == group);
            let names = spec.groups.iter().map(|known| known.name.clone());
            let known = known.ok_or_else(|| unknown(names.collect()))?;
            let number = known.number.and_then(|number| u32::try_from(number).ok());
            number.context("the spec does not have the number of the group")?
        }
    };
    Ok(socket.join(number)?)
}

/// Finds the event of the spec that a message is. `family` is the number of a family of Generic
/// Netlink.
fn event<'s, 'm>(
    message: &Message<'m>,
    spec: &'s Spec,
    family: Option<u16>,
) -> Option<(&'s Operation, Attributes<'m>)> {
    let (number, payload) = match (family, message.payload) {
        (Some(id), [cmd, _version, _, _, payload @ ..]) if message.header.kind == id => {
            (u32::from(*cmd), payload)
        }
        (Some(_), _) => return None,
        (None, payload) => (message.header.kind.into(), payload),
    };
    let known = || {
        spec.operations
            .iter()
            .filter(|one| one.reply_number == Some(number))
    };
    // A reply may have the number of an event, which holds the same.
    let operation = known().find(|one| one.event.is_some()).or(known().next())?;
    Some((operation, Attributes::new(payload)))
}
