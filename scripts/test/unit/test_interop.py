# SPDX-License-Identifier: GPL-2.0
"""The interop tests notice every wrong value of a client, or of parley."""
import importlib.util
import io
import json
import unittest

from support import TOP

spec = importlib.util.spec_from_file_location("interop_report", TOP / "interop/report.py")
report = importlib.util.module_from_spec(spec)
spec.loader.exec_module(report)

RIGHT = {"id": 24, "name": "parley", "operations": [{"cmd": 1, "flags": ["do"]}],
         "value": 2 ** 64 - 1, "payload": "ff00", "signed": -1, "empty": []}
WRONG = [
    *(RIGHT | {name: value} for name, value in (
        ("id", 25), ("id", "24"), ("value", 2 ** 64 - 2), ("value", -1), ("payload", "ff01"),
        ("signed", 2 ** 64 - 1), ("empty", [1]), ("empty", {}), ("more", 0),
        ("operations", [{"cmd": 1, "flags": ["do", "dump"]}]), ("operations", []),
        ("operations", [{"cmd": True, "flags": ["do"]}]))),
    {key: value for key, value in RIGHT.items() if key != "name"},
    None,
]


class Interop(unittest.TestCase):
    def setUp(self):
        self.report = report.Report(io.StringIO())

    def test_every_difference_is_noticed_on_either_side(self):
        for value in WRONG:
            for theirs, ours in ((value, RIGHT), (RIGHT, value)):
                self.setUp()
                self.report.check("", theirs, ours)
                self.assertEqual((self.report.different, self.report.end()), (1, False), value)

    def test_what_is_the_same_passes(self):
        self.report.check("", RIGHT, json.loads(json.dumps(RIGHT)))
        self.assertTrue(self.report.end())

    def test_an_error_that_did_not_come_and_a_failure_are_counted(self):
        self.report.check("error: one", {}, {})
        self.assertFalse(self.report.end())
        self.setUp()
        self.report.failed("", "why")
        self.assertFalse(self.report.end())
