# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 8: a mirror of the counters, which loses events."""

import json
import os
import signal
import socket
import struct
import time

WRONG = [
    ("no-group", {"&[group::EVENTS]": "&[]"}, "It did not notice the counter 'late'"),
    ("deleted-stays", {"mirror.remove(&Name::from(it.name()?).to_string());": "let _ = it;"},
     "still has the counter 'gone'"),
    ("loss-ends-it", {"            Err(Error::Overrun) => list(&mut client, &mut mirror)?,\n": ""},
     "ENOBUFS is no reason to end"),
    ("break", {"list(&mut client, &mut mirror)?,\n": "break,\n"}, "before the counter 'end' appeared"),
    ("timeout", {"&[group::EVENTS], None": "&[group::EVENTS], Some(std::time::Duration::from_millis(200))"},
     "The listener has a timeout"),
    ("loss-ignored", {"Err(Error::Overrun) => list(&mut client, &mut mirror)?": "Err(Error::Overrun) => {}"},
     "the kernel dropped events, and the mirror is stale"),
    ("never-listed", {"    list(&mut client, &mut mirror)?;\n    println": "    println"},
     "was there before the program"),
]


def mirrored(work, change):
    """What the program prints when it ends, if `change` happens meanwhile."""
    program = work.start(work.at / "mirror")
    try:
        work.until(lambda: "listening" in program.printed() or program.poll() is not None,
                   "The program never says that it listens.")
        change(program)
        work.parley("counter", "set", "end", 1, "--create")
        try:
            work.until(lambda: program.poll() is not None, "", 5)
        except Exception:
            work.need(False, "", "The program did not end when the counter 'end' was created. It did not notice the counter "
                      "'late' either: a socket receives only the events of groups that it has joined.")
        work.parley("counter", "del", "end")
        lines = [line.rsplit(" ", 1) for line in program.printed().splitlines() if line != "listening"]
        return program, {line[0]: line[-1] for line in lines}
    finally:
        if program.poll() is None:
            program.kill()


def simple(work):
    def change(_):
        # Without events for a second, a listener with a short timeout ends, however fast the machine is.
        time.sleep(1)
        work.parley("counter", "set", "late", 2, "--create")
        work.parley("counter", "del", "gone")

    return change


def judge(work):
    for name, value in (("early", 1), ("gone", 5)):
        work.parley("counter", "set", name, value, "--create")
    program, mirror = mirrored(work, simple(work))
    work.need(program.returncode == 0, "The program ends when it should.",
              timed_out(program) or f"The program ended with status {program.returncode}: {program.printed().strip()[-200:]}")
    work.need("early" in mirror, "It knows the counters that were there first.",
              "The mirror lacks the counter 'early', which was there before the program: it was never listed, or was removed "
              "with another one. Events tell only of changes, so list the counters after you have joined.")
    work.need(mirror.get("late") == "2", "It notices a new counter.",
              f"It did not notice the counter 'late': the mirror is {mirror}.")
    work.need("gone" not in mirror, "It notices a deleted counter.",
              "The mirror still has the counter 'gone', which was deleted while the program listened.")

    def flood(program):
        os.kill(program.pid, signal.SIGSTOP)
        flooded(work)
        work.parley("counter", "set", "missed", 7, "--create")
        work.parley("counter", "del", "early")
        os.kill(program.pid, signal.SIGCONT)

    program, mirror = mirrored(work, flood)
    work.need(program.returncode == 0, "", timed_out(program) or
              "The program was stopped while the kernel sent more events than its buffer holds, and then ended with "
              f"{program.printed().strip().splitlines()[-1]!r}. ENOBUFS is no reason to end: it says that events are missing.")
    work.need("end" in mirror, "It goes on after a loss.",
              "The program was stopped while the kernel sent more events than its buffer holds, and then ended, before the "
              "counter 'end' appeared. ENOBUFS is no reason to end: it says that events are missing.")
    work.need(mirror.get("missed") == "7" and "early" not in mirror, "It lists the counters again after a loss.",
              "While the program was stopped, the kernel dropped events, and the mirror is stale: it lacks the counter "
              "'missed', or still has 'early', which was deleted. After ENOBUFS, list all counters again.")


def timed_out(program):
    """A sentence, if the program has ended because of a timeout."""
    return "Timeout" in program.printed() and (
        "The listener has a timeout, and the program ended when no event came in that time. The task asks for none.")


def flooded(work):
    """Changes a counter so often that the events fill the buffer of a listener."""
    work.parley("counter", "set", "flood", 0, "--create")
    family = json.loads(work.parley("family", "parley").stdout)["id"]
    one = struct.pack("=IHHIIBBH", 36 + 4, family, 1, 1, 0, 4, 1, 0) + struct.pack("=HH", 10, 1) + b"flood\0\0\0" \
        + struct.pack("=HHI", 8, 3, 1)
    one = struct.pack("=I", len(one)) + one[4:]
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as kernel:
        kernel.bind((0, 0))
        for _ in range(60):
            kernel.send(one * 50)
            for _ in range(50):
                kernel.recv(8192)
