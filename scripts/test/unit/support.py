# SPDX-License-Identifier: GPL-2.0
"""What the tests of the scripts share."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[3]
# Where in a checkout each script is, by its name.
SCRIPTS = {path.name: path.relative_to(TOP) for folder in (".", "build", "test", "pack")
           for path in sorted((TOP / "scripts" / folder).iterdir()) if path.is_file()}


class ScriptTest(unittest.TestCase):
    """A test with a folder of its own, which goes with it."""

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


# What an outer run says to its own children must not reach the scripts under test, but
# for PARLEY_ALONE: what a test runs in this very checkout is a part of that run.
for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "REPORT", "PARLEY_REPORT",
             "PARLEY_MARK", "CARGO_TARGET_DIR", "DEBIAN_MIRROR"):
    os.environ.pop(name, None)
# In a hook of git's, git works in the repository of the hook, whatever the folder.
for name in [name for name in os.environ if name.startswith("GIT_")]:
    del os.environ[name]

# rustup's programs look for the toolchain below the home.
TOOLCHAIN = {name: os.environ.get(name, os.path.expanduser(f"~/{folder}"))
             for name, folder in (("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo"))}

# What every machine has: coreutils and a few more, and nothing that one has to install.
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

    def basic_path(self, *more):
        """A PATH on which only BASIC and these tools are."""
        folder = self.folder / "basic"
        folder.mkdir(exist_ok=True)
        for name in (*BASIC, *more):
            if (found := shutil.which(name)) and not (folder / name).exists():
                (folder / name).symlink_to(found)
        return str(folder)

    def git(self, *words):
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words],
            cwd=self.checkout, check=True, capture_output=True)

    def write(self, path, text=""):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


# What root often lacks that a user has, besides what these bring with them.
COMPILERS = ("rustc", "cargo", "gcc", "cc", "clang", "ld", "bindgen", "rustup")


def listing(folder):
    """All that is in a folder: kinds, modes, links and what is in the files."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name, mode = str(path.relative_to(folder)), path.lstat().st_mode
        if path.is_symlink():
            found[name] = os.readlink(path)
        else:
            found[name] = (oct(mode), path.read_bytes() if path.is_file() else None)
    return found
