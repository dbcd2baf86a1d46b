# SPDX-License-Identifier: GPL-2.0
"""scripts/lib.sh: paths, locks, missing tools, proxies."""
import hashlib
import os
import shlex
import shutil
import subprocess
import unittest

from support import SCRIPTS, TOP, CheckoutTest

# With any of these in a path, some tool would do something other than open it.
ODD = ["a b", "a:b", "$(touch PWNED)", "`touch PWNED`", "a;touch PWNED", "a'b", 'a"b', "a\nb",
       "a=b", "a,b", "a%b", "a*b", "a\\b", "a#b", "aüb"]


class Paths(CheckoutTest):
    def refused(self, script, words, **options):
        result = self.run_here(*script, **options)
        self.assertEqual(result.returncode, 2, script)
        self.assertIn(words, result.stderr)
        self.assertEqual(list(self.folder.rglob("PWNED")), [])

    def test_an_odd_checkout_is_refused_by_the_first_script_that_runs(self):
        for name in ODD:
            odd = self.folder / name
            self.checkout.rename(odd)
            for script in ("setup", "kernel", "vm", "module", "lint", "run"):
                self.refused([SCRIPTS[script]], "the checkout's path is not a plain path", cwd=odd)
            odd.rename(self.checkout)
        self.assertEqual([path.name for path in self.cache.iterdir()], [".parley-cache"])

    def test_a_plain_link_to_an_odd_checkout_is_refused(self):
        self.checkout.rename(self.folder / "a b")
        self.checkout.symlink_to(self.folder / "a b")
        self.refused(["scripts/setup"], "the checkout's path is not a plain path")

    def test_an_odd_or_relative_cache_is_refused(self):
        for name in [str(self.folder / odd) for odd in ODD] + ["relative", "./cache"]:
            for script in (["scripts/setup"], ["scripts/build/kernel", "--path"], ["scripts/vm", "--help"]):
                self.refused(script, "XDG_CACHE_HOME is not a plain path",
                             env={"XDG_CACHE_HOME": name})

    def test_a_plain_link_to_an_odd_cache_is_refused(self):
        (self.folder / "a b").mkdir()
        (self.folder / "link").symlink_to(self.folder / "a b")
        self.refused(["scripts/build/kernel", "--path"], "XDG_CACHE_HOME is not a plain path",
                     env={"XDG_CACHE_HOME": str(self.folder / "link")})

    def test_an_odd_home_is_refused_where_the_cache_would_be_in_it(self):
        self.refused(["scripts/setup"], "HOME is not a plain path",
                     env={"HOME": str(self.folder / "a b")})
        result = self.in_lib("echo $cache", env={"HOME": str(self.folder / "a b"),
                                                 "XDG_CACHE_HOME": str(self.folder / "c")})
        self.assertEqual(result.stdout.strip(), f"{self.folder}/c/parley")

    def test_an_odd_folder_for_temporary_files_is_refused(self):
        for name in ODD:
            (self.folder / name).mkdir(exist_ok=True)
            for script in ("vm", "run", "kernel"):
                self.refused([SCRIPTS[script]], "TMPDIR is not a plain path",
                             env={"TMPDIR": str(self.folder / name)})

    def test_a_folder_for_temporary_files_that_is_not_there_is_refused(self):
        self.refused(["scripts/build/kernel", "--path"], "TMPDIR is not a folder that you may write to",
                     env={"TMPDIR": str(self.folder / "nowhere")})

    def test_a_plain_path_is_accepted(self):
        result = self.in_lib('plain_path it "$1"; echo fine', "/home/a.b-c_d+e@f~g/7.3")
        self.assertEqual(result.stdout.strip(), "fine", result.stderr)

    def test_values_of_make_reach_a_script_as_words(self):
        self.write(self.checkout / "scripts/build/module", f'#!/bin/sh\necho "[$1]" >{self.folder}/said\n')
        value = "/a b'; touch PWNED #\""
        result = self.run_here("make", "module", f"KDIR={value}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.folder / "said").read_text(), f"[{value}]\n")

    def test_a_tree_is_refused_by_targets_that_use_none(self):
        phony = subprocess.run("make -qp | sed -n 's/^.PHONY: //p'", shell=True, cwd=TOP, capture_output=True,
                               text=True, check=True).stdout.split()
        used = {"help", "setup", "program", "module", "doc", "install", "install-program", "install-module",
                "uninstall", "clean", "distclean"}
        self.assertLess(used | {"test", "run", "bench", "interop", "torture", "vm", "lint"}, set(phony))
        for target in phony:
            for words, env in (([f"KDIR={self.folder}"], {}), ([], {"KDIR": str(self.folder)})):
                result = self.run_here("make", "-n", target, *words, env=env)
                if target in used:
                    self.assertNotIn("KDIR is for", result.stderr, target)
                else:
                    self.assertEqual(result.returncode, 2, target)
                    self.assertIn(f"not for {target}", result.stderr)
                    self.assertEqual(len(result.stderr.splitlines()), 1)


class Alone(CheckoutTest):
    """One run at a time works in a checkout."""

    def start(self, *command, **options):
        env = dict(os.environ, HOME=str(self.home), XDG_CACHE_HOME="")
        process = subprocess.Popen(
            [str(word) for word in command], cwd=options.get("cwd", self.checkout), env=env,
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def test_a_second_run_waits_and_says_for_whom(self):
        first = self.start("scripts/build/alone", "sh", "-c", "echo in; read word; echo out")
        self.assertEqual(first.stdout.readline(), "in\n")
        second = self.start("scripts/build/alone", "echo", "second")
        said = second.stderr.readline()
        self.assertIn(f"another run is at work in this checkout (process {first.pid}: sh -c", said)
        self.assertIsNone(second.poll())
        first.communicate("go on\n")
        self.assertEqual(second.communicate()[0], "second\n")
        self.assertEqual(second.returncode, 0)

    def test_a_second_checkout_does_not_wait(self):
        other = self.copy_of_checkout(self.folder / "other")
        first = self.start("scripts/build/alone", "sh", "-c", "echo in; read word")
        first.stdout.readline()
        second = self.start("scripts/build/alone", "echo", "second", cwd=other)
        self.assertEqual(second.communicate(timeout=60), ("second\n", ""))

    def test_what_a_run_starts_does_not_wait_for_it(self):
        # Python closes all descriptors in the processes that it starts.
        inner = 'import subprocess as s; print(s.check_output(["scripts/build/alone", "echo", "inner"]))'
        result = self.run_here("scripts/build/alone", "python3", "-c", inner, timeout=60)
        self.assertEqual(result.stdout, "b'inner\\n'\n", result.stderr)
        self.assertEqual(result.stderr, "")

    def test_a_variable_of_a_run_that_is_not_above_opens_nothing(self):
        first = self.start("scripts/build/alone", "sh", "-c", "echo in; read word")
        first.stdout.readline()
        second = self.start("env", f"PARLEY_ALONE={first.pid} {self.checkout}",
                            "scripts/build/alone", "echo", "second")
        self.assertIn("waiting for it", second.stderr.readline())
        first.communicate("go on\n")
        self.assertEqual(second.communicate()[0], "second\n")

    def test_a_holder_that_is_the_first_process_of_a_container_is_above(self):
        first = self.start("scripts/build/alone", "sh", "-c", "echo in; read word")
        first.stdout.readline()
        result = self.run_here("scripts/build/alone", "echo", "inner", timeout=60,
                               env={"PARLEY_ALONE": f"1 {self.checkout}"})
        self.assertEqual((result.stdout, result.stderr), ("inner\n", ""))

    def test_no_other_module_is_built_while_make_tests_one(self):
        events = self.folder / "events"
        take = '. scripts/lib.sh; ! declare -F alone >/dev/null || alone\n'
        scripts = {
            "setup": "",
            "kernel": '[ "$1" != --path ] || echo "kernel-$2"',
            "module": f'{take}echo "module for $1" >>{events}',
            "run": f'{take}echo "test of $1 begins" >>{events}; echo in; read word\n'
                    f'echo "test of $1 ends" >>{events}',
        }
        for name, text in scripts.items():
            self.write(self.checkout / SCRIPTS[name], f"#!/bin/bash\n{text}\n").chmod(0o755)
        first = self.start("make", "test")
        self.assertEqual(first.stdout.readline(), "in\n")
        second = self.start("make", "KERNEL=debug", "module")
        second.stderr.readline()  # It waits, or has ended.
        first.communicate("go on\n")
        second.communicate()
        self.assertEqual((first.returncode, second.returncode), (0, 0))
        self.assertEqual(events.read_text().splitlines(), [
            "test of default begins", "test of default ends", "module for kernel-debug"])

    def test_the_program_is_built_while_the_kernel_is_and_each_failure_fails_both(self):
        # Each of the two waits for the other one.
        meet = 'touch {0}/{1}; for i in $(seq 300); do [ ! -e {0}/{2} ] || {{ echo "{1} is here" >&2; {3}; }}; sleep 0.1; done; exit 9\n'
        self.write(self.checkout / "scripts/build/module", "#!/bin/sh\n").chmod(0o755)
        output = self.checkout / "user/target/release/parley"
        built = f"mkdir -p {output.parent}; touch {output}; exit 0"
        for status, kernel, program, says in ((0, "exit 0", built, "program is here"), (3, "exit 0", "exit 3", "program is here"),
                                              (4, "exit 4", "sleep 300", "kernel is here")):
            for mark in ("kernel", "program"):
                (self.folder / mark).unlink(missing_ok=True)
            self.write(self.checkout / "scripts/build/kernel", "#!/bin/bash\n[ $1 != --path ] || exit 0\n"
                       + meet.format(self.folder, "kernel", "program", kernel)).chmod(0o755)
            self.fake("cargo", '[ "$1" = rustc ] || exit 0\n' + meet.format(self.folder, "program", "kernel", program))
            result = self.run_here("scripts/build/program", "--with-module", timeout=60)
            self.assertEqual(result.returncode, status, result.stderr)
            self.assertIn(says, result.stderr)
        # No process of the program's build is left over; it would hold the lock.
        self.assertEqual(self.run_here("scripts/build/alone", "true", timeout=60).stderr, "")

    def test_every_script_that_writes_into_the_checkout_waits(self):
        self.fake_tools("exit 0", "vng", "qemu-system-x86_64")
        for name in ("setup", "check-kdir"):
            self.write(self.checkout / SCRIPTS[name], "#!/bin/sh\n")
        self.write(self.checkout / "scripts/build/kernel", "#!/bin/sh\necho /nowhere\n")
        self.write(self.checkout / "kmod/parley.ko")
        # Somebody else holds the lock, and waiting for it fails.
        self.fake("flock", 'case "$*" in *--nonblock*) exit 75 ;; *) exit 1 ;; esac')
        for script in ("bench", "clean", "course check", "doc", "fuzz", "interop", "lint",
                       "lint --format", "module /", "package", "program", "rust-project", "spec",
                       "run", "torture", "vm --kernel default --cpus 2 -- true"):
            if script.startswith("vm"):
                self.write(self.checkout / "scripts/build/kernel", f"#!/bin/sh\necho {self.folder}\n")
            name, *words = script.split()
            result = self.run_here(SCRIPTS[name], *words, timeout=60)
            self.assertIn("another run is at work in this checkout", result.stderr, script)

    def test_settings_from_the_environment_reach_what_make_runs_below_the_lock(self):
        for name in ("setup", "module"):
            self.write(self.checkout / SCRIPTS[name], "#!/bin/sh\n").chmod(0o755)
        self.write(self.checkout / "scripts/build/kernel", "#!/bin/sh\n").chmod(0o755)
        self.write(self.checkout / "scripts/test/run", '#!/bin/sh\necho "$@" KERNEL=${KERNEL-unset}\n')
        self.write(self.checkout / "scripts/bench", '#!/bin/sh\necho bench "$@"\n')
        for words, ran in (("test TEST='echo counter'", "debian echo counter KERNEL=unset"),
                           ("try TEST=echo", "debian echo KERNEL=unset"), ("test", "debian KERNEL=unset"),
                           ("bench", "bench --accel icount"), ("bench CHECK=1", "bench --check"),
                           ("bench-check", "bench --check")):
            # TEST is ignored: a variable that is set by chance must not leave out tests.
            result = self.run_here("make", *shlex.split(words), env={"KERNEL": "debian", "TEST": "chance"})
            self.assertEqual(result.stdout.strip(), ran, result.stderr)
        self.assertNotEqual(self.run_here("make", "try", env={"TEST": "chance"}).returncode, 0)
        self.assertEqual(self.run_here("make", "bench", env={"CHECK": "1"}).stdout.split()[:2], ["bench", "--check"])


class Kernels(CheckoutTest):
    """Kernels in the cache that are in use."""

    def kernel(self, name):
        return self.write(self.cache / "kernel" / name / ".done").parent

    def test_only_unused_builds_of_exactly_that_name_are_removed(self):
        kept = [self.kernel(name) for name in (
            "ci-000000000000", "ci-arm-000000000001", "ci-0000000000012", "ci-mine", "cix-000000000001")]
        stale = [self.kernel(name) for name in ("ci-000000000001", "ci-00000000000a")]
        result = self.in_lib(f"remove_builds ci {kept[0]}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(all(path.exists() for path in kept))
        self.assertFalse(any(path.exists() for path in stale))

    def test_a_build_stays_while_a_process_that_a_user_started_lives(self):
        build = self.kernel("ci-000000000001")
        # The child outlives the script, as QEMU outlives a killed scripts/vm.
        child = self.in_lib('hold "$1/arch/x86/boot/bzImage"; sleep 100 >/dev/null 2>&1 & echo $!', build)
        pid = int(child.stdout)
        result = self.in_lib("remove_builds ci none")
        self.assertTrue(build.exists())
        self.assertIn(f"kept, because it is in use: {build}", result.stderr)
        os.kill(pid, 9)
        # The descriptor is closed when the process ends, which takes a moment.
        self.in_lib('flock --timeout 60 "$1/.done" true', build)
        self.in_lib("remove_builds ci none")
        self.assertFalse(build.exists())

    def test_a_kernel_that_is_removed_while_its_user_waits_is_not_used(self):
        build = self.kernel("ci-000000000001")
        self.fake("flock", f'[ "$*" != "--shared 7" ] || rm -r {build}')
        result = self.in_lib('hold "$1"; echo used', build)
        self.assertEqual(result.stdout, "")
        self.assertIn("was removed just now", result.stderr)

    def test_what_is_interrupted_while_it_is_removed_is_no_kernel_any_more(self):
        build = self.kernel("ci-000000000001")
        self.write(build / "vmlinux")
        self.fake("rm", 'case "$*" in *.done) exec /bin/rm "$@" ;; esac; kill -9 $PPID')
        self.in_lib("remove_builds ci none")
        self.assertTrue((build / "vmlinux").exists())
        self.assertFalse((build / ".done").exists())


class Surroundings(CheckoutTest):
    def test_proxies_reach_a_chroot_and_what_sudo_runs(self):
        self.fake("id", "echo 1000")
        self.fake("sudo", 'printf "%s\\n" "$@"')
        env = {"http_proxy": "http://p:1", "https_proxy": "http://p:2", "no_proxy": "a b"}
        said = self.in_lib("chroot_run /nowhere command", env=env).stdout.splitlines()
        for word in ("http_proxy=http://p:1", "https_proxy=http://p:2", "no_proxy=a b"):
            # Once for sudo, and once for the initial environment of the chroot.
            self.assertEqual(said.count(word), 2, word)
        self.assertEqual(said[-1], "command")

    def test_what_is_copied_into_a_debian_root_others_can_read(self):
        for path in [self.checkout, *self.checkout.rglob("*")]:
            path.chmod(path.stat().st_mode & 0o700)
        self.fake("sudo", 'shift 2; exec "$@"')
        root = self.folder / "root"
        (root / "build").mkdir(parents=True, mode=0o700)
        result = self.in_lib('umask 077; chroot_fill "$1"', root)
        self.assertEqual(result.returncode, 0, result.stderr)
        copied = [root / "build", *(root / "build").rglob("*")]
        self.assertIn(root / "build/parley/kmod/genl/helpers.c", copied)
        for path in copied:
            mode = path.stat().st_mode & 0o777
            self.assertEqual(mode & 0o055, 0o055 if path.is_dir() or mode & 0o100 else 0o044, path)

    def test_what_root_makes_others_can_read(self):
        for user, sudo in (0, "exit 1"), (1000, 'shift 2; exec "$@"'):
            self.fake("id", f"echo {user}")
            self.fake("sudo", sudo)
            said = self.in_lib("umask 077; as_root sh -c umask; umask").stdout
            self.assertEqual(said, "0022\n0077\n")

    def test_the_environment_moves_no_build_elsewhere_and_colours_nothing(self):
        said = self.in_lib('echo "${KBUILD_EXTMOD_OUTPUT-}${KBUILD_OUTPUT-}${O-}" $CARGO_TERM_COLOR '
                           '"${CARGO_BUILD_TARGET-}${CARGO_BUILD_TARGET_DIR-}" $CARGO_TARGET_DIR',
                           env={"KBUILD_EXTMOD_OUTPUT": "/x", "KBUILD_OUTPUT": "/y", "O": "/z",
                                "CARGO_TERM_COLOR": "always", "CARGO_BUILD_TARGET": "x",
                                "CARGO_BUILD_TARGET_DIR": "/x", "CARGO_TARGET_DIR": "/y"})
        self.assertEqual(said.stdout, f" never  {self.checkout}/user/target\n")

    def test_the_environment_leads_no_tool_elsewhere(self):
        mine = {name: "/x" for name in (
            "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_PARAMETERS", "KCONFIG_CONFIG",
            "RUSTFLAGS", "CARGO_ENCODED_RUSTDOCFLAGS", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
            "CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "LLVM", "LOCALVERSION",
            "CROSS_COMPILE", "UPDATE_SNAPSHOTS", "PARLEY_EMULATED", "PIP_TARGET", "PROPTEST_CASES", "PROPTEST_RNG_SEED", "KBUILD_MODPOST_NOFINAL", "KCFLAGS",
            "PYFLAKES_BUILTINS", "CLIPPY_ARGS", "MAKEFLAGS", "TMOUT", "RUSTC_WRAPPER", "LANGUAGE",
            "MDBOOK_BUILD__BUILD_DIR")}
        said = self.in_lib("env", env={**mine, "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER": "/y",
                                       "LC_ALL": "de_DE.UTF-8"})
        self.assertEqual([line for line in said.stdout.splitlines() if line.endswith("=/x")], [])
        self.assertIn("LC_MESSAGES=C\n", said.stdout)
        self.assertNotIn("LC_ALL=", said.stdout)
        self.assertIn("LINKER=/y", said.stdout)
        # The property tests generate the same inputs in each run.
        self.assertIn("PROPTEST_RNG_SEED=1\n", said.stdout)

    @unittest.skipUnless(shutil.which("cargo"), "this machine has no cargo")
    def test_a_configuration_of_cargo_that_moves_the_program_is_refused(self):
        config = self.write(self.folder / ".cargo/config.toml", '[build]\ntarget-dir = "/x"\n')
        self.assertEqual(self.in_lib("need cargo").returncode, 0)
        for key, value in (("target", "x86_64-unknown-linux-musl"), ("build-dir", "/shared")):
            config.write_text(f'[build]\n{key} = "{value}"\n')
            result = self.in_lib("need cargo")
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(f'"{value}" # {config}', result.stderr)
        # A runner that is run in place of the tests would decide their results.
        for target, refused in ((f"{os.uname().machine}-unknown-linux-gnu", True), ("'cfg(all())'", True), ("other-a-b", False)):
            for runner in ('"true"', '["true", "a"]'):
                config.write_text(f"[target.{target}]\nrunner = {runner}\n")
                result = self.in_lib("need cargo")
                self.assertEqual("runner" in result.stderr, refused, target)
                self.assertEqual(result.returncode != 0, refused, target)

    def test_a_checkout_that_would_be_its_own_cache_is_refused(self):
        (self.folder / "parley").symlink_to(self.checkout)
        result = self.run_here("scripts/build/alone", "true", env={"XDG_CACHE_HOME": str(self.folder)}, timeout=60)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("the cache would be this checkout", result.stderr)

    def test_no_script_ignores_an_argument(self):
        self.fake_tools(f"echo $0 >>{self.folder}/called")
        for script in ("audit", "conformance default", "cross check", "deb", "debian --path", "doc",
                       "dkms-source /nowhere", "family sample default", "fuzz 1",
                       "install --program", "interop default", "kernel default",
                       "kernel --path default", "lint default", "lint --format",
                       "module /nowhere", "package --list", "program default", "rust-project --ask",
                       "setup --clang", "spec --check", "specs --write", "torture",
                       "clean --cache"):
            name, *words = script.split()
            result = self.run_here(SCRIPTS[name], *words, "surplus", timeout=60)
            self.assertNotEqual(result.returncode, 0, script)
            self.assertRegex(result.stderr, "surplus|scripts/", script)
            self.assertFalse((self.folder / "called").exists(), script)

    @unittest.skipIf(os.geteuid(), "only root can give a checkout to somebody else")
    def test_sudo_builds_nothing_in_the_checkout_of_another(self):
        os.chown(self.checkout, 12345, 12345)
        self.fake("cargo", f"case $1 in build | rustc) touch '{self.folder}/built' ;; esac")
        self.assertIn("run it without sudo", self.run_here("make", "setup", env={"SUDO_UID": "12345"}).stderr)
        self.write(self.checkout / SCRIPTS["setup"], "#!/bin/sh\n")
        self.write(self.checkout / SCRIPTS["kernel"], '#!/bin/sh\n[ "$1" != --path ] || echo /nowhere\n')
        for sudo, target in (("12345", "program"), ("54321", "program"), ("12345", "run"), ("12345", "vm"),
                             ("12345", "module"), ("12345", "test"), ("12345", "deb")):
            result = self.run_here("make", target, env={"SUDO_UID": sudo})
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("run it without sudo", result.stderr, target)
        for below in ("program", "package"):
            result = self.run_here("scripts/build/alone", "sh", "-c", str(SCRIPTS[below]), "install", env={"SUDO_UID": "12345"})
            self.assertIn("run it without sudo", result.stderr + result.stdout, below)
        self.assertFalse((self.folder / "built").exists())
        self.assertIn("as ", self.run_here("make", "install-program", env={"SUDO_UID": "12345"}).stderr)
        # In a container, root has no other user to leave the build to.
        self.run_here("make", "program", env={"SUDO_UID": ""})
        self.assertTrue((self.folder / "built").exists())

    def test_a_report_of_a_run_before_does_not_outlive_one_that_could_not_begin(self):
        kernels = "default debian experimental testing um arm64 s390".split()
        for words, folders in (("make test", [""]), ("make torture", ["debug", "race"]),
                               ("make test-all", kernels), ("scripts/test/all " + " ".join(kernels), kernels),
                               ("scripts/test/run", [""]), ("scripts/test/torture", ["debug", "race"])):
            for env in ({"TMPDIR": "/nowhere"}, {"HOME": "relative"}, {"KDIR": "/tree", "TMPDIR": "/nowhere"}):
                reports = [self.folder / "report" / name / "junit.xml" for name in folders]
                for report in reports:
                    self.write(report, "all is well")
                    self.write(report.parent / ".parley-report")
                mine = self.write(self.folder / "report/other/junit.xml", "mine")
                self.run_here("make", "-i", "setup", env={"REPORT": str(self.folder / "report"), **env})
                self.assertTrue(all(report.exists() for report in reports))
                result = self.run_here(*words.split(), env={
                    "REPORT": str(self.folder / "report"), **env})
                self.assertNotEqual(result.returncode, 0)
                self.assertEqual([report for report in reports if report.exists()], [], words)
                self.assertTrue(mine.exists())

    def test_a_report_that_is_not_touched_goes_whatever_became_of_the_files_beside_it(self):
        report, elsewhere = self.folder / "report", self.folder / "elsewhere/report"
        names = ("output.txt", "junit.xml", "results.ktap")
        for words in ("make test", "make KDIR=/tree test", "scripts/test/run"):
            for changed in names:
                for place in (report, elsewhere):
                    sums = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in names]
                    self.write(place / ".parley-report", "".join(sums))
                    for name in names:
                        self.write(place / name, name)
                self.write(report / changed, "my notes")
                self.run_here(*words.split(), env={"REPORT": "../report", "TMPDIR": "/nowhere"})
                kept = changed if changed == "output.txt" else f"{changed}.kept-1"
                self.assertEqual({path.name for path in report.iterdir()}, {".parley-report", "output.txt", kept}, words)
                self.assertEqual((report / kept).read_text(), "my notes")
                shutil.rmtree(report)
        # With CDPATH, the shell would find another folder of this name.
        (self.checkout / "report").mkdir()
        for words in ("make test", "scripts/test/run"):
            self.run_here(*words.split(), env={"REPORT": "report", "TMPDIR": "/nowhere", "CDPATH": str(elsewhere.parent)})
            self.assertTrue((elsewhere / "junit.xml").exists(), words)

    def test_the_path_of_a_kernel_tree_is_not_shell_syntax(self):
        tree = self.folder / "k;touch made;"
        tree.mkdir()
        result = self.run_here("scripts/build/module", tree)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("KDIR is not a plain path", result.stderr)

    def test_the_environment_is_not_syntax_of_make(self):
        for name in ("PARLEY_ALONE", "TEST"):
            made = self.folder / f"made-{name}"
            self.run_here("make", "-n", "try", env={name: f"$(shell touch {made})"})
            self.assertFalse(made.exists(), name)

    def test_what_a_link_in_place_of_the_specs_leads_to_survives(self):
        kept = self.write(self.folder / "mine/notes", "precious")
        (self.checkout / "build").mkdir()
        (self.checkout / "build/specs").symlink_to(kept.parent)
        self.fake("cargo", "exit 0")
        self.write(self.checkout / "scripts/build/kernel", f"#!/bin/sh\necho {self.folder}\n")
        result = self.run_here("scripts/test/specs")
        self.assertIn("has no specs", result.stderr)
        self.assertEqual([path.name for path in kept.parent.iterdir()], ["notes"])

    def test_a_tool_that_no_script_asked_for_first_is_named_all_the_same(self):
        result = self.in_lib("no-such-tool --version")
        self.assertEqual(result.returncode, 127)
        self.assertEqual(
            result.stderr, "test-of-lib: no-such-tool is missing on this machine; run: make setup\n")

    def test_no_temporary_folder_does_not_make_folders_at_the_root(self):
        self.fake("mktemp", "exit 1")
        self.fake("mkdir", f"echo \"$@\" >>{self.folder}/made")
        self.fake("apt-get", "exit 0")
        result = self.in_lib(". scripts/build/fetch.sh; fetch_deb a ^7 trixie /nowhere || echo refused",
                             env={"DEBIAN_MIRROR": "http://m"})
        self.assertEqual(result.stdout, "refused\n")
        self.assertFalse((self.folder / "made").exists())

    def test_the_cause_is_told_from_what_a_tool_prints(self):
        for words, cause in (
                ("curl: (6) Could not resolve host: cdn.kernel.org", "network"),
                ("curl: (7) Failed to connect to a port 443 after 0 ms: Couldn't connect", "network"),
                ("W: Failure resolving deb.debian.org", "network"),
                ("[Errno -3] Temporary failure in name resolution", "network"),
                ("E: Could not connect to a:80 (1.2.3.4), connection timed out", "network"),
                ("curl: (23) Failure writing output to destination", "disk"),
                ("tar: a: Cannot write: No space left on device", "disk"),
                ("OSError: [Errno 28] No space left on device", "disk"),
                ("E: You don't have enough free space in /var/cache/apt/archives/.", "disk"),
                ("error: the sky is green", "the sky is green")):
            log = self.write(self.folder / "log", words + "\n")
            self.assertIn(cause, self.in_lib('cause_in "$1"', log).stdout, words)
