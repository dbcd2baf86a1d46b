# SPDX-License-Identifier: GPL-2.0
"""The report's tables, as lines of Markdown that align as text, too."""

from rows import LIBRARIES, PAIRINGS, client_ratio, module_ratio, names, ratio


def number(value):
    return "–" if value is None else f"{value:,.0f}"


def quotient(value):
    return "–" if value is None else f"{value:.3f}"


def table(head, lines):
    """A table whose first column stands to the left, the others to the right."""
    lines = [head, *lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for line in (lines[0], rule, *lines[1:]):
        first, *rest = zip(line, widths)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        yield "| " + " | ".join(cells) + " |"


def pairings(rows, *beginnings):
    """The rows whose names begin with the prefix, or all rows, for each module and client."""
    head = ["row", *(f"{m} / {c}" for m, c in PAIRINGS), "module", "client"]
    lines = []
    for name in names(rows):
        values = [rows.get(f"{module} {client} {name}") for module, client in PAIRINGS]
        if not any(values) or not name.startswith(beginnings or ("",)):
            continue
        ratios = [module_ratio(rows, name), client_ratio(rows, name)]
        lines.append([name, *map(number, values), *map(quotient, ratios)])
    return table(head, lines)


def libraries(rows):
    """Each library's rows, and the ratio of parley's library to them."""
    lines = []
    for library in LIBRARIES:
        for name in names(rows):
            theirs, ours = f"rust {library} {name}", f"rust rust {name}"
            if theirs in rows:
                cells = [number(rows[theirs]), number(rows.get(ours))]
                lines.append([f"{library} {name}", *cells, quotient(ratio(rows, ours, theirs))])
    return table(["row", "the library", "parley's", "parley's ÷ it"], lines)


def batches(rows):
    """One echo of a batch ÷ a single echo, for each module and client."""
    head = ["row", *(f"{m} / {c}" for m, c in PAIRINGS)]
    lines = []
    for name in (name for name in names(rows) if name.startswith("batch-")):
        keys = [f"{module} {client}" for module, client in PAIRINGS]
        cells = [quotient(ratio(rows, f"{key} {name}", f"{key} echo-16")) for key in keys]
        lines.append([name, *cells])
    return table(head, lines)


def channels(rows):
    """The measurements of `parley compare`: a line per channel, a column per size."""
    cells = {}
    for row, value in rows.items():
        if row.startswith("rust compare "):
            channel, _, size = row.split()[2].rpartition("-")
            if not size.isdigit():
                channel, size = row.split()[2], 0
            cells[channel, int(size)] = value
    sizes = sorted({size for _, size in cells})
    lines = [
        [channel, *(number(cells.get((channel, size))) for size in sizes)]
        for channel in dict.fromkeys(channel for channel, _ in cells)
    ]
    head = ["channel", *(f"{size:,} B" if size else "no message" for size in sizes)]
    return table(head, lines)


def flags(rows):
    """The client in Rust ÷ the client in C built by gcc -O2 and -O3; the module is in Rust."""
    lines = []
    for name in names(rows):
        cells = [rows.get(f"rust {client} {name}") for client in ("rust", "c", "c-O3")]
        if None not in cells:
            ratios = [f"{cells[0] / cell:.3f}" for cell in cells[1:]]
            lines.append([name, *map(number, cells), *ratios])
    return table(["row", "Rust", "C, -O2", "C, -O3", "÷ -O2", "÷ -O3"], lines)


def scaling(data):
    """Echoes a second of four clients at once, on one processor and on two."""
    head = ["module", "one", "spread", "two", "spread", "two ÷ one"]
    lines = []
    for module, found in data["modules"].items():
        cells = []
        for cpus in ("one", "two"):
            cells += [number(1e9 / found[cpus]["median"]), f"{found[cpus]['spread']:.1%}"]
        lines.append([module, *cells, f"{found['ratio']:.2f}"])
    return table(head, lines)


def times(found, units):
    """Medians and spreads of several boots."""
    lines = [
        [row, number(median), units(row), f"{spread:.1%}"]
        for row, (median, spread) in found.items()
    ]
    return table(["row", "median", "unit", "spread"], lines)


def targets(found):
    met = {True: "yes", False: "**no**", None: "–"}
    lines = [[what, limit, measured, met[is_met]] for what, limit, measured, is_met in found]
    return table(["target", "limit", "measured", "met"], lines)
