// SPDX-License-Identifier: MIT OR Apache-2.0

//! The module, for tests that remove and load it.

use std::process::{Command, Output};

/// The module's file.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../kmod/parley.ko");

/// Loads the module with these parameters.
pub fn insmod(parameters: &[&str]) {
    let status = Command::new("insmod").arg(FILE).args(parameters).status();
    assert!(status.unwrap().success(), "insmod failed");
}

/// Removes the module.
pub fn rmmod() {
    let removed = try_rmmod();
    assert!(removed.status.success(), "{removed:?}");
}

/// Removes the module, if nothing holds it.
pub fn try_rmmod() -> Output {
    Command::new("rmmod").arg("parley").output().unwrap()
}

/// Checks that the kernel refuses to remove the module now.
pub fn is_held() {
    let refused = try_rmmod();
    assert!(!refused.status.success(), "the module went");
    let err = String::from_utf8(refused.stderr).unwrap();
    assert!(err.contains("in use"), "{err}");
}

/// Loads the module again at the end of a test, however the test ends.
pub struct Reload;

impl Reload {
    /// Removes the module.
    pub fn without_it() -> Self {
        rmmod();
        Self
    }

    /// Loads the module with these parameters.
    pub fn with(parameters: &[&str]) -> Self {
        let reload = Self::without_it();
        insmod(parameters);
        reload
    }
}

impl Drop for Reload {
    fn drop(&mut self) {
        let _ = try_rmmod();
        let _ = Command::new("insmod").arg(FILE).output();
    }
}
