// SPDX-License-Identifier: MIT OR Apache-2.0

//! The module where `make install` puts it: the kernel loads it when a program asks for the
//! family's name.
//!
//! These tests unload the module, which the other tests need, so they run alone.

mod common;

use common::program::PROGRAM;
use common::{refusal, refused, Calls, CREATE};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard};

const MODULES: &str = "/lib/modules";
const CONFIGURATION: &str = "/etc/modprobe.d/parley-test.conf";

/// Runs one test at a time, even if the test runner was not told to.
static ALONE: Mutex<()> = Mutex::new(());

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command and returns its output. If it fails, panics with what it printed.
fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let err = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {err}");
    String::from_utf8(stdout).unwrap()
}

/// The exit status of `parley echo hello`, through `wrapper`.
fn echo(wrapper: &[&str]) -> Option<i32> {
    let line = [wrapper, &[PROGRAM, "echo", "hello"]].concat();
    let output = Command::new(line[0]).args(&line[1..]).output().unwrap();
    output.status.code()
}

fn loaded() -> bool {
    Path::new("/sys/module/parley").exists()
}

fn rmmod() {
    run(Command::new("rmmod").arg("parley"));
    assert!(!loaded());
}

/// An empty folder of modules; the module is not loaded.
struct Modules {
    _alone: MutexGuard<'static, ()>,
}

impl Modules {
    fn none() -> Self {
        // It mounts over /lib/modules and installs files. A machine in use must be spared that.
        assert!(
            std::env::var_os("PARLEY_VM").is_some(),
            "this test runs in the guest alone"
        );
        let alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
        // virtme-ng has put files of its own there.
        let modules = ["-t", "tmpfs", "modules", MODULES];
        run(Command::new("mount").args(modules));
        let new = Self { _alone: alone };
        rmmod();
        new
    }

    /// Installs the module where `make install` puts it.
    fn installed() -> Self {
        let new = Self::none();
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        let folder = Path::new(MODULES).join(release.trim()).join("updates/kmod");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(top().join("kmod/parley.ko"), folder.join("parley.ko")).unwrap();
        run(Command::new("depmod").arg(release.trim()));
        new
    }

    /// Configures modprobe for the module.
    fn configure(&self, line: &str) {
        fs::write(CONFIGURATION, line).unwrap();
    }
}

impl Drop for Modules {
    /// Leaves the module loaded as it was, however the test ends.
    fn drop(&mut self) {
        let _ = fs::remove_file(CONFIGURATION);
        let _ = Command::new("umount").arg(MODULES).output();
        let _ = Command::new("rmmod").arg("parley").output();
        let _ = Command::new("insmod")
            .arg(top().join("kmod/parley.ko"))
            .output();
    }
}

/// Whether this guest cannot use the tree that the module was built for: the tree of Debian's
/// kernel is complete only in its Debian root, and a guest of another architecture has no make.
fn lacks_tree() -> bool {
    let is = |name, value| std::env::var_os(name).is_some_and(|found| found == value);
    is("PARLEY_KERNEL", "debian") || is("PARLEY_FOREIGN", "1")
}

/// The tree of the running kernel for which the module was built, or none if it was built
/// elsewhere.
fn kdir() -> Option<String> {
    let kdir = fs::read_to_string(top().join("build/module-for")).ok()?;
    let release = Path::new(kdir.trim()).join("include/config/kernel.release");
    let running = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let same = fs::read_to_string(release).ok()? == running;
    same.then(|| kdir.trim().to_owned())
}

/// `make install-module` or `make uninstall`, for the guest's own root and kernel.
fn scripts_install(argument: &str, kdir: &str) {
    run(Command::new(top().join("scripts/pack/install"))
        .arg(argument)
        .env("KDIR", kdir)
        .env_remove("DESTDIR")
        .env_remove("prefix"));
}

#[test]
fn whoever_asks_for_the_family_has_the_kernel_load_the_module() {
    let _modules = Modules::installed();
    let nobody = [
        "setpriv",
        "--reuid=65534",
        "--clear-groups",
        "--no-new-privs",
    ];
    let contained = ["unshare", "--map-root-user", "--net"];
    let both = [&nobody[..], &contained].concat();
    for who in [&[][..], &nobody, &contained, &both] {
        assert!(!loaded());
        assert_eq!(echo(who), Some(0), "{who:?}");
        assert!(loaded());
        assert_eq!(echo(who), Some(0), "{who:?}");
        rmmod();
    }
    // The alias by which the kernel loads it. The build derives it from the family's name.
    let alias = "net-pf-16-proto-16-family-parley";
    let found = run(Command::new("modprobe").args(["--show-depends", alias]));
    assert!(found.contains("/updates/kmod/parley.ko"), "{found}");
}

#[test]
fn what_does_not_ask_for_the_family_loads_nothing() {
    let _modules = Modules::installed();
    run(Command::new(PROGRAM).args(["show", "links"]));
    run(Command::new(PROGRAM).args(["family", "nlctrl"]));
    run(Command::new(PROGRAM).args(["family", "--all"]));
    assert!(!loaded());
    // The device does not exist, so a request to it cannot load the module.
    let device = ["device", "echo", "hello"];
    let output = Command::new(PROGRAM).args(device).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert!(!loaded());
}

#[test]
fn options_of_modprobe_d_are_heeded() {
    let modules = Modules::installed();
    modules.configure("options parley max_counters=1\n");
    let mut client = common::client();
    client.set("only", 1, CREATE).unwrap();
    assert_eq!(
        refused(client.set("one-more", 1, CREATE)),
        refusal(libc::ENOSPC, "max_counters allows no more counters", "")
    );
}

#[test]
fn who_does_not_want_that_forbids_it_in_modprobe_d() {
    let modules = Modules::installed();
    modules.configure("blacklist parley\n");
    assert_eq!(echo(&[]), Some(3));
    assert!(!loaded());
    // This blocks only names like the family's; root may still load the module.
    run(Command::new("modprobe").arg("parley"));
    assert_eq!(echo(&[]), Some(0));
    rmmod();

    modules.configure("install parley /bin/false\n");
    assert_eq!(echo(&[]), Some(3));
    let by_root = Command::new("modprobe").arg("parley").output().unwrap();
    assert!(!by_root.status.success());
    assert!(!loaded());
}

#[test]
fn make_install_has_it_loaded_and_make_uninstall_leaves_nothing() {
    if lacks_tree() {
        eprintln!("left out: this guest cannot use the kernel's tree");
        return;
    }
    let kdir = kdir().expect("a tree was built for the running kernel");
    let _modules = Modules::none();
    assert_eq!(echo(&[]), Some(3));
    scripts_install("--module", &kdir);
    assert_eq!(echo(&[]), Some(0));
    rmmod();
    scripts_install("--uninstall", "");
    assert_eq!(echo(&[]), Some(3));
    assert!(!loaded());
    assert_eq!(fs::read_dir(MODULES).unwrap().count(), 0);
}
