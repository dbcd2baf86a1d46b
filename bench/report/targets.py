# SPDX-License-Identifier: GPL-2.0
"""The targets, and whether the rows meet them.

Each target is (what, limit, measured, met); met is None if rows are missing.
"""

import math

from rows import client_ratio, module_ratio, names, ratio, worst
from tables import quotient

# get and add may grow by this much more than the measured cost of a level predicts: trees
# are not perfectly balanced.
GROWTH_SLACK = 1.10

GROUPS = {
    "echo": tuple(f"echo-{digit}" for digit in range(10)),
    "echo with ACK": ("echo-ack-",),
    "counter get and add": ("get-", "add-"),
    "dump entry": ("dump-entry-",),
}


# Additional targets of the client, which the module does not have.
CLIENT_GROUPS = GROUPS | {"echo in a batch": ("batch-",), "event": ("event-",)}


def at_most(what, limit, value, of=""):
    measured = quotient(value) + (f" ({of})" if of and value is not None else "")
    return what, f"≤ {limit:.2f}", measured, None if value is None else value <= limit


def worst_of(rows, group, ratio_of):
    """The worst ratio of a group of rows, and the name of its row."""
    found = {name: ratio_of(rows, name) for name in names(rows) if name.startswith(group)}
    found = {name: value for name, value in found.items() if value is not None}
    name = max(found, key=found.get, default="")
    return found.get(name), name


def levels(count):
    """The nodes that a search passes, on average over the `count` nodes of a perfectly
    balanced tree."""
    return (count + 1) / count * math.log2(count + 1) - 1


def growth(rows, client, call):
    """The additional cost of a call with 60,000 counters over one with a single counter ÷ the
    expected cost if each level beyond the first costs as much as in a tree of 1,000."""
    try:
        one, few, many = (rows[f"rust {client} {call}-{n}"] for n in (1, 1000, 60000))
    except KeyError:
        return None
    level = (few - one) / (levels(1000) - levels(1))
    if level <= 0:
        return None
    return (many - one) / (level * (levels(60000) - levels(1)))


def dump_growth(rows):
    """An entry's cost with 60,000 counters ÷ its cost with 600: the ratio furthest from 1."""
    found = [
        ratio(rows, f"rust {c} dump-entry-60000", f"rust {c} dump-entry-600") for c in ("rust", "c")
    ]
    return max((r for r in found if r is not None), key=lambda r: abs(r - 1), default=None)


def against(rows, libraries, name):
    """The library ÷ the fastest way of another library, and the name of that way."""
    found = {other: ratio(rows, f"rust rust {name}", f"rust {other} {name}") for other in libraries}
    found = {other: value for other, value in found.items() if value is not None}
    other = max(found, key=found.get, default="")
    return found.get(other), other


def targets(rows, scaling):
    for what, group in GROUPS.items():
        yield at_most(f"module in Rust ÷ in C, {what}", 1.00, *worst_of(rows, group, module_ratio))
    for what, group in CLIENT_GROUPS.items():
        yield at_most(f"client in Rust ÷ in C, {what}", 1.02, *worst_of(rows, group, client_ratio))
    yield at_most("library ÷ libnl, echo of 16 B", 0.45, *against(rows, ["libnl"], "echo-16"))
    with_ack = ratio(rows, "rust rust echo-ack-16", "rust libnl echo-16")
    yield at_most("library with ACK ÷ libnl, echo of 16 B", 0.45, with_ack)
    neli = ["neli", "neli-socket", "neli-vec"]
    yield at_most("library ÷ neli, echo of 16 B", 0.50, *against(rows, neli, "echo-16"))
    # The limit was set from neli's cost for a payload of `Vec<u8>`.
    for ways in (["neli-vec"], neli):
        yield at_most("library ÷ neli, echo of 16 KiB", 0.10, *against(rows, ways, "echo-16384"))
    alone = ratio(rows, "rust rust batch-32", "rust rust echo-16")
    yield at_most("an echo of 32 in a datagram ÷ one alone", 0.70, alone)
    value = dump_growth(rows)
    yield (
        "dump entry, 60,000 counters ÷ 600",
        "1 ± 0.05",
        quotient(value),
        None if value is None else abs(value - 1) <= 0.05,
    )
    for call in ("get", "add"):
        value = worst(*(growth(rows, client, call) for client in ("rust", "c")))
        yield at_most(f"{call}, growth to 60,000 counters ÷ log n", GROWTH_SLACK, value)
    taken = rows.get("rust rust memory")
    yield (
        "bytes a counter",
        "≤ 160",
        "–" if taken is None else f"{taken:.1f}",
        None if taken is None else taken <= 160,
    )
    found = scaling and scaling["modules"]["rust"]
    # A gain that varies more than this is meaningless.
    quiet = found and max(found[cpus]["spread"] for cpus in ("one", "two")) <= 0.10
    yield (
        "four clients, two processors ÷ one",
        "≥ 1.70",
        f"{found['ratio']:.2f}" + ("" if quiet else " (noise)") if found else "–",
        found["ratio"] >= 1.7 if quiet else None,
    )
