# SPDX-License-Identifier: GPL-2.0
"""Runs scripts/test/run or scripts/vm-test, copies its output, and assigns each line to a step.

The script marks the start and the result of each step in both of its output streams.
A mark is a byte 1e, a word that only this run knows, and the fields, separated by bytes 1f.
Marks are not copied.

    plan NAME...             the planned steps
    tests NAME PATH...       the test binaries that the step NAME runs in a guest
    libtest FILE JSON        an event of the test binary FILE, from scripts/test/libtest
    skip NAME WHY            a part that the run skips, and the reason
    ktap                     a test must pass, by the KTAP that a step prints
    begin KIND NAME          a step begins
    end STATUS               the step has ended
"""

import json
import os
import secrets
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass, field

MARK = b"\x1e"
# How long to read the script's pipes after its end, if a process still holds them.
LINGER = 2
# How long the script may take to end after a signal.
GRACE = 15


@dataclass
class Step:
    kind: str
    name: str
    begun: float
    status: int | None = None
    seconds: float | None = None
    # The arrival time and the text of each line, for both streams.
    stdout: list = field(default_factory=list)
    stderr: list = field(default_factory=list)
    # The events of each test binary.
    events: dict = field(default_factory=dict)

    def printed(self):
        """All of its output as text, in the order of arrival."""
        return "\n".join(line for _, line in sorted(self.stdout + self.stderr, key=lambda at: at[0]))


@dataclass
class Run:
    status: int = 0
    signal: int = 0
    seconds: float = 0.0
    plan: list = field(default_factory=list)
    tests: dict = field(default_factory=dict)
    # Whether a test must pass.
    ktap: bool = False
    # The reason why each part was skipped, by its name.
    skipped: dict = field(default_factory=dict)
    steps: list = field(default_factory=list)
    # Its output outside of all steps.
    between: list = field(default_factory=list)
    # The reason if some output could not be copied.
    lost: str = ""


class Stream:
    """One of the script's outputs: copies it, and keeps its lines."""

    def __init__(self, run, word, name, copies):
        self.run, self.name, self.copies = run, name, copies
        self.mark = MARK + word + b"\x1f"
        self.rest = b""
        self.copied = 0
        self.step = None

    def feed(self, data, now):
        self.rest += data
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            text, mark, said = line.partition(self.mark)
            self.copy(text[self.copied:] + (b"" if mark else b"\n"))
            self.copied = 0
            if text or not mark:
                self.keep(text, now)
            if mark:
                self.heed(said.decode(errors="replace").split("\x1f"), now)
        # Copy incomplete lines, too, unless they may become a mark.
        if MARK not in self.rest:
            self.copy(self.rest[self.copied:])
            self.copied = len(self.rest)

    def end(self, now):
        if self.rest:
            self.copy(self.rest[self.copied:])
            self.keep(self.rest, now)
            self.rest = b""

    def copy(self, data):
        for target in self.copies if data else ():
            target.write(data)

    def keep(self, line, now):
        into = getattr(self.step, self.name) if self.step else self.run.between
        into.append((now, line.decode(errors="replace")))

    def heed(self, words, now):
        run, (word, *rest) = self.run, words
        if word == "plan":
            run.plan += rest
        elif word == "tests":
            run.tests[rest[0]] = rest[1:]
        elif word == "ktap":
            run.ktap = True
        elif word == "skip":
            run.skipped[rest[0]] = rest[1]
        elif word == "begin":
            kind, name = rest
            # The other stream may have reported it already.
            self.step = next((step for step in run.steps if step.name == name), None)
            if not self.step:
                self.step = Step(kind, name, now)
                run.steps.append(self.step)
        elif word == "libtest" and self.step:
            self.step.events.setdefault(rest[0], []).append(json.loads(rest[1]))
        elif word == "end" and self.step:
            self.step.status = int(rest[0])
            self.step.seconds = now - self.step.begun
            self.step = None


class Copy:
    """A descriptor to copy to. Ignores a closed reader, and records other failures."""

    def __init__(self, run, descriptor):
        self.run, self.descriptor = run, descriptor

    def write(self, data):
        while data and self.descriptor is not None:
            try:
                data = data[os.write(self.descriptor, data):]
            except BrokenPipeError:
                self.descriptor = None
            except OSError as error:
                self.descriptor, self.run.lost = None, error.strerror


def supervise(command, transcript):
    """Runs the command until it ends in any way. Copies both of its outputs to ours, and to
    the file `transcript`."""
    run, word, started = Run(), secrets.token_hex(8).encode(), time.monotonic()
    # In its own process group, so that we can forward signals to the whole group.
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PARLEY_MARK": word.decode()}, start_new_session=True)

    def hand_on(number, _frame):
        nonlocal killed_at
        run.signal = run.signal or number
        killed_at = killed_at or time.monotonic() + GRACE
        # Send SIGTERM for any signal, because background processes ignore SIGINT.
        to_all(child.pid, signal.SIGTERM)

    killed_at = None
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, hand_on)
    streams, kept = selectors.DefaultSelector(), Copy(run, transcript.fileno())
    for pipe, name, own in ((child.stdout, "stdout", 1), (child.stderr, "stderr", 2)):
        streams.register(pipe, selectors.EVENT_READ,
                         Stream(run, word, name, (Copy(run, own), kept)))
    left = None
    while streams.get_map():
        ready = streams.select(timeout=0.5)
        now = time.monotonic()
        for key, _ in ready:
            data = os.read(key.fd, 1 << 16)
            if data:
                key.data.feed(data, now)
            else:
                key.data.end(now)
                streams.unregister(key.fileobj)
        if child.poll() is None:
            if killed_at and now > killed_at:
                to_all(child.pid, signal.SIGKILL)
        else:
            left = left or now + LINGER
            if now > left and not ready:
                for key in list(streams.get_map().values()):
                    key.data.end(now)
                    streams.unregister(key.fileobj)
    # As in a shell, 128 plus the number of the signal, if possible of the one that we received.
    status = child.wait()
    if status < 0:
        run.signal = run.signal or -status
    run.status = status if status >= 0 else 128 + run.signal
    run.seconds = time.monotonic() - started
    return run


def to_all(group, number):
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass
