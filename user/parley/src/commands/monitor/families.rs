// SPDX-License-Identifier: MIT OR Apache-2.0

//! The families of Generic Netlink, as the controller reports them.

use super::listed::{Followed, Notification, View};
use crate::output::family::{self as output, json};
use crate::output::json::Object;
use parley_netlink::genl::controller::{self, Change, Policies};
use parley_netlink::genl::Family;
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::{protocol, Socket};

impl Followed for Family {
    type Key = u16;
    const PROTOCOL: i32 = protocol::GENERIC;
    const GROUP: u32 = controller::NOTIFY;
    const NOUN: &'static str = "families";

    fn key(&self) -> u16 {
        self.id
    }

    fn all(asker: &mut Socket) -> parley::Result<(Vec<Self>, bool)> {
        Ok((controller::families(asker)?, true))
    }

    fn read(message: &Message<'_>, _: &View<Self>) -> parley::Result<Notification<Self>> {
        Ok(match controller::change(message)? {
            Some(Change::Registered(family)) => Notification::Present(family),
            Some(Change::Unregistered(family)) => Notification::Deleted(family.id),
            _ => Notification::Nothing,
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn line(&self) -> String {
        output::line(self)
    }

    fn object(&self) -> Object {
        json::object(self, &Policies::default(), &output::context())
    }
}
