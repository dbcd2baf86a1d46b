# SPDX-License-Identifier: GPL-2.0
"""The text of bench/report.md."""

import tables
from targets import GROWTH_SLACK, targets


def section(title, *parts):
    """A heading, and paragraphs (strings) and tables (iterables of lines)."""
    yield f"## {title}"
    yield ""
    for part in parts:
        yield from [part] if isinstance(part, str) else part
        yield ""


def scaling(data):
    if data is None:
        return section("Four clients at once", "Not measured: `scripts/bench --scaling` does.")
    how = {"tcg": "QEMU without KVM", "kvm": "KVM"}[data["accelerator"]]
    return section(
        "Four clients at once",
        f"Four processes, 80,000 echoes of 16 B each: echoes a second by wall time, under {how},\n"
        f"in a guest with two processors, on one of them and on both; medians of {data['boots']} boots. The\n"
        f"load of the host, with {data['processors']} processors, was {data['load']} before. This figure is"
        " meaningful only on\nan idle machine, so it never fails the check.",
        tables.scaling(data),
    )


def document(data, most, parallel):
    rows = data["rows"]
    lines = [
        "# What parley costs",
        "",
        "Written by `make bench`, with one processor and QEMU's instruction counter. Unless noted",
        "otherwise, a figure is guest instructions a call, of kernel and client together: the minimum of",
        f"four rounds. Two boots differ by at most {most:.4%} in any row. [profile.md](profile.md) shows",
        "where the instructions go.",
        "",
        *(f"- {item}" for item in data["environment"]),
        "",
        *section(
            "Targets",
            tables.targets(targets(rows, parallel)),
            "Each ratio is that of the worst row, which is named; for neli, that of its fastest interface.\n"
            "Growth is the additional cost of a call with 60,000 counters over one with a single counter,\n"
            "divided by the number of nodes on a path in a balanced tree, at the cost of a node with\n"
            f"1,000 counters; the limit allows {GROWTH_SLACK - 1:.0%} for trees that are not balanced.",
            "The client in Rust misses 1.02 where it does least for each message: an echo in a batch\n"
            f"takes {rows['rust rust batch-32'] - rows['rust c batch-32']:,.0f} instructions more than in C,"
            f" and an event to one of 100 listeners {(rows['rust rust event-100'] - rows['rust c event-100']) / 100:,.0f}.\n"
            "The library parses an event twice: to decide whether it is wanted, and to return it. These\n"
            "rows have not been profiled.",
        ),
        *section(
            "Round trips",
            "Columns: module / client. The last two are Rust ÷ C for one side, with the same other side:\n"
            "the worse of the two ratios. The number is the payload's length; `echo-ack` also requests an\n"
            "ACK, and reads both; `resolve` finds the family by its name.",
            tables.pairings(rows, "echo-", "resolve"),
            "![Echo against payload, log-log](echo.svg)",
        ),
        *section(
            "The compiler's flags",
            "The clients with the module in Rust. The program is built with cargo's release profile and\n"
            "link-time optimisation; the client in C with -O2, as in Debian's packages, and once more\n"
            "with -O3, the level that rustc's release profile uses in LLVM. Compared with -O3, the\n"
            "program misses the limit of 1.02 for a dump's entry, for batches and, by a hair, for echoes\n"
            "of 16 B.",
            tables.flags(rows),
        ),
        *section(
            "Other libraries",
            "The same echo to the module in Rust. libnl has its default settings (ACKs, MSG_PEEK). `neli`\n"
            "uses NlRouter, as neli's documentation does; `neli-socket` uses NlSocketHandle, without the\n"
            "router's thread; `neli-vec` does, too, but with payloads of `Vec<u8>`, which neli copies byte\n"
            "by byte, in place of its `Buffer`.",
            tables.libraries(rows),
            "At 16 KiB, no client can reach a tenth of neli's fastest interface, which is"
            f" {rows['rust neli-socket echo-16384'] / 10:,.0f}\ninstructions: the client in C, on"
            f" bare system calls, takes {rows['rust c echo-16384']:,.0f}, nearly all\n"
            "of them in the kernel. The limit was set for `neli-vec`, for which it is met.",
        ),
        *section(
            "Batches",
            "The cost of one echo of 16 B, for different numbers of echoes in a datagram.",
            tables.pairings(rows, "batch-"),
            "The same ÷ a single echo (`echo-16`):",
            tables.batches(rows),
            "![An echo's cost against the batch](batch.svg)",
        ),
        *section(
            "Counters",
            "The number is that of counters in the namespace. A dump row is the cost of one entry.",
            tables.pairings(rows, "get-", "add-", "set-", "dump-entry-"),
            "![Counters against their number](counters.svg)",
        ),
        *section(
            "Memory",
            "The kernel memory of a counter, in bytes: slabs and vmalloc, before and after the creation of\n"
            "60,000.",
            tables.pairings(rows, "memory"),
        ),
        *section(
            "Events",
            "The total cost of a `counter-add` and of reading its event, for different numbers of\n"
            "listeners.",
            tables.pairings(rows, "event-"),
        ),
        *section(
            "Questions",
            "A question of 16 B, which an agent in another process answers with 16 B, requesting an ACK.\n"
            "The module in C has no questions.",
            tables.pairings(rows, "ask"),
        ),
        *section(
            "A program's start",
            "From the start of a program to the first byte of its reply on a pipe, and to its exit:\n"
            "`parley echo x`, and the same on bare system calls in C. The program is linked statically, as\n"
            "by `make program`; the client in C uses the shared C library.",
            tables.pairings(rows, "start-"),
        ),
    ]
    if any(row.startswith("rust compare ") for row in rows):
        lines += section(
            "Other channels",
            "The output of `parley compare`, whose clock is the instruction counter here.",
            tables.channels(rows),
        )
    lines += scaling(parallel)
    return "\n".join(lines)
