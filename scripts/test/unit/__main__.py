# SPDX-License-Identifier: GPL-2.0
"""Runs the scripts' tests, or those of one file; fails if there are none.

usage: python3 -B scripts/test/unit [PATTERN...]

The classes of tests run side by side, one for each CPU.
"""

import concurrent.futures
import ctypes
import io
import multiprocessing
import os
import pathlib
import signal
import sys
import time
import unittest

# These are ignored in a shell's background jobs and under nohup, and every script that a test
# runs would ignore them, too. Scripts do not inherit a handler.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


def tests(suite):
    """The tests of a suite, of which each has been found by its name."""
    for it in suite:
        if isinstance(it, unittest.TestSuite):
            yield from tests(it)
        else:
            yield it


def run(name):
    """Runs a class of tests. Returns its name, its report, the number of its tests, those that were
    skipped, its duration, and whether all is well."""
    begun, report = time.monotonic(), io.StringIO()
    result = unittest.TextTestRunner(report).run(unittest.TestSuite(classes[name]))
    skipped = [(test.id(), reason) for test, reason in result.skipped]
    return name, report.getvalue(), result.testsRun, skipped, time.monotonic() - begun, result.wasSuccessful()


here = pathlib.Path(__file__).resolve().parent
# The tests of each class; the processes below inherit this.
classes = {}
for pattern in sys.argv[1:] or ["test_*.py"]:
    found = list(tests(unittest.TestLoader().discover(str(here), pattern)))
    if not found:
        sys.exit(f"scripts/test/unit: no test is in {pattern}")
    for test in found:
        classes.setdefault(test.id().rpartition(".")[0], {})[test.id()] = test
classes = {name: list(it.values()) for name, it in classes.items()}

failed, ran, skipped = [], 0, []
# The largest ones first, so that none of them is left over for one CPU at the end.
order = sorted(classes, key=lambda name: -len(classes[name]))
# A process that dies makes its future fail here. None of them outlives this one: PR_SET_PDEATHSIG of
# linux/prctl.h is 1.
with concurrent.futures.ProcessPoolExecutor(
        min(os.cpu_count() or 1, len(order)), multiprocessing.get_context("fork"),
        ctypes.CDLL(None).prctl, (1, signal.SIGTERM)) as pool:
    for future in concurrent.futures.as_completed([pool.submit(run, name) for name in order]):
        name, report, count, left, seconds, well = future.result()
        print(f"{'ok' if well else 'FAILED':6} {name}: {count} tests, {seconds:.1f} s", flush=True)
        if not well:
            print(report, flush=True)
            failed.append(name)
        ran, skipped = ran + count, skipped + left
for test, reason in skipped:
    print(f"skipped: {test}: {reason}")
print(f"{ran} tests, {len(skipped)} of them skipped: "
      + (f"there were failures in {', '.join(failed)}" if failed else "all is well"))
if ran == len(skipped):
    sys.exit("scripts/test/unit: no test was run")
sys.exit(bool(failed))
