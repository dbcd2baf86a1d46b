# SPDX-License-Identifier: GPL-2.0
"""Judges exercise 15: loads a module, also in steps and with a failing family, and unloads it."""

import contextlib
import json
import pathlib
import threading

BUILT_UP = "\terror = begin_directory();\n\tif (error)\n\t\tgoto no_second;\n\terror = begin_family();\n"
TAKEN_DOWN = "\tend_family();\n\tend_directory();\n\tend_state();\n"

WRONG = [
    ("family-second", {BUILT_UP: BUILT_UP.replace("directory", "x").replace("family", "directory").replace("x", "family")},
     "The family was visible before"),
    ("nothing-undone", {"no_third:\n\tend_directory();": "no_third:\n\t;"}, "is still there after a load that failed"),
    ("same-order", {TAKEN_DOWN: "\tend_state();\n\tend_directory();\n\tend_family();\n"},
     "The family was still visible after"),
    ("directory-first", {TAKEN_DOWN: "\tend_directory();\n\tend_family();\n\tend_state();\n"},
     "The family was still visible after"),
    ("directory-left", {TAKEN_DOWN: "\tend_family();\n\tend_state();\n"}, "is still there after rmmod"),
    ("family-only", {TAKEN_DOWN: "\tend_family();\n"}, "is still there after rmmod"),
    ("state-left", {TAKEN_DOWN: "\tend_family();\n\tend_directory();\n"}, "made 2 steps instead of 3"),
]


def judge(work):
    name, module = f"life-{work.at.name}", work.at / "life.ko"
    directory, parameters = pathlib.Path("/sys/kernel/debug") / name, pathlib.Path("/sys/module/life/parameters")

    def load(*parameters):
        return work.run("insmod", module, f"directory={name}", *parameters)

    def read(name):
        try:
            return int((parameters / name).read_text())
        except OSError:
            return 0

    def write(name, value):
        with contextlib.suppress(OSError):
            (parameters / name).write_text(str(value))

    def get():
        """The reply, and the words of a refusal."""
        ran = work.parley("call", "--spec", work.at / "life.yaml", "get")
        if ran.returncode == 0:
            return json.loads(ran.stdout), ""
        return None, (ran.stderr.strip().splitlines() or ["no words"])[0]

    def stepwise(change, early):
        """Sends a request after each step of a change, and returns the number of steps. It is an
        error if the change fails, or if the family is there without what it needs."""
        ended, before = [], read("steps")
        steps = before
        write("go", before)
        running = threading.Thread(target=lambda: ended.append(change()))
        running.start()
        try:
            while running.is_alive():
                work.until(lambda: not running.is_alive() or read("steps") > read("go"), "The module makes no step.")
                steps = max(steps, read("steps"))
                _, why = get()
                if "but not what it needs" in why:
                    work.need(False, "", early)
                write("go", read("steps"))
        finally:
            write("go", 99)
            running.join()
        if not ended or ended[0].status:
            work.need(False, "", f"Step by step, the module fails: {ended[0].why() if ended else 'it took too long'}")
        return steps - before

    ran = load()
    work.need(ran.status == 0, "The module loads.", f"The module cannot be loaded: {ran.why()}")
    try:
        reply, why = get()
        work.need(reply is not None and reply.get("value") == 42, "The family answers.", f"The family does not answer: {why}")
        work.need(directory.is_dir(), "The directory is there.", "The directory in debugfs is missing.")
    finally:
        work.run("rmmod", "life")
    work.need(not directory.exists(), "Nothing is left after rmmod.",
              "The directory in debugfs is still there after rmmod: exit must end each thing that init began.")
    try:
        made = stepwise(
            lambda: load("stop=1"), "The family was visible before all that it needs was there: a request came in between. A handler that "
            "uses what is missing crashes the kernel. Register the family last.")
        work.need(made == 3, "No request comes too early.", f"Init made {made} steps instead of 3.")
        ended = stepwise(
            lambda: work.run("rmmod", "life"), "The family was still visible after something that it needs had gone: a request came in between. "
            "Unregister the family first; this waits for requests that are being handled.")
        work.need(ended == 3, "No request comes too late.",
                  f"Exit made {ended} steps instead of 3: it must end each thing that init began, the state too.")
    finally:
        if pathlib.Path("/sys/module/life").exists():
            work.run("rmmod", "life")
    ran = load("fail=1")
    work.need(ran.status != 0, "If the family cannot be registered, the load fails.",
              "The load succeeds although the family could not be registered: return the error.")
    work.need(not directory.exists(), "Nothing is left of a load that failed.",
              "The directory in debugfs is still there after a load that failed, and nobody can remove it any more. The part "
              "of init behind a label must end what was begun before.")
