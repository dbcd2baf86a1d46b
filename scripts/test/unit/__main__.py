# SPDX-License-Identifier: GPL-2.0
"""Runs the scripts' tests, or those of one file; fails if there are none.

usage: python3 -B scripts/test/unit [PATTERN]
"""

import pathlib
import signal
import sys
import unittest

# In the background of a shell, and under nohup, these are ignored; and what is ignored stays so
# for every script that a test runs. A handler does not.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)

here = pathlib.Path(__file__).resolve().parent
pattern = sys.argv[1] if len(sys.argv) > 1 else "test_*.py"
suite = unittest.TestLoader().discover(str(here), pattern)
result = unittest.TextTestRunner().run(suite)
if result.testsRun == len(result.skipped):
    sys.exit(f"scripts/test/unit: no test of {pattern} was run")
sys.exit(not result.wasSuccessful())
