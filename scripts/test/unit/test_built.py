# SPDX-License-Identifier: GPL-2.0
"""Builds match the current sources: scripts/build/built.sh."""
import os
import re
import subprocess
import time

from support import SCRIPTS, CheckoutTest


class Built(CheckoutTest):
    def test_what_was_built_of_sources_that_nobody_knows_is_built_again(self):
        self.run_here("scripts/build/alone", "true")
        built = [self.write(self.checkout / name) for name in
                 ("kmod/parley.ko", "user/target/debug/.fingerprint/parley-1/lib")]
        self.run_here("scripts/build/alone", "true")
        self.assertTrue(all(file.exists() for file in built))
        (self.checkout / "build/sources").unlink()
        self.run_here("scripts/build/alone", "true")
        self.assertFalse(any(file.exists() for file in built))

    def program_built(self):
        """Pretends that `make program` has just built the program."""
        self.run_here("scripts/build/alone", "true")
        program = self.write(self.checkout / "user/target/release/parley", "program")
        self.in_lib('content_of "$1" >build/program-sum', program)
        self.assertEqual(self.in_lib("program_lacks").stdout, "")

    def test_nothing_that_had_a_source_that_is_gone_passes_for_built(self):
        for gone in ("user/parley/src/channels.rs", "kmod/echo.rs"):
            self.program_built()
            built = [self.write(self.checkout / name) for name in
                     ("kmod/parley.ko", "build/module-for", "build/module-sum", "build/kunit/kmod/parley.ko")]
            self.run_here("scripts/build/alone", "true")
            self.assertTrue(all(file.exists() for file in built))
            (self.checkout / gone).unlink()
            for _ in range(2):
                self.assertIn("older than its sources", self.in_lib("program_lacks").stdout)
                self.run_here("scripts/build/alone", "true")
            self.assertFalse(any(file.exists() for file in built))

    def test_each_file_that_the_sources_include_is_a_source(self):
        included = set()
        for source in self.checkout.rglob("*.rs"):
            # Only rustdoc reads the files in attributes of documentation, and it always does.
            for doc, name in re.findall(r'(doc = )?\binclude_(?:str|bytes)!\(\s*"(.*?)"', source.read_text()):
                if not doc:
                    included.add((source.parent / name.replace("@FAMILY@", "spec")).resolve())
        found = self.in_lib("sums").stdout.splitlines()
        self.assertEqual(included - {(self.checkout / line[66:]).resolve() for line in found}, set())
        for name in ("spec/parley.yaml", "user/parley/src/output/picture/style.css"):
            source = self.checkout / name
            self.assertIn(source.resolve(), included)
            self.program_built()
            source.write_text(source.read_text() + "# Changed.\n")
            os.utime(source, (1e9, 1e9))
            for _ in range(2):
                self.assertIn("older than its sources", self.in_lib("program_lacks").stdout)
                # The first command that takes the lock notes the new content.
                self.run_here("scripts/build/alone", "true")

    def test_what_was_built_while_the_clock_was_ahead_is_not_taken_for_new(self):
        self.run_here("scripts/build/alone", "true")
        ahead = time.time() + 10000
        os.utime(self.checkout / "build/sources", (ahead, ahead))
        result = self.run_here("scripts/build/alone", "true")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("make clean", result.stderr)
        self.assertEqual(self.run_here("make", "clean").returncode, 0)
        self.assertEqual(self.run_here("scripts/build/alone", "true").returncode, 0)

    def test_what_was_built_in_a_shared_target_folder_is_not_taken_for_what_is_here(self):
        other = self.copy_of_checkout(self.folder / "other")
        self.write(other / "user/src/new.rs", "broken")
        os.utime(other / "user/src/new.rs", (1e9, 1e9))
        built = self.folder / "shared/release/.fingerprint/parley-1"
        for place, fresh in ((self.checkout, False), (self.checkout, True), (other, False), (other, True)):
            if not (place / "user/target").exists():
                (place / "user/target").symlink_to(self.folder / "shared")
            self.write(built / "lib")
            self.assertEqual(self.run_here("scripts/build/alone", "true", cwd=place).returncode, 0)
            self.assertEqual(built.exists(), fresh)
        with subprocess.Popen([other / "scripts/build/alone", "sh", "-c", "echo in; read word"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
            first.stdout.readline()
            with subprocess.Popen([self.checkout / "scripts/build/alone", "true"], text=True,
                                  stderr=subprocess.PIPE) as second:
                self.assertIn("another checkout builds", second.stderr.readline())
                first.communicate("go on\n")

    def test_what_was_built_in_another_checkout_is_not_taken_for_what_is_here(self):
        sources = self.write(self.home / "sources/Cargo.lock").parent
        for name in ("cargo", "rustc"):
            self.fake(name, "exit 0")
        built, std = (self.cache / "cross" / name for name in ("a/debug/.fingerprint/parley-1", "a/debug/.fingerprint/std-1"))
        other = self.copy_of_checkout(self.folder / "other")
        for place, fresh in ((self.checkout, False), (self.checkout, True), (other, True)):
            self.write(built / "lib"), self.write(std / "lib")
            if place == other:
                self.write(other / "user/src/new.rs", "broken")
                os.utime(other / "user/src/new.rs", (1e9, 1e9))
                fresh = False
            result = self.run_here("scripts/test/cross", "check", cwd=place, env={"RUST_LIB_SRC": str(sources)})
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual((built.exists(), std.exists()), (fresh, True))

    def test_a_file_that_is_restored_with_an_older_time_is_copied(self):
        source = self.write(self.checkout / "sub/file", "new")
        self.in_lib("copy_changed out sub/file; copy_changed out sub/file")
        source.write_text("old")
        os.utime(source, (1, 1))
        self.in_lib("copy_changed out sub/file")
        self.assertEqual((self.checkout / "out/sub/file").read_text(), "old")

    def test_a_source_that_is_restored_with_an_older_time_is_built(self):
        source, other = self.checkout / "kmod/echo.rs", self.checkout / "user/parley/src/lib.rs"
        for file in (source, other):
            os.utime(file, (1e9, 1e9))
        self.assertEqual(self.run_here("scripts/build/alone", "true").returncode, 0)
        self.assertEqual(source.stat().st_mtime, 1e9)
        looked = (self.checkout / "build/sources").stat().st_mtime
        # Restored with an older timestamp, and with one from while that run was building.
        for stamp in (1e9, looked + 0.001):
            source.write_text(f"broken {stamp}")
            os.utime(source, (stamp, stamp))
            self.assertEqual(self.run_here("scripts/build/alone", "true").returncode, 0)
            self.assertGreater(source.stat().st_mtime, stamp)
        self.assertEqual(other.stat().st_mtime, 1e9)

    def test_a_source_that_is_reached_through_a_link_counts(self):
        linked = self.write(self.folder / "elsewhere/file.rs", "old"), self.write(self.folder / "folder/file.rs", "old")
        (self.checkout / "kmod/linked.rs").symlink_to(linked[0])
        (self.checkout / "kmod/linked").symlink_to(linked[1].parent)
        for file in linked:
            for stamp in (1e9, 2e9):
                self.write(self.checkout / "built")
                os.utime(self.checkout / "built", (1.5e9, 1.5e9))
                self.assertEqual(self.in_lib("by_content; find kmod -exec touch -hd @1 {} +; find -L kmod -name '*.rs' "
                                             "-exec touch -d @1 {} +; ! stale built kmod").returncode, 0)
                if stamp == 1e9:
                    file.write_text(f"new {stamp}")
                os.utime(file, (stamp, stamp))
                self.assertEqual(self.in_lib("stale built kmod").returncode, 0, (file, stamp))

    def test_a_module_that_make_has_built_elsewhere_is_not_taken_for_built(self):
        self.write(self.checkout / "scripts/build/check-kdir", "#!/bin/sh\n")
        self.fake("make", f'echo "$@" >{self.folder}/make')
        self.write(self.folder / "tree/.config")
        result = self.run_here("scripts/build/module", self.folder / "tree")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("elsewhere", result.stderr)
        self.assertIn(f" MO={self.checkout}/build/module ", (self.folder / "make").read_text())

    def test_a_module_from_other_sources_or_for_another_kernel_is_tested_by_no_script(self):
        for tool in ("cargo", "rustc", "gcc", "qemu-system-x86_64", "vng", "insmod"):
            self.fake(tool, "exit 0")
        for name in ("default", "race"):
            self.write(self.folder / name / "arch/x86/boot/bzImage")
        self.write(self.checkout / "scripts/build/kernel", f"""#!/bin/sh
            case $1 in --image) echo {self.folder}/$2/arch/x86/boot/bzImage ;; *) echo {self.folder}/$2 ;; esac""")
        source = self.checkout / "kmod/echo.rs"
        module = self.checkout / "kmod/parley.ko"

        def refusals(reason, kernel="default", *more):
            for words in ([SCRIPTS["vm"], "--kernel", kernel, *more, "--", "true"], [SCRIPTS["interop"], kernel],
                          [SCRIPTS["demo"], kernel], *([[SCRIPTS["bench"]]] if kernel == "default" else [])):
                result = self.run_here(*words, timeout=60)
                self.assertNotEqual(result.returncode, 0, words)
                self.assertIn(f"kmod/parley.ko is {reason}", result.stderr, words)
                self.assertIn("module", result.stderr, words)

        refusals("not built")
        self.run_here("scripts/build/alone", "true")
        self.write(module)
        refusals("built for an unknown kernel")
        self.write(self.checkout / "build/module-for", f"{self.folder}/default\n")
        refusals("not the file that make module built")
        self.in_lib("content_of kmod/parley.ko >build/module-sum")
        refusals("older than the kernel tree")
        self.in_lib(f"state_of {self.folder}/default >build/kernel-state-build-module")
        done = self.run_here(SCRIPTS["demo"])
        self.assertIn("user/target/release/parley is not built", done.stderr)
        for name in ("Module.symvers", "vmlinux", "rust/libkernel.rmeta", "rust/libmacros.so"):
            self.in_lib(f"state_of {self.folder}/default >build/kernel-state-build-module")
            file = self.write(self.folder / "default" / name, "rebuilt")
            os.utime(file, (1e9, 1e9))
            refusals("older than the kernel tree")
            self.in_lib(f"state_of {self.folder}/default >build/kernel-state-build-module")
            file.write_text("REBUILT")
            os.utime(file, (1e9, 1e9))
            refusals("older than the kernel tree")
        self.in_lib(f"state_of {self.folder}/default >build/kernel-state-build-module")
        refusals("built for another kernel", "race")
        text = source.read_text()
        source.write_text(text + "\n")
        refusals("older than its sources")
        # The first command that takes the lock has noted the new content.
        refusals("older than its sources")
        # A build from a source that no longer exists is not a build of these sources.
        source.unlink()
        refusals("not built")

    def test_what_was_built_for_a_tree_that_was_rebuilt_since_is_built_again(self):
        self.write(self.checkout / "scripts/build/check-kdir", "#!/bin/sh\n")
        # Like make, the fake builds only missing files.
        self.fake("make", f"""where=${{4#MO=}}; mkdir -p $where/kmod
            [ -e $where/kmod/parley.ko ] || {{ echo compiled >>{self.folder}/made
            touch $where/kmod/parley.ko
            echo "savedcmd_kmod/parley.ko := ld" >$where/kmod/.parley.ko.cmd; }}""")
        tree = self.write(self.folder / "tree/.config").parent
        metadata = self.write(tree / "rust/libkernel.rmeta", "1")
        for words in ([], ["--kunit"]):
            for call, built in enumerate((1, 1, 2, 2)):
                if call == 2:
                    metadata.write_text("2")
                result = self.run_here("scripts/build/module", *words, tree)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual((self.folder / "made").read_text().count("compiled"), built)
            (self.folder / "made").unlink()

    def test_a_module_that_builds_with_warnings_is_refused_each_time_and_is_for_no_tree(self):
        self.write(self.checkout / "scripts/build/check-kdir", "#!/bin/sh\n")
        # The fake writes the module and its record, as kbuild does.
        make = ("cd build/module 2>/dev/null || mkdir -p build/module/kmod && cd build/module\n"
                "write() { echo 'savedcmd_kmod/parley.ko := x' >kmod/.parley.ko.cmd; touch kmod/parley.ko; }\n")
        self.fake("make", make + "[ -e kmod/parley.ko ] || { write; echo 'WARNING: modpost: x'; }")
        self.write(self.folder / "tree/.config")
        built_for = self.write(self.checkout / "build/module-for", "/another\n")
        for _ in range(2):
            result = self.run_here("scripts/build/module", self.folder / "tree")
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("builds with warnings", result.stderr)
            self.assertFalse(built_for.exists())
        # The kernel's flags for s390 have every module built with this warning.
        flag = "echo 'warning: unstable feature specified for `-Ctarget-feature`: `backchain`'; echo 'warning: 1 warning emitted'"
        for more, status in (("", 0), ("; echo 'x.c:1: warning: unused'", 1)):
            self.fake("make", make + f"write; {flag}{more}")
            self.assertEqual(self.run_here("scripts/build/module", self.folder / "tree").returncode, status)
        # Files that a failed build compiled with warnings are compiled again.
        self.fake("make", make + "[ ! -e kmod/parley.ko ] || { echo old; exit; }\n"
                          "write; echo 'x.rs: warning: unused'; exit 2")
        for _ in range(2):
            result = self.run_here("scripts/build/module", self.folder / "tree")
            self.assertIn("does not build", result.stderr)
        self.fake("make", make + "write; kill $PPID; sleep 1")
        self.assertNotEqual(self.run_here("scripts/build/module", self.folder / "tree").returncode, 0)
        self.assertFalse((self.checkout / "kmod/parley.ko").exists())
        self.fake("make", make + "[ ! -e kmod/parley.ko ] || exit 0\n"
                          "write; echo 'x.rs: warning: unused'; kill -9 $PPID; sleep 1")
        for _ in range(2):
            self.assertNotEqual(self.run_here("scripts/build/module", self.folder / "tree").returncode, 0)
