# SPDX-License-Identifier: GPL-2.0
"""scripts/vm and scripts/test/guest-tests in guests that really boot. Takes a built kernel."""

import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading

from support import TOP, ScriptTest
from test_vm import alive, soon

IMAGE = subprocess.run([TOP / "scripts/build/kernel", "--image", "default"], text=True, check=False,
                       capture_output=True, stdin=subprocess.DEVNULL).stdout.strip()

# The guest's script in the first test, which looks for each line of its output.
EVERYTHING = r"""
echo "input: $(od -An -tx1 | tr -d ' \n')"
echo "variable: $NAME"
echo "words: $#, $1, $2"
echo "stray: ${STRAY:-none}"
setpriv --reuid 65534 --clear-groups sh -c parley
echo "host: $(head -n 1 <>/dev/tcp/10.0.2.2/$PORT)"
grep -qx 0x0002 /sys/bus/virtio/devices/*/device && echo 'disk: there'
echo written >"$SHARED/file"
echo '<4>a program warns' >/dev/kmsg
# Holds the output open, and nothing waits for it.
sleep 1000 &
mkdir /run/fake
cat >/run/fake/one <<'END'
#!/bin/sh
case $* in *--list*) echo it: test; exit ;; esac
echo '{ "type": "test", "event": "ok", "name": "it" }'
echo '{ "type": "suite", "event": "ok", "passed": 1, "failed": 0, "ignored": 0 }'
END
chmod +x /run/fake/one
scripts/test/guest-tests /run/fake/one
echo "tests: $?"
# A kmemleak that has found something, for the search after this script.
echo kmemleak=off kmemleak=on >/run/fake/cmdline
mount --bind /run/fake/cmdline /proc/cmdline
mount -t tmpfs tmpfs /sys/kernel/debug
scripts/test/guest-tests /run/fake/one >/dev/null
echo "without kmemleak: $?"
{ echo "unreferenced object 0x1 (size 96):"; echo "  comm one"; seq -f "    symbol%04g and its name" 1 58; } \
    >/sys/kernel/debug/kmemleak
scripts/test/guest-tests /bin/true >/dev/null
echo "empty file: $?"
scripts/test/guest-tests
echo "no tests: $?"
"""


class GuestTest(ScriptTest):
    """Has a checkout of its own, in a folder that only its user may enter."""

    def setUp(self):
        super().setUp()
        if not pathlib.Path(IMAGE).is_file():
            self.skipTest("the kernel is not built; run: make kernel")
        self.folder.chmod(0o700)
        self.top = self.folder / "checkout"
        program = self.top / "user/target/release/parley"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\necho program: as $(id -u)\n")
        program.chmod(0o755)
        for name in ("build", "spec"):
            (self.top / name).mkdir()
        (self.top / "build/program-sum").write_text(
            hashlib.sha256(program.read_bytes()).hexdigest() + "\n")
        self.copy_scripts(self.top, "vm", "lib.sh", "built.sh", "machine.sh", "guest-modules.sh", "guest-folders.sh", "guest-boot.sh",
                          "guest-run", "guest-tests", "libtest", "check-log")
        shutil.copytree(TOP / "scripts/test/report", self.top / "scripts/test/report")
        kernel = self.top / "scripts/build/kernel"
        kernel.write_text(f"#!/bin/bash\necho {IMAGE}\n")
        kernel.chmod(0o755)
        (self.folder / "tmp").mkdir()
        self.environment = {"TMPDIR": str(self.folder / "tmp"), "STRAY": "a variable of the host"}
        self.vm = [self.top / "scripts/vm", "--no-module", "--log", self.folder / "log"]

    def check_log(self):
        done = self.run_script(self.top / "scripts/test/check-log", self.folder / "log")
        return done.returncode, done.stdout + done.stderr

    def test_all_that_a_command_is_promised(self):
        shared, disk = self.folder / "shared", self.folder / "disk"
        shared.mkdir()
        disk.write_bytes(b"\0" * (1 << 20))
        (self.top / "everything").write_text(EVERYTHING)
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"it answers\n")

        threading.Thread(target=answer, daemon=True).start()
        done = subprocess.run(
            [*self.vm, "--network", "--rwdir", shared, "--disk", disk, "--", "env", "NAME=a  value",
             f"PORT={server.getsockname()[1]}", f"SHARED={shared}", "bash", "everything", "a  b", "*"],
            input=b"\0\n\xff", capture_output=True, check=False, timeout=600,
            env={**os.environ, **self.environment})
        said, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, 0, errors)
        for line in ("input: 000aff", "variable: a  value", "words: 2, a  b, *", "stray: none", "program: as 65534",
                     "host: it answers", "disk: there", "tests: 0", "without kmemleak: 1", "empty file: 1", "no tests: 2"):
            self.assertIn(line, said.splitlines(), errors)
        self.assertEqual((shared / "file").read_text(), "written\n")
        # The log has the details of the leak, which make its check fail.
        status, complaints = self.check_log()
        self.assertEqual(status, 1)
        self.assertIn("unreferenced object 0x1", complaints)
        self.assertIn("a program warns", complaints)
        log = (self.folder / "log").read_text()
        self.assertIn("kmemleak:   comm one\n", log)
        self.assertIn("symbol0058 and its name\n", log)

    def test_lost_memory_is_searched_for_though_the_command_unmounts_debugfs(self):
        done = self.run_script(*self.vm, "--append", "kmemleak=on", "--", "umount", "/sys/kernel/debug",
                               env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("parley-vm: kmemleak has found nothing\n", (self.folder / "log").read_text())

    def test_the_warning_before_a_reset_is_in_the_log_and_refused(self):
        warning = "echo '<4>parley: this mattered' >/dev/kmsg; echo b >/proc/sysrq-trigger"
        done = self.run_script(*self.vm, "--", "sh", "-c", warning, env=self.environment)
        self.assertEqual(done.returncode, 243, done.stderr)
        status, complaints = self.check_log()
        self.assertEqual(status, 1)
        self.assertIn("parley: this mattered", complaints)

    def test_output_that_a_full_disk_swallows_is_noticed(self):
        unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
        if self.run_script(*unshare, "mount", "-t", "tmpfs", "tmpfs", self.folder / "tmp").returncode:
            self.skipTest("this user may not mount")
        done = self.run_script(
            *unshare, "bash", "-c", 'mount -t tmpfs -o size=3m tmpfs "$1" && shift && exec "$@"', "-",
            self.folder / "tmp", *self.vm, "--", "sh", "-c", "trap '' PIPE; head -c 8000000 /dev/zero; true",
            env=self.environment)
        self.assertEqual(done.returncode, 245, done.stderr)
        self.assertIn("lost", done.stderr)

    def test_no_qemu_is_left_of_a_vm_that_was_killed(self):
        with subprocess.Popen([*self.vm, "--", "sh", "-c", "echo up; sleep 600"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
                              env={**os.environ, **self.environment}) as vm:
            self.assertEqual(vm.stdout.readline(), b"up\n")
            # Every process started for it has the run's folder among its arguments.
            [folder] = (self.folder / "tmp").iterdir()
            started = [int(path.parts[2]) for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                       if mentions(path, str(folder).encode())]
            self.assertTrue([pid for pid in started if mentions(f"/proc/{pid}/cmdline", b"qemu-system")])
            os.kill(vm.pid, signal.SIGKILL)
            left = lambda: [pid for pid in started if alive(pid)]
            self.addCleanup(lambda: [os.kill(pid, signal.SIGKILL) for pid in left()])
            self.assertTrue(soon(lambda: not left()), left())
            self.assertTrue(soon(lambda: not folder.exists()))


def mentions(path, word):
    try:
        return word in pathlib.Path(path).read_bytes()
    except OSError:
        return False
