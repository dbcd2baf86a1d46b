# SPDX-License-Identifier: GPL-2.0
"""The sources of the pictures: the spec, the code, the figures of the benchmarks.

Looks up each name that a picture shows. If a name no longer exists, no picture is drawn, and the
error gives the name and its file.
"""

import json
import re
import sys
from types import SimpleNamespace


class Sources:
    """The files of a checkout."""

    def __init__(self, top):
        self.top = top
        self.texts = {}

    def read(self, path):
        if path not in self.texts:
            self.texts[path] = (self.top / path).read_text()
        return self.texts[path]

    def find(self, path, pattern):
        """The first match of a pattern in a file."""
        found = re.search(pattern, self.read(path), re.M)
        if not found:
            sys.exit(f"pictures: {path} has no {pattern}: draw what is there now instead")
        return found

    def function(self, path, name):
        """The name of a function, which the file defines."""
        self.find(path, rf"\bfn {name}\b")
        return name

    def says(self, path, words):
        """Words that are in the file."""
        self.find(path, re.escape(words))
        return words

    def style(self):
        """The style of the pictures, without the line that names the licence of its file."""
        return self.read("user/parley/src/output/picture/style.css").split("\n", 1)[1]

    def layers(self):
        """The rooms of the code and their allowed imports, from scripts/test/rules.py."""
        sys.path.insert(0, str(self.top / "scripts/test"))
        import rules  # pylint: disable=import-outside-toplevel

        return rules.LAYERS

    def handlers(self):
        """The files with handlers, and which operations each trait handles there."""
        found = {}
        for file in sorted((self.top / "kmod").glob("*.rs")):
            path = f"kmod/{file.name}"
            for trait, operation in re.findall(
                r"^impl (\w+Op)<(\w+)> for Net", self.read(path), re.M
            ):
                found.setdefault(path, []).append((trait, operation))
        return found

    def operations(self):
        """The operations, notifications and events of the spec, in its order."""
        text = self.read("spec/parley.yaml").split("\noperations:\n")[1].split("\nmcast-groups:")[0]
        # The value of a YAML anchor.
        anchors = dict(re.findall(r"&(\w+)\n +attributes: \[ *(.*?) *\]", text))
        found = []
        for part in re.split(r"^    -\n", text, flags=re.M)[1:]:

            def word(key, part=part):
                value = re.search(rf"^      {key}: (.*)$", part, re.M)
                return value and value[1].strip("[] ")

            def attributes(way, part=part):
                block = re.search(
                    rf"^        {way}: *(?:&\w+)?\n +attributes: \[ *(.*?) *\]", part, re.M
                )
                same = re.search(rf"^        {way}: \*(\w+)$", part, re.M)
                names = block[1] if block else anchors[same[1]] if same else ""
                return [name for name in names.split(", ") if name]

            before = found[-1].number if found else 0
            event = re.search(r"^      event:\n +attributes: \[ *(.*?) *\]", part, re.M)
            found.append(
                SimpleNamespace(
                    name=word("name"),
                    # Without a value, an operation has the next number.
                    number=int(word("value") or before + 1),
                    flags=word("flags") or "",
                    notify=word("notify"),
                    group=word("mcgrp"),
                    modes=[mode for mode in ("do", "dump", "event") if f"\n      {mode}:" in part],
                    request=attributes("request"),
                    reply=attributes("reply"),
                    event=event[1].split(", ") if event else [],
                )
            )
        if [op.number for op in found] != list(range(1, len(found) + 1)):
            sys.exit("pictures: spec/parley.yaml is not read as it was: see sources.py")
        return found

    def operation(self, name):
        return next(op for op in self.operations() if op.name == name)

    def constant(self, name):
        """The value of a definition of the spec."""
        return int(
            self.find("spec/parley.yaml", rf"name: {name}\n +type: const\n +value: (\d+)")[1]
        )

    def family(self):
        return self.find("spec/parley.yaml", r"^name: (\w+)$")[1]

    def group(self):
        return self.find("spec/parley.yaml", r"mcast-groups:\n  list:\n    -\n      name: (\w+)")[1]

    def channels(self):
        """The channels of `parley compare`, with their features, and the cost of a round trip by the
        length of its message, from the baseline of the benchmarks."""
        text = self.read("user/compare/src/kind.rs")
        rows = json.loads(self.read("bench/baseline.json"))["rows"]
        bases = {}
        for base in ("PROCESS", "KERNEL"):
            body = re.search(rf"const {base}: About = About \{{(.*?)\n        \}};", text, re.S)[1]
            bases[base] = dict(bases.get("PROCESS", {}), **self.fields(body))
        found = []
        arms = re.findall(
            r"=> (?:About \{([^}]*?)\.\.)?(KERNEL|PROCESS)\.named\(\"([\w-]+)\", \"(.*?)\"\)",
            text.split("match self {")[1],
        )
        for own, base, name, title in arms:
            about = dict(bases[base], **self.fields(own))
            cost = {
                size: rows[f"rust compare {name}{size and f'-{size}'}"]
                for size in ("", 16, 16384)
                if f"rust compare {name}{size and f'-{size}'}" in rows
            }
            found.append(
                SimpleNamespace(
                    title=title,
                    kernel=about["other_side"] == "Side::Kernel",
                    cost=cost,
                    either=about["either_starts"] == "true",
                    messages=about["boundaries"] == "true",
                    many=about["many_listeners"] == "true",
                    errors=about["errors"].removeprefix("Some(").strip(')"'),
                )
            )
        if len(found) != int(re.search(r"ALL: \[Self; (\d+)\]", text)[1]):
            sys.exit("pictures: user/compare/src/kind.rs is not read as it was: see sources.py")
        return found

    @staticmethod
    def fields(body):
        return dict(re.findall(r"^\s*(\w+): (.*),$", body, re.M))
