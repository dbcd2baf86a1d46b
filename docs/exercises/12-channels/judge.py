# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 12: a channel for each situation."""

import re

RIGHT = {"1": "netlink", "2": "ioctl", "3": "file", "4": "mapping", "5": "netlink", "6": "unix"}

PROCESSES = "it connects two processes, and here the other side is the kernel"

# The reason why a channel does not fit, by situation.
WHY = {
    "1": {"ioctl": "the structure of an ioctl can never change, so each new setting needs a new ioctl, and its error is a "
                   "number that names no setting",
          "file": "a write to a file fails with an errno only, and a dozen settings cannot change in one step",
          "mapping": "bytes in memory are neither checked nor refused, and nothing says that they have changed"},
    "2": {"netlink": "a round trip costs about four times as much as an ioctl, and nobody else listens; the commands are "
                     "fixed, so attributes gain nothing",
          "file": "a file needs two calls and a parser for each command",
          "mapping": "the device does not notice a write to memory; a call has to say that there is a command"},
    "3": {"netlink": "cat cannot read a socket; a person would need a program for one number",
          "ioctl": "cat cannot make an ioctl",
          "mapping": "cat reads files; a person would need a program to look into a mapping"},
    "4": {"netlink": "each message is copied, and a slow reader loses events; netlink can set up the mapping",
          "ioctl": "each call copies, and the program would have to ask for each packet",
          "file": "each read copies, and takes a call for each piece"},
    "5": {"ioctl": "only the program can start an ioctl, so three programs would have to poll",
          "file": "a file tells nobody that it has changed; a driver that supports poll can say that, but not what has changed",
          "mapping": "nothing says when to look into it"},
    "6": {"netlink": "the kernel has no part in it, so a family would be a detour through a module",
          "pipe": "a pipe has no boundaries between messages and one direction only",
          "ioctl": "an ioctl goes to a driver, and the kernel has no part in this",
          "file": "nobody waits at a file for a request: both processes would have to poll it",
          "mapping": "it has neither boundaries nor a way to wait; it pays off for bulk data"},
}

WRONG = [
    ("ioctl-for-settings", {"1 netlink": "1 ioctl"}, "can never change"),
    ("netlink-for-speed", {"2 ioctl": "2 netlink"}, "four times as much"),
    ("netlink-for-bulk", {"4 mapping": "4 netlink"}, "each message is copied"),
    ("netlink-between-processes", {"6 unix": "6 netlink"}, "a detour through a module"),
    ("unix-for-events", {"5 netlink": "5 unix"}, "here the other side is the kernel"),
    ("two-mistakes", {"2 ioctl": "2 netlink", "6 unix": "6 netlink"}, "attributes gain nothing.\nSituation 6"),
    ("no-channel", {"3 file": "3 debugfs"}, "it is none of ioctl, file"),
]


def judge(work):
    text = (work.at / "answers.txt").read_text()
    answers = dict(re.findall(r"^(\d) +([^#\n]*?)\s*(?:#.*)?$", text, re.M))
    wrong = []
    for number, right in RIGHT.items():
        given = answers.get(number, "").lower() or "(nothing)"
        why = WHY[number].get(given) or (
            PROCESSES if given in ("pipe", "unix") else "it is none of ioctl, file, pipe, unix, netlink and mapping")
        if given == right:
            work.need(True, f"Situation {number}: {right}.", "")
        else:
            wrong.append(f"Situation {number}: not {given}, because {why}.")
    work.need(not wrong, "All six fit.", "\n".join(wrong))
