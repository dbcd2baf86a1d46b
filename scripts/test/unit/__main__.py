# SPDX-License-Identifier: GPL-2.0
"""Runs the scripts' tests, or those of one file; fails if there are none.

usage: python3 -B scripts/test/unit [PATTERN...]
"""

import pathlib
import signal
import sys
import unittest

# These are ignored in a shell's background jobs and under nohup, and every script that a test
# runs would ignore them, too. Scripts do not inherit a handler.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)

here = pathlib.Path(__file__).resolve().parent
suites = []
for pattern in sys.argv[1:] or ["test_*.py"]:
    suites.append(unittest.TestLoader().discover(str(here), pattern))
    if not suites[-1].countTestCases():
        sys.exit(f"scripts/test/unit: no test is in {pattern}")
result = unittest.TextTestRunner().run(unittest.TestSuite(suites))
for test, reason in result.skipped:
    print(f"skipped: {test.id()}: {reason}")
if result.testsRun == len(result.skipped):
    sys.exit("scripts/test/unit: no test was run")
sys.exit(not result.wasSuccessful())
