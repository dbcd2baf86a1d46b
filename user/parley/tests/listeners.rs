// SPDX-License-Identifier: MIT OR Apache-2.0

//! Malicious listeners, and listeners in other namespaces.
//!
//! No safe function chooses a port or filters a socket, so these sockets are opened in
//! Python.

mod common;

use common::calls::{listener, next_change};
use common::network::Netns;
use common::{client, Calls, Temporary, CREATE};
use parley::uapi::{self, cmd, counter};
use parley_netlink::genl;
use parley_netlink::netlink::message::Message;
use parley_netlink::netlink::{protocol, Socket};
use parley_netlink::route::{self, Link};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const WAIT: Option<Duration> = Some(Duration::from_secs(20));

/// Shared by the scripts. `listen` opens a socket, has `prepare` set it up, and joins `events`.
const PRELUDE: &str = r#"
import ctypes, socket, struct, sys
family, group = int(sys.argv[1]), int(sys.argv[2])

def open_socket(port=0):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    s.settimeout(20)
    s.bind((port, 0))
    return s

def listen(prepare=lambda s: None, port=0):
    s = open_socket(port)
    prepare(s)
    s.setsockopt(270, 1, group)
    return s

def accept_only(s, length):
    program = struct.pack("HBBI", 6, 0, 0, length)
    buffer = ctypes.create_string_buffer(program, len(program))
    s.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HxxxxxxQ", 1, ctypes.addressof(buffer)))

def listen_everywhere(s):
    s.setsockopt(270, 8, 1)

def attribute(number, payload):
    return struct.pack("HH", 4 + len(payload), number) + payload + b"\0" * (-len(payload) % 4)

def send(s, command, *attributes, flags):
    body = struct.pack("BBH", command, 1, 0) + b"".join(attributes)
    s.send(struct.pack("IHHII", 16 + len(body), family, flags, 7, 0) + body)

def ready():
    print("ready", flush=True)
"#;

/// A script that runs beside the test.
struct Script(Child, BufReader<ChildStdout>);

impl Script {
    /// Runs a script, in the network namespace `netns` if one is named.
    fn start(script: &str, netns: Option<&str>) -> Self {
        let mut socket = Socket::open(libc::NETLINK_GENERIC).unwrap();
        let family = genl::resolve(&mut socket, uapi::FAMILY_NAME).unwrap();
        let events = |group: &&genl::controller::Group| group.name == uapi::group::EVENTS;
        let group = family.groups.iter().find(events).unwrap().id;
        let mut command = match netns {
            Some(netns) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", netns, "python3"]);
                command
            }
            None => Command::new("python3"),
        };
        command.args(["-c", &format!("{PRELUDE}{script}")]);
        command.args([family.id.to_string(), group.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self(child, lines)
    }

    /// The next line that the script prints.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Changes a counter six times beside a listener that runs `script`, and checks what another
/// listener gets. The kernel serves the newest listener first.
fn trims(script: &str) {
    let mut listener = listener(WAIT).unwrap();
    let mut trimmer = Script::start(script, None);
    assert_eq!(trimmer.line(), "ready");
    let counter = Temporary::absent("trimmed");
    let mut client = client();
    for value in 1..=6 {
        assert_eq!(client.add(counter.0, 1, true).unwrap().value, value);
    }
    for value in 1..=6 {
        let (_, reported) = next_change(&mut listener).unwrap();
        assert_eq!(reported.text(), counter.0);
        assert_eq!(reported.value, value);
    }
}

#[test]
fn a_listener_whose_filter_trims_events_trims_them_for_nobody_else() {
    trims(
        "
s = listen(lambda s: accept_only(s, 1))
ready()
while True: s.recv(4096)
",
    );
}

#[test]
fn nor_does_one_that_has_no_room_for_them() {
    trims(
        "
def prepare(s):
    accept_only(s, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
s = listen(prepare)
ready()
sys.stdin.read()
",
    );
}

/// A namespace that the initial one can listen to.
fn namespace(name: &'static str) -> Netns {
    let netns = Netns::new(name);
    let named = Command::new("ip")
        .args(["netns", "set", name, "77"])
        .status();
    assert!(named.unwrap().success());
    netns
}

#[test]
fn a_socket_that_listens_to_all_namespaces_returns_the_id_of_each_events_namespace() {
    let netns = namespace("heard");
    let here = Temporary::absent("near");
    let mut listener = listener(WAIT).unwrap();
    listener.socket().listen_to_all_namespaces().unwrap();
    let far = netns.parley("counter set far 1 --create");
    assert!(far.status.success());
    client().set(here.0, 1, CREATE).unwrap();
    for (name, nsid) in [("far", Some(77)), (here.0, None)] {
        let (_, reported) = next_change(&mut listener).unwrap();
        assert_eq!(reported.text(), name);
        assert_eq!(listener.socket().nsid(), nsid);
    }

    let mut links = Socket::open(protocol::ROUTE).unwrap();
    links.listen_to_all_namespaces().unwrap();
    links.join(libc::RTNLGRP_LINK).unwrap();
    links.set_timeout(WAIT.unwrap()).unwrap();
    netns.ip("link add far9 type dummy");
    let is_it = |message: &Message<'_>| {
        let event = route::event::<Link>(message).unwrap();
        event.is_some_and(|event| event.entry.name == "far9")
    };
    links.next_message(is_it).unwrap();
    assert_eq!(links.nsid(), Some(77));
}

#[test]
fn a_listener_to_all_namespaces_is_not_counted() {
    let _netns = namespace("counts");
    // Listens but accepts nothing, so that none of its own listeners receives anything.
    let script = format!(
        r#"
s = listen(lambda s: accept_only(s, 0))
asker = open_socket()
def notifications():
    send(asker, {stats}, flags=1)
    data = asker.recv(4096)[20:]
    while data:
        length, number = struct.unpack("HH", data[:4])
        if number == {notifications}:
            return int.from_bytes(data[4:length], sys.byteorder)
        data = data[(length + 3) & ~3:]
for round in range(2):
    before = notifications()
    for command in [{add}, {del}]:
        send(asker, command, attribute({name}, b"c\0"), attribute({delta}, struct.pack("i", 1)),
             attribute({create}, b""), flags=5) if command == {add} else \
        send(asker, command, attribute({name}, b"c\0"), flags=5)
        while struct.unpack("H", asker.recv(4096)[4:6])[0] != 2: pass
    print(notifications() - before, flush=True)
    sys.stdin.readline()
"#,
        stats = cmd::STATS_GET,
        notifications = uapi::stats::NOTIFICATIONS,
        add = cmd::COUNTER_ADD,
        del = cmd::COUNTER_DEL,
        name = counter::NAME,
        delta = counter::DELTA,
        create = counter::CREATE,
    );
    let mut inside = Script::start(&script, Some("counts"));
    let alone = inside.line();
    let mut everywhere = Script::start(
        "s = listen(listen_everywhere)\nready()\nprint(len(s.recv(4096)) > 20, flush=True)\n",
        None,
    );
    assert_eq!(everywhere.line(), "ready");
    writeln!(inside.0.stdin.as_mut().unwrap()).unwrap();
    assert_eq!(
        inside.line(),
        alone,
        "the count reveals who listens elsewhere"
    );
    assert_eq!(everywhere.line(), "True");
}

#[test]
fn a_change_with_echo_reaches_a_listener_of_the_same_port_in_another_namespace() {
    const PORT: u32 = 4_000_000_000;
    let _netns = namespace("echoes");
    let mut everywhere = Script::start(
        &format!(
            "s = listen(listen_everywhere, {PORT})\nready()\nprint(s.recv(4096)[16], flush=True)\n"
        ),
        None,
    );
    assert_eq!(everywhere.line(), "ready");
    let script = format!(
        "
s = open_socket({PORT})
send(s, {add}, attribute({name}, b'c\\0'), attribute({delta}, struct.pack('i', 1)),
     attribute({create}, b''), flags=1 | 8)
print(s.recv(4096)[16], s.recv(4096)[16], flush=True)
",
        add = cmd::COUNTER_ADD,
        name = counter::NAME,
        delta = counter::DELTA,
        create = counter::CREATE,
    );
    let mut inside = Script::start(&script, Some("echoes"));
    let (event, reply) = (cmd::COUNTER_NEW_NTF, cmd::COUNTER_ADD);
    assert_eq!(inside.line(), format!("{event} {reply}"));
    assert_eq!(everywhere.line(), event.to_string());
}
