#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the commands of the course, docs/course/*.md, and holds what they print
against what the chapters show, or writes it into them.

usage: course.py check|print CHAPTER...      in the guest, as root
       course.py check|print --host PAGE...  on the host: for docs/vm.md
       course.py put                         on the host, with what print printed
       course.py solution                    on the host, with a diff on stdin

check fails where a command does something else than is shown. print gives the
chapters as JSON, as they are and with what the commands print now; put writes the
latter to their files, unless somebody has edited them.
solution prints the diff as a patch that still applies when somebody else adds a command
in the same places.

A chapter's blocks ```console hold commands behind "$ ", and under each what it
prints, standard error too. All of a chapter run in one shell, one after another.
A line "..." in a block stands for lines that are not shown; blocks with such a line
are never written to, only checked.

What differs from run to run is left out of the comparison: VARIES says what that is,
and where.
"""

import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

# What varies, and what it is compared as. Numbers that a chapter is about, such as a
# counter's, sequence numbers, lengths, offsets and flags, are not among these.
VARIES = [
    # Ports and what has their number; the id of a family.
    (r"\b(port|portid|pid)([ =:]+)\d+( \(0x[0-9a-f]+\))?", r"\1\2N"),
    (r"^(id +)\d+( \(0x[0-9a-f]+\))?$", r"\1N"),
    (r"^(\S+ +id )\d+ ", r"\1N "),
    (r"( family \S+ is number )\d+$", r"\1N"),
    (r"(getppid\(\) += )\d+", r"\1N"),
    # How many commands the family has, and how long its description is, which is the
    # only long message in these traces: both grow with each new command.
    (r"^(parley +id .*?) +\d+ operations", r"\1 N operations"),
    (r"(recvfrom\(\d+, \[)\d{3,}( bytes)", r"\1N\2"),
    (r"(\}, \[12\]\) = )\d{3,}$", r"\1N"),
    # Times and places.
    (r"^( *)\[ *\d+\.\d+\]", r"\1[T]"),
    (r"\d+\.\d+ s\b", "T s"),
    (r"\bCPU \d+", "CPU N"),
]
# A row of a message taken apart: offset, bytes, field and meaning.
ROW = re.compile(r"( *\d+)  ((?:[0-9a-f]{2} )*[0-9a-f]{2}) +(\S+) +(.*)")
# The fields whose bytes vary, and of which the numbers in the meaning do.
FIELDS_VARY = ("nlmsg_pid", "portid", "time-ns", "cpu")

# What a guest's kernel says at any time if the machine is busy.
BUSY = re.compile(r" *\[ *\d+\.\d+\] clocksource: .*")

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def masked(line):
    """The line without what varies."""
    row = ROW.fullmatch(line.rstrip())
    if row:
        offset, data, field, meaning = row.groups()
        # The type of a message is its family's number, but for those that are fixed.
        family = field == "nlmsg_type" and ": family" in meaning and "nlctrl" not in meaning
        if field in FIELDS_VARY or family:
            data = re.sub("[0-9a-f]{2}", "NN", data)
            meaning = re.sub(r"\b(0x[0-9a-f]+|[0-9.]+)\b", "N", meaning)
            return f"{offset} {data} {field} {meaning}"
    for pattern, instead in VARIES:
        line = re.sub(pattern, instead, line)
    return line.rstrip()


def commands(block):
    """The commands of a block, each with the lines under it."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (found[-1][0] + "\n" + line[2:], [])
        elif found:
            found[-1][1].append(line)
        else:
            sys.exit(f"course: a block begins without a command: {line!r}")
    return found


def agrees(shown, got):
    """Whether `got` is what is shown, where "..." stands for any lines."""
    got = [line for line in got if not BUSY.fullmatch(line)]
    shown, got = [masked(line) for line in shown], [masked(line) for line in got]
    pieces = [[]]
    for line in shown:
        if line.strip() in ("...", "[...]"):
            pieces.append([])
        else:
            pieces[-1].append(line)
    if len(pieces) == 1:
        return shown == got
    first, *middle, last = pieces
    if got[: len(first)] != first or (last and got[-len(last):] != last):
        return False
    at, end = len(first), len(got) - len(last)
    for piece in middle:
        while at + len(piece) <= end and got[at : at + len(piece)] != piece:
            at += 1
        if at + len(piece) > end:
            return False
        at += len(piece)
    return at <= end


def solution(diff):
    """The diff, with as little context as tells its places apart: no line before what is
    added, as another command may be added there, too; and behind it the lines up to one
    that has a word."""
    out = []
    for part in filter(None, re.split(r"(?m)^(?=diff |@@ )", diff)):
        head, *lines = part.splitlines()
        place = re.match(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@", head)
        if place and not any(line.startswith("-") for line in lines):
            old, new = map(int, place.groups())
            before = next(i for i, line in enumerate(lines) if line.startswith("+"))
            last = max(i for i, line in enumerate(lines) if line.startswith("+"))
            behind = next((i for i in range(last + 1, len(lines)) if re.search(r"\w{4}", lines[i])),
                          len(lines) - 1)
            lines = lines[before : behind + 1]
            kept = sum(line.startswith(" ") for line in lines)
            old, new = (old + before, new + before) if kept else (old, new)
            head = f"@@ -{old},{kept} +{new},{len(lines)} @@"
        out += [line for line in (head, *lines) if not line.startswith("index ")]
    return "\n".join(out) + "\n"


def fresh():
    """Loads the module anew, so that nothing is left of the chapter before."""
    subprocess.run(["rmmod", "parley"], check=True)
    subprocess.run(["insmod", "kmod/parley.ko"], check=True)


class Shell:
    """A shell that runs commands one after another. It reads them from a descriptor of its
    own: a command that reads its standard input must not read the commands after it."""

    END = "course: that was it:"

    def __init__(self):
        reading, writing = os.pipe()
        self.shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", f"/dev/fd/{reading}"], stdin=subprocess.DEVNULL, pass_fds=[reading],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        os.close(reading)
        self.commands = os.fdopen(writing, "w")
        # The shell reads from a copy. Its commands must not inherit this one, or the
        # descriptors that they open have other numbers than a reader's.
        self.commands.write(f"exec {reading}<&-\n")

    def run(self, command):
        self.commands.write(f"{command}\nprintf '\\n{self.END}\\n'\n")
        self.commands.flush()
        lines = []
        for line in self.shell.stdout:
            if line.rstrip("\n") == self.END:
                # The newline before the mark is the mark's, unless one was missing.
                if lines and lines[-1] == "":
                    lines.pop()
                return lines
            lines.append(line.rstrip("\n").rstrip())
        sys.exit(f"course: the shell ended in: {command}")

    def end(self):
        self.commands.close()
        self.shell.wait()


def run(chapter, write):
    """Runs a chapter. Returns the commands that did not do what is shown, the chapter's text,
    and that text with what the commands printed."""
    text = chapter.read_text()
    shell, bad, count = Shell(), [], 0

    def block(found):
        nonlocal count
        out = []
        for command, shown in commands(found[1]):
            got = shell.run(command)
            count += 1
            prompt = "$ " + command.replace("\n", "\n> ")
            if agrees(shown, got):
                out += [prompt, *shown]
            elif write and not any(line.strip() in ("...", "[...]") for line in shown):
                out += [prompt, *got]
            else:
                bad.append((command, shown, got))
                out += [prompt, *shown]
        return "```console\n" + "\n".join(out) + "\n```"

    new = CONSOLE.sub(block, text)
    shell.end()
    # The exercise is not for the shell: scripts/course exercise runs it.
    if not count and "exercise" not in chapter.name:
        sys.exit(f"course: {chapter} has no commands")
    print(f"  {chapter.name}: {count} commands, {len(bad)} not as shown", file=sys.stderr, flush=True)
    return bad, text, new


def replace(file, text):
    """Writes a file anew, or leaves it as it is if that fails."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text)
        beside.chmod(file.stat().st_mode)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def put(texts):
    """Writes the chapters, if none was edited since they were read."""
    edited = [chapter for chapter, (before, _) in texts.items()
              if pathlib.Path(chapter).read_text() != before]
    if edited:
        sys.exit("course: edited while its commands ran, so nothing was written: "
                 f"{' '.join(edited)}\n  run: scripts/course write")
    for chapter, (_, new) in texts.items():
        replace(pathlib.Path(chapter), new)


def main(arguments):
    if arguments == ["solution"]:
        sys.stdout.write(solution(sys.stdin.read()))
        return
    if arguments == ["put"]:
        put(json.load(sys.stdin))
        return
    if len(arguments) < 2 or arguments[0] not in ("check", "print"):
        sys.exit(__doc__)
    bad, texts = [], {}
    host = arguments[1] == "--host"
    for chapter in arguments[1 + host:]:
        if not host:
            fresh()
        wrong, *texts[chapter] = run(pathlib.Path(chapter), arguments[0] == "print")
        bad += [(chapter, *what) for what in wrong]
    if arguments[0] == "print":
        print(json.dumps(texts), flush=True)
        # The rest is in blocks that are never written to.
        sys.stdout = sys.stderr
    for chapter, command, shown, got in bad:
        print(f"\n{chapter}: not what is shown: $ {command}")
        for line in difflib.unified_diff(shown, got, "shown", "printed", lineterm="", n=2):
            print("  " + line)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
