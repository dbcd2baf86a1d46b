# SPDX-License-Identifier: GPL-2.0
"""`make install` and `make uninstall`, into folders of the tests.

They run in a checkout made up here, with a program and a kernel tree that are scripts.
test_installed.py installs the real ones.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from support import COMPILERS, TOP, ScriptTest, listing

RELEASE = "7.3.9-test"
MODULE = f"lib/modules/{RELEASE}/updates/kmod/parley.ko"

PROGRAM = """#!/bin/sh
case $1 in
man) echo ".TH PARLEY 1" >"$2/parley.1" ;;
completions) echo "# for $2" ;;
esac
"""
TREE = f"""modules_install:
	test -s '$(M)/modules.order'
	mkdir -p '$(INSTALL_MOD_PATH)/{os.path.dirname(MODULE)}'
	cp '$(M)/kmod/parley.ko' '$(INSTALL_MOD_PATH)/{MODULE}'
"""
MODINFO = """for file; do :; done
sed -n 's/^vermagic=//p' "$file"
"""
DEPMOD = """[ "$1" = -b ] || exit 2
cd "$2/lib/modules/$3" || exit
for index in dep alias; do
	find . -name '*.ko*' ! -name '*.parley*' >modules.$index.tmp && mv modules.$index.tmp modules.$index || exit
done
"""
# Runs the command that it is named after, but fails at call FAIL_AT, counted over all commands.
FAULTY = """call=$(($(cat "$CALLS") + 1))
echo "$call" >"$CALLS"
if [ "$call" = "$FAIL_AT" ]; then
	echo "$0: No space left on device" >&2
	exit 1
fi
exec {command} "$@"
"""


class Made(ScriptTest):
    """A checkout in which both sides are built, and an empty root."""

    @classmethod
    def setUpClass(cls):
        """Makes a PATH without a compiler, as a user of rustup has under sudo."""
        cls.plain = pathlib.Path(tempfile.mkdtemp(prefix="parley-test."))
        cls.addClassCleanup(shutil.rmtree, cls.plain)
        for place in ("/usr/sbin", "/usr/bin", "/sbin", "/bin"):
            for tool in pathlib.Path(place).glob("*"):
                link = cls.plain / tool.name
                if tool.name not in COMPILERS and not link.is_symlink():
                    link.symlink_to(tool)

    def setUp(self):
        super().setUp()
        self.root = self.folder / "a root"
        self.root.mkdir()
        self.list = self.root / "usr/local/share/parley/installed"
        self.checkout = self.folder / "checkout"
        for name in ("Makefile", "Kbuild"):
            self.write(self.checkout / name, (TOP / name).read_text())
        shutil.copytree(TOP / "scripts", self.checkout / "scripts", ignore=lambda *_: ["unit"])
        for name in ("kmod/parley_main.rs", "user/parley/src/main.rs", "user/Cargo.lock", "spec/parley.yaml"):
            self.write(self.checkout / name, "")
        self.write(self.checkout / "user/Cargo.toml", 'version = "0.1.0"\n')
        self.tree = self.folder / "tree"
        self.write(self.tree / "Makefile", TREE)
        self.write(self.tree / "include/config/kernel.release", RELEASE + "\n")
        self.write(self.tree / "include/config/auto.conf", "")
        self.program = self.checkout / "user/target/release/parley"
        self.run_script(self.checkout / "scripts/build/alone", "true",
                        env={"HOME": str(self.folder), "XDG_CACHE_HOME": ""})
        self.write(self.program, PROGRAM).chmod(0o755)
        self.write(self.checkout / "kmod/parley.ko", f"vermagic={RELEASE} SMP\n")
        self.record()
        self.write(self.checkout / "build/module-for", f"{self.tree}\n")
        self.fake("modinfo", MODINFO)
        self.fake("depmod", DEPMOD)
        self.path = f"{self.folder}/bin:{self.plain}"
        (self.folder / "tmp").mkdir()
        self.env = {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache"),
                    "TMPDIR": str(self.folder / "tmp")}

    def record(self):
        """Records the existing files as the built ones."""
        self.run_script("bash", "-c", ". scripts/lib.sh; state_of $1 >build/kernel-state-build-module; "
                        "content_of $2 >build/program-sum; content_of kmod/parley.ko >build/module-sum", "-", self.tree, self.program,
                        cwd=self.checkout, env={"HOME": str(self.folder), "XDG_CACHE_HOME": ""})

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def make(self, target, *variables, kdir=True, env=None, **options):
        words = [f"DESTDIR={self.root}", *([f"KDIR={self.tree}"] if kdir else []), *variables]
        for name in ("MAKEFLAGS", "MAKELEVEL", "DESTDIR", "KDIR", "PARLEY_PROGRAM"):
            os.environ.pop(name, None)
        return self.run_script(
            "make", "-s", target, *words, cwd=self.checkout, path=self.path,
            env={**self.env, **(env or {})}, **options)

    def ok(self, *arguments, **options):
        result = self.make(*arguments, **options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result

    def refused(self, *arguments, says=(), **options):
        """Expects that the command fails, says why, and changes nothing."""
        before = listing(self.root)
        result = self.make(*arguments, **options)
        self.assertNotEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(listing(self.root), before)
        for words in says:
            self.assertIn(words, result.stderr)
        return result


class Install(Made):
    def test_root_needs_no_compiler_for_what_is_built(self):
        self.ok("install")
        self.assertTrue((self.root / MODULE).is_file())
        self.assertTrue((self.root / "usr/local/bin/parley").is_file())

    def test_prefixes_of_any_spelling_can_be_uninstalled(self):
        for prefix in ("/", "/usr/", "/usr//local"):
            with self.subTest(prefix):
                before = listing(self.root)
                self.ok("install-program", f"prefix={prefix}")
                self.ok("install-program", f"prefix={prefix}")
                self.ok("uninstall", f"prefix={prefix}")
                self.assertEqual(listing(self.root), before)

    def test_a_link_inside_destdir_can_be_uninstalled(self):
        (self.root / "var/local").mkdir(parents=True)
        (self.root / "usr").mkdir()
        (self.root / "usr/local").symlink_to("../var/local")
        before = listing(self.root)
        self.ok("install-program")
        self.ok("install-program")
        self.ok("uninstall")
        self.assertEqual(listing(self.root), before)

    def test_the_environment_is_not_syntax_of_make(self):
        root = self.folder / "x/$(shell touch oops)$b"
        self.run_script("make", "-s", "install-program", cwd=self.checkout, path=self.path,
                        env={**self.env, "DESTDIR": str(root)})
        self.assertTrue((root / "usr/local/bin/parley").is_file())
        self.assertEqual(list(self.folder.rglob("oops")), [])

    def test_a_tree_may_be_named_by_a_link_to_it(self):
        link = self.folder / "link"
        link.symlink_to(self.tree)
        self.ok("install", f"KDIR={link}", kdir=False)
        self.assertTrue((self.root / MODULE).is_file())

    def test_a_build_that_had_nothing_to_do_counts_as_one(self):
        for name, moment in (("user/target/release/parley", 1e9), ("kmod/parley.ko", 1e9),
                             ("user/Cargo.toml", 1.1e9), ("kmod/parley_main.rs", 1.1e9)):
            os.utime(self.checkout / name, (moment, moment))
        cargo = self.fake("cargo", "exit 0")
        self.ok("program")
        cargo.unlink()
        self.ok("install")

    def test_what_is_edited_while_it_is_built_is_not_built(self):
        main = self.checkout / "user/parley/src/main.rs"
        self.fake("cargo", f"sleep 0.1; touch '{main}'; sleep 0.1; touch target/release/parley")
        self.run_script(self.checkout / "scripts/build/program", env=self.env)
        self.assertLess((self.checkout / "build/program-sum").stat().st_mtime, main.stat().st_mtime)

    def test_a_program_that_make_has_not_built_is_not_installed(self):
        self.write(self.program, PROGRAM + "# by cargo, with other flags")
        self.refused("install-program", says=["not the file that make program built"])

    def test_a_module_for_a_tree_that_was_rebuilt_since_is_not_installed(self):
        self.write(self.checkout / "scripts/build/check-kdir", "#!/bin/sh\nexit 1\n")
        for name in ("Module.symvers", "vmlinux", "rust/libkernel.rmeta", "rust/libmacros.so"):
            self.record()
            os.utime(self.write(self.tree / name, "rebuilt"), (1e9, 1e9))
            self.refused("install-module")

    def test_a_module_that_is_not_built_needs_a_compiler_and_the_cause_is_named(self):
        os.utime(self.checkout / "kmod/parley_main.rs", (2e9, 2e9))
        self.write(self.tree / ".config",
                   'CONFIG_RUST=y\nCONFIG_MODULES=y\nCONFIG_RUSTC_VERSION_TEXT="rustc 1.95.0"\n')
        for name in ("rust/libcore.rmeta", "rust/libkernel.rmeta", "rust/libbindings.rmeta",
                     "rust/libmacros.so", "scripts/target.json"):
            self.write(self.tree / name, "")
        self.refused("install", says=["nothing was changed", "rustc"])

    def test_a_program_that_is_not_built_needs_cargo_and_the_command_is_named(self):
        for make_stale in (
                self.program.unlink,
                lambda: self.write(self.checkout / "user/spec/src/lib.rs", "")):
            self.write(self.program, PROGRAM).chmod(0o755)
            os.utime(self.program, (1.1e9, 1.1e9))
            for path in (self.checkout / "user").rglob("*"):
                os.utime(path, (1e9, 1e9) if path != self.program else (1.1e9, 1.1e9))
            make_stale()
            self.refused("install", says=["nothing was changed", "make program"])

    @unittest.skipIf(os.geteuid(), "only root can give a checkout to somebody else")
    def test_root_does_not_take_what_is_restored_with_an_older_time_for_built(self):
        self.run_script(self.checkout / "scripts/build/alone", "true", env=self.env)
        source = self.checkout / "user/parley/src/main.rs"
        source.write_text("restored")
        os.utime(source, (1e9, 1e9))
        os.chown(self.checkout, 12345, 12345)
        self.refused("install-program", says=["make program"])

    @unittest.skipIf(os.geteuid(), "only root can give a checkout to somebody else")
    def test_root_builds_nothing_in_the_checkout_of_another(self):
        for name in ("rustc", "cargo"):
            self.fake(name, f"touch '{self.folder}/built'; exit 1")
        os.chown(self.checkout, 12345, 12345)
        for stale, target in (("user/parley/src/main.rs", "program"), ("kmod/parley_main.rs", "module")):
            os.utime(self.checkout / stale, (2e9, 2e9))
            self.refused("install", says=[f"make {target}"])
            os.utime(self.checkout / stale, (1e9, 1e9))
        self.assertFalse((self.folder / "built").exists())

    def test_a_failing_check_of_the_tree_is_not_taken_for_a_good_one(self):
        self.write(self.checkout / "build/module-for", "/elsewhere\n")
        self.write(self.checkout / "scripts/build/check-kdir", "#!/bin/sh\nexit 1\n")
        self.write(self.checkout / "scripts/build/module", "#!/bin/sh\nexit 0\n").chmod(0o755)
        self.refused("install")

    def test_without_a_tool_that_lists_files_what_is_installed_stays(self):
        self.ok("install")
        for tool in ("find", "sha256sum"):
            for text in (None, "exit 1"):
                path = self.plain / tool
                kept = os.readlink(path)
                path.unlink()
                if text:
                    self.fake(tool, text)
                for target in ("install", "install-program", "uninstall"):
                    self.refused(target)
                path.symlink_to(kept)
                (self.folder / "bin" / tool).unlink(missing_ok=True)

    def test_a_umask_that_shuts_others_out_hides_nothing_from_them(self):
        self.program.chmod(0o700)
        (self.checkout / "kmod/parley.ko").chmod(0o600)
        self.ok("install", preexec_fn=lambda: os.umask(0o077))
        for name, what in listing(self.root).items():
            folder_or_program = (self.root / name).is_dir() or name.endswith("bin/parley")
            self.assertEqual(what[0][-3:], "755" if folder_or_program else "644", name)

    def test_with_the_prefix_usr_all_of_it_comes_and_goes(self):
        for name in ("usr/bin/other", "usr/share/man/man1/other.1"):
            self.write(self.root / name, "other")
        self.write(self.root / f"usr/lib/modules/{RELEASE}/kernel/other.ko", "other")
        (self.root / "lib").symlink_to("usr/lib")
        before = listing(self.root)
        self.ok("install", "prefix=/usr")
        self.assertIn("usr/" + MODULE, listing(self.root))
        self.ok("uninstall", "prefix=/usr")
        after = listing(self.root)
        for index in ("dep", "alias"):
            # The kernel had no index, so the first run of depmod leaves one.
            after.pop(f"usr/lib/modules/{RELEASE}/modules.{index}")
        self.assertEqual(after, before)

    def test_an_older_version_is_replaced_with_all_that_it_had(self):
        page, packed = "usr/local/share/man/man1/parley-gone.1", MODULE + ".xz"
        other = "lib/modules/7.3.0-other/updates/kmod/parley.ko"
        for name in (page, packed, other, "usr/local/bin/parley"):
            self.write(self.root / name, "older")
        self.write(self.list, f"d /usr/local/share/man/man1\nf /{page}\nf /{packed}\n"
                   f"f /{other}\nf /usr/local/bin/parley\n")
        self.ok("install")
        found = listing(self.root)
        self.assertNotIn(page, found)
        self.assertNotIn(packed, found, "two modules of one name are left")
        self.assertEqual(found["usr/local/bin/parley"][1], PROGRAM.encode())
        self.assertIn(other, found)
        self.ok("uninstall")
        self.assertEqual([name for name in listing(self.root) if "parley" in name],
                         ["usr/local/share/parley"], "others made this folder")

    def test_a_file_of_somebody_else_is_neither_replaced_nor_removed(self):
        for name in ("usr/local/bin/parley", "usr/local/share/man/man1/parley.1", MODULE,
                     "usr/local/share/parley/installed/x"):
            with self.subTest(name):
                foreign = self.write(self.root / name, "precious")
                self.refused("install", says=[str(foreign).removesuffix("/x")])
                self.make("uninstall")
                self.assertEqual(foreign.read_text(), "precious")
                shutil.rmtree(self.root / name.split("/")[0])

    def test_a_link_or_folder_of_somebody_else_is_not_replaced(self):
        target = self.root / "usr/local/bin/parley"
        target.parent.mkdir(parents=True)
        target.symlink_to("/nowhere")
        self.refused("install", says=[str(target)])
        target.unlink()
        target.mkdir()
        self.refused("install", says=[str(target)])

    def test_a_file_of_a_debian_package_is_not_replaced_even_if_the_list_names_it(self):
        self.fake("dpkg-query", 'for path; do [ "$path" != /usr/bin/parley ] || '
                  'echo "parley: $path"; done')
        (self.root / "var/lib/dpkg/info").mkdir(parents=True)
        program = self.write(self.root / "usr/bin/parley", "packaged")
        self.write(self.root / "usr/share/parley/installed", "f /usr/bin/parley\n")
        self.refused("install", "prefix=/usr", says=[str(program), "package parley"])
        self.ok("uninstall", "prefix=/usr")
        self.assertEqual(program.read_text(), "packaged")

    def test_a_second_module_of_that_name_is_not_put_beside_dkms_own(self):
        other = self.write(self.root / f"lib/modules/{RELEASE}/updates/dkms/parley.ko.xz", "dkms")
        self.refused("install", says=[str(other)])

    def test_nothing_is_written_outside_of_destdir_through_a_link_in_it(self):
        outside = self.folder / "outside"
        (outside / "share").mkdir(parents=True)
        (self.root / "usr").mkdir()
        (self.root / "usr/local").symlink_to(outside)
        self.refused("install", says=["leads out of"])
        self.assertEqual(list(listing(outside)), ["share"])

    def test_a_path_that_is_relative_or_goes_up_is_refused(self):
        for variable in ("prefix=usr", "prefix=/usr/../..", "bindir=/usr/./bin", "DESTDIR=here"):
            self.refused("install", variable, says=[variable.split("=")[0]])

    def test_a_release_that_is_no_name_of_a_folder_is_refused(self):
        for release in ("../../../etc", ""):
            self.write(self.tree / "include/config/kernel.release", release)
            self.write(self.checkout / "kmod/parley.ko", f"vermagic={release} SMP\n")
            self.refused("install")

    def test_what_the_environment_says_of_the_module_s_folder_is_not_heeded(self):
        self.write(self.tree / "Makefile", TREE.replace("updates", "$(or $(INSTALL_MOD_DIR),updates)"))
        self.ok("install", env={"INSTALL_MOD_DIR": "../../../../outside"})
        self.assertTrue((self.root / MODULE).is_file())

    def test_a_quote_in_destdir_or_tmpdir_is_not_shell_syntax(self):
        self.root = self.folder / "it's; touch oops"
        self.ok("install")
        self.assertTrue((self.root / MODULE).is_file())
        odd = self.folder / "$(touch oops)"
        odd.mkdir()
        # The kernel's Makefiles cannot quote such a path.
        self.refused("install", env={"TMPDIR": str(odd)}, says=["TMPDIR"])
        self.refused("install-program", env={"TMPDIR": str(odd)}, says=["TMPDIR"])
        self.assertEqual(list(self.folder.rglob("oops")), [])


    def test_two_installs_into_a_folder_that_is_not_there_yet_come_one_after_the_other(self):
        root, go = self.folder / "made/root", self.folder / "go"
        depmod = (self.folder / "bin/depmod").rename(self.folder / "depmod")
        self.fake("depmod", f"touch '{self.folder}/held'$$; while [ ! -e '{go}' ]; do sleep 0.05; done; exec '{depmod}' \"$@\"")

        def install(name):
            with (self.folder / name).open("w", encoding="utf-8") as said:
                return subprocess.Popen(
                    [self.checkout / "scripts/pack/install"], stdout=said, stderr=said, cwd=self.folder,
                    env={**os.environ, **self.env, "PATH": self.path, "DESTDIR": str(root), "KDIR": str(self.tree)})

        def held():
            return len(list(self.folder.glob("held*")))

        with install("first") as first:
            while first.poll() is None and not held():
                time.sleep(0.05)
            with install("second") as second:
                said = self.folder / "second"
                while second.poll() is None and held() < 2 and "at work" not in said.read_text():
                    time.sleep(0.05)
                go.touch()
        self.assertEqual((first.returncode, second.returncode), (0, 0), said.read_text())
        self.assertIn("another install is at work", said.read_text())


class Halfway(Made):
    """Whichever command fails, either nothing or everything is done."""

    # Fewer folders, and so fewer commands to fail.
    few = tuple(f"{shell}completiondir=/usr/local/share/c" for shell in ("bash", "fish", "zsh"))

    def faults(self, *arguments):
        """Fails each command in turn that changes something."""
        before = self.folder / "before"
        calls = self.folder / "calls"
        self.root.rename(before)
        depmod = (self.folder / "bin/depmod").rename(self.folder / "depmod")
        for name in ("install", "mv", "ln", "cp", "mkdir", "rm", "depmod"):
            command = depmod if name == "depmod" else shutil.which(name)
            self.fake(name, FAULTY.format(command=command))
        failures, at = 0, 0
        while True:
            at += 1
            shutil.rmtree(self.root, ignore_errors=True)
            shutil.copytree(before, self.root, symlinks=True)
            calls.write_text("0")
            result = self.make(*arguments, env={"CALLS": str(calls), "FAIL_AT": str(at)})
            left = listing(self.root)
            if result.returncode:
                failures += 1
                self.assertEqual(left, listing(before), f"call {at}:\n{result.stderr}")
            else:
                yield left
            if int(calls.read_text()) < at:
                return

    def check(self, *arguments):
        """All runs that succeed have the same result; returns it."""
        results = list(self.faults(*arguments))
        for result in results:
            # If the last step fails, which removes the kept files, the next run removes them.
            kept = [name for name in result if ".parley-install-" in name]
            for name in [*kept, *(name for name in result if any(
                    each.startswith(name + "/") for each in kept))]:
                if name not in results[-1]:
                    del result[name]
            self.assertEqual(result, results[-1])
        return results[-1]

    def test_a_first_install(self):
        self.assertIn(MODULE, self.check("install", *self.few))

    def test_an_upgrade(self):
        self.ok("install", *self.few)
        self.write(self.root / "usr/local/share/man/man1/parley-gone.1", "older")
        with self.list.open("a") as lines:
            lines.write("f /usr/local/share/man/man1/parley-gone.1\n")
        self.program.write_text(PROGRAM + "# newer\n")
        self.record()
        result = self.check("install", *self.few)
        self.assertEqual(result["usr/local/bin/parley"][1], (PROGRAM + "# newer\n").encode())
        self.assertNotIn("usr/local/share/man/man1/parley-gone.1", result)

    def test_an_uninstall_beside_another_module(self):
        self.write(self.root / f"lib/modules/{RELEASE}/kernel/other.ko", "other")
        self.ok("install", *self.few)
        result = self.check("uninstall")
        self.assertEqual([name for name in result if "parley" in name], [])
        self.assertIn(f"lib/modules/{RELEASE}/modules.dep", result)

    def test_a_depmod_that_writes_in_place_and_fails(self):
        self.write(self.root / f"lib/modules/{RELEASE}/other.ko", "other")
        self.write(self.root / f"lib/modules/{RELEASE}/modules.dep", "other.ko:\n")
        self.fake("depmod", f"echo begun >'{self.root}/lib/modules/{RELEASE}/modules.dep'; exit 1")
        self.refused("install")

    def test_a_signal_during_depmod(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.fake("depmod", f"touch \"$2/lib/modules/$3/modules.dep\"; kill -{number} $PPID")
            self.refused("install")

    def test_a_kill_leaves_nothing_that_the_next_run_does_not_mend(self):
        depmod = (self.folder / "bin/depmod").read_text()
        for after in ("install", "uninstall"):
            self.fake("depmod", "kill -9 $PPID")
            self.assertNotEqual(self.make("install").returncode, 0)
            self.fake("depmod", depmod.removeprefix("#!/bin/bash\n"))
            self.ok(after)
            self.assertEqual([name for name in listing(self.root) if ".parley-install-" in name], [])
        self.assertEqual([name for name in listing(self.root) if "parley" in name], [])
