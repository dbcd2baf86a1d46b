# SPDX-License-Identifier: GPL-2.0
"""scripts/test/run in a checkout where every other script only pretends to succeed."""

import json
import re
import shutil
import sys

from support import SCRIPTS, TOP, ScriptTest

SHELL = ("conformance", "kernel", "setup", "spec", "lint", "doc", "cross", "package", "vm", "check-log", "guest-tests",
         "module", "course", "exercise", "recording", "program", "book", "read-book", "models")
PYTHON = ("scripts/test/report",)


class Test(ScriptTest):
    def setUp(self):
        super().setUp()
        self.top = self.folder / "checkout"
        (self.top / "user/parley/tests").mkdir(parents=True)
        self.copy_scripts(self.top, "run", "lib.sh", "built.sh", "machine.sh")
        for name in SHELL:
            script = self.top / SCRIPTS[name]
            script.write_text(f'#!/bin/bash\n[[ ${{1:-}} != --@(path|source) ]] || echo {self.folder}\n')
            script.chmod(0o755)
        with (self.top / "scripts/test/cross").open("a") as cross:
            cross.write("printf 'running 1 test\\ntest result: ok. 1 passed; 0 failed\\n'\n")
        for name in PYTHON:
            (self.top / name).parent.mkdir(exist_ok=True)
            (self.top / name).touch()
        (self.folder / ".config").write_text("CONFIG_KUNIT=y\n")
        self.fake("rustc", "echo rustc 1.95.0")
        (self.top / "scripts/test/unit").mkdir()
        (self.top / "scripts/test/unit/__main__.py").write_bytes((TOP / "scripts/test/unit/__main__.py").read_bytes())
        kunit = self.folder / "tools/testing/kunit/kunit.py"
        kunit.parent.mkdir(parents=True)
        kunit.write_text("#!/bin/bash\ncat >/dev/null\n")
        kunit.chmod(0o755)
        for name in ("one", "installed"):
            (self.top / f"scripts/test/unit/test_{name}.py").write_text(
                "import unittest\nclass One(unittest.TestCase):\n    def test_one(self):\n        pass\n")
        vm = self.top / "scripts/vm"
        vm.write_text(f'#!/bin/bash\nprintf "%s\\n" "$*" >>{self.folder}/guests\ncat >/dev/null\n')

    def run_test(self, built, *arguments, tests="test result: ok. 1 passed; 0 failed", **env):
        """Runs scripts/test/run, where cargo has built the tests of these files."""
        lines = "\n".join(json.dumps({"profile": {"test": True}, "executable": f"/target/{name}-1f"})
                          for name in built)
        self.fake("cargo", f"echo \"$*\" >>{self.folder}/cargo\ncase $* in *message-format*) cat <<'END'\n{lines}\nEND\n;;\n"
                  f"*) printf 'running 1 test\\n{tests}\\n' ;; esac\n")
        return self.run_script(self.top / "scripts/test/run", *arguments, timeout=120,
                               env={"XDG_CACHE_HOME": str(self.folder), "CI": "", **env})

    def files(self, *names):
        for name in names:
            (self.top / "user/parley/tests" / f"{name}.rs").touch()

    def test_a_run_with_tests_in_each_step_is_well(self):
        self.files("echo", "parallel")
        module = self.top / "scripts/build/module"
        module.write_text(f'#!/bin/bash\necho "module $*" >>{self.folder}/guests\n')
        done = self.run_test(["echo", "parallel"])
        self.assertEqual(done.returncode, 0, done.stderr)
        guests = (self.folder / "guests").read_text()
        self.assertEqual(guests.splitlines()[0], f"module {self.folder}")
        self.assertIn("guest-tests /target/echo-1f", guests)
        self.assertIn("guest-tests /target/parallel-1f", guests)

    def test_every_test_binary_is_judged_by_its_list_of_tests(self):
        self.files("echo", "parallel")
        (self.top / "scripts/test/cross").write_text("#!/bin/bash\necho 'test result: ok. 1 passed'\n")
        self.assertEqual(self.run_test(["echo", "parallel"]).returncode, 0)
        ran = [line for line in (self.folder / "cargo").read_text().splitlines()
               if line.startswith("test ") and "--no-run" not in line and "--doc" not in line]
        self.assertEqual([f"'{self.top}/scripts/test/libtest'" in line for line in ran], [True, True], ran)

    def test_a_step_in_which_no_test_passes_fails_the_run(self):
        self.files("echo", "parallel")
        self.assertEqual(self.run_test(["echo", "parallel"], tests="test result: ok. 0 passed").returncode, 1)

    def test_steps_that_fail_late_do_not_end_the_run_but_fail_it_and_are_named(self):
        self.files("echo", "parallel")
        for name, failed in (("vm", "guest, at length, recording"), ("conformance", "conformance"),
                             ("check-log", "kernel log of guest, kernel log of at length, recording"), ("recording", "recording"),
                             ("course", "course, exercise, vm page"), ("exercise", "exercises")):
            script = self.top / SCRIPTS[name]
            text = script.read_text()
            script.write_text("#!/bin/bash\nexit 1\n")
            done = self.run_test(["echo", "parallel"])
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(done.stderr.splitlines()[-1], f"test: these failed, see above: {failed}")
            script.write_text(text)

    def test_what_is_left_out_is_said_last(self):
        self.files("echo", "parallel")
        for status, last in ((0, "all is well"), (1, "which were left out")):
            (self.top / "scripts/setup").write_text(f"#!/bin/bash\nexit {status}\n")
            done = self.run_test(["echo", "parallel"])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stderr.rstrip().endswith(last), done.stderr)

    def test_what_is_left_out_is_skipped_in_the_report_and_an_error_in_ci(self):
        self.files("echo", "parallel")
        (self.top / "scripts/setup").write_text("#!/bin/bash\nexit 1\n")
        (self.top / "scripts/test/unit/test_two.py").write_text(
            "import unittest\nclass Two(unittest.TestCase):\n    def test_two(self):\n        self.skipTest('why')\n")
        done = self.run_test(["echo", "parallel"], tests="surface of parley: not checked\n"
                             "test result: ok. 1 passed; 0 failed", PARLEY_MARK="word")
        skipped = dict(line.split("\x1f")[2:] for line in done.stdout.splitlines() if "word\x1fskip" in line)
        self.assertEqual(list(skipped), ["host, big endian", "book", "models", "scripts: skipped", "public surface"])
        self.assertIn("no compilers or emulators", skipped["host, big endian"])
        self.assertRegex(skipped["scripts: skipped"], "^1 tests of the scripts: .*test_two: why$")
        self.fake("apt-get", "")
        for word, fails in (("1", True), ("yes", True), ("false", False), ("0", False)):
            done = self.run_script("bash", "-c", ". scripts/lib.sh; in_ci", cwd=self.top,
                                   env={"XDG_CACHE_HOME": str(self.folder), "CI": word})
            self.assertEqual(done.returncode == 0, fails, word)
        done = self.run_test(["echo", "parallel"], CI="1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the tests on big-endian machines cannot run", done.stderr)

    def test_sources_that_change_during_the_run_fail_it(self):
        self.files("echo", "parallel")
        vm, source = self.top / "scripts/vm", self.top / "user/parley/tests/echo.rs"
        text = vm.read_text()
        for only in ((), ("default", "echo")):
            for change in (f"echo '// edited' >>{source}", f"rm -f {source}"):
                self.files("echo")
                vm.write_text(f"{text}{change}\n")
                done = self.run_test(["echo", "parallel"] if not only else ["echo"], *only)
                self.assertEqual(done.returncode, 1, (only, change))
                self.assertIn("these sources have changed while the tests ran:\n  user/parley/tests/echo.rs\n", done.stderr)

    def test_a_torture_that_ends_early_leaves_a_red_report_of_each_run(self):
        self.copy_scripts(self.top, "torture", "forget-report")
        (self.top / "scripts/test/report").unlink()
        shutil.copytree(TOP / "scripts/test/report", self.top / "scripts/test/report")
        self.fake("cargo", "")
        # The fake has one step, which succeeds.
        (self.top / "scripts/test/run").write_text('#!/bin/bash\n[ -z "${REPORT:-}" ] || exec python3 -B '
            f'{self.top}/scripts/test/report "$REPORT" "$0"\n' + '''for words in plan $'begin\\037command' end; do
    printf '\\036%s\\037%s\\037%s\\n' "$PARLEY_MARK" "$words" "$([ "$words" = end ] && echo 0 || echo one)"
done
''')
        kernel = self.top / "scripts/build/kernel"
        for broken, green in (("race", ["debug"]), ("debug", []), ("none", ["debug", "race"])):
            kernel.write_text(f"#!/bin/sh\n[ $1 != {broken} ]\n")
            done = self.run_script(self.top / "scripts/test/torture", cwd=self.top,
                                   env={"XDG_CACHE_HOME": str(self.folder), "REPORT": str(self.folder / "report")})
            self.assertEqual(done.returncode == 0, broken == "none", done.stderr)
            for name in ("debug", "race"):
                text = (self.folder / "report" / name / "junit.xml").read_text()
                self.assertEqual("it ended with status 77" in text, name not in green, (broken, name))

    def test_a_kernel_without_its_configuration_fails_the_run(self):
        self.files("echo", "parallel")
        for config, says in ((None, "has no configuration"), ("CONFIG_RUST=y\n", "without KUnit")):
            (self.folder / ".config").unlink(missing_ok=True)
            if config:
                (self.folder / ".config").write_text(config)
            done = self.run_test(["echo", "parallel"])
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(says, done.stderr)

    def test_no_tests_of_the_scripts_fail_the_run(self):
        self.files("echo", "parallel")
        for file in (self.top / "scripts/test/unit").glob("test_*.py"):
            file.unlink()
        done = self.run_test(["echo", "parallel"])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("no test is in test_*.py", done.stderr)

    def test_each_file_of_tests_that_is_named_is_run(self):
        unit = TOP / "scripts/test/unit"
        done = self.run_script("python3", "-B", unit, "test_rules.py", "test_none.py")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no test is in test_none.py", done.stderr)
        counts = [int(re.search(r"^(\d+) tests, ", self.run_script("python3", "-B", unit, *names).stdout, re.M)[1])
                  for names in (["test_rules.py"], ["test_interop.py"], ["test_rules.py", "test_interop.py"])]
        self.assertEqual(counts[0] + counts[1], counts[2])

    def test_a_process_of_tests_that_dies_fails_the_run(self):
        (self.top / "scripts/test/unit/test_two.py").write_text(
            "import os, unittest\nclass Two(unittest.TestCase):\n    def test_two(self):\n        os.kill(os.getpid(), 9)\n")
        done = self.run_script("python3", "-B", self.top / "scripts/test/unit")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertNotIn("all is well", done.stdout)

    def test_each_kernel_has_a_line_in_the_table_and_one_that_fails_fails_them_all(self):
        self.copy_scripts(self.top, "all")
        tree = self.folder / "include/config"
        tree.mkdir(parents=True)
        (tree / "kernel.release").write_text("7.3.0-rc7-made-up\n")
        (self.top / "scripts/build/kernel").write_text(
            f'#!/bin/bash\n[ $1 != --path ] || echo {self.folder}\ncase $1 in old) exit 77 ;; broken) exit 1 ;; esac\n')
        (self.top / "scripts/test/run").write_text('#!/bin/bash\necho "ran $1" >&2\n[ "$1" != bad ]\n')
        env = {"XDG_CACHE_HOME": str(self.folder), "CI": ""}
        for kernels, status in ((["good", "old"], 0), (["good", "bad", "old"], 1), (["broken", "good"], 1)):
            done = self.run_script(self.top / "scripts/test/all", *kernels, env=env)
            self.assertEqual(done.returncode, status, done.stderr)
            table = [re.split(" {2,}", line) for line in done.stdout.splitlines()[2:]]
            wanted = {"good": "passed", "old": "too old", "bad": "FAILED", "broken": "not built"}
            self.assertEqual([[row[0], *row[2:3]] for row in table], [[name, wanted[name]] for name in kernels])
            self.assertEqual(table[0][1], "7.3.0-rc7-made-up")
            self.assertEqual("ran good" in done.stderr, True)

    def test_the_report_of_a_kernel_that_was_not_tested_is_red_or_missing(self):
        self.copy_scripts(self.top, "all", "forget-report")
        (self.top / "scripts/test/report").unlink()
        shutil.copytree(TOP / "scripts/test/report", self.top / "scripts/test/report")
        (self.top / "scripts/build/kernel").write_text('#!/bin/sh\n[ "$1" != old ] || exit 77\nexit 1\n')
        folder = self.folder / "reports of all"
        for name in ("broken", "old"):
            self.run_script("python3", "-B", TOP / "scripts/test/report", folder / name, "sh", "-c", "exit 3")
        done = self.run_script(self.top / "scripts/test/all", "broken", "old",
                               env={"XDG_CACHE_HOME": str(self.folder), "CI": "", "REPORT": str(folder)})
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("it ended with status 77", (folder / "broken/junit.xml").read_text())
        self.assertFalse((folder / "old/junit.xml").exists())

    def test_what_was_left_out_is_in_the_last_line(self):
        self.files("echo", "parallel")
        done = self.run_test(["echo", "parallel"], tests="surface of parley: not checked\n"
                             "test result: ok. 1 passed; 0 failed")
        self.assertIn("all is well but for", done.stderr)
        self.assertIn("the check of the public surface, which were left out", done.stderr)

    def test_skipped_tests_of_the_scripts_are_in_the_last_line(self):
        self.files("echo", "parallel")
        (self.top / "scripts/test/unit/test_two.py").write_text(
            "import unittest\nclass Two(unittest.TestCase):\n    def test_two(self):\n        self.skipTest('why')\n")
        done = self.run_test(["echo", "parallel"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("all is well but for 1 tests of the scripts", done.stderr.splitlines()[-1])
        (self.top / "scripts/test/unit/test_two.py").write_text("import nothing")
        self.assertEqual(self.run_test(["echo", "parallel"]).returncode, 1)

    def test_a_file_of_tests_that_cargo_left_out_fails_the_run(self):
        self.files("echo", "parallel", "dump")
        done = self.run_test(["echo", "parallel"])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("user/parley/tests/dump.rs", done.stderr)
        self.assertEqual(self.run_test(["echo", "parallel"], "default", "dump").returncode, 1)

    def test_a_step_without_tests_fails_the_run(self):
        self.files("echo")
        done = self.run_test(["echo"])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("at length", done.stderr)

    def test_no_guest_reads_the_input_of_the_caller(self):
        self.files("echo")
        self.assertEqual(self.run_test(["echo"], "default", "echo").returncode, 0)
        script = f'{self.top}/scripts/test/run default echo && read -r line && echo "$line"'
        done = self.run_script("bash", "-c", script, env={"XDG_CACHE_HOME": str(self.folder), "CI": ""},
                               stdin=None, input="for the caller\n")
        self.assertEqual(done.stdout.splitlines()[-1:], ["for the caller"], done.stderr)


class Models(ScriptTest):
    SOUND = """byte n;
active proctype a() {
#ifdef FAULT_TWICE
	n++;
#endif
	n++;
	assert(n == 1)
}
"""

    def models(self, text):
        (self.folder / "some.pml").write_text(text)
        return self.run_script(TOP / "scripts/test/models", self.folder / "some.pml")

    def test_a_model_is_judged_by_every_order_of_events_and_by_its_faults(self):
        if not shutil.which("spin"):
            self.skipTest("this machine has no spin")
        done = self.models(self.SOUND)
        self.assertEqual((done.returncode, done.stderr), (0, "models:  some: sound; faults found: 1\n"))
        done = self.models(self.SOUND.replace("#ifdef FAULT_TWICE", "#if defined(FAULT_AGAIN) || defined(FAULT_TWICE)"))
        self.assertEqual(done.stderr, "models:  some: sound; faults found: 2\n")
        for text, says in (
                (self.SOUND.replace("n == 1", "n == 2"), "some: there is an order of events that is wrong"),
                (self.SOUND.replace("n == 1", "n <= 2"), "some: FAULT_TWICE is not found"),
                (self.SOUND.replace("FAULT_", "MISTAKE_"), "some: it has no FAULT"),
                (self.SOUND.replace("assert", "if :: n > 1 -> n = 9 :: else fi; assert"), "some: a part is never reached"),
                (self.SOUND.replace("byte n;", "byte n; int far; init { do :: far < 200000 -> far++ :: else -> break od }"),
                 "some: not explored"),
                (self.SOUND.replace("n++", "m++"), "some: not explored")):
            done = self.models(text)
            self.assertEqual(done.returncode, 1, text)
            self.assertIn(says, done.stderr)
        # With too little memory, pan counts no errors, and ends with 0.
        self.fake("gcc", f'exec {shutil.which("gcc")} -DMEMLIM=200 "$@"')
        many = "byte n; byte i, j, k; init { do :: i < 255 -> i++ :: j < 255 -> j++ :: k < 255 -> k++ :: break od }"
        done = self.models(self.SOUND.replace("byte n;", many))
        self.assertIn("some: not explored", done.stderr)
        self.fake("spin", "echo another spin")
        self.assertIn("this is not the spin", self.models(self.SOUND).stderr)


class Coverage(ScriptTest):
    SOURCE = """int callee(int);
int one(int a)
{
	if (a > 1)
		return callee(a);
	return callee(a + 2) + 3;
}
__attribute__((section(".init.text"))) int begin(int a)
{
	return callee(a) + 1;
}
"""

    def test_blocks_are_judged_by_what_a_guest_has_recorded(self):
        # By its path, the file is the module's own.
        source, module = self.folder / "kmod/genl/helpers.c", self.folder / "parley.ko"
        source.parent.mkdir(parents=True)
        source.write_text(self.SOURCE)
        self.run_script("gcc", "-g", "-O1", "-fno-pic", "-fsanitize-coverage=trace-pc", "-c", "-o", module, source)
        calls = re.findall(r"\.rela(\S+)'|^0*([0-9a-f]*) .*__sanitizer_cov_trace_pc",
                           self.run_script("readelf", "-rW", module).stdout, re.M)
        offsets, section = {}, None
        for name, place in calls:
            section = name or section
            if place:
                offsets.setdefault(section, []).append(int(place, 16) + 4)
        text, init = offsets[".text"], offsets[".init.text"]
        self.assertGreaterEqual(len(text), 3)
        (self.folder / "sections").write_text(
            "/sys/module/parley/sections/.text:0xffffffffa0001000\n/sys/module/parley/sections/.init.text:0xffffffffa000c000\n")

        def report(places):
            (self.folder / "places").write_text(
                "text base ffffffffa0001000\n" + "".join(f"text {at:x}\n" for at in places) +
                f"init base ffffffffa000c000\ninit {init[0]:x}\n")
            done = self.run_script(sys.executable, "-B", TOP / "scripts/test/cover", module, self.folder, self.folder)
            return done, self.folder.joinpath("report.md").read_text() if not done.returncode else ""

        blocks = len(text) + len(init)
        done, table = report(text)
        self.assertIn(f"| `kmod/genl/helpers.c` | {blocks} | {blocks} | 100.0 |  |", table, done.stderr)
        done, table = report(text[:1])
        self.assertIn(f"| `kmod/genl/helpers.c` | {blocks} | 2 | {200 / blocks:.1f} | 5 6 |", table, done.stderr)
        page = self.folder.joinpath("index.html").read_text()
        colours = dict(re.findall(r'<span class="(\w*)"> *(\d+)  ', page))
        self.assertEqual({number for colour, number in re.findall(r'<span class="(not|part)"> *(\d+)  ', page)}, {"5", "6"})
        self.assertIn("ran", colours)
        done, _ = report([text[0] + 1])
        self.assertIn("blocks have run that the module does not have", done.stderr)
