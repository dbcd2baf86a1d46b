# SPDX-License-Identifier: GPL-2.0
"""What the scripts in Python share: they begin as those in bash do, and call lib.sh."""

import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
ME = pathlib.Path(sys.argv[0]).name


def note(text):
    print(f"{ME + ':':8} {text}", file=sys.stderr, flush=True)


def die(*lines):
    sys.exit(f"{ME}: " + "\n  ".join(lines))


def in_lib(script, *words):
    """The command that runs lines of bash which have sourced lib.sh under the script's name."""
    return ["bash", "-euo", "pipefail", "-c", f'. "{TOP}/scripts/lib.sh"; {script}', sys.argv[0],
            *map(str, words)]


def run(*command, why=(), **options):
    """Runs a command and returns its result. Dies if it fails, with the lines `why`."""
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(list(map(str, command)), check=False, text=True, **options)
    if done.returncode:
        if why:
            die(*why)
        sys.exit(done.returncode if done.returncode > 0 else 128 - done.returncode)
    return done


def printed(*command):
    """Returns what a command prints."""
    return run(*command, stdout=subprocess.PIPE).stdout.strip()


def begin(*tools, then=""):
    """Starts the script anew with these tools, in the environment of lib.sh and alone in the
    checkout. Locks that the bash lines `then` take are held until the script ends."""
    mark = f"{os.getpid()} {ME}"
    if os.environ.get("PARLEY_BEGUN") != mark:
        os.environ["PARLEY_BEGUN"] = mark
        command = f'need {" ".join(tools)}; alone; cd "$top"; {then}\nexec python3 -B "$@"'
        os.execvp("bash", in_lib(command, *map(os.path.abspath, sys.argv[:1]), *sys.argv[1:]))
