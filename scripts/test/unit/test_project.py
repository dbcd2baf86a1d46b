# SPDX-License-Identifier: GPL-2.0
"""The Makefile of a project of scripts/new-family, as far as it needs no kernel."""

import json
import os
import re
import shutil
import unittest

from support import CheckoutTest

NAMES = {"@NAME@": "mine", "@FAMILY@": "mine", "@PROGRAM@": "mine-client"}


class Project(CheckoutTest):
    def setUp(self):
        super().setUp()
        self.mine = self.folder / "mine"
        for name in ("Makefile", "user/Cargo.toml"):
            text = (self.checkout / "sample/template" / name).read_text()
            for word, instead in {**NAMES, "@PARLEY@": str(self.checkout)}.items():
                text = text.replace(word, instead)
            self.write(self.mine / name, text)
        for name in ("parley.version", "mine.yaml", "kmod/mine_main.rs", "user/src/lib.rs"):
            self.write(self.mine / name, "old")
        for name in ("cargo", "make", "rustc"):
            self.fake(name, "exit 1")

    def build(self, *command, **env):
        command = command or ("true",)
        done = self.run_here("scripts/new-family", "--build", self.mine, *command, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_source_that_is_restored_with_an_older_time_is_built_again(self):
        sources = [self.mine / name for name in ("kmod/mine_main.rs", "user/src/lib.rs", "mine.yaml")]
        for source in sources:
            os.utime(source, (1e9, 1e9))
        self.build()
        self.assertEqual({source.stat().st_mtime for source in sources}, {1e9})
        for source in sources:
            source.write_text("restored")
            os.utime(source, (1e9, 1e9))
            self.build()
            self.assertGreater(source.stat().st_mtime, 1e9)

    def test_what_was_built_of_a_source_that_is_gone_or_unknown_is_built_again(self):
        self.build()
        built = ("build/kmod/mine.ko", "build/cargo/debug/.fingerprint/mine-client-1/lib")
        other = self.write(self.mine / "build/cargo/debug/.fingerprint/parley-1/lib")
        for gone in ("kmod/mine_main.rs", "build/sources"):
            files = [self.write(self.mine / name) for name in built]
            self.build()
            self.assertTrue(all(file.exists() for file in files))
            (self.mine / gone).unlink()
            self.build()
            self.assertFalse(any(file.exists() for file in files), gone)
        self.assertTrue(other.exists())

    def test_the_environment_does_not_reach_cargo_or_kbuild(self):
        env = {"CARGO_BUILD_TARGET": "x", "RUSTFLAGS": "x", "CARGO_PROFILE_DEV_DEBUG": "x", "KCFLAGS": "x",
               "KBUILD_OUTPUT": "x", "MAKEFLAGS": "n", "CARGO_TARGET_DIR": "x"}
        said = dict(line.split("=", 1) for line in self.build("env", **env).splitlines() if "=" in line)
        self.assertEqual({name for name in env if name in said}, {"CARGO_TARGET_DIR"})
        self.assertEqual(said["CARGO_TARGET_DIR"], f"{self.mine}/build/cargo")
        # The Makefile runs everything that builds through $(build).
        recipes = (self.checkout / "sample/template/Makefile").read_text()
        self.assertNotRegex(recipes, r"(?m)^\t@.*(?<!\$\(build\) )\b(?:cargo (?:build|test)|make -s)|^\t.*\$\(MAKE\)")
        self.assertEqual(len(re.findall(r"\$\(build\) make -|\$\(cargo\) (?:build|test) |^cargo = \$\(build\) cargo$", recipes, re.M)), 4, recipes)

    def test_a_kernel_s_tree_is_for_the_module_alone(self):
        (self.folder / "bin/make").unlink()
        for goal in ("run", "ynl", "vm", "test"):
            for words, env in ((["KDIR=/tree"], {}), ([], {"KDIR": "/tree"})):
                done = self.run_here("make", goal, *words, cwd=self.mine, env=env)
                self.assertIn(f"KDIR is for `make module`, not for {goal}: ", done.stderr)
        self.assertNotIn("KDIR is for", self.run_here("make", "-n", "test", cwd=self.mine).stderr)
        self.assertNotIn("KDIR is for", self.run_here("make", "-n", "module", "KDIR=/tree", cwd=self.mine).stderr)

    def test_a_kernel_s_name_is_no_command(self):
        for name in ("KERNEL", "KDIR"):
            for value in (f"x; touch {self.folder}/ran", f"$(shell touch {self.folder}/ran)", f"`touch {self.folder}/ran`"):
                self.run_here("make", "module", "vm", cwd=self.mine, env={name: value})
                self.assertFalse((self.folder / "ran").exists(), value)

    def test_ci_tests_the_checkout_that_it_is_in(self):
        other = self.folder / "other"
        for place in (other, other / self.checkout.name):
            self.write(place / ".ci/run")
        self.fake("make", "pwd")
        done = self.run_script(self.checkout.name + "/.ci/run", cwd=self.checkout.parent, env={"CDPATH": str(other)})
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.checkout}\n"), done.stderr)
        done = self.run_script(".ci/run", cwd=self.checkout, env={"CDPATH": str(other)})
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.checkout}\n"), done.stderr)

    @unittest.skipUnless(shutil.which("cargo"), "this machine has no cargo")
    def test_a_configuration_of_cargo_in_the_project_is_refused(self):
        (self.folder / "bin/cargo").unlink()
        self.write(self.mine / "user/.cargo/config.toml", '[build]\ntarget = "x86_64-unknown-linux-musl"\n')
        done = self.run_here("scripts/new-family", "--build", str(self.mine), "cargo", "build")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("a configuration file of cargo changes", done.stderr)

    def test_every_file_that_has_tests_is_run_and_one_must_have_some(self):
        (self.folder / "bin/make").unlink()
        self.write(self.checkout / "scripts/vm", "#!/bin/sh\nwhile [ $1 != -- ]; do shift; done; shift; exec \"$@\"\n")
        self.write(self.checkout / "scripts/test/check-log", "#!/bin/sh\n")
        self.write(self.checkout / "scripts/build/kernel", f"#!/bin/sh\necho {self.folder}\n")
        self.write(self.folder / "Module.symvers")
        self.write(self.mine / "parley.version", f"spec {'0' * 64}")
        self.write(self.checkout / "scripts/new-family",
                   '#!/bin/sh\n[ "$1" = --build ] || exit 0\ncd $2; mkdir -p build; shift 2; [ $1 = make ] || exec "$@"\n')
        self.fake("rmmod", "")
        names, said = [], ""
        for name, number, passed in (("lib", 2, 2), ("client", 0, 0), ("more", 1, 1), ("broken", 3, 2)):
            names.append(name)
            listed = "".join(f"echo 't{count}: test'; " for count in range(number))
            results = [{"type": "suite", "event": "started", "test_count": number}]
            for count in range(number):
                results.append({"type": "test", "event": "started", "name": f"t{count}"})
                results.append({"type": "test", "event": "ok" if count < passed else "failed", "name": f"t{count}"})
            results.append({"type": "suite", "event": "ok" if passed == number else "failed", "passed": passed,
                            "failed": number - passed, "ignored": 0, "measured": 0, "filtered_out": 0, "exec_time": 0.1})
            # Format the results as libtest writes them.
            lines = "".join(f"echo '{{ {json.dumps(result)[1:-1]} }}'; " for result in results)
            self.fake(name, f'case "$*" in *--list*) {listed} echo "{number} tests, 0 benchmarks"; exit 0 ;; esac; '
                            f'{lines} [ {passed} = {number} ]')
        # One binary ends before it has listed its tests, and one has a main function of its own.
        self.fake("ends", "exit 3")
        self.fake("own", "echo hello")

        def tested(*names):
            lines = ['{"reason":"compiler-artifact","target":{"kind":["lib"],"test":true},"profile":{"test":false},'
                     '"executable":null}', '{"target":{"test":true},"profile":{"test":false},"executable":"/bin/false"}']
            lines += [f'{{"target":{{"test":true}},"profile":{{"opt_level":"0","test":true}},"executable":"{self.folder}/bin/{name}"}}'
                      for name in names]
            self.fake("cargo", "".join(f"echo '{line}'; " for line in lines))
            done = self.run_here("make", "test", cwd=self.mine)
            return done.returncode, done.stdout + done.stderr

        status, said = tested("lib", "client", "more")
        self.assertEqual(status, 0, said)
        self.assertTrue("2 passed" in said and "1 passed" in said, said)
        status, said = tested("broken", "lib")
        self.assertNotEqual(status, 0, said)
        self.assertIn("2 passed; 0 failed", said)
        for name, says in (("ends", "does not list its tests"), ("own", "is not built with harness = true")):
            status, said = tested("lib", name)
            self.assertNotEqual(status, 0, said)
            self.assertIn(says, said)
            self.assertIn("2 passed", said)
        status, said = tested("client")
        self.assertNotEqual(status, 0, said)
        self.assertIn("user/ has no test, so nothing was tested", said)

    def test_clean_leaves_what_was_not_built(self):
        (self.folder / "bin/make").unlink()
        for name in ("kmod/mine.ko", "cargo/debug/mine-client", "tests", "tests.json", "kernel.log", "sources"):
            self.write(self.mine / "build" / name)
        parley = self.write(self.mine / "build/parley/Makefile")
        self.assertEqual(self.run_here("make", "clean", cwd=self.mine).returncode, 0)
        self.assertEqual(list((self.mine / "build").rglob("*")), [parley.parent, parley])
        # Folders of the user's, of the names of files.
        for name in ("tests", "sources"):
            self.write(self.mine / "build" / name / "mine")
        self.assertEqual(self.run_here("make", "clean", cwd=self.mine).returncode, 0)
        for name in ("tests", "sources"):
            (self.mine / "build" / name / "mine").unlink()
            (self.mine / "build" / name).rmdir()
        elsewhere = self.write(self.folder / "elsewhere/kmod/mine").parents[1]
        (self.mine / "build").rename(self.folder / "aside")
        (self.mine / "build").symlink_to(elsewhere)
        self.assertEqual(self.run_here("make", "clean", cwd=self.mine).returncode, 2)
        self.assertTrue((elsewhere / "kmod/mine").exists())
        (self.mine / "build").unlink()
        (self.folder / "aside").rename(self.mine / "build")
        parley.unlink()
        parley.parent.rmdir()
        self.assertEqual(self.run_here("make", "clean", cwd=self.mine).returncode, 0)
        self.assertFalse((self.mine / "build").exists())
