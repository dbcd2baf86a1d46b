// SPDX-License-Identifier: MIT OR Apache-2.0

//! Reloads the module while a socket is set up to listen to it: a socket that keeps the
//! number of a family learns that it now belongs to another one.

mod common;

use common::calls::listener;
use common::module::{insmod, rmmod};
use common::{client, Calls, Temporary};
use parley::client::{Agent, Listener};
use parley::{uapi, Error};
use parley_netlink::netlink::tap::{Call, Step, Tap};
use parley_netlink::Socket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The tests reload the module, and share a tap.
static ALONE: Mutex<()> = Mutex::new(());

/// Whether to reload the module as soon as its family is found.
static ARMED: AtomicBool = AtomicBool::new(false);

const WAIT: Duration = Duration::from_secs(2);

fn reload() {
    rmmod();
    insmod(&[]);
}

#[derive(Debug)]
struct Reloads;

impl Tap for Reloads {
    fn step(&self, step: &Step<'_>) {
        let Call::Receive { bytes, .. } = step.call else {
            return;
        };
        let name = uapi::FAMILY_NAME.as_bytes();
        if bytes.windows(name.len()).any(|word| word == name)
            && ARMED.swap(false, Ordering::Relaxed)
        {
            reload();
        }
    }
}

/// Arms the tap, and opens a socket with it.
fn arm() -> (MutexGuard<'static, ()>, Socket) {
    let alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let socket = Socket::open_with_tap(libc::NETLINK_GENERIC, Arc::new(Reloads)).unwrap();
    ARMED.store(true, Ordering::Relaxed);
    (alone, socket)
}

#[test]
fn a_listener_is_not_deaf_where_the_module_is_reloaded_before_it_joins() {
    let (_alone, socket) = arm();
    let mut listener = Listener::over(socket, &[uapi::group::EVENTS], Some(WAIT)).unwrap();
    assert!(!ARMED.load(Ordering::Relaxed));
    let counter = Temporary::new("reloaded", 1);
    client().add(counter.0, 1, false).unwrap();
    // Its number no longer belongs to any family.
    let next = listener.next_event();
    assert!(matches!(next, Err(Error::NoFamily(_))), "{next:?}");
}

#[test]
fn an_agent_is_not_deaf_where_the_module_is_reloaded_before_it_registers() {
    let (_alone, socket) = arm();
    let registered = Agent::over(socket);
    assert!(!ARMED.load(Ordering::Relaxed));
    assert!(
        matches!(registered, Err(Error::NoFamily(_))),
        "{registered:?}"
    );
    drop(Agent::register().unwrap());
}

#[test]
fn a_listener_that_lost_the_word_of_the_end_among_other_events_still_learns_of_it() {
    let _alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
    let counter = Temporary::new("outrun", 1);
    let mut listener = listener(Some(WAIT)).unwrap();
    listener.socket().set_receive_buffer(1).unwrap();
    let mut client = client();
    for _ in 0..200 {
        client.add(counter.0, 1, false).unwrap();
    }
    // There is no room for the message about this.
    reload();
    let mut overrun = false;
    let end = loop {
        match listener.next_event() {
            Ok(_) => {}
            Err(Error::Overrun) => overrun = true,
            Err(error) => break error,
        }
    };
    assert!(overrun);
    assert!(matches!(end, Error::NoFamily(_)), "{end:?}");
}
