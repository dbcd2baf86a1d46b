# SPDX-License-Identifier: GPL-2.0
"""What docs/family.md shows builds, with the spec of the page."""

import pathlib
import re
import shutil
import subprocess
import unittest

from support import TOP, ScriptTest

def kernel_tree():
    found = subprocess.run([TOP / "scripts/kernel", "--path", "default"], check=False,
                           capture_output=True, text=True)
    tree = pathlib.Path(found.stdout.strip() or "/nowhere")
    return tree if found.returncode == 0 and (tree / "Module.symvers").exists() else None


TREE = kernel_tree()


@unittest.skipIf(TREE is None or not shutil.which("cargo"), "there is no kernel to build for")
class Family(ScriptTest):
    def generate(self, command, output):
        result = subprocess.run(
            ["cargo", "run", "--quiet", "--locked", "--manifest-path", TOP / "user/Cargo.toml",
             "--package", "parley-spec", "--", command, self.mine / "mine.yaml", "-o", self.mine / output],
            check=False, capture_output=True, text=True)
        return result

    def build(self):
        tools = subprocess.run(
            ["bash", "-euc", '. scripts/lib.sh; tools_of "$1"', "scripts/test-of-family", TREE],
            cwd=TOP, check=True, capture_output=True, text=True).stdout.split()
        made = subprocess.run(["make", "-C", TREE, f"M={self.mine}", *tools, "modules"], check=False,
                              capture_output=True, text=True)
        said = made.stdout + made.stderr
        self.assertEqual(made.returncode, 0, said)
        self.assertNotIn("warning", said)
        self.assertTrue((self.mine / "mine.ko").exists())

    def setUp(self):
        super().setUp()
        self.mine = self.folder / "mine"
        (self.mine / "genl").mkdir(parents=True)
        shutil.copy(TOP / "kmod/genl.rs", self.mine)
        for file in [*(TOP / "kmod/genl").glob("*.rs"), *(TOP / "kmod/genl").glob("*.c")]:
            if not file.name.endswith(".mod.c"):
                shutil.copy(file, self.mine / "genl")
        page = (TOP / "docs/family.md").read_text()
        (self.mine / "mine.yaml").write_text(re.search(r"```yaml\n(.*?)```", page, re.S)[1])
        self.rust = re.findall(r"^ *```rust\n(.*?)^ *```", page, re.S | re.M)
        (self.mine / "Kbuild").write_text(re.search(r"```make\n(.*?)```", page, re.S)[1])
        for command, output in (("family", "family.rs"), ("handlers", "mine_main.rs")):
            made = self.generate(command, output)
            self.assertEqual(made.returncode, 0, made.stderr)

    def shown(self, begin):
        [found] = [code for code in self.rust if code.lstrip().startswith(begin)]
        return found

    def test_what_is_begun_builds_and_is_not_replaced(self):
        self.build()
        main = self.mine / "mine_main.rs"
        main.write_text("mine")
        self.assertNotEqual(self.generate("handlers", "mine_main.rs").returncode, 0)
        self.assertEqual(main.read_text(), "mine")

    def test_what_the_page_shows_builds(self):
        main = (self.mine / "mine_main.rs").read_text()
        main = main[:main.index("#[cold]")]
        struct, new = self.shown("#[pin_data]").split("\n\nfn new")
        alarm = self.shown("fn alarm")
        for begin, end, instead in ((r"/// The state of", r"struct Net;", struct), ("    fn new", "\n    }\n", "fn new" + new + alarm)):
            main = re.sub(f"{begin}.*?{end}", lambda _, text=instead: text, main, flags=re.S)
        main = re.sub(r"use kernel::.*?;", "use kernel::{module::this_module, new_mutex, prelude::*, "
                      "sync::{Mutex, MutexGuard}};", main, flags=re.S)
        # What is not an item is a part of the handler of `set`.
        items = [code for code in self.rust if code.startswith("impl ")]
        parts = [code for code in self.rust if not code.startswith(("impl ", "#[", "fn "))]
        self.assertEqual((len(items), len(parts)), (4, 6))
        handler = ("impl DoOp<generated::Set> for Net {\n"
                   "#[allow(unused_variables, unused_assignments)]\n"
                   "fn handle<'a>(&'a self, call: &Call<'a, Self, generated::Set>) -> "
                   "Handled<'a, generated::Set> {\n" + "".join(parts) + "Ok(reply)\n}\n}\n")
        (self.mine / "mine_main.rs").write_text(main + "".join(items) + handler)
        self.build()
