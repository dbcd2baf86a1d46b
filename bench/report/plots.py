# SPDX-License-Identifier: GPL-2.0
"""The report's plots. The same rows give the same files, byte for byte."""

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator
from rows import BENCH, PAIRINGS

# The colour shows the module, the line style the client. Markers help readers without colour.
COLOURS = {"rust": "#c4501b", "c": "#2a6099"}
STYLES = {"rust": "-", "c": "--"}
MARKERS = {"rust": "o", "c": "s"}
LIBRARIES = {
    "libnl": ("libnl", "#3f7d3a", "D"),
    "neli": ("neli (router)", "#7a4a91", "^"),
    "neli-socket": ("neli (socket)", "#a07cb4", "v"),
}
SIZES = {0: "0", 16: "16 B", 1024: "1 KiB", 16384: "16 KiB", 61440: "60 KiB"}

plt.rcParams.update(
    {
        "svg.hashsalt": "parley",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#dddddd",
        "axes.axisbelow": True,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
    }
)


def points(rows, who, name, at):
    """The positions of `at` that have a row `who name-position`, and those rows."""
    found = [(x, rows.get(f"{who} {name}-{x}")) for x in at]
    found = [(x, y) for x, y in found if y is not None]
    return [x for x, _ in found], [y for _, y in found]


def four(axes, rows, name, at):
    for module, client in PAIRINGS:
        axes.plot(
            *points(rows, f"{module} {client}", name, at),
            STYLES[client],
            marker=MARKERS[client],
            color=COLOURS[module],
            markerfacecolor="white" if client == "c" else COLOURS[module],
            label=f"module {module.title()}, client {client.title()}",
        )


def ticks(axis, at, label=lambda x: f"{x:,}"):
    """Marks the axis only at these positions."""
    axis.set_ticks(at)
    axis.set_major_formatter(FuncFormatter(lambda x, _: label(round(x))))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def save(figure, name):
    # Strip trailing blanks, which git would complain about.
    path = BENCH / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    path.write_text("".join(line.rstrip() + "\n" for line in path.read_text().splitlines()))


def thousands(axis):
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def echo(rows):
    figure, axes = plt.subplots(figsize=(8.6, 4.6))
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = [size for size in SIZES if size]
    four(axes, rows, "echo", sizes)
    for library, (label, colour, marker) in LIBRARIES.items():
        line = points(rows, f"rust {library}", "echo", sizes)
        axes.plot(*line, ":", marker=marker, color=colour, label=f"module Rust, {label}")
    ticks(axes.xaxis, sizes, SIZES.get)
    ticks(axes.yaxis, [5000, 10000, 20000, 50000])
    axes.set_xlabel("payload")
    axes.set_ylabel("guest instructions a round trip")
    axes.set_title("Echo")
    figure.legend(loc="outside right center")
    save(figure, "echo")


def counters(rows):
    figure, panels = plt.subplots(1, 3, figsize=(11.4, 4.4))
    for axes, (title, name, at, from_zero) in zip(
        panels,
        (
            ("Get (not from 0)", "get", [1, 1000, 60000], False),
            ("Add (not from 0)", "add", [1, 1000, 60000], False),
            ("Dump, an entry", "dump-entry", [100, 600, 10000, 60000], True),
        ),
    ):
        axes.set_xscale("log")
        four(axes, rows, name, at)
        ticks(axes.xaxis, at)
        axes.set_title(title)
        axes.set_xlabel("counters")
        if from_zero:
            axes.set_ylim(bottom=0)
        thousands(axes.yaxis)
    # Draw get and add to the same scale.
    limits = [panel.get_ylim() for panel in panels[:2]]
    for panel in panels[:2]:
        panel.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    panels[0].set_ylabel("guest instructions")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    save(figure, "counters")


def batch(rows):
    figure, axes = plt.subplots(figsize=(7.6, 4.2))
    axes.set_xscale("log")
    four(axes, rows, "batch", [1, 8, 32, 128])
    ticks(axes.xaxis, [1, 8, 32, 128])
    axes.set_ylim(bottom=0)
    thousands(axes.yaxis)
    axes.set_xlabel("requests in a datagram")
    axes.set_ylabel("guest instructions an echo of 16 B")
    axes.set_title("Batches")
    axes.legend(loc="lower left")
    save(figure, "batch")


def draw(rows):
    echo(rows)
    counters(rows)
    batch(rows)
