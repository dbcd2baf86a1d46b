// SPDX-License-Identifier: MIT OR Apache-2.0

//! Loads of the module that fail, at every step of its initialization, while others already try to
//! talk to it.
//!
//! A module whose initialization fails is freed, even if a dump holds a reference to it. So nothing
//! of it may be reachable before everything that can fail is done.

mod common;

use common::calls::listener;
use common::faults::python;
use common::module::{Reload, FILE};
use common::program::PROGRAM;
use common::{client, Calls};
use parley::client::Agent;
use parley::device::Device;
use parley::uapi::{self, cmd};
use parley::{Client, Error};
use parley_netlink::genl::message;
use parley_netlink::netlink::message::flags;
use parley_netlink::netlink::Socket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The Generic Netlink controller: its number as a family, and its group `notify`.
const CONTROLLER: u16 = 16;
const NOTIFY: u32 = 16;
const GETFAMILY: (u8, u8) = (3, 1);
const NEWFAMILY: u8 = 1;

/// Loads the module with every allocation failing once, until it is loaded without a failure.
/// `before` is Python that runs first, `after` after each load, with its number `n` and its
/// `result`.
fn load_with_faults(what: &str, before: &str, after: &str) {
    let indented = after.replace('\n', "\n    ");
    python(&format!(
        r#"
import time
def remove():
    # A dump or an open file may still hold it.
    for _ in range(6000):
        if libc.syscall(176, b"parley", os.O_NONBLOCK) == 0:
            return
        time.sleep(0.01)
    raise SystemExit("the module cannot be removed")
{before}
module = os.open("{FILE}", os.O_RDONLY)
n = 1
while True:
    result, number, failed = inject(n, lambda: libc.syscall(313, module, b"", 0))
    assert result == 0 or number in (errno.ENOMEM, errno.EINVAL, errno.ENOENT), (n, number)
    {indented}
    if result == 0:
        remove()
    assert not os.path.exists("/dev/parley"), n
    assert not os.path.exists("/sys/kernel/debug/parley"), n
    if not failed:
        assert result == 0
        break
    n += 1
print("%-40s %5d allocations" % ("{what}", n - 1))
"#
    ));
}

#[test]
fn a_load_that_fails_leaves_nothing_behind() {
    let _reload = Reload::without_it();
    load_with_faults("the module, loaded", "", "");
}

#[test]
fn the_family_is_not_visible_before_everything_that_can_fail_is_done() {
    let _reload = Reload::without_it();
    // A listener to the controller is notified of each family that becomes visible.
    let before = r#"
import socket
listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 16)
listener.setsockopt(270, 1, 16)
def appeared():
    found = False
    while True:
        try:
            data = listener.recv(65536)
        except BlockingIOError:
            return found
        found |= data[16] == 1 and b"parley\0" in data
visible = []
"#;
    let after = r#"
if appeared() and result != 0:
    visible.append(n)
if not failed:
    assert not visible, "the family was visible in loads that failed, at the allocations %s" % visible
"#;
    load_with_faults("the module, loaded and looked for", before, after);
}

/// Processes that do something again and again, as user 1000, until they are dropped.
struct Traffic(Vec<Child>);

impl Traffic {
    fn new(kinds: &[(&str, bool)]) -> Self {
        let start = |&(kind, administrator): &(&str, bool)| {
            let mut words = vec!["--reuid=1000", "--regid=1000", "--clear-groups"];
            if administrator {
                // The administrator of its own network namespace.
                words.extend(["unshare", "--user", "--map-root-user", "--net"]);
            }
            Command::new("setpriv")
                .args(words)
                .arg(std::env::current_exe().unwrap())
                .args(["--exact", "traffic", "--ignored", "--nocapture"])
                .env("PARLEY_TRAFFIC", kind)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        };
        Self(kinds.iter().map(start).collect())
    }

    /// Ends them all; none may have ended by itself.
    fn end(mut self) {
        for child in &mut self.0 {
            let ended = child.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "a process of the traffic has ended: {ended:?}"
            );
        }
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a process of [`Traffic`] does.
#[test]
#[ignore = "the other tests start it, as another user"]
fn traffic() {
    let kind = std::env::var("PARLEY_TRAFFIC").unwrap();
    let mut dumps = (kind == "dumps").then(Dumps::new);
    loop {
        match kind.as_str() {
            "dumps" => dumps.iter_mut().for_each(Dumps::round),
            "requests" => drop(requests()),
            "questions" => drop(questions()),
            "device" => drop(device()),
            "namespaces" => namespaces(),
            other => panic!("{other}"),
        }
    }
}

/// Opens dumps that stay open.
struct Dumps {
    controller: Socket,
    /// The number that the family will have next.
    next: u16,
}

impl Dumps {
    fn new() -> Self {
        let mut controller = Socket::open(libc::NETLINK_GENERIC).unwrap();
        controller.join(NOTIFY).unwrap();
        controller.set_timeout(Duration::from_micros(1)).unwrap();
        Self {
            controller,
            next: 0,
        }
    }

    /// Requests a dump again and again with a socket that has no room for its first message, in the
    /// hope that the family appears meanwhile, and then closes the socket.
    fn round(&mut self) {
        // The kernel gives out family numbers in a row.
        let number = |message: &parley_netlink::netlink::message::Message<'_>| {
            let (cmd, attributes) = message::read(message).ok()?;
            let id = attributes.flatten().find(|attribute| attribute.number == 1);
            (cmd == NEWFAMILY).then_some(id?.u16().ok()?)
        };
        while let Ok(message) = self.controller.next_message(|_| true) {
            self.next = number(&message).map_or(self.next, |id| id + 1);
        }
        let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        socket.set_receive_buffer(1).unwrap();
        let mut request = Vec::new();
        message::write(&mut request, CONTROLLER, GETFAMILY, flags::DUMP, 1, |_| {
            Ok(())
        })
        .unwrap();
        // A single unread message takes more room than there is.
        let _ = socket.send(&request);
        let dump = (cmd::COUNTER_GET, uapi::FAMILY_VERSION);
        request.clear();
        for id in [self.next, self.next + 1] {
            let id = id.max(CONTROLLER + 1);
            message::append(&mut request, id, dump, flags::DUMP, 2, |_| Ok(())).unwrap();
        }
        for _ in 0..100 {
            let _ = socket.send(&request);
        }
    }
}

/// Every request that anyone may make, and those that only an administrator may.
fn requests() -> parley::Result<()> {
    let mut client = Client::open()?;
    for i in 0..50u64 {
        client.echoed(&[7; 1000])?;
        client.stats_get()?;
        for result in [
            client.get("traffic").map(drop),
            client.set("traffic", i, common::CREATE),
            client.add("traffic", 1, true).map(drop),
            client.list(None, |_| Ok(())).map(drop),
            client.del("traffic"),
        ] {
            match result {
                Err(Error::Refused(_)) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// A question that waits for its answer, with an agent if this may be one, and a listener.
fn questions() -> parley::Result<()> {
    let listener = listener(Some(Duration::from_micros(1)))?;
    let agent = Agent::register();
    let answer = Client::open()?.answered(b"?", Some(Duration::from_millis(1)));
    drop((listener, agent));
    answer.map(drop)
}

/// Everything that a file of /dev/parley can do.
fn device() -> std::io::Result<()> {
    let device = Device::open()?;
    device.echo(&[1; 1000])?;
    device.write_and_read(&[1; 1000])?;
    let _ = device.counter_add("traffic", 1);
    Ok(())
}

/// A network namespace that comes and goes.
fn namespaces() {
    let unshare = ["--user", "--map-root-user", "--net"];
    let made = Command::new("unshare")
        .args(unshare)
        .args([PROGRAM, "stats"])
        .output();
    drop(made);
}

#[test]
fn a_load_that_fails_under_dumps_that_stay_open_hurts_nobody() {
    let _reload = Reload::without_it();
    let traffic = Traffic::new(&[("dumps", false)]);
    for _ in 0..3 {
        load_with_faults("the module, loaded under open dumps", "", "");
    }
    traffic.end();
}

#[test]
fn a_load_that_fails_under_traffic_of_every_kind_hurts_nobody() {
    let _reload = Reload::without_it();
    let stop = AtomicBool::new(false);
    let traffic = Traffic::new(&[
        ("requests", false),
        ("requests", true),
        ("questions", false),
        ("questions", true),
        ("device", false),
        ("namespaces", false),
    ]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Only root may read this file.
            while !stop.load(Ordering::Relaxed) {
                let _ = std::fs::read("/sys/kernel/debug/parley/stats");
            }
        });
        load_with_faults("the module, loaded under traffic", "", "");
        stop.store(true, Ordering::Relaxed);
    });
    traffic.end();
}

/// The place of a section in a 64-bit ELF file, by the section's name and a NUL.
fn section(file: &[u8], name: &[u8]) -> std::ops::Range<usize> {
    let number = |at: usize, len: usize| {
        let bytes = file[at..at + len].iter().enumerate();
        bytes.fold(0, |sum, (i, byte)| sum | usize::from(*byte) << (8 * i))
    };
    let (headers, size) = (number(0x28, 8), number(0x3a, 2));
    let header = |i: usize| headers + i * size;
    let names = number(header(number(0x3e, 2)) + 0x18, 8);
    let wanted = |i: &usize| file[names + number(header(*i), 4)..].starts_with(name);
    let found = header((0..number(0x3c, 2)).find(wanted).unwrap());
    let start = number(found + 0x18, 8);
    start..start + number(found + 0x20, 8)
}

/// A copy of the module with another name, which the kernel loads beside it.
struct Copy(PathBuf);

impl Copy {
    /// The module's name in `struct module`, which has room for 56 bytes, and in the module's
    /// information.
    const MODULE: [&[u8]; 2] = [
        b"parley\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"name=parley\0",
    ];

    /// The family's name, which has room for 16 bytes, and the version after it.
    const FAMILY: &[u8] = b"parley\0\0\0\0\0\0\0\0\0\0\x01\0\0\0";

    /// Makes a copy in which these `names` are changed.
    fn new(names: &[&[u8]]) -> Self {
        let mut bytes = std::fs::read(FILE).unwrap();
        // The name in `struct module` is replaced in the section of that struct only. Elsewhere, a
        // string that a sanitizer pads with zeros looks the same.
        let module = section(&bytes, b".gnu.linkonce.this_module\0");
        for name in names {
            let within = if *name == Self::MODULE[0] {
                module.clone()
            } else {
                0..bytes.len()
            };
            let places: Vec<_> = bytes[within.clone()]
                .windows(name.len())
                .enumerate()
                .filter_map(|(at, found)| (found == *name).then_some(within.start + at))
                .collect();
            assert_eq!(places.len(), 1, "the name of the module or of its family");
            let y = name.iter().position(|byte| *byte == b'y').unwrap();
            bytes[places[0] + y] = b'2';
        }
        let path = std::env::temp_dir().join("parle2.ko");
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    /// Loads it, which must fail.
    fn is_refused(&self) {
        let loaded = Command::new("insmod").arg(&self.0).output().unwrap();
        let err = String::from_utf8_lossy(&loaded.stderr);
        // The kernel turns an init's EEXIST into EBUSY, because modprobe takes EEXIST for success.
        let taken = err.contains("File exists") || err.contains("Device or resource busy");
        assert!(!loaded.status.success() && taken, "{err}");
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = Command::new("rmmod").arg("parle2").output();
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_load_that_finds_all_names_taken_does_not_hurt_who_has_them() {
    let copy = Copy::new(&Copy::MODULE);
    let traffic = Traffic::new(&[
        ("dumps", false),
        ("requests", true),
        ("questions", true),
        ("device", false),
    ]);
    for _ in 0..20 {
        copy.is_refused();
        assert_eq!(client().echoed(b"first").unwrap(), b"first");
        assert_eq!(Device::open().unwrap().echo(b"first").unwrap(), b"first");
        let stats = std::fs::read_to_string("/sys/kernel/debug/parley/stats");
        assert!(stats.unwrap().contains("echoes "));
    }
    traffic.end();
}

/// Loads a copy with another family, which finds the name of its device taken.
fn load_with_the_device_taken(times: u32) {
    let [module, information] = Copy::MODULE;
    let copy = Copy::new(&[module, information, Copy::FAMILY]);
    let mut controller = Socket::open(libc::NETLINK_GENERIC).unwrap();
    controller.join(NOTIFY).unwrap();
    controller.set_timeout(Duration::from_micros(1)).unwrap();
    let mut visible = 0;
    for _ in 0..times {
        copy.is_refused();
        while let Ok(message) = controller.next_message(|_| true) {
            let appeared = message.payload.first() == Some(&NEWFAMILY);
            let name = b"parle2\0";
            let named = message.payload.windows(name.len()).any(|at| at == name);
            visible += u32::from(appeared && named);
        }
    }
    assert_eq!(
        visible, 0,
        "the family was visible in {visible} of {times} loads that failed"
    );
}

#[test]
fn the_family_is_not_visible_before_the_device_is_there() {
    load_with_the_device_taken(3);
}

#[test]
fn a_load_that_finds_the_device_taken_under_dumps_that_stay_open_hurts_nobody() {
    let traffic = Traffic::new(&[("dumps", false)]);
    load_with_the_device_taken(20);
    traffic.end();
}
