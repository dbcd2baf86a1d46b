# SPDX-License-Identifier: GPL-2.0
"""Turns the output of tests into cases.

Each line is a pair of its arrival time, in seconds, and its text. Events are libtest's JSON,
which scripts/test/libtest forwards.
"""

import re

from model import FAIL, NOT_RUN, PASS, SKIP, Case, Suite

STATUS = {"ok": PASS, "failed": FAIL, "ignored": SKIP}
# The message of a test that was begun, but has no result.
ENDED = "the run ended in the middle of this test"
# The case for an error of a suite as a whole.
ALL = "all of it"


def libtest(name, events, expected=None):
    """The suite of one test binary. `expected` are the tests it has, if it did not list them."""
    cases, problems, end = {}, [], None
    for event in events:
        test, what = event.get("name"), event["event"]
        if what == "list":
            expected = event["names"] or expected
        elif event["type"] == "suite" and what != "started":
            end = event
        elif event["type"] == "test" and what == "started":
            cases[test] = Case(test, FAIL, ENDED)
        elif event["type"] == "test" and what in STATUS:
            if test in cases and cases[test].message != ENDED:
                problems.append(f"there are two results for {test}")
            output = event.get("stdout", "").strip("\n")
            message = event.get("message") or ""
            if what == "failed":
                message = first_panic(output) or message or "the test failed"
            cases[test] = Case(test, STATUS[what], message, output, event.get("exec_time"))
    problems += [f"it did not list {test}" for test in cases if test not in (expected or ())]
    for test in expected or ():
        if test not in cases:
            cases[test] = Case(test, *((FAIL, "the test is listed, and has no result") if end else
                                       (NOT_RUN, "did not run")))
    suite = Suite(name, list(cases.values()), end and end.get("exec_time"))
    if not cases:
        problems.append("it has no tests")
    if not end:
        problems.append("it did not run to its end")
    else:
        for what, status in (("passed", PASS), ("failed", FAIL), ("ignored", SKIP)):
            if end[what] != suite.count(status):
                problems.append(f"it counts {end[what]} {what}; {suite.count(status)} were seen")
        if cases and not suite.red and not suite.count(PASS):
            problems.append("no test passed")
        if end["event"] != "ok" and not suite.red:
            problems.append("it says that it failed")
    if problems and events:
        suite.cases.append(Case(ALL, FAIL, "; ".join(problems)))
    elif not events:
        # The suite was never begun.
        suite.cases = suite.cases or [Case(name, NOT_RUN, "did not run")]
    return suite


def first_panic(output):
    """The message of a panic: the text after "panicked at"."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if " panicked at " in line:
            return " ".join(lines[number:number + 2])[:300]
    return ""


KUNIT_LINE = re.compile(r"\[[\d:]+\] (.*)")
KUNIT_SUITE = re.compile(r"=+ (.+) \((\d+) subtests?\) =+")
KUNIT_CASE = re.compile(r"\[(PASSED|FAILED|SKIPPED|CRASHED)\] (.+)")
KUNIT_COUNTS = re.compile(r"Testing complete\. Ran (\d+) tests?: (.*)")
KUNIT_STATUS = {"PASSED": PASS, "FAILED": FAIL, "SKIPPED": SKIP, "CRASHED": FAIL}


def kunit(prefix, lines):
    """The KUnit suites, from the output of the kernel's kunit.py parse."""
    suites, heard, total = [], [], None
    for _, line in lines:
        match = KUNIT_LINE.fullmatch(line)
        text = match[1] if match else line
        if found := KUNIT_SUITE.fullmatch(text):
            suites.append((Suite(f"{prefix}: {found[1]}"), int(found[2])))
            heard = []
        elif found := KUNIT_CASE.fullmatch(text):
            status = KUNIT_STATUS[found[1]]
            message = "" if status == PASS else f"{found[1].lower()}, says kunit.py"
            name = re.sub(r" \(.*\)$", "", found[2]) if status == SKIP else found[2]
            if suites:
                suites[-1][0].cases.append(Case(name, status, message, "\n".join(heard)))
            heard = []
        elif found := KUNIT_COUNTS.fullmatch(text):
            total = int(found[1])
        elif not text.startswith("=="):
            heard.append(text)
    for suite, expected in suites:
        if len(suite.cases) != expected:
            suite.cases.append(Case(ALL, FAIL,
                                    f"it has {expected} cases; {len(suite.cases)} have a result"))
    made = [suite for suite, _ in suites]
    seen = sum(len(suite.cases) for suite in made)
    if not made or total != seen:
        made.append(Suite(f"{prefix}: all of it", [Case(
            ALL, FAIL, f"kunit.py counts {total or 0} cases; {seen} were seen")]))
    return made


KTAP_LINE = re.compile(
    r"(?P<indent> *)(?:K?TAP version \d+|# Subtest: *(?P<subtest>.*)|1\.\.(?P<plan>\d+)(?: *# *(?:(?i:SKIP) *(?P<all>.*)|.*))?"
    r"|(?P<bad>not )?ok (?P<number>\d+)\b[ -]*(?P<name>.*?)(?P<skip> +# *(?i:SKIP)\b *(?P<why>.*))?|(?P<end>Bail out!.*))")
# The only form of a directive that makes a failure one that was skipped.
SKIPPED = re.compile(r" # SKIP\b")


class Level:
    """The results of one indentation. Those of deeper ones come before the result that they belong to."""

    def __init__(self, indent):
        self.indent, self.name, self.plan, self.count = indent, "", None, 0
        self.cases, self.problems, self.said = [], [], []

    def close(self, name=""):
        """Its cases, and one for each thing that is wrong with it as a whole."""
        if self.plan is None and not self.indent:
            self.problems.append("it has no plan, 1..N, so tests that did not run would not be noticed")
        elif self.plan is None and not self.count:
            self.problems.append("it has neither a plan nor a result")
        elif self.plan not in (None, self.count):
            self.problems.append(f"it planned {self.plan} tests; {self.count} have a result")
        name = name or self.name
        cases = self.cases + [Case(ALL, FAIL, problem) for problem in self.problems]
        for case in cases:
            case.name = f"{name}: {case.name}" if name else case.name
        return cases


def ktap(prefix, lines):
    """The suite of the tests whose results are printed as KTAP or TAP; no suite if there is none."""
    levels, done = [], []

    def close(indent, name=""):
        """Closes the levels that are deeper than this. Returns the cases of the last one closed."""
        cases = []
        while levels and levels[-1].indent > indent:
            level = levels.pop()
            level.cases += cases
            cases = level.close(name if not levels or levels[-1].indent <= indent else "")
        return cases

    for _, line in lines:
        found = KTAP_LINE.fullmatch(line.rstrip())
        begins = found and not (found["plan"] or found["number"] is not None or found["end"])
        # Without a version, or the plan of TAP 12, a line that looks like a result is none.
        if not found or not levels and not done and not found["plan"] and (not begins or found["subtest"] is not None):
            if levels:
                levels[-1].said.append(line)
                if re.match(r"\s*not ok\b", line):
                    levels[-1].problems.append(f"a result that cannot be read: {line.strip()}")
            continue
        indent = len(found["indent"])
        if found["end"]:
            levels[-1].problems.append(found["end"])
            continue
        result = found["number"] is not None
        inner = close(indent, found["name"] if result else "")
        if begins and found["subtest"] is None:
            done += inner + (close(indent - 1) if levels and levels[-1].indent == indent else [])
            levels.append(Level(indent))
            continue
        if not levels or levels[-1].indent < indent:
            levels.append(Level(indent))
        level = levels[-1]
        if found["subtest"] is not None:
            level.name = level.name or found["subtest"]
        elif found["plan"]:
            level.plan = int(found["plan"])
            if not level.plan:
                level.cases.append(Case(ALL, SKIP, found["all"] or "it planned no test"))
        if not result:
            level.cases += inner
            continue
        level.count += 1
        if int(found["number"]) != level.count:
            level.problems.append(f"the result number {level.count} has the number {found['number']}")
        is_skipped = found["skip"] and (not found["bad"] or SKIPPED.search(line))
        status = SKIP if is_skipped else FAIL if found["bad"] else PASS
        if not inner or status != PASS and not any(case.status == FAIL for case in inner):
            output, name = "\n".join(level.said), found["name"] or f"test {level.count}"
            inner.append(Case(name, status, found["why"] or (status == FAIL and "not ok") or "", output))
        level.cases += inner
        level.said = []
    done += close(-1)
    return [Suite(f"{prefix}: tests", done, ktap=True)] if done else []


CHAPTER = re.compile(r" +(\S+\.md): (\d+) commands, (\d+) not as shown")


def chapters(stderr, stdout, status):
    """The chapters whose commands scripts/course ran, a case for each."""
    output = "\n".join(line for _, line in stdout)
    cases, last = [], stderr[0][0] if stderr else 0
    for at, line in stderr:
        if found := CHAPTER.fullmatch(line):
            name, count, bad = found[1], int(found[2]), int(found[3])
            message = f"{bad} of {count} commands print something else" if bad else ""
            said = [part for part in re.split(r"\n(?=\S+: not what is shown: )", output)
                    if f"{name}: not what is shown" in part] if bad else []
            cases.append(Case(name, FAIL if bad else PASS, message, "\n".join(said), at - last))
            last = at
    if not cases and not status:
        cases.append(Case(ALL, FAIL, "no chapter was run"))
    return cases
