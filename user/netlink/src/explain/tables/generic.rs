// SPDX-License-Identifier: MIT OR Apache-2.0

//! Generic Netlink: the controller, and the families whose specs the caller gave.
//!
//! Source: `include/uapi/linux/genetlink.h`.

use crate::explain::about::About;
use crate::explain::context::Context;
use crate::explain::datagram::{each, number, Direction, Order, Role};
use crate::explain::flags::Purpose;
use crate::explain::value::show;
use crate::explain::walk::Walk;
use crate::genl::spec::{Family, Operation};
use crate::kernel::nlctrl::{MESSAGES, SET_CTRL_ATTRS};
use crate::kernel::{message, Kind, Set};

const NEWFAMILY: u8 = 1;

/// The known data of a Generic Netlink family.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known {
    Controller,
    Spec(&'static Family),
    Nothing,
}

impl Known {
    /// Returns the data of the family with this number.
    fn of(context: &Context, kind: u16) -> Self {
        Self::named(context, context.family(kind))
    }

    /// Returns the data of the family with this name.
    pub(crate) fn named(context: &Context, name: Option<&str>) -> Self {
        match name {
            Some("nlctrl") => Self::Controller,
            Some(name) => context.spec(name).map_or(Self::Nothing, Self::Spec),
            None => Self::Nothing,
        }
    }

    /// Returns the name of a command to the kernel or from it, its purpose, and the attributes that
    /// it may have.
    pub(crate) fn command(
        self,
        cmd: u8,
        direction: Direction,
    ) -> (Option<&'static str>, Purpose, Set) {
        match self {
            Self::Controller => {
                let name = message(MESSAGES, cmd.into()).map(|known| known.1);
                let purpose = Purpose::of(name.and_then(|name| name.strip_prefix("CTRL_CMD_")));
                (name, purpose, Set::Known(&SET_CTRL_ATTRS))
            }
            Self::Spec(family) => {
                let Some(known) = operation(family, cmd, direction) else {
                    return (None, Purpose::Other, Set::Guess);
                };
                let has = |verbs: &[&str]| verbs.iter().any(|verb| known.name.contains(verb));
                let purpose = match known.name {
                    name if name.ends_with("-get") => Purpose::Get,
                    _ if has(&["-del"]) => Purpose::Delete,
                    _ if has(&["-new", "-set", "-add", "-change"]) => Purpose::New,
                    _ => Purpose::Other,
                };
                let set = family.set(known.set);
                let set = set.map_or(Set::Guess, |set| Set::Spec(family, set));
                (Some(known.name), purpose, set)
            }
            Self::Nothing => (None, Purpose::Other, Set::Guess),
        }
    }

    /// Returns whether the command cannot be requested: a notification or an event.
    fn is_event(self, cmd: u8, direction: Direction) -> bool {
        let Self::Spec(family) = self else {
            return false;
        };
        let known = operation(family, cmd, direction);
        known.is_some_and(|known| known.r#do.is_none() && known.dump.is_none())
    }
}

/// Finds the operation of a command. Some families number requests and replies separately.
fn operation(family: &'static Family, cmd: u8, direction: Direction) -> Option<&'static Operation> {
    match direction {
        Direction::FromKernel => family.reply(cmd),
        _ => family.operation(cmd),
    }
}

/// Describes a message of the family with number `kind`, whose payload begins with the
/// byte `cmd`.
pub(crate) fn about(context: &Context, kind: u16, cmd: Option<u8>, direction: Direction) -> About {
    let family = context.family(kind);
    let known = Known::of(context, kind);
    let (name, purpose, set) = known.command(cmd.unwrap_or(0), direction);
    let called = family.map_or_else(|| format!("family {kind}"), str::to_owned);
    let operation = match (name, cmd) {
        (Some(name), _) => name.to_owned(),
        (None, Some(cmd)) => format!("command {cmd}"),
        (None, None) => String::new(),
    };
    let kind = match family {
        Some(name) => format!("{kind}: family {name}"),
        None => format!("{kind}: a family not known by name"),
    };
    About {
        purpose,
        role: if known.is_event(cmd.unwrap_or(0), direction) {
            Role::Event
        } else {
            Role::Either
        },
        kind,
        family: Some(called),
        operation,
        set,
    }
}

/// Decodes the header that Generic Netlink puts after netlink's, and the family's own
/// header, if it has one.
pub(crate) fn header(
    context: &Context,
    walk: &mut Walk<'_>,
    (kind, direction): (u16, Direction),
    end: usize,
    depth: usize,
) {
    if walk.left(end) == 0 {
        return;
    }
    let known = Known::of(context, kind);
    walk.heading(depth, "genlmsghdr", String::new());
    let inside = depth.saturating_add(1);
    walk.take_number(1, end, inside, "cmd", |cmd| {
        match known.command(u8::try_from(cmd).unwrap_or(0), direction).0 {
            Some(name) => format!("{cmd}: {name}"),
            None => format!("{cmd}"),
        }
    });
    walk.take_number(1, end, inside, "version", |version| version.to_string());
    let order = walk.order;
    let unused = |bytes: &[u8]| show(Kind::Pad, bytes, order).0;
    walk.take_value(2, end, inside, "reserved", unused);
    let own = context
        .families
        .get(&kind)
        .map_or(0, |known| known.header_len);
    let own = own
        .checked_next_multiple_of(4)
        .unwrap_or(0)
        .min(walk.left(end));
    walk.take(own, inside, "family's header", format!("{own} bytes"));
}

/// Learns a family's name from the payload of one of the controller's messages.
pub(crate) fn learn(context: &mut Context, payload: &[u8], order: Order) {
    let [NEWFAMILY, _, _, _, attributes @ ..] = payload else {
        return;
    };
    let (mut id, mut name, mut header_len) = (None, None, 0);
    for (attribute, value) in each(attributes, order) {
        match attribute {
            1 if value.len() == 2 => id = number(value, order).map(|id| id as u16),
            2 => name = std::str::from_utf8(value.strip_suffix(&[0]).unwrap_or(value)).ok(),
            4 if value.len() == 4 => header_len = number(value, order).unwrap_or(0) as usize,
            _ => {}
        }
    }
    // A family's name has at most 16 bytes, including its NUL.
    if let (Some(id), Some(name)) = (id, name.filter(|name| name.len() < 16)) {
        context.learn_family(id, name, header_len);
    }
}
