# SPDX-License-Identifier: GPL-2.0
"""The rows that decide `make bench CHECK=1`, tested with the baseline."""
import contextlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import unittest

from support import TOP, CheckoutTest

sys.path.insert(0, str(TOP / "bench/report"))
# pylint: disable=wrong-import-position
import rows as room

spec = importlib.util.spec_from_file_location("bench_report", TOP / "bench/report/__main__.py")
report = importlib.util.module_from_spec(spec)
spec.loader.exec_module(report)


class Bench(unittest.TestCase):
    def setUp(self):
        self.kept = json.loads((TOP / "bench/baseline.json").read_text())

    def ends(self, row, factor, what=report.check):
        """Returns whether a check ends with an error if this row takes `factor` times as much, and
        what it prints."""
        rows = self.kept["rows"] | {row: self.kept["rows"][row] * factor}
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                if what is report.check:
                    report.check(rows, self.kept["environment"], self.kept)
                else:
                    room.agree([self.kept["rows"], rows])
        except SystemExit:
            return True, said.getvalue()
        return False, said.getvalue()

    def test_no_option_makes_another_one_count_for_nothing(self):
        for words in (["--check", "--quick"], ["--scaling", "--keep"], ["--keep", "--check"]):
            done = subprocess.run([TOP / "scripts/bench", *words, "echo"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)

    def test_a_row_of_our_own_decides(self):
        self.assertFalse(self.ends("rust rust echo-16", 1)[0])
        self.assertTrue(self.ends("rust rust echo-16", 1.02)[0])
        # The module misses a target if its twin becomes faster.
        self.assertTrue(self.ends("c rust add-1", 0.5)[0])
        self.assertTrue(self.ends("rust rust echo-16", 1.002, room.agree)[0])

    def test_a_row_of_another_library_decides_nothing(self):
        others = [row for row in self.kept["rows"] if row not in room.own(self.kept["rows"])]
        self.assertEqual({row.split()[1] for row in others}, set(room.LIBRARIES))
        for row in others:
            # So much slower or faster that targets against it would be missed.
            for factor in (10, 0.1):
                failed, said = self.ends(row, factor)
                self.assertFalse(failed, (row, said))
                self.assertEqual(f"decides nothing: {row}" in said, factor > 1, said)
            self.assertFalse(self.ends(row, 1.002, room.agree)[0], row)


class Home(CheckoutTest):
    def test_matplotlib_keeps_its_files_in_the_cache(self):
        python = self.write(self.cache / "bench-python/bin/python", '#!/bin/sh\necho "$MPLCONFIGDIR"\n')
        python.chmod(0o755)
        text = (TOP / "scripts/bench").read_text()
        [end] = re.findall(r"(?s)\npython=python3\n.*", text)
        self.assertEqual(text.count("bench-python/bin/python"), 1)
        done = self.in_lib(f"mode=report outputs=() kernel=/nowhere\n{end}", timeout=60)
        self.assertEqual(done.stdout, f"{self.cache}/bench-python/matplotlib\n", done.stderr)


class Keep(CheckoutTest):
    def test_only_what_was_measured_becomes_the_baseline(self):
        baseline, found = self.checkout / "bench/baseline.json", self.checkout / "build/bench.json"
        before = baseline.read_text()
        new = json.loads(before)
        new["rows"]["rust rust echo-16"] += 1
        for text in ("", "{", "[]", "{}", '{"rows": {}}', before.replace('"rows"', '"lines"'), before[:-9],
                     json.dumps(new | {"rows": {}}), json.dumps(new | {"rows": {"a": {}}})):
            self.write(found, text)
            done = self.run_here("scripts/bench", "--keep")
            self.assertEqual((done.returncode, baseline.read_text()), (1, before), text)
            self.assertIn("is not what was measured", done.stderr)
        self.write(found, json.dumps(new))
        self.fake("flock", 'case "$*" in *--nonblock*) exit 75 ;; *) exit 1 ;; esac')
        self.assertIn("another run is at work", self.run_here("scripts/bench", "--keep").stderr)
        (self.folder / "bin/flock").unlink()
        self.assertEqual(self.run_here("scripts/bench", "--keep").returncode, 0)
        self.assertEqual(json.loads(baseline.read_text()), new)
        self.assertEqual([path.name for path in baseline.parent.glob("baseline*")], ["baseline.json"])
