#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes bench/profile.md, which shows where the instructions of a round trip go.

usage: profile SYSTEM_MAP RUN...

A RUN is a folder that `scripts/bench --profile` has written: `name` (of the column),
`times` (the number of calls in each of two boots, and the number of items in a call),
`few.counts` and `many.counts` (of the plugin pc_count in those boots), `console`
(the guest's output, with the module's symbols) and `program` (the client,
with its symbols). The difference of the two boots is the cost of the additional calls;
everything else is the same to the instruction.
"""

import bisect
import collections
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# Where Linux puts a position-independent program, and its libraries, without
# randomisation.
PROGRAM, PROGRAM_END = 0x555555554000, 0x600000000000
LIBRARIES, LIBRARIES_END = 0x7F0000000000, 0x800000000000


def counts(path):
    blocks = {}
    for line in path.read_text().splitlines():
        address, instructions, executions = line.split()
        blocks[int(address, 16), int(instructions)] = int(executions)
    return blocks


def kernel_symbols(system_map, console):
    symbols = []
    for line in pathlib.Path(system_map).read_text().splitlines():
        address, kind, name = line.split()[:3]
        if kind in "tTwW":
            symbols.append((int(address, 16), name))
    for line in console.read_text(errors="replace").splitlines():
        found = re.fullmatch(r"symbol ([0-9a-f]{16}) [tT] (\S+).*", line)
        if found:
            symbols.append((int(found[1], 16), f"[module] {found[2]}"))
    symbols.sort()
    if not any(name.startswith("[module]") for _, name in symbols):
        sys.exit(f"profile: the module's symbols are not in {console}")
    return symbols


def function_at(address, symbols):
    if PROGRAM <= address < PROGRAM_END:
        return "[user]"
    if LIBRARIES <= address < LIBRARIES_END:
        return "[libc]"
    at = bisect.bisect(symbols, (address, "\x7f")) - 1
    return symbols[at][1] if at >= 0 else "?"


def functions(run):
    """The cost of a call, by function."""
    few, many, per = (int(n) for n in (run / "times").read_text().split())
    before, after = counts(run / "few.counts"), counts(run / "many.counts")
    symbols = kernel_symbols(sys.argv[1], run / "console")
    took = collections.Counter()
    for block in before.keys() | after.keys():
        more = after.get(block, 0) - before.get(block, 0)
        if more:
            took[function_at(block[0], symbols)] += more * block[1] / (many - few) / per
    return took


def demangled(names):
    """Returns the demangled names of Rust functions."""
    names = sorted(names)
    run = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True,
                         check=True)
    # Strip the crates' hashes and the type parameters.
    short = [re.sub(r"\[[0-9a-f]{16}\]", "", name) for name in run.stdout.splitlines()]
    return dict(zip(names, short))


def parts():
    names, patterns = [], []
    for line in (HERE / "parts").read_text().splitlines():
        if line.startswith("\t"):
            patterns.append((re.compile(line.strip()), names[-1]))
        elif line and not line.startswith("#"):
            names.append(line)
    return names, patterns


OTHER = "All else: the timer's interrupts among it"


def part_of(function, patterns):
    # Ignore the module's name after the function's.
    name = function.split()[0]
    return next((part for pattern, part in patterns if pattern.fullmatch(name)), OTHER)


def main():
    runs = [pathlib.Path(run) for run in sys.argv[2:]]
    columns = [(run / "name").read_text().strip() for run in runs]
    by_function = [functions(run) for run in runs]
    plain = demangled({name for took in by_function for name in took})
    names, patterns = parts()
    by_part = []
    for took in by_function:
        parts_of = collections.Counter()
        for function, value in took.items():
            parts_of[part_of(function, patterns)] += value
        by_part.append(parts_of)

    print("| part | " + " | ".join(columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for name in [*names, OTHER]:
        print(f"| {name} | " + " | ".join(f"{p[name]:,.0f}" for p in by_part) + " |")
    totals = " | ".join(f"{sum(p.values()):,.0f}" for p in by_part)
    print(f"| **All** | {totals} |")
    own = [sum(p.values()) - p[names[0]] - p[names[1]] for p in by_part]
    shares = [f"{o:,.0f} ({o / sum(p.values()):.0%})" for o, p in zip(own, by_part)]
    print("| of it the kernel's own | " + " | ".join(shares) + " |")
    print()
    print("The functions that take the most, of the first column:")
    print()
    print("| function | instructions |")
    print("| --- | ---: |")
    for function, value in by_function[0].most_common(20):
        if value >= 1:
            print(f"| `{plain[function]}` | {value:,.0f} |")


if __name__ == "__main__":
    main()
