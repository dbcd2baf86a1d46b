#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes bench/report.md and build/bench.json of what two boots printed.

usage: report.py [--check] BOOT1 BOOT2 ENVIRONMENT...

Each boot prints lines `row MODULE CLIENT NAME INSTRUCTIONS`. Fails where the two
differ by more than 0.1 % in any row; with --check, where a row is more than 1 %
above bench/baseline.json, or is missing there or here.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
PAIRINGS = [(module, client) for module in ("rust", "c") for client in ("rust", "c")]


def read(path):
    rows = {}
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        words = line.split()
        if len(words) == 5 and words[0] == "row":
            rows[" ".join(words[1:4])] = float(words[4])
    if not rows:
        sys.exit(f"report: there are no rows in {path}")
    return rows


def agree(first, second):
    if first.keys() != second.keys():
        sys.exit(f"report: the boots have other rows: {sorted(first.keys() ^ second.keys())}")
    worst = max(abs(first[row] - second[row]) / first[row] for row in first)
    if worst > 0.001:
        sys.exit(f"report: two boots differ by {worst:.2%}; 0.1 % is the most")
    return worst


def check(rows):
    baseline = json.loads((HERE / "baseline.json").read_text())["rows"]
    bad = sorted(f"{row}: only on one side" for row in rows.keys() ^ baseline.keys())
    for row in rows.keys() & baseline.keys():
        if rows[row] > 1.01 * baseline[row]:
            bad.append(f"{row}: {rows[row]:.1f}, and was {baseline[row]:.1f}")
    for line in bad:
        print(f"report: {line}", file=sys.stderr)
    if bad:
        sys.exit(1)
    print(f"report: {len(rows)} rows, none more than 1 % above the baseline")


def table(rows):
    names = [row.split()[2] for row in rows if row.startswith("rust rust ")]
    yield "| row | " + " | ".join(f"{m} / {c}" for m, c in PAIRINGS) + " | module | client |"
    yield "| --- |" + " ---: |" * (len(PAIRINGS) + 2)
    for name in names:
        values = [rows.get(f"{module} {client} {name}") for module, client in PAIRINGS]
        if None in values:
            sys.exit(f"report: the row {name} is not there for every pairing")
        rust_rust, rust_c, c_rust, c_c = values
        cells = [f"{value:,.0f}" for value in values]
        # Both with the other side in C, and in Rust: the worse of the two.
        module = max(rust_c / c_c, rust_rust / c_rust)
        client = max(c_rust / c_c, rust_rust / rust_c)
        yield f"| {name} | " + " | ".join(cells) + f" | {module:.3f} | {client:.3f} |"


def libraries(rows):
    yield "| row | libnl | parley's library | parley's ÷ libnl |"
    yield "| --- | ---: | ---: | ---: |"
    for row, libnl in rows.items():
        if row.startswith("rust libnl "):
            ours = rows[row.replace("libnl", "rust")]
            yield f"| {row.split()[2]} | {libnl:,.0f} | {ours:,.0f} | {ours / libnl:.3f} |"


def main(arguments):
    checking = arguments[:1] == ["--check"]
    first, second, *environment = arguments[checking:]
    rows = read(first)
    worst = agree(rows, read(second))
    if checking:
        check(rows)
        return
    data = {"environment": environment, "unit": "guest instructions", "rows": rows}
    (HERE.parent / "build" / "bench.json").write_text(json.dumps(data, indent=1) + "\n")
    lines = [
        "# Guest instructions",
        "",
        "Made by `make bench`. One processor, QEMU's instruction counter, two boots, which differ",
        f"by at most {worst:.4%} in any row.",
        "",
        *(f"- {item}" for item in environment),
        "",
        "Columns: module / client. The last two are Rust ÷ C, the other side being the same: the",
        "worse of the two. A batch row is the cost of one echo of 16 B in it, a dump row that of one",
        "entry.",
        "",
        *table(rows),
        "",
        "The same echo through libnl with its usual settings (ACKs, messages peeked at), to the",
        "module in Rust:",
        "",
        *libraries(rows),
        "",
    ]
    (HERE / "report.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
