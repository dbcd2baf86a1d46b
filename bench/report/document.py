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
        f"load of the host, with {data['processors']} processors, was {data['load']} before. Such a figure means"
        " something on a\nquiet machine alone, and fails nothing.",
        tables.scaling(data),
    )


def document(data, most, parallel):
    rows = data["rows"]
    lines = [
        "# What parley costs",
        "",
        "Made by `make bench`: one processor, QEMU's instruction counter. A figure is guest",
        "instructions a call, of kernel and client together, where nothing else is said: the least of",
        f"four rounds. Two boots differ by at most {most:.4%} in any row. Where the instructions go is",
        "told in [profile.md](profile.md).",
        "",
        *(f"- {item}" for item in data["environment"]),
        "",
        *section(
            "Targets",
            tables.targets(targets(rows, parallel)),
            "A ratio is the worst of its rows, which is named. Of neli's ways it is the quickest.\n"
            "Growth: what a call takes more with 60,000 counters than with one, divided by the\n"
            "nodes that a search in a balanced tree passes then, at the cost of each node with\n"
            f"1,000 counters; the limit leaves {GROWTH_SLACK - 1:.0%} for trees that are not balanced.",
            "The client in Rust misses 1.02 where it does least for each message: an echo in a batch\n"
            f"takes {rows['rust rust batch-32'] - rows['rust c batch-32']:,.0f} instructions more than in C,"
            f" and an event to one of 100 listeners {(rows['rust rust event-100'] - rows['rust c event-100']) / 100:,.0f}.\n"
            "The library reads an event once to see whether it is wanted, and again to hand it out; no\n"
            "profile was made of these rows.",
        ),
        *section(
            "Round trips",
            "Columns: module / client. The last two are Rust ÷ C, the other side being the same: the\n"
            "worse of the two. The number is the payload's length; `echo-ack` asks for an ACK, too,\n"
            "and reads both; `resolve` finds the family by its name.",
            tables.pairings(rows, "echo-", "resolve"),
            "![Echo against payload, log-log](echo.svg)",
        ),
        *section(
            "The compiler's flags",
            "The clients with the module in Rust. The program is built as cargo's release profile has\n"
            "it, with link-time optimisation; the client in C with -O2, as Debian builds C, and once\n"
            "more with -O3, which is what rustc's release profile asks of LLVM. Against that the\n"
            "limit of 1.02 is missed for a dump's entry, for batches and, by a hair, for echoes of 16 B.",
            tables.flags(rows),
        ),
        *section(
            "Other libraries",
            "The same echo to the module in Rust. libnl with its usual settings (ACKs, messages peeked\n"
            "at). neli by its NlRouter, as its documents have it; `neli-socket` is its NlSocketHandle,\n"
            "without the router's thread; `neli-vec` that with payloads of `Vec<u8>` in place of neli's\n"
            "`Buffer`, which it copies byte by byte.",
            tables.libraries(rows),
            "At 16 KiB a tenth of neli's quickest way is out of anybody's reach: it would be"
            f" {rows['rust neli-socket echo-16384'] / 10:,.0f}\ninstructions, and the client in C, on"
            f" bare system calls, takes {rows['rust c echo-16384']:,.0f}, nearly all\n"
            "of them the kernel's. Against `neli-vec`, by which the limit was set, it is kept.",
        ),
        *section(
            "Batches",
            "An echo of 16 B, of so many in one datagram.",
            tables.pairings(rows, "batch-"),
            "The same ÷ an echo alone (`echo-16`):",
            tables.batches(rows),
            "![An echo's cost against the batch](batch.svg)",
        ),
        *section(
            "Counters",
            "With so many counters in the namespace. A dump row is the cost of one entry.",
            tables.pairings(rows, "get-", "add-", "set-", "dump-entry-"),
            "![Counters against their number](counters.svg)",
        ),
        *section(
            "Memory",
            "What a counter takes of the kernel's memory, in bytes: slabs and vmalloc, before and after\n"
            "60,000 of them.",
            tables.pairings(rows, "memory"),
        ),
        *section(
            "Events",
            "A counter is added to, and each of so many listeners reads its event: the whole.",
            tables.pairings(rows, "event-"),
        ),
        *section(
            "Questions",
            "A question of 16 B, which an agent in another process answers with 16 B and an ACK for\n"
            "itself. The twin in C has none.",
            tables.pairings(rows, "ask"),
        ),
        *section(
            "A program's start",
            "From its start to the first byte of its reply on a pipe, and to its end: `parley echo x`,\n"
            "and the same on bare system calls in C. The program is linked statically, as\n"
            "`make program` links it; the client in C uses the shared C library.",
            tables.pairings(rows, "start-"),
        ),
    ]
    if any(row.startswith("rust compare ") for row in rows):
        lines += section(
            "Other channels",
            "What `parley compare` says: its clock is the instruction counter here.",
            tables.channels(rows),
        )
    lines += scaling(parallel)
    return "\n".join(lines)
