# SPDX-License-Identifier: GPL-2.0
"""scripts/build/pictures: stale pictures, and errors that prevent a picture."""

import re
import shutil
import subprocess
import sys

from support import TOP, ScriptTest

sys.path.insert(0, str(TOP / "scripts/build/pictures"))
# pylint: disable=wrong-import-position
import figures
import layout
import system
import talks
from sources import Sources

# A name that each of these pictures shows, with the file that has it, and another name.
SHOWN = (
    (system.request, "user/netlink/src/netlink/socket.rs", r"\bfn exchange\b", "fn transfer"),
    (system.request, "kmod/genl/op.rs", r"\bfn doit\b", "fn enter"),
    (system.handlers, "kmod/genl/op.rs", r"\btrait KeepOp\b", "trait LateOp"),
    (talks.question, "kmod/state/questions.rs", r"\bfn time_out\b", "fn expire"),
    (talks.question, "spec/parley.yaml", r"\bname: timeout-ms-default\b", "name: other"),
    (talks.dump, "kmod/counter.rs", r"\btype Cursor\b", "type Place"),
    (figures.operation, "scripts/build/spec", r"ynl_gen_c\.py", "other.py"),
)
# Changes to the sources that change a picture.
CHANGES = (
    (
        system.families,
        "spec/parley.yaml",
        "    -\n      name: stats-get",
        "    -\n      name: totals-get",
    ),
    (system.families, "spec/parley.yaml", "      flags: [ uns-admin-perm ]\n", ""),
    (talks.namespaces, "kmod/state.rs", "    counters: Counters,", "    counters: Numbers,"),
    (talks.question, "spec/parley.yaml", "value: 5000", "value: 6000"),
    (talks.dump, "docs/course/07-dumps.md", "apple banana cherry", "apple blueberry cherry"),
    (
        figures.channels,
        "bench/baseline.json",
        '"rust compare ioctl-16": ',
        '"rust compare ioctl-16": 1',
    ),
    (figures.channels, "user/compare/src/kind.rs", '"errno, why, where"', '"errno, where"'),
)


class Pictures(ScriptTest):
    def sources(self, path, text):
        """The sources, one of which has a different text."""
        sources = Sources(TOP)
        sources.texts[path] = text
        return sources

    def test_a_name_that_is_gone_is_an_error_that_names_its_file(self):
        for draw, path, name, other in SHOWN:
            text = Sources(TOP).read(path)
            changed = re.sub(name, other, text)
            self.assertNotEqual(changed, text, path)
            with self.assertRaises(SystemExit, msg=name) as raised:
                draw(self.sources(path, changed))
            self.assertIn(f"pictures: {path} has no ", str(raised.exception))

    def test_a_change_of_what_a_picture_shows_changes_it(self):
        for draw, path, old, new in CHANGES:
            text = Sources(TOP).read(path)
            self.assertIn(old, text, path)
            before = draw(Sources(TOP)).svg()
            self.assertNotEqual(
                draw(self.sources(path, text.replace(old, new, 1))).svg(), before, old
            )

    def test_text_that_does_not_fit_is_an_error(self):
        sheet = layout.Sheet("a title", "a description", "")
        sheet.box(8, 8, 80, 30, ("ten chars.",))
        for draw in (
            lambda: sheet.box(8, 8, 80, 30, ("eleven char",)),
            lambda: sheet.text(700, 20, "beyond the edge"),
            lambda: sheet.text(20, 20, "before it", "end"),
        ):
            with self.assertRaises(ValueError):
                draw()
        sheet.text(8, 60, "<a & b>")
        self.assertIn(">&lt;a &amp; b&gt;</text>", sheet.svg())

    def test_a_stale_picture_and_one_that_nothing_makes_are_found(self):
        for name in ("kmod", "user", "spec", "bench", "conformance", "sample"):
            (self.folder / name).symlink_to(TOP / name)
        shutil.copy(TOP / "README.md", self.folder)
        for name in ("docs", "scripts"):
            shutil.copytree(TOP / name, self.folder / name)

        def check():
            done = subprocess.run(
                [sys.executable, "-B", self.folder / "scripts/build/pictures", "--check"],
                check=False,
                capture_output=True,
                text=True,
            )
            return done.returncode, done.stderr

        pictures = self.folder / "docs/pictures"
        self.assertEqual(check(), (0, ""))
        for name, words in (
            ("dump", "is stale"),
            ("message-reply", "is not made by parley decode --svg --select 4"),
        ):
            path = pictures / f"{name}.svg"
            text = path.read_text()
            path.write_text(text.replace("parley", "parlay").replace("apple", "apples"))
            status, err = check()
            self.assertEqual(status, 1)
            self.assertIn(f"docs/pictures/{name}.svg {words}", err)
            self.assertIn("run: python3 -B scripts/build/pictures", err)
            path.unlink()
            self.assertIn(f"docs/pictures/{name}.svg {words}", check()[1])
            path.write_text(text)
        shutil.copy(pictures / "dump.svg", pictures / "other.svg")
        self.assertIn("docs/pictures/other.svg is made by nothing", check()[1])
        self.assertIn("docs/pictures/other.svg is in no document", check()[1])
        (pictures / "other.svg").unlink()
        self.assertEqual(check(), (0, ""))
