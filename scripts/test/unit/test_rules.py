# SPDX-License-Identifier: GPL-2.0
"""Sources that break each rule of scripts/test/rules.py."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import TOP

sys.path.insert(0, str(TOP / "scripts/test"))
# pylint: disable=wrong-import-position
import rules
from rules import LINES_MAX, bindings, layers, length, licence, links, unfinished, unrun, unsafe

BROKEN = (
    (licence, "kmod/new.rs", "//! Nothing.\n"),
    (licence, "user/parley/src/new.rs", "// SPDX-License-Identifier: GPL-2.0\n"),
    (length, "kmod/new.rs", "\n" * (LINES_MAX + 1)),
    (unfinished, "kmod/new.rs", "// TO" + "DO: all of it\n"),
    (unsafe, "kmod/new.rs", "//! Nothing.\n// #![forbid(unsafe_code)]\n"),
    (unsafe, "user/parley/src/new.rs", "#[allow(unsafe_code)]\nmod new;\n"),
    (unsafe, "user/parley/src/new.rs", "#![allow(unsafe_code)]\n\nuse std::io;\n"),
    (unsafe, "user/new/Cargo.toml", "[package]\n"),
    (bindings, "kmod/new.rs", "use kernel::{\n    bindings,\n};\n"),
    (layers, "kmod/genl/new.rs", "use crate::{\n    genl::{Do, Dump},\n    counter, //\n};\n"),
    (layers, "user/netlink/src/netlink/new.rs", "use crate::client::Client;\n"),
    (layers, "user/parley/src/output/new.rs", "use crate::commands::echo::reply;\n"),
    (layers, "user/parley/src/commands/new.rs", "use super::echo::reply;\n"),
    (layers, "user/parley/src/commands/new/part.rs", "use super::super::echo::reply;\n"),
    (unrun, "user/netlink/tests/new.rs", "#[test]\n"),
    (unrun, "user/call/tests/new/main.rs", "#[test]\n"),
    (unrun, "interop/neli/tests/new.rs", "#[test]\n"),
    (unrun, "user/call/Cargo.toml", "[package]\n\n[[test]]\nname = \"new\"\n"),
    (links, "docs/new.md", "see [it](nowhere.md)\n"),
    (links, "docs/new.md", "see [it](#nowhere)\n\n# Somewhere\n"),
)
CRATE = {
    "user/new/src/lib.rs": "mod a;\nmod b;\nmod c;\nuse a::A;\n",
    "user/new/src/a.rs": "use crate::{b::{B, D}, c};\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n",
    "user/new/src/b.rs": "pub use super::c::B;\n// use super::a;\n",
    "user/new/src/c.rs": "fn c() {\n    println!(\"use super::a;\");\n}\n",
}


class Rules(unittest.TestCase):
    def test_files_that_the_repository_of_another_folder_lists_or_ignores_are_none(self):
        with tempfile.TemporaryDirectory() as folder:
            inner = pathlib.Path(folder, "inner")
            (inner / "scripts/test").mkdir(parents=True)
            shutil.copy(TOP / "scripts/test/rules.py", inner / "scripts/test")
            for where, succeeds in ((folder, False), (inner, True)):
                subprocess.run(["git", "init", "--quiet"], cwd=where, check=True)
                done = subprocess.run([sys.executable, "-B", "scripts/test/rules.py"], cwd=inner, check=False,
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode == 0, succeeds, done.stderr)
                self.assertEqual("git does not list the files" in done.stderr, not succeeds)
            (inner / ".git/info/exclude").write_text("*\n")
            done = subprocess.run([sys.executable, "-B", "scripts/test/rules.py"], cwd=inner, check=False)
            self.assertNotEqual(done.returncode, 0)

    def test_each_rule_finds_what_breaks_it(self):
        self.assertEqual({rule for rule, _, _ in BROKEN}, set(rules.RULES))
        for rule, path, text in BROKEN:
            if rule is links and "#" in text:
                # The link is to a heading of a file that exists.
                path = "README.md"
            with self.subTest(rule=rule.__name__, path=path):
                self.assertTrue(list(rule(path, text)), text)

    def test_the_tests_that_steps_run_are_none_that_nobody_runs(self):
        for path in ("user/parley/tests/echo.rs", "user/spec/tests/family.rs", "user/spec/example/tests/new.rs",
                     "user/netlink/src/tests/new.rs", "user/netlink/tests/common/part.rs"):
            self.assertEqual(list(unrun(path, "")), [], path)

    def test_a_file_that_is_not_utf_8_is_refused_by_its_line_unless_it_is_no_text(self):
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            for name, data, status in (("scripts/test/rules.py", (TOP / "scripts/test/rules.py").read_bytes(), 0),
                                       ("user/fuzz/seeds/a.pcap", b"\xd4\xc3\xb2\xa1\0", 0),
                                       ("docs/new.md", b"one\nZo\xeb\n", 1), ("docs/new.md", b"one\n\0\xeb\n", 1)):
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_bytes(data)
                subprocess.run(["git", "init", "--quiet"], cwd=top, check=True)
                done = subprocess.run([sys.executable, "-B", "scripts/test/rules.py"], cwd=top, check=False,
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertEqual("docs/new.md:2: is not UTF-8" in done.stderr, bool(status), done.stderr)

    def test_only_what_is_made_may_be_long(self):
        long = "\n" * (LINES_MAX + 1)
        for path in ("kmod/parley.rs", "user/parley/src/uapi.rs", "user/netlink/src/kernel/nlctrl.rs",
                     "scripts/build/requirements/setup.txt", "user/Cargo.lock", "bench/echo.svg"):
            self.assertEqual(list(length(path, long)), [], path)
        for path in ("kmod/counter.rs", "user/netlink/src/kernel.rs", "spec/kernel/nftables.yaml",
                     "scripts/build/spec", "docs/new.md"):
            self.assertTrue(list(length(path, long)), path)
            self.assertEqual(list(length(path, long[1:])), [], path)

    def test_a_cycle_of_files_is_found_and_nothing_else(self):
        self.assertEqual(list(rules.cycles(CRATE)), [])
        for more in ("use super::a::A;\n", "fn d() {\n    super::a::a();\n}\n",
                     "use crate::{a::{self, A}};\n"):
            self.assertTrue(list(rules.cycles({**CRATE, "user/new/src/c.rs": more})), more)

    def test_headings_have_the_anchors_that_links_name(self):
        self.assertEqual(rules.anchors("# A & b: `c_d`\n# A & b: `c_d`\n"), {"a--b-c_d", "a--b-c_d-1"})
