# SPDX-License-Identifier: GPL-2.0
"""Checks the sources against the rules of CONTRIBUTING.md that no compiler knows.

    rules.py

Prints each violation as file:line with the remedy, and fails if there is one. Checks all
files that git tracks or would add.
"""

import pathlib
import re
import subprocess
import sys

LINES_MAX = 500

# Files that are not written by hand: figures, records of tools, lists of hashes, and the output of
# parley-spec.
MADE = re.compile(
    r".*\.(svg|lock|json)|.*/public-api\.txt|scripts/build/requirements/.*"
    r"|kmod/parley\.rs|user/parley/src/uapi\.rs|user/netlink/src/kernel/.*"
)

# Binary files. Any other file that is not UTF-8 is refused, because no rule can read it.
BINARY = re.compile(r"user/fuzz/seeds/.*\.pcap(ng)?")

# The crates whose tests/ scripts/test/run runs, and the files that cargo treats as tests.
TESTED = re.compile(r"user/(parley|spec(/\w+)?)/")
TEST = re.compile(r"((?:user|interop|bench)/(?:(?!src/)[^/]+/)+?)tests/[^/]+(?:/main)?\.rs")

# Files with unsafe code outside of user/; CONTRIBUTING.md and the files give the reasons.
UNSAFE = re.compile(
    r"kmod/genl(\.rs|/.*)|kmod/device\.rs|(conformance|kmod|sample)/\w+_main\.rs"
)
BINDINGS = re.compile(r"kmod/genl/.*|kmod/device\.rs")

# The modules of its own crate that a room may import: only those below it.
LAYERS = {
    "kmod/genl": ("genl",),
    "kmod/state": ("genl", "state", "parley"),
    "user/netlink/src/netlink": ("netlink",),
    # The tests of clients have a family, and those of explain.
    "user/netlink/src/genl": ("genl", "netlink", "uapi"),
    "user/netlink/src/kernel": ("genl", "kernel"),
    "user/netlink/src/route": ("kernel", "netlink", "route", "terminal"),
    "user/netlink/src/nftables": ("kernel", "netlink", "nftables"),
    "user/netlink/src/explain": ("explain", "genl", "kernel", "netlink", "terminal", "uapi"),
    "user/parley/src/client": ("client", "uapi"),
    "user/parley/src/device": ("device", "uapi"),
    "user/parley/src/output": ("inherited", "output"),
    "user/parley/src/commands": (
        "channels", "commands", "inherited", "nlmon", "opener", "output", "processes", "signals",
        "specs",
    ),
    "user/spec/src/yaml": ("error",),
    "user/spec/src/model": ("error", "model"),
    "user/spec/src/schema": ("error", "model", "schema", "yaml"),
    "user/spec/src/read": ("error", "model", "schema", "yaml"),
    # Generated code names the module's genl.
    "user/spec/src/rust": ("error", "genl", "model", "rust"),
}

# Below all layers: the module that seals traits.
BELOW = ("sealed",)

LICENCE = (
    (re.compile(r"(kmod|user/parley/src)/(parley|uapi|device/ioctl)\.rs|include/.*\.h"), "Linux-syscall-note) OR BSD-3-Clause"),
    (re.compile(r"user/.*\.rs|bench/clients/.*\.(rs|c|h)"), "MIT OR Apache-2.0"),
    (re.compile(r"(bench|conformance|kmod|sample|scripts)/.*\.(rs|c|py|sh|yaml)|(.*/)?Kbuild|Makefile"), "GPL-2.0"),
    (re.compile(r"scripts/[^.]*|bench/init|\.ci/run"), "GPL-2.0"),
)


def first(text, pattern):
    """The number of the first line in which the pattern is, or 1."""
    found = re.search(pattern, text, re.M)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def code(text):
    """The lines of Rust without their comments, numbered."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("//"):
            yield number, line


def names(text):
    """Yields the modules of its own crate that Rust code imports, with their lines."""
    bare = "\n".join(re.sub(r"^\s*//.*", "", line) for line in text.splitlines())
    for found in re.finditer(r"\bcrate::(\w+|\{)", bare):
        number = bare.count("\n", 0, found.start()) + 1
        if found[1] != "{":
            yield number, found[1]
            continue
        # Of `use crate::{a::{b, c}, d}`, a and d.
        depth, at = 1, found.end()
        for token in re.finditer(r"[{}]|(?<=[{,\s])\w+(?=\s*(?:::|[,}\s]))", bare[at:]):
            if token[0] == "{":
                depth += 1
            elif token[0] == "}":
                depth -= 1
                if depth == 0:
                    break
            elif depth == 1:
                yield number, token[0]


def licence(path, text):
    for which, wanted in LICENCE:
        if which.fullmatch(path):
            head = text.splitlines()[:3]
            if not any("SPDX-License-Identifier: " in line and wanted in line for line in head):
                yield 1, f"begins without 'SPDX-License-Identifier: {wanted}'"
            return


def length(path, text):
    lines = text.count("\n")
    if lines > LINES_MAX and not MADE.fullmatch(path):
        yield LINES_MAX, f"has {lines} lines, more than {LINES_MAX}: split it in two"


def unfinished(path, text):
    for word in ("TO" + "DO", "FIX" + "ME"):
        if found := re.search(rf"\b{word}\b", text):
            yield first(text, rf"\b{word}\b"), f"says {found[0]}: finish it, or leave it out"


def unsafe(path, text):
    if re.fullmatch(r"user/(?!fuzz/)[^/]+/Cargo\.toml", path):
        if "\n[lints]\nworkspace = true\n" not in text:
            yield 1, "lacks the lints of the workspace, which deny unsafe code"
    elif path.startswith("user/") and path.endswith(".rs"):
        for found in re.finditer(r"\b(?:allow|expect|warn)\(.*unsafe_code.*\)\](\s*.*)", text):
            if not re.fullmatch(r"\s*mod sys;", found[1]):
                number = text.count("\n", 0, found.start()) + 1
                yield number, "allows unsafe code, which is for a module named sys alone"
    elif path.endswith(".rs") and not UNSAFE.fullmatch(path):
        if not re.search(r"^#!\[forbid\(unsafe_code\)\]$", text, re.M):
            yield 1, "lacks #![forbid(unsafe_code)] below its //! lines"


def bindings(path, text):
    if path.startswith("kmod/") and path.endswith(".rs") and not BINDINGS.fullmatch(path):
        for number, line in code(text):
            if re.search(r"\bbindings\b", line):
                yield number, "names kernel::bindings, which is for kmod/genl/ alone"


def layers(path, text):
    if not path.endswith(".rs"):
        return
    for folder, below in LAYERS.items():
        if path == folder + ".rs" or path.startswith(folder + "/"):
            for number, name in names(text):
                if name.islower() and name not in (*below, *BELOW):
                    yield number, f"{folder} names {name}, which is above it or beside it"
    if found := re.match(r"user/parley/src/commands/(\w+)", path):
        itself = found[1]
        up = r"\b(?:super::super|crate::commands)::(\w+)"
        if path == f"user/parley/src/commands/{itself}.rs":
            up = r"^use super::(\w+)|" + up
        for number, line in code(text):
            for match in re.finditer(up, line):
                name = next(group for group in match.groups() if group)
                if name != itself:
                    yield number, f"names the command {name}: put what both need into output/"


def unrun(path, text):
    found = TEST.fullmatch(path)
    if found and not TESTED.fullmatch(found[1]):
        yield 1, "is run by no test: move it into src/, or add a step to scripts/test/run"
    if path.endswith("/Cargo.toml") and "\n[[test]]\n" in text and not TESTED.match(path):
        yield first(text, r"^\[\[test\]\]$"), "has a test that is never run: add a step to scripts/test/run"


def anchors(text):
    """The anchors that GitHub generates from a document's headings."""
    found, fence = set(), False
    for line in text.splitlines():
        fence ^= line.startswith("```")
        if not fence and (heading := re.match(r"#+ +(.*)", line)):
            slug = re.sub(r"[^\w\- ]", "", heading[1].lower()).strip().replace(" ", "-")
            count = 0
            while (unique := slug + (f"-{count}" if count else "")) in found:
                count += 1
            found.add(unique)
    return found


def links(path, text):
    if not path.endswith(".md"):
        return
    here = pathlib.PurePosixPath(path).parent
    for number, line in enumerate(text.splitlines(), 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if re.match(r"\w+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = pathlib.Path(here / name) if name else pathlib.Path(path)
            if not file.exists():
                yield number, f"links to {target}, which is not there"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
                yield number, f"links to {target}, and there is no such heading"


# Cycles of imports between files. Names are resolved to the file of a module, and through
# `pub use` of a module. Code in tests does not count.

ROOTS = re.compile(r"kmod/parley_main\.rs|user/(?!fuzz/)\w+/src/(lib|main)\.rs")
# Files that name each other: a namespace's state has the questions, which are kept for it;
# and LocalModule is made in the main file, by the macro module!.
MUTUAL = (
    {"kmod/state.rs", "kmod/state/questions.rs"},
    {"kmod/parley_main.rs", "kmod/device.rs"},
)
MOD = re.compile(r'(#\[cfg\(\W*\w*\W*(?:test|CONFIG_\w+_KUNIT_TEST)\b[^\n]*\s+)?(?:#\[[^\n]*\]\s+)*'
                 r"(?:pub(?:\([^)]*\))? )?\bmod (\w+) ?([;{])")
USE = re.compile(r"\b(pub(?:\([^)]*\))? )?use ([^;]+);")
PATH = re.compile(r"(?<![:\w])(?:crate|super|self)(?:::\w+)+|(?<![:\w.])[a-z_]\w*(?=::\w)")
LITERAL = re.compile(r"""'\\?"'|"(?:\\.|[^"\\])*\"""", re.S)


def block(text, at):
    """The end of the block that begins at the brace before `at`."""
    depth = 1
    for brace in re.finditer(r"[{}]", text[at:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return at + brace.end()
    return len(text)


def bare(text):
    """Rust code without comments, literals and tests, with the lines where they were."""
    text = re.sub(r"(^|\s)//.*", r"\1", text, flags=re.M)
    text = LITERAL.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)
    for found in reversed(list(MOD.finditer(text))):
        if found[1] and found[3] == "{":
            end = block(text, found.end())
            text = text[:found.start()] + "\n" * text.count("\n", found.start(), end) + text[end:]
    return text


def flat(tree, before=()):
    """The paths of a `use`: of a::{b, c::d}, (a, b) and (a, c, d)."""
    head, brace, inner = tree.strip().partition("{")
    if not brace:
        path = re.sub(r"\s+as\s+\w+$", "", head)
        yield (*before, *(part.strip() for part in path.split("::")))
        return
    before += tuple(part for part in head.strip().split("::") if part)
    depth, begin = 0, 0
    inner = inner[:inner.rindex("}")] + ","
    for at, c in enumerate(inner):
        depth += (c == "{") - (c == "}")
        if c == "," and depth == 0:
            if inner[begin:at].strip():
                yield from flat(inner[begin:at], before)
            begin = at + 1


def modules(root, files):
    """The code of each module of a crate: by its path, its file and the module's text."""
    found = {}

    def add(path, file, folder, text):
        inner = []
        for mod in MOD.finditer(text):
            if any(begin <= mod.start() < end for begin, end in inner):
                continue
            name, there = mod[2], folder / mod[2]
            if mod[3] == "{":
                end = block(text, mod.end())
                inner.append((mod.start(), end))
                add((*path, name), file, there, text[mod.end():end])
            elif (part := f"{there}.rs") in files and not mod[1]:
                add((*path, name), part, there, bare(files[part]))
        for begin, end in inner:
            text = text[:begin] + re.sub(r"[^\n]", " ", text[begin:end]) + text[end:]
        found[path] = file, text

    add((), root, pathlib.PurePosixPath(root).parent, bare(files[root]))
    return found


def imports(root, files):
    """The files of a crate that each of its files names."""
    found = modules(root, files)
    again, named = {}, []

    def module(here, path):
        """The module that a path begins with, and the rest of the path."""
        if path[0] == "crate":
            here, path = (), path[1:]
        elif path[0] not in ("self", "super") and (*here, path[0]) not in found:
            return None, path
        while path and path[0] in ("self", "super"):
            here, path = here[:len(here) - (path[0] == "super")], path[1:]
        while path and (*here, path[0]) in found:
            here, path = (*here, path[0]), path[1:]
        return here, path

    for here, (_, text) in found.items():
        for use in USE.finditer(text):
            for path in flat(use[2]):
                if use[1]:
                    again[here, path[-1]] = module(here, path)
                else:
                    named.append((here, path))
        for path in PATH.finditer(USE.sub("", text)):
            named.append((here, tuple(path[0].split("::"))))
    edges = {}
    for here, path in named:
        there, rest = module(here, path)
        while rest and again.get((there, rest[0]), (None,))[0] is not None:
            there, rest = again[there, rest[0]][0], again[there, rest[0]][1] + rest[1:]
            if (there, rest[:1]) == (here, path[-1:]):
                break
        if there in found and found[there][0] != found[here][0]:
            edges.setdefault(found[here][0], set()).add(found[there][0])
    return edges


def cycles(files):
    """The cycles of files, each as one way around it."""
    for root in filter(ROOTS.fullmatch, files):
        edges = imports(root, files)
        for pair in MUTUAL:
            for file in pair & edges.keys():
                edges[file] -= pair
        done = set()
        for start in sorted(edges):
            way = {start: None}
            queue = [start]
            while queue and start not in done:
                file = queue.pop(0)
                for there in sorted(edges.get(file, ())):
                    if there == start:
                        round_trip = [start]
                        while file is not None:
                            round_trip.append(file)
                            file = way[file]
                        yield list(reversed(round_trip))
                        done.update(round_trip)
                        break
                    if there not in way:
                        way[there] = file
                        queue.append(there)


RULES = (licence, length, unfinished, unsafe, bindings, layers, unrun, links)


def main():
    above = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"], check=True, capture_output=True, text=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    # A repository above this folder may ignore all of it.
    top = pathlib.Path(above.stdout.strip())
    if top != pathlib.Path.cwd() or "scripts/test/rules.py" not in listed:
        sys.exit("rules: git does not list the files of this checkout: run git init && git add .")
    broken = looked = 0
    rust = {}
    for path in sorted(set(listed) - {""}):
        file = pathlib.Path(path)
        if not file.is_file():
            continue
        try:
            text = file.read_text()
        except UnicodeDecodeError as error:
            if not BINARY.fullmatch(path):
                number = file.read_bytes().count(b"\n", 0, error.start) + 1
                print(f"{path}:{number}: is not UTF-8: save it as UTF-8", file=sys.stderr)
                broken += 1
            continue
        looked += 1
        if path.endswith(".rs"):
            rust[path] = text
        for rule in RULES:
            for number, words in rule(path, text):
                print(f"{path}:{number}: {words}", file=sys.stderr)
                broken += 1
    for cycle in cycles(rust):
        print(" -> ".join(cycle), "refer to each other: move shared code into a module below them",
              file=sys.stderr)
        broken += 1
    if broken:
        sys.exit(f"rules: broken {broken} times")
    print(f"{len(RULES) + 2} rules, {looked} files")


if __name__ == "__main__":
    main()
