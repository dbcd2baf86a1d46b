# SPDX-License-Identifier: GPL-2.0
"""Turns a run into suites, and makes them agree with the exit status."""

import pathlib
import re
import subprocess

import parse
from model import FAIL, NOT_RUN, PASS, SKIP, Case, Suite, one

# The exit statuses of scripts/vm.
VM = {240: "the guest's kernel panicked", 241: "the time of the guest was up",
      242: "the guest never came up", 243: "the guest ended before its tests did",
      244: "the module could not be loaded", 245: "output or a log of the guest was lost"}
# The number of output lines that are shown with a failure.
LAST = 200


def listed(command):
    """The names of the tests in the test binary that a command runs, or None if it cannot list them."""
    try:
        done = subprocess.run([*command, "--list", "--format", "terse"], timeout=60, check=True,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return [line.removesuffix(": test") for line in done.stdout.splitlines() if line.endswith(": test")]


def binary(path):
    """The name of a test binary: that of its file, without cargo's hash."""
    return re.sub(r"-[0-9a-f]+$", "", pathlib.PurePath(path).name)


def tail(text):
    lines = text.splitlines()
    return "\n".join(lines[-LAST:])


def itself(step):
    """The case of a step, from its exit status."""
    if step.status == 0:
        return Case(step.name, PASS, seconds=step.seconds)
    if step.status is None:
        message = "the run ended in the middle of this step"
    else:
        message = step.kind in ("guest", "vm") and VM.get(step.status) or f"it ended with status {step.status}"
    return Case(step.name, FAIL, message, tail(step.printed()), step.seconds)


def guest(step, paths, names):
    """A suite for each file of tests in the guest."""
    if not paths:
        return [Suite(f"{step.name}: all of it", [Case(parse.ALL, FAIL, "no test binary was to run")])]
    return [parse.libtest(f"{step.name}: {binary(path)}",
                          step.events.get(pathlib.PurePath(path).name, []), names(path)) for path in paths]


# More than a plan.
KTAP = re.compile(r" *((not )?ok\b|K?TAP version \d|Bail out!)")


def host(step):
    made = [parse.libtest(f"{step.name}: {binary(path)}", events) for path, events in step.events.items()]
    if not made and step.status == 0:
        made.append(Suite(f"{step.name}: all of it", [Case(parse.ALL, FAIL, "no test was seen")]))
    return made


def of_step(step, run, names):
    own = Suite(step.name, [itself(step)], step.seconds)
    if step.kind == "host":
        return [*host(step), own]
    if step.kind == "guest":
        return [*guest(step, run.tests.get(step.name, []), names), own]
    if step.kind in ("vm", "ktap", "boot"):
        made = parse.ktap(step.name, step.stdout)
        # A line on standard error may look like a plan.
        if any(KTAP.match(line) for _, line in step.stderr):
            made += parse.ktap(f"{step.name}, standard error", step.stderr)
        # Tests of the kernel itself are not the ones that --ktap asks for.
        for suite in made:
            suite.ktap = step.kind != "boot"
        return [*made, own]
    if step.kind == "kunit":
        return [*parse.kunit(step.name, step.stdout), own]
    if step.kind == "course":
        cases = parse.chapters(step.stderr, step.stdout, step.status)
        return [Suite(f"{step.name}: chapters", cases), own] if cases else [own]
    return [own]


def not_begun(name, run, names):
    """The suites of a step that was planned but never begun."""
    made = []
    for path in run.tests.get(name, []):
        made.append(parse.libtest(f"{name}: {binary(path)}", [], names(path)))
    return [*made, one(name, NOT_RUN, "did not run")]


def judge(run, names, whole="make test"):
    """The suites of a run, and its exit status. If one of the two is red, so is the other.

    `names` gives the names of the tests in the binary at a path. `whole` is the name of the run."""
    suites = []
    begun = {step.name: step for step in run.steps}
    for name in [*run.plan, *(name for name in begun if name not in run.plan)]:
        if name in run.skipped and name not in begun:
            continue
        if name not in begun:
            suites += not_begun(name, run, names)
            continue
        suites += of_step(begun[name], run, names)
        if name not in run.plan:
            suites.append(one(f"{name}: planned", FAIL, "scripts/test/run runs it, and has not planned it"))
    suites += [one(name, SKIP, why) for name, why in run.skipped.items()]
    if run.ktap and not any(suite.ktap and suite.count(PASS) for suite in suites):
        suites.append(one("tests", FAIL, "no test has passed"))
    if run.status == 0:
        # A run that succeeds has run everything that it planned.
        for suite in suites:
            for case in suite.cases:
                if case.status == NOT_RUN:
                    case.status, case.message = FAIL, "it did not run, though all is said to be well"
        if not run.plan:
            suites.append(one("plan", FAIL, "the run has not said what it will do"))
    if run.lost:
        suites.append(one("output", FAIL, f"what was printed could not be copied: {run.lost}"))
    status = run.status or int(any(suite.red for suite in suites))
    message, said = "", ""
    if run.signal:
        message = f"the run did not end: it was ended from outside, by signal {run.signal}"
    elif run.status:
        message = f"it ended with status {run.status}"
    elif status:
        message = "it ended with status 0, but not all of its results are good"
    if status:
        said = tail("\n".join(line for _, line in run.between))
    suites.append(one(whole, FAIL if status else PASS, message, said, run.seconds))
    return suites, status
