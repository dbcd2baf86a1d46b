# SPDX-License-Identifier: GPL-2.0
"""The rows that boots print, and how they compare with each other and the baseline.

Rows are {"MODULE CLIENT NAME": value}. A value is in instructions, or in nanoseconds if QEMU
did not count, except for those in UNITS.
"""

import json
import pathlib
import statistics
import sys

BENCH = pathlib.Path(__file__).parent.parent
BUILD = BENCH.parent / "build"
PAIRINGS = [(module, client) for module in ("rust", "c") for client in ("rust", "c")]
LIBRARIES = ("libnl", "neli", "neli-socket", "neli-vec")
UNITS = {"memory": "bytes"}


def read(path):
    """The lines `row MODULE CLIENT NAME VALUE`, and `compare MODULE JSON`."""
    rows = {}
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        words = line.split()
        if len(words) == 5 and words[0] == "row":
            rows[" ".join(words[1:4])] = float(words[4])
        elif len(words) > 2 and words[0] == "compare":
            rows |= compared(words[1], json.loads(line.split(maxsplit=2)[2]))
    if not rows:
        sys.exit(f"report: there are no rows in {path}")
    return rows


def compared(module, said):
    """Makes a row `MODULE compare CHANNEL-SIZE` from each cell of `parley compare --json`, or
    `MODULE compare CHANNEL` if a channel carries no message."""
    rows = {}
    for channel in said["channels"]:
        if channel.get("absent"):
            sys.exit(f"report: parley compare: {channel['id']}: {channel['absent']}")
        for cell in channel["cells"]:
            if cell["ns"] is None:
                sys.exit(f"report: parley compare: {channel['id']}: {cell['error']}")
            size = "" if cell["size"] is None else f"-{cell['size']}"
            rows[f"{module} compare {channel['id']}{size}"] = float(cell["ns"])
    return rows


def unit(row, usual):
    return UNITS.get(row.split()[-1], usual)


def names(rows):
    """The names of the rows that a pairing of module and client, or a library, has."""
    paired = [*(" ".join(pairing) for pairing in PAIRINGS), *(f"rust {c}" for c in LIBRARIES)]
    found = [row.rsplit(" ", 1) for row in rows]
    return list(dict.fromkeys(name for pairing, name in found if pairing in paired))


def ratio(rows, over, under):
    """One row divided by another, or None if one is missing."""
    if over in rows and under in rows:
        return rows[over] / rows[under]
    return None


def worst(*ratios):
    """The largest of the existing values, or None."""
    return max((ratio for ratio in ratios if ratio is not None), default=None)


def module_ratio(rows, name):
    """The module in Rust ÷ that in C: the worse of both clients."""
    return worst(*(ratio(rows, f"rust {c} {name}", f"c {c} {name}") for c in ("rust", "c")))


def client_ratio(rows, name):
    """The client in Rust ÷ that in C: the worse with both modules."""
    return worst(*(ratio(rows, f"{m} rust {name}", f"{m} c {name}") for m in ("rust", "c")))


def own(rows):
    """The rows without those of other libraries, which are only reported, because they change with
    the library and its compiler, and no change here can fix them."""
    return {row: value for row, value in rows.items() if row.split()[1] not in LIBRARIES}


def same_rows(boots):
    first = boots[0]
    for other in boots[1:]:
        if first.keys() != other.keys():
            sys.exit(f"report: two boots have different rows: {sorted(first.keys() ^ other.keys())}")


def agree(boots):
    """Returns the largest difference between two boots. Exits with an error if it is too large."""
    same_rows(boots)
    first, second = map(own, boots)
    apart = {row: abs(first[row] - second[row]) / max(first[row], 1) for row in first}
    row = max(apart, key=apart.get)
    if apart[row] > 0.001:
        sys.exit(f"report: two boots differ by {apart[row]:.2%} in '{row}'; the limit is 0.1 %")
    return apart[row]


def medians(boots):
    """{row: (median, spread)}, the spread being (largest - smallest) ÷ median."""
    same_rows(boots)
    found = {}
    for row in boots[0]:
        values = [boot[row] for boot in boots]
        median = statistics.median(values)
        found[row] = (median, (max(values) - min(values)) / median if median else 0.0)
    return found


# If two processes take turns, changes that have nothing to do with a row move it by up to
# 6 %, because they change when the process that wakes the other is preempted.
TURNS = ("pipe", "unix-", "udp", "tcp", "shared-memory")


def tolerance(row):
    """How far above the baseline a row may be, as a factor."""
    _, client, name = row.split()
    return 1.10 if client == "compare" and name.startswith(TURNS) else 1.01


def above(rows, before):
    """Messages about the rows that exceed `before` by too much."""
    found = sorted(f"{row}: only on one side" for row in rows.keys() ^ before.keys())
    for row in sorted(rows.keys() & before.keys()):
        if rows[row] > tolerance(row) * before[row]:
            found.append(f"{row}: {rows[row]:.1f}, and was {before[row]:.1f}")
    return found


def check(rows, before):
    """Exits with an error if a row exceeds the baseline by too much."""
    bad = above(own(rows), own(before))
    for line in above(rows, before):
        other = "" if line in bad else "another library, which decides nothing: "
        print(f"report: {other}{line}", file=sys.stderr)
    if bad:
        sys.exit(1)
    print(f"report: {len(own(rows))} rows, none further above the baseline than it may be")
