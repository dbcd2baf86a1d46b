# SPDX-License-Identifier: GPL-2.0
"""What scripts/bench makes of what its boots printed.

usage: report quick|check|report BOOT... -- ENVIRONMENT...

quick prints the rows of a boot. check fails where a row takes more than 1 % above
bench/baseline.json, or is missing there or here. report writes bench/report.md and
build/bench.json. Both fail where two boots differ by more than 0.1 % in any row.
"""

import json
import sys

import rows as room
import tables


def quick(rows):
    print("\n".join(tables.pairings(rows)))
    if any(row.startswith("rust libnl ") for row in rows):
        print()
        print("\n".join(tables.libraries(rows)))


def report(rows, most, environment):
    data = {"environment": environment, "unit": "guest instructions", "rows": rows}
    (room.BUILD / "bench.json").write_text(json.dumps(data, indent=1) + "\n")
    lines = [
        "# Guest instructions",
        "",
        "Made by `make bench`. One processor, QEMU's instruction counter, two boots, which differ",
        f"by at most {most:.4%} in any row.",
        "",
        *(f"- {item}" for item in environment),
        "",
        "Columns: module / client. The last two are Rust ÷ C, the other side being the same: the",
        "worse of the two. A batch row is the cost of one echo of 16 B in it, a dump row that of one",
        "entry.",
        "",
        *tables.pairings(rows),
        "",
        "The same echo through libnl with its usual settings (ACKs, messages peeked at), to the",
        "module in Rust:",
        "",
        *tables.libraries(rows),
        "",
    ]
    (room.BENCH / "report.md").write_text("\n".join(lines))
    print("\n".join(lines))


def main(arguments):
    mode, *arguments = arguments
    at = arguments.index("--")
    boots, environment = [room.read(path) for path in arguments[:at]], arguments[at + 1 :]
    if mode == "quick":
        quick(boots[0])
        return
    most = room.agree(*boots)
    if mode == "check":
        room.check(boots[0])
    else:
        report(boots[0], most, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
