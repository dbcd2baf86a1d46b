# SPDX-License-Identifier: GPL-2.0
"""Writes the report of scripts/test/coverage.

usage: python3 scripts/test/cover MODULE RECORD OUT

MODULE is the instrumented module, and RECORD a folder with what the guest has recorded: `places`,
what debugfs has in parley_cover, and `sections`, the addresses of the loaded module's sections.
Writes OUT/index.html, the sources with coloured lines, and OUT/report.md, a table.

Each call of __sanitizer_cov_trace_pc() in MODULE stands for a block. A block belongs to the line of
kmod/ that is the innermost one in the chain of inlined functions around the call, so a block of an
inlined function of the kernel belongs to the line that calls that function. Blocks without a line of
kmod/ are those of functions of the kernel's crates that were not inlined; they are left out.
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
    """The offsets behind the calls, by section."""
    found, section = collections.defaultdict(list), None
    for line in printed("readelf", "-rW", module).splitlines():
        if named := re.match(r"Relocation section '\.rela(\S+)'", line):
            section = named[1]
        elif TRACE in line:
            # The place of the call's operand, which has four bytes.
            found[section].append(int(line.split()[0], 16) + 4)
    return found


def lines_of(module, section, offsets, files):
    """The file in kmod/ and the line of each block, or None."""
    places = [hex(offset - 1) for offset in offsets]
    said = printed("addr2line", "-a", "-i", "-j", section, "-e", module, *places)
    for chain in said.split("\n0x"):
        yield next(((name, int(line)) for path, line in re.findall(r"^(.*):(\d+)", chain, re.M)
                    if (name := name_in(path, files))), None)


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
    for section, offsets in calls(module).items():
        unknown += [f"{section}+{offset:#x}" for offset in hits[section] - set(offsets)]
        for offset, place in zip(offsets, lines_of(module, section, offsets, files), strict=True):
            if place:
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
