// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink ports that change hands.
//!
//! The kernel frees the port of a socket that is closed before it announces the release, so another
//! socket can take the port while the module still keeps the first one's question. Whatever the
//! module then sends to the port reaches a stranger.
//!
//! This test stretches the time between the two events from microseconds to as long as it takes.
//! Many questions end together, one after the other, and the kernel reports each error to every
//! watcher of its socket before it goes on. These sockets have very many watchers. Meanwhile the
//! victim, whose question is the last, closes its socket, and a stranger takes its port.
//!
//! KUnit's `parley_kept` tries the same state of a socket with whatever else the module sends.

mod common;

use common::calls::listener;
use common::{client, Calls};
use parley::uapi::{self, ask, cmd};
use std::process::Command;

/// How often the stranger must get the port in time.
const HITS: u32 = 3;

/// The number of attempts: a busy machine may be too slow.
const ATTEMPTS: u32 = 30;

/// No safe function chooses a port, so the sockets are opened in Python.
#[test]
fn an_agent_that_closes_ends_no_question_at_a_stranger() {
    let family = client().inner().family().id;
    let script = format!(
        r#"
import os, resource, select, socket, struct, sys, threading, time

def open_socket(port=0):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    s.settimeout(30)
    try:
        s.bind((port, 0))
    except OSError:
        s.close()
        return None
    return s

def attribute(number, payload):
    return struct.pack("HH", 4 + len(payload), number) + payload + b"\0" * (-len(payload) % 4)

def send(s, command, *attributes, flags=1):
    body = struct.pack("BBH", command, {version}, 0) + b"".join(attributes)
    s.send(struct.pack("IHHII", 16 + len(body), {family}, flags, 7, 0) + body)

def ask(s, question):
    send(s, {ask}, attribute({question}, question),
         attribute({timeout_ms}, struct.pack("I", 50000)))

def question_of(agent):
    data = agent.recv(65536)
    assert data[16] == {question_cmd}, data
    length, number = struct.unpack("HH", data[20:24])
    assert number == {id}

def slow_down(s, times):
    # Each message that is put into the socket is reported so many times.
    watch = select.epoll()
    for _ in range(times):
        watch.register(os.dup(s.fileno()), select.EPOLLIN)
    return watch

def start(call):
    def run():
        os.sched_setaffinity(0, {{0}})
        call()
    thread = threading.Thread(target=run)
    thread.start()
    return thread

SECRET = b"for the agent's eyes only"

def register():
    agent = open_socket()
    send(agent, {register}, flags=5)
    assert struct.unpack("i", agent.recv(4096)[16:20])[0] == 0
    return agent

def take(port):
    stranger = open_socket(port)
    while stranger is None:
        stranger = open_socket(port)
    return stranger

def mail(stranger):
    send(stranger, {stats}, flags=1)
    received = []
    while True:
        data = stranger.recv(65536)
        if struct.unpack("I", data[8:12])[0] == 7 and data[16] == {stats}:
            return received
        received.append(data)

def drain(s):
    while select.select([s], [], [], 0)[0]:
        s.recv(4096)

def attempt(port):
    agent = register()
    victim = open_socket(port)
    for asker in askers:
        for _ in range(60):
            ask(asker, b"?")
            question_of(agent)
    ask(victim, SECRET)
    question_of(agent)

    ending = start(agent.close)
    askers[0].recv(4096)
    victim.close()
    stranger = take(port)
    # The victim's question ends after the last asker's.
    in_time = not select.select([askers[-1]], [], [], 0)[0]
    ending.join()
    received = mail(stranger)
    stranger.close()
    for asker in askers:
        drain(asker)
    return in_time, received

# What takes long in the kernel is on one processor, and what is to happen meanwhile on the other.
os.sched_setaffinity(0, {{1}})
resource.setrlimit(resource.RLIMIT_NOFILE, (32768, 32768))
askers = [open_socket() for _ in range(15)]
watches = [slow_down(asker, 1000) for asker in askers]
hits = astray = disclosed = attempts = 0
while hits < {HITS} and attempts < {ATTEMPTS}:
    attempts += 1
    in_time, received = attempt(1 << 30 | os.getpid() << 8 | attempts)
    hits += in_time
    astray += bool(received)
    disclosed += any(SECRET in data for data in received)
print("%d of %d messages reached a stranger, %d with the secret; %d attempts were in time"
    % (astray, attempts, disclosed, hits))
# Without an attempt in time nothing was tried.
sys.exit(astray > 0 or hits == 0)
"#,
        version = uapi::FAMILY_VERSION,
        ask = cmd::ASK,
        question = ask::QUESTION,
        timeout_ms = ask::TIMEOUT_MS,
        question_cmd = cmd::QUESTION,
        id = ask::ID,
        register = cmd::AGENT_REGISTER,
        stats = cmd::STATS_GET,
    );
    let output = Command::new("python3").args(["-c", &script]).output();
    let output = output.unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    print!("{out}");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{out}{err}");
}

/// A socket of the library is connected to the kernel, which refuses what others send to it.
#[test]
fn a_stranger_cannot_send_to_a_socket_of_the_library() {
    let mut client = client();
    let listener = listener(None).unwrap();
    let script = r#"
import socket, sys
stranger = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
bound = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
bound.bind((0, 0))
for port in (*map(int, sys.argv[1:]), bound.getsockname()[0]):
    try:
        stranger.sendto(bytes([20, 0, 0, 0]) + bytes(16), (port, 0))
        print("sent")
    except ConnectionRefusedError:
        print("refused")
"#;
    let ports = [client.inner().portid(), listener.portid()].map(|port| port.to_string());
    let output = Command::new("python3")
        .args(["-c", script])
        .args(ports)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // Sending succeeds only to the socket that is bound but not connected.
    assert_eq!(said, "refused\nrefused\nsent\n", "{:?}", output.stderr);
    assert_eq!(client.echoed(b"still here").unwrap(), b"still here");
}
