# SPDX-License-Identifier: GPL-2.0
"""Shared by scripts/exercise and the judges in docs/exercises. A judge runs in the guest, as root,
in its own network namespace, and calls the methods of Work."""

import ctypes
import importlib.util
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

# How long a program of the learner's may run, in seconds, and how long a judge may.
SECONDS, LIMIT = 15, 90

# CLONE_NEWNET of linux/sched.h; this Python has no os.unshare yet.
NEW_NETWORK_NAMESPACE = 0x40000000

# The marks of gaps in a skeleton, and comments, in which they do not count.
GAP, COMMENT = re.compile(r"\bGAP_(\d+)\b"), re.compile(r"/\*.*?\*/|//[^\n]*|#[^\n]*", re.S)


def gaps(file):
    """Returns a sentence about the first open gap of a file, or None."""
    try:
        text = pathlib.Path(file).read_text()
    except UnicodeDecodeError:
        return None
    bare = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    if not (found := GAP.search(bare)):
        return None
    line = bare.count("\n", 0, found.start()) + 1
    return f"Gap {found[1]} is still open: line {line} of {pathlib.Path(file).name} has GAP_{found[1]}."


def load(exercise):
    """The judge of an exercise, as a module."""
    spec = importlib.util.spec_from_file_location("judge", pathlib.Path(exercise) / "judge.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def variants(wrong, solution):
    """Yields the solution and each wrong one derived from it: a name, its files, and the expected
    part of the judge's sentence, which is None for the solution."""
    yield "solution", solution, None
    for number, (name, changes, says) in enumerate(wrong, 1):
        files = dict(solution)
        for old, new in changes.items():
            places = [file for file, text in files.items() if old in text]
            if len(places) != 1 or files[places[0]].count(old) != 1:
                raise SystemExit(f"exercise: the wrong solution '{name}' replaces what is not there once: {old!r}")
            files[places[0]] = files[places[0]].replace(old, new)
        yield f"{number}-{name}", files, says


class Wrong(Exception):
    """A sentence about a mistake."""


class Ran:
    """The output of a program that has ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def why(self):
        """A part of a sentence: how it ended, with the last line on its standard error."""
        last = (self.err.strip().splitlines() or ["nothing on standard error"])[-1]
        return f"status {self.status}, and: {last}"


def told(what):
    """Tells scripts/exercise how far the judge has come, in case that the kernel crashes."""
    if os.environ.get("PARLEY_TELL"):
        print(f"told: {json.dumps(what)}", file=sys.stderr, flush=True)


class Work:
    """A learner's work, in the folder `at`."""

    def __init__(self, at):
        self.at, self.found = pathlib.Path(at), []

    def need(self, good, right, wrong):
        """Notes the sentence `right`, or ends with the sentence `wrong`."""
        if not good:
            raise Wrong(wrong)
        if right:
            self.found.append([True, right])
            told([True, right])

    @staticmethod
    def begin(doing):
        """Says what the judge does next, as the end of a sentence that begins with "while"."""
        told(doing)

    def run(self, *command, seconds=SECONDS, stdin="", **options):
        """Runs a command. Wrong if it takes longer."""
        command = list(map(str, command))
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, text=True, errors="replace",
                                  timeout=seconds, check=False, cwd=self.at, **options)
        except subprocess.TimeoutExpired:
            raise Wrong(self.hung(seconds)) from None
        if done.returncode < 0:
            raise Wrong(f"The program was ended by {signal.Signals(-done.returncode).name}.")
        return Ran(done.returncode, done.stdout, done.stderr)

    @staticmethod
    def hung(seconds):
        return (f"The program had not ended after {seconds} s, so it was stopped. It probably waits for a "
                "message that never comes.")

    def parley(self, *words):
        return subprocess.run(["parley", "--json", *map(str, words)], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)

    def counters(self):
        """The counters of this namespace, by name."""
        return {it["name"]: it["value"] for it in json.loads(self.parley("counter", "list").stdout)}

    def traced(self, *command, calls="network", seconds=SECONDS):
        """Runs a command under strace. Returns its result, and the lines of its system calls."""
        with tempfile.NamedTemporaryFile("r", errors="replace") as trace:
            ran = self.run("strace", "-s", "64", "-e", f"trace={calls}", "-e", "signal=none", "-o", trace.name, *command,
                           seconds=seconds)
            return ran, [line for line in trace.read().splitlines() if not line.startswith("+++")]

    def start(self, *command, **options):
        """Starts a program in the background, with its output in a separate file."""
        out = tempfile.NamedTemporaryFile("r", errors="replace", delete=False)
        with open(out.name, "w", encoding="utf-8") as to:
            program = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=to, stderr=to,
                                       cwd=self.at, **options)
        program.printed = lambda: pathlib.Path(out.name).read_text(errors="replace")
        return program

    def until(self, good, wrong, seconds=SECONDS):
        """Waits for a condition; ends with the sentence `wrong` after that time."""
        end = time.monotonic() + seconds
        while not good():
            if time.monotonic() > end:
                raise Wrong(wrong() if callable(wrong) else wrong)
            time.sleep(0.05)


def judged(exercise, at):
    """Returns the judge's findings, as pairs of a truth value and a sentence."""
    work = Work(at)
    try:
        load(exercise).judge(work)
    except Wrong as wrong:
        work.found.append([False, str(wrong)])
    return work.found


def opened(at, folder):
    """A copy of a work in a folder, which every user can read whatever the umask was."""
    copy = pathlib.Path(folder) / pathlib.Path(at).name
    shutil.copytree(at, copy)
    subprocess.run(["chmod", "-R", "go+rX", folder], check=True)
    return copy


def judge_apart(exercise, at, limit):
    """Judges a work in a new network namespace, which this process enters."""
    def stop(*_):
        raise Wrong(f"The check took more than {limit} s, so it was stopped.")

    begun = time.monotonic()
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK_NAMESPACE):
        raise OSError(ctypes.get_errno(), "unshare")
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(limit)
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = opened(at, folder)
            # The copy goes; the files that a sentence names stay.
            return [[right, sentence.replace(str(copy), str(at))] for right, sentence in judged(exercise, copy)]
    except Exception:
        return [[False, f"The check itself failed: {traceback.format_exc()}"]]
    finally:
        signal.alarm(0)
        if os.environ.get("PARLEY_TIMES"):
            print(f"{time.monotonic() - begun:6.1f} s {at}", file=sys.stderr, flush=True)


def judge_all(plan, limit):
    """Judges the works of a plan: pairs of an exercise's folder and a work's. A work with a module.ko has
    it loaded meanwhile; the judge of any other module loads it."""
    plain = [pair for pair in plan if not list(pathlib.Path(pair[1]).glob("*.ko"))]
    with multiprocessing.Pool(2) as pool:
        found = pool.starmap(judge_apart, [(*pair, limit) for pair in plain], chunksize=1)
    at_once = dict(zip((at for _, at in plain), found))
    results, loaded = [], "parley" if pathlib.Path("/sys/module/parley").exists() else None
    for exercise, at in plan:
        if at in at_once:
            results.append(at_once[at])
            continue
        ko, name = pathlib.Path(at) / "module.ko", "mine" if "/14-" in exercise else "parley"
        if not ko.exists():
            results.append(judge_apart(exercise, at, limit))
            continue
        if loaded:
            unload(loaded)
        done = subprocess.run(["insmod", str(ko)], capture_output=True, text=True, check=False)
        loaded = name if done.returncode == 0 else None
        if not loaded:
            results.append([[False, f"The module cannot be loaded: {done.stderr.strip()}"]])
            continue
        results.append(judge_apart(exercise, at, limit))
    return results


def unload(name):
    """Removes a module, which can be in use for a moment after a program ended."""
    end = time.monotonic() + 10
    while subprocess.run(["rmmod", name], capture_output=True, check=False).returncode:
        if time.monotonic() > end:
            raise SystemExit(f"exercise: the module {name} cannot be unloaded")
        time.sleep(0.2)
