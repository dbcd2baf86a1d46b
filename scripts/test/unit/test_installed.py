# SPDX-License-Identifier: GPL-2.0
"""`make install` of the program PARLEY_PROGRAM, and of the module for the prepared kernel
tree KDIR. scripts/test/run sets both.
"""
import os
import pathlib
import shutil
import unittest

from support import COMPILERS, TOP, ScriptTest, listing

PARLEY = os.environ.get("PARLEY_PROGRAM")
KDIR = os.environ.get("KDIR")


@unittest.skipUnless(PARLEY and KDIR, "PARLEY_PROGRAM and KDIR name no program and kernel tree")
class Installed(ScriptTest):
    def setUp(self):
        super().setUp()
        self.root = self.folder / "a root"
        self.release = (pathlib.Path(KDIR) / "include/config/kernel.release").read_text().strip()
        self.module = f"lib/modules/{self.release}/updates/kmod/parley.ko"

    def make(self, target, *variables, **options):
        environment = {"PARLEY_PROGRAM": os.path.abspath(PARLEY)}
        for name in ("MAKEFLAGS", "MAKELEVEL", "KDIR"):
            os.environ.pop(name, None)
        result = self.run_script("make", "-s", target, f"DESTDIR={self.root}", *variables,
                                 cwd=TOP, env=environment, **options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result

    def run_ok(self, *command):
        result = self.run_script(*command)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_what_is_installed_works_and_all_of_it_goes(self):
        # A PATH as under sudo, without the folders of depmod.
        plain = self.folder / "plain"
        plain.mkdir()
        for tool in pathlib.Path("/usr/bin").glob("*"):
            if tool.name not in COMPILERS:
                (plain / tool.name).symlink_to(tool)
        for target in ("install", "install-module", "install-program", "install"):
            self.make(target, *([] if "program" in target else [f"KDIR={KDIR}"]),
                      path=str(plain), preexec_fn=lambda: os.umask(0o077))
        share = self.root / "usr/local/share"
        found = {name for name, what in listing(self.root).items() if what[1] is not None}
        pages = {name for name in found if "/man1/" in name}
        indexes = {name for name in found if "/modules." in name}
        self.assertEqual(found - pages - indexes, {
            self.module, "usr/local/bin/parley", "usr/local/share/parley/installed",
            "usr/local/share/bash-completion/completions/parley",
            "usr/local/share/fish/vendor_completions.d/parley.fish",
            "usr/local/share/zsh/site-functions/_parley"})
        program = self.root / "usr/local/bin/parley"
        commands = self.run_ok(program, "--help").split("Commands:\n")[1].split("\n\n")[0]
        names = {line.split()[0] for line in commands.splitlines() if line[2] != " "} - {"help"}
        self.assertEqual({pathlib.Path(page).name for page in pages},
                         {"parley.1", *(f"parley-{name}.1" for name in names)})
        for page in sorted(pages):
            for checker in (["man", "--warnings=w", "-l"], ["mandoc", "-T", "lint"]):
                if shutil.which(checker[0]):
                    result = self.run_script(*checker, self.root / page)
                    complaints = result.stdout if checker[0] == "mandoc" else ""
                    self.assertEqual(complaints + result.stderr, "", page)
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell):
                for file in share.glob(f"*{shell}*/*/*parley*"):
                    self.run_ok(shell, "-n", file)
        completed = self.run_ok("bash", "-c", 'source "$1"; COMP_WORDS=(parley cou) COMP_CWORD=1; '
                                '_parley parley cou parley; echo "${COMPREPLY[@]}"', "-",
                                share / "bash-completion/completions/parley")
        self.assertEqual(completed, "counter\n")
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        magic = self.run_script("modinfo", "-F", "vermagic", self.root / self.module, path=path)
        self.assertEqual(magic.stdout.split()[0], self.release)
        found = self.run_script("modprobe", "-d", self.root, "-S", self.release, "--show-depends",
                                "net-pf-16-proto-16-family-parley", path=path)
        self.assertEqual(found.stdout.strip(), f"insmod {self.root / self.module}")
        self.make("uninstall")
        self.assertEqual(listing(self.root), {})

    def test_another_prefix_is_heeded_and_others_files_stay(self):
        for name in ("usr/bin/other", "usr/share/man/man1/parley-other.1"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text("other")
        other = self.root / f"lib/modules/{self.release}/kernel/other.ko"
        other.parent.mkdir(parents=True)
        shutil.copy(TOP / "kmod/parley.ko", other)
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        self.run_script("depmod", "-b", self.root, self.release, path=path,
                        preexec_fn=lambda: os.umask(0o022))
        before = listing(self.root)
        self.make("install", f"KDIR={KDIR}", "prefix=/usr", "mandir=/usr/man")
        self.assertTrue((self.root / "usr/man/man1/parley.1").is_file())
        self.assertFalse((self.root / "usr/local").exists())
        self.make("uninstall", "prefix=/usr", "mandir=/usr/man")
        self.assertEqual(listing(self.root), before)

    def test_without_kdir_the_program_comes_alone_and_this_is_said(self):
        result = self.make("install")
        self.assertIn("the module is NOT installed", result.stderr)
        self.assertFalse((self.root / "lib").exists())
