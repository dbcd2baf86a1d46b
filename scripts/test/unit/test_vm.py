# SPDX-License-Identifier: GPL-2.0
"""scripts/vm with a virtme-ng that only pretends to boot. test_guest.py boots guests."""

import fcntl
import os
import pathlib
import shlex
import signal
import subprocess
import time
from support import VmTest


def alive(pid):
    """Whether the process runs; one that has ended but was not reaped does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def soon(condition, seconds=60):
    """Waits until the condition holds, and returns whether it did in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


class Boot(VmTest):
    def test_a_boot_that_hangs_is_tried_once_more(self):
        self.guest('boot; [ "$(wc -l <' + f"{self.folder}/boots" + ')" = 2 ] || exec sleep 60; up; finish 5')
        done = self.run_vm(env={"PARLEY_BOOT_SECONDS": "1"})
        self.assertEqual((done.returncode, self.boots()), (5, 2))
        self.assertIn("once more", done.stderr)
        self.assertEqual(self.check_log()[0], 0, self.check_log()[1])

    def test_a_guest_that_does_not_come_up_twice_fails(self):
        for boots, end in ((2, "exec sleep 60"), (4, "exit 0")):
            self.guest(f"boot; {end}")
            done = self.run_vm(env={"PARLEY_BOOT_SECONDS": "1"})
            self.assertEqual((done.returncode, self.boots()), (242, boots))

    def test_a_panic_of_a_timer_that_was_late_is_retried(self):
        late = "console \"[ 1.0] Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with apic=debug\""
        self.guest(f"boot; if [ $(wc -l <{self.folder}/boots) = 1 ]; then {late}; exit; fi; up; finish 3")
        done = self.run_vm()
        self.assertEqual((done.returncode, self.boots()), (3, 2), done.stderr)
        self.guest(f"boot; {late}")
        self.assertEqual((self.run_vm().returncode, self.boots()), (240, 4))

    def test_a_panic_and_a_qemu_that_does_not_start_are_final(self):
        self.guest("boot; console '[ 1.0] Kernel panic - not syncing: no root'")
        self.assertEqual((self.run_vm().returncode, self.boots()), (240, 1))
        self.guest("echo 'qemu: invalid parameter' >&2; exit 1")
        done = self.run_vm()
        self.assertEqual((done.returncode, self.boots()), (242, 2))
        self.assertIn("invalid parameter", done.stderr)

    def test_the_time_of_the_command_begins_when_the_guest_is_up(self):
        self.guest("boot; sleep 3; up; finish 0")
        self.assertEqual(self.run_vm("--timeout", "2").returncode, 0)
        self.guest("boot; up; exec sleep 60")
        self.assertEqual(self.run_vm("--timeout", "2").returncode, 241)

    def test_a_shell_without_a_terminal_fails_at_once(self):
        self.guest("exec sleep 60")
        for stdin in (subprocess.DEVNULL, subprocess.PIPE):
            done = self.vm("--no-module", "--shell", stdin=stdin, timeout=30)
            self.assertEqual((done.returncode, self.boots()), (2, 0))
            self.assertIn("terminal", done.stderr)

    def test_nothing_is_left_of_a_vm_that_was_killed(self):
        # As with virtme-ng, the process that must end is a grandchild.
        self.guest(f'boot; mktemp >/dev/null; up; (sleep 1000 & echo "$!" >{self.folder}/pid; wait) & wait')
        for group in (False, True):
            with subprocess.Popen([self.top / "scripts/vm", "--no-module", "--", "true"], stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                  env={**os.environ, **self.environment,
                                       "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}) as vm:
                pid = self.folder / "pid"
                self.assertTrue(soon(lambda: pid.exists() and pid.read_text().endswith("\n")))
                sleeper = int(pid.read_text())
                self.assertTrue(alive(sleeper))
                (os.killpg if group else os.kill)(vm.pid, signal.SIGKILL)
                vm.wait()
                self.addCleanup(lambda pid=sleeper: alive(pid) and os.kill(pid, signal.SIGKILL))
                self.assertTrue(soon(lambda: not alive(sleeper)), "the guest goes on")
                self.assertTrue(soon(lambda: not list((self.folder / "tmp").iterdir())))
                # The process that passes the input on ends, too, although the input has not ended.
                readers = [entry for entry in pathlib.Path("/proc").glob("[0-9]*/fd/0")
                           if same_file(entry, vm.stdin.fileno()) and entry.parts[2] != str(os.getpid())]
                self.assertTrue(soon(lambda: not [entry for entry in readers if entry.exists()]))
            pid.unlink()


def same_file(path, descriptor):
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False


class Input(VmTest):
    def test_standard_input_is_passed_on_with_every_byte(self):
        self.guest('boot; up; cat >>"$run/stdout"; finish 0')
        (self.folder / "input").write_bytes(bytes(range(256)) * 1000)
        with open(self.folder / "input", "rb") as file:
            done = subprocess.run([self.top / "scripts/vm", "--no-module", "--", "cat"], stdin=file, timeout=60,
                                  capture_output=True, check=False,
                                  env={**os.environ, **self.environment,
                                       "PATH": f"{self.folder}/bin:{os.environ['PATH']}"})
        self.assertEqual((done.returncode, done.stdout), (0, bytes(range(256)) * 1000), done.stderr)

    def test_an_input_that_never_ends_holds_up_nothing(self):
        self.guest("boot; up; finish 0")
        reading, writing = os.pipe()
        try:
            self.assertEqual(self.run_vm(stdin=reading, timeout=60).returncode, 0)
        finally:
            os.close(reading)
            os.close(writing)

    def test_the_input_of_the_caller_stays_as_it_was(self):
        # QEMU sets this flag (non-blocking) on its input.
        self.guest("boot; up; python3 -c 'import os; os.set_blocking(0, False)'; finish 0")
        reading, writing = os.pipe()
        try:
            self.assertEqual(self.run_vm(stdin=reading, timeout=60).returncode, 0)
            self.assertFalse(fcntl.fcntl(reading, fcntl.F_GETFL) & os.O_NONBLOCK)
        finally:
            os.close(reading)
            os.close(writing)

    def test_a_retry_has_the_whole_input(self):
        self.guest('boot; [ "$(wc -l <' + f"{self.folder}/boots" +
                   ')" = 2 ] || exec sleep 60; up; cat >>"$run/stdout"; finish 0')
        done = self.run_vm(input="all of it", stdin=None, env={"PARLEY_BOOT_SECONDS": "1"})
        self.assertEqual((done.returncode, done.stdout), (0, "all of it"))


class Guest(VmTest):
    """The arguments and files that virtme-ng and the guest receive."""

    def setUp(self):
        super().setUp()
        self.guest("boot; up; finish 0")

    def loaded(self):
        """The modules that the guest's script loads."""
        line = next(line for line in (self.folder / "guest-script").read_text().splitlines()
                    if line.startswith("modules=("))
        return [pathlib.Path(word).name for word in shlex.split(line[len("modules=("):-1])]

    def test_a_path_with_shell_syntax_is_refused_before_anything_runs(self):
        mark = self.folder / "executed"
        for name in ("$(touch executed)", "a b", "a;touch executed", "a'b", "a=b", "a,b"):
            folder = self.folder / name
            folder.mkdir()
            (folder / "disk").touch()
            for arguments, env in ((["--rwdir", folder], {}), (["--disk", folder / "disk"], {}),
                                   (["--image", folder / "disk"], {}), ([], {"TMPDIR": str(folder)})):
                done = self.run_vm(*arguments, env=env, cwd=self.folder)
                self.assertEqual(done.returncode, 2, f"{arguments} {env} {done.stderr}")
                self.assertIn(name, done.stderr)
        done = self.run_vm("--memory", "1G;touch executed", cwd=self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.boots(), 0)
        self.assertFalse(mark.exists())

    def test_the_options_for_modules_of_others_reach_virtme_ng(self):
        (self.folder / "shared").mkdir()
        (self.folder / "raw").write_bytes(b"\0" * 512)
        (self.folder / "disk.qcow2").write_bytes(b"QFI\xfb" + b"\0" * 512)
        (self.folder / "bzImage").touch()
        done = self.run_vm("--image", self.folder / "bzImage", "--rwdir", self.folder / "shared", "--network",
                           "--disk", self.folder / "raw", "--disk", self.folder / "disk.qcow2", "--gdb", "1234")
        self.assertEqual(done.returncode, 0, done.stderr)
        arguments = " ".join(self.arguments())
        for words in (f"--run {self.folder}/bzImage ", f"--rwdir {self.folder}/shared", "--network user",
                      f"-drive if=virtio,format=raw,file={self.folder}/raw",
                      f"-drive if=virtio,format=qcow2,file={self.folder}/disk.qcow2",
                      "-gdb tcp:127.0.0.1:1234", "nokaslr"):
            self.assertIn(words, arguments)

    def test_a_guest_of_another_architecture_has_programs_of_its_own(self):
        self.fake("uname", "echo x86_64")
        root = self.folder / "cache/root-of-arm64"
        script = self.top / "scripts/build/root"
        script.write_text(f"#!/bin/sh\necho {root}\n")
        script.chmod(0o755)
        self.fake("qemu-system-aarch64", "")
        done = self.run_vm("--kernel", "arm64")
        self.assertEqual((done.returncode, self.boots()), (2, 0))
        self.assertIn("run: scripts/build/root arm64", done.stderr)
        root.mkdir(parents=True)
        (root / ".done").touch()
        (self.top / "out").mkdir()
        done = self.run_vm("--kernel", "arm64", "--rwdir", self.top / "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        arguments = " ".join(self.arguments())
        for words in (f"--arch arm64 --root {root} --rodir /run/parley-top={self.top}", "--rwdir /run/parley-run=/",
                      f"--rwdir {self.top}/out={self.top}/out"):
            self.assertIn(words, arguments)
        self.assertNotIn("--overlay-rwdir", arguments)
        # The mount points for them in the guest.
        self.assertTrue((root / str(self.top / "out")[1:]).is_dir())

    def test_packed_modules_are_unpacked_and_follow_what_they_depend_on(self):
        modules = self.folder / "modules/deep"
        modules.mkdir(parents=True)
        (modules / "first-one.ko").write_text("first\n")
        (modules / "second.ko").write_text("second\n")
        (modules / "third.ko").write_text("third\n")
        packers = {"second": ("gzip", "gz"), "third": ("xz", "xz")}
        for name, (tool, _) in packers.items():
            subprocess.run([tool, modules / f"{name}.ko"], check=True)
        # modinfo reads the unpacked content.
        self.fake("modinfo", 'case $(cat "${@: -1}") in second) echo first_one,kernels_own ;; third) echo second ;; esac\n')
        for arguments in (["--module", modules / "third.ko.xz"], ["--module", "third"],
                          ["--module", "first-one", "--module", modules / "third.ko.xz"]):
            self.vm("--module-dir", self.folder / "modules", *arguments, "--", "true")
            expected = ["first-one.ko", "kernels_own", "second.ko", "third.ko"]
            self.assertEqual(self.loaded(), expected)
        # Given modules are found without a folder, but none in the current folder by chance.
        (modules / "kernels_own").touch()
        self.vm("--module", "second.ko.gz", "--module", "first-one.ko", "--", "true", cwd=modules)
        self.assertEqual(self.loaded(), ["first-one.ko", "kernels_own", "second.ko"])
        # A second module of the same name would not be loaded.
        twin = self.folder / "second.ko"
        twin.touch()
        done = self.vm("--module", "second.ko.gz", "--module", twin, "--", "true", cwd=modules)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("two modules have the name second: ", done.stderr)

    def test_user_mode_linux_has_no_devices(self):
        self.fake("uname", "echo x86_64")
        for option in ("--network", "--gdb=1234"):
            done = self.vm("--kernel", "um", "--no-module", *option.split("="), "--", "true")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("the kernel um has no terminal, network, debugger", done.stderr)

    def test_what_is_missing_is_wrong_usage(self):
        (self.folder / "not-a-module").touch()
        (self.folder / "broken.ko.xz").write_text("not packed")
        for arguments in (["--module", "absent.ko"], ["--module", self.folder / "not-a-module"],
                          ["--module", self.folder / "broken.ko.xz"], ["--module-dir", "absent"],
                          ["--rwdir", "absent"], ["--rwdir", "/"], ["--disk", "absent"], ["--image", "absent"], ["--gdb", "x"]):
            done = self.vm(*arguments, "--", "true")
            self.assertEqual(done.returncode, 2, f"{arguments} {done.stderr}")
        self.assertEqual(self.boots(), 0)

    def test_a_missing_program_is_named_with_what_to_do(self):
        (self.folder / "bin/vng").unlink()
        path = f"{self.folder}/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        done = self.run_vm(path=path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("vng is missing", done.stderr)
        self.assertIn("make setup", done.stderr)

    def test_a_program_that_is_not_of_the_sources_is_refused_or_replaced_in_the_guest(self):
        program, source = self.top / "user/target/release/parley", self.top / "user/main.rs"
        namespace = ["unshare", *(["--user", "--map-root-user"] if os.geteuid() else []), "--mount"]
        if self.run_script(*namespace, "true").returncode:
            self.skipTest("this user may not mount")
        self.guest("boot; up; finish 0")
        for words in (["parley", "stats"], [program], ["sh", "-c", f"{program} stats"]):
            done = self.vm("--no-module", "--", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("user/target/release/parley is not built", done.stderr)
        self.assertEqual((self.boots(), self.run_vm().returncode), (0, 0))
        source.write_text("fn main() {}")
        self.fake("cargo", "mkdir -p target/release; echo built >target/release/parley")
        self.copy_scripts(self.top, "program", "alone")

        def said():
            self.assertEqual(self.run_vm().returncode, 0)
            script = (self.folder / "guest-script").read_text()
            self.assertIn("export PATH=/run/parley-lacks:", script)
            lacks = script.split(" lacks=", 1)[1].split("\n")[0]
            self.assertEqual(self.vm("--no-module", "--", "parley").returncode, 2 if lacks.strip() != "''" else 0)
            if lacks.strip() != "''" and program.exists():
                # A command may name the program by its path.
                block = script[script.index('if [ -n "$lacks" ]'):].split("\nfi\n")[0] + "\nfi\n"
                done = self.run_script(*namespace, "bash", "-euc", script.splitlines()[1] + "\nmount -t tmpfs none /run\n"
                                       + block + f"{program} show routes")
                self.assertEqual(done.returncode, 127, done.stderr)
                self.assertIn(f"parley: {program} is", done.stderr)
            return lacks

        self.run_script(self.top / "scripts/build/program", env=self.environment)
        self.assertEqual(said().strip(), "''")
        program.write_text("another")
        self.assertIn("not\\ the\\ file\\ that\\ make\\ program", said())
        self.run_script(self.top / "scripts/build/program", env=self.environment)
        source.write_text("fn main() { new(); }")
        self.assertIn("older", said())
        self.run_script(self.top / "scripts/build/alone", "true", env=self.environment)
        self.assertIn("older", said())
        program.unlink()
        self.assertIn("not\\ built", said())

    def test_a_module_of_this_checkout_that_is_not_of_the_sources_is_refused_by_its_path_too(self):
        self.guest("boot; up; finish 0")
        module = self.top / "kmod/parley.ko"
        module.parent.mkdir()
        link = self.folder / "link.ko"
        link.symlink_to(module)
        built = self.top / "build/module/kmod/parley.ko"
        packed = self.folder / "parley.ko.gz"
        ways = (["--module", module], ["--module", "kmod/parley.ko"], ["--module", link], ["--module", built],
                ["--module", "kmod/parley.ko.gz"], ["--module", packed], ["--module-dir", "kmod", "--module", "parley"])
        (self.folder / "log").write_text("mine")
        packed.symlink_to(f"{module}.gz")
        for words in ways:
            built.parent.mkdir(parents=True, exist_ok=True)
            for path in (module, built):
                path.write_text("stale")
            subprocess.run(["gzip", "--keep", "--force", module], check=True)
            done = self.vm(*words, "--log", self.folder / "log", "--", "true", cwd=self.top)
            self.assertEqual((done.returncode, self.boots()), (2, 0), words)
            self.assertIn("kmod/parley.ko is ", done.stderr)
        # An old build does not match the sources, even if the current one does.
        (self.top / "Kbuild").touch()
        self.run_script("bash", "-euc", '''. scripts/lib.sh
            by_content; echo new >kmod/parley.ko; mkdir -p build/module/kmod
            echo stale >build/module/kmod/parley.ko; content_of kmod/parley.ko >build/module-sum
            echo / >build/module-for; state_of / >"$(state_for "$top/build/module")"''',
                        "scripts/alone", cwd=self.top, env=self.environment)
        kernel = self.top / "scripts/build/kernel"
        kernel.write_text(kernel.read_text().replace("echo", "[ $1 = --image ] || { echo /; exit; }\necho"))
        for words in ways:
            done = self.vm(*words, "--log", self.folder / "log", "--", "true", cwd=self.top)
            old = words[-1] in (built, "kmod/parley.ko.gz", packed)
            self.assertEqual(done.returncode, 2 if old else 0, (words, done.stderr))
            self.assertEqual("was not built by make module" in done.stderr, old)
            if old:
                self.assertEqual((self.folder / "log").read_text(), "mine")
            else:
                (self.folder / "log").write_text("mine")
        # Whether modules in other folders are up to date is not for scripts/vm to judge.
        (self.folder / "parley.ko").write_text("mine")
        self.assertEqual(self.vm("--module", self.folder / "parley.ko", "--", "true").returncode, 0)

    def test_help_says_what_the_guest_can_read_and_how_variables_reach_it(self):
        text = " ".join(self.vm("--help").stdout.split())
        self.assertIn("guest can read every file on this machine that you can read", text)
        self.assertIn("-- env NAME=VALUE COMMAND", text)

    def test_folders_that_others_may_not_enter_are_opened_in_the_guest_alone(self):
        program = self.top / "user/target/release/parley"
        program.parent.mkdir(parents=True)
        program.touch(0o755)
        self.top.chmod(0o700)
        self.run_vm()
        # Only the outermost folder, and no other within it.
        self.assertEqual([self.arguments()[place + 1] for place, word in enumerate(self.arguments())
                          if word == "--overlay-rwdir"], [str(self.folder)])
        closed = next(line for line in (self.folder / "guest-script").read_text().splitlines()
                      if line.startswith("closed=("))
        closed = shlex.split(closed[len("closed=("):-1])
        self.assertEqual(closed[:2], [str(self.folder), str(self.top)])
        # What the guest writes to an --rwdir stays.
        self.run_vm("--rwdir", self.top)
        self.assertIn(f"closed=({self.folder} )", (self.folder / "guest-script").read_text())


class Accelerator(VmTest):
    def test_a_no_of_kvm_is_asked_again_if_the_device_has_changed(self):
        accel = f". {self.top}/scripts/lib.sh; accel_for image"
        environment = {**self.environment, "PARLEY_ACCEL": ""}
        (self.folder / "cache/parley").mkdir(parents=True)
        kept = self.folder / "cache/parley/accel"

        def ask(mode, groups):
            self.fake("stat", f"echo a:e8 {mode} 0:0\n")
            self.fake("id", f"echo {groups}\n")
            done = self.run_script("bash", "-c", accel, env=environment)
            return done.stdout.strip()

        self.assertEqual(ask("600", "0"), "tcg")
        # If a later call returns this, it has read the kept answer, and has not tested KVM again.
        kept.write_text(kept.read_text().replace("tcg", "kept"))
        self.assertEqual(ask("600", "0"), "kept")
        self.assertEqual(ask("660", "0"), "tcg")
        kept.write_text(kept.read_text().replace("tcg", "kept"))
        self.assertEqual(ask("660", "0"), "kept")
        self.assertEqual(ask("660", "0 104"), "tcg")
