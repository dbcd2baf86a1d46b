# SPDX-License-Identifier: GPL-2.0
"""Writes a machine-readable report of scripts/test/run, or of scripts/vm-test.

usage: python3 scripts/test/report FOLDER COMMAND...     runs COMMAND, writes the report
       python3 scripts/test/report --summary FILE        a JUnit file, as Markdown

Writes results.ktap, junit.xml and COMMAND's output, output.txt, to FOLDER.
The script puts the logs of the guests beside them. COMMAND's output is also
printed, and then the failures, with the last lines of each. The exit status is COMMAND's, or 1 if
COMMAND ends with 0 although its results are not good or cannot be written.
"""

import datetime
import fcntl
import hashlib
import itertools
import os
import pathlib
import sys
import traceback

import judge
import run
import write
from model import FAIL, one

# Files that another run may have left in the folder.
OWN = ("results.ktap", "junit.xml", "output.txt",
       *(f"{kind}-{name}.log" for kind in ("kernel", "console")
         for name in ("guest", "at-length", "faults", "machine")))
# A folder with this file holds one of our reports. The file has the sums of the report's files, as
# sha256sum prints them. During the run, it begins with UNFINISHED and lacks files that still grow.
MARK = ".parley-report"
UNFINISHED = "# the run has not ended\n"


def sums(folder):
    """A line for each file of a report that is in the folder."""
    return [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
            for name in OWN if (folder / name).is_file()]


def say(text):
    # As with the command's output, a reader that is gone changes nothing.
    try:
        print(f"report:  {text}", file=sys.stderr, flush=True)
    except BrokenPipeError:
        # Otherwise Python would fail as it ends, and exit with 120.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def keep(folder, name):
    """Renames a file to a name that no report has."""
    kept = next(path for number in itertools.count(1)
                if not os.path.lexists(path := folder / f"{name}.kept-{number}"))
    (folder / name).rename(kept)
    say(f"the previous run did not finish; its {name} is now {kept.name}")


def put(folder, suites, started, seconds):
    for name, text in (("results.ktap", write.ktap(suites)),
                       ("junit.xml", write.junit(suites, started, seconds))):
        new = folder / f".{name}.new"
        # Do not follow a link that another user may have created there.
        new.unlink(missing_ok=True)
        new.write_text(text, encoding="utf-8", errors="replace")
        new.replace(folder / name)


def report(folder, command):
    name = pathlib.Path(command[0]).name
    whole = name if name == "vm-test" else "make test"
    started = datetime.datetime.now().isoformat(timespec="seconds")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        old = [folder / name for name in OWN if os.path.lexists(folder / name)]
        if old and not (folder / MARK).is_file():
            sys.exit(f"report: {old[0]} is not from a report of this project\n"
                     "  nothing was tested; give REPORT a folder of its own")
        # This process holds the lock until it ends.
        mark = (folder / MARK).open("a+", encoding="utf-8")
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"report: another run has its report in {folder}\n"
                     "  nothing was tested; give REPORT a folder of its own, or wait")
        mark.seek(0)
        known = mark.readlines()
        changed = [line.split()[1] for line in sums(folder) if line not in known]
        if changed and known and known[0] != UNFINISHED:
            sys.exit(f"report: {folder / changed[0]} has changed since the report was made\n"
                     "  nothing was tested; move that file away, or give REPORT another folder")
        # A user may have written into the files of a run that was killed.
        for name in changed:
            keep(folder, name)
        for path in old:
            path.unlink(missing_ok=True)
        # If this very process is killed, no report of an earlier run remains.
        put(folder, [one(whole, FAIL, "the run has not ended, or its end was not seen")], started, 0)
        mark.truncate(0)
        mark.writelines([UNFINISHED, *sums(folder)])
        mark.flush()
        transcript = (folder / "output.txt").open("wb", buffering=0)
    except OSError as error:
        sys.exit(f"report: cannot write a report to {folder}: {error.strerror}\n"
                 "  nothing was tested; give REPORT a folder that can be written to")
    with transcript:
        done = run.supervise(command, transcript)

    cache = {}

    def names(path):
        if path not in cache:
            cache[path] = judge.listed([path])
        return cache[path]

    try:
        suites, status = judge.judge(done, names, whole)
        put(folder, suites, started, done.seconds)
        mark.truncate(0)
        mark.writelines(sums(folder))
        mark.flush()
    except OSError as error:
        say(f"the report cannot be written to {folder}: {error.strerror}")
        sys.exit(done.status or 1)
    except Exception:
        traceback.print_exc()
        say("cannot write the report; see above, and its output.txt")
        sys.exit(done.status or 1)
    # Who sees only the end of a long output finds the failures there.
    for line in write.failures(suites):
        say(line)
    say(f"{sum(len(suite.cases) for suite in suites)} results are in {folder}")
    sys.exit(status)


def main(arguments):
    match arguments:
        case ["--summary", path]:
            print(write.summary(path), end="")
        case [folder, _, *_] if not folder.startswith("-"):
            # scripts/test/run must not make a report of itself again.
            os.environ.pop("REPORT", None)
            folder = pathlib.Path(folder).absolute()
            os.environ["PARLEY_REPORT"] = str(folder)
            report(folder, arguments[1:])
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
