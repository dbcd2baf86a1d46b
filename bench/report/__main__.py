# SPDX-License-Identifier: GPL-2.0
"""Evaluates the output of scripts/bench's boots.

usage: report quick|check|report|kvm|tcg|scaling BOOT... -- WORD...
       report keep

quick prints the rows of a boot. check fails if a row is more than 1 % above
bench/baseline.json (10 % if two processes take turns), or is missing on one side; it only
reports rows of other libraries. report writes build/bench.json, bench/report.md and its
plots; the words are the environment. check and report fail if two boots differ by more than
0.1 % in any row, except rows of other libraries. kvm and tcg write medians and spreads to
build/bench-kvm.json or build/bench-tcg.json. scaling writes build/scaling.json;
its words are QEMU's accelerator, the load, and the number of the host's processors. keep
writes bench/baseline.json from build/bench.json.
"""

import json
import os
import statistics
import sys

import document
import rows as room
import tables
import targets


def write(path, data):
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def quick(boot):
    known = [target for target in targets.targets(boot, None) if target[3] is not None]
    found = {
        "Columns: module / client, and the worse Rust ÷ C of each": tables.pairings(boot),
        "Other libraries": tables.libraries(boot),
        "parley compare": tables.channels(boot),
        "Targets": tables.targets(known),
    }
    for title, lines in found.items():
        lines = list(lines)
        if len(lines) > 2:
            print(title, *lines, "", sep="\n")


def times(how, boots, environment):
    found = room.medians(boots)
    data = {
        "environment": environment,
        "accelerator": how,
        "boots": len(boots),
        "rows": {
            row: {"median": median, "spread": round(spread, 4), "unit": room.unit(row, "ns")}
            for row, (median, spread) in found.items()
        },
    }
    path = room.BUILD / f"bench-{how}.json"
    write(path, data)
    print("\n".join(tables.times(found, lambda row: room.unit(row, "ns"))))
    print(f"\nreport: {len(boots)} boots under {how}; also in build/{path.name}")


def scaling(boots, words):
    how, load, processors = words
    found = room.medians(boots)
    modules = {}
    for module in ("rust", "c"):
        keys = {cpus: f"{module} {cpus} parallel-4" for cpus in ("one", "two")}
        # Compute the ratio per boot, because other load on the machine affects both values alike.
        gains = [boot[keys["one"]] / boot[keys["two"]] for boot in boots]
        modules[module] = {
            **{cpus: dict(zip(("median", "spread"), found[key])) for cpus, key in keys.items()},
            "ratio": statistics.median(gains),
        }
    data = {
        "accelerator": how,
        "boots": len(boots),
        "load": load,
        "processors": processors,
        "modules": modules,
    }
    write(room.BUILD / "scaling.json", data)
    print("\n".join(tables.scaling(data)))
    print(
        f"report: under {how}; the host, with {processors} processors, had a load of {load} before"
    )


def report(boots, environment):
    most = room.agree(boots)
    path = room.BUILD / "scaling.json"
    data = {
        "environment": environment,
        "unit": "guest instructions",
        "units": room.UNITS,
        "rows": boots[0],
    }
    write(room.BUILD / "bench.json", data)
    parallel = json.loads(path.read_text()) if path.exists() else None
    text = document.document(data, most, parallel)
    (room.BENCH / "report.md").write_text(text)
    # Imported only here, because it needs matplotlib.
    import plots

    plots.draw(boots[0])
    print(text)


def check(boot, environment, baseline):
    """Exits with an error if a row exceeds its limit, or misses a target that the baseline meets.
    Ignores targets that compare with other libraries."""
    for was, is_now in zip(baseline["environment"], environment):
        if was != is_now:
            print(f"report: the baseline was made with {was}, this with {is_now}", file=sys.stderr)
    room.check(boot, baseline["rows"])
    before, now = (targets.targets(room.own(rows), None) for rows in (baseline["rows"], boot))
    missed = [was[0] for was, is_now in zip(before, now) if was[3] and not is_now[3]]
    if missed:
        sys.exit(f"report: no longer met: {', '.join(missed)}")
    print("report: all targets are met that the baseline meets")


def keep(kept, baseline):
    """Replaces the baseline with the measured rows, unless `report` did not write them."""
    if not kept.exists():
        sys.exit("report: nothing is measured yet; run: make bench")
    text = kept.read_text()
    try:
        data = json.loads(text)
        right = bool(data["rows"]) and all(isinstance(each, (int, float)) for each in data["rows"].values())
        right = right and all(isinstance(each, str) for each in data["environment"])
    except (ValueError, LookupError, TypeError, AttributeError):
        right = False
    if not right:
        sys.exit(f"report: {kept} is not what was measured; run: make bench")
    new = baseline.with_name(f"{baseline.name}.new")
    new.write_text(text)
    os.replace(new, baseline)


def main(arguments):
    mode, *arguments = arguments
    if mode == "keep":
        keep(room.BUILD / "bench.json", room.BENCH / "baseline.json")
        return
    at = arguments.index("--")
    boots, words = [room.read(path) for path in arguments[:at]], arguments[at + 1 :]
    if mode == "quick":
        quick(boots[0])
    elif mode == "check":
        room.agree(boots)
        check(boots[0], words, json.loads((room.BENCH / "baseline.json").read_text()))
    elif mode == "scaling":
        scaling(boots, words)
    elif mode == "report":
        report(boots, words)
    else:
        times(mode, boots, words)


if __name__ == "__main__":
    main(sys.argv[1:])
