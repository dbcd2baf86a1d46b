// SPDX-License-Identifier: MIT OR Apache-2.0

//! The events of a multicast group, decoded by the spec of its family.

use crate::{decode, is_generic};
use anyhow::{anyhow, Context as _, Result};
use parley_netlink::genl::{controller, Family};
use parley_netlink::netlink::attr::Attributes;
use parley_netlink::netlink::message::{Message, MIN_TYPE};
use parley_netlink::netlink::{self, Error, Socket};
use parley_spec::did_you_mean;
use parley_spec::model::{Operation, Spec};
use serde_json::{Map, Value};
use std::time::Duration;

/// A socket that listens to a group.
pub struct Events<'s> {
    spec: &'s Spec,
    socket: Socket,
    /// Only for Generic Netlink.
    family: Option<Family>,
}

impl<'s> Events<'s> {
    /// Joins the group over a socket of the spec's [`protocol`](crate::protocol). By default,
    /// [`Events::next`] waits without a limit.
    ///
    /// # Errors
    ///
    /// Fails if the family or its group does not exist, or needs a capability.
    pub fn listen(spec: &'s Spec, mut socket: Socket, group: &str) -> Result<Self> {
        let family = match is_generic(spec) {
            true => Some(controller::follow(&mut socket, &spec.name)?),
            false => None,
        };
        socket.join(number(spec, family.as_ref(), group)?)?;
        socket.wait_for_ever()?;
        Ok(Self {
            spec,
            socket,
            family,
        })
    }

    /// Limits the time that [`Events::next`] waits.
    ///
    /// # Errors
    ///
    /// Fails if the system call fails.
    pub fn set_timeout(&mut self, timeout: Duration) -> netlink::Result<()> {
        self.socket.set_timeout(timeout)
    }

    /// Waits for a message, and returns the name of the event and its attributes; `None` for a
    /// message that the spec does not know.
    ///
    /// # Errors
    ///
    /// Fails with [`Error::Overrun`] if events were lost, with [`Error::Timeout`] if the
    /// timeout expires, and with [`Error::NoFamily`] if the family is unregistered.
    #[expect(clippy::should_implement_trait, reason = "errors do not end it")]
    pub fn next(&mut self) -> netlink::Result<Option<(&'s str, Map<String, Value>)>> {
        let Self {
            spec,
            socket,
            family,
        } = self;
        let message = socket.next_message(|message| message.header.kind >= MIN_TYPE)?;
        let id = family.as_ref().map(|family| family.id);
        if id.is_some_and(|id| controller::is_end(&message, id)) {
            return Err(Error::NoFamily(spec.name.clone()));
        }
        let Some((operation, attributes)) = event(&message, spec, id) else {
            return Ok(None);
        };
        let values = decode::message(spec, operation, attributes)?;
        Ok(Some((&operation.name, values)))
    }
}

/// Returns the number of the group.
fn number(spec: &Spec, family: Option<&Family>, group: &str) -> Result<u32> {
    let unknown = |names: Vec<String>| {
        let hint = did_you_mean(group, names.iter().map(String::as_str));
        match hint.is_empty() {
            true if names.is_empty() => anyhow!("{} has no groups", spec.name),
            true => anyhow!(
                "{} has the groups {}, not `{group}`",
                spec.name,
                names.join(", ")
            ),
            false => anyhow!("{} has no group `{group}`{hint}", spec.name),
        }
    };
    if let Some(family) = family {
        let mut groups = family.groups.iter();
        let known = groups.find(|known| known.name == group);
        return known.map(|known| known.id).ok_or_else(|| {
            let names = family.groups.iter();
            unknown(
                names
                    .map(|known| known.name.to_string_lossy().into_owned())
                    .collect(),
            )
        });
    }
    let known = spec.groups.iter().find(|known| known.name == group);
    let known = known
        .ok_or_else(|| unknown(spec.groups.iter().map(|known| known.name.clone()).collect()))?;
    let number = known.number.and_then(|number| u32::try_from(number).ok());
    number.context("the spec does not have the number of the group")
}

/// Finds the event in a message. `family` is the number of a Generic Netlink family.
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
    // A reply can share its number with an event; both have the same attributes.
    let operation = known().find(|one| one.event.is_some()).or(known().next())?;
    Some((operation, Attributes::new(payload)))
}
