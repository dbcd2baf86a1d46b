# SPDX-License-Identifier: GPL-2.0
"""Pictures of figures and of files: the channels, and the files of a project."""

import re

from layout import Sheet

SIZES = ((16, "16 B", "green"), (16384, "16 KiB", "amber"), ("", "no message", "blue"))


def channels(sources):
    """The cost of a round trip over each channel, and the features of the channel."""
    known = sources.channels()
    most = max(cost for channel in known for cost in channel.cost.values())
    sheet = Sheet(
        "What each channel costs, and what it can do",
        "Guest instructions of a round trip, of both sides and the kernel together, for messages of"
        " 16 B and of 16 KiB. "
        + " ".join(
            f"{channel.title}: {' and '.join(f'{cost:,.0f}' for cost in channel.cost.values())}."
            for channel in known
        ),
        sources.style(),
    )
    x = 172
    sheet.text(8, 16, "guest instructions of a round trip, from bench/baseline.json", "small faint")
    for size, words, colour in SIZES:
        sheet.put(f'<rect class="box {colour}" x="{x}" y="24" width="10" height="10"/>', 34)
        sheet.text(x + 16, 33, words, "small")
        x += 86
    columns = ((470, "starts"), (530, "messages"), (590, "listeners"), (654, "errors"))
    for x, words in columns:
        sheet.text(x, 33, words, "small faint")
    y = 54
    for kernel in (True, False):
        sheet.text(8, y, "with the kernel" if kernel else "with a process", "bold")
        y += 10
        for channel in known:
            if channel.kernel != kernel:
                continue
            sheet.text(8, y + 15, channel.title, "", 156)
            place = 0
            for size, _, colour in SIZES:
                if size not in channel.cost:
                    continue
                cost = channel.cost[size]
                width, top = 230 * cost / most, y + 3 + 13 * place
                sheet.put(
                    f'<rect class="box {colour}" x="172" y="{top}" width="{width:.1f}"'
                    ' height="10"/>',
                    top + 10,
                )
                sheet.text(178 + width, top + 9, f"{cost:,.0f}", "small")
                place += 1
            can = (
                "either" if channel.either else "user",
                "yes" if channel.messages else "no",
                "many" if channel.many else "one",
                channel.errors.replace("None", "own"),
            )
            for (x, _), words in zip(columns, can):
                sheet.text(x, y + 15, words, "small")
            y += 33
        y += 22
    return sheet


def added(sources, path):
    """How many lines a patch adds to each file."""
    parts = re.split(r"^diff --git a/\S+ b/", sources.read(path), flags=re.M)[1:]
    return {part.split("\n", 1)[0]: len(re.findall(r"^\+(?!\+\+ )", part, re.M)) for part in parts}


def operation(sources):
    """The files that the exercise of the course changes, and the files generated from the spec."""
    lines = added(sources, "docs/course/13-command.patch")
    spec, handler = "spec/parley.yaml", "kmod/echo.rs"
    assert sorted(lines) == [handler, spec], lines
    header, family, client = sources.find(
        "scripts/build/spec", r"^outputs=\((\S+) (\S+) (\S+)$"
    ).groups()
    trait = sources.find("docs/course/13-command.patch", r"^\+impl (DoOp<\w+>) for Net")[1]
    sources.find("scripts/build/spec", r"ynl_gen_c\.py")
    sheet = Sheet(
        "What a new operation takes",
        f"You write {lines[spec]} lines of {spec} and {lines[handler]} of {handler}. make spec"
        f" generates {header}, {family} and {client}. The module is built from the handler and"
        f" {family}, the program from {client}.",
        sources.style(),
    )
    sheet.box(
        8,
        92,
        186,
        62,
        ("spec/parley.yaml", f"you add {lines[spec]} lines:", "attributes, operation"),
        "amber",
    )
    sheet.frame(232, 8, 268, 222, "make spec generates")
    rows = (
        (header.removeprefix("include/uapi/"), "header in C, by the kernel's ynl_gen_c"),
        (family, "policies, operations, typed values"),
        (client, "the client: a method for each"),
    )
    for place, (path, words) in enumerate(rows):
        y = 32 + place * 66
        sheet.box(244, y, 244, 52, (path, words), "blue")
        sheet.arrow((194, 123), (214, 123), (214, y + 26), (244, y + 26))
    sheet.box(
        244, 246, 244, 52, (handler, f"you add {lines[handler]} lines:", f"impl {trait}"), "amber"
    )
    sheet.box(556, 110, 190, 52, ("the module", "does not compile", "without the handler"), "green")
    sheet.box(
        556,
        176,
        190,
        52,
        ("the program", "parley call, the trace,", "errors: all know the names"),
        "green",
    )
    sheet.arrow((488, 124), (556, 124))
    sheet.arrow((488, 272), (530, 272), (530, 148), (556, 148))
    sheet.arrow((488, 190), (556, 190))
    sheet.text(556, 62, "programs in C", "small")
    sheet.arrow((488, 58), (550, 58))
    return sheet


def project(sources):
    """The files of your own project: the hand-written ones, and the generators of the others."""
    script = sources.read("scripts/new-family")
    filled = sources.find("scripts/new-family", r"^for file in (.*); do\n\tfill")[1]
    filled = re.sub(r"(\S*)\{(\w+),(\w+)\}(\S*)", r"\1\2\4 \1\3\4", filled).split()
    for path in filled:
        sources.read(f"sample/template/{path}")
    for part in (
        '"$made" handlers "$family.yaml" -o "kmod/${name}_main.rs"',
        'copy_layer "$project/kmod"',
    ):
        assert part in script, part
    family, client = (
        sources.find("scripts/new-family", rf'"\$made" {kind} \./\*\.yaml -o (\S+)$')[1]
        for kind in ("family", "client")
    )
    name = re.search(r"--name (\w+)", sources.read("docs/course/14-family.md"))[1]
    yours = [path for path in filled if path.endswith("guest.rs")]
    rest = [path for path in filled if path not in yours]
    rest += [to for _, to in re.findall(r"^fill (\w\S*) (\S+)$", script, re.M)]
    sheet = Sheet(
        "A project for a family of your own",
        f"You write {name}.yaml, the handlers in kmod/{name}_main.rs and tests in {yours[0]}."
        f" parley-spec generates {family} and {client} from the spec. The layer in kmod/genl is a"
        f" copy of parley's. The rest comes from a template: {', '.join(rest)}.",
        sources.style(),
    )
    sheet.frame(8, 8, 232, 224, "you write")
    for y, (path, *words) in zip(
        (34, 100, 166),
        (
            (f"{name}.yaml", "the spec"),
            (f"kmod/{name}_main.rs", "a handler for each operation"),
            (yours[0], "your tests, in a virtual machine"),
        ),
    ):
        sheet.box(20, y, 208, 52, (path, *words), "amber")
    sheet.frame(268, 8, 232, 224, "generated from the spec")
    sheet.box(280, 34, 208, 52, (family, "policies, operations, values"), "blue")
    sheet.box(280, 100, 208, 52, (client, "the typed client"), "blue")
    sheet.arrow((228, 52), (280, 52))
    sheet.arrow((228, 70), (254, 70), (254, 126), (280, 126))
    sheet.frame(520, 8, 232, 224, "copied from parley")
    sheet.box(
        532,
        34,
        208,
        52,
        ("kmod/genl.rs, kmod/genl/", "the layer; make update", "takes a newer one"),
        "green",
    )
    sheet.lines(540, 110, ("from the template:", *rest), "small", 204)
    sheet.box(
        280,
        252,
        208,
        52,
        (f"{name}.ko and {name}-client", "make test boots a guest", "and calls each operation"),
        "green",
    )
    sheet.arrow((384, 232), (384, 252))
    sheet.arrow((124, 232), (124, 278), (280, 278))
    sheet.arrow((636, 232), (636, 278), (488, 278))
    return sheet
