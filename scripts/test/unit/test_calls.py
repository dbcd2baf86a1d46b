# SPDX-License-Identifier: GPL-2.0
"""scripts/test/calls.py fails if it compares too little."""

import struct
from unittest import mock

from support import ScriptTest, script

calls = script("calls.py")


class Calls(ScriptTest):
    def setUp(self):
        super().setUp()
        self.judge = calls.Judge("parley", OSError)
        self.judge.used = {"tc": {0, 1, 2}, "rt-rule": {0}, "fou": set()}
        tally = {"asked": 2, "answered": 1, "values": 1, "changing": 0, "encoded": 1}
        self.judge.counts = {family: dict(tally) for family in self.judge.used}

    def unused(self, is_there=True):
        with mock.patch.object(calls, "is_there", lambda _: is_there):
            return list(self.judge.unused([("fou", "add", {}), ("psp", "dev-set", {})]))

    def test_what_is_listed_for_a_family_that_is_there_has_to_be_used(self):
        self.assertEqual(self.unused(), [])
        self.judge.used["tc"].remove(1)
        self.assertEqual(len(self.unused()), 1)
        self.assertIn("tc: no operation was asked with", self.unused()[0])

    def test_a_family_that_is_there_has_to_answer(self):
        self.judge.counts["tc"]["answered"] = 0
        self.assertEqual(self.unused(), ["tc: nothing was answered"])
        self.assertEqual(self.unused(is_there=False), [])
        del self.judge.counts["rt-rule"]
        self.assertIn("rt-rule: nothing was answered", self.unused())

    def test_a_request_has_to_be_encoded(self):
        self.judge.counts["fou"]["encoded"] = 0
        self.assertEqual(self.unused(), ["fou: no request was the same"])

    def test_type_flags_and_command_of_requests_are_compared(self):
        def message(kind=20, flags=5, sequence=1, cmd=3, version=1):
            return struct.pack("=IHHIIBBHI", 24, kind, flags, sequence, 0, cmd, version, 0, 7)

        for change, same in (({}, True), ({"sequence": 2}, True), ({"version": 2}, True), ({"kind": 21}, False),
                             ({"flags": 1}, False), ({"cmd": 4}, False)):
            compared = calls.comparable(message(**change), "genetlink")
            self.assertEqual(compared == calls.comparable(message(), "genetlink"), same, change)
        # In such messages, a struct follows the header.
        self.assertNotEqual(calls.comparable(message(version=2), "netlink-raw"),
                            calls.comparable(message(), "netlink-raw"))
