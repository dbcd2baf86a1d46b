# SPDX-License-Identifier: GPL-2.0
"""Writes the report of scripts/test/coverage.

usage: python3 scripts/test/cover MODULE RECORD OUT

MODULE is the instrumented module, and RECORD a folder with what the guest has recorded: `places`,
what debugfs has in parley_cover, and `sections`, the addresses of the loaded module's sections.
Writes OUT/index.html, the sources with coloured lines, and OUT/report.md, a table.

Each call of __sanitizer_cov_trace_pc() in MODULE stands for a block, and belongs to the line that it
was compiled from. Left out are blocks of the kernel's and Rust's own code, such as their checks,
that are inlined in the module's; and those of functions to which nothing in the module refers,
because they were inlined wherever they are called.
"""

import collections
import html
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
TRACE = "__sanitizer_cov_trace_pc"
STYLE = """body { font: 14px/1.4 sans-serif; margin: 2em auto; max-width: 100ch }
table { border-collapse: collapse } td, th { padding: 0 1em 0 0; text-align: left }
td.number { text-align: right } pre { margin: 0 } h2 { margin-top: 2em }
.ran { background: #d8f0d8 } .part { background: #fbecc0 } .not { background: #f6d0d0 }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd } a { color: #8bf }
.ran { background: #1d3a1d } .part { background: #4a3b10 } .not { background: #551f1f } }"""


def printed(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def calls(module):
    """The offsets behind the calls, by section; and the functions to which something refers: their
    names, and the places in a section of those that have none."""
    found, referred, section = collections.defaultdict(list), set(), None
    for line in printed("readelf", "-rW", module).splitlines():
        if named := re.match(r"Relocation section '\.rela(\S+)'", line):
            section = named[1]
            continue
        entry = re.match(r"([0-9a-f]+) +[0-9a-f]+ +(R_\w+) +[0-9a-f]+ (\S+) ([+-]) ([0-9a-f]+)", line)
        # Debug information refers to every function.
        if not entry or section.startswith((".debug", ".orc", "__patchable")):
            continue
        place, kind, symbol, sign, addend = entry.groups()
        if symbol == TRACE:
            # The place of the call's operand, which has four bytes.
            found[section].append(int(place, 16) + 4)
        # An operand counts from its end.
        end = 4 if kind in ("R_X86_64_PC32", "R_X86_64_PLT32") else 0
        referred |= {symbol, (symbol, int(sign + addend, 16) + end)}
    return found, referred


def unused(module, referred):
    """The functions in Rust to which nothing refers: their sections, and their first and last places."""
    for line in printed("objdump", "-t", module).splitlines():
        function = re.match(r"([0-9a-f]+) .* F (\S+)\t([0-9a-f]+) (?:\.hidden )?(_R\S+)", line)
        if function:
            place, section, size, name = function.groups()
            place = int(place, 16)
            if name not in referred and (section, place) not in referred:
                yield section, place, place + int(size, 16)


def lines_of(module, section, offsets, files):
    """The file in kmod/ and the line of each block, or None."""
    places = [hex(offset - 1) for offset in offsets]
    said = printed("addr2line", "-a", "-i", "-j", section, "-e", module, *places)
    for chain in said.split("\n0x"):
        # The first of a chain is the innermost inlined function.
        path, line = re.search(r"^(.*):(\d+|\?)", chain, re.M).groups()
        name = name_in(path, files)
        yield (name, int(line)) if name and line != "?" else None


def name_in(path, files):
    """The file's name in kmod/, if it is one of `files`."""
    return next((name for name in files if path.endswith(f"/kmod/{name}")), None)


def ran(record, sections):
    """The offsets that have run, by section."""
    bases, found = {}, collections.defaultdict(set)
    for line in (record / "places").read_text().splitlines():
        part, *words = line.split()
        if words[0] == "base":
            bases[part] = int(words[1], 16)
            continue
        address = bases[part] + int(words[0], 16)
        # The section that begins last before it.
        section = max((start, name) for name, start in sections.items() if start <= address
                      and (part == "init") == name.startswith(".init"))
        found[section[1]].add(address - section[0])
    return found


def colour(counts):
    good, all_of = counts
    return "ran" if good == all_of else "part" if good else "not"


def main(module, record, out):
    record, out = pathlib.Path(record), pathlib.Path(out)
    files = sorted(str(path.relative_to(TOP / "kmod")) for path in (TOP / "kmod").rglob("*.[rc]*")
                   if path.suffix in (".rs", ".c"))
    sections = {}
    for line in (record / "sections").read_text().splitlines():
        path, address = line.split(":")
        sections[path.rsplit("/", 1)[1]] = int(address, 16)
    hits = ran(record, sections)
    # The numbers of blocks that ran and of all, by file and line.
    counts = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
    unknown = []
    found, referred = calls(module)
    dead = list(unused(module, referred))
    for section, offsets in found.items():
        unknown += [f"{section}+{offset:#x}" for offset in hits[section] - set(offsets)]
        for offset, place in zip(offsets, lines_of(module, section, offsets, files), strict=True):
            if place and not any(name == section and first < offset <= last for name, first, last in dead):
                count = counts[place[0]][place[1]]
                count[0] += offset in hits[section]
                count[1] += 1
    if unknown:
        sys.exit("coverage: blocks have run that the module does not have; was it built anew meanwhile?\n  "
                 + " ".join(unknown))
    rows, pages = [], []
    for name in files:
        lines = counts[name]
        good, all_of = (sum(count[i] for count in lines.values()) for i in (0, 1))
        if not all_of:
            continue
        missed = [str(line) for line, count in sorted(lines.items()) if count[0] < count[1]]
        rows.append((name, good, all_of, missed))
        text = (TOP / "kmod" / name).read_text().splitlines()
        pages.append(f'<h2 id="{name}">kmod/{name}</h2>\n<pre>' + "\n".join(
            f'<span class="{colour(lines[number]) if number in lines else ""}">{number:5}  {html.escape(line)}</span>'
            for number, line in enumerate(text, 1)) + "</pre>")
    good, all_of = (sum(row[i] for row in rows) for i in (1, 2))
    table = ["| file | blocks | ran | % | lines with a block that did not run |", "| --- | ---: | ---: | ---: | --- |"]
    table += [f"| `kmod/{name}` | {all_of} | {good} | {100 * good / all_of:.1f} | {' '.join(missed)} |"
              for name, good, all_of, missed in rows]
    table.append(f"| **all** | {all_of} | {good} | {100 * good / all_of:.1f} | |")
    (out / "report.md").write_text("\n".join(table) + "\n")
    head = "".join(f'<tr><td><a href="#{name}">{name}</a><td class="number">{good} of {all_of}'
                   f'<td class="number">{100 * good / all_of:.1f} %' for name, good, all_of, _ in rows)
    (out / "index.html").write_text(
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Coverage of kmod/</title>\n'
        f"<style>{STYLE}</style>\n<h1>Blocks of kmod/ that run in the tests</h1>\n"
        f"<p>{good} of {all_of} blocks ran ({100 * good / all_of:.1f} %). A line is green if all its blocks "
        f"ran, yellow if some did, and red if none did. A line without a colour has no block of its own.</p>\n"
        f"<table>{head}</table>\n" + "\n".join(pages) + "\n</html>\n")
    print(f"coverage: {good} of {all_of} blocks of kmod/ ran ({100 * good / all_of:.1f} %): {out / 'index.html'}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
