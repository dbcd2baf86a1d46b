// SPDX-License-Identifier: MIT OR Apache-2.0

//! What who uses the library relies on without its being said: which types can be
//! shown, copied and sent to other threads. A type that loses one of these breaks
//! programs, and no line of the surface need change. It does not build where one
//! has.

use crate::{explain, firewall, genl, netlink, route, Error};
use std::fmt::Debug;

fn shown_and_sent<T: Debug + Send + Sync + Unpin>() {}
fn kept<T: Debug + Clone + Send + Sync + Unpin + 'static>() {}
fn copied<T: Debug + Copy + Send + Sync + Unpin>() {}
fn compared<T: PartialEq + Eq>() {}
fn error<T: std::error::Error + Send + Sync + 'static>() {}

#[test]
fn what_holds_a_socket_goes_to_other_threads() {
    shown_and_sent::<netlink::Socket>();
    shown_and_sent::<explain::Context>();
    shown_and_sent::<explain::capture::Reader>();
    shown_and_sent::<explain::capture::Writer<Vec<u8>>>();
    shown_and_sent::<std::sync::Arc<dyn netlink::tap::Tap>>();
}

#[test]
fn errors_are_errors_that_go_to_other_threads() {
    error::<Error>();
    error::<explain::capture::Problem>();
    kept::<netlink::Refusal>();
    compared::<netlink::Refusal>();
    // So that `?` works in a function that has any error.
    let _: Box<dyn std::error::Error + Send + Sync> = Error::Nul.into();
}

#[test]
fn what_is_read_in_place_is_copied_without_an_allocation() {
    copied::<netlink::attr::Attribute<'_>>();
    copied::<netlink::message::Header>();
    copied::<netlink::message::Message<'_>>();
    copied::<netlink::tap::Step<'_>>();
    copied::<explain::Datagram<'_>>();
}

#[test]
fn what_is_listed_is_kept_compared_and_cloned() {
    kept::<genl::Family>();
    kept::<genl::controller::Policies>();
    kept::<netlink::list::Listing<route::Link>>();
    kept::<route::Told<route::Link>>();
    kept::<route::Link>();
    kept::<route::Address>();
    kept::<route::Route>();
    kept::<route::Rule>();
    kept::<route::Neighbour>();
    kept::<route::links::Names>();
    kept::<firewall::Ruleset>();
    kept::<explain::Explained>();
    kept::<explain::capture::Read<'static>>();
    compared::<genl::Family>();
    compared::<route::Link>();
    compared::<route::Address>();
    compared::<route::Route>();
    compared::<route::Rule>();
    compared::<route::Neighbour>();
    compared::<firewall::Ruleset>();
}
