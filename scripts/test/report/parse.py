# SPDX-License-Identifier: GPL-2.0
"""From what the tests print to cases.

Stable libtest has no format for machines. So what it prints for people is read, and
three things are held against each other: the names that the test binary lists, the
lines "test NAME ... ok", and the counts of the last line, "test result: ...". Where
they don't agree the suite is red.

Lines come as pairs: when they arrived, in seconds, and their text.
"""

import re

from model import FAIL, NOT_RUN, PASS, SKIP, Case, Suite

TEST = re.compile(r"test (.+?) \.\.\. ?(.*)")
VERDICT = re.compile(r"(ok|FAILED|ignored)(?:, (.*))?(?: <[\d.]+s>)?")
SUMMARY = re.compile(
    r"test result: (ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; "
    r"(\d+) measured; (\d+) filtered out(?:; finished in ([\d.]+)s)?")
# What libtest and rustdoc put behind a name that a list has without it.
SUFFIX = re.compile(r" - (?:should panic|compile|compile fail)$")
STATUS = {"ok": PASS, "FAILED": FAIL, "ignored": SKIP}
# Who ran the tests that have no result, for the message.
ENDED = "the run ended in the middle of this test"


class Libtest:
    """Reads what one test binary printed."""

    def __init__(self, lines, expected):
        self.expected = expected
        # Name to (status, message, seconds), in the order of the run.
        self.results = {}
        self.outputs = {}
        self.problems = []
        # Begun, and without a verdict yet: the name, and whether a line since then
        # ended like one.
        self.pending = None
        self.unclear = []
        self.summary = None
        # Whose output is being read.
        self.section = None
        self.last = lines[0][0] if lines else None
        for at, line in lines:
            self.line(at, line)
        self.settle()

    def known(self, name):
        return name in self.expected if self.expected is not None else True

    def line(self, at, line):
        summary = SUMMARY.fullmatch(line)
        if summary:
            self.summary = summary
            self.section = None
            return
        if line in ("failures:", "successes:"):
            self.section = None
            self.pend(None)
            return
        heading = re.fullmatch(r"---- (.+) stdout ----", line)
        if heading and SUFFIX.sub("", heading[1]) in self.results:
            self.section = SUFFIX.sub("", heading[1])
            self.outputs.setdefault(self.section, [])
            return
        if self.section is not None:
            self.outputs[self.section].append(line)
            return
        test = TEST.fullmatch(line)
        if test and self.known(SUFFIX.sub("", test[1])):
            name = SUFFIX.sub("", test[1])
            if name in self.results or name == self.pending:
                self.problems.append(f"there are two results for {name}")
            self.pend(None)
            verdict = VERDICT.fullmatch(test[2])
            if verdict:
                self.result(name, verdict, at)
            else:
                # The test printed something itself; its verdict comes later.
                self.pend(name)
                self.note(test[2])
            return
        if self.pending:
            verdict = VERDICT.fullmatch(line)
            if verdict:
                self.result(self.pending, verdict, at)
                self.pending = None
            else:
                self.note(line)

    def note(self, line):
        self.outputs.setdefault(self.pending, []).append(line)

    def pend(self, name):
        """Another test begins. The verdict of the one before stood at the end of
        something that it printed, or is lost: the counts will tell."""
        if self.pending:
            self.unclear.append(self.pending)
        self.pending = name

    def result(self, name, verdict, at):
        seconds = None if self.last is None else at - self.last
        self.results[name] = (STATUS[verdict[1]], verdict[2] or "", seconds)
        self.last = at

    def settle(self):
        if not self.summary:
            return
        self.pend(None)
        failed = int(self.summary[3]) - self.number(FAIL)
        passed = int(self.summary[2]) - self.number(PASS)
        endings = {}
        for name in self.unclear:
            last = self.outputs.get(name, [""])[-1]
            endings[name] = PASS if last.endswith("ok") else FAIL if last.endswith("FAILED") else None
        if list(endings.values()).count(PASS) == passed and \
                list(endings.values()).count(FAIL) == failed:
            for name, status in endings.items():
                if status:
                    self.results[name] = (status, "", None)

    def number(self, status):
        return sum(result[0] == status for result in self.results.values())

    def suite(self, name):
        """The suite, with a case for each test that is expected or was seen."""
        cases = []
        for test in dict.fromkeys([*(self.expected or ()), *self.results]):
            output = "\n".join(self.outputs.get(test, ())).strip("\n")
            if test in self.results:
                status, message, seconds = self.results[test]
                if status == FAIL:
                    message = first_panic(output) or "the test failed"
                cases.append(Case(test, status, message, output, seconds))
            elif test == self.pending:
                cases.append(Case(test, FAIL, ENDED, output))
            elif self.summary or test in self.unclear:
                cases.append(Case(test, FAIL, "the test is listed, and has no result", output))
            else:
                cases.append(Case(test, NOT_RUN, "did not run"))
        if self.pending and self.expected is None and self.pending not in self.results:
            cases.append(Case(self.pending, FAIL, ENDED))
        suite = Suite(name, cases)
        problems = list(self.problems)
        if not cases:
            problems.append("it has no tests")
        if not self.summary:
            problems.append("it did not run to its end")
        else:
            suite.seconds = float(self.summary[7]) if self.summary[7] else None
            for number, status, what in ((2, PASS, "passed"), (3, FAIL, "failed"), (4, SKIP, "ignored")):
                if int(self.summary[number]) != self.number(status):
                    problems.append(f"it says that {self.summary[number]} {what}; "
                                    f"{self.number(status)} were seen to")
            if self.summary[1] == "FAILED" and not suite.red:
                problems.append("it says that it failed")
        if problems:
            suite.cases.append(Case("all of it", FAIL, "; ".join(problems)))
        return suite


def first_panic(output):
    """The message of a panic: what stands behind "panicked at"."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if " panicked at " in line:
            return " ".join(lines[number:number + 2])[:300]
    return ""


def libtest(name, lines, expected):
    """The suite of one test binary. `expected` are the names it lists, or None.
    `lines` is None where it was never begun."""
    if lines is None:
        cases = [Case(test, NOT_RUN, "did not run") for test in expected or ()]
        return Suite(name, cases or [Case(name, NOT_RUN, "did not run")])
    return Libtest(lines, expected).suite(name)


GUEST_FILE = re.compile(r" +Running (\w+) in the guest")


def guest_files(lines, names):
    """What scripts/test/guest-tests printed, by the file of tests."""
    found, current = {}, None
    for at, line in lines:
        heading = GUEST_FILE.fullmatch(line)
        if heading and heading[1] in names and heading[1] not in found:
            current = found.setdefault(heading[1], [(at, "")])
        elif current is not None:
            current.append((at, line))
    return found


HOST_FILE = re.compile(r" +Running (?:unittests )?(\S+) \((\S+)\)| +Doc-tests (\S+)")


def host_files(stdout, stderr):
    """What `cargo test` printed: for each test binary its name, its path where it has
    one, and its lines. Cargo names them on stderr; their output is on stdout."""
    parts, ended = [], True
    for at, line in stdout:
        if ended and re.fullmatch(r"running \d+ tests?", line):
            parts.append([])
            ended = False
        if parts:
            parts[-1].append((at, line))
        ended = ended or bool(SUMMARY.fullmatch(line))
    headings = [match for _, line in stderr if (match := HOST_FILE.fullmatch(line))]
    files = []
    for number in range(max(len(parts), len(headings))):
        name, path = f"binary {number + 1}", None
        if number < len(headings):
            source, path, crate = headings[number].groups()
            name = source or f"the examples in the docs of {crate}"
        files.append((name, path, parts[number] if number < len(parts) else None))
    return files


KUNIT_LINE = re.compile(r"\[[\d:]+\] (.*)")
KUNIT_SUITE = re.compile(r"=+ (.+) \((\d+) subtests?\) =+")
KUNIT_CASE = re.compile(r"\[(PASSED|FAILED|SKIPPED|CRASHED)\] (.+)")
KUNIT_COUNTS = re.compile(r"Testing complete\. Ran (\d+) tests?: (.*)")
KUNIT_STATUS = {"PASSED": PASS, "FAILED": FAIL, "SKIPPED": SKIP, "CRASHED": FAIL}


def kunit(prefix, lines):
    """The KUnit suites, of what the kernel's kunit.py parse printed."""
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
            suite.cases.append(Case("all of it", FAIL,
                                    f"it has {expected} cases; {len(suite.cases)} have a result"))
    made = [suite for suite, _ in suites]
    seen = sum(len(suite.cases) for suite in made)
    if not made or total != seen:
        made.append(Suite(f"{prefix}: all of it", [Case(
            "all of it", FAIL, f"kunit.py counts {total or 0} cases; {seen} were seen")]))
    return made


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
        cases.append(Case("all of it", FAIL, "no chapter was run"))
    return cases
