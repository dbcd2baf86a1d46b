// SPDX-License-Identifier: MIT OR Apache-2.0

//! Network namespaces with links, the output of `ip -j` in them, and monitors.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

pub use super::program::PROGRAM;

/// A JSON object.
pub type Object = Map<String, Value>;

/// A network namespace, which is deleted at the end of its test.
pub struct Netns(
    pub &'static str,
    #[allow(dead_code, reason = "it acts as it goes")] Tunnels,
);

/// Keeps kernels with tunnels from adding some to each new namespace by themselves.
/// Restores the setting when dropped.
struct Tunnels(Option<String>);

impl Tunnels {
    const SETTING: &str = "/proc/sys/net/core/fb_tunnels_only_for_init_net";

    fn none() -> Self {
        let before = std::fs::read_to_string(Self::SETTING).ok();
        let _ = std::fs::write(Self::SETTING, "2");
        Self(before)
    }
}

impl Drop for Tunnels {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = std::fs::write(Self::SETTING, before);
        }
    }
}

impl Netns {
    /// Makes a namespace with links of several kinds. None of them makes addresses of its own,
    /// because those would be tentative for a time.
    pub fn new(name: &'static str) -> Self {
        let tunnels = Tunnels::none();
        let made = Command::new("ip").args(["netns", "add", name]).status();
        assert!(made.unwrap().success());
        let netns = Self(name, tunnels);
        netns.ip("link set lo up
link add d0 type dummy
link add d1 mtu 1400 txqueuelen 7 address 02:00:00:00:00:d1 type dummy
link add v0 address 02:00:00:00:00:a0 type veth peer name v1 address 02:00:00:00:00:a1
link set d0 addrgenmode none
link set d1 addrgenmode none
link set v0 addrgenmode none
link set v1 addrgenmode none
link set d0 up
link set v0 up
link set v1 up");
        netns
    }

    /// Runs each line with ip.
    pub fn ip(&self, lines: &str) {
        feed(
            Command::new("ip").args(["-n", self.0, "-batch", "-"]),
            lines,
        );
    }

    /// The same, with IPv6 as the default family.
    pub fn ip6(&self, lines: &str) {
        let mut command = Command::new("ip");
        feed(command.args(["-6", "-n", self.0, "-batch", "-"]), lines);
    }

    /// Runs each line that the kernel supports with ip. Returns the other lines.
    pub fn ip_if_it_can<'a>(&self, options: &[&str], lines: &'a str) -> Vec<&'a str> {
        let can = |line: &&str| {
            let mut command = Command::new("ip");
            command.args(options).args(["-n", self.0]);
            let output = command.args(line.split_whitespace()).output().unwrap();
            if !output.status.success() {
                eprintln!("skipped: {line}: {}", text(&output.stderr).trim());
            }
            !output.status.success()
        };
        lines.lines().filter(can).collect()
    }

    pub fn json(&self, command: &str, words: &[&str]) -> Value {
        let mut all = Command::new("ip");
        match command {
            "ip" => all.args(["-n", self.0, "-j"]),
            _ => all.args(["netns", "exec", self.0, command]),
        };
        let output = all.args(words).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        // If there is nothing to list, ip prints nothing.
        if output.stdout.is_empty() {
            return Value::Array(Vec::new());
        }
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn ip_json(&self, words: &str) -> Vec<Object> {
        let mut all = objects(self.json("ip", &words.split(' ').collect::<Vec<_>>()));
        all.iter_mut().for_each(as_by_ip_6_1);
        all
    }

    /// Runs each line with nft.
    pub fn nft(&self, lines: &str) {
        let words = ["netns", "exec", self.0, "nft", "-f", "-"];
        feed(Command::new("ip").args(words), lines);
    }

    /// The ruleset as nft prints it: each object with its kind.
    pub fn nft_json(&self) -> Vec<(String, Object)> {
        ruleset(self.json("nft", &["-j", "list", "ruleset"]))
    }

    /// The ruleset as parley prints it.
    pub fn firewall(&self) -> Vec<(String, Object)> {
        let shown = self.parley_text("show firewall --json");
        ruleset(serde_json::from_str(&shown).unwrap())
    }

    pub fn parley(&self, words: &str) -> Output {
        let words = words.split(' ');
        let mut command = Command::new(PROGRAM);
        command
            .args(["--netns", self.0])
            .args(words)
            .output()
            .unwrap()
    }

    pub fn parley_text(&self, words: &str) -> String {
        let output = self.parley(words);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
        text(&output.stdout)
    }

    pub fn parley_json(&self, words: &str) -> Vec<Object> {
        let out = self.parley_text(&format!("{words} --json"));
        assert_eq!(out.lines().count(), 1, "{out}");
        objects(serde_json::from_str(&out).unwrap())
    }

    /// Starts a monitor, and waits for its first line.
    pub fn monitor(&self, words: &str) -> Monitor {
        let mut all = vec!["--netns", self.0, "monitor"];
        all.extend(words.split(' '));
        let mut monitor = Monitor::new(&all);
        let first = monitor.line();
        assert!(first.contains("listening"), "{first}");
        monitor
    }
}

impl Drop for Netns {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", self.0]).status();
    }
}

/// A running monitor.
pub struct Monitor {
    pub child: Child,
    lines: BufReader<ChildStdout>,
}

impl Monitor {
    /// Starts the program.
    pub fn new(words: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(words)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the monitor has ended: {line:?}");
        line.truncate(line.len() - 1);
        line
    }

    /// Returns all lines up to its end, which must be a success.
    pub fn rest(&mut self) -> Vec<String> {
        let lines = self.lines.by_ref().lines().map(|line| line.unwrap());
        let lines = lines.collect();
        assert!(self.child.wait().unwrap().success());
        lines
    }

    pub fn event(&mut self) -> Object {
        let line = self.line();
        match serde_json::from_str(&line) {
            Ok(Value::Object(object)) => object,
            other => panic!("no object: {line}: {other:?}"),
        }
    }

    /// Returns the next event with an object whose `key` is `value`.
    pub fn event_of(&mut self, key: &str, value: &str) -> Object {
        loop {
            let event = self.event();
            if event.get(key).is_some_and(|is| is == value) {
                return event;
            }
        }
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs a command that reads `input`, and must succeed.
pub fn feed(command: &mut Command, input: &str) {
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// The objects of an array.
pub fn objects(value: Value) -> Vec<Object> {
    let Value::Array(values) = value else {
        panic!("no array: {value}");
    };
    let object = |value| match value {
        Value::Object(object) => object,
        other => panic!("no object: {other}"),
    };
    values.into_iter().map(object).collect()
}

/// The objects of a ruleset, each with its kind. The chains of a table come after its other
/// objects, as in nft 1.0; nft 1.1 lists them before.
fn ruleset(mut value: Value) -> Vec<(String, Object)> {
    let all = objects(value["nftables"].take()).into_iter().flatten();
    let named = |(kind, object)| (kind, objects(Value::Array(vec![object])).remove(0));
    let mut tables = 0;
    let placed = all.map(named).map(|(kind, object): (String, Object)| {
        tables += usize::from(kind == "table");
        let last = matches!(kind.as_str(), "chain" | "rule");
        ((tables, last), (kind, object))
    });
    let mut placed: Vec<_> = placed.collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, object)| object).collect()
}

/// Puts what a newer ip says (seen: 6.15) into the form of ip 6.1, which is the program's. The
/// newer one has an object for an encapsulation, and tells more of vxlan and bridge devices.
pub fn as_by_ip_6_1(object: &mut Object) {
    if let Some(Value::Object(encap)) = object.get_mut("encap") {
        let mut fields = std::mem::take(encap);
        let kind = fields.remove("encap_type").unwrap();
        object.insert("encap".to_owned(), kind);
        object.append(&mut fields);
    }
    if let Some(Value::Array(hops)) = object.get_mut("nexthops") {
        hops.iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(as_by_ip_6_1);
    }
    let Some(Value::Object(info)) = object.get_mut("linkinfo") else {
        return;
    };
    let is_vxlan = info.get("info_kind") == Some(&"vxlan".into());
    let Some(Value::Object(data)) = info.get_mut("info_data") else {
        return;
    };
    data.retain(|key, _| !key.starts_with("mcast_querier_state_"));
    if is_vxlan {
        const SET: [&str; 7] = [
            "external",
            "l2miss",
            "l3miss",
            "proxy",
            "remcsum_rx",
            "remcsum_tx",
            "rsc",
        ];
        data.retain(|key, value| {
            key != "reserved_bits" && (*value != false || !SET.contains(&key.as_str()))
        });
        if let Some(gbp) = data.get_mut("gbp") {
            *gbp = true.into();
        }
    }
}

/// The objects whose `key` is `value`.
pub fn those<'a>(objects: &'a [Object], key: &str, value: &str) -> Vec<&'a Object> {
    let says = |object: &&Object| object.get(key).is_some_and(|is| is == value);
    objects.iter().filter(says).collect()
}

/// The values of `keys` in an object, to tell it from others.
pub fn named(object: &Object, keys: &[&str]) -> String {
    let words = keys.iter().filter_map(|key| object.get(*key));
    words
        .map(|word| word.to_string())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The objects without `keys`. The caller must have a reason for each of these.
pub fn without(mut objects: Vec<Object>, keys: &[&str]) -> Vec<Object> {
    for object in &mut objects {
        object.retain(|key, _| !keys.contains(&key.as_str()));
    }
    objects
}

/// Reads `theirs` and `ours` until nothing changes in between, because the kernel has timers
/// of its own. Then both must be the same.
pub fn agree(
    keys: &[&str],
    theirs: impl Fn() -> Vec<Object>,
    ours: impl Fn() -> Vec<Object>,
) -> Vec<Object> {
    for _ in 0..20 {
        let before = theirs();
        let ours = ours();
        if before != theirs() {
            continue;
        }
        let names = |objects: &[Object]| -> Vec<String> {
            objects.iter().map(|object| named(object, keys)).collect()
        };
        assert_eq!(names(&ours), names(&before));
        for (ours, theirs) in ours.iter().zip(&before) {
            let fields: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
            for field in fields {
                let name = named(ours, keys);
                assert_eq!(ours.get(field), theirs.get(field), "{field} of {name}");
            }
        }
        return ours;
    }
    panic!("it never stood still");
}
