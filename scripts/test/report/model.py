# SPDX-License-Identifier: GPL-2.0
"""The parts of a report: suites, and the cases in them."""

from dataclasses import dataclass, field

PASS, FAIL, SKIP = "pass", "fail", "skip"
# Planned, but never begun. Harmless only beside a failure that gives the reason.
NOT_RUN = "not run"


@dataclass
class Case:
    name: str
    status: str
    # Why it failed or was skipped, in one line.
    message: str = ""
    # Its output.
    output: str = ""
    seconds: float | None = None


@dataclass
class Suite:
    name: str
    cases: list[Case] = field(default_factory=list)
    seconds: float | None = None
    # Whether its cases are those of a KTAP output.
    ktap: bool = False

    def count(self, *statuses):
        return sum(case.status in statuses for case in self.cases)

    @property
    def red(self):
        return self.count(FAIL) > 0


def one(name, status, message="", output="", seconds=None):
    """A suite of one case with the suite's name."""
    return Suite(name, [Case(name, status, message, output, seconds)], seconds)
