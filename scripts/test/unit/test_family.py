# SPDX-License-Identifier: GPL-2.0
"""scripts/family builds what docs/family.md shows, with the spec of the page."""

import pathlib
import re
import shutil
import subprocess
import unittest

from support import TOP, CheckoutTest, ScriptTest


def kernel_tree():
    found = subprocess.run([TOP / "scripts/build/kernel", "--path", "default"], check=False,
                           capture_output=True, text=True)
    tree = pathlib.Path(found.stdout.strip() or "/nowhere")
    return tree if found.returncode == 0 and (tree / "Module.symvers").exists() else None


TREE = kernel_tree()


@unittest.skipIf(TREE is None or not shutil.which("cargo"), "there is no kernel to build for")
class Family(ScriptTest):
    def setUp(self):
        super().setUp()
        self.page = (TOP / "docs/family.md").read_text()
        self.mine = self.folder / "mine"
        self.mine.mkdir()
        # The module's name keeps it from replacing one that a reader of the page has built.
        (self.mine / "tested.yaml").write_text(re.search(r"```yaml\n(.*?)```", self.page, re.S)[1])
        self.main = self.mine / "tested_main.rs"
        self.out = TOP / "build/family/tested"
        self.addCleanup(shutil.rmtree, self.out, ignore_errors=True)

    def build(self, refused=None, stays=False):
        """Builds the module, or expects that it is refused with these words. An older module is removed then, unless it
        `stays`."""
        result = self.run_script(TOP / "scripts/family", self.mine)
        self.assertEqual(result.returncode, 1 if refused else 0, result.stderr)
        self.assertEqual((self.out / "tested.ko").exists(), stays or not refused)
        self.assertIn(refused or "build/family/tested/tested.ko", result.stderr)

    def test_what_is_begun_builds_also_elsewhere_and_is_not_replaced(self):
        self.build()
        begun = self.main.read_text()
        self.assertIn("DoOp<generated::Get>", begun)
        shutil.copytree(self.out, self.folder / "copy", ignore=shutil.ignore_patterns("*.*o", ".*"))
        made = self.run_script(
            "bash", "-euc", '. scripts/lib.sh; make -C "$1" M="$2" $(tools_of "$1") modules',
            "scripts/test-of-family", TREE, self.folder / "copy", cwd=TOP)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertTrue((self.folder / "copy/tested.ko").exists())
        made = self.run_script("sha256sum", "--check", ".parley-made", cwd=self.out)
        self.assertEqual(made.returncode, 0, made.stdout)
        for name in ("Kbuild", "family.rs", "tested_main.rs", "genl/attr.rs"):
            self.assertIn(f"{name}: OK\n", made.stdout)
        self.main.write_text(begun + "\nfn unused() {}\n")
        notes = self.out / "notes"
        notes.write_text("mine")
        for _ in range(2):
            self.build(refused="builds with warnings")
        self.assertEqual(notes.read_text(), "mine")
        self.assertEqual(self.main.read_text(), begun + "\nfn unused() {}\n")

    def test_files_of_a_user_s_are_not_written_or_removed_but_named(self):
        self.build()
        handlers, changed, own = self.main.read_text(), self.out / "genl/attr.rs", self.out / "words.rs"
        kept = changed.read_text()
        self.main.write_text(handlers + "\n// New.\n")
        for file, text in ((changed, kept + "// Mine.\n"), (own, "mine"), (self.out / "Kbuild", "mine")):
            before = file.read_text() if file.exists() else None
            file.write_text(text)
            self.build(refused=f"have changed since this script wrote them:\n  {file.relative_to(self.out)}\n", stays=True)
            self.assertEqual(file.read_text(), text)
            self.assertEqual((self.out / "tested_main.rs").read_text(), handlers)
            file.unlink() if before is None else file.write_text(before)
        self.build()
        self.assertEqual((self.out / "tested_main.rs").read_text(), handlers + "\n// New.\n")

    def test_an_unformatted_module_and_one_with_a_file_that_is_gone_are_refused(self):
        self.build()
        words, main = self.mine / "words.rs", self.main.read_text()
        words.write_text("// SPDX-License-Identifier: GPL-2.0\n\n//! Words.\n")
        self.main.write_text(main.replace("\nmod genl;\n", "\nmod genl;\nmod words;\n"))
        self.build()
        words.unlink()
        self.build(refused="words")
        self.main.write_text(main)
        self.main.write_text(self.main.read_text().replace("struct Net;", "struct  Net;"))
        self.build(refused="is not formatted")

    def test_what_the_page_shows_builds(self):
        rust = re.findall(r"^ *```rust\n(.*?)^ *```", self.page, re.S | re.M)

        def shown(begin):
            [found] = [code for code in rust if code.lstrip().startswith(begin)]
            return found

        self.build()
        main = self.main.read_text()
        main = main[:main.index("#[cold]")]
        struct, new = shown("#[pin_data]").split("\n\nfn new")
        timer = shown("fn timer")
        for begin, end, instead in ((r"/// The state of", r"struct Net;", struct),
                                    ("    fn new", "\n    }\n", "fn new" + new + timer)):
            main = re.sub(f"{begin}.*?{end}", lambda _, text=instead: text, main, flags=re.S)
        uses = "module::this_module, new_mutex, prelude::*, sync::{Mutex, MutexGuard}"
        main = re.sub(r"use kernel::.*?;", f"use kernel::{{{uses}}};", main, flags=re.S)
        # Code that is not an item is a part of the handler of `set`.
        items = [code for code in rust if code.startswith("impl ")]
        parts = [code for code in rust if not code.startswith(("impl ", "#[", "fn "))]
        self.assertEqual((len(items), len(parts)), (4, 6))
        handler = ("impl DoOp<generated::Set> for Net {\n"
                   "#[allow(unused_variables, unused_assignments)]\n"
                   "fn handle<'a>(&'a self, call: &Call<'a, Self, generated::Set>) -> "
                   "Handled<'a, generated::Set> {\n" + "".join(parts) + "Ok(reply)\n}\n}\n")
        formatted = self.run_script("rustfmt", "--edition", "2021", "--config-path",
                                    self.source() / ".rustfmt.toml", stdin=None,
                                    input=main + "".join(items) + handler)
        self.assertEqual(formatted.returncode, 0, formatted.stderr)
        self.main.write_text(formatted.stdout)
        self.build()

    def source(self):
        return pathlib.Path(self.run_script(TOP / "scripts/build/kernel", "--source").stdout.strip())


class Folder(CheckoutTest):
    def test_a_folder_without_one_spec_of_a_plain_name_is_refused(self):
        for tool in ("cargo", "make", "rustfmt"):
            self.fake(tool, f"echo {tool} >>{self.folder}/called")
        for specs, says in (((), "not 0"), (("a", "b"), "not 2"),
                            (("a-b",), "a module cannot have the name")):
            folder = self.folder / f"for {says}".replace(" ", "-")
            folder.mkdir()
            for name in specs:
                self.write(folder / f"{name}.yaml")
            result = self.run_here("scripts/family", folder)
            self.assertEqual(result.returncode, 1, specs)
            self.assertIn(says, result.stderr)
        # If a later step fails, no older module is left.
        old = self.write(self.checkout / "build/family/fails/fails.ko")
        self.write(old.with_name(".parley-made"))
        self.write(self.folder / "fails/fails.yaml")
        for tool in ("kernel", "check-kdir"):
            self.write(old)
            self.write(self.checkout / "scripts/build" / tool, "#!/bin/sh\nexit 1\n")
            self.assertEqual(self.run_here("scripts/family", self.folder / "fails").returncode, 1)
            self.assertFalse(old.exists(), tool)
            self.write(self.checkout / "scripts/build" / tool, "#!/bin/sh\necho /\n")
        self.write(self.checkout / "build/family/mine/mine.yaml")
        (self.folder / "link").symlink_to(self.checkout / "build/family")
        for folder in ("build/family/mine", self.folder / "link/mine"):
            result = self.run_here("scripts/family", folder)
            self.assertIn(f"{folder} is below build, where", result.stderr)
        self.assertNotIn("make", (self.folder / "called").read_text())

    def test_nothing_is_written_through_a_link_and_a_module_of_the_user_s_stays(self):
        self.fake("cargo", '[ "${*: -2:1}" != -o ] || echo made >"${*: -1}"')
        for tool in ("make", "rustfmt"):
            self.fake(tool, "exit 1")
        for tool in ("kernel", "check-kdir"):
            self.write(self.checkout / "scripts/build" / tool, f"#!/bin/sh\necho {self.folder}\n")
        out = self.checkout / "build/family/mine"
        mine = self.write(self.folder / "mine/mine.yaml").parent
        own = [self.write(self.folder / "own" / name, "mine") for name in ("attr.rs", "mine.ko", "genl/attr.rs")]
        for link, to in ((out / "genl", "own"), (out / "genl/attr.rs", "own/attr.rs"), (out, "own"),
                         (out.parent, ".")):
            shutil.rmtree(out.parent, ignore_errors=True)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(self.folder / to)
            done = self.run_here("scripts/family", mine)
            self.assertEqual({file.read_text() for file in own}, {"mine"}, done.stderr)
            self.assertIn(f"symbolic link: {link.relative_to(self.checkout)}\n", done.stderr)
            link.unlink()
        module = self.write(out / "mine.ko", "mine")
        self.write(out / "mine_main.rs", "mine")
        done = self.run_here("scripts/family", mine)
        self.assertIn("have changed since this script wrote them:\n  mine_main.rs\n", done.stderr)
        self.assertTrue(module.exists())
