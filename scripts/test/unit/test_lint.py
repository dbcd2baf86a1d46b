# SPDX-License-Identifier: GPL-2.0
"""scripts/test/lint: its findings, with any user settings, and the files that it formats."""
import os
import pathlib
import re
import shutil
import subprocess

from support import SCRIPTS, TOP, CheckoutTest


class Lint(CheckoutTest):
    def setUp(self):
        super().setUp()
        self.git("init", "--quiet")
        # Lint sees only these files, and itself.
        self.write(self.checkout / ".git/info/exclude", "*\n!*/\n!bad*\n")
        self.git("add", "--force", "scripts/test/lint")
        self.fake("make", "exit 0")
        self.fake("cargo", f'[ "$1" != clippy ] || echo "${{CLIPPY_CONF_DIR-unset}} ${{RUSTFLAGS-unset}}" >>{self.folder}/cargo')
        # Stubs for scripts that take long, or look at other things.
        for name, text in (("cross", "#!/bin/sh\n"), ("rules.py", "")):
            (self.checkout / SCRIPTS[name]).write_text(text)
        self.write(self.checkout / "kmod/bad.rs", "//! Long: " + "x" * 100 + "\nfn bad () {}\n")
        self.write(self.checkout / "user/parley/src/bad.rs", "fn bad () {}\n")
        self.write(self.checkout / "bench/clients/bad.c",
                   "// SPDX-License-Identifier: GPL-2.0\nint bad( void ) { return 1; }\n")
        self.write(self.checkout / "bad.py", "print(undefined)\n")
        self.write(self.checkout / "scripts/bad-python", "#!/usr/bin/env python3\nprint(undefined)\n")
        self.write(self.checkout / "scripts/bad", "#!/bin/sh\necho $1\n").chmod(0o755)
        self.write(self.checkout / "scripts/bad-too", "#!/usr/bin/env -S bash -e\necho $1\n").chmod(0o755)

    def lint(self, **env):
        """Returns the findings of the checks that are not stubs."""
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        kernel = subprocess.run([TOP / "scripts/build/kernel", "--path"], capture_output=True, text=True, check=True)
        if not pathlib.Path(kernel.stdout.strip(), ".done").exists():
            self.skipTest("the kernel is not built, whose own tools some checks are")
        done = self.run_here("scripts/test/lint", env={"XDG_CACHE_HOME": cache, **env})
        return done.returncode, [re.sub(r"after \d+ s", "", line) for line in done.stderr.splitlines()
                                 if "bad" in line or "FAILED" in line]

    def test_a_copy_that_cannot_be_renewed_is_not_looked_at_instead(self):
        self.write(self.checkout / "build/lint/plain")
        _, found = self.lint()
        self.assertTrue([line for line in found if "clippy" in line], found)

    def test_settings_of_the_user_hide_nothing(self):
        plain = self.lint()
        self.assertEqual(plain[0], 1)
        for words in ("kmod/bad.rs", "user/parley/src/bad.rs", "bench/clients/bad.c", "scripts/bad ", "scripts/bad-too",
                      "bad.py", "scripts/bad-python"):
            self.assertTrue([line for line in plain[1] if words in line], (words, plain))
        ignore = "--ignore SPACING,OPEN_BRACE,LONG_LINE,LONG_LINE_COMMENT,FUNCTION_WITHOUT_ARGS\n"
        for folder in (self.home, self.folder):
            self.write(folder / ".checkpatch.conf", ignore)
            self.write(folder / ".shellcheckrc", "disable=SC2086\n")
            self.write(folder / ".config/rustfmt/rustfmt.toml", "disable_all_formatting = true\n")
            self.write(folder / "rustfmt.toml", "disable_all_formatting = true\n")
            self.write(folder / "clippy.toml", "msrv = \"1.0\"\n")
        hidden = self.lint(CHECKPATCH_CONFIG_DIR=str(self.home), SHELLCHECK_OPTS="-e SC2086",
                           PYFLAKES_BUILTINS="undefined", RUSTFLAGS="--cap-lints allow", CLIPPY_CONF_DIR=str(self.home))
        self.assertEqual(hidden, plain)
        # With an older Rust, lint leaves clippy's checks of user/ out.
        if self.run_here("bash", "-c", ". scripts/lib.sh; rust_is 1.88").returncode == 0:
            ran = (self.folder / "cargo").read_text().splitlines()
            self.assertEqual(set(ran), {"/ "})


class Format(CheckoutTest):
    def test_only_what_git_tracks_is_formatted_whatever_leads_elsewhere(self):
        self.write(self.checkout / "scripts/build/kernel", f"#!/bin/sh\necho {self.folder}\n")
        self.write(self.folder / ".rustfmt.toml")
        ugly, mine = "fn bad () {}\n", self.folder / "mine"
        sources = self.checkout / "user/parley/src"
        others = [self.write(path, ugly) for path in (
            mine / "module.rs", mine / "linked.rs", mine / "genl/attr.rs", self.checkout / "notes.rs",
            sources / "untracked.rs")]
        bad = self.write(sources / "bad.rs", f'#[path = "{mine}/module.rs"]\nmod a;\nmod untracked;\n{ugly}')
        bad.chmod(0o640)
        (self.checkout / "kmod/linked.rs").symlink_to(mine / "linked.rs")
        other = self.write(self.checkout / "conformance/sub/attr.rs", ugly)
        below = self.write(self.checkout / "user/sub/attr.rs", ugly)
        self.git("init", "--quiet")
        self.git("add", "scripts/test/lint", bad, self.checkout / "kmod/linked.rs", other, below)
        shutil.rmtree(below.parent)
        below.parent.symlink_to(mine / "genl")
        for tool in ("cargo", "make", "perl", "shellcheck"):
            self.fake(tool, "exit 0")
        done = self.run_here("scripts/test/lint", "--format")
        self.assertEqual((done.returncode, done.stdout), (0, "user/parley/src/bad.rs\n"), done.stderr)
        self.assertIn("fn bad() {}", bad.read_text())
        self.assertEqual(bad.stat().st_mode & 0o777, 0o640)
        self.assertEqual([path for path in others if path.read_text() != ugly], [])
        self.assertEqual([path.name for path in bad.parent.glob("bad*")], ["bad.rs"])

    def test_a_file_that_rustfmt_cannot_format_fails_and_the_others_are_formatted(self):
        self.write(self.checkout / "scripts/build/kernel", f"#!/bin/sh\necho {self.folder}\n")
        self.write(self.folder / ".rustfmt.toml")
        bad = self.write(self.checkout / "user/parley/src/bad.rs", "fn bad( {\n")
        good = self.write(self.checkout / "user/parley/src/good.rs", "fn good () {}\n")
        for tool in ("cargo", "make", "perl", "shellcheck"):
            self.fake(tool, "exit 0")
        self.git("init", "--quiet")
        for path in (bad, good):
            self.git("add", path)
        # A file list without this script is not the list of the checkout.
        done = self.run_here("scripts/test/lint", "--format")
        self.assertEqual((done.returncode, good.read_text()), (1, "fn good () {}\n"))
        self.assertIn("git does not list scripts/test/lint itself", done.stderr)
        self.git("add", "scripts/test/lint")
        done = self.run_here("scripts/test/lint", "--format")
        self.assertEqual((done.returncode, done.stdout), (1, "user/parley/src/good.rs\n"))
        self.assertIn("rustfmt cannot format user/parley/src/bad.rs", done.stderr)
        self.assertEqual((good.read_text(), bad.read_text()), ("fn good() {}\n", "fn bad( {\n"))
        (self.checkout / ".git").rename(self.folder / ".git")
        done = self.run_here("scripts/test/lint", "--format")
        self.assertEqual(done.returncode, 1)
        self.assertIn("inside another git repository", done.stderr)

    def test_a_cache_in_the_checkout_is_none_of_its_files(self):
        self.git("init", "--quiet")
        cache = self.checkout / "mine/parley"
        self.write(cache / ".parley-cache")
        env = {"XDG_CACHE_HOME": str(self.checkout / "mine")}
        self.in_lib("exit", env=env)
        self.write(cache / "linux-7.3.4/bad.py")
        listed = self.run_here("git", "ls-files", "--others", "--exclude-standard", "mine")
        self.assertEqual(listed.stdout, "")
        shutil.rmtree(cache / "linux-7.3.4")
        self.assertEqual(self.run_here("make", "distclean", env=env).returncode, 0)
        self.assertFalse(cache.exists())
