# SPDX-License-Identifier: GPL-2.0
"""scripts/vm-test with a virtme-ng that only pretends to boot. scripts/test/failures boots guests."""

import shutil
import sys
from xml.etree import ElementTree

from support import TOP, VmTest

sys.path.insert(0, str(TOP / "scripts/test/report"))
# pylint: disable=wrong-import-position
import parse

PASSING = "TAP version 13\n1..2\nok 1 one\nok 2 two # SKIP not today\n"
# What KUnit suites print.
SUITES = """KTAP version 1
1..1
    KTAP version 1
    # Subtest: parley
    # module: parley
    1..2
    ok 1 one
        KTAP version 1
        # Subtest: two
        ok 1 small
        ok 2 large
    # a remark
    ok 2 two
# parley: pass:2 fail:0 skip:0 total:2
ok 1 parley
"""
SEARCHED = "'<6>[ 8.0] parley-vm: kmemleak has found nothing'"


def say(text):
    return f"cat >>$run/stdout <<'END'\n{text}\nEND\n"


def logged(text):
    return " ".join(f"'<6>[ 7.0][ T12] {line}'" for line in text.splitlines())


class Ktap(VmTest):
    """The results in what a command prints."""

    def cases(self, text):
        return {case.name: case.status for suite in parse.ktap("c", [(0.0, line) for line in text.splitlines()])
                for case in suite.cases}

    def test_results_are_read_at_every_depth(self):
        self.assertEqual(self.cases("hello\n" + PASSING), {"one": "pass", "two": "skip"})
        self.assertEqual(self.cases(SUITES), {"parley: one": "pass", "parley: two: small": "pass",
                                              "parley: two: large": "pass"})
        self.assertEqual(self.cases(SUITES + SUITES), self.cases(SUITES))
        self.assertEqual(self.cases("TAP version 13\n1..0 # SKIP no root"), {parse.ALL: "skip"})

    def test_output_without_a_version_is_no_ktap(self):
        for text in ("", "ok 1 one\n", "# Subtest: x\nok 1 one"):
            self.assertEqual(self.cases(text), {}, text)

    def test_a_plan_alone_begins_results_as_in_tap_12(self):
        self.assertEqual(self.cases("1..2\nok 1 one\nnot ok 2 two\n"), {"one": "pass", "two": "fail"})
        self.assertIn("fail", self.cases("ok 1 one\nnot ok 2 two\n1..2\n").values())

    def test_what_failed_or_did_not_run_is_red(self):
        whole = PASSING.splitlines()
        for text in ("\n".join(whole[:-1]), "\n".join(whole[:1]), "\n".join(whole[:2]), "\n".join(whole[:1] + whole[2:]),
                     PASSING.replace("1..2", "1..3"), PASSING.replace("1..2", "1..1"), PASSING + "Bail out! no memory",
                     PASSING.replace("ok 1", "not ok 1"), PASSING.replace("ok 2", "ok 3"), PASSING.replace("ok 2", "ok 1"),
                     SUITES.replace("ok 1 small", "not ok 1 small"), SUITES.replace("    ok 1 one\n", ""),
                     SUITES.replace("\nok 1 p", "\nnot ok 1 p"), SUITES.replace("    ok 2 two\n", "")):
            self.assertIn("fail", self.cases(text).values(), text)
        lines = SUITES.splitlines()
        for end in range(1, len(lines) - 1):
            self.assertIn("fail", self.cases("\n".join(lines[:end])).values(), end)


class Judged(VmTest):
    def setUp(self):
        super().setUp()
        self.copy_scripts(self.top, "vm-test", "forget-report")
        shutil.copytree(TOP / "scripts/test/report", self.top / "scripts/test/report")
        # What the kernel logs before the guest is up.
        self.booted = self.folder / "booted"

    def judge(self, guest, *options, **more):
        """Returns the status, and the result of each case in the report. The two must agree."""
        self.guest(guest)
        report = self.folder / "report"
        done = self.run_script(self.top / "scripts/vm-test", report, "--no-module", *options, "--", "true",
                               env=self.environment, **more)
        self.said = done.stdout + done.stderr
        cases = {}
        for case in ElementTree.parse(report / "junit.xml").getroot().findall("testsuite/testcase"):
            result = case[0].tag if len(case) and case[0].tag != "system-out" else "passed"
            cases[case.get("name")] = result
        self.assertEqual("failure" in cases.values(), done.returncode != 0, (cases, self.said))
        return done.returncode, cases

    def test_a_run_that_is_well_is_green(self):
        well = {"command": "passed", "kernel log": "passed", "lost memory": "passed", "vm-test": "passed"}
        self.assertEqual(self.judge(f"boot; up; finish 0 {SEARCHED}"), (0, well))
        self.assertIn("kmemleak=on", " ".join(self.arguments()))
        self.assertTrue((self.folder / "report/kernel-guest.log").stat().st_size)
        status, cases = self.judge(f"boot; up; {say(PASSING)}finish 0 {SEARCHED} {logged(SUITES)}", "--ktap")
        self.assertEqual((status, cases), (0, {**well, "one": "passed", "two": "skipped", "tests in the kernel log":
                                               "passed", "parley: one": "passed", "parley: two: small": "passed",
                                               "parley: two: large": "passed"}))

    def test_an_empty_plan_of_the_kernel_itself_is_none(self):
        self.booted.write_text("<6>[ 1.0] KTAP version 1\n<6>[ 1.0] 1..0\n")
        status, cases = self.judge(f"boot; up; finish 0 {SEARCHED} {logged(SUITES)}; sed -i '1r {self.booted}' $run/dmesg")
        self.assertEqual((status, "skipped" in cases.values()), (0, False), cases)
        # A test of the kernel's own is none of the command's, and a plan alone on standard error is no test.
        self.booted.write_text("".join(f"<6>[ 1.0] {line}\n" for line in SUITES.splitlines()))
        end = f"echo 1..3 >>$run/stderr; finish 0 {SEARCHED}; sed -i '1r {self.booted}' $run/dmesg"
        self.assertEqual(self.judge(f"boot; up; {end}")[0], 0, self.said)
        status, cases = self.judge(f"boot; up; {end}", "--ktap")
        self.assertEqual((status, cases["parley: one"], cases["tests"]), (1, "passed", "failure"))

    def test_each_failure_is_red(self):
        self.booted.write_text("".join(f"<6>[ 1.0] {line}\n" for line in SUITES.replace("ok 1 one", "not ok 1 one").splitlines()))
        end = f"finish 0 {SEARCHED}"
        for name, status, failed, guest, options in (
                ("panic", 240, "command", "boot; up; console '[ 3.0] Kernel panic - not syncing: x'", []),
                ("hang", 241, "command", "boot; up; exec sleep 60", ["--timeout", "1"]),
                ("leak", 1, "kernel log", "boot; up; finish 0 '<3>[ 8.0] kmemleak: unreferenced object 0x1'", []),
                ("lost log", 245, "command", 'boot; up; finish 0; : >"$run/lost"', []),
                ("lost log on the host", 1, "vm-test", "boot; up; finish 0; rm -f $run/dmesg; mkdir $run/dmesg", []),
                ("oops in a worker", 1, "kernel log", f"boot; up; finish 0 '<1>[ 7.0] Oops: 0002' {SEARCHED}", []),
                ("module", 244, "command", 'boot; up; echo x >"$run/no-module"; finish 244', []),
                ("no boot", 242, "command", "boot; exec sleep 60", []),
                ("liar", 1, "two", f"boot; up; {say(PASSING.replace('ok 2 two # SKIP not today', 'not ok 2 two'))}{end}", []),
                ("never ran", 1, "all of it", f"boot; up; {say(PASSING[:26])}{end}", []),
                ("no test at all", 1, "tests", f"boot; up; {end}", ["--ktap"]),
                ("skipped tests alone", 1, "tests", f"boot; up; {say('TAP version 13' + chr(10) + '1..0')}{end}", ["--ktap"]),
                ("KUnit", 1, "parley: one", f"boot; up; {end} " + logged(SUITES.replace("ok 1 one", "not ok 1 one")), []),
                ("KUnit of the kernel itself", 1, "parley: one", f"boot; up; {end}; sed -i '1r {self.booted}' $run/dmesg", []),
                ("KTAP on standard error", 1, "one", f"boot; up; {say(PASSING.replace('ok 1', 'not ok 1')).replace('/stdout', '/stderr')}{end}", []),
                *((text, 1, failed, f"boot; up; {say('TAP version 14' + chr(10) + text)}{end}", []) for text, failed in (
                    ("1..2\nok 1 - a\nnot ok 2 - handles \\# skip\n", "handles \\# skip"),
                    ("1..1\nnot ok 1 - the list c#skip-list\n", "the list c#skip-list"),
                    ("1..1\nnot ok 1 - it # skip\n", "it"),
                    ("1..2\nok 1 a\n\tnot ok 2 b\nok 2 c\n", "all of it"), ("ok 1 a\nnot ok b\n1..1\n", "all of it"))),
                ("a comment behind the plan", 1, "b", f"boot; up; {say('1..2 # two tests' + chr(10) + 'ok 1 - a' + chr(10) + 'not ok 2 - b' + chr(10))}{end}", []),
                *((f"{text} on standard error", 1, "all of it", f"boot; up; {say(text).replace('/stdout', '/stderr')}{end}", [])
                  for text in ("TAP version 13\n1..3\nBail out! no device\n", "1..2\nok\nnot ok\n", "TAP version 13\n")),
                ("a long KUnit", 1, "parley: one", f"boot; up; {end} " +
                 logged(SUITES * 200 + SUITES.replace("ok 1 one", "not ok 1 one")), []),
                ("lost beginning", 1, "kernel log", f'boot; up; {end}; sed -i 1d "$run/dmesg"', []),
                ("nobody has searched", 1, "lost memory", "boot; up; finish 0", []),
                ("status", 7, "command", f"boot; up; finish 7 {SEARCHED}", []),
                ("usage", 2, "command", "boot; up; finish 0", ["--bogus"])):
            with self.subTest(name):
                self.environment["PARLEY_BOOT_SECONDS"] = "1" if name == "no boot" else "60"
                got, cases = self.judge(guest, *options)
                if name != "lost log on the host":
                    self.assertEqual(got, status, self.said)
                self.assertEqual(cases.get(failed), "failure", (cases, self.said))

    def test_a_search_that_was_left_out_is_skipped_with_the_reason(self):
        for words in ("kmemleak is off", "this kernel has no kmemleak"):
            status, cases = self.judge(f"boot; up; finish 0 '<6>[ 8.0] parley-vm: {words}'", "--append", "kmemleak=off")
            self.assertEqual((status, cases["lost memory"]), (0, "skipped"))
            self.assertIn(words, (self.folder / "report/junit.xml").read_text())
        arguments = " ".join(self.arguments())
        self.assertLess(arguments.index("kmemleak=on"), arguments.index("kmemleak=off"))

    def test_a_report_of_a_run_before_does_not_pass_for_one_of_this(self):
        for options, env in ((["--log", "x"], {}), ([], {"TMPDIR": "/nowhere"})):
            self.judge(f"boot; up; finish 0 {SEARCHED}")
            self.assertTrue((self.folder / "report/junit.xml").exists())
            done = self.run_script(self.top / "scripts/vm-test", self.folder / "report", *options, "--", "true",
                                   env={**self.environment, **env})
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertFalse((self.folder / "report/junit.xml").exists())
        for arguments in ([], ["--ktap", "--", "true"], ["--", "true"]):
            done = self.run_script(self.top / "scripts/vm-test", *arguments, env=self.environment)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("usage: scripts/vm-test FOLDER", done.stderr)
