# SPDX-License-Identifier: GPL-2.0
"""The report's plots. The same rows give the same files, byte for byte."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator  # noqa: E402

from rows import BENCH, PAIRINGS  # noqa: E402

# Colour tells the module, the line's style the client; both are told apart without
# colour, too.
COLOURS = {"rust": "#c4501b", "c": "#2a6099"}
STYLES = {"rust": "-", "c": "--"}
MARKERS = {"rust": "o", "c": "s"}
LIBRARIES = {
    "libnl": ("libnl", "#3f7d3a", "D"),
    "neli": ("neli, router", "#7a4a91", "^"),
    "neli-socket": ("neli, socket", "#a07cb4", "v"),
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
    """Marks the axis at these positions alone."""
    axis.set_ticks(at)
    axis.set_major_formatter(FuncFormatter(lambda x, _: label(round(x))))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def save(figure, name):
    # Without a final blank in a line, which git would complain of.
    path = BENCH / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    path.write_text("".join(line.rstrip() + "\n" for line in path.read_text().splitlines()))


def echo(rows):
    figure, axes = plt.subplots(figsize=(7.6, 4.6))
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = [size for size in SIZES if size]
    for library, (label, colour, marker) in LIBRARIES.items():
        line = points(rows, f"rust {library}", "echo", sizes)
        axes.plot(*line, ":", marker=marker, color=colour, label=label)
    four(axes, rows, "echo", sizes)
    ticks(axes.xaxis, sizes, SIZES.get)
    ticks(axes.yaxis, [5000, 10000, 20000, 50000])
    axes.set_xlabel("payload")
    axes.set_ylabel("guest instructions a round trip")
    axes.set_title("Echo")
    axes.legend(loc="upper left")
    save(figure, "echo")


def counters(rows):
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    for call in ("get", "add"):
        four(left, rows, call, [1, 1000, 60000])
    right.set_title("Dump")
    four(right, rows, "dump-entry", [100, 600, 10000, 60000])
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlabel("counters")
    ticks(left.xaxis, [1, 1000, 60000])
    ticks(right.xaxis, [100, 600, 10000, 60000])
    left.set_title("Get (lower lines) and add (upper)")
    left.set_ylabel("guest instructions a call")
    right.set_ylabel("guest instructions an entry")
    for axes in (left, right):
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    handles, labels = right.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    save(figure, "counters")


def batch(rows):
    figure, axes = plt.subplots(figsize=(7.6, 4.2))
    axes.set_xscale("log")
    four(axes, rows, "batch", [1, 8, 32, 128])
    ticks(axes.xaxis, [1, 8, 32, 128])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_xlabel("requests in a datagram")
    axes.set_ylabel("guest instructions an echo of 16 B")
    axes.set_title("Batches")
    axes.legend(loc="lower left")
    save(figure, "batch")


def draw(rows):
    echo(rows)
    counters(rows)
    batch(rows)
