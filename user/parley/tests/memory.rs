// SPDX-License-Identifier: MIT OR Apache-2.0

//! Memory that the module keeps for a user is charged to that user's control group.
//!
//! Anyone can own a user namespace, and with it network namespaces in which to create counters and
//! ask questions. Only the control group bounds how much kernel memory that takes.

mod common;

use common::raw::Raw;
use common::{client, until, Calls, CREATE, WAIT};
use parley::client::Agent;
use parley::uapi::{self};
use parley::{Client, Error};
use parley_netlink::netlink::namespace;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The number of counters in each namespace of a test: what `max_counters` allows.
const COUNTERS: u64 = 4000;

/// The minimum size of a counter in bytes: its name, its two numbers, and a node of a tree.
const COUNTER_BYTES: u64 = 32 + 2 * 8 + 24;

/// A control group, which ends with all its processes.
struct Group {
    path: PathBuf,
    /// Whether the parent's memory controller was enabled for it.
    enabled: bool,
    /// Whether the hierarchy was mounted for it.
    mounted: bool,
}

/// The file that lists the controllers of a group's children.
const CONTROL: &str = "cgroup.subtree_control";

impl Group {
    fn new(name: &str) -> Self {
        let (root, mounted) = Self::root();
        let control = root.join(CONTROL);
        let before = fs::read_to_string(&control).unwrap();
        let enabled = !before.split_whitespace().any(|name| name == "memory");
        fs::write(control, "+memory").unwrap();
        let path = root.join(name);
        fs::create_dir(&path).unwrap();
        Self {
            path,
            enabled,
            mounted,
        }
    }

    /// Returns where the hierarchy of version 2 is mounted, and whether this call mounted it.
    fn root() -> (PathBuf, bool) {
        let mounts = fs::read_to_string("/proc/mounts").unwrap();
        let mounted = mounts.lines().find_map(|line| {
            let mut words = line.split(' ').skip(1);
            let path = words.next()?;
            (words.next()? == "cgroup2").then(|| PathBuf::from(path))
        });
        let mounted = mounted.map(|path| (path, false));
        mounted.unwrap_or_else(|| {
            let path = Path::new("/sys/fs/cgroup");
            let mut mount = Command::new("mount");
            let mount = mount.args(["-t", "cgroup2", "none"]).arg(path);
            assert!(mount.status().unwrap().success());
            (path.to_owned(), true)
        })
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path.join(file)).unwrap()
    }

    /// A number from a file that consists of names and numbers.
    fn number(&self, file: &str, name: &str) -> u64 {
        let text = self.read(file);
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap().parse().unwrap()
    }

    fn stat(&self, name: &str) -> u64 {
        self.number("memory.stat", name)
    }

    /// Limits the group to `bytes` more than it has now.
    fn leave(&self, bytes: u64) {
        let now: u64 = self.read("memory.current").trim().parse().unwrap();
        fs::write(self.path.join("memory.max"), (now + bytes).to_string()).unwrap();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::write(self.path.join("cgroup.kill"), "1");
        // The group of a process that was killed is busy until the process is gone.
        for _ in 0..1000 {
            if fs::remove_dir(&self.path).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        if let Some(root) = self.path.parent() {
            if self.enabled {
                let _ = fs::write(root.join(CONTROL), "-memory");
            }
            if self.mounted {
                let _ = Command::new("umount").arg(root).status();
            }
        }
    }
}

/// This program in a control group, as user 1000 in user, mount and network namespaces of its own.
struct Tenant {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Tenant {
    /// Starts a tenant that does `what`, and waits until it is ready to.
    fn new(group: &Group, what: &str) -> Self {
        let script = "echo 0 >\"$0\" && \
            exec setpriv --reuid 1000 --regid 1000 --clear-groups \
            unshare --user --map-root-user --mount --net \"$@\"";
        let mut child = Command::new("sh")
            .args(["-c", script])
            .arg(group.path.join("cgroup.procs"))
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "tenant", "--ignored", "--nocapture"])
            .env("PARLEY_TENANT", what)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut tenant = Self { child, lines };
        assert_eq!(tenant.says().as_deref(), Some("ready"));
        tenant
    }

    /// The tenant's next line, or `None` if it has ended.
    fn says(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // Other lines come from the test harness.
            if let Some(said) = line.strip_prefix("tenant: ") {
                return Some(said.trim_end().to_owned());
            }
        }
    }

    fn go(&mut self) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(b"go\n").unwrap();
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(line: &str) {
    // Bypasses the test harness, which keeps other output.
    let mut out = std::io::stdout();
    writeln!(out, "tenant: {line}").unwrap();
    out.flush().unwrap();
}

/// Reports that all is ready, and waits for the test to continue.
fn ready() {
    say("ready");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

/// Creates [`COUNTERS`] counters in the namespace of `client`.
fn create_counters(client: &mut Client) -> parley::Result<()> {
    for i in 0..COUNTERS {
        client.set(format!("tenant-{i}"), i, CREATE)?;
    }
    Ok(())
}

/// Makes network namespaces of the tenant, and returns the files that stand for them.
fn namespaces(count: u32) -> Vec<PathBuf> {
    let run = |words: &[&str]| {
        let status = Command::new(words[0]).args(&words[1..]).status();
        assert!(status.unwrap().success(), "{words:?}");
    };
    // This is in the tenant's own mount namespace.
    run(&["mount", "-t", "tmpfs", "none", "/tmp"]);
    let make = |i| {
        let path = format!("/tmp/net-{i}");
        File::create(&path).unwrap();
        run(&["unshare", &format!("--net={path}"), "true"]);
        PathBuf::from(path)
    };
    (0..count).map(make).collect()
}

/// An open file of /dev/parley that keeps the longest payload.
fn keep() -> std::io::Result<File> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(parley::device::PATH)?;
    file.write_all(&vec![1; uapi::PAYLOAD_MAX])?;
    Ok(file)
}

/// What a tenant does.
#[test]
#[ignore = "the other tests start it, as another user"]
fn tenant() {
    match std::env::var("PARLEY_TENANT").unwrap().as_str() {
        "counters" => {
            let mut client = client();
            client.set("first", 1, CREATE).unwrap();
            ready();
            create_counters(&mut client).unwrap();
            ready();
        }
        "questions" => {
            let mut agent = Agent::register().unwrap();
            let mut sockets: Vec<_> = (0..16).map(|_| Raw::new()).collect();
            ready();
            for raw in &mut sockets {
                for _ in 0..60 {
                    raw.ask(b"?", 60_000, 0);
                    agent.next_question(Some(WAIT)).unwrap();
                }
            }
            ready();
        }
        "files" => {
            drop(keep().unwrap());
            ready();
            let kept: Vec<_> = (0..60).map(|_| keep().unwrap()).collect();
            ready();
            drop(kept);
        }
        "too many counters" => {
            let namespaces = namespaces(40);
            ready();
            for (i, path) in namespaces.iter().enumerate() {
                namespace::enter(path).unwrap();
                match Client::open().and_then(|mut client| create_counters(&mut client)) {
                    Ok(()) => {}
                    Err(Error::Refused(refusal)) if refusal.errno == libc::ENOMEM => {
                        return say(&format!("no memory in namespace {i}"));
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            say("all done");
        }
        "too many files" => {
            ready();
            let mut kept = Vec::new();
            while kept.len() < 500 {
                match keep() {
                    Ok(file) => kept.push(file),
                    Err(error) if error.kind() == ErrorKind::OutOfMemory => {
                        return say(&format!("no memory for file {}", kept.len()));
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            say("all done");
        }
        other => panic!("{other}"),
    }
}

/// Has a tenant do `what`, and returns by how many bytes `name` of its group grows. Waits a while
/// for at least `least` bytes, because the kernel sums its statistics up only from time to time.
fn growth(what: &str, name: &str, least: u64) -> u64 {
    let group = Group::new("parley-growth");
    let mut tenant = Tenant::new(&group, what);
    let before = group.stat(name);
    tenant.go();
    assert_eq!(tenant.says().as_deref(), Some("ready"), "{what}");
    let mut grown = 0;
    for _ in 0..50 {
        grown = group.stat(name).saturating_sub(before);
        if grown >= least {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("{what}: {grown} bytes more in {name}, of at least {least}");
    grown
}

#[test]
fn counters_are_charged_to_the_control_group_of_their_creator() {
    let least = COUNTERS * COUNTER_BYTES;
    let grown = growth("counters", "slab", least);
    assert!(
        grown >= least,
        "{grown} bytes are charged for {COUNTERS} counters, of {least}"
    );
}

#[test]
fn what_the_device_keeps_is_charged_to_the_control_group_of_its_writer() {
    let least = 60 * uapi::PAYLOAD_MAX as u64;
    let grown = growth("files", "kernel", least);
    assert!(
        grown >= least,
        "{grown} bytes are charged for 60 files, of {least}"
    );
}

/// The number of objects in the caches of kmalloc() that are charged to nobody.
fn unaccounted_objects() -> i64 {
    let count = |line: &str| -> Option<i64> {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        // The caches of control groups are called kmalloc-cg-*.
        let size = name.strip_prefix("kmalloc-")?;
        if !size.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        // KASAN keeps freed objects, and counts them, until the cache is shrunk.
        let _ = fs::write(format!("/sys/kernel/slab/{name}/shrink"), "1");
        words.next()?.parse().ok()
    };
    let sum = || -> i64 {
        let caches = fs::read_to_string("/proc/slabinfo").unwrap();
        caches.lines().filter_map(count).sum()
    };
    // The first call shrinks the caches.
    sum();
    sum()
}

#[test]
fn questions_are_charged_to_the_control_group_of_their_asker() {
    let group = Group::new("parley-questions");
    let mut tenant = Tenant::new(&group, "questions");
    let before = unaccounted_objects();
    tenant.go();
    assert_eq!(tenant.says().as_deref(), Some("ready"));
    let more = unaccounted_objects() - before;
    println!("960 questions: {more} objects more on nobody's account");
    // One object per question is more than the rest of the system allocates meanwhile.
    assert!(
        more < 960,
        "960 questions took {more} objects on nobody's account"
    );
}

/// Has a tenant with little memory left do `what`. It must be stopped, by ENOMEM or by the OOM
/// killer, while a process outside its group goes on.
fn stopped(what: &str) {
    let group = Group::new("parley-limit");
    let mut bystander = Command::new("sleep").arg("600").spawn().unwrap();
    let mut tenant = Tenant::new(&group, what);
    group.leave(2 << 20);
    tenant.go();
    let end = match tenant.says() {
        Some(line) => line,
        None => {
            let status = tenant.child.wait().unwrap();
            assert_eq!(status.signal(), Some(libc::SIGKILL), "{what}: {status}");
            "killed".to_owned()
        }
    };
    println!("{what}: {end}");
    assert_ne!(
        end, "all done",
        "{what}: nothing stopped it at the limit of its group"
    );
    assert!(group.number("memory.events", "max") > 0);
    assert!(
        bystander.try_wait().unwrap().is_none(),
        "the bystander was killed, too"
    );
    bystander.kill().unwrap();
    bystander.wait().unwrap();
    assert_eq!(client().echoed(b"and on").unwrap(), b"and on");
    drop(tenant);
    // When its last process ends, so do its namespaces, and their memory is free again.
    until("the memory of the group is free", || {
        group.read("cgroup.procs").is_empty() && group.stat("slab") < 1 << 20
    });
}

#[test]
fn who_creates_counters_past_a_limit_is_stopped_and_nobody_else() {
    stopped("too many counters");
}

#[test]
fn who_keeps_bytes_past_a_limit_is_stopped_and_nobody_else() {
    stopped("too many files");
}
