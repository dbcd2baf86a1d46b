// SPDX-License-Identifier: MIT OR Apache-2.0

//! /dev/parley and debugfs, against the loaded module.

mod common;

use common::calls::{listener, next_change, Change};
use common::program::{NOBODY, PROGRAM};
use common::{client, Calls, Temporary};
use parley::device::{Device, PATH};
use parley::uapi;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::process::{Command, Output};
use std::time::Duration;

fn errno<T: std::fmt::Debug>(result: std::io::Result<T>) -> Option<i32> {
    result.unwrap_err().raw_os_error()
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

fn open() -> File {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(PATH)
        .unwrap()
}

/// Runs Python in the guest, for calls that no safe function makes.
fn python(before: &[&str], script: &str) -> Output {
    let words = [&["env"], before, &["python3", "-c", script]].concat();
    Command::new(words[0]).args(&words[1..]).output().unwrap()
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

#[test]
fn everybody_may_open_it() {
    let metadata = fs::metadata(PATH).unwrap();
    assert!(metadata.file_type().is_char_device());
    assert_eq!(metadata.permissions().mode() & 0o777, 0o666);
}

#[test]
fn an_ioctl_echoes_up_to_61440_bytes_and_counts_it() {
    let device = Device::open().unwrap();
    let before = client().stats_get().unwrap();
    for len in [0, 1, 4096, uapi::PAYLOAD_MAX] {
        assert_eq!(device.echo(&pattern(len)).unwrap(), pattern(len));
    }
    let long = device.echo(&pattern(uapi::PAYLOAD_MAX + 1));
    assert_eq!(errno(long), Some(libc::EMSGSIZE));
    let after = client().stats_get().unwrap();
    assert_eq!(after.echoes.unwrap() - before.echoes.unwrap(), 4);
    let bytes = (1 + 4096 + uapi::PAYLOAD_MAX) as u64;
    assert_eq!(
        after.echo_bytes.unwrap() - before.echo_bytes.unwrap(),
        bytes
    );
}

#[test]
fn what_is_written_is_read_until_something_else_is_written() {
    let mut file = open();
    let mut read = Vec::new();
    assert_eq!(file.read_to_end(&mut read).unwrap(), 0);
    file.write_all(b"first, and longer").unwrap();
    file.write_all(b"second").unwrap();
    let mut part = [0; 4];
    file.read_exact(&mut part).unwrap();
    assert_eq!(&part, b"seco");
    assert_eq!(file.read_to_end(&mut read).unwrap(), 2);
    assert_eq!(read, b"nd");
    assert_eq!(file.read(&mut part).unwrap(), 0);
    // Each open file has a buffer of its own.
    assert_eq!(open().read(&mut part).unwrap(), 0);
}

#[test]
fn a_write_that_is_too_long_leaves_what_was_kept() {
    let device = Device::open().unwrap();
    let longest = pattern(uapi::PAYLOAD_MAX);
    assert_eq!(device.write_and_read(&longest).unwrap(), longest);
    let long = device.write_and_read(&pattern(uapi::PAYLOAD_MAX + 1));
    assert_eq!(errno(long), Some(libc::EMSGSIZE));
    let mut file = open();
    file.write_all(b"kept").unwrap();
    assert_eq!(
        errno(file.write(&pattern(uapi::PAYLOAD_MAX + 1))),
        Some(libc::EMSGSIZE)
    );
    let mut read = Vec::new();
    file.read_to_end(&mut read).unwrap();
    assert_eq!(read, b"kept");
}

#[test]
fn an_addition_is_the_same_as_over_netlink_and_is_told_like_it() {
    let counter = Temporary::new("by-device", 5);
    let mut listener = listener(Some(Duration::from_secs(20))).unwrap();
    let device = Device::open().unwrap();
    assert_eq!(device.counter_add(counter.0, 7).unwrap(), 12);
    let (change, reported) = next_change(&mut listener).unwrap();
    assert_eq!(change, Change::Written);
    assert_eq!((reported.value, reported.updates), (12, 2));
    let read = client();
    let mut read = read;
    assert_eq!(read.get(counter.0).unwrap().value, 12);
    assert_eq!(
        errno(device.counter_add(counter.0, -13)),
        Some(libc::ERANGE)
    );
    assert_eq!(read.get(counter.0).unwrap().updates, 2);
    assert_eq!(errno(device.counter_add("no-such", 1)), Some(libc::ENOENT));
    assert_eq!(
        errno(device.counter_add("n".repeat(32), 1)),
        Some(libc::EINVAL)
    );
}

#[test]
fn calls_that_are_not_in_the_contract_are_refused() {
    let script = r#"
import ctypes, errno, fcntl, struct
f = open("/dev/parley", "r+b", buffering=0)
def tried(number, argument):
    try:
        fcntl.ioctl(f, number, argument)
        return 0
    except OSError as error:
        return error.errno
def iowr(number, size):
    return 3 << 30 | size << 16 | ord("P") << 8 | number
buffer = ctypes.create_string_buffer(b"twelve bytes", 16)
at = ctypes.addressof(buffer)
echo = lambda *fields: struct.pack("QQII", *fields)
add = lambda name: name.ljust(32, b"\1" if len(name) == 32 else b"\0") + struct.pack("qQ", 1, 0)
assert tried(iowr(1, 24), echo(at, at, 12, 0)) == 0
assert tried(iowr(1, 24), echo(at, at, 12, 1)) == errno.EINVAL
assert tried(iowr(1, 24), echo(at, at, 61441, 0)) == errno.EMSGSIZE
assert tried(iowr(1, 24), echo(0, at, 12, 0)) == errno.EFAULT
assert tried(iowr(1, 24), echo(at, 0, 12, 0)) == errno.EFAULT
assert tried(iowr(1, 24), echo(1 << 63, at, 12, 0)) == errno.EFAULT
assert tried(iowr(1, 24), 0) == errno.EFAULT
assert tried(iowr(2, 48), 0) == errno.EFAULT
assert tried(iowr(2, 48), add(b"x" * 32)) == errno.EINVAL
assert tried(iowr(2, 48), add(b"")) == errno.ENOENT
for number in (iowr(1, 25), iowr(2, 40), iowr(3, 8), 0, 1 << 30 | 24 << 16 | ord("P") << 8 | 1):
    assert tried(number, b"\0" * 64) == errno.ENOTTY, hex(number)
assert buffer.value == b"twelve bytes"
"#;
    let output = python(&[], script);
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn an_addition_whose_answer_cannot_be_given_changes_nothing() {
    let counter = Temporary::new("no-answer", 3);
    // A page that may be read but not written.
    let script = r#"
import errno, fcntl, mmap, struct, ctypes
page = mmap.mmap(-1, 4096)
page[:48] = b"no-answer".ljust(32, b"\0") + struct.pack("qQ", 1, 0)
at = ctypes.addressof(ctypes.c_char.from_buffer(page))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mprotect(ctypes.c_void_p(at), 4096, 1) == 0
f = open("/dev/parley", "r+b", buffering=0)
assert libc.ioctl(f.fileno(), ctypes.c_ulong(3 << 30 | 48 << 16 | ord("P") << 8 | 2), ctypes.c_void_p(at)) == -1
assert ctypes.get_errno() == errno.EFAULT, ctypes.get_errno()
"#;
    let output = python(&[], script);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(client().get(counter.0).unwrap().value, 3);
}

#[test]
fn who_may_add_is_whom_netlink_lets() {
    let counter = Temporary::new("device-may", 1);
    let run = |before: &[&str], arguments: &[&str]| {
        let words = [&["env"], before, &[PROGRAM, "device"], arguments].concat();
        Command::new(words[0]).args(&words[1..]).output().unwrap()
    };
    let add = ["counter-add", counter.0, "1"];
    for before in [&NOBODY[..], &["unshare", "--user", "--map-root-user"]] {
        assert!(run(before, &["echo", "hello"]).status.success());
        let refused = run(before, &add);
        assert_eq!(refused.status.code(), Some(1));
        assert!(
            text(&refused).contains("Operation not permitted"),
            "{}",
            text(&refused)
        );
    }
    // The opener's permission counts, not only the caller's.
    let handed_on = Command::new("setpriv")
        .args(&NOBODY[1..])
        .args(["sh", "-c", "exec 3<>/dev/parley; exec sleep 60"])
        .spawn();
    let mut holder = handed_on.unwrap();
    common::until("the device is open", || {
        fs::read_link(format!("/proc/{}/fd/3", holder.id())).is_ok_and(|to| to.ends_with("parley"))
    });
    let script = format!(
        r#"
import ctypes, errno, struct, os
libc = ctypes.CDLL(None, use_errno=True)
pidfd = os.pidfd_open({})
fd = libc.syscall(438, pidfd, 3, 0)
assert fd >= 0
call = ctypes.create_string_buffer(b"device-may".ljust(32, b"\0") + struct.pack("qQ", 1, 0))
number = ctypes.c_ulong(3 << 30 | 48 << 16 | ord("P") << 8 | 2)
assert libc.ioctl(fd, number, call) == -1
assert ctypes.get_errno() == errno.EPERM, ctypes.get_errno()
"#,
        holder.id()
    );
    let output = python(&[], &script);
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert!(run(&[], &add).status.success());
    assert_eq!(client().get(counter.0).unwrap().value, 2);
}

#[test]
fn the_namespace_is_the_openers() {
    let counter = Temporary::new("openers", 1);
    let script = format!(
        "exec 3<>{PATH}; exec unshare --net python3 -c '
import fcntl, struct
call = b\"openers\".ljust(32, b\"\\0\") + struct.pack(\"qQ\", 5, 0)
answer = fcntl.ioctl(3, 3 << 30 | 48 << 16 | 80 << 8 | 2, call)
assert struct.unpack(\"qQ\", answer[32:]) == (5, 6)
'"
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(client().get(counter.0).unwrap().value, 6);
    let elsewhere = Command::new("unshare")
        .args(["--net", PROGRAM, "device", "counter-add", counter.0, "1"])
        .output()
        .unwrap();
    assert_eq!(elsewhere.status.code(), Some(1));
    assert!(text(&elsewhere).contains("No such file"));
}

#[test]
fn debugfs_shows_what_stats_get_tells() {
    let _counter = Temporary::new("in-debugfs", 1);
    let path = "/sys/kernel/debug/parley/stats";
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o400);
    let stats = client().stats_get().unwrap();
    let shown = fs::read_to_string(path).unwrap();
    let shown: BTreeMap<_, _> = shown
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(name, value)| (name, Some(value.parse().unwrap())))
        .collect();
    let reported = [
        ("echoes", stats.echoes),
        ("echo-bytes", stats.echo_bytes),
        ("counters", stats.counters),
        ("notifications", stats.notifications),
        ("asks-pending", stats.asks_pending),
        ("asks-answered", stats.asks_answered),
    ];
    assert_eq!(shown, reported.into_iter().collect());
    let write = OpenOptions::new().write(true).open(path);
    // Root may open a file that it may not write; the write fails nevertheless.
    if let Ok(mut file) = write {
        assert_ne!(file.write(b"1").unwrap_err().kind(), ErrorKind::Interrupted);
    }
}

#[test]
fn debugfs_is_for_root_alone() {
    let path = "/sys/kernel/debug/parley/stats";
    let as_nobody = Command::new(NOBODY[0])
        .args(&NOBODY[1..])
        .args(["cat", path])
        .output()
        .unwrap();
    assert!(!as_nobody.status.success());
    assert!(
        text(&as_nobody).contains("Permission denied"),
        "{}",
        text(&as_nobody)
    );
}
