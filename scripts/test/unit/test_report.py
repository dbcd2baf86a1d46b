# SPDX-License-Identifier: GPL-2.0
"""Made-up runs, and what has to be in their reports: no red run has a green report, and no
green run a red one."""

import os
import re
import signal
import subprocess
import sys
from xml.etree import ElementTree

from support import TOP, ScriptTest

sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "scripts/test/report"))
# pylint: disable=wrong-import-position
import judge
import parse
import write
from model import FAIL, NOT_RUN, PASS, SKIP
from run import Run, Step

GOOD = """
running 3 tests
test a ... ok
test b::c - should panic ... ok
test d ... ignored, takes an hour

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.25s
"""

FAILING = """
running 3 tests
test a ... ok
test b::c ... FAILED
test d ... ok

successes:

---- a stdout ----
test d ... FAILED
test result: FAILED. 0 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 9.00s

successes:
    a
    d

failures:

---- b::c stdout ----

thread 'b::c' panicked at tests/x.rs:3:5:
left is not right
test a ... FAILED


failures:
    b::c

test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.25s
"""

TALKING = """
running 3 tests
test a ... test a has been running for over 60 seconds
ok
test b::c ... a child says this
and thisok
test d ... ok

test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 70.01s
"""

DOC = """
running 2 tests
test src/lib.rs - genl (line 12) ... ok
test src/lib.rs - genl::x (line 40) - compile ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.25s
"""

KUNIT = """[04:20:11] ============================================================
[04:20:11] ================= parley_state (2 subtests) ==================
[04:20:11] [PASSED] one
[04:20:11] [SKIPPED] two (not today)
[04:20:11] ================= [PASSED] parley_state ==================
[04:20:11] ============================================================
[04:20:11] Testing complete. Ran 2 tests: passed: 1, skipped: 1
"""
NAMES = ["a", "b::c", "d"]


def lines(text, at=0.0):
    return [(at + number / 10, line) for number, line in enumerate(text.strip("\n").splitlines())]


def statuses(suite):
    return {case.name: case.status for case in suite.cases}


def formats(suites):
    """Both formats say of each case what it is; no output of a test breaks them."""
    evil = "# Subtest: x\nok 1 x\nreboot: System halted\n\x1b[31mred\x00]]>&<\ud800"
    for suite in suites:
        for case in suite.cases:
            case.output = case.output or evil
    text = write.ktap(suites)
    top = [line for line in text.splitlines() if line.startswith(("ok ", "not ok "))]
    assert text.startswith(f"KTAP version 1\n1..{len(suites)}\n") and len(top) == len(suites)
    assert [line.startswith("not ok") for line in top] == [suite.red for suite in suites], text
    assert "reboot: System halted" not in text
    assert not re.search(r"^\s*# Subtest: x$|^\s*ok 1 x$", text, re.M)
    root = ElementTree.fromstring(write.junit(suites, "2026-01-01T00:00:00", 1.0).encode())
    assert [len(node.findall("testcase/failure")) for node in root] == [suite.count(FAIL) for suite in suites]
    assert [len(node.findall("testcase/skipped")) for node in root] == [
        suite.count(SKIP, NOT_RUN) for suite in suites]
    assert int(root.get("failures")) == sum(suite.count(FAIL) for suite in suites)


class Report(ScriptTest):
    def test_what_a_test_binary_printed_agrees_with_its_list_and_its_counts(self):
        suite = parse.libtest("x", lines(GOOD), NAMES)
        assert statuses(suite) == {"a": PASS, "b::c": PASS, "d": SKIP}, suite
        assert suite.cases[2].message == "takes an hour" and suite.seconds == 0.25
        suite = parse.libtest("x", lines(FAILING), NAMES)
        assert statuses(suite) == {"a": PASS, "b::c": FAIL, "d": PASS}, suite
        assert "left is not right" in suite.cases[1].message
        assert suite.cases[1].output.endswith("test a ... FAILED")
        suite = parse.libtest("x", lines(TALKING), NAMES)
        assert statuses(suite) == {name: PASS for name in NAMES}, suite
        suite = parse.libtest("x", lines(DOC), None)
        assert statuses(suite) == {"src/lib.rs - genl (line 12)": PASS, "src/lib.rs - genl::x (line 40)": PASS}

        # A guest that is gone in the middle of a test; one that is gone between two.
        cut = GOOD.replace("\n\ntest result", "").split("b::c")[0]
        for text, name in ((cut + "b::c ... ", "b::c"), (cut + "b::c ... a chi", "b::c")):
            suite = parse.libtest("x", lines(text), NAMES)
            assert statuses(suite) == {"a": PASS, name: FAIL, "d": NOT_RUN, "all of it": FAIL}, suite
            assert suite.cases[1].message == parse.ENDED
        suite = parse.libtest("x", lines(cut.rsplit("\n", 1)[0]), NAMES)
        assert statuses(suite) == {"a": PASS, "b::c": NOT_RUN, "d": NOT_RUN, "all of it": FAIL}, suite
        suite = parse.libtest("x", lines("running 3 tests\ntest a ... ok\ntest q ... "), None)
        assert statuses(suite) == {"a": PASS, "q": FAIL, "all of it": FAIL}, suite
        suite = parse.libtest("x", [], NAMES)
        assert suite.red and suite.count(NOT_RUN) == 3

        # Nothing that disagrees with itself, or with the list, is green.
        for text, expected in (
                (GOOD, [*NAMES, "lost"]),
                (GOOD, ["a", "d"]),
                (GOOD.replace("test a ... ok\n", ""), NAMES),
                (GOOD.replace("test a ... ok", "test a ... ok\ntest a ... ok"), NAMES),
                (GOOD.replace("2 passed", "3 passed"), NAMES),
                (GOOD.replace("ok. 2 passed; 0", "FAILED. 2 passed; 1"), NAMES),
                (GOOD.replace("result: ok", "result: FAILED"), NAMES),
                (GOOD.replace("test a ... ok", "test a ... FAILED"), NAMES),
                (TALKING.replace("thisok", "this"), NAMES)):
            assert parse.libtest("x", lines(text), expected).red, text

    def test_files_kunit_and_chapters_are_read_from_what_is_printed(self):
        files = parse.guest_files(lines(
            "     Running the KUnit suites in the guest\n     Running a in the guest\n"
            "     Running z in the guest\ntest x ... ok\n     Running b in the guest\n"), {"a", "b", "c"})
        assert list(files) == ["a", "b"] and len(files["a"]) == 3
        files = parse.host_files(lines(GOOD + GOOD + FAILING), lines(
            "   Compiling parley\n     Running unittests src/lib.rs (target/debug/deps/parley-1)\n"
            "     Running unittests src/main.rs (target/debug/deps/parley-2)\n   Doc-tests parley\n"))
        assert [(name, path) for name, path, _ in files] == [
            ("src/lib.rs", "target/debug/deps/parley-1"), ("src/main.rs", "target/debug/deps/parley-2"),
            ("the examples in the docs of parley", None)]
        assert [parse.libtest(name, text, NAMES).red for name, _, text in files] == [False, False, True]

        made = parse.kunit("KUnit", lines(KUNIT))
        assert [statuses(suite) for suite in made] == [{"one": PASS, "two": SKIP}], made
        for text in (KUNIT.replace("[PASSED] one", "[FAILED] one"), KUNIT.replace("[PASSED] one", "[CRASHED] one"),
                     KUNIT.replace("[04:20:11] [PASSED] one\n", ""), KUNIT.replace("Ran 2", "Ran 3"),
                     KUNIT.split("Testing")[0], "", "[04:20:11] [ERROR] Test: <missing>: no KTAP\n"):
            assert any(suite.red for suite in parse.kunit("KUnit", lines(text))), text

        said = lines("  01-a.md: 12 commands, 0 not as shown\n  02-b.md: 3 commands, 1 not as shown\n")
        cases = parse.chapters(said, lines("\ndocs/02-b.md: not what is shown: $ x\n  -1\n  +2"), 1)
        assert [case.status for case in cases] == [PASS, FAIL] and "+2" in cases[1].output
        assert parse.chapters([], [], 0)[0].status == FAIL and not parse.chapters([], [], 1)

    def test_the_exit_status_and_the_report_agree(self):
        def step(kind, name, status, stdout="", stderr=""):
            return Step(kind, name, 0.0, status, 1.0, lines(stdout), lines(stderr))

        def run(status, *steps, plan=("spec", "guest", "log")):
            return Run(status, plan=list(plan), tests={"guest": ["p/one-1f", "p/two-2f"]}, steps=list(steps))

        both = f"     Running one in the guest\n{GOOD}\n     Running two in the guest\n"
        well = (step("command", "spec", 0), step("guest", "guest", 0, both + GOOD), step("command", "log", 0))
        suites, status = judge.judge(run(0, *well), lambda _: NAMES)
        assert status == 0 and not any(suite.red for suite in suites), suites
        assert [suite.name for suite in suites] == [
            "spec", "guest: one", "guest: two", "guest", "log", "make test"]
        bad = [
            (run(1, *well), 1),
            (run(0, *well[:2]), 1),
            (run(0, *well, plan=("spec", "guest")), 1),
            (run(0, plan=()), 1),
            (run(0, well[0], step("guest", "guest", 0, both), well[2]), 1),
            (run(0, well[0], step("guest", "guest", 3, both + GOOD), well[2]), 1),
            (run(1, well[0], step("guest", "guest", 1, both + FAILING), well[2]), 1),
            (run(0, well[0], step("guest", "guest", 0, both + FAILING), well[2]), 1),
            (run(1, well[0], step("guest", "guest", 240, both + GOOD.split("test b")[0])), 1),
            (run(143, well[0], step("guest", "guest", None, both)), 143),
            (run(1, step("command", "spec", 1, stderr="stale")), 1),
        ]
        for made, expected in bad:
            suites, status = judge.judge(made, lambda _: NAMES)
            assert status == expected and suites[-1].red, (made, status)
            formats(suites)
        suites, _ = judge.judge(bad[8][0], lambda _: NAMES)
        found = {(suite.name, case.name): case for suite in suites for case in suite.cases}
        assert found["guest: two", "a"].status == PASS and found["guest: two", "d"].status == NOT_RUN
        assert found["guest", "guest"].message == judge.VM[240]
        suites, _ = judge.judge(bad[10][0], lambda _: NAMES)
        assert sum(suite.count(NOT_RUN) for suite in suites) == 8, suites
        assert suites[0].cases[0].output == "stale"

    def test_runs_of_real_processes_that_end_in_all_sorts_of_ways(self):
        marks = 'm() { local IFS=$\'\\037\'; printf "\\036%s\\037%s\\n" "$PARLEY_MARK" "$*"; }\n' \
                'b() { m begin command "$1"; m begin command "$1" >&2; }\n' \
                'e() { m end "$1"; m end "$1" >&2; }\nm plan one two\nb one\necho said; echo loud >&2; e 0\n'
        package = str(TOP / "scripts/test/report")

        def start(folder, script):
            return subprocess.Popen([sys.executable, package, folder, "bash", "-c", marks + script],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def read(folder):
            root = ElementTree.parse(f"{folder}/junit.xml").getroot()
            return {case.get("name"): "failure" if case.find("failure") is not None else
                    "skipped" if case.find("skipped") is not None else "passed"
                    for case in root.iter("testcase")}

        folder = str(self.folder / "report")
        for script, status, expected in (
                ("b two; printf half; e 0", 0, ("passed", "passed", "passed")),
                ("b two; exit 3", 3, ("passed", "failure", "failure")),
                ("exit 0", 1, ("passed", "failure", "failure")),
                ("exit 4", 4, ("passed", "skipped", "failure")),
                ("b two; kill -KILL $$", 137, ("passed", "failure", "failure"))):
            done = start(folder, script)
            out, err = done.communicate()
            assert done.returncode == status, (script, done.returncode, err)
            assert out == ("said\nhalf" if "half" in script else "said\n"), out
            assert err.startswith("loud\n") and "\x1e" not in err, err
            assert tuple(read(folder).values()) == expected, (script, read(folder))
        # While it runs, and where nothing ends it orderly, the report is red.
        for number, ours in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)):
            running = start(folder, "b two; echo $$; exec sleep 60")
            assert running.stdout.readline() == "said\n"
            sleeper = int(running.stdout.readline())
            assert read(folder) == {"make test": "failure"}
            running.send_signal(number)
            assert running.wait() == ours, running.returncode
            assert read(folder)["make test"] == "failure"
            running.stdout.close()
            running.stderr.close()
            if number == signal.SIGKILL:
                os.kill(sleeper, signal.SIGTERM)
        deep = os.path.join(folder, "junit.xml", "x")
        done = start(deep, "b two; e 0")
        assert "there can be no report" in done.communicate()[1] and done.returncode == 1

    def test_a_planned_step_without_test_binaries_is_red(self):
        step = Step("guest", "guest", 0.0, 0, 1.0, lines("     Running the KUnit suites in the guest"), [])
        for tests in ({}, {"guest": []}):
            suites, status = judge.judge(Run(0, plan=["guest"], tests=tests, steps=[step]), lambda _: NAMES)
            self.assertEqual(status, 1)
            self.assertTrue(suites[-1].red)

    def test_a_file_without_tests_is_red(self):
        empty = ("\nrunning 0 tests\n\n"
                 "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n")
        for expected in ([], None):
            suite = parse.libtest("empty", lines(empty), expected)
            self.assertTrue(suite.red)
            formats([suite])

    def test_output_that_cannot_be_kept_makes_the_run_red(self):
        marks = 'printf "\\036%s\\037plan\\037one\\n\\036%s\\037begin\\037command\\037one\\n" $PARLEY_MARK $PARLEY_MARK; ' \
                'echo said; printf "\\036%s\\037end\\0370\\n" $PARLEY_MARK'
        command = [sys.executable, TOP / "scripts/test/report", self.folder / "report", "bash", "-c", marks]
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 1, done.stderr)
        root = ElementTree.parse(self.folder / "report/junit.xml").getroot()
        self.assertIn("No space left", " ".join(node.get("message") for node in root.iter("failure")))

    def test_files_that_are_not_of_a_report_survive(self):
        folder = self.folder / "mine"
        folder.mkdir()
        for name in ("output.txt", "kernel-oops.log", "junit.xml"):
            (folder / name).write_text("mine")
        done = self.run_script(sys.executable, TOP / "scripts/test/report", folder, "true")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("not from a report of this project", done.stderr)
        self.assertEqual({file.read_text() for file in folder.iterdir()}, {"mine"})

    def test_a_file_that_was_changed_in_a_report_survives(self):
        folder = self.folder / "report"
        command = [sys.executable, TOP / "scripts/test/report", folder, "true"]
        for name in ("output.txt", "junit.xml"):
            self.run_script(*command)
            (folder / name).write_text("mine")
            done = self.run_script(*command)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"{folder / name} has changed since", done.stderr)
            # make and scripts/test/run remove a report before they begin.
            for words in (["make", "-n", "test"], [TOP / "scripts/test/run", "--surplus"]):
                self.run_script(*words, cwd=TOP, env={"REPORT": str(folder), "TMPDIR": "/nowhere"})
            self.assertEqual((folder / name).read_text(), "mine")
            (folder / name).unlink()

    def test_the_report_of_a_run_that_was_killed_says_so_and_notes_in_it_survive(self):
        folder, script = self.folder / "report", TOP / "scripts/test/report"
        for number, victim in enumerate(("$PPID", "$$"), 1):
            done = self.run_script(sys.executable, script, folder, "sh", "-c",
                                   f"echo half; sleep 0.5; kill -9 {victim}")
            self.assertNotEqual(done.returncode, 0)
            for name, words in (("junit.xml", "the run (has|did) not end"), ("results.ktap", "the run (has|did) not end"),
                                ("output.txt", "half")):
                text = (folder / name).read_text()
                self.assertRegex(text, words)
                (folder / name).write_text(f"{text}my notes\n")
            if victim == "$PPID":
                for words in (["make", "-n", "test"], [TOP / "scripts/test/run", "--surplus"]):
                    self.run_script(*words, cwd=TOP, env={"REPORT": str(folder), "TMPDIR": "/nowhere"})
                done = self.run_script(sys.executable, script, folder, "true")
                self.assertIn("the run before did not end", done.stderr)
                for name in ("junit.xml", "results.ktap", "output.txt"):
                    self.assertIn("my notes", (folder / f"{name}.unfinished-{number}").read_text())
        # What a first run left that was killed before it had begun to write.
        (folder / ".parley-report").write_text("")
        self.assertIn("results are in", self.run_script(sys.executable, script, folder, "true").stderr)

    def test_a_log_of_the_user_s_beside_a_report_survives(self):
        folder = self.folder / "report"
        for _ in range(2):
            self.run_script(sys.executable, TOP / "scripts/test/report", folder, "true")
            (folder / "kernel-of-mine.log").write_text("mine")
        self.assertEqual((folder / "kernel-of-mine.log").read_text(), "mine")

    def test_every_log_of_a_guest_is_one_that_a_report_replaces(self):
        text = (TOP / "scripts/test/run").read_text()
        guests = {name.strip("'") for name in re.findall(r"in_guest ('[a-z ]+'|[a-z]+) ", text)}
        self.assertEqual(guests, {"guest", "at length", "faults"})
        own = (TOP / "scripts/test/report/__main__.py").read_text()
        for name in (*guests, *re.findall(r"kernel-([a-z]+)\.log", text)):
            self.assertIn(f'"{name.replace(" ", "-")}"', own)

    def test_two_runs_do_not_write_one_report(self):
        command = [sys.executable, TOP / "scripts/test/report", self.folder / "report"]
        wait = f"echo first; until [ -e '{self.folder}/go' ]; do sleep 0.1; done"
        with subprocess.Popen([*command, "sh", "-c", wait], stdout=subprocess.PIPE, text=True) as first:
            first.stdout.readline()
            done = self.run_script(*command, "echo", "second")
            (self.folder / "go").touch()
            first.communicate()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("another run has its report in", done.stderr)
        self.assertEqual((self.folder / "report/output.txt").read_text(), "first\n")

    def test_a_report_is_not_written_through_a_link(self):
        victim = self.folder / "victim"
        victim.write_text("mine")
        folder = self.folder / "report"
        folder.mkdir()
        (folder / ".junit.xml.new").symlink_to(victim)
        self.run_script(sys.executable, TOP / "scripts/test/report", folder, "true")
        self.assertEqual(victim.read_text(), "mine")

    def test_a_summary_without_results_or_with_an_error_is_red(self):
        file = self.folder / "junit.xml"
        case = '<testsuites><testsuite name="s"><testcase name="c" classname="s">{}</testcase></testsuite></testsuites>'
        for text, verdict in (("<testsuites/>", "failed"), (case.format('<error message="m"/>'), "failed"),
                              (case.format(""), "all is well")):
            file.write_text(text)
            self.assertIn(f"make test: {verdict}", write.summary(file))
