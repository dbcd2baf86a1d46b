# SPDX-License-Identifier: GPL-2.0
"""The logs, outputs and statuses of scripts/vm, with a virtme-ng that only pretends to boot."""

import os
import shlex
import subprocess
from support import VmTest


class Log(VmTest):
    def test_output_status_and_a_clean_log_come_through(self):
        (self.folder / "kept").write_text("kept")
        self.guest(f'cp ~/.config/virtme-ng/virtme-ng.conf {self.folder}/read; boot; up; '
                   f'for name in log probe console; do ln -s {self.folder}/kept $run/$name; done; '
                   'echo said >>"$run/stdout"; echo loud >>"$run/stderr"; finish 7')
        done = self.run_vm()
        read, kept = (self.folder / name for name in ("read", "kept"))
        self.assertEqual((read.read_text(), kept.read_text()), ("{}\n", "kept"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, "said\n", "loud\n"))
        self.assertEqual((self.check_log()[0], list((self.folder / "tmp").iterdir())), (0, []))

    def test_each_log_is_also_kept_in_the_folder_of_logs(self):
        logs = self.folder / "logs"
        logs.mkdir()
        self.guest("boot; up; finish 0")
        for words in (("--log", self.folder / "log"), ()):
            done = self.vm("--no-module", *words, "--", "true", env={"PARLEY_LOGS": str(logs)})
            self.assertEqual(done.returncode, 0, done.stderr)
        texts = [log.read_text() for log in logs.iterdir()]
        self.assertEqual(texts, [(self.folder / "log").read_text()] * 2)
        # A run that ends before its log is written leaves an empty one, which is not clean.
        self.guest("boot; kill -KILL $PPID")
        self.assertNotEqual(self.vm("--no-module", "--", "true", env={"PARLEY_LOGS": str(logs)}).returncode, 0)
        self.assertEqual(len(list(logs.iterdir())), 3)
        done = self.vm("--no-module", "--", "true", env={"PARLEY_LOGS": "/nowhere"})
        self.assertEqual(done.returncode, 2)
        self.assertIn("PARLEY_LOGS must name a folder", done.stderr)

    def test_a_guest_that_dies_while_it_shuts_down_is_noticed(self):
        self.guest("boot; up; dies=1 finish 0")
        done = self.run_vm()
        self.assertEqual(done.returncode, 243, done.stderr)
        self.assertIn("died while it shut down", done.stderr)

    def test_a_guest_that_hangs_while_it_shuts_down_is_noticed(self):
        self.guest("boot; up; dies=1 finish 0; sleep 60")
        done = self.run_vm("--timeout", "1")
        self.assertEqual(done.returncode, 241, done.stderr)

    def test_a_log_of_a_run_before_does_not_pass_for_one_of_this(self):
        self.guest("boot; up; finish 0")
        self.assertEqual(self.run_vm().returncode, 0)
        self.assertEqual(self.check_log()[0], 0)
        kept = (self.folder / "log").read_text()
        for arguments in (["--kernel"], ["--bogus"], ["--cpus", "x"], ["--module", "absent.ko"]):
            (self.folder / "log").write_text(kept)
            self.assertEqual(self.vm("--log", self.folder / "log", *arguments, "--", "true").returncode, 2)
            self.assertNotEqual(self.check_log()[0], 0, arguments)
        # Nor does the old log pass if an option before it is unknown, or if the early checks fail.
        for words, env in (([self.folder / "log"], {"TMPDIR": "/nowhere"}), ([self.folder / "log"], {"HOME": "", "XDG_CACHE_HOME": "a b"})):
            for option in ("--log", "--console"):
                (self.folder / "log").write_text(kept)
                self.assertEqual(self.vm("--no-module", option, *words, "--", "true", env=env).returncode, 2)
                self.assertNotEqual(self.check_log()[0], 0, env)
        for words in (["--bogus", "--log", self.folder / "log"], ["word", "--log", self.folder / "log"],
                      ["--bogus", f"--log={self.folder}/log"]):
            (self.folder / "log").write_text(kept)
            self.assertEqual(self.vm(*words, "--", "true").returncode, 2)
            self.assertNotEqual(self.check_log()[0], 0, words)
        (self.folder / "log").write_text(kept)
        self.vm("--log", self.folder / "log", "--help")
        self.vm("--bogus", "--", "--log", self.folder / "log")
        self.assertEqual(self.check_log()[0], 0)
        script = (self.top / "scripts/vm").read_text()
        self.vm("--log", self.top / "scripts/vm", "--bogus")
        self.assertEqual((self.top / "scripts/vm").read_text(), script)
        (self.folder / "image").unlink()
        self.assertEqual((self.run_vm().returncode, self.check_log()[0] == 0), (2, False))

    def test_a_log_is_a_file_of_its_own_and_what_is_refused_empties_none(self):
        file = self.folder / "kept"
        for status, words in ((2, "--log /dev/stdout -- true >>kept"), (2, "--log -- true >>kept"),
                              (0, "--log kept --help"), (2, "--log kept --bogus"), (2, "--console kept --cpus x")):
            file.write_text("kept")
            done = subprocess.run(f"{self.top}/scripts/vm {words}", shell=True, capture_output=True,
                                  check=False, cwd=self.folder)
            self.assertEqual((done.returncode, file.read_text()[:4]), (status, "kept"))
        self.assertFalse((self.folder / "--").exists())

    def test_a_log_that_cannot_be_written_fails_before_the_boot(self):
        self.guest("boot; up; finish 0")
        for option in ("--log", "--console"):
            done = self.vm("--no-module", option, self.folder / "absent/log", "--", "true")
            self.assertEqual(done.returncode, 2)
            self.assertIn("absent/log", done.stderr)
        self.assertEqual(self.boots(), 0)

    def test_the_warning_of_a_guest_that_is_reset_is_in_the_log_and_refused(self):
        self.guest("boot; up; console '[    5.000000] parley: this mattered'")
        self.assertEqual(self.run_vm().returncode, 243)
        status, said = self.check_log()
        self.assertEqual(status, 1)
        self.assertIn("parley: this mattered", said)
        self.assertIn("cut short", said)

    def test_a_guest_that_is_killed_leaves_a_log_that_is_refused(self):
        for timeout, guest in (("1", "boot; up; sleep 60"), ("600", "boot; up; exit 1")):
            self.guest(guest)
            self.run_vm("--timeout", timeout)
            self.assertEqual(self.check_log()[0], 1)

    def test_a_report_after_the_guest_read_its_log_is_refused(self):
        self.guest("boot; up; finish 0; console '[    9.500000] parley: so late' '[    9.9] reboot: Power down'")
        self.assertEqual(self.run_vm().returncode, 0)
        status, said = self.check_log()
        self.assertEqual(status, 1)
        self.assertIn("parley: so late", said)

    def test_a_normal_end_of_the_guest_is_clean(self):
        self.guest("boot; up; finish 0; console '[    9.9] reboot: Power down'")
        self.assertEqual(self.run_vm().returncode, 0)
        self.assertEqual(self.check_log()[0], 0, self.check_log()[1])

    def test_a_log_that_is_cut_short_anywhere_is_refused(self):
        self.guest("boot; up; finish 0 '<6>[ 5.0] a' '<6>[ 6.0] b'; console '[    9.9] reboot: Power down'")
        self.run_vm()
        whole = (self.folder / "log").read_text().splitlines(keepends=True)
        for count in range(len(whole)):
            (self.folder / "log").write_text("".join(whole[:count]))
            self.assertEqual(self.check_log()[0], 1, f"{count} of {len(whole)} lines passed")

    def test_errors_of_qemu_do_not_overwrite_the_console(self):
        self.guest("boot; echo 'qemu: a warning that is long enough to reach over much of it' >&2; up; finish 0")
        self.run_vm("--console", self.folder / "console")
        text = (self.folder / "console").read_text()
        for words in ("Linux version 7.3.4", "ACPI: all is well", "qemu: a warning", "the guest is done"):
            self.assertIn(words, text)


class Loss(VmTest):
    """Failures to write are noticed."""

    def test_output_that_nobody_can_keep_gives_a_status_of_its_own(self):
        self.guest('boot; up; echo said >>"$run/stdout"; echo said >>"$run/stderr"; sleep 1; finish 0')
        with open("/dev/full", "w", encoding="ascii") as full:
            for stream in ("stdout", "stderr"):
                streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full}
                done = subprocess.run([self.top / "scripts/vm", "--no-module", "--", "true"], check=False,
                                      env={**os.environ, **self.environment,
                                           "PATH": f"{self.folder}/bin:{os.environ['PATH']}"},
                                      stdin=subprocess.DEVNULL, timeout=60, **streams)
                self.assertEqual(done.returncode, 245, stream)

    def test_a_log_that_cannot_be_kept_gives_a_status_of_its_own(self):
        self.guest("boot; up; finish 0")
        for option in ("--log", "--console"):
            done = self.vm("--no-module", option, "/dev/full", "--", "true")
            self.assertEqual(done.returncode, 245, option)
            self.assertIn("lost", done.stderr)

    def test_a_loss_that_the_guest_noticed_gives_a_status_of_its_own(self):
        self.guest('boot; up; : >"$run/lost"; finish 0')
        self.assertEqual(self.run_vm().returncode, 245)

    def test_a_status_without_a_number_is_not_taken_for_one(self):
        self.guest('boot; up; finish 0; : >"$run/status"')
        self.assertNotIn(self.run_vm().returncode, (0, 2))

    def test_a_reader_that_closes_its_end_loses_nothing(self):
        self.guest('boot; up; yes | head -n 100000 >>"$run/stdout"; finish 0')
        command = f"set -o pipefail; {shlex.quote(str(self.top / 'scripts/vm'))} --no-module -- true | head -n 1"
        done = self.run_script("bash", "-c", command, env=self.environment)
        self.assertEqual((done.returncode, done.stdout), (0, "y\n"), done.stderr)

    def in_small_tmpdir(self, fill):
        """Runs vm with a TMPDIR of 100 KB, of which `fill` bytes are taken."""
        script = ('mount -t tmpfs -o size=100k tmpfs "$1" && head -c "$2" /dev/zero >"$1/ballast" && shift 2 && '
                  'exec "$@"')
        unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
        if self.run_script(*unshare, "mount", "-t", "tmpfs", "tmpfs", self.folder / "tmp").returncode:
            self.skipTest("this user may not mount")
        return self.run_script(*unshare, "bash", "-c", script, "-", self.folder / "tmp", str(fill),
                               self.top / "scripts/vm", "--no-module", "--log", self.folder / "log", "--", "true",
                               env=self.environment)

    def test_a_full_disk_is_not_called_wrong_usage(self):
        self.guest("boot; up; finish 0")
        for fill in (102400, 100000, 94208):
            done = self.in_small_tmpdir(fill)
            self.assertEqual(done.returncode, 245, f"{fill}: {done.stderr}")

    def test_a_disk_that_fills_up_is_not_called_a_guest_that_ended(self):
        self.guest('boot; up; head -c 200000 /dev/zero >"$run/stdout" 2>/dev/null')
        done = self.in_small_tmpdir(1)
        self.assertEqual(done.returncode, 245, done.stderr)
