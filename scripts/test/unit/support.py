# SPDX-License-Identifier: GPL-2.0
"""Shared by the tests of the scripts."""
import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[3]
# The path of each script in a checkout, by its name.
SCRIPTS = {path.name: path.relative_to(TOP) for folder in (".", "build", "test", "pack")
           for path in sorted((TOP / "scripts" / folder).iterdir()) if path.is_file()}

sys.path.insert(0, str(TOP / "scripts"))


def script(name):
    """The script NAME in Python, as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(TOP / SCRIPTS[name]))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


class ScriptTest(unittest.TestCase):
    """A test with a folder of its own, which is removed at its end."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-test."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def fake(self, name, text):
        """Puts an executable shell script NAME into the folder `bin`, for a PATH."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/bash\n" + text)
        path.chmod(0o755)
        return path

    def fake_tools(self, text, *more):
        """Fakes the tools that build and check. python3 still runs the scripts in Python."""
        for name in (*"cargo rustc rustdoc rustfmt gcc make git perl shellcheck bindgen".split(), *more):
            self.fake(name, text)
        self.fake("python3", f'[[ ${{2:-}} != *scripts/* ]] || exec {sys.executable} "$@"; {text}')

    def copy_scripts(self, to, *names):
        """Copies these scripts into a checkout, and makes a folder for every other one."""
        for path in SCRIPTS.values():
            (to / path).parent.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy2(TOP / SCRIPTS[name], to / SCRIPTS[name])

    def run_script(self, *command, path=None, env=None, **options):
        """Runs a command with the fakes first on the PATH; returns its result, with text."""
        environment = dict(os.environ, **(env or {}))
        environment["PATH"] = path or f"{self.folder}/bin:{environment['PATH']}"
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("timeout", 300)
        return subprocess.run(
            [str(word) for word in command], env=environment, text=True,
            capture_output=True, check=False, **options)

    def basic_path(self, *more):
        """A PATH with only BASIC and these tools."""
        folder = self.folder / "basic"
        folder.mkdir(exist_ok=True)
        for name in (*BASIC, *more):
            if (found := shutil.which(name)) and not (folder / name).exists():
                (folder / name).symlink_to(found)
        return str(folder)


# Variables that an outer run sets for its own children must not reach the scripts under test,
# except PARLEY_ALONE: what a test runs in this very checkout is a part of that run.
for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "REPORT", "PARLEY_REPORT",
             "PARLEY_MARK", "CARGO_TARGET_DIR", "DEBIAN_MIRROR"):
    os.environ.pop(name, None)
# In a git hook, these make git work in the hook's repository, whatever the folder.
for name in [name for name in os.environ if name.startswith("GIT_")]:
    del os.environ[name]

# rustup's programs look for the toolchain in the home folder.
TOOLCHAIN = {name: os.environ.get(name, os.path.expanduser(f"~/{folder}"))
             for name, folder in (("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo"))}

# The tools that every machine has: coreutils and a few more, but none that must be installed.
BASIC = """awk basename bash cat chmod cmp comm cp cut date df dirname du echo env expr false find flock
    grep head id install ln ls mkdir mktemp mv nproc paste printf ps pwd readlink realpath rm rmdir
    sed seq sh sha256sum sleep sort stat tail tar tee test timeout touch tr true uname uniq wc
    xargs""".split()


class CheckoutTest(ScriptTest):
    """A test with a checkout, a cache and a home of its own."""

    def setUp(self):
        super().setUp()
        self.checkout = self.copy_of_checkout(self.folder / "checkout")
        self.home = self.folder / "home"
        self.home.mkdir()
        self.cache = self.home / ".cache/parley"
        self.write(self.cache / ".parley-cache")

    def copy_of_checkout(self, to):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=TOP, capture_output=True, check=True, text=True).stdout
        for name in filter(None, listed.split("\0")):
            if (TOP / name).is_file():
                (to / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TOP / name, to / name)
        return to

    def run_here(self, *command, env=None, **options):
        """Runs a command in the private checkout, with the private home and cache."""
        env = {"HOME": str(self.home), "XDG_CACHE_HOME": "", "TMPDIR": "",
               "PARLEY_LINUX_SHA256": "", **TOOLCHAIN, **(env or {})}
        options.setdefault("cwd", self.checkout)
        return self.run_script(*command, env=env, **options)

    def in_lib(self, script, *arguments, **options):
        """Runs lines of bash that have sourced scripts/lib.sh."""
        return self.run_here(
            "bash", "-euc", f". scripts/lib.sh; {script}", "scripts/test-of-lib", *arguments,
            **options)

    def git(self, *words):
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words],
            cwd=self.checkout, check=True, capture_output=True)

    def write(self, path, text=""):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class SetupTest(CheckoutTest):
    """scripts/setup with made-up tools: a machine that has all but Python's packages."""

    def setUp(self):
        super().setUp()
        for name in ("make gcc flex bison bc xz cpio curl insmod ip nft setpriv hexdump mount pgrep perl strace "
                     f"qemu-system-{os.uname().machine} shellcheck tshark tcpdump rustfmt clippy-driver cargo").split():
            self.fake(name, "exit 0")
        self.fake("rustc", 'case $* in *sysroot) echo /nowhere ;; *) echo "rustc 1.95.0 (x)" ;; esac')
        self.fake("bindgen", "echo bindgen 0.72.0")
        # Every file that setup looks for is there.
        for header in ("libelf.h", "openssl/ssl.h", "libnl3/netlink/genl/genl.h"):
            self.write(self.folder / "include" / header)
        for file, old, new in (("setup", "/usr/lib*/llvm*/lib", "llvm"),
                               ("build/packages.sh", "/usr/include", "include"),
                               ("build/packages.sh", "/etc/os-release", "os-release")):
            path = self.checkout / "scripts" / file
            path.write_text(path.read_text().replace(old, f"{self.folder}/{new}"))
        self.system("debian", 'VERSION_ID="12"', "VERSION_CODENAME=bookworm")
        self.write(self.folder / "llvm/libclang.so.19")
        self.write(self.cache / "rust-src-1.95.0/core/lib.rs")
        # The fake makes an environment whose Python runs as long as `works` exists.
        self.write(self.folder / "works")
        for name in ("busybox", "genl", "genl-ctrl-list"):
            self.fake(name, "exit 0")
        self.fake("python3", f'''
[ "$1 $2" = "-m venv" ] || exit 0
mkdir -p "$3/bin"; echo made >>{self.folder}/made
cat >"$3/bin/python" <<'END'
#!/bin/bash
[ "$1" != -c ] || {{ [ -e {self.folder}/works ]; exit; }}
echo "$*" >>{self.folder}/pip
[ ! -e {self.folder}/pip-says ] || {{ cat {self.folder}/pip-says >&2; exit 1; }}
END
cat >"$3/bin/pip" <<'END'
#!/bin/bash
exec "${{0%pip}}python" -m pip "$@"
END
echo '#!/bin/sh' >"$3/bin/vng"; chmod +x "$3/bin/"*''')

    def system(self, name, *lines):
        """Sets the distribution of this machine."""
        self.write(self.folder / "os-release", "\n".join([f"ID={name}", *lines, ""]))

    def lose(self, *names):
        """Removes tools from this machine."""
        for name in names:
            (self.folder / "bin" / name).unlink()

    def set_up(self, *words, **options):
        path = f"{self.folder}/bin:{self.basic_path()}"
        return self.run_here("scripts/setup", *words, path=path, **options)


# Tools that a user has and root often lacks, besides the tools that come with them.
COMPILERS = ("rustc", "cargo", "gcc", "cc", "clang", "ld", "bindgen", "rustup")


def listing(folder):
    """Everything in a folder: kinds, modes, links and the contents of files."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name, mode = str(path.relative_to(folder)), path.lstat().st_mode
        if path.is_symlink():
            found[name] = os.readlink(path)
        else:
            found[name] = (oct(mode), path.read_bytes() if path.is_file() else None)
    return found


# A fake virtme-ng: finds the folder of the run, records its arguments, and then does what the
# test has the guest do. Like QEMU, it opens the console anew.
VNG = """
printf '%s\\n' "$@" >{folder}/arguments
echo boot >>{folder}/boots
run= script=
while [ $# -gt 0 ]; do
	case $1 in
	--rwdir) run=${{run:-${{2#*=}}}} ;;
	--exec) script=$2 ;;
	esac
	shift
done
[ -e "$script" ] || script=$run/guest
cp "$script" {folder}/guest-script
exec 7>/proc/self/fd/2
console() {{ printf '%s\\r\\n' "$@" >&7; }}
boot() {{ console '[    0.000000] Linux version 7.3.4' '[    0.100000] ACPI: all is well'; }}
up() {{
	console '[    2.000000] parley-vm: the guest is up'
	: >"$run/started"
}}
# finish STATUS [LINE...]: with these lines in the log that the guest reads itself.
finish() {{
	{{
		echo '<5>[    0.000000] Linux version 7.3.4'
		echo '<12>[    2.000000] parley-vm: the guest is up'
		[ $# = 1 ] || printf '%s\\n' "${{@:2}}"
		echo '<12>[    9.000000] parley-vm: the guest is done'
	}} >"$run/dmesg"
	console '[    9.000000] parley-vm: the guest is done'
	[ -n "${{dies:-}}" ] || console '[    9.500000] reboot: Power down'
	echo "ended $1" >"$run/status.new"
	mv "$run/status.new" "$run/status"
}}
"""


class VmTest(ScriptTest):
    """Has a checkout of its own, with little more than scripts/vm in it."""

    def setUp(self):
        super().setUp()
        self.top = self.folder / "checkout"
        for name in ("user", "spec"):
            (self.top / name).mkdir(parents=True)
        self.copy_scripts(self.top, "vm", "lib.sh", "built.sh", "machine.sh", "guest-modules.sh", "guest-folders.sh", "guest-boot.sh", "guest-run", "check-log")
        kernel = self.top / "scripts/build/kernel"
        kernel.write_text(f"#!/bin/bash\necho {self.folder}/image\n")
        kernel.chmod(0o755)
        (self.folder / "image").touch()
        (self.folder / "tmp").mkdir()
        self.fake("qemu-system-x86_64", "echo QEMU\n")
        self.fake("insmod", "")
        self.environment = {"PARLEY_ACCEL": "tcg", "XDG_CACHE_HOME": str(self.folder / "cache"),
                            "TMPDIR": str(self.folder / "tmp")}

    def guest(self, text):
        """Sets what the guest does."""
        self.fake("vng", VNG.format(folder=self.folder) + text)

    def vm(self, *arguments, env=None, **options):
        command = [self.top / "scripts/vm", *arguments]
        return self.run_script(*command, env={**self.environment, **(env or {})}, **options)

    def run_vm(self, *arguments, **options):
        """Runs scripts/vm without a module, and keeps its log."""
        return self.vm("--no-module", "--log", self.folder / "log", *arguments, "--", "true", **options)

    def boots(self):
        path = self.folder / "boots"
        return len(path.read_text().split()) if path.exists() else 0

    def arguments(self):
        return (self.folder / "arguments").read_text().splitlines()

    def check_log(self):
        done = self.run_script(self.top / "scripts/test/check-log", self.folder / "log")
        return done.returncode, done.stdout + done.stderr
