# SPDX-License-Identifier: GPL-2.0
"""Writes suites as text: KTAP version 1, JUnit XML, and a summary in Markdown."""

import re
from xml.etree import ElementTree

from model import FAIL, NOT_RUN, PASS, SKIP

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r")
# Characters that an XML document must not contain.
UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The kernel's kunit.py takes any of these for the end of the log, wherever it occurs.
KTAP_END = re.compile(r"List of all partitions:|Kernel panic - not syncing: VFS:|reboot: System halted")
# The number of output lines of a case in the KTAP; the JUnit file has all.
KTAP_LINES = 60
# The number of failures whose output is shown at a run's end, and of its lines.
SHOWN, SHOWN_LINES = 10, 12


def plain(text):
    """The text without cursor movements and characters that XML forbids."""
    return UNFIT.sub("\ufffd", ESCAPES.sub("", text))


def ktap_name(name):
    return re.sub(r"\s+", " ", plain(name).replace("#", "")).strip(" -") or "without a name"


def ktap_result(number, name, cases):
    """The line of a result. A suite's result follows from its cases."""
    if any(case.status == FAIL for case in cases):
        return f"not ok {number} {name}"
    if all(case.status in (SKIP, NOT_RUN) for case in cases):
        why = " ".join(plain(cases[0].message or "ignored").split())
        return f"ok {number} {name} # SKIP {why}"
    return f"ok {number} {name}"


def ktap_output(case):
    """Why a case failed, as comments. Two spaces keep each from being read as a directive."""
    if case.status != FAIL:
        return
    lines = plain(case.output).splitlines()
    if len(lines) > KTAP_LINES:
        lines = [f"[the last {KTAP_LINES} of {len(lines)} lines]", *lines[-KTAP_LINES:]]
    for line in [*plain(case.message).splitlines(), *lines]:
        yield f"#   {KTAP_END.sub(lambda end: end[0].replace(':', ' :'), line)}".rstrip()


def ktap(suites):
    lines = ["KTAP version 1", f"1..{len(suites)}"]
    for number, suite in enumerate(suites, 1):
        name = ktap_name(suite.name)
        if len(suite.cases) == 1 and suite.cases[0].name == suite.name:
            lines += ktap_output(suite.cases[0])
        else:
            lines += ["  KTAP version 1", f"  # Subtest: {name}", f"  1..{len(suite.cases)}"]
            for place, case in enumerate(suite.cases, 1):
                within = ktap_name(case.name)
                # To kunit.py, a case with its suite's name would end the suite.
                within += " itself" if within == name else ""
                lines += [f"  {line}" for line in ktap_output(case)]
                lines.append(f"  {ktap_result(place, within, [case])}")
        lines.append(ktap_result(number, name, suite.cases))
    return "\n".join(lines) + "\n"


def failures(suites):
    """The failures for people: the last lines of each, and then all their names with the reasons."""
    failed = [(suite.name, case) for suite in suites for case in suite.cases if case.status == FAIL]
    # The run as a whole has nothing to show beside its parts.
    for suite, case in failed[:SHOWN] if len(failed) == 1 else failed[:-1][:SHOWN]:
        lines = [line for line in plain(case.output).splitlines() if line.strip()]
        if lines:
            yield f"the last lines of {suite}: {case.name}:"
            yield from (f"    {line}" for line in lines[-SHOWN_LINES:])
    if failed:
        yield f"not good ({len(failed)}):"
        yield from (f"  {suite}: {case.name}: {case.message}" for suite, case in failed)


def junit(suites, started, seconds):
    """A tree of testsuites, testsuite and testcase. Tests that did not run are skipped,
    with a message. The last suite is the run as a whole, and names it."""
    def counts(some):
        return {"tests": str(sum(len(suite.cases) for suite in some)),
                "failures": str(sum(suite.count(FAIL) for suite in some)), "errors": "0"}

    root = ElementTree.Element("testsuites", name=suites[-1].name, **counts(suites), time=f"{seconds:.3f}")
    for suite in suites:
        attributes = counts([suite]) | {"skipped": str(suite.count(SKIP, NOT_RUN))}
        if suite.seconds is not None:
            attributes["time"] = f"{suite.seconds:.3f}"
        node = ElementTree.SubElement(root, "testsuite", name=plain(suite.name),
                                      timestamp=started, **attributes)
        for case in suite.cases:
            entry = ElementTree.SubElement(node, "testcase", name=plain(case.name),
                                           classname=plain(suite.name))
            if case.seconds is not None:
                entry.set("time", f"{case.seconds:.3f}")
            if case.status == FAIL:
                failure = ElementTree.SubElement(entry, "failure", type="failure",
                                                 message=plain(case.message))
                failure.text = plain(case.output)
            elif case.status != PASS:
                ElementTree.SubElement(entry, "skipped", message=plain(case.message or "ignored"))
            if case.output and case.status != FAIL:
                ElementTree.SubElement(entry, "system-out").text = plain(case.output)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def summary(path):
    """A JUnit file as Markdown: the counts, the failures, and the tests that did not run."""
    root = ElementTree.parse(path).getroot()
    cases = root.findall("testsuite/testcase")
    failed = []
    for case in cases:
        failure = case.find("failure")
        if failure is None:
            failure = case.find("error")
        if failure is not None:
            failed.append((case, failure))
    skipped = [(case, case.find("skipped")) for case in cases if case.find("skipped") is not None]
    passed = len(cases) - len(failed) - len(skipped)
    lines = [f"### {root.get('name', 'make test')}: {'all is well' if passed > 0 and not failed else 'failed'}", "",
             "| passed | failed | skipped or not run |", "| ---: | ---: | ---: |",
             f"| {passed} | {len(failed)} | {len(skipped)} |", ""]
    for case, failure in failed[:20]:
        lines += [f"**{case.get('classname')}: {case.get('name')}**", ""]
        text = [failure.get("message", ""), *(failure.text or "").splitlines()[-20:]]
        lines += [f"    {line}" for line in text] + [""]
    if len(failed) > 20:
        lines += [f"and {len(failed) - 20} more", ""]
    by_suite = {}
    for case, why in skipped:
        key = case.get("classname"), why.get("message")
        by_suite[key] = by_suite.get(key, 0) + 1
    lines += [f"- {suite}: {number} skipped: {why}" for (suite, why), number in by_suite.items()]
    return "\n".join(lines).rstrip("\n") + "\n"
