# SPDX-License-Identifier: GPL-2.0
"""Fake kernel trees with the files that scripts/build/check-kdir checks, each with one fault."""
import os
import re
import shutil
import subprocess

from support import TOP, ScriptTest

RUSTC = "rustc 1.95.0 (f2d3ce0a1 2026-03-01)"
METADATA = ("rust/libcore.rmeta", "rust/libkernel.rmeta", "rust/libbindings.rmeta",
            "rust/libmacros.so")
FAULTS = (
    ("true", None),
    ("echo 7.3.0-rc1 >include/config/kernel.release", None),
    ("rm Makefile", "it has no Makefile"),
    ("echo 7.2.12 >include/config/kernel.release", "older than 7.3"),
    ("rm include/config/kernel.release; printf 'VERSION = 6\\nPATCHLEVEL = 12\\n' >Makefile",
     "older than 7.3"),
    ("rm include/config/kernel.release; echo 'all:' >Makefile", "names no version"),
    ("rm .config", "it is not configured"),
    ("sed -i /^CONFIG_RUST=y/d .config", "without CONFIG_RUST=y"),
    ("sed -i /^CONFIG_MODULES=y/d .config", "without CONFIG_MODULES=y"),
    ("sed -i 's/rustc 1.95.0/rustc 1.80.0/' .config", "built with a different rustc"),
    ("rm rust/libkernel.rmeta", "lacks the metadata of the kernel's crates: rust/libkernel.rmeta"),
    ("rm scripts/target.json; echo 7.3.4+deb13-amd64 >include/config/kernel.release",
     "scripts/debian-headers 7.3.4+deb13-amd64"),
    ("rm rust/*.rmeta; echo 7.3.4-200.fc43.x86_64 >include/config/kernel.release",
     "dnf download --source kernel-7.3.4-200.fc43\n"),
    ("rm -r rust; ln -s ../linux-lib-rust-7.3.0-5-azure/rust rust; "
     "echo 7.3.0-5-azure >include/config/kernel.release",
     "apt-get install linux-lib-rust-7.3.0-5-azure "),
    ("rm -r rust; echo 7.3.0-5-generic >include/config/kernel.release",
     "apt-get install linux-lib-rust-7.3.0-5-generic "),
    ("rm -r rust; echo 7.3.4-arch1-1 >include/config/kernel.release", "pacman -S linux-headers "),
    ("rm -r rust; echo linux-zen >../pkgbase", "pacman -S linux-zen-headers "),
    ("sed -i 's/rustc 1.95.0.*)/rustc 1.98.0 (0a1 2026-07-01) (Fedora 1.98.0-1.fc44)/' .config",
     "as the package of a distribution"),
    ("rm -r rust", "make prepare modules_prepare"),
    ("echo 'rustc 1.80.0 (0a1 2024-07-21)' >rust/libcore.rmeta", "written by a different rustc"),
    ("rm Module.symvers", "Module.symvers is missing"),
    ("rm scripts/target.json; echo CONFIG_ARM64=y >>.config", None),
)


class CheckKdir(ScriptTest):
    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.fake("uname", "echo x86_64")
        self.fake("aarch64-linux-gnu-gcc", "")
        self.fake("rustc", f'[ "$1" = --version ] && echo "{RUSTC}"')

    def make_tree(self, fault="true"):
        shutil.rmtree(self.tree, ignore_errors=True)
        (self.folder / "pkgbase").unlink(missing_ok=True)
        for folder in ("include/config", "rust", "scripts"):
            (self.tree / folder).mkdir(parents=True)
        files = {
            "Makefile": "VERSION = 7\nPATCHLEVEL = 3\n",
            ".config": "CONFIG_RUST=y\nCONFIG_MODULES=y\n"
                       f'CONFIG_RUSTC_VERSION_TEXT="{RUSTC}"\n',
            "include/config/kernel.release": "7.3.4-made-up\n",
            "Module.symvers": "a symbol\n",
            "scripts/target.json": "{}\n",
            **{name: f"rust\0{RUSTC}\n" for name in METADATA},
        }
        for name, text in files.items():
            (self.tree / name).write_text(text)
        subprocess.run(["bash", "-c", fault], cwd=self.tree, check=True)

    def check(self, *arguments, **options):
        environment = {"XDG_CACHE_HOME": str(self.folder / "cache")}
        return self.run_script(TOP / "scripts/build/check-kdir", *arguments, self.tree,
                               env={**environment, **options.pop("env", {})}, **options)

    def test_the_oldest_kernel_is_the_same_in_each_file_that_has_to_state_it(self):
        places = (("build/machine.sh", r"^oldest=(.*)$"), ("debian-headers", r"^at_least=(.*)$"),
                  ("pack/dkms.conf", r'^BUILD_EXCLUSIVE_KERNEL_MIN="(.*)"$'),
                  ("pack/debian/parley-dkms.control", r"for kernels from (\S+) on"))
        found = {re.search(line, (TOP / "scripts" / file).read_text(), re.M)[1]
                 for file, line in places}
        self.assertEqual(len(found), 1, found)

    def test_each_fault_of_a_tree_is_named_and_a_sound_tree_passes(self):
        for fault, words in FAULTS:
            with self.subTest(fault):
                self.make_tree(fault)
                result = self.check("--quick")
                self.assertEqual(result.returncode, 1 if words else 0, result.stderr)
                self.assertIn(words or "", result.stderr)

    def test_a_tree_of_another_architecture_takes_its_compiler(self):
        self.make_tree("echo CONFIG_S390=y >>.config")
        result = self.check("--quick", path=f"{self.folder}/bin:{self.basic_path()}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("whose compiler this machine lacks: s390x-linux-gnu-gcc", result.stderr)
        self.assertIn("scripts/setup --machine s390", result.stderr)

    def test_without_any_rustc_it_says_whose_path_has_none_and_what_to_run(self):
        if os.path.exists("/usr/bin/rustc"):
            self.skipTest("/usr/bin/rustc is looked at, too, and this machine has one")
        self.make_tree()
        (self.folder / "bin/rustc").unlink()
        result = self.check("--quick", path=f"{self.folder}/bin:/usr/bin:/bin")
        self.assertEqual(result.returncode, 1)
        self.assertIn("has no rustc on the PATH", result.stderr)
        self.assertIn("make module KDIR=", result.stderr)

    def test_a_quote_in_tmpdir_is_not_shell_syntax_when_the_probe_is_removed(self):
        precious = self.folder / "precious"
        odd = self.folder / f"it's '{precious}' '"
        odd.mkdir(parents=True)
        precious.mkdir(exist_ok=True)
        self.make_tree("printf 'modules:\\n' >Makefile")
        self.check(env={"TMPDIR": str(odd)})
        self.assertTrue(precious.is_dir())
        self.assertEqual(list(odd.iterdir()), [])
