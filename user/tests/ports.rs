// SPDX-License-Identifier: MIT OR Apache-2.0

//! Netlink ports that change hands.
//!
//! The kernel frees the port of a socket that is closed before it announces the release, so another
//! socket can take the port while the module still keeps the first one's question. Whatever the
//! module then sends to the port reaches a stranger.
//!
//! These tests stretch the time between the two events from microseconds to as long as it takes.
//! Many questions end together, under the lock that guards the questions of a namespace, and each
//! of their askers has a socket filter of the greatest length, which the kernel runs for each
//! message. Meanwhile the victim closes its socket, whose release then waits for that lock, and a
//! stranger takes its port.

#![forbid(unsafe_code)]

mod common;

use common::client;
use parley::uapi::{self, ask, cmd};
use std::process::Command;

/// Attempts to read a victim's mail. Each takes about as long as its questions take to ask.
const ATTEMPTS: u32 = 5;

/// Runs attempts in which the victim's question ends as `end` says, and fails if a stranger is sent
/// anything. Ports are chosen, and sockets are filtered, by calls that no safe function makes.
fn attempts(end: &str) {
    let family = client().family().id;
    let script = format!(
        r#"
import ctypes, os, socket, struct, sys, threading, time

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

def ask(s, question, seconds):
    milliseconds = max(int(seconds * 1000), 1)
    send(s, {ask}, attribute({question}, question),
         attribute({timeout_ms}, struct.pack("I", milliseconds)))

def question_of(agent):
    data = agent.recv(65536)
    assert data[16] == {question_cmd}, data
    length, number = struct.unpack("HH", data[20:24])
    assert number == {id}
    return data[20:20 + length]

def slow_down(s):
    # Adds 1 to a number 4,095 times, and accepts the message.
    filter = struct.pack("HBBI", 4, 0, 0, 1) * 4095 + struct.pack("HBBI", 6, 0, 0, 0xffffffff)
    buffer = ctypes.create_string_buffer(filter, len(filter))
    program = struct.pack("HxxxxxxQ", 4096, ctypes.addressof(buffer))
    s.setsockopt(socket.SOL_SOCKET, 26, program)

def start(call):
    thread = threading.Thread(target=call)
    thread.start()
    return thread

SECRET = b"for the agent's eyes only"

def attempt(end, port):
    agent = open_socket()
    send(agent, {register}, flags=5)
    assert struct.unpack("i", agent.recv(4096)[16:20])[0] == 0
    askers = [open_socket() for _ in range(15)]
    victim = open_socket(port)
    # All are due at the same time, and the victim's right after them.
    due = time.monotonic() + (50 if end == "the agent closes" else 5)
    for asker in askers:
        slow_down(asker)
        for _ in range(60):
            ask(asker, b"?", due - time.monotonic())
            question_of(agent)
    ask(victim, SECRET, due - time.monotonic() + (20 if end == "the agent answers" else 0.001))
    id = question_of(agent)

    threads = []
    if end == "the agent closes":
        threads.append(start(agent.close))
    # From its first refusal on, the module holds the lock until it has refused them all.
    askers[0].recv(4096)
    if end == "the agent answers":
        # The answer has to be the first that waits for the lock.
        threads.append(start(lambda: send(agent, {answer}, id, attribute({answer_attr}, SECRET))))
        time.sleep(0.02)
    closing = start(victim.close)
    threads.append(closing)
    stranger = open_socket(port)
    while stranger is None:
        stranger = open_socket(port)
    in_time = closing.is_alive()
    for thread in threads:
        thread.join()
    # The victim's question ends last: once the lock is free, it has ended.
    send(stranger, {stats}, flags=1)
    received = []
    while True:
        data = stranger.recv(65536)
        if struct.unpack("I", data[8:12])[0] == 7 and data[16] == {stats}:
            break
        received.append(data)
    for s in [agent, stranger, *askers]:
        s.close()
    return in_time, received

end = "{end}"
hits = astray = disclosed = 0
for i in range({ATTEMPTS}):
    in_time, received = attempt(end, 1 << 30 | os.getpid() << 8 | i)
    hits += in_time
    astray += bool(received)
    disclosed += any(SECRET in data for data in received)
print("%s: %d of {ATTEMPTS} messages reached a stranger, %d with the secret; %d attempts were in time"
    % (end, astray, disclosed, hits))
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
        answer = cmd::ANSWER,
        answer_attr = ask::ANSWER,
        stats = cmd::STATS_GET,
    );
    let output = Command::new("python3").args(["-c", &script]).output();
    let output = output.unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    print!("{out}");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{out}{err}");
}

#[test]
fn an_agent_that_closes_ends_no_question_at_a_stranger() {
    attempts("the agent closes");
}

#[test]
fn a_question_that_times_out_does_not_end_at_a_stranger() {
    attempts("the time is up");
}

#[test]
fn an_answer_does_not_reach_a_stranger() {
    attempts("the agent answers");
}
