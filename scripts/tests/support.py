# SPDX-License-Identifier: GPL-2.0
"""What the tests of the scripts share."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]


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

    def run_script(self, *command, path=None, env=None, **options):
        """Runs a command with the fakes first on the PATH; returns its result, with text."""
        environment = dict(os.environ, **(env or {}))
        environment["PATH"] = path or f"{self.folder}/bin:{environment['PATH']}"
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("timeout", 300)
        return subprocess.run(
            [str(word) for word in command], env=environment, text=True,
            capture_output=True, check=False, **options)


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
