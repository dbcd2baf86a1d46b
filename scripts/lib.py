# SPDX-License-Identifier: GPL-2.0
"""Shared by the scripts in Python: the same start as the scripts in bash, calls of lib.sh, and the
comparison of a command's output with a recording."""

import os
import pathlib
import re
import shlex
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
    library = shlex.quote(f"{TOP}/scripts/lib.sh")
    return ["bash", "-euo", "pipefail", "-c", f". {library}; {script}", sys.argv[0],
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
    """Returns the output of a command."""
    return run(*command, stdout=subprocess.PIPE).stdout.strip()


def replace(file, text):
    """Replaces a file, or leaves it unchanged if that fails."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text)
        beside.chmod(file.stat().st_mode)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def begin(*tools, then=""):
    """Restarts the script with these tools, in the environment of lib.sh and alone in the checkout.
    Locks that the bash lines `then` take are held until the script ends."""
    mark = f"{os.getpid()} {ME}"
    if os.environ.get("PARLEY_BEGUN") != mark:
        os.environ["PARLEY_BEGUN"] = mark
        command = f'need {" ".join(tools)}; alone; cd "$top"; {then}\nexec python3 -B "$@"'
        os.execvp("bash", in_lib(command, *map(os.path.abspath, sys.argv[:1]), *sys.argv[1:]))


# Output that varies from run to run, and its replacement in comparisons. The numbers that a chapter
# is about, such as counters, sequence numbers, lengths, offsets and flags, are compared.
VARIES = [
    # Ports, and process IDs, which have the same number; the ID of a family.
    (r"\b(port|portid|pid)([ =:]+)\d+( \(0x[0-9a-f]+\))?", r"\1\2N"),
    (r"^(id +)\d+( \(0x[0-9a-f]+\))?$", r"\1N"),
    (r"^(\S+ +id )\d+ ", r"\1N "),
    (r"( family \S+ is number )\d+$", r"\1N"),
    (r"(getppid\(\) += )\d+", r"\1N"),
    # How many commands the family has, and how long its description is, which is the
    # only long message in these traces: both grow with each new command.
    (r"^(parley +id .*?) +\d+ operations", r"\1 N operations"),
    (r"(recvfrom\(\d+, \[)\d{3,}( bytes)", r"\1N\2"),
    (r"(\}, \[12\]\) = )\d{3,}$", r"\1N"),
    # Times and places.
    (r"^( *)\[ *\d+\.\d+\]", r"\1[T]"),
    (r"\d+\.\d+ s\b", "T s"),
    (r"\bCPU \d+", "CPU N"),
]
# A row of a decoded message: offset, bytes, field and meaning.
ROW = re.compile(r"( *\d+)  ((?:[0-9a-f]{2} )*[0-9a-f]{2}) +(\S+) +(.*)")
# The fields whose bytes vary, and the fields whose meanings have varying numbers.
FIELDS_VARY = ("nlmsg_pid", "portid", "time-ns", "cpu")


def masked(line):
    """Returns the line without its varying parts."""
    row = ROW.fullmatch(line.rstrip())
    if row:
        offset, data, field, meaning = row.groups()
        # The type of a message is its family's number, except for the fixed types.
        family = field == "nlmsg_type" and ": family" in meaning and "nlctrl" not in meaning
        if field in FIELDS_VARY or family:
            data = re.sub("[0-9a-f]{2}", "NN", data)
            meaning = re.sub(r"\b(0x[0-9a-f]+|[0-9.]+)\b", "N", meaning)
            return f"{offset} {data} {field} {meaning}"
    for pattern, instead in VARIES:
        line = re.sub(pattern, instead, line)
    return line.rstrip()
