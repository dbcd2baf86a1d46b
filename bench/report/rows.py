# SPDX-License-Identifier: GPL-2.0
"""The rows that boots print, and how they compare with what was kept."""

import json
import pathlib
import sys

BENCH = pathlib.Path(__file__).parent.parent
BUILD = BENCH.parent / "build"
PAIRINGS = [(module, client) for module in ("rust", "c") for client in ("rust", "c")]


def read(path):
    """{"MODULE CLIENT NAME": value} of the lines `row MODULE CLIENT NAME VALUE`."""
    rows = {}
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        words = line.split()
        if len(words) == 5 and words[0] == "row":
            rows[" ".join(words[1:4])] = float(words[4])
    if not rows:
        sys.exit(f"report: there are no rows in {path}")
    return rows


def names(rows):
    """The names of the rows that a pairing of module and client has."""
    paired = [" ".join(pairing) for pairing in PAIRINGS]
    found = [row.rsplit(" ", 1) for row in rows]
    return list(dict.fromkeys(name for pairing, name in found if pairing in paired))


def ratio(rows, over, under):
    """One row divided by another; None where one is not there."""
    if over in rows and under in rows:
        return rows[over] / rows[under]
    return None


def worst(*ratios):
    """The largest of those that are there, or None."""
    return max((ratio for ratio in ratios if ratio is not None), default=None)


def module_ratio(rows, name):
    """The module in Rust ÷ that in C: the worse of both clients."""
    return worst(*(ratio(rows, f"rust {c} {name}", f"c {c} {name}") for c in ("rust", "c")))


def client_ratio(rows, name):
    """The client in Rust ÷ that in C: the worse with both modules."""
    return worst(*(ratio(rows, f"{m} rust {name}", f"{m} c {name}") for m in ("rust", "c")))


def agree(first, second):
    """How far two boots differ at most; ends the program where that is too far."""
    if first.keys() != second.keys():
        sys.exit(f"report: the boots have other rows: {sorted(first.keys() ^ second.keys())}")
    most = max(abs(first[row] - second[row]) / first[row] for row in first)
    if most > 0.001:
        sys.exit(f"report: two boots differ by {most:.2%}; 0.1 % is the most")
    return most


def check(rows):
    """Ends the program where a row takes more than 1 % above the baseline."""
    baseline = json.loads((BENCH / "baseline.json").read_text())["rows"]
    bad = sorted(f"{row}: only on one side" for row in rows.keys() ^ baseline.keys())
    for row in rows.keys() & baseline.keys():
        if rows[row] > 1.01 * baseline[row]:
            bad.append(f"{row}: {rows[row]:.1f}, and was {baseline[row]:.1f}")
    for line in bad:
        print(f"report: {line}", file=sys.stderr)
    if bad:
        sys.exit(1)
    print(f"report: {len(rows)} rows, none more than 1 % above the baseline")
