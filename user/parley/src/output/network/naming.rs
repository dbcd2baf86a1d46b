// SPDX-License-Identifier: MIT OR Apache-2.0

//! Names instead of numbers, or the numbers themselves.

use parley_netlink::route::links::Names;
use parley_netlink::route::names;
use std::borrow::Cow;
use std::ops::Deref;

/// The names of links, and of other numbers unless numbers were requested.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Naming<'a> {
    links: &'a Names,
    is_numeric: bool,
}

type Name = Cow<'static, str>;

macro_rules! or_numbers {
    ($($(#[$meta:meta])* $name:ident: $number:ty;)+) => {$(
        $(#[$meta])*
        pub(crate) fn $name(&self, number: $number) -> Name {
            match self.is_numeric {
                true => number.to_string().into(),
                false => names::$name(number),
            }
        }
    )+};
}

impl<'a> Naming<'a> {
    /// With `is_numeric`, shows numbers as `ip -N` does. Links keep their names.
    pub(crate) fn new(links: &'a Names, is_numeric: bool) -> Self {
        Self { links, is_numeric }
    }

    or_numbers! {
        /// A routing table.
        table: u32;
        /// The origin of a route, a rule or a neighbour.
        protocol: u8;
        /// The action of a route or a rule.
        route_type: u8;
        /// The scope of an address or a route.
        scope: u8;
        /// The origin of an address.
        address_protocol: u8;
        /// A group of links.
        link_group: u32;
        /// A realm of routes.
        realm: u16;
    }

    /// The hardware type of a link.
    pub(crate) fn link_type(&self, number: u16) -> Name {
        match self.is_numeric {
            true => format!("[{number}]").into(),
            false => names::link_type(number),
        }
    }

    /// A protocol above IP. A number has a prefix, as in `ip`.
    pub(crate) fn ip_protocol(&self, number: u8) -> Name {
        match self.is_numeric {
            true => format!("ipproto-{number}").into(),
            false => names::ip_protocol(number),
        }
    }
}

impl Deref for Naming<'_> {
    type Target = Names;

    fn deref(&self) -> &Names {
        self.links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_numbers_if_they_are_to() {
        let links = Names::default();
        let shown = |is_numeric| {
            let naming = Naming::new(&links, is_numeric);
            let all = [
                naming.table(254),
                naming.protocol(2),
                naming.route_type(6),
                naming.scope(253),
                naming.address_protocol(3),
                naming.link_group(0),
                naming.link_type(1),
                naming.realm(0),
                naming.ip_protocol(6),
            ];
            all.join(" ")
        };
        assert_eq!(
            shown(false),
            "main kernel blackhole link kernel_ll default ether cosmos tcp"
        );
        assert_eq!(shown(true), "254 2 6 253 3 0 [1] 0 ipproto-6");
    }
}
