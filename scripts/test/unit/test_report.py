# SPDX-License-Identifier: GPL-2.0
"""Simulated runs and their reports: no failed run has a green report, and no successful run a
red one."""

import json
import os
import re
import signal
import subprocess
import sys
from xml.etree import ElementTree

from support import TOP, ScriptTest

sys.path.insert(0, str(TOP / "scripts/test/report"))
# pylint: disable=wrong-import-position
import judge
import parse
import write
from model import FAIL, NOT_RUN, PASS, SKIP
from run import Run, Step

NAMES = ["a", "b::c", "d"]


def event(kind, what, **more):
    return {"type": kind, "event": what, **more}


def suite_event(what, passed, failed, ignored):
    return event("suite", what, passed=passed, failed=failed, ignored=ignored, exec_time=0.25)


LIST = event("list", "list", names=NAMES)


def begun(name, what, **more):
    return [event("test", "started", name=name), event("test", what, name=name, **more)]


GOOD = [LIST, event("suite", "started", test_count=3), *begun("a", "ok", exec_time=1.5), *begun("b::c", "ok"),
        *begun("d", "ignored", message="takes an hour"), suite_event("ok", 2, 0, 1)]
IGNORED = [LIST, GOOD[1], *(each for name in NAMES for each in begun(name, "ignored")), suite_event("ok", 0, 0, 3)]
PANIC = "\nthread 'b::c' panicked at tests/x.rs:3:5:\nleft is not right\n"
FAILING = [*GOOD[:4], *begun("b::c", "failed", stdout=PANIC), *begun("d", "ok"), suite_event("failed", 2, 1, 0)]
# A test binary that prints the content of a file.
BINARY = "case $* in *--list*) printf '%s: test\\n' a b::c d ;; *) cat $0.says; exit $(cat $0.status) ;; esac\n"

KUNIT = """[04:20:11] ============================================================
[04:20:11] ================= parley_state (2 subtests) ==================
[04:20:11] [PASSED] one
[04:20:11] [SKIPPED] two (not today)
[04:20:11] ================= [PASSED] parley_state ==================
[04:20:11] ============================================================
[04:20:11] Testing complete. Ran 2 tests: passed: 1, skipped: 1
"""


def lines(text, at=0.0):
    return [(at + number / 10, line) for number, line in enumerate(text.strip("\n").splitlines())]


def statuses(suite):
    return {case.name: case.status for case in suite.cases}


def formats(suites):
    """Both formats give the result of each case, and no output of a test breaks them."""
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
        suite = parse.libtest("x", GOOD)
        self.assertEqual(statuses(suite), {"a": PASS, "b::c": PASS, "d": SKIP})
        self.assertEqual((suite.cases[2].message, suite.cases[0].seconds, suite.seconds), ("takes an hour", 1.5, 0.25))
        suite = parse.libtest("x", FAILING)
        self.assertEqual(statuses(suite), {"a": PASS, "b::c": FAIL, "d": PASS})
        self.assertIn("left is not right", suite.cases[1].message)
        self.assertEqual(suite.cases[1].output, PANIC.strip())

        # One guest dies in the middle of a test, and one dies between two tests.
        suite = parse.libtest("x", GOOD[:5])
        self.assertEqual(statuses(suite), {"a": PASS, "b::c": FAIL, "d": NOT_RUN, "all of it": FAIL})
        self.assertEqual(suite.cases[1].message, parse.ENDED)
        for events, expected in ((GOOD[:4], None), (GOOD[1:4], NAMES)):
            suite = parse.libtest("x", events, expected)
            self.assertEqual(statuses(suite), {"a": PASS, "b::c": NOT_RUN, "d": NOT_RUN, "all of it": FAIL})
        suite = parse.libtest("x", [LIST])
        self.assertTrue(suite.red and suite.count(NOT_RUN) == 3)
        self.assertEqual(statuses(parse.libtest("x", [], NAMES)), {name: NOT_RUN for name in NAMES})

        # Nothing that contradicts itself or the list is green.
        for wrong in (
                [event("list", "list", names=[*NAMES, "lost"]), *GOOD[1:]],
                [event("list", "list", names=["a", "d"]), *GOOD[1:]],
                [event("list", "list", names=None), *GOOD[1:]],
                GOOD[1:],
                [*GOOD[:2], *GOOD[4:]],
                [*GOOD[:4], GOOD[3], *GOOD[4:]],
                [*GOOD[:-1], suite_event("ok", 3, 0, 1)],
                [*GOOD[:-1], suite_event("failed", 1, 1, 1)],
                [*GOOD[:-1], suite_event("failed", 2, 0, 1)],
                [*GOOD[:2], *begun("a", "failed"), *GOOD[4:]],
                [event("list", "list", names=[]), GOOD[1], suite_event("ok", 0, 0, 0)], IGNORED):
            suite = parse.libtest("wrong", wrong)
            self.assertTrue(suite.red, wrong)
            formats([suite])

    def test_a_test_binary_is_shown_and_judged(self):
        said = "a child says this\nand this"
        for events, status, good in (
                (GOOD, 0, True), (GOOD, 1, False), (FAILING, 101, False), (GOOD[:5], 0, False), (GOOD[:-1], 0, False),
                ([GOOD[1], suite_event("ok", 0, 0, 0)], 0, False), ([], 0, False), (IGNORED, 0, False)):
            binary = self.fake("x-1f", BINARY)
            text = "".join(said * (each["event"] == "ok") + json.dumps(each).replace("{", "{ ", 1) + "\n"
                           for each in events if each != LIST)
            binary.with_name("x-1f.says").write_text(text)
            binary.with_name("x-1f.status").write_text(str(status))
            for word in ("", "word"):
                env = {"PARLEY_MARK": word} if word else {}
                done = self.run_script(TOP / "scripts/test/libtest", binary, "--test-threads=1", env=env)
                self.assertEqual(done.returncode == 0, good, (done.stdout, done.stderr))
                self.assertEqual("\x1eword\x1flibtest\x1fx-1f\x1f" in done.stdout, bool(word))
            if good:
                self.assertIn(said, done.stdout)
                self.assertIn("test result: ok. 2 passed; 0 failed; 1 ignored", done.stdout)
            if events == FAILING:
                self.assertIn("left is not right", done.stdout)
            if status == 0 and not good:
                self.assertIn("libtest: x: ", done.stderr)

    def test_files_kunit_and_chapters_are_read_from_what_is_printed(self):
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
        def step(kind, name, status, stderr="", **events):
            return Step(kind, name, 0.0, status, 1.0, [], lines(stderr),
                        {f"{name}-{len(name) - 2}f": list(each) for name, each in events.items()})

        def run(status, *steps, plan=("spec", "guest", "log")):
            return Run(status, plan=list(plan), tests={"guest": ["p/one-1f", "p/three-3f"]}, steps=list(steps))

        well = (step("command", "spec", 0), step("guest", "guest", 0, one=GOOD, three=GOOD), step("command", "log", 0))
        suites, status = judge.judge(run(0, *well), lambda _: NAMES)
        assert status == 0 and not any(suite.red for suite in suites), suites
        assert [suite.name for suite in suites] == [
            "spec", "guest: one", "guest: three", "guest", "log", "make test"]
        left = run(0, *well)
        left.skipped = {"host, big endian": "the tests on big-endian machines: no compilers"}
        suites, status = judge.judge(left, lambda _: NAMES)
        assert status == 0 and statuses(suites[-2]) == {"host, big endian": SKIP}, suites
        assert "ok 6 host, big endian # SKIP the tests on big-endian machines: no compilers\n" in write.ktap(suites)
        formats(suites)
        bad = [
            (run(1, *well), 1),
            (run(0, *well[:2]), 1),
            (run(0, *well, plan=("spec", "guest")), 1),
            (run(0, plan=()), 1),
            (run(0, well[0], step("guest", "guest", 0, one=GOOD), well[2]), 1),
            (run(0, well[0], step("guest", "guest", 3, one=GOOD, three=GOOD), well[2]), 1),
            (run(1, well[0], step("guest", "guest", 1, one=GOOD, three=FAILING), well[2]), 1),
            (run(0, well[0], step("guest", "guest", 0, one=GOOD, three=FAILING), well[2]), 1),
            (run(1, well[0], step("guest", "guest", 240, one=GOOD, three=GOOD[:4])), 1),
            (run(143, well[0], step("guest", "guest", None, one=GOOD)), 143),
            (run(1, step("command", "spec", 1, stderr="stale")), 1),
            (run(0, step("host", "host", 0), plan=["host"]), 1),
            (run(0, step("host", "host", 0, one=GOOD, three=GOOD[:5]), plan=["host"]), 1),
        ]
        for made, expected in bad:
            suites, status = judge.judge(made, lambda _: NAMES)
            assert status == expected and suites[-1].red, (made, status)
            formats(suites)
        suites, _ = judge.judge(bad[8][0], lambda _: NAMES)
        found = {(suite.name, case.name): case for suite in suites for case in suite.cases}
        assert found["guest: three", "a"].status == PASS and found["guest: three", "d"].status == NOT_RUN
        assert found["guest", "guest"].message == judge.VM[240]
        suites, _ = judge.judge(bad[10][0], lambda _: NAMES)
        assert sum(suite.count(NOT_RUN) for suite in suites) == 8, suites
        assert suites[0].cases[0].output == "stale"
        assert list(write.failures(suites)) == [
            "the last lines of spec: spec:", "    stale", "not good (2):",
            "  spec: spec: it ended with status 1", "  make test: make test: it ended with status 1"]

    def test_the_end_of_the_output_names_the_failures_and_shows_the_last_lines_of_each(self):
        stale = Step("command", "spec", 0.0, 1, 1.0, [], lines("\n".join(f"line {number}" for number in range(100))))
        three = Step("guest", "guest", 0.0, 1, 1.0, [], [], {"three-3f": FAILING})
        done = Run(1, plan=["spec", "guest"], tests={"guest": ["p/three-3f"]}, steps=[stale, three],
                   between=lines("test: these failed"))
        said = list(write.failures(judge.judge(done, lambda _: NAMES)[0]))
        assert said[:2] == ["the last lines of spec: spec:", "    line 88"], said
        assert "    left is not right" in said, said
        names = said[said.index("not good (4):") + 1:]
        assert [name.split(": ")[:2] for name in names] == [
            ["  spec", "spec"], ["  guest", "three"], ["  guest", "guest"], ["  make test", "make test"]], names
        assert not any("these failed" in line for line in said)
        well = judge.judge(Run(0, plan=["spec"], steps=[Step("command", "spec", 0.0, 0, 1.0)]), lambda _: NAMES)
        assert not list(write.failures(well[0]))

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
            assert ("report:  not good (" in err) == (status != 0), err
        start(folder, "b two; e 0; m skip three 'not here'").communicate()
        assert read(folder)["three"] == "skipped" and read(folder)["make test"] == "passed"
        # The report is red during the run, and after a run that was killed.
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
        # A reader that is gone changes no exit status.
        done = subprocess.run(["bash", "-c", '"$@" 2>&1 | true; exit ${PIPESTATUS[0]}', "-", sys.executable, package, folder,
                               "bash", "-c", marks + "b two; e 0; sleep 1"], check=False)
        assert done.returncode == 0 and read(folder)["make test"] == "passed", done.returncode
        deep = os.path.join(folder, "junit.xml", "x")
        done = start(deep, "b two; e 0")
        assert "cannot write a report" in done.communicate()[1] and done.returncode == 1

    def test_a_planned_step_without_test_binaries_is_red(self):
        step = Step("guest", "guest", 0.0, 0, 1.0)
        for tests in ({}, {"guest": []}):
            suites, status = judge.judge(Run(0, plan=["guest"], tests=tests, steps=[step]), lambda _: NAMES)
            self.assertEqual(status, 1)
            self.assertTrue(suites[-1].red)

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
        for name in ("output.txt", "junit.xml", "results.ktap"):
            for number in (1, 2):
                self.run_script(*command)
                (folder / name).write_text("mine")
                done = self.run_script(*command)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"{folder / name} has changed since", done.stderr)
                # make and scripts/test/run remove a report before they begin, or rename what has changed.
                for words in (["make", "-n", "test"], [TOP / "scripts/test/run", "--surplus"]):
                    self.run_script(*words, cwd=TOP, env={"REPORT": str(folder), "TMPDIR": "/nowhere"})
                left = folder / (name if name == "output.txt" else f"{name}.kept-{number}")
                self.assertEqual(left.read_text(), "mine")
                self.assertFalse((folder / "junit.xml").exists() or (folder / "results.ktap").exists())
                (folder / "output.txt").unlink()

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
                self.assertIn("the previous run did not finish", done.stderr)
                for name in ("junit.xml", "results.ktap", "output.txt"):
                    self.assertIn("my notes", (folder / f"{name}.kept-{number}").read_text())
        # The leftovers of a run that was killed before it wrote anything, or had no space to.
        (folder / ".parley-report").write_text("")
        (folder / "junit.xml").write_text("my notes")
        self.run_script(TOP / "scripts/test/forget-report", folder)
        self.assertIn("my notes", [file.read_text() for file in folder.glob("junit.xml.kept-*")])
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
