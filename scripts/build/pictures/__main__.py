# SPDX-License-Identifier: GPL-2.0
"""Draws the pictures of the documents, in docs/pictures, from the code, the spec, the figures of
the benchmarks and captured messages. It reads the names and numbers in a picture from there, and
draws no picture if one no longer exists.

usage: python3 -B scripts/build/pictures [--check]

With --check, fails if a picture is stale. --check does not need the program; the program's own
tests (user/parley/src/tests.rs) compare the pictures of messages, which `parley decode --svg`
draws.
"""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import figures
import system
import talks
from sources import Sources

TOP = pathlib.Path(__file__).resolve().parents[3]
FOLDER = "docs/pictures"

DRAWN = {
    "conversation": talks.conversation,
    "layers": system.layers,
    "request": system.request,
    "families": system.families,
    "handlers": system.handlers,
    "life": system.life,
    "in-c": system.in_c,
    "dump": talks.dump,
    "multicast": talks.multicast,
    "namespaces": talks.namespaces,
    "question": talks.question,
    "channels": figures.channels,
    "operation": figures.operation,
    "project": figures.project,
}

# The picture that scripts/build/recording writes.
RECORDED = ("run",)

# Datagrams of captures, as arguments of parley.
DECODED = {
    "message-request": "decode --svg --select 3 user/fuzz/seeds/echo.pcap",
    "message-reply": "decode --svg --select 4 user/fuzz/seeds/echo.pcap",
    "message-refusal": "decode --svg --select 4 user/fuzz/seeds/refusal.pcap",
    "message-links": "decode --svg --select 3 user/fuzz/seeds/links.pcap",
}


def drawn(top):
    """The pictures that this draws, by their names."""
    sources = Sources(top)
    return {name: draw(sources).svg() for name, draw in DRAWN.items()}


def decoded(top):
    """The pictures that the program draws. Their second line has its command."""
    made = {}
    for name, arguments in DECODED.items():
        cargo = "cargo run --quiet --locked --manifest-path user/Cargo.toml --package parley --"
        command = [*cargo.split(), *arguments.split()]
        text = subprocess.run(command, cwd=top, check=True, capture_output=True, text=True).stdout
        first, rest = text.split("\n", 1)
        made[name] = f"{first}\n<metadata>parley {arguments}</metadata>\n{rest}"
    return made


def stale(top):
    """The errors of the existing pictures."""
    folder = top / FOLDER
    there = {path.stem for path in folder.glob("*.svg")}
    for name, text in drawn(top).items():
        path = folder / f"{name}.svg"
        if not path.exists() or path.read_text() != text:
            yield f"{FOLDER}/{name}.svg is stale"
    for name, arguments in DECODED.items():
        path = folder / f"{name}.svg"
        made_by = f"\n<metadata>parley {arguments}</metadata>\n"
        if not path.exists() or made_by not in path.read_text():
            yield f"{FOLDER}/{name}.svg is not made by parley {arguments}"
    for name in sorted(there - {*DRAWN, *DECODED, *RECORDED}):
        yield f"{FOLDER}/{name}.svg is made by nothing"
    pages = "".join(path.read_text() for path in (top / "README.md", *top.glob("docs/**/*.md")))
    for name in sorted(there):
        if f"pictures/{name}.svg)" not in pages:
            yield f"{FOLDER}/{name}.svg is in no document"
        # Raises an error if the picture is not XML.
        xml.etree.ElementTree.parse(folder / f"{name}.svg")


def main(arguments):
    match arguments:
        case ["--check"]:
            if wrong := list(stale(TOP)):
                sys.exit("\n".join(wrong) + "\npictures: run: python3 -B scripts/build/pictures")
        case []:
            (TOP / FOLDER).mkdir(exist_ok=True)
            for name, text in {**drawn(TOP), **decoded(TOP)}.items():
                path = TOP / FOLDER / f"{name}.svg"
                if not path.exists() or path.read_text() != text:
                    path.write_text(text)
                    print(f"pictures: wrote {FOLDER}/{name}.svg")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
