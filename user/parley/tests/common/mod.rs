// SPDX-License-Identifier: MIT OR Apache-2.0

//! Shared by the tests in the guest.

#![allow(dead_code)]

pub mod calls;
pub mod faults;
pub mod mangle;
pub mod module;
pub mod network;
pub mod program;
pub mod raw;

#[allow(unused_imports)]
pub use calls::{Calls, CREATE, EXISTING};
use parley::{Client, Error, Result};
use parley_netlink::netlink::attr::Writer;
use parley_netlink::netlink::socket::Expect;
use std::io::Write;
use std::time::Duration;

/// How long a test waits for an expected message.
pub const WAIT: Duration = Duration::from_secs(20);

/// A client of the loaded module.
pub fn client() -> Client {
    Client::open().expect("the module must be loaded: these tests run by `make test`")
}

/// Deletes a counter when dropped, so that a test that fails leaves none.
pub struct Temporary(pub &'static str);

impl Temporary {
    /// Creates a counter with this value.
    pub fn new(name: &'static str, value: u64) -> Self {
        client().set(name, value, CREATE).unwrap();
        Self(name)
    }

    /// Makes sure that no counter has this name.
    pub fn absent(name: &'static str) -> Self {
        let _ = client().del(name);
        Self(name)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Ok(mut client) = Client::open() {
            let _ = client.del(self.0);
        }
    }
}

/// The parts of a refusal that tests check.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The errno.
    pub errno: i32,
    /// The kernel's message.
    pub message: Option<String>,
    /// The attribute at fault or missing, by name.
    pub attribute: Option<String>,
}

/// Returns the refusal with which a call must have ended.
pub fn refused<T: std::fmt::Debug>(result: Result<T>) -> Refused {
    match result {
        Err(Error::Refused(refusal)) => Refused {
            errno: refusal.errno,
            message: refusal.message,
            attribute: refusal.attribute,
        },
        other => panic!("not refused by the kernel: {other:?}"),
    }
}

/// The expected refusal.
pub fn refusal(errno: i32, message: &str, attribute: &str) -> Refused {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Refused {
        errno,
        message: some(message),
        attribute: some(attribute),
    }
}

/// Makes a request that the typed calls would not make, and returns its refusal.
pub fn refuse(cmd: u8, flags: u16, fill: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Refused {
    refused(
        client()
            .inner()
            .call(cmd, flags, Expect::Reply, fill)
            .map(drop),
    )
}

/// Reports the progress of a long run ten times, but only if `all` is more than the test
/// does by default.
pub fn progress(what: &str, done: u64, all: u64, usual: u64) {
    let step = (all / 10).max(1);
    if all > usual && done > 0 && done % step == 0 {
        // Bypasses the test harness, which keeps the output until the test's end.
        let _ = writeln!(std::io::stderr(), "     {what}: {done} of {all}");
    }
}

/// Waits until `done`, for at most a minute.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("still not so: {what}");
}
