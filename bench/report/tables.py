# SPDX-License-Identifier: GPL-2.0
"""The report's tables, as lines of Markdown."""

from rows import PAIRINGS, client_ratio, module_ratio, names, ratio


OTHERS = ("libnl", "neli", "neli-socket", "neli-vec")


def number(value):
    return "–" if value is None else f"{value:,.0f}"


def quotient(value):
    return "–" if value is None else f"{value:.3f}"


def table(head, lines):
    """A table with the first column to the left, in columns that align as text."""
    lines = [head, *lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for line in (lines[0], rule, *lines[1:]):
        first, *rest = zip(line, widths)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        yield "| " + " | ".join(cells) + " |"


def pairings(rows, wanted=lambda name: True):
    head = ["row", *(f"{m} / {c}" for m, c in PAIRINGS), "module", "client"]
    lines = []
    for name in filter(wanted, names(rows)):
        values = [rows.get(f"{module} {client} {name}") for module, client in PAIRINGS]
        ratios = [module_ratio(rows, name), client_ratio(rows, name)]
        lines.append([name, *map(number, values), *map(quotient, ratios)])
    return table(head, lines)


def libraries(rows):
    others = [c for c in OTHERS if any(r.startswith(f"rust {c} ") for r in rows)]
    head = ["row", "parley", *others, *(f"parley ÷ {other}" for other in others)]
    lines = []
    for name in names(rows):
        keys = [f"rust {other} {name}" for other in others]
        if any(key in rows for key in keys):
            ours = f"rust rust {name}"
            values = [rows.get(key) for key in (ours, *keys)]
            ratios = [ratio(rows, ours, key) for key in keys]
            lines.append([name, *map(number, values), *map(quotient, ratios)])
    return table(head, lines)
