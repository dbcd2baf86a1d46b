// SPDX-License-Identifier: MIT OR Apache-2.0

//! Properties of the public types that programs rely on though nothing states them:
//! which can be printed, copied and sent to other threads. It does not build if a type
//! has lost one.

use crate::{client, device, Client};
use std::fmt::Debug;

fn shown_and_sent<T: Debug + Send + Sync + Unpin>() {}
fn kept<T: Debug + Clone + Send + Sync + Unpin + 'static>() {}
fn copied<T: Debug + Copy + Send + Sync + Unpin>() {}

#[test]
fn what_holds_a_socket_goes_to_other_threads() {
    shown_and_sent::<Client>();
    shown_and_sent::<client::Agent>();
    shown_and_sent::<client::Listener>();
    shown_and_sent::<device::Device>();
}

#[test]
fn what_is_read_in_place_is_copied_without_an_allocation() {
    copied::<client::Echo<'_>>();
    copied::<client::Counter<'_>>();
    copied::<client::Event<'_>>();
    copied::<client::Name<'_>>();
    copied::<client::Stats>();
}

#[test]
fn what_is_answered_is_kept_and_cloned() {
    kept::<client::Answer>();
    kept::<client::Question>();
}
